"""What each student has in a lesson: one number, which is what a school's system keeps."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from lockstep.grade.adjusted import Adjusted
from lockstep.grade.model import Student
from lockstep.grade.reports.naming import split_notebook


@dataclass(frozen=True)
class Score:
    """A student's points in a lesson.

    Parameters
    ----------
    student, lesson
        Whose, and where.
    points, out_of
        What it came to, and could have come to.
    comment
        The teacher's on the whole.
    """

    student: Student
    lesson: str
    points: float
    out_of: float
    comment: str = ""

    def scaled(self, maximum: float | None) -> float:
        """Return the points where the system counts to another maximum."""
        return self.points * (maximum / self.out_of if maximum and self.out_of else 1.0)


def scores(adjusted: Iterable[Adjusted], lessons: Iterable[str]) -> list[Score]:
    """Return one score for each student and lesson.

    Whoever handed in both of a pair gets the mean of their shares. Where nothing could be graded, and
    the teacher gave nothing, there is no score, which is not zero.
    """
    wanted = set(lessons)
    groups: dict[tuple[str, str], list[Adjusted]] = defaultdict(list)
    given = [one for one in adjusted if one.points is not None]
    worth = {split_notebook(one.result.notebook)[0]: one.out_of for one in given if one.out_of}
    for one in given:
        lesson, _ = split_notebook(one.result.notebook)
        if not lesson and len(wanted) == 1:  # the teacher's points for what never came in
            (lesson,) = wanted
        if lesson in wanted:
            groups[one.result.student.key, lesson].append(one)
    return [
        _score(lesson, theirs, worth.get(lesson, 0.0)) for (_, lesson), theirs in groups.items()
    ]


def _score(lesson: str, theirs: list[Adjusted], worth: float) -> Score:
    out_of = max(one.out_of for one in theirs) or worth
    shares = [(one.points or 0.0) / (one.out_of or worth or 1.0) for one in theirs]
    comments = [one.whole.comment for one in theirs if one.whole and one.whole.comment]
    points = sum(shares) / len(shares) * (out_of or 1.0)
    return Score(theirs[0].result.student, lesson, points, out_of, "\n".join(comments))
