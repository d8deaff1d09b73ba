"""`submit`: what each exercise has now, and which file to hand in."""

import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from html import escape

from lockstep.learn import colab
from lockstep.learn.checking import look_at
from lockstep.learn.errors import CourseError
from lockstep.learn.exercises import Exercise, load_exercises
from lockstep.learn.feedback import EDGES, SIGNS, message_as_html
from lockstep.learn.own_file import (
    code_cells,
    missing_answers,
    saved_notebook,
    unsaved_answers,
)
from lockstep.learn.session import Session, current, strict

MENU = "File > Download > Download .ipynb"
SAVE = "Save the notebook (Ctrl+S, on a Mac Cmd+S)"


@dataclass(frozen=True)
class Standing:
    """What one exercise has now."""

    name: str
    state: str
    share: float
    points: float
    of: int

    @property
    def words(self) -> str:
        """The state, in words."""
        return "partly right" if self.state == "not yet" and self.share else self.state

    @property
    def score(self) -> str:
        """The points, of how many."""
        return f"{self.points:g} of {self.of}"


@dataclass(frozen=True)
class HandIn:
    """Where the exercises stand, and what to do to hand them in."""

    standings: tuple[Standing, ...]
    message: str

    @property
    def title(self) -> str:
        """The points so far."""
        total = sum(standing.points for standing in self.standings)
        return f"{total:g} of {sum(standing.of for standing in self.standings)} points so far"

    def __repr__(self) -> str:
        """Return the plain form: what a terminal and a screen reader get."""
        width = max(len(standing.name) for standing in self.standings)
        lines = [
            f"{SIGNS[standing.state]} {standing.name.ljust(width)}  {standing.score}  {standing.words}"
            for standing in self.standings
        ]
        return "\n".join([self.title, *lines, self.message])

    def _repr_html_(self) -> str:
        """Return the form that a notebook shows."""
        cell = '<td style="text-align: left; padding: 0.1em 1.2em 0.1em 0">'
        rows = "".join(
            f'<tr>{cell}<span style="color: {EDGES[standing.state]}; display: inline-block; width: 1.3em">'
            f"{SIGNS[standing.state]}</span>"
            f"{escape(standing.words)}</td>{cell}<code>{escape(standing.name)}</code></td>"
            f"{cell}{standing.score}</td></tr>"
            for standing in self.standings
        )
        return (
            f'<div style="border-left: 4px solid {EDGES["told"]}; padding: 0.3em 0.9em; '
            f'margin: 0.3em 0; max-width: 48em"><strong>{escape(self.title)}</strong>'
            f'<table style="margin: 0.4em 0">{rows}</table>'
            f'<div style="white-space: pre-wrap; overflow-wrap: anywhere">{message_as_html(self.message)}'
            "</div></div>"
        )


def submit() -> HandIn | None:
    """Show what each exercise has now, and give the file to hand in.

    On Colab the notebook is offered as a download; elsewhere its file is named. Where a machine runs
    the notebook, nothing is shown.

    Raises
    ------
    CourseError
        If the lesson has no exercises.
    """
    session = current()
    exercises = load_exercises(session.folder)
    if not exercises:
        raise CourseError("This lesson has no exercises, so there is nothing to hand in.")
    if strict():
        return None
    standings = tuple(_standing(one, session.framework or "") for one in exercises.values())
    if all(standing.state == "not attempted" for standing in standings):
        return HandIn(
            standings,
            "Nothing is answered yet. If you did answer, run the cells with your answers, then this one.",
        )
    give = _on_colab if colab.here() else _on_disk
    return HandIn(standings, give(session, list(exercises)))


def _standing(exercise: Exercise, framework: str) -> Standing:
    with redirect_stdout(io.StringIO()):  # what an answer prints is not part of the list
        feedback = look_at(exercise, framework)
    points = exercise.points_for(feedback.share)
    return Standing(exercise.name, feedback.state, feedback.share, points, exercise.points)


def _on_colab(session: Session, exercises: Sequence[str]) -> str:
    """Offer the notebook as a download, and say what to hand in."""
    notebook = colab.open_notebook()
    if notebook is None:
        return f"To hand in, choose {MENU} and give your teacher the file that comes."
    missing = missing_answers(code_cells(notebook), exercises)
    if missing:
        return _say_missing(missing)
    name = f"{session.notebook}.ipynb"
    if not colab.download(notebook, name):
        return f"All answers are in the notebook. To hand in, choose {MENU}."
    return (
        f"All answers are in the notebook, and your browser downloads it as `{name}`: hand in that file. "
        f"If nothing comes, choose {MENU}."
    )


def _on_disk(session: Session, exercises: Sequence[str]) -> str:
    """Say which file to hand in, once it holds every answer."""
    found = saved_notebook(session, exercises)
    if found is None:
        return (
            f"{SAVE} and hand in its `.ipynb` file. Where it lies could not be found out from here, "
            "so look whether your answers are in it."
        )
    path, cells = found
    missing = missing_answers(cells, exercises)
    if missing:
        return _say_missing(missing)
    unsaved = unsaved_answers(cells, exercises)
    if unsaved:
        return f"{SAVE} first, then run this cell again: the file does not hold your last {_names(unsaved)} yet."
    return f"All answers are saved. Hand in this file:\n`{path.resolve()}`"


def _say_missing(missing: list[str]) -> str:
    return (
        f"The notebook has no cell that answers {_names(missing)}. "
        f'`reset("{missing[0]}")` brings the cell back. Save the notebook then, and run this cell again.'
    )


def _names(exercises: list[str]) -> str:
    *others, last = [f"`{name}`" for name in exercises]
    return f"{', '.join(others)} and {last}" if others else last
