"""Which exercise notebook a student's file is."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class KnownNotebook:
    """An exercise notebook as it was handed out, and what it is recognised by."""

    lesson: str
    framework: str | None
    exercises: frozenset[str]


@dataclass(frozen=True)
class Course:
    """The exercise notebooks that were handed out."""

    notebooks: tuple[KnownNotebook, ...]


def read_course(folder: Path) -> Course:
    """Return the course whose exercise notebooks lie in `folder`.

    Raises
    ------
    CollectError
        If there is none.
    """
    raise NotImplementedError
