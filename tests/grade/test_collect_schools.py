"""Archives as Moodle, Canvas, Gradescope and Blackboard name them: each file goes to its student, with its time."""

import hashlib
import unicodedata
import zipfile

import pytest

from lockstep.grade.collect import Roster
from lockstep.grade.model import Student
from tests.grade.hand_ins import PYTORCH, folder, packed, placed, reasons, took, zipped
from tests.grade.school_archives import (
    BROKEN,
    CAME,
    CLASS,
    LATE,
    MISSING,
    TWICE,
    archive,
    blackboard,
    canvas,
    gradescope,
    moodle,
    notebook_of,
)

HW = packed()
WITH_IDS = Roster(
    tuple(Student(f"s{pupil.place}", pupil.name) for pupil in CLASS),
    more={f"s{pupil.place}": {"moodle": pupil.id, "canvas": pupil.id} for pupil in CLASS},
)
LAYOUTS = {
    "moodle": moodle(),
    "moodle since 4.1": moodle("{name}_{id}_assignsubmission_file/hw.ipynb"),
    "moodle without folders": moodle("{name}_{id}_assignsubmission_file_hw.ipynb"),
    "moodle with umlauts taken apart": moodle(form="NFD"),
    "moodle in a folder": moodle("Course-HW 4-77/{name}_{id}_assignsubmission_file_/hw.ipynb"),
    "canvas": canvas(),
    "gradescope": gradescope(),
    "gradescope without a folder": gradescope(""),
    "blackboard": blackboard(),
    "blackboard in a folder": [(f"gradebook/{name}", *rest) for name, *rest in blackboard()],
}


@pytest.fixture(params=LAYOUTS)
def layout(request):
    return request.param


@pytest.fixture(params=["archive", "folder"])
def came(request, layout, tmp_path):
    """Return the class's archive, or the folder that it unpacks to."""
    (tmp_path / "download.zip").write_bytes(archive(LAYOUTS[layout]))
    if request.param == "archive":
        return tmp_path / "download.zip"
    with zipfile.ZipFile(tmp_path / "download.zip") as packed_up:
        packed_up.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def ids(layout):
    return [pupil.user if "blackboard" in layout else pupil.id for pupil in CAME]


def test_every_file_of_thirty_goes_to_its_student_and_the_one_broken_is_told(came, layout):
    collected = took(came)
    broken = ids(layout)[BROKEN]
    assert sorted(key for key, _ in placed(collected)) == sorted({*ids(layout)} - {broken})
    assert [one.student.key for one in collected.unreadable] == [broken]
    assert not collected.unplaced
    assert collected.system == layout.split()[0]
    for pupil, key in zip(CAME, ids(layout), strict=True):
        (one,) = [one for one in collected.submissions if one.student.key == key] or [None]
        assert one is None or one.digest == hashlib.sha256(notebook_of(pupil)).hexdigest()


def test_the_students_name_is_the_one_that_the_system_gives(came, layout):
    names = {one.student.key: one.student.name for one in took(came).submissions}
    for pupil, key in zip(CAME, ids(layout), strict=True):
        wanted = pupil.family_first if layout == "canvas" else pupil.name
        wanted = wanted.replace("'", "") if "moodle" in layout else wanted
        assert names.get(key, wanted) == unicodedata.normalize("NFC", wanted)


def test_a_roster_with_the_systems_ids_or_names_places_them_all_and_lists_the_missing(came, layout):
    people = WITH_IDS
    if not layout.startswith(("moodle", "canvas")):
        keys = [pupil.user if "blackboard" in layout else pupil.id for pupil in CLASS]
        students = zip(keys, CLASS, strict=True)
        people = Roster(tuple(Student(key, pupil.name) for key, pupil in students))
    collected = took(came, people)
    assert len(collected.submissions) == len(CAME) - 1
    assert not collected.unplaced
    assert [one.name for one in collected.missing] == [CLASS[MISSING].name]
    for one in collected.submissions:
        assert people.students[CAME.index(pupil_of(one, people))] == one.student


def pupil_of(submission, people):
    """Return who wrote what was handed in."""
    contents = {hashlib.sha256(notebook_of(pupil)).hexdigest(): pupil for pupil in CAME}
    return contents[submission.digest]


@pytest.mark.parametrize("layout", ["moodle", "canvas"], indirect=True)
def test_names_alone_place_all_but_the_two_who_have_the_same(came):
    people = Roster(tuple(Student(f"s{pupil.place}", pupil.name) for pupil in CLASS))
    collected = took(came, people)
    assert len(collected.submissions) == len(CAME) - 3
    assert len(collected.unplaced) == 2
    for reason in reasons(collected).values():
        assert "can be Kim Lee (s8) or Kim Lee (s9). Give the roster a column `" in reason


def test_of_two_uploads_the_later_counts_and_both_are_named(came, layout):
    if "gradescope" in layout:
        pytest.skip("it hands out the one that counts")
    key = ids(layout)[TWICE]
    (one,) = [one for one in took(came).submissions if one.student.key == key]
    assert one.digest == hashlib.sha256(notebook_of(CAME[TWICE])).hexdigest()
    assert "2 files for this notebook, of which the last counts" in one.notes[0]


@pytest.mark.parametrize("layout", ["moodle", "gradescope", "blackboard"], indirect=True)
@pytest.mark.parametrize("came", ["archive"], indirect=True)
def test_the_time_is_the_systems(came, layout):
    times = {one.student.key: one.time for one in took(came).submissions}
    late, on_time = times[ids(layout)[LATE]], times[ids(layout)[0]]
    assert (on_time.day, late.day) == (20, 22)
    assert (late.hour, late.tzinfo is None) == (9, False)


@pytest.mark.parametrize("layout", ["canvas"], indirect=True)
def test_canvas_tells_who_was_late_and_not_when_anything_came(came, layout):
    collected = took(came)
    assert [one.student.key for one in collected.submissions if one.late] == [ids(layout)[LATE]]
    assert {one.time for one in collected.submissions} == {None}


def test_one_members_damage_costs_one_student(tmp_path):
    files = moodle()
    whole = archive(files, damaged=files[0][0])
    (tmp_path / "download.zip").write_bytes(whole)
    collected = took(tmp_path / "download.zip")
    assert sorted(one.student.key for one in collected.unreadable) == [CAME[0].id, CAME[BROKEN].id]
    assert len(collected.submissions) == len(CAME) - 2


def test_names_in_code_page_437_and_in_utf8_without_its_flag_are_read(tmp_path):
    name = "Jürgen Müßig_7_assignsubmission_file_/hw.ipynb"
    for encoding in ("cp437", "utf-8"):
        raw = name.encode(encoding)
        stand_in = "x" * len(raw)
        content = zipped({stand_in: HW}).replace(stand_in.encode(), raw)
        (tmp_path / f"{encoding}.zip").write_bytes(content)
        (one,) = took(tmp_path / f"{encoding}.zip").submissions
        assert (one.student.key, one.student.name) == ("7", "Jürgen Müßig")


@pytest.mark.parametrize(
    ("honest", "forged"),
    [
        ("Ann_1_assignsubmission_file_/{}", "Bob_2_assignsubmission_file_/hw.ipynb"),
        ("Ann_1_assignsubmission_file_{}", "Bob_2_assignsubmission_file_hw.ipynb"),
        ("ann_1_11_{}", "bob_2_12_hw.ipynb"),
        ("HW_1_attempt_2026-11-20-10-00-00_{}", "HW_2_attempt_2026-11-20-11-00-00_hw.ipynb"),
    ],
)
def test_a_file_that_is_called_as_another_students_stays_its_owners(tmp_path, honest, forged):
    files = {honest.format(forged): packed(mark="Ann"), forged: packed(mark="Bob")}
    collected = took(folder(tmp_path / "class", files))
    assert [key for key, _ in placed(collected)] == ["1", "2"]
    digests = {one.student.key: one.digest for one in collected.submissions}
    assert digests["2"] == hashlib.sha256(packed(mark="Bob")).hexdigest()


def test_one_students_file_in_a_systems_way_moves_nobody_elses(tmp_path):
    files = {"Bob_2_assignsubmission_file_/hw.ipynb": HW, "anna/hw.ipynb": HW, "chen/hw.ipynb": HW}
    keys = {key for key, _ in placed(took(folder(tmp_path / "class", files)))}
    assert {"anna", "chen"} < keys
    assert "2" not in keys


def test_dates_in_file_names_are_not_taken_for_canvas(tmp_path):
    files = {f"{who}_2026_11_hw.ipynb": HW for who in ("anna", "bob")}
    keys = [key for key, _ in placed(took(folder(tmp_path / "class", files)))]
    assert keys == ["anna_2026_11_hw", "bob_2026_11_hw"]


def test_an_id_of_the_roster_that_stands_beside_another_name_places_nobody(tmp_path):
    people = Roster((Student("7", "Li Wei"), Student("8", "Bo Li")))
    files = {f"{name}_7_assignsubmission_file_/hw.ipynb": HW for name in ("Zoe Weber", "Li Wei")}
    collected = took(folder(tmp_path / "class", files), people)
    assert placed(collected) == [("7", PYTORCH)]
    (reason,) = reasons(collected).values()
    assert "Zoe Weber (7) is not on the roster" in reason


def test_a_group_on_gradescope_hands_in_for_each_of_its_members(tmp_path):
    metadata = (
        "submission_5:\n  :submitters:\n  - :name: Anna\n    :sid: a1\n"
        "  - :name: Bob\n    :sid: b2\n  :created_at: 2026-11-20 18:00:00 Z\n"
    )
    files = {"submission_metadata.yml": metadata.encode(), "submission_5/hw.ipynb": HW}
    collected = took(folder(tmp_path / "class", files))
    assert placed(collected) == [("a1", PYTORCH), ("b2", PYTORCH)]
    assert all(one.path.exists() for one in collected.submissions)


@pytest.mark.parametrize(
    "metadata",
    ["", "[", "a: &a [*a]", "- 1", "submission_5: {':submitters': 3}", "[" * 10_000, "\x00"],
)
def test_gradescopes_metadata_that_cannot_be_used_are_listed_and_the_folders_are_the_students(
    tmp_path, metadata
):
    files = {f"submission_{number}/hw.ipynb": HW for number in (5, 6)}
    files["submission_metadata.yml"] = metadata.encode()
    collected = took(folder(tmp_path / "class", files))
    assert [key for key, _ in placed(collected)] == ["submission_5", "submission_6"]
    assert list(reasons(collected)) == ["submission_metadata.yml"]


def test_metadata_make_no_object_of_python(tmp_path):
    made = tmp_path / "made"
    metadata = f"submission_5: !!python/object/apply:os.mkdir ['{made}']\n"
    files = {"submission_metadata.yml": metadata.encode(), "submission_5/hw.ipynb": HW}
    took(folder(tmp_path / "class", files))
    assert not made.exists()


def test_a_note_beside_an_attempt_names_nobody_but_its_own_student(tmp_path):
    start = "HW_{}_attempt_2026-11-20-10-00-00"
    files = {f"{start.format(who)}_hw.ipynb": HW for who in ("ann", "bob")}
    files[start.format("ann") + ".txt"] = b"Name: Bob (bob)\n"
    names = {
        one.student.key: one.student.name for one in took(folder(tmp_path / "c", files)).submissions
    }
    assert names == {"ann": "ann", "bob": "bob"}


def test_canvas_own_order_goes_before_what_a_browser_wrote_behind_the_name(tmp_path):
    files = {
        "ann_1_11_hw (3).ipynb": packed(mark="first"),
        "ann_1_12_hw.ipynb": packed(mark="last"),
    }
    (one,) = took(folder(tmp_path / "class", files)).submissions
    assert one.digest == hashlib.sha256(packed(mark="last")).hexdigest()
