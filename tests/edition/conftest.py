"""The editions, written once for all tests."""

import shutil
import subprocess
import sys
import zipfile

import pytest

from lockstep import __version__
from lockstep.edition.student import write_student_edition
from lockstep.lessons import lesson_names
from tests.conftest import ROOT

SLUG = "ada/deep.learning"


@pytest.fixture(scope="session")
def student(tmp_path_factory):
    """Return the student edition of all lessons."""
    folder = tmp_path_factory.mktemp("editions") / "student"
    write_student_edition(ROOT, folder, lesson_names(ROOT / "lessons"), SLUG)
    return folder


@pytest.fixture(scope="session")
def wheel(student, tmp_path_factory):
    """Return the folder into which the student edition's wheel was unpacked."""
    course = tmp_path_factory.mktemp("wheel") / "course"
    shutil.copytree(student, course)  # building must leave no trace in what others search
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"]
    subprocess.run(command, cwd=course, check=True, capture_output=True)
    unpacked = course.parent / "unpacked"
    with zipfile.ZipFile(course / "dist" / f"lockstep-{__version__}-py3-none-any.whl") as file:
        file.extractall(unpacked)
    return unpacked
