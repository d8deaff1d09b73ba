"""Answers that are alike: what is found, and what is no sign of anything."""

import time

import pytest

from lockstep.grade.model import Student
from lockstep.grade.reports.alike import alike
from lockstep.grade.reports.plain_code import tokens
from tests.grade.samples import exercise, submission
from tests.grade.small_class import solutions

ROUNDABOUT = '''\
def softmax(logits):
    """Return the probabilities."""
    rows = []
    for number in range(logits.shape[0]):
        row = logits[number]
        powers = [2.718281828 ** float(entry - row.max()) for entry in row]
        rows.append([power / sum(powers) for power in powers])
    return torch.tensor(rows)
'''
RENAMED = """\
def softmax(x):
    # I wrote this all by myself
    out = []
    for i in range(x.shape[0]):
        r = x[i]
        p = [2.718281828**float(e - r.max()) for e in r]
        out.append([q / sum(p) for q in p])

    return torch.tensor(out)
"""
CHANGED = RENAMED.replace(
    "return torch.tensor(out)", "result = torch.tensor(out)\n    return result"
)
OTHER = """\
def softmax(logits):
    powers = torch.pow(torch.full_like(logits, 2.718281828), logits)
    below = torch.einsum("ij->i", powers)
    return torch.stack([powers[:, each] / below for each in range(logits.size(1))], dim=1)
"""


def class_with(*codes, notebook="04_simple_net_pytorch", state="right"):
    return [
        submission(
            exercise("softmax", state, 0, 2, code=code),
            student=Student(f"s{at:03}", f"Student {at}"),
            notebook=notebook,
        )
        for at, code in enumerate(codes)
    ]


def keys(pairs):
    return [tuple(student.key for student in pair.students) for pair in pairs]


@pytest.mark.parametrize(
    ("copy", "how"),
    [
        (ROUNDABOUT, "the same to the letter, comments and names included"),
        (RENAMED, "the same but for names, comments and layout"),
        (CHANGED, "% the same in what is neither the course's nor the class's"),
    ],
)
def test_a_copy_is_found_and_how_alike_it_is_said_in_words(copy, how):
    (pair,) = alike(class_with(ROUNDABOUT, OTHER, copy))
    assert keys([pair]) == [("s000", "s002")]
    assert pair.answers[0].how.endswith(how)


def test_different_answers_are_not_alike():
    assert alike(class_with(ROUNDABOUT, OTHER)) == []


def test_what_the_solutions_have_is_no_sign():
    for name in ("04_simple_net_pytorch", "04_simple_net_keras"):
        code = solutions(name)["debug_port"]
        renamed = code.replace("hidden", "h").replace("logits", "z")
        assert alike(class_with(code, renamed, notebook=name)) == []


def test_a_short_answer_is_no_sign():
    short = "def softmax(x):\n    return torch.special.softmax(x, 1)"
    assert alike(class_with(short, short)) == []


def test_what_many_wrote_is_no_sign_and_what_a_few_wrote_is():
    # A tenth of the class, two at least and five at most.
    for sharing, others, found in ((2, 3, True), (3, 3, False), (5, 80, True), (6, 80, False)):
        different = [
            OTHER.replace("2.718281828", f"{at}.5").replace("einsum", f"f{at}")
            for at in range(others)
        ]
        pairs = alike(class_with(*[ROUNDABOUT] * sharing, *different))
        assert (("s000", "s001") in keys(pairs)) == found


def test_a_blank_is_no_answer_and_twins_are_not_compared():
    assert alike(class_with(ROUNDABOUT, ROUNDABOUT, state="not attempted")) == []
    one, other = class_with(ROUNDABOUT, RENAMED)
    keras = class_with(OTHER, RENAMED, notebook="04_simple_net_keras")[1]
    assert alike([one, keras]) == []
    assert len(alike([one, other, keras])) == 1


def test_pairs_with_more_to_look_at_come_first():
    first = class_with(OTHER, OTHER)
    more = [
        submission(
            exercise("softmax", code=ROUNDABOUT),
            exercise("accuracy", code=ROUNDABOUT.replace("row", "line")),
            student=Student(f"t{at}", "T"),
        )
        for at in range(2)
    ]
    assert keys(alike([*first, *more])) == [("t0", "t1"), ("s000", "s001")]


@pytest.mark.parametrize(
    "code",
    [
        "def f(:\n" * 30,
        "(" * 5000,
        "x = " + "-" * 5000 + "1",
        "f(" * 500,
        "\0",
        "'" * 9,
        "\ud800 = 1",
    ],
)
def test_code_that_is_no_python_is_compared_all_the_same(code):
    assert isinstance(tokens(code), tuple)
    alike(class_with(code, code))


def test_a_class_of_long_and_odd_answers_takes_seconds():
    codes = ["\n".join(f"x{at} = {line} + {at}" for line in range(1500)) for at in range(60)]
    began = time.process_time()
    alike(class_with(*codes))
    assert time.process_time() - began < 20


def test_annotations_docstrings_and_comments_say_nothing():
    plain = "def f(a, b):\n    c = a * 2\n    return c"
    dressed = '''\
def g(x: float, y: "int") -> float:
    """Twice."""
    z: float = x * 2  # twice
    return z'''
    assert tokens(plain) == tokens(dressed)
    assert tokens("torch.exp(x)") != tokens("torch.log(x)")
