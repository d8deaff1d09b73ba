"""The first cell: which backend Keras runs on is the notebook's matter, not the computer's."""

import os
import subprocess
import sys

import pytest

START = """
from lockstep.learn import start
from lockstep.learn.errors import CourseError
try:
    start("04_simple_net", "keras")
except CourseError as error:
    print(error)
import keras
print("on", keras.config.backend())
"""


def run(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_keras_runs_on_tensorflow_whatever_the_computer_says(tmp_path):
    (tmp_path / "keras.json").write_text('{"backend": "jax"}')
    assert "on tensorflow" in run(START, KERAS_HOME=str(tmp_path))
    assert "on tensorflow" in run(START, KERAS_BACKEND="jax")


@pytest.mark.slow
def test_keras_imported_on_another_backend_is_told_with_what_to_do(tmp_path):
    said = run("import keras\n" + START, KERAS_BACKEND="jax", LOCKSTEP_HOME=str(tmp_path))
    assert "computes with jax here, but this notebook needs TensorFlow. Restart the kernel" in said
