"""Between a framework's tensors and NumPy's arrays, without importing a framework that is not there."""

import importlib
import sys
from typing import Any

import numpy as np

from lockstep.learn.session import FRAMEWORK_TITLES, floating


class NotAnArrayError(TypeError):
    """A value that cannot be brought to NumPy; the message is a sentence for the learner."""


def framework_of(value: object) -> str | None:
    """Return "pytorch" or "keras" for a tensor or variable of that framework, otherwise None."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return "pytorch"
    module = type(value).__module__.split(".")[0]
    return "keras" if module in ("tensorflow", "keras") and hasattr(value, "numpy") else None


def to_array(value: object) -> np.ndarray:
    """Return `value` as a NumPy array.

    Parameters
    ----------
    value
        A tensor or variable of either framework, an array, or a number.

    Raises
    ------
    NotAnArrayError
        If it is none of these, or its numbers cannot be read.
    """
    framework = framework_of(value)
    try:
        if framework == "pytorch":
            return np.asarray(value.detach().cpu().numpy())  # type: ignore[attr-defined]
        if framework == "keras":
            return np.asarray(value.numpy())  # type: ignore[attr-defined]
    except (RuntimeError, NotImplementedError, TypeError, AttributeError) as error:
        raise NotAnArrayError(_unreadable(value, framework, error)) from None
    if isinstance(value, (np.ndarray, np.generic, bool, int, float)):
        return _plain(value)
    raise NotAnArrayError(
        f"Here is {_described(value)} where a tensor, an array or a number is needed."
    )


def _plain(value: object) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype == object:
        raise NotAnArrayError(
            "Here is an array of Python objects: its rows may differ in length. "
            "Make it from rows of one length."
        )
    return array


def _described(value: object) -> str:
    return "None" if value is None else f"a value of type `{type(value).__name__}`"


def _unreadable(value: object, framework: str | None, error: Exception) -> str:
    title = FRAMEWORK_TITLES[framework or "pytorch"]
    device = getattr(value, "device", None)
    where = f" on the device `{device}`" if device is not None and str(device) != "cpu" else ""
    reason = (str(error).splitlines() or ["no reason given"])[0]
    return (
        f"The numbers of this {title} tensor{where} cannot be read ({reason}). "
        "Return a tensor that holds numbers, on the CPU."
    )


def to_tensor(array: object, framework: str) -> Any:
    """Return an array as the framework's tensor, in the run's floating dtype.

    Numbers and strings are returned as they are; so is an array where the
    framework is not one of the two.
    """
    if not isinstance(array, np.ndarray):
        return array
    if np.issubdtype(array.dtype, np.floating):
        array = floating(array)
    if framework == "pytorch":
        return importlib.import_module("torch").tensor(array)
    if framework == "keras":
        return importlib.import_module("tensorflow").constant(array)
    return array.copy()
