"""gradebook.csv: a row for each student and notebook, to be opened in a spreadsheet."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lockstep.grade.adjusted import Adjusted
from lockstep.grade.model import ExerciseResult, SubmissionResult
from lockstep.grade.names import words
from lockstep.grade.reports.files import write_whole
from lockstep.grade.reports.naming import points_text, split_notebook, time_text
from lockstep.grade.reports.spreadsheet import csv_bytes

LEADING = ["student", "name", "notebook", "state", "points", "out of", "percent", "handed in (UTC)"]
LATE, COMMENTS = "taken off for being late", "the teacher's comments"
LAST = "notes"
LONGEST_NOTES = 2000  # characters; a cell of Excel holds 32,767 and shows far fewer
NUMBERED = ("right", "partly", "wrong")  # the states of an exercise whose points say it all

Column = tuple[str, str]  # a lesson and one of its exercises


@dataclass(frozen=True)
class _Row:
    """What the gradebook keeps of a result: without code and messages, for a class of thousands."""

    leading: tuple[str, ...]
    exercises: dict[Column, str]
    out_of: dict[Column, int]
    added: dict[str, str]
    notes: str

    @property
    def order(self) -> tuple[tuple[str, ...], str, str, tuple[str, ...]]:
        student, name, notebook = self.leading[:3]
        return (words(name), student, notebook, self.leading)


def write_gradebook(
    path: Path,
    results: Iterable[SubmissionResult],
    adjust: Callable[[SubmissionResult], Adjusted] = Adjusted,
) -> None:
    """Write the gradebook: sorted by name, a row for each student and notebook.

    The leading columns are the student's id and name, the notebook, the state ("graded",
    "unreadable", "missing"), points, out of, percent and when it was handed in, in UTC. A column for each
    exercise follows, and the teacher's notes come last. Points and percent are empty where
    nothing was graded: an empty cell is left out of a spreadsheet's mean, and a zero is not.

    An exercise's cell holds its points. Where it got none for another reason than being wrong, the cell
    holds that reason ("not attempted", "time limit"), which a spreadsheet's sum passes over. With
    results of one lesson a column is called "softmax (2)", with several "04_simple_net: softmax (2)";
    the two frameworks of a lesson share its columns.

    What a teacher adds is in the points, and stands in columns of its own behind the exercises: the marks for
    an answer in words, what being late cost, and comments. Where nobody has any there is no such column.

    Parameters
    ----------
    path
        The file; one that is there is replaced as a whole.
    results
        All results, in any order: the same results make the same file.
    adjust
        Puts what a teacher adds on top of a result.
    """
    rows = sorted((_row(adjust(result)) for result in results), key=lambda row: row.order)
    columns = _columns(rows)
    write_whole(path, csv_bytes(_lines(rows, columns)))


def _row(adjusted: Adjusted) -> _Row:
    result = adjusted.result
    lesson, _ = split_notebook(result.notebook)
    leading = (
        result.student.key,
        result.student.name,
        result.notebook,
        result.state or "graded",
        *_numbers(adjusted),
        time_text(result.handed_in).removesuffix(" UTC"),  # with it, it is no time to a spreadsheet
    )
    exercises = result.exercises if result.state is None else ()
    return _Row(
        leading=leading,
        exercises={(lesson, one.exercise): _exercise_cell(one, adjusted) for one in exercises},
        out_of={(lesson, one.exercise): one.out_of for one in exercises},
        added=dict(_added(adjusted)),
        notes=_shortened(" · ".join(filter(None, [result.reason, *result.notes]))),
    )


def _numbers(adjusted: Adjusted) -> tuple[str, str, str]:
    """Return points, out of and percent."""
    points, out_of = adjusted.points, adjusted.out_of
    if points is None:
        return ("",) * 3
    percent = f"{100 * points / out_of:.1f}" if out_of else ""
    return points_text(points), points_text(out_of) if out_of else "", percent


def _added(adjusted: Adjusted) -> Iterator[Column]:
    """Yield what a teacher added, with the header over it."""
    for mark in adjusted.marks:
        header = f"{mark.criterion.name} ({points_text(mark.criterion.points)})"
        yield header, "not marked yet" if mark.points is None else points_text(mark.points)
    if adjusted.late:
        yield LATE, points_text(adjusted.late.points)
    comments = {name: one.comment for name, one in adjusted.exercises.items() if one.comment}
    comments |= {m.criterion.name: m.comment for m in adjusted.marks if m.comment}
    whole = adjusted.whole
    told = [whole.comment] if whole and whole.comment else []
    told += [f"{name}: {comment}" for name, comment in comments.items()]
    if adjusted.set_by_teacher:
        told.insert(0, "The teacher set the points.")
    if told:
        yield COMMENTS, _shortened(" · ".join(told))


def _shortened(notes: str) -> str:
    return notes if len(notes) <= LONGEST_NOTES else notes[: LONGEST_NOTES - 1] + "…"


def _exercise_cell(result: ExerciseResult, adjusted: Adjusted) -> str:
    points = adjusted.points_of(result)
    shows_points = points > 0 or result.state in NUMBERED or points != result.points
    return points_text(points) if shows_points else result.state


def _columns(rows: list[_Row]) -> list[Column]:
    """Return the exercises: lessons in the course's order, exercises in their notebook's."""
    seen = dict.fromkeys(column for row in rows for column in row.exercises)
    return sorted(seen, key=lambda column: column[0])


def _lines(rows: list[_Row], columns: list[Column]) -> Iterator[list[str]]:
    added = list(dict.fromkeys(header for row in rows for header in row.added))
    added.sort(
        key=lambda header: (LATE, COMMENTS).index(header) if header in (LATE, COMMENTS) else -1
    )
    yield [*LEADING, *_headers(rows, columns), *added, LAST]
    for row in rows:
        exercises = (row.exercises.get(column, "") for column in columns)
        yield [
            *row.leading,
            *exercises,
            *(row.added.get(header, "") for header in added),
            row.notes,
        ]


def _headers(rows: list[_Row], columns: list[Column]) -> list[str]:
    several = len({lesson for lesson, _ in columns}) > 1
    points: dict[Column, set[int]] = {}
    for row in rows:
        for column, out_of in row.out_of.items():
            points.setdefault(column, set()).add(out_of)
    headers = []
    for column in columns:
        lesson, exercise = column
        name = f"{lesson}: {exercise}" if several else exercise
        # An exercise can be worth something else since it was last changed: then a header cannot say.
        worth = points[column]
        headers.append(f"{name} ({worth.pop()})" if len(worth) == 1 else name)
    return headers
