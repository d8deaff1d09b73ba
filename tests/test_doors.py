"""The ways into the course hold together: pyproject.toml, environment.yml, Makefile, links."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import lab
from lockstep import repository
from lockstep.set_repository import current_slug, set_repository

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = {
    name: [Requirement(line) for line in lines]
    for name, lines in PROJECT["optional-dependencies"].items()
}


# --- pyproject.toml and environment.yml -----------------------------------------------------


@pytest.mark.parametrize("role", ["lab", "build", "grade", "site", "dev"])
def test_every_requirement_of_a_role_is_pinned_to_one_version(role):
    for requirement in EXTRAS[role]:
        if requirement.name != "lockstep":
            assert re.fullmatch(r"==[\d.]+", str(requirement.specifier)), requirement


def test_what_two_roles_need_they_pin_to_the_same_version():
    pins = {}
    for role in ("lab", "build", "grade", "site", "dev"):
        for requirement in EXTRAS[role]:
            if requirement.name != "lockstep":
                pin = (str(requirement.marker), str(requirement.specifier))
                assert pins.setdefault(requirement.name, pin) == pin, requirement


def test_a_learners_machine_pins_every_name_that_a_notebook_needs():
    pinned = {requirement.name for requirement in EXTRAS["lab"]}
    assert {requirement.name for requirement in EXTRAS["learn"]} <= pinned


def test_the_pins_are_within_the_ranges_of_what_a_notebook_needs():
    pins = {requirement.name: str(requirement.specifier)[2:] for requirement in EXTRAS["lab"]}
    for requirement in EXTRAS["learn"]:
        assert requirement.specifier.contains(pins[requirement.name]), requirement


def test_what_a_notebook_needs_brings_no_framework():
    names = {requirement.name for requirement in EXTRAS["learn"]}
    assert not names & {"torch", "tensorflow", "tensorflow-cpu", "keras"}


def test_torch_is_pinned_to_the_version_whose_wheels_were_checked():
    (torch,) = [requirement for requirement in EXTRAS["lab"] if requirement.name == "torch"]
    assert str(torch.specifier) == "==2.13.0"
    assert torch.specifier.contains("2.13.0+cpu")


@pytest.mark.parametrize(
    "platform", ["linux x86_64", "linux aarch64", "darwin arm64", "win32 AMD64"]
)
def test_every_platform_gets_exactly_one_tensorflow(platform):
    system, machine = platform.split()
    here = {"sys_platform": system, "platform_machine": machine}
    names = [
        requirement.name
        for requirement in EXTRAS["lab"]
        if requirement.name.startswith("tensorflow") and requirement.marker.evaluate(here)
    ]
    assert names == ["tensorflow-cpu" if platform == "linux x86_64" else "tensorflow"]


def test_lab_py_knows_the_roles_and_the_oldest_python_of_pyproject():
    assert lab.known_roles(ROOT) == list(EXTRAS)
    assert PROJECT["requires-python"] == ">=" + ".".join(map(str, lab.OLDEST))


@pytest.fixture(scope="module")
def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def test_conda_and_binder_install_what_make_lab_installs(environment):
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert pip == [f"--extra-index-url {lab.CPU_INDEX}", "-e .[lab]"]
    assert "pip" in environment["dependencies"]


def test_condas_python_is_one_that_the_course_runs_on(environment):
    (python,) = [entry for entry in environment["dependencies"] if str(entry).startswith("python=")]
    version = python.partition("=")[2]
    assert SpecifierSet(PROJECT["requires-python"]).contains(version)
    assert lab.python_problem(tuple(map(int, version.split(".")))) is None


def test_the_files_that_the_package_names_are_there():
    for name in (PROJECT["readme"], *PROJECT["license-files"]):
        assert (ROOT / name).is_file(), name


# --- The Makefile ---------------------------------------------------------------------------


def targets():
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_the_makefile_has_the_targets_of_the_design():
    assert {"lab", "check", "test", "test-all", "build", "bench", "wheel"} <= targets()


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_that_a_page_names_exists(name):
    page = ROOT / name
    if not page.exists():
        pytest.skip(f"{name} is not written yet")
    named = set(
        re.findall(r"(?:`|^\s*\$?\s*)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)
    )
    assert named <= targets()


def test_continuous_integration_runs_what_a_contributor_runs():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())
    steps = workflow["jobs"]["test"]["steps"]
    assert ".ci/run" in [step.get("run") for step in steps]
    assert "make test" in (ROOT / ".ci/run").read_text().splitlines()
    assert (ROOT / ".ci/run").stat().st_mode & 0o100


# --- Links ----------------------------------------------------------------------------------

OLD, NEW = "lockstep-course/lockstep", "ada/deep.learning"


def test_links_are_made_from_one_name(monkeypatch):
    monkeypatch.setattr(repository, "SLUG", "ada/course")
    notebook = repository.colab_url("notebooks/04_net_keras.ipynb")
    assert notebook == (
        "https://colab.research.google.com/github/ada/course/blob/main/notebooks/04_net_keras.ipynb"
    )
    assert repository.wheel_url("0.1.0") == (
        "https://github.com/ada/course/releases/download/v0.1.0/lockstep-0.1.0-py3-none-any.whl"
    )


@pytest.fixture
def fork(tmp_path):
    """A checkout with links of every kind."""
    (tmp_path / "lockstep").mkdir()
    shutil.copy(ROOT / "lockstep" / "repository.py", tmp_path / "lockstep")
    settings = tmp_path / "lockstep" / "repository.py"
    settings.write_text(re.sub(r'SLUG = ".*"', f'SLUG = "{OLD}"', settings.read_text()))
    for folder in ("docs", "notebooks", "exercises", "solutions"):
        (tmp_path / folder).mkdir()
    (tmp_path / "README.md").write_bytes(
        f"[Colab](https://colab.research.google.com/github/{OLD}/blob/main/a.ipynb)\r\n"
        f"git clone https://github.com/{OLD}.git, that is {OLD}. And `{OLD}`\r\n"
        f"[Binder](https://mybinder.org/v2/gh/{OLD}/main)\r\n".encode()
    )
    (tmp_path / "docs" / "other.md").write_text(f"github.com/{OLD}-fork, {OLD}.js, my-{OLD}\n")
    for folder in ("notebooks", "exercises", "solutions"):
        text = json.dumps({"cells": [{"source": [f"github/{OLD}/blob/main/x.ipynb"]}]})
        (tmp_path / folder / "04_net_keras.ipynb").write_text(text)
    return tmp_path


def contents(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_fork_points_all_its_links_at_itself(fork):
    changed = {path.relative_to(fork).as_posix() for path in set_repository(fork, NEW)}
    assert changed == {
        "README.md",
        "lockstep/repository.py",
        "notebooks/04_net_keras.ipynb",
        "exercises/04_net_keras.ipynb",
        "solutions/04_net_keras.ipynb",
    }
    assert current_slug(fork) == NEW
    assert OLD.encode() not in (fork / "README.md").read_bytes()
    assert (fork / "README.md").read_bytes().count(b"\r\n") == 3
    json.loads((fork / "notebooks" / "04_net_keras.ipynb").read_text())


def test_a_name_that_only_begins_or_ends_alike_is_another_repository(fork):
    before = (fork / "docs" / "other.md").read_bytes()
    set_repository(fork, NEW)
    assert (fork / "docs" / "other.md").read_bytes() == before


def test_a_second_call_changes_nothing(fork):
    set_repository(fork, NEW)
    before = contents(fork)
    assert set_repository(fork, NEW) == []
    assert contents(fork) == before


def test_there_and_back_leaves_every_byte_as_it_was(fork):
    before = contents(fork)
    set_repository(fork, NEW)
    set_repository(fork, OLD)
    assert contents(fork) == before


@pytest.mark.parametrize(
    "slug",
    ["", "ada", "ada/", "/course", "ada/course/x", "https://github.com/ada/course", "ada/course.git",
     "-ada/course", "ada-/course", "a--b/course", "ada/..", 'ada/"', "ada/course\n", "a" * 40 + "/x"],
)  # fmt: skip
def test_a_name_that_github_would_not_take_is_refused_and_nothing_changes(fork, slug):
    before = contents(fork)
    with pytest.raises(ValueError, match="OWNER/NAME"):
        set_repository(fork, slug)
    assert contents(fork) == before


def test_a_folder_that_is_no_checkout_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"is .* a checkout"):
        set_repository(tmp_path, NEW)
