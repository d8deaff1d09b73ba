"""`checkpoint("name")`: the question of that name in the lesson that the notebook is in."""

from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from lockstep.learn.errors import CourseError
from lockstep.learn.questions import Question, QuestionError, load_questions
from lockstep.learn.session import current
from lockstep.learn.widgets.question import QuestionWidget


def checkpoint(name: str) -> QuestionWidget:
    """Return the question called `name`, with the last answer given to it.

    >>> checkpoint("what_a_layer_computes")

    Where no question appears, answer in words:

    >>> checkpoint("what_a_layer_computes").answer("b")

    Raises
    ------
    CourseError
        If this lesson has no such question.
    """
    session = current()
    questions = lesson_questions(session.folder, session.framework)
    if not isinstance(name, str) or name not in questions:
        near = get_close_matches(str(name), questions, n=3) or list(questions)
        listed = ", ".join(map(repr, near)) or "none"
        raise CourseError(f"This lesson has no checkpoint {name!r}. There is: {listed}.")
    return QuestionWidget(questions[name], session.lesson, session.framework)


def lesson_questions(folder: Path, framework: str | None) -> dict[str, Question]:
    """Return the questions of the lesson in `folder`; read again only when its text has changed.

    Raises
    ------
    CourseError
        If a question cannot be read.
    """
    path = folder / "lesson.md"
    try:
        return _read(path, framework, path.stat().st_mtime_ns)
    except (OSError, QuestionError) as error:
        raise CourseError(f"The questions of {folder.name} cannot be read: {error}") from None


@lru_cache
def _read(path: Path, framework: str | None, _changed: int) -> dict[str, Question]:
    return load_questions(path, framework)
