"""A run over a class: what is new is graded, each result is kept as it comes, then the reports are written."""

import os
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from lockstep.grade.adjusted import Adjusted
from lockstep.grade.assignments import Assignment
from lockstep.grade.collect import Collected
from lockstep.grade.engine import Engine, EngineError
from lockstep.grade.grading import grade, handed_in
from lockstep.grade.model import Submission, SubmissionResult, Unplaced
from lockstep.grade.names import safe_name
from lockstep.grade.reports.class_page import write_class_page
from lockstep.grade.reports.feedback import adjustments_of, adjustments_shown, write_feedback
from lockstep.grade.reports.gradebook import write_gradebook
from lockstep.grade.sandbox import Limits
from lockstep.grade.store import Store

Item = TypeVar("Item")
Result = TypeVar("Result")
Graded = Generator[SubmissionResult | Unplaced, None, None]
GradeAll = Callable[[Sequence[Submission]], Graded]
AssignmentOf = Callable[[str, str | None], Assignment]
TRIES = 2  # an engine that fails is tried once more before a submission is given up


@dataclass(frozen=True)
class Settings:
    """How a run is made.

    Parameters
    ----------
    limits
        What each submission may use up.
    jobs
        How many submissions at once.
    seed
        What the hidden cases are drawn from.
    regrade
        Students, lessons or notebooks to grade anew, or "all".
    """

    limits: Limits
    jobs: int
    seed: int
    regrade: tuple[str, ...] = ()


@dataclass
class Done:
    """What a run did.

    Parameters
    ----------
    graded
        The results that are new.
    kept
        How many were graded before and have not changed.
    failed
        What the grader itself could not grade, and why.
    """

    graded: list[SubmissionResult] = field(default_factory=list)
    kept: int = 0
    failed: list[Unplaced] = field(default_factory=list)


def to_grade(
    submissions: Sequence[Submission], known: dict[tuple[str, str], str], regrade: tuple[str, ...]
) -> list[Submission]:
    """Return the submissions that are new or have changed, and those that shall be graded anew."""

    def wanted(one: Submission) -> bool:
        named = {"all", one.student.key, one.student.name, one.lesson, one.notebook}
        unchanged = known.get((one.student.key, one.notebook)) == one.digest
        return not unchanged or bool(named & set(regrade))

    return [submission for submission in submissions if wanted(submission)]


def run(
    submissions: Sequence[Submission],
    store: Store,
    grade_all: GradeAll,
    settings: Settings,
    on_result: Callable[[SubmissionResult | None], None],
) -> Done:
    """Grade what is new, and keep each result as it comes.

    Parameters
    ----------
    submissions
        All that was collected.
    store
        Where results go.
    grade_all
        Grades submissions and yields what they come to, in any order: `here`, or a cluster.
    settings
        What is graded anew.
    on_result
        Called with each result; with None for one that could not be had.

    Raises
    ------
    EngineError
        If nothing can be run any more.
    """
    waiting = to_grade(submissions, store.digests(), settings.regrade)
    done = Done(kept=len(submissions) - len(waiting))
    with closing(grade_all(waiting)) as results:
        for result in results:
            if isinstance(result, Unplaced):
                done.failed.append(result)
                on_result(None)
            else:
                store.put(result)
                done.graded.append(result)
                on_result(result)
    return done


def here(assignment_of: AssignmentOf, engine: Engine, settings: Settings) -> GradeAll:
    """Return what grades submissions on this machine, `settings.jobs` at once."""

    def one(submission: Submission) -> SubmissionResult | Unplaced:
        return graded(submission, assignment_of, engine, settings.limits, settings.seed)

    return lambda waiting: _in_parallel(one, waiting, settings.jobs, engine.close)


def graded(
    submission: Submission, assignment_of: AssignmentOf, engine: Engine, limits: Limits, seed: int
) -> SubmissionResult | Unplaced:
    """Return a submission's result, or why there is none: one shall never stop a class."""
    reason = ""
    for _ in range(TRIES):
        try:
            assignment = assignment_of(submission.lesson, submission.framework)
            return grade(submission, assignment, engine, limits, seed)
        except EngineError as error:
            reason = str(error)
        except Exception as error:
            reason = (
                f"The grader itself failed ({type(error).__name__}: {error}). Please report this, "
                "with the file if you may."
            )
            break
    return Unplaced(submission.source, reason)


def _in_parallel(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int, stop: Callable[[], None]
) -> Generator[Result, None, None]:
    """Yield what `work` returns for each item as it comes, `jobs` at once.

    Only as many are begun as can run. When the run is broken off, `stop` makes what is at work end, and
    what that returns is thrown away.
    """
    waiting = iter(items)
    running: set[Future[Result]] = set()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            ended: set[Future[Result]] = set()
            while True:
                # The next ones begin first: what is made of a result shall keep nobody waiting.
                while len(running) < jobs and (item := next(waiting, None)) is not None:
                    running.add(pool.submit(work, item))
                for future in ended:
                    yield future.result()
                if not running:
                    return
                ended, running = wait(running, return_when=FIRST_COMPLETED)
        except BaseException:
            stop()
            raise


def ungraded(collected: Collected, store: Store) -> list[SubmissionResult]:
    """Return results for what cannot be graded: unreadable files, and students who handed in nothing."""
    unreadable = [
        SubmissionResult(
            one.student,
            one.notebook,
            one.source,
            one.digest,
            state="unreadable",
            reason=one.reason,
            notes=one.notes,
            handed_in=handed_in(one.time),
        )
        for one in collected.unreadable
    ]
    graded = {student for student, _ in store.digests()}
    missing = [
        SubmissionResult(student, "", "", "", state="missing", reason="Nothing was handed in.")
        for student in collected.missing
        if student.key not in graded
    ]
    return unreadable + missing


def write_reports(
    out: Path,
    store: Store,
    changed: set[str],
    progress: Mapping[str, Path] | None = None,
    adjust: Callable[[SubmissionResult], Adjusted] = Adjusted,
) -> list[SubmissionResult]:
    """Write the gradebook, the class's page, and the students' pages that are not there or not up to date.

    A student's page is written where the student is in `changed`, there is none, or `adjust`, which puts
    what a teacher adds on top of a result, adds something else than when the page was written.

    Returns
    -------
    list of SubmissionResult
        All results.
    """
    results = store.results()
    write_gradebook(out / "gradebook.csv", results, adjust)
    late = {(one.student.key, one.notebook) for one in results if adjust(one).late}
    write_class_page(out / "class.html", results, progress, late)
    by_student: dict[str, list[SubmissionResult]] = {}
    for result in results:
        by_student.setdefault(result.student.key, []).append(result)
    for key, theirs in by_student.items():
        path = feedback_path(out, key)
        added = adjustments_of([adjust(one) for one in theirs])
        if key in changed or not path.exists() or adjustments_shown(path) != added:
            write_feedback(out / "feedback", theirs, adjust)
    return results


def feedback_path(out: Path, student: str) -> Path:
    """Return where a student's page is."""
    return out / "feedback" / f"{safe_name(student)}.html"


def all_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
