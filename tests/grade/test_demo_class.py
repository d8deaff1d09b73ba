"""The made-up class: it is the same each time, it is what it says, and its mistakes are the known ones."""

import csv
import json
import re
import zipfile
from collections import Counter

import nbformat
import pytest

from lockstep.build.lesson import load_lesson
from lockstep.grade import demo_class
from lockstep.grade.demo_answers import OTHERS, WRONG
from lockstep.grade.demo_class import CLASS, LESSON, write_demo_class
from tests.conftest import ROOT, run_python


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "class"
    write_demo_class(folder, ROOT)
    return folder


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def notebook_of(folder, name):
    (member,) = [member for member in CLASS if member.name == name]
    paths = sorted((folder / "submissions" / member.folder).iterdir())
    return json.loads(paths[-1].read_text(encoding="utf-8"))


def sources(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"]]


def test_the_roster_has_thirty_and_all_but_one_handed_in(folder):
    with (folder / "roster.csv").open(encoding="utf-8-sig", newline="") as file:
        roster = list(csv.DictReader(file))
    assert len(roster) == len({row["id"] for row in roster}) == len({row["name"] for row in roster})
    assert len(roster) == 30
    assert len(list((folder / "submissions").iterdir())) == 29


def test_every_folder_means_one_student_of_the_roster(folder):
    from lockstep.grade.collect.roster import read_roster

    roster = read_roster(folder / "roster.csv")
    for member in CLASS:
        assert [student.key for student in roster.find(member.folder)] == [member.id]


def test_the_class_is_the_same_each_time_times_included(folder, tmp_path):
    write_demo_class(tmp_path / "class", ROOT)
    first, second = files(folder), files(tmp_path / "class")
    assert first.keys() == second.keys()
    for name in first.keys() - {"README.txt"}:  # which names the folder
        assert first[name].read_bytes() == second[name].read_bytes()
        if name.startswith("submissions"):
            assert first[name].stat().st_mtime == second[name].stat().st_mtime


def test_all_files_but_the_broken_one_are_valid_notebooks(folder):
    broken = []
    for path in (folder / "submissions").rglob("*.*"):
        try:
            nbformat.validate(json.loads(path.read_text(encoding="utf-8")))
        except json.JSONDecodeError:
            broken.append(path.parent.name)
    assert broken == ["Sørensen, Ingrid"]


def test_nothing_lies_there_but_submissions_the_roster_and_what_to_do_next(folder):
    there = {path.name for path in folder.iterdir()}
    assert there == {"submissions", "roster.csv", "README.txt", "moodle.zip", "worksheet.csv"}
    text = (folder / "README.txt").read_text(encoding="utf-8")
    assert f"lockstep grade {folder}/submissions --roster {folder}/roster.csv" in text


def test_both_frameworks_are_there_and_most_took_pytorch(folder):
    counts = Counter(member.framework for member in CLASS)
    assert counts["pytorch"] > 2 * counts["keras"] > 8


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="is not an empty folder"):
        write_demo_class(tmp_path, ROOT)
    with pytest.raises(ValueError, match="is not an empty folder"):
        write_demo_class(tmp_path / "thesis.txt", ROOT)
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["thesis.txt"]


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "class").mkdir()
    write_demo_class(tmp_path / "class", ROOT)
    assert (tmp_path / "class" / "roster.csv").exists()


def test_right_answers_are_the_lessons_own(folder):
    lesson = load_lesson(ROOT / "lessons" / LESSON)
    course = demo_class._Course(ROOT, lesson, "pytorch")
    chance = type("Chance", (), {"choice": staticmethod(lambda names: names[0])})
    answer = course.answer("softmax", "right", chance)
    solution = course.sources("softmax")[0]
    assert "BEGIN SOLUTION" not in answer
    assert answer.splitlines() == [line for line in solution.splitlines() if "SOLUTION" not in line]


def test_the_class_is_a_mixture(folder):
    lesson = load_lesson(ROOT / "lessons" / LESSON)
    kinds = Counter()
    for member in CLASS:
        course = demo_class._Course(ROOT, lesson, member.framework)
        kinds.update(demo_class._settle(member, course).values())
    assert kinds["right"] > 60
    assert kinds["blank"] > 10
    assert kinds["another way"] > 10
    assert len(kinds) > 15


@pytest.mark.parametrize("name", ["Elif Yıldız", "María José García"])
def test_two_went_through_colab_and_lost_ids_and_metadata(folder, name):
    cells = notebook_of(folder, name)["cells"]
    assert not any("id" in cell or "nbgrader" in cell["metadata"] for cell in cells)


def test_one_copied_an_answer_and_left_the_blank(folder):
    cells = notebook_of(folder, "Leilani Kealoha")["cells"]
    answers = [
        cell for cell in cells if "".join(cell["source"]).startswith("# lockstep: answer accuracy")
    ]
    assert ["NotImplementedError" in "".join(cell["source"]) for cell in answers] == [True, False]
    assert answers[1]["metadata"] == {}


def test_one_has_a_helper_in_a_cell_above(folder):
    texts = sources(notebook_of(folder, "Giulia D'Angelo"))
    (helper,) = [place for place, text in enumerate(texts) if text.startswith("def row_maximum")]
    assert "row_maximum(logits)" in texts[helper + 1]


def test_one_handed_in_twice_and_the_later_file_is_the_better(folder):
    early, late = sorted(
        (folder / "submissions" / "Raghavan, Priya").iterdir(),
        key=lambda path: path.stat().st_mtime,
    )
    assert late.name == "04_simple_net_pytorch (1).ipynb"
    assert early.read_text(encoding="utf-8").count("raise NotImplementedError()") == 8
    assert late.read_text(encoding="utf-8").count("raise NotImplementedError()") == 1  # in the text


def test_one_ran_the_notebook_before_handing_it_in(folder):
    cells = notebook_of(folder, "Carmen Ibáñez Ruiz")["cells"]
    assert sum(bool(cell.get("outputs")) for cell in cells) == 7


@pytest.mark.parametrize("kind", [kind for kinds in OTHERS.values() for kind in kinds])
def test_every_other_way_to_go_wrong_is_in_the_class(kind):
    assert any(kind in member.answers.values() for member in CLASS)


RECOGNISE = f"""
import json, random
from pathlib import Path
from lockstep.build.lesson import load_lesson
from lockstep.grade import demo_class
from lockstep.grade.demo_answers import HELPER_CELL, WRONG
from lockstep.learn.answering import AnswerError, run_answer
from lockstep.learn.judging import load_recorded, recognise, same
from lockstep.learn.session import begin

framework = FRAMEWORK
root = Path({str(ROOT)!r})
folder = root / "lessons" / demo_class.LESSON
lesson = load_lesson(folder)
course = demo_class._Course(root, lesson, framework)
begin(lesson.name, framework)
found = []
for exercise in lesson.exercises.values():
    cases = load_recorded(folder / "checks.npz", exercise.name)
    kinds = [kind for kind, bodies in WRONG[exercise.name].items() if framework in bodies]
    kinds += ["right", "another way"] + (["with a helper"] if exercise.name == "softmax" else [])
    for kind in kinds:
        for seed in range(3 if kind == "right" else 1):
            names = {{}}
            exec(IMPORTS + HELPER_CELL[framework], names)
            exec(course.answer(exercise.name, kind, random.Random(seed)), names)
            answer = names[exercise.name]
            results = [run_answer(exercise, answer, case.inputs, framework) for case in cases]
            right = all(same(a, b.expected, exercise.tolerance) for a, b in zip(results, cases))
            seen = "right" if right else recognise(results, cases, exercise.tolerance)
            found.append((exercise.name, kind, seen))
print(json.dumps(found))
"""
IMPORTS = {
    "pytorch": "import numpy as np\nimport torch\nfrom torch import nn\n",
    "keras": "import keras\nimport numpy as np\nimport tensorflow as tf\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("framework", ["pytorch", "keras"])
def test_every_answer_is_seen_for_what_it_is(framework):
    code = RECOGNISE.replace("FRAMEWORK", repr(framework)).replace(
        "IMPORTS", repr(IMPORTS[framework])
    )
    found = json.loads(run_python(code).splitlines()[-1])
    rights = ("right", "another way", "with a helper")
    assert [(name, kind, seen) for name, kind, seen in found if kind not in (*rights, seen)] == []
    assert {seen for _, kind, seen in found if kind in rights} == {"right"}
    wrong = sum(framework in bodies for kinds in WRONG.values() for bodies in kinds.values())
    assert len([kind for _, kind, _ in found if kind not in rights]) == wrong


def test_the_class_stands_there_as_moodle_hands_it_out_too(folder):
    with zipfile.ZipFile(folder / "moodle.zip") as archive:
        names = archive.namelist()
    assert len({name.partition("/")[0] for name in names}) == 29
    assert all(re.fullmatch(r"[^_/]+_41\d\d_assignsubmission_file_/.+\.ipynb", n) for n in names)
    with (folder / "worksheet.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 30
    assert {line["Maximum Grade"] for line in lines} == {"19.00"}
    assert [line["Full name"] for line in lines if line["Status"] == "No submission"] == [
        "Tariq al-Rashid"
    ]
