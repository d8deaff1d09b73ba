"""What a teacher gets from the results: a gradebook, a picture of the class, a page for each student."""

from lockstep.grade.reports.class_page import write_class_page
from lockstep.grade.reports.feedback import write_feedback
from lockstep.grade.reports.gradebook import write_gradebook

__all__ = ["write_class_page", "write_feedback", "write_gradebook"]
