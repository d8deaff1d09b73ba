"""What must be the same on two machines so that they give the same result to the byte."""

import hashlib
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

import lockstep
from lockstep.grade.assignments import revision
from lockstep.grade.grading import versions


def likeness(notebooks: Iterable[tuple[str, str | None]], lessons: Path) -> dict[str, str]:
    """Return what grading these notebooks, each a lesson and a framework, rests on here."""
    found = {"processor": platform.machine(), "distributed": version("distributed")}
    for lesson, framework in notebooks:
        found |= versions(framework)
        found[f"lesson {lesson}"] = _lesson(lessons / lesson)
    return found | {"the course's code": _code()}


def difference(wanted: Mapping[str, str], found: Mapping[str, str]) -> str:
    """Return what is not as it should be, in sentences; nothing where all is."""
    others = [
        f"{name} {found.get(name, 'is missing')} (here: {value})"
        for name, value in wanted.items()
        if found.get(name) != value
    ]
    if not others:
        return ""
    return (
        f"It would not grade as this machine does: {', '.join(others)}. Bring its checkout to the same revision, "
        "set it up with `python lab.py --setup lab grade dask`, and start the worker anew."
    )


# Kept for good: what has been imported stays in a worker's process, whatever its files are by now.


@cache
def _lesson(folder: Path) -> str:
    return revision(folder)


@cache
def _code() -> str:
    folder = Path(lockstep.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]
