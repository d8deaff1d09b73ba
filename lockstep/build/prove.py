"""The proof of the pair: both twins' values at each meeting point, compared in both precisions."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lockstep.build.errors import LessonError
from lockstep.build.lesson import Lesson
from lockstep.learn.meetings import sample, surroundings
from lockstep.learn.session import FRAMEWORK_TITLES
from lockstep.learn.stored import load_arrays, save_arrays
from lockstep.learn.tolerances import TOLERANCES, largest_difference

PRECISIONS = ("float32", "float64")

Parts = dict[str, np.ndarray]
Recording = dict[str, Parts]  # by meeting point


@dataclass(frozen=True)
class Row:
    """One line of the table: a meeting point in one precision."""

    meeting: str
    precision: str
    difference: float
    bound: float


def read_recording(folder: Path) -> Recording:
    """Return what one twin passed to `meet`, in order.

    Raises
    ------
    ValueError
        If a meeting point was reached twice.
    """
    recording: Recording = {}
    for path in sorted(folder.glob("*.npz")):
        stored = load_arrays(path)
        name = str(stored.pop("name"))
        if name in recording:
            raise ValueError(f"the meeting point {name!r} is reached twice")
        recording[name] = {key.removeprefix("part/"): value for key, value in stored.items()}
    return recording


def compare(lesson: Lesson, recordings: dict[str, Recording], precision: str) -> list[Row]:
    """Compare both twins at every meeting point of one run.

    Parameters
    ----------
    lesson
        Says which meeting points there are, and of what kind.
    recordings
        Each twin's values.
    precision
        "float32" or "float64".

    Raises
    ------
    LessonError
        At the first meeting point that only one twin reached, or at which the twins differ in
        shape or by more than the bound.
    """
    return [_compare_one(lesson, name, recordings, precision) for name in lesson.meetings]


def _compare_one(
    lesson: Lesson, name: str, recordings: dict[str, Recording], precision: str
) -> Row:
    for framework, recording in recordings.items():
        if name not in recording:
            raise _differ(lesson, name, f"the {FRAMEWORK_TITLES[framework]} twin never reached it")
    pytorch, keras = (recordings[framework][name] for framework in FRAMEWORK_TITLES)
    if set(pytorch) != set(keras):
        raise _differ(
            lesson, name, f"PyTorch has the parts {sorted(pytorch)}, Keras has {sorted(keras)}"
        )
    tolerance = TOLERANCES[lesson.meetings[name]]
    bound = tolerance.bound(precision)
    worst = 0.0
    for part in pytorch:
        mine, theirs = pytorch[part], keras[part]
        where = f"{part}: " if part else ""
        if mine.shape != theirs.shape:
            raise _differ(
                lesson, name, f"{where}PyTorch has shape {mine.shape}, Keras has {theirs.shape}"
            )
        _refuse_other_dtype(lesson, name, (mine, theirs), precision)
        difference = largest_difference(mine, theirs, tolerance)
        if not (difference <= bound and math.isfinite(difference)):
            raise _differ(
                lesson,
                name,
                f"{where}the twins differ by {difference:.1e} in {precision}; allowed is {bound:.0e}",
            )
        worst = max(worst, difference)
    return Row(name, precision, worst, bound)


def _refuse_other_dtype(
    lesson: Lesson, name: str, arrays: tuple[np.ndarray, np.ndarray], precision: str
) -> None:
    """Refuse a float64 run that has float32 in it: it would prove nothing."""
    for framework, array in zip(FRAMEWORK_TITLES, arrays, strict=True):
        if precision == "float64" and array.dtype == np.float32:
            title = FRAMEWORK_TITLES[framework]
            raise _differ(
                lesson,
                name,
                f"{title} has float32 in the float64 run: let dtypes follow the data's",
            )


def _differ(lesson: Lesson, name: str, reason: str) -> LessonError:
    lines = lesson.meeting_lines("pytorch") | lesson.meeting_lines("keras")
    return LessonError(lesson.text.path, lines.get(name, 1), f"Meeting point {name!r}: {reason}.")


def write_meetings(
    path: Path, recordings: dict[str, Recording], rows: list[Row], fingerprint: str
) -> None:
    """Write `meetings.npz`: what a notebook compares with, and what the table says.

    Parameters
    ----------
    path
        The file to write.
    recordings
        Each twin's float32 values. Of a large array an even sample is kept, and its shape.
    rows
        The table.
    fingerprint
        What the values were recorded from.
    """
    arrays: dict[str, np.ndarray] = {
        "fingerprint": np.array(fingerprint),
        "table": np.array(json.dumps([vars(row) for row in rows])),
    }
    for framework, recording in recordings.items():
        for name, parts in recording.items():
            for part, array in parts.items():
                arrays[f"{framework}/{name}/shape/{part}"] = np.array(array.shape, dtype=np.int64)
                arrays[f"{framework}/{name}/values/{part}"] = sample(array)
        for key, value in surroundings(framework).items():
            arrays[f"recorded with/{key}"] = np.array(value)
    save_arrays(path, arrays)


def read_table(path: Path) -> list[Row]:
    """Return the table that the build wrote into `meetings.npz`."""
    return [Row(**row) for row in json.loads(str(load_arrays(path)["table"]))]
