"""Which of a student's files for one notebook counts: the later."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from lockstep.grade.collect.intake import Found
from lockstep.grade.collect.lessons import copy_number
from lockstep.grade.collect.members import NOTEBOOK
from lockstep.grade.model import Submission


def latest(submissions: Iterable[tuple[Found, Submission]]) -> list[Submission]:
    """Return one submission for each student and notebook; where there were more, its notes name them all."""
    groups: dict[tuple[str, str], list[tuple[Found, Submission]]] = defaultdict(list)
    for found, submission in submissions:
        groups[submission.student.key, submission.notebook].append((found, submission))
    return [_latest(group) for group in groups.values()]


def _latest(group: list[tuple[Found, Submission]]) -> Submission:
    in_order = [submission for _, submission in sorted(group, key=lambda pair: age(pair[0]))]
    last = in_order[-1]
    if len(in_order) == 1:
        return last
    named = ", ".join(_with_time(submission) for submission in in_order)
    note = f"{len(in_order)} files for this notebook, of which the last counts: {named}."
    return replace(last, notes=(note, *last.notes))


def age(found: Found) -> tuple[Any, ...]:
    """Return what sorts the files of a student.

    By the school system's own order where it has one, by time, then "(2)" behind the name, then the name.

    Where all are equal they stay in order: of two members with one name, the archive's later counts.
    """
    times = tuple(time.timestamp() if time else 0.0 for time in found.times)
    stem = NOTEBOOK.sub("", found.parts[-1])
    upload = found.told.upload if found.told else 0
    return (upload, times, copy_number(stem), natural("/".join(found.parts)))


def natural(text: str) -> list[tuple[int, str]]:
    """Return what sorts "hw 9" before "hw 10"."""
    pieces = re.split(r"(\d+)", text.casefold())
    return [(len(piece) if place % 2 else 0, piece) for place, piece in enumerate(pieces)]


def _with_time(submission: Submission) -> str:
    time = f" ({submission.time:%Y-%m-%d %H:%M:%S})" if submission.time else ""
    return submission.source + time
