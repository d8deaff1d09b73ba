"""What a learner's progress says is done: questions answered right, and exercises solved."""

from collections.abc import Iterable

from lockstep.learn import exercises
from lockstep.learn.checkpoints import lesson_questions
from lockstep.learn.journal import Entry
from lockstep.lessons import lessons_folder


def right_questions(lesson: str, framework: str | None, entries: Iterable[Entry]) -> set[str]:
    """Return the questions of a notebook that were ever answered right in the version they have now."""
    questions = lesson_questions(lessons_folder() / lesson, framework)
    return {
        name
        for entry in _in_notebook(lesson, framework, entries)
        if entry["kind"] == "checkpoint"
        and entry.get("right") is True
        and (name := str(entry.get("name"))) in questions
        and entry.get("version") == questions[name].version
    }


def solved_exercises(lesson: str, framework: str | None, entries: Iterable[Entry]) -> set[str]:
    """Return the exercises of a notebook that were ever right."""
    return exercises.load_exercises(lessons_folder() / lesson).keys() & {
        str(entry.get("name"))
        for entry in _in_notebook(lesson, framework, entries)
        if entry["kind"] == "check" and entry.get("state") == "right"
    }


def _in_notebook(lesson: str, framework: str | None, entries: Iterable[Entry]) -> list[Entry]:
    return [
        entry
        for entry in entries
        if (entry.get("lesson"), entry.get("framework")) == (lesson, framework)
    ]
