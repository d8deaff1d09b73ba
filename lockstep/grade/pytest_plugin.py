"""`pytest --lockstep-grade SUBMISSION.ipynb …`: a submission's cells and exercises as nbval's items.

Each file becomes one nbval file: an item for each code cell of the restored notebook, which fails if
the cell raised or ended the process, and an item for each exercise, which passes if the answer is
right and otherwise fails with what the student would be told; "not attempted" is a failure too. Where
nothing was attempted the cells are skipped. The verdict is made here, in pytest's process, and never
in the kernel.

This module is loaded by every pytest that finds Lockstep installed, so it imports nothing but pytest.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lockstep.grade.pytest_items import Grader

GRADER: pytest.StashKey["Grader"] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("lockstep", "Grading submissions of Lockstep's exercises")
    group.addoption(
        "--lockstep-grade", action="store_true", help="Grade the notebooks, with nbval's kernels"
    )
    group.addoption(
        "--lockstep-seed", type=int, help="Seed of the hidden cases; drawn for each run otherwise"
    )
    group.addoption(
        "--lockstep-time-limit",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="For one cell or answer",
    )
    group.addoption(
        "--lockstep-no-sandbox",
        action="store_true",
        help="Run students' code unprotected: it sees your files and the network",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a notebook as a submission."""
    if not parent.config.option.lockstep_grade or file_path.suffix != ".ipynb":
        return None
    from lockstep.grade.pytest_items import Grader, SubmissionFile

    if GRADER not in parent.config.stash:
        parent.config.stash[GRADER] = Grader.of(parent.config.option)
    file: SubmissionFile = SubmissionFile.from_parent(parent, path=file_path)
    file.grader = parent.config.stash[GRADER]
    return file


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the engine."""
    if GRADER in config.stash:
        config.stash[GRADER].close()
