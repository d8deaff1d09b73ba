"""Whom the school's system means: from what came back and the roster to what its import files need."""

from collections.abc import Iterable
from pathlib import Path

from lockstep.grade.collect import Collected, Roster
from lockstep.grade.reports.lms import Class, Participant


def class_of(
    collected: Collected,
    roster: Roster | None,
    moodle_worksheet: Path | None = None,
    canvas_gradebook: Path | None = None,
) -> Class:
    """Return what is known of a class: by the archive that it came in, else by the roster's columns."""
    names = {one.key: one.name for one in roster.students} if roster else {}
    moodle = {
        key: Participant(text, names[key])
        for key, text in _column(roster, ("moodle", "participant"))
    }
    canvas = dict(_column(roster, ("canvas", "canvas id")))
    if collected.system == "moodle":
        moodle = {key: Participant(one.id, one.name) for key, one in collected.people.items()}
    if collected.system == "canvas":
        canvas |= {key: one.id for key, one in collected.people.items()}
    return Class(
        collected.system, collected.lessons, moodle, canvas, moodle_worksheet, canvas_gradebook
    )


def _column(roster: Roster | None, names: Iterable[str]) -> list[tuple[str, str]]:
    more = roster.more if roster else {}
    return [(key, values[name]) for key, values in more.items() for name in names if name in values]
