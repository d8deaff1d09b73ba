"""Archives that students handed in, in place of the notebook or around it."""

import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from tests.grade.corpus.kinds import Kind, Scene, Write, solved

SOLVED = json.dumps(solved(), indent=1).encode()


def zipped(members: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """Return a zip archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return content.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


def tarred(members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """Return a tar archive."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return content.getvalue()


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def lying(content: bytes) -> bytes:
    """Return a zip archive whose directory says that its first member is small."""
    place = content.index(b"PK\x01\x02") + 24
    return content[:place] + struct.pack("<I", 1000) + content[place + 4 :]


def written(content: bytes, name: str = "homework.zip") -> Write:
    def write(folder: Path, scene: Scene) -> None:
        (folder / name).write_bytes(content)

    return write


BOMB = zipped([("homework.ipynb", bytes(300_000_000))])

KINDS = [
    Kind(
        "zipped",
        "A notebook in an archive is the notebook.",
        written(zipped([("a/b/homework.ipynb", SOLVED)])),
    ),
    Kind(
        "zip_with_a_link",
        "The link is named; the notebook beside it is graded.",
        written(zipped([(link("solution.ipynb"), b"/etc/passwd"), ("homework.ipynb", SOLVED)])),
        unplaced=("is a link, and links are not followed",),
    ),
    Kind(
        "zip_with_an_absolute_path",
        "Nothing is written under a member's own name.",
        written(zipped([("/tmp/lockstep-was-here.ipynb", SOLVED), ("homework.ipynb", SOLVED)])),
        unplaced=("has an absolute path for a name",),
    ),
    Kind(
        "zip_that_climbs",
        "Nor outside of the folder for it.",
        written(
            zipped(
                [("../../../../../tmp/lockstep-was-here.ipynb", SOLVED), ("homework.ipynb", SOLVED)]
            )
        ),
        unplaced=("has a path with `..` for a name",),
    ),
    Kind(
        "zip_bomb",
        "What unpacks to 300 MB is not unpacked.",
        written(BOMB),
        unreadable="has 300 MB",
    ),
    Kind(
        "zip_bomb_that_lies",
        "Nor is it believed when it says that it is small.",
        written(lying(BOMB)),
        unreadable="It is damaged",
    ),
    Kind(
        "zip_of_zips",
        "An archive in an archive is not opened: it could go on for ever.",
        written(zipped([("more.zip", zipped([("homework.ipynb", SOLVED)]))])),
        absent=True,
        unplaced=("is an archive in a student's archive", "without a notebook"),
    ),
    Kind(
        "zip_cut_off",
        "An upload that broke off.",
        written(zipped([("homework.ipynb", SOLVED)])[:-100]),
        unreadable="damaged",
    ),
    Kind(
        "zip_of_nothing",
        "Without a notebook in it.",
        written(zipped([("notes.txt", b"later")])),
        absent=True,
        unplaced=("without a notebook", "is no notebook"),
    ),
    Kind(
        "tar_with_links_and_devices",
        "Each is named; the notebook is graded.",
        written(
            tarred(
                [
                    (entry("a.ipynb", tarfile.SYMTYPE, "/etc/passwd"), b""),
                    (entry("b.ipynb", tarfile.LNKTYPE, "../../../etc/passwd"), b""),
                    (entry("c.ipynb", tarfile.CHRTYPE), b""),
                    (entry("../../tmp/lockstep-was-here.ipynb"), SOLVED),
                    (entry("homework.ipynb"), SOLVED),
                ]
            ),
            "homework.tar.gz",
        ),
        unplaced=(
            "is a link",
            "is a link",
            "is no ordinary file",
            "has a path with `..` for a name",
        ),
    ),
]
