"""late.csv: when each lesson was due, for whom later, and what being late costs."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from lockstep.grade.adjusted import Late
from lockstep.grade.model import SubmissionResult
from lockstep.grade.reports.files import write_whole
from lockstep.grade.reports.naming import split_notebook
from lockstep.grade.reports.spreadsheet import csv_bytes
from lockstep.grade.tables import TableError, plainly, read_table

FILE = "late.csv"
HEADER = ("lesson", "student", "due", "grace", "penalty", "limit")
UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
Row = dict[str, str]


# How times and penalties are spelled, on the command line and in the file


def due_time(text: str) -> datetime:
    """Return a time as it is typed; without an offset it is this computer's, without hours the day's end.

    Raises
    ------
    ValueError
        If it is none; says so in a sentence.
    """
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip()):
            return datetime.combine(date.fromisoformat(text.strip()), time(23, 59, 59)).astimezone()
        moment = datetime.fromisoformat(text.strip())
        return moment if moment.tzinfo else moment.astimezone()
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{text!r} is no time. Type it like 2026-11-20T23:59.") from None


def duration(text: str) -> timedelta:
    """Return a time span: 15m, 2h or 1d.

    Raises
    ------
    ValueError
        If it is none; says so in a sentence.
    """
    found = re.fullmatch(r"([0-9]{1,5})\s*([mhd])", text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no time span. Type it like 15m, 2h or 1d.")
    return int(found[1]) * UNITS[found[2]]


@dataclass(frozen=True)
class Penalty:
    """What is taken off: a share of the points or points, once or for each time span that was begun."""

    amount: float
    is_share: bool
    span: timedelta | None

    @property
    def in_words(self) -> str:
        """As a student reads it: "10% of all points for each day begun"."""
        what = (
            f"{100 * self.amount:g}% of all points" if self.is_share else f"{self.amount:g} points"
        )
        span = next((name for name in ("hour", "day", "week") if UNITS[name] == self.span), "")
        return f"{what} for each {span} begun" if span else what

    def cost(self, by: timedelta | None, out_of: float) -> float:
        """Return what being late costs; where it is not known by how long, what it costs at least."""
        begun = math.ceil(by / self.span) if by and self.span else 1
        return begun * self.amount * (out_of if self.is_share else 1.0)


def penalty(text: str) -> Penalty:
    """Return a penalty: 10%/day, 5%/hour, 2/day (points), or 20% once.

    Raises
    ------
    ValueError
        If it is none; says so in a sentence.
    """
    found = re.fullmatch(
        r"([0-9]{1,6}(?:[.,][0-9]+)?)\s*(%?)(?:\s*/\s*(hour|day|week))?", text.strip()
    )
    if found is None:
        raise ValueError(f"{text!r} is no penalty. Type it like 10%/day, 2/day (points) or 20%.")
    amount = float(found[1].replace(",", "."))
    span = UNITS[found[3]] if found[3] else None
    return Penalty(amount / 100 if found[2] else amount, bool(found[2]), span)


def share(text: str) -> float:
    """Return a share of the points: 50%.

    Raises
    ------
    ValueError
        If it is none; says so in a sentence.
    """
    found = re.fullmatch(r"([0-9]{1,3}(?:[.,][0-9]+)?)\s*%", text.strip())
    if found is None or float(found[1].replace(",", ".")) > 100:
        raise ValueError(f"{text!r} is no share. Type it like 50%.")
    return float(found[1].replace(",", ".")) / 100


# The file


@dataclass(frozen=True)
class Rule:
    """When something is due, and what being late costs; `own` where it is one student's date."""

    due: datetime
    grace: timedelta = timedelta()
    penalty: Penalty | None = None
    limit: float = 1.0
    spelled: str = ""
    own: bool = False

    def late(self, result: SubmissionResult, out_of: float, earned: float) -> Late | None:
        """Return how late a result is and what that costs; None where it came in time."""
        by = _lateness(result, self.due)
        # The school's system knows nothing of a date that the teacher gave a student here.
        if by is None and (self.own or not result.late):
            return None
        if by is not None and by <= self.grace:
            return None
        cost = self.penalty.cost(by, out_of) if self.penalty else 0.0
        return Late(self.due, by, min(cost, self.limit * out_of, earned), self.spelled)


def _lateness(result: SubmissionResult, due: datetime) -> timedelta | None:
    """Return by how long it was late; zero or less where it was not, None where nobody says when it came."""
    if not result.handed_in:
        return None
    came = datetime.fromisoformat(result.handed_in)
    return (came if came.tzinfo else came.astimezone()) - due


@dataclass(frozen=True)
class LateRules:
    """What the file says, by lesson and student (in lower case; empty for all), and what is wrong with it."""

    rules: dict[tuple[str, str], Rule]
    problems: list[str]

    def rule(self, result: SubmissionResult) -> Rule | None:
        """Return the rule for a result: the student's own goes first."""
        lesson = plainly(split_notebook(result.notebook)[0])
        own = self.rules.get((lesson, plainly(result.student.key)))
        return own or self.rules.get((lesson, ""))


def read_late(path: Path) -> LateRules:
    """Return the rules in the file; none where it is not there.

    Raises
    ------
    TableError
        If it cannot be used at all.
    """
    found = LateRules({}, [])
    lines = _rows(path)
    for_all = {plainly(row["lesson"]): row for _, row in lines if not row["student"]}
    for line, row in lines:
        inherited = for_all.get(plainly(row["lesson"]), {})
        filled = {name: row[name] or inherited.get(name, "") for name in HEADER}
        try:
            found.rules[plainly(row["lesson"]), plainly(row["student"])] = _rule(filled)
        except ValueError as error:
            found.problems.append(f"{path.name}, line {line}: {error}")
    return found


def _rule(row: Row) -> Rule:
    most = f", {row['limit']} at most" if row["limit"] else ""
    cost = penalty(row["penalty"]) if row["penalty"] else None
    return Rule(
        due_time(row["due"]),
        duration(row["grace"]) if row["grace"] else timedelta(),
        cost,
        share(row["limit"]) if row["limit"] else 1.0,
        f"{cost.in_words}{most}" if cost else "",
        own=bool(row["student"]),
    )


def keep_late(out: Path, lessons: Iterable[str], rule: Row, roster: Mapping[str, Row]) -> None:
    """Write down what the command line says of these lessons, and the dates of students' own.

    Parameters
    ----------
    out
        The folder; what its file says of other lessons, and of students whose row has no date, stays.
    lessons
        The lessons that are being graded.
    rule
        `due`, `grace`, `penalty` and `limit` as they were typed.
    roster
        From a student's key to the roster's other columns, of which `due` and `extension` count.

    Raises
    ------
    TableError
        If the file cannot be used, or a date in the roster cannot be read.
    """
    path = out / FILE
    rows = {(row["lesson"], row["student"]): row for _, row in _rows(path)}
    for lesson in sorted(lessons):
        # With its offset: another computer, or a changed clock, shall not move it.
        due = due_time(rule["due"])
        rows[lesson, ""] = {**rule, "lesson": lesson, "student": "", "due": due.isoformat()}
        for key, more in roster.items():
            own = _own_date(key, more, due)
            if own:
                empty = dict.fromkeys(HEADER, "")
                rows[lesson, key] = {**empty, "lesson": lesson, "student": key, "due": own}
    lines = [[row[name] for name in HEADER] for _, row in sorted(rows.items())]
    write_whole(path, csv_bytes([HEADER, *lines]))


def _own_date(key: str, more: Row, due: datetime) -> str:
    try:
        if more.get("due"):
            return due_time(more["due"]).isoformat()
        return (due + duration(more["extension"])).isoformat() if more.get("extension") else ""
    except ValueError as error:
        raise TableError(f"The roster's row of {key}: {error}") from None


def _rows(path: Path) -> Sequence[tuple[int, Row]]:
    if not path.exists():
        return []
    table = read_table(path)
    places = {name: table.column(name) for name in HEADER}
    return [
        (line, {name: "" if at is None else row[at].strip() for name, at in places.items()})
        for line, row in table.rows
    ]
