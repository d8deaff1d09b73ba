"""What `check` says, also to those who call it at the wrong time or with the wrong thing."""

import ast
from dataclasses import replace

import numpy as np
import pytest

from lockstep.build.answers import record_checks
from lockstep.build.lesson import load_lesson
from lockstep.learn import checking, helping, journal, recording, session
from lockstep.learn.answering import AnswerError
from lockstep.learn.errors import CourseError
from lockstep.learn.judging import describe_difference
from lockstep.learn.stored import load_arrays, save_arrays
from tests.conftest import ROOT

NAME = "mean_squared_error"


@pytest.fixture
def notebook(monkeypatch):
    """Return the names of a notebook in which lesson 00 was started."""
    names: dict[str, object] = {}
    monkeypatch.setattr(checking, "user_namespace", lambda: names)
    monkeypatch.setattr(helping, "user_namespace", lambda: names)
    session.begin("00_start_here", None)
    return names


def right(predictions, truth):
    return ((predictions - truth) ** 2).mean()


def blank(predictions, truth):
    raise NotImplementedError()


def test_a_right_answer_gets_its_points_and_is_remembered(notebook):
    notebook[NAME] = right
    feedback = checking.check(NAME)
    assert (feedback.state, feedback.message) == ("right", "1 point.")
    assert journal.find("check", "00_start_here", None, NAME)[-1]["points"] == 1


def test_the_blank_and_a_cell_that_was_not_run_are_not_attempted(notebook):
    assert checking.check(NAME).state == "not attempted"
    notebook[NAME] = blank
    feedback = checking.check(NAME)
    assert feedback.state == "not attempted"
    assert "Replace `raise NotImplementedError()`" in feedback.message


def test_a_known_mistake_is_called_by_its_name(notebook):
    notebook[NAME] = lambda predictions, truth: ((predictions - truth) ** 2).sum()
    feedback = checking.check(NAME)
    assert feedback.state == "not yet"
    assert feedback.message.startswith("This is the sum of the squares.")


def test_an_unknown_mistake_is_shown_with_case_expected_and_got(notebook):
    notebook[NAME] = lambda predictions, truth: 17.0
    feedback = checking.check(NAME)
    assert feedback.message.startswith("Case: three rides.\n`hint(")
    assert feedback.code == "expected\n1.6667\n\ngot\n17."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda predictions, truth: None, "Does it end with `return`?"),
        (lambda predictions, truth: "1.67", "a value of type `str`"),
        (lambda predictions, truth: [[1], [1, 2]], "a value of type `list`"),
        (lambda predictions, truth: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda: 1, "could not be called"),
        (5, "is a value of type `int`"),
    ],
)
def test_what_cannot_be_judged_gets_a_sentence(notebook, answer, words):
    notebook[NAME] = answer
    feedback = checking.check(NAME)
    assert feedback.state == "error"
    assert words in feedback.message


def test_what_a_call_says_of_an_answer_is_told_as_it_is(notebook, monkeypatch):
    def call(answer, inputs, framework):
        raise AnswerError("give back a list")

    exercise = replace(checking.find_exercise(NAME), call=call)
    monkeypatch.setattr(checking, "find_exercise", lambda name: exercise)
    notebook[NAME] = lambda predictions, truth: 1.0
    assert checking.check(NAME).message == f"`{NAME}`: give back a list"


def test_a_part_that_is_right_up_to_rounding_is_not_the_one_that_is_shown():
    expected = {"first": np.ones(2), "second": np.ones(2)}
    results = {"first": np.ones(2) + 1e-9, "second": np.zeros(2)}
    assert "for second" in describe_difference(results, expected, 1e-5).values


def test_nan_is_explained(notebook):
    notebook[NAME] = lambda predictions, truth: np.float64("nan")
    assert 'nan means "not a number"' in checking.check(NAME).message


def test_an_interrupted_answer_is_told(notebook):
    def endless(predictions, truth):
        raise KeyboardInterrupt

    notebook[NAME] = endless
    assert "Look for a loop that never ends" in checking.check(NAME).message


@pytest.mark.parametrize("name", ["mean_squared_eror", "", None, 3, ["x"]])
def test_an_unknown_exercise_is_a_sentence_with_the_nearest(notebook, name):
    with pytest.raises(CourseError, match="There is no exercise") as caught:
        checking.check(name)
    assert NAME in str(caught.value)
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_check_before_the_first_cell_says_which_cell_to_run(monkeypatch):
    monkeypatch.setattr(session, "_current", None)
    with pytest.raises(CourseError, match="Run the notebook's first code cell first"):
        checking.check(NAME)


def test_a_missing_recording_is_told(notebook, monkeypatch, tmp_path):
    notebook[NAME] = right
    monkeypatch.setattr(
        checking, "load_recorded", lambda path, name: load_arrays(tmp_path / "none")
    )
    assert "Install the course again" in checking.check(NAME).message


@pytest.mark.parametrize("variable", ["LOCKSTEP_STRICT", "NBGRADER_EXECUTION"])
def test_where_a_machine_runs_the_notebook_wrong_and_blank_raise(notebook, monkeypatch, variable):
    monkeypatch.setenv(variable, "validate")
    notebook[NAME] = blank
    with pytest.raises(CourseError, match="not attempted"):
        checking.check(NAME)
    notebook[NAME] = lambda predictions, truth: 0.0
    with pytest.raises(CourseError, match="not yet"):
        checking.check(NAME)
    notebook[NAME] = right
    assert checking.check(NAME).state == "right"


def test_an_answer_that_changes_its_inputs_does_no_harm(notebook):
    def changing(predictions, truth):
        predictions -= truth
        return (predictions**2).mean()

    notebook[NAME] = changing
    assert checking.check(NAME).state == "right"


def test_hints_come_one_after_the_other(notebook):
    titles = [helping.hint(NAME).title for _ in range(4)]
    assert titles == [f"{NAME}: hint {number} of 3" for number in (1, 2, 3, 3)]


def test_the_solution_is_shown_after_three_tries(notebook):
    notebook[NAME] = lambda predictions, truth: 0.0
    for tries in range(3):
        assert f"you have made {tries}" in helping.solution(NAME).message
        checking.check(NAME)
    assert "return np.mean((predictions - truth) ** 2)" in helping.solution(NAME).code
    assert "###" not in helping.solution(NAME).code


def test_a_blank_is_no_try(notebook):
    for _ in range(5):
        checking.check(NAME)
    assert "you have made 0" in helping.solution(NAME).message


def test_reset_brings_the_blank_back_and_forgets_the_answer(notebook):
    notebook[NAME] = right
    feedback = helping.reset(NAME)
    assert feedback.code.startswith(f"# lockstep: answer {NAME}\ndef {NAME}(predictions, truth):")
    assert feedback.code.endswith("raise NotImplementedError()")
    assert NAME not in notebook


def test_a_forbidden_name_is_found_on_the_syntax_tree(notebook, monkeypatch):
    exercise = checking.find_exercise(NAME)
    strict = type(exercise)(**(vars(exercise) | {"forbidden": ("mean",)}))
    assert checking.forbidden_names(strict, right) == ["mean"]
    assert checking.forbidden_names(strict, blank) == []
    assert checking.forbidden_in(strict, ast.parse("loss(mean=True)")) == ["mean"]


def test_a_record_keeps_a_figure_and_refuses_what_is_none(notebook, capsys):
    recording.record("test accuracy", np.float32(0.5))
    entry = journal.find("record", "00_start_here", None, "test accuracy")[-1]
    assert entry["value"] == 0.5
    for value in (float("nan"), "0.9", None):
        with pytest.raises(CourseError, match="one finite number"):
            recording.record("test accuracy", value)


def test_the_recorded_checks_are_what_the_lesson_gives(tmp_path):
    lesson = load_lesson(ROOT / "lessons" / "00_start_here")
    arrays = record_checks(lesson, tmp_path, ROOT / "lessons")
    stored = load_arrays(lesson.folder / "checks.npz")
    del stored["fingerprint"]
    assert stored.keys() == arrays.keys()
    assert all(np.array_equal(stored[key], arrays[key]) for key in arrays)


def test_arrays_are_written_the_same_to_the_byte(tmp_path):
    for name in ("one.npz", "two.npz"):
        save_arrays(tmp_path / name, {"a": np.arange(3)})
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_of_many_results_the_number_is_told():
    one, many = {"result": np.zeros(12)}, {f"result {number}": np.zeros(1) for number in range(12)}
    assert describe_difference(many, one, 0).sentence == "Expected one result; got 12 results."


def test_what_tensorflow_puts_around_its_messages_is_left_out(notebook):
    def answer(predictions, truth):
        place = "{{function_node __wrapped__Sub_device_/job:localhost/task:0/device:CPU:0}}"
        raise ValueError(f"{place} Incompatible shapes: [5,2] vs. [5] [Op:Sub] name: ")

    notebook[NAME] = answer
    message = checking.check(NAME).message
    assert message.endswith("raised ValueError: Incompatible shapes: [5,2] vs. [5]")


def test_of_an_error_in_a_keras_layer_the_error_is_told(notebook):
    def answer(predictions, truth):
        message = "'Gated' object has no attribute 'gates'"
        received = "Arguments received by Gated.call():\n  • args=('tf.Tensor(shape=(5, 3))',)"
        raise AttributeError(
            f"Exception encountered when calling Gated.call().\n\n\x1b[1m{message}\x1b[0m\n\n{received}"
        )

    notebook[NAME] = answer
    message = checking.check(NAME).message
    assert message.endswith("raised AttributeError: 'Gated' object has no attribute 'gates'")


@pytest.mark.parametrize(
    ("notes", "told"),
    [(["It was asked 'two'."], ". It was asked 'two'."), ([5], ""), (5, "")],
)
def test_what_an_error_was_given_as_a_note_is_told_after_it(notebook, notes, told):
    def answer(predictions, truth):
        error = ValueError("Expecting value")
        error.__notes__ = notes
        raise error

    notebook[NAME] = answer
    assert checking.check(NAME).message.endswith(f"ValueError: Expecting value{told}")
