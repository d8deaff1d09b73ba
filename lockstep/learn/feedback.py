"""What a check, a hint or a solution shows: words, a sign and a colour that reads in light and dark."""

import re
from dataclasses import dataclass
from html import escape

SIGNS = {"right": "✓", "not yet": "✗", "not attempted": "○", "error": "!", "told": "→"}
EDGES = {
    "right": "#009E73",
    "not yet": "#D55E00",
    "not attempted": "#8a8a8a",
    "error": "#CC79A7",
    "told": "#0072B2",
}
# An asterisk may also stand for a product, as in "2 * 3 * 4" or in an error that Python reports.
CODE_OR_STRESSED = re.compile(r"`([^`\n]+)`|(?<![\w*])\*(?=\w)([^*`\n]{1,200})(?<=\w)\*(?![\w*])")


@dataclass(frozen=True)
class Feedback:
    """A sentence or two for the learner, with the state that they stand for.

    Parameters
    ----------
    state
        One of `SIGNS`.
    title, message, code
        What is shown.
    share
        How much of it is right, as a share of the cases that were tried.
    """

    state: str
    title: str
    message: str
    code: str = ""
    share: float = 0.0

    def __repr__(self) -> str:
        """Return the plain form: what a terminal and a screen reader get."""
        return "\n".join(
            filter(None, [f"{SIGNS[self.state]} {self.title}", self.message, self.code])
        )

    def _repr_html_(self) -> str:
        """Return the form that a notebook shows."""
        code = f'<pre style="margin: 0.5em 0">{escape(self.code)}</pre>' if self.code else ""
        return (
            f'<div style="border-left: 4px solid {EDGES[self.state]}; padding: 0.3em 0.9em; '
            'margin: 0.3em 0; max-width: 48em">'
            f"<strong>{SIGNS[self.state]} {escape(self.title)}</strong>"
            '<div style="white-space: pre-wrap; overflow-wrap: anywhere">'
            f"{message_as_html(self.message)}</div>{code}</div>"
        )


def message_as_html(message: str) -> str:
    """Return a message as HTML: escaped, `code` as code and *stressed* words stressed.

    >>> message_as_html("Use `.T` & *not* <b>")
    'Use <code>.T</code> &amp; <em>not</em> &lt;b&gt;'
    """
    return CODE_OR_STRESSED.sub(_as_tag, escape(message))


def _as_tag(found: re.Match[str]) -> str:
    code, stressed = found.groups()
    return f"<code>{code}</code>" if code else f"<em>{stressed}</em>"
