"""nbgrader's tree: nbgrader itself makes the assignments from it, validates, and gives our points."""

import csv
import json
import shutil
import sqlite3
import subprocess

import pytest

from lockstep.cli import main
from lockstep.edition.nbgrader import write_nbgrader_tree
from lockstep.edition.writing import EditionError
from lockstep.learn.exercises import load_exercises
from lockstep.repository import SLUG as COURSE
from tests.conftest import ROOT
from tests.edition.conftest import SLUG
from tests.other_graders import CACHE, environment, quiet

LESSONS = ["00_start_here", "04_simple_net"]
NOTEBOOKS = {"00_start_here": "00_start_here.ipynb", "04_simple_net": "04_simple_net_pytorch.ipynb"}
STUDENTS = ["right", "wrong", "blank", "half"]


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def source(cell):
    return "".join(cell["source"])


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Return nbgrader's course folder as we write it."""
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    write_nbgrader_tree(ROOT, folder, LESSONS, SLUG)
    return folder


# --- the tree ---------------------------------------------------------------------------------


def test_each_lesson_is_an_assignment_with_a_notebook_for_each_framework(tree):
    files = {path.relative_to(tree / "source").as_posix() for path in tree.glob("source/*/*")}
    assert files == {
        "00_start_here/00_start_here.ipynb",
        "04_simple_net/04_simple_net_pytorch.ipynb",
        "04_simple_net/04_simple_net_keras.ipynb",
    }
    tops = {path.name for path in tree.iterdir()}
    assert tops == {"source", "nbgrader_config.py", "README.md"}


def test_a_notebook_is_the_exercise_notebook_with_marked_solutions(tree):
    for path in tree.glob("source/*/*.ipynb"):
        ours, solved = (read(ROOT / role / path.name) for role in ("exercises", "solutions"))
        answers = {cell["id"]: source(cell) for cell in solved["cells"]}
        for cell, original in zip(read(path)["cells"], ours["cells"], strict=True):
            assert (cell["id"], cell["metadata"]) == (original["id"], original["metadata"])
            if cell["id"].startswith("answer-"):
                assert source(cell) == answers[cell["id"]]
                assert source(cell).count("### BEGIN SOLUTION") == 1
            elif cell["cell_type"] == "code":
                assert source(cell) == source(original).replace(COURSE, SLUG)


def test_links_lead_to_the_twin_beside_it_and_to_the_lesson_on_colab(tree):
    colab = f"https://colab.research.google.com/github/{SLUG}/blob/main/notebooks"
    title = source(read(tree / "source/04_simple_net/04_simple_net_keras.ipynb")["cells"][0])
    assert title.split("\n\n")[1] == (
        "[in PyTorch](04_simple_net_pytorch.ipynb) · "
        f"[the lesson, on Colab]({colab}/04_simple_net_keras.ipynb)"
    )
    assert "**Points:**" in title
    for path in tree.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert COURSE not in text
            assert "badge" not in text  # it would open a copy that nbgrader knows nothing of
            assert "](../" not in text
            assert "#scrollTo=" not in text
    notebook = read(tree / "source/04_simple_net/04_simple_net_keras.ipynb")
    (step,) = [cell for cell in notebook["cells"] if source(cell).startswith("## Accuracy")]
    links = f"⇄ [the same in PyTorch](04_simple_net_pytorch.ipynb#cell-id={step['id']})</small>"
    assert links in source(step)


def test_the_same_course_gives_the_same_bytes(tree, tmp_path):
    write_nbgrader_tree(ROOT, tmp_path / "again", LESSONS, SLUG)
    for path in tree.rglob("*"):
        if path.is_file():
            again = tmp_path / "again" / path.relative_to(tree)
            assert again.read_bytes() == path.read_bytes()


def test_a_folder_that_is_not_empty_is_refused(tree, capsys):
    with pytest.raises(EditionError, match="is not empty"):
        write_nbgrader_tree(ROOT, tree, LESSONS, SLUG)


def test_the_command_writes_it(tmp_path, capsys):
    arguments = ["edition", "nbgrader", str(tmp_path / "new"), "--lessons", "00_start_here"]
    assert main([*arguments, "--root", str(ROOT)]) == 0
    assert "1 lesson." in capsys.readouterr().out
    assert (tmp_path / "new/source/00_start_here/00_start_here.ipynb").is_file()


# --- nbgrader at work -------------------------------------------------------------------------


def answers_of(student, lesson):
    """Return what a student writes into the answer cells; nothing where the blank stays."""
    solved = read(ROOT / "solutions" / NOTEBOOKS[lesson])["cells"]
    right = {cell["id"]: source(cell) for cell in solved if cell["id"].startswith("answer-")}
    wrong = {
        name: f"# lockstep: answer {exercise}\ndef {exercise}(*inputs):\n    return inputs[0] * 0 + 7"
        for name in right
        if (exercise := name.removeprefix("answer-"))
    }
    half = dict(list(right.items())[::2])
    return {"right": right, "wrong": wrong, "blank": {}, "half": half}[student]


def hand_in(course, student, lesson):
    notebook = read(course / "release" / lesson / NOTEBOOKS[lesson])
    answers = answers_of(student, lesson)
    for cell in notebook["cells"]:
        if cell["id"] in answers:
            cell["source"] = answers[cell["id"]].splitlines(keepends=True)
    path = course / "submitted" / student / lesson / NOTEBOOKS[lesson]
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def nbgrader(tmp_path_factory):
    """Return a function that runs an nbgrader command in a folder."""
    CACHE.mkdir(exist_ok=True)
    programs = environment(CACHE, "nbgrader")
    variables = quiet(programs, tmp_path_factory.mktemp("home"))

    def run(folder, *arguments):
        return subprocess.run(
            [programs / "nbgrader", *arguments],
            cwd=folder,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def graded(tree, nbgrader, tmp_path_factory):
    """Return a course folder in which nbgrader has made and graded both assignments."""
    course = tmp_path_factory.mktemp("graded") / "course"
    shutil.copytree(tree, course)
    (course / "source/04_simple_net/04_simple_net_keras.ipynb").unlink()  # a class with PyTorch
    for lesson in LESSONS:
        done = nbgrader(course, "generate_assignment", lesson)
        assert done.returncode == 0, done.stderr
        for student in STUDENTS:
            hand_in(course, student, lesson)
        done = nbgrader(course, "autograde", lesson)
        assert done.returncode == 0, done.stderr
    return course


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS)
def test_nbgrader_blanks_the_answers_as_the_course_does(graded, lesson):
    ours = read(ROOT / "exercises" / NOTEBOOKS[lesson])["cells"]
    released = read(graded / "release" / lesson / NOTEBOOKS[lesson])["cells"]
    blanks = {cell["id"]: source(cell) for cell in ours if cell["id"].startswith("answer-")}
    assert blanks
    assert blanks == {
        cell["id"]: source(cell) for cell in released if cell["id"].startswith("answer-")
    }


QUERY = """
SELECT student.id, assignment.name, cell.name, grade.auto_score
FROM grade
JOIN base_cell AS cell ON cell.id = grade.cell_id
JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
JOIN assignment ON assignment.id = submitted_assignment.assignment_id
JOIN student ON student.id = submitted_assignment.student_id
"""


def nbgraders_points(course):
    """Return nbgrader's points by student, lesson and exercise."""
    with sqlite3.connect(course / "gradebook.db") as database:
        rows = database.execute(QUERY).fetchall()
    return {
        (student, lesson, cell.removeprefix("check-")): points
        for student, lesson, cell, points in rows
    }


@pytest.mark.slow
def test_nbgrader_gives_each_exercises_points_for_a_right_answer_and_none_otherwise(graded):
    expected = {
        (student, lesson, name): exercise.points
        if f"answer-{name}" in answers_of(student, lesson) and student != "wrong"
        else 0
        for student in STUDENTS
        for lesson in LESSONS
        for name, exercise in load_exercises(ROOT / "lessons" / lesson).items()
    }
    assert 0 < sum(points > 0 for points in expected.values()) < len(expected)
    assert nbgraders_points(graded) == expected


@pytest.mark.slow
def test_lockstep_grade_gives_the_same_points_on_the_same_folder(graded, tmp_path):
    submitted = tmp_path / "submitted"
    shutil.copytree(graded / "submitted", submitted)
    out = tmp_path / "grades"
    assert main(["grade", str(submitted), "--out", str(out), "--root", str(ROOT)]) == 0
    with (out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    ours = {(row["student"], row["notebook"][:2]): float(row["points"]) for row in rows}
    theirs = dict.fromkeys(ours, 0.0)
    for (student, lesson, _), points in nbgraders_points(graded).items():
        theirs[student, lesson[:2]] += points
    assert len(ours) == len(STUDENTS) * len(LESSONS)
    assert theirs == ours


@pytest.mark.slow
@pytest.mark.parametrize(("student", "said"), [("right", "Success"), ("blank", "failed")])
def test_nbgrader_validates_a_notebook_as_it_deserves(graded, nbgrader, student, said):
    path = graded / "submitted" / student / "00_start_here" / NOTEBOOKS["00_start_here"]
    done = nbgrader(graded, "validate", str(path))
    assert said in done.stdout, done.stdout + done.stderr
