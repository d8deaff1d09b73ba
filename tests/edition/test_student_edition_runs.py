"""The student edition's wheel, alone: searched, and its notebooks run in an empty folder."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from lockstep.lessons import lesson_names
from tests.conftest import ROOT
from tests.edition.test_student_edition import NEVER
from tests.edition.texts import given_away, readable

pytestmark = pytest.mark.slow
LESSONS = lesson_names(ROOT / "lessons")


def test_the_wheel_holds_what_a_notebook_needs_and_nothing_else(wheel):
    names = {path.relative_to(wheel).as_posix() for path in wheel.rglob("*") if path.is_file()}
    for lesson in LESSONS:
        folder = f"lockstep/lessons/{lesson}/"
        there = {name.removeprefix(folder) for name in names if name.startswith(folder)}
        assert {"lesson.md", "checks.py", "checks.npz"} <= there
        assert there <= {"lesson.md", "checks.py", "checks.npz", "meetings.npz"}
    assert "lockstep/learn/widgets/question.js" in names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"lockstep"}
    parts = {name.split("/")[1] for name in names if name.startswith("lockstep/")}
    assert parts == {"__init__.py", "repository.py", "learn", "lessons"}
    assert not [name for name in names if name.endswith((".ipynb", "entry_points.txt"))]


def test_nothing_in_the_wheel_gives_an_answer_or_a_hidden_case_away(wheel):
    texts = readable(wheel)
    for lesson in LESSONS:
        assert given_away(texts, lesson) == []
    for words in NEVER:
        assert [path for path, text in texts.items() if words in text] == [], words


# As on Colab, but for the widgets: a shell, the notebook's cells one after the other, and nothing of
# the course on the path but the wheel.
RUN = """
import json, sys
wheel, checkout, cells = sys.argv[1], sys.argv[2], json.load(sys.stdin)
sys.path[:] = [part for part in sys.path if part not in (checkout, "")]
sys.path.insert(0, wheel)
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
results = []
for name, source in cells:
    done = shell.run_cell(source)
    done.raise_error()
    if name.startswith(("check-", "help-")):
        results.append([name, done.result.state, repr(done.result)])
import lockstep
assert lockstep.__file__.startswith(wheel), lockstep.__file__
try:
    import lockstep.grade
except ImportError:
    print(json.dumps(results))
"""


def run_cells(wheel, cells, tmp_path):
    """Run cells, each with its id, and return what the checks said: id, state and text."""
    empty = tmp_path / "empty"
    empty.mkdir()
    environment = os.environ | {"LOCKSTEP_HOME": str(tmp_path / "home"), "MPLBACKEND": "agg"}
    for name in ("PYTHONPATH", "LOCKSTEP_LESSONS"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(wheel), str(ROOT)],
        input=json.dumps(cells),
        cwd=empty,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(empty.iterdir()) == []
    return json.loads(done.stdout.splitlines()[-1])


def code_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [[cell["id"], "".join(cell["source"])] for cell in cells if cell["cell_type"] == "code"]


def test_a_lessons_notebook_runs_to_its_end_in_a_kernel(student, wheel, tmp_path, monkeypatch):
    notebook = nbformat.read(student / "notebooks/00_start_here.ipynb", as_version=4)
    setup = next(cell for cell in notebook.cells if cell.cell_type == "code")
    setup.source = (
        "import sys\n"
        f"sys.path[:] = [part for part in sys.path if part not in ({str(ROOT)!r}, '')]\n"
        f"sys.path.insert(0, {str(wheel)!r})\n{setup.source}\n"
        f"import lockstep\nassert lockstep.__file__.startswith({str(wheel)!r})"
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    for name in ("PYTHONPATH", "LOCKSTEP_LESSONS"):
        monkeypatch.delenv(name, raising=False)
    client = NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": str(empty)}}
    )
    client.execute()
    assert list(empty.iterdir()) == []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert any(output.get("data") for output in code[-1].outputs)


RIGHT = """
def accuracy(logits, labels):
    return (logits.argmax(dim=1) == labels).float().mean()
"""
WRONG = """
def softmax(logits):
    exponentials = torch.exp(logits)
    return exponentials / exponentials.sum(dim=1, keepdim=True)
"""


@pytest.fixture(scope="module")
def said(student, wheel, tmp_path_factory):
    """Return what an exercise notebook says to a right answer, a known mistake and blanks."""
    answers = {"answer-accuracy": RIGHT, "answer-softmax": WRONG}
    cells = [
        [name, answers.get(name, source)]
        for name, source in code_cells(student / "exercises/04_simple_net_pytorch.ipynb")
    ]
    cells += [
        ["help-solution", 'solution("accuracy")'],
        ["help-hint", 'hint("cross_entropy")'],
        ["help-reset", 'reset("cross_entropy")'],
    ]
    results = run_cells(wheel, cells, tmp_path_factory.mktemp("run"))
    return {name: (state, text) for name, state, text in results}


def test_a_check_knows_right_a_typical_mistake_and_the_blank(said):
    states = {name: state for name, (state, _) in said.items() if name.startswith("check-")}
    assert states.pop("check-accuracy") == "right"
    assert states.pop("check-softmax") == "not yet"
    assert len(states) > 3
    assert set(states.values()) == {"not attempted"}


def test_a_check_says_to_a_typical_mistake_what_the_course_says_to_it(said):
    from lockstep.learn.exercises import load_exercises

    softmax = load_exercises(ROOT / "lessons" / "04_simple_net")["softmax"]
    words = " ".join(softmax.said_to("no shift").split())
    assert words in " ".join(said["check-softmax"][1].split())


def test_a_solution_is_not_there_and_is_said_to_be_with_the_teacher(said):
    assert "without solutions; your teacher has them" in said["help-solution"][1]
    assert "http" not in said["help-solution"][1]


def test_hints_and_the_blank_are_there(said):
    assert "hint 1 of 3" in said["help-hint"][1]
    assert "raise NotImplementedError()" in said["help-reset"][1]
