"""Reading an .ipynb file that anybody may have made: its cells, or a sentence that says why not."""

import codecs
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LARGEST_FILE = 20_000_000  # bytes; a notebook with a plot in each cell has one or two million
LARGEST_CODE = 1_000_000  # characters in code cells; a long exercise notebook has ten thousand
MOST_CELLS = 20_000  # 20 MB of "{}," would be seven million

# What a file that is no JSON turns out to be, by its first bytes.
FIRST_BYTES = (
    (b"PK", "a zip archive, or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8", "a picture"),
    (b"{\\rtf", "a text document"),
    (b"<", "a web page: the link's page was saved, not the notebook"),
)
AGAIN = "Save the notebook in Jupyter or Colab as .ipynb and hand that file in."


class UnreadableError(Exception):
    """A file that is no notebook; the message is a sentence for the teacher and the student."""


@dataclass(frozen=True)
class NotebookCell:
    r"""A cell as the student's file has it, with nothing believed.

    Parameters
    ----------
    kind
        "code", "markdown" or "raw".
    source
        Its text, with `\n` between lines; it has no null bytes and can be encoded as UTF-8.
    id
        Its id; empty where it has none.
    metadata
        Its metadata; an empty dict where it has none, or something that is no dict.
    number
        Its place in the file, counted from 1.
    """

    kind: str
    source: str
    id: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    number: int = 0


@dataclass(frozen=True)
class StudentNotebook:
    """A student's file, read."""

    cells: tuple[NotebookCell, ...]
    metadata: dict[str, Any] = field(default_factory=dict)


def read_notebook(path: Path) -> StudentNotebook:
    """Return the notebook in the file.

    Nothing in it is run, and nbformat is not asked: its import costs more than grading does.

    Raises
    ------
    UnreadableError
        If it is too large, empty, no JSON, or no notebook.
    """
    content = _read(path)
    try:
        document = _parse(content)
        cells = tuple(_cells(document))
        metadata = _metadata(document)
    except (RecursionError, MemoryError):
        raise UnreadableError(
            f"The file's contents are nested too deeply to be a notebook. {AGAIN}"
        ) from None
    if sum(len(cell.source) for cell in cells if cell.kind == "code") > LARGEST_CODE:
        raise UnreadableError(
            f"Its code cells hold more than {LARGEST_CODE:,} characters. "
            "Take pasted data out of the cells, and hand the notebook in again."
        )
    return StudentNotebook(cells, metadata)


# The file


def _read(path: Path) -> bytes:
    try:
        _refuse_by_status(os.lstat(path))
        # A link or a pipe put in its place since then is not followed, and not waited for.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:
            _refuse_by_status(os.fstat(descriptor))
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableError(
            f"The file could not be opened: {reason}. Hand it in again."
        ) from None
    if len(content) > LARGEST_FILE:
        raise UnreadableError(_too_large(len(content)))
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableError(
            "The file is empty. Its upload or saving broke off: save the notebook and hand it in again."
        )
    return content


def _refuse_by_status(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        what = "a link" if stat.S_ISLNK(status.st_mode) else "no regular file"
        raise UnreadableError(f"It is {what}. Hand in the notebook's file itself.")
    if status.st_size > LARGEST_FILE:
        raise UnreadableError(_too_large(status.st_size))


def _too_large(size: int) -> str:
    return (
        f"The file is larger than {LARGEST_FILE // 1_000_000} MB ({size / 1e6:,.1f} MB). "
        "Clear the notebook's outputs, save it, and hand it in again."
    )


# Its JSON


def _parse(content: bytes) -> Any:
    text = _decode(content)
    try:
        return json.loads(text, strict=False)  # a raw tab or null byte in a string does no harm
    except json.JSONDecodeError as error:
        raise UnreadableError(_no_json(content, text, error)) from None
    except ValueError:  # an integer of more than 4300 digits
        raise UnreadableError(
            f"The file holds a number with thousands of digits, which no notebook has. {AGAIN}"
        ) from None


def _decode(content: bytes) -> str:
    # What is no UTF-8, an umlaut that an editor saved its own way, costs that letter alone.
    return content.decode(json.detect_encoding(content), "replace")


def _no_json(content: bytes, text: str, error: json.JSONDecodeError) -> str:
    start = content.lstrip(codecs.BOM_UTF8 + b" \t\r\n")
    for first_bytes, what in FIRST_BYTES:
        if start.startswith(first_bytes):
            return f"The file is no notebook but {what}. {AGAIN}"
    if start.startswith(b"\0"):
        return f"The file is no notebook: it begins with null bytes. {AGAIN}"
    if text.lstrip().startswith("{"):
        where = f"line {error.lineno}, column {error.colno}"
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            return (
                f"The notebook is cut off at {where}: its upload or saving broke off. "
                "Save the notebook and hand it in again."
            )
        return f"The notebook is damaged at {where}: it is no valid JSON there. {AGAIN}"
    return f"The file is no notebook: it does not hold JSON. {AGAIN}"


# Its cells


def _cells(document: Any) -> Iterator[NotebookCell]:
    for number, cell in enumerate(_cell_list(document), start=1):
        if isinstance(
            cell, dict
        ):  # what is no cell has nothing to grade; the numbers still count it
            yield NotebookCell(
                kind=_kind(cell),
                source=_source(cell),
                id=_clean(cell.get("id", "")) if isinstance(cell.get("id"), str) else "",
                metadata=_metadata(cell),
                number=number,
            )


def _cell_list(document: Any) -> list[Any]:
    """Return the cells; those of all worksheets where the notebook is in the third format."""
    if isinstance(document, dict):
        found = document.get("cells")
        if not isinstance(found, list) and isinstance(document.get("worksheets"), list):
            sheets = [sheet for sheet in document["worksheets"] if isinstance(sheet, dict)]
            lists = [sheet.get("cells") for sheet in sheets]
            found = [cell for cells in lists if isinstance(cells, list) for cell in cells]
        if isinstance(found, list):
            if len(found) > MOST_CELLS:
                raise UnreadableError(f"It has more than {MOST_CELLS:,} cells. {AGAIN}")
            return found
    raise UnreadableError(f"The file holds JSON, but no notebook: it has no list of cells. {AGAIN}")


def _kind(cell: dict[Any, Any]) -> str:
    kind = cell.get("cell_type")
    if kind in ("code", "markdown", "raw"):
        return str(kind)
    if kind in ("heading", "html"):  # the third format has these
        return "markdown"
    is_code = "outputs" in cell or "execution_count" in cell or "input" in cell
    return "code" if is_code else "raw"


def _source(cell: dict[Any, Any]) -> str:
    source = cell.get("source")
    if source is None:
        source = cell.get("input")  # a code cell's name for it in the third format
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    # A null byte is invisible to its author, and would make the whole cell a SyntaxError.
    text: str = _clean(source)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _metadata(owner: dict[Any, Any]) -> dict[str, Any]:
    metadata = owner.get("metadata")
    return _clean(metadata) if isinstance(metadata, dict) else {}


def _clean(value: Any) -> Any:
    """Return JSON in which every string can be encoded: lone surrogates are replaced."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value
