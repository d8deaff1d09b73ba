"""Every exercise's check is proven by answers that are right, blank, and wrong in known ways."""

import json
import os
import subprocess
import sys

import pytest

from lockstep.build.lesson import load_lesson
from lockstep.learn.exercises import PUBLIC_SEED
from lockstep.lessons import lesson_names
from tests.conftest import ROOT

LESSONS = [load_lesson(ROOT / "lessons" / name) for name in lesson_names(ROOT / "lessons")]
PAIRS = [
    pytest.param(lesson.name, framework, id=f"{lesson.name}-{framework}")
    for lesson in LESSONS
    if lesson.exercises
    for framework in lesson.frameworks
]


@pytest.mark.slow
@pytest.mark.parametrize(("lesson", "framework"), PAIRS)
def test_checks_know_right_blank_and_every_mistake(lesson, framework, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.lessons.prove_checks", lesson, framework or ""],
        cwd=ROOT,
        env=os.environ | {"LOCKSTEP_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(done.stdout.splitlines()[-1])
    wrong = [outcome for outcome in outcomes if not as_it_must_be(outcome)]
    assert not wrong, json.dumps(wrong, indent=1)
    for outcome in outcomes:
        # The message never runs into a traceback, whatever the answer was.
        assert "Traceback" not in outcome["message"]


def as_it_must_be(outcome):
    """Say whether an outcome is the one that its kind of answer must get."""
    kind = outcome["kind"]
    if kind == "alternative" and outcome["same function as the solution"]:
        return False  # there is no other right way to try
    if kind in ("solution", "alternative"):
        return outcome["state"] == "right"
    if kind == "blank":
        return outcome["state"] == "not attempted"
    return outcome["state"] == "not yet" and outcome["told"] == [kind.removeprefix("mistake ")]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_hidden_cases_of_a_fresh_seed_are_other_inputs_of_the_same_shape_of_call(lesson):
    import numpy as np

    for exercise in lesson.exercises.values():
        public, hidden = exercise.drawn_cases(PUBLIC_SEED), exercise.drawn_cases(77)
        assert [list(case.inputs) for case in public] == [list(case.inputs) for case in hidden]
        differs = [
            not np.array_equal(one.inputs[key], other.inputs[key])
            for one, other in zip(public, hidden, strict=True)
            for key in one.inputs
        ]
        assert any(differs), f"{exercise.name}: an answer could know the inputs by heart"
