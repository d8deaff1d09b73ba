"""When students handed in, where nbgrader wrote it down."""

import re
from dataclasses import replace
from datetime import UTC, datetime

from lockstep.grade.collect.intake import STAMP, Found, Intake
from lockstep.grade.collect.places import Tree
from lockstep.grade.model import Unplaced

TIME = re.compile(r"\s*(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.\d+)?\s*(?:UTC|Z|\+00:?00)?\s*")


def stamped(intake: Intake, tree: Tree) -> list[Found]:
    """Return the notebooks with the times that nbgrader noted beside them.

    Only in STUDENT/ASSIGNMENT of its own tree, where nbgrader writes the file over: elsewhere a
    student may have made it up, and then it is a file like any other.
    """
    times: dict[tuple[str, ...], datetime] = {}
    for parts, (source, text) in intake.texts.items():
        below = tree.below(parts)
        if parts[-1] == STAMP and tree.is_nbgrader and below is not None and len(below) == 3:
            time = TIME.fullmatch(text)
            if time:
                times[parts[:-1]] = datetime.fromisoformat(time.group(1)).replace(tzinfo=UTC)
        else:
            intake.unplaced.append(Unplaced(source, "It is no notebook (.ipynb)."))
    return [_with_time(found, times, len(tree.top) + 2) for found in intake.found]


def _with_time(found: Found, times: dict[tuple[str, ...], datetime], depth: int) -> Found:
    time = times.get(found.parts[:depth])
    return found if time is None else replace(found, times=(time, *found.times))
