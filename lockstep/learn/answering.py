"""Calling an answer with a case's inputs, and bringing what comes back to arrays."""

import re
import traceback
from collections.abc import Mapping
from typing import Any

import numpy as np

from lockstep.learn.arrays import NotAnArrayError, framework_of, to_array, to_tensor
from lockstep.learn.exercises import Answer, Exercise, Inputs, Mistake
from lockstep.learn.session import FRAMEWORK_TITLES

Results = dict[str, np.ndarray]
# What TensorFlow puts around its messages: the place in a graph, and the operation's name.
# What Keras says before an error in a layer, and the bold print of the error itself.
KERASS_OWN = re.compile(r"^Exception encountered when calling .*\s+|\x1b\[\d*m")
TENSORFLOWS_OWN = re.compile(r"\{\{function_node [^}]*\}\} ?| \[Op:\w+\]( name:)?\s*$")


class NotAttemptedError(Exception):
    """The blank is still there."""


class AnswerError(Exception):
    """The answer could not be called or gave back something unusable; the message says what to do."""


def run_answer(exercise: Exercise, answer: Answer, inputs: Inputs, framework: str) -> Results:
    """Call `answer` with one case's inputs and return its results as arrays.

    Raises
    ------
    NotAttemptedError
        If the answer is still the blank.
    AnswerError
        If the answer raises, or gives back something that is not a tensor.
    """
    try:
        value = _called(exercise, answer, inputs, framework)
    except NotImplementedError as error:
        raise NotAttemptedError from error
    except (AnswerError, NotAnArrayError) as error:  # a `call` cannot use what came back
        raise AnswerError(f"`{exercise.name}`: {error}") from error
    except Exception as error:  # whatever a learner's code raises
        raise AnswerError(_raised(exercise.name, error)) from error
    try:
        return _results(exercise, value, framework)
    except NotAnArrayError as error:
        raise AnswerError(f"`{exercise.name}`: {error}") from error


def _called(exercise: Exercise, answer: Answer, inputs: Inputs, framework: str) -> Any:
    # Copies: an answer that changes its inputs in place must not change the next case.
    inputs = {
        key: np.array(value) if isinstance(value, np.ndarray) else value
        for key, value in inputs.items()
    }
    if exercise.call is not None:
        return exercise.call(answer, inputs, framework)
    if exercise.takes == "tensors":
        inputs = {key: to_tensor(value, framework) for key, value in inputs.items()}
    return answer(*inputs.values())


def _raised(name: str, error: Exception) -> str:
    """Say what the answer raised and on which of its lines."""
    message = KERASS_OWN.sub("", str(error)).strip()
    message = (message.splitlines() or ["without a message"])[0]
    message = TENSORFLOWS_OWN.sub("", message)
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.name == name
    ]
    where = f" in line {lines[-1]} of its cell" if lines else ""
    if isinstance(error, TypeError) and "argument" in message and not lines:
        return f"`{name}` could not be called: {message}. Keep the arguments as the blank had them."
    # A `call` that asks several things adds which one it was.
    notes = getattr(error, "__notes__", None)  # anybody can put anything there
    if isinstance(notes, list) and all(isinstance(note, str) for note in notes):
        message = " ".join([message.rstrip(".") + ".", *notes])
    return f"`{name}` raised {type(error).__name__}{where}: {message}"


def _results(exercise: Exercise, value: Any, framework: str) -> Results:
    if isinstance(value, Mapping):
        parts = {str(key): part for key, part in value.items()}
    elif isinstance(value, (tuple, list)):
        parts = {f"result {number}": part for number, part in enumerate(value, start=1)}
    else:
        parts = {"result": value}
    arrays_allowed = exercise.takes == "arrays" or exercise.call is not None
    return {key: _result(part, framework, arrays_allowed) for key, part in parts.items()}


def _result(value: Any, framework: str, arrays_allowed: bool) -> np.ndarray:
    if value is None:
        raise NotAnArrayError(
            "it gave back None. Does it end with `return`? "
            "A gradient that is None belongs to something that was not followed."
        )
    other = framework_of(value)
    if other not in (None, framework):
        raise NotAnArrayError(
            f"it gave back a {FRAMEWORK_TITLES[other or '']} tensor. "
            f"In this notebook give back a {FRAMEWORK_TITLES[framework]} one."
        )
    if isinstance(value, np.ndarray) and not arrays_allowed:
        raise NotAnArrayError(
            f"it gave back a NumPy array. Stay in {FRAMEWORK_TITLES[framework]}: "
            "give back the tensor itself, without `.numpy()`."
        )
    return to_array(value)


def mistake_as_answer(exercise: Exercise, mistake: Mistake, framework: str) -> Answer:
    """Return the mistake as a learner would have written it in this framework."""
    written = mistake.pytorch if framework == "pytorch" else mistake.keras
    if written is not None:
        return written
    wrong = mistake.numpy
    assert wrong is not None  # `Exercise.problems` refuses it otherwise
    if exercise.takes == "arrays":
        return wrong

    def answer(*inputs: Any) -> Any:
        value = wrong(*(to_array(item) if framework_of(item) else item for item in inputs))
        return _as_tensors(value, framework)

    return answer


def _as_tensors(value: Any, framework: str) -> Any:
    if isinstance(value, Mapping):
        return {key: to_tensor(np.asarray(part), framework) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(to_tensor(np.asarray(part), framework) for part in value)
    return to_tensor(np.asarray(value), framework)
