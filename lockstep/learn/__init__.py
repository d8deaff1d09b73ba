"""What a notebook of the course imports."""

from lockstep.learn import data
from lockstep.learn.checking import check
from lockstep.learn.checkpoints import checkpoint
from lockstep.learn.handing_in import submit
from lockstep.learn.helping import hint, reset, solution
from lockstep.learn.meetings import meet
from lockstep.learn.picture import progress
from lockstep.learn.recording import record, recorded
from lockstep.learn.starting import start
from lockstep.learn.widgets.explore import explore
from lockstep.learn.widgets.slider import slider

__all__ = [
    "check",
    "checkpoint",
    "data",
    "explore",
    "hint",
    "meet",
    "progress",
    "record",
    "recorded",
    "reset",
    "slider",
    "solution",
    "start",
    "submit",
]
