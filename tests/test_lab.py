"""`python lab.py`: what it runs, what it says when it cannot go on, and whose files it leaves alone."""

# ruff: noqa: E501  (the lines of pip's log are as long as they are)

import ast
import errno
import json
import os
import shutil
import sys
import time
from pathlib import Path

import pytest

import lab
from lockstep.cli import main

ROOT = Path(lab.__file__).resolve().parent


# --- What pip is told -----------------------------------------------------------------------


def test_linux_without_nvidia_takes_pytorch_from_its_cpu_index():
    index = lab.extra_index("Linux", nvidia=False, reachable=lambda: True)
    command = lab.pip_command("python", ["lab"], "pip.log", index)
    where = command.index("--extra-index-url")
    assert command[where + 1] == "https://download.pytorch.org/whl/cpu"


def test_the_usual_index_is_enough_where_the_cpu_index_cannot_be_reached():
    index = lab.extra_index("Linux", nvidia=False, reachable=lambda: False)
    assert index is None
    assert "--extra-index-url" not in lab.pip_command("python", ["lab"], "pip.log", index)
    assert "cannot be reached" in lab.packages_sentence("Linux", False, index)


@pytest.mark.parametrize(
    ("system", "nvidia"), [("Linux", True), ("Darwin", False), ("Windows", False)]
)
def test_elsewhere_the_usual_index_is_taken_without_asking_for_another(system, nvidia):
    def reachable():
        raise AssertionError("nothing to ask for here")

    assert lab.extra_index(system, nvidia, reachable) is None


def test_pip_installs_the_checkout_with_its_roles_from_wheels_and_keeps_a_log():
    command = lab.pip_command("python", ["build", "lab"], "pip.log", None)
    assert command[:4] == ["python", "-m", "pip", "install"]
    assert command[-2:] == ["--editable", ".[build,lab]"]
    assert command[command.index("--only-binary") + 1] == ":all:"
    assert command[command.index("--log") + 1] == "pip.log"
    assert "--quiet" not in command


def test_windows_has_its_programs_in_another_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(lab, "WINDOWS", True)
    checkout = lab.Checkout(tmp_path)
    assert checkout.python == tmp_path / ".venv" / "Scripts" / "python.exe"
    command = lab.pip_command(checkout.python, ["lab"], checkout.log, None)
    assert command[0].endswith("python.exe")


def test_an_index_that_does_not_answer_costs_no_more_than_the_time_it_was_given(monkeypatch):
    answered = []

    def slow(*_, **__):
        time.sleep(1)
        answered.append(True)
        raise OSError("too late")

    monkeypatch.setattr(lab.urllib.request, "urlopen", slow)
    assert not lab.answers("https://example.org", 0.05)
    assert answered == []  # nobody waited for it


def test_a_refused_connection_means_that_an_index_is_not_reachable():
    assert not lab.answers("http://127.0.0.1:9/", 2)


# --- What it says when it cannot go on ------------------------------------------------------


def test_it_can_be_read_by_a_python_that_is_too_old():
    ast.parse((ROOT / "lab.py").read_text(encoding="utf-8"), feature_version=(3, 8))


def test_it_imports_the_standard_library_only():
    tree = ast.parse((ROOT / "lab.py").read_text(encoding="utf-8"))
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 14)])
def test_a_python_without_wheels_is_named_with_what_to_do(version, monkeypatch):
    monkeypatch.setattr(lab.shutil, "which", lambda _: None)
    sentence = lab.python_problem(version)
    assert f"this is 3.{version[1]}." in sentence
    assert "3.11, 3.12 or 3.13" in sentence
    assert "python.org" in sentence


def test_a_python_that_fits_is_named_when_it_is_there(monkeypatch):
    monkeypatch.setattr(lab.shutil, "which", lambda name: name if name == "python3.12" else None)
    monkeypatch.setattr(lab, "run_quietly", lambda _: (0, "Python 3.12.1"))
    assert "`python3.12 lab.py`" in lab.python_problem((3, 10))


def test_a_name_on_the_path_that_does_not_start_is_not_recommended(monkeypatch):
    monkeypatch.setattr(lab.shutil, "which", lambda name: name)
    monkeypatch.setattr(lab, "run_quietly", lambda _: (127, "command not found"))
    assert lab.usable_python() is None


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_the_pythons_with_wheels_are_let_through(version):
    assert lab.python_problem(version) is None


@pytest.mark.parametrize(
    ("here", "word"),
    [
        (lab.Platform("Darwin", "x86_64", 64), "Intel"),
        (lab.Platform("Windows", "arm64", 64), "Windows on ARM"),
        (lab.Platform("Windows", "win32", 32), "32-bit"),
        (lab.Platform("Linux", "armv7l", 32), "32-bit"),
        (lab.Platform("Linux", "riscv64", 64), "riscv64"),
        (lab.Platform("Linux", "x86_64", 64, musl=True), "musl"),
        (lab.Platform("Linux", "x86_64", 64, usual_python=False), "CPython"),
    ],
)
def test_a_platform_without_wheels_is_named(here, word):
    assert word in lab.platform_problem(here)


@pytest.mark.parametrize(
    ("system", "machine"),
    [("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Windows", "amd64")],
)
def test_a_platform_with_wheels_is_let_through(system, machine):
    assert lab.platform_problem(lab.Platform(system, machine, 64)) is None


def test_this_computer_is_let_through():
    assert lab.platform_problem(lab.this_platform()) is None


def test_debian_without_its_package_for_environments_is_told_which_one(monkeypatch):
    monkeypatch.setattr(lab.importlib.util, "find_spec", lambda name: name != "ensurepip" or None)
    with pytest.raises(lab.Stop, match="sudo apt install python3-venv"):
        lab.refuse_without_modules()


def test_a_full_disk_is_told_before_anything_is_downloaded(monkeypatch, tmp_path):
    monkeypatch.setattr(lab, "free_gigabytes", lambda _: 1.2)
    with pytest.raises(lab.Stop, match=r"about 4 GB .* 1\.2 GB are free"):
        lab.refuse_full_disk(tmp_path, 4)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_checkout_that_cannot_be_written_to_is_named(number, monkeypatch, tmp_path):
    def refuse(**_):
        raise OSError(number, "no")

    monkeypatch.setattr(lab.tempfile, "TemporaryFile", refuse)
    with pytest.raises(lab.Stop, match="cannot be written to"):
        lab.refuse_read_only(tmp_path)


NO_HATCHLING = """\
2026-11-22T15:51:26,192   Running command pip subprocess to install build dependencies
2026-11-22T15:51:26,463   ERROR: Could not find a version that satisfies the requirement hatchling==1.33.0 (from versions: none)
2026-11-22T15:51:26,463   ERROR: No matching distribution found for hatchling==1.33.0
2026-11-22T15:51:26,518 ERROR: [present-rich] pip subprocess to install build dependencies exited with 1
"""
REFUSED = """\
2026-11-22T15:50:02,001 WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/torch/
2026-11-22T15:50:03,111 Could not fetch URL https://pypi.org/simple/torch/: connection error: HTTPSConnectionPool(host='pypi.org', port=443): Max retries exceeded - skipping
2026-11-22T15:50:04,463 ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: none)
2026-11-22T15:50:04,463 ERROR: No matching distribution found for torch==2.13.0
"""
BROKE_OFF = """\
2026-11-22T15:50:02,001 Fetched page https://pypi.org/simple/torch/ as application/vnd.pypi.simple.v1+json
2026-11-22T15:50:44,920 ERROR: Exception:
pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='files.pythonhosted.org', port=443): Read timed out.
"""
NO_WHEEL = """\
2026-11-22T15:50:02,001 Fetched page https://pypi.org/simple/torch/ as application/vnd.pypi.simple.v1+json
2026-11-22T15:50:04,463 ERROR: Could not find a version that satisfies the requirement torch==2.13.0; extra == "lab" (from lockstep[lab]) (from versions: 2.1.0, 2.2.0)
2026-11-22T15:50:04,463 ERROR: No matching distribution found for torch==2.13.0; extra == "lab"
"""
NO_WHEEL_AT_ALL = NO_WHEEL.replace("2.1.0, 2.2.0", "none")
NO_WHEEL_AFTER_A_RETRY = REFUSED.splitlines()[0] + "\n" + NO_WHEEL
NO_SPACE = """\
2026-11-22T15:50:02,001 Fetched page https://pypi.org/simple/torch/ as application/vnd.pypi.simple.v1+json
2026-11-22T15:51:04,463 ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device
"""
CERTIFICATE = """\
2026-11-22T15:50:02,001 WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain (_ssl.c:1006)'))': /simple/hatchling/
2026-11-22T15:50:04,463 ERROR: No matching distribution found for hatchling==1.33.0
"""
PROXY = """\
2026-11-22T15:50:02,001 WARNING: Retrying (Retry(total=0)) after connection broken by 'ProxyError('Cannot connect to proxy.', NewConnectionError('refused'))': /simple/hatchling/
2026-11-22T15:50:04,463 ERROR: No matching distribution found for hatchling==1.33.0
"""
DAMAGED = """\
2026-11-22T15:50:04,463 ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.
"""
IN_USE = """\
2026-11-22T15:50:04,463 ERROR: Could not install packages due to an OSError: [WinError 5] Access is denied: 'C:\\\\course\\\\.venv\\\\Lib\\\\site-packages\\\\zmq\\\\_zmq.pyd'
"""
LONG_PATH = """\
2026-11-22T15:50:04,463 ERROR: Could not install packages due to an OSError: [Errno 2] No such file or directory: 'C:\\\\a'
HINT: This error might have occurred since this system does not have Windows Long Path support enabled.
"""
CONFLICT = """\
2026-11-22T15:50:04,463 ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/
"""
INTERRUPTED = """\
2026-11-22T15:50:04,463 ERROR: Operation cancelled by user
"""


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (NO_HATCHLING, "index cannot be reached"),
        (REFUSED, "index cannot be reached"),
        (BROKE_OFF, "connection broke off"),
        (NO_WHEEL, "no package torch==2.13.0 for this Python"),
        (NO_WHEEL_AT_ALL, "no package torch==2.13.0 for this Python"),
        (NO_WHEEL_AFTER_A_RETRY, "no package torch==2.13.0 for this Python"),
        (NO_SPACE, "The disk is full"),
        (CERTIFICATE, "PIP_CERT"),
        (PROXY, "HTTPS_PROXY"),
        (DAMAGED, "cache purge"),
        (IN_USE, "Close JupyterLab"),
        (LONG_PATH, "long paths"),
        (CONFLICT, "do not fit each other"),
        (INTERRUPTED, "goes on from there"),
    ],
)
def test_a_failure_of_pip_becomes_a_sentence(log, words, tmp_path):
    sentence = lab.explain(log, 1, tmp_path / ".venv" / "pip.log")
    assert words in sentence
    assert "\n" not in sentence
    assert "{" not in sentence


def test_a_pip_that_the_system_ended_is_put_down_to_memory(tmp_path):
    assert "lack of memory" in lab.explain("", -9, tmp_path / "pip.log")


def test_a_failure_that_nobody_foresaw_gives_pips_own_last_error_and_where_the_rest_stands(
    tmp_path,
):
    log = tmp_path / "pip.log"
    sentence = lab.explain("2026 ERROR: first\n2026 ERROR: something new\n", 2, log)
    assert sentence.endswith("something new")
    assert str(log) in sentence


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (lab.Stop("What to do."), "What to do."),
        (KeyboardInterrupt(), "goes on from there"),
        (OSError(errno.ENOSPC, "full"), "The disk is full"),
        (PermissionError(errno.EACCES, "no", "work"), "work cannot be written to"),
        (OSError(errno.EIO, "broken"), "broken"),
    ],
)
def test_every_end_is_one_sentence_and_status_1(error, words, monkeypatch, capsys):
    def fail(*_):
        raise error

    monkeypatch.setattr(lab, "start", fail)
    assert lab.main([]) == 1
    said = capsys.readouterr().err.strip()
    assert words in said
    assert "\n" not in said


# --- The environment ------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path):
    """A checkout with two course notebooks and an exercise."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("notebooks/00_start_here", "notebooks/04_net_keras", "exercises/04_net_keras"):
        path = tmp_path / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{name}, first version")
    return lab.Checkout(tmp_path)


class Commands(list):
    """The commands that were started; `fails` names what makes one fail."""

    fails = ""

    def quietly(self, command):
        self.append(command)
        failed = bool(self.fails) and self.fails in " ".join(command)
        if "venv" in command and not failed:
            python = lab.Checkout(Path(command[-1]).parent).python
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
        return int(failed), ""

    def visibly(self, command, folder, environment):
        self.append(command)
        return int(bool(self.fails) and self.fails in " ".join(command))


@pytest.fixture
def commands(monkeypatch):
    started = Commands()
    monkeypatch.setattr(lab, "run_quietly", started.quietly)
    monkeypatch.setattr(lab, "run_visibly", started.visibly)
    monkeypatch.setattr(lab, "answers", lambda *_: False)
    monkeypatch.setattr(lab, "free_gigabytes", lambda _: 100.0)
    return started


def test_the_first_run_makes_the_environment_and_starts_pip_once(checkout, commands):
    lab.set_up(checkout, ["lab"])
    assert [command[2] for command in commands] == ["venv", "pip"]
    assert lab.read_stamp(checkout).roles == ("lab",)


def test_the_second_run_starts_nothing(checkout, commands):
    lab.set_up(checkout, ["lab"])
    commands.clear()
    lab.set_up(checkout, ["lab"])
    assert commands == []


def test_asking_for_less_than_is_there_starts_nothing(checkout, commands):
    lab.set_up(checkout, ["lab", "build", "dev"])
    commands.clear()
    lab.set_up(checkout, ["lab"])
    assert commands == []


def test_asking_for_more_installs_what_was_there_as_well(checkout, commands):
    lab.set_up(checkout, ["lab"])
    commands.clear()
    lab.set_up(checkout, ["dev"])
    assert commands[-1][-1] == ".[dev,lab]"


def test_another_pin_installs_and_another_setting_of_a_tool_does_not(checkout, commands):
    lab.set_up(checkout, ["lab"])
    commands.clear()
    project = checkout.root / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text + "\n[tool.other]\nsetting = 1\n", encoding="utf-8")
    lab.set_up(checkout, ["lab"])
    assert commands == []
    project.write_text(text.replace("torch==2.13.0", "torch==2.13.1"), encoding="utf-8")
    lab.set_up(checkout, ["lab"])
    assert commands[-1][2] == "pip"


def test_a_run_that_was_interrupted_goes_on_in_the_same_environment(checkout, commands):
    commands.fails = "pip install"
    with pytest.raises(lab.Stop):
        lab.set_up(checkout, ["lab"])
    commands.clear()
    commands.fails = ""
    lab.set_up(checkout, ["lab"])
    assert not any("venv" in command for command in commands)
    assert commands[-1][2:4] == ["pip", "install"]
    assert lab.read_stamp(checkout).requirements


def test_an_environment_whose_making_was_interrupted_is_made_again(checkout, commands):
    checkout.venv.mkdir()
    lab.set_up(checkout, ["lab"])
    assert commands[0][1:4] == ["-m", "venv", "--clear"]


def test_an_environment_that_does_not_start_is_made_again(checkout, commands):
    lab.set_up(checkout, ["lab"])
    checkout.python.unlink()
    commands.clear()
    commands.fails = "sys.exit"
    lab.set_up(checkout, ["lab"])
    assert ["venv" in command for command in commands] == [False, True, False]


def test_an_environment_that_moved_with_its_checkout_is_made_again(
    checkout, commands, tmp_path_factory
):
    lab.set_up(checkout, ["lab"])
    commands.clear()
    elsewhere = tmp_path_factory.mktemp("moved") / "course"
    shutil.copytree(checkout.root, elsewhere)
    lab.set_up(lab.Checkout(elsewhere), ["lab"])
    assert commands[0][1:4] == ["-m", "venv", "--clear"]


def test_a_package_that_was_left_half_installed_is_installed_again(tmp_path):
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    for name in ("half-1.0.dist-info", "whole-1.0.dist-info", "~orch"):
        (packages / name).mkdir(parents=True)
    (packages / "whole-1.0.dist-info" / "RECORD").touch()
    lab.remove_half_installed(tmp_path)
    assert [path.name for path in packages.iterdir()] == ["whole-1.0.dist-info"]


def test_a_damaged_stamp_counts_as_none(checkout):
    checkout.venv.mkdir()
    for text in ("", "[]", '{"roles": 1}', "{"):
        checkout.stamp.write_text(text)
        assert lab.read_stamp(checkout) == lab.Stamp()


def test_a_role_that_does_not_exist_is_refused_with_those_that_do(checkout, commands):
    with pytest.raises(
        lab.Stop, match=r"'lap'.*learn, lab, build, grade, dask, site, jax, deploy, dev"
    ):
        lab.set_up(checkout, ["lap"])
    assert commands == []


def test_an_environment_is_never_made_with_its_own_python(checkout, monkeypatch):
    monkeypatch.setattr(lab.sys, "prefix", str(checkout.venv))
    monkeypatch.setattr(lab.sys, "_base_executable", "/usr/bin/python3")
    assert lab.base_python(checkout) == "/usr/bin/python3"


def test_jupyterlab_does_not_ask_about_its_news(checkout, commands):
    lab.set_up(checkout, ["lab"])
    settings = checkout.venv / "share/jupyter/lab/settings/overrides.json"
    kept = json.loads(settings.read_text())
    assert kept["@jupyterlab/apputils-extension:notification"] == {"fetchNews": "false"}


# --- The learner's copies -------------------------------------------------------------------


def write(checkout, name, text):
    (checkout.root / name).parent.mkdir(parents=True, exist_ok=True)
    (checkout.root / name).write_text(text)


def copy(checkout):
    return lab.copy_course(checkout.root, checkout.work)


START = "notebooks/00_start_here.ipynb"


def test_the_first_start_copies_every_notebook_and_exercise(checkout):
    assert len(copy(checkout).added) == 3
    assert (checkout.work / START).read_bytes() == (checkout.root / START).read_bytes()
    assert (checkout.work / "exercises/04_net_keras.ipynb").exists()


def test_a_start_without_changes_does_nothing(checkout):
    copy(checkout)
    assert copy(checkout) == lab.Copied([], [], [], [])


def test_a_new_notebook_is_added(checkout):
    copy(checkout)
    write(checkout, "notebooks/05_new_keras.ipynb", "new")
    assert copy(checkout).added == ["notebooks/05_new_keras.ipynb"]


def test_a_copy_that_was_not_touched_is_brought_up_to_date(checkout):
    copy(checkout)
    write(checkout, START, "second version")
    assert copy(checkout).refreshed == [START]
    assert (checkout.work / START).read_text() == "second version"


def test_what_a_learner_wrote_stays(checkout):
    copy(checkout)
    (checkout.work / START).write_text("mine")
    assert copy(checkout) == lab.Copied([], [], [], [])
    assert (checkout.work / START).read_text() == "mine"


def test_what_a_learner_wrote_stays_when_the_course_changes_and_that_is_said(checkout):
    copy(checkout)
    (checkout.work / START).write_text("mine")
    write(checkout, START, "second version")
    for _ in range(2):
        copied = copy(checkout)
        assert copied.outdated == [START]
        assert (checkout.work / START).read_text() == "mine"
    (sentence,) = lab.copied_sentences(copied)
    assert START in sentence
    assert "Rename" in sentence


def test_renaming_ones_own_brings_the_new_version_beside_it(checkout):
    copy(checkout)
    mine = checkout.work / START
    mine.write_text("mine")
    write(checkout, START, "second version")
    copy(checkout)
    mine.rename(mine.with_name("mine.ipynb"))
    assert copy(checkout).added == [START]
    assert mine.read_text() == "second version"
    assert mine.with_name("mine.ipynb").read_text() == "mine"
    write(checkout, START, "third version")
    assert copy(checkout).refreshed == [START]


def test_a_copy_that_was_deleted_comes_back(checkout):
    copy(checkout)
    (checkout.work / START).unlink()
    assert copy(checkout).added == [START]


@pytest.mark.parametrize("damage", [None, "", "{", "[1]", '{"notebooks/00_start_here.ipynb": 1}'])
def test_without_its_record_everything_counts_as_the_learners(checkout, damage):
    copy(checkout)
    state = checkout.work / lab.STATE_FILE
    state.unlink() if damage is None else state.write_text(damage)
    (checkout.work / START).write_text("perhaps mine")
    write(checkout, START, "second version")
    copied = copy(checkout)
    assert copied.refreshed == []
    assert (checkout.work / START).read_text() == "perhaps mine"
    assert any("kept" in sentence for sentence in lab.copied_sentences(copied))


def test_after_a_lost_record_a_later_version_is_told_again(checkout):
    copy(checkout)
    (checkout.work / lab.STATE_FILE).unlink()
    (checkout.work / START).write_text("mine")
    copy(checkout)
    assert copy(checkout) == lab.Copied([], [], [], [])
    write(checkout, START, "second version")
    assert copy(checkout).outdated == [START]


def test_a_learners_own_files_are_left_alone(checkout):
    copy(checkout)
    own = checkout.work / "notebooks" / "my notes.ipynb"
    own.write_text("mine")
    copy(checkout)
    assert own.read_text() == "mine"


def test_a_copy_that_is_cut_off_leaves_the_old_file_whole(checkout, monkeypatch):
    copy(checkout)
    write(checkout, START, "second version")

    def refuse(*_):
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(lab.os, "replace", refuse)
        with pytest.raises(OSError, match="full"):
            copy(checkout)
    assert (checkout.work / START).read_text().endswith("first version")
    assert not list(checkout.work.rglob("*.part"))
    assert copy(checkout).refreshed == [START]


# --- JupyterLab -----------------------------------------------------------------------------


def test_jupyterlab_opens_the_first_notebook_in_the_learners_folder(checkout):
    copy(checkout)
    command = lab.jupyter_command("python", checkout.work, ["--no-browser"])
    assert f"--ServerApp.root_dir={checkout.work}" in command
    assert f"--LabApp.default_url=/lab/tree/{START}" in command
    assert command[-1] == "--no-browser"


def pages(command):
    return [part for part in command if part.startswith("--LabApp.default_url=")]


SIDE_BY_SIDE = "side_by_side/04_net.jupyterlab-workspace"


def test_a_lesson_opens_with_its_twins_side_by_side(checkout):
    write(checkout, SIDE_BY_SIDE, "as built")
    copy(checkout)
    lab.copy_workspaces(checkout.root, checkout.work)
    command = lab.jupyter_command("python", checkout.work, [], "04_net")
    assert pages(command) == [f"--LabApp.default_url=/lab/tree/{SIDE_BY_SIDE}"]
    assert (checkout.work / SIDE_BY_SIDE).read_text() == "as built"


def test_a_lesson_without_twins_opens_with_its_one_notebook(checkout):
    copy(checkout)
    lab.copy_workspaces(checkout.root, checkout.work)
    command = lab.jupyter_command("python", checkout.work, [], "00_start_here")
    assert pages(command) == [f"--LabApp.default_url=/lab/tree/{START}"]


def test_a_workspace_that_a_learner_arranged_stays(checkout):
    write(checkout, SIDE_BY_SIDE, "as built")
    write(checkout, f"work/{SIDE_BY_SIDE}", "arranged")
    lab.copy_workspaces(checkout.root, checkout.work)
    assert (checkout.work / SIDE_BY_SIDE).read_text() == "arranged"


def test_a_lesson_that_does_not_exist_is_refused_before_anything_is_installed(checkout, commands):
    with pytest.raises(lab.Stop, match=r"no lesson '04_nett'. There are: 00_start_here, 04_net."):
        lab.start(checkout, lab.parse(["04_nett"]))
    assert commands == []


def test_what_stands_after_two_dashes_goes_to_jupyterlab():
    options = lab.parse(["--no-browser", "--", "--port", "9999"])
    assert options.jupyter == ["--no-browser", "--port", "9999"]
    assert not options.setup


def test_setup_alone_opens_nothing(checkout, commands, monkeypatch):
    monkeypatch.setattr(lab, "hand_over", lambda *_: pytest.fail("opened JupyterLab"))
    assert lab.start(checkout, lab.parse(["--setup", "lab", "dev"])) == 0
    assert not checkout.work.exists()


def test_a_start_sets_up_copies_and_opens_with_the_environments_programs_first(
    checkout, commands, monkeypatch
):
    opened = []
    monkeypatch.setattr(lab, "hand_over", lambda *given: opened.append(given) or 0)
    assert lab.start(checkout, lab.parse([])) == 0
    ((command, environment),) = opened
    assert command[0] == str(checkout.python)
    assert environment["PATH"].split(os.pathsep)[0] == str(checkout.programs)
    assert (checkout.work / START).exists()


def test_a_conda_environment_is_used_as_it_is(checkout, commands, monkeypatch):
    opened = []
    monkeypatch.setattr(lab, "hand_over", lambda *given: opened.append(given) or 0)
    lab.start(checkout, lab.parse(["--here"]))
    assert commands == []
    assert opened[0][0][0] == sys.executable


def test_a_conda_environment_without_jupyterlab_is_told_what_to_do(checkout, monkeypatch):
    monkeypatch.setattr(lab.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(lab.Stop, match=r"has no JupyterLab. Type `python lab.py`"):
        lab.start(checkout, lab.parse(["--here"]))


def test_the_command_lockstep_lab_does_the_same_in_its_own_environment(
    checkout, monkeypatch, capsys
):
    (checkout.root / "lessons").mkdir()
    shutil.copy(ROOT / "lab.py", checkout.root)
    monkeypatch.setattr(sys, "argv", [])
    with pytest.raises(SystemExit) as ended:
        main(["lab", "04_nett", "--root", str(checkout.root)])
    assert ended.value.code == 1
    assert "There is no lesson '04_nett'." in capsys.readouterr().err
    assert sys.argv == [str(checkout.root / "lab.py"), "--here", "04_nett"]
