"""One submission in, one result out: read, restore, run, judge."""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from platform import python_version

from lockstep.grade.assignments import Assignment
from lockstep.grade.engine import Engine
from lockstep.grade.judge import ENDED, blank_result, cell_result, forbidden_result, judge
from lockstep.grade.model import ExerciseResult, GradedWith, Submission, SubmissionResult
from lockstep.grade.notebook import UnreadableError, read_notebook
from lockstep.grade.prose import own_words
from lockstep.grade.restore import Restored, restore
from lockstep.grade.sandbox import Limits
from lockstep.grade.session import CaseOutcome, CellOutcome, Session
from lockstep.learn.exercises import Exercise

PACKAGES = {
    "pytorch": ("torch",),
    "keras": ("keras", "tensorflow", "tensorflow-cpu"),  # one of the last two is there
    None: (),
}


def grade(
    submission: Submission, assignment: Assignment, engine: Engine, limits: Limits, seed: int
) -> SubmissionResult:
    """Return what a submission comes to.

    Raises
    ------
    EngineError
        If the engine cannot run anything at all; nothing else is raised, whatever the file holds.
    """
    began = time.monotonic()
    try:
        notebook = read_notebook(submission.path)
    except UnreadableError as error:
        return unreadable(submission, str(error))
    restored = restore(notebook.cells, assignment.pristine)
    session = Session(engine, assignment.lesson, assignment.framework, restored.cells, limits)
    try:
        exercises = tuple(grade_exercises(session, assignment, restored))
    finally:
        session.close()
    return SubmissionResult(
        submission.student,
        submission.notebook,
        submission.source,
        submission.digest,
        exercises=exercises,
        notes=(*submission.notes, *restored.notes, *_cells_left_out(session, restored)),
        seconds=round(time.monotonic() - began, 3),
        handed_in=handed_in(submission.time),
        graded_with=GradedWith(
            seed,
            assignment.revision,
            engine.name,
            versions(assignment.framework),
            datetime.now(UTC).isoformat(),
        ),
        late=submission.late,
        words=own_words(notebook.cells, assignment.pristine),
    )


def unreadable(submission: Submission, reason: str) -> SubmissionResult:
    """Return the result of a file in which there is no notebook."""
    return SubmissionResult(
        submission.student,
        submission.notebook,
        submission.source,
        submission.digest,
        state="unreadable",
        reason=reason,
        notes=submission.notes,
        handed_in=handed_in(submission.time),
    )


def handed_in(moment: datetime | None) -> str | None:
    """Return a time as ISO 8601 has it."""
    return None if moment is None else moment.isoformat(timespec="seconds")


@cache
def versions(framework: str | None) -> dict[str, str]:
    """Return what the grade rests on."""
    found = {"python": python_version()}
    for package in ("lockstep", "numpy", *PACKAGES[framework]):
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def grade_exercises(
    session: Session, assignment: Assignment, restored: Restored
) -> Iterator[ExerciseResult]:
    """Yield what each exercise comes to, in the notebook's order."""
    attempted = [name for name in assignment.exercises if name not in restored.blank]
    if attempted:
        session.run_cells()
    for name, exercise in assignment.exercises.items():
        code = restored.answers.get(name, "")
        if name in restored.blank:
            yield blank_result(exercise, code)
            continue
        cell = _cell_of(name, session, restored)
        yield (
            cell_result(exercise, cell, code)
            or forbidden_result(exercise, restored)
            or _called(session, assignment, exercise, cell, code)
        )


def _cell_of(name: str, session: Session, restored: Restored) -> CellOutcome:
    """Return what became of the cell that defines an answer: the last one of several."""
    numbers = [number for number, cell in enumerate(restored.cells) if cell.exercise == name]
    return session.outcomes.get(numbers[-1], CellOutcome()) if numbers else CellOutcome()


def _called(
    session: Session, assignment: Assignment, exercise: Exercise, cell: CellOutcome, code: str
) -> ExerciseResult:
    cases = assignment.cases[exercise.name]
    outcomes: list[CaseOutcome] = []
    for case in cases:
        outcomes.append(session.answer(exercise.name, case.inputs))
        if outcomes[-1].problem in ENDED:
            return judge(exercise, cases, outcomes, None, cell, code)
    # An answer that is right only the first time has been right by chance.
    again = session.answer(exercise.name, cases[0].inputs)
    return judge(exercise, cases, outcomes, again, cell, code)


def _cells_left_out(session: Session, restored: Restored) -> Iterator[str]:
    """Say which of the student's own cells ended the notebook's process."""
    for number, outcome in sorted(session.outcomes.items()):
        cell = restored.cells[number]
        if outcome.ended and cell.exercise is None:
            where = f"Cell {cell.number}" if cell.number else "A cell of the notebook"
            yield f"{where} was left out ({outcome.ended.state}). {outcome.ended.message}"
