"""The student's answers and own cells, put into the notebook as it was handed out."""

from dataclasses import dataclass, field
from typing import Literal

from lockstep.grade.notebook import NotebookCell


@dataclass(frozen=True)
class RestoredCell:
    """A code cell that is to be run.

    Parameters
    ----------
    kind
        "pristine": as it was handed out. "answer": the student's, in an answer's place.
        "own": the student's, anywhere else.
    source
        Its code.
    exercise
        The exercise that it answers; None for the other kinds.
    number
        The student's cell that it came from, counted from 1; 0 for a pristine one.
    """

    kind: Literal["pristine", "answer", "own"]
    source: str
    exercise: str | None = None
    number: int = 0


@dataclass(frozen=True)
class Restored:
    """What is to be run, and what each exercise was answered with.

    Parameters
    ----------
    cells
        All code cells in order. Check cells are left out: the judge does what they do.
    answers
        Each exercise's answer as the student wrote it, without the marker line; the blank, or
        nothing, where it was not attempted.
    blank
        The exercises whose answer is still the blank, or is not there.
    notes
        What a teacher should know.
    """

    cells: tuple[RestoredCell, ...]
    answers: dict[str, str]
    blank: frozenset[str]
    notes: tuple[str, ...] = field(default=())


def restore(cells: tuple[NotebookCell, ...], pristine: tuple[NotebookCell, ...]) -> Restored:
    """Return the pristine notebook with the student's answers and own cells in their places."""
    raise NotImplementedError
