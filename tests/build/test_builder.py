"""A lesson is built whole, once; afterwards only what changed is executed."""

import json
import os
import shutil
import subprocess
import sys
import time

import pytest

from lockstep.build import command
from lockstep.build.answers import record_checks
from lockstep.build.compared import problems_of, strangers
from lockstep.build.errors import LessonError
from lockstep.build.lesson import load_lesson
from lockstep.build.new import new_lesson
from lockstep.build.prove import compare, read_table
from lockstep.build.stamps import Stamps

pytestmark = pytest.mark.slow


def lockstep(root, *arguments):
    environment = os.environ | {"COLUMNS": "200"}
    environment.pop("LOCKSTEP_LESSONS", None)
    return subprocess.run(
        [sys.executable, "-m", "lockstep.cli", *arguments, "--root", str(root)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a course with one lesson, built once for all tests."""
    root = tmp_path_factory.mktemp("built")
    (root / "lessons").mkdir()
    new_lesson(root / "lessons", "21_name")
    done = lockstep(root, "build")
    assert done.returncode == 0, done.stderr
    assert "21_name: 4 notebooks executed, 6 written." in done.stdout
    assert "the twins agree" in done.stdout
    return root


@pytest.fixture
def copy(built, tmp_path):
    """Return a copy of the built course that a test may change."""
    return shutil.copytree(built, tmp_path / "copy")


def change(root, file, old, new):
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def contents(root):
    files = [*root.rglob("*.ipynb"), *(root / "lessons").rglob("*.npz")]
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def test_building_again_changes_nothing(copy):
    before = contents(copy)
    done = lockstep(copy, "build")
    assert done.stdout == "Nothing has changed in 1 lesson.\n"
    shutil.rmtree(copy / ".lockstep")
    done = lockstep(copy, "build")
    assert "0 notebooks executed, 0 written" in done.stdout
    assert contents(copy) == before


def test_executing_everything_again_gives_the_same_files(copy):
    before = contents(copy)
    assert lockstep(copy, "build", "--again").returncode == 0
    assert contents(copy) == before


def test_an_unchanged_course_is_known_without_a_framework(copy):
    code = (
        "import sys; from lockstep.cli import main; "
        f"assert main(['build', '--root', {str(copy)!r}]) == 0; "
        "assert not {'torch', 'tensorflow', 'keras', 'nbformat'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_written_while_a_build_runs_is_built_by_the_next(copy, monkeypatch):
    def write(*_, **__):
        change(copy, "lessons/21_name/lesson.md", "One paragraph", "One late paragraph")
        return True

    monkeypatch.setattr(command, "_build", write)
    assert command.build_command(copy, ["21_name"], again=True) == 0
    assert not Stamps(copy).unchanged("21_name")
    monkeypatch.setattr(command, "_build", lambda *_, **__: True)
    assert command.build_command(copy, ["21_name"], again=True) == 0
    assert Stamps(copy).unchanged("21_name")


def test_new_prose_is_built_without_executing(copy):
    change(copy, "lessons/21_name/lesson.md", "One paragraph", "One short paragraph")
    done = lockstep(copy, "build")
    assert "0 notebooks executed, 2 written" in done.stdout
    text = (copy / "notebooks/21_name_keras.ipynb").read_text(encoding="utf-8")
    assert "exactly the same as in the PyTorch twin" in text


def test_new_code_in_one_twin_executes_that_twin_alone(copy):
    change(copy, "lessons/21_name/lesson.md", "import torch\n", "import torch  # the framework\n")
    done = lockstep(copy, "build")
    assert "1 notebooks executed" in done.stdout


def test_no_widget_view_and_no_widget_state_is_committed(built):
    notebook = json.loads((built / "notebooks/21_name_keras.ipynb").read_text(encoding="utf-8"))
    cell = next(c for c in notebook["cells"] if c["id"].startswith("question-"))
    forms = set(cell["outputs"][0]["data"])
    assert forms == {"text/html", "text/plain"}
    assert "widgets" not in notebook["metadata"]
    assert "Run this cell to answer" in "".join(cell["outputs"][0]["data"]["text/html"])


def test_check_says_nothing_of_a_built_course(built):
    assert lockstep(built, "build", "--check").returncode == 0


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("np.random.default_rng(0)", "np.random.default_rng(3)", "its source differs"),
        ('"question-shape_of_the_logits"', '"question-shape"', "its id differs"),
        ('"fingerprint": "', '"fingerprint": "0', "fingerprint"),
        ('"role": "notebooks"', '"role": "solutions"', "metadata"),
    ],
)
def test_check_names_a_notebook_that_was_edited_by_hand(copy, old, new, word):
    change(copy, "notebooks/21_name_pytorch.ipynb", old, new)
    done = lockstep(copy, "build", "--check")
    assert done.returncode == 1
    assert done.stderr.startswith("notebooks/21_name_pytorch.ipynb: ")
    assert word in done.stderr


def test_an_edited_notebook_is_built_back(copy):
    before = contents(copy)
    change(copy, "notebooks/21_name_pytorch.ipynb", "default_rng(0)", "default_rng(3)")
    assert lockstep(copy, "build").returncode == 0
    assert contents(copy) == before


def test_check_names_missing_and_strange_notebooks(copy):
    (copy / "solutions/21_name_keras.ipynb").rename(copy / "solutions/22_other.ipynb")
    (copy / "lessons/21_name/checks.npz").unlink()
    assert [sentence.split(":")[0] for sentence in problems_of(copy, ["21_name"])] == [
        "solutions/21_name_keras.ipynb",
        "lessons/21_name/checks.npz is missing. Run `lockstep build 21_name`.",
    ]
    assert "no lesson builds it" in strangers(copy, ["21_name"])[0]


SIDE_BY_SIDE = "side_by_side/21_name.jupyterlab-workspace"


def test_the_twins_stand_side_by_side_in_a_workspace(built):
    workspace = json.loads((built / SIDE_BY_SIDE).read_text(encoding="utf-8"))
    areas = workspace["data"]["layout-restorer:data"]["main"]["dock"]["children"]
    assert [area["widgets"] for area in areas] == [
        [f"notebook:notebooks/21_name_{framework}.ipynb"] for framework in ("pytorch", "keras")
    ]


def test_a_workspace_that_is_missing_or_shows_other_notebooks_is_named_and_written_again(copy):
    text = (copy / SIDE_BY_SIDE).read_text(encoding="utf-8")
    for spoil in (lambda path: path.unlink(), lambda path: path.write_text("{}")):
        spoil(copy / SIDE_BY_SIDE)
        assert problems_of(copy, ["21_name"]) == [
            f"{SIDE_BY_SIDE}: it is missing or shows other notebooks. Run `lockstep build 21_name`."
        ]
        assert lockstep(copy, "build").returncode == 0
        assert (copy / SIDE_BY_SIDE).read_text(encoding="utf-8") == text


def test_a_cell_that_fails_is_told_with_its_line(copy):
    change(copy, "lessons/21_name/lesson.md", "torch.tensor(inputs) @", "torch.tensr(inputs) @")
    text = (copy / "lessons/21_name/lesson.md").read_text(encoding="utf-8")
    line = text[: text.index("logits = torch.tensr")].count("\n") + 1
    done = lockstep(copy, "build")
    assert done.returncode == 1
    assert (
        f"lessons/21_name/lesson.md:{line}: This cell fails in pytorch: AttributeError"
        in done.stderr
    )


def test_a_twin_that_differs_turns_the_build_red(copy):
    before = contents(copy)
    change(
        copy, "lessons/21_name/lesson.md", "torch.tensor(inputs) @", "1.01 * torch.tensor(inputs) @"
    )
    done = lockstep(copy, "build")
    assert done.returncode == 1
    assert "Meeting point 'logits': the twins differ by 1.0e-02 in float32" in done.stderr
    assert contents(copy) == before


def test_a_mistake_that_looks_like_another_is_refused(copy, tmp_path, monkeypatch):
    change(copy, "lessons/21_name/checks.py", "values.sum(axis=1)", "values.mean(axis=0)")
    lesson = load_lesson(copy / "lessons/21_name")
    with pytest.raises(LessonError, match="give the same in case 1"):
        record_checks(lesson, tmp_path, copy / "lessons")


def test_solutions_that_differ_between_the_frameworks_are_refused(copy, tmp_path):
    change(
        copy,
        "lessons/21_name/exercises.md",
        "keras.ops.mean(values, axis=1)",
        "keras.ops.mean(values, axis=1) + 1",
    )
    lesson = load_lesson(copy / "lessons/21_name")
    with pytest.raises(LessonError, match="something else in PyTorch than in Keras"):
        record_checks(lesson, tmp_path, copy / "lessons")


def test_a_twin_that_did_not_reach_a_meeting_point_when_it_ran_is_refused(built):
    lesson = load_lesson(built / "lessons/21_name")
    with pytest.raises(LessonError, match="the Keras twin never reached it"):
        compare(lesson, {"pytorch": {"logits": {}}, "keras": {}}, "float32")


def test_the_table_is_kept_with_the_recording(built):
    rows = read_table(built / "lessons/21_name/meetings.npz")
    assert [(row.meeting, row.precision) for row in rows] == [
        ("logits", "float32"),
        ("logits", "float64"),
    ]
    assert all(row.difference <= row.bound for row in rows)


def test_an_unknown_lesson_is_unusable(built):
    done = lockstep(built, "build", "22_other")
    assert done.returncode == 2
    assert "There are: 21_name." in done.stderr


def test_an_interrupted_build_leaves_what_was_committed(copy):
    before = contents(copy)
    change(copy, "lessons/21_name/lesson.md", "import torch\n", "import torch  # again\n")
    command = [sys.executable, "-m", "lockstep.cli", "build", "--root", str(copy)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        time.sleep(3)
        process.terminate()
    assert contents(copy) == before
