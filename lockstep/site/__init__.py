"""Lessons -> a static site: MyST pages are written here, Sphinx makes the site of them.

Both twins of a lesson stand on one page, with a switch between them. Nothing is executed: outputs
and pictures are those of the notebooks in the checkout.

>>> from lockstep.site.building import build_site
>>> build_site(Path("."), Path(".lockstep/site"), Path("_site"))
"""
