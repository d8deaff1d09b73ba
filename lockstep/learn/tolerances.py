"""How closely the twins must agree at each kind of meeting point.

The bounds are ten times what the worst of 10 to 20 seeds needed, with one and two threads and with
TensorFlow's oneDNN on and off, on torch 2.13 and Keras 3.15. A bound is tightened where a lesson
holds more; it is never loosened without the cause having been found.
"""

from dataclasses import dataclass

import numpy as np

ELSEWHERE = 100.0  # how much wider a bound is on another version, device or processor


@dataclass(frozen=True)
class Tolerance:
    """The largest difference allowed in each precision.

    `relative` differences are divided by the twin's largest entry.
    """

    float32: float
    float64: float
    relative: bool

    def bound(self, precision: str) -> float:
        """Return the bound for "float32" or "float64"."""
        return self.float64 if precision == "float64" else self.float32


# In float32 nothing is promised: rounding flips a ReLU, and training enlarges it.
INFINITE = float("inf")

TOLERANCES = {
    "exact": Tolerance(0.0, 0.0, relative=False),
    "initial weights": Tolerance(0.0, 0.0, relative=False),
    "values": Tolerance(1e-5, 1e-12, relative=True),
    "logits": Tolerance(1e-5, 1e-12, relative=True),
    "loss": Tolerance(1e-5, 1e-12, relative=True),
    "gradient": Tolerance(1e-4, 1e-10, relative=True),
    "loss curve": Tolerance(1e-5, 1e-8, relative=True),
    "weights after 10 steps": Tolerance(1e-5, 1e-12, relative=False),
    "weights after 100 steps": Tolerance(1e-5, 1e-9, relative=False),
    "weights after 500 steps": Tolerance(1e-5, 1e-8, relative=False),
    "accuracy": Tolerance(0.02, 0.0, relative=False),
    # What runtimes compute that know four-byte numbers only, whatever the run's precision is.
    "single precision": Tolerance(1e-5, 1e-5, relative=True),
    "gradient, float64 only": Tolerance(INFINITE, 1e-10, relative=True),
    "loss curve, float64 only": Tolerance(INFINITE, 1e-8, relative=True),
    "weights, float64 only": Tolerance(INFINITE, 1e-9, relative=False),
    # Keras 3.15 on PyTorch computes matrix products in float32 in every precision: its `result_type` makes
    # float32 of float64 (keras/src/backend/common/dtypes.py). So float64 proves no more than float32 does.
    "loss curve, Keras on PyTorch": Tolerance(1e-5, 1e-5, relative=True),
    "weights, Keras on PyTorch": Tolerance(1e-5, 1e-5, relative=False),
}


def largest_difference(value: np.ndarray, twin: np.ndarray, tolerance: Tolerance) -> float:
    """Return how far `value` is from the twin's; infinity where one of them is not a number.

    Parameters
    ----------
    value, twin
        Arrays of the same shape.
    tolerance
        Says whether the difference is taken relative to the twin's largest entry.
    """
    if twin.size == 0:
        return 0.0
    value, twin = value.astype(np.float64), twin.astype(np.float64)
    if not (np.isfinite(value).all() and np.isfinite(twin).all()):
        return float("inf")
    difference = float(np.abs(value - twin).max())
    largest = float(np.abs(twin).max())
    return difference / largest if tolerance.relative and largest > 0 else difference
