"""Progress on a runtime like Colab's, which forgets everything overnight."""

import re

import pytest

from lockstep.build.compose import compose
from lockstep.build.lesson import load_lesson
from tests.colab.runtime import page
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
DAYS = ("monday", "tuesday")


def test_a_code_from_one_day_brings_the_progress_back_on_another(machine, wheel, tmp_path):
    set_up = compose(load_lesson(ROOT / "lessons" / "00_start_here"))[0].cells[1].source
    monday, tuesday = (str(tmp_path / day) for day in DAYS)
    with page(machine, LOCKSTEP_WHEEL=str(wheel), HOME=monday) as notebook:
        assert "run progress(), which gives a code" in notebook.run(set_up)
        notebook.run('checkpoint("fare_of_ten_kilometres").answer("24")')
        shown = notebook.run("print(progress())")
        assert "1 of " in shown
        (line,) = re.findall(r'^progress\("\w+"\)$', shown, re.MULTILINE)
    with page(machine, HOME=tuesday) as notebook:
        notebook.run(set_up)
        assert "1 of " not in notebook.run("print(progress())")
        shown = notebook.run(line.replace("progress", "print(progress", 1) + ")")
        assert "Taken over: 1 question and 0 exercises." in shown
        assert "1 of " in shown
        assert "no code of `progress()`" in notebook.run(line.replace('")', 'X")'))
