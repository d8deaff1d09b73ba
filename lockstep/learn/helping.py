"""`hint`, `solution` and `reset`: help with an exercise, a little at a time."""

import importlib
import json
from pathlib import Path

from lockstep.learn import journal
from lockstep.learn.checking import find_exercise
from lockstep.learn.feedback import Feedback
from lockstep.learn.session import current, user_namespace
from lockstep.learn.stored import load_arrays
from lockstep.lessons import lessons_folder
from lockstep.repository import HAS_SOLUTIONS, colab_url

TRIES_BEFORE_SOLUTION = 3


def hint(name: str) -> Feedback:
    """Return the next hint for an exercise; after the last one, the last one again.

    Raises
    ------
    CourseError
        If this lesson has no such exercise.
    """
    exercise = find_exercise(name)
    session = current()
    number = min(len(_entries("hint", name)) + 1, len(exercise.hints))
    journal.write("hint", session.lesson, session.framework, name, number=number)
    title = f"{name}: hint {number} of {len(exercise.hints)}"
    return Feedback("told", title, exercise.hints[number - 1])


def solution(name: str) -> Feedback:
    """Return the solution of an exercise, once three tries were made or it was solved.

    Raises
    ------
    CourseError
        If this lesson has no such exercise.
    """
    find_exercise(name)
    if not HAS_SOLUTIONS:
        return Feedback(
            "told",
            f"{name}: no solution here",
            "This edition of the course comes without solutions; your teacher has them. "
            f'`hint("{name}")` gives a nudge.',
        )
    tries = [entry["state"] for entry in _entries("check", name)]
    wrong = sum(state in ("not yet", "error") for state in tries)
    if wrong < TRIES_BEFORE_SOLUTION and "right" not in tries:
        return Feedback(
            "told",
            f"{name}: not yet",
            f"The solution can be seen after {TRIES_BEFORE_SOLUTION} tries; you have made {wrong}. "
            f'`hint("{name}")` gives a nudge.',
        )
    return _solution(name)


def _solution(name: str) -> Feedback:
    notebook = f"solutions/{current().notebook}.ipynb"
    path = lessons_folder().parent / notebook
    if not path.exists():
        return Feedback(
            "told",
            f"{name}: one solution",
            f"It stands in the solved notebook: {colab_url(notebook)}",
        )
    return Feedback(
        "told",
        f"{name}: one solution",
        "Other ways are right as well. Close it, and write it yourself.",
        _answer_cell(path, name),
    )


def _answer_cell(path: Path, name: str) -> str:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    marker = f"# lockstep: answer {name}\n"
    source = next(
        text for text in ("".join(cell["source"]) for cell in cells) if text.startswith(marker)
    )
    return "\n".join(
        line for line in source.splitlines()[1:] if not line.strip().startswith("### ")
    )


def reset(name: str) -> Feedback:
    """Bring back the blank of one exercise, in a new cell below this one.

    Raises
    ------
    CourseError
        If this lesson has no such exercise.
    """
    find_exercise(name)
    session = current()
    stored = load_arrays(session.folder / "checks.npz")
    blank = str(stored[f"{name}/blank/{session.framework or 'shared'}"])
    user_namespace().pop(name, None)
    ipython = importlib.import_module("IPython").get_ipython()
    if ipython is not None:
        ipython.set_next_input(blank)
    return Feedback(
        "told",
        f"{name}: a fresh start",
        "The blank is in a new cell below; where none appears, copy it from here. "
        "Delete the cell with your old answer.",
        blank,
    )


def _entries(kind: str, name: str) -> list[journal.Entry]:
    session = current()
    return journal.find(kind, session.lesson, session.framework, name)
