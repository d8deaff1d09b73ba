"""A question in a notebook: judged in Python, remembered, and without its key on the page."""

import json
import shutil
from pathlib import Path

import pytest

from lockstep.learn import journal, session
from lockstep.learn.checkpoints import checkpoint
from lockstep.learn.errors import CourseError
from lockstep.learn.questions import Verdict, load_questions
from lockstep.learn.widgets import base

LESSON = Path(__file__).parents[1] / "every_kind_of_question.md"
NAMES = [
    "a_choice", "some_choices", "a_number", "a_shape", "an_output", "an_order", "a_match",
]  # fmt: skip
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def lesson(tmp_path, monkeypatch):
    folder = tmp_path / "lessons" / "01_demo"
    folder.mkdir(parents=True)
    shutil.copy(LESSON, folder / "lesson.md")
    monkeypatch.setenv("LOCKSTEP_LESSONS", str(folder.parent))
    monkeypatch.setenv("LOCKSTEP_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(session, "_current", session.Session("01_demo", "keras"))
    return folder / "lesson.md"


def send(widget, answer):
    """Do what the front end does."""
    widget._handle_custom_msg({"type": "answer", "answer": answer}, [])


def test_an_answer_from_the_page_is_judged_recorded_and_told():
    widget = checkpoint("a_choice")
    options = load_questions(LESSON, "keras")["a_choice"].options
    relu, plain = (
        "abc"[[text in option.text for option in options].index(True)]
        for text in ("relu(x", "`x @")
    )
    send(widget, relu)
    assert widget.verdict["right"] is False
    assert "<code>activation=" in widget.verdict["message"]
    send(widget, plain)
    assert widget.verdict["right"] is True
    assert widget.verdict["attempt"] == 2
    recorded = [(e["answer"], e["right"], e["version"]) for e in journal.read()]
    assert recorded == [(relu, False, 1), (plain, True, 1)]


def test_the_same_answer_twice_is_two_replies():
    widget = checkpoint("a_choice")
    send(widget, "a")
    first = widget.verdict["serial"]
    send(widget, "a")
    assert widget.verdict["serial"] > first


@pytest.mark.parametrize("answer", [None, "", {"a": 1}, ["x"] * 9, 10**9, "z" * 9999])
def test_what_is_no_answer_is_told_and_not_counted(answer):
    widget = checkpoint("a_choice")
    send(widget, answer)
    assert widget.verdict["understood"] is False
    assert journal.read() == []


@pytest.mark.parametrize("content", [None, [], "answer", {}, {"type": "other"}, 7])
def test_a_message_that_is_none_of_ours_changes_nothing(content):
    widget = checkpoint("a_choice")
    widget._handle_custom_msg(content, [])
    assert widget.verdict == {}


def test_the_last_answer_comes_back_judged_anew(lesson):
    checkpoint("a_number").answer(7850)
    widget = checkpoint("a_number")
    assert widget.verdict["answer"] == "7850"
    assert "Ten of these" in widget.verdict["message"]
    lesson.write_text(lesson.read_text().replace("answer: 7840", "answer: 7851", 1))
    assert checkpoint("a_number").verdict["right"] is False
    assert journal.read()[-1]["answer"] == "7850"


def test_an_answer_to_an_older_version_does_not_come_back(lesson):
    checkpoint("a_number").answer(7840)
    lesson.write_text(lesson.read_text().replace("kind: number", "kind: number\nversion: 2"))
    assert checkpoint("a_number").verdict == {}


def test_an_answer_given_in_the_twin_does_not_come_back(monkeypatch):
    checkpoint("a_number").answer(7840)
    monkeypatch.setattr(session, "_current", session.Session("01_demo", "pytorch"))
    assert checkpoint("a_number").verdict == {}


def test_an_answer_in_words_returns_the_verdict_and_updates_the_page(capsys):
    widget = checkpoint("a_shape")
    verdict = widget.answer((32, 10))
    assert isinstance(verdict, Verdict)
    assert verdict.right
    assert repr(verdict) == "Right. A row for each image, a column for each digit."
    assert widget.verdict["answer"] == "32, 10"
    assert capsys.readouterr().out == ""


SECRETS = {
    "a_choice": ["A matrix product and a shift", "true"],
    "some_choices": ["It moves every weight", "underscore"],
    "a_number": ["7840", "7850", "784 times", "every input to every"],
    "a_shape": ["(32, 10, ", "A row for each", "The batch comes first", "10, 32"],
    "an_output": ["sorted returns", "[1, 2, 3]", "not sorted."],
    "an_order": ["Without gradients", "The step needs"],
    "a_match": ["PyTorch keeps", "each other's transpose"],
}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_goes_to_the_page_holds_the_key(name):
    widget = checkpoint(name)
    state = {key: value for key, value in widget.get_state().items() if key[0] != "_"}
    bundle, _ = widget._repr_mimebundle_()
    page = json.dumps([state, bundle], default=str).lower()
    for secret in SECRETS[name]:
        assert secret.lower() not in page


def test_the_lines_of_an_order_and_a_match_are_not_shown_in_their_right_order():
    lines = " ".join(checkpoint("an_order").spec["lines"])
    places = [lines.index(word) for word in ("loss_function", "backward", "step")]
    assert places != sorted(places)
    rights = checkpoint("a_match").spec["choices"]
    assert rights != ["Linear", "Dense", "bias"]


@pytest.mark.parametrize("name", NAMES)
def test_every_question_has_a_widget_an_html_and_a_text_form(name):
    bundle, _ = checkpoint(name)._repr_mimebundle_()
    assert set(bundle) == {VIEW, "text/html", "text/plain"}
    for form in ("text/html", "text/plain"):
        assert "Run this cell to answer" in bundle[form]
        assert f'checkpoint("{name}").answer(' in bundle[form].replace("&quot;", '"')
    assert "0x" not in bundle["text/plain"]


def test_what_is_answered_with_letters_is_lettered_where_jupyterlab_numbers_every_list():
    for name in NAMES:
        html = checkpoint(name)._repr_mimebundle_()[0]["text/html"]
        lettered = name in ("a_choice", "some_choices", "a_match")
        assert ("list-style-type: lower-alpha" in html) == lettered


def test_the_stable_name_holds_no_memory_address():
    assert repr(checkpoint("a_choice")) == 'checkpoint("a_choice")'


def test_html_in_a_question_is_shown_and_not_run(lesson):
    text = lesson.read_text().replace("What does this print?", "<script>alert(1)</script>")
    lesson.write_text(text)
    widget = checkpoint("an_output")
    bundle, _ = widget._repr_mimebundle_()
    assert "<script" not in bundle["text/html"]
    assert "<script" not in widget.spec["legend"]


def test_html_in_an_answer_is_not_run_either():
    widget = checkpoint("an_output")
    send(widget, "<img src=x onerror=alert(1)>")
    assert "<img" not in widget.verdict["message"]


@pytest.mark.parametrize("name", ["a_choise", "", "nothing like it", 7, None, ["a_choice"]])
def test_an_unknown_name_gets_the_nearest_ones(name):
    with pytest.raises(CourseError, match="has no checkpoint"):
        checkpoint(name)
    with pytest.raises(CourseError, match="'a_choice'"):
        checkpoint("a_choise")


def test_a_lesson_whose_questions_are_broken_says_so_in_a_sentence(lesson):
    lesson.write_text(lesson.read_text().replace("kind: choices", "kind: essay"))
    with pytest.raises(CourseError, match=r"cannot be read: .* no kind 'essay'"):
        checkpoint("a_choice")


def test_a_closed_widget_still_has_its_words(monkeypatch):
    shown = []
    monkeypatch.setattr(base, "display", lambda data, **_: shown.append(data))
    widget = checkpoint("a_choice")
    widget._ipython_display_()
    widget.close()
    widget._ipython_display_()
    assert [VIEW in data for data in shown] == [True, False]
    assert "Run this cell" in shown[1]["text/plain"]


def test_the_first_paragraph_names_the_group_and_the_rest_follows():
    spec = checkpoint("some_choices").spec
    assert spec["legend"] == "Which of these <strong>change</strong> the weights?"
    assert spec["more"] == "<p>One of them says so by its name.</p>\n"
