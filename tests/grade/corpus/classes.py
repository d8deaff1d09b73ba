"""A class of the corpus's kinds: written, graded by the real command, and looked at."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lockstep.grade.model import ExerciseResult, SubmissionResult
from lockstep.grade.store import Store
from tests.conftest import ROOT
from tests.grade.corpus.kinds import (
    MEMORY_LIMIT,
    SECRET,
    SEED,
    TIME_LIMIT,
    Got,
    Kind,
    Scene,
    exercises_of,
)

HANDED_IN = 1_790_000_000.0


@dataclass
class Run:
    """What a run of `lockstep grade` came to.

    Parameters
    ----------
    out
        The folder of grades.
    results
        Each student's result.
    said
        All that the command said.
    status, peak, left
        Its exit status, the most memory that it took itself, and what runs on after it.
    """

    out: Path
    results: dict[str, SubmissionResult]
    said: str
    status: int
    peak: int
    left: list[str] = field(default_factory=list)


def write_class(folder: Path, kinds: Sequence[Kind], scene: Scene) -> Path:
    """Write what each student handed in, and the roster beside it; return the latter."""
    for kind in kinds:
        (folder / kind.name).mkdir(parents=True)
        kind.write(folder / kind.name, scene)
        for file in (folder / kind.name).rglob("*"):
            if (
                file.stat(follow_symlinks=False).st_mtime > HANDED_IN
            ):  # one kind has times of its own
                os.utime(file, (HANDED_IN, HANDED_IN), follow_symlinks=False)
    roster = folder.parent / f"{folder.name}.csv"
    rows = [("id", "name"), *((kind.name, kind.person or kind.name) for kind in kinds)]
    content = "\n".join(
        ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows
    )
    roster.write_text(content, encoding="utf-8")
    return roster


def grade(
    folder: Path, out: Path, roster: Path | None, *options: str, before: Sequence[str] = ()
) -> Run:
    """Grade a class with the command that a teacher types; `before` stands in front of it."""
    report = out.parent / f"{out.name}.json"
    command = [sys.executable, "-m", "lockstep.cli", "grade", str(folder), "--out", str(out)]
    command += ["--roster", str(roster)] if roster else []
    command += ["--time-limit", str(TIME_LIMIT), "--memory-limit", str(MEMORY_LIMIT)]
    command += ["--seed", str(SEED), "--jobs", "2", "--root", str(ROOT), *options]
    done = subprocess.run(
        [*before, sys.executable, "-m", "tests.grade.corpus.watched", str(report), *command],
        cwd=ROOT,
        env=os.environ | {"LOCKSTEP_CANARY": f"{SECRET}: in the environment", "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    said = done.stdout.decode("utf-8", "replace")
    assert (out / "grades.sqlite").exists(), said
    found = json.loads(report.read_text(encoding="utf-8"))
    store = Store(out / "grades.sqlite")
    results = {result.student.key: result for result in store.results()}
    store.close()
    return Run(out, results, said, **found)


def listed(run: Run, kind: Kind) -> list[str]:
    """Return the lines with which the command named a student's files as unplaced."""
    lines = run.said.partition("Could not be placed:")[2].split("\n")
    return [line for line in lines if line.startswith(f"  {kind.name}/")]


def differences(kind: Kind, run: Run) -> Iterator[str]:
    """Yield in what a student's result is not what it must be, a sentence each."""
    result = run.results.get(kind.name)
    lines = listed(run, kind)
    for reason in kind.unplaced:
        if not any(reason in line for line in lines):
            yield f"no file is listed for which {reason!r} is said: {lines}"
    if len(lines) != len(kind.unplaced):
        yield f"{len(lines)} files are listed as unplaced: {lines}"
    if kind.absent:
        if result and result.state != "missing":
            yield f"there is a result: {result}"
    elif result is None:
        yield "there is no result"
    elif kind.unreadable:
        if result.state != "unreadable" or kind.unreadable not in result.reason:
            yield f"it is {result.state}: {result.reason}"
    elif result.state is not None:
        yield f"it is {result.state}: {result.reason}"
    else:
        yield from _wrong_exercises(kind, result)


def _wrong_exercises(kind: Kind, result: SubmissionResult) -> Iterator[str]:
    if result.notebook != kind.notebook:
        yield f"it was taken for {result.notebook}"
    if [one.exercise for one in result.exercises] != exercises_of(kind.notebook):
        yield f"it has the exercises {[one.exercise for one in result.exercises]}"
    for one in result.exercises:
        wanted = kind.got.get(one.exercise, Got("right", one.out_of))
        if not _agrees(one, wanted):
            yield f"{one.exercise}: wanted {wanted}, got {one.state}, {one.points}, {one.message!r}, {one.mistake!r}"
    if not any(kind.note in note for note in ("", *result.notes)):
        yield f"no note says {kind.note!r}: {result.notes}"


def _agrees(one: ExerciseResult, wanted: Got) -> bool:
    return (
        (one.state, one.points) == (wanted.state, wanted.points)
        and wanted.says in one.message
        and wanted.mistake in (None, one.mistake)
    )
