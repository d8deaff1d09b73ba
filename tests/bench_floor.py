"""The floor of grading: fork from a process that has imported the framework, in namespaces, run the code.

`python -m tests.bench_floor FRAMEWORK LESSONS COUNT` prints CPU and wall seconds of each fork. It does
what no grader can do without: the notebook's code by `exec`, no shell, no cells, no verdict.
"""

import contextlib
import gc
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LESSON = "04_simple_net"


def floor_cost(framework: str, lessons: Path, count: int) -> tuple[float, float]:
    """Return the CPU and wall seconds of one fork, measured over `count` in a process of its own."""
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "LOCKSTEP_HOME": "/tmp/lockstep",
    }
    command = [sys.executable, "-m", "tests.bench_floor", framework, str(lessons), str(count)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    cpu, wall = json.loads(done.stdout.splitlines()[-1])
    return cpu, wall


def run_code(cells: list[str], calls: list[tuple[str, list[object]]], framework: str) -> None:
    """Run the notebook's code and call each answer, as plainly as can be."""
    from lockstep.learn.answering import run_answer
    from lockstep.learn.exercises import load_exercises
    from lockstep.lessons import lessons_folder

    namespace: dict[str, object] = {"__name__": "__main__"}
    for cell in cells:
        exec(cell, namespace)
    exercises = load_exercises(lessons_folder() / LESSON)
    for name, inputs in calls:
        run_answer(exercises[name], namespace[name], inputs, framework)  # type: ignore[arg-type]


def main() -> None:
    """Fork, run, measure."""
    from lockstep.build.lesson import load_lesson
    from lockstep.grade import sandbox
    from lockstep.grade.warm import IMPORTS, SHARED_IMPORTS

    framework, lessons, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    root = lessons.parent
    lesson = load_lesson(lessons / LESSON)
    notebook = json.loads((root / "solutions" / f"{LESSON}_{framework}.ipynb").read_text())
    cells = [
        "".join(cell["source"]).replace("%pip", "# %pip").replace("    # %pip", "    pass  # %pip")
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and not cell["id"].startswith("check-")
    ]
    # As often as the judge asks: every case, and the first one once more.
    calls = [
        (name, case.inputs)
        for name, exercise in lesson.exercises.items()
        for case in [*exercise.drawn_cases(7), exercise.drawn_cases(7)[0]]
    ]
    for name in IMPORTS[framework] + SHARED_IMPORTS:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    readable = [*sandbox.readable_folders(), str(lessons)]
    limits = sandbox.Limits()
    with tempfile.TemporaryDirectory() as view:
        os.chmod(view, 0o755)
        os.environ["LOCKSTEP_LESSONS"] = str(lessons)
        costs = [one(readable, view, limits, cells, calls, framework) for _ in range(count)]
    cpu, wall = (sum(part) / count for part in zip(*costs, strict=True))
    print(json.dumps([cpu, wall]))


def one(readable, view, limits, cells, calls, framework) -> tuple[float, float]:
    """Fork once and return the CPU and wall seconds of it."""
    from lockstep.grade import sandbox

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 1)
            sandbox.enter(readable, view, limits)
            run_code(cells, calls, framework)
            code = 0
        os._exit(code)
    _, status = os.waitpid(child, 0)
    assert status == 0, "the floor's own code failed"
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


if __name__ == "__main__":
    main()
