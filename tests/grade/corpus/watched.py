"""Runs a command and says what it left: `python -m tests.grade.corpus.watched REPORT COMMAND...`.

Linux hands a process whose parent has ended to the next of its ancestors that asked for it, which this
one does: so nothing that the command or its children started is out of sight, whatever it did to get away.
"""

import ctypes
import json
import subprocess
import sys
import time
from pathlib import Path

import psutil

PR_SET_CHILD_SUBREAPER = 36
GONE = 5.0  # seconds for what was killed to be gone


def peak_memory(process: int) -> int:
    """Return the most bytes that the process itself has ever held; 0 where it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(found[0]) << 10 if found else 0


def left_behind() -> list[str]:
    """Return the command lines of what is still running below this process."""
    alive = []
    for process in psutil.Process().children(recursive=True):
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                process.wait(0)
            else:
                alive.append(" ".join(process.cmdline())[:200])
        except (psutil.Error, psutil.TimeoutExpired):
            continue
    return alive


def main() -> None:
    """Run it."""
    report, *command = sys.argv[1:]
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    peak = 0
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            peak = max(peak, peak_memory(process.pid))
            time.sleep(0.1)
    deadline = time.monotonic() + GONE
    while (left := left_behind()) and time.monotonic() < deadline:
        time.sleep(0.1)
    for child in psutil.Process().children(recursive=True):
        child.kill()
    found = {"status": process.returncode, "peak": peak, "left": left}
    Path(report).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
