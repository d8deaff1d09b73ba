"""`lockstep grade --dask`: two workers on this machine, one of them killed, and the results of one machine."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from lockstep.cli import main
from lockstep.grade.assignments import Assignments
from lockstep.grade.engines import start_engine
from lockstep.grade.public_checks import write_public_lesson
from lockstep.grade.remote.address import scheduler_address
from lockstep.grade.remote.likeness import difference
from lockstep.grade.running import Settings, here, run
from lockstep.grade.sandbox import Limits
from lockstep.grade.store import Store
from tests.conftest import ROOT
from tests.grade.hand_ins import took
from tests.grade.small_class import (
    BLANK,
    CRASHES,
    NET,
    NOT_SQUARED,
    ONLY_SHORT,
    RAISES,
    RIGHT,
    answered,
    assert_gone,
    below,
    class_of,
    grade,
    is_warm,
    results,
    solutions,
    start,
    until,
)

Client = pytest.importorskip("distributed").Client
linux = pytest.mark.skipif(sys.platform != "linux", reason="the fast engine needs Linux")

SLOW = f"import time; time.sleep(1.5); {RIGHT}"
ANSWERS = (SLOW, SLOW, RIGHT, NOT_SQUARED, ONLY_SHORT, RAISES, BLANK, CRASHES, "return 1", "return")
LESSONS = {("00_start_here", None), ("04_simple_net", "pytorch")}


# --- An address ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["tcp://127.0.0.1:8786", "tls://a-b.school.example:1", "tcp://[::1]:80"]
)
def test_a_schedulers_address_is_taken_as_it_is(text):
    assert scheduler_address(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1:8786",
        "tcp://desk",
        "tcp://:8786",
        "tcp://desk:0",
        "tcp://desk:65536",
        "tcp://desk:८",
        "tcp://desk:80/more",
        "tcp://me@desk:80",
        "tcp://[::1:80",
        "tcp://desk:80\n",
        "http://desk:80",
        "inproc://1",
        "",
    ],
)
def test_what_is_no_schedulers_address_is_refused_before_anything_else(text, capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        main(["grade", str(tmp_path), "--out", str(tmp_path / "grades"), f"--dask={text}"])
    assert ended.value.code == 2
    assert "is no scheduler's address" in capsys.readouterr().err
    assert not (tmp_path / "grades").exists()


# --- Who fits -----------------------------------------------------------------------------------


def test_a_worker_is_told_all_that_differs_with_both_versions():
    wanted = {"torch": "2.13.0", "numpy": "2.4.6", "lesson 04_simple_net": "cafe"}
    assert difference(wanted, wanted | {"more": "1"}) == ""
    said = difference(wanted, {"torch": "2.12.0", "numpy": "2.4.6"})
    assert "torch 2.12.0 (here: 2.13.0), lesson 04_simple_net is missing (here: cafe)." in said
    assert "numpy" not in said


# --- A cluster ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place():
    """Return a folder for all that workers write; a student's process, another user where root grades, may pass."""
    folder = Path(tempfile.mkdtemp(prefix="cluster-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def begun(place, *arguments, **environment):
    """Start one of Dask's programs; it ends with the block."""
    with (place / "log.txt").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *map(str, arguments), "--no-dashboard"],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(place)} | environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def scheduler(place):
    """Start a scheduler; return its address."""
    told = place / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", told)
    with begun(place, "scheduler", *options):
        until(told.exists, 60)
        until(lambda: told.read_text().endswith("}"), 60)
        yield json.loads(told.read_text())["address"]


def worker(place, scheduler, **environment):
    return begun(
        place,
        "worker",
        scheduler,
        *("--nthreads", "1", "--no-nanny", "--local-directory", place / "dask"),
        **environment,
    )


def at_work(place):
    """Return the worker processes that are grading a file in this moment."""
    found = set()
    for owner in place.glob("lockstep-worker-*/owner.json"):
        if any((owner.parent / "handed-in").iterdir()):
            found.add(json.loads(owner.read_text())["process"])
    return found


@pytest.fixture(scope="module")
def collected(place):
    files = {f"s{number:02}": start(body) for number, body in enumerate(ANSWERS)}
    right = solutions(NET)
    files |= {"t1": answered(NET, right), "t2": answered(NET, dict(list(right.items())[:2]))}
    came = class_of(place / "class", files)
    (place / "scratch").mkdir()
    return took(came).submissions


@pytest.fixture(scope="module")
def assignments(place):
    folder = place / "hidden"
    folder.mkdir()
    prepared = Assignments(ROOT, 7, folder)
    prepared.prepare(sorted(LESSONS, key=str), 2)
    return prepared


def comparable(path):
    """Return a database's results, as text, without what differs between any two runs."""
    store = Store(path)
    try:
        results = [replace(one, seconds=0.0) for one in store.results()]
    finally:
        store.close()
    return [
        json.dumps(asdict(replace(one, graded_with=replace(one.graded_with, time=""))))
        for one in results
    ]


def an_order(assignments):
    from lockstep.grade.remote import team

    prepared = {key: assignments.assignment(*key) for key in LESSONS}
    return team.order(prepared, ROOT / "lessons", SETTINGS, "test", None, sandbox=True)


SETTINGS = Settings(Limits(), 2, 7)


def rows(path):
    store = Store(path)
    try:
        return len(store.digests())
    finally:
        store.close()


def graded_into(path, submissions, grade_all, on_result=lambda result: None):
    store = Store(path)
    try:
        return run(submissions, store, grade_all, SETTINGS, on_result)
    finally:
        store.close()


def graded_here(path, submissions, assignments, place):
    lessons = place / "lessons"
    for lesson, _ in LESSONS:
        write_public_lesson(ROOT / "lessons" / lesson, lessons / lesson)
    engine = start_engine(None, lessons, SETTINGS.limits, sandbox=True)
    try:
        return graded_into(path, submissions, here(assignments.assignment, engine, SETTINGS))
    finally:
        engine.close()


def there_are(count, scheduler):
    """Wait until the scheduler has so many workers."""
    with Client(scheduler, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)


@linux
@pytest.mark.slow
def test_a_killed_workers_submissions_are_graded_by_another_with_the_results_of_one_machine(
    place, scheduler, collected, assignments, tmp_path
):
    from lockstep.grade.remote import team

    path = tmp_path / "there.sqlite"
    kept, killed = [], []

    def kill(process):
        until(lambda: process.pid in at_work(place))
        killed.extend(below(process))
        os.kill(process.pid, signal.SIGKILL)

    with worker(place, scheduler) as first, worker(place, scheduler) as second:
        there_are(2, scheduler)
        with team.in_cluster(scheduler, lambda: an_order(assignments), pytest.fail) as grade_all:
            killer = threading.Thread(target=kill, args=(first,))
            killer.start()
            there = graded_into(path, collected, grade_all, lambda one: kept.append(rows(path)))
            killer.join()
            left = below(second)
            assert any(map(is_warm, left))
        assert (first.wait(30), second.poll()) == (-signal.SIGKILL, None)
        # Nothing of the run is left: of the worker that was killed, and of the one that lives on.
        assert killed
        assert_gone([*killed, *left])
        assert not list(place.glob("lockstep-*"))
    assert (there.failed, len(there.graded)) == ([], len(collected))
    assert kept == list(range(1, len(collected) + 1))  # each as it came
    graded_here(tmp_path / "here.sqlite", collected, assignments, place)
    assert comparable(path) == comparable(tmp_path / "here.sqlite")


@linux
@pytest.mark.slow
def test_a_worker_with_another_revision_grades_nothing_and_is_named(place, scheduler, tmp_path):
    changed = place / "changed"
    shutil.copytree(ROOT / "lessons" / "00_start_here", changed / "00_start_here")
    with (changed / "00_start_here" / "checks.py").open("a") as file:
        file.write("# another revision\n")
    came = class_of(tmp_path / "came", {"anna": start(RIGHT), "ben": start(BLANK)})
    out = tmp_path / "grades"
    other = worker(place, scheduler, LOCKSTEP_LESSONS=str(changed))
    with other, worker(place, scheduler):
        there_are(2, scheduler)
        done = grade(came, "--out", out, "--dask", scheduler, "--seed", 7)
    said = "grades nothing. It would not grade as this machine does: lesson 00_start_here"
    assert done.stderr.count(said) == 1
    assert "Traceback" not in done.stderr
    assert done.returncode == 0
    assert [one.points for one in results(out).values()] == [1.0, 0.0]
    assert not list(place.glob("lockstep-*"))


@linux
@pytest.mark.slow
def test_a_cluster_of_which_no_worker_fits_is_refused(place, scheduler, capsys):
    from lockstep.grade.remote import team

    like = {"torch": "0.1"}
    order = team.Order("run", "test", like, {}, SETTINGS.limits, 7, None, sandbox=True)
    told = []
    none_fits = pytest.raises(team.ClusterError, match=f"None of the workers .* {scheduler} fits")
    with worker(place, scheduler):
        there_are(1, scheduler)
        with none_fits, team.in_cluster(scheduler, lambda: order, told.append):
            pytest.fail("nothing shall be graded there")
    assert len(told) == 1
    assert "torch is missing (here: 0.1)" in told[0]


@pytest.mark.slow
def test_a_cluster_without_a_worker_is_told(refused, scheduler):
    assert f"The cluster at {scheduler} has no worker." in refused(scheduler)


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_told(refused, monkeypatch):
    from lockstep.grade.remote import team

    monkeypatch.setattr(team, "CONNECTING", 1.0)
    with socket.socket() as taken:  # nobody listens on it
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        assert f"No Dask scheduler answers at {address}" in refused(address)


def test_without_the_package_the_command_says_what_to_install(refused, monkeypatch):
    for name in [one for one in sys.modules if one.startswith("lockstep.grade.remote.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("lockstep.grade.remote.team", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = refused("tcp://127.0.0.1:1")
    assert "(distributed). Type `python lab.py --setup lab grade dask`." in said


@pytest.fixture
def refused(capsys, tmp_path):
    """Return what the command says when it refuses an address; the hidden cases are not even prepared."""
    came = class_of(tmp_path / "came", {"anna": start(RIGHT)})

    def says(address):
        arguments = ["grade", came, "--out", tmp_path / "grades", "--dask", address, "--root", ROOT]
        assert main([str(one) for one in arguments]) == 2
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        assert "Preparing" not in printed.out
        return printed.err.removeprefix("lockstep: ")

    return says
