"""The pages that Sphinx reads: one page a lesson, with a switch where the twins differ."""

import base64
import json
import re

import pytest

from lockstep.build.compose import compose
from lockstep.build.lesson import load_lesson
from lockstep.build.new import new_lesson
from lockstep.learn.questions import KINDS, load_questions
from lockstep.site.lesson_page import exercises_page, lesson_page
from lockstep.site.links import Links
from lockstep.site.outputs import MissingOutputError, read_outputs
from lockstep.site.questions import question_block
from lockstep.site.texts import doc_pages, front_page
from tests.conftest import ROOT

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
EVERY_KIND = ROOT / "tests" / "every_kind_of_question.md"


@pytest.fixture
def page_of(course):
    """Return a function that gives a small lesson's page; its cells gave what `outputs` says."""
    folder = new_lesson(course / "lessons", "21_name")
    pages = course / "pages"

    def page(more="", outputs=None):
        text = folder / "lesson.md"
        text.write_text(text.read_text(encoding="utf-8") + more, encoding="utf-8")
        lesson = load_lesson(folder)
        for notebook in compose(lesson):
            write_executed(course / notebook.path, notebook, outputs or {})
        links = Links(course, pages, ["21_name"])
        return lesson_page(lesson, read_outputs(course, lesson, pages), links)

    return page


def write_executed(path, notebook, outputs):
    content = notebook.to_dict()
    for cell in content["cells"]:
        for start, output in outputs.items():
            if "".join(cell["source"]).startswith(start):
                cell["outputs"] = [output]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def printed(text):
    return {"output_type": "stream", "name": "stdout", "text": [text]}


def tab(page, framework):
    """Return all that one framework's tabs hold."""
    return "\n".join(re.findall(rf":sync: {framework}\n\n(.*?)\n:::+(?=\n)", page, re.DOTALL))


# --- A lesson ----------------------------------------------------------------------------------


def test_what_holds_for_both_stands_once_and_code_stands_in_tabs(page_of):
    page = page_of()
    assert page.count("One paragraph: what this lesson builds") == 1
    assert page.count("inputs = np.random") == 1
    assert "import torch" in tab(page, "pytorch")
    assert "import torch" not in tab(page, "keras")
    assert "import keras" in tab(page, "keras")


def test_neighbouring_pieces_that_differ_share_one_switch(page_of):
    more = "\n:::{pytorch}\nIn PyTorch it is so.\n:::\n\n:::{keras}\nIn Keras it is so.\n:::\n"
    switches = page_of().count("{tab-set}")
    page = page_of(more)
    assert page.count("{tab-set}") == switches
    assert "In Keras it is so." in tab(page, "keras")


def test_what_one_framework_alone_has_to_say_is_its_only_tab(page_of):
    page = page_of("\n## Alone\n\nBoth.\n\n:::{keras}\nIn Keras it is so.\n:::\n")
    alone = page.partition("## Alone")[2].partition("## ")[0]
    assert re.findall(r"\{tab-item\} (\w+)", alone) == ["Keras"]


def test_an_output_stands_under_its_code_once_where_it_is_the_same(page_of):
    page = page_of(outputs={"inputs = ": printed("drawn\n")})
    assert re.search(
        r"size=\(3, 2\)\)\n```\n\n```\{code-block\} text\n:class: output\n\ndrawn\n```", page
    )


def test_outputs_that_differ_stand_in_tabs(page_of):
    outputs = {"logits = torch": printed("a tensor"), "logits = keras": printed("another")}
    page = page_of(outputs=outputs)
    assert "a tensor" in tab(page, "pytorch")
    assert "another" in tab(page, "keras")


def test_a_widget_shows_its_picture_with_the_settings_it_was_drawn_for(page_of, course):
    html = f'<p>rate: 0.1</p><img src="data:image/png;base64,{DOT}" alt="It [falls].">'
    html += "<p>Run this cell to move the slider.</p>"
    data = {"text/html": [html], "text/plain": ["a slider"]}
    page = page_of(outputs={"inputs = ": {"output_type": "display_data", "data": data}})
    shown = re.search(r"!\[It \(falls\)\.\]\((/pictures/\w+\.png)\)\n\n\*rate: 0\.1\.", page)
    assert (course / "pages" / shown[1][1:]).read_bytes() == base64.b64decode(DOT)
    assert "Run this cell" not in page


def test_an_error_that_is_shown_on_purpose_is_one_line(page_of):
    error = {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": "no",
        "traceback": ["\x1b[31m"],
    }
    assert "\nValueError: no\n" in page_of(outputs={"inputs = ": error})


def test_a_printed_fence_does_not_end_the_output(page_of):
    page = page_of(outputs={"inputs = ": printed("```\n## no heading\n```\n")})
    assert "````{code-block} text\n:class: output\n\n```\n## no heading\n```\n````" in page


def test_a_notebook_that_was_not_built_is_named(page_of, course):
    page_of()
    folder = course / "lessons" / "21_name"
    text = (folder / "lesson.md").read_text(encoding="utf-8")
    (folder / "lesson.md").write_text(text.replace("size=(3, 2)", "size=(3, 4)"), encoding="utf-8")
    with pytest.raises(MissingOutputError, match="run `lockstep build 21_name`"):
        read_outputs(course, load_lesson(folder), course / "pages")


# --- Questions and exercises -------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_hides_every_answer_and_reason_in_a_fold(kind):
    questions = load_questions(EVERY_KIND, "keras").values()
    question = next(each for each in questions if each.kind == kind)
    asked, _, folded = question_block(question).partition("{dropdown} Answer")
    written = EVERY_KIND.read_text(encoding="utf-8").partition(f"{{checkpoint}} {question.name}\n")[
        2
    ]
    reasons = re.findall(r"^ *why: (.+)$", written.partition("```")[0], re.MULTILINE)
    assert question.question.splitlines()[0] in asked
    assert reasons
    for reason in reasons:
        assert reason in folded
        assert reason not in asked


def test_the_right_answers_are_told_apart():
    questions = load_questions(EVERY_KIND, "keras")
    answers = {
        name: question_block(each).partition("{dropdown}")[2] for name, each in questions.items()
    }
    for letter, option in zip("abc", questions["a_choice"].options, strict=True):
        said = "right" if option.right else "wrong"
        assert f"**{letter}** is {said}. {option.why}" in answers["a_choice"]
    assert "**7840** weights" in answers["a_number"]
    assert "**(32, 10)**" in answers["a_shape"]
    assert "1. `(out,)`: **bias**. One shift" in answers["a_match"]
    first, second = answers["an_order"].index("backward()"), answers["an_order"].index("step()")
    assert first < second


def test_an_exercises_page_shows_the_blanks_and_no_solution(course):
    lesson = load_lesson(new_lesson(course / "lessons", "21_name"))
    page = exercises_page(lesson, Links(course, course / "pages", ["21_name"]))
    assert tab(page, "keras").count("raise NotImplementedError()") == 1
    assert "*Difficulty" in page
    for secret in ("values.mean", "ops.mean", "values.sum", "ops.sum", "SOLUTION"):
        assert secret not in page


# --- Links and texts ---------------------------------------------------------------------------


@pytest.fixture
def links(tmp_path):
    return Links(ROOT, tmp_path, ["01_tensors", "04_simple_net"])


@pytest.mark.parametrize(
    ("home", "target", "there"),
    [
        (
            "README.md",
            "docs/grading.md#what-you-can-give-it",
            "/docs/grading.md#what-you-can-give-it",
        ),
        ("docs/teaching.md", "../README.md", "/index.md"),
        ("notebooks/x.ipynb", "01_tensors_keras.ipynb", "/lessons/01_tensors.md"),
        (
            "notebooks/x.ipynb",
            "../exercises/04_simple_net_keras.ipynb",
            "/exercises/04_simple_net.md",
        ),
        ("README.md", "LICENSE", "https://github.com/lockstep-course/lockstep/blob/main/LICENSE"),
        ("README.md", "https://example.org/a.md", "https://example.org/a.md"),
        ("docs/grading.md", "#on-a-cluster", "#on-a-cluster"),
        ("README.md", "docs/pictures/pair.png", "/docs/pictures/pair.png"),
        ("README.md", "no_such_file.md", "no_such_file.md"),
    ],
)
def test_a_link_leads_to_the_page_that_its_file_became(links, home, target, there):
    assert links.rewrite(f"See [this]({target}).", home) == f"See [this]({there})."


def test_a_lessons_name_in_code_leads_to_the_lesson(links):
    text = links.name_lessons("`04_simple_net` and [`01_tensors`](x), not `04_simple_net.ipynb`")
    assert (
        text
        == "[`04_simple_net`](/lessons/04_simple_net.md) and [`01_tensors`](x), not `04_simple_net.ipynb`"
    )


def test_the_front_page_is_readme_with_the_table_of_pages(tmp_path):
    lessons = [load_lesson(ROOT / "lessons" / "04_simple_net")]
    page = front_page(ROOT, lessons, Links(ROOT, tmp_path, ["04_simple_net"]))
    assert "make lab" in page
    assert "| 04 | [A simple network](/lessons/04_simple_net.md) |" in page
    assert "colab-badge.svg" not in page  # a picture from a network


def test_every_text_in_docs_has_a_page_and_a_place_in_the_contents(tmp_path):
    links = Links(ROOT, tmp_path, [])
    pages = doc_pages(ROOT, links)
    front = front_page(ROOT, [], links).splitlines()
    for path in (ROOT / "docs").glob("*.md"):
        assert f"docs/{path.name}" in pages
        assert f"docs/{path.stem}" in front
