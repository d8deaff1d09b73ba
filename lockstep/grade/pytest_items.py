"""A submission as nbval's file and items, for `pytest --lockstep-grade`."""

import secrets
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from lockstep.grade.assignments import Assignment, Assignments
from lockstep.grade.collect import collect, read_course
from lockstep.grade.engines import start_engine
from lockstep.grade.grading import grade_exercises
from lockstep.grade.model import ExerciseResult, Submission
from lockstep.grade.notebook import read_notebook
from lockstep.grade.public_checks import write_public_lesson
from lockstep.grade.restore import Restored, RestoredCell, restore
from lockstep.grade.sandbox import Limits
from lockstep.grade.session import CellOutcome, Session
from lockstep.lessons import lessons_folder


class NotPlacedError(Exception):
    """A file that is no submission; the message says why."""


class Grader:
    """What all files of a run share: the course, the hidden cases and the engine.

    Parameters
    ----------
    root
        The checkout.
    seed
        Of the hidden cases.
    limits
        For each submission.
    sandbox
        Whether students' code is shut in.
    """

    def __init__(self, root: Path, seed: int, limits: Limits, *, sandbox: bool) -> None:
        self.root = root
        self.limits = limits
        self._folder = tempfile.TemporaryDirectory(prefix="lockstep-grader-")
        self._scratch = Path(self._folder.name)
        self._course = read_course(root / "exercises")
        self._assignments = Assignments(root, seed, self._scratch)
        # Apart from the scratch: students' processes read these, and may be another user's.
        self._public = tempfile.TemporaryDirectory(prefix="lockstep-lessons-")
        Path(self._public.name).chmod(0o755)
        self.engine = start_engine("nbval", Path(self._public.name), limits, sandbox=sandbox)

    @classmethod
    def of(cls, options: Namespace) -> "Grader":
        """Return the grader that pytest's options ask for."""
        seed = options.lockstep_seed
        return cls(
            lessons_folder().resolve().parent,
            secrets.randbits(63) if seed is None else seed,
            Limits(seconds=options.lockstep_time_limit),
            sandbox=not options.lockstep_no_sandbox,
        )

    def place(self, path: Path) -> Submission:
        """Return the submission in a file.

        Raises
        ------
        NotPlacedError
            If there is none.
        """
        scratch = Path(tempfile.mkdtemp(dir=self._scratch))
        collected = collect(path, scratch, self._course)
        if collected.submissions:
            return collected.submissions[0]
        reasons = [one.reason for one in collected.unreadable]
        reasons += [one.reason for one in collected.unplaced]
        raise NotPlacedError(reasons[0])

    def assignment(self, submission: Submission) -> Assignment:
        """Return what was handed out, with the hidden cases."""
        public = Path(self._public.name) / submission.lesson
        if not public.exists():
            write_public_lesson(self.root / "lessons" / submission.lesson, public)
        return self._assignments.assignment(submission.lesson, submission.framework)

    def close(self) -> None:
        """End the engine and throw its folders away."""
        self.engine.close()
        self._public.cleanup()
        self._folder.cleanup()


class SubmissionFile(IPyNbFile):  # type: ignore[misc]  # nbval has no types
    """One submission. Its setup runs the notebook; its items only say what came of their cell.

    A cell that ends the process makes the notebook run again without it, so a cell has no one
    duration: the whole run's is that of the first item's setup. An exercise is asked for its answers
    in its own item, unless an exercise before it was left out.
    """

    grader: Grader
    run: Session | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each code cell, then one for each exercise."""
        try:
            submission = self.grader.place(self.path)
        except NotPlacedError as error:
            yield NotPlacedItem.from_parent(self, name="submission", reason=str(error))
            return
        self.submission = submission
        for number, cell in enumerate(self.restored.cells):
            source = NotebookNode({"source": cell.source})  # type: ignore[no-untyped-call]
            name = _name(cell, number)
            yield CellItem.from_parent(self, name=name, cell_num=number, cell=source, options={})
        for name in self.assignment.exercises:
            yield ExerciseItem.from_parent(self, name=f"exercise {name}", exercise=name)

    @cached_property
    def assignment(self) -> Assignment:
        """What was handed out."""
        return self.grader.assignment(self.submission)

    @cached_property
    def restored(self) -> Restored:
        """The student's answers in the notebook that was handed out."""
        return restore(read_notebook(self.submission.path).cells, self.assignment.pristine)

    def setup(self) -> None:
        """Run the notebook, if there is anything in it to be judged."""
        if not hasattr(self, "submission"):
            return
        self.run = Session(
            self.grader.engine,
            self.assignment.lesson,
            self.assignment.framework,
            self.restored.cells,
            self.grader.limits,
        )
        if set(self.assignment.exercises) - self.restored.blank:
            self.run.run_cells()
        self._results: dict[str, ExerciseResult] = {}
        self._coming = grade_exercises(self.run, self.assignment, self.restored)

    def outcome(self, number: int) -> CellOutcome | None:
        """Return what became of a cell; None if it was not run."""
        return self.run.outcomes.get(number) if self.run else None

    def result(self, exercise: str) -> ExerciseResult:
        """Return what an exercise got, asking for its answers if that has not been done."""
        while exercise not in self._results:
            result = next(self._coming)
            self._results[result.exercise] = result
        return self._results[exercise]

    def teardown(self) -> None:
        """End the student's process."""
        if self.run is not None:
            self.run.close()


def _name(cell: RestoredCell, number: int) -> str:
    """Return a cell's name: the student's number for it, where it is the student's."""
    if cell.exercise:
        return f"answer {cell.exercise}"
    return f"Cell {cell.number}" if cell.number else f"handed-out cell {number + 1}"


class CellItem(IPyNbCell):  # type: ignore[misc]  # nbval has no types
    """A cell, which passes if it has run without an error."""

    def runtest(self) -> None:
        """Fail as the cell did."""
        outcome = self.parent.outcome(self.cell_num)
        if outcome is None and set(self.parent.assignment.exercises) <= self.parent.restored.blank:
            pytest.skip("Not run: no exercise was attempted.")
        elif outcome is None:
            self._fail("It was not run: the notebook's time was up.")
        elif outcome.ended is not None:
            self._fail(f"{outcome.ended.state}: {outcome.ended.message}")
        elif outcome.error is not None:
            line = f" in line {outcome.error['line']}" if outcome.error["line"] else ""
            self._fail(f"{outcome.error['type']}{line}: {outcome.error['message']}")

    def _fail(self, message: str) -> None:
        raise NbCellError(self.cell_num, message, self.cell.source)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what happened, and the code."""
        if not isinstance(excinfo.value, NbCellError):
            return super().repr_failure(excinfo)
        return f"{self.path.name}, {self.name}: {excinfo.value}\n\n{excinfo.value.source}"

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the item is, as pytest shows it."""
        return self.path, 0, self.name


class ExerciseFailedError(Exception):
    """An exercise that is not right."""

    def __init__(self, result: ExerciseResult) -> None:
        super().__init__(result.message)
        self.result = result


class ExerciseItem(pytest.Item):
    """An exercise, which passes if its answer is right."""

    def __init__(self, exercise: str, **others: Any) -> None:
        super().__init__(**others)
        self.exercise = exercise

    def runtest(self) -> None:
        """Fail unless the answer is right."""
        assert isinstance(self.parent, SubmissionFile)
        result = self.parent.result(self.exercise)
        self.user_properties.append(("state", result.state))
        self.user_properties.append(("points", f"{result.points:g} of {result.out_of}"))
        if result.state != "right":
            raise ExerciseFailedError(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what the student would be told."""
        if not isinstance(excinfo.value, ExerciseFailedError):
            return super().repr_failure(excinfo, style)
        result = excinfo.value.result
        points = f"{result.points:g} of {result.out_of} points"
        head = f"{self.path.name}, {result.exercise}: {result.state}, {points}"
        hint = f"Hint: {result.hint}" if result.hint else ""
        return "\n".join(part for part in (head, result.message, result.values, hint) if part)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the item is, as pytest shows it."""
        return self.path, 0, self.name


class NotPlacedItem(pytest.Item):
    """A file that is no submission, which fails with the reason."""

    def __init__(self, reason: str, **others: Any) -> None:
        super().__init__(**others)
        self.reason = reason

    def runtest(self) -> None:
        """Fail."""
        raise NotPlacedError(self.reason)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the reason alone."""
        return f"{self.path.name}: {self.reason}"
