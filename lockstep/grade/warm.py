"""The warm process: it has imported a framework, and forks a process for each submission.

`python -m lockstep.grade.warm SETTINGS` is that process. Importing is nearly the whole cost of a
notebook, so it is done once. The process runs nothing of a student's and reads nothing of one: a
student's process, which inherits its memory, talks to the grader over a socket of its own.

Fork is safe only while there is one thread: after any operation torch and TensorFlow have more.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import Any, NoReturn

from lockstep.grade import huge_pages, sandbox, wire
from lockstep.grade.student_process import serve

FORK, WAIT, FORGET = b"f", b"w", b"x"
PR_SET_CHILD_SUBREAPER = 36
COMMAND = struct.Struct("!cq")
ANSWER = struct.Struct("!q")
# Imported before the fork so that no child pays for it: what the course's notebooks import.
IMPORTS: dict[str, tuple[str, ...]] = {
    "pytorch": ("torch", "torch._dynamo", "torch.utils.data", "torch.nn.functional"),
    "keras": ("tensorflow", "keras"),
    "": (),
}
SHARED_IMPORTS = ("numpy", "matplotlib.pyplot", "IPython.core.interactiveshell", "lockstep.learn")


class WarmError(Exception):
    """The warm process cannot be used; the message says why."""


def main() -> None:
    """Import, then fork at each command until the grader hangs up."""
    settings: dict[str, Any] = json.loads(sys.argv[1])
    control = socket.socket(fileno=settings["control"])
    import_all(settings["framework"])
    shell = make_shell()
    threads = len(os.listdir("/proc/self/task")) if sys.platform == "linux" else 1
    if threads > 1:
        wire.send(
            control, {"error": f"it has {threads} threads, and only one can be forked safely"}
        )
        return
    gc.collect()
    gc.freeze()  # otherwise the child's first collection copies every page
    huge_pages.gather()
    adopt_orphans()
    wire.send(control, {"ready": True})
    obey(control, shell, settings)


def import_all(framework: str) -> None:
    """Import what no student shall wait for."""
    for name in IMPORTS[framework] + SHARED_IMPORTS:
        importlib.import_module(name)


def obey(control: socket.socket, shell: Any, settings: dict[str, Any]) -> None:
    """Fork, wait and forget as the grader says."""
    forked: set[int] = set()
    ended: dict[int, int] = {}
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, COMMAND.size, 1)
        if len(data) < COMMAND.size:
            break
        command, process = COMMAND.unpack(data)
        reap(forked, ended)
        if command == FORK:
            child = fork(control, descriptors[0], shell, settings)
            forked.add(child)
            control.sendall(ANSWER.pack(child))
        elif command == WAIT:
            status = ended.pop(process, None)
            forked.discard(process)
            code = os.waitpid(process, 0)[1] if status is None else status
            control.sendall(ANSWER.pack(os.waitstatus_to_exitcode(code)))
        else:
            # Killed, and taking a while to end: another may be forked meanwhile.
            forked.discard(process)
            ended.pop(process, None)
    for process in forked:
        os.kill(process, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def reap(forked: set[int], ended: dict[int, int]) -> None:
    """Take what has ended; keep the status of those that the grader may ask about."""
    with contextlib.suppress(ChildProcessError):
        while True:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            if process in forked:
                ended[process] = status


def adopt_orphans() -> None:
    """Become the parent of what a killed child leaves behind, so that it is taken, and its time counted."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def make_shell() -> Any:
    """Return the IPython shell that every student's process inherits."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Plain"
    shell = InteractiveShell.instance(config=config)
    # `%matplotlib inline` stands in many notebooks, and asks for this; without it the cell would stop there.
    shell.enable_gui = lambda gui=None: None  # type: ignore[method-assign]
    return shell


def fork(control: socket.socket, descriptor: int, shell: Any, settings: dict[str, Any]) -> int:
    """Fork a student's process that talks over the socket `descriptor`; return its number."""
    process = os.fork()
    if process == 0:
        control.close()
        try:
            become_student(socket.socket(fileno=descriptor), shell, settings)
        finally:
            os._exit(1)
    os.close(descriptor)
    return process


def become_student(channel: socket.socket, shell: Any, settings: dict[str, Any]) -> NoReturn:
    """Shut this process in and serve the grader."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    silence()
    limits = sandbox.Limits(**settings["limits"])
    try:
        if settings["sandbox"]:
            sandbox.enter(settings["readable"], settings["root"], limits)
        else:
            start_unprotected(settings["scratch"], limits)
    except (sandbox.SandboxError, OSError) as error:
        wire.send(channel, {"refused": str(error)})
        os._exit(1)
    wire.send(channel, {"ready": True})
    serve(channel, shell)
    os._exit(0)


def silence() -> None:
    """Send what is printed nowhere, and read nothing: a million lines cost the grader no memory."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def start_unprotected(scratch: str, limits: sandbox.Limits) -> None:
    """Without a sandbox: limits, and a folder of its own to work in."""
    folder = Path(scratch) / str(os.getpid())
    folder.mkdir()
    os.chdir(folder)
    os.setsid()
    sandbox.limit(limits, own_user=False)


if __name__ == "__main__":
    main()
