"""Moodle: `Full Name_ID_assignsubmission_file_/hw.ipynb`, or `…_file_hw.ipynb` without folders.

The folder has no `_` at its end since Moodle 4.1. The ID is the participant's, another one in each
assignment; with blind marking the name is "Participant".
"""

import re
import unicodedata
from collections.abc import Sequence

from lockstep.grade.collect.told import Parts, Person, System, Texts, Told, mostly

NAMED = re.compile(r"(?P<name>[^_]+)_(?P<id>[0-9]+)_assignsubmission_file(_(?P<file>.*))?")


def system(paths: Sequence[Parts], texts: Texts) -> System | None:
    """Return Moodle where the paths are its."""
    return System("moodle", told, ("moodle", "participant")) if mostly(paths, told) else None


def told(parts: Parts) -> Told | None:
    """Return what Moodle tells by a file's place."""
    found = NAMED.fullmatch(parts[0])
    if found is None:
        return None
    name = unicodedata.normalize("NFC", found["name"]).strip()
    file = (found["file"],) if found["file"] else ()
    return Told((Person(found["id"], name),), (*file, *parts[1:]))
