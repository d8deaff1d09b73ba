"""How much grading costs beside nbgrader and otter-grader: `python -m tests.bench_grading`.

The same submissions of the same exercise notebook are graded by all three in one run, in turn, our
sandbox on. CPU seconds are those of the whole command with all that it started, as the system counts
them. The floor is a bare fork of a process that has imported the framework, in the same namespaces,
which runs the same code: below it, nothing can be.
"""

import argparse
import contextlib
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from lockstep.build.lesson import load_lesson
from tests.bench_floor import floor_cost
from tests.other_graders import CACHE, ROOT, environment, quiet

LESSON = "04_simple_net"
FEW, MANY = 10, 60  # submissions; the difference of two runs is what each costs beyond the start
REPEATS = 2
PROMISED = {
    "pytorch": {"nbgrader": 25, "floor": 1.6},
    "keras": {"nbgrader": 3, "floor": 1.3},
}


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU and of wall time."""

    cpu: float
    wall: float

    def each(self, count: int) -> "Cost":
        """Return the share of one of `count`."""
        return Cost(self.cpu / count, self.wall / count)


def measured(command: list[str], **options: object) -> Cost:
    """Run a command and return what it cost, all its descendants included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, wall)


def solved_notebook(framework: str) -> dict[str, object]:
    """Return the exercise notebook with right answers, as a student hands it in."""
    name = f"{LESSON}_{framework}.ipynb"
    notebook = json.loads((ROOT / "exercises" / name).read_text(encoding="utf-8"))
    solved = json.loads((ROOT / "solutions" / name).read_text(encoding="utf-8"))
    answers = {cell["id"]: cell["source"] for cell in solved["cells"]}
    for cell in notebook["cells"]:
        if cell["id"].startswith("answer-"):
            cell["source"] = answers[cell["id"]]
    return notebook


# --- ours ---------------------------------------------------------------------------------------


def lockstep_command(folder: Path, framework: str, count: int, jobs: int) -> list[str]:
    """Return the command that grades `count` submissions, which are made here."""
    submissions = folder / f"class_{framework}_{count}"
    if not submissions.exists():
        submissions.mkdir()
        for number in range(count):
            text = json.dumps(solved_notebook(framework))
            (submissions / f"student{number:04}.ipynb").write_text(text, encoding="utf-8")
    out = folder / "grades"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "lockstep.cli", "grade", str(submissions), "--out", str(out)]
    return [*command, "--jobs", str(jobs), "--root", str(ROOT)]


def ours(folder: Path, framework: str, jobs: int) -> tuple[Cost, Cost]:
    """Return what a submission costs beyond the start, and what the start costs.

    The fewer and the more are graded in turn, and of each the cheapest run counts: what another
    program takes from this machine makes a run dearer, never cheaper.
    """
    runs: dict[int, list[Cost]] = {FEW: [], MANY: []}
    for _ in range(REPEATS):
        for count, costs in runs.items():
            costs.append(measured(lockstep_command(folder, framework, count, jobs)))
    few, many = (
        Cost(min(cost.cpu for cost in costs), min(cost.wall for cost in costs))
        for costs in runs.values()
    )
    each = Cost((many.cpu - few.cpu) / (MANY - FEW), (many.wall - few.wall) / (MANY - FEW))
    return each, Cost(many.cpu - MANY * each.cpu, many.wall - MANY * each.wall)


def peak_memory(command: list[str]) -> float:
    """Return the most memory in MB that a command held with all that it started.

    Pages that several processes share are counted once (the proportional set size).
    """
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, _proportional(process.pid))
            time.sleep(0.1)
    return peak / 2**20


def _proportional(process: int) -> int:
    total = 0
    with contextlib.suppress(psutil.Error):
        top = psutil.Process(process)
        for one in [top, *top.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                total += one.memory_full_info().pss
    return total


# --- nbgrader -----------------------------------------------------------------------------------


def nbgrader(folder: Path, framework: str, count: int) -> Cost:
    """Grade with `nbgrader autograde`: each submission's share."""
    programs = environment(folder, "nbgrader")
    course = folder / f"nbgrader_{framework}"
    shutil.rmtree(course, ignore_errors=True)
    name = f"{LESSON}_{framework}.ipynb"
    (course / "source" / "ps1").mkdir(parents=True)
    source = json.loads((ROOT / "solutions" / name).read_text(encoding="utf-8"))
    # nbgrader refuses its markers in the twin's folded code.
    source["cells"] = [cell for cell in source["cells"] if cell["cell_type"] == "code"]
    (course / "source" / "ps1" / name).write_text(json.dumps(source), encoding="utf-8")
    for number in range(count):
        submitted = course / "submitted" / f"student{number}" / "ps1"
        submitted.mkdir(parents=True)
        (submitted / name).write_text(json.dumps(solved_notebook(framework)), encoding="utf-8")
    options = {"cwd": course, "env": quiet(programs, folder)}
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'bench'\n"
    )
    measured([programs / "nbgrader", "generate_assignment", "ps1", "--force"], **options)
    cost = measured([programs / "nbgrader", "autograde", "ps1"], **options)
    graded = list((course / "autograded").glob("*/ps1/*.ipynb"))
    assert len(graded) == count, "nbgrader has not graded all of them"
    return cost.each(count)


# --- otter-grader -------------------------------------------------------------------------------

OTTER_TEST = """
OK_FORMAT = True
test = {{"name": "{name}", "points": {points}, "suites": [{{"cases": [{{"code": r'''
>>> check("{name}").state
'right'
''', "hidden": False, "locked": False}}], "scored": True, "setup": "", "teardown": "", "type": "doctest"}}]}}
"""


def otter(folder: Path, framework: str, count: int) -> Cost:
    """Grade with `otter run`, one call a submission: each one's share."""
    programs = environment(folder, "otter")
    place = folder / f"otter_{framework}"
    shutil.rmtree(place, ignore_errors=True)
    (place / "tests").mkdir(parents=True)
    for exercise in load_lesson(ROOT / "lessons" / LESSON).exercises.values():
        text = OTTER_TEST.format(name=exercise.name, points=exercise.points)
        (place / "tests" / f"{exercise.name}.py").write_text(text)
    notebook = solved_notebook(framework)
    del notebook["cells"][-1]
    (place / "hw.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    options = {"cwd": place, "env": quiet(programs, folder)}
    generate = [programs / "otter", "generate", "-t", "tests", "-o", "autograder.zip"]
    measured([*generate, "--no-environment"], **options)
    total = [
        measured([programs / "otter", "run", "hw.ipynb", "-a", "autograder.zip"], **options)
        for _ in range(count)
    ]
    scores = json.loads((place / "results.json").read_text())["tests"]
    assert sum(test.get("score", 0) for test in scores) > 0, "otter has graded nothing"
    return Cost(statistics.mean(c.cpu for c in total), statistics.mean(c.wall for c in total))


# --- the table ----------------------------------------------------------------------------------


def compare(folder: Path, framework: str, others: int, table: Table) -> None:
    """Measure one framework and add its rows."""
    floor = floor_cost(framework, ROOT / "lessons", MANY)
    one, start = ours(folder, framework, jobs=1)
    two, _ = ours(folder, framework, jobs=2)
    promised = PROMISED[framework]
    rows = {
        "nbgrader autograde": nbgrader(folder, framework, others),
        "otter run": otter(folder, framework, min(3, others)),
        "floor + namespaces": Cost(*floor),
    }
    table.add_row(framework, "lockstep, one job", f"{one.cpu:.3f}", f"{one.wall:.3f}", "", "")
    for name, cost in rows.items():
        ratio = one.cpu / cost.cpu if name.startswith("floor") else cost.cpu / one.cpu
        promise = promised.get(name.split()[0])
        sign = ("≤" if name.startswith("floor") else "≥") if promise else ""
        table.add_row(
            "",
            name,
            f"{cost.cpu:.3f}",
            f"{cost.wall:.3f}",
            f"{ratio:.2f}",
            f"{sign} {promise or ''}",
        )
    speed = one.wall / two.wall
    table.add_row("", "two jobs against one", "", f"{two.wall:.3f}", f"{speed:.2f}", "≥ 1.7")
    table.add_row("", "the start, once a run", f"{start.cpu:.1f}", f"{start.wall:.1f}", "", "")
    memory = peak_memory(lockstep_command(folder, framework, MANY, jobs=2))
    table.add_row("", "peak memory, two jobs", "", "", f"{memory:.0f} MB", "≤ 1500 MB")


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--others", type=int, default=5, help="submissions for the other graders")
    parser.add_argument("--frameworks", nargs="+", default=["pytorch", "keras"])
    options = parser.parse_args()
    CACHE.mkdir(exist_ok=True)
    table = Table(
        "framework",
        "what",
        "CPU s",
        "wall s",
        "ratio",
        "promised",
        title="One submission's grading",
    )
    for framework in options.frameworks:
        compare(CACHE, framework, options.others, table)
    Console().print(table)


if __name__ == "__main__":
    main()
