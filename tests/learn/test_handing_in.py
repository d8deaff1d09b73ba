"""`submit()`: what each exercise has, and which file is handed in, wherever the notebook is open."""

import json
import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from lockstep.learn import checking, colab, handing_in, own_file, session, starting
from lockstep.learn.errors import CourseError
from lockstep.learn.handing_in import MENU, submit
from tests.conftest import ROOT

NAME = "mean_squared_error"
SOLVED = (
    "def mean_squared_error(predictions, truth):\n    return ((predictions - truth) ** 2).mean()"
)
SET_UP = 'start("00_start_here", release="0.1.0")'


def cell(source):
    return {"cell_type": "code", "source": source.splitlines(keepends=True)}


def notebook_file(path, answer=SOLVED, set_up=SET_UP):
    cells = [cell(set_up), cell(f"# lockstep: answer {NAME}\n{answer}"), cell("submit()")]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return path


@pytest.fixture
def notebook(monkeypatch, tmp_path):
    """Return the names and the inputs of a notebook in which lesson 00 was started."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    inputs: list[str] = []
    names: dict[str, object] = {}
    for module in (checking, own_file):
        monkeypatch.setattr(module, "user_namespace", lambda: names)
    monkeypatch.setattr(own_file, "_run_so_far", lambda: inputs)
    session.begin("00_start_here", None)
    return SimpleNamespace(names=names, inputs=inputs, folder=folder)


def answer(notebook, source=SOLVED):
    """Run an answer cell."""
    notebook.inputs.append(f"# lockstep: answer {NAME}\n{source}")
    exec(source, notebook.names)


# What each exercise has


def test_a_solved_exercise_has_its_points(notebook):
    answer(notebook)
    shown = submit()
    assert repr(shown).splitlines()[:2] == [
        "1 of 1 points so far",
        f"✓ {NAME}  1 of 1  right",
    ]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("def mean_squared_error(p, t):\n    return 17.0", "0 of 1  not yet"),
        ("def mean_squared_error(p, t):\n    return 1 / 0", "0 of 1  error"),
    ],
)
def test_a_wrong_answer_has_none(notebook, wrong, words):
    answer(notebook, wrong)
    assert words in repr(submit())


def test_an_answer_that_is_right_in_some_cases_has_a_share(notebook):
    # Right where the mean and the middle are one; three of the public cases differ.
    first = checking.load_recorded(session.current().folder / "checks.npz", NAME)[0]
    value = float(first.expected["result"])
    answer(notebook, f"def mean_squared_error(p, t):\n    return {value!r}")
    shown = submit()
    assert "partly right" in repr(shown)
    assert 0 < shown.standings[0].points < 1


def test_the_blank_notebook_is_told_to_be_blank_and_gives_no_file(notebook):
    notebook_file(notebook.folder / "mine.ipynb")
    shown = submit()
    assert shown.standings[0].state == "not attempted"
    assert shown.message.startswith("Nothing is answered yet.")
    assert "mine.ipynb" not in repr(shown)


def test_asking_counts_as_no_try_and_what_answers_print_is_not_shown(notebook, capsys, home):
    answer(notebook, "def mean_squared_error(p, t):\n    print('noise')\n    return 17.0")
    submit()
    assert capsys.readouterr().out == ""
    assert not home.exists()


def test_names_and_words_are_escaped_where_a_browser_shows_them(notebook):
    answer(notebook)
    handed = handing_in.HandIn(submit().standings, "<b>`a`</b>")
    assert "&lt;b&gt;<code>a</code>&lt;/b&gt;" in handed._repr_html_()


@pytest.mark.parametrize("variable", ["LOCKSTEP_STRICT", "NBGRADER_EXECUTION"])
def test_where_a_machine_runs_the_notebook_nothing_is_shown(notebook, monkeypatch, variable):
    monkeypatch.setenv(variable, "1")
    answer(notebook)
    assert submit() is None


def test_a_lesson_without_exercises_has_nothing_to_hand_in(monkeypatch, tmp_path):
    monkeypatch.setenv("LOCKSTEP_LESSONS", str(tmp_path))
    (tmp_path / "30_name").mkdir()
    (tmp_path / "30_name" / "lesson.md").write_text("---\ntitle: x\n---\n")
    session.begin("30_name", None)
    with pytest.raises(CourseError, match="nothing to hand in"):
        submit()


# The file on a disk


def test_the_saved_file_is_named(notebook, monkeypatch):
    path = notebook_file(notebook.folder / "00_start_here.ipynb")
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    answer(notebook)
    assert submit().message == f"All answers are saved. Hand in this file:\n`{path}`"


def test_a_renamed_file_is_found_by_what_it_holds(notebook, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook.folder / "gone.ipynb"))
    path = notebook_file(notebook.folder / "my answers.ipynb")
    for number, set_up in enumerate(['start("04_simple_net", "keras")', "no_start()"]):
        notebook_file(notebook.folder / f"other{number}.ipynb", set_up=set_up)
    (notebook.folder / "broken.ipynb").write_text("{")
    (notebook.folder / "list.ipynb").write_text("[1]")
    (notebook.folder / "folder.ipynb").mkdir()
    answer(notebook)
    assert str(path) in submit().message


def test_of_two_copies_the_newer_is_named(notebook):
    for age, name in enumerate(["b.ipynb", "a.ipynb", "c.ipynb"]):
        path = notebook_file(notebook.folder / name)
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    answer(notebook)
    assert "b.ipynb" in submit().message


def test_the_twins_notebook_in_the_same_folder_is_not_taken(monkeypatch, notebook):
    pytorch, keras = (
        notebook_file(notebook.folder / f"{name}.ipynb", set_up=f'start("04_simple_net", "{name}")')
        for name in ("pytorch", "keras")
    )
    for framework, path in (("pytorch", pytorch), ("keras", keras)):
        found = own_file.saved_notebook(session.Session("04_simple_net", framework), [NAME])
        assert found
        assert found[0] == path


def test_vs_code_names_the_file_in_its_own_way(notebook):
    path = notebook_file(notebook.folder / "in vs code.ipynb")
    notebook_file(notebook.folder / "newer.ipynb")
    notebook.names["__vsc_ipynb_file__"] = str(path)
    answer(notebook)
    assert str(path) in submit().message


def test_an_answer_that_was_changed_and_not_saved_asks_for_saving(notebook):
    notebook_file(notebook.folder / "00_start_here.ipynb")
    answer(notebook, SOLVED + "  # better")
    message = submit().message
    assert message.startswith("Save the notebook (Ctrl+S, on a Mac Cmd+S) first")
    assert f"your last `{NAME}`" in message


def test_a_deleted_answer_cell_is_told_with_the_way_to_bring_it_back(notebook):
    path = notebook.folder / "00_start_here.ipynb"
    cells = [cell(SET_UP), cell("# lockstep: answer other\nother = 1")]
    path.write_text(json.dumps({"cells": cells}))
    notebook.names[NAME] = lambda predictions, truth: 17.0
    found = own_file.saved_notebook(session.current(), [NAME, "other"])
    assert found
    assert own_file.missing_answers(found[1], [NAME, "other"]) == [NAME]
    assert f'`reset("{NAME}")`' in handing_in._on_disk(session.current(), [NAME, "other"])


def test_a_notebook_that_was_never_saved_gets_a_sentence(notebook):
    answer(notebook)
    assert "Where it lies could not be found out from here" in submit().message


def test_answers_without_their_marker_line_still_count(notebook):
    assert own_file.answers([SOLVED, "other = 1"], NAME) == [SOLVED]
    assert own_file.answers(["# lockstep: answer mean_squared_error_2\nx"], NAME) == []


# Colab


@pytest.fixture
def front_end(monkeypatch, notebook, tmp_path):
    """Put Colab's package in place: what `notebook` is set to is what the browser has."""
    page = SimpleNamespace(notebook=None, downloads=[], asked=[])
    modules = {name: ModuleType(name) for name in ("google", "google.colab")}
    message, files = ModuleType("google.colab._message"), ModuleType("google.colab.files")

    def blocking_request(request_type, request="", timeout_sec=5, parent=None):
        page.asked.append(request_type)
        return page.notebook

    def download(filename):
        if page.downloads is None:
            raise RuntimeError("no browser")
        page.downloads.append(filename)

    message.blocking_request, files.download = blocking_request, download
    modules |= {"google.colab._message": message, "google.colab.files": files}
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    page.content = json.loads(notebook_file(tmp_path / "page.ipynb").read_text())
    return page


def test_on_colab_the_notebook_that_the_browser_has_is_downloaded(notebook, front_end):
    front_end.notebook = {"ipynb": front_end.content}
    answer(notebook)
    message = submit().message
    assert front_end.asked == ["get_ipynb"]
    (path,) = front_end.downloads
    assert json.loads(Path(path).read_text(encoding="utf-8")) == front_end.content
    assert Path(path).name == "00_start_here.ipynb"
    assert "downloads it as `00_start_here.ipynb`" in message
    assert MENU in message


@pytest.mark.parametrize("reply", [None, {}, {"ipynb": None}, "no", 3])
def test_where_the_browser_does_not_answer_the_menu_is_told(notebook, front_end, reply):
    front_end.notebook = reply
    answer(notebook)
    assert submit().message.startswith(f"To hand in, choose {MENU}")
    assert front_end.downloads == []


def test_where_a_download_is_not_possible_the_menu_is_told(notebook, front_end):
    front_end.notebook = {"ipynb": front_end.content}
    front_end.downloads = None
    answer(notebook)
    assert submit().message.endswith(f"To hand in, choose {MENU}.")


def test_on_colab_an_incomplete_notebook_is_not_downloaded(notebook, front_end):
    front_end.notebook = {"ipynb": {"cells": front_end.content["cells"][:1]}}
    answer(notebook)
    assert f'`reset("{NAME}")`' in submit().message
    assert front_end.downloads == []


def test_a_kernel_without_colabs_package_is_not_colab():
    assert not colab.here()


# The release


def test_a_notebook_that_is_newer_than_the_package_is_refused_in_a_sentence():
    with pytest.raises(CourseError, match=r"release 99\.0\.0 of the course, .*`git pull`"):
        starting.start("00_start_here", release="99.0.0")


def test_an_older_notebook_begins_and_says_that_it_is_older(capsys, monkeypatch):
    monkeypatch.setattr(starting, "__version__", "0.10.0")
    starting.start("00_start_here", release="0.9.1")
    assert "is of release 0.9.1 of the course, and 0.10.0" in capsys.readouterr().out
    starting.start("00_start_here", release="0.10.0")
    assert "0.9.1" not in capsys.readouterr().out


def test_every_exercise_of_the_course_is_found_in_its_own_notebook():
    for path in (ROOT / "exercises").glob("*.ipynb"):
        content = json.loads(path.read_text(encoding="utf-8"))
        about = content["metadata"]["lockstep"]
        place = session.Session(about["lesson"], about["framework"])
        exercises = list(handing_in.load_exercises(place.folder))
        cells = own_file.code_cells(content)
        assert own_file.missing_answers(cells, exercises) == []
        assert own_file._is_of(cells, place, exercises)


def test_several_names_are_listed_as_in_a_sentence():
    assert handing_in._names(["a"]) == "`a`"
    assert handing_in._names(["a", "b", "c"]) == "`a`, `b` and `c`"
