"""The questions of a lesson: found in its text, read and checked; no widget here.

>>> question = load_questions(Path("lessons/01_name/lesson.md"), "pytorch")["a_name"]
>>> question.judge("b")
Not yet. Only with `activation="relu"`.
"""

import re
from pathlib import Path
from typing import Any

from lockstep.learn.questions.arranged import Match, Order
from lockstep.learn.questions.base import COMMON_FIELDS, Verdict
from lockstep.learn.questions.base import Question as _Question
from lockstep.learn.questions.fields import Fields, QuestionError, read_fields
from lockstep.learn.questions.picks import Choice, Choices
from lockstep.learn.questions.typed import Number, Output, ShapeQuestion

Question = _Question[Any]

KINDS: dict[str, type[Question]] = {
    kind.kind: kind for kind in (Choice, Choices, Number, ShapeQuestion, Output, Order, Match)
}

_FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
_CHECKPOINT = re.compile(r"\{checkpoint\}\s*(?P<name>\S*)\s*")


def parse_question(name: str, text: str, framework: str | None) -> Question:
    """Return the question that a checkpoint fence holds, as one framework's notebook asks it.

    Parameters
    ----------
    name : str
        The name behind ``{checkpoint}``.
    text : str
        The fence's content, YAML.
    framework : str or None
        ``"pytorch"``, ``"keras"``, or None for a lesson without a pair.

    Raises
    ------
    QuestionError
        With a sentence and the line it concerns.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise QuestionError(f"{name!r} is no name: use small letters, digits and _.")
    fields = read_fields(text)
    kind = fields.text("kind")
    if kind not in KINDS:
        raise fields.error("kind", f"There is no kind {kind!r}. There are: {', '.join(KINDS)}.")
    allowed = COMMON_FIELDS | KINDS[kind].fields
    fields.refuse_unknown(allowed)
    _replace_for(framework, fields, allowed - {"kind", "version", "pytorch", "keras"})
    return KINDS[kind].read(name, fields)


def _replace_for(framework: str | None, fields: Fields, allowed: set[str]) -> None:
    """Put one framework's fields in place of the common ones; look at the other's all the same."""
    for name in ("pytorch", "keras"):
        if name in fields:
            others = Fields(fields.node(name), f"`{name}:`")
            others.refuse_unknown(allowed)
            if name == framework:
                fields.replace(others)


def load_questions(path: Path, framework: str | None) -> dict[str, Question]:
    """Return all questions of a ``lesson.md``, in their order.

    Raises
    ------
    QuestionError
        If a question is wrong, a name stands twice, or a fence never closes.
    """
    questions: dict[str, Question] = {}
    for name, body in checkpoint_fences(path.read_text(encoding="utf-8")):
        if name in questions:
            raise QuestionError(f"There are two checkpoints {name!r}.")
        questions[name] = parse_question(name, body, framework)
    return questions


def checkpoint_fences(text: str) -> list[tuple[str, str]]:
    """Return the name and content of every checkpoint fence that stands in no other fence."""
    found: list[tuple[str, str]] = []
    fence, name, body = "", None, list[str]()
    for line in text.splitlines():
        match = _FENCE.match(line)
        if not fence and match:
            fence, body = match["fence"], []
            checkpoint = _CHECKPOINT.fullmatch(match["info"].strip())
            name = checkpoint["name"] if checkpoint else None
        elif fence and match and match["fence"].startswith(fence) and not match["info"].strip():
            if name is not None:
                found.append((name, "\n".join(body)))
            fence, name = "", None
        elif fence:
            body.append(line)
    if fence and name is not None:
        raise QuestionError(f"The fence of checkpoint {name!r} never closes.")
    return found


__all__ = [
    "KINDS",
    "Question",
    "QuestionError",
    "Verdict",
    "checkpoint_fences",
    "load_questions",
    "parse_question",
]
