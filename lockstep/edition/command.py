"""What `lockstep edition` and `lockstep links` refuse and print."""

import argparse
import sys
from pathlib import Path

from lockstep.build.compared import problems_of
from lockstep.build.errors import LessonError
from lockstep.edition.links import MissingNotebookError, sheet_of_links
from lockstep.edition.nbgrader import write_nbgrader_tree
from lockstep.edition.student import write_student_edition
from lockstep.edition.writing import EditionError
from lockstep.grade.public_checks import PublicChecksError
from lockstep.lessons import lesson_names
from lockstep.set_repository import current_slug, refuse_bad_slug

REFUSALS = (EditionError, LessonError, MissingNotebookError, PublicChecksError, ValueError, OSError)
STUDENT_DONE = """\
The student edition is in {folder}: {lessons}, for the repository {slug}.
To hand it out, push the folder there as it is. For Colab, type `make wheel` in it and put the file
from dist/ on a release with the tag v{version}: the notebooks' first cell installs it from there.
docs/editions.md says what is in it. Grading is done here, from the full course."""
NBGRADER_DONE = """\
nbgrader's tree is in {folder}: {lessons}. Its README says what to type.
nbgrader knows the public cases alone; `lockstep grade` takes the same submissions and has hidden ones."""
OWN_REPOSITORY = """\
Badges and first cells lead to {slug}, which is the course's own. Name the students' with --repo OWNER/NAME."""


def edition_command(root: Path, options: argparse.Namespace) -> int:
    """Write an edition and return the exit status."""
    from lockstep import __version__

    try:
        slug = options.repo or current_slug(root)
        refuse_bad_slug(slug)
        names = _chosen(root, options.lessons)
        _refuse_unbuilt(root, names)
        write = write_student_edition if options.kind == "student" else write_nbgrader_tree
        write(root, options.folder, names, slug)
    except REFUSALS as error:
        print(f"lockstep: {error}", file=sys.stderr)
        return 2
    lessons = "1 lesson" if len(names) == 1 else f"{len(names)} lessons"
    said = STUDENT_DONE if options.kind == "student" else NBGRADER_DONE
    print(said.format(folder=options.folder, lessons=lessons, slug=slug, version=__version__))
    if not options.repo:
        print(OWN_REPOSITORY.format(slug=slug))
    return 0


def links_command(root: Path, options: argparse.Namespace) -> int:
    """Print the sheet of links and return the exit status."""
    try:
        slug = options.repo or current_slug(root)
        refuse_bad_slug(slug)
        names = _chosen(root, options.lessons)
        print(sheet_of_links(root, names, slug, options.format, options.only), end="")
    except REFUSALS as error:
        print(f"lockstep: {error}", file=sys.stderr)
        return 2
    return 0


def _chosen(root: Path, wanted: list[str] | None) -> list[str]:
    """Return the lessons in the course's order; all where none is named."""
    known = lesson_names(root / "lessons")
    unknown = [name for name in wanted or [] if name not in known]
    if unknown:
        raise ValueError(f"there is no lesson {unknown[0]!r}. There are: {', '.join(known)}.")
    return [name for name in known if name in wanted] if wanted else known


def _refuse_unbuilt(root: Path, names: list[str]) -> None:
    """Refuse to hand out a notebook that is not what its lesson builds."""
    for problem in problems_of(root, names):
        raise EditionError(problem)
