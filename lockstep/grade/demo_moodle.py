"""The made-up class as Moodle hands it to a teacher: the archive of all submissions, and the worksheet."""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from lockstep.grade.reports.spreadsheet import csv_bytes

FIRST_PARTICIPANT = 4101
HEADER = (
    "Identifier",
    "Full name",
    "Email address",
    "Status",
    "Grade",
    "Maximum Grade",
    "Grade can be changed",
    "Last modified (submission)",
    "Last modified (grade)",
    "Feedback comments",
)


def write_moodle(folder: Path, handed_in: Sequence[tuple[str, Path]], out_of: int) -> None:
    """Write `moodle.zip` and `worksheet.csv`.

    Parameters
    ----------
    folder
        Where to.
    handed_in
        Each student's name and the folder with the files, which need not exist.
    out_of
        The assignment's maximum grade.
    """
    lines = []
    with zipfile.ZipFile(folder / "moodle.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, theirs) in enumerate(handed_in, start=FIRST_PARTICIPANT):
            files = sorted(theirs.glob("*")) if theirs.is_dir() else []
            for path, time in _members(files):
                # Moodle leaves out of a folder's name what some systems do not take in one.
                place = f"{name.replace(chr(39), '')}_{number}_assignsubmission_file_/{path.name}"
                member = zipfile.ZipInfo(place, time.timetuple()[:6])
                archive.writestr(member, path.read_bytes(), zipfile.ZIP_DEFLATED)
            lines.append(_line(number, name, bool(files), out_of))
    (folder / "worksheet.csv").write_bytes(csv_bytes([HEADER, *lines]))


def _members(files: Sequence[Path]) -> Iterator[tuple[Path, datetime]]:
    for path in files:
        yield path, datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _line(number: int, name: str, came: bool, out_of: int) -> tuple[str, ...]:
    status = "Submitted for grading - Not graded" if came else "No submission"
    address = f"participant{number}@school.invalid"
    known = (f"Participant {number}", name, address, status)
    return (*known, "", f"{out_of}.00", "Yes", "-", "-", "")
