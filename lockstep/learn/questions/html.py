"""A question as it is shown: what goes to the front end, and plain HTML and text. Never a key."""

from html import escape
from typing import Any

from markdown_it import MarkdownIt

from lockstep.learn.questions import Question
from lockstep.learn.questions.arranged import Match, Order
from lockstep.learn.questions.base import LETTERS
from lockstep.learn.questions.picks import Choice, Choices
from lockstep.learn.questions.typed import Number, Output

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def block(text: str) -> str:
    """Return Markdown as HTML."""
    return str(_MARKDOWN.render(text))


def inline(text: str) -> str:
    """Return one line of Markdown as HTML."""
    return str(_MARKDOWN.renderInline(text))


def indented(line: str) -> str:
    """Return one line of Markdown as HTML, with its indentation: it may be a line of Python."""
    text = line.lstrip(" ")
    return "&nbsp;" * (len(line) - len(text)) + inline(text)


def eyebrow(question: Question) -> str:
    """Return the few words above a question."""
    return "Predict before you run the next cell" if question.predict else "Checkpoint"


def specification(question: Question) -> dict[str, Any]:
    """Return what the front end needs to draw a question."""
    legend, more = _legend(question)
    return {
        "name": question.name,
        "kind": question.kind,
        "eyebrow": eyebrow(question),
        "legend": legend,
        "more": more,
        **_parts(question),
    }


def _legend(question: Question) -> tuple[str, str]:
    """Return the first paragraph, which names the group of inputs, and what follows it."""
    tokens = _MARKDOWN.parse(question.question)
    if tokens[0].type != "paragraph_open":
        return "Question", block(question.question)
    more = _MARKDOWN.renderer.render(tokens[3:], _MARKDOWN.options, {})
    return inline(tokens[1].content), str(more)


def _parts(question: Question) -> dict[str, Any]:
    """Return what one kind shows besides the question."""
    match question:
        case Choice() | Choices():
            return {"options": [inline(option.text) for option in question.options]}
        case Number():
            return {"label": "Your number", "unit": question.unit}
        case Output():
            return {"label": "It prints", "unit": "", "code": question.code}
        case Order():
            return {"lines": [indented(line) for line in question.shown]}
        case Match():
            return {
                "lefts": [inline(left) for left in question.lefts],
                "rights": [inline(right) for right in question.shown],
                # A native <option> shows text alone.
                "choices": [right.replace("`", "") for right in question.shown],
            }
        case _:
            return {"label": "Shape, such as 5, 7", "unit": ""}


def html_form(question: Question) -> str:
    """Return the question for where no widget can be shown."""
    parts = [
        f"<p><strong>{eyebrow(question)}</strong></p>",
        block(question.question),
        _html_parts(question),
        "<p>Run this cell to answer. In words, where the question does not appear: "
        f"<code>{escape(call(question))}</code></p>",
    ]
    return f'<div class="lockstep-question">{"".join(parts)}</div>'


def _html_parts(question: Question) -> str:
    """Return the options, lines or pairs as lists."""
    match question:
        case Choice() | Choices():
            return _lettered_list([option.text for option in question.options])
        case Output():
            # JupyterLab gives code in an output no space below.
            return f"<pre><code>{escape(question.code)}</code></pre><br>"
        case Order():
            return _numbered_list(question.shown)
        case Match():
            return _numbered_list(question.lefts) + _lettered_list(question.shown)
        case Number() if question.unit:
            return f"<p>In {escape(question.unit)}.</p>"
        case _:
            return ""


def _lettered_list(lines: list[str]) -> str:
    # The type is for GitHub, which drops the style; JupyterLab overrides the type.
    return f'<ol type="a" style="list-style-type: lower-alpha">{_items(lines)}</ol>'


def _numbered_list(lines: list[str]) -> str:
    return f"<ol>{_items(lines)}</ol>"


def _items(lines: list[str]) -> str:
    return "".join(f"<li>{indented(line)}</li>" for line in lines)


def text_form(question: Question) -> str:
    """Return the question as plain text."""
    match question:
        case Choice() | Choices():
            lines = _lettered([option.text for option in question.options])
        case Output():
            lines = question.code.splitlines()
        case Order():
            lines = _numbered(question.shown)
        case Match():
            lines = [*_numbered(question.lefts), *_lettered(question.shown)]
        case _:
            lines = []
    asked = [question.question, *(f"  {line}" for line in lines)]
    return "\n".join([*asked, f"Run this cell to answer. In words: {call(question)}"])


def _lettered(lines: list[str]) -> list[str]:
    return [f"{letter}. {line}" for letter, line in zip(LETTERS, lines, strict=False)]


def _numbered(lines: list[str]) -> list[str]:
    return [f"{number}. {line}" for number, line in enumerate(lines, 1)]


def call(question: Question) -> str:
    """Return the Python call that answers a question, with an example of an answer."""
    return f'checkpoint("{question.name}").answer({question.example})'
