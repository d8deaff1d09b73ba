"""Collecting: a folder or archive of what came back becomes one notebook for each student and lesson.

`collect(folder, scratch, read_course(root / "exercises"), read_roster(csv))` returns a `Collected`.
"""

from lockstep.grade.collect.collecting import Collected, Unreadable, collect
from lockstep.grade.collect.errors import CollectError
from lockstep.grade.collect.lessons import Course, read_course
from lockstep.grade.collect.roster import Roster, read_roster

__all__ = [
    "CollectError",
    "Collected",
    "Course",
    "Roster",
    "Unreadable",
    "collect",
    "read_course",
    "read_roster",
]
