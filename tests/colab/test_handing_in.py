"""`submit()` on a runtime like Colab's: the page is asked for the notebook and takes the download."""

import json

import pytest

from lockstep.build.compose import compose
from lockstep.build.lesson import load_lesson
from tests.colab.runtime import page
from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def solved():
    """Return the exercises of a lesson that needs no framework, with their answers."""
    blank, solutions = compose(load_lesson(ROOT / "lessons" / "00_start_here"))[1:3]
    answers = {cell.id: cell.source for cell in solutions.cells}
    document = blank.to_dict()
    for cell in document["cells"]:
        if cell["id"].startswith("answer-"):
            cell["source"] = answers[cell["id"]].splitlines(keepends=True)
    return document


def run(notebook, document):
    """Run every cell and return what the last one shows."""
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            shown = notebook.run("".join(cell["source"]))
    return shown


def test_the_notebook_is_fetched_from_the_page_and_downloaded(machine, wheel, solved):
    with page(machine, LOCKSTEP_WHEEL=str(wheel)) as notebook:
        notebook.notebook = solved
        shown = run(notebook, solved)
        assert shown.startswith("1 of 1 points so far")
        assert "your browser downloads it as `00_start_here.ipynb`" in shown
        (script,) = notebook.scripts
        assert '"00_start_here.ipynb"' in script
        target = json.loads(script.removeprefix("download(").partition(",")[0])
        assert notebook.downloaded(target) == solved


def test_where_the_page_is_gone_the_menu_is_told(machine, wheel, solved):
    with page(machine, LOCKSTEP_WHEEL=str(wheel)) as notebook:
        shown = run(notebook, solved)
    assert "choose File > Download > Download .ipynb" in shown
    assert notebook.scripts == []


def test_an_answer_that_the_page_does_not_have_is_told(machine, wheel, solved):
    with page(machine, LOCKSTEP_WHEEL=str(wheel)) as notebook:
        notebook.notebook = solved | {"cells": solved["cells"][:2]}
        shown = run(notebook, solved)
    assert '`reset("mean_squared_error")`' in shown
    assert notebook.scripts == []
