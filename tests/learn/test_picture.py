"""The picture of the learner's way over the course."""

import base64
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from lockstep.learn import exercises, journal
from lockstep.learn.colours import COLOURS
from lockstep.learn.picture import progress

LESSON = Path(__file__).parents[1] / "every_kind_of_question.md"


@pytest.fixture(autouse=True)
def course(tmp_path, monkeypatch):
    lessons = tmp_path / "lessons"
    for name in ("00_start", "01_demo"):
        (lessons / name).mkdir(parents=True)
    shutil.copy(LESSON, lessons / "01_demo" / "lesson.md")
    (lessons / "00_start" / "lesson.md").write_text("---\ntitle: Start here\nframeworks: []\n---\n")
    monkeypatch.setenv("LOCKSTEP_LESSONS", str(lessons))
    monkeypatch.setenv("LOCKSTEP_HOME", str(tmp_path / "home"))
    have = {"01_demo": {"softmax": SimpleNamespace(name="softmax")}}
    monkeypatch.setattr(exercises, "load_exercises", lambda folder: have.get(folder.name, {}))


def answer(name, right, framework="keras", version=1):
    journal.write("checkpoint", "01_demo", framework, name, version=version, right=right)


def cells():
    return {line.split("  ")[0] + "/" + framework: line.split()[-6:]
            for line in repr(progress()).splitlines()[1:]
            for framework in ("PyTorch", "Keras", "both") if framework in line}  # fmt: skip


def test_a_lesson_has_a_row_for_each_framework_and_one_without_a_pair_has_one():
    table = repr(progress())
    assert table.splitlines()[0].startswith("Lesson ")
    assert [line.split()[0] for line in table.splitlines()[1:]] == ["00", "01", "01"]
    assert "Every kind of question  PyTorch   0 of 7" in table


def test_what_was_ever_right_counts_once_and_in_its_own_notebook():
    answer("a_choice", False)
    answer("a_choice", True)
    answer("a_choice", True)
    answer("a_number", True)
    answer("a_number", False)
    answer("a_shape", False)
    journal.write("check", "01_demo", "keras", "softmax", state="right", points=2)
    assert cells()["01/Keras"] == ["2", "of", "7", "1", "of", "1"]
    assert cells()["01/PyTorch"] == ["0", "of", "7", "0", "of", "1"]


def test_answers_to_what_is_no_longer_there_do_not_count():
    answer("a_choice", True, version=7)
    answer("gone", True)
    journal.write("check", "01_demo", "keras", "gone", state="right", points=2)
    journal.write("check", "01_demo", "keras", "softmax", state="not yet", points=0)
    assert cells()["01/Keras"] == ["0", "of", "7", "0", "of", "1"]


def picture(bundle):
    """The PNG that the page holds."""
    return base64.b64decode(bundle["text/html"].partition("base64,")[2].partition('"')[0])


def test_the_display_is_a_picture_with_words_and_a_table():
    bundle = progress()._repr_mimebundle_()
    assert picture(bundle).startswith(b"\x89PNG")
    assert (
        "Every kind of question, Keras: 0 of 7 questions, 0 of 1 exercise." in bundle["text/html"]
    )
    assert bundle["text/plain"].startswith("Lesson")


def test_a_course_without_lessons_has_an_empty_picture(tmp_path, monkeypatch):
    monkeypatch.setenv("LOCKSTEP_LESSONS", str(tmp_path / "none"))
    assert picture(progress()._repr_mimebundle_()).startswith(b"\x89PNG")


def test_the_frameworks_have_the_courses_two_colours():
    assert COLOURS == {"pytorch": "#D55E00", "keras": "#0072B2"}
