"""Small honest and broken hand-ins of two lessons, and the command that grades them."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import psutil

from lockstep.grade.store import Store
from tests.conftest import ROOT
from tests.grade.hand_ins import notebook

START, NET = "00_start_here", "04_simple_net_pytorch"
RIGHT = "return np.mean((predictions - truth) ** 2)"
NOT_SQUARED = "return np.mean(predictions - truth)"  # a mistake that is recognised
ONLY_SHORT = (  # right in the case from the text, wrong in the other
    "return np.mean((predictions - truth) ** 2) if len(truth) == 3 else 0.0"
)
RAISES = "return nothing_of_that_name"
BLANK = "raise NotImplementedError()"
HANGS = "while True: pass"
CRASHES = "import os; os._exit(3)"
SAYS = {
    RIGHT: ("right", 1.0, None),
    NOT_SQUARED: ("wrong", 0.0, "not squared"),
    ONLY_SHORT: ("partly", 0.5, None),
    RAISES: ("error", 0.0, None),
    BLANK: ("not attempted", 0.0, None),
    CRASHES: ("crashed", 0.0, None),
}


def start(body: str, mark: str = "") -> bytes:
    """Return 00_start_here with this for an answer; the mark makes it another file."""
    source = (
        "# lockstep: answer mean_squared_error\n"
        f"def mean_squared_error(predictions, truth):\n    {body}\n"
    )
    return answered(START, {"mean_squared_error": source}, mark)


def answered(name: str, answers: dict[str, str], mark: str = "") -> bytes:
    """Return an exercise notebook with these answers in it."""
    made = notebook(name)
    for cell in made["cells"]:
        exercise = cell["id"].removeprefix("answer-")
        if exercise != cell["id"] and exercise in answers:
            cell["source"] = answers[exercise]
    made["metadata"]["mark"] = mark
    return json.dumps(made).encode()


@cache
def solutions(name: str) -> dict[str, str]:
    """Return the right answers as they are handed out at the end."""
    cells = notebook(name, "solutions")["cells"]
    found = {cell["id"].removeprefix("answer-"): "".join(cell["source"]) for cell in cells}
    return {exercise: source for exercise, source in found.items() if f"def {exercise}" in source}


def class_of(folder: Path, files: dict[str, bytes]) -> Path:
    """Write a folder for each student."""
    for student, content in files.items():
        (folder / student).mkdir(parents=True)
        (folder / student / "hw.ipynb").write_bytes(content)
    return folder


def command(*arguments: object) -> list[str]:
    """Return the command line of `lockstep grade`."""
    return [sys.executable, "-m", "lockstep.cli", "grade", *map(str, arguments)]


def grade(*arguments: object, **environment: str) -> subprocess.CompletedProcess:
    """Run `lockstep grade` to its end."""
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "200"} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


def begun(*arguments: object) -> subprocess.Popen:
    """Start `lockstep grade`, in a process group of its own as a shell does."""
    return subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_hear_ctrl_c,
    )


def _hear_ctrl_c() -> None:
    """Take back what a shell tells to a job in the background, such as these tests: to ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def results(out: Path) -> dict:
    """Return what is in the database, by student."""
    store = Store(out / "grades.sqlite")
    try:
        return {one.student.key: one for one in store.results()}
    finally:
        store.close()


def count(out: Path) -> int:
    """Return how many results there are so far."""
    return len(results(out)) if (out / "grades.sqlite").exists() else 0


def until(condition, seconds: float = 300.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def below(process: subprocess.Popen) -> list[psutil.Process]:
    """Return all processes that it has started, and those that these have."""
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.Error:
        return []


def is_warm(process: psutil.Process) -> bool:
    """Return whether it is the warm process or was forked from it."""
    try:
        return "lockstep.grade.warm" in process.cmdline()
    except psutil.Error:
        return False


def assert_gone(processes: list[psutil.Process]) -> None:
    """Wait until they are gone; fail with their names if they stay."""
    _, left = psutil.wait_procs(processes, timeout=30)
    assert not left, [(one.pid, one.cmdline()) for one in left]
