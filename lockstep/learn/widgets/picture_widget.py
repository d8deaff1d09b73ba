"""What `slider` and `explore` share: a picture that follows controls, drawn once for each choice."""

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import traitlets

from lockstep.learn.errors import CourseError
from lockstep.learn.widgets.base import CourseWidget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Draw = Callable[..., "Figure"]
Describe = Callable[..., str]

_HERE = Path(__file__).parent

DOTS_PER_INCH = 110
KEPT = 200  # pictures; a usual one takes some 20 kB


@dataclass(frozen=True)
class Control:
    """One thing to set: a slider, a switch or a list to choose from."""

    kind: Literal["range", "switch", "select"]
    label: str
    values: list[Any]

    def spec(self) -> dict[str, Any]:
        """Return what the front end makes the control of."""
        return {"kind": self.kind, "label": self.label, "values": self.words()}

    def words(self) -> list[str]:
        """Return the values as they are shown."""
        return [in_words(value) for value in self.values]

    def text(self) -> str:
        """Return what the control is, as text."""
        words = self.words()
        if self.kind == "range":
            return f"{self.label}, a slider from {words[0]} to {words[-1]}."
        if self.kind == "switch":
            return f"{self.label}, a switch."
        return f"{self.label}, one of: {', '.join(words)}."


class PictureWidget(CourseWidget):
    """Controls and the picture that follows them.

    A choice travels as one index: that of the combination, the last control's value changing
    fastest. With a single control that is the value's own index.
    """

    _esm = _HERE / "explore.js"
    _css = _HERE / "question.css"
    _name: str
    _invitation: str

    spec = traitlets.Dict().tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        draw: Draw,
        controls: list[Control],
        first: int,
        describe: Describe | None,
        spec: dict[str, Any],
    ) -> None:
        self._draw, self._describe = draw, describe
        self._controls, self._first = controls, first
        self._drawn: dict[int, dict[str, Any]] = {}
        super().__init__(spec=spec, picture={"serial": 0, **self._picture(first)})
        self.on_msg(self._receive)

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        """Draw the choice that the front end asks for."""
        index = content.get("index") if isinstance(content, dict) else None
        count = prod(len(control.values) for control in self._controls)
        if not isinstance(index, int) or not 0 <= index < count:
            return
        # Drawing may take longer than a dead kernel's time-out: say first that somebody is here.
        self.send({"type": "working"})
        self.picture = {"serial": self.picture["serial"] + 1, **self._picture(index)}

    def _chosen(self, index: int) -> list[Any]:
        """Return the value of each control in the combination of that index."""
        chosen = []
        for control in reversed(self._controls):
            index, place = divmod(index, len(control.values))
            chosen.append(control.values[place])
        return chosen[::-1]

    def _pairs(self, index: int, sign: str) -> str:
        """Return the labels and their values in words."""
        pairs = zip(self._controls, self._chosen(index), strict=True)
        return ", ".join(f"{control.label}{sign}{in_words(value)}" for control, value in pairs)

    def _picture(self, index: int) -> dict[str, Any]:
        """Return the picture of a choice, kept; a sentence where it cannot be drawn."""
        if index not in self._drawn:
            shown = self._draw_anew(index)
            if shown["problem"]:
                return shown  # not kept: the learner may mend what `draw` uses
            self._drawn[index] = shown
            if len(self._drawn) > KEPT:
                del self._drawn[next(iter(self._drawn))]
        return self._drawn[index]

    def _draw_anew(self, index: int) -> dict[str, Any]:
        """Return the picture of a choice, or the sentence that says why there is none."""
        words = self._pairs(index, " = ")
        shown = {"index": index, "source": "", "words": words, "caption": "", "problem": ""}
        chosen = self._chosen(index)
        try:
            if self._describe:
                shown["words"] = shown["caption"] = str(self._describe(*chosen))
            shown["source"] = drawn(self._draw, chosen)
        except Exception as error:  # the lesson's or the learner's own code
            shown["problem"] = (
                f"This picture could not be drawn: {type(error).__name__}: {error}".strip(": ")
            )
        return shown

    def __repr__(self) -> str:
        return f"{self._name}({', '.join(repr(control.label) for control in self._controls)})"

    def html(self) -> str:
        """Return the first picture in plain HTML."""
        shown = self._picture(self._first)
        image = (
            f"<p>{escape(shown['problem'])}</p>"
            if shown["problem"]
            else f'<img src="{shown["source"]}" alt="{escape(shown["words"])}">'
        )
        return f"<p>{escape(self._pairs(self._first, ': '))}</p>{image}<p>{self._invitation}</p>"

    def text(self) -> str:
        """Return what the first picture shows, as text."""
        shown = self._picture(self._first)
        lines = [control.text() for control in self._controls]
        return "\n".join([*lines, shown["words"] or shown["problem"], self._invitation])


def refuse_what_cannot_be_called(name: str, draw: object, describe: object) -> None:
    """Stop where `draw` or `describe` is no function.

    Raises
    ------
    CourseError
        If one of them is none.
    """
    if not callable(draw):
        raise CourseError(f"{name}(draw, ...): `draw` must be a function that returns a figure.")
    if describe is not None and not callable(describe):
        raise CourseError(f"{name}(..., describe): `describe` must be a function of words.")


def in_words(value: object) -> str:
    """Return a value as a control shows it."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def drawn(draw: Draw, values: list[Any]) -> str:
    """Return the picture that `draw` makes of the values, as the source of an <img>.

    Raises
    ------
    TypeError
        If `draw` returns no figure.
    """
    # Late: Matplotlib takes half a second, which the first question of a lesson shall not wait for.
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    open_before = set(plt.get_fignums())
    try:
        figure = draw(*values)
        if not isinstance(figure, Figure):
            raise TypeError(f"draw must return a Matplotlib figure, not {type(figure).__name__}")
        return "data:image/png;base64," + base64.b64encode(as_png(figure)).decode()
    finally:
        # A figure that stays open would be shown once more below the cell.
        for number in set(plt.get_fignums()) - open_before:
            plt.close(number)


def as_png(figure: "Figure") -> bytes:
    """Return a figure as a PNG on white, which is readable on a dark page too."""
    buffer = io.BytesIO()
    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")  # so that no label is cut off
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, facecolor="white", transparent=False)
    return buffer.getvalue()
