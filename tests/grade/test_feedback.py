"""The feedback page: what a student reads, what must not be in it, and that nothing in it can run."""

import base64
import hashlib
import itertools
import re
import time
from html.parser import HTMLParser

import pytest

from lockstep.grade.model import Student
from lockstep.grade.reports.feedback import LOOKS, TEMPLATES, feedback_html, write_feedback
from lockstep.grade.reports.shown import LONGEST_CODE, MOST_LINES
from tests.grade.samples import ANNA, EVERY_STATE, GRADED_WITH, STOPPED, exercise, submission

STYLE = (TEMPLATES / "feedback.css").read_text(encoding="utf-8")
VOID = {"meta", "br", "hr", "img", "link", "input"}
HOSTILE = (
    "</code></pre></details></style></title><script>alert(1)</script><img src=x onerror=alert(1)>"
)


class Page(HTMLParser):
    """A page taken apart: its tags, its attributes, its text; whether all that opens also closes."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text, self._open = [], [], "", []
        self.feed(html)
        assert not self._open

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, text):
        if "style" not in self._open:
            self.text += text


def page(*results):
    return Page(feedback_html(results))


def test_a_page_has_the_name_the_lesson_the_sum_and_the_file(tmp_path):
    result = submission(
        *EVERY_STATE, source="class.zip: secret class/hw (1).ipynb", handed_in="2026-11-20T17:03:00"
    )
    path = write_feedback(tmp_path / "feedback", [result])
    assert path.parent == tmp_path / "feedback"
    assert path.suffix == ".html"
    text = Page(path.read_text(encoding="utf-8")).text
    assert "Feedback for Anna Jünger" in text
    assert "4 · A simple network · PyTorch" in text
    assert "2.5 of 19 points" in text
    assert "Your file: hw (1).ipynb, handed in 2026-11-20 17:03" in text
    assert "secret class" not in text


def test_an_exercise_stands_under_the_heading_that_it_has_in_the_notebook():
    html = feedback_html([submission(exercise("debug_port", "right", 4, 4))])
    assert 'Debug the port <code class="name">debug_port</code>' in html


def test_an_exercise_and_a_lesson_that_the_course_does_not_have_keep_their_names():
    text = page(submission(exercise("knitting"), notebook="77_wool_keras")).text
    assert "77_wool_keras" in text
    assert "knitting" in text


@pytest.mark.parametrize("state", LOOKS)
def test_every_state_has_a_sign_words_and_something_to_say(state):
    html = feedback_html([submission(exercise(state=state, message="", points=0))])
    look = LOOKS[state]
    shown = f'<span class="sign" aria-hidden="true">{look.sign}</span> {look.words}'
    assert html.count(shown) == 2  # in the table and in the exercise
    assert look.sign
    if state != "right":
        assert look.otherwise in html
        assert look.advice.partition("`")[0] in html
    assert f'<article class="card {state.replace(" ", "-")}"' in html


def test_what_to_look_for_stands_below_what_the_judge_says():
    html = feedback_html([submission(exercise(state="time limit", message="No end in 30 s."))])
    assert "No end in 30 s.\nLook for a loop that never ends" in html


def test_right_is_not_said_twice_and_what_says_more_is_shown():
    assert "This is right." not in feedback_html([submission(exercise(message="This is right."))])
    assert "Right, and short." in feedback_html([submission(exercise(message="Right, and short."))])


def test_the_blank_is_not_shown_as_the_students_code():
    result = exercise(state="not attempted", code="raise NotImplementedError()")
    assert "NotImplementedError" not in feedback_html([submission(result)])


def test_the_words_of_the_states_differ():
    assert len({look.words for look in LOOKS.values()}) == len(LOOKS)


def test_a_message_keeps_its_lines_and_shows_backticks_as_code():
    html = feedback_html([submission(exercise(message="Use `.T`.\nNot `<b>`, & see."))])
    assert (
        '<p class="message">Use <code>.T</code>.\nNot <code>&lt;b&gt;</code>, &amp; see.</p>'
        in html
    )


@pytest.mark.parametrize(
    ("message", "html"),
    [
        ("*all* rows", "<em>all</em> rows"),
        ("the step *The loss, by hand*: that", "the step <em>The loss, by hand</em>: that"),
        ("2 * 3 * 4 and a*b*c and **kwargs, *args", "2 * 3 * 4 and a*b*c and **kwargs, *args"),
        ("`x *y* z`", "<code>x *y* z</code>"),
        ("for *: 'int' and *", "for *: &#x27;int&#x27; and *"),
    ],
)
def test_stressed_words_are_stressed_and_products_stay(message, html):
    assert f'<p class="message">{html}</p>' in feedback_html(
        [submission(exercise(message=message))]
    )


def test_expected_and_got_stand_apart_under_their_labels():
    html = feedback_html([submission(exercise(values="expected for loss\n1.5\n\n2\n\ngot\nnan"))])
    labels = re.findall(r"<figcaption>(.*?)</figcaption>\n<pre[^>]*>(.*?)</pre>", html, re.DOTALL)
    assert labels == [("Expected for loss", "1.5\n\n2"), ("Got", "nan")]


def test_values_of_another_form_are_shown_as_they_are():
    assert ">a table</pre>" in feedback_html([submission(exercise(values="a table"))])


def test_the_hint_is_folded_and_so_is_code_that_is_right():
    right = feedback_html([submission(exercise(hint="Look again.", code="x = 1"))])
    wrong = feedback_html([submission(exercise(state="wrong", points=0, code="x = 1"))])
    assert "<details>\n<summary>A hint</summary>" in right
    assert "<details>\n<summary>Your code</summary>" in right
    assert "<details open>\n<summary>Your code</summary>" in wrong


def test_the_code_is_highlighted_and_reads_as_it_was_written():
    code = "def f(x):\n\treturn x < 1 and 'a' != \"&amp;\"  # why\n\n%timeit f(1) ?? $"
    result = submission(exercise(code=code))
    assert code in page(result).text
    assert '<span class="k">def</span>' in feedback_html([result])


@pytest.mark.parametrize(
    ("state", "words"),
    [("unreadable", "take a fresh copy"), ("missing", "tell your teacher where and when")],
)
def test_what_was_not_graded_says_what_to_do_now_and_shows_no_points(state, words):
    result = submission(notebook="", state=state, reason="The file is `empty`.", source="")
    text = page(result).text
    assert words in text
    assert "The file is empty." in text
    assert "Your notebook" in text
    assert not re.search(r"\d+ of \d+ point", text)


def test_several_notebooks_are_sections_of_one_page_with_links_to_each():
    html = feedback_html(
        [
            submission(*EVERY_STATE),
            submission(*STOPPED, notebook="01_tensors_keras"),
            submission(notebook="02_autograd_keras", state="missing"),
        ]
    )
    titles = re.findall(r"<h2[^>]*>(.*?)</h2>", html)
    assert [title[0] for title in titles] == ["1", "2", "4"]
    assert (
        '<a href="#notebook-2">2 · Gradients by machine · Keras</a>: Nothing has come in yet'
        in html
    )


def test_one_notebook_has_no_list_of_notebooks():
    assert "<nav" not in feedback_html([submission(*EVERY_STATE)])


def test_what_is_the_teachers_is_not_on_the_page():
    result = submission(
        exercise("softmax", "wrong", 0, mistake="transposed twice"),
        notes=("The name inside is Max.",),
        graded_with=GRADED_WITH,
        digest="d1935" * 10,
    )
    html = feedback_html([result])
    for secret in ("transposed twice", "Max", "8675309", "8_675_309", "cafe0123", "d1935"):
        assert secret not in html
    assert "Your answers ran with numpy 2.4.6, python 3.11.2, torch 2.13.0." in html


def test_nothing_of_a_students_becomes_a_tag_or_an_attribute():
    plain = page(
        submission(
            exercise("a", "wrong", 0, message="m", values="v", hint="h", code="c"),
            notebook="n",
            source="s",
            handed_in="t",
        )
    )
    hostile = page(
        submission(
            exercise(
                HOSTILE, "wrong", 0, message=HOSTILE, values=HOSTILE, hint=HOSTILE, code=HOSTILE
            ),
            student=Student("x", HOSTILE + '" onload="alert(1)'),
            notebook=HOSTILE,
            source=HOSTILE,
            handed_in=HOSTILE,
        )
    )
    assert {"script", "img"}.isdisjoint(hostile.tags)
    assert [tag for tag in hostile.tags if tag != "span"] == [t for t in plain.tags if t != "span"]
    assert {name for name, _ in hostile.attributes} == {name for name, _ in plain.attributes}
    assert HOSTILE in hostile.text
    reason = page(submission(notebook="n", state="unreadable", reason=HOSTILE, source=HOSTILE))
    assert {"script", "img"}.isdisjoint(reason.tags)


def test_a_backtick_is_no_way_past_the_escaping():
    html = feedback_html([submission(exercise(message="`<script>`alert(1)`</script>`"))])
    assert "<script" not in html


def test_the_policy_allows_nothing_but_the_pages_own_style():
    html = feedback_html([submission(exercise())])
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert html.index("Content-Security-Policy") < html.index("<style>")


def test_the_page_needs_no_other_file_and_sets_no_style_by_attribute():
    made = page(submission(*EVERY_STATE, *STOPPED))
    assert {"script", "link", "img", "iframe", "form"}.isdisjoint(made.tags)
    names = {name for name, _ in made.attributes}
    assert names.isdisjoint({"src", "style", "onclick"})
    assert all(value.startswith("#") for name, value in made.attributes if name == "href")
    assert not re.search(r"url\(|@import|http", STYLE)


@pytest.mark.parametrize(
    "bad", ["\x00", "\x1b", "\x9b", "\u202e", "\u2066", "\ud800", "\u200b", "\ufeff"]
)
def test_what_cannot_be_seen_is_shown_as_a_replacement(bad, tmp_path):
    text = f"a{bad}b"
    result = submission(
        exercise(message=text, values=text, hint=text, code=f"x = '{text}'"),
        student=Student("x", text),
        source=text,
    )
    content = write_feedback(tmp_path, [result]).read_text(encoding="utf-8")
    assert bad not in content
    assert content.count("a\ufffdb") >= 6


def test_line_ends_of_every_kind_are_one_kind():
    assert "a\nb\nc" in page(submission(exercise(message="a\r\nb\rc"))).text


def test_code_that_is_too_long_is_cut_with_a_sentence():
    for code in ("x = 1\n" * (MOST_LINES + 1), "#" + "y" * LONGEST_CODE):
        text = page(submission(exercise(code=code))).text
        assert "It is too long for this page, and all of it was graded." in text
        assert len(text) < LONGEST_CODE + 2000
    short = page(submission(exercise(code="x = 1\n" * (MOST_LINES - 1)))).text
    assert "too long" not in short


@pytest.mark.parametrize("piece", ["(", "'''", '"\\', "{" * 9, "f'{", "\\\n", "@a.", "0_", "   \t"])
def test_code_that_is_hard_on_a_highlighter_takes_no_time(piece):
    begin = time.perf_counter()
    html = feedback_html([submission(exercise(code=piece * 100_000, message=piece * 100_000))])
    assert time.perf_counter() - begin < 2
    assert len(html) < 2_000_000


def test_the_same_results_make_the_same_bytes_in_any_order(tmp_path):
    results = [
        submission(*EVERY_STATE, graded_with=GRADED_WITH),
        submission(*STOPPED, notebook="01_tensors_keras"),
    ]
    first = write_feedback(tmp_path / "a", results).read_bytes()
    assert write_feedback(tmp_path / "b", results[::-1]).read_bytes() == first


def test_a_key_that_is_a_path_stays_in_the_folder(tmp_path):
    student = Student("../../etc/passwd", "Eve")
    path = write_feedback(tmp_path / "feedback", [submission(exercise(), student=student)])
    assert path.resolve().parent == (tmp_path / "feedback").resolve()


def test_a_page_is_for_one_student(tmp_path):
    with pytest.raises(ValueError, match="results of 2"):
        write_feedback(tmp_path, [submission(), submission(student=Student("b", "B"))])
    with pytest.raises(ValueError, match="results of 0"):
        write_feedback(tmp_path, [])


def test_headings_go_down_one_level_at_a_time_and_every_link_has_its_target():
    made = page(submission(*EVERY_STATE), submission(*STOPPED, notebook="01_tensors_keras"))
    levels = [int(tag[1]) for tag in made.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = [value for name, value in made.attributes if name == "id"]
    assert len(set(ids)) == len(ids)
    wanted = {
        value.lstrip("#") for name, value in made.attributes if name in ("href", "aria-labelledby")
    }
    assert wanted <= set(ids)
    assert ("lang", "en") in made.attributes


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    high, low = sorted([luminance(one), luminance(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


def themes():
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    light, dark, printed = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", b)) for b in blocks)
    return {"light": light, "dark": light | dark, "print": light | printed}


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_every_text_has_enough_contrast(theme):
    colours = themes()[theme]
    for name in ("ink", "quiet", "link"):
        assert contrast(colours[name], colours["paper"]) >= 4.5, name
    for name in ("ink", "keyword", "string", "comment", "number", "defined"):
        assert contrast(colours[name], colours["code-paper"]) >= 4.5, name


def test_the_page_is_for_the_student_of_its_key(tmp_path):
    assert (
        write_feedback(tmp_path, [submission(exercise(), student=Student("s12", "S"))]).stem
        == "s12"
    )
    assert write_feedback(tmp_path, [submission(exercise(), student=ANNA)]).stem != "s12"
