"""Text of unknown origin, made fit for a page: nothing invisible in it, not too long, code in colour."""

import re

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from lockstep.learn.feedback import message_as_html

# Control characters but tab and newline; marks that turn the direction of writing around, with which
# code can be made to look like other code (https://trojansource.codes); lone surrogates; no characters.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\uffff]"
)
REPLACEMENT = "\ufffd"
LONGEST_CODE, MOST_LINES = 20_000, 400
LEXER = PythonLexer(stripnl=False, ensurenl=False)
FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def visible(text: str, longest: int) -> str:
    """Return text with its lines' ends alike, `�` for what cannot be seen, and cut at `longest`."""
    lines = text[: 2 * longest].replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    clean = INVISIBLE.sub(REPLACEMENT, lines)
    return clean if len(clean) <= longest else clean[: longest - 1].rstrip() + "…"


def with_code(text: str) -> Markup:
    """Return a message as HTML: escaped, `code` as code and *stressed* words stressed.

    >>> with_code("Use `.T` & *not* <b>")
    Markup('Use <code>.T</code> &amp; <em>not</em> &lt;b&gt;')
    """
    return Markup(message_as_html(text))


def shortened_code(code: str) -> tuple[str, bool]:
    """Return a student's code, and whether some of it was left out."""
    clean = visible(code, 2 * LONGEST_CODE)
    kept = "\n".join(clean[:LONGEST_CODE].split("\n")[:MOST_LINES])
    return kept.rstrip(), len(kept) < len(clean)


def in_colour(code: str) -> Markup:
    """Return code as HTML, each token with its class of Pygments; what it says is escaped."""
    return Markup(highlight(code, LEXER, FORMATTER))
