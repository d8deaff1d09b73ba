"""The learner's progress: one append-only file of JSON lines in the user's data folder.

Nothing here ever stops a lesson. Where the file cannot be written, what happens is kept in
memory for as long as the kernel lives, and one sentence says so.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs
from filelock import FileLock

from lockstep.learn import colab

Entry = dict[str, Any]

# Waiting longer than this for another kernel's write would feel like a hang.
LOCK_SECONDS = 5

_memory: list[Entry] = []
_told: set[str] = set()
_cache: tuple[tuple[Path, int, int], list[Entry]] | None = None


def folder() -> Path:
    """Return the folder of all that the course keeps for this learner.

    The environment variable ``LOCKSTEP_HOME`` overrides it. Otherwise it is in the learner's Google Drive
    where that is mounted, and in the system's own place elsewhere.
    """
    chosen = os.environ.get("LOCKSTEP_HOME")
    drive = colab.drive()
    if chosen or drive is None:
        return Path(chosen) if chosen else _on_this_machine()
    return drive / "lockstep"


def _on_this_machine() -> Path:
    return Path(platformdirs.user_data_dir("lockstep", appauthor=False))


def path() -> Path:
    """Return the progress file, which need not exist."""
    return folder() / "progress.jsonl"


def write(kind: str, lesson: str, framework: str | None, name: str, **fields: Any) -> None:
    """Append one entry; where the file cannot be written, keep it in memory and say so once.

    Parameters
    ----------
    kind : str
        What happened: ``"checkpoint"``, ``"check"``, ``"hint"`` or ``"record"``.
    lesson, framework, name : str
        Where it happened.
    **fields
        What else there is to remember. Values that JSON does not know are kept as their text.
    """
    entry = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "kind": kind,
        "lesson": lesson,
        "framework": framework,
        "name": name,
        **fields,
    }
    line = json.dumps(entry, default=str)
    try:
        with _locked():
            _append(line)
    except (OSError, RuntimeError, NotImplementedError) as error:
        _memory.append(json.loads(line))
        _tell(
            f"Your progress cannot be saved ({_reason(error)}). The lesson works all the same; "
            "what you answer is forgotten when this kernel stops."
        )


def move_to_drive() -> None:
    """Add what was kept on a Colab machine's own disk to Drive, once that is mounted."""
    kept = _on_this_machine() / "progress.jsonl"
    if colab.drive() is None or folder() == kept.parent or not kept.exists():
        return
    try:
        entries, _ = _parse(kept.read_bytes())
        with _locked():
            for entry in entries:
                _append(json.dumps(entry))
        kept.unlink()
    except (OSError, RuntimeError, NotImplementedError) as error:
        _tell(f"Your progress cannot be moved to your Drive ({_reason(error)}).")


def read() -> list[Entry]:
    """Return all entries, oldest first; mend the file where it is damaged."""
    return _saved() + _memory


def find(kind: str, lesson: str, framework: str | None, name: str) -> list[Entry]:
    """Return the entries of one kind about one thing, oldest first."""
    wanted = {"kind": kind, "lesson": lesson, "framework": framework, "name": name}
    return [entry for entry in read() if all(entry.get(key) == wanted[key] for key in wanted)]


@contextmanager
def _locked() -> Iterator[None]:
    """Hold the file's lock, making the folder first."""
    folder().mkdir(parents=True, exist_ok=True)
    # A Drive need not take locks; only this machine's kernels compete for it.
    beside = folder() if colab.drive() is None else Path(tempfile.gettempdir())
    with FileLock(beside / "progress.lock", timeout=LOCK_SECONDS):
        yield


def _append(line: str) -> None:
    """Append `line`, on a new line if an earlier write was cut off."""
    with path().open("a+b") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(line.encode() + b"\n")


def _saved() -> list[Entry]:
    """Return the file's entries; parsed again only when the file has changed."""
    global _cache
    try:
        status = path().stat()
        key = (path(), status.st_mtime_ns, status.st_size)
        if _cache is None or _cache[0] != key:
            _cache = (key, _load())
        return list(_cache[1])
    except FileNotFoundError:
        return []
    except (OSError, RuntimeError) as error:
        _tell(f"Your progress cannot be read ({_reason(error)}). The lesson works all the same.")
        return []


def _load() -> list[Entry]:
    entries, damaged = _parse(path().read_bytes())
    if not damaged:
        return entries
    try:
        return _mend()
    except (OSError, RuntimeError, NotImplementedError) as error:
        _tell(
            f"Your progress file has {damaged} damaged lines and cannot be mended "
            f"({_reason(error)}). They are passed over."
        )
        return entries


def _parse(content: bytes) -> tuple[list[Entry], int]:
    """Return the good entries and how many lines are damaged."""
    lines = [line for line in content.split(b"\n") if line.strip()]
    entries = [entry for entry in map(_entry, lines) if entry is not None]
    return entries, len(lines) - len(entries)


def _entry(line: bytes) -> Entry | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("kind"), str) else None


def _mend() -> list[Entry]:
    """Set the damaged file aside and keep the good lines, under the lock."""
    with _locked():
        # Read again: what looked damaged may have been another kernel's half-written line.
        entries, damaged = _parse(path().read_bytes())
        if not damaged:
            return entries
        aside = path().with_name(f"progress-damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.jsonl")
        shutil.copy2(path(), aside)
        fresh = path().with_suffix(".new")
        fresh.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
        os.replace(fresh, path())
    _tell(
        f"Your progress file was damaged in {damaged} of {damaged + len(entries)} lines. "
        f"The others are kept; the file as it was lies in {aside}."
    )
    return entries


def _reason(error: Exception) -> str:
    """Return the system's own words for what went wrong."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _tell(sentence: str) -> None:
    """Print a sentence, once."""
    if sentence not in _told:
        _told.add(sentence)
        print(sentence)
