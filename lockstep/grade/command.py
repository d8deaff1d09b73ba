"""`lockstep grade`: a folder of what came back becomes grades and feedback."""

import secrets
import sys
import tempfile
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console

from lockstep.build.errors import LessonError
from lockstep.grade.adjustments import (
    Adjustments,
    keep_late,
    read_adjustments,
    refuse_unusable,
)
from lockstep.grade.assignments import Assignments
from lockstep.grade.collect import (
    Collected,
    CollectError,
    Roster,
    collect,
    read_course,
    read_roster,
)
from lockstep.grade.engine import EngineError
from lockstep.grade.going_back import class_of
from lockstep.grade.graders import grader
from lockstep.grade.model import SubmissionResult, Unplaced
from lockstep.grade.public_checks import PublicChecksError
from lockstep.grade.reports.lms import write_lms
from lockstep.grade.reports.rubric_page import write_rubric_page
from lockstep.grade.running import (
    Done,
    Settings,
    all_cores,
    run,
    to_grade,
    ungraded,
    write_reports,
)
from lockstep.grade.sandbox import Limits
from lockstep.grade.store import Store, StoreError
from lockstep.grade.tables import TableError
from lockstep.grade.terminal import print_list, progress_bar, summary

REFUSALS = (CollectError, EngineError, StoreError, TableError, LessonError, PublicChecksError)
ALL_GRADED, STOPPED, UNUSABLE, SOME_NOT_GRADED = 0, 1, 2, 3


def grade_command(root: Path, options: Namespace) -> int:
    """Grade and return the exit status: 0 all were graded, 3 some could not be, 2 unusable arguments."""
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        with FileLock(options.out / "grades.lock", timeout=0):
            return _grade(root, options)
    except Timeout:
        print(
            f"lockstep: another run is grading into {options.out}. Wait for it, or choose another --out.",
            file=sys.stderr,
        )
    except REFUSALS as error:
        print(f"lockstep: {error}", file=sys.stderr)
    except OSError as error:
        reason = error.strerror or error
        print(f"lockstep: {error.filename or options.out}: {reason}.", file=sys.stderr)
    return UNUSABLE


def _grade(root: Path, options: Namespace) -> int:
    console = Console()
    roster = read_roster(options.roster) if options.roster else None
    refuse_unusable(options.out, [options.moodle_worksheet, options.canvas_gradebook])
    store = Store(options.out / "grades.sqlite")
    # Only the grader's own user may look into it: hidden cases and all submissions pass through.
    with tempfile.TemporaryDirectory(prefix="lockstep-grader-") as scratch:
        folder = Path(scratch)
        with console.status("Looking through what came back"):
            (folder / "collected").mkdir()
            course = read_course(root / "exercises")
            collected = collect(
                options.submissions, folder / "collected", course, roster, options.lessons
            )
        if not (collected.submissions or collected.unreadable or collected.unplaced):
            raise CollectError(f"There is no notebook in {options.submissions}.")
        settings = Settings(
            Limits(seconds=options.time_limit, memory=options.memory_limit << 20),
            options.jobs or all_cores(),
            secrets.randbits(63) if options.seed is None else options.seed,
            tuple(options.regrade),
        )
        try:
            done = _run(root, folder, collected, store, settings, options, console)
        except KeyboardInterrupt:
            console.print(
                "Stopped. What was graded is kept: the same command goes on where this one stopped."
            )
            return STOPPED
        if options.due:
            _keep_late(options, collected, roster)
        return _report(root, options, roster, store, collected, done, console)


def _keep_late(options: Namespace, collected: Collected, roster: Roster | None) -> None:
    """Write down when the lessons that came back were due: it holds when others are graded later."""
    rule = {
        "due": options.due,
        "grace": options.grace or "",
        "penalty": options.penalty or "",
        "limit": options.late_limit or "",
    }
    keep_late(options.out, collected.lessons, rule, roster.more if roster else {})


def _run(
    root: Path,
    scratch: Path,
    collected: Collected,
    store: Store,
    settings: Settings,
    options: Namespace,
    console: Console,
) -> Done:
    waiting = to_grade(collected.submissions, store.digests(), settings.regrade)
    if not waiting:
        return Done(kept=len(collected.submissions))
    assignments = Assignments(root, settings.seed, scratch)

    def prepare() -> None:
        with console.status("Preparing the hidden cases"):
            assignments.prepare({(one.lesson, one.framework) for one in waiting}, settings.jobs)

    with grader(root, waiting, assignments, prepare, settings, options) as grade_all:
        counts: Counter[str] = Counter()
        with progress_bar(console) as progress:
            task = progress.add_task("", total=len(waiting), counts="")

            def on_result(result: SubmissionResult | None) -> None:
                counts["not graded" if result is None else result.state or "graded"] += 1
                shown = " · ".join(f"{count} {state}" for state, count in sorted(counts.items()))
                progress.update(task, advance=1, counts=shown)

            return run(collected.submissions, store, grade_all, settings, on_result)


def _report(
    root: Path,
    options: Namespace,
    roster: Roster | None,
    store: Store,
    collected: Collected,
    done: Done,
    console: Console,
) -> int:
    """Write the reports, print the summary, and return the exit status."""
    out = options.out
    before = {result.student.key for result in store.results() if result.state}
    store.replace_ungraded(ungraded(collected, store))
    known = store.results()
    now = {result.student.key for result in known if result.state}
    changed = {result.student.key for result in done.graded} | before | now
    with console.status("Writing the gradebook and the pages of feedback"):
        adjustments = read_adjustments(out, root / "lessons", known)
        results = write_reports(out, store, changed, collected.progress, adjustments)
        more, problems = _write_more(options, roster, collected, results, adjustments)
    console.print(summary(results))
    print_list(
        console,
        "Could not be read",
        [(r.source, r.reason) for r in results if r.state == "unreadable"],
    )
    print_list(console, "Could not be placed", _pairs(collected.unplaced))
    print_list(console, "Could not be graded", _pairs(done.failed))
    print_list(
        console,
        "Nothing handed in",
        [(r.student.name, "") for r in results if r.state == "missing"],
    )
    if done.kept:
        console.print(
            f"{done.kept} had not changed and kept their grades (--regrade grades them anew)."
        )
    console.print(
        f"Class:     {out / 'class.html'}\nGradebook: {out / 'gradebook.csv'}\n"
        f"Feedback:  {out / 'feedback'}",
        markup=False,
        soft_wrap=True,
    )
    for path in more:
        console.print(f"Also:      {path}", markup=False, soft_wrap=True)
    print_list(console, "To look at", [(sentence, "") for sentence in problems])
    bad = collected.unplaced or collected.unreadable or done.failed
    return SOME_NOT_GRADED if bad else ALL_GRADED


def _write_more(
    options: Namespace,
    roster: Roster | None,
    collected: Collected,
    results: Sequence[SubmissionResult],
    adjustments: Adjustments,
) -> tuple[list[Path], list[str]]:
    """Write what only some classes need; return the files, and what a teacher should look at."""
    going_back = class_of(collected, roster, options.moodle_worksheet, options.canvas_gradebook)
    written, problems = write_lms(options.out, [adjustments(one) for one in results], going_back)
    if adjustments.in_words:
        page = options.out / "rubric.html"
        answers = [(adjustments(one), rubric.title) for one, rubric in adjustments.in_words]
        write_rubric_page(page, answers)
        written.append(page)
    return written, [*adjustments.problems, *problems]


def _pairs(listed: Sequence[Unplaced]) -> list[tuple[str, str]]:
    return [(one.source, one.reason) for one in listed]
