"""From what came back to one notebook for each student and exercise notebook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lockstep.grade.collect.lessons import Course
from lockstep.grade.collect.roster import Roster
from lockstep.grade.model import Student, Submission, Unplaced


@dataclass(frozen=True)
class Unreadable:
    """A file of a student who is known, from which no notebook can be read.

    Parameters
    ----------
    student
        Who handed it in.
    notebook
        The exercise notebook, as far as the file's name says; empty where it does not.
    source
        Where the file came from, in a teacher's terms.
    reason
        Why it cannot be read, in a sentence.
    digest
        SHA-256 of the file's bytes; empty where they could not be had either.
    time
        When it was handed in, as far as the file or archive says.
    notes
        What a teacher should know.
    """

    student: Student
    notebook: str
    source: str
    reason: str
    digest: str = ""
    time: datetime | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Collected:
    """What came back, sorted.

    Parameters
    ----------
    submissions
        One for each student and exercise notebook: the later one where there are two.
    unreadable
        Files of students who are known, from which no notebook can be read.
    unplaced
        Every other file, with the reason.
    missing
        The students on the roster of whom nothing is in `submissions` or `unreadable`.
    """

    submissions: tuple[Submission, ...]
    unreadable: tuple[Unreadable, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    missing: tuple[Student, ...] = ()


def collect(
    submissions: Path,
    scratch: Path,
    course: Course,
    roster: Roster | None = None,
    lessons: Sequence[str] | None = None,
) -> Collected:
    """Return the notebooks that are to be graded, copied into `scratch`, and all that could not be placed.

    Parameters
    ----------
    submissions
        A folder, an archive or one notebook.
    scratch
        A folder for the copies, which nobody else writes to.
    course
        The exercise notebooks that were handed out.
    roster
        The class; without one, each folder or file name is a student.
    lessons
        The lessons that are graded; all where it is left out.

    Raises
    ------
    CollectError
        If `submissions` is not there, or is an archive that cannot be opened at all.
    """
    raise NotImplementedError
