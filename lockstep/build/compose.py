"""From a lesson to its notebooks, cell by cell; nothing is executed here."""

import hashlib
import json
import posixpath
from collections import Counter
from dataclasses import dataclass
from typing import Any

from lockstep import __version__
from lockstep.build.cells import Cell, answer_cell, check_cell, code_cell, prose_cell
from lockstep.build.errors import LessonError
from lockstep.build.lesson import Lesson
from lockstep.build.text import Block, Checkpoint, Code, Only, Prose, Step
from lockstep.learn.session import FRAMEWORK_TITLES
from lockstep.repository import colab_url, wheel_url

BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
ROLES = ("notebooks", "exercises", "solutions")
NAMES = (
    "check, checkpoint, data, explore, hint, meet,",
    "progress, record, reset, slider, solution, start, submit,",
)
# In an empty runtime it installs one wheel. What fails is told in a sentence: IPython shows what
# `_render_traceback_` returns in place of a traceback, and pip's own output is kept back.
SETUP = """\
# lockstep: set-up. Run this cell first.
import importlib.util, os, subprocess, sys

here = importlib.util.find_spec("lockstep")
todo = "Run `%pip uninstall -y lockstep` in a new cell, restart the kernel, and run this cell again."
if here is None or here.origin is None:  # on Colab: one small package comes, no other is touched
    release = "{release}"
    wheel = os.environ.get("LOCKSTEP_WHEEL", f"{{release}}/{wheel}")
    subprocess.run([sys.executable, "-m", "pip", "install", "--no-deps", wheel], capture_output=True)
    todo = f"Check that you are online, restart the kernel, and run this cell again. It comes from {{wheel}}"
try:
    from lockstep.learn import (
        {names}
    )
except ImportError as error:
    error._render_traceback_ = lambda: [f"This notebook needs release {version} of the course's package. {{todo}}"]
    raise
start({arguments}, release="{version}")"""


@dataclass
class Notebook:
    """A notebook that is to be written."""

    lesson: Lesson
    role: str
    framework: str | None
    cells: list[Cell]

    @property
    def path(self) -> str:
        """Its place in the repository."""
        return notebook_path(self.lesson.name, self.role, self.framework)

    @property
    def executed(self) -> bool:
        """Whether it is committed with its outputs."""
        return self.role != "exercises"

    @property
    def fingerprint(self) -> str:
        """What its outputs depend on: the code, the questions and the checks.

        The set-up cell is left out: it holds the repository's address and the course's version.
        """
        code = [cell for cell in self.cells if cell.kind == "code" and cell.id != "set-up"]
        inputs = [cell.source for cell in code]
        inputs += [checkpoint.text for checkpoint in self.lesson.checkpoints]
        checks = self.lesson.folder / "checks.py"
        if self.role != "notebooks" and checks.exists():
            inputs.append(checks.read_text(encoding="utf-8"))
        return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """Return the notebook as nbformat 4.5 has it, without outputs."""
        return {
            "cells": [cell.to_dict() for cell in self.cells],
            "metadata": self._metadata(),
            "nbformat": 4,
            "nbformat_minor": 5,
        }

    def _metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"file_extension": ".py", "name": "python"},
            "lockstep": {
                "fingerprint": self.fingerprint,
                "framework": self.framework,
                "lesson": self.lesson.name,
                "role": self.role,
            },
        }
        if self.role == "exercises":
            metadata["colab"] = {"generative_ai_disabled": True}
        return metadata


def notebook_path(lesson: str, role: str, framework: str | None) -> str:
    """Return where a lesson's notebook stands in the repository."""
    return f"{role}/{lesson}_{framework}.ipynb" if framework else f"{role}/{lesson}.ipynb"


def side_by_side_path(lesson: str) -> str:
    """Return where the JupyterLab workspace stands that shows a lesson's twins."""
    return f"side_by_side/{lesson}.jupyterlab-workspace"


def under_heading(text: str, line: str) -> str:
    """Return Markdown that begins with a heading, with a paragraph put under the heading."""
    heading, _, rest = text.partition("\n")
    return "\n\n".join([heading, line, rest.lstrip("\n")]).rstrip()


def compose(lesson: Lesson) -> list[Notebook]:
    """Return all notebooks of a lesson.

    Raises
    ------
    LessonError
        If two cells would get the same id.
    """
    roles = ROLES if lesson.exercise_text else ROLES[:1]
    return [
        _Composer(lesson, role, framework).notebook()
        for role in roles
        for framework in lesson.frameworks
    ]


class _Composer:
    """Makes the cells of one notebook."""

    def __init__(self, lesson: Lesson, role: str, framework: str | None) -> None:
        self.lesson = lesson
        self.role = role
        self.framework = framework
        text = lesson.text if role == "notebooks" else lesson.exercise_text
        assert text is not None  # `compose` asks for exercises only where there are some
        self.text = text

    def notebook(self) -> Notebook:
        cells = [self._header(), self._setup()]
        for step in self.text.steps:
            cells += self._step(step)
        cells.append(self._footer())
        if self.role == "exercises":
            cells.append(Cell("submit", "code", "# lockstep: submit\nsubmit()"))
        self._unique(cells)
        return Notebook(self.lesson, self.role, self.framework, cells)

    def _unique(self, cells: list[Cell]) -> None:
        counts: Counter[str] = Counter()
        for cell in cells:
            counts[cell.id] += 1
            if counts[cell.id] > 1 and cell.id.startswith(("answer-", "check-", "question-")):
                raise LessonError(self.text.path, cell.line, f"Two cells have the id {cell.id!r}.")
            if counts[cell.id] > 1:  # the same text twice in one step
                cell.id = f"{cell.id[:60]}-{counts[cell.id]}"

    # The first and last cells

    def _header(self) -> Cell:
        text = f"# {self._title()}\n\n{self._links()}\n\n{self._about()}"
        return Cell("title", "markdown", text)

    def _title(self) -> str:
        number = int(self.lesson.name[:2])
        what = {"notebooks": "", "exercises": " · exercises", "solutions": " · solutions"}[
            self.role
        ]
        framework = f" · {FRAMEWORK_TITLES[self.framework]}" if self.framework else ""
        return f"{number} · {self.lesson.meta['title']}{what}{framework}"

    def _links(self) -> str:
        here = notebook_path(self.lesson.name, self.role, self.framework)
        badge = f"[![Open in Colab]({BADGE})]({colab_url(here)})"
        targets: list[tuple[str, str, str | None]] = [
            ("in " + FRAMEWORK_TITLES[name], self.role, name) for name in self._twins()
        ]
        other = {
            "notebooks": ("exercises", "the exercises"),
            "exercises": ("notebooks", "the lesson"),
            "solutions": ("exercises", "the exercises"),
        }[self.role]
        if self.lesson.exercise_text:
            targets.append((other[1], other[0], self.framework))
        paths = [
            (title, notebook_path(self.lesson.name, role, name)) for title, role, name in targets
        ]
        here_too = [f"[{title}](../{path})" for title, path in paths]
        if self.role == "notebooks" and self._twins():
            here_too.append(f"[both side by side](../{side_by_side_path(self.lesson.name)})")
        local = " · ".join(here_too)
        colab = " · ".join(f"[{title}]({colab_url(path)})" for title, path in paths)
        return "\n\n".join(
            filter(None, [badge, local and f"Here: {local}", colab and f"On Colab: {colab}"])
        )

    def _twins(self) -> list[str]:
        return [name for name in self.lesson.frameworks if name and name != self.framework]

    def _about(self) -> str:
        if self.role == "notebooks":
            goals = "\n".join(f"- {goal}" for goal in self.lesson.meta["goals"])
            return (
                f"**Time:** about {self.lesson.meta['minutes']} minutes.\n\n"
                f"**What it needs:** {self.lesson.meta['needs']}\n\n**You will be able to**\n\n{goals}"
            )
        minutes = sum(exercise.minutes for exercise in self.lesson.exercises.values())
        points = sum(exercise.points for exercise in self.lesson.exercises.values())
        about = max(5, 5 * round(minutes / 5))
        return f"**Time:** about {about} minutes, in as many sittings as you like. **Points:** {points}."

    def _setup(self) -> Cell:
        names = [self.lesson.name] + ([self.framework] if self.framework else [])
        arguments = ", ".join(f'"{name}"' for name in names)
        release, _, wheel = wheel_url(__version__).rpartition("/")
        source = SETUP.format(
            release=release,
            wheel=wheel,
            names="\n        ".join(NAMES),
            arguments=arguments,
            version=__version__,
        )
        return Cell("set-up", "code", source)

    def _footer(self) -> Cell:
        if self.role == "solutions":
            return Cell(
                "next",
                "markdown",
                "## Done?\n\nWrite your own in the exercises, and hand in that file.",
            )
        if self.role == "exercises":
            text = (
                "## Done?\n\nSave the notebook and run the cell below. It says what each exercise has now, "
                "and which file to hand in."
            )
            return Cell("next", "markdown", text)
        exercises = ""
        if self.lesson.exercise_text:
            path = notebook_path(self.lesson.name, "exercises", self.framework)
            exercises = (
                f"\n\nNow the [exercises](../{path}) ([on Colab]({colab_url(path)})): "
                "they are where it becomes yours."
            )
        return Cell(
            "next", "markdown", f"## What comes next\n\n{self.lesson.meta['next']}{exercises}"
        )

    # Steps

    def _step(self, step: Step) -> list[Cell]:
        cells: list[Cell] = []
        blocks = [
            block for block in step.blocks if not (isinstance(block, Code) and block.is_alternative)
        ]
        position = 0
        while position < len(blocks):
            group = self._group(blocks, position)
            if group:
                cells += self._pair(step, group)
                position += len(group)
            else:
                cells += self._block(step, blocks[position])
                position += 1
        return cells

    @staticmethod
    def _group(blocks: list[Block], position: int) -> list[Code]:
        """Return the run of neighbouring cells tagged with a framework that begins here."""
        group: list[Code] = []
        for block in blocks[position:]:
            if not isinstance(block, Code) or block.framework is None:
                break
            group.append(block)
        return group

    def _pair(self, step: Step, group: list[Code]) -> list[Cell]:
        """Return this notebook's cells of a group, and the twin's folded under them."""
        cells: list[Cell] = []
        for code in group:
            if code.framework == self.framework:
                cells += self._code(step, code)
        for twin in self._twins():
            theirs = [code for code in group if code.framework == twin and self._may_show(code)]
            if theirs:
                cells.append(self._fold(step, twin, theirs))
        return cells

    def _may_show(self, code: Code) -> bool:
        return self.role != "exercises" or not code.is_answer

    @staticmethod
    def _fold(step: Step, twin: str, codes: list[Code]) -> Cell:
        # The blank lines around the fence are what makes Markdown show it as code.
        source = "\n\n".join(code.source for code in codes)
        text = (
            f"<details>\n<summary>The same step in {FRAMEWORK_TITLES[twin]}</summary>\n\n"
            f"```python\n{source}\n```\n\n</details>"
        )
        return prose_cell(f"twin {step.title}", text, codes[0].line)

    def _block(self, step: Step, block: Block) -> list[Cell]:
        if isinstance(block, Prose):
            shown = block.framework in (None, self.framework)
            return [self._prose_cell(step, block)] if shown else []
        if isinstance(block, Only):
            text = f"**Only in {FRAMEWORK_TITLES[block.framework]}.** {block.reason}"
            return [prose_cell(step.title, text, block.line)]
        if isinstance(block, Checkpoint):
            source = f'checkpoint("{block.name}")'
            return [Cell(f"question-{block.name}"[:64], "code", source, block.line)]
        return self._code(step, block)

    def _code(self, step: Step, code: Code) -> list[Cell]:
        if not code.is_answer:
            return [code_cell(step.title, code)]
        exercise = self.lesson.exercises[str(code.exercise)]
        return [answer_cell(code, solved=self.role == "solutions"), check_cell(exercise, code.line)]

    def _prose_cell(self, step: Step, block: Prose) -> Cell:
        """Return the text's cell; a step's heading gets the links to its twin's.

        The links differ between the twins and come after the id is made: the heading's cell has
        the same id in both, which is what the links lead to.
        """
        cell = prose_cell(step.title, self._prose(step, block), block.line)
        if step.title and block.line == step.line:
            for twin in self._twins():
                cell.source = under_heading(cell.source, self._twin_links(twin, cell.id))
        return cell

    def _twin_links(self, twin: str, cell_id: str) -> str:
        """Return the links to a cell of the twin: for JupyterLab, and for Colab.

        JupyterLab finds a cell by its id although it is not drawn yet; a heading's own fragment
        it finds only where the heading has been in view.
        """
        path = notebook_path(self.lesson.name, self.role, twin)
        beside = f"{posixpath.basename(path)}#cell-id={cell_id}"
        colab = f"{colab_url(path)}#scrollTo={cell_id}"
        title = FRAMEWORK_TITLES[twin]
        return f"<small>⇄ [the same in {title}]({beside}) · [on Colab]({colab})</small>"

    def _prose(self, step: Step, block: Prose) -> str:
        """Return the text; an exercise's heading gets the line that says how hard and how long."""
        answer = next((b for b in step.blocks if isinstance(b, Code) and b.is_answer), None)
        if answer is None or block.line != step.line:
            return block.text
        exercise = self.lesson.exercises[str(answer.exercise)]
        difficulty = "●" * exercise.difficulty + "○" * (3 - exercise.difficulty)
        points = "1 point" if exercise.points == 1 else f"{exercise.points} points"
        line = (
            f"*Difficulty {exercise.difficulty} of 3 {difficulty} · about {exercise.minutes} minutes · {points} · "
            f'stuck? run `hint("{exercise.name}")`*'
        )
        return under_heading(block.text, line)
