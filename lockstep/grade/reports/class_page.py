"""class.html: a picture of the class for its teacher, in one file that needs no other.

It says what wants attention first, then shows each lesson: who handed in, how the points are spread,
what each exercise and each mistake came to, what failed, what questions were answered with, and which
answers are alike. All that came from students is escaped, and the page's Content-Security-Policy lets nothing run
and nothing be fetched.
"""

import base64
import hashlib
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from lockstep.grade.model import SubmissionResult
from lockstep.grade.reports.attention import counted
from lockstep.grade.reports.class_sections import Rows, file_rows, section
from lockstep.grade.reports.files import write_whole
from lockstep.grade.reports.first_answers import read_progress
from lockstep.grade.reports.statistics import LessonResults, by_lesson, by_name

TEMPLATES = Path(__file__).parent / "templates"


def write_class_page(
    path: Path,
    results: Sequence[SubmissionResult],
    progress: Mapping[str, Path] | None = None,
    late: Collection[tuple[str, str]] = (),
) -> Path:
    """Write the page of a class, and return its path.

    The same results make the same file, to the byte.

    Parameters
    ----------
    path
        The file; one that is there is replaced as a whole. The pages of feedback are expected in
        `feedback` beside it.
    results
        All results of the class, in any order, with any number of lessons.
    progress
        From a student's key to the progress file that the student handed in.
    late
        The student's key and the notebook of each submission that came too late.
    """
    write_whole(path, class_html(results, progress, late).encode("utf-8", "replace"))
    return path


def class_html(
    results: Sequence[SubmissionResult],
    progress: Mapping[str, Path] | None = None,
    late: Collection[tuple[str, str]] = (),
) -> str:
    """Return the page of a class; parameters as `write_class_page` has them."""
    answered = read_progress(progress or {})
    lessons = by_lesson(results, late)
    style = _style()
    return _template().render(
        summary=_summary(results, lessons),
        sections=[
            section(number, lesson, answered) for number, lesson in enumerate(lessons, start=1)
        ],
        unplaced=_unplaced(results),
        style=Markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def _style() -> str:
    """Return the feedback pages' style and what this page has on top."""
    return "\n".join(
        (TEMPLATES / name).read_text(encoding="utf-8") for name in ("feedback.css", "class.css")
    )


@lru_cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("class.html")


def _summary(results: Sequence[SubmissionResult], lessons: Sequence[LessonResults]) -> str:
    students = len({result.student.key for result in results})
    graded = sum(result.state is None for result in results)
    parts = [counted(students, "student"), f"{counted(graded, 'submission')} graded"]
    if len(lessons) > 1:
        parts.append(counted(len(lessons), "lesson"))
    return ", ".join(parts)


def _unplaced(results: Sequence[SubmissionResult]) -> Rows:
    """Return the files that cannot be read and do not say either to which lesson they belong."""
    files = [one for one in results if one.state == "unreadable" and not one.notebook]
    return file_rows(sorted(files, key=lambda one: (*by_name(one.student), one.source)))
