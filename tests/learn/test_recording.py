"""What a learner recorded comes back, in any notebook."""

import pytest

from lockstep.learn import journal, record, recorded
from lockstep.learn.errors import CourseError
from lockstep.learn.recording import Figure
from lockstep.learn.session import Session


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("LOCKSTEP_HOME", str(tmp_path))


@pytest.fixture
def in_notebook(monkeypatch):
    return lambda lesson, framework: monkeypatch.setattr(
        "lockstep.learn.session._current", Session(lesson, framework)
    )


def test_nothing_recorded_gives_an_empty_list():
    assert recorded() == []


def test_figures_come_back_lesson_by_lesson_with_where_they_were_measured(in_notebook):
    in_notebook("16_speed", "keras")
    record("a step", 2.5, "ms")
    in_notebook("04_simple_net", "pytorch")
    record("test accuracy", 0.9)
    assert recorded() == [
        Figure("04_simple_net", "pytorch", "test accuracy", 0.9),
        Figure("16_speed", "keras", "a step", 2.5, "ms"),
    ]


def test_the_newest_figure_counts_and_each_framework_has_its_own(in_notebook):
    in_notebook("16_speed", "keras")
    record("a step", 2.5, "ms")
    record("a step", 2.0, "ms")
    in_notebook("16_speed", "pytorch")
    record("a step", 1.0, "ms")
    assert [(figure.framework, figure.value) for figure in recorded()] == [
        ("keras", 2.0),
        ("pytorch", 1.0),
    ]


def test_entries_of_another_kind_or_without_a_number_are_passed_over():
    journal.write("check", "16_speed", "keras", "softmax", value=1.0)
    journal.write("record", "16_speed", "keras", "a step", value="fast")
    assert recorded() == []


def test_what_is_no_finite_number_is_refused_in_a_sentence(in_notebook):
    in_notebook("16_speed", "keras")
    with pytest.raises(CourseError, match="one finite number"):
        record("a step", float("nan"))
