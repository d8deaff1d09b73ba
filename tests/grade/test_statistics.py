"""The class's numbers: what is counted, and where a number would mean nothing."""

import pytest

from lockstep.grade.model import Student
from lockstep.grade.reports.attention import attention, wants_attention
from lockstep.grade.reports.statistics import (
    by_lesson,
    exercise_figures,
    mistake_figures,
    slow,
    sums,
)
from tests.grade.samples import exercise, submission


def student(number):
    return Student(f"s{number:03}", f"Student {number:03}")


def lesson_of(*rows, **others):
    """Return a lesson from rows of points for exercises a, b, c; None is a blank. Each is worth 2."""
    results = [
        submission(
            *[
                exercise(name, *(("not attempted", 0) if got is None else (_state(got), got)), 2)
                for name, got in zip("abc", row, strict=False)
            ],
            student=student(at),
            **others,
        )
        for at, row in enumerate(rows)
    ]
    (lesson,) = by_lesson(results)
    return lesson


def _state(points):
    return {0: "wrong", 2: "right"}.get(points, "partly")


def figures(*rows):
    return {one.exercise: one for one in exercise_figures(lesson_of(*rows))}


def test_a_share_is_of_all_who_handed_in_and_another_of_those_who_tried():
    one = figures((2,), (1,), (0,), (None,))["a"]
    assert one.share == pytest.approx(3 / 8)
    assert one.tried_share == pytest.approx(3 / 6)
    assert (one.attempted, one.graded) == (3, 4)
    assert one.groups == {"right": 1, "partly": 1, "wrong": 1, "stopped": 0, "blank": 1}


def test_discrimination_is_the_correlation_with_the_sum_of_the_other_exercises():
    rows = [(2, 2, 2), (2, 2, 0), (0, 0, 0), (2, 0, 2), (0, 0, 2)] * 2
    one = figures(*rows)["a"]
    # By hand: a is (2,2,0,2,0), the rest (4,2,0,2,2); covariance 0.8, variances 0.96 and 1.6.
    assert one.discrimination == pytest.approx(0.8 / (0.96 * 1.6) ** 0.5)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([(2, 2), (0, 0)] * 4, "Too few submissions to say: it takes 10."),
        ([(2, 2), (2, 0)] * 8, "All got the same points here, so it tells nobody apart."),
        ([(2, 2), (0, 2)] * 8, "All got the same points elsewhere"),
    ],
)
def test_discrimination_is_not_said_where_it_would_mean_nothing(rows, why):
    one = figures(*rows)["a"]
    assert one.discrimination is None
    assert one.why_none.startswith(why)


def test_empty_notebooks_do_not_make_an_exercise_discriminate():
    mixed = [(2, 0), (0, 2), (2, 2), (0, 0)] * 4
    assert figures(*mixed)["a"].discrimination == pytest.approx(0)
    assert figures(*mixed, *[(None, None)] * 20)["a"].discrimination == pytest.approx(0)


def test_an_exercise_that_is_turned_around_wants_attention_in_a_class_that_is_large_enough():
    turned = [(2, 0, 0), (0, 2, 2)]
    large = lesson_of(*turned * 10)
    named = exercise_figures(large)
    assert wants_attention(named[0]) == ["who did better elsewhere did worse here"]
    sentences = attention(large, named, [], {"a": "First"})
    assert "in *First* those who did better elsewhere did worse" in sentences[0]
    assert not wants_attention(exercise_figures(lesson_of(*turned * 6))[0])


def test_a_correlation_a_little_below_nought_is_chance():
    rows = [(2, 2, 2), (2, 0, 0), (0, 2, 2), (0, 0, 0)] * 6 + [(2, 0, 0)]
    one = exercise_figures(lesson_of(*rows))[0]
    assert -0.2 < one.discrimination < 0
    assert not wants_attention(one)


def test_there_are_three_sentences_at_most_and_no_more_than_three_names_in_each():
    rows = [[0] * 3] * 12
    lesson = lesson_of(*rows)
    results = [submission(*[exercise(name, "wrong", 0, 2, mistake="m") for name in "abcdefg"],
                          student=student(at)) for at in range(12)]  # fmt: skip
    (wide,) = by_lesson([*results, submission(student=student(99), notebook="", state="missing")])
    for one in (lesson, wide):
        said = attention(one, exercise_figures(one), mistake_figures(one), {})
        assert len(said) <= 3
    assert "and 4 more" in said[0]
    assert "and 4 more" in said[1]


def test_points_are_spread_by_whole_points_and_a_part_of_one_counts_below():
    spread = sums(lesson_of((2, 1.5), (2, 2), (0, 0), (0.5, 0)).graded)
    assert spread.bars == (("0", 2), ("1", 0), ("2", 0), ("3", 1), ("4", 1))
    assert (spread.full, spread.none, spread.out_of) == (1, 1, 4)
    assert (spread.mean, spread.median) == (2.0, 2.0)


def test_shares_that_add_up_to_a_whole_point_reach_it():
    almost = exercise("a", "partly", 0.9999999999999999, 3)
    assert dict(sums([submission(almost)]).bars)["1"] == 1


def test_a_large_class_and_notebooks_worth_different_sums_are_spread_by_tenths():
    many = sums(lesson_of(*[(2, 0)] * 120).graded)
    assert not many.in_points
    assert dict(many.bars)["50"] == 120
    mixed = [submission(exercise("a", "right", 2, 2)), submission(exercise("a", "wrong", 2, 4))]
    spread = sums(mixed)
    assert (spread.out_of, spread.mean) == (None, 0.75)
    assert dict(spread.bars)["100"] == dict(spread.bars)["50"] == 1
    assert sums([]) is None


def test_mistakes_are_counted_over_who_attempted_and_unexplained_ones_come_last():
    wrong = [("no shift", 3), ("columns", 1), (None, 5)]
    results = [
        submission(
            exercise("softmax", "wrong", 0, 2, mistake=name), student=student(10 * at + each)
        )
        for at, (name, count) in enumerate(wrong)
        for each in range(count)
    ]
    blank = submission(exercise("softmax", "not attempted", 0, 2), student=student(77))
    (lesson,) = by_lesson([*results, blank])
    found = mistake_figures(lesson)
    assert [(one.mistake, one.count, one.attempted) for one in found] == [
        ("no shift", 3, 9),
        ("columns", 1, 9),
        (None, 5, 9),
    ]


def test_the_mistake_that_most_made_comes_first_even_where_few_attempted_the_other():
    rare = [submission(exercise("a", "not attempted", 0, 2), exercise("b", "wrong", 0, 2, mistake="m"),
                       student=student(at)) for at in range(3)]  # fmt: skip
    alone = submission(exercise("a", "wrong", 0, 2, mistake="n"), exercise("b"), student=student(9))
    (lesson,) = by_lesson([*rare, alone])
    assert [(one.mistake, one.share) for one in mistake_figures(lesson)] == [("m", 0.75), ("n", 1)]


def test_a_run_is_slow_only_far_above_the_class_and_ten_seconds():
    quick = [submission(student=student(at), seconds=0.5) for at in range(5)]
    assert slow(quick) == []
    assert slow([*quick, submission(student=student(8), seconds=9.0)]) == []
    late = submission(student=student(9), seconds=12.0)
    assert slow([*quick, late]) == [late]
    assert slow([submission(student=student(at), seconds=30.0) for at in range(5)]) == []
    assert slow([]) == []
