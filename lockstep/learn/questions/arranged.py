"""Questions that are answered by arranging: lines into their order, or pairs that belong together.

Both are shown shuffled; an answer names what is shown by its number or letter there, or by its
text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from lockstep.learn.questions.base import (
    LETTERS,
    LONGEST_ANSWER,
    NotUnderstoodError,
    Question,
    read_common,
    refuse_twice,
    shuffled,
    typed,
)
from lockstep.learn.questions.fields import Fields


@dataclass(frozen=True)
class Misplaced:
    """Two lines in the wrong order, and what to say to it."""

    before: str
    after: str
    why: str


@dataclass(frozen=True)
class Order(Question[tuple[str, ...]]):
    """Lines to bring into their order."""

    lines: tuple[str, ...]
    why: str
    mistakes: tuple[Misplaced, ...]

    kind: ClassVar[str] = "order"
    fields: ClassVar[set[str]] = {"lines", "why", "mistakes"}
    how: ClassVar[str] = "Answer with the numbers of all lines in their order, such as 2 1 3."
    example: ClassVar[str] = '"2 1 3"'

    @classmethod
    def read(cls, name: str, fields: Fields) -> "Order":
        """Return the question that `fields` describe."""
        lines = tuple(fields.texts("lines"))
        if len(lines) < 2:
            raise fields.error("lines", "`lines:` needs at least 2.")
        refuse_twice(fields, "lines", lines)
        mistakes = tuple(
            _read_misplaced(each, lines) for each in fields.mappings("mistakes", "Mistake", 0)
        )
        return cls(*read_common(name, fields), lines, fields.text("why"), mistakes)

    @property
    def shown(self) -> list[str]:
        """The lines as they are shown: numbered from 1 on, never in their right order."""
        return shuffled(self.lines, self.name)

    def understand(self, answer: object) -> tuple[str, ...]:
        """Return the lines in the order that numbers or the lines' texts give."""
        if isinstance(answer, str):
            answer = _split(typed(answer, self.how))
        if not isinstance(answer, list | tuple) or len(answer) > LONGEST_ANSWER:
            raise NotUnderstoodError
        lines = tuple(self._line(part) for part in answer)
        if sorted(lines) != sorted(self.lines):
            raise NotUnderstoodError(f"Name each of the {len(self.lines)} lines once. {self.how}")
        return lines

    def _line(self, part: object) -> str:
        text = str(part).strip()
        if text in self.lines:
            return text
        if not text.isdecimal() or not 1 <= int(text[:9]) <= len(self.lines):
            raise NotUnderstoodError
        return self.shown[int(text) - 1]

    def words(self, meaning: tuple[str, ...]) -> str:
        """Return the shown numbers in the chosen order."""
        return " ".join(str(self.shown.index(line) + 1) for line in meaning)

    def weigh(self, meaning: tuple[str, ...]) -> tuple[bool, str]:
        """Return whether this is the order, and why or what stands wrong in it."""
        if meaning == self.lines:
            return True, self.why
        for mistake in self.mistakes:
            if meaning.index(mistake.before) < meaning.index(mistake.after):
                return False, mistake.why
        wrong = next(i for i, line in enumerate(meaning) if line != self.lines[i])
        good = f"The first {wrong} of {len(meaning)} are in place. " if wrong > 0 else ""
        return False, (good + self.hint).strip() or "The first line is another one."


def _read_misplaced(fields: Fields, lines: tuple[str, ...]) -> Misplaced:
    fields.refuse_unknown({"before", "after", "why"})
    mistake = Misplaced(fields.text("before"), fields.text("after"), fields.text("why"))
    for name in ("before", "after"):
        if getattr(mistake, name) not in lines:
            raise fields.error(name, f"`{name}:` is not one of the lines.")
    if lines.index(mistake.before) <= lines.index(mistake.after):
        raise fields.error("before", "`before:` does stand above `after:` in the right order.")
    return mistake


def _split(text: str) -> list[str]:
    """Return the parts of a text: its lines, or the numbers on its one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines if len(lines) > 1 else re.split(r"[\s,;]+", text.strip("[]() "))


@dataclass(frozen=True)
class Pair:
    """What belongs together, and what to say where it was matched otherwise."""

    left: str
    right: str
    why: str


@dataclass(frozen=True)
class Match(Question[tuple[str, ...]]):
    """Things on the left, each of which belongs to one on the right."""

    pairs: tuple[Pair, ...]
    why: str

    kind: ClassVar[str] = "match"
    fields: ClassVar[set[str]] = {"pairs", "why"}
    how: ClassVar[str] = "Answer with a number and its letter for every line, such as 1b 2a."
    example: ClassVar[str] = '"1b 2a"'

    @classmethod
    def read(cls, name: str, fields: Fields) -> "Match":
        """Return the question that `fields` describe."""
        pairs = []
        for each in fields.mappings("pairs", "Pair", at_least=2):
            each.refuse_unknown({"left", "right", "why"})
            pairs.append(Pair(each.text("left"), each.text("right"), each.text("why")))
        if len(pairs) > len(LETTERS):
            raise fields.error("pairs", f"There are more than {len(LETTERS)} pairs.")
        refuse_twice(fields, "pairs", [pair.left for pair in pairs])
        if len({pair.right for pair in pairs}) < 2:
            raise fields.error("pairs", "All pairs have the same right side.")
        return cls(*read_common(name, fields), tuple(pairs), fields.text("why"))

    @property
    def lefts(self) -> list[str]:
        """The left column, numbered from 1 on."""
        return [pair.left for pair in self.pairs]

    @property
    def shown(self) -> list[str]:
        """The right column as it is shown: lettered, each once, never in its right order."""
        return shuffled(list(dict.fromkeys(pair.right for pair in self.pairs)), self.name)

    def understand(self, answer: object) -> tuple[str, ...]:
        """Return the right side chosen for each left one."""
        if isinstance(answer, str):
            text = typed(answer, self.how).lower()
            if not re.fullmatch(r"(\d{1,2}\W*[a-z]\W*)+", text):
                raise NotUnderstoodError
            answer = dict(re.findall(r"(\d+)\W*([a-z])", text))
        if isinstance(answer, list | tuple):
            answer = dict(enumerate(answer, 1))
        if not isinstance(answer, Mapping) or len(answer) > LONGEST_ANSWER:
            raise NotUnderstoodError
        chosen = {self._left(left): self._right(right) for left, right in answer.items()}
        missing = [str(n) for n, left in enumerate(self.lefts, 1) if left not in chosen]
        if missing:
            raise NotUnderstoodError(f"Match every line; open: {', '.join(missing)}.")
        return tuple(chosen[left] for left in self.lefts)

    def _left(self, part: object) -> str:
        text = str(part).strip()
        if text in self.lefts:
            return text
        if not text.isdecimal() or not 1 <= int(text[:9]) <= len(self.pairs):
            raise NotUnderstoodError
        return self.lefts[int(text) - 1]

    def _right(self, part: object) -> str:
        text, letters = str(part).strip(), LETTERS[: len(self.shown)]
        if text in self.shown:
            return text
        if len(text) != 1 or text.lower() not in letters:
            raise NotUnderstoodError
        return self.shown[letters.index(text.lower())]

    def words(self, meaning: tuple[str, ...]) -> str:
        """Return a number and a letter for each pair."""
        letters = [LETTERS[self.shown.index(right)] for right in meaning]
        return " ".join(f"{number}{letter}" for number, letter in enumerate(letters, 1))

    def weigh(self, meaning: tuple[str, ...]) -> tuple[bool, str]:
        """Return whether all belong together, and the reason for each pair that does not."""
        wrong = [
            f"- **{number}**: {pair.why}"
            for number, (pair, right) in enumerate(zip(self.pairs, meaning, strict=True), 1)
            if pair.right != right
        ]
        return (False, "\n\n" + "\n".join(wrong)) if wrong else (True, self.why)
