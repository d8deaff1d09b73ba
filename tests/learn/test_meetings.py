"""What `meet` says where the twins agree, differ, or cannot be compared."""

import numpy as np
import pytest

from lockstep.build.prove import write_meetings
from lockstep.learn import meetings, session
from lockstep.learn.errors import CourseError
from lockstep.learn.tolerances import TOLERANCES, largest_difference
from tests.conftest import run_python

LESSON = """---
title: Meeting
frameworks: [pytorch, keras]
meetings:
  logits: logits
  gradients: gradient
  never recorded: loss
  chaos: weights, float64 only
  two numbers: values
  many arrays: values
---
"""


@pytest.fixture
def recorded(course, monkeypatch):
    """Return the Keras twin's values of a lesson that the PyTorch notebook of this test is in."""
    folder = course / "lessons" / "31_meeting"
    folder.mkdir()
    (folder / "lesson.md").write_text(LESSON, encoding="utf-8")
    generator = np.random.default_rng(0)
    values = {
        "logits": {"": generator.normal(size=(40, 50)).astype("float32")},
        "chaos": {"": np.ones(3)},
        "gradients": {"weights": generator.normal(size=(3, 2)), "biases": np.zeros(2)},
        "two numbers": {"mean": np.array(1.0), "spread": np.array(2.0)},
        "many arrays": {str(layer): np.zeros((64, 64)) for layer in range(7)},
    }
    write_meetings(folder / "meetings.npz", {"pytorch": values, "keras": values}, [], "x")
    monkeypatch.setattr(session, "_current", session.Session("31_meeting", "pytorch"))
    meetings._recorded.cache_clear()
    return values


def said(capsys, name, value):
    meetings.meet(name, value)
    return capsys.readouterr().out.strip()


def test_the_same_value_is_said_to_be_exactly_the_same(recorded, capsys):
    line = said(capsys, "logits", recorded["logits"][""])
    assert line == "✓ logits, (40, 50): exactly the same as in the Keras twin."


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gradients", "(3, 2), (2,)"),
        ("two numbers", "2 numbers"),
        ("many arrays", "7 arrays"),
    ],
)
def test_the_shapes_of_several_parts_fit_on_a_line(recorded, capsys, name, words):
    line = said(capsys, name, recorded[name])
    assert line == f"✓ {name}, {words}: exactly the same as in the Keras twin."


def test_a_difference_within_the_bound_is_named_with_the_bound(recorded, capsys):
    line = said(capsys, "logits", recorded["logits"][""] * np.float32(1 + 1e-6))
    assert line.startswith("✓ logits, (40, 50): the same as in the Keras twin.\n  largest relative")
    assert line.endswith("allowed 1e-05.")


def test_a_larger_difference_is_told_with_what_to_do(recorded, capsys):
    line = said(capsys, "logits", recorded["logits"][""] * 1.01)
    assert line.startswith("✗ logits: not what the Keras twin has")
    assert "Restart the kernel and run all cells" in line


def test_a_transposed_value_is_told_by_its_shape(recorded, capsys):
    line = said(capsys, "logits", recorded["logits"][""].T)
    assert line == "✗ logits: the shape here is (50, 40), in the Keras twin (40, 50)."


def test_the_part_that_differs_is_named(recorded, capsys):
    gradients = recorded["gradients"] | {"biases": np.ones(2)}
    assert said(capsys, "gradients", gradients).startswith("✗ gradients, biases: ")


def test_missing_parts_are_named(recorded, capsys):
    line = said(capsys, "gradients", {"weights": recorded["gradients"]["weights"]})
    assert (
        line == "✗ gradients: the Keras twin has weights, biases here; this notebook has weights."
    )


def test_where_float32_promises_nothing_the_line_says_so(recorded, capsys):
    line = said(capsys, "chaos", np.array([1.0, 1.0, 1.5]))
    assert line.startswith("≈ chaos, (3,):\n  largest difference to the Keras twin 5e-01.")
    assert "the build proves them equal in float64" in line


def test_nan_is_wrong_even_where_nothing_is_promised(recorded, capsys):
    assert said(capsys, "chaos", np.full(3, np.nan)).startswith("✗")


def test_nan_never_agrees(recorded, capsys):
    assert said(capsys, "logits", np.full((40, 50), np.nan)).startswith("✗")


def test_elsewhere_the_bound_is_wider_and_the_line_says_why(recorded, capsys, monkeypatch):
    here = meetings.surroundings("pytorch") | {"pytorch": "2.11.0"}
    monkeypatch.setattr(meetings, "surroundings", lambda framework: here)
    line = said(capsys, "logits", recorded["logits"][""] * np.float32(1 + 1e-4))
    assert "allowed 1e-03, wider because PyTorch is 2.11.0 here and was" in line
    assert said(capsys, "logits", recorded["logits"][""] * 1.01).startswith("✗")


def test_where_a_machine_runs_the_notebook_a_difference_raises(recorded, monkeypatch):
    monkeypatch.setenv("LOCKSTEP_STRICT", "1")
    with pytest.raises(CourseError, match="not what the Keras twin has"):
        meetings.meet("logits", recorded["logits"][""] * 1.01)


@pytest.mark.parametrize("value", [None, "logits", object(), [1, 2]])
def test_what_is_no_tensor_gets_a_sentence(recorded, value):
    with pytest.raises(CourseError, match="Meeting point 'logits': Here is"):
        meetings.meet("logits", value)


def test_an_unknown_meeting_point_names_those_there_are(recorded):
    with pytest.raises(CourseError, match="It has: 'logits', 'gradients'"):
        meetings.meet("logit", 1.0)


def test_a_meeting_point_that_was_not_recorded_is_told(recorded, capsys):
    assert "were not recorded" in said(capsys, "never recorded", 1.0)


def test_a_large_array_is_compared_on_an_even_sample():
    array = np.arange(100_352.0)
    kept = meetings.sample(array)
    assert kept.size == meetings.SAMPLE
    assert (kept[0], kept[-1]) == (0.0, 100_351.0)


def test_relative_and_absolute_differences():
    value, twin = np.array([10.0, 0.0]), np.array([10.0, 1.0])
    assert largest_difference(value, twin, TOLERANCES["logits"]) == pytest.approx(0.1)
    assert largest_difference(value, twin, TOLERANCES["initial weights"]) == 1.0


@pytest.mark.slow
def test_torch_values_on_any_device_with_gradients_and_of_any_type_become_arrays():
    code = """
import torch
from lockstep.learn.arrays import NotAnArrayError, to_array
print(to_array(torch.nn.Parameter(torch.ones(2))).tolist(), to_array(torch.tensor(3)).shape)
for tensor in (torch.empty(2, device="meta"), torch.ones(2).to_sparse()):
    try:
        print(to_array(tensor))
    except NotAnArrayError as error:
        print(error)
"""
    lines = run_python(code).splitlines()
    assert lines[0] == "[1.0, 1.0] ()"
    assert "on the device `meta` cannot be read" in lines[1]
    assert "Return a tensor that holds numbers, on the CPU." in lines[2]


@pytest.mark.slow
def test_keras_values_become_arrays_and_symbolic_ones_get_a_sentence():
    code = """
import keras, tensorflow as tf
from lockstep.learn.arrays import NotAnArrayError, to_array
print(to_array(keras.Variable([1.0])).tolist(), to_array(tf.constant(3)).shape, to_array(tf.Variable([2.0])).tolist())
try:
    to_array(keras.Input((3,)))
except NotAnArrayError as error:
    print(error)
"""
    lines = run_python(code, TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0").splitlines()
    assert lines[0] == "[1.0] () [2.0]"
    assert lines[1].startswith("Here is a value of type `KerasTensor`")
