"""Lessons -> a static site: MyST pages are written here, Sphinx makes the site of them.

Both twins of a lesson stand on one page, with a switch between them. Nothing is executed: outputs
and pictures are those of the notebooks in the checkout.

>>> build_site(Path("."), Path(".lockstep/site"), Path("_site"))
"""

from lockstep.site.building import SiteError, build_site

__all__ = ["SiteError", "build_site"]
