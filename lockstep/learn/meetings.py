"""Meeting points: values on which both twins must agree."""

import math
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from lockstep.learn.arrays import NotAnArrayError, to_array
from lockstep.learn.errors import CourseError
from lockstep.learn.front_matter import front_matter
from lockstep.learn.session import (
    FRAMEWORK_TITLES,
    Session,
    current,
    framework_version,
    precision,
    strict,
)
from lockstep.learn.stored import load_arrays, save_arrays
from lockstep.learn.tolerances import ELSEWHERE, TOLERANCES, Tolerance, largest_difference

SAMPLE = (
    1000  # entries kept of a large array, spread evenly: all of them would be megabytes a lesson
)
MOST_SHAPES = 6  # more would not fit on a line


@dataclass(frozen=True)
class Outcome:
    """How a value compares with the twin's."""

    met: bool
    sentence: str


def meet(name: str, value: Any) -> None:
    """Compare a value with what the twin notebook computed here, and say so in a line.

    Parameters
    ----------
    name
        The meeting point's name, as the lesson's text lists it.
    value
        A tensor or array of either framework, a number, or a mapping of names to them.

    Raises
    ------
    CourseError
        If the lesson has no such meeting point, the value is no tensor, or, where a machine runs the
        notebook, the twins do not agree.
    """
    session = current()
    kinds = front_matter(session.folder / "lesson.md").get("meetings", {})
    if name not in kinds:
        known = ", ".join(repr(known) for known in kinds) or "none"
        raise CourseError(f"This lesson has no meeting point {name!r}. It has: {known}.")
    parts = _parts(name, value)
    recording = os.environ.get("LOCKSTEP_RECORD")
    if recording:
        _record(Path(recording), name, parts)
        return
    outcome = _compare(session, name, parts, TOLERANCES[kinds[name]])
    if strict() and not outcome.met:
        raise CourseError(outcome.sentence)
    print(outcome.sentence)


def _parts(name: str, value: Any) -> dict[str, np.ndarray]:
    values = value if isinstance(value, Mapping) else {"": value}
    try:
        return {str(key): to_array(part) for key, part in values.items()}
    except NotAnArrayError as error:
        raise CourseError(f"Meeting point {name!r}: {error}") from None


def _record(folder: Path, name: str, parts: dict[str, np.ndarray]) -> None:
    """Keep every entry for the builder, which compares the twins."""
    number = len(list(folder.glob("*.npz")))
    arrays = {f"part/{key}": array for key, array in parts.items()} | {"name": np.array(name)}
    save_arrays(folder / f"{number:03}.npz", arrays)


def sample(array: np.ndarray) -> np.ndarray:
    """Return up to `SAMPLE` entries of an array, spread evenly, in one dimension."""
    flat = array.reshape(-1)
    if flat.size <= SAMPLE:
        return flat
    return flat[np.linspace(0, flat.size - 1, SAMPLE).astype(np.int64)]


@lru_cache
def _recorded(path: Path) -> dict[str, np.ndarray]:
    return load_arrays(path) if path.exists() else {}


def _compare(
    session: Session, name: str, parts: dict[str, np.ndarray], tolerance: Tolerance
) -> Outcome:
    twin = session.twin
    recorded = _recorded(session.folder / "meetings.npz")
    title = FRAMEWORK_TITLES[twin or "pytorch"]
    prefix = f"{twin}/{name}/"
    theirs = [
        key.removeprefix(prefix + "shape/") for key in recorded if key.startswith(prefix + "shape/")
    ]
    if not theirs:
        return Outcome(
            False, f"Meeting point {name!r}: the {title} twin's values were not recorded."
        )
    if set(theirs) != set(parts):
        return Outcome(
            False,
            f"✗ {name}: the {title} twin has {_listed(theirs)} here; this notebook has {_listed(list(parts))}.",
        )
    for part, array in parts.items():
        shape = tuple(int(size) for size in recorded[f"{prefix}shape/{part}"])
        if array.shape != shape:
            return Outcome(
                False,
                f"✗ {_named(name, part)}: the shape here is {array.shape}, in the {title} twin {shape}.",
            )
    differences = {
        part: largest_difference(sample(array), recorded[f"{prefix}values/{part}"], tolerance)
        for part, array in parts.items()
    }
    return _judged(
        name, parts, differences, tolerance, elsewhere(recorded, session.framework), title
    )


def _judged(
    name: str,
    parts: dict[str, np.ndarray],
    differences: dict[str, float],
    tolerance: Tolerance,
    reason: str | None,
    title: str,
) -> Outcome:
    bound = tolerance.bound(precision()) * (ELSEWHERE if reason else 1.0)
    worst = max(differences, key=lambda part: differences[part])
    difference = differences[worst]
    kind = "largest relative difference" if tolerance.relative else "largest difference"
    allowed = f"allowed {bound:.0e}" + (f", wider because {reason}" if reason else "")
    shapes = _shapes(list(parts.values()))
    if math.isinf(bound) and math.isfinite(difference):  # a kind that is proven in float64 only
        return Outcome(
            True,
            f"≈ {name}, {shapes}:\n  {kind} to the {title} twin {difference:.0e}.\n"
            "  In float32 rounding may drive the two apart; the build proves them equal in float64.",
        )
    if difference <= bound and math.isfinite(difference):
        same = "exactly the same as" if difference == 0 else "the same as"
        # A line of its own: a narrow window would break it inside a number.
        detail = "" if difference == 0 else f"\n  {kind} {difference:.0e}, {allowed}."
        return Outcome(True, f"✓ {name}, {shapes}: {same} in the {title} twin.{detail}")
    return Outcome(
        False,
        f"✗ {_named(name, worst)}: not what the {title} twin has.\n  {kind} {difference:.0e}, {allowed}.\n"
        "  Restart the kernel and run all cells: a cell that was changed, left out or run twice shows here.",
    )


def _shapes(arrays: list[np.ndarray]) -> str:
    """Return the arrays' shapes in words that fit on a line."""
    if len(arrays) > 1 and not any(array.ndim for array in arrays):
        return f"{len(arrays)} numbers"
    if len(arrays) > MOST_SHAPES:
        return f"{len(arrays)} arrays"
    return ", ".join(str(array.shape) if array.ndim else "a number" for array in arrays)


def _named(name: str, part: str) -> str:
    return f"{name}, {part}" if part else name


def _listed(names: list[str]) -> str:
    return ", ".join(name or "one value" for name in names)


def surroundings(framework: str) -> dict[str, str]:
    """Return what the last bits of a result depend on: the framework's version, processor, device."""
    found = {framework: framework_version(framework), "processor": _processor()}
    torch = sys.modules.get("torch")
    found["device"] = "cpu"
    if framework == "pytorch" and torch is not None and torch.get_default_device().type != "cpu":
        found["device"] = torch.get_default_device().type
    tensorflow = sys.modules.get("tensorflow")
    if (
        framework == "keras"
        and tensorflow is not None
        and tensorflow.config.list_logical_devices("GPU")
    ):
        found["device"] = "gpu"
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(
            line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        return f"{platform.system()} {platform.processor() or platform.machine()}"


def elsewhere(recorded: dict[str, np.ndarray], framework: str | None) -> str | None:
    """Return in words how this machine differs from the one that recorded; None where it does not."""
    for key, here in surroundings(framework or "pytorch").items():
        there = str(recorded.get(f"recorded with/{key}", here))
        if here != there:
            title = FRAMEWORK_TITLES.get(key, f"the {key}")
            return f"{title} is {here} here and was {there} for the recording"
    return None
