"""Reading an .ipynb file that anybody may have made: its cells, or a sentence that says why not."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LARGEST_FILE = 20_000_000  # bytes; a notebook with a plot in each cell has one or two million


class UnreadableError(Exception):
    """A file that is no notebook; the message is a sentence for the teacher and the student."""


@dataclass(frozen=True)
class NotebookCell:
    """A cell as the student's file has it, with nothing believed.

    Parameters
    ----------
    kind
        "code", "markdown" or "raw".
    source
        Its text, with `\\n` between lines.
    id
        Its id; empty where it has none.
    metadata
        Its metadata; an empty dict where it has none, or something that is no dict.
    number
        Its place in the file, counted from 1.
    """

    kind: str
    source: str
    id: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    number: int = 0


@dataclass(frozen=True)
class StudentNotebook:
    """A student's file, read."""

    cells: tuple[NotebookCell, ...]
    metadata: dict[str, Any] = field(default_factory=dict)


def read_notebook(path: Path) -> StudentNotebook:
    """Return the notebook in the file.

    Raises
    ------
    UnreadableError
        If it is too large, empty, no JSON, or no notebook.
    """
    raise NotImplementedError
