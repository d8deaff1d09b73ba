"""`slider(...)`: a picture that follows a slider; drawn in Python, once for each value."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lockstep.learn.errors import CourseError
from lockstep.learn.widgets.picture_widget import (
    Control,
    PictureWidget,
    refuse_what_cannot_be_called,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def slider(
    draw: "Callable[[Any], Figure]",
    label: str,
    values: Sequence[Any],
    start: Any = None,
    describe: Callable[[Any], str] | None = None,
) -> "Slider":
    """Return a slider over `values` with the picture that `draw` makes of the chosen one.

    Parameters
    ----------
    draw : callable
        Takes a value, returns a Matplotlib figure.
    label : str
        What the slider sets.
    values : sequence
        What it can be set to.
    start
        The value at first; the first one where it is not given.
    describe : callable, optional
        Takes a value, returns in words what the picture shows, for whoever cannot see it.

    Raises
    ------
    CourseError
        If there is no value, or `start` is not among them.
    """
    refuse_what_cannot_be_called("slider", draw, describe)
    choices = list(values)
    if not choices:
        raise CourseError("slider(..., values): there must be at least one value.")
    if start is not None and start not in choices:
        raise CourseError(f"slider(..., start={start!r}): that is not one of the values.")
    first = 0 if start is None else choices.index(start)
    return Slider(draw, label, choices, first, describe)


class Slider(PictureWidget):
    """A slider and its picture; made by `slider`."""

    _name = "slider"
    _invitation = "Run this cell to move the slider."

    def __init__(
        self,
        draw: "Callable[[Any], Figure]",
        label: str,
        values: list[Any],
        first: int,
        describe: Callable[[Any], str] | None,
    ) -> None:
        control = Control("range", label, values)
        super().__init__(draw, [control], first, describe, {**control.spec(), "first": first})
