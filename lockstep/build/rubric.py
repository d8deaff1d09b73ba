"""`rubric.yaml`: what answers in words of a lesson are marked by, beside its checks.

For example:

    title: What differed
    criteria:
      - criterion: Differences
        points: 4
        earns: Two differences that the port really met, each with what it changed.
"""

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lockstep.build.errors import LessonError


@dataclass(frozen=True)
class Criterion:
    """One line of a rubric.

    Parameters
    ----------
    name
        What it is called.
    points
        What it can get.
    earns
        What earns them, in a sentence.
    """

    name: str
    points: float
    earns: str


@dataclass(frozen=True)
class Rubric:
    """What answers in words of a lesson are marked by."""

    title: str
    criteria: tuple[Criterion, ...]


def read_rubric(lesson: Path) -> Rubric | None:
    """Return a lesson's rubric; None where it has none.

    Raises
    ------
    LessonError
        If it cannot be read.
    """
    path = lesson / "rubric.yaml"
    if not path.exists():
        return None
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        criteria = tuple(_criterion(one) for one in document["criteria"])
        title = str(document["title"])
    except (yaml.YAMLError, ValueError, TypeError, LookupError):
        criteria, title = (), ""
    if not criteria or len({one.name.casefold() for one in criteria}) < len(criteria):
        sentence = "it needs `title:`, and `criteria:`, each with a `criterion:` of its own, `points:` and `earns:`."
        raise LessonError(path, 1, sentence)
    return Rubric(title, criteria)


def _criterion(about: dict[str, Any]) -> Criterion:
    points = float(about["points"])
    if not 0 < points < 1000:
        raise ValueError
    name = unicodedata.normalize("NFC", str(about["criterion"]).strip())  # umlauts in one piece
    return Criterion(name, points, str(about["earns"]).strip())
