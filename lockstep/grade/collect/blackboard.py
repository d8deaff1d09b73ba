"""Blackboard: `assignment_user_attempt_2026-11-20-23-58-12_hw.ipynb`, and beside it a .txt that has the name.

The time is the school's own, and taken for this computer's.
"""

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import takewhile

from lockstep.grade.collect.told import Parts, Person, System, Texts, Told, mostly

# The first `_attempt_` counts: what follows the time is the student's own.
NAMED = re.compile(
    r"(?P<head>.+?)_attempt_(?P<time>[0-9]{4}(?:-[0-9]{2}){5})(?:_(?P<file>.+)|(?P<note>\.txt))"
)
# Its first line, in whatever language: "Name: Anna Müller (amueller)".
FIRST_LINE = re.compile(r"[^:\n]{1,40}:\s*(?P<name>[^\n]{1,200}?)\s*\((?P<user>[^()\n]+)\)\s*")


def is_note(name: str) -> bool:
    """Return whether a file is called as the note that Blackboard writes for each attempt."""
    found = NAMED.fullmatch(name)
    return found is not None and found["note"] is not None


def system(paths: Sequence[Parts], texts: Texts) -> System | None:
    """Return Blackboard where the paths are its."""
    heads = {found["head"] for path in paths if (found := NAMED.fullmatch(path[0]))}
    people = dict(filter(None, (_person(path, text) for path, text in texts.items())))
    told = partial(_told, people, _shared_beginning(sorted(heads)))
    if not mostly(paths, told):
        return None
    notes = tuple(path for path in texts if len(path) == 1 and is_note(path[0]))
    return System("blackboard", told, ("blackboard",), own_files=notes)


def _person(path: Parts, text: str) -> tuple[str, Person] | None:
    """Return whom an attempt's note names, and the beginning of the attempt's file names."""
    found = NAMED.fullmatch(path[0]) if len(path) == 1 else None
    said = FIRST_LINE.match(text.lstrip("\ufeff"))
    if found is None or found["note"] is None or said is None:
        return None
    if not found["head"].endswith(f"_{said['user']}"):
        return None
    return found["head"], Person(said["user"], unicodedata.normalize("NFC", said["name"]))


def _shared_beginning(heads: Sequence[str]) -> str:
    """Return the assignment's name with the `_` behind it, where there are students enough to tell."""
    if len(heads) < 2:
        return ""
    # Sorted, the first and the last differ where any two do.
    pairs = zip(heads[0].split("_")[:-1], heads[-1].split("_")[:-1], strict=False)
    shared = [one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    return "".join(f"{one}_" for one in shared)


def _told(people: dict[str, Person], assignment: str, parts: Parts) -> Told | None:
    found = NAMED.fullmatch(parts[0])
    if found is None or "_" not in found["head"] or found["note"]:
        return None
    head = found["head"]
    user = head[len(assignment) :] if assignment else head.rpartition("_")[2]
    person = people.get(head) or Person(unicodedata.normalize("NFC", user))
    time = None
    with suppress(ValueError, OverflowError, OSError):
        time = datetime.strptime(found["time"], "%Y-%m-%d-%H-%M-%S").astimezone()
    return Told((person,), (found["file"], *parts[1:]), time)
