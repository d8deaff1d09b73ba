"""Which lesson this kernel is in: set once by `start`, read by everything else."""

import importlib
import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from lockstep.learn.errors import CourseError
from lockstep.lessons import lesson_names, lessons_folder

FRAMEWORK_TITLES = {"pytorch": "PyTorch", "keras": "Keras"}
PACKAGES = {"pytorch": "torch", "keras": "keras"}


@dataclass(frozen=True)
class Session:
    """The lesson and framework that the notebook's first cell named."""

    lesson: str
    framework: str | None

    @property
    def folder(self) -> Path:
        """The lesson's folder."""
        return lessons_folder() / self.lesson

    @property
    def notebook(self) -> str:
        """The name of this lesson's notebooks, without the folder and the ending."""
        return f"{self.lesson}_{self.framework}" if self.framework else self.lesson

    @property
    def twin(self) -> str | None:
        """The other framework; None in a lesson without a pair."""
        others = [name for name in FRAMEWORK_TITLES if name != self.framework]
        return others[0] if self.framework else None


_current: Session | None = None


def current() -> Session:
    """Return the session that `start` began.

    Raises
    ------
    CourseError
        If the notebook's first cell was not run.
    """
    if _current is None:
        raise CourseError("Run the notebook's first code cell first: it says which lesson this is.")
    return _current


def framework_version(framework: str) -> str:
    """Return the installed version, without the part that names a build (`+cpu`)."""
    return version(PACKAGES[framework]).split("+")[0]


def precision() -> str:
    """Return the run's floating dtype: float32, or float64 where the builder asks for its proof."""
    return os.environ.get("LOCKSTEP_PRECISION", "float32")


def strict() -> bool:
    """Say whether a machine runs the notebook, so that wrong and blank answers must raise."""
    return bool(os.environ.get("LOCKSTEP_STRICT") or os.environ.get("NBGRADER_EXECUTION"))


def begin(lesson: str, framework: str | None) -> Session:
    """Remember which lesson this kernel is in, and set the framework's floating dtype.

    Raises
    ------
    CourseError
        If there is no such lesson or framework, or the framework is not installed.
    """
    global _current
    if lesson not in lesson_names():
        known = ", ".join(lesson_names())
        raise CourseError(f"There is no lesson {lesson!r}. There are: {known}.")
    if framework is not None and framework not in FRAMEWORK_TITLES:
        raise CourseError(f"There is no framework {framework!r}: say 'pytorch' or 'keras'.")
    if framework:
        _prepare(framework)
    _current = Session(lesson, framework)
    return _current


def _prepare(framework: str) -> None:
    """Import the framework quietly and set the dtype of what it makes."""
    # TensorFlow writes pages of notices on start; oneDNN off makes its sums the same everywhere.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    try:
        if framework == "pytorch":
            torch = importlib.import_module("torch")
            torch.set_default_dtype(getattr(torch, precision()))
        else:
            _import_keras()
    except ImportError as error:
        raise CourseError(
            f"{FRAMEWORK_TITLES[framework]} is not installed here ({error}). In a checkout of the "
            "course run `make lab` (on Windows: `python lab.py`), which installs it."
        ) from None


def _import_keras() -> None:
    """Import Keras on TensorFlow, whatever ~/.keras/keras.json or the environment says."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    config = importlib.import_module("keras").config
    if config.backend() != "tensorflow":
        raise CourseError(
            f"Keras was imported before this cell and computes with {config.backend()} here, but this notebook needs "
            "TensorFlow. Restart the kernel, and run this cell first."
        )
    config.set_floatx(precision())


def user_namespace() -> dict[str, object]:
    """Return the notebook's own names; an empty dict outside IPython."""
    ipython = importlib.import_module("IPython").get_ipython()
    return {} if ipython is None else ipython.user_ns


def floating(array: np.ndarray) -> np.ndarray:
    """Return `array` with the run's floating dtype."""
    return array.astype(precision())
