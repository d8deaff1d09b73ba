"""The class: who should have handed in, and which of them a folder's or file's name means."""

from dataclasses import dataclass
from pathlib import Path

from lockstep.grade.model import Student


@dataclass(frozen=True)
class Roster:
    """The students of a class."""

    students: tuple[Student, ...]


def read_roster(path: Path) -> Roster:
    """Return the class from a CSV file with the columns `id` and, where wanted, `name` and `email`.

    Raises
    ------
    CollectError
        If the file cannot be used; the sentence names file and line.
    """
    raise NotImplementedError
