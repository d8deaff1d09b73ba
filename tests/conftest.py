"""What all tests share: a course of their own, and no trace in the person's own progress."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lockstep import __version__

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Keep progress in a folder of the test's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LOCKSTEP_HOME", str(folder))
    for name in ("LOCKSTEP_STRICT", "LOCKSTEP_RECORD", "LOCKSTEP_PRECISION", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Return an empty course; kernels and this process read its lessons."""
    root = tmp_path / "course"
    (root / "lessons").mkdir(parents=True)
    monkeypatch.setenv("LOCKSTEP_LESSONS", str(root / "lessons"))
    return root


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Return the wheel that a notebook on Colab installs, built as `make wheel` does."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder / f"lockstep-{__version__}-py3-none-any.whl"


def run_python(code: str, **environment: str) -> str:
    """Run code in a process of its own, where a framework may be imported, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
