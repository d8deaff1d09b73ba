"""What a learner meets in a real kernel: sentences where a traceback might have been."""

import time

import pytest
from jupyter_client.manager import start_new_kernel

from tests.conftest import run_python

pytestmark = pytest.mark.slow

ENDLESS = """
from lockstep.learn import check, start
start("00_start_here")
def mean_squared_error(predictions, truth):
    while True:
        pass
"""


@pytest.fixture
def kernel():
    manager, client = start_new_kernel()
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def shown(client, message):
    """Return what one cell shows, as text."""
    texts = []
    while True:
        reply = client.get_iopub_msg(timeout=60)
        if reply["parent_header"].get("msg_id") != message:
            continue
        kind, content = reply["msg_type"], reply["content"]
        if kind == "status" and content["execution_state"] == "idle":
            return "\n".join(texts)
        if kind == "stream":
            texts.append(content["text"])
        if kind in ("execute_result", "display_data"):
            texts.append(content["data"]["text/plain"])
        if kind == "error":
            texts.append("\n".join(content["traceback"]))


def run(client, code):
    return shown(client, client.execute(code))


def test_an_endless_loop_can_be_interrupted_and_is_told(kernel):
    manager, client = kernel
    run(client, ENDLESS)
    message = client.execute("import threading\ncheck('mean_squared_error')")
    while True:  # interrupt once the cell is running
        reply = client.get_iopub_msg(timeout=60)
        if reply["msg_type"] == "execute_input" and reply["parent_header"]["msg_id"] == message:
            break
    time.sleep(1)
    manager.interrupt_kernel()
    said = shown(client, message)
    assert "mean_squared_error: interrupted" in said
    assert "Look for a loop that never ends" in said
    assert "Traceback" not in said


def test_calls_at_the_wrong_time_or_with_the_wrong_name_are_one_sentence(kernel):
    _, client = kernel
    run(client, "from lockstep.learn import *")
    for call in ("check('softmax')", "checkpoint('words')", "meet('loss', 1)", "hint('softmax')"):
        said = run(client, call)
        assert said.startswith("Run the notebook's first code cell first"), said
    assert "There is no lesson '99_none'" in run(client, "start('99_none', 'keras')")
    run(client, "start('00_start_here')")
    for call in ("check('softmx')", "hint(5)", "solution(None)", "reset([])"):
        said = run(client, call)
        assert said.startswith("There is no exercise"), said
        assert "Traceback" not in said
    assert "Traceback" not in run(client, "checkpoint('wrods')")
    assert "Traceback" not in run(client, "checkpoint('words').answer(object())")


def test_a_tensor_of_the_other_framework_is_told():
    code = """
import torch
from lockstep.learn.answering import AnswerError, run_answer
from lockstep.learn.exercises import load_exercises
from lockstep.lessons import lessons_folder
exercise = load_exercises(lessons_folder() / "04_simple_net")["carry_weights"]
inputs = exercise.drawn_cases(2026)[0].inputs
try:
    run_answer(exercise, lambda *arrays: torch.ones(2), inputs, "keras")
except AnswerError as error:
    print(error)
"""
    said = run_python(code)
    assert "gave back a PyTorch tensor. In this notebook give back a Keras one." in said


ANSWER = """\
# lockstep: answer mean_squared_error
def mean_squared_error(predictions, truth):
    return ((predictions - truth) ** 2).mean({}
"""


def test_a_cell_that_python_cannot_read_is_told_and_not_the_answer_before_it(kernel):
    _, client = kernel
    run(client, "from lockstep.learn import *\nstart('00_start_here')")
    check = "check('mean_squared_error')"
    unreadable = "a syntax error in line 3 of the cell that you ran last for `mean_squared_error`"
    assert "SyntaxError" in run(client, ANSWER.format(""))
    assert unreadable in run(client, check)
    run(client, ANSWER.format(")"))
    assert "mean_squared_error: right" in run(client, check)
    run(client, ANSWER.format(""))
    assert unreadable in run(client, check)
    run(client, ANSWER.format(")").partition("\n")[2])
    assert "mean_squared_error: right" in run(client, check)
