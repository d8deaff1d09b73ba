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
import time
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import psutil

from lockstep.grade import wire
from lockstep.grade.engine import Ended, EngineError
from lockstep.grade.sandbox import WORKPLACE, Limits, readable_folders
from lockstep.grade.warm import ANSWER, COMMAND, FORGET, FORK, WAIT

STARTING = 120.0  # seconds for a framework's import on a slow machine
LOOK_EVERY = 0.1  # seconds between two looks at how much memory a process takes
GOING = 5.0  # seconds for a process to be gone that has hung up
PASSED_ON = ("LANG", "LC_ALL", "LD_LIBRARY_PATH")
ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


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
    """

    name = "fork"

    def __init__(self, lessons: Path, limits: Limits, *, sandbox: bool = True) -> None:
        if not hasattr(os, "fork") or sys.platform != "linux":
            raise EngineError(
                "The fast engine needs Linux. Say `--engine nbval`, which works everywhere."
            )
        self.lessons = lessons
        self.limits = limits
        self.sandbox = sandbox
        self._folder = tempfile.TemporaryDirectory(prefix="lockstep-")
        os.chmod(
            self._folder.name, 0o755
        )  # a student's process is another user's where root grades
        self._warm: dict[str, _Warm] = {}
        self._lock = threading.Lock()

    def start(self, lesson: str, framework: str | None) -> "ForkedStudent":
        """Return a fresh process for a notebook of this lesson."""
        ours, theirs = socket.socketpair()
        with self._lock:
            warm = self._warm_process(framework or "")
            try:
                process = warm.fork(theirs)
            except EngineError:
                # It was ended from outside, by a system short of memory, say: the next one starts anew.
                self._warm.pop(framework or "").close()
                raise
            finally:
                theirs.close()
        student = ForkedStudent(process, ours, self, warm)
        try:
            first = student.receive(STARTING)
        except Ended as ended:
            raise EngineError(f"A student's process did not start: {ended.message}") from None
        if "refused" in first:
            student.close()
            raise EngineError(
                f"There is no sandbox to be had here: {first['refused']}. Students' code would see your "
                "files. If you trust all of it, say `--no-sandbox`."
            )
        wire.send(ours, {"lesson": lesson, "framework": framework})
        return student

    def _warm_process(self, framework: str) -> "_Warm":
        if framework not in self._warm:
            self._warm[framework] = _Warm(self._settings(framework), self._environment())
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

    def _environment(self) -> dict[str, str]:
        """Return all that the warm process and its children know of this one's environment."""
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        kept |= {name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")}
        home = str(Path(self._folder.name) / "home")
        return (
            kept
            | dict.fromkeys(ONE_THREAD, "1")
            | {
                "HOME": WORKPLACE,
                "IPYTHONDIR": WORKPLACE,
                "KERAS_BACKEND": "tensorflow",
                "KERAS_HOME": home,  # a keras.json of the teacher's could change the dtype
                "LOCKSTEP_HOME": f"{WORKPLACE}/lockstep",
                "LOCKSTEP_LESSONS": str(self.lessons),
                "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
                "MPLBACKEND": "agg",
                "MPLCONFIGDIR": home,
                "PYTHONHASHSEED": "0",
                "PYTHONDONTWRITEBYTECODE": "1",
                "TF_CPP_MIN_LOG_LEVEL": "3",
                "TF_ENABLE_ONEDNN_OPTS": "0",
            }
        )

    def close(self) -> None:
        """End the warm processes, and with them all that they forked."""
        for warm in self._warm.values():
            warm.close()
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
        socket.send_fds(self.control, [COMMAND.pack(FORK, 0)], [channel.fileno()])
        return self._answer()

    def wait(self, process: int) -> int:
        """Return a process's exit code once it has ended."""
        self.control.sendall(COMMAND.pack(WAIT, process))
        return self._answer()

    def forget(self, process: int) -> None:
        """Let a process that was killed end in its own time."""
        with contextlib.suppress(OSError):
            self.control.sendall(COMMAND.pack(FORGET, process))

    def _answer(self) -> int:
        try:
            answer = self.control.recv(ANSWER.size, socket.MSG_WAITALL)
        except (OSError, TimeoutError):
            answer = b""
        if len(answer) < ANSWER.size:
            raise EngineError("The grader's warm process has ended. Start the same command again.")
        return int(ANSWER.unpack(answer)[0])

    def close(self) -> None:
        """End it."""
        self.control.close()
        self._process.kill()
        self._process.wait()
        self._said.close()


class ForkedStudent:
    """One student's process.

    Parameters
    ----------
    process
        The number of the process that stands outside the sandbox; all others end with it.
    channel
        The socket to talk over.
    engine, warm
        Where it came from.
    """

    def __init__(
        self, process: int, channel: socket.socket, engine: ForkEngine, warm: _Warm
    ) -> None:
        self._process = process
        self._channel = channel
        self._engine = engine
        self._warm = warm
        self._open = True
        self._number = 0
        self._pidfd = os.pidfd_open(process)

    def ask(self, request: wire.Message, seconds: float) -> wire.Message:
        """Send a request, and return the reply."""
        deadline = time.monotonic() + seconds
        self._number += 1
        try:
            self._channel.settimeout(seconds)
            wire.send(self._channel, request | {"number": self._number})
        except TimeoutError:
            self._end("time limit", f"It did not end within {seconds:g} s.")
        except OSError:
            pass  # it has ended already: why is found out below
        while True:
            reply = self._receive(seconds, deadline)
            # What the student's own code wrote into the channel is no reply to anything.
            if reply.get("number") == self._number:
                return reply

    def receive(self, seconds: float) -> wire.Message:
        """Return the next message, within `seconds`."""
        return self._receive(seconds, time.monotonic() + seconds)

    def _receive(self, seconds: float, deadline: float) -> wire.Message:
        watched = _Watched(self, seconds, deadline)
        try:
            message = wire.receive(watched)  # type: ignore[arg-type]  # it has the one method that is used
        except wire.WireError as error:
            self._end("crashed", f"The notebook's process was ended: {error}.")
        if message is None:
            raise self._ended()
        return message

    def memory(self) -> int:
        """Return the bytes that the process and all that it started hold for themselves."""
        taken = 0 if self._engine.sandbox else _taken(self._process)
        with contextlib.suppress(psutil.Error):
            for process in psutil.Process(self._process).children(recursive=True):
                taken += _taken(process.pid)
        return taken

    def _end(self, state: str, message: str) -> NoReturn:
        self.close()
        raise Ended(state, message)  # type: ignore[arg-type]

    def _ended(self) -> Ended:
        """Say why the process is gone."""
        self._open = False
        self._channel.close()
        # Who only hung up is made to go: the warm process must not be kept waiting.
        hung_up = not select.select([self._pidfd], [], [], GOING)[0]
        self._kill()
        os.close(self._pidfd)
        with self._engine._lock:
            code = self._warm.wait(self._process)
        if hung_up:
            return Ended("crashed", "It cut the notebook's process off from the grader.")
        code = 128 - code if code < 0 else code
        if code == 128 + signal.SIGXCPU:
            return Ended("time limit", "It used up its time.")
        if code > 128:
            name = signal.strsignal(code - 128) or f"signal {code - 128}"
            return Ended("crashed", f"It ended the notebook's process ({name}).")
        return Ended("crashed", f"It ended the notebook's process (exit status {code}).")

    def close(self) -> None:
        """End the process and all that it started."""
        if not self._open:
            return
        self._open = False
        self._channel.close()
        os.close(self._pidfd)
        self._kill()
        with self._engine._lock:
            self._warm.forget(self._process)

    def _kill(self) -> None:
        """End all of it; without a sandbox that is the process's session, as far as it stayed in it."""
        with contextlib.suppress(ProcessLookupError):
            if self._engine.sandbox:
                os.kill(self._process, signal.SIGKILL)
            else:
                os.killpg(self._process, signal.SIGKILL)


class _Watched:
    """A student's channel while the grader reads from it: time and memory are looked at meanwhile."""

    def __init__(self, student: ForkedStudent, seconds: float, deadline: float) -> None:
        self._student = student
        self._seconds = seconds
        self._deadline = deadline
        self._next_look = time.monotonic() + LOOK_EVERY
        student._channel.settimeout(LOOK_EVERY)

    def recv(self, size: int) -> bytes:
        """Return what comes next, `size` bytes at most; whoever sends it drop by drop gains no time."""
        while True:
            if time.monotonic() > self._next_look:
                self._look()
            with contextlib.suppress(TimeoutError):
                return self._student._channel.recv(size)

    def _look(self) -> None:
        if time.monotonic() > self._deadline:
            self._student._end("time limit", f"It did not end within {self._seconds:g} s.")
        limit = self._student._engine.limits.memory
        if self._student.memory() > limit:
            self._student._end("memory limit", f"It took more than {limit >> 20} MB of memory.")
        self._next_look = time.monotonic() + LOOK_EVERY


def _taken(process: int) -> int:
    """Return the bytes that a process holds for itself, and those that it shares with no file."""
    taken = 0
    with contextlib.suppress(OSError), open(f"/proc/{process}/status") as status:
        for line in status:
            if line.startswith(("RssAnon:", "RssShmem:")):
                taken += int(line.split()[1]) << 10
    return taken
