"""What the portable engine runs in a plain kernel, before any of a student's code: it becomes a student's process.

From then on the kernel is as the forked process is: the same shell, no event loop that runs already,
output that goes nowhere, requests that come over a socket. So a notebook does the same in both.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from typing import Any

from lockstep.grade import sandbox, wire
from lockstep.grade.student_process import serve
from lockstep.grade.warm import import_all, make_shell, silence


def become_student(text: str) -> None:
    """Serve the grader until it hangs up; never returns.

    Parameters
    ----------
    text
        Settings, as JSON.
    """
    settings: dict[str, Any] = json.loads(text)
    channel = connect(settings)
    try:
        import_all(settings["framework"])
        leave_jupyter()
        silence()
        limits = sandbox.Limits(**settings["limits"])
        # The start and the imports are not the student's: as in a process that was forked after them.
        sandbox.limit(limits, used=time.process_time(), own_user=settings["sandbox"])
        shell = make_shell()
    except BaseException as error:
        wire.send(channel, {"failed": f"{type(error).__name__}: {error}"})
        os._exit(1)
    wire.send(channel, {"ready": True})
    try:
        serve(channel, shell)
    finally:
        os._exit(1)  # the kernel would go on otherwise, and answer nobody


def connect(settings: dict[str, Any]) -> socket.socket:
    """Return the socket to talk over: one that was inherited, or a new one to the grader's port."""
    if settings["channel"] is not None:
        return socket.socket(fileno=settings["channel"])
    channel = socket.create_connection(("127.0.0.1", settings["port"]))
    wire.send(channel, {"token": settings["token"]})
    return channel


def leave_jupyter() -> None:
    """Undo what a kernel does to a process."""
    import comm
    from ipykernel.zmqshell import ZMQInteractiveShell

    kernel = ZMQInteractiveShell.instance().kernel
    kernel._restore_input()
    ZMQInteractiveShell.clear_instance()
    comm.create_comm, comm.get_comm_manager = comm._create_comm, comm._get_comm_manager
    # A cell may run a loop of its own, which it could not inside the kernel's, and that one never goes on.
    asyncio._set_running_loop(None)
    asyncio.set_event_loop_policy(None)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__
    sys.displayhook, sys.excepthook = sys.__displayhook__, sys.__excepthook__
