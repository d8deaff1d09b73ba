"""nbgrader: the columns that its `nbgrader export` writes."""

from collections.abc import Iterable

from lockstep.grade.adjusted import Adjusted
from lockstep.grade.reports.naming import points_text

HEADER = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip


def export(adjusted: Iterable[Adjusted]) -> list[list[str]]:
    """Return a line for each student and notebook; without a score where nothing was graded."""
    lines = [_line(one) for one in adjusted if one.result.notebook]
    return [list(HEADER), *sorted(lines, key=lambda line: (line[0], line[3]))]


def _line(adjusted: Adjusted) -> list[str]:
    result, late = adjusted.result, adjusted.late
    first, _, last = result.student.name.rpartition(" ")
    points = adjusted.points
    cost = late.points if late else 0.0
    return [
        result.notebook,
        late.due.isoformat(sep=" ", timespec="seconds") if late else "",
        result.handed_in or "",
        result.student.key,
        last,
        first,
        "",
        "" if points is None else points_text(points + cost),
        points_text(cost) if late else "",
        "" if points is None else points_text(points),
        points_text(adjusted.out_of),
    ]
