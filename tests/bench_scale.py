"""What a very large class takes beside grading itself: `python -m tests.bench_scale`.

Submissions of one lesson are graded once; their results are multiplied, stored and reported. CPU seconds
are those of this process. What a submission's grading costs, `python -m tests.bench_grading` measures.
"""

import argparse
import os
import pickle
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from lockstep.grade.adjusted import Adjusted
from lockstep.grade.assignments import Assignments
from lockstep.grade.collect import collect, read_course
from lockstep.grade.forking import ForkEngine
from lockstep.grade.grading import grade
from lockstep.grade.model import Student, Submission, SubmissionResult
from lockstep.grade.notebook import read_notebook
from lockstep.grade.public_checks import write_public_lesson
from lockstep.grade.reports.class_page import write_class_page
from lockstep.grade.reports.feedback import write_feedback
from lockstep.grade.reports.gradebook import write_gradebook
from lockstep.grade.restore import restore
from lockstep.grade.running import Settings, run
from lockstep.grade.sandbox import Limits
from lockstep.grade.session import Session
from lockstep.grade.store import Store
from tests.grade.small_class import BLANK, NET, answered, solutions, start

ROOT = Path(__file__).resolve().parent.parent
LESSON, FRAMEWORK = "04_simple_net", "pytorch"
STUDENTS = 1_000_000  # numbers for names: all different


def hand_ins() -> list[bytes]:
    """Return what students hand in: all right, one wrong, half of it."""
    right = solutions(NET)
    head = right["softmax"].split('"""')[0]
    wrong = right | {"softmax": f"{head}\n    return torch.softmax(logits, 1) * 0.5"}
    half = dict(list(right.items())[: len(right) // 2])
    return [answered(NET, one) for one in (right, wrong, half)]


def submission(folder: Path, content: bytes, lesson: str, framework: str | None) -> Submission:
    """Write a file and return it as one that was collected."""
    path = folder / f"{secrets.token_hex(8)}.ipynb"
    path.write_bytes(content)
    return Submission(Student(path.stem, path.stem), lesson, framework, path, path.name, path.stem)


def graded(folder: Path, table: Table) -> list[SubmissionResult]:
    """Grade a few, and look at the memory that this takes."""
    public = folder / "lessons"
    write_public_lesson(ROOT / "lessons" / LESSON, public / LESSON)
    before = children_cpu()
    prepared = Assignments(ROOT, 7, folder).assignment(LESSON, FRAMEWORK)
    table.add_row(
        "once a run", "a notebook's hidden cases, CPU s", f"{children_cpu() - before:.1f}"
    )
    sent = (prepared.pristine, prepared.cases)
    table.add_row("network", "the assignment, once a worker, kB", kb(len(pickle.dumps(sent))))
    engine = ForkEngine(public, Limits())
    try:
        ones = [submission(folder, content, LESSON, FRAMEWORK) for content in hand_ins()]
        results = [grade(one, prepared, engine, Limits(), 7) for one in ones]
        memory(engine, ones[0], prepared.pristine, table)
    finally:
        engine.close()
    known = {item.name: getattr(ones[0], item.name) for item in fields(ones[0])}
    there = len(pickle.dumps((known, ones[0].path.read_bytes())))
    back = max(len(pickle.dumps(one)) for one in results)
    table.add_row("network", "a submission there and back, kB", f"{kb(there)} + {kb(back)}")
    return results


def memory(engine: ForkEngine, one: Submission, pristine: object, table: Table) -> None:
    """Look at the warm process, and at a student's once its cells have run."""
    cells = restore(read_notebook(one.path).cells, pristine).cells
    session = Session(engine, LESSON, FRAMEWORK, cells, Limits())
    session.run_cells()
    (warm,) = (
        child for child in psutil.Process().children() if "lockstep.grade.warm" in child.cmdline()
    )
    # The pages that it shares with no other; its watch counts those of the file system's cache as well.
    own = sum(child.memory_full_info().uss for child in warm.children(recursive=True))
    table.add_row("memory", "warm process, once a framework, MB", mb(warm.memory_info().rss))
    table.add_row("memory", "a student's own, for each job, MB", mb(own))
    table.add_row("memory", "the grader, MB", mb(psutil.Process().memory_info().rss))
    session.close()


def many(results: list[SubmissionResult], count: int) -> Iterator[SubmissionResult]:
    """Yield results of so many students."""
    for number in range(count):
        key = f"student{STUDENTS + number}"
        yield replace(results[number % len(results)], student=Student(key, key))


def stored(folder: Path, results: list[SubmissionResult], count: int, table: Table) -> Store:
    """Write results one by one, and read them."""
    store = Store(folder / f"grades{count}.sqlite")
    with clock() as writing:
        for result in many(results, count):
            store.put(result)
    with clock() as reading:
        store.results()
    what = f"{count} results"
    table.add_row("database", f"{what}: written, a second", f"{count / writing.wall:,.0f}")
    table.add_row("database", f"{what}: CPU ms each to write", ms(writing.cpu / count))
    table.add_row("database", f"{what}: CPU ms each to read", ms(reading.cpu / count))
    store.close()  # the log of what was written last goes into the file
    table.add_row("database", f"{what}: kB each", kb(store.path.stat().st_size / count))
    return Store(store.path)


def reported(folder: Path, store: Store, count: int, table: Table) -> None:
    """Write all reports."""
    results = store.results()
    out = folder / f"reports{count}"
    out.mkdir()

    def pages() -> None:
        for result in results:
            write_feedback(out / "feedback", [result], Adjusted)

    steps: dict[str, Callable[[], object]] = {
        "gradebook.csv": lambda: write_gradebook(out / "gradebook.csv", results, Adjusted),
        "class.html": lambda: write_class_page(out / "class.html", results),
        "pages of feedback": pages,
    }
    for name, write in steps.items():
        with clock() as writing:
            write()
        table.add_row("reports", f"{count} results: {name}, CPU s", f"{writing.cpu:.2f}")
    sizes = [path.stat().st_size for path in (out / "feedback").iterdir()]
    table.add_row("reports", f"{count} results: a page, kB", kb(sum(sizes) / len(sizes)))
    table.add_row(
        "reports", f"{count} results: class.html, kB", kb((out / "class.html").stat().st_size)
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    table.add_row("memory", f"{count} results: the grader's most so far, MB", mb(peak))


def children_cpu() -> float:
    """Return the CPU seconds of the processes that have ended below this one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def found(folder: Path, count: int, table: Table) -> None:
    """Look through what so many students handed in."""
    contents = hand_ins()
    came = folder / "came"
    for number in range(count):
        path = came / f"student{STUDENTS + number}" / "hw.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(contents[number % len(contents)])
    (folder / "collected").mkdir()
    course = read_course(ROOT / "exercises")
    with clock() as looking:
        collected = collect(came, folder / "collected", course, None, None)
    assert len(collected.submissions) == count
    table.add_row("collecting", f"{count} files: CPU ms each", ms(looking.cpu / count))
    size = sum(path.stat().st_size for path in (folder / "collected").rglob("*") if path.is_file())
    table.add_row("collecting", f"{count} files: kB each in the scratch folder", kb(size / count))


class Clock:
    """What a block took."""

    cpu = 0.0
    wall = 0.0


@contextmanager
def clock() -> Iterator[Clock]:
    """Measure a block."""
    measured = Clock()
    cpu, wall = time.process_time(), time.perf_counter()
    yield measured
    measured.cpu, measured.wall = time.process_time() - cpu, time.perf_counter() - wall


# --- A cluster ----------------------------------------------------------------------------------


@contextmanager
def program(*arguments: object) -> Iterator[psutil.Process]:
    """Run one of Dask's programs."""
    command = [sys.executable, "-m", "dask", *map(str, arguments), "--no-dashboard"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def clustered(folder: Path, count: int, table: Table) -> None:
    """Send submissions in which nothing is answered: all that is left is the way there and back."""
    from lockstep.grade.remote import team

    ones = [submission(folder, start(BLANK, str(n)), "00_start_here", None) for n in range(count)]
    prepared = {
        ("00_start_here", None): Assignments(ROOT, 7, folder).assignment("00_start_here", None)
    }
    settings = Settings(Limits(), 1, 7)
    order = team.order(prepared, ROOT / "lessons", settings, "bench", None, sandbox=True)
    told = folder / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", 0, "--scheduler-file", told)
    with program("scheduler", *options) as scheduler:
        while not told.exists() or not told.read_text().endswith("}"):
            time.sleep(0.1)
        address = team.Client(scheduler_file=str(told), set_as_default=False).scheduler.address
        worker = ("--nthreads", 2, "--no-nanny", "--local-directory", folder / "dask")
        with (
            program("worker", address, *worker),
            team.Client(address, set_as_default=False) as client,
        ):
            client.wait_for_workers(1, timeout=60)
            with team.in_cluster(address, lambda: order, print) as grade_all:
                store = Store(folder / "cluster.sqlite")
                before = sum(scheduler.cpu_times()[:2])
                with clock() as sending:
                    done = run(ones, store, grade_all, settings, lambda result: None)
                after = sum(scheduler.cpu_times()[:2])
    assert len(done.graded) == count, done.failed
    table.add_row("dask", "nothing to grade: submissions a second", f"{count / sending.wall:.0f}")
    table.add_row("dask", "CPU ms each, teacher's machine", ms(sending.cpu / count))
    table.add_row("dask", "CPU ms each, scheduler", ms((after - before) / count))


def mb(size: float) -> str:
    """Return bytes as megabytes."""
    return f"{size / 1e6:.0f}"


def kb(size: float) -> str:
    """Return bytes as kilobytes."""
    return f"{size / 1e3:.1f}"


def ms(seconds: float) -> str:
    """Return seconds as milliseconds."""
    return f"{1_000 * seconds:.2f}"


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, nargs="+", default=[1_000, 4_000])
    options = parser.parse_args()
    table = Table("what", "of which", "measured", title=f"At scale; load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="bench-scale-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        found(folder, 500, table)
        results = graded(folder, table)
        assert {len(asdict(one)["exercises"]) for one in results} == {7}
        for count in options.results:
            store = stored(folder, results, count, table)
            reported(folder, store, count, table)
        clustered(folder, 200, table)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
