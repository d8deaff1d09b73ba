"""`record` keeps a figure that the learner measured; `recorded` brings all of them back."""

import math
from dataclasses import dataclass
from numbers import Real

from lockstep.learn import journal
from lockstep.learn.errors import CourseError
from lockstep.learn.session import current


@dataclass(frozen=True)
class Figure:
    """A figure that the learner measured, and the lesson and framework that it was measured in."""

    lesson: str
    framework: str | None
    name: str
    value: float
    unit: str = ""


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
    figure = f"{value:,.0f}" if abs(value) >= 10_000 else f"{float(value):.4g}"
    print(f"Recorded: {name} = {figure}{' ' + unit if unit else ''}")


def recorded() -> list[Figure]:
    """Return the figures that the learner recorded in all lessons, lesson by lesson.

    Of a figure that was recorded more than once, the newest counts.
    """
    newest: dict[tuple[str, str, str], Figure] = {}
    for entry in journal.read():
        if entry["kind"] == "record" and isinstance(entry.get("value"), Real):
            figure = Figure(
                str(entry.get("lesson")),
                entry.get("framework"),
                str(entry.get("name")),
                float(entry["value"]),
                str(entry.get("unit", "")),
            )
            newest[figure.lesson, str(figure.framework), figure.name] = figure
    return sorted(newest.values(), key=lambda figure: figure.lesson)
