"""The first cell of every notebook, on a runtime as Colab hands it out."""

import shutil
import subprocess
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from lockstep import __version__
from lockstep.build.compose import compose
from lockstep.build.lesson import load_lesson
from lockstep.repository import wheel_url
from tests.colab.runtime import page
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
NEEDS = f"This notebook needs release {__version__} of the course's package. "
DEAD = "http://127.0.0.1:9"  # nobody listens there


@pytest.fixture(scope="module")
def set_up():
    """Return the set-up cell of a notebook that needs no framework."""
    return compose(load_lesson(ROOT / "lessons" / "00_start_here"))[0].cells[1].source


def versions(machine):
    """Return every package on the runtime with its version."""
    command = [str(machine.python), "-m", "pip", "list", "--format=freeze"]
    done = subprocess.run(
        command, env=machine.environment(), capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines())


def test_it_installs_the_wheel_alone_and_the_lesson_starts(machine, wheel, set_up):
    before = versions(machine)
    with page(machine, LOCKSTEP_WHEEL=str(wheel)) as notebook:
        assert notebook.run(set_up).startswith("Lesson 00 · Start here")
        place = notebook.run("import lockstep; print(lockstep.__file__)").strip()
    assert place.startswith(str(machine.packages))
    assert versions(machine) - before == {f"lockstep=={__version__}"}
    assert before - versions(machine) == set()
    assert len(before) > 50
    assert list(machine.content.iterdir()) == []


def test_the_second_run_installs_nothing(machine, wheel, set_up):
    with page(machine, LOCKSTEP_WHEEL=str(wheel)) as notebook:
        first = notebook.run(set_up)
        notebook.run(
            "import subprocess\ndef run(*_, **__): raise AssertionError\nsubprocess.run = run"
        )
        started = time.monotonic()
        assert notebook.run(set_up) == first
        assert time.monotonic() - started < 1


def test_a_folder_of_the_courses_name_is_not_taken_for_the_package(machine, wheel, set_up):
    """Somebody cloned the repository next to the notebook."""
    (machine.content / "lockstep" / "lockstep").mkdir(parents=True)
    with page(machine, LOCKSTEP_WHEEL=str(wheel)) as notebook:
        assert notebook.run(set_up).startswith("Lesson 00 · Start here")


class Nothing(BaseHTTPRequestHandler):
    """Has no file."""

    def do_GET(self):
        self.send_error(404)

    def log_message(self, *_):
        pass


@pytest.fixture
def dead_address():
    """Return the address of a wheel on a server that does not have it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Nothing)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/lockstep-0.1.0-py3-none-any.whl"
    server.shutdown()
    server.server_close()


def test_an_address_without_the_wheel_is_one_sentence(machine, set_up, dead_address):
    with page(machine, LOCKSTEP_WHEEL=dead_address) as notebook:
        said = notebook.run(set_up)
        assert said == (
            f"{NEEDS}Check that you are online, restart the kernel, and run this cell again. "
            f"It comes from {dead_address}"
        )


def test_without_a_network_it_is_one_sentence_with_the_releases_address(machine, set_up):
    with page(machine, https_proxy=DEAD, PIP_RETRIES="0") as notebook:
        said = notebook.run(set_up)
    assert said.startswith(f"{NEEDS}Check that you are online")
    assert said.endswith(wheel_url(__version__))
    assert "\n" not in said


def a_package(machine, source):
    """Put a package called lockstep on the runtime."""
    folder = machine.packages / "lockstep"
    folder.mkdir()
    (folder / "__init__.py").write_text(source)
    return folder


UNINSTALL = (
    "Run `%pip uninstall -y lockstep` in a new cell, restart the kernel, and run this cell again."
)


def test_another_package_of_the_name_is_one_sentence(machine, wheel, set_up):
    a_package(machine, '"""Keeps files in step."""\n')
    with page(machine, LOCKSTEP_WHEEL=str(wheel)) as notebook:
        assert notebook.run(set_up) == NEEDS + UNINSTALL


def test_an_older_release_that_lacks_a_function_is_one_sentence(machine, wheel, set_up):
    folder = a_package(machine, '__version__ = "0.0.1"\n')
    (folder / "learn.py").write_text("def start(lesson): pass\n")
    with page(machine, LOCKSTEP_WHEEL=str(wheel)) as notebook:
        assert notebook.run(set_up) == NEEDS + UNINSTALL


def test_an_older_release_that_has_every_function_is_one_sentence(machine, set_up):
    shutil.copytree(ROOT / "lockstep", machine.packages / "lockstep")
    (machine.packages / "lockstep" / "__init__.py").write_text('__version__ = "0.0.9"\n')
    lessons = str(ROOT / "lessons")
    with page(machine, LOCKSTEP_LESSONS=lessons) as notebook:
        said = notebook.run(set_up)
    assert said.startswith(
        f"This notebook belongs to release {__version__} of the course, and 0.0.9"
    )
    assert "%pip uninstall -y lockstep" in said
    assert "\n" not in said
