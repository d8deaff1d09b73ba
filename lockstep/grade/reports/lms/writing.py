"""GRADES/lms/: the files that go back, for the system that the class came from or whose file was given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lockstep.grade.adjusted import Adjusted
from lockstep.grade.names import safe_name
from lockstep.grade.reports.files import write_whole
from lockstep.grade.reports.lms import canvas, moodle, nbgrader
from lockstep.grade.reports.lms.moodle import Participant
from lockstep.grade.reports.lms.scores import Score, scores
from lockstep.grade.reports.naming import split_notebook
from lockstep.grade.reports.spreadsheet import csv_bytes


@dataclass(frozen=True)
class Class:
    """What is known of a class and where it came from.

    Parameters
    ----------
    system
        Such as "moodle"; empty where it came from none.
    lessons
        The lessons that came back this time.
    moodle, canvas
        From a student's key to what these systems call the student, as far as it is known.
    moodle_worksheet, canvas_gradebook
        The teacher's own files, to be filled in.
    """

    system: str
    lessons: frozenset[str]
    moodle: dict[str, Participant] = field(default_factory=dict)
    canvas: dict[str, str] = field(default_factory=dict)
    moodle_worksheet: Path | None = None
    canvas_gradebook: Path | None = None


def write_lms(
    out: Path, adjusted: Sequence[Adjusted], people: Class
) -> tuple[list[Path], list[str]]:
    """Write what goes back to the school's system.

    Returns
    -------
    tuple
        The files that were written, and a sentence on everything that has no place in them.

    Raises
    ------
    TableError
        If the teacher's own file cannot be used.
    """
    folder = out / "lms"
    here = scores(adjusted, people.lessons)
    written: list[Path] = []
    problems: list[str] = []
    if people.system == "moodle" or people.moodle_worksheet:
        written += _write_moodle(folder, out / "feedback", people, here, problems)
    if people.system == "canvas" or people.canvas_gradebook:
        written.append(_write_canvas(folder / "canvas.csv", people, here, problems))
    if people.system == "nbgrader":
        wanted = [
            one for one in adjusted if split_notebook(one.result.notebook)[0] in people.lessons
        ]
        written.append(folder / "nbgrader.csv")
        write_whole(written[-1], csv_bytes(nbgrader.export(wanted)))
    return written, problems


def _write_moodle(
    folder: Path, pages: Path, people: Class, here: Sequence[Score], problems: list[str]
) -> list[Path]:
    if people.moodle_worksheet:
        rows, found = moodle.filled_worksheet(people.moodle_worksheet, people.moodle, here)
        problems += found
    else:
        rows = moodle.built_worksheet(people.moodle, here)
    write_whole(folder / "moodle.csv", csv_bytes(rows))
    if not people.moodle:
        return [folder / "moodle.csv"]
    theirs = {key: pages / f"{safe_name(key)}.html" for key in people.moodle}
    archive = moodle.feedback_archive(people.moodle, theirs)
    write_whole(folder / "feedback_moodle.zip", archive)
    return [folder / "moodle.csv", folder / "feedback_moodle.zip"]


def _write_canvas(path: Path, people: Class, here: Sequence[Score], problems: list[str]) -> Path:
    if people.canvas_gradebook:
        rows, found = canvas.filled_gradebook(people.canvas_gradebook, people.canvas, here)
        problems += found
    else:
        rows = canvas.built_gradebook(people.canvas, here)
    write_whole(path, csv_bytes(rows))
    return path
