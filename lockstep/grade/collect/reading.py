"""Reading bytes that anybody may have made, and what to say where that fails."""

import errno
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

CHUNK = 1 << 16  # bytes
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)  # the teacher's disk is full: no fault of the archive
# What broken or hostile content makes the standard library raise.
BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # a password; NotImplementedError, for a method of compression, is one too
    ValueError,
    OverflowError,
    MemoryError,
)


class ArchiveError(Exception):
    """An archive that cannot be read, or not to its end; says why, in words that follow its name."""


@dataclass(frozen=True)
class Limits:
    """What an archive may hold.

    Parameters
    ----------
    members
        How many files.
    total
        How many bytes altogether, unpacked.
    """

    members: int
    total: int


def chunks(opening: Callable[[], IO[bytes]]) -> Iterator[bytes]:
    """Yield what a file holds, piece by piece.

    Raises
    ------
    ArchiveError
        If it cannot be opened, or not be read to its end.
    """
    try:
        with opening() as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except BROKEN as error:
        raise ArchiveError(why(error)) from error


def why(error: BaseException) -> str:
    """Return what is wrong with an archive or a member of it, in words that follow its name."""
    if isinstance(error, NotImplementedError):
        return "is compressed in a way that cannot be read here"
    if isinstance(error, RuntimeError) and "password" in str(error):
        return "is protected with a password"
    if isinstance(error, PermissionError):
        return "may not be opened by you"
    return "is damaged"
