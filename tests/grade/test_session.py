"""A notebook runs to its end whatever its code does; here in processes that are made up."""

from types import SimpleNamespace

import numpy as np
import pytest

from lockstep.grade import session as session_module
from lockstep.grade import wire
from lockstep.grade.engine import Ended, EngineError
from lockstep.grade.restore import RestoredCell
from lockstep.grade.sandbox import Limits
from lockstep.grade.session import Session

LIMITS = Limits(seconds=10)  # for a cell; 60 for a notebook


class Clock:
    """Time that passes only when something takes it."""

    def __init__(self):
        self.now = 1_000.0

    def monotonic(self):
        return self.now


class FakeEngine:
    """Processes that do what the cells' text says: "takes 3", "crashes", "fails", or nothing."""

    name = "fake"

    def __init__(self, clock, *, starts=0.0, answers=None):
        self.clock = clock
        self.starts = starts
        self.answers = answers or {}
        self.started = []

    def start(self, lesson, framework):
        self.clock.now += self.starts
        self.started.append(FakeStudent(self, lesson, framework))
        return self.started[-1]

    def close(self):
        pass


class FakeStudent:
    def __init__(self, engine, lesson, framework):
        self.engine = engine
        self.notebook = (lesson, framework)
        self.asked = []
        self.closed = 0
        self.gone = False

    def ask(self, request, seconds):
        assert not self.gone, "a process that has ended was asked"
        assert seconds > 0
        what = request.get("cell", request.get("answer"))
        self.asked.append(what)
        does = what if "cell" in request else self.engine.answers[what]
        if callable(does):
            return does(wire.decode_inputs(request["inputs"]))
        if does.startswith("takes"):
            self.takes(float(does.split()[1]), seconds)
        elif does == "crashes":
            self.end("crashed", "It ended the notebook's process.")
        elif does == "eats":
            self.end("memory limit", "It took more than 1024 MB of memory.")
        elif does == "fails":
            return {"error": {"type": "NameError", "message": "no 'x'", "line": 2, "memory": False}}
        return {"error": None}

    def takes(self, needed, seconds):
        self.engine.clock.now += min(needed, seconds)
        if needed > seconds:
            self.end("time limit", f"It did not end within {seconds:g} s.")

    def end(self, state, message):
        self.gone = True
        raise Ended(state, message)

    def close(self):
        self.closed += 1
        self.gone = True


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(session_module, "time", clock)
    return clock


def begun(engine, *sources):
    """Return a session of these cells; those that begin with `=` answer the exercise of that name."""
    cells = tuple(
        RestoredCell("answer", source[1:], source[1:])
        if source.startswith("=")
        else RestoredCell("own", source)
        for source in sources
    )
    return Session(engine, "04_simple_net", "pytorch", cells, LIMITS)


def results(inputs):
    """Answer as a student's process does."""
    return {"results": wire.encode_arrays({"result": np.asarray(inputs["x"]) * 2})}


def states(session):
    return {n: one.ended.state for n, one in session.outcomes.items() if one.ended is not None}


def test_every_cell_is_run_once_in_its_order_in_one_process(clock):
    engine = FakeEngine(clock)
    begun(engine, "one", "two", "three").run_cells()
    (student,) = engine.started
    assert student.asked == ["one", "two", "three"]
    assert student.notebook == ("04_simple_net", "pytorch")


def test_a_cell_that_raises_is_kept_with_its_error_and_those_after_it_run(clock):
    engine = FakeEngine(clock)
    session = begun(engine, "one", "fails", "three")
    session.run_cells()
    assert engine.started[0].asked == ["one", "fails", "three"]
    assert session.outcomes[1].error["type"] == "NameError"
    assert session.outcomes[1].ended is None
    assert session.outcomes[0].error is session.outcomes[2].error is None


@pytest.mark.parametrize(
    ("does", "state"),
    [("crashes", "crashed"), ("eats", "memory limit"), ("takes 11", "time limit")],
)
def test_a_cell_that_ends_the_process_is_left_out_of_the_next_one(clock, does, state):
    engine = FakeEngine(clock)
    session = begun(engine, "one", does, "three")
    session.run_cells()
    first, second = engine.started
    assert first.asked == ["one", does]
    assert second.asked == ["one", "three"]
    assert states(session) == {1: state}
    assert set(session.outcomes) == {0, 1, 2}


def test_each_of_several_cells_that_end_the_process_costs_nothing_but_itself(clock):
    engine = FakeEngine(clock)
    session = begun(engine, "crashes", "two", "eats", "four", "crashes")
    session.run_cells()
    assert [student.asked for student in engine.started] == [
        ["crashes"],
        ["two", "eats"],
        ["two", "four", "crashes"],
        ["two", "four"],
    ]
    assert states(session) == {0: "crashed", 2: "memory limit", 4: "crashed"}


def test_what_a_cell_came_to_the_last_time_counts(clock):
    engine = FakeEngine(clock)
    replies = iter(["fails", "runs"])

    class Changing(FakeStudent):
        def ask(self, request, seconds):
            if request.get("cell") == "changing":
                return super().ask({"cell": next(replies), "exercise": None}, seconds)
            return super().ask(request, seconds)

    engine.start = lambda *_: engine.started.append(Changing(engine, *_)) or engine.started[-1]
    session = begun(engine, "changing", "crashes")
    session.run_cells()
    assert session.outcomes[0].error is None


def test_an_answer_is_asked_in_the_process_in_which_the_cells_have_run(clock):
    engine = FakeEngine(clock, answers={"twice": results})
    session = begun(engine, "one", "=twice")
    outcome = session.answer("twice", {"x": np.array([1.0, 2.0])})
    assert np.array_equal(outcome.results["result"], [2.0, 4.0])
    assert outcome.problem == ""
    session.answer("twice", {"x": np.array([1.0])})
    (student,) = engine.started
    # The marker line is back, so that an error's line is the one that the student sees.
    assert student.asked == ["one", "# lockstep: answer twice\ntwice", "twice", "twice"]


def test_after_an_answer_that_ends_the_process_the_next_is_asked_in_a_fresh_one(clock):
    engine = FakeEngine(clock, answers={"bad": "crashes", "good": results})
    session = begun(engine, "one", "two")
    broken = session.answer("bad", {})
    assert (broken.problem, broken.results) == ("crashed", None)
    assert broken.message == "It ended the notebook's process."
    fine = session.answer("good", {"x": 1})
    assert fine.results["result"] == 2
    assert [student.asked for student in engine.started] == [
        ["one", "two", "bad"],
        ["one", "two", "good"],
    ]


def test_an_answer_that_hangs_has_its_own_time_and_the_next_one_too(clock):
    engine = FakeEngine(clock, answers={"hangs": "takes 1000", "good": results})
    session = begun(engine, "one")
    hung = session.answer("hangs", {})
    assert (hung.problem, hung.message) == ("time limit", "It did not end within 10 s.")
    assert session.answer("good", {"x": 1}).results is not None


def test_when_the_whole_time_is_up_nothing_more_is_started_or_asked(clock):
    engine = FakeEngine(clock, answers={"good": results})
    session = begun(engine, *["takes 9"] * 6, "takes 9", "never")
    session.run_cells()
    (student,) = engine.started
    assert student.asked == ["takes 9"] * 7
    assert student.gone
    outcome = session.answer("good", {"x": 1})
    assert outcome.problem == "not run"
    assert "used up its 60 s" in outcome.message
    assert len(engine.started) == 1


def test_an_answer_is_not_asked_when_the_answers_before_it_used_up_the_whole_time(clock):
    engine = FakeEngine(clock, answers={"slow": "takes 10", "good": results})
    session = begun(engine, "one")
    for _ in range(6):
        session.answer("slow", {})
    assert session.answer("good", {"x": 1}).problem == "not run"
    assert engine.started[0].asked == ["one", *["slow"] * 6]


def test_what_is_stopped_before_its_own_time_is_not_to_blame(clock):
    engine = FakeEngine(clock, answers={"good": results})
    session = begun(engine, *["takes 9"] * 6, "takes 9")
    session.run_cells()
    assert states(session) == {}  # the seventh had 6 s only
    assert 6 not in session.outcomes


def test_an_answer_that_is_cut_short_is_not_run_rather_than_too_slow(clock):
    engine = FakeEngine(clock, answers={"slow": "takes 9"})
    session = begun(engine, *["takes 9"] * 6)
    session.run_cells()
    assert session.answer("slow", {}).problem == "not run"


def test_a_process_that_crashes_when_little_time_is_left_has_crashed_all_the_same(clock):
    engine = FakeEngine(clock, answers={"bad": "crashes"})
    session = begun(engine, *["takes 9"] * 6)
    assert session.answer("bad", {}).problem == "crashed"


def test_a_process_is_closed_when_time_is_up_between_two_cells(clock):
    engine = FakeEngine(clock)
    session = begun(engine, *["takes 10"] * 6, "never")
    session.run_cells()
    assert engine.started[0].closed == 1
    session.close()
    assert engine.started[0].closed == 1


def test_starting_a_process_costs_the_student_no_time_at_first(clock):
    engine = FakeEngine(clock, starts=8.0)
    session = begun(engine, *["takes 9"] * 6)
    session.run_cells()
    assert len(session.outcomes) == 6


def test_starting_processes_without_end_costs_time_in_the_end(clock):
    engine = FakeEngine(clock, starts=8.0)
    session = begun(engine, *["crashes"] * 1_000)
    session.run_cells()
    free = session_module.FREE_STARTING
    assert len(engine.started) <= (free + LIMITS.whole_seconds) / 8 + 2


def test_closing_ends_the_process_and_is_no_harm_twice(clock):
    engine = FakeEngine(clock)
    session = begun(engine, "one")
    session.close()
    session.run_cells()
    session.close()
    session.close()
    assert engine.started[0].closed == 1


def test_an_engine_that_cannot_start_says_so(clock):
    engine = FakeEngine(clock)

    def start(*_):
        raise EngineError("No.")

    engine.start = start
    with pytest.raises(EngineError, match="No"):
        begun(engine, "one").run_cells()


@pytest.mark.parametrize("problem", ["not attempted", "memory limit", "error"])
def test_a_problem_that_the_process_tells_is_kept(clock, problem):
    reply = {"problem": problem, "message": "Why."}
    engine = FakeEngine(clock, answers={"one": lambda _: reply})
    outcome = begun(engine).answer("one", {})
    assert (outcome.problem, outcome.message) == (problem, "Why.")


@pytest.mark.parametrize(
    "problem", ["right", "crashed", "time limit", None, 3, [], {"a": 1}], ids=str
)
def test_a_problem_that_the_process_cannot_know_is_an_error(clock, problem):
    engine = FakeEngine(clock, answers={"one": lambda _: {"problem": problem, "message": "Why."}})
    assert begun(engine).answer("one", {}).problem == "error"


def nested(depth):
    value = "x"
    for _ in range(depth):
        value = [value]
    return value


HOSTILE = {
    "nothing": {},
    "no array": {"results": {"result": 1}},
    "no results": {"results": None},
    "a list": {"results": [1]},
    "a verdict": {"state": "right", "points": 5},
    "results and a problem": {"problem": "error", "results": {"x": {"dtype": "|O"}}},
    "a message that is none": {"problem": "error", "message": {"a": [1, 2]}},
    "a message without an end": {"problem": "error", "message": "x" * 1_000_000},
    "a message that cannot be written": {"problem": "error", "message": "\ud800"},
    "a deep message": {"problem": "error", "message": nested(100_000)},
    "a deep problem": {"problem": nested(100_000)},
    "a deep type": {"results": {"x": {"dtype": nested(100_000), "shape": [], "data": ""}}},
    "deep data": {"results": {"x": {"dtype": "<f8", "shape": [], "data": nested(100_000)}}},
    "a deep size": {"results": {"x": {"dtype": "<f8", "shape": nested(100_000), "data": ""}}},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_reply_that_is_none_is_an_error_that_can_be_kept(clock, name):
    engine = FakeEngine(clock, answers={"one": lambda _: HOSTILE[name]})
    outcome = begun(engine).answer("one", {})
    assert outcome.problem == "error"
    assert outcome.results is None
    assert len(outcome.message.encode()) <= 8_000


@pytest.mark.parametrize(
    "error",
    [
        "text",
        [],
        3,
        {},
        {"type": nested(100_000), "message": nested(100_000), "line": nested(10)},
        {"type": "\udfff" * 5_000, "message": "x" * 1_000_000, "line": "4", "memory": "yes"},
        {"type": None, "message": {"a": 1}, "line": 1.5},
    ],
    ids=lambda error: str(type(error).__name__),
)
def test_an_error_of_any_form_is_kept_in_one_that_can_be_written(clock, error):
    engine = FakeEngine(clock)
    student = FakeStudent(engine, "", None)
    student.ask = lambda *_: {"error": error}
    engine.start = lambda *_: student
    session = begun(engine, "one")
    session.run_cells()
    kept = session.outcomes[0].error
    assert set(kept) == {"type", "message", "line", "memory"}
    assert len(kept["type"].encode()) <= 400
    assert len(kept["message"].encode()) <= 8_000
    assert kept["line"] is None
    assert kept["memory"] is False


def test_a_reply_without_an_error_is_a_cell_that_ran(clock):
    engine = FakeEngine(clock)
    engine.start = lambda *_: SimpleNamespace(ask=lambda *_: {}, close=lambda: None)
    session = begun(engine, "one")
    session.run_cells()
    assert session.outcomes[0].error is None
