"""Which of the handed-out cells each piece of a student's notebook stands for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from lockstep.grade.notebook import NotebookCell
from lockstep.grade.syntax import defines, parse, spans

# A person may have typed it again. Only a line's beginning is looked at: a line can have megabytes.
MARKER = re.compile(
    r"([ \t]*)#+[ \t]*lockstep\b[ \t:]*(?:(answer|check)\b[ \t:]+([\w-]+)|(set[ _-]?up|submit)\b)",
    re.IGNORECASE,
)
LONGEST_MARKER = 200
MOST_NUMBERS = 5  # cells that a note names
FENCE = re.compile(r" {0,3}(?:```|~~~)")

Role = Literal["set-up", "answer", "check", "submit", "given"]


@dataclass(frozen=True)
class Place:
    """A code cell as it was handed out.

    Parameters
    ----------
    role
        "submit" is the cell in which a student hands in. "given" is any that is none of the others.
    exercise
        The exercise that an answer or a check belongs to.
    source
        All of it.
    code
        The same without the marker line.
    """

    role: Role
    source: str
    code: str
    id: str
    exercise: str | None = None


@dataclass(frozen=True)
class Piece:
    """A cell of the student's, or the part of one from a marker line to the next.

    Parameters
    ----------
    source
        Its code, without the marker line.
    number
        The cell that it stands in.
    place
        The handed-out cell that it stands for, as an index; None for the student's own.
    marked
        Whether a marker line said so, and not the cell's id.
    kind
        The cell's kind, "code", "markdown" or "raw".
    """

    source: str
    number: int
    place: int | None = None
    marked: bool = False
    kind: str = "code"


@dataclass(frozen=True)
class _Marker:
    """What a marker line names: a role, and an exercise that may not exist."""

    role: Role
    name: str
    indented: bool


class Pristine:
    """The notebook as it was handed out, ready to be looked things up in."""

    def __init__(self, cells: tuple[NotebookCell, ...]) -> None:
        self.places = tuple(_place(cell) for cell in cells if cell.kind == "code")
        self.prose = [cell.source.strip("\n") for cell in cells if cell.kind != "code"]
        self.quoted = {_squeezed(text) for prose in self.prose for text in fences(prose)}
        self._by_name: dict[tuple[Role, str], int] = {
            (place.role, (place.exercise or "").casefold()): index
            for index, place in enumerate(self.places)
            if place.role != "given"
        }
        self._by_id = {place.id: index for index, place in enumerate(self.places) if place.id}
        self._by_code = {_squeezed(place.code): index for index, place in enumerate(self.places)}

    @property
    def exercises(self) -> dict[str, int]:
        """Each exercise's name, with the place of its answer, in order."""
        return {
            place.exercise: index
            for index, place in enumerate(self.places)
            if place.role == "answer" and place.exercise
        }

    def find_set_up(self) -> int | None:
        """Return the set-up cell's place."""
        return self._by_name.get(("set-up", ""))

    def find_marked(self, marker: _Marker) -> int | None:
        """Return what a marker line names."""
        return self._by_name.get((marker.role, marker.name))

    def find_labelled(self, cell: NotebookCell) -> int | None:
        """Return the place with the cell's id, or with the id that nbgrader's metadata has."""
        nbgrader = cell.metadata.get("nbgrader")
        grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
        for label in (cell.id, grade_id, f"answer-{grade_id}"):
            if isinstance(label, str) and label in self._by_id:
                return self._by_id[label]
        return None

    def find_same(self, source: str) -> int | None:
        """Return the place that holds the same code."""
        return self._by_code.get(_squeezed(source))

    def is_prose(self, cell: NotebookCell) -> bool:
        """Return whether the cell is text that was handed out, or quotes nothing but its code."""
        quotes = fences(cell.source)
        return cell.source.strip("\n") in self.prose or (
            bool(quotes) and all(_squeezed(text) in self.quoted for text in quotes)
        )

    def without_prose(self, source: str) -> str:
        """Return code without the handed-out text that was merged into its cell."""
        framed = f"\n{source}\n"
        for prose in self.prose:
            if prose.strip():
                framed = framed.replace(f"\n{prose}\n", "\n\n")
        return framed[1:-1]


def _place(cell: NotebookCell) -> Place:
    first, _, rest = cell.source.partition("\n")
    marker = _marker(first)
    if marker is None:
        return Place("given", cell.source, cell.source, cell.id)
    match = MARKER.match(first)
    return Place(marker.role, cell.source, rest, cell.id, match[3] if match else None)


def pieces(cells: tuple[NotebookCell, ...], pristine: Pristine) -> list[Piece]:
    """Return the code in the student's cells, in order, each piece with what it stands for.

    A marker line is believed before a cell's id, the id before nbgrader's metadata, and that before the
    same code as in a handed-out cell.
    """
    return [piece for cell in cells for piece in _pieces(cell, pristine)]


def _pieces(cell: NotebookCell, pristine: Pristine) -> Iterator[Piece]:
    source = cell.source if cell.kind == "code" else _code_in_text(cell, pristine)
    if parse(source) is None:
        source = pristine.without_prose(source)
    parts = _split(source)
    named = {pristine.find_marked(marker) for marker, _ in parts if marker}
    for marker, part in parts:
        if marker:
            place = pristine.find_marked(marker)
        else:
            place = _place_of_unmarked(cell, part, pristine)
            place = None if place in named else place  # the id belongs to the part with the marker
        marked = marker is not None and place is not None
        piece = Piece(part.strip("\n"), cell.number, place, marked, cell.kind)
        if cell.kind == "code" or _is_answer(piece, pristine):
            yield piece


def _place_of_unmarked(cell: NotebookCell, part: str, pristine: Pristine) -> int | None:
    place = pristine.find_labelled(cell)
    if place is None:
        place = pristine.find_same(part)
    if place is None and "lockstep.learn" in part and re.search(r"^start\(", part, re.MULTILINE):
        place = pristine.find_set_up()
    return place


def numbers(found: Iterable[Piece]) -> str:
    """Return "cell 3", or "cells 3, 7 and 9"."""
    numbers = sorted({piece.number for piece in found})
    if len(numbers) == 1:
        return f"cell {numbers[0]}"
    shown = [str(number) for number in numbers[: MOST_NUMBERS - 1]]
    rest = numbers[MOST_NUMBERS - 1 :]
    if len(rest) > 1:
        return f"cells {', '.join(shown)} and {len(rest)} more"
    *before, last = [str(number) for number in numbers]
    return f"cells {', '.join(before)} and {last}"


# Marker lines


def _marker(line: str) -> _Marker | None:
    match = MARKER.match(line[:LONGEST_MARKER])
    if match is None:
        return None
    indent, role, name, other = match.groups()
    if role is None:
        alone: Role = "submit" if other.casefold() == "submit" else "set-up"
        return _Marker(alone, "", len(indent) > 1)
    found: Role = "answer" if role.casefold() == "answer" else "check"
    return _Marker(found, name.replace("-", "_").casefold(), len(indent) > 1)


def _split(source: str) -> list[tuple[_Marker | None, str]]:
    """Return the parts of the source from one marker line to the next, without these lines.

    A marker line inside a statement, a docstring say, parts nothing.
    """
    lines = source.split("\n")
    markers = {number: marker for number, line in enumerate(lines) if (marker := _marker(line))}
    if not markers:
        return [(None, source)]
    tree = parse(source)
    if tree is None:
        starts = [number for number, marker in markers.items() if not marker.indented]
    else:
        inside = {line for first, last in spans(tree) for line in range(first, last + 1)}
        starts = [number for number in markers if number not in inside]
    if not starts:
        return [(next(iter(markers.values())), source)]
    ends = [*starts[1:], len(lines)]
    parts: list[tuple[_Marker | None, str]] = [
        (markers[start], "\n".join(lines[start + 1 : end]))
        for start, end in zip(starts, ends, strict=True)
    ]
    above = "\n".join(lines[: starts[0]])
    return [(None, above), *parts] if above.strip() else parts


# Cells that are no code cells


def fences(text: str) -> list[str]:
    """Return what stands between fences in Markdown."""
    found: list[str] = []
    lines: list[str] | None = None
    for line in text.split("\n"):
        if FENCE.match(line):
            if lines is not None:
                found.append("\n".join(lines))
            lines = [] if lines is None else None
        elif lines is not None:
            lines.append(line)
    return found


def _code_in_text(cell: NotebookCell, pristine: Pristine) -> str:
    """Return what can be code in a Markdown or raw cell: its fences with the marker lines, or all."""
    if pristine.is_prose(cell):
        return ""
    if not fences(cell.source):
        return cell.source
    lines = cell.source.split("\n")
    labelled = pristine.find_labelled(cell) is not None or any(map(_marker, lines))
    kept: list[str] = []
    inside = False
    for line in lines:
        if FENCE.match(line):
            inside = not inside
        elif inside or _marker(line):
            kept.append(line)
        elif line.strip() and not labelled:
            return ""  # a note that quotes code is no answer
    return "\n".join(kept)


def _is_answer(piece: Piece, pristine: Pristine) -> bool:
    """Return whether a piece of a cell that is no code cell is an answer all the same."""
    if piece.place is not None:
        place = pristine.places[piece.place]
        return place.role == "answer" and (
            piece.marked or defines(piece.source, str(place.exercise))
        )
    return parse(piece.source) is not None and any(
        defines(piece.source, name) for name in pristine.exercises
    )


def _squeezed(source: str) -> str:
    return "".join(source.split())
