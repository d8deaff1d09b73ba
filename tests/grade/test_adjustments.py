"""A teacher's points, comments and late rules: on top of every result, in every report, after every regrade."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lockstep.cli import main
from lockstep.grade.adjusted import Adjusted
from lockstep.grade.adjustments import keep_late, late, read_adjustments, refuse_unusable
from lockstep.grade.adjustments.late import Penalty, due_time, duration, penalty, read_late, share
from lockstep.grade.adjustments.overrides import EXAMPLE, FILE, HEADER
from lockstep.grade.model import Student
from lockstep.grade.reports.feedback import adjustments_shown, feedback_html, write_feedback
from lockstep.grade.reports.gradebook import write_gradebook
from lockstep.grade.reports.lateness import late_text, span_text
from lockstep.grade.running import write_reports
from lockstep.grade.store import Store
from lockstep.grade.tables import TableError, read_table
from tests.conftest import ROOT
from tests.grade.samples import EVERY_STATE, exercise, submission

NET = "04_simple_net_pytorch"
LESSON = "04_simple_net"
ZOE = Student("z1", "Zoë Adeyemi")
ON_TIME, A_DAY_LATE = "2026-11-20T18:00:00+00:00", "2026-11-21T18:00:00+00:00"
RULE = {"due": "2026-11-20T23:59+00:00", "grace": "", "penalty": "10%/day", "limit": ""}


@pytest.fixture
def adjusted(tmp_path):
    """Return a function that puts overrides on top of results."""

    def read(lines, *results):
        text = "\n".join([",".join(HEADER), *lines])
        (tmp_path / FILE).write_text(text, encoding="utf-8")
        return read_adjustments(tmp_path, ROOT / "lessons", results)

    return read


def with_late(tmp_path, rule, *results, roster=None):
    keep_late(tmp_path, [LESSON], RULE | rule, roster or {})
    return read_adjustments(tmp_path, ROOT / "lessons", results)


# --- overrides.csv --------------------------------------------------------------------------


def test_a_template_is_written_once_and_changes_nothing(tmp_path):
    result = submission(exercise())
    before = read_adjustments(tmp_path, ROOT / "lessons", [result])
    assert before(result) == Adjusted(result)
    assert not before.problems
    table = read_table(tmp_path / FILE)
    assert (tuple(table.header), tuple(table.rows[0][1])) == (HEADER, EXAMPLE)
    (tmp_path / FILE).write_text("student,points\nanna.jung,7\n")
    after = read_adjustments(tmp_path, ROOT / "lessons", [result])
    assert after(result).points == 7
    assert (tmp_path / FILE).read_text() == "student,points\nanna.jung,7\n"


def test_points_for_an_exercise_take_the_place_of_the_checks_and_the_state_stays(adjusted):
    result = submission(*EVERY_STATE)
    adjust = adjusted(["anna.jung,04_simple_net_pytorch,softmax,1.5,The idea is there."], result)
    assert adjust(result).points == result.points + 1.5
    assert adjust(result).result == result
    assert not adjust.problems


def test_points_for_the_whole_are_the_last_word(adjusted, tmp_path):
    result = submission(exercise(), handed_in=A_DAY_LATE)
    keep_late(tmp_path, [LESSON], RULE, {})
    adjust = adjusted(["anna.jung,,softmax,1,", "anna.jung,,,1.75,All in all."], result)
    assert (adjust(result).points, adjust(result).late) == (1.75, None)


@pytest.mark.parametrize(
    "line",
    [
        "anna.jung,04_simple_net_pytorch,softmax,1.5,",
        "ANNA.JUNG , 04_simple_net , Softmax , 1.5 ,",
        "Anna Jünger,,softmax,1.5,",
        "Anna Ju\u0308nger,,softmax,1.5,",
        'anna.jung,,softmax,"1,5",',
    ],
)
def test_a_line_is_understood_as_a_person_types_it(adjusted, line):
    result = submission(exercise())
    adjust = adjusted([line], result)
    assert (adjust(result).points, adjust.problems) == (1.5, [])


def test_a_file_that_a_spreadsheet_saved_with_semicolons_is_understood(tmp_path):
    text = "Student;Notebook;Exercise;Points;Comment\r\nanna.jung;;softmax;1,5;Gut.\r\n"
    (tmp_path / FILE).write_bytes(text.encode("cp1252"))
    result = submission(exercise())
    adjust = read_adjustments(tmp_path, ROOT / "lessons", [result])
    assert (adjust(result).points, adjust(result).exercises["softmax"].comment) == (1.5, "Gut.")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("nobody,,softmax,1,", "there is no student 'nobody'"),
        (",,softmax,1,", "it names no student"),
        ("anna.jung,01_tensors,softmax,1,", "handed in no '01_tensors', but 04_simple_net_pytorch"),
        ("anna.jung,,knitting,1,", "there is no exercise 'knitting'; there is softmax."),
        ("anna.jung,,softmax,many,", "'many' is no number of points"),
        ("anna.jung,,softmax,-1,", "'-1' is no number of points"),
        ("anna.jung,,softmax,nan,", "'nan' is no number of points"),
        ("anna.jung,,softmax,,", "neither points nor a comment"),
        ("Kim Lee,,softmax,1,", "'Kim Lee' can be k1 or k2. Take the id."),
        ("z1,,softmax,1,", "has more than one: 04_simple_net_keras, 04_simple_net_pytorch"),
    ],
)
def test_a_line_that_fits_nobody_is_named_with_its_number(adjusted, line, sentence):
    results = [
        submission(exercise()),
        *(submission(exercise(), student=Student(key, "Kim Lee")) for key in ("k1", "k2")),
        *(
            submission(exercise(), student=ZOE, notebook=f"{LESSON}_{one}")
            for one in ("keras", "pytorch")
        ),
    ]
    adjust = adjusted(["anna.jung,,softmax,1,", line], *results)
    (problem,) = adjust.problems
    assert problem.startswith("overrides.csv, line 3: ")
    assert sentence in problem
    assert adjust(results[0]).points == 1


def test_more_points_than_there_are_count_and_are_named(adjusted):
    result = submission(exercise())
    adjust = adjusted(["anna.jung,,softmax,25,"], result)
    assert adjust(result).points == 25
    assert adjust.problems == [
        "overrides.csv, line 2: 25 points are more than 2; they count all the same."
    ]


def test_of_two_lines_for_the_same_the_later_holds_and_is_named(adjusted):
    result = submission(exercise())
    adjust = adjusted(["anna.jung,,softmax,1,", "anna.jung,,softmax,0.5,"], result)
    assert adjust(result).points == 0.5
    assert "line 3: an earlier line is for the same" in adjust.problems[0]


def test_what_never_came_in_can_be_given_points_and_stays_missing(adjusted, tmp_path):
    result = submission(student=ZOE, notebook="", source="", state="missing")
    adjust = adjusted([f"z1,{NET},,12,On paper."], result)
    write_gradebook(tmp_path / "gradebook.csv", [result], adjust)
    (row,) = gradebook(tmp_path)
    assert (row["state"], row["points"], row["the teacher's comments"]) == (
        "missing",
        "12",
        "The teacher set the points. · On paper.",
    )
    assert "12 points" in feedback_html([result], adjust)


def test_a_file_that_is_no_table_stops_the_run_before_anything_is_graded(tmp_path):
    (tmp_path / FILE).write_text("student,points\nanna,1,2,3\n")
    with pytest.raises(
        TableError, match=r"overrides.csv, line 2: there are 4 values for 2 columns"
    ):
        refuse_unusable(tmp_path)


# --- In the reports -------------------------------------------------------------------------


def gradebook(tmp_path):
    with (tmp_path / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_gradebook_has_the_teachers_points_and_comments(adjusted, tmp_path):
    result = submission(*EVERY_STATE)
    adjust = adjusted(["anna.jung,,debug_port,0,Talk to me.", "anna.jung,,softmax,2,"], result)
    write_gradebook(tmp_path / "gradebook.csv", [result], adjust)
    (row,) = gradebook(tmp_path)
    assert (row["softmax (2)"], row["points"], row["percent"]) == ("2", "4.5", "23.7")
    assert row["debug_port (4)"] == "time limit"
    assert row["the teacher's comments"] == "debug_port: Talk to me."


def test_without_any_the_gradebook_and_the_page_are_what_they_were(tmp_path):
    result = submission(*EVERY_STATE)
    adjust = read_adjustments(tmp_path, ROOT / "lessons", [result])
    write_gradebook(tmp_path / "gradebook.csv", [result], adjust)
    write_gradebook(tmp_path / "plain.csv", [result])
    assert (tmp_path / "gradebook.csv").read_bytes() == (tmp_path / "plain.csv").read_bytes()
    assert feedback_html([result], adjust) == feedback_html([result])


def test_the_page_shows_what_the_teacher_says_and_what_the_check_had_said(adjusted):
    result = submission(*EVERY_STATE)
    lines = ["anna.jung,,softmax,1.5,The <b>idea</b> is there.", "anna.jung,,,,Well begun."]
    html = feedback_html([result], adjusted(lines, result))
    assert "<strong>Your teacher:</strong> The &lt;b&gt;idea&lt;/b&gt; is there." in html
    assert "<strong>Your teacher:</strong> Well begun." in html
    assert "1.5 of 2 points" in html
    assert "Your teacher gave these points; the check had come to 0." in html
    assert "4 of 19 points" in html


def test_a_page_is_written_anew_when_what_is_added_changes_and_only_then(adjusted, tmp_path):
    store = Store(tmp_path / "grades.sqlite")
    store.put(submission(exercise()))
    page = tmp_path / "feedback" / f"{write_feedback(tmp_path / 'x', store.results()).name}"

    def written(lines):
        before = page.stat().st_mtime_ns if page.exists() else 0
        write_reports(tmp_path, store, set(), adjust=adjusted(lines, *store.results()))
        return page.stat().st_mtime_ns != before

    given = ["anna.jung,,softmax,1,Half."]
    assert [written(lines) for lines in ([], [], given, given, [], [])] == [True, False] * 3
    assert not adjustments_shown(page)


def test_it_survives_a_regrade_since_it_is_not_stored(adjusted, tmp_path):
    store = Store(tmp_path / "grades.sqlite")
    for points in (2.0, 0.5):
        store.put(submission(exercise(points=points)))
        (result,) = store.results()
        assert result.points == points
        assert adjusted(["anna.jung,,softmax,1.25,"], result)(result).points == 1.25


# --- Being late -----------------------------------------------------------------------------


def test_what_is_taken_off_stands_apart_and_the_states_stay(tmp_path):
    result = submission(*EVERY_STATE, handed_in="2026-11-22T09:00:00+00:00")
    adjust = with_late(tmp_path, {"limit": "10%"}, result)
    adjusted = adjust(result)
    assert adjusted.late.by == timedelta(days=1, hours=9, minutes=1)
    assert adjusted.late.points == pytest.approx(1.9)  # a tenth of 19, and not two
    assert adjusted.points == pytest.approx(0.6)
    write_gradebook(tmp_path / "gradebook.csv", [result], adjust)
    (row,) = gradebook(tmp_path)
    assert (row["points"], row["taken off for being late"], row["cross_entropy (3)"]) == (
        "0.6",
        "1.9",
        "1.5",
    )
    html = feedback_html([result], adjust)
    assert "0.6 of 19 points" in html
    assert "Your exercises: 2.5 of 19 points." in html
    assert "Late: 1.9 points taken off (10% of all points for each day begun, 10% at most)." in html
    assert "It was due 2026-11-20 23:59 (UTC+00:00) and came 1 day 9 h after that." in html


@pytest.mark.parametrize(
    ("handed_in", "rule", "taken"),
    [
        (ON_TIME, {}, None),
        ("2026-11-20T23:59:00+00:00", {}, None),
        ("2026-11-21T00:14:00+00:00", {"grace": "15m"}, None),
        ("2026-11-21T00:15:00+00:00", {"grace": "15m"}, 2),
        ("2026-11-21T23:58:00+00:00", {}, 2),
        ("2026-11-22T00:00:00+00:00", {}, 4),
        ("2026-11-21T01:00:00+02:00", {}, None),
        ("2026-11-21T18:00:00+00:00", {"penalty": "1.5/day"}, 1.5),
        ("2026-11-21T02:00:00+00:00", {"penalty": "5%/hour"}, 3),
        ("2026-12-20T18:00:00+00:00", {"penalty": "25%"}, 5),
        ("2026-12-20T18:00:00+00:00", {"penalty": "25%/week", "limit": "50%"}, 10),
        ("2027-12-20T18:00:00+00:00", {}, 15),  # what was earned, and no more
        ("2026-11-21T18:00:00+00:00", {"penalty": ""}, 0),
        (None, {}, None),
    ],
)
def test_what_is_taken_off_is_for_each_day_begun(tmp_path, handed_in, rule, taken):
    result = submission(exercise(points=15, out_of=20), handed_in=handed_in)
    adjusted = with_late(tmp_path, rule, result)(result)
    assert (adjusted.late and adjusted.late.points) == (
        taken if taken is None else pytest.approx(taken)
    )
    assert adjusted.points == pytest.approx(15 - (taken or 0))


def test_what_is_marked_late_without_a_time_costs_what_it_costs_at_least(tmp_path):
    result = submission(exercise(points=15, out_of=20), late=True)
    adjusted = with_late(tmp_path, {}, result)(result)
    assert (adjusted.late.by, adjusted.late.points) == (None, 2)
    assert "without the time that it came" in late_text(adjusted.late)


def test_a_student_with_a_date_of_their_own_is_not_late_before_it(tmp_path):
    roster = {"anna.jung": {"due": "2026-11-25"}, "z1": {"extension": "6h"}, "b": {"group": "A"}}
    results = [submission(exercise(points=15, out_of=20), handed_in=A_DAY_LATE)]
    results.append(replace(results[0], student=ZOE))
    adjust = with_late(tmp_path, {}, *results, roster=roster)
    assert adjust(results[0]).late is None
    assert adjust(results[1]).late.due == datetime(2026, 11, 21, 5, 59, tzinfo=UTC)
    assert adjust(results[1]).late.points == 2  # the class's penalty


def test_the_systems_mark_does_not_count_against_a_date_of_a_students_own(tmp_path):
    result = submission(exercise(points=15, out_of=20), late=True)
    roster = {"anna.jung": {"extension": "2d"}}
    assert with_late(tmp_path, {}, result, roster=roster)(result).late is None


def test_a_date_of_a_students_own_that_is_none_is_named(tmp_path):
    with pytest.raises(TableError, match=r"The roster's row of z1: 'soon' is no time"):
        keep_late(tmp_path, [LESSON], RULE, {"z1": {"due": "soon"}})


def test_a_rule_holds_for_its_lesson_when_another_is_graded_later(tmp_path):
    keep_late(tmp_path, [LESSON], RULE, {"z1": {"extension": "1d"}})
    keep_late(tmp_path, ["05_data_pipelines"], RULE | {"due": "2026-12-20"}, {})
    rules = read_late(tmp_path / late.FILE)
    assert sorted(rules.rules) == [
        ("04_simple_net", ""),
        ("04_simple_net", "z1"),
        ("05_data_pipelines", ""),
    ]
    assert rules.rules[LESSON, ""].due == datetime(2026, 11, 20, 23, 59, tzinfo=UTC)


def test_a_line_of_late_csv_that_is_wrong_is_named_and_the_others_hold(tmp_path):
    lines = [
        "lesson,student,due,grace,penalty,limit",
        f"{LESSON},,2026-11-20T23:59+00:00,,10%/day,",
    ]
    (tmp_path / late.FILE).write_text("\n".join([*lines, f"{LESSON},z1,Friday,,,"]))
    rules = read_late(tmp_path / late.FILE)
    assert rules.problems == [
        "late.csv, line 3: 'Friday' is no time. Type it like 2026-11-20T23:59."
    ]
    assert list(rules.rules) == [(LESSON, "")]


def test_a_time_without_an_offset_is_this_computers_and_a_day_ends_with_its_last_second():
    assert due_time("2026-11-20T23:59") == datetime(2026, 11, 20, 23, 59).astimezone()
    assert due_time("2026-11-20T23:59+02:00").astimezone(UTC).hour == 21
    assert due_time("2026-11-20") == datetime(2026, 11, 20, 23, 59, 59).astimezone()


def test_spans_penalties_and_shares_are_spelled_one_way():
    assert [duration(text) for text in ("15m", "2h", "1d")] == [
        timedelta(minutes=15), timedelta(hours=2), timedelta(days=1)
    ]  # fmt: skip
    assert penalty("10%/day") == Penalty(0.1, True, timedelta(days=1))
    assert penalty("1,5/hour") == Penalty(1.5, False, timedelta(hours=1))
    assert penalty("20%") == Penalty(0.2, True, None)
    assert penalty("7.5%/week").in_words == "7.5% of all points for each week begun"
    assert (penalty("20%").in_words, penalty("2").in_words) == ("20% of all points", "2 points")
    assert share("50%") == 0.5


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (due_time, "tomorrow"), (due_time, "2026-13-01"), (due_time, ""), (due_time, "9999999-01-01"),
        (duration, "15"), (duration, "-5m"), (duration, "1 month"), (penalty, "10%/year"),
        (penalty, "-1/day"), (penalty, "ten"), (share, "50"), (share, "150%"),
    ],
)  # fmt: skip
def test_what_is_spelled_otherwise_is_refused_with_an_example(read, text):
    with pytest.raises(ValueError, match=r" is no .*\. Type it like "):
        read(text)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=1), "1 min"),
        (timedelta(minutes=59, seconds=40), "1 h"),
        (timedelta(hours=23, minutes=59), "23 h 59 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=12, hours=3, minutes=9), "12 days 3 h"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(span, text):
    assert span_text(span) == text


# --- The command ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "option", [["--penalty", "10%/day"], ["--grace", "1h"], ["--late-limit", "50%"]]
)
def test_what_being_late_costs_needs_a_date(capsys, tmp_path, option):
    assert main(["grade", str(tmp_path), "--out", str(tmp_path / "out"), *option]) == 2
    assert "need --due" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--due", "soon"], ["--penalty", "ten"], ["--late-limit", "5"]])
def test_an_option_that_is_spelled_otherwise_is_refused_with_an_example(capsys, tmp_path, option):
    with pytest.raises(SystemExit):
        main(["grade", str(tmp_path), "--out", str(tmp_path / "out"), *option])
    assert "Type it like" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--moodle-worksheet", "--canvas-gradebook"])
def test_a_file_of_the_schools_that_is_not_there_stops_the_command_at_once(
    capsys, tmp_path, option
):
    out = tmp_path / "out"
    arguments = ["grade", "--root", str(ROOT), str(tmp_path), "--out", str(out)]
    assert main([*arguments, option, str(tmp_path / "sheet.csv")]) == 2
    assert "sheet.csv cannot be read: No such file or directory." in capsys.readouterr().err
    assert not (out / "grades.sqlite").exists()


@pytest.mark.parametrize("name", [FILE, late.FILE, "rubric.csv"])
def test_a_table_that_cannot_be_used_stops_the_command_with_a_sentence(capsys, tmp_path, name):
    (tmp_path / name).write_text("a,b\n1,2,3\n")
    status = main(["grade", "--root", str(ROOT), str(tmp_path), "--out", str(tmp_path)])
    assert status == 2
    assert capsys.readouterr().err.startswith(f"lockstep: {name}, line 2: there are 3 values")
    assert not (tmp_path / "grades.sqlite").exists()
