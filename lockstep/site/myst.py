"""The few pieces of MyST Markdown that pages are made of."""

import re
from collections.abc import Iterable, Mapping

from lockstep.learn.session import FRAMEWORK_TITLES


def code(source: str, language: str = "python", style: str = "") -> str:
    """Return a listing; its fence is longer than any in `source`."""
    longest = max((len(run) for run in re.findall(r"`+", source)), default=0)
    fence = "`" * max(3, longest + 1)
    option = f":class: {style}\n" if style else ""
    return f"{fence}{{code-block}} {language}\n{option}\n{source}\n{fence}"


def block(name: str, title: str, body: str, options: Mapping[str, str] | None = None) -> str:
    """Return a directive around `body`; its fence is longer than any inside."""
    longest = max((len(run) for run in re.findall(r"^:{3,}", body, re.MULTILINE)), default=2)
    fence = ":" * (longest + 1)
    lines = [f":{key}: {value}".rstrip() for key, value in (options or {}).items()]
    return "\n".join([f"{fence}{{{name}}} {title}".rstrip(), *lines, "", body, fence])


def numbered(lines: Iterable[str], *, lettered: bool = False) -> str:
    """Return a numbered list, or one with letters."""
    items = "\n".join(f"1. {indented(line)}" for line in lines)
    return f"{{.lettered}}\n{items}" if lettered else items


def bullets(lines: Iterable[str]) -> str:
    """Return a list."""
    return "\n".join(f"- {indented(line)}" for line in lines)


def indented(text: str) -> str:
    """Return a text of several lines so that all of them belong to one list item."""
    return text.strip().replace("\n", "\n   ")


def tabs(texts: Mapping[str | None, str]) -> str:
    """Return what differs between the frameworks, with the switch above it.

    Where only one framework has something to say, that is the only tab.
    """
    items = [
        block("tab-item", FRAMEWORK_TITLES[framework], text, {"sync": framework})
        for framework, text in texts.items()
        if framework and text
    ]
    return block("tab-set", "", "\n\n".join(items), {"sync-group": "framework"})
