"""Results outlive whatever happens to the process that writes them."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from lockstep.grade.model import Student
from lockstep.grade.store import FORMAT, Store, StoreError
from tests.conftest import ROOT
from tests.grade.hand_ins import packed, took
from tests.grade.samples import ANNA, EVERY_STATE, GRADED_WITH, STOPPED, exercise, submission

BEN = Student("ben", "Ben")
WHOLE = submission(
    *EVERY_STATE,
    *STOPPED,
    source="class.zip: Anna Jünger/hw (1).ipynb",
    notes=("A later file counts.", "Cell 3 was left out (crashed)."),
    seconds=1.234,
    handed_in="2026-11-26T22:15:00+00:00",
    graded_with=GRADED_WITH,
)


def missing(student):
    return submission(
        student=student, notebook="", source="", digest="", state="missing", reason="Nothing."
    )


def unreadable(student, source):
    return submission(student=student, source=source, state="unreadable", reason="Cut off.")


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "grades.sqlite")
    yield store
    store.close()


def test_a_result_comes_back_with_everything_that_was_in_it(store):
    store.put(WHOLE)
    (back,) = store.results()
    assert back == WHOLE
    assert back.points == WHOLE.points
    assert back.graded_with.versions == GRADED_WITH.versions


@pytest.mark.parametrize("result", [missing(ANNA), unreadable(ANNA, "a.ipynb"), submission()])
def test_what_was_not_graded_comes_back_too(store, result):
    store.put(result)
    assert store.results() == [result]


def test_a_result_takes_the_place_of_the_one_before(store):
    store.put(WHOLE)
    store.put(replace(WHOLE, exercises=(exercise(),), digest="1" * 64))
    (back,) = store.results()
    assert (back.digest, back.points) == ("1" * 64, 2.0)


def test_another_notebook_and_another_student_take_nobodys_place(store):
    store.put(WHOLE)
    store.put(replace(WHOLE, notebook="04_simple_net_keras"))
    store.put(replace(WHOLE, student=BEN))
    assert [(one.student.key, one.notebook) for one in store.results()] == [
        ("anna.jung", "04_simple_net_keras"),
        ("anna.jung", "04_simple_net_pytorch"),
        ("ben", "04_simple_net_pytorch"),
    ]


def test_digests_are_known_of_what_was_graded_and_of_nothing_else(store):
    store.put(WHOLE)
    store.put(unreadable(BEN, "ben.ipynb"))
    store.put(missing(Student("cem", "Cem")))
    assert store.digests() == {("anna.jung", "04_simple_net_pytorch"): "0" * 64}


def test_what_could_not_be_graded_is_replaced_and_grades_stay(store):
    store.put(WHOLE)
    store.put(unreadable(BEN, "ben.ipynb"))
    store.put(unreadable(BEN, "ben (1).ipynb"))
    store.replace_ungraded([missing(BEN)])
    assert store.results() == [WHOLE, missing(BEN)]
    store.replace_ungraded([])
    assert store.results() == [WHOLE]


def test_a_replacement_that_breaks_off_has_changed_nothing(store):
    store.put(unreadable(BEN, "ben.ipynb"))

    def broken():
        yield missing(ANNA)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.replace_ungraded(broken())
    assert store.results() == [unreadable(BEN, "ben.ipynb")]
    store.put(WHOLE)  # and it can be written to still
    assert len(store.results()) == 2


def test_an_opened_store_knows_what_was_written_before(tmp_path):
    first = Store(tmp_path / "grades.sqlite")
    first.put(WHOLE)
    first.close()
    second = Store(tmp_path / "grades.sqlite")
    assert second.results() == [WHOLE]
    second.close()


def test_points_can_be_added_up_by_any_program_that_reads_sqlite(store):
    store.put(WHOLE)
    store.put(missing(BEN))
    with sqlite3.connect(store.path) as database:
        rows = database.execute("SELECT student, state, points, out_of FROM results").fetchall()
    assert rows == [("anna.jung", "graded", 2.5, 22), ("ben", "missing", None, None)]


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "'; DROP TABLE results; --",
        "\0",
        "a/../b",
        "名前",
        "=1+1",
        "x" * 10_000,
        "é",
        "e\u0301",
    ],
    ids=lambda name: repr(name[:10]),
)
def test_any_name_can_be_kept_and_found_again(store, name):
    store.put(replace(WHOLE, student=Student(name, name), source=name))
    store.put(unreadable(Student(name, name), f"{name}.ipynb"))
    assert [one.student.key for one in store.results()] == [name, name]
    assert (name, WHOLE.notebook) in store.digests()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no such file names")
def test_file_names_that_are_no_text_are_collected_as_names_that_can_be_kept(tmp_path, store):
    top = tmp_path / "came"
    top.mkdir()
    for name in (b"M\xfcller.ipynb", b"\xff\xfe.ipynb", "Zoë.ipynb".encode()):
        (top / os.fsdecode(name)).write_bytes(packed(mark=str(name)))
    (top / os.fsdecode(b"cut \xe9.ipynb")).write_bytes(b"{")
    (top / os.fsdecode(b"readme \xe9.txt")).write_bytes(b"no notebook")
    collected = took(top)
    assert len(collected.submissions) == 3
    assert len(collected.unreadable) == 1
    for one in collected.submissions:
        store.put(replace(WHOLE, student=one.student, source=one.source, notes=one.notes))
    for one in collected.unreadable:
        store.put(unreadable(one.student, one.source))
    keys = {one.student.key for one in store.results()}
    assert {"Müller", "Zoë"} < keys
    assert {(one.student.key, WHOLE.notebook) for one in collected.submissions} == set(
        store.digests()
    )


def test_a_name_that_cannot_be_written_is_kept_in_a_form_that_can(store):
    odd = Student("m\udcfcller", "M\udcfcller")
    result = replace(WHOLE, student=odd, source="m\udcfcller.ipynb")
    store.put(result)
    store.put(replace(result, notebook="m\udcfc"))
    store.put(unreadable(odd, "m\udcfcller 2.ipynb"))
    assert len(store.results()) == 3
    assert all(one.student.key.encode() for one in store.results())
    assert {one.student.key for one in store.results()} == {key for key, _ in store.digests()}


# --- Files that are no store ----------------------------------------------------------------


def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "grades.sqlite"
    path.write_text("student,points\n" * 1_000)
    with pytest.raises(StoreError, match=r"cannot be used as a database of grades .* Move it away"):
        Store(path)
    assert path.read_text() == "student,points\n" * 1_000


def test_a_folder_in_its_place_is_refused(tmp_path):
    (tmp_path / "grades.sqlite").mkdir()
    with pytest.raises(StoreError, match="Move it away"):
        Store(tmp_path / "grades.sqlite")


def test_a_database_of_another_version_is_refused(tmp_path):
    path = tmp_path / "grades.sqlite"
    Store(path).close()
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {FORMAT + 1}")
    database.close()
    with pytest.raises(StoreError, match="another version of the course"):
        Store(path)


def test_another_programs_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "grades.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (x)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        Store(path)
    assert path.read_bytes() == before


def damaged(path):
    """Write many results, then overwrite the middle of the file."""
    store = Store(path)
    for number in range(100):
        store.put(replace(WHOLE, student=Student(f"s{number}", "S")))
    store.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8_192)
        file.write(b"\xa5" * (size - 12_288))


def test_a_damaged_database_is_told_in_a_sentence_wherever_it_shows(tmp_path):
    damaged(tmp_path / "grades.sqlite")
    sentence = r"cannot be used as a database of grades .* Move it away"
    with pytest.raises(StoreError, match=sentence):
        Store(tmp_path / "grades.sqlite").results()
    with pytest.raises(StoreError, match=sentence):
        Store(tmp_path / "grades.sqlite").digests()
    with pytest.raises(StoreError, match=sentence):
        Store(tmp_path / "grades.sqlite").replace_ungraded([missing(BEN)])


def test_a_result_that_is_no_result_is_told_in_a_sentence(store):
    store.put(WHOLE)
    for text in ("{", "[]", json.dumps({"student": 1})):
        with sqlite3.connect(store.path) as database:
            database.execute("UPDATE results SET result = ?", (text,))
        database.close()
        with pytest.raises(StoreError, match="Move it away"):
            store.results()


def test_a_full_disk_is_told_in_a_sentence(store):
    store._database.execute("PRAGMA max_page_count = 5")  # what a full disk looks like to SQLite

    def fill():
        for number in range(1_000):
            store.put(replace(WHOLE, student=Student(f"s{number}", "S")))

    with pytest.raises(StoreError, match=r"grades\.sqlite could not be written .*full"):
        fill()
    assert store.results()


# --- Death ----------------------------------------------------------------------------------

WRITING = """
import sys
from dataclasses import replace
from pathlib import Path
from lockstep.grade.model import Student
from lockstep.grade.store import Store
from tests.grade.test_store import WHOLE, unreadable

store = Store(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 1_000_000):
    store.put(replace(WHOLE, student=Student(f"s{number}", "S"), seconds=number))
    print(number, flush=True)
    if number % 7 == 0:
        store.replace_ungraded([unreadable(Student("u", "U"), f"{number}.ipynb")])
"""


def test_what_was_written_is_there_after_the_process_was_killed_at_any_moment(tmp_path):
    path = tmp_path / "grades.sqlite"
    written = -1
    for wait in (0.01, 0.05, 0.12, 0.2):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITING, str(path), str(written + 1)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        first = process.stdout.readline()
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        told = [first, *process.stdout.read().splitlines()]
        process.wait()
        process.stdout.close()
        written = int(told[-1])
        store = Store(path)
        kept = {one.student.key: one for one in store.results() if one.state is None}
        assert set(kept) >= {f"s{number}" for number in range(written + 1)}
        assert len(kept) <= written + 2  # one may have been written and not told
        assert kept[f"s{written}"].seconds == written
        assert store._database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        ungraded = [one for one in store.results() if one.state]
        assert len(ungraded) == 1
        store.close()
    assert written > 10


def test_two_processes_may_look_while_one_writes(store):
    reader = Store(store.path)
    store.put(WHOLE)
    assert reader.results() == [WHOLE]
    reader.close()
