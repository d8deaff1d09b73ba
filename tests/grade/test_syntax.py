"""What is read from code that nobody has run: it never fails, and costs little."""

import pytest

from lockstep.grade.placing import is_blank
from lockstep.grade.syntax import definitions, has_code, parse, same_code


@pytest.mark.parametrize(
    "magic", ["%time", "%%time", "!ls", "x = !ls", "a.b = %time f()", "?print", "print??"]
)
def test_what_ipython_runs_is_parsed(magic):
    assert parse(f"{magic}\ndef f(): pass") is not None


def test_a_percent_sign_at_a_lines_start_stays_in_a_string():
    assert not same_code('x = """\n%a\n"""', 'x = """\n%b\n"""')


def test_warnings_about_a_students_code_are_not_the_teachers(recwarn):
    assert parse("pattern = '\\d'; x = 1 is 1") is not None
    assert not recwarn


def test_code_that_is_too_long_is_not_parsed_and_looked_at_as_text():
    source = "x = 1\n" * 20_000 + "def late():\n    pass"
    assert parse(source) is None
    assert definitions(source) == [("late", 20_000)]
    assert has_code(source)


def test_an_answer_much_longer_than_its_blank_is_not_compared_with_it():
    blank = "def f():\n    raise NotImplementedError()"
    assert is_blank(f"{blank}\n# {'x' * 10_000}", blank)
    assert not is_blank(f"{blank}\n# {'x' * 50_000}", blank)


def test_definitions_are_those_at_top_level_with_the_line_that_they_begin_in():
    source = (
        "x = 1\n@wrapped\n@twice\ndef first():\n    def inner(): pass\n"
        "if x:\n    def second(): pass\nelse:\n    class Third: pass\n"
        "fourth = lambda: 1\nfifth = 5\n"
    )
    assert definitions(source) == [("first", 1), ("second", 5), ("Third", 5), ("fourth", 9)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("def f():\n    return 1", "def f():  # one\n\n    return (1)", True),
        ("def f():\n    'A.'\n    return 1", "def f():\n    'B.'\n    return 1", True),
        ("class A:\n    'A.'\n    x = 1", "class A:\n    x = 1", True),
        ("def f():\n    return 1", "def f():\n    return 2", False),
        ("x = (", "x  = (", True),
        ("x = (", "y = (", False),
        ("x = (", "x = 1", False),
    ],
)
def test_code_is_the_same_whatever_its_comments_and_format(one, other, same):
    assert same_code(one, other) == same
