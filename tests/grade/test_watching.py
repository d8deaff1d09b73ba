"""The grader and a student's process: what it cannot do to whoever waits for it."""

import contextlib
import json
import socket
import threading
import time

import pytest

from lockstep.grade import wire
from lockstep.grade.engine import Ended
from lockstep.grade.sandbox import Limits
from lockstep.grade.watching import WatchedStudent, ended


class Pretended(WatchedStudent):
    """A student whose other end the test holds."""

    def __init__(self, channel):
        super().__init__(channel, Limits(memory=1 << 20))
        self.alive, self.taken, self.killed, self.code = True, 0, False, 0

    def is_alive(self):
        return self.alive

    def memory(self):
        return self.taken

    def kill(self):
        self.killed = True

    def exit_code(self):
        return self.code


@pytest.fixture
def pair():
    """Return a student and the socket that its process would hold."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Pretended(ours), theirs


def frame(**message):
    """Return a message as it travels."""
    body = json.dumps(message).encode()
    return wire.LENGTH.pack(len(body)) + body


def in_a_while(*steps):
    """Do each step after 0.2 s, beside the test."""

    def run():
        for step in steps:
            time.sleep(0.2)
            with contextlib.suppress(OSError):
                step()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_a_reply_is_the_one_with_the_requests_number(pair):
    student, theirs = pair
    theirs.sendall(frame(number=7, forged=True) + frame(number=1, real=True))
    assert student.ask({}, 5) == {"number": 1, "real": True}


def test_silence_ends_at_the_time_limit(pair):
    student, _ = pair
    with pytest.raises(Ended, match=r"within 0\.3 s") as raised:
        student.ask({}, 0.3)
    assert raised.value.state == "time limit"
    assert student.killed


def test_who_sends_drop_by_drop_gains_no_time(pair):
    student, theirs = pair
    in_a_while(*[lambda: theirs.send(b"\0")] * 20)
    began = time.monotonic()
    with pytest.raises(Ended, match=r"within 0\.5 s"):
        student.ask({}, 0.5)
    assert time.monotonic() - began < 2


def test_memory_is_looked_at_while_a_reply_trickles_in(pair):
    student, theirs = pair
    student.taken = 2 << 20
    theirs.send(b"\0")
    with pytest.raises(Ended, match="more than 1 MB") as raised:
        student.ask({}, 30)
    assert raised.value.state == "memory limit"


def test_a_reply_without_end_is_not_read(pair):
    student, theirs = pair
    theirs.sendall(wire.LENGTH.pack(2**32 - 1))
    with pytest.raises(Ended, match="more than 8 MB") as raised:
        student.ask({}, 5)
    assert raised.value.state == "crashed"


def test_a_process_that_ended_is_noticed_at_once(pair):
    student, theirs = pair
    student.code = 3
    in_a_while(theirs.close)
    with pytest.raises(Ended, match="exit status 3"):
        student.ask({}, 60)


def test_a_process_that_ended_is_noticed_although_another_holds_its_channel(pair):
    student, _ = pair
    student.code = -11
    in_a_while(lambda: setattr(student, "alive", False))
    with pytest.raises(Ended, match="Segmentation fault"):
        student.ask({}, 60)


def test_the_last_words_of_a_process_that_ended_are_heard(pair):
    student, theirs = pair
    theirs.sendall(frame(number=1))
    student.alive = False
    assert student.ask({}, 5) == {"number": 1}


@pytest.mark.parametrize(
    ("code", "state", "words"),
    [
        (3, "crashed", "exit status 3"),
        (-9, "crashed", "Killed"),
        (128 + 11, "crashed", "Segmentation fault"),
        (-24, "time limit", "used up its time"),
        (128 + 24, "time limit", "used up its time"),
        (None, "crashed", "cut the notebook's process off"),
        (200, "crashed", "exit status 200"),
        (0xC0000005, "crashed", "exit status 0xc0000005"),
    ],
)
def test_an_exit_code_is_told_in_words(code, state, words):
    why = ended(code)
    assert why.state == state
    assert words in why.message
