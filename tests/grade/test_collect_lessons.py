"""A notebook is recognised by what its student answered, whatever became of the rest of it."""

import json

import pytest

from lockstep.grade.collect import CollectError, read_course
from lockstep.grade.collect.evidence import MARKER
from tests.grade.hand_ins import COURSE, KERAS, PYTORCH, folder, notebook, packed, reasons, took

NAMES = [known.name for known in COURSE.notebooks]
DEFAULTS = "08_defaults_pytorch"


def recognised(tmp_path, made, name="hw.ipynb"):
    """Return what a notebook is taken for: its name, or the reason why it is taken for nothing."""
    root = folder(tmp_path / "class", {f"anna/{name}": json.dumps(made).encode()})
    collected = took(root)
    found = [one.notebook for one in collected.submissions] + list(reasons(collected).values())
    assert len(found) == 1
    return found[0]


def cell(source):
    return {"cell_type": "code", "id": "own", "metadata": {}, "outputs": [], "source": source}


def source(one):
    return "".join(one["source"])


def without_ids(made):
    """Lose what another tool may lose."""
    made["metadata"] = {}
    for one in made["cells"]:
        one["metadata"] = {}
        one.pop("id", None)
    return made


def without_markers(made):
    for one in made["cells"]:
        lines = source(one).splitlines(keepends=True)
        one["source"] = [line for line in lines if "lockstep:" not in line and "check(" not in line]
    return made


def without_set_up(made):
    made["cells"] = [one for one in made["cells"] if "start(" not in source(one)]
    return made


def only(made, *exercises):
    """Keep the answers to these exercises, the set-up and the imports."""
    made["cells"] = [
        one
        for one in made["cells"]
        if one["cell_type"] == "code"
        and all(name in exercises for _, name in MARKER.findall(source(one)))
    ]
    return made


@pytest.mark.parametrize("role", ["exercises", "solutions"])
@pytest.mark.parametrize("name", NAMES)
def test_each_of_the_course_is_recognised_without_ids_and_metadata(tmp_path, name, role):
    assert recognised(tmp_path, without_ids(notebook(name, role))) == name


@pytest.mark.parametrize("name", NAMES)
def test_each_of_the_course_is_recognised_without_marker_lines_and_set_up(tmp_path, name):
    assert recognised(tmp_path, without_set_up(without_markers(notebook(name)))) == name


@pytest.mark.parametrize("name", NAMES)
def test_ids_alone_or_metadata_alone_are_enough(tmp_path, name):
    made = notebook(name)
    for one in made["cells"]:
        one["source"], one["metadata"] = "", {}
    metadata, made["metadata"] = made["metadata"], {}
    assert recognised(tmp_path, made) == name
    made["cells"], made["metadata"] = [cell("1")], metadata
    assert recognised(tmp_path / "2", made) == name


@pytest.mark.parametrize("name", ["01_tensors_pytorch", "01_tensors_keras"])
def test_a_retyped_notebook_is_recognised_by_the_functions_and_the_imports(tmp_path, name):
    made = without_set_up(without_markers(without_ids(notebook(name))))
    made["cells"] = [one for one in made["cells"] if one["cell_type"] == "code"]
    assert recognised(tmp_path, made) == name


def test_exercises_that_two_lessons_share_are_decided_by_the_set_up_cell(tmp_path):
    for name in (PYTORCH, DEFAULTS):
        made = only(without_ids(notebook(name)), "debug_port", "translate_step")
        assert recognised(tmp_path, made) == name


def test_an_exercise_pasted_in_from_another_lesson_moves_nothing(tmp_path):
    made = only(without_ids(notebook(DEFAULTS)), "debug_port", "translate_step")
    pasted = [cell(f"# lockstep: answer {name}\n1") for name in ("softmax", "accuracy")]
    made["cells"] += pasted
    assert recognised(tmp_path, made) == DEFAULTS


def test_a_set_up_cell_pasted_in_from_another_lesson_moves_nothing(tmp_path):
    made = without_set_up(notebook(PYTORCH))
    other = next(
        one for one in notebook("03_linear_regression_keras")["cells"] if one["id"] == "set-up"
    )
    made["cells"].insert(0, other)
    assert recognised(tmp_path, made) == PYTORCH


def test_markers_in_cells_turned_to_text_count(tmp_path):
    made = without_set_up(without_ids(notebook()))
    for one in made["cells"]:
        if MARKER.search(source(one)):
            one["cell_type"] = "markdown"
    assert recognised(tmp_path, made) == PYTORCH


def test_keras_answers_in_the_pytorch_notebook_leave_it_the_pytorch_notebook(tmp_path):
    made = notebook(PYTORCH)
    made["cells"] = [one for one in made["cells"] if "import torch" not in source(one)]
    made["cells"].append(cell("import keras\nimport tensorflow as tf"))
    assert recognised(tmp_path, made) == PYTORCH


def test_the_twin_is_told_by_the_set_up_before_the_metadata_before_the_imports(tmp_path):
    made = notebook(PYTORCH)
    made["metadata"]["lockstep"]["framework"] = "keras"
    assert recognised(tmp_path, made) == PYTORCH
    made = without_set_up(notebook(PYTORCH))
    made["metadata"]["lockstep"]["framework"] = "keras"
    assert recognised(tmp_path, made) == KERAS
    del made["metadata"]["lockstep"]
    assert recognised(tmp_path, made) == PYTORCH


def test_what_stays_open_is_decided_by_the_name_of_the_file_alone(tmp_path):
    made = {"cells": [cell("# lockstep: answer softmax\n1")], "metadata": {}, "nbformat": 4}
    reason = recognised(tmp_path, made)
    assert reason == f"It can be {KERAS} or {PYTORCH}. Put the right name into the file's name."
    assert recognised(tmp_path / "2", made, "04 Simple Net Keras (3).ipynb") == KERAS
    made["cells"] = [cell("# lockstep: answer translate_step\nimport torch")]
    assert recognised(tmp_path / "3", made).startswith("It can be 04_simple_net or 08_defaults.")
    assert recognised(tmp_path / "4", made, "08_defaults.ipynb") == DEFAULTS


def test_the_name_of_the_file_does_not_make_a_foreign_notebook_ours(tmp_path):
    made = {"cells": [cell("def accuracy():\n    pass")], "metadata": {}, "nbformat": 4}
    assert recognised(tmp_path, made, f"{PYTORCH}.ipynb") == (
        "It is no exercise notebook of the course: no cell in it begins with "
        "`# lockstep: answer` and an exercise's name."
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_lesson_in_place_of_its_exercises_is_told(tmp_path, name):
    reason = f"It is the lesson itself, not its exercises: those are exercises/{name}.ipynb."
    assert recognised(tmp_path, notebook(name, "notebooks")) == reason
    assert recognised(tmp_path / "2", without_ids(notebook(name, "notebooks"))) == reason


def test_a_lesson_into_which_the_answers_were_pasted_is_a_submission(tmp_path):
    made = notebook(PYTORCH, "notebooks")
    made["cells"] += [one for one in notebook()["cells"] if "lockstep: answer" in source(one)]
    assert recognised(tmp_path, made) == PYTORCH


@pytest.mark.parametrize(
    "metadata", [{"lockstep": []}, {"lockstep": {"lesson": 3, "framework": ["x"], "role": {}}}, []]
)
def test_metadata_of_any_shape_do_no_harm(tmp_path, metadata):
    made = notebook()
    made["metadata"] = metadata
    for one in made["cells"]:
        one["metadata"] = {"nbgrader": metadata, "executionInfo": {"user": metadata}}
    assert recognised(tmp_path, made) == PYTORCH


def test_a_course_without_exercises_is_a_sentence(tmp_path):
    with pytest.raises(CollectError, match="Run `lockstep build`"):
        read_course(tmp_path)
    (tmp_path / "01_x.ipynb").write_bytes(b"{")
    with pytest.raises(CollectError, match=r"01_x\.ipynb: .* Run `lockstep build`"):
        read_course(tmp_path)


def test_the_lessons_that_are_graded_can_be_several(tmp_path):
    root = folder(tmp_path / "class", {f"anna/{name}.ipynb": packed(name) for name in NAMES})
    collected = took(root, lessons=["01_tensors", "04_simple_net"])
    assert {one.lesson for one in collected.submissions} == {"01_tensors", "04_simple_net"}
    assert len(collected.unplaced) == len(NAMES) - 4
