"""Which engine runs students' code here."""

import sys
from pathlib import Path

from lockstep.grade.engine import Engine
from lockstep.grade.sandbox import Limits


def start_engine(
    name: str | None, lessons: Path, limits: Limits, *, sandbox: bool, folder: Path | None = None
) -> Engine:
    """Return an engine.

    Parameters
    ----------
    name
        "fork" or "nbval"; None for the fastest that this system has.
    lessons
        The folder of what a student's process may read of the lessons.
    limits
        What each student's process may use up.
    sandbox
        Whether each is shut in.
    folder
        Where its own folder is made; None for where the system keeps such.

    Raises
    ------
    EngineError
        If it cannot be had here.
    """
    # Late: the one exists on Linux alone, the other brings Jupyter.
    if (name or default_engine()) == "fork":
        from lockstep.grade.forking import ForkEngine

        return ForkEngine(lessons, limits, sandbox=sandbox, folder=folder)
    from lockstep.grade.portable import NbvalEngine

    return NbvalEngine(lessons, limits, sandbox=sandbox, folder=folder)


def default_engine() -> str:
    """Return the name of the fastest engine that this system has."""
    return "fork" if sys.platform == "linux" else "nbval"
