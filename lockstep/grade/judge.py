"""The verdict on one exercise, from what its answer returned; the student's process has no part in it."""

import ast

from lockstep.grade.model import ExerciseResult, State
from lockstep.grade.public_checks import needed
from lockstep.grade.restore import Restored
from lockstep.grade.session import CaseOutcome, CellOutcome
from lockstep.grade.syntax import parse
from lockstep.learn.checking import forbidden_in, say_forbidden
from lockstep.learn.exercises import Exercise
from lockstep.learn.judging import RecordedCase, compare, same

ENDED = ("time limit", "memory limit", "crashed", "not run")
LONGEST = 4_000
NOT_ATTEMPTED = "Nothing was written in place of the blank yet."


def blank_result(exercise: Exercise, code: str) -> ExerciseResult:
    """Return the result of an exercise that was not attempted."""
    return _result(exercise, "not attempted", NOT_ATTEMPTED, code)


def forbidden_result(exercise: Exercise, restored: Restored) -> ExerciseResult | None:
    """Return the result of an answer that uses what it must not use; None where it does not.

    The answer's own code is searched, and what it calls of the student's other code.
    """
    if not exercise.forbidden:
        return None
    trees = [parse(cell.source) for cell in restored.cells if cell.kind != "pristine"]
    statements = [node for tree in trees if tree for node in tree.body]
    module = ast.Module(statements, type_ignores=[])
    reached = ast.Module(needed(module, {exercise.name}), type_ignores=[])
    used = forbidden_in(exercise, reached)
    if not used:
        return None
    code = restored.answers[exercise.name]
    return _result(exercise, "wrong", say_forbidden(used), code)


def cell_result(exercise: Exercise, outcome: CellOutcome, code: str) -> ExerciseResult | None:
    """Return the result of an answer whose cell ended the process; None where it did not."""
    if outcome.ended is None:
        return None
    return _result(exercise, outcome.ended.state, outcome.ended.message, code)


def judge(
    exercise: Exercise,
    cases: list[RecordedCase],
    outcomes: list[CaseOutcome],
    again: CaseOutcome | None,
    cell: CellOutcome,
    code: str,
) -> ExerciseResult:
    """Return the result of an answer that was called.

    Parameters
    ----------
    exercise, cases
        What was asked.
    outcomes
        What came back in each case; shorter than `cases` where the process ended.
    again
        What came back when the first case was asked once more at the end.
    cell
        What became of the cell that defines the answer.
    code
        The student's code.
    """
    called = outcomes if again is None else [*outcomes, again]
    broken = next((outcome for outcome in called if outcome.problem in ENDED), None)
    if broken is not None:
        return _result(exercise, _state(broken.problem), broken.message, code)
    right = _right_cases(exercise, cases, outcomes, again)
    if len(right) == len(cases):
        return _result(exercise, "right", "", code, points=exercise.points)
    points = exercise.points_for(len(right) / len(cases))
    problem = next((outcome for outcome in called if outcome.problem), None)
    if problem is not None:
        message = _cell_message(cell, problem)
        state: State = "partly" if right else _state(problem.problem)
        return _result(exercise, state, message, code, points=points)
    return _wrong(exercise, cases, outcomes, code, points)


def _right_cases(
    exercise: Exercise,
    cases: list[RecordedCase],
    outcomes: list[CaseOutcome],
    again: CaseOutcome | None,
) -> set[int]:
    """Return the numbers of the cases in which the answer is right; the first one both times."""
    right = {
        number
        for number, (case, outcome) in enumerate(zip(cases, outcomes, strict=True))
        if outcome.results is not None and same(outcome.results, case.expected, exercise.tolerance)
    }
    if again is not None and 0 in right:
        steady = again.results is not None and same(
            again.results, cases[0].expected, exercise.tolerance
        )
        return right if steady else right - {0}
    return right


def _wrong(
    exercise: Exercise,
    cases: list[RecordedCase],
    outcomes: list[CaseOutcome],
    code: str,
    points: float,
) -> ExerciseResult:
    answers = [outcome.results for outcome in outcomes if outcome.results is not None]
    verdict = compare(answers, cases, exercise.tolerance)
    state: State = "partly" if points else "wrong"
    if not verdict.failed:
        return _result(
            exercise,
            state,
            f"Called a second time with the same values, `{exercise.name}` gave back something else. "
            "Does it keep or change something outside of itself?",
            code,
            points=points,
        )
    said = [exercise.said_to(verdict.mistake)] if verdict.mistake else []
    message = "\n".join([*said, verdict.sentence])
    return _result(
        exercise,
        state,
        message,
        code,
        points=points,
        mistake=verdict.mistake,
        values=verdict.values,
    )


def _cell_message(cell: CellOutcome, problem: CaseOutcome) -> str:
    """Return what to say of an answer that could not be called: why its cell failed, if it did."""
    if problem.problem == "not attempted":
        return NOT_ATTEMPTED
    if cell.error is None:
        return problem.message
    line = f" in line {cell.error['line']}" if cell.error["line"] else ""
    return f"Its cell stops with {cell.error['type']}{line}: {cell.error['message']}"


def _state(problem: str) -> State:
    return problem  # type: ignore[return-value]  # a case's problems are states of an exercise


def _result(
    exercise: Exercise,
    state: State,
    message: str,
    code: str,
    *,
    points: float = 0.0,
    mistake: str | None = None,
    values: str = "",
) -> ExerciseResult:
    hint = "" if state == "right" else exercise.hints[0]
    said, shown = message[:LONGEST], values[:LONGEST]  # names and text in it may be a student's
    return ExerciseResult(
        exercise.name, state, points, exercise.points, said, mistake, shown, hint, code
    )
