"""`progress()`: a picture of the learner's way over the course."""

import base64
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from lockstep.learn import colab, exercises, journal
from lockstep.learn.checkpoints import lesson_questions
from lockstep.learn.colours import COLOURS
from lockstep.learn.done import right_questions, solved_exercises
from lockstep.learn.front_matter import front_matter
from lockstep.learn.progress_code import progress_code, take_back
from lockstep.learn.session import FRAMEWORK_TITLES
from lockstep.learn.widgets.picture_widget import as_png
from lockstep.lessons import lesson_names, lessons_folder

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# For a lesson that belongs to no framework.
NEUTRAL = "#595959"
TRACK = "#E6E6E6"


@dataclass(frozen=True)
class Count:
    """How many are right, of how many."""

    right: int
    of: int

    def __str__(self) -> str:
        return f"{self.right} of {self.of}" if self.of else "-"


@dataclass(frozen=True)
class Place:
    """One notebook: how far the learner came with its questions and its exercises."""

    checkpoints: Count
    exercises: Count


@dataclass(frozen=True)
class Row:
    """One lesson; its places by framework, under None where it belongs to no framework."""

    title: str
    places: dict[str | None, Place]


class Progress:
    """The learner's way over the course: a picture, and the same as a table in text."""

    def __init__(self, rows: list[Row], code: str = "") -> None:
        self._rows = rows
        self._code = code

    def __repr__(self) -> str:
        return "\n\n".join(filter(None, [as_table(self._rows), self._way_back]))

    @property
    def _way_back(self) -> str:
        """What to keep, where this machine forgets."""
        if not self._code:
            return ""
        return f'Keep this line. Run in a cell another day, it brings your progress back:\nprogress("{self._code}")'

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the picture, its description and the table."""
        encoded = base64.b64encode(as_png(as_figure(self._rows))).decode()
        alternative = escape(f"Your progress over the course. {in_sentences(self._rows)}")
        way_back = '<pre style="white-space: pre-wrap; overflow-wrap: anywhere">{}</pre>'
        return {
            # A bare PNG has no place for a description.
            "text/html": f'<img src="data:image/png;base64,{encoded}" alt="{alternative}" '
            'style="max-width: 100%; height: auto">'
            + (way_back.format(escape(self._way_back)) if self._code else ""),
            "text/plain": repr(self),
        }


def progress(code: str | None = None) -> Progress:
    """Return a picture of what is answered and solved so far, lesson by lesson.

    On Colab without Drive it comes with a code, which brings the progress back on another day:

    >>> progress("AEBQ...")

    Raises
    ------
    CourseError
        If the code is none, or not a whole one.
    """
    if code is not None:
        print(take_back(code))
    entries = journal.read()
    rows = [_row(lesson, entries) for lesson in lesson_names()]
    return Progress(rows, progress_code(entries) if colab.forgets() else "")


def _row(lesson: str, entries: list[journal.Entry]) -> Row:
    matter = front_matter(lessons_folder() / lesson / "lesson.md")
    frameworks: list[str | None] = list(matter.get("frameworks") or [None])
    number, _, _ = lesson.partition("_")
    places = {framework: _place(lesson, framework, entries) for framework in frameworks}
    return Row(f"{number}  {matter.get('title', lesson)}", places)


def _place(lesson: str, framework: str | None, entries: list[journal.Entry]) -> Place:
    folder = lessons_folder() / lesson
    questions = lesson_questions(folder, framework)
    all_exercises = exercises.load_exercises(folder)
    return Place(
        Count(len(right_questions(lesson, framework, entries)), len(questions)),
        Count(len(solved_exercises(lesson, framework, entries)), len(all_exercises)),
    )


def as_figure(rows: list[Row]) -> "Figure":
    """Return the picture: a row a lesson, a column a framework, two bars a notebook."""
    from matplotlib.figure import Figure  # late: it takes half a second
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(h_pad=0.12)  # inches: the title stays off the edge
    figure = Figure(figsize=(9, 1.3 + 0.5 * max(len(rows), 1)), layout=layout)
    columns = figure.subplots(1, len(FRAMEWORK_TITLES), sharey=True)
    for index, (axes, framework) in enumerate(zip(columns, FRAMEWORK_TITLES, strict=True)):
        _prepare(axes, framework, rows)
        for height, row in enumerate(rows):
            if framework in row.places:
                _bars(axes, height, row.places[framework], COLOURS[framework])
            elif None in row.places and index == 0:
                _bars(axes, height, row.places[None], NEUTRAL)
    figure.suptitle("Your way through the course: share answered right", fontsize=12)
    return figure


def _prepare(axes: "Axes", framework: str, rows: list[Row]) -> None:
    """Set up a column: its title, its lessons, nothing else."""
    axes.set_title(
        FRAMEWORK_TITLES[framework], color=COLOURS[framework], fontweight="bold", loc="left"
    )
    axes.set_yticks(range(len(rows)), [row.title for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 1.75)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _bars(axes: "Axes", height: float, place: Place, colour: str) -> None:
    """Draw a notebook's two bars: questions above, exercises below."""
    counts = [(place.checkpoints, "question"), (place.exercises, "exercise")]
    counts = [(count, noun) for count, noun in counts if count.of]
    for index, (count, noun) in enumerate(counts):
        at = height + 0.36 * (index - (len(counts) - 1) / 2)
        axes.barh(at, 1, height=0.26, color=TRACK)
        axes.barh(at, count.right / count.of, height=0.26, color=colour)
        axes.text(1.04, at, said(count, noun), va="center", fontsize=8)


def said(count: Count, noun: str) -> str:
    """Return a count with its noun: 1 of 7 questions, 1 of 1 exercise."""
    return f"{count} {noun}" if count.of == 1 else f"{count} {noun}s"


def as_table(rows: list[Row]) -> str:
    """Return the picture's content as a table of text."""
    lines = [["Lesson", "Notebook", "Questions right", "Exercises right"]]
    for row in rows:
        for framework, place in row.places.items():
            title = FRAMEWORK_TITLES[framework] if framework else "both"
            lines.append([row.title, title, str(place.checkpoints), str(place.exercises)])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def in_sentences(rows: list[Row]) -> str:
    """Return the picture's content in words."""
    return " ".join(
        f"{row.title}{f', {FRAMEWORK_TITLES[framework]}' if framework else ''}: "
        f"{said(place.checkpoints, 'question')}, {said(place.exercises, 'exercise')}."
        for row in rows
        for framework, place in row.places.items()
    )
