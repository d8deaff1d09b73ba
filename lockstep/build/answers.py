"""Running a lesson's solutions and mistakes on the public cases, one framework a process.

`python -m lockstep.build.answers LESSON_FOLDER FRAMEWORK OUTPUT` is that process: the two
frameworks are never imported together. The grader adds a seed, for cases that nobody has seen.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from lockstep.build.cells import blank
from lockstep.build.errors import LessonError
from lockstep.build.lesson import Lesson, line_of, load_lesson
from lockstep.build.text import Code
from lockstep.learn.answering import AnswerError, Results, mistake_as_answer, run_answer
from lockstep.learn.exercises import PUBLIC_SEED, Exercise
from lockstep.learn.judging import same
from lockstep.learn.session import begin
from lockstep.learn.stored import Arrays, load_arrays, save_arrays


def solved_namespace(
    lesson: Lesson, framework: str | None, *, alternative: bool = False
) -> dict[str, Any]:
    """Run the exercise notebook's code, solutions included, and return its names.

    Parameters
    ----------
    lesson
        The lesson.
    framework
        The twin; None where there is no pair.
    alternative
        Whether each answer is overwritten by its alternative.
    """
    assert lesson.exercise_text is not None
    namespace: dict[str, Any] = {"__name__": "__main__"}
    cells = [
        block
        for step in lesson.exercise_text.steps
        for block in step.blocks
        if isinstance(block, Code) and block.framework in (None, framework)
    ]
    for cell in cells:
        if not cell.is_alternative or alternative:
            exec(compile(cell.source, f"exercises.md:{cell.line}", "exec"), namespace)
    return namespace


def record_answers(lesson: Lesson, framework: str | None, seed: int = PUBLIC_SEED) -> Arrays:
    """Return what the solutions and mistakes of one framework give in the cases of one seed.

    Raises
    ------
    LessonError
        If a solution or a mistake cannot be run.
    """
    begin(lesson.name, framework)
    namespace = solved_namespace(lesson, framework)
    arrays: Arrays = {}
    for exercise in lesson.exercises.values():
        cases = exercise.drawn_cases(seed)
        arrays[f"{exercise.name}/titles"] = np.array([case.title for case in cases])
        answers = {"expected": namespace[exercise.name]} | {
            f"mistakes/{mistake.name}": mistake_as_answer(exercise, mistake, framework or "")
            for mistake in exercise.mistakes
        }
        for number, case in enumerate(cases):
            prefix = f"{exercise.name}/{number}"
            arrays |= {
                f"{prefix}/inputs/{key}": np.asarray(value) for key, value in case.inputs.items()
            }
            for role, answer in answers.items():
                results = _run(lesson, exercise, role, answer, case.inputs, framework)
                arrays |= {f"{prefix}/{role}/{key}": value for key, value in results.items()}
    return arrays


def _run(
    lesson: Lesson, exercise: Exercise, role: str, answer: Any, inputs: Any, framework: str | None
) -> Results:
    try:
        with np.errstate(all="ignore"):  # a mistake that overflows does so on purpose
            return run_answer(exercise, answer, inputs, framework or "")
    except AnswerError as error:
        raise LessonError(
            lesson.folder / "checks.py",
            1,
            f"{exercise.name}, {role}, in {framework or 'Python'}: {error}",
        ) from error


def record_checks(lesson: Lesson, scratch: Path, lessons: Path) -> Arrays:
    """Run both frameworks' solutions and mistakes and return what `checks.npz` shall hold.

    Raises
    ------
    LessonError
        If the solutions differ, or a mistake has no result of its own in some public case.
    """
    recorded = {
        framework: answers_of(lesson, framework, scratch, lessons)
        for framework in lesson.frameworks
    }
    first, *others = recorded.values()
    for exercise in lesson.exercises.values():
        for other in others:
            _refuse_different(lesson, exercise, first, other)
        _refuse_alike(lesson, exercise, first)
    return first | _blanks(lesson)


def answers_of(
    lesson: Lesson, framework: str | None, scratch: Path, lessons: Path, seed: int = PUBLIC_SEED
) -> Arrays:
    """Return what `record_answers` gives, from a process of its own.

    Raises
    ------
    LessonError
        If a solution or a mistake cannot be run.
    """
    output = scratch / f"answers_{lesson.name}_{framework}.npz"
    command = [
        sys.executable,
        "-m",
        "lockstep.build.answers",
        str(lesson.folder),
        framework or "",
        str(output),
        str(seed),
    ]
    environment = os.environ | {"LOCKSTEP_LESSONS": str(lessons), "LOCKSTEP_PRECISION": "float32"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise LessonError(lesson.folder / "exercises.md", 1, f"The solutions cannot be run: {last}")
    return load_arrays(output)


def _results(arrays: Arrays, prefix: str) -> Results:
    return {
        key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)
    }


def _roles(exercise: Exercise) -> list[str]:
    return ["expected", *(f"mistakes/{mistake.name}" for mistake in exercise.mistakes)]


def _refuse_different(lesson: Lesson, exercise: Exercise, first: Arrays, other: Arrays) -> None:
    for number in range(len(first[f"{exercise.name}/titles"])):
        for role in _roles(exercise):
            prefix = f"{exercise.name}/{number}/{role}/"
            if not same(_results(other, prefix), _results(first, prefix), exercise.tolerance):
                raise _error(
                    lesson,
                    exercise,
                    f"{role} gives something else in PyTorch than in Keras in case {number + 1}",
                )


def _refuse_alike(lesson: Lesson, exercise: Exercise, arrays: Arrays) -> None:
    for number in range(len(arrays[f"{exercise.name}/titles"])):
        results = {
            role: _results(arrays, f"{exercise.name}/{number}/{role}/") for role in _roles(exercise)
        }
        for role in results:
            for other in results:
                if role < other and same(results[role], results[other], exercise.tolerance):
                    raise _error(
                        lesson, exercise, f"{role} and {other} give the same in case {number + 1}"
                    )


def _error(lesson: Lesson, exercise: Exercise, reason: str) -> LessonError:
    path = lesson.folder / "checks.py"
    line = line_of(path, f'name="{exercise.name}"')
    return LessonError(path, line, f"Exercise {exercise.name!r}: {reason}.")


def _blanks(lesson: Lesson) -> Arrays:
    """Return the blanks, which `reset` brings back where no checkout is at hand."""
    assert lesson.exercise_text is not None
    return {
        f"{block.exercise}/blank/{block.framework or 'shared'}": np.array(
            f"# lockstep: answer {block.exercise}\n{blank(block.source)}"
        )
        for step in lesson.exercise_text.steps
        for block in step.blocks
        if isinstance(block, Code) and block.is_answer
    }


def main() -> None:
    """Record one framework's answers into the file named on the command line."""
    folder, framework, output, *seed = sys.argv[1:]
    lesson = load_lesson(Path(folder))
    arrays = record_answers(lesson, framework or None, int(seed[0]) if seed else PUBLIC_SEED)
    save_arrays(Path(output), arrays)


if __name__ == "__main__":
    main()
