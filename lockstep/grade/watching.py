"""A student's process as the grader sees it: asked over a socket, watched meanwhile, ended if need be.

Both engines' students are such: a forked process, and the kernel of the portable engine. Whoever is
at the other end may be hostile, so nothing is waited for without a limit.
"""

import contextlib
import signal
import socket
import sys
import time
from abc import ABC, abstractmethod
from typing import NoReturn

import psutil

from lockstep.grade import wire
from lockstep.grade.engine import Ended
from lockstep.grade.model import State
from lockstep.grade.sandbox import Limits

LOOK_EVERY = 0.1  # seconds between two looks at how much memory a process takes
GOING = 5.0  # seconds for a process to be gone that has hung up
LAST_SIGNAL, LAST_EXIT_STATUS = 64, 255  # Windows has longer ones for what are signals elsewhere


class WatchedStudent(ABC):
    """One student's process that talks over a socket.

    Parameters
    ----------
    channel
        The socket.
    limits
        What the process may use up.
    """

    def __init__(self, channel: socket.socket, limits: Limits) -> None:
        self._channel = channel
        self._limits = limits
        self._open = True
        self._number = 0

    @abstractmethod
    def is_alive(self) -> bool:
        """Return whether the process runs."""

    @abstractmethod
    def memory(self) -> int:
        """Return the bytes that the process and all that it started hold."""

    @abstractmethod
    def kill(self) -> None:
        """End the process and all that it started, and wait for nothing."""

    @abstractmethod
    def exit_code(self) -> int | None:
        """Return the exit code of a process that hung up, once it is gone with all that it started.

        None if it had to be ended. A signal's number is negative, or above 128.
        """

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

    def close(self) -> None:
        """End the process and all that it started."""
        if self._open:
            self._open = False
            self._channel.close()
            self.kill()

    def _receive(self, seconds: float, deadline: float) -> wire.Message:
        watched = _Watched(self, seconds, deadline)
        try:
            message = wire.receive(watched)  # type: ignore[arg-type]  # it has the one method that is used
        except wire.WireError as error:
            self._end("crashed", f"The notebook's process was ended: {error}.")
        if message is None:
            raise self._ended()
        return message

    def _end(self, state: State, message: str) -> NoReturn:
        self.close()
        raise Ended(state, message)

    def _ended(self) -> Ended:
        """Say why the process is gone."""
        self._open = False
        self._channel.close()
        return ended(self.exit_code())


def ended(code: int | None) -> Ended:
    """Say what an exit code means; None: it had only hung up."""
    if code is None:
        return Ended("crashed", "It cut the notebook's process off from the grader.")
    number = -code if code < 0 else code - 128
    if number == getattr(signal, "SIGXCPU", None):
        return Ended("time limit", "It used up its time.")
    if 0 < number <= LAST_SIGNAL:
        name = signal.strsignal(number) or f"signal {number}"
        return Ended("crashed", f"It ended the notebook's process ({name}).")
    status = f"{code:#x}" if code > LAST_EXIT_STATUS else str(code)  # as Windows writes its own
    return Ended("crashed", f"It ended the notebook's process (exit status {status}).")


class _Watched:
    """A student's channel while the grader reads from it: time and memory are looked at meanwhile."""

    def __init__(self, student: WatchedStudent, seconds: float, deadline: float) -> None:
        self._student = student
        self._seconds = seconds
        self._deadline = deadline
        self._next_look = time.monotonic() + LOOK_EVERY
        student._channel.settimeout(LOOK_EVERY)

    def recv(self, size: int) -> bytes:
        """Return what comes next, `size` bytes at most; whoever sends it drop by drop gains no time."""
        while True:
            alive = self._student.is_alive()  # first: what it said before it ended shall be read
            if time.monotonic() > self._next_look:
                self._look()
            with contextlib.suppress(TimeoutError):
                return self._student._channel.recv(size)
            if not alive:  # and what it left behind holds the socket open
                return b""

    def _look(self) -> None:
        if time.monotonic() > self._deadline:
            self._student._end("time limit", f"It did not end within {self._seconds:g} s.")
        limit = self._student._limits.memory
        if self._student.memory() > limit:
            self._student._end("memory limit", f"It took more than {limit >> 20} MB of memory.")
        self._next_look = time.monotonic() + LOOK_EVERY


def memory_of(process: int, limit: int, *, sandboxed: bool) -> int:
    """Return the bytes that a process and all that it started hold for themselves.

    What is below the limit may be told too high, what is above it is told as it is.

    Around a sandbox two processes stand that only wait, which are not the student's: `process`
    itself, and the namespace's first one.
    """
    with contextlib.suppress(psutil.Error):
        tree = psutil.Process(process).children(recursive=True)
        if sandboxed:
            tree = [one for one in tree if one.ppid() != process]
        return _taken([*(one.pid for one in tree), *(() if sandboxed else (process,))], limit)
    return 0


def _taken(processes: list[int], limit: int) -> int:
    """Return the bytes that processes hold for themselves, those among them that no file backs.

    Pages that were not written to since a fork are one for all of them, and count as that many where
    it matters: adding up is quick, looking at each page is not.
    """
    if sys.platform != "linux":
        return sum(map(_resident, processes))
    at_most = sum(_read(one, "status", ("RssAnon:", "RssShmem:")) for one in processes)
    if at_most <= limit or len(processes) == 1:
        return at_most
    return sum(_read(one, "smaps_rollup", ("Pss_Anon:", "Pss_Shmem:")) for one in processes)


def _read(process: int, name: str, wanted: tuple[str, ...]) -> int:
    """Return the sum of some lines that /proc has of a process, in bytes."""
    with contextlib.suppress(OSError), open(f"/proc/{process}/{name}") as lines:
        return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(wanted))
    return 0


def _resident(process: int) -> int:
    with contextlib.suppress(psutil.Error):
        return int(psutil.Process(process).memory_info().rss)
    return 0
