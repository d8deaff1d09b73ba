"""First answers to questions, from progress files that students handed in and may have made up."""

import json

import pytest

from lockstep.grade.reports import first_answers
from lockstep.grade.reports.class_page import class_html
from lockstep.grade.reports.first_answers import question_figures, read_progress
from tests.grade.samples import exercise, submission
from tests.grade.test_feedback import HOSTILE

LESSON = "04_simple_net"
SHAPE = "shape_of_the_pixels"


def line(answer="1440, 784", name=SHAPE, **others):
    entry = {
        "time": "2026-11-20T10:00:00+00:00",
        "kind": "checkpoint",
        "lesson": LESSON,
        "framework": "pytorch",
        "name": name,
        "version": 1,
        "answer": answer,
        "right": True,
    }
    return json.dumps(entry | others)


@pytest.fixture
def files(tmp_path):
    """Return a function that writes each student's lines to a file."""

    def written(*students):
        paths = {}
        for number, lines in enumerate(students):
            path = tmp_path / f"{number}.jsonl"
            path.write_text("\n".join(lines), encoding="utf-8")
            paths[f"s{number}"] = path
        return paths

    return written


def figures(files):
    return {one.name: one for one in question_figures(LESSON, read_progress(files))}


def test_the_first_answer_counts_and_the_most_common_wrong_one_is_named(files):
    one = figures(
        files(
            [line("784, 1440"), line("1440, 784")],
            [line("784, 1440")],
            [line("28, 28")],
            [line("(1440, 784)")],
        )
    )[SHAPE]
    assert (one.answers, one.right, one.wrong) == (4, 1, ("784, 1440", 2))
    assert "has the shape (1440, 28, 28)" in one.question


def test_what_the_file_says_of_its_own_answer_is_not_believed(files):
    assert figures(files([line("784, 1440", right=True)]))[SHAPE].right == 0


def test_a_student_who_did_both_twins_counts_once(files):
    one = figures(files([line("784, 1440"), line(framework="keras")]))[SHAPE]
    assert (one.answers, one.right) == (1, 0)


def test_an_option_is_told_by_its_text(files):
    names = [
        name
        for name, one in first_answers._questions(LESSON, "pytorch").items()
        if one.kind == "choice"
    ]
    choice = names[0]
    question = first_answers._questions(LESSON, "pytorch")[choice]
    wrong = next(at for at, option in enumerate(question.options) if not option.right)
    one = figures(files([line("abcdef"[wrong], choice)]))[choice]
    assert one.wrong == (question.options[wrong].text, 1)


def wrong(**others):
    return line(answer="784, 1440", **others)


@pytest.mark.parametrize(
    "bad",
    [
        wrong(version=99),
        wrong(version="1"),
        wrong(name="no_such_question"),
        wrong(name=["a"]),
        wrong(lesson="77_wool"),
        wrong(lesson={"a": 1}),
        wrong(framework="jax"),
        wrong(framework=["pytorch"]),
        line(answer=None),
        line(answer="x" * 5000),
        line(answer="no shape at all"),
        wrong(kind="check"),
        "[" * 9000,
        '{"kind": "checkpoint"}',
        "[1, 2]",
        "not json",
        "{" + '"a": 1, ' * 5000 + "}",
        "9" * 9000,
    ],
)
def test_a_line_that_makes_no_sense_is_passed_over(files, bad):
    one = figures(files([bad, line()]))[SHAPE]
    assert (one.answers, one.right) == (1, 1)


def test_a_file_is_read_within_limits(files, monkeypatch):
    monkeypatch.setattr(first_answers, "LARGEST_PROGRESS", 1000)
    assert not figures(files([*["x" * 90] * 20, line()]))
    monkeypatch.setattr(first_answers, "LARGEST_PROGRESS", 5000)
    assert figures(files([*["x" * 90] * 20, line()]))
    monkeypatch.setattr(first_answers, "MOST_LINES", 5)
    assert not figures(files([*["x" * 90] * 20, line()]))


def test_a_file_that_is_gone_or_no_text_stops_nothing(files, tmp_path):
    binary = tmp_path / "binary"
    binary.write_bytes(bytes(range(256)) * 50)
    progress = files([line()]) | {"gone": tmp_path / "gone", "binary": binary}
    assert figures(progress)[SHAPE].answers == 1


def test_the_page_shows_them_and_takes_nothing_for_a_tag(files):
    order = next(
        name
        for name, one in first_answers._questions(LESSON, "pytorch").items()
        if one.kind == "output"
    )
    progress = files([line("784, 1440"), line(HOSTILE, order)])
    html = class_html([submission(exercise())], progress)
    assert "0 of 1 (0%)" in html
    assert "1 answered “784, 1440”" in html
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "First answers" not in class_html([submission(exercise())])
