"""Whatever comes in, each submission gets what it deserves, and its neighbours what they deserve."""

import hashlib
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.grade.corpus import HONEST, KINDS
from tests.grade.corpus.classes import Run, differences, grade, listed, write_class
from tests.grade.corpus.kinds import SECRET, Scene, put, solved

ENGINES = ["fork", "nbval"]
ALL = sorted([*KINDS, *HONEST], key=lambda kind: kind.name)
MOST_MEMORY = 600  # megabytes that the grader itself may take

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is made of Linux's namespaces"),
]


class Surroundings:
    """A teacher's folder, and listeners that nobody may call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.teacher = folder / "teacher"
        (self.teacher / "grades").mkdir(parents=True)
        for name in ("solution.ipynb", "checks.npz", "grades/grades.sqlite"):
            (self.teacher / name).write_text(f"{SECRET}: in a file", encoding="utf-8")
        self.calls: list[str] = []
        name = f"lockstep-corpus-{os.getpid()}-{folder.name}"
        self.listeners = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)]
        self.listeners[1].bind(f"\0{name}")
        self.listeners[1].listen()
        self.scene = Scene(self.teacher, self.listeners[0].getsockname()[1], name)
        for listener in self.listeners:
            threading.Thread(target=self._count, args=(listener,), daemon=True).start()

    def _count(self, listener: socket.socket) -> None:
        while True:
            try:
                listener.accept()
            except OSError:
                return
            self.calls.append(str(listener.family))

    def close(self) -> None:
        for listener in self.listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def digest(self) -> dict[str, str]:
        """Return what the teacher's files and the submissions hold."""
        files = [*self.teacher.rglob("*"), *(self.folder / "class").rglob("*")]
        return {
            str(file): hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
            for file in sorted(files)
        }


@contextmanager
def surroundings(folder: Path) -> Iterator[Surroundings]:
    around = Surroundings(folder)
    yield around
    around.close()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Return what surrounds the hostile class, which is written once."""
    with surroundings(tmp_path_factory.mktemp("corpus")) as around:
        write_class(around.folder / "class", ALL, around.scene)
        yield around


@pytest.fixture(scope="module")
def runs(hostile):
    """Return a function that grades the hostile class with an engine, once, and looks at what it touched."""
    made: dict[str, tuple[Run, dict[str, str], dict[str, str]]] = {}

    def run(engine: str) -> tuple[Run, dict[str, str], dict[str, str]]:
        if engine not in made:
            folder = hostile.folder
            before = hostile.digest()
            roster = folder / "class.csv"
            done = grade(folder / "class", folder / engine, roster, "--engine", engine)
            made[engine] = done, before, hostile.digest()
        return made[engine]

    return run


@pytest.fixture(scope="module", params=ENGINES)
def graded(request, runs):
    return runs(request.param)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_each_kind_gets_what_it_deserves(graded, kind):
    assert list(differences(kind, graded[0])) == []


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_both_engines_say_the_same(runs, kind):
    one, other = (runs(engine)[0].results.get(kind.name) for engine in ENGINES)
    if one is None or other is None:
        assert one == other
    else:
        changing = {"seconds": 0.0, "graded_with": None}
        assert replace(one, **changing) == replace(other, **changing)


def test_the_honest_get_what_they_get_in_a_class_of_their_own(runs, tmp_path):
    among = runs("fork")[0]  # and with the other engine the same: see above
    with surroundings(tmp_path) as around:
        roster = write_class(tmp_path / "class", HONEST, around.scene)
        alone = grade(tmp_path / "class", tmp_path / "out", roster)
    assert alone.status == 0
    for kind in HONEST:
        mine, theirs = alone.results[kind.name], among.results[kind.name]
        assert mine.exercises == theirs.exercises
        assert mine.notes == theirs.notes


def test_what_could_not_be_graded_is_named_and_the_status_says_so(graded):
    run, _, _ = graded
    assert run.status == 3
    assert "Traceback" not in run.said
    assert "Could not be graded" not in run.said
    for kind in ALL:
        if kind.unreadable:
            assert re.search(rf"^  {kind.name}/.*{re.escape(kind.unreadable)}", run.said, re.M)
        assert len(listed(run, kind)) == len(kind.unplaced)


def test_nothing_runs_on_when_the_class_is_graded(graded):
    assert graded[0].left == []


def test_nobody_was_called_and_no_file_was_touched(graded, hostile):
    _, before, after = graded
    assert hostile.calls == []
    assert before == after
    assert not list(Path("/tmp").glob("lockstep-was-here*"))


def test_the_graders_own_memory_stays_small(graded):
    assert 0 < graded[0].peak < MOST_MEMORY << 20


def test_each_student_has_a_page_and_a_line_and_nothing_in_them_runs(graded):
    run, _, _ = graded
    pages = [page.read_text(encoding="utf-8") for page in (run.out / "feedback").glob("*.html")]
    assert len(pages) == len(run.results)
    assert not any(re.search(r"<script|<b>y", page) for page in pages)
    lines = (run.out / "gradebook.csv").read_text(encoding="utf-8-sig")
    assert not re.search(r'(^|,)"?[=@+]', lines, re.MULTILINE)


# Run once more, or at another place


def test_a_class_that_was_graded_is_not_graded_again(runs, hostile):
    done, _, _ = runs("fork")
    folder = hostile.folder
    again = grade(folder / "class", folder / "fork", folder / "class.csv")
    kept = sum(result.state is None for result in done.results.values())
    assert f"{kept} had not changed" in again.said
    assert again.results == done.results


def test_one_bad_member_among_thirty_costs_itself_alone(tmp_path):
    with surroundings(tmp_path) as around:
        folder = tmp_path / "thirty"
        for number in range(30):
            (folder / f"s{number:02}").mkdir(parents=True)
            put(folder / f"s{number:02}", solved())
        archive = tmp_path / "class.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
            for file in sorted(folder.rglob("*.ipynb")):
                zipped.write(file, file.relative_to(folder))
        content = bytearray(archive.read_bytes())
        place = content.index(b"s13/homework.ipynb") + 200
        content[place : place + 50] = bytes(50)
        archive.write_bytes(content)
        run = grade(archive, tmp_path / "out", None)
        assert around.calls == []
    states = {student: result.state for student, result in run.results.items()}
    assert states == {
        f"s{number:02}": None if number != 13 else "unreadable" for number in range(30)
    }
    assert {result.points for result in run.results.values() if result.state is None} == {1.0}
    assert run.status == 3
    assert "s13/homework.ipynb: It is damaged" in run.said


SAFE_AS_AN_ORDINARY_USER = frozenset(
    {
        "kills_its_process_group",
        "kills_its_parent",
        "reads_the_solution_and_the_checks",
        "looks_for_other_submissions",
        "reads_proc_of_its_parents",
        "searches_its_memory_for_its_neighbours",
        "calls_home",
        "leaves_the_namespaces",
        "leaves_processes_behind",
        "traces_other_processes",
        "memory_that_belongs_to_nobody",
        "memory_bomb_in_children",
        "fork_bomb",
        "raises_its_own_limits",
        "a_right_one",
    }
)
# Shows the interpreter where its folder is closed to others, a home say, and goes on as another user.
BECOME_ANOTHER = """
set -e
if [ -n "$CLOSED" ]; then
    mount --bind "$BASE" "$KEPT"
    mount -t tmpfs -o mode=755 tmpfs "$CLOSED"
    mkdir -p "$BASE"
    mount --bind "$KEPT" "$BASE"
fi
exec setpriv --reuid 1234 --regid 1234 --clear-groups "$@"
"""


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="only root can become another")
@pytest.mark.skipif(not shutil.which("setpriv"), reason="util-linux has it")
def test_an_ordinary_user_grades_as_safely():
    kinds = [kind for kind in ALL if kind.name in SAFE_AS_AN_ORDINARY_USER]
    base = Path(sys.base_prefix).resolve()
    closed = [one for one in (base, *base.parents) if not one.stat().st_mode & stat.S_IXOTH]
    with (
        tempfile.TemporaryDirectory() as name,
        surroundings(Path(name) / "open") as around,
    ):
        Path(name).chmod(0o755)
        kept = Path(name) / "kept"
        kept.mkdir()
        roster = write_class(around.folder / "class", kinds, around.scene)
        subprocess.run(["chown", "-R", "1234:1234", around.folder], check=True)
        outer = {"CLOSED": str(closed[-1]) if closed else "", "BASE": str(base), "KEPT": str(kept)}
        values = [f"{key}={value}" for key, value in (outer | {"HOME": str(around.folder)}).items()]
        before = ["env", *values, "unshare", "--mount", "bash", "-c", BECOME_ANOTHER, "bash"]
        run = grade(around.folder / "class", around.folder / "out", roster, before=before)
        assert around.calls == []
    wrong = {kind.name: list(differences(kind, run)) for kind in kinds}
    assert wrong == {kind.name: [] for kind in kinds}
    assert (run.status, run.left) == (0, [])
