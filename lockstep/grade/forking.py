"""The fast engine: a warm process for each framework, forked for each submission. Linux only."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path

import psutil

from lockstep.grade import wire
from lockstep.grade.engine import Ended, EngineError
from lockstep.grade.sandbox import WORKPLACE, Limits, readable_folders
from lockstep.grade.warm import ANSWER, COMMAND, FORGET, FORK, WAIT

STARTING = 120.0  # seconds for a framework's import on a slow machine
LOOK_EVERY = 0.1  # seconds between two looks at how much memory a process takes
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

    def ask(self, request: wire.Message, seconds: float) -> wire.Message:
        """Send a request, and return the reply."""
        try:
            self._channel.settimeout(seconds)
            wire.send(self._channel, request)
        except TimeoutError:
            self._end("time limit", f"It did not end within {seconds:g} s.")
        except OSError:
            pass  # it has ended already: why is found out below
        return self.receive(seconds)

    def receive(self, seconds: float) -> wire.Message:
        """Return the next message, within `seconds`."""
        self._await(seconds)
        self._channel.settimeout(seconds)
        try:
            message = wire.receive(self._channel)
        except TimeoutError:
            self._end("time limit", f"It did not end within {seconds:g} s.")
        except wire.WireError as error:
            self._end("crashed", f"The notebook's process was ended: {error}.")
        if message is None:
            raise self._ended()
        return message

    def _await(self, seconds: float) -> None:
        """Wait until something can be read, looking at the memory from time to time."""
        deadline = time.monotonic() + seconds
        self._channel.settimeout(LOOK_EVERY)
        while True:
            with contextlib.suppress(TimeoutError):
                self._channel.recv(1, socket.MSG_PEEK)
                return
            if time.monotonic() > deadline:
                self._end("time limit", f"It did not end within {seconds:g} s.")
            if self._memory() > self._engine.limits.memory:
                megabytes = self._engine.limits.memory >> 20
                self._end("memory limit", f"It took more than {megabytes} MB of memory.")

    def _memory(self) -> int:
        """Return the bytes that the process and all that it started hold for themselves."""
        taken = 0
        with contextlib.suppress(psutil.Error):
            for process in psutil.Process(self._process).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    info = process.memory_info()
                    taken += info.rss - info.shared
        return taken

    def _end(self, state: str, message: str) -> None:
        self.close()
        raise Ended(state, message)  # type: ignore[arg-type]

    def _ended(self) -> Ended:
        """Say why the process is gone."""
        self._open = False
        self._channel.close()
        with self._engine._lock:
            code = self._warm.wait(self._process)
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
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        with self._engine._lock:
            self._warm.forget(self._process)
