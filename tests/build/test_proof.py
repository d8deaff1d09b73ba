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


MUTATIONS = {
    "learning rate times 1.01": (
        r"(def train\(network.*?lr=learning_rate)\)",
        r"\1 * 1.01)",
        "Meeting point 'loss over 500 steps': the twins differ by",
    ),
    "a bias left out": (
        r"return self\.output\(hidden\)",
        "return self.output(hidden) - self.output.bias",
        "Meeting point 'gradients': output biases: the twins differ by",
    ),
    "a weight transposed": (
        r"torch\.tensor\(array\.T\)\)\n\ndef weights_of",
        "torch.tensor(array.reshape(array.T.shape)))\n\ndef weights_of",
        "Meeting point 'initial weights': hidden weights: the twins differ by",
    ),
    "two batches swapped": (
        r"images = batches\.reshape\(-1\)",
        "images = batches[[1, 0, *range(2, len(batches))]].reshape(-1)",
        "Meeting point 'loss over 500 steps': the twins differ by",
    ),
    "a meeting point left out": (
        r'(loss = loss_function\(labels, logits\)\nprint\([^\n]*\)\n)meet\("loss", loss\)\n',
        r"\1",
        "The Keras twin never reaches the meeting point 'loss'",
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_what_is_done_to_one_twin_turns_the_build_red(built, mutation):
    pattern, replacement, sentence = MUTATIONS[mutation]
    done = mutated(built, pattern, replacement)
    assert done.returncode == 1
    assert f"lessons/{NAME}/lesson.md:" in done.stderr
    assert sentence in done.stderr, done.stderr


def test_the_twins_as_they_are_stay_green(built):
    assert build(built).returncode == 0
