"""The files in a folder, none of them followed to anywhere else."""

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO

from lockstep.grade.collect.members import Member, about_kind, decoded, moment


def folder_members(folder: Path, left_out: Path) -> Iterator[Member]:
    """Yield all that lies in the folder and below, but for what lies in `left_out`."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            yield _refused(here, folder, f"is a folder that cannot be opened ({error.strerror})")
            continue
        below: list[Path] = []
        for entry in entries:
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if not _same(path, left_out):
                    below.append(path)
            else:
                yield _member(path, folder)
        waiting += reversed(below)


def file_member(path: Path) -> Member:
    """Return one file as though it lay alone in its folder."""
    return _member(path, path.parent)


def _member(path: Path, folder: Path) -> Member:
    try:
        status = path.lstat()
    except OSError as error:  # deleted in the meantime
        return _refused(path, folder, f"cannot be read ({error.strerror})")
    if not stat.S_ISREG(status.st_mode):
        return _refused(path, folder, about_kind(stat.S_ISLNK(status.st_mode)))
    return Member(
        _name(path, folder), status.st_size, moment(status.st_mtime), partial(_open, path)
    )


def _open(path: Path) -> IO[bytes]:
    # It may have become a link or a pipe since it was looked at.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb")


def _refused(path: Path, folder: Path, refusal: str) -> Member:
    return Member(_name(path, folder), 0, None, partial(_open, path), refusal)


def _name(path: Path, folder: Path) -> str:
    # A `\` is part of a name here, not a separator.
    return "/".join(decoded(part).replace("\\", "_") for part in path.relative_to(folder).parts)


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False
