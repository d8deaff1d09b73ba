"""How results are called where people read them: lessons, exercises, points."""

import re
from datetime import UTC, datetime
from functools import lru_cache

import yaml

from lockstep.learn.front_matter import front_matter
from lockstep.learn.session import FRAMEWORK_TITLES
from lockstep.lessons import lesson_names, lessons_folder

HEADING = re.compile(r"^##\s+(?P<heading>.+?)\s*$")
EXERCISE = re.compile(r"^:exercise:\s*(?P<exercise>\w+)\s*$")


def split_notebook(notebook: str) -> tuple[str, str | None]:
    """Return a notebook's lesson and framework.

    >>> split_notebook("04_simple_net_pytorch")
    ('04_simple_net', 'pytorch')
    >>> split_notebook("00_start_here")
    ('00_start_here', None)
    """
    lesson, _, framework = notebook.rpartition("_")
    return (lesson, framework) if framework in FRAMEWORK_TITLES else (notebook, None)


def notebook_title(notebook: str) -> str:
    """Return a notebook's title as its reader knows it: "4 · A simple network · PyTorch".

    The bare name is returned where the course has no such lesson (any more).
    """
    lesson, framework = split_notebook(notebook)
    title = _lesson_title(lesson)
    if title is None:
        return notebook
    parts = [str(int(lesson[:2])), title, FRAMEWORK_TITLES.get(framework or "", "")]
    return " · ".join(filter(None, parts))


def _lesson_title(lesson: str) -> str | None:
    if lesson not in lesson_names():
        return None
    try:
        title = front_matter(lessons_folder() / lesson / "lesson.md").get("title")
    except (OSError, yaml.YAMLError):
        return None
    return str(title) if title else None


@lru_cache
def exercise_headings(lesson: str) -> dict[str, str]:
    """Return the heading that stands over each exercise; none where the lesson's text is not here.

    The text is read line by line: reading it whole takes jupytext, which takes a second to import.
    """
    path = lessons_folder() / lesson / "exercises.md"
    if lesson not in lesson_names() or not path.exists():
        return {}
    headings: dict[str, str] = {}
    heading = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if found := HEADING.match(line):
            heading = found["heading"]
        elif found := EXERCISE.match(line):
            headings.setdefault(found["exercise"], heading)
    return headings


def points_text(points: float) -> str:
    """Return points with at most two decimals.

    >>> points_text(2.0), points_text(1.5), points_text(1 / 3)
    ('2', '1.5', '0.33')
    """
    text = f"{points:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def time_text(handed_in: str | None) -> str:
    """Return when something was handed in, to the minute, in UTC where the time says its zone.

    >>> time_text("2026-11-20T17:03:00"), time_text("2026-11-20T17:03:00+01:00"), time_text(None)
    ('2026-11-20 17:03', '2026-11-20 16:03 UTC', '')
    """
    if not handed_in:
        return ""
    try:
        time = datetime.fromisoformat(handed_in)
    except ValueError:
        return handed_in
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if time.tzinfo else f"{time:%Y-%m-%d %H:%M}"
