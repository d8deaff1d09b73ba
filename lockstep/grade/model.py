"""What the steps of grading hand on to each other: a submission, and what it got."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

# What an exercise, or a whole submission, can have come to. Each is told apart from "zero points".
State = Literal[
    "right",
    "partly",
    "wrong",
    "not attempted",
    "error",
    "time limit",
    "memory limit",
    "crashed",
    "not run",
    "unreadable",
    "missing",
]


@dataclass(frozen=True)
class Student:
    """A person who hands in.

    Parameters
    ----------
    key
        What tells this student from every other: the roster's id, or the folder's or file's name.
    name
        As a teacher reads it; the key where nothing better is known.
    """

    key: str
    name: str


@dataclass(frozen=True)
class Submission:
    """One notebook by one student, found and placed.

    Parameters
    ----------
    student
        Who handed it in.
    lesson, framework
        Which exercise notebook it is; the framework is None where the lesson has no pair.
    path
        The file, which lies where only the grader reads it.
    source
        Where the file came from, in a teacher's terms: "class.zip: anna/hw (1).ipynb".
    digest
        SHA-256 of the file's bytes, in hexadecimal.
    time
        When it was handed in, as far as the file or archive says.
    notes
        What a teacher should know: an earlier file by the same student, another name inside.
    late
        Whether the school's system marks it as late.
    """

    student: Student
    lesson: str
    framework: str | None
    path: Path
    source: str
    digest: str
    time: datetime | None = None
    notes: tuple[str, ...] = ()
    late: bool = False

    @property
    def notebook(self) -> str:
        """The exercise notebook's name, such as "04_simple_net_pytorch"."""
        return f"{self.lesson}_{self.framework}" if self.framework else self.lesson


@dataclass(frozen=True)
class Unplaced:
    """A file that could not be placed, and why, in a sentence."""

    source: str
    reason: str


@dataclass(frozen=True)
class ExerciseResult:
    """What one exercise got.

    Parameters
    ----------
    exercise
        Its name.
    state
        What it came to.
    points, out_of
        What it got, and what it could have got.
    message
        What to say to the student, in sentences; `code` in backticks.
    mistake
        The name of the mistake that was recognised, if one was.
    values
        Expected and got, where they fit under a message.
    hint
        A nudge, where it is not right yet.
    code
        The student's own code for it.
    """

    exercise: str
    state: State
    points: float
    out_of: int
    message: str
    mistake: str | None = None
    values: str = ""
    hint: str = ""
    code: str = ""


@dataclass(frozen=True)
class GradedWith:
    """What a result rests on, so that it can be had again.

    Parameters
    ----------
    seed
        The seed of the hidden cases.
    revision
        A fingerprint of the lesson's checks and exercises.
    engine
        "fork" or "nbval".
    versions
        Package names to versions; Python is among them.
    time
        When, as ISO 8601 in UTC.
    """

    seed: int
    revision: str
    engine: str
    versions: dict[str, str]
    time: str


@dataclass(frozen=True)
class SubmissionResult:
    """What one submission came to.

    Parameters
    ----------
    student, notebook, source, digest
        As the submission has them; `source` and `digest` are empty where it is missing.
    state
        None where it was graded; "unreadable" or "missing" where there is nothing to grade.
    reason
        Why it could not be graded, in a sentence; empty where it was.
    exercises
        One result an exercise, in the notebook's order; empty where nothing was graded.
    notes
        What a teacher should know. Students do not see it.
    seconds
        How long it took.
    handed_in
        When, in ISO 8601, as far as the file or archive says.
    graded_with
        What it rests on.
    late
        Whether the school's system marks it as late.
    words
        What the student wrote in the notebook that is no code.
    """

    student: Student
    notebook: str
    source: str
    digest: str
    state: Literal["unreadable", "missing"] | None = None
    reason: str = ""
    exercises: tuple[ExerciseResult, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    handed_in: str | None = None
    graded_with: GradedWith | None = field(default=None)
    late: bool = False
    words: str = ""

    @property
    def points(self) -> float:
        """The sum over its exercises."""
        return sum(result.points for result in self.exercises)

    @property
    def out_of(self) -> int:
        """What it could have got."""
        return sum(result.out_of for result in self.exercises)
