"""Arrays on disk: the one form in which twins, the builder and the checks hand values on."""

from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]


def save_arrays(path: Path, arrays: Arrays) -> None:
    """Write arrays into an .npz file, which comes out the same to the byte for the same arrays."""
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]  # numpy's stub: a key may be allow_pickle


def load_arrays(path: Path) -> Arrays:
    """Return the arrays of an .npz file; none that would need pickle.

    Raises
    ------
    OSError, ValueError
        If the file is missing or damaged.
    """
    with np.load(path, allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}
