"""A thousand hand-ins in one run: memory stays flat, nothing is lost, and a kill in the middle changes nothing.

`make test-all` runs it; it takes some minutes. It prints what it measured (`pytest -s`).
"""

import sqlite3
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.grade.small_class import (
    BLANK,
    CRASHES,
    HANGS,
    NET,
    NOT_SQUARED,
    ONLY_SHORT,
    RAISES,
    RIGHT,
    SAYS,
    answered,
    assert_gone,
    begun,
    below,
    class_of,
    grade,
    is_warm,
    results,
    solutions,
    start,
    until,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.thousand,
    pytest.mark.skipif(sys.platform != "linux", reason="the fast engine needs Linux"),
]

MANY = 1_000
SETTLED = 200  # so many are graded when memory is looked at for the first time
GROWTH = 1.10
ASKED = ("--seed", 11, "--jobs", 2, "--time-limit", 5)
START_BODIES = [RIGHT, RIGHT, NOT_SQUARED, RIGHT, ONLY_SHORT, RAISES, RIGHT, BLANK, RIGHT, CRASHES]
CUT = "cut off"


def net_answers() -> list[tuple[dict[str, str], dict[str, str]]]:
    """Return hand-ins of 04 in PyTorch, each with the states of what is not right."""
    right = solutions(NET)
    none = dict.fromkeys(right, "not attempted")

    def one(name, body):
        head = right[name].split('"""')[0]
        return right | {name: f"{head}\n    {body}"}

    return [
        (right, {}),
        (one("accuracy", "return torch.tensor(2.0)"), {"accuracy": "wrong"}),
        (one("softmax", "return torch.softmax(logits, 1)"), {"softmax": "wrong"}),
        (one("cross_entropy", "import os; os._exit(1)"), {"cross_entropy": "crashed"}),
        ({"softmax": right["softmax"]}, none | {"softmax": "right"}),
        (one("debug_port", "raise ValueError('no')"), {"debug_port": "error"}),
    ]


def what_came(number: int) -> tuple[bytes, object]:
    """Return the file of one student, and what it must come to."""
    mark = str(number)
    if number % 100 == 51:
        return start(RIGHT)[:900], CUT
    if number % 250 == 77:
        return start(HANGS, mark), ("time limit", 0.0, None)
    if number % 10 < 7:
        body = START_BODIES[number // 10 % len(START_BODIES)]
        return start(body, mark), SAYS[body]
    answers, states = NET_ANSWERS[number % len(NET_ANSWERS)]
    return answered(NET, answers, mark), states


NET_ANSWERS = net_answers()
CLASS = {f"s{number:04}": what_came(number) for number in range(MANY)}


class Memory:
    """Looks at how much memory the grader and its warm processes hold, and how far they are."""

    def __init__(self, process, out: Path) -> None:
        self.process = psutil.Process(process.pid)
        self.out = out
        self.looks: list[tuple[int, int, int]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on)
        self._thread.start()

    def _look_on(self) -> None:
        while not self._over.wait(0.5):
            try:
                warm = [one for one in self.process.children() if is_warm(one)]
                own = self.process.memory_info().rss
                theirs = sum(one.memory_info().rss for one in warm)
                self.looks.append((graded(self.out), own, theirs))
            except psutil.Error:
                continue

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def growth(self, column: int) -> tuple[int, int]:
        """Return the megabytes after the first 200, and the most of all later while grading went on."""
        later = [look for look in self.looks if SETTLED <= look[0] < MANY_GRADED]
        return later[0][column] >> 20, max(look[column] for look in later) >> 20


MANY_GRADED = sum(what != CUT for _, what in CLASS.values())


def graded(out: Path) -> int:
    if not (out / "grades.sqlite").exists():
        return 0
    try:
        database = sqlite3.connect(f"file:{out / 'grades.sqlite'}?mode=ro", uri=True)
        count = database.execute("SELECT count(*) FROM results WHERE state = 'graded'").fetchone()[
            0
        ]
        database.close()
        return int(count)
    except sqlite3.Error:  # it is just being made
        return 0


@pytest.fixture(scope="module")
def came(tmp_path_factory):
    folder = tmp_path_factory.mktemp("thousand")
    return class_of(folder / "came", {key: content for key, (content, _) in CLASS.items()})


@pytest.fixture(scope="module")
def calm(came):
    """Grade all of it in one run; return where, and what was measured."""
    out = came.parent / "calm"
    began = time.monotonic()
    process = begun(came, "--out", out, *ASKED)
    memory = Memory(process, out)
    said, error = process.communicate(timeout=3_000)
    memory.stop()
    seconds = time.monotonic() - began
    assert (process.returncode, error) == (3, ""), said  # some are cut off
    return out, memory, seconds


def untimed(out):
    return {
        key: replace(
            one, seconds=0, graded_with=one.graded_with and replace(one.graded_with, time="")
        )
        for key, one in results(out).items()
    }


def test_a_thousand_are_graded_in_one_run_and_each_gets_what_it_deserves(calm):
    out, _, seconds = calm
    found = results(out)
    assert list(found) == list(CLASS)
    for key, (_, deserved) in CLASS.items():
        result = found[key]
        if deserved == CUT:
            assert result.state == "unreadable"
        elif isinstance(deserved, tuple):
            (one,) = result.exercises
            assert (one.state, one.points, one.mistake) == deserved, (key, one)
        else:
            states = {one.exercise: one.state for one in result.exercises}
            assert {name: state for name, state in states.items() if state != "right"} == {
                name: state for name, state in deserved.items() if state != "right"
            }, key
    assert len(list((out / "feedback").glob("*.html"))) >= MANY
    print(f"\n{MANY} hand-ins in {seconds:.0f} s")


def test_memory_stays_flat_over_a_thousand(calm):
    _, memory, _ = calm
    for name, column in (("the grader", 1), ("the warm processes", 2)):
        first, most = memory.growth(column)
        print(f"\n{name}: {first} MB after {SETTLED}, at most {most} MB later")
        assert most < GROWTH * first, name
    print(
        f"\nthe grader with its reports: at most {max(look[1] for look in memory.looks) >> 20} MB"
    )


def test_a_thousand_with_a_kill_in_the_middle_come_to_the_same_and_none_is_graded_twice(came, calm):
    out = came.parent / "cut"
    process = begun(came, "--out", out, *ASKED)
    until(lambda: graded(out) >= MANY // 2, 2_000)
    left = below(process)
    process.kill()
    process.communicate()
    assert_gone(left)
    kept = results(out)
    assert MANY // 2 <= len(kept) < MANY_GRADED
    done = grade(came, "--out", out, *ASKED)
    assert (done.returncode, done.stderr) == (3, "")
    now = results(out)
    assert {key: now[key] for key in kept} == kept
    assert untimed(out) == untimed(calm[0])
