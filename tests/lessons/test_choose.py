"""Lesson 19 reads what other lessons record, by name: the names are those that they print."""

import json

import pytest

from lockstep.build.lesson import load_lesson
from lockstep.build.text import Code
from tests.conftest import ROOT


def named_places():
    """Return (notebook, name of the figure) for each place that the lesson's `where` names."""
    lesson = load_lesson(ROOT / "lessons" / "19_choose")
    blocks = [block for step in lesson.text.steps for block in step.blocks]
    source = next(
        block.source for block in blocks if isinstance(block, Code) and "where = {" in block.source
    )
    names = {}
    exec(source, names)
    for lesson_name, in_pytorch, in_keras in names["where"].values():
        yield f"{lesson_name}_pytorch", in_pytorch
        yield f"{lesson_name}_keras", in_keras


@pytest.mark.parametrize(("notebook", "name"), list(named_places()))
def test_a_figure_that_the_scorecard_reads_is_recorded_under_that_name(notebook, name):
    text = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))
    printed = "".join(
        "".join(output.get("text", ""))
        for cell in text["cells"]
        for output in cell.get("outputs", [])
    )
    assert f"Recorded: {name} = " in printed
