"""Where each piece of a student's notebook is to be run: in an answer's place, after a cell, or not."""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass, replace

from lockstep.grade.recognise import Piece, Pristine, numbers
from lockstep.grade.syntax import (
    defines,
    definitions,
    has_code,
    is_call,
    is_second_half,
    parse,
    same_code,
    split_at,
    without_statements,
)

WHAT = {
    "check": "a check",
    "set-up": "the set-up",
    "submit": "the last cell",
    "given": "code that was handed out",
}
MUCH_LONGER = 20_000  # characters; what is that much longer than the blank is not the blank


@dataclass(frozen=True)
class Entry:
    """A piece that is to be run.

    Parameters
    ----------
    piece
        The student's code.
    anchor
        The place after which it is run, if it is no answer; -1 for before all.
    exercise
        The exercise that it answers; None for the student's own code.
    """

    piece: Piece
    anchor: int
    exercise: str | None = None


def placed(found: list[Piece], pristine: Pristine) -> tuple[list[Entry], list[str]]:
    """Return the pieces that are to be run, and notes for the teacher.

    Checks, set-ups and unchanged handed-out cells are left out; what the student added to them is kept.
    """
    notes: list[str] = []
    entries: list[Entry] = []
    anchor = set_up if (set_up := pristine.find_set_up()) is not None else -1
    seen: set[int] = set()
    for piece in _joined(found, pristine, notes):
        # A copy of a cell that was there already doesn't pull what follows it to where the first one is.
        if piece.place is not None and piece.place not in seen:
            anchor = piece.place
            seen.add(anchor)
        exercise = _exercise(piece, pristine)
        own = piece if exercise else replace(piece, source=_added(piece, pristine))
        if exercise or has_code(own.source):
            entries.append(Entry(own, anchor, exercise))
    notes += _notes_on_changes(entries, pristine)
    return _named(entries, pristine), notes


def is_blank(source: str, blank: str) -> bool:
    """Return whether an answer is still the blank; its comments, docstring and format are free."""
    if len(source) > len(blank) + MUCH_LONGER:
        return False
    left = without_statements(source, _asks)
    return not has_code(left) or same_code(left, blank)


def _joined(found: list[Piece], pristine: Pristine, notes: list[str]) -> list[Piece]:
    """Return the pieces, with an answer whose function was split in the middle made whole."""
    joined: list[Piece] = []
    halves: list[Piece] = []
    for piece in found:
        before = joined[-1] if joined else None
        if (
            before is not None
            and piece.place is None
            and piece.kind == before.kind == "code"
            and piece.number == before.number + 1
            and _exercise(before, pristine)
            and is_second_half(piece.source, before.source)
        ):
            joined[-1] = replace(before, source=f"{before.source}\n{piece.source}")
            halves.append(before)
        else:
            joined.append(piece)
    if halves:
        notes.append(f"An answer was split in two, at {numbers(halves)}; it was joined again.")
    return joined


def _exercise(piece: Piece, pristine: Pristine) -> str | None:
    """Return the exercise that the piece answers, or is a blank of."""
    if piece.place is not None:
        place = pristine.places[piece.place]
        return place.exercise if place.role == "answer" else None
    for name, _ in definitions(piece.source):
        index = pristine.exercises.get(name)
        if index is not None and is_blank(piece.source, pristine.places[index].code):
            return name
    return None


# What the student added to a cell that was handed out


def _added(piece: Piece, pristine: Pristine) -> str:
    """Return the student's own code in a piece that is no answer."""
    place = pristine.places[piece.place] if piece.place is not None else None
    if place is None:
        left = without_statements(piece.source, _asks)
        return piece.source if left else ""  # a cell with nothing but checks is a check
    if place.role in ("check", "submit"):
        return without_statements(piece.source, _asks)
    if place.role == "set-up":
        return _added_to_set_up(piece.source, place.code)
    return "" if same_code(piece.source, place.code) else piece.source


def _asks(statement: ast.stmt) -> bool:
    """Return whether a statement only asks how an answer does."""
    return is_call(statement, "check") or is_call(statement, "submit")


def _added_to_set_up(source: str, set_up: str) -> str:
    """Return what is neither in the set-up nor in one of an earlier release."""
    tree = parse(set_up)
    body = tree.body if tree else []
    known = {ast.dump(statement) for statement in body}
    imported = {one.name for node in body if isinstance(node, ast.Import) for one in node.names}
    lines = source.split("\n")

    def installs(statement: ast.stmt) -> bool:
        text = "\n".join(lines[statement.lineno - 1 : statement.end_lineno])
        if isinstance(statement, ast.Import) and imported.issuperset(
            one.name for one in statement.names
        ):
            return True
        return bool(re.search(r"lockstep|\bpip\b", text)) or is_call(statement, "start")

    def dropped(statement: ast.stmt) -> bool:
        return installs(statement) or (len(lines) < 1000 and ast.dump(statement) in known)

    # One that is no Python any more could not be run by the student either.
    return without_statements(source, dropped) if parse(source) else ""


def _notes_on_changes(entries: list[Entry], pristine: Pristine) -> list[str]:
    changed: defaultdict[str, list[Piece]] = defaultdict(list)
    for entry in entries:
        if entry.piece.place is not None and not entry.exercise:
            changed[pristine.places[entry.piece.place].role].append(entry.piece)
    return [
        f"Changed: {WHAT[role]}, in {numbers(found)}. What was added is run after the original."
        for role, found in changed.items()
    ]


# Answers that are found by the name of what they define


def _named(entries: list[Entry], pristine: Pristine) -> list[Entry]:
    """Return the entries, with answers that stand in the wrong cell, or in an unmarked one, found."""
    blanks = {name: pristine.places[index].code for name, index in pristine.exercises.items()}
    wanted = set(blanks) - {
        entry.exercise
        for entry in entries
        if entry.exercise
        and entry.piece.kind == "code"
        and defines(entry.piece.source, entry.exercise)
        and not is_blank(entry.piece.source, blanks[entry.exercise])
    }
    return [part for entry in entries for part in _parts(entry, wanted)]


def _parts(entry: Entry, wanted: set[str]) -> list[Entry]:
    """Return an entry that defines several exercises' functions as one entry for each."""
    firsts: dict[str, int] = {}
    for name, line in definitions(entry.piece.source):
        if name in wanted or name == entry.exercise:
            firsts.setdefault(name, line)
    lines = sorted(set(firsts.values()))
    if not lines or set(firsts) == {entry.exercise}:
        return [entry]
    names = {line: name for name, line in firsts.items()}
    sources = split_at(entry.piece.source, lines[1:])
    return [
        replace(entry, exercise=names[line], piece=replace(entry.piece, source=source))
        for line, source in zip(lines, sources, strict=True)
    ]
