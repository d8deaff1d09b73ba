"""The course's data: each loader names its source and licence."""

import hashlib
import http.client
import io
import operator
import os
import time
import urllib.request
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lockstep.learn import journal
from lockstep.learn.errors import CourseError
from lockstep.learn.session import floating

SMALLEST_SIZE, LARGEST_SIZE = 8, 64
TRAIN_COUNT = 1440
SHUFFLE_SEED = 2026

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
SILENCE_SECONDS = 10
FETCH_SECONDS = 180
LARGEST_DOWNLOAD = 64 * 2**20

# What NumPy raises for a file that is not the archive it should be.
BROKEN = (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


class Digits(NamedTuple):
    """Handwritten digits: images of shape (count, height, width) from 0 to 1, labels 0 to 9."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


class Diabetes(NamedTuple):
    """People with diabetes: inputs of shape (442, 10) with their names, targets of shape (442,)."""

    names: list[str]
    inputs: np.ndarray
    targets: np.ndarray


def digits(size: int = 28) -> Digits:
    """Return 1,797 handwritten digits in a fixed random order, 1,440 of them to train on.

    Source: E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits* (1998), UCI
    Machine Learning Repository, https://doi.org/10.24432/C50P49; the test part, which
    scikit-learn carries. Licence: CC BY 4.0. The images are 8 by 8 with the grey levels 0 to 16;
    here they are scaled to 0 to 1 and enlarged by linear interpolation.

    Parameters
    ----------
    size : int
        Height and width of an image, 8 to 64.

    Raises
    ------
    CourseError
        If `size` is something else.
    """
    size = _checked_size(size)
    from scipy.ndimage import zoom  # slow to import; not every lesson needs it
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(SHUFFLE_SEED).permutation(len(images))
    images = images.reshape(-1, 8, 8)[order] / 16
    labels = labels[order].astype(np.int64)
    if size != 8:
        scale = (1, size / 8, size / 8)
        images = zoom(images, scale, order=1, mode="nearest", grid_mode=True)
    images = floating(images.clip(0, 1))
    return Digits(
        images[:TRAIN_COUNT], labels[:TRAIN_COUNT], images[TRAIN_COUNT:], labels[TRAIN_COUNT:]
    )


def _checked_size(size: object) -> int:
    try:
        number = -1 if isinstance(size, bool) else operator.index(size)  # type: ignore[arg-type]
    except TypeError:
        number = -1
    if not SMALLEST_SIZE <= number <= LARGEST_SIZE:
        raise CourseError(
            f"digits(size): a whole number from {SMALLEST_SIZE} to {LARGEST_SIZE}, not {size!r}."
        )
    return number


def diabetes() -> Diabetes:
    """Return ten measurements of 442 people with diabetes, and how their illness went on.

    Source: B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, *Least Angle Regression*, Annals
    of Statistics 32 (2004), 407-499; the file that scikit-learn carries, under its BSD licence,
    https://scikit-learn.org/stable/datasets/toy_dataset.html#diabetes-dataset. The numbers are as
    they were measured, in the file's order.
    """
    from sklearn.datasets import load_diabetes  # slow to import; not every lesson needs it

    people = load_diabetes(scaled=False)
    return Diabetes(people.feature_names, floating(people.data), floating(people.target))


def mnist() -> Digits:
    """Return the 70,000 digits of MNIST; where they cannot be fetched, say so and use `digits()`.

    Source: Y. LeCun, C. Cortes and C. J. C. Burges, *The MNIST database of handwritten digits*
    (1998), http://yann.lecun.com/exdb/mnist/, in the file that Keras's examples use. Licence:
    CC BY-SA 3.0. 11 MB are fetched once, checked, and kept beside the learner's progress.
    ``LOCKSTEP_MNIST_URL`` names another address that has `mnist.npz`, and
    ``LOCKSTEP_MNIST_SHA256`` the checksum of the file there.
    """
    try:
        return _unpacked(_kept() or _fetched())
    except (OSError, http.client.HTTPException, *BROKEN) as error:
        reason = str(error) or type(error).__name__
        print(f"MNIST could not be fetched ({reason}): 1,797 smaller digits are used instead.")
        return digits(28)


def _file() -> Path:
    return journal.folder() / "mnist.npz"


def _is_whole(content: bytes) -> bool:
    wanted = os.environ.get("LOCKSTEP_MNIST_SHA256", MNIST_SHA256)
    return hashlib.sha256(content).hexdigest() == wanted


def _kept() -> bytes | None:
    """Return the file as it was fetched earlier; None where it is missing or broken."""
    try:
        content = _file().read_bytes()
    except OSError:
        return None
    return content if _is_whole(content) else None


def _fetched() -> bytes:
    """Return the file from the network, and keep it where that is possible."""
    print("Fetching MNIST, 11 MB, once ...", flush=True)
    content = _download(os.environ.get("LOCKSTEP_MNIST_URL", MNIST_URL).rstrip("/") + "/mnist.npz")
    if not _is_whole(content):
        raise ValueError("the file that came is not the one that was expected")
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        fresh = _file().with_suffix(f".{os.getpid()}")
        fresh.write_bytes(content)
        os.replace(fresh, _file())
    except OSError:
        pass  # fetched again next time
    return content


def _download(url: str) -> bytes:
    """Return what lies at `url`; raise OSError where it comes too slowly or never ends."""
    deadline = time.monotonic() + FETCH_SECONDS
    content = bytearray()
    with urllib.request.urlopen(url, timeout=SILENCE_SECONDS) as answer:
        while part := answer.read1(2**16):
            content += part
            if time.monotonic() > deadline:
                raise TimeoutError("the network is too slow")
            if len(content) > LARGEST_DOWNLOAD:
                raise ValueError("the file is far too large")
    return bytes(content)


def _unpacked(content: bytes) -> Digits:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return Digits(
            floating(arrays["x_train"]) / 255,
            arrays["y_train"].astype(np.int64),
            floating(arrays["x_test"]) / 255,
            arrays["y_test"].astype(np.int64),
        )
