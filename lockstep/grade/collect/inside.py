"""Who a notebook says that it is by. It places nothing; but a teacher should know."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lockstep.grade.collect.roster import Roster
from lockstep.grade.model import Student
from lockstep.grade.names import words
from lockstep.grade.notebook import NotebookCell, StudentNotebook

LABELLED = re.compile(
    r"^[^\w\n]{0,20}(?:name|author|student|submitted by|by|id|email|autor(?:in)?|von)"
    r"[ \t*_\"']{0,5}[:=][ \t*_\"']{0,5}(.{1,200})$",
    re.MULTILINE | re.IGNORECASE,
)
SHORT_LINE = re.compile(r"^.{5,80}$", re.MULTILINE)
OF_TOOLS = ("kernelspec", "language_info", "lockstep", "widgets", "toc")
MOST = 200  # of each kind that are looked at


def others_inside(notebook: StudentNotebook, student: Student, roster: Roster) -> list[Student]:
    """Return the students other than this one whom the notebook names: as its author, or in a short line."""
    found = {other.key: other for text in set(_labelled(notebook)) for other in roster.find(text)}
    for line in _short_lines(notebook):
        for other in roster.find(line):
            name = words(other.name)
            if len(name) > 1 and set(name) <= set(words(line)):
                found[other.key] = other
    found.pop(student.key, None)
    return sorted(found.values(), key=lambda other: other.name)


def _labelled(notebook: StudentNotebook) -> Iterator[str]:
    """Yield what stands behind "Name:" and the like, and in the metadata."""
    texts = (match for cell in notebook.cells for match in LABELLED.findall(cell.source))
    yield from islice(texts, MOST)
    metadata = {key: value for key, value in notebook.metadata.items() if key not in OF_TOOLS}
    yield from islice(_strings(metadata, depth=4), MOST)
    yield from filter(None, map(_colab_user, notebook.cells))


def _short_lines(notebook: StudentNotebook) -> Iterator[str]:
    """Yield the lines of text in which a name would stand by itself."""
    texts = (cell.source for cell in notebook.cells if cell.kind != "code")
    return islice((line for text in texts for line in SHORT_LINE.findall(text)), MOST)


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner, depth - 1)


def _colab_user(cell: NotebookCell) -> str:
    """Return whose account ran a cell on Colab."""
    info = cell.metadata.get("executionInfo")
    user = info.get("user") if isinstance(info, dict) else None
    name = user.get("displayName") if isinstance(user, dict) else None
    return name if isinstance(name, str) else ""
