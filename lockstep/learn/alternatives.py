"""Words for those who do not see a picture: every Matplotlib figure that a notebook shows gets an alt text.

Jupyter's protocol has no place for it: JupyterLab shows a PNG as a picture without one. So a figure
also has an HTML form, a picture with its alt text, which front ends prefer.
"""

import base64
import importlib
import io
import sys
from html import escape
from typing import Any


def describe_figures() -> None:
    """From now on, give figures their HTML form as soon as this kernel has imported Matplotlib.

    Nothing is imported here: that would make the notebook's first cell slower. Outside IPython
    nothing happens.
    """
    ipython = importlib.import_module("IPython").get_ipython()
    if ipython is not None:
        # Before a cell, and after it: figures that a cell leaves open are shown right then.
        ipython.events.register("pre_execute", _give_html_form)
        ipython.events.register("post_execute", _give_html_form)


def _give_html_form() -> None:
    module = sys.modules.get("matplotlib.figure")
    if module is not None:
        module.Figure._repr_html_ = html_of


def html_of(figure: Any) -> str:
    """Return a Matplotlib figure as an HTML picture with its alt text."""
    memory = io.BytesIO()
    # As IPython's own PNG form: cut to what is drawn, at the figure's own resolution.
    figure.savefig(memory, format="png", bbox_inches="tight")
    data = base64.b64encode(memory.getvalue()).decode()
    return f'<img src="data:image/png;base64,{data}" alt="{escape(description(figure))}">'


def description(figure: Any) -> str:
    """Return what a figure says of itself: titles, what runs along its axes, what is drawn."""
    parts = [_text(figure.get_suptitle())]
    parts += [_panel(axes) for axes in figure.axes]
    return " ".join(part for part in parts if part) or "A picture without a title."


def _panel(axes: Any) -> str:
    legend = axes.get_legend()
    drawn = [text.get_text() for text in legend.get_texts()] if legend is not None else []
    named = {
        "Across:": axes.get_xlabel(),
        "Upwards:": axes.get_ylabel(),
        "Drawn:": ", ".join(drawn),
    }
    parts = [_text(axes.get_title())]
    return " ".join(parts + [f"{word} {_text(text)}" for word, text in named.items() if text])


def _text(text: str) -> str:
    """Return a text as a sentence on one line."""
    joined = " ".join(text.split())
    return joined if not joined or joined[-1] in ".?!" else f"{joined}."
