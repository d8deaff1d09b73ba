"""What a reader may rely on in every committed notebook."""

import ast
import json
import os
import re
import statistics
import subprocess
import sys

import nbformat
import pytest

from lockstep.build.compared import problems_of, strangers
from lockstep.build.lesson import load_lesson
from lockstep.build.text import Code
from lockstep.lessons import lesson_names
from lockstep.repository import colab_url
from tests.conftest import ROOT

NAMES = lesson_names(ROOT / "lessons")
PAIRED = [name for name in NAMES if load_lesson(ROOT / "lessons" / name).meta["frameworks"]]
NOTEBOOKS = sorted(
    path
    for role in ("notebooks", "exercises", "solutions")
    for path in (ROOT / role).glob("*.ipynb")
)
MADE = ("set-up", "check-")  # cells that the builder writes


def notebook_ids(path):
    return f"{path.parent.name}/{path.stem}"


def test_every_committed_notebook_is_what_its_lesson_builds():
    assert problems_of(ROOT, NAMES) + strangers(ROOT, NAMES) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=notebook_ids)
def test_a_notebook_is_valid_and_holds_no_widget_and_no_path_of_the_author(path):
    text = path.read_text(encoding="utf-8")
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert "application/vnd.jupyter.widget" not in text
    assert '"widgets"' not in text
    assert not re.search(r'"/(home|root|work|tmp|Users)/', text)


@pytest.mark.parametrize(
    # What a learner reads to learn. A solution also holds the task and nbgrader's markers.
    "path",
    [path for path in NOTEBOOKS if path.parent.name != "solutions"],
    ids=notebook_ids,
)
def test_cells_are_short(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    lengths = [
        sum(bool(line.strip()) for line in cell["source"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and not cell["id"].startswith(MADE)
    ]
    assert max(lengths) <= 20
    if path.parent.name == "notebooks":
        assert statistics.median(lengths) <= 4


@pytest.mark.parametrize("path", NOTEBOOKS, ids=notebook_ids)
def test_every_picture_has_an_alt_text_with_words(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                html = "".join(output["data"].get("text/html", ""))
                assert re.search(r' alt="[^"]*\w+ \w+', html), cell["id"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=notebook_ids)
def test_links_to_other_notebooks_lead_somewhere(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    for target in re.findall(r"\]\((\.\./[^)]+\.ipynb)\)", text):
        assert (path.parent / target).resolve().exists(), target
    for target, cell_id in re.findall(r"\]\(([^/)]+\.ipynb)#cell-id=([^)]+)\)", text):
        twin = json.loads((path.parent / target).read_text(encoding="utf-8"))
        assert cell_id in [cell["id"] for cell in twin["cells"]], (target, cell_id)
    for target in re.findall(
        r"colab\.research\.google\.com/github/[^/]+/[^/]+/blob/[^/]+/([^)#]+)", text
    ):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("path", NOTEBOOKS, ids=notebook_ids)
def test_the_badge_opens_the_notebook_itself_and_on_colab_exercises_have_no_completion(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    first = "".join(notebook["cells"][0]["source"])
    (target,) = re.findall(r"colab-badge\.svg\)\]\(([^)]+)\)", first)
    assert target == colab_url(path.relative_to(ROOT).as_posix())
    switched_off = {"generative_ai_disabled": True} if path.parent.name == "exercises" else None
    assert notebook["metadata"].get("colab") == switched_off


@pytest.mark.parametrize("name", PAIRED)
def test_a_paired_lesson_has_what_the_course_promises(name):
    lesson = load_lesson(ROOT / "lessons" / name)
    predictions = [
        checkpoint for checkpoint in lesson.checkpoints if "predict: true" in checkpoint.text
    ]
    assert len(lesson.checkpoints) >= 8
    assert len(predictions) >= 2
    assert len(lesson.exercises) >= 6


@pytest.mark.parametrize("name", PAIRED)
def test_no_code_fixes_a_precision(name):
    lesson = load_lesson(ROOT / "lessons" / name)
    codes = [
        block for step in lesson.text.steps for block in step.blocks if isinstance(block, Code)
    ]
    assert not [
        code.line for code in codes if re.search(r"float32|float64|\.float\(\)", code.source)
    ]


@pytest.mark.parametrize("name", PAIRED)
def test_no_twin_imports_the_other_framework_and_keras_is_keras(name):
    lesson = load_lesson(ROOT / "lessons" / name)
    other = {"pytorch": {"keras", "tensorflow"}, "keras": {"torch"}}
    for text in (lesson.text, lesson.exercise_text):
        for framework, forbidden in other.items():
            allowed = set()
            for code in lesson.code(text, framework):
                if 'os.environ["KERAS_BACKEND"] = "torch"' in code.source:
                    allowed = {"keras"}  # from here on, Keras imports no TensorFlow
                assert not imported(code.source) & (forbidden - allowed), code.line
                assert "tensorflow.keras" not in code.source, code.line


def imported(source):
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names.add(str(node.module).split(".")[0])
    return names


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if path.parent.name == "exercises"], ids=notebook_ids
)
def test_exercises_as_handed_out_run_to_the_end_and_raise_in_strict_mode(path, tmp_path):
    """Both in one kernel: the checks run as they are, and then once more in strict mode."""
    code = (
        "import json, os, sys, nbformat\n"
        "from nbclient import NotebookClient\n"
        "notebook = nbformat.read(sys.argv[1], as_version=4)\n"
        "checks = [c for c in notebook.cells if c.id.startswith('check-')]\n"
        "strict = [nbformat.v4.new_code_cell(c.source, metadata={'tags': ['raises-exception']}) for c in checks]\n"
        "switch = nbformat.v4.new_code_cell(\"import os; os.environ['LOCKSTEP_STRICT'] = '1'\")\n"
        "notebook.cells += [switch, *strict]\n"
        "client = NotebookClient(notebook, resources={'metadata': {'path': sys.argv[2]}})\n"
        "client.execute()\n"
        "print(json.dumps([[c.outputs for c in checks], [c.outputs for c in strict]]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(tmp_path)],
        env=os.environ | {"LOCKSTEP_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lenient, strict = json.loads(done.stdout.splitlines()[-1])
    assert lenient
    for outputs in lenient:
        assert ": not attempted" in outputs[-1]["data"]["text/plain"]
    for outputs in strict:
        assert outputs[-1]["output_type"] == "error"
        assert ": not attempted" in outputs[-1]["evalue"]
        assert len(outputs[-1]["traceback"]) == 1  # one sentence, no traceback
