"""What a kind of submission is: what the teacher gets, and what it must come to."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from textwrap import dedent

from tests.conftest import ROOT

START, NET, KERAS_NET = "00_start_here", "04_simple_net_pytorch", "04_simple_net_keras"
EXERCISE = "mean_squared_error"  # the only one of START
TIME_LIMIT, MEMORY_LIMIT, SEED = 4, 700, 20_260_731


@dataclass(frozen=True)
class Scene:
    """What lies around the class while it is graded, for hostile code to look for.

    Parameters
    ----------
    teacher
        A folder of the teacher's, with solutions and other submissions in it.
    port
        Where somebody listens on 127.0.0.1.
    socket
        The abstract Unix socket on which somebody listens.
    """

    teacher: Path
    port: int
    socket: str

    def fill(self, source: str) -> str:
        """Return code with what it looks for put in.

        The markers are put in backwards, so that who searches the memory doesn't find itself.
        """
        for name, value in (
            ("TEACHER", str(self.teacher)),
            ("ROOT", str(ROOT)),
            ("PORT", str(self.port)),
            ("SOCKET", self.socket),
            ("REKRAM", NEIGHBOURS_MARKER[::-1]),
            ("TERCES", SECRET[::-1]),
        ):
            source = source.replace(f"@{name}@", value)
        return source


NEIGHBOURS_MARKER = "what-only-a-neighbour-wrote"  # stands in the honest submissions
SECRET = "what-only-the-teacher-knows"  # stands in the teacher's files and environment
LEFT_BEHIND = "86399.125"  # seconds that a process sleeps which is left behind
Write = Callable[[Path, Scene], None]


@dataclass(frozen=True)
class Got:
    """What an exercise must get; `says` is a part of its message."""

    state: str
    points: float = 0.0
    says: str = ""
    mistake: str | None = None


@dataclass(frozen=True)
class Kind:
    """One student, and what came in from them.

    Parameters
    ----------
    name
        The student's id and folder.
    why
        What is tried or broken, and why it deserves what it gets.
    write
        Writes what the teacher gets into the student's folder.
    notebook
        The exercise notebook that it is, or was meant to be.
    got
        What the exercises get that are not right with all their points.
    note
        A part of what the teacher is told besides.
    unreadable
        A part of the reason, where no notebook can be read.
    unplaced
        A part of the reason for each file that cannot be placed.
    absent
        Whether there is no result, since no file can be placed.
    person
        The student's name on the roster.
    """

    name: str
    why: str
    write: Write
    notebook: str = START
    got: dict[str, Got] = field(default_factory=dict)
    note: str = ""
    unreadable: str = ""
    unplaced: tuple[str, ...] = ()
    absent: bool = False
    person: str = ""

    def __repr__(self) -> str:
        return self.name


# Notebooks


@cache
def _read(kind: str, notebook: str) -> dict:
    return json.loads((ROOT / kind / f"{notebook}.ipynb").read_text(encoding="utf-8"))


def pristine(notebook: str = START) -> dict:
    """Return an exercise notebook as it was handed out."""
    return copy.deepcopy(_read("exercises", notebook))


def cell_of(notebook: dict, cell_id: str) -> dict:
    """Return a notebook's cell."""
    return next(cell for cell in notebook["cells"] if cell["id"] == cell_id)


def exercises_of(notebook: str) -> list[str]:
    """Return the exercises' names."""
    ids = [cell["id"] for cell in _read("exercises", notebook)["cells"]]
    return [name.removeprefix("answer-") for name in ids if name.startswith("answer-")]


def solution(exercise: str, notebook: str) -> str:
    """Return a right answer's cell, its marker line first."""
    lines = "".join(cell_of(_read("solutions", notebook), f"answer-{exercise}")["source"])
    return "\n".join(line for line in lines.split("\n") if "### " not in line)


def solved(notebook: str = START) -> dict:
    """Return an exercise notebook with every answer right."""
    made = pristine(notebook)
    for exercise in exercises_of(notebook):
        cell_of(made, f"answer-{exercise}")["source"] = solution(exercise, notebook)
    return made


def code_cell(source: str, **others: object) -> dict:
    """Return a code cell of the student's own."""
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    return cell | {"source": dedent(source).strip("\n")} | others


def place_of(notebook: dict, cell_id: str) -> int:
    """Return a cell's place."""
    return notebook["cells"].index(cell_of(notebook, cell_id))


def answered(answers: dict[str, str], notebook: str, above: str = "", below: str = "") -> dict:
    """Return a solved notebook with some answers replaced, and cells around the first answer."""
    made = solved(notebook)
    for exercise, source in answers.items():
        text = f"# lockstep: answer {exercise}\n{dedent(source).strip(chr(10))}"
        cell_of(made, f"answer-{exercise}")["source"] = text
    place = place_of(made, f"answer-{exercises_of(notebook)[0]}")
    if below:
        made["cells"].insert(place + 1, code_cell(below))
    if above:
        made["cells"].insert(place, code_cell(above))
    return made


def put(folder: Path, made: dict, name: str = "homework.ipynb") -> None:
    """Write a notebook into the student's folder."""
    (folder / name).write_text(json.dumps(made, indent=1), encoding="utf-8")


# Kinds of kinds


def answers(
    name: str,
    why: str,
    sources: dict[str, str],
    got: dict[str, Got],
    *,
    notebook: str = NET,
    above: str = "",
    below: str = "",
    **others: object,
) -> Kind:
    """Return a kind whose answers are bad; all other answers are right."""

    def write(folder: Path, scene: Scene) -> None:
        filled = {exercise: scene.fill(source) for exercise, source in sources.items()}
        put(folder, answered(filled, notebook, scene.fill(above), scene.fill(below)))

    return Kind(name, why, write, notebook, got, **others)


def answer(
    name: str,
    why: str,
    source: str,
    state: str,
    points: float = 0.0,
    says: str = "",
    *,
    mistake: str | None = None,
    **others: object,
) -> Kind:
    """Return a kind whose one answer, to the shortest lesson's exercise, is bad."""
    got = {} if state == "right" else {EXERCISE: Got(state, points, says, mistake)}
    return answers(name, why, {EXERCISE: source}, got, notebook=START, **others)


def own_cell(
    name: str,
    why: str,
    source: str,
    *,
    below: str = "",
    got: dict[str, Got] | None = None,
    **others: object,
) -> Kind:
    """Return a kind with bad code above a right answer, which it must not harm."""
    return answers(name, why, {}, got or {}, notebook=START, above=source, below=below, **others)


def changed(
    name: str,
    why: str,
    change: Callable[[dict], object],
    *,
    notebook: str = START,
    **others: object,
) -> Kind:
    """Return a kind whose solved notebook is changed in some way."""

    def write(folder: Path, scene: Scene) -> None:
        made = solved(notebook)
        put(folder, change(made) or made)

    return Kind(name, why, write, notebook, **others)


def file(name: str, why: str, content: bytes, reason: str, **others: object) -> Kind:
    """Return a kind whose file is no notebook."""

    def write(folder: Path, scene: Scene) -> None:
        (folder / "homework.ipynb").write_bytes(content)

    return Kind(name, why, write, unreadable=reason, **others)
