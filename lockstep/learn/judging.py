"""Comparing what an answer returned with what is right and with what each mistake returns."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lockstep.learn.answering import Results
from lockstep.learn.stored import load_arrays

NUMBERS = "biuf"  # truth values, integers and floats, as NumPy names their kinds
MOST_NAMED = 6  # results; of more the number is told
LARGEST_PRINTED = 12  # entries; of a larger array the worst entry is named


@dataclass
class RecordedCase:
    """One public case as the build recorded it."""

    title: str
    inputs: dict[str, Any] = field(default_factory=dict)
    expected: Results = field(default_factory=dict)
    mistakes: dict[str, Results] = field(default_factory=dict)


def load_recorded(path: Path, exercise: str) -> list[RecordedCase]:
    """Return the public cases of `exercise` that the build wrote into `checks.npz`."""
    stored = load_arrays(path)
    cases = [RecordedCase(str(title)) for title in stored[f"{exercise}/titles"]]
    for key, array in stored.items():
        name, _, rest = key.partition("/")
        number, _, rest = rest.partition("/")
        if name == exercise and number.isdigit():
            _put(cases[int(number)], rest, array)
    return cases


def _put(case: RecordedCase, key: str, array: np.ndarray) -> None:
    role, _, name = key.partition("/")
    if role == "inputs":
        case.inputs[name] = array if array.ndim else array.item()
    elif role == "expected":
        case.expected[name] = array
    else:
        mistake, _, part = name.partition("/")
        case.mistakes.setdefault(mistake, {})[part] = array


def same(results: Results, expected: Results, tolerance: float) -> bool:
    """Say whether results agree: same names, same shapes, and every entry close.

    The difference allowed is `tolerance` times the largest expected entry. NaN equals NaN, so that
    a mistake which overflows is recognised.
    """
    return results.keys() == expected.keys() and all(
        results[key].shape == expected[key].shape and _close(results[key], expected[key], tolerance)
        for key in expected
    )


def _close(result: np.ndarray, expected: np.ndarray, tolerance: float) -> bool:
    if result.dtype.kind not in NUMBERS or expected.dtype.kind not in NUMBERS:
        return bool(np.array_equal(result, expected))
    result, expected = result.astype(np.float64), expected.astype(np.float64)
    finite = np.abs(expected[np.isfinite(expected)])
    scale = finite.max() if finite.size and finite.max() > 0 else 1.0
    return bool(np.allclose(result, expected, rtol=0, atol=tolerance * scale, equal_nan=True))


def recognise(answers: list[Results], cases: list[RecordedCase], tolerance: float) -> str | None:
    """Return the name of the mistake whose results these are in every case, or None."""
    for name in cases[0].mistakes:
        if all(
            same(results, case.mistakes[name], tolerance)
            for results, case in zip(answers, cases, strict=True)
        ):
            return name
    return None


@dataclass(frozen=True)
class Verdict:
    """What came of comparing an answer's results with what is right.

    Parameters
    ----------
    failed
        The numbers of the cases that are wrong, counted from 0; none where all is right.
    mistake
        The name of the mistake that it looks like, if one is recognised.
    sentence, values
        The first wrong case: its title and where it differs; the values where they fit.
    """

    failed: tuple[int, ...] = ()
    mistake: str | None = None
    sentence: str = ""
    values: str = ""


def compare(answers: list[Results], cases: list[RecordedCase], tolerance: float) -> Verdict:
    """Compare what an answer returned in each case with what is right and what mistakes return."""
    failed = tuple(
        number
        for number, (results, case) in enumerate(zip(answers, cases, strict=True))
        if not same(results, case.expected, tolerance)
    )
    if not failed:
        return Verdict()
    results, case = answers[failed[0]], cases[failed[0]]
    difference = describe_difference(results, case.expected, tolerance)
    sentence = f"Case: {case.title}. {difference.sentence}".strip()
    return Verdict(failed, recognise(answers, cases, tolerance), sentence, difference.values)


@dataclass(frozen=True)
class Difference:
    """Where results are not what was expected: a sentence, and the values where they fit."""

    sentence: str
    values: str = ""


def describe_difference(results: Results, expected: Results, tolerance: float) -> Difference:
    """Return the first part in which results differ from what was expected."""
    if results.keys() != expected.keys():
        return Difference(f"Expected {_names(expected)}; got {_names(results)}.")
    for key, right in expected.items():
        part = "" if key == "result" else f" for {key}"
        result = results[key]
        if result.shape != right.shape:
            return Difference(f"Expected shape {right.shape}{part}; got shape {result.shape}.")
        if result.dtype.kind not in NUMBERS and right.dtype.kind in NUMBERS:
            return Difference(f"Expected numbers{part}; got values of the type {result.dtype}.")
        if not _close(result, right, tolerance):
            return _values(result, right, part)
    return Difference("The difference is too small to print.")


def _names(results: Results) -> str:
    if len(results) > MOST_NAMED:
        return f"{len(results)} results"
    return "one result" if results.keys() == {"result"} else ", ".join(results)


def _values(result: np.ndarray, expected: np.ndarray, part: str) -> Difference:
    explained = _not_a_number(result, expected)
    if expected.size <= LARGEST_PRINTED:
        values = f"expected{part}\n{_printed(expected)}\n\ngot\n{_printed(result)}"
        return Difference(explained, values)
    difference = np.abs(result.astype(np.float64) - expected.astype(np.float64))
    worst = np.argmax(np.where(np.isnan(difference), np.inf, difference))
    where = np.unravel_index(int(worst), difference.shape)
    place = ", ".join(str(int(index)) for index in where)
    sentence = f"Expected{part} at [{place}]: {expected[where]:.6g}. Got: {result[where]:.6g}."
    return Difference(f"{sentence} {explained}".strip())


def _printed(array: np.ndarray) -> str:
    return np.array2string(array, precision=4, suppress_small=True, separator=", ")


def _not_a_number(result: np.ndarray, expected: np.ndarray) -> str:
    if result.dtype.kind == "f" and np.isnan(result).any() and not np.isnan(expected).any():
        return (
            'nan means "not a number": somewhere infinity was divided by infinity, '
            "0 by 0, or a logarithm was taken of a negative number."
        )
    return ""
