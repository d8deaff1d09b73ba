"""The fast engine: a warm process for each framework, forked for each submission. Linux only."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path

from lockstep.grade import wire
from lockstep.grade.engine import Ended, EngineError, NoSandboxError
from lockstep.grade.environment import student_environment
from lockstep.grade.sandbox import WORKPLACE, Limits, readable_folders
from lockstep.grade.warm import ANSWER, COMMAND, FORGET, FORK, IMPORTS, WAIT
from lockstep.grade.watching import GOING, WatchedStudent, memory_of

STARTING = 120.0  # seconds for a framework's import on a slow machine


class ForkEngine:
    """Students' processes forked from warm ones.

    Parameters
    ----------
    lessons
        The folder of what a student's process may read of the lessons.
    limits
        What each may use up.
    sandbox
        Whether each is shut in.
    folder
        Where its own folder is made; None for where the system keeps such.
    """

    name = "fork"

    def __init__(
        self, lessons: Path, limits: Limits, *, sandbox: bool = True, folder: Path | None = None
    ) -> None:
        if not hasattr(os, "fork") or sys.platform != "linux":
            raise EngineError(
                "The fast engine needs Linux. Say `--engine nbval`, which works everywhere."
            )
        self.lessons = lessons
        self.limits = limits
        self.sandbox = sandbox
        self._folder = tempfile.TemporaryDirectory(prefix="lockstep-", dir=folder)
        os.chmod(
            self._folder.name, 0o755
        )  # a student's process is another user's where root grades
        self._warm: dict[str, _Warm] = {}
        # One for each framework: while Keras is imported, PyTorch's students go on.
        self._locks = {framework: threading.Lock() for framework in IMPORTS}
        self._closed = False

    def start(self, lesson: str, framework: str | None) -> "ForkedStudent":
        """Return a fresh process for a notebook of this lesson."""
        ours, theirs = socket.socketpair()
        lock = self._locks[framework or ""]
        with lock, theirs:
            if self._closed:
                raise EngineError("The engine has been closed.")
            warm = self._warm_process(framework or "")
            try:
                process = warm.fork(theirs)
            except EngineError:
                # Ended in this moment: the next one starts anew.
                self._warm.pop(framework or "").close()
                raise
        student = ForkedStudent(process, ours, self, warm, lock)
        try:
            first = student.receive(STARTING)
        except Ended as ended:
            raise EngineError(f"A student's process did not start: {ended.message}") from None
        if "refused" in first:
            student.close()
            raise NoSandboxError(str(first["refused"]))
        wire.send(ours, {"lesson": lesson, "framework": framework})
        return student

    def _warm_process(self, framework: str) -> "_Warm":
        if framework in self._warm and not self._warm[framework].is_alive():
            self._warm.pop(
                framework
            ).close()  # ended from outside, by a system short of memory, say
        if framework not in self._warm:
            home = str(Path(self._folder.name) / "home")
            environment = student_environment(self.lessons, WORKPLACE, home)
            self._warm[framework] = _Warm(self._settings(framework), environment)
        return self._warm[framework]

    def _settings(self, framework: str) -> wire.Message:
        folder = Path(self._folder.name)
        for name in ("root", "scratch", "home"):
            (folder / name).mkdir(exist_ok=True)
        return {
            "framework": framework,
            "readable": [*readable_folders(), str(self.lessons)],
            "root": str(folder / "root"),
            "scratch": str(folder / "scratch"),
            "sandbox": self.sandbox,
            "limits": asdict(self.limits),
        }

    def close(self) -> None:
        """End the warm processes, and with them all that they forked."""
        self._closed = True
        for framework, lock in self._locks.items():
            with lock:
                if framework in self._warm:
                    self._warm[framework].close()
        self._folder.cleanup()


class _Warm:
    """A warm process as the grader sees it."""

    def __init__(self, settings: wire.Message, environment: dict[str, str]) -> None:
        self.control, theirs = socket.socketpair()
        settings = settings | {"control": theirs.fileno()}
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the process)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lockstep.grade.warm", json.dumps(settings)],
            pass_fds=[theirs.fileno()],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._said,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the grader, which then ends this one
        )
        theirs.close()
        self.control.settimeout(STARTING)
        first = self._first()
        if "ready" not in first:
            self.close()
            raise EngineError(f"The grader's warm process cannot be used: {first['error']}.")

    def _first(self) -> wire.Message:
        try:
            first = wire.receive(self.control)
        except TimeoutError:
            return {"error": f"it did not start within {STARTING:.0f} s"}
        if first is not None:
            return first
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        return {"error": (lines or ["it ended without a word"])[-1]}

    def fork(self, channel: socket.socket) -> int:
        """Fork a student's process that talks over `channel`; return its number."""
        return self._answer(FORK, 0, channel.fileno())

    def wait(self, process: int) -> int:
        """Return a process's exit code once it has ended."""
        return self._answer(WAIT, process)

    def forget(self, process: int) -> None:
        """Let a process that was killed end in its own time."""
        with contextlib.suppress(OSError):
            self.control.sendall(COMMAND.pack(FORGET, process))

    def _answer(self, command: bytes, process: int, *descriptors: int) -> int:
        try:
            socket.send_fds(self.control, [COMMAND.pack(command, process)], descriptors)
            answer = self.control.recv(ANSWER.size, socket.MSG_WAITALL)
        except (OSError, TimeoutError):
            answer = b""
        if len(answer) < ANSWER.size:
            raise EngineError("The grader's warm process has ended. Start the same command again.")
        return int(ANSWER.unpack(answer)[0])

    def is_alive(self) -> bool:
        """Return whether it runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it, and with it all that it forked."""
        self.control.close()
        try:
            self._process.wait(GOING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()


class ForkedStudent(WatchedStudent):
    """One student's forked process.

    Parameters
    ----------
    process
        The number of the process that stands outside the sandbox; all others end with it.
    channel
        The socket to talk over.
    engine, warm
        Where it came from.
    lock
        What is held by whoever talks to `warm`.
    """

    def __init__(
        self,
        process: int,
        channel: socket.socket,
        engine: ForkEngine,
        warm: _Warm,
        lock: threading.Lock,
    ) -> None:
        super().__init__(channel, engine.limits)
        self._process = process
        self._engine = engine
        self._warm = warm
        self._lock = lock
        self._pidfd = os.pidfd_open(process)

    def is_alive(self) -> bool:
        """Return whether the process runs."""
        return not self._is_gone_within(0)

    def memory(self) -> int:
        """Return the bytes that the process and all that it started hold for themselves."""
        return memory_of(self._process, self._limits.memory, sandboxed=self._engine.sandbox)

    def kill(self) -> None:
        """End all of it, and let it end in its own time."""
        self._signal_all()
        os.close(self._pidfd)
        with self._lock:
            self._warm.forget(self._process)

    def exit_code(self) -> int | None:
        """Return the exit code of a process that hung up; None if it had to be ended."""
        # Who only hung up is made to go: the warm process must not be kept waiting.
        gone = self._is_gone_within(GOING)
        self._signal_all()
        os.close(self._pidfd)
        with self._lock:
            code = self._warm.wait(self._process)
        return code if gone else None

    def _is_gone_within(self, seconds: float) -> bool:
        return bool(select.select([self._pidfd], [], [], seconds)[0])

    def _signal_all(self) -> None:
        """Kill all of it; without a sandbox that is the process's session, as far as it stayed in it."""
        with contextlib.suppress(ProcessLookupError):
            if self._engine.sandbox:
                os.kill(self._process, signal.SIGKILL)
            else:
                os.killpg(self._process, signal.SIGKILL)
