"""The files in a tar archive that anybody may have made."""

import tarfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, cast

from lockstep.grade.collect.members import Member, about_kind, decoded, moment
from lockstep.grade.collect.reading import BROKEN, ArchiveError, why

LARGEST_HEADER = 1 << 20  # bytes; a long name needs a thousand


class _Careful:
    """A file that does not give more at once than a header can need: tar believes a header's size."""

    def __init__(self, file: IO[bytes]) -> None:
        self.read_all = file.read
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int) -> bytes:
        if not 0 <= size <= LARGEST_HEADER:
            raise tarfile.ReadError("a header that says it is negative, or above a megabyte")
        return self.read_all(size)


def tar_members(path: Path, problem: str) -> Iterator[Member]:
    """Yield the files in a tar archive that is not compressed.

    Parameters
    ----------
    path
        The archive.
    problem
        Why it is known to end too early; empty where it is not.

    Raises
    ------
    ArchiveError
        After the last file that can be read, where there may be others.
    """
    seen = False
    try:
        with path.open("rb") as file:
            careful = cast(IO[bytes], _Careful(file))
            with tarfile.open(fileobj=careful, mode="r:", encoding="utf-8") as archive:
                for info in _infos(archive):
                    seen = True
                    yield _member(archive, info)
                if not problem and not _ends_well(file, archive.offset):
                    problem = "is damaged"
    except BROKEN as error:
        problem = problem or why(error)
    if problem:
        raise ArchiveError(problem + ("; what comes after was left out" if seen else ""))


def _infos(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield what is in the archive and no folder."""
    offset = -1
    while (info := archive.next()) is not None:
        if archive.offset <= offset:  # a negative size, made to go round for ever
            raise tarfile.ReadError("a member that ends before it begins")
        offset = archive.offset
        if not info.isdir():
            yield info


def _ends_well(file: IO[bytes], offset: int) -> bool:
    """Return whether an archive ends where it says so; `tarfile` ends in silence at a broken header."""
    file.seek(offset)
    return not file.read(tarfile.BLOCKSIZE).strip(b"\0")


def _member(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Member:
    name, time = decoded(info.name), moment(info.mtime)
    refusal = "" if info.isreg() else about_kind(info.issym() or info.islnk())
    return Member(name, info.size, time, partial(_open, archive, info), refusal)


def _open(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    file = archive.extractfile(info)
    assert file is not None  # it is a regular file, or it would have been refused
    return file
