"""A fork: one command points every badge and link at it, and nothing has to be executed again."""

import os
import shutil
import subprocess
import sys

from lockstep.repository import SLUG
from tests.conftest import ROOT

PARTS = ["lockstep", "lessons", "notebooks", "exercises", "solutions", "side_by_side", "docs"]


def test_a_fork_is_whole_after_one_command(tmp_path):
    for part in PARTS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, tmp_path / part, ignore=ignored)
    for path in ROOT.glob("*.md"):
        shutil.copy(path, tmp_path)
    done = lockstep(tmp_path, "set-repo", "someone/else")
    assert done.returncode == 0, done.stderr
    texts = [*tmp_path.rglob("*.md"), *tmp_path.rglob("*.py"), *tmp_path.rglob("*.ipynb")]
    assert [path.name for path in texts if SLUG in path.read_text(encoding="utf-8")] == []
    done = lockstep(tmp_path, "build", "--check")
    assert done.returncode == 0, done.stderr
    assert lockstep(tmp_path, "set-repo", "someone/else").stdout == "Nothing to change.\n"


def test_a_slug_that_is_none_is_refused(tmp_path):
    (tmp_path / "lessons").mkdir()
    done = lockstep(tmp_path, "set-repo", "https://github.com/a/b")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def lockstep(root, *arguments):
    environment = os.environ | {"PYTHONPATH": str(root if (root / "lockstep").exists() else ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "lockstep.cli", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
