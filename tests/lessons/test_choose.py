"""Lesson 19 reads what other lessons record, by name: the names are those that they print."""

import json

import pytest

from lockstep.build.lesson import load_lesson
from lockstep.build.text import Code
from tests.conftest import ROOT, run_python


def named_places():
    """Return (notebook, name of the figure) for each place that the lesson's `where` names."""
    lesson = load_lesson(ROOT / "lessons" / "19_choose")
    blocks = [block for step in lesson.text.steps for block in step.blocks]
    source = next(
        block.source for block in blocks if isinstance(block, Code) and "where = {" in block.source
    )
    names = {}
    exec(source, names)
    for lesson_name, in_pytorch, in_keras in names["where"].values():
        yield f"{lesson_name}_pytorch", in_pytorch
        yield f"{lesson_name}_keras", in_keras


@pytest.mark.parametrize(("notebook", "name"), list(named_places()))
def test_a_figure_that_the_scorecard_reads_is_recorded_under_that_name(notebook, name):
    text = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))
    printed = "".join(
        "".join(output.get("text", ""))
        for cell in text["cells"]
        for output in cell.get("outputs", [])
    )
    assert f"Recorded: {name} = " in printed


SAID = """
from lockstep.learn.answering import AnswerError, run_answer
from lockstep.learn.exercises import load_exercises
from lockstep.lessons import lessons_folder
exercise = load_exercises(lessons_folder() / "19_choose")["{name}"]
{answer}
for case in exercise.drawn_cases(2026):
    try:
        run_answer(exercise, answer, case.inputs, "{framework}")
    except AnswerError as error:
        print(error)
"""
FRESH_NETWORKS = {
    "pytorch": "from torch import nn\nanswer = lambda weights: nn.Linear(64, 10)",
    "keras": "import keras\nanswer = lambda weights: keras.Sequential("
    "[keras.Input((64,)), keras.layers.Dense(10)])",
}
READING_AT_ONCE = """
import json
def answer(network, body):
    instances = json.loads(body)["instances"]
    return 200, [[0.1] * 10] * len(instances)
"""


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRESH_NETWORKS)
def test_a_network_without_the_given_weights_is_told(framework):
    code = SAID.format(name="ported_network", framework=framework, answer=FRESH_NETWORKS[framework])
    assert run_python(code).count("The output layer still has weights of its own.") == 2


@pytest.mark.slow
def test_a_question_that_the_answer_could_not_read_is_named():
    code = SAID.format(name="answer_request", framework="pytorch", answer=READING_AT_ONCE)
    assert run_python(code).count("It was asked 'two digits, please'.") == 2
