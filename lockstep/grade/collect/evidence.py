"""What in a notebook says which exercise notebook it is; nothing of it is believed alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lockstep.grade.notebook import NotebookCell, StudentNotebook

MARKER = re.compile(r"^[ \t]*#[ \t]*lockstep:[ \t]*(answer|check)[ \t]+(\w+)", re.MULTILINE)
CHECK = re.compile(r"""^[ \t]*check\([ \t]*["'](\w+)["']""", re.MULTILINE)
START = re.compile(r"""^[ \t]*start\(\s*["'](\w+)["']\s*(?:,\s*["'](\w+)["'])?""", re.MULTILINE)
CHECKPOINT = re.compile(r"^[ \t]*checkpoint\(", re.MULTILINE)
IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t]+(\w+)", re.MULTILINE)
DEFINED = re.compile(r"^(?:def|class)[ \t]+(\w+)", re.MULTILINE)
EXERCISE_ID = re.compile(r"(?:answer|check)-\w+")
IN_EVERY_NOTEBOOK = frozenset({"title", "set-up", "next", "submit"})


@dataclass(frozen=True)
class Evidence:
    """What a notebook says of itself.

    Parameters
    ----------
    answers, checks
        The exercises named in marker lines, wherever they stand.
    starts
        Lesson and framework in calls of `start`.
    ids
        The cells' ids, also where only nbgrader's metadata has them.
    modules
        What its code imports.
    defined
        The functions and classes that its code defines.
    lesson, framework, role
        What its metadata says.
    asks
        Whether it asks checkpoints.
    """

    answers: frozenset[str]
    checks: frozenset[str]
    starts: frozenset[tuple[str, str]]
    ids: frozenset[str]
    modules: frozenset[str]
    defined: frozenset[str]
    lesson: str = ""
    framework: str = ""
    role: str = ""
    asks: bool = False

    @property
    def names_exercises(self) -> bool:
        """Whether a marker line or an id names an exercise."""
        return bool(self.answers or self.checks or any(map(EXERCISE_ID.fullmatch, self.ids)))


def gather(notebook: StudentNotebook) -> Evidence:
    """Return what a notebook says of itself."""
    everything = [cell.source for cell in notebook.cells]
    code = [cell.source for cell in notebook.cells if cell.kind == "code"]
    markers = [pair for source in everything for pair in MARKER.findall(source)]
    answers = {name for kind, name in markers if kind == "answer"}
    checks = {name for kind, name in markers if kind == "check"}
    metadata = _dict(notebook.metadata.get("lockstep"))
    return Evidence(
        answers=frozenset(answers),
        checks=frozenset(checks | _all(CHECK, code)),
        starts=frozenset(pair for source in code for pair in START.findall(source)),
        ids=frozenset(name for cell in notebook.cells for name in _ids(cell)) - IN_EVERY_NOTEBOOK,
        modules=frozenset(_all(IMPORT, code)),
        defined=frozenset(_all(DEFINED, code)),
        lesson=_text(metadata.get("lesson")),
        framework=_text(metadata.get("framework")),
        role=_text(metadata.get("role")),
        asks=any(map(CHECKPOINT.search, code)),
    )


def _all(pattern: re.Pattern[str], sources: Iterable[str]) -> set[str]:
    return {name for source in sources for name in pattern.findall(source)}


def _ids(cell: NotebookCell) -> Iterable[str]:
    yield cell.id
    grade_id = _text(_dict(cell.metadata.get("nbgrader")).get("grade_id"))
    if grade_id:
        yield grade_id if grade_id.startswith("check-") else f"answer-{grade_id}"


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
