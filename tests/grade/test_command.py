"""`lockstep grade`: what a teacher sees, in which order nothing is lost, and what is left behind."""

import csv
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace

import psutil
import pytest
from filelock import FileLock

from lockstep.cli import main
from lockstep.grade.model import Student
from lockstep.grade.store import Store
from tests.conftest import ROOT
from tests.grade.hand_ins import packed
from tests.grade.samples import submission
from tests.grade.small_class import (
    BLANK,
    CRASHES,
    HANGS,
    NET,
    NOT_SQUARED,
    RIGHT,
    SAYS,
    answered,
    assert_gone,
    begun,
    below,
    class_of,
    command,
    count,
    grade,
    is_warm,
    results,
    solutions,
    start,
    until,
)

linux = pytest.mark.skipif(sys.platform != "linux", reason="the fast engine needs Linux")


@pytest.fixture
def came(tmp_path):
    """Return a folder with one right answer in it."""
    return class_of(tmp_path / "came", {"anna": start(RIGHT)})


@pytest.fixture
def out(tmp_path):
    return tmp_path / "grades"


@pytest.fixture
def refused(capsys):
    """Return what `lockstep grade` says when it refuses; it must be one sentence or two."""

    def says(*arguments):
        assert main(["grade", "--root", str(ROOT), *map(str, arguments)]) == 2
        error = capsys.readouterr().err
        assert error.startswith("lockstep: ")
        assert error.strip().endswith((".", "?"))
        assert "Traceback" not in error
        return error

    return says


# --- Arguments that cannot be used ----------------------------------------------------------


def test_a_folder_that_is_not_there_is_refused(refused, tmp_path, out):
    assert "nowhere" in refused(tmp_path / "nowhere", "--out", out)


def test_a_folder_without_a_file_is_refused(refused, tmp_path, out):
    (tmp_path / "empty").mkdir()
    assert "There is no notebook in" in refused(tmp_path / "empty", "--out", out)


@pytest.mark.parametrize("roster", ["", "name\nAnna\n", "id,name\na,Anna\na,Anna\n", "\0"])
def test_a_roster_that_is_none_is_refused(refused, came, out, tmp_path, roster):
    path = tmp_path / "roster.csv"
    path.write_text(roster)
    assert "roster" in refused(came, "--out", out, "--roster", path)


def test_a_roster_that_is_not_there_is_refused(refused, came, out, tmp_path):
    assert "class.csv" in refused(came, "--out", out, "--roster", tmp_path / "class.csv")


def test_a_lesson_that_is_not_there_is_refused(refused, came, out):
    assert "'04_simple'" in refused(came, "--out", out, "--lessons", "04_simple")


def test_a_file_in_place_of_the_folder_for_grades_is_refused(refused, came, out):
    out.write_text("mine")
    assert "grades: File exists." in refused(came, "--out", out)
    assert out.read_text() == "mine"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_refused(refused, came, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    assert "Permission denied" in refused(came, "--out", tmp_path / "locked" / "grades")


def test_a_second_run_into_the_same_folder_is_refused_while_the_first_goes_on(refused, came, out):
    out.mkdir()
    with FileLock(out / "grades.lock"):
        assert "another run is grading into" in refused(came, "--out", out)


def test_a_database_that_is_none_is_refused(refused, came, out):
    out.mkdir()
    (out / "grades.sqlite").write_text("no database " * 1_000)
    assert "Move it away, or choose another --out." in refused(came, "--out", out)


def test_a_damaged_database_is_refused(refused, came, out):
    out.mkdir()
    path = out / "grades.sqlite"
    store = Store(path)
    for number in range(200):
        store.put(replace(submission(), student=Student(f"s{number}", "S")))
    store.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8_192)
        file.write(b"\xa5" * (size - 12_288))
    assert "cannot be used as a database of grades" in refused(came, "--out", out)


def test_checks_that_cannot_be_split_are_told_to_their_author(refused, came, out, monkeypatch):
    from lockstep.grade import graders as module
    from lockstep.grade.public_checks import PublicChecksError

    def write(folder, target):
        raise PublicChecksError(f"lessons/{folder.name}/checks.py: `call=` must have a name.")

    monkeypatch.setattr(module, "write_public_lesson", write)
    monkeypatch.setattr(module.Assignments, "prepare", lambda *_: None)
    assert "lessons/00_start_here/checks.py" in refused(came, "--out", out)


def test_a_refusal_comes_from_the_process_as_status_2_and_one_line(tmp_path, out):
    done = grade(tmp_path / "nowhere", "--out", out)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize("option", [("--jobs", "0"), ("--time-limit", "x"), ("--engine", "fast")])
def test_an_option_that_means_nothing_is_refused(came, out, option, capsys):
    with pytest.raises(SystemExit) as refusal:
        main(["grade", "--root", str(ROOT), str(came), "--out", str(out), *option])
    assert refusal.value.code == 2
    assert option[0] in capsys.readouterr().err


# --- A class --------------------------------------------------------------------------------


def verdicts(out):
    """Return what each student's only exercise came to."""
    return {
        key: (one.exercises[0].state, one.exercises[0].points, one.exercises[0].mistake)
        for key, one in results(out).items()
        if one.state is None
    }


def untimed(out):
    """Return all results without what differs between two runs."""
    return {
        key: replace(one, seconds=0, graded_with=replace(one.graded_with, time=""))
        for key, one in results(out).items()
        if one.graded_with is not None
    }


@pytest.mark.slow
@linux
def test_a_class_gets_its_grades_reports_and_the_right_status_run_after_run(tmp_path, out):
    files = {f"s{number}": start(body) for number, body in enumerate(SAYS)}
    came = class_of(tmp_path / "came", files)
    roster = tmp_path / "roster.csv"
    lines = [f"s{number},Student {number}" for number in range(len(SAYS))]
    roster.write_text("\n".join(["id,name", *lines, "none,Nora None"]))
    asked = (came, "--out", out, "--roster", roster, "--jobs", 2)

    done = grade(*asked)
    assert (done.returncode, done.stderr) == (0, "")
    assert verdicts(out) == {f"s{number}": said for number, said in enumerate(SAYS.values())}
    assert results(out)["none"].state == "missing"
    assert "Nothing handed in:\n  Nora None" in done.stdout
    with (out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == len(SAYS) + 2
    pages = {page.stem for page in (out / "feedback").glob("*.html")}
    assert {f"s{number}" for number in range(len(SAYS))} <= pages
    page = (out / "feedback" / "s1.html").read_text(encoding="utf-8")
    assert "Those above and below zero cancel" in page

    first = results(out)
    again = grade(*asked)
    assert (again.returncode, again.stderr) == (0, "")
    assert f"{len(SAYS)} had not changed and kept their grades" in again.stdout
    assert results(out) == first

    (came / "s1" / "hw.ipynb").write_bytes(start(RIGHT))
    third = grade(*asked)
    assert third.returncode == 0
    now = results(out)
    assert {key for key in now if now[key] != first[key]} == {"s1"}
    assert verdicts(out)["s1"] == ("right", 1.0, None)

    fourth = grade(*asked, "--regrade", "s0", "--regrade", "Student 2")
    assert fourth.returncode == 0
    later = results(out)
    assert {key for key in now if now[key] != later[key]} == {"s0", "s2"}
    assert later["s0"].graded_with.seed != now["s0"].graded_with.seed


@pytest.mark.slow
@linux
def test_what_cannot_be_graded_is_named_the_rest_is_graded_and_the_status_is_3(tmp_path, out):
    came = class_of(tmp_path / "came", {"anna": start(RIGHT), "ben": b"{", "cem": packed(NET)[:99]})
    (came / "dora").mkdir()
    (came / "dora" / "essay [final].docx").write_bytes(b"PK")
    done = grade(came, "--out", out)
    assert (done.returncode, done.stderr) == (3, "")
    assert verdicts(out) == {"anna": ("right", 1.0, None)}
    assert {key for key, one in results(out).items() if one.state == "unreadable"} == {"ben", "cem"}
    for name in ("ben/hw.ipynb", "cem/hw.ipynb", "essay [final].docx"):
        assert name in done.stdout


@pytest.mark.slow
@linux
def test_the_odd_name_of_a_folder_for_grades_is_no_matter(tmp_path):
    came = class_of(tmp_path / "came [1]", {"a[/b]": start(BLANK)})
    out = tmp_path / "grades [/bold] ü"
    done = grade(came, "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert str(out / "gradebook.csv") in done.stdout


@pytest.mark.slow
@linux
def test_two_frameworks_notebooks_and_lessons_are_graded_in_one_run(tmp_path, out):
    right = solutions(NET)
    zero = {"accuracy": "def accuracy(logits, labels):\n    return torch.tensor(0.0)"}
    nothing = {"softmax": "def softmax(logits):\n    return torch.softmax(logits, dim=1)"}
    came = class_of(
        tmp_path / "came",
        {
            "anna": answered(NET, right),
            "ben": answered(NET, right | zero),
            "cem": answered(NET, nothing),
            "dora": start(RIGHT),
        },
    )
    done = grade(came, "--out", out, "--jobs", 2)
    assert (done.returncode, done.stderr) == (0, "")
    got = {key: {e.exercise: e.state for e in one.exercises} for key, one in results(out).items()}
    assert set(got["anna"].values()) == {"right"}
    assert results(out)["anna"].points == results(out)["anna"].out_of
    assert {name for name, state in got["ben"].items() if state != "right"} == {"accuracy"}
    assert got["cem"].pop("softmax") == "wrong"
    assert set(got["cem"].values()) == {"not attempted"}
    assert got["dora"] == {"mean_squared_error": "right"}
    versions = {key: set(one.graded_with.versions) for key, one in results(out).items()}
    assert "torch" in versions["anna"]
    assert "torch" not in versions["dora"]


# --- A sandbox that cannot be had -----------------------------------------------------------

# Refuses this process and all that it starts the system calls that make a sandbox, as some containers do.
REFUSING = """
import ctypes, os, sys
from lockstep.grade import seccomp

libc = ctypes.CDLL(None)
argument, kept = seccomp.as_argument(seccomp.program())
assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
assert libc.prctl(22, seccomp.SECCOMP_MODE_FILTER, argument, 0, 0) == 0  # PR_SET_SECCOMP
os.execv(sys.argv[1], sys.argv[1:])
"""


def grade_where_no_sandbox_is_to_be_had(*arguments):
    return subprocess.run(
        [sys.executable, "-c", REFUSING, *command(*arguments)],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.slow
@linux
def test_without_a_sandbox_nothing_is_run_until_no_sandbox_is_said_aloud(tmp_path, out):
    ran = tmp_path / "ran"
    body = f"open({str(ran)!r}, 'w').close(); {RIGHT}"
    came = class_of(tmp_path / "came", {"anna": start(body), "ben": start(NOT_SQUARED)})
    refused = grade_where_no_sandbox_is_to_be_had(came, "--out", out)
    assert refused.returncode == 2
    assert refused.stderr.startswith("lockstep: There is no sandbox to be had here: ")
    assert "unshare" in refused.stderr
    assert "--no-sandbox" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not ran.exists()
    assert results(out) == {}

    done = grade_where_no_sandbox_is_to_be_had(came, "--out", out, "--no-sandbox")
    assert (done.returncode, done.stderr) == (0, "")
    assert verdicts(out) == {"anna": ("right", 1.0, None), "ben": ("wrong", 0.0, "not squared")}
    assert ran.exists()


# --- Runs that are cut off ------------------------------------------------------------------

LARGE = {
    f"s{number:02}": start(body, str(number)) for number, body in enumerate(list(SAYS)[:5] * 5)
}


def graded_and(process, out, least):
    """Return whether a run has come so far."""
    assert process.poll() is None, process.communicate()
    return count(out) >= least


@pytest.mark.slow
@linux
def test_a_run_that_is_killed_leaves_nothing_behind_and_the_next_one_loses_and_doubles_nothing(
    tmp_path, out
):
    came = class_of(tmp_path / "came", LARGE)
    calm = tmp_path / "calm"
    assert grade(came, "--out", calm, "--seed", 5, "--jobs", 2).returncode == 0

    kept = {}
    for least in (4, 12):
        process = begun(came, "--out", out, "--seed", 5, "--jobs", 2)
        until(lambda least=least, process=process: graded_and(process, out, least))
        left = below(process)
        assert any(is_warm(one) for one in left)
        process.kill()
        process.communicate()
        assert_gone(left)
        so_far = results(out)
        assert least <= len(so_far) < len(LARGE)
        assert {key: so_far[key] for key in kept} == kept
        kept = so_far
    done = grade(came, "--out", out, "--seed", 5, "--jobs", 2)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{len(kept)} had not changed" in done.stdout
    assert untimed(out) == untimed(calm)
    now = results(out)
    assert {key: now[key].graded_with.time for key in kept} == {
        key: one.graded_with.time for key, one in kept.items()
    }
    assert not list(out.glob("*.part"))


@pytest.mark.slow
@linux
def test_ctrl_c_keeps_what_was_graded_waits_for_no_endless_loop_and_leaves_nothing_behind(
    tmp_path, out
):
    files = {"a": start(RIGHT), "b": start(NOT_SQUARED), "c": start(HANGS), "d": start(RIGHT)}
    came = class_of(tmp_path / "came", files)
    process = begun(came, "--out", out, "--jobs", 1, "--time-limit", 300)
    until(lambda: graded_and(process, out, 2))
    time.sleep(0.5)  # the endless loop has begun
    left = below(process)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all of the group
    said, error = process.communicate(timeout=60)
    assert time.monotonic() - began < 30
    assert process.returncode == 1
    assert "Stopped. What was graded is kept: the same command goes on" in said
    assert error == ""
    assert_gone(left)
    assert set(results(out)) == {"a", "b"}

    (came / "c" / "hw.ipynb").write_bytes(start(CRASHES))
    assert grade(came, "--out", out).returncode == 0
    assert {key: one[0] for key, one in verdicts(out).items()} == {
        "a": "right",
        "b": "wrong",
        "c": "crashed",
        "d": "right",
    }


@pytest.mark.slow
@linux
def test_a_warm_process_that_is_killed_costs_nobody_anything(tmp_path, out):
    files = {"a": start(RIGHT), "b": start(HANGS, "1"), "c": start(HANGS, "2"), "d": start(RIGHT)}
    came = class_of(tmp_path / "came", files)
    process = begun(came, "--out", out, "--jobs", 2, "--time-limit", 8)
    until(lambda: graded_and(process, out, 1))
    time.sleep(2)  # both endless loops have begun
    (warm,) = [one for one in psutil.Process(process.pid).children() if is_warm(one)]
    warm.kill()
    said, error = process.communicate(timeout=300)
    assert (process.returncode, error) == (0, ""), said
    states = {key: one[0] for key, one in verdicts(out).items()}
    assert states == {"a": "right", "b": "time limit", "c": "time limit", "d": "right"}


@pytest.mark.slow
@linux
def test_the_database_is_whole_and_can_be_read_while_a_run_goes_on(tmp_path, out):
    came = class_of(tmp_path / "came", LARGE)
    process = begun(came, "--out", out, "--jobs", 1)
    until(lambda: graded_and(process, out, 3))
    with sqlite3.connect(out / "grades.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
    assert process.communicate(timeout=300)[1] == ""
    assert process.returncode == 0
    assert count(out) == len(LARGE)
