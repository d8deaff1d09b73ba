"""`explore(...)`: a picture that follows several controls; drawn once for each combination."""

from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

from lockstep.learn.errors import CourseError
from lockstep.learn.widgets.picture_widget import (
    Control,
    Describe,
    Draw,
    PictureWidget,
    refuse_what_cannot_be_called,
)


def explore(
    draw: Draw, controls: Mapping[str, Iterable[Any]], describe: Describe | None = None
) -> "Explore":
    """Return controls with the picture that `draw` makes of what is chosen with them.

    Parameters
    ----------
    draw : callable
        Takes a value of each control, in their order, returns a Matplotlib figure.
    controls : dict
        What can be set, and to which values. Numbers become a slider, `[False, True]` a switch,
        all else a list to choose from. At first each is set to its first value.
    describe : callable, optional
        Takes what `draw` takes, returns in words what the picture shows, for whoever cannot see it.

    Raises
    ------
    CourseError
        If there is nothing to set, or something has no values.
    """
    refuse_what_cannot_be_called("explore", draw, describe)
    if not isinstance(controls, Mapping) or not controls:
        raise CourseError(
            "explore(..., controls): it must be a dict with a list of values for each label,"
            ' such as {"learning rate": [0.1, 1.0], "momentum": [False, True]}.'
        )
    return Explore(draw, [as_control(*item) for item in controls.items()], describe)


class Explore(PictureWidget):
    """Controls and their picture; made by `explore`."""

    _name = "explore"
    _invitation = "Run this cell to change the picture."

    def __init__(self, draw: Draw, controls: list[Control], describe: Describe | None) -> None:
        spec = {"controls": [control.spec() for control in controls]}
        super().__init__(draw, controls, 0, describe, spec)


def as_control(label: object, values: object) -> Control:
    """Return the control that fits the values.

    Raises
    ------
    CourseError
        If the label is no text, or there is no list of values.
    """
    if not isinstance(label, str) or not label.strip():
        raise CourseError(f"explore(..., controls): the label {label!r} must be some words.")
    if not isinstance(values, Iterable) or isinstance(
        values, str | bytes | Mapping | set | frozenset
    ):
        raise CourseError(f"explore(..., controls): the values of {label!r} must be a list.")
    choices = list(values)
    if not choices:
        raise CourseError(f"explore(..., controls): {label!r} needs at least one value.")
    if len(choices) == 2 and any(choices[i] is False and choices[1 - i] is True for i in (0, 1)):
        return Control("switch", label, choices)
    # To Python True is a number too.
    if all(isinstance(value, Real) and not isinstance(value, bool) for value in choices):
        return Control("range", label, choices)
    return Control("select", label, choices)
