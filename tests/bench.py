"""How long things take on this machine: `python -m tests.bench`.

These are measurements, no tests: machines differ and are shared. Each figure stands beside what the
course promises, and beside the framework's own import in the same run.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from lockstep.build.compose import compose
from lockstep.build.execute import execute
from lockstep.build.lesson import load_lesson
from lockstep.lessons import lesson_names

ROOT = Path(__file__).resolve().parent.parent
REPEATS = 5
IMPORTS = {
    "pytorch": "import torch",
    "keras": "import keras",
}
FIRST_QUESTION = """
from lockstep.learn import checkpoint, start
start({lesson!r}, {framework!r})
checkpoint({question!r})._repr_mimebundle_()
"""
JUDGING = """
import time
from lockstep.learn import checkpoint, start
start({lesson!r}, {framework!r})
question = checkpoint({question!r})
question.answer("1")
began = time.perf_counter()
for _ in range(20):
    question.answer("1")
print((time.perf_counter() - began) / 20)
"""


def seconds(*codes: str) -> list[float]:
    """Return the median wall time of each piece of code in fresh processes, taken in turn.

    In turn, because a shared machine drifts: what is compared must have had the same weather.
    """
    times: list[list[float]] = [[] for _ in codes]
    for repeat in range(REPEATS + 1):
        for code, measured in zip(codes, times, strict=True):
            began = time.perf_counter()
            run(code)
            if repeat:  # the first round warms the disk's cache
                measured.append(time.perf_counter() - began)
    return [statistics.median(measured) for measured in times]


def run(code: str) -> str:
    """Run code in a fresh process with a progress file of its own; return what it prints."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"LOCKSTEP_HOME": home}
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    return done.stdout


def first_question(table: Table) -> None:
    """Measure from the opening cell to the first checkpoint, against the framework's import alone."""
    lesson = load_lesson(ROOT / "lessons" / "04_simple_net")
    question = lesson.checkpoints[0].name
    for framework, statement in IMPORTS.items():
        names = {"lesson": lesson.name, "framework": framework, "question": question}
        alone, whole = seconds(statement, FIRST_QUESTION.format(**names))
        table.add_row(
            f"first checkpoint shown, {framework}",
            f"{whole:.2f} s = {whole / alone:.2f} × the import ({alone:.2f} s), {whole - alone:+.2f} s",
            "import + 0.5 s",
        )
        judged = float(run(JUDGING.format(**names)).splitlines()[-1])
        table.add_row(f"an answer judged, {framework}", f"{judged * 1000:.1f} ms", "100 ms")


def unchanged_build(table: Table) -> None:
    """Measure a build in which nothing changed."""
    command = [sys.executable, "-m", "lockstep.cli", "build"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    table.add_row("build of an unchanged course", f"{time.perf_counter() - began:.2f} s", "2 s")


def notebooks(table: Table) -> None:
    """Measure each executed notebook from top to bottom, its kernel's start included."""
    all_notebooks = [
        notebook
        for name in lesson_names(ROOT / "lessons")
        for notebook in compose(load_lesson(ROOT / "lessons" / name))
        if notebook.executed
    ]
    for notebook in track(all_notebooks, "notebooks"):
        began = time.perf_counter()
        execute(notebook, ROOT / "lessons", lambda: None)
        table.add_row(notebook.path, f"{time.perf_counter() - began:.1f} s", "20 s")


def main() -> None:
    """Measure everything and print the table."""
    table = Table("what", "measured here", "promised", title="Lockstep, measured")
    unchanged_build(table)
    first_question(table)
    notebooks(table)
    Console().print(table)


if __name__ == "__main__":
    main()
