"""Moodle: its grading worksheet, filled in, and an archive of feedback that it gives to each student.

Both are matched by the ID that stands in the names of the files that came back ("Participant 123").
"""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lockstep.grade.names import words
from lockstep.grade.reports.lms.scores import Score
from lockstep.grade.reports.naming import points_text
from lockstep.grade.tables import Table, TableError, read_table

# Moodle writes the headers in the language that the teacher reads it in.
GRADE = ("grade", "bewertung", "note", "calificación", "valutazione", "nota", "cijfer")
MAXIMUM = (
    "maximum grade",
    "bestwertung",
    "note maximale",
    "calificación máxima",
    "valutazione massima",
)
NAME = ("full name", "vollständiger name", "nom complet", "nombre completo", "nome completo")
COMMENT = ("feedback comments", "feedback als kommentar", "commentaires de feedback")
BUILT = ("Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments")
FEEDBACK_TIME = (2026, 1, 1, 0, 0, 0)  # the same pages make the same archive


@dataclass(frozen=True)
class Participant:
    """A student as Moodle knows them: the ID in this assignment, and the name in its files' names."""

    id: str
    name: str


def _by_id(item: tuple[str, Participant]) -> tuple[int, str]:
    return len(item[1].id), item[1].id


def built_worksheet(
    participants: Mapping[str, Participant], scores: Sequence[Score]
) -> list[list[str]]:
    """Return a worksheet made of what is known: those who have points, in the order of their IDs."""
    totals = _totals(scores)
    lines = []
    for key, participant in sorted(participants.items(), key=_by_id):
        total = totals.get(key)
        if total:
            cells = [_text(total.points), points_text(total.out_of), total.comment]
            lines.append([f"Participant {participant.id}", participant.name, *cells])
    return [list(BUILT), *lines]


def filled_worksheet(
    path: Path, participants: Mapping[str, Participant], scores: Sequence[Score]
) -> tuple[list[list[str]], list[str]]:
    """Return the teacher's worksheet with the grades in it, and a sentence on whoever is not in it.

    All columns and lines are kept as they are. Where its maximum is another than ours, the points are
    scaled to it.

    Raises
    ------
    TableError
        If it cannot be used as a worksheet.
    """
    table = read_table(path)
    grade, comment = table.column(*GRADE), table.column(*COMMENT)
    if grade is None:
        there = ", ".join(table.header)
        raise TableError(
            f"{path.name} has no column for grades (`Grade`); its columns are: {there}. "
            "Download the grading worksheet from the assignment once more."
        )
    totals = _totals(scores)
    keys = _keys(table, participants, totals)
    rows = [list(row) for _, row in table.rows]
    for row, key in zip(rows, keys, strict=True):
        total = totals.get(key or "")
        if total:
            row[grade] = _text(total.scaled(_maximum(table, row)))
            if comment is not None and total.comment:
                row[comment] = total.comment
    left = [total.student.name for key, total in totals.items() if key not in keys]
    problems = [f"{path.name} has no line for: {', '.join(sorted(left))}."] if left else []
    return [table.header, *rows], problems


def _keys(
    table: Table, participants: Mapping[str, Participant], totals: Mapping[str, Score]
) -> list[str | None]:
    """Return whose each line is: by the ID at the end of its first cell, else by a name that one has."""
    by_id = {participant.id: key for key, participant in participants.items()}
    by_name: dict[tuple[str, ...], list[str]] = {}
    for key, total in totals.items():
        if key not in participants:
            by_name.setdefault(tuple(sorted(words(total.student.name))), []).append(key)
    at = table.column(*NAME)
    keys: list[str | None] = []
    for _, row in table.rows:
        found = re.search(r"([0-9]+)\s*$", row[0])
        same = by_name.get(tuple(sorted(words(row[at]))), []) if at is not None else []
        fallback = same[0] if len(same) == 1 else None
        keys.append(by_id.get(found.group(1), fallback) if found else fallback)
    return keys


def _totals(scores: Iterable[Score]) -> dict[str, Score]:
    """Return one score for each student: what their lessons add up to, an assignment having one grade."""
    worth: dict[str, float] = {}
    for score in scores:
        worth[score.lesson] = max(worth.get(score.lesson, 0.0), score.out_of)
    totals: dict[str, Score] = {}
    for score in scores:
        key = score.student.key
        before = totals.get(key, Score(score.student, "", 0.0, sum(worth.values())))
        comment = "\n".join(filter(None, [before.comment, score.comment]))
        points = before.points + score.scaled(worth[score.lesson])
        totals[key] = Score(score.student, "", points, before.out_of, comment)
    return totals


def _maximum(table: Table, row: Sequence[str]) -> float | None:
    at = table.column(*MAXIMUM)
    found = re.fullmatch(r"\s*([0-9]+)(?:[.,]([0-9]+))?\s*", row[at]) if at is not None else None
    return float(f"{found.group(1)}.{found.group(2) or 0}") if found else None


def _text(points: float) -> str:
    return f"{points:.2f}"


def feedback_archive(participants: Mapping[str, Participant], pages: Mapping[str, Path]) -> bytes:
    """Return the students' pages in an archive, in the folders that Moodle handed out."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for key, participant in sorted(participants.items(), key=_by_id):
            page = pages.get(key)
            if page is not None and page.exists():
                name = re.sub(r"[/\\_\x00-\x1f]", " ", participant.name)
                folder = f"{name}_{participant.id}_assignsubmission_file_"
                info = zipfile.ZipInfo(f"{folder}/feedback.html", FEEDBACK_TIME)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                archive.writestr(info, page.read_bytes())
    return packed.getvalue()
