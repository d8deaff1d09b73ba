"""Links between notebooks: where a notebook has moved or is left out, no link may lead nowhere."""

import json
import posixpath
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from lockstep.repository import colab_url

# [text](target), and no picture. A badge's own link, around a picture, leads to the notebook itself.
LINK = re.compile(r"(?<!!)\[(?P<text>[^\[\]]*)\]\((?P<target>[^()\s]+)\)")

# A notebook's path in the course -> where a link to it leads now: the same path where nothing has
# changed, a new target, or None where it is not there any more.
Place = Callable[[str], str | None]


def relink(text: str, here: str, place: Place) -> str:
    """Return Markdown with each link to a notebook of the course brought up to date.

    Parameters
    ----------
    text
        The Markdown.
    here
        The notebook's own path in the course, which relative links start from.
    place
        Says where each notebook is now. Of a link to one that is not there, the text alone stays.
    """

    def replaced(found: re.Match[str]) -> str:
        target, mark, fragment = found["target"].partition("#")
        path = _path_in_course(target, here)
        new = path and place(path)
        if new == path:
            return found[0]
        return found["text"] if new is None else f"[{found['text']}]({new}{mark}{fragment})"

    return LINK.sub(replaced, text)


def _path_in_course(target: str, here: str) -> str | None:
    """Return the path of the notebook that a link leads to; None where it leads elsewhere."""
    colab = colab_url("")
    if target.startswith(colab):
        return unquote(target.removeprefix(colab))
    if target.endswith(".ipynb") and "://" not in target:
        return posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
    return None


def relink_notebook(notebook: dict[str, Any], here: str, place: Place) -> None:
    """Bring the links in a notebook's Markdown cells up to date, in place; `relink` says how."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            source = relink("".join(cell["source"]), here, place)
            cell["source"] = source.splitlines(keepends=True)


def notebook_text(notebook: dict[str, Any]) -> str:
    """Return a notebook as the builder writes it: the same bytes for the same content."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
