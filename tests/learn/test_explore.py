"""Several controls: one picture for each combination, drawn once."""

from itertools import product

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from lockstep.learn.errors import CourseError
from lockstep.learn.widgets import picture_widget
from lockstep.learn.widgets.explore import explore

VIEW = "application/vnd.jupyter.widget-view+json"
CONTROLS = {
    "rate": [0.1, 1.0, 10.0],
    "momentum": [False, True],
    "activation": ["relu", "tanh", None],
}


@pytest.fixture
def drawn():
    return []


@pytest.fixture
def draw(drawn):
    def draw_line(*chosen):
        drawn.append(chosen)
        return Figure(figsize=(1, 1))

    return draw_line


def choose(widget, index):
    widget._handle_custom_msg({"type": "value", "index": index}, [])


def kinds(controls):
    widget = explore(lambda *_: Figure(), controls)
    return [control["kind"] for control in widget.spec["controls"]]


def test_the_values_say_which_control_it_is():
    assert kinds(CONTROLS) == ["range", "switch", "select"]
    assert kinds({"a": [True, False], "b": [0, 1], "c": [False, 0.5]}) == [
        "switch",
        "range",
        "select",
    ]
    assert kinds({"a": np.arange(3), "b": range(3), "c": [True], "d": ["x"]}) == [
        "range",
        "range",
        "select",
        "select",
    ]


def test_the_first_value_of_each_is_shown_first(draw, drawn):
    widget = explore(draw, CONTROLS)
    assert drawn == [(0.1, False, "relu")]
    assert widget.picture["index"] == 0
    assert widget.picture["words"] == "rate = 0.1, momentum = False, activation = relu"
    assert widget.spec["controls"][0]["values"] == ["0.1", "1", "10"]


def test_the_controls_begin_where_they_are_told_to(draw, drawn):
    widget = explore(draw, CONTROLS, start={"activation": "tanh", "rate": 10.0})
    assert drawn == [(10.0, False, "tanh")]
    choose(widget, widget.picture["index"])
    assert drawn == [(10.0, False, "tanh")]


def test_a_value_that_a_control_does_not_take_is_a_sentence(draw):
    with pytest.raises(CourseError, match=r"'rate' cannot begin at 3. It takes: 0.1, 1, 10."):
        explore(draw, CONTROLS, start={"rate": 3})


def test_every_combination_has_its_index_and_is_drawn_once(draw, drawn):
    widget = explore(draw, CONTROLS)
    for _ in range(2):
        for index in range(18):
            choose(widget, index)
            assert widget.picture["index"] == index
    assert drawn == list(product(*CONTROLS.values()))
    assert widget.picture["serial"] == 36


def test_no_more_pictures_are_kept_than_agreed(draw, drawn, monkeypatch):
    monkeypatch.setattr(picture_widget, "KEPT", 3)
    widget = explore(draw, {"rate": list(range(10))})
    for index in range(10):
        choose(widget, index)
    assert len(widget._drawn) == 3
    choose(widget, 9)
    assert len(drawn) == 10
    choose(widget, 0)
    assert len(drawn) == 11


@pytest.mark.parametrize("index", [-1, 18, None, "0", 1.0, [0, 0, 0], 10**30])
def test_a_request_for_no_combination_changes_nothing(draw, index):
    widget = explore(draw, CONTROLS)
    before = dict(widget.picture)
    choose(widget, index)
    assert widget.picture == before


def test_the_description_takes_every_value(draw):
    widget = explore(draw, CONTROLS, describe=lambda *chosen: f"<{chosen}>")
    choose(widget, 17)
    assert widget.picture["words"] == widget.picture["caption"] == "<(10.0, True, None)>"


def test_a_picture_that_cannot_be_drawn_is_a_sentence_and_is_asked_again():
    working = []

    def draw(rate, momentum):
        plt.figure()
        if not working:
            raise ValueError(f"no {rate} and {momentum}")
        return Figure(figsize=(1, 1))

    widget = explore(draw, {"rate": [1, 2], "momentum": [False, True]})
    assert "ValueError: no 1 and False" in widget.picture["problem"]
    assert "ValueError: no 1 and False" in widget.html()
    assert plt.get_fignums() == []
    working.append(True)
    choose(widget, 0)
    assert widget.picture["problem"] == ""


def test_a_draw_with_another_count_of_arguments_is_a_sentence():
    widget = explore(lambda one: Figure(), {"a": [1], "b": [2]})
    assert "TypeError" in widget.picture["problem"]


def test_a_learner_who_has_no_widget_sees_the_first_picture(draw):
    widget = explore(draw, {**CONTROLS, "<b>": ["&"]})
    bundle, _ = widget._repr_mimebundle_()
    assert set(bundle) == {VIEW, "text/html", "text/plain"}
    assert '<img src="data:image/png;base64,' in bundle["text/html"]
    assert "activation: relu, &lt;b&gt;: &amp;</p>" in bundle["text/html"]
    assert bundle["text/plain"].splitlines() == [
        "rate, a slider from 0.1 to 10.",
        "momentum, a switch.",
        "activation, one of: relu, tanh, None.",
        "<b>, one of: &.",
        "rate = 0.1, momentum = False, activation = relu, <b> = &",
        "Run this cell to change the picture.",
    ]
    assert repr(widget) == "explore('rate', 'momentum', 'activation', '<b>')"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((None, CONTROLS), "`draw` must be a function"),
        ((Figure, CONTROLS, "a line"), "`describe` must be a function"),
        ((Figure, {}), "must be a dict"),
        ((Figure, ["rate", [1, 2]]), "must be a dict"),
        ((Figure, {1: [1, 2]}), "the label 1 must be some words"),
        ((Figure, {" ": [1, 2]}), "must be some words"),
        ((Figure, {"rate": 1}), "values of 'rate' must be a list"),
        ((Figure, {"rate": "abc"}), "values of 'rate' must be a list"),
        ((Figure, {"rate": {1, 2}}), "values of 'rate' must be a list"),
        ((Figure, {"rate": []}), "'rate' needs at least one value"),
    ],
)
def test_controls_that_cannot_be_say_why(arguments, words):
    with pytest.raises(CourseError, match=words):
        explore(*arguments)
