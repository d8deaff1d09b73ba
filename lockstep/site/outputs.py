"""What the cells of a lesson printed and drew, from its executed notebooks, as MyST."""

import base64
import hashlib
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from lockstep.build.compose import compose
from lockstep.build.lesson import Lesson
from lockstep.build.text import Code
from lockstep.site.myst import code

PICTURE = "data:image/png;base64,"


class MissingOutputError(Exception):
    """A notebook is not what its lesson builds; the text says what to do."""


class Outputs:
    """The outputs of one lesson's cells."""

    def __init__(self, shown: dict[tuple[str | None, int], str]) -> None:
        self._shown = shown

    def of(self, cell: Code, framework: str | None) -> str:
        """Return what a cell gave in one of the twins; empty where it gave nothing."""
        return self._shown[framework, cell.source_line]


def read_outputs(root: Path, lesson: Lesson, pages: Path) -> Outputs:
    """Read the outputs of a lesson's notebooks, and write their pictures into `pages`.

    Raises
    ------
    MissingOutputError
        If a notebook lacks a cell of its lesson.
    """
    shown: dict[tuple[str | None, int], str] = {}
    for notebook in compose(lesson):
        if notebook.role != "notebooks":
            continue
        stored = _outputs_by_id(root / notebook.path)
        for cell in notebook.cells:
            if cell.kind != "code" or cell.id.startswith("question-"):
                continue
            if cell.id not in stored:
                raise MissingOutputError(
                    f"{notebook.path} is not what its lesson builds: run `lockstep build {lesson.name}`."
                )
            texts = [_shown(output, pages) for output in stored[cell.id]]
            shown[notebook.framework, cell.line] = "\n\n".join(filter(None, texts))
    return Outputs(shown)


def _outputs_by_id(path: Path) -> dict[str, list[dict[str, Any]]]:
    if not path.is_file():
        return {}
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: cell["outputs"] for cell in cells if cell["cell_type"] == "code"}


def _shown(output: dict[str, Any], pages: Path) -> str:
    """Return one output: a picture, or the text that was printed."""
    if output["output_type"] == "error":
        return _text(f"{output['ename']}: {output['evalue']}")
    if output["output_type"] == "stream":
        return _text("".join(output["text"]))
    data = output["data"]
    html = _Html("".join(data.get("text/html", "")))
    if html.picture:
        return _picture(html, pages)
    return _text("".join(data.get("text/plain", "")))


def _text(text: str) -> str:
    return code(text.rstrip(), "text", style="output")


def _picture(html: "_Html", pages: Path) -> str:
    """Write a picture under a name that is the same whenever it is the same; return the line that shows it."""
    content = base64.b64decode(html.picture)
    path = f"pictures/{hashlib.sha256(content).hexdigest()[:16]}.png"
    (pages / "pictures").mkdir(parents=True, exist_ok=True)
    (pages / path).write_bytes(content)
    alt = html.alt.replace("[", "(").replace("]", ")")
    picture = f"![{alt}](/{path})"
    if not html.caption:
        return picture
    return f"{picture}\n\n*{html.caption}. In the notebook you can change it, and the picture follows.*"


class _Html(HTMLParser):
    """The picture in an output's HTML, its alternative text, and the settings that it was drawn for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.picture = self.alt = self.caption = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a picture."""
        values = dict(attrs)
        source = values.get("src") or ""
        if tag == "img" and source.startswith(PICTURE):
            self.picture, self.alt = source.removeprefix(PICTURE), values.get("alt") or ""

    def handle_data(self, data: str) -> None:
        """Take the words above a picture."""
        if not self.picture:
            self.caption += data.strip()
