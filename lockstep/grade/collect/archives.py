"""The files in an archive of any kind. Nothing is ever unpacked under its own name."""

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from lockstep.grade.collect.members import Member
from lockstep.grade.collect.reading import BROKEN, NO_ROOM, ArchiveError, Limits, chunks, why
from lockstep.grade.collect.tars import tar_members
from lockstep.grade.collect.zips import zip_members

UNPACKERS: dict[bytes, Callable[[Path], Any]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}
UNKNOWN_KINDS = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!": "RAR", b"\x28\xb5\x2f\xfd": "Zstandard"}


def archive_members(path: Path, limits: Limits, scratch: Path) -> Iterator[Member]:
    """Yield the files in an archive; what it is, its content says and not its name.

    A member can be opened until the next one is asked for.

    Raises
    ------
    ArchiveError
        If it is no archive, or broken; also after some members, where the rest cannot be read.
    """
    try:
        with _opened(path, limits, scratch) as members:
            yield from islice(members, limits.members)
            if next(members, None) is not None:
                raise ArchiveError(
                    f"holds more than {limits.members:,} files; the others were left out"
                )
    except BROKEN as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise
        raise ArchiveError(why(error)) from error


@contextmanager
def _opened(path: Path, limits: Limits, scratch: Path) -> Iterator[Iterator[Member]]:
    with path.open("rb") as file:
        first = file.read(8)
    for beginning, kind in UNKNOWN_KINDS.items():
        if first.startswith(beginning):
            raise ArchiveError(f"is a {kind} archive, which is not opened here")
    unpacker = next((kind for start, kind in UNPACKERS.items() if first.startswith(start)), None)
    if unpacker is not None:
        with _unpacked(path, unpacker, limits, scratch) as (tar, problem):
            yield tar_members(tar, problem)
    # `is_zipfile` alone takes a tar archive that ends with a zip for a zip.
    elif first.startswith(b"PK") or (not _is_tar(path) and zipfile.is_zipfile(path)):
        yield zip_members(path, limits)
    else:
        yield tar_members(path, "")


def _is_tar(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(257)
        return file.read(5) == b"ustar"


@contextmanager
def _unpacked(
    path: Path, unpacker: Callable[[Path], Any], limits: Limits, scratch: Path
) -> Iterator[tuple[Path, str]]:
    """Give the tar archive in a compressed one, as far as it can be had, and what ended it early."""
    tar = scratch / f"{path.name[:40]}.tar"
    problem = ""
    try:
        with tar.open("wb") as target:
            left = limits.total
            try:
                for chunk in chunks(partial(unpacker, path)):
                    target.write(chunk[:left])
                    left -= len(chunk)
                    if left < 0:
                        problem = f"unpacks to more than {limits.total / 1e6:,.0f} MB"
                        break
            except ArchiveError as error:
                problem = str(error)
        yield tar, problem
    finally:
        tar.unlink(missing_ok=True)
