"""gradebook.csv: a row for each student and notebook, to be opened in a spreadsheet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lockstep.grade.model import ExerciseResult, SubmissionResult
from lockstep.grade.names import words
from lockstep.grade.reports.files import write_whole
from lockstep.grade.reports.naming import points_text, split_notebook, time_text
from lockstep.grade.reports.spreadsheet import csv_bytes

LEADING = ["student", "name", "notebook", "state", "points", "out of", "percent", "handed in (UTC)"]
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
    notes: str

    @property
    def order(self) -> tuple[tuple[str, ...], str, str, tuple[str, ...]]:
        student, name, notebook = self.leading[:3]
        return (words(name), student, notebook, self.leading)


def write_gradebook(path: Path, results: Iterable[SubmissionResult]) -> None:
    """Write the gradebook: sorted by name, a row for each student and notebook.

    The leading columns are the student's id and name, the notebook, the state ("graded",
    "unreadable", "missing"), points, out of, percent and when it was handed in, in UTC. A column for each
    exercise follows, and the teacher's notes come last. Points and percent are empty where
    nothing was graded: an empty cell is left out of a spreadsheet's mean, and a zero is not.

    An exercise's cell holds its points. Where it got none for another reason than being wrong, the cell
    holds that reason ("not attempted", "time limit"), which a spreadsheet's sum passes over. With
    results of one lesson a column is called "softmax (2)", with several "04_simple_net: softmax (2)";
    the two frameworks of a lesson share its columns.

    Parameters
    ----------
    path
        The file; one that is there is replaced as a whole.
    results
        All results, in any order: the same results make the same file.
    """
    rows = sorted((_row(result) for result in results), key=lambda row: row.order)
    columns = _columns(rows)
    write_whole(path, csv_bytes(_lines(rows, columns)))


def _row(result: SubmissionResult) -> _Row:
    lesson, _ = split_notebook(result.notebook)
    graded = result.state is None
    percent = f"{100 * result.points / result.out_of:.1f}" if result.out_of else ""
    numbers = (points_text(result.points), str(result.out_of), percent) if graded else ("",) * 3
    leading = (
        result.student.key,
        result.student.name,
        result.notebook,
        result.state or "graded",
        *numbers,
        time_text(result.handed_in).removesuffix(" UTC"),  # with it, it is no time to a spreadsheet
    )
    exercises = result.exercises if graded else ()
    return _Row(
        leading=leading,
        exercises={(lesson, one.exercise): _exercise_cell(one) for one in exercises},
        out_of={(lesson, one.exercise): one.out_of for one in exercises},
        notes=_shortened(" · ".join(filter(None, [result.reason, *result.notes]))),
    )


def _shortened(notes: str) -> str:
    return notes if len(notes) <= LONGEST_NOTES else notes[: LONGEST_NOTES - 1] + "…"


def _exercise_cell(result: ExerciseResult) -> str:
    shows_points = result.points > 0 or result.state in NUMBERED
    return points_text(result.points) if shows_points else result.state


def _columns(rows: list[_Row]) -> list[Column]:
    """Return the exercises: lessons in the course's order, exercises in their notebook's."""
    seen = dict.fromkeys(column for row in rows for column in row.exercises)
    return sorted(seen, key=lambda column: column[0])


def _lines(rows: list[_Row], columns: list[Column]) -> Iterator[list[str]]:
    yield [*LEADING, *_headers(rows, columns), LAST]
    for row in rows:
        yield [*row.leading, *(row.exercises.get(column, "") for column in columns), row.notes]


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
