"""Grades as a school's system takes them in: Moodle, Canvas and nbgrader."""

from lockstep.grade.reports.lms.moodle import Participant
from lockstep.grade.reports.lms.writing import Class, write_lms

__all__ = ["Class", "Participant", "write_lms"]
