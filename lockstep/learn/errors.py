"""The one error that a learner sees: a sentence that says what to do, and no traceback."""


class CourseError(Exception):
    """A sentence for the learner. IPython shows it alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython prints in place of a traceback."""
        return [str(self)]
