"""A slider: a picture for each value, drawn once, with words for whoever cannot see it."""

import base64

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from lockstep.learn.errors import CourseError
from lockstep.learn.widgets.slider import slider

VIEW = "application/vnd.jupyter.widget-view+json"
VALUES = [0.1, 1.0, 10.0]


@pytest.fixture
def drawn():
    return []


@pytest.fixture
def draw(drawn):
    def draw_line(value):
        drawn.append(value)
        figure, axes = plt.subplots(figsize=(2, 1))
        axes.plot([0, value])
        return figure

    return draw_line


def move(widget, index):
    widget._handle_custom_msg({"type": "value", "index": index}, [])


def test_the_picture_follows_the_slider(draw):
    widget = slider(draw, "learning rate", VALUES)
    first = widget.picture["source"]
    move(widget, 2)
    assert widget.picture["index"] == 2
    assert widget.picture["source"] != first
    assert widget.picture["words"] == "learning rate = 10"
    assert base64.b64decode(first.split(",")[1]).startswith(b"\x89PNG")


def test_a_value_is_drawn_once_and_no_figure_stays_open(draw, drawn):
    widget = slider(draw, "learning rate", VALUES, start=1.0)
    for index in (0, 1, 0, 2, 2):
        move(widget, index)
    widget.html(), widget.text()
    assert drawn == [1.0, 0.1, 10.0]
    assert plt.get_fignums() == []


def test_every_request_is_a_reply_even_for_the_same_value(draw):
    widget = slider(draw, "learning rate", VALUES)
    serial = widget.picture["serial"]
    move(widget, 0)
    assert widget.picture["serial"] == serial + 1


def test_the_description_is_the_pictures_alternative(draw):
    widget = slider(draw, "rate", VALUES, describe=lambda value: f'A "line" up to {value}.')
    assert widget.picture["words"] == 'A "line" up to 0.1.'
    assert 'alt="A &quot;line&quot; up to 0.1."' in widget.html()


def test_the_picture_is_opaque_on_white(draw):
    import io

    widget = slider(draw, "rate", VALUES)
    image = plt.imread(io.BytesIO(base64.b64decode(widget.picture["source"].split(",")[1])))
    assert tuple(image[0, 0]) == (1, 1, 1, 1)


def fail(value):
    plt.figure()
    raise ValueError(f"no picture of {value}")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (fail, "ValueError: no picture of 0.1"),
        (lambda value: None, "must return a Matplotlib figure, not NoneType"),
        (lambda: Figure(), "TypeError"),
        (lambda value: [][1], "IndexError"),
    ],
)
def test_a_picture_that_cannot_be_drawn_is_a_sentence(function, words):
    widget = slider(function, "rate", VALUES)
    assert words in widget.picture["problem"]
    assert words in widget.html()
    assert plt.get_fignums() == []


def test_a_mended_draw_is_asked_again():
    good = []

    def draw(value):
        return Figure(figsize=(1, 1)) if good else None

    widget = slider(draw, "rate", VALUES)
    good.append(True)
    move(widget, 0)
    assert widget.picture["problem"] == ""


def test_a_description_that_fails_is_a_sentence_too(draw):
    widget = slider(draw, "rate", VALUES, describe=lambda value: 1 / 0)
    assert "ZeroDivisionError" in widget.picture["problem"]


@pytest.mark.parametrize("index", [-1, 3, None, "0", 1.0, 10**9])
def test_a_request_for_no_value_changes_nothing(draw, index):
    widget = slider(draw, "rate", VALUES)
    before = dict(widget.picture)
    move(widget, index)
    assert widget.picture == before


def test_the_values_may_be_an_array_or_words(draw):
    assert slider(draw, "x", np.linspace(0, 0.3, 4)).spec["values"] == ["0", "0.1", "0.2", "0.3"]
    assert slider(lambda _: Figure(), "x", ["a", "b"], start="b").spec["first"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((None, "x", [1]), "must be a function"),
        ((fail, "x", []), "at least one value"),
        ((fail, "x", [1, 2], 3), "not one of the values"),
    ],
)
def test_a_slider_that_cannot_be_says_why(arguments, words):
    with pytest.raises(CourseError, match=words):
        slider(*arguments)


def test_there_is_an_html_form_with_the_picture_and_a_text_form_without(draw):
    widget = slider(draw, "rate", VALUES)
    bundle, _ = widget._repr_mimebundle_()
    assert set(bundle) == {VIEW, "text/html", "text/plain"}
    assert '<img src="data:image/png;base64,' in bundle["text/html"]
    assert "base64" not in bundle["text/plain"]
    assert "a slider from 0.1 to 10" in bundle["text/plain"]
    assert repr(widget) == "slider('rate')"
