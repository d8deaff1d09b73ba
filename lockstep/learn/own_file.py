"""Which file this notebook is saved in, and whether every answer stands in it."""

import importlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lockstep.learn.session import Session, user_namespace

LARGEST_FILE = 50_000_000  # bytes; no exercise notebook comes near


def saved_notebook(session: Session, exercises: Iterable[str]) -> tuple[Path, list[str]] | None:
    """Return the file of the exercises that this kernel runs, with its code cells; None if it is not found.

    VS Code and Jupyter tell the kernel the file's name when it starts. Where the file was renamed
    since, or nobody told, it is the newest one in this folder that holds these exercises.
    """
    for path in _candidates():
        cells = _read(path)
        if cells and _is_of(cells, session, exercises):
            return path, cells
    return None


def _candidates() -> Iterator[Path]:
    told = [user_namespace().get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")]
    yield from (Path(name) for name in told if isinstance(name, str) and name.endswith(".ipynb"))
    try:
        beside = [(path.stat().st_mtime, path) for path in Path.cwd().glob("*.ipynb")]
    except OSError:
        return
    yield from (path for _, path in sorted(beside, reverse=True))


def _read(path: Path) -> list[str]:
    """Return the code cells of a notebook file; none where it cannot be read."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            return []
        return code_cells(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return []


def code_cells(notebook: Any) -> list[str]:
    """Return the sources of a notebook's code cells; of what is no notebook, none."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    found = []
    for cell in cells if isinstance(cells, list) else []:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", "")
            found.append(source if isinstance(source, str) else "".join(map(str, source)))
    return found


def _is_of(cells: list[str], session: Session, exercises: Iterable[str]) -> bool:
    """Say whether cells begin this lesson in this framework, and answer one of its exercises."""
    named = re.compile(rf"""^start\(["']{re.escape(session.lesson)}["'](.*)""", re.MULTILINE)
    begun = [match[1] for cell in cells if (match := named.search(cell))]
    fits = any((session.framework or "") in rest for rest in begun)
    return fits and any(answers(cells, name) for name in exercises)


def answers(cells: Iterable[str], exercise: str) -> list[str]:
    """Return the cells that answer an exercise: by their marker line, or by what they define."""
    name = re.escape(exercise)
    answer = re.compile(
        rf"^#+ *lockstep: *answer +{name}\b|^(?:def|class) +{name}\b", re.MULTILINE | re.IGNORECASE
    )
    return [cell for cell in cells if answer.search(cell)]


def missing_answers(cells: list[str], exercises: Iterable[str]) -> list[str]:
    """Return the exercises that have no answer cell, blank or not."""
    return [name for name in exercises if not answers(cells, name)]


def unsaved_answers(cells: list[str], exercises: Iterable[str]) -> list[str]:
    """Return the exercises whose answer was last run in a form that the file does not hold."""
    saved = {cell.strip() for cell in cells}
    last_run = {name: answers(_run_so_far(), name)[-1:] for name in exercises}
    return [name for name, cell in last_run.items() if cell and cell[0].strip() not in saved]


def _run_so_far() -> list[str]:
    """Return what this kernel ran, oldest first, as it was typed."""
    shell = importlib.import_module("IPython").get_ipython()
    return [] if shell is None else list(shell.history_manager.input_hist_raw)
