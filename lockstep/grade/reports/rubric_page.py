"""rubric.html: what students wrote in words, beside what earns points, for the teacher who marks it."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

from lockstep.grade.adjusted import Adjusted, Mark
from lockstep.grade.prose import LONGEST
from lockstep.grade.reports.feedback import LONGEST_NAME, LONGEST_TEXT, TEMPLATES, environment
from lockstep.grade.reports.files import write_whole
from lockstep.grade.reports.naming import notebook_title, points_text, split_notebook
from lockstep.grade.reports.shown import visible, with_code


@dataclass(frozen=True)
class _Criterion:
    name: str
    earns: Markup
    points: str


@dataclass(frozen=True)
class _Answer:
    name: str
    student: str
    notebook: str
    marks: str
    marked: bool
    words: str


@dataclass(frozen=True)
class _Lesson:
    title: str
    name: str
    criteria: list[_Criterion]
    answers: list[_Answer] = field(default_factory=list)


def write_rubric_page(path: Path, answers: Iterable[tuple[Adjusted, str]]) -> None:
    """Write the page.

    Parameters
    ----------
    path
        The file; one that is there is replaced as a whole.
    answers
        The results with a rubric, in the order in which they shall stand, each with the rubric's title.
    """
    lessons: dict[str, _Lesson] = {}
    for adjusted, title in answers:
        name, _ = split_notebook(adjusted.result.notebook)
        lesson = lessons.setdefault(name, _lesson(name, title, adjusted.marks))
        lesson.answers.append(_answer(adjusted))
    everything = [answer for lesson in lessons.values() for answer in lesson.answers]
    style = (TEMPLATES / "feedback.css").read_text(encoding="utf-8")
    page = (
        environment()
        .get_template("rubric.html")
        .render(
            lessons=[lessons[name] for name in sorted(lessons)],
            done=sum(answer.marked for answer in everything),
            all=len(everything),
            style=Markup(style),
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )
    write_whole(path, page.encode())


def _lesson(name: str, title: str, marks: Sequence[Mark]) -> _Lesson:
    criteria = [
        _Criterion(
            visible(mark.criterion.name, LONGEST_NAME),
            with_code(visible(mark.criterion.earns, LONGEST_TEXT)),
            points_text(mark.criterion.points),
        )
        for mark in marks
    ]
    return _Lesson(visible(title, LONGEST_NAME), notebook_title(name), criteria)


def _answer(adjusted: Adjusted) -> _Answer:
    result = adjusted.result
    told = [
        f"{mark.criterion.name}: {'not marked yet' if mark.points is None else points_text(mark.points)}"
        for mark in adjusted.marks
    ]
    return _Answer(
        name=visible(result.student.name, LONGEST_NAME),
        student=visible(result.student.key, LONGEST_NAME),
        notebook=visible(notebook_title(result.notebook), LONGEST_NAME),
        marks=visible(" · ".join(told), LONGEST_TEXT),
        marked=not adjusted.unmarked,
        words=visible(result.words, LONGEST + 100),
    )
