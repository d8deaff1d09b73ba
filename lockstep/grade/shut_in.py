"""`python -m lockstep.grade.shut_in SETTINGS COMMAND...`: run a command inside the sandbox.

A process of its own, since only one with a single thread can be shut in. Linux only.
"""

import json
import os
import socket
import sys
from typing import Any

from lockstep.grade import sandbox


def main() -> None:
    """Shut this process in and become the command; tell the grader if the sandbox is refused."""
    settings: dict[str, Any] = json.loads(sys.argv[1])
    try:
        sandbox.enter(settings["readable"], settings["root"], sandbox.Limits(**settings["limits"]))
    except (sandbox.SandboxError, OSError) as error:
        from lockstep.grade import wire  # late: the command pays for no import of NumPy

        wire.send(socket.socket(fileno=settings["channel"]), {"refused": str(error)})
        sys.exit(1)
    # Its parent is the namespace's first process now, and a kernel would take that for the grader's end.
    os.environ.pop("JPY_PARENT_PID", None)
    command = sys.argv[2:]
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
