"""The whole site: its pages are written into a folder, and Sphinx makes HTML of them."""

import shutil
from pathlib import Path

from lockstep.build.lesson import load_lesson
from lockstep.lessons import lesson_names
from lockstep.site.lesson_page import exercises_page, lesson_page
from lockstep.site.links import Links
from lockstep.site.outputs import MissingOutputError, read_outputs
from lockstep.site.texts import doc_pages, front_page

CONFIGURATION = Path(__file__).resolve().parent / "sphinx"


class SiteError(Exception):
    """The site could not be built; the text says what to do."""


def build_site(root: Path, pages: Path, site: Path) -> None:
    """Build the site of a checkout.

    Parameters
    ----------
    root
        The checkout. Its notebooks are what its lessons build.
    pages
        Where the pages go that Sphinx reads. What is there is deleted.
    site
        Where the site goes. What is there is deleted.

    Raises
    ------
    LessonError
        If a lesson cannot be built.
    SiteError
        If a notebook was not built, or Sphinx warns: of a link that leads nowhere, say.
    """
    for folder in (pages, site):
        shutil.rmtree(folder, ignore_errors=True)
    try:
        write_pages(root, pages)
    except MissingOutputError as error:
        raise SiteError(str(error)) from None
    run_sphinx(pages, site)


def write_pages(root: Path, pages: Path) -> None:
    """Write everything that Sphinx reads: the pages, and the pictures on them."""
    names = lesson_names(root / "lessons")
    lessons = [load_lesson(root / "lessons" / name) for name in names]
    links = Links(root, pages, names)
    _write(pages / "index.md", front_page(root, lessons, links))
    for name, text in doc_pages(root, links).items():
        _write(pages / name, text)
    for lesson in lessons:
        outputs = read_outputs(root, lesson, pages)
        _write(pages / "lessons" / f"{lesson.name}.md", lesson_page(lesson, outputs, links))
        if lesson.exercise_text is not None:
            _write(pages / "exercises" / f"{lesson.name}.md", exercises_page(lesson, links))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run_sphinx(pages: Path, site: Path) -> None:
    """Make HTML of a folder of pages; raise a SiteError at any warning."""
    # Late: the rest of this package reads without it.
    from sphinx.cmd.build import main

    trees = pages / ".doctrees"
    options = ["--fail-on-warning", "--keep-going", "--quiet", "--builder", "html"]
    options += ["--doctree-dir", str(trees), "--conf-dir", str(CONFIGURATION)]
    if main([*options, str(pages), str(site)]):
        raise SiteError(f"The site has faults; they are named above. The pages are in {pages}.")
