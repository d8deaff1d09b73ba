"""Canvas: `lastfirst_userid_attachmentid_hw.ipynb`, with `_LATE` behind the name of whoever was late.

A second upload is called `hw-1.ipynb` and has a higher attachment id. The archive is packed when it
is downloaded, so that its members' times say nothing.
"""

import re
import unicodedata
from collections.abc import Sequence

from lockstep.grade.collect.members import ARCHIVE, NOTEBOOK
from lockstep.grade.collect.told import (
    Parts,
    Person,
    System,
    Texts,
    Told,
    ids_name_one_each,
    mostly,
)

NAMED = re.compile(
    r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<id>[0-9]{1,20})_(?P<upload>[0-9]{1,20})_(?P<file>.+)"
)


def system(paths: Sequence[Parts], texts: Texts) -> System | None:
    """Return Canvas where the paths are its."""
    if not mostly(paths, told) or not ids_name_one_each(map(told, paths)):
        return None
    return System("canvas", told, ("canvas", "canvas id"), has_times=False)


def told(parts: Parts) -> Told | None:
    """Return what Canvas tells by a file's name; it makes no folders, but a student may hand in an archive."""
    found = NAMED.fullmatch(parts[0])
    if found is None or not (ARCHIVE if len(parts) > 1 else NOTEBOOK).search(parts[0]):
        return None
    person = Person(found["id"], unicodedata.normalize("NFC", found["name"]))
    return Told(
        (person,),
        (found["file"], *parts[1:]),
        late=found["late"] is not None,
        upload=int(found["upload"]),
    )
