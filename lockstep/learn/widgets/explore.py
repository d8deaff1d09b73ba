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
    draw: Draw,
    controls: Mapping[str, Iterable[Any]],
    describe: Describe | None = None,
    start: Mapping[str, Any] | None = None,
) -> "Explore":
    """Return controls with the picture that `draw` makes of what is chosen with them.

    Parameters
    ----------
    draw : callable
        Takes a value of each control, in their order, returns a Matplotlib figure.
    controls : dict
        What can be set, and to which values. Numbers become a slider, `[False, True]` a switch,
        all else a list to choose from.
    describe : callable, optional
        Takes what `draw` takes, returns in words what the picture shows, for whoever cannot see it.
    start : dict, optional
        To which value each is set at first; what is not in it begins with its first value.

    Raises
    ------
    CourseError
        If there is nothing to set, something has no values, or `start` names none of them.
    """
    refuse_what_cannot_be_called("explore", draw, describe)
    if not isinstance(controls, Mapping) or not controls:
        raise CourseError(
            "explore(..., controls): it must be a dict with a list of values for each label,"
            ' such as {"learning rate": [0.1, 1.0], "momentum": [False, True]}.'
        )
    made = [as_control(*item) for item in controls.items()]
    return Explore(draw, made, _combination(made, start or {}), describe)


def _combination(controls: list[Control], start: Mapping[str, Any]) -> int:
    """Return the index of the combination that is shown first."""
    index = 0
    for control in controls:
        value = start.get(control.label, control.values[0])
        if value not in control.values:
            raise CourseError(
                f"explore(..., start): {control.label!r} cannot begin at {value!r}. "
                f"It takes: {', '.join(control.words())}."
            )
        index = index * len(control.values) + control.values.index(value)
    return index


class Explore(PictureWidget):
    """Controls and their picture; made by `explore`."""

    _name = "explore"
    _invitation = "Run this cell to change the picture."

    def __init__(
        self, draw: Draw, controls: list[Control], first: int, describe: Describe | None
    ) -> None:
        spec = {"controls": [control.spec() for control in controls]}
        super().__init__(draw, controls, first, describe, spec)


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
