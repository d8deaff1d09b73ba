"""A lesson's page and its exercises' page: one text, with a switch where the twins differ."""

from collections.abc import Callable, Iterator

from lockstep.build.cells import blank
from lockstep.build.compose import notebook_path
from lockstep.build.lesson import Lesson
from lockstep.build.text import Block, Checkpoint, Code, Only, Prose, Step
from lockstep.learn.exercises import Exercise
from lockstep.learn.questions import parse_question
from lockstep.learn.session import FRAMEWORK_TITLES
from lockstep.repository import colab_url
from lockstep.site.links import Links
from lockstep.site.myst import block, bullets, code, tabs
from lockstep.site.outputs import Outputs
from lockstep.site.questions import question_block

Piece = dict[str | None, str]  # what a block gives in each notebook of a lesson

LESSON_NOTE = """\
This page is for reading: you see the code and what it gave. In the notebook you run it, and the questions answer you.
The notebook begins with a set-up cell, which is left out here; `data`, `meet`, `slider` and the like come from it."""
SWITCH_NOTE = """
The switch takes the place of the twin's folded code, and your choice is kept."""
EXERCISES_NOTE = """\
This page shows what the exercises ask. You write, check and hand in your answers in the notebook."""


def lesson_page(lesson: Lesson, outputs: Outputs, links: Links) -> str:
    """Return the page of a lesson, as MyST Markdown."""
    return _LessonPage(lesson, links, outputs).text()


def exercises_page(lesson: Lesson, links: Links) -> str:
    """Return the page of a lesson's exercises: what they ask and the blanks, no solution."""
    return _ExercisesPage(lesson, links).text()


class _Page:
    """What both kinds of page share."""

    role: str

    def __init__(self, lesson: Lesson, links: Links) -> None:
        self.lesson = lesson
        self.links = links
        self.title = f"{int(lesson.name[:2])} · {lesson.meta['title']}"

    def in_each(self, text: str | Callable[[str | None], str]) -> Piece:
        """Return a piece: the same text in each notebook, or what a function gives for it."""
        return {
            framework: text if isinstance(text, str) else text(framework)
            for framework in self.lesson.frameworks
        }

    def prose(self, text: str) -> str:
        """Return prose with its links as they must be on the site."""
        text = self.links.rewrite(text, f"{self.role}/{self.lesson.name}.ipynb")
        return self.links.name_lessons(text)

    def steps(self, steps: list[Step]) -> list[str]:
        """Return what steps give: once where it is the same in all notebooks, in tabs where it is not."""
        texts: list[str] = []
        differing: Piece = {}
        for piece in [*self._pieces(steps), self.in_each("")]:
            shared = set(piece.values()) if len(piece) == len(self.lesson.frameworks) else set()
            if len(shared) != 1:
                differing = {
                    framework: f"{differing.get(framework, '')}\n\n{piece.get(framework, '')}".strip()
                    for framework in self.lesson.frameworks
                }
                continue
            if differing:
                texts.append(tabs(differing))
                differing = {}
            texts.append(shared.pop())
        return [text for text in texts if text]

    def _pieces(self, steps: list[Step]) -> Iterator[Piece]:
        for step in steps:
            for written in step.blocks:
                yield from self.pieces(step, written)

    def pieces(self, step: Step, written: Block) -> Iterator[Piece]:
        """Yield what one block of the text gives."""
        if isinstance(written, Prose):
            text = self.prose(written.text)
            yield {written.framework: text} if written.framework else self.in_each(text)
        elif isinstance(written, Only):
            title = FRAMEWORK_TITLES[written.framework]
            yield self.in_each(f"**Only in {title}.** {self.prose(written.reason)}")
        elif isinstance(written, Checkpoint):
            name, text = written.name, written.text
            yield self.in_each(lambda twin: question_block(parse_question(name, text, twin)))
        elif not written.is_alternative:
            yield from self.code(written)

    def code(self, written: Code) -> Iterator[Piece]:
        """Yield the code of a cell."""
        shown = code(blank(written.source))
        yield {written.framework: shown} if written.framework else self.in_each(shown)

    def buttons(self) -> str:
        """Return the buttons that open the notebooks on Colab."""
        buttons = self.in_each(self._button)
        return buttons[None] if None in buttons else tabs(buttons)

    def _button(self, framework: str | None) -> str:
        url = colab_url(notebook_path(self.lesson.name, self.role, framework))
        return block("button-link", url, "Open this notebook in Colab", {"color": "primary"})


class _LessonPage(_Page):
    role = "notebooks"

    def __init__(self, lesson: Lesson, links: Links, outputs: Outputs) -> None:
        super().__init__(lesson, links)
        self.outputs = outputs

    def text(self) -> str:
        meta = self.lesson.meta
        note = LESSON_NOTE + (SWITCH_NOTE if None not in self.lesson.frameworks else "")
        parts = [
            f"# {self.title}",
            f"**Time:** about {meta['minutes']} minutes.\n\n**What it needs:** {meta['needs']}",
            f"**You will be able to**\n\n{bullets(meta['goals'])}",
            note,
            self.buttons(),
            *self.steps(self.lesson.text.steps),
            f"## What comes next\n\n{self._next()}",
        ]
        if self.lesson.exercise_text is not None:
            name = self.lesson.name
            parts.append(
                f"Now the [exercises](/exercises/{name}.md): they are where it becomes yours."
            )
            parts.append(block("toctree", "", f"Exercises </exercises/{name}>", {"hidden": ""}))
        return "\n\n".join(parts) + "\n"

    def _next(self) -> str:
        """Return the sentence on what comes next; it may begin with the next lesson's name."""
        text = str(self.lesson.meta["next"])
        first, space, rest = text.partition(" ")
        return self.prose(f"`{first}`{space}{rest}" if first in self.links.lessons else text)

    def code(self, written: Code) -> Iterator[Piece]:
        yield from super().code(written)
        if written.framework:
            yield {written.framework: self.outputs.of(written, written.framework)}
        else:
            yield self.in_each(lambda twin: self.outputs.of(written, twin))


class _ExercisesPage(_Page):
    role = "exercises"

    def text(self) -> str:
        assert self.lesson.exercise_text is not None
        parts = [
            f"# {self.title} · exercises",
            EXERCISES_NOTE,
            self.buttons(),
            *self.steps(self.lesson.exercise_text.steps),
            # A text may end with a line to write below, and a page may not.
            f"Back to the [lesson](/lessons/{self.lesson.name}.md).",
        ]
        return "\n\n".join(parts) + "\n"

    def pieces(self, step: Step, written: Block) -> Iterator[Piece]:
        """Yield what one block gives; an exercise's heading gets the line that says how hard and how long."""
        answer = next((b for b in step.blocks if isinstance(b, Code) and b.is_answer), None)
        if answer is None or written.line != step.line or not isinstance(written, Prose):
            yield from super().pieces(step, written)
            return
        heading, _, rest = written.text.partition("\n")
        line = _about(self.lesson.exercises[str(answer.exercise)])
        yield self.in_each(self.prose(f"{heading}\n\n{line}\n{rest}"))


def _about(exercise: Exercise) -> str:
    difficulty = "●" * exercise.difficulty + "○" * (3 - exercise.difficulty)
    points = "1 point" if exercise.points == 1 else f"{exercise.points} points"
    return (
        f"*Difficulty {exercise.difficulty} of 3 {difficulty} · "
        f"about {exercise.minutes} minutes · {points}*"
    )
