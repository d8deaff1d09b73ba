"""What makes the builder refuse a lesson before anything runs."""

import pytest

from lockstep.build.errors import LessonError
from lockstep.build.lesson import load_lesson
from lockstep.build.new import new_lesson

STEP = "\n## One\n\n```{code-cell}\n:tags: [pytorch]\nx = 1\n```\n"
QUESTION = """
```{checkpoint} again
kind: choice
question: Why?
options:
  - text: a
    why: b
  - text: c
    why: d
```
"""


@pytest.fixture
def lesson(course):
    return new_lesson(course / "lessons", "21_name")


def change(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refused(folder):
    with pytest.raises(LessonError) as caught:
        load_lesson(folder)
    return str(caught.value)


def test_a_new_lesson_is_accepted(lesson):
    assert load_lesson(lesson).frameworks == ["pytorch", "keras"]


def test_a_one_sided_step_is_refused(lesson):
    path = lesson / "lesson.md"
    lines = path.read_text(encoding="utf-8").count("\n")
    path.write_text(path.read_text(encoding="utf-8") + STEP, encoding="utf-8")
    message = refused(lesson)
    assert message.startswith(f"lessons/21_name/lesson.md:{lines + 4}: ")
    assert "code for PyTorch and none for Keras" in message


def test_a_one_sided_step_that_says_why_is_accepted(lesson):
    path = lesson / "lesson.md"
    reason = "\n:::{only} pytorch\nKeras has none.\n:::\n"
    path.write_text(path.read_text(encoding="utf-8") + STEP + reason, encoding="utf-8")
    load_lesson(lesson)


def test_a_reason_where_both_have_code_is_refused(lesson):
    change(
        lesson, "lesson.md", "## The two agree\n", "## The two agree\n\n:::{only} keras\nx\n:::\n"
    )
    assert "not true of it" in refused(lesson)


def test_a_checkpoint_without_a_right_answer_is_refused_with_its_line(lesson):
    path = lesson / "lesson.md"
    path.write_text(path.read_text(encoding="utf-8") + QUESTION, encoding="utf-8")
    message = refused(lesson)
    assert "Checkpoint 'again'" in message
    assert "right" in message


def test_two_checkpoints_of_one_name_are_refused(lesson):
    text = (lesson / "lesson.md").read_text(encoding="utf-8")
    block = text[text.index("```{checkpoint}") : text.index("The 3 is what")]
    block += "x\n```\n"
    (lesson / "lesson.md").write_text(f"{text}\n{block}", encoding="utf-8")
    assert "two checkpoints" in refused(lesson)


def test_a_broken_checkpoint_is_refused_with_the_line_of_the_yaml(lesson):
    change(lesson, "lesson.md", "answer: [4, 2]", "answer: [4, 2")
    text = (lesson / "lesson.md").read_text(encoding="utf-8")
    fence = text[: text.index("```{checkpoint}")].count("\n") + 1
    line = int(refused(lesson).split(":")[1])
    assert fence < line <= fence + 7


def test_a_meeting_point_that_is_not_listed_is_refused(lesson):
    change(lesson, "lesson.md", 'meet("logits", logits)', 'meet("logit", logits)')
    assert "not listed" in refused(lesson)


def test_a_meeting_point_that_one_twin_never_reaches_is_refused(lesson):
    change(lesson, "lesson.md", 'meet("logits", logits)', "print(logits)")
    assert "The PyTorch twin never reaches the meeting point 'logits'" in refused(lesson)


def test_a_meeting_point_of_an_unknown_kind_is_refused(lesson):
    change(lesson, "lesson.md", "  logits: logits", "  logits: guess")
    assert "no kind of meeting point 'guess'" in refused(lesson)


def test_an_exercise_without_a_check_is_refused(lesson):
    change(lesson, "exercises.md", ":exercise: row_means", ":exercise: rows")
    assert "'rows' has no check" in refused(lesson)


def test_a_check_without_an_exercise_is_refused(lesson):
    (lesson / "exercises.md").write_text("---\ntitle: T\n---\n", encoding="utf-8")
    assert "No answer cell" in refused(lesson)


def test_an_answer_for_one_framework_is_refused(lesson):
    change(lesson, "exercises.md", ":tags: [keras, answer]", ":tags: [keras, alternative]")
    assert "0 answer cells for Keras" in refused(lesson)


def test_an_answer_that_defines_another_name_is_refused(lesson):
    change(lesson, "exercises.md", "def row_means(values):", "def means(values):")
    assert "must define" in refused(lesson)


def test_an_answer_without_markers_is_refused(lesson):
    change(lesson, "exercises.md", "    ### END SOLUTION\n", "")
    assert "### BEGIN SOLUTION" in refused(lesson)


def test_an_answer_that_is_not_python_is_refused_with_its_line(lesson):
    change(lesson, "exercises.md", "    return values.mean(dim=1)", "    return values.mean(dim=1")
    text = (lesson / "exercises.md").read_text(encoding="utf-8")
    line = text[: text.index("return values.mean(dim=1")].count("\n") + 1
    assert f"exercises.md:{line}: This is not Python" in refused(lesson)


def test_two_mistakes_or_two_hints_are_too_few(lesson):
    change(lesson, "checks.py", '            "Average over axis 1.",\n', "")
    assert "2 hints" in refused(lesson)


def test_checks_that_cannot_be_imported_are_told_with_their_line(lesson):
    path = lesson / "checks.py"
    path.write_text("import numpy\n\nEXERCISES = [nothing]\n", encoding="utf-8")
    assert "checks.py:3: checks.py cannot be imported: NameError" in refused(lesson)


def test_a_rubric_that_cannot_be_read_is_refused(lesson):
    (lesson / "rubric.yaml").write_text("title: In words\n", encoding="utf-8")
    assert refused(lesson).startswith("lessons/21_name/rubric.yaml:1: it needs `title:`")


def test_front_matter_that_is_incomplete_is_refused(lesson):
    change(lesson, "lesson.md", "minutes: 30", "minutes: soon")
    assert "`minutes:` (int)" in refused(lesson)


@pytest.mark.parametrize("name", ["name", "1_name", "21 name", "21_Name", "../21_name"])
def test_a_lesson_is_not_laid_out_under_another_kind_of_name(course, name):
    with pytest.raises(ValueError, match="no lesson's name"):
        new_lesson(course / "lessons", name)


def test_a_lesson_that_exists_is_not_laid_out_again(lesson):
    with pytest.raises(ValueError, match="exists already"):
        new_lesson(lesson.parent, lesson.name)
