"""Whose a file is, from the folders that it lies in and its name."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lockstep.grade.collect.lessons import Course, without_copy_mark
from lockstep.grade.collect.members import ARCHIVE, NOTEBOOK, shown
from lockstep.grade.collect.roster import Roster
from lockstep.grade.model import Student

Parts = tuple[str, ...]
# nbgrader's folders: what came back lies in the first of them.
SUBMITTED = "submitted"
NBGRADER = frozenset({SUBMITTED, "source", "release", "autograded", "feedback"})
ENDING = re.compile(f"{NOTEBOOK.pattern}|{ARCHIVE.pattern}", re.IGNORECASE)


class UnknownStudentError(Exception):
    """A file whose student cannot be told; the message says why, in sentences."""


@dataclass(frozen=True)
class Tree:
    """How the folders and files that came back are laid out.

    Parameters
    ----------
    top
        The folders around all that counts.
    is_nbgrader
        Whether it is nbgrader's tree, STUDENT/ASSIGNMENT/NOTEBOOK.
    """

    top: Parts
    is_nbgrader: bool = False

    def below(self, parts: Parts) -> Parts | None:
        """Return a file's place below the top; None where it lies elsewhere."""
        depth = len(self.top)
        return parts[depth:] if parts[:depth] == self.top and len(parts) > depth else None


def layout(
    paths: Sequence[Parts], submissions: Path, course: Course, roster: Roster | None
) -> Tree:
    """Return how it is laid out.

    Parameters
    ----------
    paths
        Where the notebooks lie.
    submissions
        The folder or archive itself.
    course
        The course, whose notebooks' names are no students'.
    roster
        The class, whose members are no folders around.
    """
    tops = {path[0] for path in paths if len(path) > 1}
    only = next(iter(tops)) if len(tops) == 1 else ""
    if submissions.name == SUBMITTED:
        return Tree((), is_nbgrader=True)
    if _is_nbgrader(paths):
        return Tree((SUBMITTED,), is_nbgrader=True)
    if only and _is_nbgrader([path[1:] for path in paths]):
        return Tree((only, SUBMITTED), is_nbgrader=True)
    if not only or any(len(path) == 1 for path in paths):
        return Tree(())
    if roster is not None:
        wraps = not roster.find(_student_text(only, ARCHIVE, course))
    else:
        wraps = _wraps(only, [path[1:] for path in paths], submissions, course)
    return Tree((only,) if wraps else ())


def _is_nbgrader(paths: Sequence[Parts]) -> bool:
    """Return whether it is all nbgrader's; one student's folder of that name does not make it so."""
    folders = {path[0] for path in paths if len(path) > 1}
    return folders <= NBGRADER and any(path[:1] == (SUBMITTED,) and len(path) > 2 for path in paths)


def _wraps(top: str, inside: list[Parts], submissions: Path, course: Course) -> bool:
    """Return whether the only folder lies around the class, and is not its only student's.

    Packing or unpacking a folder often puts one around it that is called as the archive is. Apart
    from that, several things in an archive's only folder are several students, unless they are
    called as the course calls them. A folder that a teacher names is taken at its word.
    """
    folders = {path[0] for path in inside if len(path) > 1 and not course.is_name(path[0])}
    stems = [NOTEBOOK.sub("", path[0]) for path in inside if len(path) == 1]
    things = len(folders) + len([stem for stem in stems if not course.is_name(stem)])
    if ARCHIVE.search(top):
        return len(folders) > 1
    if top == ARCHIVE.sub("", submissions.name):
        return things > 1 or len(folders) == 1
    return things > 1 and submissions.is_file()


def student_of(parts: Parts, course: Course, roster: Roster | None) -> Student:
    """Return whose a file is.

    Parameters
    ----------
    parts
        Its place below the top.
    course
        The course, whose notebooks' names say nothing about students.
    roster
        The class; without one, each folder or file name is a student.

    Raises
    ------
    UnknownStudentError
        If it means nobody on the roster, or several.
    """
    while len(parts) > 1 and course.is_name(parts[0]):  # a folder for each assignment
        parts = parts[1:]
    text = next(text for text in (way(parts, course) for way in LAYOUTS) if text is not None)
    if roster is None:
        return Student(text, text)
    wanted = without_copy_mark(text) or text
    found = roster.find(wanted)
    if len(found) == 1:
        return found[0]
    raise UnknownStudentError(_about(wanted, found, roster))


def by_folder(parts: Parts, course: Course) -> str | None:
    """Return the student that a folder is named after."""
    return _student_text(parts[0], ARCHIVE, course) if len(parts) > 1 else None


def by_file(parts: Parts, course: Course) -> str | None:
    """Return the student that a file is named after."""
    return _student_text(parts[0], ENDING, course)


# Each says whom a path names, or nothing where the path is not made its way. The first that knows is taken.
LAYOUTS: tuple[Callable[[Parts, Course], str | None], ...] = (by_folder, by_file)


def _student_text(name: str, ending: re.Pattern[str], course: Course) -> str:
    # macOS takes umlauts apart in file names; the same student twice would be two.
    return unicodedata.normalize("NFC", course.without_names(ending.sub("", name) or name))


def _about(text: str, found: list[Student], roster: Roster) -> str:
    """Say why a text names no student."""
    if found:
        names = " or ".join(f"{student.name} ({student.key})" for student in found[:5])
        return f'"{shown(text)}" can be {names}. Put the id into its name.'
    near = roster.nearest(text)
    nearest = f", the nearest is {near.name} ({near.key})" if near else ""
    sentence = f'"{shown(text)}" names no student on the roster{nearest}.'
    return f"{sentence} Rename it, or add the student to the roster."
