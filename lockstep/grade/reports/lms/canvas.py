"""Canvas: its gradebook, filled in or made of what is known, with a column for each lesson."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lockstep.grade.names import words
from lockstep.grade.reports.lms.scores import Score
from lockstep.grade.reports.naming import notebook_title, points_text
from lockstep.grade.tables import Table, TableError, read_table

BUILT = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POSSIBLE = "    Points Possible"  # with the blanks that Canvas writes
ASSIGNMENT = re.compile(r"(.+) \([0-9]+\)")


def built_gradebook(ids: Mapping[str, str], scores: Sequence[Score]) -> list[list[str]]:
    """Return a gradebook made of what is known; Canvas makes an assignment for each new column.

    Parameters
    ----------
    ids
        From a student's key to the id that Canvas has.
    scores
        All scores of the lessons that shall have a column.
    """
    lessons = sorted({score.lesson for score in scores})
    points = {(one.student.key, one.lesson): one for one in scores}
    possible = {one.lesson: points_text(one.out_of) for one in scores}
    names = {one.student.key: one.student.name for one in scores}
    lines = [
        [names[key], ids[key], "", "", "", *(_points(points.get((key, one))) for one in lessons)]
        for key in sorted(names.keys() & ids.keys(), key=lambda key: words(names[key]))
    ]
    return [[*BUILT, *lessons], [POSSIBLE, *[""] * 4, *(possible[one] for one in lessons)], *lines]


def _points(score: Score | None, maximum: float | None = None) -> str:
    return "" if score is None else points_text(score.scaled(maximum))


def filled_gradebook(
    path: Path, ids: Mapping[str, str], scores: Sequence[Score]
) -> tuple[list[list[str]], list[str]]:
    """Return the teacher's export with the grades in it, and a sentence on what has no place there.

    All columns and lines are kept as they are. Where an assignment has other points than ours, the
    points are scaled to it.

    Raises
    ------
    TableError
        If it cannot be used as a gradebook.
    """
    table = read_table(path)
    at = table.column("id")
    if at is None or table.column("student") is None:
        there = ", ".join(table.header)
        raise TableError(
            f"{path.name} is no gradebook from Canvas: it needs the columns `Student` and `ID`, and has: {there}."
        )
    rows = [list(row) for _, row in table.rows]
    keys = _keys(table, at, ids, scores)
    problems = []
    for lesson in sorted({score.lesson for score in scores}):
        theirs = {one.student.key: one for one in scores if one.lesson == lesson}
        column = _column(table, lesson, alone=len({one.lesson for one in scores}) == 1)
        if column is None:
            problems.append(_no_column(path, table, lesson))
            continue
        maximum = _possible(rows, column)
        for row, key in zip(rows, keys, strict=True):
            if key in theirs:
                row[column] = _points(theirs[key], maximum)
    left = sorted({one.student.name for one in scores if one.student.key not in keys})
    if left:
        problems.append(f"{path.name} has no line for: {', '.join(left)}.")
    return [table.header, *rows], problems


def _keys(
    table: Table, at: int, ids: Mapping[str, str], scores: Iterable[Score]
) -> list[str | None]:
    """Return whose each line is: by the id, by the school's own ids, else by a name that one has."""
    by_id = {text: key for key, text in ids.items()}
    own = [place for name in ("sis user id", "sis login id") if (place := table.column(name))]
    names: dict[tuple[str, ...], set[str]] = {}
    for one in scores:
        names.setdefault(tuple(sorted(words(one.student.name))), set()).add(one.student.key)
    known = {key for keys in names.values() for key in keys}
    student = table.column("student") or 0
    found: list[str | None] = []
    for _, row in table.rows:
        mine = next((row[place] for place in own if row[place] in known), None)
        same = names.get(tuple(sorted(words(row[student]))), set())
        same = {key for key in same if key not in ids}
        by_name = next(iter(same)) if len(same) == 1 else None
        found.append(by_id.get(row[at].strip()) or mine or by_name)
    return found


def _column(table: Table, lesson: str, alone: bool) -> int | None:
    """Return the column of a lesson's assignment: the one that is called so, or the only one."""
    assignments = {
        at: found[1]
        for at, head in enumerate(table.header)
        if (found := ASSIGNMENT.fullmatch(head))
    }
    wanted = [
        _plain(lesson),
        _plain(notebook_title(lesson)),
        _plain(notebook_title(lesson).partition("·")[2]),
    ]
    named = [
        at for at, name in assignments.items() if any(one and one in _plain(name) for one in wanted)
    ]
    if len(named) == 1:
        return named[0]
    return next(iter(assignments)) if alone and len(assignments) == 1 else None


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _no_column(path: Path, table: Table, lesson: str) -> str:
    there = ", ".join(head for head in table.header if ASSIGNMENT.fullmatch(head)) or "none"
    return (
        f"{path.name}: it cannot be told which assignment is {lesson}; there are: {there}. "
        f"Write {lesson} into the assignment's name in Canvas, and download the gradebook again."
    )


def _possible(rows: Sequence[Sequence[str]], column: int) -> float | None:
    for row in rows:
        if row[0].strip() == POSSIBLE.strip():
            text = row[column].strip()
            return float(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else None
    return None
