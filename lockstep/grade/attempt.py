"""What a student wrote for one exercise, of all that the notebook has of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from lockstep.grade.placing import Entry, is_blank
from lockstep.grade.recognise import Piece, Pristine, numbers
from lockstep.grade.syntax import defines


@dataclass(frozen=True)
class Attempt:
    """What a student wrote for one exercise.

    Parameters
    ----------
    exercise
        Its name.
    place
        Where its answer was handed out.
    pieces
        All that is not the blank, in order; empty where it was not attempted.
    answers
        For each piece, whether it is an answer. Where one defines what the exercise asks for, a piece
        that does not is a helper that was split off.
    blanks
        Copies of the blank.
    strayed
        What only an id or nbgrader's metadata ascribes to the exercise, while its answer stands
        elsewhere: a copied cell with something else in it. It is run where the student had it.
    """

    exercise: str
    place: int
    pieces: list[Piece]
    answers: list[bool]
    blanks: list[Piece]
    strayed: list[Entry]

    @classmethod
    def of(cls, exercise: str, pristine: Pristine, entries: list[Entry]) -> "Attempt":
        """Return what the entries hold for the exercise."""
        place = pristine.exercises[exercise]
        blank = pristine.places[place].code
        attempt = cls(exercise, place, [], [], [], [])
        tried: list[tuple[Entry, bool]] = []
        for entry in entries:
            if entry.exercise != exercise:
                continue
            if is_blank(entry.piece.source, blank):
                attempt.blanks.append(entry.piece)
            else:
                tried.append((entry, defines(entry.piece.source, exercise)))
        attempt._sort(tried)
        return attempt

    def _sort(self, tried: list[tuple[Entry, bool]]) -> None:
        if any(
            entry.piece.kind == "code" for entry, _ in tried
        ):  # the rest are notes of old attempts
            tried = [(entry, defined) for entry, defined in tried if entry.piece.kind == "code"]
        answered = any(defined for _, defined in tried)
        for entry, defined in tried:
            if answered and not defined and not entry.piece.marked:
                self.strayed.append(entry)
            else:
                self.pieces.append(entry.piece)
                self.answers.append(defined or not answered)

    @property
    def text(self) -> str:
        """The answer that holds: the last one, with the helpers that were split off it."""
        if not self.pieces:
            return self.blanks[-1].source if self.blanks else ""
        places = [place for place, answers in enumerate(self.answers) if answers]
        start = places[-2] + 1 if len(places) > 1 else 0
        return "\n\n".join(piece.source for piece in self.pieces[start:])

    def notes(self) -> Iterator[str]:
        """Return what a teacher should know about how the answer was found."""
        elsewhere = [piece for piece in self.pieces if piece.place != self.place]
        if elsewhere:
            yield (
                f"`{self.exercise}`: no marked cell answers it; "
                f"its answer was found by its name, in {numbers(elsewhere)}."
            )
        texts = [piece for piece in self.pieces if piece.kind != "code"]
        if texts:
            yield f"`{self.exercise}`: its answer is no code cell; {numbers(texts)} was taken as code."
        if sum(self.answers) > 1:
            pairs = zip(self.pieces, self.answers, strict=True)
            where = numbers(piece for piece, answers in pairs if answers)
            yield f"`{self.exercise}`: {sum(self.answers)} answers, in {where}; the last one counts."
