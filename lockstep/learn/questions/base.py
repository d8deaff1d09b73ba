"""What all kinds of question share: the verdict, and how an answer comes to one."""

import random
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from lockstep.learn.questions.fields import Fields

COMMON_FIELDS = {"kind", "question", "version", "predict", "hint", "pytorch", "keras"}
LETTERS = "abcdefghijklmnopqrstuvwxyz"

# No answer to any question is longer; more is a slip of the clipboard.
LONGEST_ANSWER = 2000

T = TypeVar("T")


@dataclass(frozen=True, repr=False)
class Verdict:
    """What was said to an answer.

    Attributes
    ----------
    right : bool
        Whether the answer is right.
    message : str
        The reason, as Markdown.
    understood : bool
        False where what came was no answer at all; then it is not counted as a try.
    answer : str
        The answer in the words that `Question.judge` takes; empty where it was not understood.
    """

    right: bool
    message: str
    understood: bool = True
    answer: str = ""

    def __repr__(self) -> str:
        return self.message

    def _repr_markdown_(self) -> str:
        """Return what a notebook shows."""
        return self.message


class NotUnderstoodError(Exception):
    """What came is no answer to this kind of question; the text says how to answer."""


@dataclass(frozen=True)
class Question(Generic[T]):
    """A question; each kind is a subclass that reads its fields, understands and judges.

    Attributes
    ----------
    name : str
        The name in the lesson's fence.
    question : str
        What is asked, as Markdown.
    version : int
        Goes up when old answers no longer count.
    predict : bool
        Whether to answer before the next cell is run.
    hint : str
        Told with a wrong answer that nothing else explains; may be empty.
    """

    name: str
    question: str
    version: int
    predict: bool
    hint: str

    kind: ClassVar[str]
    fields: ClassVar[set[str]]
    how: ClassVar[str]  # a sentence: how to answer
    example: ClassVar[str]  # an argument of `answer(...)`, as Python

    @classmethod
    @abstractmethod
    def read(cls, name: str, fields: Fields) -> "Question[T]":
        """Return the question that `fields` describe."""

    @abstractmethod
    def understand(self, answer: object) -> T:
        """Return what `answer` means; raise NotUnderstoodError where it means nothing."""

    @abstractmethod
    def words(self, meaning: T) -> str:
        """Return an understood answer in words, which `understand` takes again."""

    @abstractmethod
    def weigh(self, meaning: T) -> tuple[bool, str]:
        """Return whether an understood answer is right, and why (empty: nothing to say)."""

    def judge(self, answer: object) -> Verdict:
        """Return the verdict on `answer`, which may be anything at all."""
        try:
            meaning = self.understand(answer)
        except NotUnderstoodError as error:
            return Verdict(False, str(error) or self.how, understood=False)
        except Exception:  # an object of the learner's may raise whatever it likes
            return Verdict(False, self.how, understood=False)
        right, why = self.weigh(meaning)
        message = f"{'Right.' if right else 'Not yet.'} {why or self.hint}".strip()
        return Verdict(right, message, answer=self.words(meaning))


def read_common(name: str, fields: Fields) -> tuple[str, str, int, bool, str]:
    """Return the fields of every kind, in the order in which `Question` takes them."""
    return (
        name,
        fields.text("question"),
        fields.whole("version", "1"),
        fields.flag("predict"),
        fields.text("hint", ""),
    )


def typed(answer: object, how: str) -> str:
    """Return a text without the space around it; raise where it is none, empty or endless."""
    if not isinstance(answer, str) or not answer.strip():
        raise NotUnderstoodError(how)
    if len(answer) > LONGEST_ANSWER:
        raise NotUnderstoodError(f"That is far longer than any answer here. {how}")
    return answer.strip()


def shuffled(things: Sequence[T], name: str) -> list[T]:
    """Return `things` in an order that depends on `name` alone and is never the given one."""
    generator = random.Random(name)
    order = list(range(len(things)))
    while order == sorted(order):
        generator.shuffle(order)
    return [things[index] for index in order]


def refuse_twice(fields: Fields, name: str, texts: Sequence[str]) -> None:
    """Raise where a text stands twice, so that nobody could tell which is meant."""
    for text in texts:
        if texts.count(text) > 1:
            raise fields.error(name, f"{text!r} stands twice.")
