"""Questions: read from a lesson, refused where they are wrong, judged with a reason."""

import math
from pathlib import Path

import numpy as np
import pytest

from lockstep.learn.questions import (
    KINDS,
    QuestionError,
    checkpoint_fences,
    load_questions,
    parse_question,
)

LESSON = Path(__file__).parents[1] / "every_kind_of_question.md"
QUESTIONS = load_questions(LESSON, "keras")


def test_the_lesson_has_a_question_of_every_kind_and_no_other():
    assert {question.kind for question in QUESTIONS.values()} == set(KINDS)
    assert "only_shown" not in QUESTIONS


def shown(name, *texts):
    """The numbers under which lines are shown, whatever the shuffle made of them."""
    return " ".join(str(QUESTIONS[name].shown.index(text) + 1) for text in texts)


def letter(name, text):
    """The letter of the option that begins with `text`."""
    starts = [option.text.startswith(text) for option in QUESTIONS[name].options]
    return "abc"[starts.index(True)]


def number(letter):
    """The number that may be said in place of a letter."""
    return "abc".index(letter) + 1


ACTIVE, PLAIN, SOFT = (letter("a_choice", text) for text in ("`relu", "`x @", "`softmax"))
STEPS, LOSS, FILL = (letter("some_choices", f"`{text}") for text in ("optim", "loss", "layer"))
FORWARD, BACKWARD, STEP = QUESTIONS["an_order"].lines
LETTER = {text: "abc"[i] for i, text in enumerate(QUESTIONS["a_match"].shown)}
LINEAR, DENSE, BIAS = (LETTER[text] for text in ("`Linear`", "`Dense`", "bias"))

RIGHT = [
    ("a_choice", PLAIN),
    ("a_choice", PLAIN.upper() + ")"),
    ("a_choice", number(PLAIN)),
    ("a_choice", np.int64(number(PLAIN))),
    ("a_choice", str(number(PLAIN))),
    ("a_choice", "x @ W + b"),
    ("a_choice", "`x @ W + b`"),
    ("some_choices", f"{STEPS}, {FILL}"),
    ("some_choices", f"{FILL} {STEPS}"),
    ("some_choices", STEPS + FILL),
    ("some_choices", f"{STEPS} and {FILL}"),
    ("some_choices", [STEPS, number(FILL)]),
    ("some_choices", {"optimizer.step()", FILL}),
    ("a_number", 7840),
    ("a_number", "7840"),
    ("a_number", " 7 840 weights"),
    ("a_number", np.float32(7840.4)),
    ("a_number", "7.84e3"),
    ("a_number", "15680/2"),
    ("a_shape", "32, 10"),
    ("a_shape", "(32,10)"),
    ("a_shape", "32 x 10"),
    ("a_shape", "torch.Size([32, 10])"),
    ("a_shape", (32, 10)),
    ("a_shape", [32, np.int64(10)]),
    ("a_shape", np.zeros((32, 10)).shape),
    ("an_output", "[1,2,3]   1"),
    ("an_output", "[1, 2, 3]\n1"),
    ("an_order", shown("an_order", FORWARD, BACKWARD, STEP)),
    ("an_order", [FORWARD, BACKWARD, STEP]),
    ("an_order", f"{FORWARD}\n{BACKWARD}\n{STEP}"),
    ("a_match", f"1{LINEAR} 2{DENSE} 3{BIAS}"),
    ("a_match", f"3-{BIAS}, 1-{LINEAR}, 2-{DENSE}"),
    ("a_match", {1: LINEAR, "2": DENSE.upper(), "`(out,)`": "bias"}),
    ("a_match", [LINEAR, DENSE, BIAS]),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_a_right_answer_is_right_in_every_way_of_writing_it(name, answer):
    verdict = QUESTIONS[name].judge(answer)
    assert verdict.understood
    assert verdict.right
    assert verdict.message.startswith("Right. ")


WRONG = [
    ("a_choice", ACTIVE, "Alone it has no activation."),
    ("a_choice", number(SOFT), "Softmax is a step of its own."),
    ("some_choices", "a, b, c", f"You ticked **{LOSS}**: It only computes the gradients."),
    ("some_choices", STEPS, f"You left out **{FILL}**: An underscore"),
    ("a_number", 7850, "Ten of these are the bias."),
    ("a_number", -1, "A line from every input to every output."),
    ("a_number", 1e300, "A line from every input"),
    ("a_shape", "10, 32", "The batch comes first."),
    ("a_shape", "32", "Count the axes again. What is stacked on what?"),
    ("a_shape", "32, 11", "the sizes are not."),
    ("a_shape", 32, "Count the axes"),
    ("an_output", "[1, 2, 3] 0", "The list itself was not sorted."),
    ("an_output", "[1, 23] 1", "Counting begins at 0."),
    ("an_output", [3, 1, 2], "Counting begins at 0."),
    ("an_order", [FORWARD, STEP, BACKWARD], "The step needs gradients"),
    ("an_order", [BACKWARD, FORWARD, STEP], "What does each line need?"),
    ("a_match", f"1{DENSE} 2{LINEAR} 3{BIAS}", "**2**: Keras multiplies from the right."),
]


@pytest.mark.parametrize(("name", "answer", "reason"), WRONG)
def test_a_wrong_answer_gets_the_reason_for_just_that_answer(name, answer, reason):
    verdict = QUESTIONS[name].judge(answer)
    assert verdict.understood
    assert not verdict.right
    assert verdict.message.startswith("Not yet.")
    assert reason in verdict.message
    assert repr(verdict) == verdict._repr_markdown_() == verdict.message


class Rude:
    def __index__(self):
        raise RuntimeError("no")

    def __str__(self):
        raise RuntimeError("no")

    def __iter__(self):
        while True:
            yield 1


NONSENSE = [
    None, "", "   ", "?!", "z", "x" * 10**6, 0, -1, 10**400, math.nan, math.inf, "nan", True, b"b",
    [], {}, (), [None], ["a"] * 10**5, {"a": object()}, 1 + 2j, object(), Rude(), print,
    np.zeros((3, 3)), "\x00", "1,000", "9" * 5000, [[["a"]]], range(10**9), "99 98 97",
]  # fmt: skip

# What is an answer to one kind of question, if a wrong one.
SENSIBLE = {
    "a_number": [0, -1],
    "a_shape": ["()", 0, (), [], [None], "99 98 97", "1,000"],
    "an_output": ["?!", "z", 0, -1, True, [], (), [None], math.nan, math.inf, "nan", "\x00"],
    "a_choice": [],
    "some_choices": [],
    "an_order": [],
    "a_match": [],
}
SENSIBLE["an_output"] += ["1,000", [[["a"]]], "99 98 97", 10**400]


def is_sensible(name, answer):
    return any(type(answer) is type(good) and repr(answer) == repr(good) for good in SENSIBLE[name])


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("answer", NONSENSE, ids=lambda answer: type(answer).__name__)
def test_nonsense_is_answered_with_how_to_answer(name, answer):
    if isinstance(answer, Rude) or not is_sensible(name, answer):
        verdict = QUESTIONS[name].judge(answer)
        assert not verdict.right
        assert not verdict.understood
        assert 10 < len(verdict.message) < 250


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_the_recorded_words_of_an_answer_mean_the_same_again(name, answer):
    first = QUESTIONS[name].judge(answer)
    again = QUESTIONS[name].judge(first.answer)
    assert (again.right, again.answer) == (first.right, first.answer)


def test_a_frameworks_own_fields_replace_the_common_ones():
    ours, theirs = load_questions(LESSON, "pytorch")["a_choice"], QUESTIONS["a_choice"]
    assert "Linear(784, 10)" in ours.question
    assert "Dense(10)" in theirs.question
    assert ours.options == theirs.options


@pytest.mark.parametrize("count", range(2, 8))
def test_shuffles_are_stable_and_never_the_right_order(count):
    lines = "\n".join(f"  - line {n}" for n in range(count))
    text = f"kind: order\nquestion: q\nwhy: w\nlines:\n{lines}"
    for number in range(20):
        first, again = (parse_question(f"q{number}", text, None) for _ in range(2))
        assert first.shown == again.shown != list(first.lines)
        assert sorted(first.shown) == sorted(first.lines)


@pytest.mark.parametrize("count", range(2, 6))
def test_options_are_shuffled_by_the_name_so_that_the_place_of_the_right_one_tells_nothing(count):
    wrong = "".join(f"  - {{text: wrong {n}, why: w}}\n" for n in range(count - 1))
    text = f"kind: choice\nquestion: q\noptions:\n  - {{text: right, right: true, why: w}}\n{wrong}"
    places = []
    for number in range(400):
        first, again = (parse_question(f"q{number}", text, None) for _ in range(2))
        assert first.options == again.options
        places.append([option.right for option in first.options].index(True))
    for place in range(count):
        assert 0.7 < places.count(place) / (400 / count) < 1.3


def test_an_answer_that_could_mean_two_options_is_asked_back():
    text = """
kind: choice
question: How many axes?
options:
  - {text: "2", right: true, why: w}
  - {text: "1", why: w}
"""
    question = parse_question("axes", text, None)
    assert "could mean two" in question.judge("2").message
    assert question.judge("a").right


def test_a_keras_shape_may_hold_none():
    text = "kind: shape\nquestion: q\nanswer: [None, 10]\nwhy: w"
    question = parse_question("q", text, None)
    assert question.judge((None, 10)).right
    assert question.judge("(None, 10)").right


OPTIONS = """kind: choice
question: q
options:
  - text: one
    right: true
    why: w
  - text: two
    why: w
"""
NUMBER = "kind: number\nquestion: q\nanswer: 2\nwhy: w\n"
ORDER = "kind: order\nquestion: q\nwhy: w\nlines: [a, b]\n"
MATCH = "kind: match\nquestion: q\nwhy: w\npairs:\n  - {left: a, right: b, why: w}\n"

REFUSED = [
    ("", 0, "empty"),
    ("just words", 0, "field: value"),
    ("kind: choice\n  bad: [", 1, "not YAML"),
    ("question: q", 0, "no `kind:`"),
    ("kind: essay\nquestion: q", 0, "no kind 'essay'"),
    (OPTIONS.replace("    right: true\n", ""), 3, "No option is right"),
    (OPTIONS + "    right: true\n", 3, "Two options are right"),
    (OPTIONS.replace("two\n    why: w", "two"), 6, "Option 2 has no `why:`"),
    (OPTIONS.replace("    why: w", "    why: ", 1), 5, "`why:` is empty"),
    (OPTIONS.replace("right: true", "right: yes"), 4, "true or false"),
    (OPTIONS.replace("text: two", "text: [two]"), 6, "put it in quotes"),
    (OPTIONS.replace("text: two", "text: one"), 3, "stands twice"),
    (OPTIONS + "answer: b\n", 8, "unknown field `answer:`"),
    (OPTIONS + "    because: w\n", 8, "Option 2 has an unknown field"),
    (OPTIONS + "question: again\n", 8, "twice"),
    (OPTIONS + "version: new\n", 8, "1, 2, 3"),
    (OPTIONS + "keras:\n  kind: number\n", 9, "unknown field `kind:`"),
    ("kind: choice\nquestion: q\noptions: none\n", 2, "must be a list"),
    (NUMBER.replace("2", "two"), 2, "must be a number"),
    (NUMBER.replace("2", ".nan"), 2, "must be a number"),
    (NUMBER + "tolerance: -1\n", 4, "negative"),
    (NUMBER + "tolerance: 1\nmistakes:\n  - {answer: 3, why: w}\n", 6, "answer of another"),
    ("kind: shape\nquestion: q\nanswer: [a]\nwhy: w", 2, "shape such as"),
    ("kind: output\nquestion: q\ncode: c\nanswer: a", 0, "no `why:`"),
    (ORDER.replace("[a, b]", "[a]"), 3, "at least 2"),
    (ORDER.replace("[a, b]", "[a, a]"), 3, "stands twice"),
    (ORDER + "mistakes:\n  - {before: a, after: b, why: w}\n", 5, "does stand above"),
    (ORDER + "mistakes:\n  - {before: x, after: b, why: w}\n", 5, "not one of the lines"),
    (MATCH, 4, "at least 2"),
    (MATCH + "  - {left: c, right: b, why: w}\n", 4, "same right side"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "words"), REFUSED)
def test_a_wrong_question_is_refused_with_its_line(text, line, words):
    with pytest.raises(QuestionError) as caught:
        parse_question("a_name", text, "keras")
    assert words in caught.value.sentence
    assert caught.value.line_offset == line


@pytest.mark.parametrize("name", ["", "A", "a b", "1a", "a-b"])
def test_a_name_that_is_no_name_is_refused(name):
    with pytest.raises(QuestionError, match="no name"):
        parse_question(name, OPTIONS, None)


def test_a_longer_fence_may_hold_shorter_ones():
    text = (
        "````{checkpoint} long\nkind: x\n```\ncode\n```\n````\n~~~\n```{checkpoint} no\n```\n~~~\n"
    )
    assert checkpoint_fences(text) == [("long", "kind: x\n```\ncode\n```")]


def test_a_fence_that_never_closes_is_refused():
    with pytest.raises(QuestionError, match="never closes"):
        checkpoint_fences("```{checkpoint} open\nkind: x\n")


def test_two_questions_of_one_name_are_refused(tmp_path):
    path = tmp_path / "lesson.md"
    path.write_text(f"```{{checkpoint}} twin\n{OPTIONS}```\n" * 2)
    with pytest.raises(QuestionError, match="two checkpoints"):
        load_questions(path, None)
