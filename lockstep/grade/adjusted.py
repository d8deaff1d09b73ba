"""A result with what a teacher adds to it: what every report shows."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lockstep.build.rubric import Criterion
from lockstep.grade.model import ExerciseResult, SubmissionResult


@dataclass(frozen=True)
class Override:
    """A teacher's points for an exercise or a whole notebook; None where there is only a comment."""

    points: float | None
    comment: str = ""


@dataclass(frozen=True)
class Mark:
    """What an answer in words got for one criterion; None where it has not been marked yet."""

    criterion: Criterion
    points: float | None = None
    comment: str = ""


@dataclass(frozen=True)
class Late:
    """How late it was, and what that costs.

    Parameters
    ----------
    due
        When it should have been handed in.
    by
        How long after that it was; None where the school's system only says that it was late.
    points
        What is taken off.
    rule
        What is taken off for what, in words; empty where nothing is.
    """

    due: datetime
    by: timedelta | None
    points: float
    rule: str = ""


@dataclass(frozen=True)
class Adjusted:
    """A result, and what comes on top of it.

    Parameters
    ----------
    result
        The result itself, which stays as it is.
    exercises
        The teacher's word on exercises, by their names.
    whole
        The teacher's word on the whole notebook. Its points are the last word: nothing is added to them,
        and nothing taken off.
    marks
        What the answer in words got, for each criterion.
    late
        What being late costs; None where it was not late, or nobody said when it was due.
    """

    result: SubmissionResult
    exercises: Mapping[str, Override] = field(default_factory=dict)
    whole: Override | None = None
    marks: tuple[Mark, ...] = ()
    late: Late | None = None

    def points_of(self, exercise: ExerciseResult) -> float:
        """Return an exercise's points: the teacher's where there are such."""
        override = self.exercises.get(exercise.exercise)
        return exercise.points if override is None or override.points is None else override.points

    @property
    def answers(self) -> float:
        """What the exercises got."""
        return sum(self.points_of(one) for one in self.result.exercises)

    @property
    def words(self) -> float:
        """What the answer in words got, as far as it has been marked."""
        return sum(mark.points or 0.0 for mark in self.marks)

    @property
    def unmarked(self) -> int:
        """How many criteria have no points yet."""
        return sum(mark.points is None for mark in self.marks)

    @property
    def set_by_teacher(self) -> bool:
        """Whether the teacher set the sum."""
        return self.whole is not None and self.whole.points is not None

    @property
    def points(self) -> float | None:
        """What it comes to; None where nothing was graded and the teacher gave nothing."""
        if self.whole is not None and self.whole.points is not None:
            return self.whole.points
        if self.result.state is not None:
            return None
        return self.answers + self.words - (self.late.points if self.late else 0.0)

    @property
    def out_of(self) -> float:
        """What it could have come to."""
        return self.result.out_of + sum(mark.criterion.points for mark in self.marks)

    @property
    def fingerprint(self) -> str:
        """What tells one adjustment from another; empty where there is none."""
        parts = (sorted(self.exercises.items()), self.whole, self.marks, self.late)
        if not any(parts):
            return ""
        return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:16]
