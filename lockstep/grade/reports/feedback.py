"""feedback/STUDENT.html: what a student gets back, in one file that needs no other.

All that came from a student is escaped and shown as text, and the page's own Content-Security-Policy
lets nothing run and nothing be fetched. Left out is what is the teacher's: notes, the names of
mistakes, seeds.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lockstep.grade.adjusted import Adjusted, Mark, Override
from lockstep.grade.model import ExerciseResult, GradedWith, SubmissionResult
from lockstep.grade.names import safe_name
from lockstep.grade.reports.files import write_whole
from lockstep.grade.reports.lateness import late_text
from lockstep.grade.reports.naming import (
    exercise_headings,
    notebook_title,
    points_text,
    split_notebook,
    time_text,
)
from lockstep.grade.reports.shown import in_colour, shortened_code, visible, with_code

TEMPLATES = Path(__file__).parent / "templates"
LONGEST_NAME, LONGEST_TEXT = 120, 4000  # characters
# What `lockstep.learn.judging` prints; in the notebook it stands below a message just so.
EXPECTED_AND_GOT = re.compile(r"(expected[^\n]*)\n(.*?)\n\n(got)\n(.*)", re.DOTALL)


@dataclass(frozen=True)
class Look:
    """How a state is shown.

    Parameters
    ----------
    sign, words
        What stands for it; the sign is never alone.
    otherwise
        What to say where the judge says nothing.
    advice
        What to look for, whatever the judge says.
    """

    sign: str
    words: str
    otherwise: str = ""
    advice: str = ""


LOOKS = {
    "right": Look("✓", "Right", "This is right."),
    "partly": Look("◐", "Partly right", "Some cases are right, and some are not yet."),
    "wrong": Look("✗", "Not right yet", "This does not give what was asked for yet."),
    "not attempted": Look("○", "Not attempted", "There is no answer here yet."),
    "error": Look("!", "Error", "Your code raised an error when it was called."),
    "time limit": Look(
        "■",
        "Stopped: out of time",
        "Your code was still running when its time was over.",
        "Look for a loop that never ends, or for work that is done again and again.",
    ),
    "memory limit": Look(
        "■",
        "Stopped: out of memory",
        "Your code asked for more memory than there is.",
        "Look for a tensor that is far larger than it needs to be, or for a list that never stops growing.",
    ),
    "crashed": Look(
        "■",
        "Crashed",
        "Python itself ended while your code ran, so there is no error message to show.",
        "Look for a call that ends the program, such as `exit()`, or for a function that calls itself "
        "without an end.",
    ),
    "not run": Look(
        "–",
        "Not run",
        "Something before this exercise ended the run, so this answer was never called.",
        "Mend what stands above it, and it will be.",
    ),
}
NOT_GRADED = {
    "unreadable": Look("!", "Your file could not be read"),
    "missing": Look("○", "Nothing has come in yet"),
}


@dataclass(frozen=True)
class _Exercise:
    """An exercise as the template lays it out."""

    anchor: str
    name: str
    heading: str
    state: str
    look: Look
    points: str
    given: str
    teacher: str
    message: Markup
    values: list[tuple[str, str]]
    hint: Markup
    code: Markup
    shortened: bool


@dataclass(frozen=True)
class _Marked:
    """A criterion of a rubric as the template lays it out."""

    name: str
    earns: Markup
    points: str
    teacher: str


@dataclass(frozen=True)
class _Section:
    """A notebook as the template lays it out."""

    anchor: str
    title: str
    state: str | None
    look: Look | None
    reason: Markup
    sum: str
    made_of: list[str]
    teacher: str
    file: str
    handed_in: str
    exercises: list[_Exercise]
    marks: list[_Marked]
    graded_with: str


def write_feedback(
    folder: Path,
    results_of_one_student: Sequence[SubmissionResult],
    adjust: Callable[[SubmissionResult], Adjusted] = Adjusted,
) -> Path:
    """Write a student's page, with a section for each notebook, and return its path.

    The same results make the same file, to the byte.

    Parameters
    ----------
    folder
        Where the pages are; made where it is not there yet.
    results_of_one_student
        All results of one student, in any order.
    adjust
        Puts what a teacher adds on top of a result.

    Raises
    ------
    ValueError
        If there is no result, or one of another student's among them.
    """
    keys = {result.student.key for result in results_of_one_student}
    if len(keys) != 1:
        raise ValueError(f"A page is for one student; these are results of {len(keys)}.")
    path = folder / f"{safe_name(keys.pop())}.html"
    write_whole(path, feedback_html(results_of_one_student, adjust).encode())
    return path


def adjustments_shown(path: Path) -> str:
    """Return the fingerprint of what a teacher added to the page when it was written."""
    with path.open("rb") as file:
        found = re.search(rb'<meta name="lockstep-adjusted" content="(\w*)">', file.read(2000))
    return found.group(1).decode() if found else ""


def adjustments_of(adjusted: Sequence[Adjusted]) -> str:
    """Return a fingerprint of what a teacher adds to a page; empty where it is nothing."""
    prints = [one.fingerprint for one in adjusted]
    return hashlib.sha256("".join(prints).encode()).hexdigest()[:16] if any(prints) else ""


def feedback_html(
    results_of_one_student: Sequence[SubmissionResult],
    adjust: Callable[[SubmissionResult], Adjusted] = Adjusted,
) -> str:
    """Return a student's page."""
    results = sorted(results_of_one_student, key=lambda result: (result.notebook, result.source))
    style = (TEMPLATES / "feedback.css").read_text(encoding="utf-8")
    return (
        environment()
        .get_template("feedback.html")
        .render(
            name=visible(results[0].student.name, LONGEST_NAME),
            adjusted=adjustments_of([adjust(result) for result in results_of_one_student]),
            sections=[_section(number, adjust(one)) for number, one in enumerate(results, start=1)],
            style=Markup(style),
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )


@lru_cache
def environment() -> Environment:
    """Return what makes pages of the templates; it escapes whatever is put into them."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _section(number: int, adjusted: Adjusted) -> _Section:
    result = adjusted.result
    lesson, _ = split_notebook(result.notebook)
    headings = exercise_headings(lesson)
    exercises = [
        _exercise(
            f"notebook-{number}-exercise-{place}", one, headings.get(one.exercise, ""), adjusted
        )
        for place, one in enumerate(result.exercises, start=1)
    ]
    return _Section(
        anchor=f"notebook-{number}",
        title=visible(notebook_title(result.notebook), LONGEST_NAME) or "Your notebook",
        state=result.state,
        look=NOT_GRADED[result.state] if result.state else None,
        reason=with_code(visible(result.reason, LONGEST_TEXT)),
        sum="" if adjusted.points is None else _of(adjusted.points, adjusted.out_of),
        made_of=_made_of(adjusted),
        teacher=_comment(adjusted.whole),
        file=visible(_file_name(result.source), LONGEST_NAME),
        handed_in=visible(time_text(result.handed_in), LONGEST_NAME),
        exercises=exercises,
        marks=[_marked(mark) for mark in adjusted.marks],
        graded_with=_versions(result.graded_with),
    )


def _made_of(adjusted: Adjusted) -> list[str]:
    """Return what the sum is made of, where that is more than the exercises."""
    if adjusted.set_by_teacher:
        return ["Your teacher gave these points for the whole."]
    if not (adjusted.marks or adjusted.late) or adjusted.points is None:
        return []
    lines = [f"Your exercises: {_of(adjusted.answers, adjusted.result.out_of)}."]
    if adjusted.marks:
        possible = sum(mark.criterion.points for mark in adjusted.marks)
        unmarked = adjusted.unmarked
        rest = f" ({unmarked} of {len(adjusted.marks)} parts not marked yet)" if unmarked else ""
        lines.append(f"Your answer in words: {_of(adjusted.words, possible)}{rest}.")
    if adjusted.late:
        lines.append(late_text(adjusted.late))
    return [visible(line, LONGEST_TEXT) for line in lines]


def _marked(mark: Mark) -> _Marked:
    possible = points_text(mark.criterion.points)
    points = (
        "not marked yet" if mark.points is None else f"{points_text(mark.points)} of {possible}"
    )
    return _Marked(
        name=visible(mark.criterion.name, LONGEST_NAME),
        earns=with_code(visible(mark.criterion.earns, LONGEST_TEXT)),
        points=points,
        teacher=visible(mark.comment, LONGEST_TEXT),
    )


def _comment(override: Override | None) -> str:
    return visible(override.comment, LONGEST_TEXT) if override else ""


def _given(adjusted: Adjusted, result: ExerciseResult) -> str:
    """Return what to say where the points are the teacher's and not the check's."""
    if adjusted.points_of(result) == result.points:
        return ""
    return f"Your teacher gave these points; the check had come to {points_text(result.points)}."


def _exercise(anchor: str, result: ExerciseResult, heading: str, adjusted: Adjusted) -> _Exercise:
    look = LOOKS[result.state]
    # The blank is not the student's code.
    code, shortened = shortened_code("" if result.state == "not attempted" else result.code)
    return _Exercise(
        anchor=anchor,
        name=visible(result.exercise, LONGEST_NAME),
        heading=visible(heading, LONGEST_NAME),
        state=result.state,
        look=look,
        points=_of(adjusted.points_of(result), result.out_of),
        given=_given(adjusted, result),
        teacher=_comment(adjusted.exercises.get(result.exercise)),
        message=with_code(_message(result, look)),
        values=_values(visible(result.values, LONGEST_TEXT)),
        hint=with_code(visible(result.hint, LONGEST_TEXT)),
        code=in_colour(code),
        shortened=shortened,
    )


def _message(result: ExerciseResult, look: Look) -> str:
    """Return what to say; nothing where the sign and its words say as much."""
    message = visible(result.message, LONGEST_TEXT) or look.otherwise
    if result.state == "right" and message == look.otherwise:
        return ""
    return f"{message}\n{look.advice}".strip()


def _values(text: str) -> list[tuple[str, str]]:
    r"""Return what was expected and what came, each under its label; one block where it cannot be told.

    >>> _values("expected for loss\n1.5\n\ngot\nnan")
    [('Expected for loss', '1.5'), ('Got', 'nan')]
    """
    found = EXPECTED_AND_GOT.fullmatch(text)
    if found is None:
        return [("Values", text)] if text else []
    expected, first, got, second = found.groups()
    return [(expected.capitalize(), first), (got.capitalize(), second)]


def _of(points: float, out_of: float) -> str:
    if not out_of:  # points for a notebook that never came in
        return f"{points_text(points)} {'point' if points == 1 else 'points'}"
    return f"{points_text(points)} of {points_text(out_of)} {'point' if out_of == 1 else 'points'}"


def _file_name(source: str) -> str:
    """Return the file's own name: the folders around it are the teacher's.

    >>> _file_name("class.zip: anna/hw (1).ipynb")
    'hw (1).ipynb'
    """
    inside = source.rpartition(": ")[2].replace("\\", "/")
    return PurePosixPath(inside).name


def _versions(graded_with: GradedWith | None) -> str:
    """Return the packages that the answers ran with."""
    if graded_with is None:
        return ""
    versions = sorted(graded_with.versions.items(), key=lambda item: item[0].casefold())
    return visible(", ".join(f"{name} {version}" for name, version in versions), LONGEST_TEXT)
