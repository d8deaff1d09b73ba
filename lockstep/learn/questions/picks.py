"""Questions that are answered by picking: one option (`choice`) or several (`choices`)."""

import operator
import random
import re
from dataclasses import dataclass
from typing import ClassVar

from lockstep.learn.questions.base import (
    LETTERS,
    NotUnderstoodError,
    Question,
    read_common,
    refuse_twice,
    typed,
)
from lockstep.learn.questions.fields import Fields


@dataclass(frozen=True)
class Option:
    """Something to pick, and what to say to whoever judged it wrongly."""

    text: str
    right: bool
    why: str


def _read_options(name: str, fields: Fields) -> tuple[Option, ...]:
    """Return the options in an order that tells nothing: authors write the right one first."""
    options = []
    for each in fields.mappings("options", "Option", at_least=2):
        each.refuse_unknown({"text", "right", "why"})
        options.append(Option(each.text("text"), each.flag("right"), each.text("why")))
    if len(options) > len(LETTERS):
        raise fields.error("options", f"There are more than {len(LETTERS)} options.")
    if not any(option.right for option in options):
        raise fields.error("options", "No option is right: say `right: true` in one.")
    refuse_twice(fields, "options", [option.text for option in options])
    return tuple(random.Random(name).sample(options, len(options)))


def pick(answer: object, options: tuple[Option, ...]) -> int:
    """Return the index of the option that a letter, a number from 1 on or its text names."""
    letters = LETTERS[: len(options)]
    listed = f"{', '.join(letters[:-1])} or {letters[-1]}"
    how = f"Answer with the letter of an option: {listed}."
    if isinstance(answer, bool) or (
        not isinstance(answer, str) and not hasattr(answer, "__index__")
    ):
        raise NotUnderstoodError(how)
    text = typed(answer if isinstance(answer, str) else str(operator.index(answer)), how)
    letter = text.strip("().").lower()
    if len(letter) == 1 and letter in letters:
        return letters.index(letter)
    by_text = [index for index, option in enumerate(options) if _bare(option.text) == _bare(text)]
    numbers = [str(number) for number in range(1, len(options) + 1)]
    by_number = [numbers.index(text)] if text in numbers else []
    found = set(by_text + by_number)
    if len(found) > 1:
        raise NotUnderstoodError(f"{text} could mean two of the options here. {how}")
    if not found:
        raise NotUnderstoodError(how)
    return found.pop()


def _bare(text: str) -> str:
    """Return an option's text as somebody would type it, without Markdown's signs."""
    return " ".join(text.replace("`", "").replace("**", "").split()).casefold()


@dataclass(frozen=True)
class Choice(Question[int]):
    """One of several options."""

    options: tuple[Option, ...]

    kind: ClassVar[str] = "choice"
    fields: ClassVar[set[str]] = {"options"}
    how: ClassVar[str] = "Pick one option."
    example: ClassVar[str] = '"b"'

    @classmethod
    def read(cls, name: str, fields: Fields) -> "Choice":
        """Return the question that `fields` describe."""
        options = _read_options(name, fields)
        if sum(option.right for option in options) > 1:
            raise fields.error("options", "Two options are right: say `kind: choices` instead.")
        return cls(*read_common(name, fields), options)

    def understand(self, answer: object) -> int:
        """Return the index of the option that is meant."""
        return pick(answer, self.options)

    def words(self, meaning: int) -> str:
        """Return the option's letter."""
        return LETTERS[meaning]

    def weigh(self, meaning: int) -> tuple[bool, str]:
        """Return whether the option is right, and its own reason."""
        return self.options[meaning].right, self.options[meaning].why


@dataclass(frozen=True)
class Choices(Question[frozenset[int]]):
    """Every option that holds, and no other."""

    options: tuple[Option, ...]

    kind: ClassVar[str] = "choices"
    fields: ClassVar[set[str]] = {"options"}
    how: ClassVar[str] = "Tick every option that holds; at least one does."
    example: ClassVar[str] = '"a, c"'

    @classmethod
    def read(cls, name: str, fields: Fields) -> "Choices":
        """Return the question that `fields` describe."""
        return cls(*read_common(name, fields), _read_options(name, fields))

    def understand(self, answer: object) -> frozenset[int]:
        """Return the indices of the options that are meant."""
        parts = self._parts(answer)
        if not 0 < len(parts) <= len(self.options):
            raise NotUnderstoodError(self.how)
        return frozenset(pick(part, self.options) for part in parts)

    def _parts(self, answer: object) -> list[object]:
        """Return the single picks in a list, in "a, c", in "ac" or in one option's text."""
        if isinstance(answer, list | tuple | set | frozenset):
            return list(answer)
        if not isinstance(answer, str):
            return [answer]
        letters = LETTERS[: len(self.options)]
        parts = re.split(r"[\s,;]+|\band\b", typed(answer, self.how))
        parts = [part for part in parts if part]
        if len(parts) == 1 and set(parts[0].lower()) <= set(letters):
            return list(parts[0])
        short = all(len(part.strip("().")) <= 2 for part in parts)
        return list(parts) if short else [answer]

    def words(self, meaning: frozenset[int]) -> str:
        """Return the options' letters."""
        return ", ".join(LETTERS[index] for index in sorted(meaning))

    def weigh(self, meaning: frozenset[int]) -> tuple[bool, str]:
        """Return whether exactly the right options were picked, and why."""
        said = {True: "ticked", False: "left out"}
        wrong = [
            f"- You {said[index in meaning]} **{LETTERS[index]}**: {option.why}"
            for index, option in enumerate(self.options)
            if option.right != (index in meaning)
        ]
        if wrong:
            return False, "\n\n" + "\n".join(wrong)
        return True, " ".join(option.why for option in self.options if option.right)
