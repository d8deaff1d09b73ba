"""What the grader knows of the course, and the student's process must not: the hidden cases and their answers."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lockstep.build.answers import answers_of
from lockstep.build.compose import compose
from lockstep.build.lesson import Lesson, load_lesson
from lockstep.grade.notebook import NotebookCell
from lockstep.learn.exercises import Exercise
from lockstep.learn.judging import RecordedCase, load_recorded
from lockstep.learn.stored import save_arrays


@dataclass(frozen=True)
class Assignment:
    """One exercise notebook with all that grading it needs.

    Parameters
    ----------
    lesson, framework
        Which it is.
    pristine
        Its cells as they were handed out.
    exercises
        By name, in the notebook's order.
    cases
        The hidden cases of each exercise, with what is right and what each mistake returns.
    revision
        A fingerprint of its text and checks.
    """

    lesson: str
    framework: str | None
    pristine: tuple[NotebookCell, ...]
    exercises: dict[str, Exercise]
    cases: dict[str, list[RecordedCase]]
    revision: str


class Assignments:
    """The exercise notebooks of a checkout, prepared as they are needed.

    Parameters
    ----------
    root
        The checkout.
    seed
        What the hidden cases are drawn from.
    scratch
        A folder that only the grader reads.
    """

    def __init__(self, root: Path, seed: int, scratch: Path) -> None:
        self.root = root
        self.seed = seed
        self.scratch = scratch
        self._assignments: dict[tuple[str, str | None], Assignment] = {}

    def assignment(self, lesson: str, framework: str | None) -> Assignment:
        """Return an exercise notebook; its solutions run in a process of their own the first time.

        Raises
        ------
        LessonError
            If the lesson cannot be read, or its solutions cannot be run.
        """
        key = (lesson, framework)
        if key not in self._assignments:
            self._assignments[key] = self._prepared(lesson, framework)
        return self._assignments[key]

    def prepare(self, wanted: Iterable[tuple[str, str | None]], jobs: int) -> None:
        """Prepare several exercise notebooks, `jobs` at once.

        Raises
        ------
        LessonError
            As `assignment` does.
        """
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(lambda key: self.assignment(*key), wanted))

    def _prepared(self, name: str, framework: str | None) -> Assignment:
        lesson = load_lesson(self.root / "lessons" / name)
        arrays = answers_of(lesson, framework, self.scratch, self.root / "lessons", self.seed)
        path = self.scratch / f"hidden_{lesson.name}_{framework}.npz"
        save_arrays(path, arrays)
        pristine = pristine_cells(lesson, framework)
        order = [name for cell in pristine if (name := cell.id.removeprefix("answer-")) != cell.id]
        return Assignment(
            lesson.name,
            framework,
            pristine,
            {name: lesson.exercises[name] for name in order},
            {name: load_recorded(path, name) for name in order},
            revision(lesson.folder),
        )


def pristine_cells(lesson: Lesson, framework: str | None) -> tuple[NotebookCell, ...]:
    """Return the exercise notebook's cells as they were handed out."""
    composed = next(
        notebook
        for notebook in compose(lesson)
        if notebook.role == "exercises" and notebook.framework == framework
    )
    return tuple(
        NotebookCell(cell.kind, cell.source, cell.id, cell.metadata, number)
        for number, cell in enumerate(composed.cells, start=1)
    )


def revision(folder: Path) -> str:
    """Return a fingerprint of what a lesson's grades rest on."""
    digest = hashlib.sha256()
    for name in ("exercises.md", "checks.py"):
        path = folder / name
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()[:12]
