"""Whatever the layout, each file that came back is placed by its student, or named with a reason."""

import hashlib
import time

import pytest

from lockstep.grade.collect import CollectError, Roster
from lockstep.grade.model import Student
from tests.grade.hand_ins import (
    KERAS,
    PYTORCH,
    folder,
    notebook,
    packed,
    placed,
    reasons,
    tarred,
    took,
    zipped,
)

ANNA = Student("s1", "Anna Müller")
BOB = Student("s2", "Bob Miller")
ROSTER = Roster((ANNA, BOB, Student("s3", "Chen Wei")))
HW = packed()


def test_in_a_flat_folder_each_file_is_a_student(tmp_path):
    files = {
        "anna_04_simple_net_pytorch.ipynb": HW,
        "hw (1).ipynb": HW,
        "hw (2).ipynb": HW,
        "04_simple_net_pytorch (3).ipynb": HW,
        "04-Simple-Net Björn.ipynb": HW,
        "1234567_04_simple_net_pytorch.IPYNB": HW,
        "dora.ipynb.json": HW,
    }
    collected = took(folder(tmp_path / "class", files))
    assert [key for key, _ in placed(collected)] == [
        "04_simple_net_pytorch (3)",
        "1234567",
        "anna",
        "Björn",
        "dora",
        "hw (1)",
        "hw (2)",
    ]
    assert not collected.unplaced
    assert not collected.unreadable


def test_in_a_folder_for_each_student_the_name_of_the_file_says_nothing(tmp_path):
    files = {
        "anna/whatever.ipynb": HW,
        "bob/work/in progress/anna.ipynb": HW,
        "chen/04_simple_net/hw.ipynb": HW,
    }
    collected = took(folder(tmp_path / "class", files))
    assert [key for key, _ in placed(collected)] == ["anna", "bob", "chen"]


@pytest.mark.parametrize("around", ["", "submitted/", "course/submitted/"])
def test_nbgraders_tree_is_taken_from_its_root_or_from_above(tmp_path, around):
    files = {f"{around}{who}/ps1/anything.ipynb": HW for who in ("anna", "bob")}
    collected = took(folder(tmp_path / ("class" if around else "submitted"), files))
    assert [key for key, _ in placed(collected)] == ["anna", "bob"]


def test_of_nbgraders_course_only_what_came_back_is_graded(tmp_path):
    files = {"submitted/anna/ps1/a.ipynb": HW, "source/ps1/a.ipynb": HW, "release/ps1/a.ipynb": HW}
    collected = took(folder(tmp_path / "class", files))
    assert [key for key, _ in placed(collected)] == ["anna"]
    assert set(reasons(collected)) == {"source/ps1/a.ipynb", "release/ps1/a.ipynb"}
    assert "lies outside `submitted`" in reasons(collected)["source/ps1/a.ipynb"]


@pytest.mark.parametrize("who", ["anna", "submitted"])
def test_one_students_folder_called_submitted_moves_nobody_elses(tmp_path, who):
    files = {f"{who}/submitted/x/a.ipynb": HW, "bob/x/a.ipynb": HW}
    collected = took(folder(tmp_path / "class", files))
    assert {key for key, _ in placed(collected)} == {who, "bob"}


def test_nbgraders_time_stamp_counts_only_in_its_own_tree(tmp_path):
    stamp = b"2026-02-03 10:11:12.131415 UTC"
    tree = {"submitted/anna/ps1/a.ipynb": HW, "submitted/anna/ps1/timestamp.txt": stamp}
    collected = took(folder(tmp_path / "one", tree))
    assert str(collected.submissions[0].time) == "2026-02-03 10:11:12+00:00"
    assert not collected.unplaced
    forged = took(
        folder(tmp_path / "two", {"anna/ps1/a.ipynb": HW, "anna/ps1/timestamp.txt": stamp})
    )
    assert forged.submissions[0].time.year != 2026 or forged.submissions[0].time.month != 2
    assert list(reasons(forged)) == ["anna/ps1/timestamp.txt"]


@pytest.mark.parametrize("kind", ["zip", "", "gz", "xz", "bz2"])
@pytest.mark.parametrize("around", ["", "Abgaben 2026/"])
@pytest.mark.parametrize("inside", ["{}.ipynb", "{}/hw.ipynb", "{}/ps1/hw.ipynb"])
def test_an_archive_of_any_kind_is_read_by_its_content(tmp_path, kind, around, inside):
    files = {around + inside.format(who): HW for who in ("anna", "bob")}
    path = tmp_path / "download"  # no ending says what it is
    path.write_bytes(zipped(files) if kind == "zip" else tarred(files, kind))
    collected = took(path)
    assert [key for key, _ in placed(collected)] == ["anna", "bob"]
    assert collected.submissions[0].source == f"download: {around}{inside.format('anna')}"


def test_a_single_students_folder_is_not_taken_for_the_class(tmp_path):
    files = {f"anna/{name}.ipynb": packed(name) for name in (PYTORCH, KERAS)}
    (tmp_path / "class.zip").write_bytes(zipped(files))
    for handed_in in (tmp_path / "class.zip", folder(tmp_path / "class", files)):
        assert placed(took(handed_in)) == [("anna", KERAS), ("anna", PYTORCH)]
    two = folder(tmp_path / "two", {"anna/hw.ipynb": HW, "anna/new.ipynb": HW})
    assert placed(took(two)) == [("anna", PYTORCH)]


def test_a_zip_in_a_students_folder_is_opened_once(tmp_path):
    files = {
        "anna/hw.zip": zipped({"deep/04.ipynb": HW, "__MACOSX/._04.ipynb": b"x"}),
        "bob.zip": zipped({"04.ipynb": HW}),
        "chen_04_simple_net_pytorch.tar.gz": tarred({"a.ipynb": HW}, "gz"),
        "dora/hw.zip": zipped({"again.zip": zipped({"04.ipynb": HW})}),
        "ed/hw.zip": zipped({"notes.txt": b""}),
        "flo/hw.zip": b"PK\3\4 no zip at all",
        "class.tar": b"",
    }
    collected = took(folder(tmp_path / "class", files))
    assert [key for key, _ in placed(collected)] == ["anna", "bob", "chen"]
    assert collected.submissions[0].source == "anna/hw.zip: deep/04.ipynb"
    assert reasons(collected) == {
        "dora/hw.zip: again.zip": "It is an archive in a student's archive. Unpack the outer one.",
        "dora/hw.zip": "It is an archive without a notebook (.ipynb) in it.",
        "ed/hw.zip: notes.txt": "It is no notebook (.ipynb).",
        "ed/hw.zip": "It is an archive without a notebook (.ipynb) in it.",
    }
    assert [(one.student.key, one.reason) for one in collected.unreadable] == [
        ("class", "It is damaged. Hand in the notebook itself again."),
        ("flo", "It is damaged. Hand in the notebook itself again."),
    ]


def test_the_only_archive_in_a_folder_is_the_class_where_it_holds_folders(tmp_path):
    one = folder(tmp_path / "one", {"anna.zip": zipped({"hw.ipynb": HW, "new.ipynb": HW})})
    assert placed(took(one)) == [("anna", PYTORCH)]
    two = folder(tmp_path / "two", {"c.zip": zipped({"anna/hw.ipynb": HW, "bob/hw.ipynb": HW})})
    assert [key for key, _ in placed(took(two))] == ["anna", "bob"]


def test_folders_for_each_lesson_are_no_students(tmp_path):
    files = {
        "04_simple_net/anna.ipynb": packed(PYTORCH),
        "04_simple_net/bob/hw.ipynb": packed(PYTORCH),
        "08 Defaults/anna/hw.ipynb": packed("08_defaults_keras"),
    }
    collected = took(folder(tmp_path / "class", files))
    assert placed(collected) == [
        ("anna", PYTORCH),
        ("anna", "08_defaults_keras"),
        ("bob", PYTORCH),
    ]


def test_the_first_to_hand_in_is_not_called_as_the_archive_is(tmp_path):
    (tmp_path / "class.zip").write_bytes(zipped({"class/anna/hw.ipynb": HW}))
    assert placed(took(tmp_path / "class.zip")) == [("anna", PYTORCH)]


def test_what_systems_leave_behind_is_passed_over_and_all_else_is_named(tmp_path):
    files = {
        "anna/.ipynb_checkpoints/hw-checkpoint.ipynb": HW,
        "anna/__MACOSX/hw.ipynb": HW,
        "anna/._hw.ipynb": b"",
        "anna/.DS_Store": b"",
        "Thumbs.db": b"",
        "anna/report.pdf": b"",
        "anna/hw.py": b"",
        "anna/.hidden": b"",
    }
    collected = took(folder(tmp_path / "class", files))
    assert not collected.submissions
    no_notebook = "It is no notebook (.ipynb)."
    assert reasons(collected) == dict.fromkeys(
        ["anna/.hidden", "anna/hw.py", "anna/report.pdf"], no_notebook
    )


def test_one_notebook_can_be_handed_to_the_grader_as_it_is(tmp_path):
    root = folder(tmp_path / "class", {"anna.ipynb": HW, "bob.ipynb": HW})
    assert placed(took(root / "anna.ipynb")) == [("anna", PYTORCH)]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none", None, "There is no"),
        ("class.zip", b"PK\3\4 and so on", r"class.zip is damaged. Wanted is a folder"),
        ("class.zip", b"", "class.zip is damaged"),
        ("class.tar.gz", b"\x1f\x8b and so on", "class.tar.gz is damaged"),
        ("class.7z", b"7z\xbc\xaf\x27\x1c\0\0", "is a 7z archive, which is not opened here"),
        ("class.docx", b"some text", "class.docx is damaged"),
    ],
)
def test_what_can_be_used_for_nothing_is_refused_with_a_sentence(tmp_path, name, content, words):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CollectError, match=words):
        took(tmp_path / name)


def test_an_unknown_lesson_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(CollectError, match="Did you mean 04_simple_net"):
        took(folder(tmp_path / "class", {}), lessons=["04_simplenet"])


# The roster


def test_the_roster_names_the_students_and_those_of_whom_nothing_came(tmp_path):
    files = {"hw_mueller-anna.ipynb": HW, "s2 (1).ipynb": HW, "zoe.ipynb": HW}
    collected = took(folder(tmp_path / "class", files), ROSTER)
    assert [one.student for one in collected.submissions] == [ANNA, BOB]
    assert [one.name for one in collected.missing] == ["Chen Wei"]
    assert '"zoe" names no student on the roster' in reasons(collected)["zoe.ipynb"]


def test_one_who_only_handed_in_what_cannot_be_placed_is_missing(tmp_path):
    files = {"s1/hw.py": b"", "s2/hw.ipynb": b"{", "s3/hw.ipynb": packed("05_data_pipelines_keras")}
    collected = took(folder(tmp_path / "class", files), ROSTER, ["04_simple_net"])
    assert [one.key for one in collected.missing] == ["s1", "s3"]
    assert reasons(collected)["s3/hw.ipynb"] == (
        "It belongs to lesson 05_data_pipelines, and only 04_simple_net is being graded."
    )


def test_the_name_inside_places_nothing_and_is_told(tmp_path):
    made = notebook()
    made["cells"][0]["source"] = ["# Homework\n", "\n", "**Name:** Bob Miller\n"]
    files = {"s1/hw.ipynb": __import__("json").dumps(made).encode(), "s3/hw.ipynb": HW}
    collected = took(folder(tmp_path / "class", files), ROSTER)
    assert [one.student.key for one in collected.submissions] == ["s1", "s3"]
    assert collected.submissions[0].notes == ("The notebook names Bob Miller inside.",)
    assert collected.submissions[1].notes == ()


def test_a_folder_around_the_class_is_told_from_a_students_by_the_roster(tmp_path):
    alone = folder(tmp_path / "one", {"s1/a.ipynb": HW, "s1/b.ipynb": HW})
    assert placed(took(alone, ROSTER)) == [("s1", PYTORCH)]
    around = folder(tmp_path / "two", {"class/s1.ipynb": HW})
    assert placed(took(around, ROSTER)) == [("s1", PYTORCH)]


# Two by one student


def test_of_two_files_for_one_notebook_the_later_counts_and_both_are_named(tmp_path):
    files = {"anna/b.ipynb": packed(mark="old"), "anna/a.ipynb": packed(mark="new")}
    times = {"anna/b.ipynb": 1_700_000_000, "anna/a.ipynb": 1_700_086_400}
    (one,) = took(folder(tmp_path / "class", files, times)).submissions
    assert one.source == "anna/a.ipynb"
    assert one.path.read_bytes() == packed(mark="new")
    (note,) = one.notes
    assert note.startswith(
        "2 files for this notebook, of which the last counts: anna/b.ipynb (2023-11-14"
    )
    assert "anna/a.ipynb (2023-11-15" in note


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("hw.ipynb", "hw (2).ipynb"), ("hw (9).ipynb", "hw (10).ipynb"), ("hw9.ipynb", "hw10.ipynb")],
)
def test_where_the_times_are_equal_the_number_behind_the_name_decides(tmp_path, earlier, later):
    files = {f"anna/{name}": HW for name in (earlier, later)}
    root = folder(tmp_path / "class", files, dict.fromkeys(files, 1_700_000_000.0))
    assert [one.source for one in took(root).submissions] == [f"anna/{later}"]


def test_of_two_members_with_one_name_the_later_in_the_archive_counts(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped([("anna/a.ipynb", packed(mark="1")), ("anna/a.ipynb", packed(mark="2"))])
    (tmp_path / "class.zip").write_bytes(content)
    (one,) = took(tmp_path / "class.zip").submissions
    assert one.path.read_bytes() == packed(mark="2")
    assert len(one.notes) == 1


def test_the_twins_by_one_student_are_two_submissions(tmp_path):
    files = {"anna/a.ipynb": packed(PYTORCH), "anna/b.ipynb": packed(KERAS)}
    collected = took(folder(tmp_path / "class", files))
    assert placed(collected) == [("anna", KERAS), ("anna", PYTORCH)]
    assert [one.notes for one in collected.submissions] == [(), ()]


def test_a_file_that_cannot_be_read_keeps_its_student_and_the_others_notebook(tmp_path):
    files = {
        "anna/04_simple_net_keras.ipynb": b'{"cells": [',
        "anna/a.ipynb": HW,
        "bob/b.ipynb": b"",
    }
    collected = took(folder(tmp_path / "class", files))
    assert placed(collected) == [("anna", PYTORCH)]
    assert [(one.student.key, one.notebook) for one in collected.unreadable] == [
        ("anna", KERAS),
        ("bob", ""),
    ]
    assert collected.unreadable[0].digest == hashlib.sha256(b'{"cells": [').hexdigest()
    assert collected.submissions[0].notes == (
        "Another file by the same student cannot be read: anna/04_simple_net_keras.ipynb",
    )


# The copies


def test_what_is_graded_is_a_copy_and_the_digest_is_the_copys(tmp_path):
    root = folder(tmp_path / "class", {"anna.ipynb": HW, "bob.ipynb": b"{"})
    (one,) = took(root).submissions
    (root / "anna.ipynb").write_bytes(b"changed while the run goes on")
    assert one.path.read_bytes() == HW
    assert one.digest == hashlib.sha256(HW).hexdigest()
    assert list((tmp_path / "scratch").iterdir()) == [one.path]


def test_copies_below_the_folder_are_not_handed_in_again(tmp_path):
    from lockstep.grade.collect import collect
    from tests.grade.hand_ins import COURSE

    root = folder(tmp_path / "class", {"anna/a.ipynb": HW})
    for _ in range(2):
        assert placed(collect(root, root / "grades" / "scratch", COURSE)) == [("anna", PYTORCH)]


def test_odd_names_stay_the_key(tmp_path):
    names = ["=1+1", "<script>", "😀", "x" * 240, "Müller", "a\tb"]
    collected = took(folder(tmp_path / "class", {f"{name}/a.ipynb": HW for name in names}))
    assert {one.student.key for one in collected.submissions} == set(names)
    assert all(one.source.isprintable() and len(one.source) < 300 for one in collected.submissions)


def test_the_same_umlaut_written_two_ways_is_one_student(tmp_path):
    files = {"Mu\u0308ller/a.ipynb": HW, "M\u00fcller/b.ipynb": HW}
    (one,) = took(folder(tmp_path / "class", files)).submissions
    assert one.student.key == "M\u00fcller"


def test_a_thousand_are_collected_in_seconds(tmp_path):
    students = tuple(Student(f"s{number:04}", f"Anna Nummer{number}") for number in range(1000))
    root = folder(tmp_path / "class", {f"{one.key}/a.ipynb": HW for one in students[:-1]})
    folder(root, {"nobody/a.ipynb": HW})
    begin = time.process_time()
    collected = took(root, Roster(students))
    assert time.process_time() - begin < 10
    assert len(collected.submissions) == 999
    assert collected.missing == students[-1:]
    assert len(collected.unplaced) == 1
