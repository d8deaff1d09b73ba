"""`lockstep build`: prove the pair, record the checks, execute what changed, write the notebooks."""

import hashlib
import json
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lockstep.build.answers import record_checks
from lockstep.build.compose import Notebook, compose
from lockstep.build.execute import execute
from lockstep.build.lesson import Lesson, load_lesson
from lockstep.build.prove import (
    PRECISIONS,
    Recording,
    Row,
    compare,
    read_recording,
    write_meetings,
)
from lockstep.build.stamps import CACHE, learn_digest
from lockstep.build.workspaces import write_workspace
from lockstep.learn.stored import load_arrays, save_arrays

Show = Callable[[int, int], None]  # cells done, cells in all


@dataclass(frozen=True)
class Built:
    """What a build did."""

    executed: list[str]
    written: list[str]
    table: list[Row]


def build_lesson(root: Path, name: str, show: Show, *, again: bool = False) -> Built:
    """Build one lesson, executing only what changed.

    Parameters
    ----------
    root
        The checkout.
    name
        The lesson's folder name.
    show
        Told how many code cells have run, and of how many.
    again
        Whether everything is executed although nothing changed.

    Raises
    ------
    LessonError
        If the lesson is refused, a cell fails, or the twins do not agree.
    """
    return _Build(root, load_lesson(root / "lessons" / name), show, again).run()


class _Build:
    """One build of one lesson."""

    def __init__(self, root: Path, lesson: Lesson, show: Show, again: bool) -> None:
        self.root = root
        self.lesson = lesson
        self.show = show
        self.notebooks = compose(lesson)
        self.committed = {notebook.path: _read(root / notebook.path) for notebook in self.notebooks}
        self.to_execute = [
            notebook
            for notebook in self.notebooks
            if notebook.executed and (again or self._stale(notebook))
        ]
        self.to_prove = bool(lesson.meetings) and (again or self._proof_is_stale())
        self.to_record = bool(lesson.exercises) and (again or self._checks_are_stale())
        self.done = 0

    def run(self) -> Built:
        table: list[Row] = []
        self._count()
        if self.to_prove:
            table = self._prove()
        if self.to_record:
            self._record_checks()
        with ThreadPoolExecutor(2) as pool:
            jobs = {
                notebook.path: pool.submit(self._execute, notebook) for notebook in self.to_execute
            }
            executed = {path: job.result() for path, job in jobs.items()}
        written = [notebook.path for notebook in self.notebooks if self._write(notebook, executed)]
        write_workspace(self.root, self.lesson.name, self.notebooks)
        return Built(list(executed), written, table)

    # What is stale

    def _stale(self, notebook: Notebook) -> bool:
        metadata = (self.committed[notebook.path] or {}).get("metadata", {})
        stored: object = metadata.get("lockstep", {}).get("fingerprint")
        return stored != notebook.fingerprint

    def _twins(self) -> list[Notebook]:
        return [notebook for notebook in self.notebooks if notebook.role == "notebooks"]

    def _proof_fingerprint(self) -> str:
        parts = [json.dumps(self.lesson.meetings), *(twin.fingerprint for twin in self._twins())]
        return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]

    def _proof_is_stale(self) -> bool:
        return _fingerprint(self.lesson.folder / "meetings.npz") != self._proof_fingerprint()

    def _checks_fingerprint(self) -> str:
        assert self.lesson.exercise_text is not None
        texts = [
            (self.lesson.folder / name).read_text(encoding="utf-8")
            for name in ("exercises.md", "checks.py")
        ]
        return hashlib.sha256("".join(texts).encode()).hexdigest()[:16]

    def _checks_are_stale(self) -> bool:
        return _fingerprint(self.lesson.folder / "checks.npz") != self._checks_fingerprint()

    # The work

    def _count(self) -> None:
        self.total = sum(_code_cells(notebook) for notebook in self.to_execute)
        if self.to_prove:
            self.total += len(PRECISIONS) * sum(_code_cells(twin) for twin in self._twins())

    def _cell_done(self) -> None:
        self.done += 1
        self.show(self.done, self.total)

    def _execute(self, notebook: Notebook) -> dict[str, Any]:
        return execute(notebook, self.root / "lessons", self._cell_done)

    def _prove(self) -> list[Row]:
        rows: list[Row] = []
        for precision in PRECISIONS:
            with ThreadPoolExecutor(2) as pool:
                jobs = {
                    str(twin.framework): pool.submit(self._recording, twin, precision)
                    for twin in self._twins()
                }
                recordings = {framework: job.result() for framework, job in jobs.items()}
            rows += compare(self.lesson, recordings, precision)
            if precision == "float32":
                seen = recordings
        path = self.lesson.folder / "meetings.npz"
        write_meetings(path, seen, rows, self._proof_fingerprint())
        return rows

    def _recording(self, twin: Notebook, precision: str) -> Recording:
        """Return a twin's values, from an earlier run where neither it nor the course's code changed."""
        name = (
            f"{self.lesson.name}_{twin.framework}_{precision}_{twin.fingerprint}_{learn_digest()}"
        )
        folder = self.root / CACHE / "recordings" / name
        if (folder / "complete").exists():
            for _ in range(_code_cells(twin)):
                self._cell_done()
        else:
            for path in folder.glob("*.npz"):  # left by a run that was cut off
                path.unlink()
            execute(
                twin, self.root / "lessons", self._cell_done, precision=precision, record=folder
            )
            (folder / "complete").touch()
        return read_recording(folder)

    def _record_checks(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            arrays = record_checks(self.lesson, Path(scratch), self.root / "lessons")
        arrays["fingerprint"] = np.array(self._checks_fingerprint())
        save_arrays(self.lesson.folder / "checks.npz", arrays)

    def _write(self, notebook: Notebook, executed: dict[str, dict[str, Any]]) -> bool:
        """Write a notebook where it differs from the committed one; say whether it did."""
        content = notebook.to_dict()
        if notebook.executed:
            _put_outputs(
                content, executed.get(notebook.path) or self.committed[notebook.path] or {}
            )
        text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        path = self.root / notebook.path
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return False
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        return True


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _code_cells(notebook: Notebook) -> int:
    return sum(cell.kind == "code" for cell in notebook.cells)


def _fingerprint(path: Path) -> str | None:
    try:
        return str(load_arrays(path)["fingerprint"])
    except (OSError, ValueError, KeyError):
        return None


def _put_outputs(content: dict[str, Any], source: dict[str, Any]) -> None:
    """Take over outputs, code cell by code cell: both notebooks have the same code."""
    cells = [cell for cell in source.get("cells", []) if cell["cell_type"] == "code"]
    targets = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    for target, cell in zip(targets, cells, strict=True):
        target["execution_count"] = cell["execution_count"]
        target["outputs"] = [_split(output) for output in cell["outputs"]]


def _split(output: dict[str, Any]) -> dict[str, Any]:
    """Return an output with its text as a list of lines, as notebooks are stored."""
    output = dict(output)
    if isinstance(output.get("text"), str):
        output["text"] = output["text"].splitlines(keepends=True)
    if "data" in output:
        output["data"] = {
            kind: value.splitlines(keepends=True)
            if isinstance(value, str) and kind != "image/png"
            else value
            for kind, value in output["data"].items()
        }
    return output
