"""rubric.csv: what answers in words get, filled in by hand, criterion by criterion.

A lesson has a rubric where a `rubric.yaml` lies beside its checks (`lockstep.build.rubric`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lockstep.build.rubric import Criterion, Rubric
from lockstep.grade.adjusted import Mark
from lockstep.grade.adjustments.lines import Place, Students, number, place_of
from lockstep.grade.model import SubmissionResult
from lockstep.grade.names import words
from lockstep.grade.reports.files import write_whole
from lockstep.grade.reports.naming import points_text, split_notebook
from lockstep.grade.reports.spreadsheet import csv_bytes
from lockstep.grade.tables import Table, plainly, read_table

FILE = "rubric.csv"
HEADER = ("student", "name", "notebook", "criterion", "points", "out of", "comment")


@dataclass(frozen=True)
class Marks:
    """What has been marked, for each result of a lesson with a rubric, and what is wrong with the file."""

    given: dict[Place, tuple[Mark, ...]]
    problems: list[str]


def with_rubric(
    results: Sequence[SubmissionResult], rubric_of: Callable[[str], Rubric | None]
) -> list[tuple[SubmissionResult, Rubric]]:
    """Return the graded results of lessons that have a rubric, by name and notebook."""
    graded = [one for one in results if one.state is None]
    found = [(one, rubric_of(split_notebook(one.notebook)[0])) for one in graded]
    return sorted(
        ((one, rubric) for one, rubric in found if rubric),
        key=lambda pair: (words(pair[0].student.name), place_of(pair[0])),
    )


def read_marks(path: Path, wanted: Sequence[tuple[SubmissionResult, Rubric]]) -> Marks:
    """Return the marks in the file, and write the lines that are still to be filled in below its others.

    Raises
    ------
    TableError
        If the file cannot be used at all.
    """
    marks = Marks({place_of(one): tuple(map(Mark, rubric.criteria)) for one, rubric in wanted}, [])
    table = read_table(path) if path.exists() else Table(list(HEADER), [])
    columns = {name: table.column(name) for name in HEADER}
    seen: set[tuple[Place, str]] = set()
    results = [one for one, _ in wanted]
    students = Students(results)
    for line, row in table.rows:
        values = {name: "" if at is None else row[at].strip() for name, at in columns.items()}
        try:
            problem = _take(marks, values, students, seen)
        except ValueError as error:
            problem = str(error)
        if problem:
            marks.problems.append(f"{path.name}, line {line}: {problem}")
    new = [
        _cells(table, one, mark.criterion)
        for one in results
        for mark in marks.given[place_of(one)]
        if (place_of(one), plainly(mark.criterion.name)) not in seen
    ]
    if new:
        rows = [row for _, row in table.rows]
        write_whole(path, csv_bytes([table.header, *rows, *new]))
    return marks


def _take(
    marks: Marks,
    values: dict[str, str],
    students: Students,
    seen: set[tuple[Place, str]],
) -> str:
    """Take a line in, and return what may be a slip in it."""
    theirs = students.named(values["student"])
    notebook, name = plainly(values["notebook"]), plainly(values["criterion"])
    result = next((one for one in theirs if plainly(one.notebook) == notebook), None)
    if result is None:
        raise ValueError(f"{theirs[0].student.name} handed in no {values['notebook']!r}.")
    place = place_of(result)
    known = [plainly(mark.criterion.name) for mark in marks.given[place]]
    if name not in known:
        raise ValueError(f"the rubric has no criterion {values['criterion']!r}.")
    seen.add((place, name))
    points = number(values["points"])
    at = known.index(name)
    criterion = marks.given[place][at].criterion
    marked = Mark(criterion, points, values["comment"])
    marks.given[place] = (*marks.given[place][:at], marked, *marks.given[place][at + 1 :])
    if points is not None and points > criterion.points:
        most = points_text(criterion.points)
        return f"{values['points']} points are more than {most}; they count all the same."
    return ""


def _cells(table: Table, result: SubmissionResult, criterion: Criterion) -> list[str]:
    values = {
        "student": result.student.key,
        "name": result.student.name,
        "notebook": result.notebook,
        "criterion": criterion.name,
        "out of": points_text(criterion.points),
    }
    return [values.get(plainly(name), "") for name in table.header]
