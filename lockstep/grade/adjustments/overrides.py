"""overrides.csv: a teacher's own points and comments, line by line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lockstep.grade.adjusted import Override
from lockstep.grade.adjustments.lines import Place, Students, number, place_of
from lockstep.grade.model import SubmissionResult
from lockstep.grade.reports.files import write_whole
from lockstep.grade.reports.naming import split_notebook
from lockstep.grade.reports.spreadsheet import csv_bytes
from lockstep.grade.tables import Table, plainly, read_table

FILE = "overrides.csv"
HEADER = ("student", "notebook", "exercise", "points", "comment")
EXAMPLE = (
    "# anna",
    "04_simple_net_pytorch",
    "softmax",
    "1.5",
    "A line that begins with # is left out. Without an exercise it is for the whole notebook; without "
    "points it is a comment alone. It holds from the next `lockstep grade` on, whatever is graded anew.",
)


@dataclass(frozen=True)
class Overrides:
    """What the file says, and what is wrong with it.

    Parameters
    ----------
    given
        For each result the teacher's word on its exercises; on the whole under an empty name.
    problems
        Of each line that fits nothing, or may be a slip, a sentence.
    """

    given: dict[Place, dict[str, Override]]
    problems: list[str]


def write_template(folder: Path) -> None:
    """Write the file with a line that explains it, where there is none yet."""
    path = folder / FILE
    if not path.exists():
        write_whole(path, csv_bytes([HEADER, EXAMPLE]))


def read_overrides(path: Path, results: Sequence[SubmissionResult]) -> Overrides:
    """Return what a teacher's lines say of these results.

    Raises
    ------
    TableError
        If the file cannot be used at all.
    """
    overrides = Overrides({}, [])
    students = Students(results)
    table = read_table(path)
    for line, row in table.rows:
        values = _values(table, row)
        if not values["student"].startswith("#"):
            try:
                problem = _take(overrides, values, students)
            except ValueError as error:
                problem = str(error)
            if problem:
                overrides.problems.append(f"{path.name}, line {line}: {problem}")
    return overrides


def _values(table: Table, row: list[str]) -> dict[str, str]:
    places = {name: table.column(name) for name in HEADER}
    return {name: "" if place is None else row[place].strip() for name, place in places.items()}


def _take(overrides: Overrides, values: dict[str, str], students: Students) -> str:
    """Take a line in, and return what may be a slip in it."""
    theirs = students.named(values["student"])
    result = _meant(values, theirs)
    points = number(values["points"])
    if points is None and not values["comment"]:
        raise ValueError("it has neither points nor a comment. Fill one in, or delete the line.")
    exercise = _exercise(values["exercise"], result)
    known = overrides.given.setdefault(place_of(result), {})
    again = exercise in known
    known[exercise] = Override(points, values["comment"])
    if again:
        return "an earlier line is for the same; this one holds."
    out_of = _out_of(exercise, result)
    if points is not None and out_of and points > out_of:
        return f"{values['points']} points are more than {out_of}; they count all the same."
    return ""


def _meant(values: dict[str, str], theirs: Sequence[SubmissionResult]) -> SubmissionResult:
    """Return the result that a line is for: of a notebook's, one that was graded goes first."""
    wanted = plainly(values["notebook"])
    named = [
        one
        for one in theirs
        if wanted in ("", plainly(one.notebook), plainly(split_notebook(one.notebook)[0]))
        or one.state == "missing"
    ]
    graded = [one for one in named if one.state is None] or named
    who = theirs[0].student.name
    notebooks = _listed(one.notebook or "no notebook" for one in theirs)
    if not named:
        raise ValueError(f"{who} handed in no {values['notebook']!r}, but {notebooks}.")
    if len(graded) > 1:
        raise ValueError(f"{who} has more than one: {notebooks}. Name one of them.")
    return graded[0]


def _exercise(text: str, result: SubmissionResult) -> str:
    names = {plainly(one.exercise): one.exercise for one in result.exercises}
    if text and plainly(text) not in names:
        there = _listed(names.values()) if names else "none that was graded"
        raise ValueError(f"there is no exercise {text!r}; there is {there}.")
    return names[plainly(text)] if text else ""


def _out_of(exercise: str, result: SubmissionResult) -> int:
    if not exercise:
        return result.out_of
    return next(one.out_of for one in result.exercises if one.exercise == exercise)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
