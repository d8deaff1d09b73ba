"""The files in a zip archive that anybody may have made."""

import stat
import zipfile
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from lockstep.grade.collect.members import Member, about_kind
from lockstep.grade.collect.reading import ArchiveError, Limits

DIRECTORY_ENTRY = 500  # bytes for each member in a zip archive's list: 46, the name and extras


def zip_members(path: Path, limits: Limits) -> Iterator[Member]:
    """Yield the files in a zip archive.

    Raises
    ------
    ArchiveError
        If it holds too many to be listed.
    """
    _check_directory(path, limits)
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            if info.is_dir() or info.filename.endswith("\\"):
                continue
            refusal = "" if kind in (0, stat.S_IFREG) else about_kind(kind == stat.S_IFLNK)
            name = _name(info)
            yield Member(name, info.file_size, _time(info), partial(archive.open, info), refusal)


def _check_directory(path: Path, limits: Limits) -> None:
    """Refuse a list of members that would fill the memory before they can be counted.

    Its size stands in the record that ends the file, before at most 65,535 bytes of comment. Only
    in an archive above 4 GB it may stand elsewhere.
    """
    with path.open("rb") as file:
        length = file.seek(0, 2)
        file.seek(max(0, length - 65_557))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    size = int.from_bytes(tail[end + 12 : end + 16], "little")
    if end >= 0 and length < 1 << 32 and size > limits.members * DIRECTORY_ENTRY:
        raise ArchiveError(f"holds more than {limits.members:,} files")


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name with its umlauts.

    Without a flag that says UTF-8 the standard names code page 437, which is what `zipfile` assumed;
    but macOS and many web servers write UTF-8 all the same.
    """
    name = info.orig_filename  # `filename` is cut off at a null byte
    if info.flag_bits & 0x800:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _time(info: zipfile.ZipInfo) -> datetime | None:
    """Return a member's time; 1980 is what stands there where nobody said."""
    try:
        return datetime(*info.date_time).astimezone() if info.date_time[0] > 1980 else None
    except (ValueError, OverflowError, OSError):
        return None
