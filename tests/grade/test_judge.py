"""Verdicts, from what answers returned; what is said is what `check` says."""

from types import SimpleNamespace

import numpy as np
import pytest

from lockstep.grade.engine import Ended
from lockstep.grade.judge import (
    NOT_ATTEMPTED,
    blank_result,
    cell_result,
    forbidden_result,
    judge,
)
from lockstep.grade.restore import Restored, RestoredCell
from lockstep.grade.session import CaseOutcome, CellOutcome
from lockstep.learn.checking import judge_public
from lockstep.learn.exercises import Exercise, Mistake, load_exercises
from lockstep.learn.judging import RecordedCase
from lockstep.lessons import lesson_names
from tests.conftest import ROOT

HINTS = ["A nudge.", "More.", "Nearly all."]
EXERCISE = Exercise(
    name="double",
    difficulty=1,
    minutes=5,
    points=3,
    cases=None,
    mistakes=[Mistake("squared", say="You squared it."), Mistake("sign", say="The sign is wrong.")],
    hints=HINTS,
    forbidden=("softmax", "one_hot"),
)
CODE = "def double(x):\n    return 2 * x"
INPUTS = (np.array([1.0, 3.0]), np.array([5.0, -2.0]), np.array([0.5, 4.0]))
CASES = [
    RecordedCase(
        title,
        {"x": x},
        {"result": 2 * x},
        {"squared": {"result": x**2}, "sign": {"result": -2 * x}},
    )
    for title, x in zip(("small numbers", "one below zero", "a half"), INPUTS, strict=True)
]
RAN = CellOutcome()


def returned(*functions):
    """Return what came back in each case, from one function for each or one for all."""
    each = functions * len(INPUTS) if len(functions) == 1 else functions
    return [
        CaseOutcome(results={"result": np.asarray(function(x))})
        for function, x in zip(each, INPUTS, strict=True)
    ]


def right(x):
    return 2 * x


def verdict(outcomes, again=None, cell=RAN):
    again = again or outcomes[0]
    return judge(EXERCISE, CASES, outcomes, again, cell, CODE)


def problems(problem, message="Why."):
    return [CaseOutcome(problem=problem, message=message)] * len(CASES)


def test_an_answer_that_is_right_in_all_cases_gets_all_points_and_no_hint():
    result = verdict(returned(right))
    assert (result.state, result.points, result.out_of) == ("right", 3.0, 3)
    assert (result.message, result.mistake, result.values, result.hint) == ("", None, "", "")
    assert (result.exercise, result.code) == ("double", CODE)


def test_a_difference_within_the_tolerance_is_none_and_one_beyond_it_is():
    assert verdict(returned(lambda x: 2 * x * (1 + 0.9e-5))).state == "right"
    assert verdict(returned(lambda x: 2 * x * (1 + 3e-5))).state == "wrong"


@pytest.mark.parametrize(("wrong", "points"), [({0}, 2.0), ({2}, 2.0), ({0, 1}, 1.0)])
def test_an_answer_that_is_right_in_some_cases_gets_their_share_of_the_points(wrong, points):
    functions = [np.sqrt if number in wrong else right for number in range(3)]
    with np.errstate(invalid="ignore"):
        result = verdict(returned(*functions))
    assert (result.state, result.points) == ("partly", points)
    assert result.message.startswith(f"Case: {CASES[min(wrong)].title}.")
    assert result.hint == HINTS[0]


def test_a_share_of_the_points_has_two_digits_at_most():
    five = Exercise("double", 1, 5, 5, None, [], HINTS)
    result = judge(five, CASES, returned(right, np.abs, right), returned(right)[0], RAN, CODE)
    assert result.points == 3.33


def test_a_mistake_is_recognised_by_what_it_returns_in_every_case():
    result = verdict(returned(np.square))
    assert (result.state, result.points, result.mistake) == ("wrong", 0.0, "squared")
    assert result.message.splitlines()[0] == "You squared it."


def test_another_mistake_is_told_apart():
    assert verdict(returned(np.negative)).mistake is None
    assert verdict(returned(lambda x: -2 * x)).mistake == "sign"


def test_what_looks_like_a_mistake_in_one_case_alone_is_none_of_it():
    result = verdict(returned(np.square, np.square, np.negative))
    assert result.mistake is None
    assert "You squared it" not in result.message


@pytest.mark.parametrize("function", [np.square, lambda x: -2 * x, np.negative, lambda x: x[:1]])
def test_what_is_said_is_what_check_says(function):
    result = verdict(returned(function))
    said = judge_public(EXERCISE, [one.results for one in returned(function)], CASES)
    assert said.state == "not yet"
    nudge = '\n`hint("double")` gives a nudge.'
    assert result.message == said.message.removesuffix(nudge)
    assert result.values == said.code
    assert result.hint == HINTS[0]


def test_another_shape_or_another_name_of_a_result_is_wrong_and_said_so():
    shape = verdict(returned(lambda x: x[:, None]))
    assert "Expected shape (2,); got shape (2, 1)" in shape.message
    named = [CaseOutcome(results={"loss": 2 * x}) for x in INPUTS]
    assert "got loss" in verdict(named).message


def test_text_and_nothing_that_is_a_number_is_wrong_and_no_error():
    result = verdict(returned(lambda x: np.array(["2", "6"])))
    assert result.state == "wrong"
    assert "Expected numbers" in result.message


def test_no_answer_in_any_case_is_not_attempted():
    result = verdict(problems("not attempted", ""))
    assert (result.state, result.points, result.message) == ("not attempted", 0.0, NOT_ATTEMPTED)


def test_an_answer_that_is_blank_in_one_case_alone_is_partly_right():
    outcomes = returned(right)
    outcomes[1] = CaseOutcome(problem="not attempted")
    result = verdict(outcomes)
    assert (result.state, result.points) == ("partly", 2.0)
    assert result.message == NOT_ATTEMPTED


def test_an_answer_that_raises_is_an_error_with_what_it_raised():
    result = verdict(problems("error", "`double` raised NameError in line 2: no y"))
    assert (result.state, result.points) == ("error", 0.0)
    assert result.message == "`double` raised NameError in line 2: no y"
    assert result.hint == HINTS[0]


def test_an_answer_that_raises_in_one_case_is_partly_right_with_what_it_raised():
    outcomes = returned(right)
    outcomes[2] = CaseOutcome(problem="error", message="`double` raised ValueError: no")
    result = verdict(outcomes)
    assert (result.state, result.points) == ("partly", 2.0)
    assert result.message == "`double` raised ValueError: no"


def test_an_answer_that_is_not_there_since_its_cell_failed_is_told_by_the_cells_own_error():
    failed = CellOutcome(
        error={"type": "SyntaxError", "message": "'(' was never closed", "line": 3, "memory": False}
    )
    result = verdict(problems("error", "The notebook defines no function `double`."), cell=failed)
    assert result.state == "error"
    assert result.message == "Its cell stops with SyntaxError in line 3: '(' was never closed"
    failed.error["line"] = None
    again = verdict(problems("error", "No."), cell=failed)
    assert again.message == "Its cell stops with SyntaxError: '(' was never closed"


def test_a_cell_that_failed_after_it_had_defined_the_answer_costs_nothing():
    failed = CellOutcome(error={"type": "E", "message": "m", "line": 9, "memory": False})
    assert verdict(returned(right), cell=failed).state == "right"


def test_too_much_memory_in_an_answer_is_a_state_of_its_own():
    assert verdict(problems("memory limit")).state == "memory limit"


@pytest.mark.parametrize("state", ["time limit", "memory limit", "crashed", "not run"])
@pytest.mark.parametrize("before", [0, 1, 2])
def test_an_answer_that_ends_the_process_gets_no_points_for_the_cases_before(state, before):
    outcomes = [*returned(right)[:before], CaseOutcome(problem=state, message="It ended.")]
    result = judge(EXERCISE, CASES, outcomes, None, RAN, CODE)
    assert (result.state, result.points) == (state, 0.0)
    assert result.message == "It ended."


def test_an_answer_that_ends_the_process_when_called_again_gets_no_points():
    again = CaseOutcome(problem="crashed", message="It ended.")
    result = verdict(returned(right), again)
    assert (result.state, result.points) == ("crashed", 0.0)


def test_an_answer_that_works_only_the_first_time_loses_that_case_and_is_told_so():
    again = CaseOutcome(results={"result": np.array([9.0, 9.0])})
    result = verdict(returned(right), again)
    assert (result.state, result.points) == ("partly", 2.0)
    assert "a second time" in result.message
    assert "`double`" in result.message


def test_an_answer_that_raises_when_called_again_loses_that_case_and_is_told_what_it_raised():
    again = CaseOutcome(problem="error", message="`double` raised IndexError: pop")
    result = verdict(returned(right), again)
    assert (result.state, result.points) == ("partly", 2.0)
    assert result.message == "`double` raised IndexError: pop"


def test_one_case_alone_that_is_not_right_again_gets_nothing():
    again = CaseOutcome(results={"result": np.array([9.0, 9.0])})
    one = judge(EXERCISE, CASES[:1], returned(right)[:1], again, RAN, CODE)
    assert (one.state, one.points) == ("wrong", 0.0)
    assert "a second time" in one.message


def test_a_wrong_answer_that_happens_to_be_right_again_stays_wrong():
    again = returned(right)[0]
    assert verdict(returned(np.square), again).points == 0.0


@pytest.mark.parametrize("state", ["time limit", "memory limit", "crashed"])
def test_a_cell_that_ended_the_process_gives_its_exercise_that_state(state):
    result = cell_result(EXERCISE, CellOutcome(ended=Ended(state, "It ended.")), CODE)
    assert (result.state, result.points, result.message) == (state, 0.0, "It ended.")
    assert cell_result(EXERCISE, RAN, CODE) is None


def test_the_blank_is_not_attempted():
    result = blank_result(EXERCISE, "")
    assert (result.state, result.points, result.out_of) == ("not attempted", 0.0, 3)


def test_a_very_long_message_is_cut():
    assert len(verdict(problems("error", "x" * 100_000)).message) == 4_000
    many = [CaseOutcome(results={f"{n}" * 2_000: np.ones(1) for n in range(5)})] * 3
    assert len(verdict(many).message) == 4_000


@pytest.mark.parametrize(
    "results",
    [
        {},
        {"result": np.array("x" * 100_000)},
        {"result": np.array([1e308, 1e308])},
        {"result": np.array([np.nan, np.inf])},
        {"result": np.array([1 + 2j, 3j])},
        {"result": np.zeros((0, 2))},
        {"result": np.array([True, False])},
        {"result": np.array(7)},
        {"result": np.array([2**64 - 1, 0], dtype=np.uint64)},
        {"result": np.frombuffer(b"\x07\x09", bool)},
        {"result": np.zeros((1,) * 32)},
        {"result": np.array([2, 6], dtype=">i8") * 3},
        {"result": np.array([1, 2], dtype="<f2")},
        {"result": np.array([1, 2], dtype="g")},
        {"": np.array([2.0, 6.0])},
    ],
    ids=lambda results: str(results)[:40],
)
def test_whatever_arrays_come_back_there_is_a_verdict(results):
    for number in range(3):
        outcomes = returned(right)
        outcomes[number] = CaseOutcome(results=results)
        result = verdict(outcomes)
        assert result.state == "partly"
        assert result.message


# --- What must not be used ------------------------------------------------------------------


def used(*cells):
    """Return what is said of an answer; each cell is its kind and its code."""
    restored = [
        RestoredCell(kind, source, "double" if kind == "answer" else None) for kind, source in cells
    ]
    answers = {"double": next(source for kind, source in cells if kind == "answer")}
    return forbidden_result(EXERCISE, Restored(tuple(restored), answers, frozenset()))


OFFENCES = {
    "called by its full name": [("answer", "def double(x):\n    return torch.softmax(x, dim=1)")],
    "as a method": [("answer", "def double(x):\n    return x.softmax(1)")],
    "by itself": [("answer", "def double(x):\n    return softmax(x)")],
    "imported inside": [
        ("answer", "def double(x):\n    from torch import softmax as s\n    return s(x)")
    ],
    "imported above in the cell": [
        ("answer", "from torch import softmax as s\ndef double(x):\n    return s(x)")
    ],
    "imported in another cell": [
        ("own", "from torch import softmax as s"),
        ("answer", "def double(x):\n    return s(x)"),
    ],
    "imported as a module": [("answer", "import torch.softmax as s\ndouble = lambda x: s(x)")],
    "in a helper of the same cell": [
        ("answer", "def mine(x):\n    return x.softmax(1)\ndef double(x):\n    return mine(x)")
    ],
    "in a helper's helper in another cell": [
        ("own", "def two(x):\n    return x.softmax(1)"),
        ("own", "def one(x):\n    return two(x)"),
        ("answer", "def double(x):\n    return one(x)"),
    ],
    "in a helper below": [
        ("answer", "def double(x):\n    return mine(x)"),
        ("own", "def mine(x):\n    return x.softmax(1)"),
    ],
    "under another name": [
        ("own", "short = torch.softmax"),
        ("answer", "def double(x):\n    return short(x)"),
    ],
    "as a default value": [("answer", "def double(x, f=torch.softmax):\n    return f(x)")],
    "in a class": [
        ("own", "class Mine:\n    def run(self, x):\n        return x.softmax(1)"),
        ("answer", "def double(x):\n    return Mine().run(x)"),
    ],
    "in a helper that is defined in a block": [
        ("own", "if True:\n    def mine(x):\n        return x.softmax(1)"),
        ("answer", "def double(x):\n    return mine(x)"),
    ],
    "in a helper that was defined twice": [
        ("own", "def mine(x):\n    return x.softmax(1)\nkept = mine\ndef mine(x): return kept(x)"),
        ("answer", "def double(x):\n    return mine(x)"),
    ],
    "in a decorator": [("answer", "@wrapped(torch.softmax)\ndef double(x):\n    return x")],
    "in an answer that is a lambda": [("answer", "double = lambda x: x.softmax(1)")],
    "in a cell with a magic": [("answer", "%time 1\ndef double(x):\n    return x.softmax(1)")],
}


@pytest.mark.parametrize("name", OFFENCES)
def test_what_must_not_be_used_is_found(name):
    result = used(*OFFENCES[name])
    assert result is not None
    assert (result.state, result.points) == ("wrong", 0.0)
    assert result.message == ("`softmax` is not to be used in this exercise. Write it without.")
    assert result.code == next(source for kind, source in OFFENCES[name] if kind == "answer")


ALLOWED = {
    "the answer does without": [("answer", CODE)],
    "an experiment elsewhere": [
        ("own", "import torch\nprint(torch.softmax(logits, 1))"),
        ("own", "probabilities = torch.softmax(logits, 1)"),
        ("answer", CODE),
    ],
    "an experiment with a name that is a variable of the answer's": [
        ("own", "total = torch.softmax(logits, 1)"),
        ("answer", "def double(x):\n    total = 2 * x\n    return total"),
    ],
    "an experiment with a name that is an argument of the answer's": [
        ("own", "x = torch.softmax(logits, 1)"),
        ("answer", CODE),
    ],
    "an import that the answer does not use": [
        ("own", "from torch import softmax, exp"),
        ("answer", "def double(x):\n    return exp(x)"),
    ],
    "in the notebook as it was handed out": [
        ("pristine", "def double(x):\n    return x.softmax(1)"),
        ("answer", CODE),
    ],
    "in a comment and in a text": [
        ("answer", 'def double(x):\n    """No softmax."""\n    return 2 * x  # not softmax')
    ],
    "another exercise's answer uses it": [
        ("answer", CODE),
        ("own", "def other(x):\n    return x.softmax(1)"),
    ],
    "no Python at all": [("answer", "def double(x:\n    softmax(")],
    "code beyond all depth": [("answer", f"double = {'(' * 90_000}softmax{')' * 90_000}")],
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_does_not_reach_the_answer_is_no_offence(name):
    assert used(*ALLOWED[name]) is None


def test_an_answer_may_carry_a_forbidden_name_and_call_itself():
    exercise = Exercise("softmax", 1, 1, 1, None, [], HINTS, forbidden=("softmax",))
    source = "def softmax(x):\n    return softmax(x[1:]) if len(x) else x"
    cells = (RestoredCell("answer", source, "softmax"),)
    assert forbidden_result(exercise, Restored(cells, {"softmax": source}, frozenset())) is None
    stolen = source.replace("return softmax", "return torch.softmax")
    cells = (RestoredCell("answer", stolen, "softmax"),)
    assert forbidden_result(exercise, Restored(cells, {"softmax": stolen}, frozenset())) is not None


@pytest.mark.parametrize("name", lesson_names(ROOT / "lessons"))
def test_no_lesson_forbids_an_answer_to_call_what_another_exercise_asked_for(name):
    exercises = load_exercises(ROOT / "lessons" / name)
    for exercise in exercises.values():
        assert not set(exercise.forbidden) & (set(exercises) - {exercise.name})


def test_two_forbidden_names_are_both_told():
    source = "def double(x):\n    return x.softmax(1) + one_hot(x)"
    assert used(("answer", source)).message.startswith("`one_hot` and `softmax` are not to be used")


def test_an_exercise_that_forbids_nothing_looks_at_nothing():
    free = Exercise("double", 1, 1, 1, None, [], HINTS)
    cells = SimpleNamespace(cells=None, answers={})
    assert forbidden_result(free, cells) is None
