"""A run over a class: what is graded, what is kept, and what one submission can do to the others."""

import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from lockstep.grade import running
from lockstep.grade.collect import Collected
from lockstep.grade.collect.collecting import Unreadable
from lockstep.grade.engine import EngineError
from lockstep.grade.model import Student, Submission
from lockstep.grade.running import Settings, here, run, to_grade, ungraded, write_reports
from lockstep.grade.sandbox import Limits
from lockstep.grade.store import Store
from tests.grade.samples import exercise, submission

NAMES = ("anna", "ben", "cem", "dora", "emil", "finn")


def handed_in(key, *, lesson="04_simple_net", framework="pytorch", digest="1"):
    student = Student(key, key.title())
    return Submission(student, lesson, framework, Path(f"{key}.ipynb"), f"{key}.ipynb", digest)


CLASS = [handed_in(name) for name in NAMES]


class FakeEngine:
    name = "fake"

    def __init__(self):
        self.closed = threading.Event()

    def close(self):
        self.closed.set()


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "grades.sqlite")
    yield store
    store.close()


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def graded(monkeypatch):
    """Grade by what a test says of each student; return who was graded, in order."""
    seen = []

    def grade(one, assignment, engine, limits, seed):
        seen.append(one.student.key)
        does = grade.does.get(one.student.key)
        if does is not None:
            does()
        return submission(exercise(), student=one.student, notebook=one.notebook, digest=one.digest)

    grade.does = {}
    monkeypatch.setattr(running, "grade", grade)
    seen_and_does = SimpleNamespace(seen=seen, does=grade.does)
    return seen_and_does


def ran(store, engine, submissions=CLASS, *, jobs=1, regrade=(), on_result=lambda result: None):
    settings = Settings(Limits(), jobs, 7, regrade)
    grade_all = here(lambda *_: None, engine, settings)
    return run(submissions, store, grade_all, settings, on_result)


def raising(error):
    def does():
        raise error

    return does


# --- What is graded -------------------------------------------------------------------------

KNOWN = {(one.student.key, one.notebook): one.digest for one in CLASS}


def keys(submissions):
    return [one.student.key for one in submissions]


def test_what_has_not_changed_is_not_graded_again():
    assert to_grade(CLASS, KNOWN, ()) == []


def test_what_is_new_or_has_changed_is_graded():
    changed = [replace(CLASS[0], digest="2"), *CLASS[1:], handed_in("gina")]
    assert keys(to_grade(changed, KNOWN, ())) == ["anna", "gina"]


def test_the_same_file_is_graded_for_each_student_and_for_each_notebook():
    keras = replace(CLASS[0], framework="keras")
    copied = replace(CLASS[0], student=Student("gina", "Gina"))
    assert to_grade([*CLASS, keras, copied], KNOWN, ()) == [keras, copied]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("ben", ["ben"]),
        ("Ben", ["ben"]),
        ("04_simple_net", list(NAMES)),
        ("04_simple_net_pytorch", list(NAMES)),
        ("all", list(NAMES)),
        ("04_simple_net_keras", []),
        ("nobody", []),
    ],
)
def test_a_student_a_lesson_a_notebook_or_all_can_be_graded_anew(named, expected):
    assert keys(to_grade(CLASS, KNOWN, (named,))) == expected


def test_several_can_be_named_to_be_graded_anew():
    assert keys(to_grade(CLASS, KNOWN, ("ben", "emil", "nobody"))) == ["ben", "emil"]


# --- A run ----------------------------------------------------------------------------------


def test_a_run_keeps_every_result_and_tells_of_each(store, engine, graded):
    told = []
    done = ran(store, engine, on_result=told.append)
    assert graded.seen == list(NAMES)
    assert keys(told) == keys(done.graded) == list(NAMES)
    assert keys(store.results()) == list(NAMES)
    assert (done.kept, done.failed) == (0, [])


def test_each_result_is_kept_before_it_is_told_of(store, engine, graded):
    kept = []
    ran(store, engine, on_result=lambda one: kept.append(len(store.results())))
    assert kept == [1, 2, 3, 4, 5, 6]


def test_a_second_run_grades_nothing_twice(store, engine, graded):
    ran(store, engine)
    done = ran(store, engine)
    assert graded.seen == list(NAMES)
    assert (done.kept, done.graded) == (6, [])


def test_one_submission_that_breaks_the_grader_is_named_and_the_others_are_graded(
    store, engine, graded
):
    graded.does["cem"] = raising(ZeroDivisionError("by nought"))
    told = []
    done = ran(store, engine, on_result=told.append)
    assert keys(done.graded) == [name for name in NAMES if name != "cem"]
    (failed,) = done.failed
    assert failed.source == "cem.ipynb"
    assert "The grader itself failed (ZeroDivisionError: by nought)" in failed.reason
    assert told.count(None) == 1
    assert graded.seen.count("cem") == 1
    assert "cem" not in keys(store.results())


@pytest.mark.parametrize("error", [RecursionError("deep"), MemoryError(), KeyError("x")])
def test_whatever_breaks_the_grader_stops_no_other(store, engine, graded, error):
    graded.does["anna"] = raising(error)
    assert len(ran(store, engine).graded) == 5


def test_an_engine_that_fails_is_tried_once_more(store, engine, graded):
    outcomes = iter([EngineError("The warm process has ended."), None])

    def does():
        error = next(outcomes)
        if error:
            raise error

    graded.does["ben"] = does
    done = ran(store, engine)
    assert graded.seen.count("ben") == 2
    assert len(done.graded) == 6


def test_an_engine_that_fails_twice_costs_one_submission_and_says_why(store, engine, graded):
    graded.does["ben"] = raising(EngineError("The warm process has ended."))
    done = ran(store, engine)
    assert graded.seen.count("ben") == 2
    assert [(one.source, one.reason) for one in done.failed] == [
        ("ben.ipynb", "The warm process has ended.")
    ]
    assert len(done.graded) == 5


def test_what_failed_is_tried_again_by_the_next_run(store, engine, graded):
    graded.does["cem"] = raising(ZeroDivisionError())
    ran(store, engine)
    graded.does.clear()
    assert keys(ran(store, engine).graded) == ["cem"]


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_as_many_are_graded_at_once_as_was_said(store, engine, graded, jobs):
    changed = threading.Condition()
    now, most = 0, 0

    def does():
        nonlocal now, most
        with changed:
            now += 1
            most = max(most, now)
            changed.notify_all()
            assert changed.wait_for(lambda: most >= jobs, 20)
        time.sleep(0.02)  # for one too many to show
        with changed:
            now -= 1

    graded.does.update(dict.fromkeys(NAMES, does))
    ran(store, engine, jobs=jobs)
    assert most == jobs
    assert keys(store.results()) == list(NAMES)


def test_a_slow_one_holds_up_nobody(store, engine, graded):
    others = threading.Event()

    def slow():
        assert others.wait(20)

    def last():
        others.set()

    graded.does |= {"anna": slow, "finn": last}
    done = ran(store, engine, jobs=2)
    assert keys(done.graded)[:4] == ["ben", "cem", "dora", "emil"]
    assert len(done.graded) == 6


def test_an_interrupted_run_keeps_what_was_graded_and_begins_nothing_more(store, engine, graded):
    def on_result(result):
        if result.student.key == "ben":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ran(store, engine, on_result=on_result)
    assert keys(store.results()) == ["anna", "ben"]
    assert len(graded.seen) <= 3
    assert engine.closed.is_set()
    graded.seen.clear()
    assert keys(ran(store, FakeEngine()).graded) == ["cem", "dora", "emil", "finn"]


def test_an_interrupted_run_waits_for_nobody_and_believes_nothing_that_was_broken_off(
    store, engine, graded, monkeypatch
):
    began = time.monotonic()

    def hangs():
        assert engine.closed.wait(60)  # its process is ended with the engine

    graded.does |= {"cem": hangs, "dora": hangs}

    def wait(running_now, **others):
        while True:
            if {"cem", "dora"} <= set(graded.seen):
                raise KeyboardInterrupt
            ended, left = waits(running_now, timeout=0.05, **others)
            if ended:
                return ended, left

    waits = running.wait
    monkeypatch.setattr(running, "wait", wait)
    with pytest.raises(KeyboardInterrupt):
        ran(store, engine, jobs=2)
    assert time.monotonic() - began < 30
    assert not {"cem", "dora"} & set(keys(store.results()))


# --- After it -------------------------------------------------------------------------------


def test_a_student_whose_grade_is_there_is_not_missing(store, engine, graded):
    ran(store, engine, CLASS[:1])
    collected = Collected((), missing=(Student("anna", "Anna"), Student("gina", "Gina")))
    (missing,) = ungraded(collected, store)
    assert (missing.student.key, missing.state) == ("gina", "missing")


def test_what_cannot_be_read_is_kept_with_its_reason(store):
    bad = Unreadable(Student("ben", "Ben"), "", "ben.ipynb", "It is cut off.", "5", None, ("x",))
    (result,) = ungraded(Collected((), unreadable=(bad,)), store)
    assert (result.state, result.reason, result.notes) == ("unreadable", "It is cut off.", ("x",))
    assert result.source == "ben.ipynb"


def test_pages_are_written_of_those_whose_results_are_new_or_who_have_none(
    store, engine, graded, tmp_path
):
    ran(store, engine)
    write_reports(tmp_path, store, set(NAMES))
    pages = {path.stem: path for path in (tmp_path / "feedback").glob("*.html")}
    assert set(pages) == set(NAMES)
    for page in pages.values():
        page.write_text("old")
    pages["cem"].unlink()
    assert len(write_reports(tmp_path, store, {"ben"})) == 6
    old = {name for name, page in pages.items() if page.read_text(encoding="utf-8") == "old"}
    assert old == set(NAMES) - {"ben", "cem"}
    assert (tmp_path / "gradebook.csv").read_text(encoding="utf-8-sig").count("\n") >= 7
