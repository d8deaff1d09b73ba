"""What a teacher gets from the results: a gradebook, and a page of feedback for each student."""

from lockstep.grade.reports.feedback import write_feedback
from lockstep.grade.reports.gradebook import write_gradebook

__all__ = ["write_feedback", "write_gradebook"]
