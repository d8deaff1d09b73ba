"""A file that came back, wherever it lies, and what its name is worth."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import IO

# What systems and tools leave behind; nobody handed it in.
JUNK = frozenset(
    {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints", "__pycache__", ".git"}
)  # fmt: skip
JUNK_PREFIX = "._"
# Browsers and mail programs append an ending of their own.
NOTEBOOK = re.compile(r"\.ipynb(\.json|\.txt)?$", re.IGNORECASE)
# What `lockstep.learn.journal` keeps; a student may hand it in beside the notebook.
PROGRESS = re.compile(r"progress[^/]*\.jsonl$", re.IGNORECASE)
ARCHIVE = re.compile(r"\.(zip|tar|tgz|txz|tbz2?|tar\.(gz|xz|bz2))$", re.IGNORECASE)
LONGEST_SHOWN = 200


@dataclass(frozen=True)
class Member:
    """A file in a folder or archive, not yet read.

    Parameters
    ----------
    name
        Its place below the folder or in the archive, with `/` between.
    size
        Its size in bytes, as far as the folder or archive says.
    time
        When it was last changed, as far as the folder or archive says.
    open
        Opens it for reading.
    refusal
        Why it is not looked at, in words that follow its name; empty where it is.
    """

    name: str
    size: int
    time: datetime | None
    open: Callable[[], IO[bytes]]
    refusal: str = ""


def parts_of(name: str) -> tuple[str, ...]:
    r"""Return the folders and the file name of a member, without `.` and empty ones.

    Windows' `\\` counts as `/`: some programs write it into archives.
    """
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))


def refusal_of(name: str) -> str:
    """Return why a member's name says nothing that can be believed, or nothing.

    Nothing is ever written under such a name; but whose file it is cannot be told from it either.
    """
    if "\0" in name:
        return "has a name with a null byte in it"
    if PurePosixPath(name.replace("\\", "/")).is_absolute() or re.match(r"[A-Za-z]:[\\/]", name):
        return "has an absolute path for a name"
    if ".." in parts_of(name):
        return "has a path with `..` for a name"
    return ""


def is_junk(parts: tuple[str, ...]) -> bool:
    """Return whether a system or tool left the file behind."""
    return any(part in JUNK or part.startswith(JUNK_PREFIX) for part in parts)


def about_kind(is_link: bool) -> str:
    """Return why a member that is no ordinary file is refused."""
    return "is a link, and links are not followed" if is_link else "is no ordinary file"


def shown(name: str) -> str:
    """Return a name as it is safe to print: without control characters, and not too long."""
    printable = "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in name)
    if len(printable) <= LONGEST_SHOWN:
        return printable
    half = LONGEST_SHOWN // 2
    return f"{printable[:half]}…{printable[-half:]}"


def decoded(name: str) -> str:
    """Return a file system's or tar archive's name as text, though it may not be UTF-8.

    Python keeps such bytes as lone surrogates, which neither a database nor a terminal takes.
    """
    try:
        content = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte
        return name.encode("utf-8", "replace").decode("utf-8")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def moment(seconds: float) -> datetime | None:
    """Return a time stamp as a time; None where nothing sensible stands there."""
    try:
        return datetime.fromtimestamp(seconds, tz=UTC) if seconds > 0 else None
    except (OverflowError, OSError, ValueError):
        return None
