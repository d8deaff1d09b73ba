"""What lesson 17 tells its reader to install is what the course is tested with."""

import re
import tomllib

from tests.conftest import ROOT

LESSON = (ROOT / "lessons" / "17_save_and_deploy" / "lesson.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_line_for_colab_names_the_versions_of_the_extra():
    (line,) = re.findall(r"%pip install ([^`]+)", LESSON)
    assert sorted(line.split()) == sorted(PROJECT["optional-dependencies"]["deploy"])


def test_the_lines_for_the_other_packages_are_those_of_make_deploy():
    told = re.findall(r"^(?:\.venv-\w+/bin/)?python -m pip install (.+)$", LESSON, re.MULTILINE)
    assert len(told) == 3
    for packages in told:
        assert packages in MAKEFILE
