"""The workflow files on GitHub: a release is what the notebooks install, the canary runs on what is newest."""

import os
import re
import runpy
import subprocess
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement

import lab
from lockstep import __version__
from lockstep.repository import wheel_url
from tests.conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NEWEST = runpy.run_path(str(ROOT / ".ci" / "newest.py"))


def workflow(name):
    # YAML takes the key `on` for a truth value; BaseLoader leaves it a word.
    path = ROOT / ".github" / "workflows" / f"{name}.yml"
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def commands(name, job):
    return [step["run"] for step in workflow(name)["jobs"][job]["steps"] if "run" in step]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_alone_unless_it_publishes(path):
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    if path.stem in ("test", "canary"):
        assert content["permissions"] == {"contents": "read"}
    assert "permissions" in content
    assert all("timeout-minutes" in job for job in content["jobs"].values())


# A release


def test_the_release_of_a_tag_has_the_address_that_the_notebooks_know():
    """`gh release create TAG FILE` puts the file at releases/download/TAG/FILE."""
    address = wheel_url(__version__)
    tag, _, wheel = address.partition("/releases/download/")[2].partition("/")
    assert tag == f"v{__version__}"
    assert workflow("release")["on"]["push"]["tags"] == ["v*"]
    make, _, publish = commands("release", "wheel")
    assert make == "make wheel"
    assert publish.startswith('gh release create "$GITHUB_REF_NAME" dist/lockstep-*.whl ')
    assert re.fullmatch(r"lockstep-.*\.whl", wheel)


@pytest.mark.slow
@pytest.mark.parametrize(("tag", "good"), [(f"v{__version__}", True), ("v99.0.0", False)])
def test_a_tag_that_is_not_the_courses_version_makes_no_release(tag, good):
    _, compare, _ = commands("release", "wheel")
    done = subprocess.run(
        ["bash", "-c", compare], cwd=ROOT, env=os.environ | {"GITHUB_REF_NAME": tag}, check=False
    )
    assert (done.returncode == 0) is good


def test_make_wheel_is_the_command_that_the_tests_build_with():
    rule = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nwheel:")[2].splitlines()
    assert rule[1] == "\t.venv/bin/hatchling build -t wheel"


# The canary


def test_the_canary_runs_every_week_and_runs_the_notebooks():
    canary = workflow("canary")
    ((schedule,),) = [[entry["cron"] for entry in canary["on"]["schedule"]]]
    minute, hour, day, month, weekday = schedule.split()
    assert (day, month, weekday) == ("*", "*", "1")
    assert minute.isdigit()
    assert hour.isdigit()
    listed = commands("canary", "newest")
    assert listed[0] == "python .ci/newest.py"
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    options = listed[-1].removeprefix(".venv/bin/pytest ").removesuffix(" notebooks solutions")
    assert f".venv/bin/pytest -q {options}" in makefile
    for path in re.findall(r"\btests/\w+", " ".join(listed)):
        assert (ROOT / path).is_dir(), path


def test_the_newest_of_everything_is_every_package_without_its_version():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = [Requirement(line) for line in NEWEST["newest"](text)]
    extras = tomllib.loads(text)["project"]["optional-dependencies"]
    wanted = [Requirement(line) for role in NEWEST["ROLES"] for line in extras[role]]
    assert {str(one.name) for one in found} == {one.name for one in wanted} - {"lockstep"}
    assert all(not one.specifier for one in found)
    assert {str(one.marker) for one in found if "tensorflow" in one.name} == {
        str(one.marker) for one in wanted if "tensorflow" in one.name
    }
    assert NEWEST["CPU_INDEX"] == lab.CPU_INDEX
