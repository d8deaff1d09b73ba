"""All that can be read in a folder that is handed out: texts, notebooks, stored arrays; and what must not be there."""

import ast
import functools
import inspect
import json
import re
import types
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lockstep.learn.exercises import load_exercises
from lockstep.lessons import lesson_names
from tests.conftest import ROOT

LONG = 25  # a shorter line of code says little of where it comes from


def readable(folder: Path) -> dict[str, str]:
    """Return what each file of a folder says, by its path in it."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): text_of(path) for path in files}


def text_of(path: Path) -> str:
    """Return all text in a file, as a person would read it."""
    if path.suffix == ".ipynb":
        return "\n".join(_texts(json.loads(path.read_text(encoding="utf-8"))))
    if path.suffix == ".npz":
        return _stored(path)
    return path.read_bytes().decode("utf-8")


def _texts(part: object) -> Iterator[str]:
    """Yield every string in a notebook; a list of lines as one text."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, list) and part and all(isinstance(line, str) for line in part):
        yield "".join(part)
    elif isinstance(part, (list, dict)):
        for item in part.values() if isinstance(part, dict) else part:
            yield from _texts(item)


def _stored(path: Path) -> str:
    assert zipfile.is_zipfile(path)
    with np.load(path, allow_pickle=False) as stored:
        texts = [
            "\n".join([key, *map(str, array.ravel())]) if array.dtype.kind in "US" else key
            for key, array in stored.items()
        ]
    return "\n".join(texts)


def squeezed(text: str) -> str:
    """Return a text without what a formatter may change: white space, kinds of quotes, line continuations."""
    return re.sub(r"\s+", "", text).replace('"', "'").replace("\\'", "'")


IMPORT = re.compile(r"\w+ = importlib\.import_module\(\"\w+\"\)")  # says nothing of an answer


def names_in(path: str, text: str) -> set[str]:
    """Return what a file names: in code what is defined and used, in prose what is called."""
    if not path.endswith(".py"):
        return set(re.findall(r"(\w+)\(", text))
    nodes = list(ast.walk(ast.parse(text)))
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.name for node in nodes if isinstance(node, ast.FunctionDef)
    }


# --- what must not be there -------------------------------------------------------------------


@functools.cache
def handed_out() -> str:
    """Return, squeezed, the text that learners are meant to read, hints and explanations included.

    Of all lessons: one lesson may teach what another one's exercise asks for.
    """
    paths = [*ROOT.glob("lessons/*/lesson.md"), *ROOT.glob("exercises/*.ipynb")]
    said = [
        text
        for lesson in lesson_names(ROOT / "lessons")
        for exercise in load_exercises(ROOT / "lessons" / lesson).values()
        for text in [*exercise.hints, *(mistake.say for mistake in exercise.mistakes)]
    ]
    return squeezed("\n".join([*map(text_of, sorted(paths)), *said]))


@functools.cache
def solution_lines(lesson: str) -> tuple[str, ...]:
    """Return the long lines of the solutions and alternatives that a learner is not shown."""
    text = (ROOT / "lessons" / lesson / "exercises.md").read_text(encoding="utf-8")
    parts = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", text, re.DOTALL)
    parts += re.findall(r":tags: \[alternative\]\n(.*?)```", text, re.DOTALL)
    return _secret(parts)


@functools.cache
def secret_functions(lesson: str) -> list[types.FunctionType]:
    """Return a lesson's functions that hold the truth: its cases and its mistakes."""
    found = []
    for exercise in load_exercises(ROOT / "lessons" / lesson).values():
        found.append(exercise.cases)
        for mistake in exercise.mistakes:
            found += [mistake.numpy, mistake.pytorch, mistake.keras]
    bare = [one.func if isinstance(one, functools.partial) else one for one in found if one]
    return [one for one in bare if isinstance(one, types.FunctionType)]


@functools.cache
def secret_names(lesson: str) -> set[str]:
    """Return the names of case generators and mistakes that a learner is not shown."""
    names = {function.__qualname__.split(".")[0] for function in secret_functions(lesson)}
    return {name for name in names - {"<lambda>"} if name not in handed_out()}


@functools.cache
def secret_lines(lesson: str) -> tuple[str, ...]:
    """Return the long lines of case generators and mistakes that a learner is not shown."""
    return _secret([inspect.getsource(function) for function in secret_functions(lesson)])


def _secret(parts: list[str]) -> tuple[str, ...]:
    lines = {line.split("  # ")[0].strip() for part in parts for line in part.splitlines()}
    shown = handed_out()
    return tuple(
        line
        for line in sorted(lines)
        if len(line) > LONG
        and not line.startswith(("#", ":", "def ", "say=", '"'))
        and not IMPORT.fullmatch(line)
        and squeezed(line) not in shown
    )


def given_away(texts: dict[str, str], lesson: str) -> list[tuple[str, str]]:
    """Return each secret of a lesson that is in the texts, with the file that holds it."""
    small = {path: _squeezed_once(text) for path, text in texts.items()}
    whole = "\n".join(small.values())
    lines = [squeezed(line) for line in (*solution_lines(lesson), *secret_lines(lesson))]
    found = [
        (path, line) for line in lines if line in whole for path in small if line in small[path]
    ]
    names = secret_names(lesson)
    return found + [
        (path, name) for path, text in texts.items() for name in names & _names_once(path, text)
    ]


_squeezed_once = functools.cache(squeezed)
_names_once = functools.cache(names_in)
