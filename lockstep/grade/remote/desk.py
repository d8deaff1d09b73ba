"""What a worker of a cluster does: it keeps an engine for a run, and grades what it is sent.

All that comes here comes from the teacher's own process. A student's process is handed no more of it
than on the teacher's machine: the hidden cases stay in the worker's own process.
"""

import asyncio
import contextlib
import json
import shutil
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from platform import node
from typing import Any

import psutil
from distributed import get_worker

from lockstep.grade.assignments import Assignment
from lockstep.grade.engine import EngineError
from lockstep.grade.engines import start_engine
from lockstep.grade.model import Submission, SubmissionResult, Unplaced
from lockstep.grade.notebook import NotebookCell
from lockstep.grade.public_checks import write_public_lesson
from lockstep.grade.remote.likeness import difference, likeness
from lockstep.grade.running import graded
from lockstep.grade.sandbox import Limits
from lockstep.learn.exercises import load_exercises
from lockstep.learn.judging import RecordedCase
from lockstep.lessons import lessons_folder

PREFIX = "lockstep-worker-"
OWNER = "owner.json"
Notebook = tuple[str, str | None]  # a lesson and a framework


@dataclass(frozen=True)
class SentAssignment:
    """An assignment without its exercises, which are functions: a worker has them in its own checkout."""

    pristine: tuple[NotebookCell, ...]
    exercises: tuple[str, ...]
    cases: dict[str, list[RecordedCase]]
    revision: str


@dataclass(frozen=True)
class Order:
    """What all submissions of a run have in common.

    Parameters
    ----------
    name
        What tells this run from every other.
    teacher
        Who grades what into where; only one run at a time has the same.
    like
        What a worker must have, to give the same results.
    assignments
        What is graded.
    limits, seed
        As on one machine.
    engine
        "fork" or "nbval"; None for the fastest that the worker has.
    sandbox
        Whether students' code is shut in.
    """

    name: str
    teacher: str
    like: Mapping[str, str]
    assignments: Mapping[Notebook, SentAssignment]
    limits: Limits
    seed: int
    engine: str | None
    sandbox: bool


@dataclass(frozen=True)
class Sent:
    """A submission as it travels: its file's bytes, and all else that is known of it."""

    known: Mapping[str, Any]
    content: bytes


class NotWelcomeError(Exception):
    """A worker that knows nothing of the run; its address is the argument."""


class Desk:
    """A worker's place for one run: an engine, the assignments, a folder.

    Parameters
    ----------
    order
        The run.
    """

    def __init__(self, order: Order) -> None:
        self.order = order
        self.folder = _own_folder()
        self.handed_in = self.folder / "handed-in"
        self.handed_in.mkdir(mode=0o700)
        public = self.folder / "lessons"
        for lesson in {lesson for lesson, _ in order.assignments}:
            write_public_lesson(lessons_folder() / lesson, public / lesson)
        self.assignments = {
            notebook: _unpacked(notebook, sent) for notebook, sent in order.assignments.items()
        }
        self.engine = start_engine(
            order.engine, public, order.limits, sandbox=order.sandbox, folder=self.folder
        )

    def try_out(self) -> None:
        """Start one student's process.

        Raises
        ------
        EngineError
            If none can be had here.
        """
        self.engine.start(*next(iter(self.assignments))).close()

    def grade(self, sent: Sent) -> SubmissionResult | Unplaced:
        """Grade one submission as the teacher's machine would."""
        descriptor, name = tempfile.mkstemp(dir=self.handed_in)
        path = Path(name)
        try:
            with open(descriptor, "wb") as file:
                file.write(sent.content)
            submission = Submission(path=path, **sent.known)
            limits, seed = self.order.limits, self.order.seed
            return graded(submission, self._assignment, self.engine, limits, seed)
        finally:
            path.unlink(missing_ok=True)

    def _assignment(self, lesson: str, framework: str | None) -> Assignment:
        return self.assignments[lesson, framework]

    def close(self) -> None:
        """End all students' processes, and leave nothing behind."""
        self.engine.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _unpacked(notebook: Notebook, sent: SentAssignment) -> Assignment:
    lesson, framework = notebook
    known = load_exercises(lessons_folder() / lesson)
    exercises = {name: known[name] for name in sent.exercises}
    return Assignment(lesson, framework, sent.pristine, exercises, sent.cases, sent.revision)


# --- What the teacher's process has run here ----------------------------------------------------

_desks: dict[str, Desk] = {}
_lock = threading.Lock()


async def welcome(order: Order) -> str:
    """Make ready for a run; return why not, in sentences, where that cannot be."""
    return await asyncio.to_thread(_welcome, order)  # the worker answers its scheduler meanwhile


def _welcome(order: Order) -> str:
    try:
        different = difference(order.like, likeness(order.assignments, lessons_folder()))
        if different:
            return different
        _desk(order).try_out()
    except (EngineError, OSError) as error:
        _leave(order.name)
        return str(error)
    return ""


def _desk(order: Order) -> Desk:
    with _lock:
        # A run that was killed has left its desk here.
        for old in [desk.order for desk in _desks.values()]:
            if old.teacher == order.teacher and old.name != order.name:
                _desks.pop(old.name).close()
        remove_abandoned()
        if order.name not in _desks:
            _desks[order.name] = Desk(order)
        return _desks[order.name]


def grade_sent(name: str, sent: Sent) -> SubmissionResult | Unplaced:
    """Grade one submission of the run of this name.

    Raises
    ------
    NotWelcomeError
        If this process knows nothing of the run: it has taken the place of one that was killed.
    """
    desk = _desks.get(name)
    if desk is None:
        raise NotWelcomeError(get_worker().address)
    return desk.grade(sent)


async def leave(name: str) -> None:
    """End a run here."""
    await asyncio.to_thread(_leave, name)


def _leave(name: str) -> None:
    with _lock:
        desk = _desks.pop(name, None)
        if desk is not None:
            desk.close()
        remove_abandoned()


# --- Folders ------------------------------------------------------------------------------------


def _own_folder() -> Path:
    """Make a folder that tells whose it is."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o755)  # a student's process is another user's where root grades
    process = psutil.Process()
    owner = {"machine": node(), "process": process.pid, "since": process.create_time()}
    (folder / OWNER).write_text(json.dumps(owner), encoding="utf-8")
    return folder


def remove_abandoned() -> None:
    """Remove what workers on this machine left that were killed."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{OWNER}"):
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
            if _is_gone(**json.loads(path.read_text(encoding="utf-8"))):
                shutil.rmtree(path.parent, ignore_errors=True)


def _is_gone(machine: str, process: int, since: float) -> bool:
    if machine != node():  # a container's own processes are numbered anew
        return False
    try:
        found = psutil.Process(process)
        another = abs(found.create_time() - since) > 1
        return bool(another or found.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
