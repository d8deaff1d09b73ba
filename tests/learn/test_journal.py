"""The learner's progress file: nothing is lost, and nothing stops a lesson."""

import json
import multiprocessing
from datetime import datetime

import pytest

from lockstep.learn import journal


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LOCKSTEP_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(journal, "_memory", [])
    monkeypatch.setattr(journal, "_told", set())
    monkeypatch.setattr(journal, "_cache", None)
    return tmp_path / "home"


def write(name="a_name", **fields):
    journal.write("checkpoint", "01_demo", "pytorch", name, **fields)


def names():
    return [entry["name"] for entry in journal.read()]


def test_what_is_written_is_read_back_in_its_order():
    write("first", version=1, answer="b", right=False)
    write("second", version=2, answer="ü", right=True)
    first, second = journal.read()
    assert (first["name"], second["answer"]) == ("first", "ü")
    assert datetime.fromisoformat(first["time"]).utcoffset().total_seconds() == 0


def test_without_a_file_there_are_no_entries():
    assert journal.read() == []


def test_entries_are_found_by_kind_lesson_framework_and_name():
    write("wanted")
    write("other")
    journal.write("hint", "01_demo", "pytorch", "wanted", number=1)
    journal.write("checkpoint", "01_demo", None, "wanted")
    assert len(journal.find("checkpoint", "01_demo", "pytorch", "wanted")) == 1
    assert len(journal.find("checkpoint", "01_demo", None, "wanted")) == 1


def write_many(prefix):
    for number in range(100):
        write(f"{prefix}{number}")


def test_two_processes_that_write_at_once_lose_nothing():
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=write_many, args=(prefix,)) for prefix in "ab"]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert sorted(names()) == sorted(f"{p}{n}" for p in "ab" for n in range(100))


def test_a_write_after_a_cut_off_line_begins_on_a_new_one(home):
    write("first")
    with journal.path().open("a") as file:
        file.write('{"kind": "check", "na')
    write("second")
    assert names() == ["first", "second"]


def test_a_damaged_file_is_set_aside_whole_and_its_good_lines_are_kept(home, capsys):
    write("first")
    write("second")
    lines = journal.path().read_bytes().splitlines(keepends=True)
    damaged = lines[0] + b"\xff\xfe\n" + b"[1, 2]\n" + b"not json\n\n" + lines[1]
    journal.path().write_bytes(damaged)
    assert names() == ["first", "second"]
    (aside,) = home.glob("progress-damaged-*.jsonl")
    assert aside.read_bytes() == damaged
    assert "damaged in 3 of 5 lines" in capsys.readouterr().out
    assert names() == ["first", "second"]
    assert capsys.readouterr().out == ""
    assert [json.loads(line)["name"] for line in journal.path().open()] == ["first", "second"]


def test_a_home_that_cannot_be_made_keeps_the_answers_in_memory(home, capsys):
    home.write_text("a file where the folder should be")
    write("first")
    write("second")
    assert names() == ["first", "second"]
    assert capsys.readouterr().out.count("cannot be saved") == 1


def test_a_full_disk_keeps_the_answers_in_memory(monkeypatch, capsys):
    write("saved")

    def full(_line):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal, "_append", full)
    write("kept")
    assert names() == ["saved", "kept"]
    assert "No space left on device" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_told_once(home, capsys):
    journal.path().mkdir(parents=True)
    assert journal.read() == []
    assert journal.read() == []
    assert capsys.readouterr().out.count("cannot be read") == 1


def test_values_that_json_does_not_know_are_kept_as_text():
    write(
        answer={
            1,
        },
        value=float("nan"),
    )
    assert journal.read()[0]["answer"] == "{1}"
