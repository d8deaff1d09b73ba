"""`lockstep grade`: a folder of what came back becomes grades and feedback."""

import secrets
import sys
import tempfile
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from getpass import getuser
from pathlib import Path
from platform import node
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

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
from lockstep.grade.engine import Engine, EngineError
from lockstep.grade.engines import start_engine
from lockstep.grade.going_back import class_of
from lockstep.grade.model import Submission, SubmissionResult, Unplaced
from lockstep.grade.public_checks import PublicChecksError, write_public_lesson
from lockstep.grade.reports.lms import write_lms
from lockstep.grade.reports.rubric_page import write_rubric_page
from lockstep.grade.running import (
    Done,
    GradeAll,
    Settings,
    all_cores,
    here,
    run,
    to_grade,
    ungraded,
    write_reports,
)
from lockstep.grade.sandbox import Limits
from lockstep.grade.store import Store, StoreError
from lockstep.grade.tables import TableError

if TYPE_CHECKING:  # it brings Dask
    from lockstep.grade.remote.desk import Order

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

    with _grader(root, waiting, assignments, prepare, settings, options) as grade_all:
        counts: Counter[str] = Counter()
        with _progress(console) as progress:
            task = progress.add_task("", total=len(waiting), counts="")

            def on_result(result: SubmissionResult | None) -> None:
                counts["not graded" if result is None else result.state or "graded"] += 1
                shown = " · ".join(f"{count} {state}" for state, count in sorted(counts.items()))
                progress.update(task, advance=1, counts=shown)

            return run(collected.submissions, store, grade_all, settings, on_result)


@contextmanager
def _grader(
    root: Path,
    waiting: Sequence[Submission],
    assignments: Assignments,
    prepare: Callable[[], None],
    settings: Settings,
    options: Namespace,
) -> Iterator[GradeAll]:
    """Give what grades submissions: this machine, or a cluster."""
    if options.dask:
        with _cluster(root, waiting, assignments, prepare, settings, options) as grade_all:
            yield grade_all
        return
    prepare()
    with _engine(root, {one.lesson for one in waiting}, settings, options) as engine:
        # The first one shows whether anything can be run here at all, before a class is begun.
        engine.start(waiting[0].lesson, waiting[0].framework).close()
        yield here(assignments.assignment, engine, settings)


def _cluster(
    root: Path,
    waiting: Sequence[Submission],
    assignments: Assignments,
    prepare: Callable[[], None],
    settings: Settings,
    options: Namespace,
) -> AbstractContextManager[GradeAll]:
    try:
        from lockstep.grade.remote import team  # late: only who has a cluster needs it
    except ImportError as error:
        raise EngineError(
            f"--dask needs a package that is not here ({error.name}). "
            "Type `python lab.py --setup lab grade dask`."
        ) from None

    def order() -> "Order":
        prepare()
        notebooks = {(one.lesson, one.framework) for one in waiting}
        return team.order(
            {notebook: assignments.assignment(*notebook) for notebook in notebooks},
            root / "lessons",
            settings,
            f"{getuser()}@{node()}:{options.out.resolve()}",
            options.engine,
            sandbox=not options.no_sandbox,
        )

    def tell(sentence: str) -> None:
        print(f"lockstep: {sentence}", file=sys.stderr)

    return team.in_cluster(options.dask, order, tell)


@contextmanager
def _engine(
    root: Path, lessons: set[str], settings: Settings, options: Namespace
) -> Iterator[Engine]:
    """Start the engine on what a student's process may read of the lessons."""
    with tempfile.TemporaryDirectory(prefix="lockstep-lessons-") as folder:
        public = Path(folder)
        public.chmod(0o755)
        for lesson in lessons:
            write_public_lesson(root / "lessons" / lesson, public / lesson)
        engine = start_engine(
            options.engine, public, settings.limits, sandbox=not options.no_sandbox
        )
        try:
            yield engine
        finally:
            engine.close()


class _Rate(ProgressColumn):
    """Submissions a second, or a minute."""

    def render(self, task: Task) -> Text:
        """Return the rate as text."""
        if not task.speed:
            return Text("")
        each = f"{task.speed:.1f}/s" if task.speed >= 1 else f"{60 * task.speed:.0f}/min"
        return Text(each)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("Grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        _Rate(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
    )


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
    now = {result.student.key for result in store.results() if result.state}
    changed = {result.student.key for result in done.graded} | before | now
    with console.status("Writing the gradebook and the pages of feedback"):
        adjustments = read_adjustments(out, root / "lessons", store.results())
        results = write_reports(out, store, changed, lambda: None, collected.progress, adjustments)
        more, problems = _write_more(options, roster, collected, results, adjustments)
    console.print(_summary(results))
    _list(
        console,
        "Could not be read",
        [(r.source, r.reason) for r in results if r.state == "unreadable"],
    )
    _list(console, "Could not be placed", _pairs(collected.unplaced))
    _list(console, "Could not be graded", _pairs(done.failed))
    _list(
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
    _list(console, "To look at", [(sentence, "") for sentence in problems])
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


def _list(console: Console, title: str, lines: Sequence[tuple[str, str]]) -> None:
    if lines:
        console.print(f"{title}:")
    for source, reason in lines:
        console.print(
            f"  {source}: {reason}" if reason else f"  {source}", markup=False, soft_wrap=True
        )


def _summary(results: Sequence[SubmissionResult]) -> Table:
    table = Table("notebook", "graded", "mean", "of", "all right", "hardest exercise")
    for notebook in sorted({result.notebook for result in results if result.state is None}):
        theirs = [r for r in results if r.notebook == notebook and r.state is None]
        mean = sum(result.points for result in theirs) / len(theirs)
        table.add_row(
            notebook,
            str(len(theirs)),
            f"{mean:.1f}",
            str(theirs[0].out_of),
            str(sum(result.points == result.out_of for result in theirs)),
            _hardest(theirs),
        )
    return table


def _hardest(results: Sequence[SubmissionResult]) -> str:
    """Return the exercise with the smallest share of its points."""
    got: Counter[str] = Counter()
    possible: Counter[str] = Counter()
    for result in results:
        for exercise in result.exercises:
            got[exercise.exercise] += exercise.points  # type: ignore[assignment]
            possible[exercise.exercise] += exercise.out_of
    shares = {name: got[name] / possible[name] for name in possible}
    name = min(shares, key=lambda one: shares[one])
    return f"{name} ({shares[name]:.0%} of its points)"
