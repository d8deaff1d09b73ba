"""The proof, proven: whatever is done to one twin of 04_simple_net turns the build red."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

NAME = "04_simple_net"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a course of this one lesson, whose twins' values are recorded once for all tests."""
    root = tmp_path_factory.mktemp("proof")
    shutil.copytree(ROOT / "lessons" / NAME, root / "lessons" / NAME)
    (root / "lessons" / NAME / "meetings.npz").unlink(missing_ok=True)
    for role in ("notebooks", "exercises", "solutions"):
        (root / role).mkdir()
        for path in (ROOT / role).glob(f"{NAME}*.ipynb"):
            shutil.copy(path, root / role)
    done = build(root)
    assert done.returncode == 0, done.stderr
    assert "the twins agree" in done.stdout
    return root


def build(root):
    command = [sys.executable, "-m", "lockstep.cli", "build", "--root", str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def mutated(root, pattern, replacement):
    """Change one twin's code, build, and put it back."""
    path = root / "lessons" / NAME / "lesson.md"
    text = path.read_text(encoding="utf-8")
    changed, count = re.subn(pattern, replacement, text, count=1, flags=re.DOTALL)
    assert count == 1, "the lesson no longer has the line that this test changes"
    path.write_text(changed, encoding="utf-8")
    try:
        return build(root)
    finally:
        path.write_text(text, encoding="utf-8")
