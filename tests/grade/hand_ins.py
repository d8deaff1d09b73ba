"""Folders and archives as a class hands them in, made from the exercises that are committed."""

import copy
import io
import json
import os
import tarfile
import zipfile
from functools import cache
from pathlib import Path

from lockstep.grade.collect import collect, read_course
from tests.conftest import ROOT

PYTORCH = "04_simple_net_pytorch"
KERAS = "04_simple_net_keras"
COURSE = read_course(ROOT / "exercises")


@cache
def _read(role: str, name: str) -> str:
    return (ROOT / role / f"{name}.ipynb").read_text(encoding="utf-8")


def notebook(name: str = PYTORCH, role: str = "exercises") -> dict:
    """Return a notebook as it was handed out."""
    return copy.deepcopy(json.loads(_read(role, name)))


def packed(name: str = PYTORCH, role: str = "exercises", mark: str = "") -> bytes:
    """Return a notebook's bytes; the mark makes them differ from those of another."""
    made = notebook(name, role)
    if mark:
        made["cells"].append(
            {"cell_type": "markdown", "id": "mark", "metadata": {}, "source": [mark]}
        )
    return json.dumps(made).encode()


def folder(root: Path, files: dict[str, bytes], times: dict[str, float] | None = None) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if times and name in times:
            os.utime(path, (times[name], times[name]))
    root.mkdir(exist_ok=True)
    return root


def zipped(files: dict[str, bytes] | list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """Return a zip archive; a list may hold a name twice."""
    packed_in = io.BytesIO()
    with zipfile.ZipFile(packed_in, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, content)
    return packed_in.getvalue()


def tarred(files: dict[str, bytes] | list[tuple[tarfile.TarInfo, bytes]], kind: str = "") -> bytes:
    """Return a tar archive; kind is "gz", "xz", "bz2" or nothing."""
    packed_in = io.BytesIO()
    with tarfile.open(fileobj=packed_in, mode=f"w:{kind}") as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            info.size = len(content) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(content))
    return packed_in.getvalue()


def took(submissions: Path, roster=None, lessons=None):
    """Collect into a folder beside what was handed in."""
    return collect(submissions, submissions.parent / "scratch", COURSE, roster, lessons)


def placed(collected) -> list[tuple[str, str]]:
    """Return whose notebooks were placed, and which."""
    return [(one.student.key, one.notebook) for one in collected.submissions]


def reasons(collected) -> dict[str, str]:
    """Return why the others were not."""
    return {one.source: one.reason for one in collected.unplaced}
