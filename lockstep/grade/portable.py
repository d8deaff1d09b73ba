"""The portable engine: a plain Jupyter kernel for each submission, started through nbval.

It runs wherever Jupyter runs, and on Linux it is the witness of the fast engine. nbval starts the
kernel and runs one cell of ours in it, which makes the kernel a student's process
(`lockstep.grade.in_kernel`). From then on the grader talks to it over a socket of its own, as to a
forked one: a message of Jupyter's protocol has no largest size, and a kernel's death goes unnoticed.
"""

import contextlib
import json
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path
from queue import Empty

import psutil

from lockstep.grade import wire
from lockstep.grade.engine import Ended, EngineError, NoSandboxError
from lockstep.grade.environment import student_environment
from lockstep.grade.kernels import STARTING, GradingKernel, Place, open_kernel, shut_in_kernel
from lockstep.grade.sandbox import WORKPLACE, Limits
from lockstep.grade.watching import GOING, WatchedStudent, memory_of

BOOTSTRAP = "from lockstep.grade.in_kernel import become_student\nbecome_student({!r})"


class NbvalEngine:
    """Students' processes that are kernels.

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

    name = "nbval"

    def __init__(
        self, lessons: Path, limits: Limits, *, sandbox: bool = True, folder: Path | None = None
    ) -> None:
        if sandbox and sys.platform != "linux":
            raise NoSandboxError("it is made of Linux's namespaces, and this is another system")
        self.lessons = lessons
        self.limits = limits
        self.sandbox = sandbox
        self._folder = tempfile.TemporaryDirectory(
            prefix="lockstep-", dir=folder, ignore_cleanup_errors=True
        )
        self._students: set[KernelStudent] = set()
        self._lock = threading.Lock()

    def start(self, lesson: str, framework: str | None) -> "KernelStudent":
        """Return a fresh process for a notebook of this lesson."""
        place = Place(Path(tempfile.mkdtemp(dir=self._folder.name)), self.lessons)
        settings = {
            "framework": framework or "",
            "limits": asdict(self.limits),
            "sandbox": self.sandbox,
        }
        try:
            start = self._start_shut_in if self.sandbox else self._start_open
            student = start(place, settings)
            self._expect_ready(student)
        except BaseException:
            shutil.rmtree(place.folder, ignore_errors=True)
            raise
        student.say({"lesson": lesson, "framework": framework})
        return student

    def forget(self, student: "KernelStudent") -> None:
        """Think no more of a student whose process has ended."""
        with self._lock:
            self._students.discard(student)

    def close(self) -> None:
        """End all kernels."""
        for student in tuple(self._students):
            student.close()
        self._folder.cleanup()

    def _start_shut_in(self, place: Place, settings: wire.Message) -> "KernelStudent":
        ours, theirs = socket.socketpair()
        environment = student_environment(self.lessons, WORKPLACE, f"{WORKPLACE}/settings")
        try:
            kernel = shut_in_kernel(place, environment, self.limits, theirs.fileno())
        except RuntimeError as error:
            theirs.close()
            raise _refused(ours, error) from None
        settings |= {"channel": theirs.fileno()}
        theirs.close()
        _run_bootstrap(kernel, settings)
        return self._student(kernel, ours, place)

    def _start_open(self, place: Place, settings: wire.Message) -> "KernelStudent":
        workplace = place.make("work")
        environment = student_environment(self.lessons, str(workplace), str(place.make("settings")))
        try:
            kernel = open_kernel(place, environment, workplace)
        except RuntimeError as error:
            raise EngineError(f"A kernel could not be started: {error}.") from None
        with socket.create_server(("127.0.0.1", 0)) as listener:
            token = secrets.token_hex(16)
            port = listener.getsockname()[1]
            _run_bootstrap(kernel, settings | {"channel": None, "port": port, "token": token})
            try:
                channel = _call_from(kernel, listener, token)
            except BaseException:
                kernel.stop()
                raise
        return self._student(kernel, channel, place)

    def _student(
        self, kernel: GradingKernel, channel: socket.socket, place: Place
    ) -> "KernelStudent":
        student = KernelStudent(kernel, channel, place, self)
        with self._lock:
            self._students.add(student)
        return student

    def _expect_ready(self, student: "KernelStudent") -> None:
        try:
            first = student.receive(STARTING)
        except Ended as ended:
            raise EngineError(f"A student's process did not start: {ended.message}") from None
        student.kernel.hang_up()
        if "ready" not in first:
            student.close()
            raise EngineError(f"A student's process did not start: {first.get('failed')}.")


class KernelStudent(WatchedStudent):
    """One student's kernel.

    Parameters
    ----------
    kernel
        The kernel; its process stands outside the sandbox, and all others end with it.
    channel
        The socket to talk over.
    place
        What it has of the disk; thrown away with it.
    engine
        Where it came from.
    """

    def __init__(
        self, kernel: GradingKernel, channel: socket.socket, place: Place, engine: NbvalEngine
    ) -> None:
        super().__init__(channel, engine.limits)
        self.kernel = kernel
        self._place = place
        self._engine = engine

    def say(self, message: wire.Message) -> None:
        """Send a message that has no reply."""
        wire.send(self._channel, message)

    def is_alive(self) -> bool:
        """Return whether the kernel runs."""
        return self.kernel.process.poll() is None

    def memory(self) -> int:
        """Return the bytes that the kernel and all that it started hold."""
        return memory_of(
            self.kernel.process.pid, self._limits.memory, sandboxed=self._engine.sandbox
        )

    def kill(self) -> None:
        """End the kernel and all that it started, and throw away what it wrote."""
        if not self._engine.sandbox:
            _kill_tree(self.kernel.process.pid)
        self.kernel.stop()
        shutil.rmtree(self._place.folder, ignore_errors=True)
        self._engine.forget(self)

    def exit_code(self) -> int | None:
        """Return the exit code of a kernel that hung up; None if it had to be ended."""
        try:
            code = self.kernel.process.wait(GOING)
        except subprocess.TimeoutExpired:
            code = None
        self.kill()
        return code


def _run_bootstrap(kernel: GradingKernel, settings: wire.Message) -> None:
    kernel.execute_cell_input(BOOTSTRAP.format(json.dumps(settings)), allow_stdin=False)


def _refused(channel: socket.socket, error: RuntimeError) -> EngineError:
    """Say why a kernel did not start that was to be shut in."""
    with channel:
        channel.settimeout(GOING)
        with contextlib.suppress(wire.WireError, OSError):
            first = wire.receive(channel)
            if first is not None:
                return NoSandboxError(str(first.get("refused")))
    return EngineError(f"A kernel could not be started: {error}.")


def _call_from(kernel: GradingKernel, listener: socket.socket, token: str) -> socket.socket:
    """Wait until the kernel calls; whoever else does, and has no token, is not heard.

    Raises
    ------
    EngineError
        If it never does.
    """
    deadline = time.monotonic() + STARTING
    listener.settimeout(0.1)
    while kernel.process.poll() is None and time.monotonic() < deadline:
        _raise_failure(kernel)
        with contextlib.suppress(TimeoutError):
            channel, _ = listener.accept()
            if _has_token(channel, token):
                return channel
    raise EngineError("A student's process did not start: the kernel ended, or never called.")


def _raise_failure(kernel: GradingKernel) -> None:
    """Say what went wrong in the bootstrap: it replies only if it could not take over."""
    with contextlib.suppress(Empty):
        content = kernel.get_message("shell", timeout=0)["content"]
        if content.get("status") == "error":
            reason = f"{content['ename']}: {content['evalue']}"
            raise EngineError(f"A student's process did not start: {reason}.")


def _has_token(channel: socket.socket, token: str) -> bool:
    channel.settimeout(GOING)
    with contextlib.suppress(wire.WireError, OSError):
        first = wire.receive(channel, most=1_000) or {}
        if secrets.compare_digest(str(first.get("token")).encode(), token.encode()):
            return True
    channel.close()
    return False


def _kill_tree(process: int) -> None:
    """End a process and all that it started, as far as they can still be told to be its own."""
    with contextlib.suppress(psutil.Error):
        top = psutil.Process(process)
        for one in [*top.children(recursive=True), top]:
            with contextlib.suppress(psutil.Error):
                one.kill()
