"""What goes back to Moodle, Canvas and nbgrader: matched by their ids, kept as they were, harmless, readable."""

import csv
import io
import zipfile

import pytest

from lockstep.grade.adjusted import Adjusted, Late, Override
from lockstep.grade.adjustments.late import due_time
from lockstep.grade.collect import Collected, Roster
from lockstep.grade.collect.told import Person
from lockstep.grade.going_back import class_of
from lockstep.grade.model import Student
from lockstep.grade.reports.feedback import write_feedback
from lockstep.grade.reports.lms import Class, Participant, write_lms
from lockstep.grade.reports.spreadsheet import original
from lockstep.grade.tables import TableError, read_table
from tests.grade.hand_ins import placed, took
from tests.grade.samples import ANNA, exercise, submission
from tests.grade.school_archives import CAME, archive, moodle

LESSON = "04_simple_net"
ZOE = Student("z1", "Zoë O'Neil")
MALLORY = Student("m", "=HYPERLINK(1)")
RESULTS = (
    submission(exercise(points=1.5)),
    submission(exercise(points=2), student=ZOE, notebook="04_simple_net_keras"),
    submission(student=Student("gone", "Gone"), notebook="", state="missing"),
    submission(student=Student("torn", "Torn"), state="unreadable"),
    submission(exercise(points=1), student=MALLORY),
    submission(exercise(points=2), student=ZOE, notebook="01_tensors_keras"),
)
MOODLE = {
    "anna.jung": Participant("7", "Anna Jünger"),
    "z1": Participant("12", "Zoë O'Neil"),
    "m": Participant("300", "=HYPERLINK(1)"),
    "torn": Participant("4", "Torn"),
}
CANVAS = {"anna.jung": "9001", "z1": "9002", "m": "9003"}
WORKSHEET = """\
Identifier,Full name,Email,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade),Feedback comments
Participant 12,Zoë O'Neil,z@x.org,"Submitted for grading - ",,100.00,Yes,"Friday, 20 November 2026, 6:00 PM",old
Participant 7,Anna Jünger,a@x.org,Submitted for grading,5.00,100.00,Yes,-,
Participant 99,Nina Nobody,n@x.org,No submission,,100.00,Yes,-,
"""
GRADEBOOK = """\
Student,ID,SIS User ID,SIS Login ID,Section,04_simple_net (77),Essay (78),Current Score
    Points Possible,,,,,10,5,(read only)
"O'Neil, Zoë",9002,s2,zoe,A,,3,60
"Jünger, Anna",9001,s1,anna,A,1,4,80
"Student, Test",9999,,,A,,,
"""


def adjusted(results=RESULTS):
    return [Adjusted(one) for one in results]


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture
def sent(tmp_path):
    """Return a function that writes what goes back and returns its rows by file, and the problems."""

    def write(people, results=None):
        written, problems = write_lms(tmp_path, adjusted() if results is None else results, people)
        tables = {path.name: rows(path) for path in written if path.suffix == ".csv"}
        return tables, problems

    return write


def given(tmp_path, text, name="mine.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


def test_a_class_that_came_from_nowhere_gets_nothing(sent, tmp_path):
    assert sent(Class("", frozenset({LESSON}))) == ({}, [])
    assert not (tmp_path / "lms").exists()


# --- Moodle ---------------------------------------------------------------------------------


def test_moodles_worksheet_is_made_of_those_who_have_points(sent):
    tables, problems = sent(Class("moodle", frozenset({LESSON}), MOODLE))
    assert tables["moodle.csv"] == [
        ["Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments"],
        ["Participant 7", "Anna Jünger", "1.50", "2", ""],
        ["Participant 12", "Zoë O'Neil", "2.00", "2", ""],
        ["Participant 300", "'=HYPERLINK(1)", "1.00", "2", ""],
    ]
    assert not problems


def test_the_teachers_worksheet_is_filled_in_and_the_rest_of_it_kept(sent, tmp_path):
    path = given(tmp_path, WORKSHEET)
    people = Class("moodle", frozenset({LESSON}), MOODLE, moodle_worksheet=path)
    tables, problems = sent(people)
    before = rows(path)
    before[1][4], before[2][4] = "100.00", "75.00"  # scaled to the worksheet's maximum
    assert tables["moodle.csv"] == before
    assert problems == ["mine.csv has no line for: =HYPERLINK(1)."]


def test_the_teachers_comment_goes_into_the_worksheet_and_others_stay(sent, tmp_path):
    path = given(tmp_path, WORKSHEET)
    people = Class("moodle", frozenset({LESSON}), MOODLE, moodle_worksheet=path)
    results = [Adjusted(RESULTS[0], whole=Override(1, "Well done.")), Adjusted(RESULTS[1])]
    tables, _ = sent(people, results)
    assert [row[-1] for row in tables["moodle.csv"][1:]] == ["old", "Well done.", ""]
    assert tables["moodle.csv"][2][4] == "50.00"


def test_a_worksheet_in_german_with_semicolons_and_without_ids_is_filled_in_by_name(sent, tmp_path):
    text = 'ID;Vollständiger Name;Bewertung;Bestwertung\n"Teilnehmer/in7";"Jünger, Anna";;"10,00"\n'
    people = Class("", frozenset({LESSON}), moodle_worksheet=given(tmp_path, text))
    tables, _ = sent(people)
    assert tables["moodle.csv"][1] == ["Teilnehmer/in7", "Jünger, Anna", "7.50", "10,00"]


def test_of_two_with_one_name_nobody_gets_the_others_grade(sent, tmp_path):
    twins = [submission(exercise(), student=Student(key, "Kim Lee")) for key in ("k1", "k2")]
    text = "Identifier,Full name,Grade\nParticipant 1,Kim Lee,\nParticipant 2,Kim Lee,\n"
    people = Class("", frozenset({LESSON}), moodle_worksheet=given(tmp_path, text))
    tables, problems = sent(people, adjusted(twins))
    assert [row[2] for row in tables["moodle.csv"]] == ["Grade", "", ""]
    assert problems == ["mine.csv has no line for: Kim Lee, Kim Lee."]


def test_a_namesake_with_another_id_does_not_get_the_grade(sent, tmp_path):
    text = "Identifier,Full name,Grade\nParticipant 8,Anna Jünger,\nParticipant 7,Anna Jünger,\n"
    people = Class("moodle", frozenset({LESSON}), MOODLE, moodle_worksheet=given(tmp_path, text))
    tables, _ = sent(people, adjusted(RESULTS[:1]))
    assert [row[2] for row in tables["moodle.csv"][1:]] == ["", "1.50"]


def test_a_worksheet_without_grades_is_refused_with_its_columns(tmp_path):
    people = Class("", frozenset({LESSON}), moodle_worksheet=given(tmp_path, "id,name\n1,Anna\n"))
    with pytest.raises(TableError, match=r"no column for grades .*: id, name\."):
        write_lms(tmp_path, adjusted(), people)


def test_an_assignment_of_two_lessons_has_one_grade(sent):
    tables, _ = sent(Class("moodle", frozenset({LESSON, "01_tensors"}), MOODLE))
    assert ["Participant 12", "Zoë O'Neil", "4.00", "4", ""] in tables["moodle.csv"]
    assert ["Participant 7", "Anna Jünger", "1.50", "4", ""] in tables["moodle.csv"]


def test_of_a_pair_that_was_handed_in_whole_the_mean_counts(sent):
    results = [submission(exercise(points=points), notebook=f"{LESSON}_{name}")
               for name, points in (("keras", 2), ("pytorch", 1))]  # fmt: skip
    tables, _ = sent(Class("moodle", frozenset({LESSON}), MOODLE), adjusted(results))
    assert tables["moodle.csv"][1][2:4] == ["1.50", "2"]


def test_feedback_lies_in_the_folders_that_moodle_handed_out(tmp_path):
    for result in RESULTS[:2]:
        write_feedback(tmp_path / "feedback", [result])
    people = Class("moodle", frozenset({LESSON}), MOODLE)
    write_lms(tmp_path, adjusted(), people)
    first = (tmp_path / "lms" / "feedback_moodle.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(first)) as made:
        assert made.namelist() == [
            "Anna Jünger_7_assignsubmission_file_/feedback.html",
            "Zoë O'Neil_12_assignsubmission_file_/feedback.html",
        ]
        assert b"Feedback for <bdi>Anna" in made.read(made.namelist()[0])
    write_lms(tmp_path, adjusted(), people)
    assert (tmp_path / "lms" / "feedback_moodle.zip").read_bytes() == first


def test_a_name_in_the_archive_makes_no_folder_of_its_own(tmp_path):
    write_feedback(tmp_path / "feedback", RESULTS[:1])
    people = Class("moodle", frozenset({LESSON}), {"anna.jung": Participant("7", "../An_na")})
    write_lms(tmp_path, adjusted(), people)
    with zipfile.ZipFile(tmp_path / "lms" / "feedback_moodle.zip") as made:
        assert made.namelist() == [".. An na_7_assignsubmission_file_/feedback.html"]


def test_thirty_come_from_moodle_and_go_back_to_it(tmp_path):
    (tmp_path / "class.zip").write_bytes(archive(moodle()))
    collected = took(tmp_path / "class.zip")
    people = class_of(collected, None)
    results = [submission(exercise(), student=one.student) for one in collected.submissions]
    for result in results:
        write_feedback(tmp_path / "feedback", [result])
    write_lms(tmp_path, adjusted(results), people)
    sheet = read_table(tmp_path / "lms" / "moodle.csv")
    assert len(sheet.rows) == len(placed(collected)) == len(CAME) - 1
    with zipfile.ZipFile(tmp_path / "lms" / "feedback_moodle.zip") as made:
        handed_out = {name.partition("/")[0] for name, _, _ in moodle()}
        assert {name.partition("/")[0] for name in made.namelist()} <= handed_out
        assert len(made.namelist()) == len(results)


# --- Canvas ---------------------------------------------------------------------------------


def test_canvas_gradebook_has_a_column_for_each_lesson_and_its_points_possible(sent):
    tables, _ = sent(Class("canvas", frozenset({LESSON}), canvas=CANVAS))
    assert tables["canvas.csv"] == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "04_simple_net"],
        ["    Points Possible", "", "", "", "", "2"],
        ["Anna Jünger", "9001", "", "", "", "1.5"],
        ["'=HYPERLINK(1)", "9003", "", "", "", "1"],
        ["Zoë O'Neil", "9002", "", "", "", "2"],
    ]


def test_the_teachers_gradebook_is_filled_in_and_the_rest_of_it_kept(sent, tmp_path):
    path = given(tmp_path, GRADEBOOK)
    people = Class("canvas", frozenset({LESSON}), canvas=CANVAS, canvas_gradebook=path)
    tables, problems = sent(people)
    before = rows(path)
    before[2][5], before[3][5] = "10", "7.5"  # scaled to Canvas's ten points
    assert tables["canvas.csv"] == before
    assert problems == ["mine.csv has no line for: =HYPERLINK(1)."]


def test_without_ids_the_schools_own_or_the_name_say_whose_a_line_is(sent, tmp_path):
    text = GRADEBOOK.replace("s2,zoe", "z1,zoe").replace("O'Neil, Zoë", "Someone, Else")
    people = Class("", frozenset({LESSON}), canvas_gradebook=given(tmp_path, text))
    tables, _ = sent(people)
    assert [row[5] for row in tables["canvas.csv"][2:]] == ["10", "7.5", ""]


def test_a_namesake_with_another_id_of_canvas_does_not_get_the_grade(sent, tmp_path):
    text = f"Student,ID,{LESSON} (77)\nAnna Jünger,8888,\nAnna Jünger,9001,\n"
    path = given(tmp_path, text)
    people = Class("canvas", frozenset({LESSON}), canvas=CANVAS, canvas_gradebook=path)
    tables, _ = sent(people, adjusted(RESULTS[:1]))
    assert [row[2] for row in tables["canvas.csv"][1:]] == ["", "1.5"]


@pytest.mark.parametrize(
    ("title", "other"),
    [("Homework: 04 simple-net", "Essay"), ("4 - A simple network", "Essay"), ("Homework", "")],
)
def test_the_assignment_is_known_by_its_name_or_by_being_the_only_one(sent, tmp_path, title, other):
    text = f"Student,ID,{title} (77)" + (f",{other} (78)" if other else "") + "\nAnna,9001,\n"
    people = Class(
        "canvas", frozenset({LESSON}), canvas=CANVAS, canvas_gradebook=given(tmp_path, text)
    )
    tables, _ = sent(people)
    assert tables["canvas.csv"][1][2] == "1.5"


def test_an_assignment_that_cannot_be_told_is_named_with_those_there_are(sent, tmp_path):
    text = "Student,ID,Homework (77),Essay (78)\nAnna,9001,,\n"
    people = Class(
        "canvas", frozenset({LESSON}), canvas=CANVAS, canvas_gradebook=given(tmp_path, text)
    )
    tables, problems = sent(people)
    assert tables["canvas.csv"][1] == ["Anna", "9001", "", ""]
    assert "which assignment is 04_simple_net; there are: Homework (77), Essay (78)." in problems[0]


def test_a_file_that_is_no_gradebook_is_refused_with_its_columns(tmp_path):
    people = Class("", frozenset({LESSON}), canvas_gradebook=given(tmp_path, "a,b\n1,2\n"))
    with pytest.raises(TableError, match=r"no gradebook from Canvas.*has: a, b\."):
        write_lms(tmp_path, adjusted(), people)


# --- nbgrader -------------------------------------------------------------------------------


def test_nbgraders_export_has_its_columns_and_no_score_where_nothing_was_graded(sent):
    late = Late(due_time("2026-11-20T23:59+00:00"), None, 0.5)
    results = [Adjusted(RESULTS[0], late=late), Adjusted(RESULTS[3]), Adjusted(RESULTS[2])]
    tables, _ = sent(Class("nbgrader", frozenset({LESSON})), results)
    header, anna, torn = tables["nbgrader.csv"]
    assert dict(zip(header, anna, strict=True)) == {
        "assignment": "04_simple_net_pytorch",
        "duedate": "2026-11-20 23:59:00+00:00",
        "timestamp": "",
        "student_id": "anna.jung",
        "last_name": "Jünger",
        "first_name": "Anna",
        "email": "",
        "raw_score": "1.5",
        "late_submission_penalty": "0.5",
        "score": "1",
        "max_score": "2",
    }
    assert (torn[3], torn[7], torn[9]) == ("torn", "", "")


# --- All of them ----------------------------------------------------------------------------


def test_nothing_that_goes_back_can_run_in_a_spreadsheet_and_all_of_it_reads_back(sent, tmp_path):
    for system in ("moodle", "canvas", "nbgrader"):
        tables, _ = sent(Class(system, frozenset({LESSON}), MOODLE, CANVAS))
        for name, table in tables.items():
            content = (tmp_path / "lms" / name).read_text(encoding="utf-8-sig")
            assert all(line.startswith('"') for line in content.splitlines())
            assert not any(cell.startswith(("=", "+", "-", "@")) for row in table for cell in row)
            read = read_table(tmp_path / "lms" / name)
            assert [[original(cell) for cell in row] for row in table[1:]] == [
                row for _, row in read.rows
            ]


def test_ids_come_from_the_archive_and_else_from_the_roster():
    roster = Roster((ANNA, ZOE), more={"anna.jung": {"moodle": "7", "canvas": "9001"}})
    none = class_of(Collected(()), roster)
    assert none.moodle == {"anna.jung": Participant("7", "Anna Jünger")}
    assert none.canvas == {"anna.jung": "9001"}
    people = {"anna.jung": Person("55", "Anna J")}
    came = class_of(Collected((), system="moodle", people=people), roster)
    assert came.moodle == {"anna.jung": Participant("55", "Anna J")}
