"""What of a lesson's `checks.py` may be seen by the student's process: everything but the truth.

The cases' generators and the mistakes' functions often hold the right answer in NumPy. What is kept:
names, points, hints, what is said to each mistake, and the functions that `call` an answer.
"""

import ast
import shutil
from collections import defaultdict
from pathlib import Path
from symtable import symtable

from lockstep.learn.exercises import Exercise, load_exercises

HEADER = '"""Made from the lesson\'s checks.py: what a student\'s process may see of it."""\n'
KEPT_FILES = ("lesson.md", "meetings.npz", "checks.npz")  # of the public cases, for `check`


class PublicChecksError(Exception):
    """A lesson whose checks cannot be split; the message says what its author must change."""


def write_public_lesson(folder: Path, target: Path) -> None:
    """Write what a student's process may read of the lesson in `folder` into `target`.

    Raises
    ------
    PublicChecksError
        If the checks cannot be split.
    """
    target.mkdir(parents=True)
    for name in KEPT_FILES:
        if (folder / name).exists():
            shutil.copyfile(folder / name, target / name)
    if (folder / "checks.py").exists():
        (target / "checks.py").write_text(public_checks(folder), encoding="utf-8", newline="\n")


def public_checks(folder: Path) -> str:
    """Return the source of a `checks.py` without cases and without the mistakes' functions.

    Raises
    ------
    PublicChecksError
        If an exercise is called by something that has no name in its module.
    """
    module = ast.parse((folder / "checks.py").read_text(encoding="utf-8"))
    exercises = load_exercises(folder).values()
    named = {name for node in module.body for name in _defines(node)}
    wanted = {
        _caller(folder, exercise, named) for exercise in exercises if exercise.call is not None
    }
    kept = [ast.unparse(node) for node in needed(module, wanted)]
    listed = ",\n".join(_description(exercise) for exercise in exercises)
    return (
        f"{HEADER}\nfrom lockstep.learn.exercises import Exercise, Mistake\n\n"
        + "\n\n".join(kept)
        + f"\n\nEXERCISES = [\n{listed},\n]\n"
    )


def _caller(folder: Path, exercise: Exercise, named: set[str]) -> str:
    name = getattr(exercise.call, "__name__", "<lambda>")
    if name not in named:
        raise PublicChecksError(
            f"lessons/{folder.name}/checks.py: `call=` of the exercise {exercise.name!r} must be a "
            "function with a name, so that the student's process can be given it alone."
        )
    return str(name)


def needed(module: ast.Module, wanted: set[str]) -> list[ast.stmt]:
    """Return the module's statements that the names in `wanted` need to run, in their order."""
    defining: defaultdict[str, list[ast.stmt]] = defaultdict(list)
    for node in module.body:
        for name in _defines(node):
            defining[name].append(node)
    reached: set[str] = set()
    waiting = set(wanted)
    while waiting:
        name = waiting.pop()
        reached.add(name)
        for node in defining.get(name, []):
            waiting |= (_uses(node) & set(defining)) - reached
    kept = [node for node in module.body if _defines(node) & reached]
    return [_bare(node, reached) for node in kept]


def _defines(node: ast.stmt) -> set[str]:
    """Return the names that a statement of a module gives a meaning to, in a block of its own or not."""
    found: set[str] = set()
    waiting: list[ast.AST] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(part.name)  # what stands in it has names of its own
        elif isinstance(part, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name.split(".")[0] for alias in part.names}
        elif isinstance(part, ast.comprehension):
            waiting += [part.iter, *part.ifs]  # its variable is nobody else's
        else:
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                found.add(part.id)
            waiting += ast.iter_child_nodes(part)
    return found


def _uses(node: ast.stmt) -> set[str]:
    """Return the module's names that a statement uses; a function's own variables are none of them."""
    try:
        top = symtable(ast.unparse(node), "checks.py", "exec")
    except (
        SyntaxError,
        ValueError,
        RecursionError,
        MemoryError,
    ):  # a student's code may be anything
        return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    found: set[str] = set()
    waiting = [top]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        found |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (table is top or symbol.is_global())
        }
    return found


def _bare(node: ast.stmt, reached: set[str]) -> ast.stmt:
    """Return an import with the names alone that are needed; anything else as it is."""
    if not isinstance(node, (ast.Import, ast.ImportFrom)):
        return node
    names = [a for a in node.names if (a.asname or a.name.split(".")[0]) in reached]
    if isinstance(node, ast.Import):
        return ast.Import(names)
    return ast.ImportFrom(node.module, names, node.level)


def _description(exercise: Exercise) -> str:
    mistakes = ", ".join(
        f"Mistake({mistake.name!r}, say={mistake.say!r})" for mistake in exercise.mistakes
    )
    call = f", call={exercise.call.__name__}" if exercise.call is not None else ""
    return (
        f"    Exercise(name={exercise.name!r}, difficulty={exercise.difficulty}, "
        f"minutes={exercise.minutes}, points={exercise.points}, cases=None, "
        f"mistakes=[{mistakes}], hints={exercise.hints!r}, forbidden={exercise.forbidden!r}, "
        f"tolerance={exercise.tolerance!r}, takes={exercise.takes!r}{call})"
    )
