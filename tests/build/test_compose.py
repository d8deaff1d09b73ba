"""The notebooks that a lesson becomes, before anything runs."""

import ast
import json

import nbformat
import pytest

from lockstep import __version__, learn
from lockstep.build.compose import compose
from lockstep.build.lesson import load_lesson
from lockstep.build.new import new_lesson
from lockstep.repository import SLUG
from tests.conftest import ROOT


@pytest.fixture
def notebooks(course):
    folder = new_lesson(course / "lessons", "21_name")
    return {notebook.path: notebook for notebook in compose(load_lesson(folder))}


def sources(notebook):
    return {cell.id: cell.source for cell in notebook.cells}


def test_a_lesson_becomes_three_pairs(notebooks):
    assert list(notebooks) == [
        f"{role}/21_name_{framework}.ipynb"
        for role in ("notebooks", "exercises", "solutions")
        for framework in ("pytorch", "keras")
    ]


def test_every_notebook_is_valid_with_ids_of_its_own(notebooks):
    for notebook in notebooks.values():
        document = nbformat.reads(json.dumps(notebook.to_dict()), as_version=4)
        nbformat.validate(document)
        ids = [cell.id for cell in document.cells]
        assert len(set(ids)) == len(ids)
        assert ids == [cell.id for cell in notebook.cells]


def test_badge_and_set_up_stand_first(notebooks):
    for path, notebook in notebooks.items():
        title, setup = notebook.cells[:2]
        assert f"colab.research.google.com/github/{SLUG}/blob/main/{path}" in title.source
        framework = path.rpartition("_")[2].removesuffix(".ipynb")
        assert setup.source.startswith("# lockstep: set-up")
        last = setup.source.splitlines()[-1]
        assert last == f'start("21_name", "{framework}", release="{__version__}")'


def test_set_up_is_short_and_imports_every_name_that_a_notebook_uses(notebooks):
    source = notebooks["notebooks/21_name_keras.ipynb"].cells[1].source
    assert len([line for line in source.splitlines() if line]) <= 19
    (imported,) = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    # `recorded` is for one lesson alone, which imports it where it is needed.
    assert {alias.name for alias in imported.names} == set(learn.__all__) - {"recorded"}


def test_exercises_end_with_the_cell_that_hands_in_and_no_other_notebook_has_it(notebooks):
    for path, notebook in notebooks.items():
        last = notebook.cells[-1]
        hands_in = (last.id, last.source) == ("submit", "# lockstep: submit\nsubmit()")
        assert hands_in == path.startswith("exercises/")


def test_shared_prose_has_one_id_in_both_twins(notebooks):
    pytorch, keras = (notebooks[f"notebooks/21_name_{name}.ipynb"] for name in ("pytorch", "keras"))
    shared = {cell.id for cell in pytorch.cells} & {cell.id for cell in keras.cells}
    assert {"title", "set-up", "next", "question-shape_of_the_logits"} <= shared
    assert sum(name.startswith("text-") for name in shared) == 3


@pytest.mark.parametrize("role", ["notebooks", "exercises", "solutions"])
def test_each_heading_leads_to_the_same_cell_of_the_twin(notebooks, role):
    keras = notebooks[f"{role}/21_name_keras.ipynb"]
    steps = [
        cell
        for cell in notebooks[f"{role}/21_name_pytorch.ipynb"].cells
        if cell.source.startswith("## ") and cell.id != "next"
    ]
    assert steps
    for step in steps:
        heading, links = step.source.split("\n\n")[:2]
        assert sources(keras)[step.id].startswith(f"{heading}\n\n<small>⇄ [the same in PyTorch](")
        assert links == (
            f"<small>⇄ [the same in Keras](21_name_keras.ipynb#cell-id={step.id}) · [on Colab]("
            f"https://colab.research.google.com/github/{SLUG}/blob/main/{keras.path}"
            f"#scrollTo={step.id})</small>"
        )


def test_a_lesson_leads_to_both_twins_side_by_side(notebooks):
    for path, notebook in notebooks.items():
        link = "[both side by side](../side_by_side/21_name.jupyterlab-workspace)"
        assert (link in notebook.cells[0].source) == path.startswith("notebooks/")


def test_a_lesson_without_a_twin_leads_to_none():
    for notebook in compose(load_lesson(ROOT / "lessons" / "00_start_here")):
        text = "\n".join(cell.source for cell in notebook.cells)
        assert "⇄" not in text
        assert "side_by_side" not in text


def test_the_twins_code_is_folded_under_each_step(notebooks):
    cells = notebooks["notebooks/21_name_pytorch.ipynb"].cells
    own = next(i for i, cell in enumerate(cells) if "torch.tensor(inputs)" in cell.source)
    fold = cells[own + 1].source
    assert fold.startswith("<details>\n<summary>The same step in Keras</summary>\n\n```python\n")
    assert "keras.ops.matmul(inputs, weights)" in fold
    assert fold.endswith("```\n\n</details>")
    assert not any("keras.ops" in cell.source for cell in cells if cell.kind == "code")


def test_a_checkpoint_is_one_line_without_its_key(notebooks):
    notebook = notebooks["notebooks/21_name_keras.ipynb"]
    assert sources(notebook)["question-shape_of_the_logits"] == 'checkpoint("shape_of_the_logits")'
    assert "The 3 is what both share" not in json.dumps(notebook.to_dict())


def test_blanks_and_solutions_carry_markers_and_nbgraders_metadata(notebooks):
    blank, solved = (
        notebooks[f"{role}/21_name_pytorch.ipynb"] for role in ("exercises", "solutions")
    )
    assert sources(blank)["answer-row_means"] == (
        "# lockstep: answer row_means\n"
        "def row_means(values):\n"
        '    """Return the mean of each row, shape (rows,)."""\n'
        "    # YOUR CODE HERE\n"
        "    raise NotImplementedError()"
    )
    assert (
        "### BEGIN SOLUTION\n    return values.mean(dim=1)" in sources(solved)["answer-row_means"]
    )
    assert sources(blank)["check-row_means"] == '# lockstep: check row_means\ncheck("row_means")'
    metadata = {cell.id: cell.metadata.get("nbgrader") for cell in blank.cells}
    assert metadata["answer-row_means"]["solution"] is True
    assert metadata["check-row_means"] == {
        "grade": True,
        "grade_id": "check-row_means",
        "locked": True,
        "points": 1,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }


def test_no_solution_and_no_alternative_reaches_the_exercises(notebooks):
    for framework in ("pytorch", "keras"):
        text = json.dumps(notebooks[f"exercises/21_name_{framework}.ipynb"].to_dict())
        for code in ("mean(dim=1)", "mean(values", "sum(", "BEGIN SOLUTION"):
            assert code not in text


def test_an_exercise_says_how_hard_and_how_long_it_is(notebooks):
    text = "\n".join(sources(notebooks["exercises/21_name_keras.ipynb"]).values())
    assert "Difficulty 1 of 3 ●○○ · about 3 minutes · 1 point" in text


def test_exercises_turn_completion_by_machine_off(notebooks):
    metadata = notebooks["exercises/21_name_keras.ipynb"].to_dict()["metadata"]
    assert metadata["colab"] == {"generative_ai_disabled": True}


def test_new_prose_changes_no_other_cell_and_no_fingerprint(course, notebooks):
    path = course / "lessons" / "21_name" / "lesson.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("## The two agree", "New words.\n\n## The two agree"), encoding="utf-8"
    )
    before = notebooks["notebooks/21_name_keras.ipynb"]
    after = compose(load_lesson(path.parent))[1]
    assert {cell.id for cell in after.cells} > {cell.id for cell in before.cells}
    assert after.fingerprint == before.fingerprint


def test_new_code_and_new_questions_change_the_fingerprint(course, notebooks):
    path = course / "lessons" / "21_name" / "lesson.md"
    text = path.read_text(encoding="utf-8")
    before = notebooks["notebooks/21_name_keras.ipynb"].fingerprint
    for old, new in [("size=(4, 3)", "size=(4, 3) "), ("Four rows go in", "Four go in")]:
        path.write_text(text.replace(old, new), encoding="utf-8")
        assert compose(load_lesson(path.parent))[1].fingerprint != before
