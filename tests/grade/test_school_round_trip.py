"""A class comes from a school's system as an archive, and its grades and pages go back into it."""

import csv
import zipfile

import pytest

from tests.grade.school_archives import ON_TIME, TOO_LATE, archive
from tests.grade.small_class import NOT_SQUARED, RIGHT, START, grade, results, start

pytestmark = pytest.mark.slow
WORKSHEET = """\
Identifier,Full name,Status,Grade,Maximum Grade,Feedback comments
Participant 41,Anna Müller,Submitted,,10.00,
Participant 42,Bob O'Neil,Submitted,,10.00,
Participant 43,Chen Wei,No submission,,10.00,
"""


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_class_from_moodle_with_a_worksheet_a_date_and_a_word_of_the_teachers(tmp_path):
    came, out = tmp_path / "Course-HW-77.zip", tmp_path / "grades"
    came.write_bytes(
        archive(
            [
                ("Anna Müller_41_assignsubmission_file_/hw.ipynb", ON_TIME, start(RIGHT)),
                ("Bob O'Neil_42_assignsubmission_file_/hw.ipynb", TOO_LATE, start(NOT_SQUARED)),
            ]
        )
    )
    (tmp_path / "worksheet.csv").write_text(WORKSHEET, encoding="utf-8")
    (tmp_path / "roster.csv").write_text("id,name\na1,Anna Müller\nb2,Bob O'Neil\nc3,Chen Wei\n")
    out.mkdir()
    words = f"student,notebook,exercise,points,comment\nb2,{START},mean_squared_error,1,I see.\n"
    (out / "overrides.csv").write_text(words)
    ran = grade(came, "--out", out, "--roster", tmp_path / "roster.csv", "--due", "2026-11-20T23:59",
                "--penalty", "25%", "--moodle-worksheet", tmp_path / "worksheet.csv")  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "feedback_moodle.zip" in ran.stdout
    assert [row["Grade"] for row in rows(out / "lms" / "moodle.csv")] == ["10.00", "7.50", ""]
    assert [row["Full name"] for row in rows(out / "lms" / "moodle.csv")][1] == "Bob O'Neil"
    book = {row["student"]: row for row in rows(out / "gradebook.csv")}
    assert (book["b2"]["points"], book["b2"]["taken off for being late"]) == ("0.75", "0.25")
    assert (book["c3"]["state"], book["c3"]["points"]) == ("missing", "")
    assert results(out)["b2"].points == 0
    with zipfile.ZipFile(out / "lms" / "feedback_moodle.zip") as packed:
        page = packed.read("Bob O'Neil_42_assignsubmission_file_/feedback.html").decode()
    assert "<strong>Your teacher:</strong> I see." in page
    assert "Late: 0.25 points taken off (25% of all points)." in page


def test_a_class_from_canvas_goes_back_with_its_ids(tmp_path):
    came, out = tmp_path / "submissions.zip", tmp_path / "grades"
    came.write_bytes(
        archive(
            [
                ("mülleranna_9001_501_hw.ipynb", ON_TIME, start(RIGHT)),
                ("oneilbob_LATE_9002_502_hw-1.ipynb", ON_TIME, start(RIGHT)),
            ]
        )
    )
    ran = grade(came, "--out", out, "--due", "2026-11-20", "--penalty", "10%/day")
    assert ran.returncode == 0, ran.stderr
    points = {row["ID"]: row[START] for row in rows(out / "lms" / "canvas.csv")}
    assert points == {"": "1", "9001": "1", "9002": "0.9"}
    assert not (out / "lms" / "moodle.csv").exists()
