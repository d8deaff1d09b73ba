"""What the lines that a teacher fills in have in common: whom they name, and their numbers."""

import math
from collections import defaultdict
from collections.abc import Iterable

from lockstep.grade.model import SubmissionResult
from lockstep.grade.tables import plainly

Place = tuple[str, str, str]  # a student's key, a notebook, and the file where it was not graded


def place_of(result: SubmissionResult) -> Place:
    """Return what tells a result from every other of a class."""
    return (result.student.key, result.notebook, result.source if result.state else "")


class Students:
    """Whom the lines can name.

    Parameters
    ----------
    results
        All results; a student is known by them.
    """

    def __init__(self, results: Iterable[SubmissionResult]) -> None:
        self._by_key: defaultdict[str, list[SubmissionResult]] = defaultdict(list)
        self._by_name: defaultdict[str, list[SubmissionResult]] = defaultdict(list)
        for one in results:
            self._by_key[plainly(one.student.key)].append(one)
            self._by_name[plainly(one.student.name)].append(one)

    def named(self, text: str) -> list[SubmissionResult]:
        """Return the results of the student whose id, or else whose name, this is.

        Raises
        ------
        ValueError
            If it is nobody's, or several students'; says so in a sentence.
        """
        wanted = plainly(text)
        if not wanted:
            raise ValueError("it names no student. Fill in the id from the gradebook.")
        theirs = self._by_key.get(wanted) or self._by_name.get(wanted)
        if not theirs:
            raise ValueError(f"there is no student {text!r}. Take the id from the gradebook.")
        keys = sorted({one.student.key for one in theirs})
        if len(keys) > 1:
            raise ValueError(f"{text!r} can be {' or '.join(keys)}. Take the id.")
        return theirs


def number(text: str) -> float | None:
    """Return the points in a cell, also with a decimal comma; None where it is empty.

    Raises
    ------
    ValueError
        If it is no number, or one below zero; says so in a sentence.
    """
    if not text.strip():
        return None
    try:
        points = float(text.strip().replace(",", "."))
    except ValueError:
        points = math.nan
    if not math.isfinite(points) or points < 0:
        raise ValueError(f"{text!r} is no number of points.")
    return points
