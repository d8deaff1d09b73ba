"""Pictures of numbers as SVG that stands in the page: no script, no style of its own, words with each.

Lengths across are in percent and text is in the page's own size, so that a picture is as wide as the
page, on a phone too, and its text stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

NARROWEST_LABEL = 11.0  # percent of a bar's width that a sign and a number take on a phone
COLUMN_HEIGHT, ABOVE, BELOW = (
    110,
    20,
    24,
)  # pixels: the tallest column, room for numbers, for labels
WIDEST_COLUMN = 78  # percent of a column's place
MOST_LABELS = 11


@dataclass(frozen=True)
class Part:
    """A part of a bar.

    Parameters
    ----------
    kind
        Its class in the page's style sheet, which gives it its colour.
    sign, words
        What it stands for: colour is never the only sign.
    count
        How many.
    """

    kind: str
    sign: str
    words: str
    count: int


def stacked_bar(ident: str, title: str, parts: Sequence[Part]) -> Markup:
    """Return one bar with its parts beside each other, each with its sign and its number where there is room."""
    total = sum(part.count for part in parts)
    shown: list[Markup] = []
    left = 0.0
    for part in parts:
        if not part.count:
            continue
        width = 100 * part.count / total
        shown.append(_rectangle(part, left, width))
        left += width
    description = ", ".join(f"{part.count} {part.words}" for part in parts if part.count)
    return _picture(ident, "bar", title, description or "nothing", shown)


def _rectangle(part: Part, left: float, width: float) -> Markup:
    rectangle = Markup(
        '<g class="{}"><title>{}: {}</title><rect x="{}" width="{}" height="100%"/>'
    ).format(part.kind, part.words, part.count, _percent(left), _percent(width))
    if width < NARROWEST_LABEL:
        return rectangle + Markup("</g>")
    label = Markup('<text x="{}" y="50%" dy="0.35em">{} {}</text></g>')
    return rectangle + label.format(_percent(left + width / 2), part.sign, part.count)


def share_bar(ident: str, title: str, share: float) -> Markup:
    """Return a thin bar that is filled to a share from 0 to 1."""
    shown = [
        Markup('<rect class="track" width="100%" height="100%"/>'),
        Markup('<rect class="filled" width="{}" height="100%"/>').format(_percent(100 * share)),
    ]
    return _picture(ident, "thin", title, f"{share:.0%}", shown)


def signed_bar(ident: str, title: str, value: float) -> Markup:
    """Return a thin bar from the middle to the left or right, for a number from -1 to 1."""
    left, width = 50 + min(0.0, 50 * value), abs(50 * value)
    kind = "below" if value < 0 else "filled"
    shown = [
        Markup('<rect class="track" width="100%" height="100%"/>'),
        Markup('<rect class="{}" x="{}" width="{}" height="100%"/>').format(
            kind, _percent(left), _percent(width)
        ),
        Markup('<line x1="50%" x2="50%" y1="0" y2="100%"/>'),
    ]
    return _picture(ident, "thin", title, f"{value:+.2f}, on a scale from -1 to 1", shown)


def columns(ident: str, title: str, bars: Sequence[tuple[str, int]]) -> Markup:
    """Return a column for each label, with its number above it."""
    most = max(count for _, count in bars)
    each = 100 / len(bars)
    every = next(step for step in (1, 2, 5, 10, 20, 50) if len(bars) / step <= MOST_LABELS + 0.5)
    floor = ABOVE + COLUMN_HEIGHT
    shown = [Markup('<line x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(floor)]
    for place, (label, count) in enumerate(bars):
        middle = each * (place + 0.5)
        if count:
            shown.append(_column(label, count, middle, each, most))
        if (len(bars) - 1 - place) % every == 0 or not place:
            text = Markup('<text class="quiet" x="{}" y="{}">{}</text>')
            shown.append(text.format(_percent(middle), floor + 16, label))
    description = ", ".join(f"{label}: {count}" for label, count in bars if count)
    return _picture(ident, "columns", title, description, shown, floor + BELOW)


def _column(label: str, count: int, middle: float, each: float, most: int) -> Markup:
    height = max(2.0, COLUMN_HEIGHT * count / most)  # one in a thousand is not nobody
    width = each * WIDEST_COLUMN / 100
    top = ABOVE + COLUMN_HEIGHT - height
    return Markup(
        '<g class="filled"><title>{}: {}</title><rect x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>'
        '<text x="{}" y="{:.1f}">{}</text></g>'
    ).format(
        label,
        count,
        _percent(middle - width / 2),
        top,
        _percent(width),
        height,
        _percent(middle),
        top - 5,
        count,
    )


def _picture(
    ident: str,
    kind: str,
    title: str,
    description: str,
    shown: Sequence[Markup],
    height: int | None = None,
) -> Markup:
    """Return an SVG with a title and a description, which a screen reader reads in its place."""
    opened = Markup(
        '<svg class="{0}" role="img" aria-labelledby="{1}-title {1}-desc" width="100%"{2}>'
        '<title id="{1}-title">{3}</title><desc id="{1}-desc">{4}</desc>'
    ).format(
        kind,
        ident,
        Markup(' height="{}"').format(height) if height else "",
        escape(title),
        escape(description),
    )
    return opened + Markup("").join(shown) + Markup("</svg>")


def _percent(value: float) -> str:
    """Return a length for SVG, with no more digits than anybody sees.

    >>> _percent(100 / 3), _percent(50)
    ('33.33%', '50%')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"
