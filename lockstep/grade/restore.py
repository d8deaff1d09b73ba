"""The student's answers and own cells, put into the notebook as it was handed out."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from lockstep.grade.attempt import Attempt
from lockstep.grade.notebook import NotebookCell
from lockstep.grade.placing import Entry, placed
from lockstep.grade.recognise import Piece, Pristine, numbers, pieces
from lockstep.grade.syntax import definitions

NOT_RUN = ("check", "submit")


@dataclass(frozen=True)
class RestoredCell:
    """A code cell that is to be run.

    Parameters
    ----------
    kind
        "pristine": as it was handed out. "answer": the student's, in an answer's place.
        "own": the student's, anywhere else.
    source
        Its code.
    exercise
        The exercise that it answers; None for the other kinds.
    number
        The student's cell that it came from, counted from 1; 0 for a pristine one.
    """

    kind: Literal["pristine", "answer", "own"]
    source: str
    exercise: str | None = None
    number: int = 0


@dataclass(frozen=True)
class Restored:
    """What is to be run, and what each exercise was answered with.

    Parameters
    ----------
    cells
        All code cells in order. Left out are checks, since the judge does what they do, and the last cell,
        which hands in.
    answers
        Each exercise's answer as the student wrote it, without the marker line; the blank, or
        nothing, where it was not attempted.
    blank
        The exercises whose answer is still the blank, or is not there.
    notes
        What a teacher should know.
    """

    cells: tuple[RestoredCell, ...]
    answers: dict[str, str]
    blank: frozenset[str]
    notes: tuple[str, ...] = field(default=())


def restore(cells: tuple[NotebookCell, ...], pristine: tuple[NotebookCell, ...]) -> Restored:
    """Return the pristine notebook with the student's answers and own cells in their places.

    Own cells follow the handed-out code cell that they followed in the student's notebook; those above
    all of them follow the set-up, without which nothing works. Blanks count for nothing where there is
    an answer. Of several answers to an exercise all are run, in order, so that the last one holds.
    """
    handed_out = Pristine(pristine)
    found = pieces(cells, handed_out)
    entries, notes = placed(found, handed_out)
    attempts = {name: Attempt.of(name, handed_out, entries) for name in handed_out.exercises}
    own = [entry for entry in entries if not entry.exercise and entry.piece.kind == "code"]
    own += [entry for attempt in attempts.values() for entry in attempt.strayed]
    own.sort(key=lambda entry: entry.piece.number)
    return Restored(
        cells=tuple(_cells(handed_out, attempts, own)),
        answers={name: attempt.text for name, attempt in attempts.items()},
        blank=frozenset(name for name, attempt in attempts.items() if not attempt.pieces),
        notes=tuple(_notes(attempts, own, notes)),
    )


def _cells(
    pristine: Pristine, attempts: dict[str, Attempt], own: list[Entry]
) -> Iterator[RestoredCell]:
    following: defaultdict[int, list[RestoredCell]] = defaultdict(list)
    for entry in own:
        cell = RestoredCell("own", entry.piece.source, None, entry.piece.number)
        following[entry.anchor].append(cell)
    yield from following[-1]
    for index, place in enumerate(pristine.places):
        attempt = attempts.get(place.exercise or "")
        if place.role == "answer" and attempt and attempt.pieces:
            yield from _answer_cells(attempt)
        elif place.role not in NOT_RUN:
            yield RestoredCell("pristine", place.source)
        yield from following[index]


def _answer_cells(attempt: Attempt) -> Iterator[RestoredCell]:
    for piece, answers in zip(attempt.pieces, attempt.answers, strict=True):
        if answers:
            yield RestoredCell("answer", piece.source, attempt.exercise, piece.number)
        else:  # a helper under the marker line, and the function in a cell of its own
            yield RestoredCell("own", piece.source, None, piece.number)


def _notes(attempts: dict[str, Attempt], own: list[Entry], notes: list[str]) -> Iterator[str]:
    missing = [name for name, attempt in attempts.items() if not attempt.pieces + attempt.blanks]
    if missing and len(missing) == len(attempts):
        yield "The notebook has no answer cell of any exercise."
    elif missing:
        yield f"No answer cell for {', '.join(f'`{name}`' for name in missing)}."
    yield from notes
    elsewhere: defaultdict[str, list[Piece]] = defaultdict(list)
    for entry in own:
        for name in {name for name, _ in definitions(entry.piece.source)}:
            elsewhere[name].append(entry.piece)
    for name, attempt in attempts.items():
        yield from attempt.notes()
        if attempt.pieces and name in elsewhere:
            yield f"`{name}` is also defined outside its answer, in {numbers(elsewhere[name])}."
