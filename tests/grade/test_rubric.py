"""Answers in words: shown to the teacher, marked by hand, added to the sum, told to the student."""

import csv
import json
import shutil

import pytest

from lockstep.build.errors import LessonError
from lockstep.build.rubric import read_rubric
from lockstep.grade.adjustments import read_adjustments
from lockstep.grade.adjustments.rubric import FILE, HEADER
from lockstep.grade.model import Student
from lockstep.grade.notebook import NotebookCell
from lockstep.grade.prose import LONGEST, own_words
from lockstep.grade.reports.feedback import feedback_html
from lockstep.grade.reports.gradebook import write_gradebook
from lockstep.grade.reports.rubric_page import write_rubric_page
from lockstep.grade.tables import read_table
from lockstep.lessons import lesson_names, lessons_folder
from tests.conftest import ROOT
from tests.grade.samples import exercise, submission
from tests.grade.small_class import NOT_SQUARED, RIGHT, START, grade, results, start
from tests.grade.test_feedback import HOSTILE, Page

RUBRIC = """\
title: What differed, in ten lines
criteria:
  - criterion: Differences
    points: 4
    earns: Two differences that the port really met, each with what it changed.
  - criterion: Evidence
    points: 2.5
    earns: A number from `meet` for each of them.
"""
ZOE = Student("z1", "Zoë Adeyemi")
LESSON, NOTEBOOK = "21_port", "21_port_pytorch"


@pytest.fixture
def lessons(tmp_path):
    """Return a folder with one lesson that has a rubric."""
    (tmp_path / "lessons" / LESSON).mkdir(parents=True)
    (tmp_path / "lessons" / LESSON / "rubric.yaml").write_text(RUBRIC, encoding="utf-8")
    return tmp_path / "lessons"


def in_words(**others):
    return submission(exercise(points=1), notebook=NOTEBOOK, words="The axes.", **others)


def read(tmp_path, lessons, *given):
    return read_adjustments(tmp_path, lessons, given or (in_words(),))


def fill_in(path, points, comment=""):
    """Fill in the points of each line, as a spreadsheet would."""
    table = read_table(path)
    for (_, row), text in zip(table.rows, points, strict=True):
        row[4], row[6] = text, comment
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([table.header, *(row for _, row in table.rows)])


# --- The student's words --------------------------------------------------------------------

HANDED_OUT = [NotebookCell("markdown", "## What differed?\n\nWrite ten lines below.")]


def words_of(*cells):
    return own_words([NotebookCell(*cell) for cell in cells], HANDED_OUT)


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_words_stand_in_a_cell_of_the_students_own(kind):
    cells = [
        ("markdown", HANDED_OUT[0].source),
        ("code", "x = 1"),
        (kind, "The axes.\n\nThe loss."),
    ]
    assert words_of(*cells) == "The axes.\n\nThe loss."


def test_or_in_the_cell_that_was_handed_out():
    assert words_of(("markdown", HANDED_OUT[0].source + "\nThe axes.")) == "The axes."
    assert (
        words_of(("markdown", " ## What differed? \r\nThe axes.".replace("\r", ""))) == "The axes."
    )


def test_what_was_handed_out_alone_is_nobodys_words():
    assert words_of(("markdown", HANDED_OUT[0].source), ("code", "# a comment")) == ""


def test_words_without_end_are_cut_and_say_so():
    assert words_of(("markdown", "x" * 10**6)).endswith("x\n\n[The rest was left out here.]")
    assert len(words_of(("markdown", "x" * 10**6))) < LONGEST + 100


# --- The rubric and its file ----------------------------------------------------------------


def test_a_lesson_without_a_rubric_has_no_file_and_no_page(tmp_path, lessons):
    adjust = read(tmp_path, lessons, submission(exercise()))
    assert not adjust.in_words
    assert not (tmp_path / FILE).exists()


def test_each_student_gets_a_line_for_each_criterion_to_be_filled_in(tmp_path, lessons):
    read(tmp_path, lessons, in_words(student=ZOE), in_words())
    table = read_table(tmp_path / FILE)
    assert tuple(table.header) == HEADER
    assert [row for _, row in table.rows] == [
        ["anna.jung", "Anna Jünger", NOTEBOOK, "Differences", "", "4", ""],
        ["anna.jung", "Anna Jünger", NOTEBOOK, "Evidence", "", "2.5", ""],
        ["z1", "Zoë Adeyemi", NOTEBOOK, "Differences", "", "4", ""],
        ["z1", "Zoë Adeyemi", NOTEBOOK, "Evidence", "", "2.5", ""],
    ]


def test_what_is_filled_in_is_added_and_stays_as_others_come(tmp_path, lessons):
    result = in_words()
    unmarked = read(tmp_path, lessons, result)(result)
    assert (unmarked.points, unmarked.out_of, unmarked.unmarked) == (1, 8.5, 2)
    fill_in(tmp_path / FILE, ["3", "1,5"], "Good.")
    before = (tmp_path / FILE).read_bytes()
    marked = read(tmp_path, lessons, result)(result)
    assert (marked.points, marked.out_of, marked.unmarked) == (5.5, 8.5, 0)
    assert (tmp_path / FILE).read_bytes() == before  # nothing new: it may be open in a spreadsheet
    both = read(tmp_path, lessons, in_words(student=ZOE), result)
    assert both(result).points == 5.5
    assert [row[4] for _, row in read_table(tmp_path / FILE).rows] == ["3", "1,5", "", ""]


def test_columns_of_the_teachers_own_stay(tmp_path, lessons):
    (tmp_path / FILE).write_text("group,student,notebook,criterion,points\nA,anna.jung,,,\n")
    read(tmp_path, lessons)
    table = read_table(tmp_path / FILE)
    assert table.header == ["group", "student", "notebook", "criterion", "points"]
    assert [row[0] for _, row in table.rows] == ["A", "", ""]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (f"nobody,,{NOTEBOOK},Evidence,1,,", "there is no student 'nobody'"),
        (f"anna.jung,,{NOTEBOOK},Style,1,,", "the rubric has no criterion 'Style'"),
        ("anna.jung,,21_port_keras,Evidence,1,,", "Anna Jünger handed in no '21_port_keras'"),
        (f"anna.jung,,{NOTEBOOK},Evidence,one,,", "'one' is no number of points"),
        (
            f"anna.jung,,{NOTEBOOK},Evidence,3,,",
            "3 points are more than 2.5; they count all the same",
        ),
    ],
)
def test_a_line_that_fits_nothing_is_named_with_its_number(tmp_path, lessons, line, sentence):
    (tmp_path / FILE).write_text(",".join(HEADER) + "\n" + line + "\n")
    (problem,) = read(tmp_path, lessons).problems
    assert problem.startswith("rubric.csv, line 2: ")
    assert sentence in problem


@pytest.mark.parametrize(
    "text",
    ["", "[", "title: x\ncriteria: []\n", "criteria: 3\ntitle: x\n", RUBRIC.replace("4", "0"),
     RUBRIC.replace("Evidence", "differences"),
     RUBRIC.replace("Differences", "Gr\u00f6\u00dfe").replace("Evidence", "GRO\u0308SSE"),
     RUBRIC.replace("points: 4", "points: many")],
)  # fmt: skip
def test_a_rubric_that_cannot_be_read_is_refused_with_its_file(lessons, text):
    (lessons / LESSON / "rubric.yaml").write_text(text)
    with pytest.raises(LessonError, match=r"lessons/21_port/rubric.yaml:1: it needs `title:`"):
        read_rubric(lessons / LESSON)


def test_the_courses_own_rubrics_can_be_read():
    for name in lesson_names():
        read_rubric(lessons_folder() / name)


# --- In the reports -------------------------------------------------------------------------


def test_the_page_has_the_words_the_criteria_and_what_is_marked(tmp_path, lessons):
    given = [in_words(), in_words(student=ZOE)]
    read(tmp_path, lessons, *given)
    fill_in(tmp_path / FILE, ["3", "1", "", ""])
    adjust = read(tmp_path, lessons, *given)
    answers = [(adjust(one), rubric.title) for one, rubric in adjust.in_words]
    write_rubric_page(tmp_path / "rubric.html", answers)
    text = Page((tmp_path / "rubric.html").read_text(encoding="utf-8")).text
    assert "What differed, in ten lines" in text
    assert "A number from meet for each of them." in text
    assert "1 of 2 answers are marked" in text
    assert "Differences: 3 · Evidence: 1" in text
    assert "Differences: not marked yet" in text
    assert text.count("The axes.") == 2


def test_nothing_that_a_student_wrote_can_run_in_the_page(tmp_path, lessons):
    result = submission(
        exercise(), notebook=NOTEBOOK, words=HOSTILE, student=Student(HOSTILE, HOSTILE)
    )
    adjust = read(tmp_path, lessons, result)
    write_rubric_page(tmp_path / "rubric.html", [(adjust(result), HOSTILE)])
    page = Page((tmp_path / "rubric.html").read_text(encoding="utf-8"))
    assert not {"script", "img"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_gradebook_and_feedback_show_the_marks_and_what_is_not_marked_yet(tmp_path, lessons):
    result = in_words()
    read(tmp_path, lessons, result)
    fill_in(tmp_path / FILE, ["3", ""], "Show *where*.")
    adjust = read(tmp_path, lessons, result)
    write_gradebook(tmp_path / "gradebook.csv", [result], adjust)
    with (tmp_path / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["points"], row["out of"]) == ("4", "8.5")
    assert (row["Differences (4)"], row["Evidence (2.5)"]) == ("3", "not marked yet")
    text = Page(feedback_html([result], adjust)).text
    assert "4 of 8.5 points" in text
    assert "Your answer in words: 3 of 6.5 points (1 of 2 parts not marked yet)." in text
    assert "Your teacher: Show *where*." in text


# --- From a lesson to a grade ---------------------------------------------------------------


@pytest.fixture
def course(tmp_path):
    """Return a course of one lesson, which has a rubric."""
    root = tmp_path / "course"
    shutil.copytree(ROOT / "lessons" / START, root / "lessons" / START)
    (root / "lessons" / START / "rubric.yaml").write_text(RUBRIC, encoding="utf-8")
    (root / "exercises").mkdir()
    shutil.copy(ROOT / "exercises" / f"{START}.ipynb", root / "exercises")
    return root


def with_words(content, text):
    made = json.loads(content)
    made["cells"].append({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": text})
    return json.dumps(made).encode()


@pytest.mark.slow
def test_a_lesson_with_a_rubric_is_graded_from_the_command_to_the_page(tmp_path, course):
    came, out = tmp_path / "came", tmp_path / "grades"
    came.mkdir()
    (came / "anna.ipynb").write_bytes(with_words(start(RIGHT), "Keras names the *axes*."))
    (came / "zoe.ipynb").write_bytes(start(NOT_SQUARED))
    first = grade(came, "--out", out, "--root", course)
    assert first.returncode == 0, first.stderr
    assert results(out)["anna"].words == "Keras names the *axes*."
    assert "Keras names the *axes*." in (out / "rubric.html").read_text(encoding="utf-8")
    fill_in(out / FILE, ["4", "2", "", ""])
    again = grade(came, "--out", out, "--root", course, "--regrade", "all", "--due", "2020-01-01",
                  "--penalty", "0.5/day", "--late-limit", "10%")  # fmt: skip
    assert again.returncode == 0, again.stderr
    page = Page((out / "feedback" / "anna.html").read_text(encoding="utf-8")).text
    assert "6.25 of 7.5 points" in page  # 1 + 4 + 2, less a tenth of 7.5
    assert "Late: 0.75 points taken off (0.5 points for each day begun, 10% at most)." in page
    assert results(out)["anna"].points == 1
    assert (out / "late.csv").exists()
