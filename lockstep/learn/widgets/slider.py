"""`slider(...)`: a picture that follows a slider; drawn in Python, once for each value."""

import base64
import io
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import traitlets
from matplotlib.figure import Figure

from lockstep.learn.errors import CourseError
from lockstep.learn.widgets.base import CourseWidget

_HERE = Path(__file__).parent

DOTS_PER_INCH = 110


def slider(
    draw: Callable[[Any], Figure],
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
    if not callable(draw):
        raise CourseError("slider(draw, ...): `draw` must be a function that returns a figure.")
    choices = list(values)
    if not choices:
        raise CourseError("slider(..., values): there must be at least one value.")
    if start is not None and start not in choices:
        raise CourseError(f"slider(..., start={start!r}): that is not one of the values.")
    first = 0 if start is None else choices.index(start)
    return Slider(draw, label, choices, first, describe)


class Slider(CourseWidget):
    """A slider and its picture; made by `slider`."""

    _esm = _HERE / "slider.js"
    _css = _HERE / "question.css"

    spec = traitlets.Dict().tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        draw: Callable[[Any], Figure],
        label: str,
        values: list[Any],
        first: int,
        describe: Callable[[Any], str] | None,
    ) -> None:
        self._draw, self._describe = draw, describe
        self._label, self._values, self._first = label, values, first
        self._drawn: dict[int, dict[str, Any]] = {}
        super().__init__(
            spec={"label": label, "values": [in_words(value) for value in values], "first": first},
            picture={"serial": 0, **self._picture(first)},
        )
        self.on_msg(self._receive)

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        """Draw the value that the front end asks for."""
        index = content.get("index") if isinstance(content, dict) else None
        if not isinstance(index, int) or not 0 <= index < len(self._values):
            return
        # Drawing may take longer than a dead kernel's time-out: say first that somebody is here.
        self.send({"type": "working"})
        self.picture = {"serial": self.picture["serial"] + 1, **self._picture(index)}

    def _picture(self, index: int) -> dict[str, Any]:
        """Return the picture of a value, drawn once; a sentence where it cannot be drawn."""
        if index in self._drawn:
            return self._drawn[index]
        value = self._values[index]
        words = f"{self._label} = {in_words(value)}"
        shown = {"index": index, "source": "", "words": words, "caption": "", "problem": ""}
        try:
            if self._describe:
                shown["words"] = shown["caption"] = str(self._describe(value))
            shown["source"] = drawn(self._draw, value)
        except Exception as error:  # the lesson's or the learner's own code
            shown["problem"] = (
                f"This picture could not be drawn: {type(error).__name__}: {error}".strip(": ")
            )
            return shown  # not kept: the learner may mend what `draw` uses
        self._drawn[index] = shown
        return shown

    def __repr__(self) -> str:
        return f"slider({self._label!r})"

    def html(self) -> str:
        """Return the first picture in plain HTML."""
        shown = self._picture(self._first)
        image = (
            f"<p>{escape(shown['problem'])}</p>"
            if shown["problem"]
            else f'<img src="{shown["source"]}" alt="{escape(shown["words"])}">'
        )
        here = f"{self._label}: {in_words(self._values[self._first])}"
        return f"<p>{escape(here)}</p>{image}<p>Run this cell to move the slider.</p>"

    def text(self) -> str:
        """Return what the first picture shows, as text."""
        shown = self._picture(self._first)
        first, last = in_words(self._values[0]), in_words(self._values[-1])
        return (
            f"{self._label}, a slider from {first} to {last}.\n{shown['words'] or shown['problem']}"
            "\nRun this cell to move the slider."
        )


def in_words(value: object) -> str:
    """Return a value as the slider shows it."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def drawn(draw: Callable[[Any], Figure], value: object) -> str:
    """Return the picture that `draw` makes of `value`, as the source of an <img>.

    Raises
    ------
    TypeError
        If `draw` returns no figure.
    """
    open_before = set(plt.get_fignums())
    try:
        figure = draw(value)
        if not isinstance(figure, Figure):
            raise TypeError(f"draw must return a Matplotlib figure, not {type(figure).__name__}")
        return "data:image/png;base64," + base64.b64encode(as_png(figure)).decode()
    finally:
        # A figure that stays open would be shown once more below the cell.
        for number in set(plt.get_fignums()) - open_before:
            plt.close(number)


def as_png(figure: Figure) -> bytes:
    """Return a figure as a PNG on white, which is readable on a dark page too."""
    buffer = io.BytesIO()
    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")  # so that no label is cut off
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, facecolor="white", transparent=False)
    return buffer.getvalue()
