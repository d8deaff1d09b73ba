"""The teacher's side of a cluster, on a cluster that is made up: how much is under way, and what is sent anew."""

import threading
from concurrent.futures import CancelledError
from types import SimpleNamespace

import pytest

from lockstep.grade.model import Student, Submission, Unplaced
from lockstep.grade.running import Settings
from lockstep.grade.sandbox import Limits

pytest.importorskip("distributed")
from distributed.scheduler import KilledWorker

from lockstep.grade.remote import team
from lockstep.grade.remote.desk import NotWelcomeError

A, B = "tcp://a:1", "tcp://b:1"


class MadeUpFuture:
    def __init__(self, key, outcome):
        self.key = key
        self.outcome = outcome
        self.released = False

    def add_done_callback(self, call):
        if self.outcome is not None:
            call(self)

    def result(self, timeout):
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome

    def release(self):
        self.released = True


class MadeUpClient:
    """Answers each submission by what `outcomes` says of the student, one after the other; else with the key."""

    def __init__(self, outcomes=()):
        self.status = "running"
        self.outcomes = {key: list(several) for key, several in dict(outcomes).items()}
        self.sent = []
        self.cancelled = []
        self.futures = []

    def submit(self, function, name, sent, *, workers, pure):
        assert self.status == "running"
        student = sent.known["student"].key
        self.sent.append((student, sorted(workers)))
        outcomes = self.outcomes.get(student)
        outcome = outcomes.pop(0) if outcomes else student
        self.futures.append(MadeUpFuture(len(self.sent), outcome))
        return self.futures[-1]

    def cancel(self, futures):
        self.cancelled += futures


@pytest.fixture
def submissions(tmp_path):
    def made(*names):
        for name in names:
            (tmp_path / name).write_text("{}")
        return [
            Submission(Student(one, one), "00_start_here", None, tmp_path / one, one, "1")
            for one in names
        ]

    return made


def team_of(client, threads, seen=0.0):
    order = SimpleNamespace(name="run")
    made = team.Team(client, order, "tcp://here:1", pytest.fail)
    made.threads = threads
    return made


def test_no_more_are_under_way_than_a_few_for_each_thread(submissions):
    client = MadeUpClient()
    names = [f"s{number:02}" for number in range(40)]
    grading = team_of(client, {A: 1, B: 2}).grade_all(submissions(*names))
    most = 0
    came = []
    for result in grading:
        came.append(result)
        most = max(most, len(client.sent) - len(came))
    assert came == names
    assert most <= team.EACH * 3
    assert all(future.released for future in client.futures)


def test_a_run_that_is_broken_off_takes_back_what_is_under_way(submissions):
    client = MadeUpClient()
    grading = team_of(client, {A: 1}).grade_all(submissions("anna", "ben", "cem"))
    assert next(grading) == "anna"
    grading.close()
    assert client.cancelled == client.futures[1:]


@pytest.mark.parametrize("lost", [CancelledError(), OSError("gone"), NotWelcomeError(A)])
def test_what_was_lost_on_the_way_is_sent_once_more(submissions, lost):
    client = MadeUpClient({"anna": [lost]})
    grading = team_of(client, {A: 1, B: 1}).grade_all(submissions("anna", "ben"))
    assert sorted(grading) == ["anna", "ben"]
    assert [one for one, _ in client.sent].count("anna") == 2


def test_a_process_that_knows_nothing_of_the_run_is_sent_nothing_more(submissions):
    client = MadeUpClient({"anna": [NotWelcomeError(A)]})
    list(team_of(client, {A: 1, B: 1}).grade_all(submissions("anna")))
    assert client.sent == [("anna", [A, B]), ("anna", [B])]


def test_what_is_lost_again_and_again_is_named_and_stops_no_other(submissions):
    client = MadeUpClient({"anna": [OSError("gone")] * 9})
    results = list(team_of(client, {A: 1}).grade_all(submissions("anna", "ben")))
    (failed,) = (one for one in results if isinstance(one, Unplaced))
    assert "ben" in results
    assert (failed.source, "3 times" in failed.reason) == ("anna", True)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KilledWorker("task", None, 3), "was ended on the way"),
        (ZeroDivisionError("by nought"), "ZeroDivisionError('by nought')"),
    ],
)
def test_what_a_worker_cannot_grade_is_named_and_stops_no_other(submissions, error, said):
    client = MadeUpClient({"anna": [error]})
    failed, other = list(team_of(client, {A: 1}).grade_all(submissions("anna", "ben")))
    assert other == "ben"
    assert (failed.source, said in failed.reason) == ("anna", True)


def test_when_all_are_gone_their_submissions_go_to_whoever_comes(submissions):
    client = MadeUpClient({"anna": [None]})  # no answer ever comes
    there = team_of(client, {A: 1})
    threading.Timer(0.5, lambda: setattr(there, "threads", {B: 1})).start()
    assert list(there.grade_all(submissions("anna"))) == ["anna"]
    assert client.sent == [("anna", [A]), ("anna", [B])]
    assert client.cancelled == client.futures[:1]


def test_without_a_worker_for_long_the_run_is_given_up(submissions, monkeypatch):
    monkeypatch.setattr(team, "PATIENCE", 0.1)
    client = MadeUpClient({"anna": [None]})
    with pytest.raises(team.ClusterError, match="the same command goes on there"):
        list(team_of(client, {A: 1}).grade_all(submissions("anna")))


def test_nothing_is_sent_while_there_is_no_connection(submissions):
    client = MadeUpClient()
    client.status = "connecting"
    there = team_of(client, {A: 1})
    threading.Timer(0.5, lambda: setattr(client, "status", "running")).start()
    assert list(there.grade_all(submissions("anna"))) == ["anna"]


def test_settings_of_a_run_travel_with_its_order(tmp_path):
    settings = Settings(Limits(seconds=5), 2, 7)
    made = team.order({}, tmp_path, settings, "me", "nbval", sandbox=False)
    assert (made.limits.seconds, made.seed, made.engine, made.sandbox) == (5, 7, "nbval", False)
    assert made.name != team.order({}, tmp_path, settings, "me", None, sandbox=True).name
