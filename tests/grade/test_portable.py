"""The portable engine: the same verdicts as the fast one, and nothing of it left behind."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from lockstep.grade import engines, kernels, portable
from lockstep.grade.assignments import Assignments
from lockstep.grade.engine import Ended, NoSandboxError
from lockstep.grade.forking import ForkEngine
from lockstep.grade.grading import grade
from lockstep.grade.model import Student, Submission
from lockstep.grade.portable import NbvalEngine
from lockstep.grade.public_checks import write_public_lesson
from lockstep.grade.sandbox import Limits
from tests.conftest import ROOT

slow = pytest.mark.slow
linux = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")
LESSON = "00_start_here"  # without a framework: its kernels start fastest
LIMITS = Limits(seconds=3)
HEAD = "def mean_squared_error(predictions, truth):\n    "
RIGHT = HEAD + "return ((predictions - truth) ** 2).mean()"

# Each is the answer, the student's own cells before it, and what the exercise must come to.
SUBMISSIONS = {
    "right, after floods of output": (
        RIGHT,
        [
            "import sys\nfor _ in range(50_000):\n    print('x' * 100, file=sys.stderr)",
            "print('x' * 200_000_000)",
        ],
        "right",
    ),
    "wrong": (RIGHT.replace("mean()", "sum()"), [], "wrong"),
    "an error that stands in the answer's cell": (RIGHT + "\n\n1 / 0\n", ["\n\n1 / 0"], "right"),
    "an answer that raises": (HEAD + "return predictions - truths", [], "error"),
    "own cells that end the process": (
        RIGHT,
        ["import os\nos._exit(3)", "import ctypes\nctypes.string_at(0)"],
        "right",
    ),
    "an answer that never returns": (HEAD + "while True:\n        pass", [], "time limit"),
    "an answer that takes all memory": (
        HEAD + "kept = []\n    while True:\n        kept.append(bytearray(10_000_000))",
        [],
        "memory limit",
    ),
    "an answer that forges replies": (
        HEAD
        + "import gc, json, socket, struct\n"
        + "    for one in gc.get_objects():\n"
        + "        if isinstance(one, socket.socket):\n"
        + "            for number in range(50):\n"
        + "                body = json.dumps({'number': number, 'results': {'result': 1}}).encode()\n"
        + "                one.sendall(struct.pack('!I', len(body)) + body)\n"
        + "    return predictions.mean()",
        [],
        "error",
    ),
}


def cell(source, cell_id=""):
    """Return a code cell."""
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def write_submission(path, answer, own=()):
    """Write an exercise notebook with an answer, or its blank, and a student's own cells before it."""
    notebook = json.loads((ROOT / "exercises" / f"{LESSON}.ipynb").read_text())
    index = next(i for i, one in enumerate(notebook["cells"]) if one["id"].startswith("answer-"))
    if answer:
        notebook["cells"][index]["source"] = f"# lockstep: answer mean_squared_error\n{answer}"
    notebook["cells"][index:index] = [cell(one, f"own-{i}") for i, one in enumerate(own)]
    path.write_text(json.dumps(notebook))
    return path


@pytest.fixture(scope="module")
def lessons(tmp_path_factory):
    """Return the folder of what a student's process may read."""
    folder = tmp_path_factory.mktemp("lessons")
    folder.chmod(0o755)  # another user reads it, where root runs the tests
    write_public_lesson(ROOT / "lessons" / LESSON, folder / LESSON)
    return folder


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    """Return the lesson's exercises with their hidden cases."""
    return Assignments(ROOT, 11, tmp_path_factory.mktemp("hidden")).assignment(LESSON, None)


@pytest.fixture(scope="module")
def engine(lessons):
    """Return the portable engine, with the sandbox."""
    engine = NbvalEngine(lessons, LIMITS)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def fast_engine(lessons):
    """Return the fast engine, with the sandbox."""
    engine = ForkEngine(lessons, LIMITS)
    yield engine
    engine.close()


def processes_of(engine):
    """Return the processes that name the engine's folder in their command."""
    folder = os.path.basename(engine._folder.name)
    return [one for one in psutil.process_iter(["cmdline"]) if folder in str(one.info["cmdline"])]


def run_cell(student, source, seconds=20.0):
    """Run one cell."""
    return student.ask({"cell": source, "exercise": None}, seconds)


@slow
@linux
@pytest.mark.parametrize("name", SUBMISSIONS)
def test_both_engines_come_to_the_same(name, tmp_path, assignment, engine, fast_engine):
    answer, own, state = SUBMISSIONS[name]
    path = write_submission(tmp_path / "hw.ipynb", answer, own)
    submission = Submission(Student("anna", "Anna"), LESSON, None, path, "hw.ipynb", "0" * 64)
    portable_result, fast_result = (
        grade(submission, assignment, one, LIMITS, 11) for one in (engine, fast_engine)
    )
    assert portable_result.exercises[0].state == state
    assert portable_result.exercises == fast_result.exercises
    assert portable_result.notes == fast_result.notes
    assert processes_of(engine) == []


# What a cell does in the one engine it must do in the other: the error's type and line; None: no error.
CELLS = {
    "name = input()": ("EOFError", 1),
    "exit()": ("AttributeError", 1),
    "import sys\nsys.exit(3)": ("SystemExit", 2),
    "def f(:": ("SyntaxError", 1),
    "def f():\n    1 / 0\n\nf()": ("ZeroDivisionError", 2),
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()": None,
    "import asyncio\nasyncio.run(asyncio.sleep(0))": None,
    "await asyncio.sleep(0)": None,
    "open('helper.py', 'w').write('value = 1')\nimport helper": None,
    "import ipywidgets\ndisplay(ipywidgets.IntSlider())": None,
    "import sys\nassert sys.argv == ['']": None,
    "assert type(get_ipython()).__name__ == 'InteractiveShell'": None,
    "breakpoint()": None,
}


@slow
@linux
def test_a_cell_does_the_same_in_both_engines(engine, fast_engine):
    students = [one.start(LESSON, None) for one in (engine, fast_engine)]
    try:
        for source, error in CELLS.items():
            slow_reply, fast_reply = (run_cell(student, source) for student in students)
            assert slow_reply == fast_reply, source
            found = slow_reply["error"] and (
                slow_reply["error"]["type"],
                slow_reply["error"]["line"],
            )
            assert found == error, source
    finally:
        for student in students:
            student.close()


@slow
@linux
def test_a_kernel_is_shut_in_and_its_folder_is_thrown_away(engine):
    student = engine.start(LESSON, None)
    place = student._place.folder
    (place.parent / "other").touch()
    paths = [str(ROOT / "exercises"), str(place.parent / "other"), str(place / "root")]
    seen = run_cell(
        student,
        f"""
import os, socket
seen = [path for path in {paths} if os.path.exists(path)]
for path in ({str(student._place.connection_file)!r}, {str(place / "more")!r}):
    try:
        open(path, "a")
        seen.append(path)
    except OSError:
        pass
try:
    socket.create_connection(("127.0.0.1", 80), 2)
except OSError as error:
    seen.append(error.strerror)
raise Exception(seen)
""",
    )
    assert seen["error"]["message"] == "['Network is unreachable']"
    student.close()
    assert not place.exists()
    assert processes_of(engine) == []


@slow
@linux
def test_a_kernels_end_is_noticed_at_once_and_without_a_sandbox_takes_its_children_along(lessons):
    engine = NbvalEngine(lessons, LIMITS, sandbox=False)
    try:
        student = engine.start(LESSON, None)
        began = time.monotonic()
        with pytest.raises(Ended, match="exit status 3"):
            # The child holds the channel open, and would for a minute.
            run_cell(
                student,
                "import os, time\nif os.fork():\n    os._exit(3)\ntime.sleep(60)",
                seconds=60,
            )
        assert time.monotonic() - began < 15
        assert processes_of(engine) == []
    finally:
        engine.close()


@slow
@linux
def test_a_sandbox_that_is_refused_is_told_with_the_way_out(engine, monkeypatch):
    monkeypatch.setattr(kernels, "readable_folders", lambda: ["/there/is/no/such/folder"])
    with pytest.raises(NoSandboxError, match="--no-sandbox"):
        engine.start(LESSON, None)
    assert [one.name for one in Path(engine._folder.name).iterdir() if one.is_dir()] == []


def test_where_there_is_no_sandbox_one_must_say_that_one_wants_none(tmp_path, monkeypatch):
    monkeypatch.setattr(portable.sys, "platform", "darwin")
    with pytest.raises(NoSandboxError, match="--no-sandbox"):
        engines.start_engine(None, tmp_path, LIMITS, sandbox=True)
    engine = engines.start_engine(None, tmp_path, LIMITS, sandbox=False)
    engine.close()
    assert engine.name == "nbval"


@slow
def test_nothing_that_only_unix_has_is_imported_on_the_way_to_the_portable_engine(tmp_path):
    code = """
import sys
import psutil, IPython.core.interactiveshell  # they know themselves what a system has
for name in ("resource", "fcntl", "grp", "pwd", "termios"):
    sys.modules[name] = None
import lockstep.grade.command, lockstep.grade.in_kernel
from lockstep.grade.portable import NbvalEngine
from lockstep.grade.sandbox import Limits, limit
limit(Limits())
assert "lockstep.grade.forking" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@slow
@linux
def test_pytest_reports_a_submissions_cells_and_exercises(tmp_path):
    write_submission(tmp_path / "right.ipynb", RIGHT)
    write_submission(tmp_path / "mixed.ipynb", RIGHT.replace("mean()", "sum()"), ["1 / 0"])
    write_submission(tmp_path / "blank.ipynb", "")
    (tmp_path / "broken.ipynb").write_text('{"cells": [')
    plugin = ["-p", "lockstep.grade.pytest_plugin", "-p", "no:cacheprovider", "--color=no"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-vrN", *plugin, "--lockstep-grade", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    lines = [line.split("[")[0].rstrip() for line in done.stdout.splitlines()]
    assert "right.ipynb::answer mean_squared_error PASSED" in lines
    assert "right.ipynb::exercise mean_squared_error PASSED" in lines
    assert "mixed.ipynb::Cell 6 FAILED" in lines
    assert "mixed.ipynb::exercise mean_squared_error FAILED" in lines
    assert "blank.ipynb::handed-out cell 1 SKIPPED" in [line.split(" (")[0] for line in lines]
    assert "blank.ipynb::exercise mean_squared_error FAILED" in lines
    assert "broken.ipynb::submission FAILED" in lines
    assert "mixed.ipynb, Cell 6: ZeroDivisionError in line 1: division by zero" in lines
    assert "mixed.ipynb, mean_squared_error: wrong, 0 of 1 points" in lines
    assert "blank.ipynb, mean_squared_error: not attempted, 0 of 1 points" in lines
    assert any("Divide it by how many there are" in line for line in lines)  # what is said to it
    assert any(line.startswith("Hint: ") for line in lines)
    assert done.returncode == 1
