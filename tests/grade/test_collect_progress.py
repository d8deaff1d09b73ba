"""A student's progress file comes in with the notebook, and never as anything else."""

from lockstep.grade.collect import Roster
from lockstep.grade.model import Student
from tests.grade.hand_ins import folder, packed, reasons, took, zipped

HW = packed()
LINES = b'{"kind": "checkpoint"}\n'


def contents(collected):
    return {key: path.read_bytes() for key, path in collected.progress.items()}


def test_a_progress_file_beside_the_notebook_is_handed_over(tmp_path):
    files = {"anna/hw.ipynb": HW, "anna/progress.jsonl": LINES, "bob/hw.ipynb": HW}
    collected = took(folder(tmp_path / "class", files))
    assert contents(collected) == {"anna": LINES}
    assert not collected.unplaced


def test_it_is_found_in_a_students_archive_and_in_a_school_systems_names(tmp_path):
    inner = zipped({"hw.ipynb": HW, "progress.jsonl": LINES})
    collected = took(folder(tmp_path / "class", {"anna.zip": inner, "bob/hw.ipynb": HW}))
    assert contents(collected) == {"anna": LINES}
    canvas = {
        "muelleranna_11_101_hw.ipynb": HW,
        "muelleranna_11_102_progress.jsonl": LINES,
        "weichen_12_103_hw.ipynb": HW,
    }
    roster = Roster((Student("11", "Anna Mueller"), Student("12", "Chen Wei")))
    collected = took(folder(tmp_path / "canvas", canvas), roster)
    assert contents(collected) == {"11": LINES}


def test_of_two_the_later_counts(tmp_path):
    files = {
        "anna/hw.ipynb": HW,
        "anna/progress (1).jsonl": b"old",
        "anna/x/progress.jsonl": b"new",
    }
    times = {"anna/progress (1).jsonl": 1e9, "anna/x/progress.jsonl": 1.1e9}
    assert contents(took(folder(tmp_path / "class", files, times))) == {"anna": b"new"}


def test_one_without_a_notebook_or_a_student_is_named_and_not_dropped(tmp_path):
    files = {
        "anna/hw.ipynb": HW,
        "bob/progress.jsonl": LINES,
        "chen/hw.ipynb": HW,
        "progress.jsonl": LINES,
    }
    collected = took(folder(tmp_path / "class", files))
    assert not collected.progress
    reason = "It is a progress file, and of no student with a notebook."
    assert reasons(collected) == {"bob/progress.jsonl": reason, "progress.jsonl": reason}
    assert {one.student.key for one in collected.submissions} == {"anna", "chen"}


def test_any_other_jsonl_file_is_still_no_notebook(tmp_path):
    files = {"anna/hw.ipynb": HW, "anna/data.jsonl": LINES}
    collected = took(folder(tmp_path / "class", files))
    assert reasons(collected) == {"anna/data.jsonl": "It is no notebook (.ipynb)."}
