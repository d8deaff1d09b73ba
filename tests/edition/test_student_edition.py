"""The student edition: searched for what must not be there, and whole in what must."""

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest

from lockstep.cli import main
from lockstep.edition import student as writer
from lockstep.edition.student import write_student_edition
from lockstep.edition.writing import EditionError
from lockstep.lessons import lesson_names
from lockstep.repository import SLUG as COURSE
from tests.conftest import ROOT
from tests.edition.conftest import SLUG
from tests.edition.texts import (
    given_away,
    readable,
    secret_lines,
    secret_names,
    solution_lines,
    squeezed,
)

LESSONS = lesson_names(ROOT / "lessons")
with_exercises = pytest.mark.parametrize(
    "lesson", [name for name in LESSONS if (ROOT / "lessons" / name / "exercises.md").exists()]
)
NEVER = ["BEGIN SOLUTION", "END SOLUTION", "lockstep.grade", "lockstep/grade", "lockstep.build",
         "lockstep/build", "exercises.md", COURSE]  # fmt: skip


@pytest.fixture(scope="session")
def texts(student):
    return readable(student)


@pytest.fixture
def two(tmp_path):
    """Return an edition of two lessons that are not neighbours."""
    folder = tmp_path / "two"
    write_student_edition(ROOT, folder, ["00_start_here", "04_simple_net"], SLUG)
    return folder


# --- what must not be there -------------------------------------------------------------------


@with_exercises
def test_no_solution_no_case_generator_and_no_mistake_is_in_it(texts, lesson):
    assert given_away(texts, lesson) == []


@with_exercises
def test_the_search_finds_them_in_the_full_course(lesson):
    folder = ROOT / "lessons" / lesson
    whole = {name: (folder / name).read_text("utf-8") for name in ("exercises.md", "checks.py")}
    found = {secret for _, secret in given_away(whole, lesson)}
    assert found == {
        *map(squeezed, solution_lines(lesson)),
        *map(squeezed, secret_lines(lesson)),
        *secret_names(lesson),
    }
    assert secret_names(lesson)
    assert len(secret_lines(lesson)) > 3
    assert len(solution_lines(lesson)) > 3 or lesson == "00_start_here"  # the lesson shows its line


@pytest.mark.parametrize("words", NEVER)
def test_nothing_in_it_speaks_of_what_students_do_not_get(texts, words):
    assert [path for path, text in texts.items() if words in text] == []


def test_it_holds_what_students_need_and_no_file_more(texts):
    tops = {path.partition("/")[0] for path in texts}
    assert tops == {
        "README.md", "Makefile", "lab.py", "environment.yml", "pyproject.toml", "LICENSE", "LICENSE-text",
        ".gitignore", "notebooks", "exercises", "side_by_side", "lessons", "lockstep",
    }  # fmt: skip
    parts = {path.split("/")[1] for path in texts if path.startswith("lockstep/")}
    assert parts == {"__init__.py", "repository.py", "learn", "lessons"}
    kinds = {path.rpartition("/")[2] for path in texts if path.startswith("lessons/")}
    assert kinds == {"lesson.md", "checks.py", "checks.npz", "meetings.npz"}


def test_its_package_imports_nothing_that_is_not_there(student):
    for path in (student / "lockstep").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                if str(name).startswith("lockstep"):
                    place = student / str(name).replace(".", "/")
                    assert place.is_dir() or place.with_suffix(".py").is_file(), (path, name)


DRAW = """
import json, sys
sys.path[:] = [part for part in sys.path if part != sys.argv[2]]
sys.path.insert(0, sys.argv[1])
import lockstep
from lockstep.learn.exercises import load_exercises
from lockstep.lessons import lesson_names, lessons_folder

assert lockstep.__file__.startswith(sys.argv[1])
count = 0
for name in lesson_names():
    for exercise in load_exercises(lessons_folder() / name).values():
        count += 1
        assert exercise.cases is None
        for mistake in exercise.mistakes:
            assert (mistake.numpy, mistake.pytorch, mistake.keras) == (None, None, None)
        try:
            exercise.drawn_cases(1)
        except Exception:
            continue
        raise SystemExit(f"{name} {exercise.name}: cases were drawn")
print(count)
"""


def test_no_case_can_be_drawn_in_it(student):
    arguments = [sys.executable, "-c", DRAW, str(student), str(ROOT)]
    done = subprocess.run(arguments, cwd=student, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 5 * (len(LESSONS) - 1)


# --- what must be there -----------------------------------------------------------------------


def cells_of(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def test_a_notebook_has_the_courses_cells_and_outputs(student):
    for path in sorted(student.glob("*/*.ipynb")):
        ours = json.loads((ROOT / path.relative_to(student)).read_text(encoding="utf-8"))
        theirs = json.loads(path.read_text(encoding="utf-8"))
        assert theirs["metadata"] == ours["metadata"]
        for mine, cell in zip(ours["cells"], theirs["cells"], strict=True):
            source = "".join(mine["source"]).replace(COURSE, SLUG)
            assert cell == mine | {"source": source.splitlines(keepends=True)}


def test_in_an_edition_of_all_lessons_for_the_courses_repository_notebooks_are_the_courses(
    tmp_path,
):
    write_student_edition(ROOT, tmp_path / "all", LESSONS, COURSE)
    for path in (tmp_path / "all").glob("*/*.ipynb"):
        original = ROOT / path.relative_to(tmp_path / "all")
        assert path.read_bytes() == original.read_bytes(), path


LINK = re.compile(r"\]\(([^()\s]+)\)")
COLAB = f"https://colab.research.google.com/github/{SLUG}/blob/main/"


def broken_links(folder: Path, path: Path, text: str) -> list[str]:
    """Return the links to notebooks and files of the course that lead nowhere."""
    broken = []
    for link in LINK.findall(text):
        target = link.partition("#")[0]
        if target.startswith("https://colab.research.google.com/github/"):
            good = target.startswith(COLAB)
            good = good and (folder / unquote(target.removeprefix(COLAB))).is_file()
        elif target.endswith((".ipynb", ".jupyterlab-workspace")) or path.suffix == ".md":
            good = "://" in target or (path.parent / target).is_file()
        else:
            continue
        broken += [] if good else [link]
    return broken


@pytest.mark.parametrize("edition", ["student", "two"])
def test_every_link_leads_to_a_file_of_the_edition_or_to_its_repository(request, edition):
    folder = request.getfixturevalue(edition)
    assert broken_links(folder, folder / "README.md", (folder / "README.md").read_text()) == []
    for path in folder.glob("*/*.ipynb"):
        cells = [cell for cell in cells_of(path) if cell["cell_type"] == "markdown"]
        assert cells[0]["source"][2].count(COLAB) == 1, "the badge"
        for cell in cells:
            assert broken_links(folder, path, "".join(cell["source"])) == [], path


def test_of_a_link_to_a_lesson_that_is_not_handed_out_the_words_stay(two):
    text = "".join(cells_of(two / "notebooks/00_start_here.ipynb")[-1]["source"])
    assert "in PyTorch and in Keras." in text
    assert "[exercises](../exercises/00_start_here.ipynb)" in text


def test_the_first_cell_installs_from_the_students_repository(student):
    for path in student.glob("*/*.ipynb"):
        (setup,) = [cell for cell in cells_of(path) if cell["id"] == "set-up"]
        assert f"https://github.com/{SLUG}/releases/download/" in "".join(setup["source"])


def test_it_knows_that_it_has_no_solutions(student):
    settings = (student / "lockstep" / "repository.py").read_text(encoding="utf-8")
    assert "\nHAS_SOLUTIONS = False\n" in settings
    assert f'\nSLUG = "{SLUG}"\n' in settings


def test_an_edition_of_two_lessons_holds_and_lists_these_two(two):
    assert lesson_names(two / "lessons") == ["00_start_here", "04_simple_net"]
    names = {path.relative_to(two).as_posix() for path in two.glob("*/*.ipynb")}
    twins = {f"04_simple_net_{framework}" for framework in ("pytorch", "keras")}
    assert names == {
        f"{role}/{name}.ipynb"
        for role in ("notebooks", "exercises")
        for name in {"00_start_here"} | twins
    }
    assert [path.stem for path in (two / "side_by_side").iterdir()] == ["04_simple_net"]
    listed = re.findall(r"^\| (\d\d) \|", (two / "README.md").read_text(), re.MULTILINE)
    assert listed == ["00", "04", "04"]


def test_its_pyproject_has_the_learners_roles_as_the_course_has_them(student):
    project = tomllib.loads((student / "pyproject.toml").read_text(encoding="utf-8"))
    course = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    roles = project["project"].pop("optional-dependencies")
    course_roles = course["project"].pop("optional-dependencies")
    assert {name: roles[name] for name in ("learn", "lab")} == {
        name: course_roles[name] for name in ("learn", "lab")
    }
    (builder,) = [line for line in course_roles["dev"] if line.startswith("hatchling")]
    assert roles.pop("dev") == [builder]
    assert set(roles) == {"learn", "lab"}
    for name in ("scripts", "entry-points"):
        del course["project"][name]
    assert project["project"] == course["project"]
    assert project["build-system"] == course["build-system"]
    assert set(project["tool"]) == {"hatch"}


def test_every_make_command_of_its_readme_exists(student):
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", (student / "README.md").read_text(), re.M))
    targets = set(re.findall(r"^([a-z-]+):", (student / "Makefile").read_text(), re.M))
    assert named
    assert named <= targets


LAB = """
import pathlib, sys
sys.path.insert(0, ".")
import lab
print(lab.known_roles(pathlib.Path(".")))
print(len(lab.copy_course(pathlib.Path("."), pathlib.Path(sys.argv[1])).added))
print(lab.jupyter_command("python", pathlib.Path(sys.argv[1]), [])[-1])
"""


def test_lab_py_knows_its_roles_and_copies_its_notebooks(student, tmp_path):
    command = [sys.executable, "-B", "-c", LAB, str(tmp_path / "work")]
    done = subprocess.run(command, cwd=student, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "['learn', 'lab', 'dev']",
        str(len(list(student.glob("*/*.ipynb")))),
        "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb",
    ], done.stderr


@pytest.mark.slow
def test_lab_py_starts_jupyterlab_in_the_copies(two):
    command = [sys.executable, "lab.py", "--here", "--", "--version"]
    done = subprocess.run(command, cwd=two, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "6 notebooks copied into work/" in done.stdout
    assert re.fullmatch(r"4\.[\d.]+", done.stdout.splitlines()[-1])
    assert (two / "work/exercises/04_simple_net_keras.ipynb").is_file()


# --- writing it -------------------------------------------------------------------------------


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_the_same_course_gives_the_same_bytes(two, tmp_path):
    write_student_edition(ROOT, tmp_path / "again", ["00_start_here", "04_simple_net"], SLUG)
    assert contents(tmp_path / "again") == contents(two)


@pytest.mark.parametrize("occupied", ["a folder with a file in it", "a file"])
def test_what_is_there_is_never_written_over(tmp_path, occupied):
    folder = tmp_path / "there"
    if occupied == "a file":
        folder.write_text("mine")
    else:
        folder.mkdir()
        (folder / "mine.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(EditionError, match="Name a folder that is new or empty"):
        write_student_edition(ROOT, folder, ["00_start_here"], SLUG)
    assert sorted(tmp_path.rglob("*")) == before


def test_an_empty_folder_is_taken(tmp_path):
    write_student_edition(ROOT, tmp_path, ["00_start_here"], SLUG)
    assert (tmp_path / "notebooks/00_start_here.ipynb").is_file()


@pytest.mark.parametrize("stops", [KeyboardInterrupt, OSError])
def test_a_run_that_is_cut_off_leaves_nothing_behind(tmp_path, monkeypatch, stops):
    def cut_off(*_):
        raise stops

    monkeypatch.setattr(writer, "write_public_lesson", cut_off)
    with pytest.raises(stops):
        write_student_edition(ROOT, tmp_path / "new", ["00_start_here"], SLUG)
    assert list(tmp_path.iterdir()) == []


def lockstep(*arguments):
    return main([*map(str, arguments), "--root", str(ROOT)])


def test_the_command_writes_it_and_says_what_comes_next(tmp_path, capsys):
    arguments = ["--lessons", "00_start_here", "--repo", SLUG]
    assert lockstep("edition", "student", tmp_path / "new", *arguments) == 0
    said = capsys.readouterr().out
    assert "1 lesson," in said
    assert "make wheel" in said
    assert COURSE not in said
    assert SLUG in (tmp_path / "new" / "lockstep" / "repository.py").read_text()


def test_without_a_repository_the_command_says_where_links_lead(tmp_path, capsys):
    lockstep("edition", "student", tmp_path / "new", "--lessons", "00_start_here")
    assert f"lead to {COURSE}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--lessons", "99_none"], "there is no lesson '99_none'"),
        (["--repo", "https://github.com/a/b"], "OWNER/NAME"),
        (["--lessons", "00_start_here"], "is not empty"),
    ],
)
def test_the_command_refuses_with_a_sentence(tmp_path, capsys, arguments, said):
    (tmp_path / "mine.txt").write_text("mine")
    assert lockstep("edition", "student", tmp_path, *arguments) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.glob("*")] == ["mine.txt"]


def test_a_notebook_that_is_not_what_its_lesson_builds_is_not_handed_out(tmp_path, capsys):
    root = tmp_path / "course"
    for part in ("lessons/00_start_here", "notebooks", "exercises", "solutions", "lockstep"):
        names = shutil.ignore_patterns("__pycache__", "0[1-9]_*", "build", "grade", "learn")
        shutil.copytree(ROOT / part, root / part, ignore=names)
    text = (root / "exercises/00_start_here.ipynb").read_text("utf-8")
    (root / "exercises/00_start_here.ipynb").write_text(text.replace("Write `mean", "Read `mean"))
    arguments = ["edition", "student", str(tmp_path / "new"), "--root", str(root)]
    assert main(arguments) == 2
    assert "Run `lockstep build 00_start_here`" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
