"""What a teacher adds to the results: points and comments, a deduction for lateness, marks for words.

None of it is stored with the results. It is read from files beside them at each run, and applied where
reports are written; so it survives every regrade.
"""

from lockstep.grade.adjustments.adjusting import Adjustments, read_adjustments, refuse_unusable
from lockstep.grade.adjustments.late import keep_late

__all__ = ["Adjustments", "keep_late", "read_adjustments", "refuse_unusable"]
