"""A lesson with all its parts, and everything that makes the builder refuse it before it runs."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lockstep.build.errors import LessonError
from lockstep.build.rubric import read_rubric
from lockstep.build.text import Checkpoint, Code, Only, Step, Text, read_text
from lockstep.learn.exercises import Exercise, load_exercises
from lockstep.learn.questions import QuestionError, parse_question
from lockstep.learn.session import FRAMEWORK_TITLES
from lockstep.learn.tolerances import TOLERANCES

REQUIRED = {
    "title": str,
    "frameworks": list,
    "minutes": int,
    "needs": str,
    "goals": list,
    "next": str,
}
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


@dataclass(frozen=True)
class Lesson:
    """A lesson as it was written."""

    name: str
    folder: Path
    text: Text
    exercise_text: Text | None
    exercises: dict[str, Exercise]

    @property
    def meta(self) -> dict[str, Any]:
        """The front matter of `lesson.md`."""
        return self.text.meta

    @property
    def frameworks(self) -> list[str | None]:
        """The twins; one notebook without a framework where the lesson has no pair."""
        return list(self.meta["frameworks"]) or [None]

    @property
    def meetings(self) -> dict[str, str]:
        """Each meeting point's kind."""
        return dict(self.meta.get("meetings") or {})

    @cached_property
    def checkpoints(self) -> list[Checkpoint]:
        """All questions in order."""
        return [
            block
            for step in self.text.steps
            for block in step.blocks
            if isinstance(block, Checkpoint)
        ]

    def meeting_lines(self, framework: str | None) -> dict[str, int]:
        """Return the line of each `meet` call in this twin's code.

        Raises
        ------
        LessonError
            If a meeting point is not listed, or is met twice.
        """
        lines: dict[str, int] = {}
        for code in self.code(self.text, framework):
            for name, line in _meet_calls(code):
                if name not in self.meetings:
                    raise LessonError(
                        self.text.path,
                        line,
                        f"The meeting point {name!r} is not listed under `meetings:`.",
                    )
                if name in lines:
                    raise LessonError(
                        self.text.path,
                        line,
                        f"The meeting point {name!r} is met twice in one notebook.",
                    )
                lines[name] = line
        return lines

    @staticmethod
    def code(text: Text, framework: str | None) -> list[Code]:
        """Return the cells of one notebook: the shared ones and those of `framework`."""
        return [
            block
            for step in text.steps
            for block in step.blocks
            if isinstance(block, Code)
            and block.framework in (None, framework)
            and not block.is_alternative
        ]


def load_lesson(folder: Path) -> Lesson:
    """Read a lesson's folder and refuse what cannot be built.

    Raises
    ------
    LessonError
        With file, line and a sentence.
    """
    text = read_text(folder / "lesson.md")
    exercise_path = folder / "exercises.md"
    exercise_text = read_text(exercise_path) if exercise_path.exists() else None
    _check_front_matter(text)
    lesson = Lesson(folder.name, folder, text, exercise_text, _load_checks(folder))
    _check_checkpoints(lesson)
    _check_meetings(lesson)
    for part in (text, exercise_text):
        if part is not None:
            _check_pairs(part, paired=None not in lesson.frameworks)
    _check_exercises(lesson)
    read_rubric(folder)  # a teacher shall not be the first to meet a slip in it
    return lesson


def _load_checks(folder: Path) -> dict[str, Exercise]:
    path = folder / "checks.py"
    try:
        exercises = load_exercises(folder)
    except Exception as error:  # whatever an author's module raises
        line = getattr(error, "lineno", None) or _line_in(error, path)
        raise LessonError(
            path, line, f"checks.py cannot be imported: {type(error).__name__}: {error}"
        ) from error
    for exercise in exercises.values():
        for problem in exercise.problems():
            raise LessonError(path, line_of(path, f'name="{exercise.name}"'), f"The {problem}")
    return exercises


def _line_in(error: Exception, path: Path) -> int:
    frame, line = error.__traceback__, 1
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == str(path):
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def line_of(path: Path, needle: str) -> int:
    """Return the number of the first line that holds `needle`; 1 where none does."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if needle in line), 1)


def _check_front_matter(text: Text) -> None:
    for name, kind in REQUIRED.items():
        if not isinstance(text.meta.get(name), kind):
            raise LessonError(text.path, 1, f"The front matter needs `{name}:` ({kind.__name__}).")
    if text.meta["frameworks"] not in ([], list(FRAMEWORK_TITLES)):
        raise LessonError(
            text.path, 1, "`frameworks:` is [pytorch, keras], or [] for a lesson without a pair."
        )
    for name, kind in (text.meta.get("meetings") or {}).items():
        if kind not in TOLERANCES:
            known = ", ".join(TOLERANCES)
            raise LessonError(
                text.path,
                line_of(text.path, f"{name}:"),
                f"There is no kind of meeting point {kind!r}. There are: {known}.",
            )


def _check_checkpoints(lesson: Lesson) -> None:
    seen: set[str] = set()
    for checkpoint in lesson.checkpoints:
        if checkpoint.name in seen:
            raise LessonError(
                lesson.text.path, checkpoint.line, f"There are two checkpoints {checkpoint.name!r}."
            )
        seen.add(checkpoint.name)
        for framework in lesson.frameworks:
            try:
                parse_question(checkpoint.name, checkpoint.text, framework)
            except QuestionError as error:
                line = checkpoint.line + 1 + error.line_offset
                raise LessonError(
                    lesson.text.path, line, f"Checkpoint {checkpoint.name!r}: {error.sentence}"
                ) from None


def _check_meetings(lesson: Lesson) -> None:
    if None in lesson.frameworks:
        return
    reached = {framework: lesson.meeting_lines(framework) for framework in lesson.frameworks}
    for framework, lines in reached.items():
        for name in lesson.meetings:
            if name in lines:
                continue
            others = [found[name] for found in reached.values() if name in found]
            line = others[0] if others else line_of(lesson.text.path, f"{name}:")
            title = FRAMEWORK_TITLES[framework or ""]
            raise LessonError(
                lesson.text.path,
                line,
                f"The {title} twin never reaches the meeting point {name!r}.",
            )


def _meet_calls(code: Code) -> list[tuple[str, int]]:
    try:
        tree = ast.parse(code.source)
    except SyntaxError:
        return []  # a cell with a magic; what it meets is seen when it runs
    return [
        (str(node.args[0].value), code.source_line + node.lineno - 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "meet"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]


def _check_pairs(text: Text, *, paired: bool) -> None:
    for step in text.steps:
        tagged = {framework: step.code(framework) for framework in FRAMEWORK_TITLES}
        if not paired and any(tagged.values()):
            raise LessonError(
                text.path,
                step.line,
                "This lesson has no pair: its code carries no framework's tag.",
            )
        if paired:
            _check_step(text, step, tagged)


def _check_step(text: Text, step: Step, tagged: dict[str, list[Code]]) -> None:
    there = [framework for framework, cells in tagged.items() if cells]
    reasons = [block for block in step.blocks if isinstance(block, Only)]
    if len(there) == 1 and not any(only.framework == there[0] for only in reasons):
        missing = next(title for name, title in FRAMEWORK_TITLES.items() if name != there[0])
        raise LessonError(
            text.path,
            tagged[there[0]][0].line,
            f"The step {step.title!r} has code for {FRAMEWORK_TITLES[there[0]]} and none for {missing}. "
            f"Write it, or say why there is none in a block :::{{only}} {there[0]}.",
        )
    if len(there) == 2 and reasons:
        raise LessonError(
            text.path,
            reasons[0].line,
            "This step has code for both frameworks: {only} is not true of it.",
        )


def _check_exercises(lesson: Lesson) -> None:
    text = lesson.exercise_text
    if text is None:
        return
    for step in text.steps:
        answers = [
            block
            for block in step.blocks
            if isinstance(block, Code) and (block.is_answer or block.is_alternative)
        ]
        for cell in answers:
            _check_answer(lesson, text, cell)
        _check_sides(lesson, text, step, answers)
    answered = {
        cell.exercise
        for step in text.steps
        for cell in step.blocks
        if isinstance(cell, Code) and cell.is_answer
    }
    for name in lesson.exercises:
        if name not in answered:
            path = lesson.folder / "checks.py"
            raise LessonError(
                path,
                line_of(path, f'name="{name}"'),
                f"No answer cell in exercises.md belongs to {name!r}.",
            )


def _check_answer(lesson: Lesson, text: Text, cell: Code) -> None:
    if not cell.exercise:
        raise LessonError(
            text.path,
            cell.line,
            "An answer cell says which exercise it answers: `:exercise: name`.",
        )
    if cell.exercise not in lesson.exercises:
        raise LessonError(
            text.path,
            cell.line,
            f"The exercise {cell.exercise!r} has no check: describe it in checks.py.",
        )
    defined = [
        node.name
        for node in _parsed(text, cell).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    ]
    if cell.exercise not in defined:
        raise LessonError(
            text.path, cell.line, f"This answer must define a function or class {cell.exercise!r}."
        )
    if cell.is_answer and [cell.source.count(BEGIN), cell.source.count(END)] != [1, 1]:
        raise LessonError(
            text.path,
            cell.line,
            f"The solution stands between one line `{BEGIN}` and one line `{END}`.",
        )


def _parsed(text: Text, cell: Code) -> ast.Module:
    try:
        return ast.parse(cell.source)
    except SyntaxError as error:
        line = cell.source_line + (error.lineno or 1) - 1
        raise LessonError(text.path, line, f"This is not Python: {error.msg}.") from None


def _check_sides(lesson: Lesson, text: Text, step: Step, answers: list[Code]) -> None:
    for framework in lesson.frameworks:
        count = sum(cell.is_answer and cell.framework == framework for cell in answers)
        if answers and count != 1:
            title = FRAMEWORK_TITLES.get(framework or "", "this notebook")
            raise LessonError(
                text.path,
                step.line,
                f"The exercise {step.title!r} has {count} answer cells for {title}; it needs one.",
            )
