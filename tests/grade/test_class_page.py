"""The class's page: what a teacher sees, what must not run in it, and that it is the same each time."""

import base64
import hashlib
import itertools
import random
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lockstep.grade.adjusted import Adjusted, Late
from lockstep.grade.model import Student
from lockstep.grade.reports.class_page import _style, class_html, write_class_page
from lockstep.grade.reports.feedback import write_feedback
from lockstep.grade.running import write_reports
from lockstep.grade.store import Store
from tests.grade.samples import ANNA, EVERY_STATE, GRADED_WITH, STOPPED, exercise, submission
from tests.grade.test_feedback import HOSTILE, Page
from tests.grade.test_first_answers import line

NAMES = ("softmax", "cross_entropy", "accuracy")
WORTH = {"softmax": 2, "cross_entropy": 3, "accuracy": 1}


def student(number):
    return Student(f"s{number:03}", f"Student {number:03}")


def answers(*states, **others):
    """Return the results of the first exercises, each with one of these states."""
    return [
        exercise(name, state, WORTH[name] if state == "right" else 0.0, WORTH[name], **others)
        for name, state in zip(NAMES, states, strict=True)
    ]


def class_of(number, **others):
    """Return a class in which the third got softmax wrong by the same mistake, and two left a blank."""
    return [
        submission(
            exercise(
                "softmax", "wrong", 0, 2, mistake="no shift", code=f"def softmax(x): return {at}"
            )
            if at % 3 == 0
            else exercise("softmax", code=f"def softmax(x): return {at}"),
            exercise("cross_entropy", "not attempted", 0, 3)
            if at in (1, 2)
            else exercise("cross_entropy", points=3.0, out_of=3),
            student=student(at),
            graded_with=GRADED_WITH,
            seconds=0.5,
            **others,
        )
        for at in range(number)
    ]


def page(*results, **others):
    return Page(class_html(results, **others))


def test_what_wants_attention_stands_before_everything_else():
    results = [
        submission(
            *answers("wrong", "right", "time limit", mistake="no shift"), student=student(at)
        )
        for at in range(6)
    ]
    text = page(*results, submission(student=ANNA, notebook="", state="missing")).text
    wants = text[text.index("What wants attention") : text.index("Who handed in")]
    assert "Less than half of the points were got in Softmax that does not overflow (0%)" in wants
    assert "6 of 6 in Softmax that does not overflow (“no shift”)" in wants
    assert "6 answers ran out of time and 1 student handed in nothing." in wants
    assert text.index("Who handed in") < text.index("Points\n") < text.index("Exercises\n")


def test_who_was_late_absent_or_unreadable_is_named():
    results = [
        *class_of(3),
        submission(student=student(7), late=True),
        submission(student=student(8), notebook="", state="missing", source="", digest=""),
        submission(student=student(9), state="unreadable", reason="It is cut off."),
    ]
    text = page(*results, late=[("s001", "04_simple_net_pytorch")]).text
    handed_in = text[text.index("Who handed in") : text.index("Points\n")]
    assert "2 graded\n" in handed_in
    assert "2 graded, late" in handed_in
    assert "Student 001, Student 007" in handed_in
    assert "1 cannot be read" in handed_in
    assert "It is cut off." in handed_in
    assert "1 handed in nothing" in handed_in
    assert "Student 008" in handed_in


def test_whoever_handed_in_another_lesson_only_is_absent_in_this_one():
    other = submission(exercise("tensor_shapes"), student=ANNA, notebook="01_tensors_keras")
    html = class_html([*class_of(2), other])
    first, second = html.split('id="lesson-2"')
    assert "2 handed in nothing" in first.split('id="lesson-1"')[1]
    assert "1 handed in nothing" in second
    assert 'href="#lesson-1"' in first


def test_an_unreadable_file_of_no_lesson_is_listed_and_makes_nobody_absent():
    lost = submission(student=ANNA, notebook="", state="unreadable", reason="No notebook in it.")
    text = page(*class_of(2), lost).text
    assert "No notebook in it." in text[: text.index("What wants attention")]
    assert "handed in nothing" not in text


def test_each_mistake_has_its_share_of_those_who_attempted_and_what_the_check_says():
    results = [
        *class_of(6),
        submission(exercise("softmax", "not attempted", 0, 2), student=ANNA),
    ]
    text = page(*results).text
    misunderstood = text[
        text.index("What the class misunderstands") : text.index("Runs to look at")
    ]
    assert "“no shift”2 of 6 (33%)" in misunderstood.replace("\n", "")
    assert "Take the row's largest logit away before you raise e to it." in misunderstood
    assert "Student 000, Student 003" in misunderstood


def test_twins_stand_together_and_each_exercise_says_its_share_in_both():
    keras = [replace(one, student=student(at + 50), notebook="04_simple_net_keras")
             for at, one in enumerate(class_of(3))]  # fmt: skip
    html = class_html([*class_of(6), *keras])
    assert html.count('class="notebook"') == 1
    assert "PyTorch 67% (6) · Keras 67% (3)" in html
    assert "9 graded submissions (6 PyTorch, 3 Keras) by 9 students." in html


def test_who_did_both_twins_is_one_student():
    both = [
        submission(exercise(), student=ANNA),
        submission(exercise(), student=ANNA, notebook="04_simple_net_keras"),
    ]
    text = page(*both).text
    assert "1 student, 2 submissions graded" in text
    assert "1 graded\n" in text


def test_what_came_to_no_answer_is_listed_with_all_who_met_it():
    same = {"message": "`softmax` raised NameError: name 'tf' is not defined"}
    results = [
        submission(exercise(state="error", points=0, **same), student=student(at), seconds=1.0)
        for at in range(3)
    ]
    crashed = submission(*STOPPED, student=ANNA, notes=("Cell 3 was left out.",), seconds=40.0)
    text = page(*results, crashed).text
    runs = text[text.index("Runs to look at") :]
    assert "Student 000, Student 001, Student 002" in runs
    assert runs.count("raised NameError") == 1
    assert "■ crashed" in runs
    assert "Anna Jünger (40 s)" in runs
    assert "Cell 3 was left out." in runs


def test_what_came_to_no_answer_stands_in_the_order_of_the_exercises():
    results = [
        submission(
            exercise("debug_port", "crashed", 0, 4, message="It ended."), student=student(0)
        ),
        submission(exercise("softmax", "error", 0, 2, message="Raised."), student=student(1)),
    ]
    text = page(*results).text
    assert text.index("Raised.") < text.index("It ended.")


def test_it_says_what_it_rests_on():
    text = page(*class_of(4, handed_in="2026-11-20T17:03:00+00:00")).text
    rests = text[text.index("What this rests on") :]
    for words in (
        "4 graded submissions (4 PyTorch) by 4 students.",
        "Graded 2026-11-27 10:00 UTC.",
        "Hidden cases drawn from seed: 8675309.",
        "Revision of the exercises: cafe0123.",
        "numpy 2.4.6, python 3.11.2, torch 2.13.0",
    ):
        assert words in rests


def test_results_of_several_seeds_and_revisions_are_told_apart():
    results = class_of(2)
    results[0] = replace(results[0], graded_with=replace(GRADED_WITH, seed=1, revision="b"))
    text = page(*results).text
    assert "seed: 1, 8675309. The shares mix answers to different cases." in text
    assert "The exercises changed in between" in text


@pytest.mark.parametrize(
    ("results", "words"),
    [
        ([], "No notebook of any lesson has come in yet."),
        ([submission(student=ANNA, notebook="", state="missing")], "No notebook of any lesson"),
        ([submission(student=ANNA, state="unreadable")], "Nothing is graded yet."),
        ([submission(*EVERY_STATE)], "There is one submission, so every figure here is this one"),
        (class_of(4), "one student more or less moves a share by 25%."),
        (
            [submission(*answers(*3 * ["right"]), student=student(at)) for at in range(12)],
            "All got the same points here, so it tells nobody apart.",
        ),
        (
            [submission(*answers(*3 * ["wrong"]), student=student(at)) for at in range(12)],
            "12 got none.",
        ),
        (
            [submission(*answers(*3 * ["not attempted"]), student=student(at)) for at in range(12)],
            "Nobody attempted it.",
        ),
    ],
)
def test_classes_at_the_edges_make_a_page_that_says_so(results, words):
    assert words in page(*results).text


def test_an_exercise_and_a_lesson_that_the_course_does_not_have_keep_their_names():
    text = page(
        submission(exercise("knitting", "wrong", 0, 2, mistake="x"), notebook="77_wool_keras")
    ).text
    assert "77_wool" in text
    assert "knitting: “x”" in text


def hostile_results():
    """Return results in which everything that came from a student is hostile."""
    mallory = Student(HOSTILE, HOSTILE)
    said = {"message": HOSTILE, "code": HOSTILE, "mistake": HOSTILE, "hint": HOSTILE}
    copied = "\n".join(f"    {HOSTILE} = {at}" for at in range(20))
    return [
        submission(
            exercise("softmax", "wrong", 0, 2, **said | {"code": copied}),
            exercise("cross_entropy", "error", 0, 3, **said),
            student=one,
            source=HOSTILE,
            notes=(HOSTILE,),
            handed_in=HOSTILE,
            seconds=99.0,
            graded_with=replace(GRADED_WITH, versions={HOSTILE: HOSTILE}, time=HOSTILE),
        )
        for one in (mallory, ANNA)
    ] + [submission(student=Student("x", HOSTILE), state="unreadable", source=HOSTILE, reason=HOSTILE)]  # fmt: skip


def test_nothing_that_came_from_a_student_becomes_a_tag():
    hostile = page(*hostile_results())
    assert "script" not in hostile.tags
    assert "img" not in hostile.tags
    assert not {name for name, _ in hostile.attributes if name.startswith("on")}
    assert "<script>alert(1)</script>" in hostile.text  # it is there, as text


def test_nothing_can_run_or_be_fetched():
    html = class_html(class_of(12))
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert f'http-equiv="Content-Security-Policy" content="{policy}"' in html
    attributes = Page(html).attributes
    assert "style" not in {name for name, _ in attributes}
    links = [value for name, value in attributes if name in ("href", "src")]
    assert all(link.startswith(("#", "feedback/s")) for link in links)


def test_every_picture_has_a_title_and_a_description_of_its_own():
    html = class_html(class_of(12))
    apart = Page(html)
    labels = [value for name, value in apart.attributes if name == "aria-labelledby"]
    idents = [value for name, value in apart.attributes if name == "id"]
    assert len(set(idents)) == len(idents)
    assert set(itertools.chain.from_iterable(label.split() for label in labels)) <= set(idents)
    assert apart.tags.count("svg") == apart.tags.count("desc") > 5
    assert "Answers to Softmax that does not overflow8 right, 4 wrong" in apart.text


def test_a_name_leads_to_the_page_of_feedback_that_is_written_beside_it(tmp_path):
    result = submission(exercise("softmax", "error", 0, 2), student=Student("ü/1", "Zoë"))
    write_class_page(tmp_path / "class.html", [result])
    links = [value for name, value in page(result).attributes if name == "href"]
    written = write_feedback(tmp_path / "feedback", [result])
    assert f"feedback/{written.name}" in links


def test_the_same_results_in_any_order_make_the_same_bytes(tmp_path):
    results = [*class_of(30), *hostile_results()]
    first = write_class_page(tmp_path / "1.html", results).read_bytes()
    random.Random(1).shuffle(results)
    assert write_class_page(tmp_path / "2.html", results).read_bytes() == first


def test_three_hundred_students_take_seconds():
    results = [
        submission(
            *[
                replace(one, code=f"{one.code}\n    {at} + {place}, torch.ones({at}).sum(dim=0)")
                for place, one in enumerate(EVERY_STATE)
            ],
            student=student(at),
        )
        for at in range(300)
    ]
    began = time.process_time()
    class_html(results)
    assert time.process_time() - began < 15


def test_a_class_too_large_to_compare_says_so(monkeypatch):
    assert "no verdict" in class_html(class_of(5))
    monkeypatch.setattr("lockstep.grade.reports.alike.MOST_COMPARED", 4)
    monkeypatch.setattr("lockstep.grade.reports.class_sections.MOST_COMPARED", 4)
    html = class_html(class_of(5))
    assert "of more than 4 none is compared" in html
    assert "None were found" not in html


def test_it_is_written_beside_the_gradebook_with_who_was_late_and_what_was_answered(tmp_path):
    store = Store(tmp_path / "grades.sqlite")
    for one in class_of(3):
        store.put(one)
    progress = tmp_path / "p.jsonl"
    progress.write_text(line())
    late = Late(datetime(2026, 11, 20, tzinfo=UTC), None, 0.0)

    def adjust(result):
        return Adjusted(result, late=late if result.student.key == "s001" else None)

    write_reports(tmp_path, store, set(), {"s000": progress}, adjust)
    store.close()
    text = Page((tmp_path / "class.html").read_text(encoding="utf-8")).text
    assert "1 graded, late" in text
    assert "1 student handed in their progress." in text
