"""`lockstep demo-class`: what thirty students handed in for lesson 04, made up, so that anyone can try grading.

There are right answers, answers that are wrong in the ways that learners are wrong, blanks, and files that
are broken in the ways that files are. The right answers are the lesson's own, taken from its text.
"""

import json
import os
import random
import re
import shlex
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lockstep.build.cells import blank
from lockstep.build.lesson import BEGIN, END, Lesson, load_lesson
from lockstep.build.text import Code
from lockstep.grade.demo_answers import (
    HELPER_CELL,
    OTHERS,
    OWN_NAMES,
    WITH_HELPER,
    WRONG,
    Framework,
)
from lockstep.grade.demo_moodle import write_moodle
from lockstep.grade.reports.spreadsheet import csv_bytes

LESSON = "04_simple_net"
SEED = 4
FIRST_HANDED_IN = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
BLANK = "    # YOUR CODE HERE\n    raise NotImplementedError()"

Notebook = dict[str, Any]
Answers = dict[
    str, str
]  # from an exercise to what was made of it: "right", "blank", a mistake's name
Change = Callable[[Notebook, random.Random, "_Course"], None]


@dataclass(frozen=True)
class Member:
    """Someone of the class.

    Parameters
    ----------
    id, name
        As the roster has them.
    framework
        Which twin was chosen.
    skill
        How likely an answer is right, where `answers` does not say.
    answers
        What was made of an exercise, where that is settled.
    change
        What happened to the notebook.
    file
        How the file is called; {notebook} stands for the name that it was handed out with.
    cut_off
        Whether the file broke off on its way.
    again
        Whether it was handed in twice, first with nothing in it.
    missing
        Whether nothing came in.
    """

    id: str
    name: str
    framework: Framework = "pytorch"
    skill: float = 0.75
    answers: Answers = field(default_factory=dict)
    change: Change | None = None
    file: str = "{notebook}.ipynb"
    cut_off: bool = False
    again: bool = False
    missing: bool = False

    @property
    def folder(self) -> str:
        """The folder's name, as a school's system makes it: the last name first."""
        first, _, last = self.name.partition(" ")
        return f"{last}, {first}"


def write_demo_class(folder: Path, root: Path) -> None:
    """Write the class into a folder: `submissions/`, `roster.csv` and `README.txt`.

    Beside them stands the same as Moodle hands it out: `moodle.zip` and `worksheet.csv`. It is the same
    class each time, to the byte.

    Parameters
    ----------
    folder
        Where to; made where it is not there.
    root
        The checkout of the course.

    Raises
    ------
    ValueError
        If the folder is not empty; the message is a sentence.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(
            f"{folder} is not an empty folder. Name one that is empty or not there yet."
        )
    lesson = load_lesson(root / "lessons" / LESSON)
    for number, member in enumerate(CLASS):
        _hand_in(folder / "submissions", member, number, _Course(root, lesson, member.framework))
    handed_in = [(member.name, folder / "submissions" / member.folder) for member in CLASS]
    out_of = sum(exercise.points for exercise in lesson.exercises.values())
    write_moodle(folder, handed_in, out_of)
    roster = [("id", "name"), *((member.id, member.name) for member in CLASS)]
    (folder / "roster.csv").write_bytes(csv_bytes(roster))
    (folder / "README.txt").write_text(_read_me(folder), encoding="utf-8", newline="\n")


def _read_me(folder: Path) -> str:
    here = shlex.quote(folder.as_posix())
    return (
        f"A made-up class of {len(CLASS)} and what it handed in for lesson {LESSON}.\n"
        "Nobody in it is real. To grade it, type in the folder of the course:\n\n"
        f"    lockstep grade {here}/submissions --roster {here}/roster.csv --out {here}/grades\n\n"
        "Then open grades/class.html, grades/gradebook.csv, and a page in grades/feedback/.\n\n"
        "The same class as Moodle hands it out is in moodle.zip and worksheet.csv;\n"
        "docs/teaching.md says how grades get back there.\n"
    )


# --- Answers --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Course:
    """What one framework's students were handed out, and the lesson with the right answers."""

    root: Path
    lesson: Lesson
    framework: Framework

    @property
    def notebook(self) -> str:
        return f"{LESSON}_{self.framework}"

    def pristine(self) -> Notebook:
        path = self.root / "exercises" / f"{self.notebook}.ipynb"
        notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
        return notebook

    def sources(self, exercise: str) -> tuple[str, str]:
        """Return an exercise's solution and its other right way."""
        assert self.lesson.exercise_text is not None  # lesson 04 has exercises
        found = {
            block.is_answer: block.source
            for step in self.lesson.exercise_text.steps
            for block in step.blocks
            if isinstance(block, Code)
            and block.exercise == exercise
            and block.framework == self.framework
        }
        return found[True], found[False]

    def answer(self, exercise: str, kind: str, chance: random.Random) -> str:
        """Return an answer cell's source, without its marker line."""
        solution, other = self.sources(exercise)
        bodies = WRONG.get(exercise, {}) | OTHERS.get(exercise, {})
        if kind == "blank":
            return blank(solution)
        if kind == "another way":
            return other
        if kind == "right":
            body = _in_own_names(_solution(solution), chance)
        elif kind == "with a helper":
            body = WITH_HELPER[self.framework]
        else:
            body = bodies[kind][self.framework]
        return blank(solution).replace(BLANK, textwrap.indent(body, "    "))


def _solution(source: str) -> str:
    """Return what stands in place of the blank in an answer's source."""
    inside = source.partition(BEGIN)[2].partition(END)[0]
    return textwrap.dedent(inside.strip("\n").rstrip())


def _in_own_names(body: str, chance: random.Random) -> str:
    """Return a right answer with local names as this student would choose them."""
    for name, others in OWN_NAMES.items():
        chosen = chance.choice((name, *others))
        body = re.sub(rf"\b{name}\b(?!=)", chosen, body)
    return body


def _settle(member: Member, course: _Course) -> Answers:
    """Return what this student made of each exercise."""
    chance = random.Random(f"{SEED} {member.id} answers")
    settled = {}
    for exercise in course.lesson.exercises:
        right = chance.choices(("right", "another way"), weights=(4, 1))[0]
        wrong = chance.choice(
            [kind for kind, bodies in WRONG[exercise].items() if course.framework in bodies]
        )
        at_all = "blank" if chance.random() < 0.25 else wrong
        drawn = right if chance.random() < member.skill else at_all
        settled[exercise] = member.answers.get(exercise, member.answers.get("all", drawn))
    return settled


def _answered(course: _Course, answers: Answers, chance: random.Random) -> Notebook:
    """Return the notebook with a student's answers in it."""
    notebook = course.pristine()
    for exercise, kind in answers.items():
        cell = _cell(notebook, f"answer-{exercise}")
        source = course.answer(exercise, kind, chance)
        _write(cell, f"# lockstep: answer {exercise}\n{source}")
    return notebook


# --- Files ----------------------------------------------------------------------------------


def _hand_in(submissions: Path, member: Member, number: int, course: _Course) -> None:
    """Write what one student handed in."""
    if member.missing:
        return
    chance = random.Random(f"{SEED} {member.id}")
    time = FIRST_HANDED_IN + timedelta(minutes=chance.randrange(4 * 24 * 60), seconds=number)
    name = member.file.format(notebook=course.notebook)
    notebook = _answered(course, _settle(member, course), chance)
    if member.change:
        member.change(notebook, chance, course)
    content = (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()
    if member.cut_off:
        content = content[: len(content) * 3 // 5]
    folder = submissions / member.folder
    folder.mkdir(parents=True)
    if member.again:
        first = _answered(course, dict.fromkeys(course.lesson.exercises, "blank"), chance)
        early = (json.dumps(first, indent=1, ensure_ascii=False) + "\n").encode()
        _put(folder / name, early, time - timedelta(days=1))
        name = name.replace(".ipynb", " (1).ipynb")
    _put(folder / name, content, time)


def _put(path: Path, content: bytes, time: datetime) -> None:
    path.write_bytes(content)
    os.utime(path, (time.timestamp(), time.timestamp()))


# --- What happens to notebooks --------------------------------------------------------------


def _cell(notebook: Notebook, cell_id: str) -> dict[str, Any]:
    return next(cell for cell in notebook["cells"] if cell.get("id") == cell_id)


def _write(cell: dict[str, Any], source: str) -> None:
    cell["source"] = source.splitlines(keepends=True)


def _code_cell(cell_id: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": "code", "execution_count": None, "id": cell_id}
    cell |= {"metadata": {}, "outputs": []}
    _write(cell, source)
    return cell


def _with_helper(notebook: Notebook, chance: random.Random, course: _Course) -> None:
    """Put a cell of the student's own above the first answer."""
    place = notebook["cells"].index(_cell(notebook, "answer-softmax"))
    notebook["cells"].insert(place, _code_cell(_random_id(chance), HELPER_CELL[course.framework]))


def _with_copied_cell(notebook: Notebook, chance: random.Random, course: _Course) -> None:
    """Leave the blank where it was, and the answer in a copy below, without the cell's metadata."""
    cell = _cell(notebook, "answer-accuracy")
    copy = _code_cell(_random_id(chance), "".join(cell["source"]))
    cell["source"] = _cell(course.pristine(), "answer-accuracy")["source"]
    notebook["cells"].insert(notebook["cells"].index(cell) + 1, copy)


def _through_colab(notebook: Notebook, chance: random.Random, course: _Course) -> None:
    """Lose the cells' ids and metadata, as on the way through Colab."""
    notebook["nbformat_minor"] = 0
    notebook["metadata"] = {
        "colab": {"provenance": []},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook["cells"]:
        del cell["id"]
        cell["metadata"] = {"id": _random_id(chance)}


def _with_outputs(notebook: Notebook, chance: random.Random, course: _Course) -> None:
    """Run the notebook: numbers beside the cells, and what was printed below them."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for count, cell in enumerate(code, start=chance.randrange(1, 40)):
        cell["execution_count"] = count
        if cell["id"].startswith("check-"):
            text = "✓ Right\n1 point.\n"
            cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": [text]}]


def _random_id(chance: random.Random) -> str:
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "".join(chance.choices(letters, k=12))


CLASS = (
    Member("s2601", "Adaeze Obi", skill=1),
    Member("s2602", "Amélie Lefèvre", skill=0.9),
    Member("s2603", "Anna Müller", skill=0.6),
    Member("s2604", "Anton Müller", skill=0.8, file="hw (1).ipynb"),
    Member("s2605", "Björn Åkesson", "keras", skill=0.9),
    Member("s2606", "Carmen Ibáñez Ruiz", skill=0.7, change=_with_outputs),
    Member(
        "s2607", "Chinedu Okafor", answers={"softmax": "no shift", "training_step": "old gradients"}
    ),
    Member("s2608", "Daniel O'Brien", answers={"all": "blank"}),
    Member(
        "s2609", "Elif Yıldız", skill=0.9, change=_through_colab, file="Copy of {notebook}.ipynb"
    ),
    Member("s2610", "Emeka Nwosu", answers={"accuracy": "percent", "cross_entropy": "sum"}),
    Member("s2611", "Farah Haddad", "keras", answers={"softmax": "columns"}),
    Member(
        "s2612",
        "Giulia D'Angelo",
        skill=1,
        answers={"softmax": "with a helper"},
        change=_with_helper,
    ),
    Member("s2613", "Hana Nováková", skill=0.8),
    Member("s2614", "Ingrid Sørensen", cut_off=True),
    Member("s2615", "Jakub Wiśniewski", answers={"training_step": "endless"}),
    Member("s2616", "Jia Chen", skill=1, answers={"debug_port": "another way"}),
    Member("s2617", "Kwame Mensah", "keras", skill=0.5),
    Member("s2618", "Lê Thị Mai", answers={"softmax": "forbidden", "carry_weights": "reshape"}),
    Member(
        "s2619",
        "Leilani Kealoha",
        skill=0.9,
        answers={"accuracy": "right"},
        change=_with_copied_cell,
    ),
    Member("s2620", "Lukas Schäfer", answers={"accuracy": "no Python"}),
    Member("s2621", "María José García", "keras", skill=1, change=_through_colab),
    Member("s2622", "Mehmet Öztürk", skill=0.4),
    Member("s2623", "Noor van den Berg", answers={"translate_step": "the other framework"}),
    Member(
        "s2624",
        "Olena Kovalenko",
        answers={"translate_step": "blank", "debug_port": "blank", "training_step": "blank"},
    ),
    Member("s2625", "Priya Raghavan", skill=1, again=True),
    Member("s2626", "Saoirse Ní Bhriain", skill=0.7, file="Untitled3.ipynb"),
    Member("s2627", "Siobhán O'Neill", "keras", skill=0.8, change=_with_outputs),
    Member("s2628", "Tariq al-Rashid", missing=True),
    Member("s2629", "Yuki Tanaka", answers={"debug_port": "still softmax twice"}),
    Member("s2630", "Zoë Adeyemi", skill=0.3),
)
