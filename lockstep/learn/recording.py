"""`record`: a figure that the learner measured, kept for later lessons."""

import math
from numbers import Real

from lockstep.learn import journal
from lockstep.learn.errors import CourseError
from lockstep.learn.session import current


def record(name: str, value: float, unit: str = "") -> None:
    """Keep a measured figure, with the lesson and framework that it was measured in.

    Parameters
    ----------
    name
        What was measured, such as "test accuracy".
    value
        The figure.
    unit
        Its unit, such as "ms"; empty for a share or a count.

    Raises
    ------
    CourseError
        If the value is not a finite number.
    """
    session = current()
    if not isinstance(value, Real) or not math.isfinite(value):
        raise CourseError(f"record({name!r}, ...) keeps one finite number; it was given {value!r}.")
    journal.write("record", session.lesson, session.framework, name, value=float(value), unit=unit)
    print(f"Recorded: {name} = {float(value):.4g}{' ' + unit if unit else ''}")
