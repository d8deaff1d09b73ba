"""Where a run's submissions are graded: on this machine by an engine, or on a cluster."""

import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from getpass import getuser
from pathlib import Path
from platform import node
from typing import TYPE_CHECKING

from lockstep.grade.assignments import Assignments
from lockstep.grade.engine import Engine, EngineError
from lockstep.grade.engines import start_engine
from lockstep.grade.model import Submission
from lockstep.grade.public_checks import write_public_lesson
from lockstep.grade.running import GradeAll, Settings, here

if TYPE_CHECKING:  # it brings Dask
    from lockstep.grade.remote.desk import Order


@contextmanager
def grader(
    root: Path,
    waiting: Sequence[Submission],
    assignments: Assignments,
    prepare: Callable[[], None],
    settings: Settings,
    options: Namespace,
) -> Iterator[GradeAll]:
    """Give what grades submissions: this machine, or a cluster.

    Parameters
    ----------
    root
        The checkout.
    waiting
        The submissions that are to be graded.
    assignments
        What is right; `prepare` is called when it is needed, and shows that it takes a while.
    settings, options
        How the run is made, and the command's options.

    Raises
    ------
    EngineError
        If nothing can be run here, or the cluster cannot be used.
    """
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
