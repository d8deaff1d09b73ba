"""What a notebook on Colab installs: complete, small, pure Python, and without the solutions."""

import json
import os
import subprocess
import sys
import zipfile

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


def test_the_wheel_holds_the_lessons_and_no_solution(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "lockstep/lessons/04_simple_net/lesson.md" in names
    assert "lockstep/lessons/04_simple_net/meetings.npz" in names
    assert "lockstep/lessons/04_simple_net/checks.npz" in names
    assert "lockstep/learn/widgets/question.js" in names
    assert not [name for name in names if name.endswith(("exercises.md", ".ipynb"))]
    assert not [name for name in names if name.startswith(("tests", "lessons", "work"))]


def test_the_wheel_is_small(wheel):
    lessons = len(list((ROOT / "lessons").glob("[0-9]*")))
    assert wheel.stat().st_size < 180_000 * lessons


def test_the_set_up_cell_installs_the_wheel_alone_and_the_lesson_starts(wheel, tmp_path):
    """As on Colab: an empty folder, a Python that does not know the course, one notebook."""
    target, empty = tmp_path / "site", tmp_path / "empty"
    target.mkdir()
    empty.mkdir()
    notebook = json.loads((ROOT / "notebooks/00_start_here.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    cells = [cell for cell in cells if not cell.startswith("slider")]
    code = (
        "import sys\n"
        # The checkout is installed in this environment in editable mode: hide it.
        f"sys.path[:] = [p for p in sys.path if p != {str(ROOT)!r}]\n"
        f"sys.path.insert(0, {str(target)!r})\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        f"for cell in {cells!r}:\n"
        "    result = shell.run_cell(cell)\n"
        "    result.raise_error()\n"
        "import lockstep\n"
        "print(lockstep.__file__)\n"
    )
    environment = os.environ | {
        "LOCKSTEP_WHEEL": str(wheel),
        "PIP_TARGET": str(target),
        "LOCKSTEP_HOME": str(tmp_path / "home"),
        "MPLBACKEND": "agg",
    }
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=empty,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith(str(target))
    assert "Lesson 00 · Start here" in done.stdout
