"""Questions that are answered by typing: a number, a shape, or what some code prints."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from lockstep.learn.questions.base import (
    NotUnderstoodError,
    Question,
    read_common,
    typed,
)
from lockstep.learn.questions.fields import Fields

T = TypeVar("T")

Shape = tuple[int | None, ...]

MOST_AXES = 12


def _read_mistakes(fields: Fields, read: Callable[[Fields], T]) -> tuple[tuple[T, str], ...]:
    """Return the known wrong answers, each with what to say to it."""
    mistakes = []
    for each in fields.mappings("mistakes", "Mistake", at_least=0):
        each.refuse_unknown({"answer", "why"})
        mistakes.append((read(each), each.text("why")))
    return tuple(mistakes)


def _refuse_same(fields: Fields, answers: list[T], same: Callable[[T, T], bool]) -> None:
    """Raise where a mistake's answer is the right one's or another mistake's."""
    for index, answer in enumerate(answers):
        if any(same(answer, other) for other in answers[:index]):
            raise fields.error("mistakes", f"Mistake {index} has the answer of another one.")


def _numeral(text: str) -> float:
    """Return the number that somebody typed; NaN where it is none."""
    text = text.replace("\N{MINUS SIGN}", "-")
    text = re.sub(r"(?<=\d)[ _\u00a0\u202f](?=\d{3}(\D|$))", "", text)
    fraction = re.fullmatch(r"(-?\d+(?:\.\d+)?)\s*/\s*(\d+(?:\.\d+)?)", text)
    try:
        if fraction:
            return float(fraction[1]) / float(fraction[2])
        return float(re.sub(r"(?<=\d),(?=\d)", ".", text, count=1))
    except (ValueError, ZeroDivisionError):
        return math.nan


@dataclass(frozen=True)
class Number(Question[float]):
    """A number, within a tolerance."""

    answer: float
    tolerance: float
    unit: str
    why: str
    mistakes: tuple[tuple[float, str], ...]

    kind: ClassVar[str] = "number"
    fields: ClassVar[set[str]] = {"answer", "tolerance", "unit", "why", "mistakes"}
    how: ClassVar[str] = "Answer with a number, such as 12 or 0.5."
    example: ClassVar[str] = "0.5"

    @classmethod
    def read(cls, name: str, fields: Fields) -> "Number":
        """Return the question that `fields` describe."""
        tolerance = fields.number("tolerance", "0")
        if tolerance < 0:
            raise fields.error("tolerance", "`tolerance:` must not be negative.")
        question = cls(
            *read_common(name, fields),
            fields.number("answer"),
            tolerance,
            fields.text("unit", ""),
            fields.text("why"),
            _read_mistakes(fields, lambda mistake: mistake.number("answer")),
        )
        answers = [question.answer, *(answer for answer, _ in question.mistakes)]
        _refuse_same(fields, answers, question._same)
        return question

    def _same(self, first: float, second: float) -> bool:
        return math.isclose(first, second, rel_tol=1e-9, abs_tol=self.tolerance)

    def understand(self, answer: object) -> float:
        """Return the number in a text, or the number itself."""
        if isinstance(answer, bool):
            raise NotUnderstoodError(self.how)
        # `judge` tells what `float` cannot take.
        number = self._numeral(answer) if isinstance(answer, str) else float(answer)  # type: ignore[arg-type]
        if not math.isfinite(number):
            raise NotUnderstoodError(self.how)
        return number

    def _numeral(self, text: str) -> float:
        text = typed(text, self.how)
        if self.unit:
            text = text.removesuffix(self.unit).strip()
        if re.fullmatch(r"-?\d{1,3}(,\d{3})+", text):
            plain = text.replace(",", "")
            raise NotUnderstoodError(
                f"A comma can be read in two ways: write {plain} or {text.replace(',', '.')}."
            )
        return _numeral(text)

    def words(self, meaning: float) -> str:
        """Return the number's digits."""
        return repr(int(meaning) if meaning.is_integer() and abs(meaning) < 1e15 else meaning)

    def weigh(self, meaning: float) -> tuple[bool, str]:
        """Return whether the number is near enough, and why or which mistake it is."""
        if self._same(meaning, self.answer):
            return True, self.why
        whys = [why for answer, why in self.mistakes if self._same(meaning, answer)]
        return False, whys[0] if whys else ""


def _read_shape(fields: Fields) -> Shape:
    try:
        return _shape(fields.texts("answer"))
    except NotUnderstoodError:
        raise fields.error("answer", "`answer:` must be a shape such as [32, 10].") from None


def _shape(sizes: list[object] | list[str]) -> Shape:
    """Return a shape from whole numbers and None, or their texts."""
    if len(sizes) > MOST_AXES:
        raise NotUnderstoodError(f"No array here has more than {MOST_AXES} axes.")
    return tuple(_size(size) for size in sizes)


def _size(size: object) -> int | None:
    text = str(size).strip()
    if isinstance(size, bool) or not re.fullmatch(r"\d{1,12}|None", text):
        raise NotUnderstoodError
    return None if text == "None" else int(text)


@dataclass(frozen=True)
class ShapeQuestion(Question[Shape]):
    """The shape of an array or a tensor."""

    answer: Shape
    why: str
    mistakes: tuple[tuple[Shape, str], ...]

    kind: ClassVar[str] = "shape"
    fields: ClassVar[set[str]] = {"answer", "why", "mistakes"}
    how: ClassVar[str] = "Answer with the sizes of all axes in their order, such as 5, 7."
    example: ClassVar[str] = "(5, 7)"

    @classmethod
    def read(cls, name: str, fields: Fields) -> "ShapeQuestion":
        """Return the question that `fields` describe."""
        question = cls(
            *read_common(name, fields),
            _read_shape(fields),
            fields.text("why"),
            _read_mistakes(fields, _read_shape),
        )
        answers = [question.answer, *(answer for answer, _ in question.mistakes)]
        _refuse_same(fields, answers, lambda first, second: first == second)
        return question

    def understand(self, answer: object) -> Shape:
        """Return the shape in "32, 10", (32, 10), 32 x 10 or torch.Size([32, 10])."""
        if isinstance(answer, str):
            text = typed(answer, self.how)
            inside = re.sub(r"^[A-Za-z.]*\(?\[(.*)\]\)?$|^\((.*)\)$", r"\1\2", text)
            return _shape([part for part in re.split(r"[\s,;x×*]+", inside) if part])
        if hasattr(answer, "__index__") and not isinstance(answer, bool):
            return _shape([answer])
        if isinstance(answer, dict | set | frozenset | bytes):
            raise NotUnderstoodError
        sizes = iter(answer)  # type: ignore[call-overload]  # `judge` tells what has no sizes
        return _shape([size for size, _ in zip(sizes, range(MOST_AXES + 1), strict=False)])

    def words(self, meaning: Shape) -> str:
        """Return the sizes; () for a single number's shape."""
        return ", ".join(str(size) for size in meaning) or "()"

    def weigh(self, meaning: Shape) -> tuple[bool, str]:
        """Return whether this is the shape, and why or which mistake it is."""
        if meaning == self.answer:
            return True, self.why
        whys = [why for answer, why in self.mistakes if meaning == answer]
        return False, whys[0] if whys else f"{self._nudge(meaning)} {self.hint}".strip()

    def _nudge(self, meaning: Shape) -> str:
        if len(meaning) != len(self.answer):
            return "Count the axes again."
        if sorted(map(str, meaning)) == sorted(map(str, self.answer)):
            return "The sizes are right, their order is not."
        return "The number of axes is right, the sizes are not."


def squeezed(text: str) -> str:
    """Return a printed text without the space that does not count: all but between two words."""
    text = re.sub(r"\s+", " ", text.strip())
    return re.sub(r"(?<!\w) | (?!\w)", "", text)


@dataclass(frozen=True)
class Output(Question[str]):
    """What some code prints."""

    code: str
    answer: str
    why: str
    mistakes: tuple[tuple[str, str], ...]

    kind: ClassVar[str] = "output"
    fields: ClassVar[set[str]] = {"code", "answer", "why", "mistakes"}
    how: ClassVar[str] = "Answer with the text that the code prints."
    example: ClassVar[str] = '"what it prints"'

    @classmethod
    def read(cls, name: str, fields: Fields) -> "Output":
        """Return the question that `fields` describe."""
        question = cls(
            *read_common(name, fields),
            fields.text("code"),
            fields.text("answer"),
            fields.text("why"),
            _read_mistakes(fields, lambda mistake: mistake.text("answer")),
        )
        answers = [question.answer, *(answer for answer, _ in question.mistakes)]
        _refuse_same(fields, answers, lambda first, second: squeezed(first) == squeezed(second))
        return question

    def understand(self, answer: object) -> str:
        """Return the text, or what `print` would make of a number or a list."""
        if isinstance(answer, int | float | list | tuple):
            answer = str(answer)
        return typed(answer, self.how)

    def words(self, meaning: str) -> str:
        """Return the text."""
        return meaning

    def weigh(self, meaning: str) -> tuple[bool, str]:
        """Return whether this is what is printed, and why or which mistake it is."""
        if squeezed(meaning) == squeezed(self.answer):
            return True, self.why
        whys = [why for answer, why in self.mistakes if squeezed(meaning) == squeezed(answer)]
        return False, whys[0] if whys else ""
