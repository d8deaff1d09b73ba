"""Progress on a machine that forgets: a short code, or the learner's Drive."""

import shutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from lockstep.learn import colab, exercises, journal, progress_code, starting
from lockstep.learn.errors import CourseError
from lockstep.learn.picture import progress
from lockstep.learn.questions import load_questions
from lockstep.lessons import lesson_names
from tests.conftest import ROOT

LESSON = Path(__file__).parents[1] / "every_kind_of_question.md"
QUESTIONS = list(load_questions(LESSON, "keras"))


@pytest.fixture(autouse=True)
def lessons(tmp_path, monkeypatch):
    folder = tmp_path / "lessons"
    for name in ("00_start", "01_demo"):
        (folder / name).mkdir(parents=True)
    shutil.copy(LESSON, folder / "01_demo" / "lesson.md")
    (folder / "00_start" / "lesson.md").write_text("---\ntitle: Start here\nframeworks: []\n---\n")
    monkeypatch.setenv("LOCKSTEP_LESSONS", str(folder))
    have = {"01_demo": {"softmax": SimpleNamespace(points=2), "loss": SimpleNamespace(points=1)}}
    monkeypatch.setattr(exercises, "load_exercises", lambda folder: have.get(folder.name, {}))
    return folder


@pytest.fixture
def on_colab(monkeypatch, tmp_path):
    """Make this kernel Colab's, and return the folder where Drive would be mounted."""
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    monkeypatch.setattr(colab, "DRIVE", tmp_path / "drive" / "MyDrive")
    return colab.DRIVE


def answer(name, framework="keras", right=True):
    journal.write("checkpoint", "01_demo", framework, name, version=1, right=right)


def solve(name, framework="keras"):
    journal.write("check", "01_demo", framework, name, state="right", points=1)


def forget(monkeypatch, tmp_path):
    """Begin on a new machine."""
    monkeypatch.setenv("LOCKSTEP_HOME", str(tmp_path / "another"))


def test_a_code_brings_back_what_was_right_and_nothing_else(monkeypatch, tmp_path):
    for name in QUESTIONS[::2]:
        answer(name)
    answer(QUESTIONS[1], right=False)
    answer(QUESTIONS[1], framework="pytorch")
    solve("loss")
    before = repr(progress())
    code = progress_code.progress_code(journal.read())
    forget(monkeypatch, tmp_path)
    assert repr(progress()) != before
    told = progress_code.take_back(code)
    assert f"Taken over: {len(QUESTIONS[::2]) + 1} questions and 1 exercise." in told
    assert repr(progress()) == before
    assert "0 questions and 0 exercises" in progress_code.take_back(code)
    assert repr(progress()) == before


def test_a_code_is_added_to_what_is_there(monkeypatch, tmp_path):
    answer(QUESTIONS[0])
    code = progress_code.progress_code(journal.read())
    forget(monkeypatch, tmp_path)
    answer(QUESTIONS[1])
    solve("softmax")
    assert "1 question and 0 exercises" in progress_code.take_back(code)
    assert "2 of 7" in repr(progress())
    assert "1 of 2" in repr(progress())


@pytest.mark.parametrize("form", [str.lower, lambda code: f"  {code[:9]}\n{code[9:]} "])
def test_line_breaks_spaces_and_small_letters_do_no_harm(form):
    answer(QUESTIONS[0])
    code = progress_code.progress_code(journal.read())
    assert progress_code.take_back(form(code))


NO_CODES = [None, 3, "", "A", "AEBQ", "progress", "ÄÖÜ", "=" * 8, "A" * 5000, "1" * 16]


@pytest.mark.parametrize("code", NO_CODES, ids=lambda code: str(code)[:9])
def test_what_is_no_code_is_a_sentence(code):
    with pytest.raises(CourseError, match="no code of `progress"):
        progress_code.take_back(code)


def test_a_code_with_any_letter_changed_or_cut_off_is_refused():
    answer(QUESTIONS[0])
    solve("softmax")
    code = progress_code.progress_code(journal.read())
    for place, letter in enumerate(code):
        for wrong in (
            code[:place],
            code[:place] + ("B" if letter == "A" else "A") + code[place + 1 :],
            code[:place] + code[place + 1 :],
        ):
            with pytest.raises(CourseError):
                progress_code.take_back(wrong)


def test_a_lesson_whose_questions_have_changed_is_told_and_the_others_are_taken(lessons):
    answer(QUESTIONS[0])
    answer(QUESTIONS[0], framework="pytorch")
    code = progress_code.progress_code(journal.read())
    text = (lessons / "01_demo" / "lesson.md").read_text(encoding="utf-8")
    (lessons / "01_demo" / "lesson.md").write_text(
        text.replace("a_number", "another_number"), encoding="utf-8"
    )
    told = progress_code.take_back(code)
    assert "Not taken over: lesson 01 in PyTorch, lesson 01 in Keras." in told
    shutil.rmtree(lessons / "01_demo")
    assert "Not taken over: lesson 01, lesson 01." in progress_code.take_back(code)


def test_nothing_done_has_no_code():
    assert progress_code.progress_code(journal.read()) == ""


def test_the_whole_course_fits_in_a_line_that_can_be_copied(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv("LOCKSTEP_LESSONS", str(ROOT / "lessons"))
    pages = progress_code.pages()
    assert {page.lesson for page in pages} == set(lesson_names())
    entries = []
    for page in pages:
        place = {"lesson": page.lesson, "framework": page.framework}
        entries += [
            place | {"kind": "checkpoint", "name": name, "version": version, "right": True}
            for name, version in page.questions
        ]
        entries += [
            place | {"kind": "check", "name": name, "state": "right"} for name, _ in page.exercises
        ]
    assert len(entries) > 200
    code = progress_code.progress_code(entries)
    assert len(code) < 20 * len(pages)
    some = [entry for entry in entries if entry["lesson"][:2] in ("00", "01", "02")]
    assert len(some) > 60
    assert len(progress_code.progress_code(some)) < 100


# Where it is shown


def test_only_a_machine_that_forgets_shows_a_code(on_colab):
    answer(QUESTIONS[0])
    code = progress_code.progress_code(journal.read())
    line = f'progress("{code}")'
    shown = progress()
    assert repr(shown).endswith(line)
    assert line.replace('"', "&quot;") in shown._repr_mimebundle_()["text/html"]
    on_colab.mkdir(parents=True)
    assert code not in repr(progress())


def test_a_code_given_to_progress_is_taken_and_told(monkeypatch, tmp_path, capsys):
    answer(QUESTIONS[0])
    code = progress_code.progress_code(journal.read())
    forget(monkeypatch, tmp_path)
    assert "1 of 7" in repr(progress(code))
    assert "Taken over: 1 question and 0 exercises." in capsys.readouterr().out


# Drive


@pytest.fixture
def own_place(monkeypatch, tmp_path):
    """Let progress lie in the system's own place."""
    monkeypatch.delenv("LOCKSTEP_HOME")
    place = tmp_path / "machine"
    monkeypatch.setattr(journal, "_on_this_machine", lambda: place)
    return place


def test_progress_lies_in_drive_where_it_is_mounted_and_on_the_machine_otherwise(
    own_place, on_colab
):
    answer(QUESTIONS[0])
    assert (own_place / "progress.jsonl").exists()
    on_colab.mkdir(parents=True)
    answer(QUESTIONS[1])
    assert [entry["name"] for entry in journal.read()] == [QUESTIONS[1]]
    assert sorted(path.name for path in (on_colab / "lockstep").iterdir()) == ["progress.jsonl"]


def test_a_drive_that_is_mounted_later_gets_what_the_machine_had(own_place, on_colab):
    answer(QUESTIONS[0])
    journal.move_to_drive()
    assert (own_place / "progress.jsonl").exists()
    on_colab.mkdir(parents=True)
    answer(QUESTIONS[1])
    for _ in range(2):
        journal.move_to_drive()
        assert [entry["name"] for entry in journal.read()] == [QUESTIONS[1], QUESTIONS[0]]
    assert not (own_place / "progress.jsonl").exists()


def test_a_drive_that_cannot_be_written_to_loses_nothing(own_place, on_colab, capsys):
    answer(QUESTIONS[0])
    on_colab.parent.mkdir()
    on_colab.mkdir()
    (on_colab / "lockstep").write_text("a file in the folder's place")
    journal.move_to_drive()
    assert "cannot be moved to your Drive" in capsys.readouterr().out
    assert (own_place / "progress.jsonl").exists()


def test_a_folder_of_drives_name_elsewhere_is_not_colabs(monkeypatch, tmp_path):
    monkeypatch.setattr(colab, "DRIVE", tmp_path)
    assert colab.drive() is None
    assert not colab.forgets()


def test_the_first_cell_says_where_progress_is_kept_on_colab_alone(own_place, on_colab, capsys):
    starting.start("00_start")
    assert "until this runtime ends" in capsys.readouterr().out
    on_colab.mkdir(parents=True)
    starting.start("00_start")
    assert f"in your Google Drive, in {on_colab / 'lockstep'}." in capsys.readouterr().out
    del sys.modules["google.colab"]
    starting.start("00_start")
    assert "progress" not in capsys.readouterr().out
