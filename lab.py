"""Set the course up and open it: `python lab.py`, which is also what `make lab` calls.

Standard library only: this file runs before anything is installed. Its syntax is that of
Python 3.8, so that a Python which is too old still gets to say so in a sentence.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)  # torch 2.13 and TensorFlow 2.21 both have wheels for these
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PROBE_SECONDS = 3.0
CPU_GIGABYTES, CUDA_GIGABYTES = 4, 12  # free space: what is installed, and room to unpack it
WINDOWS = os.name == "nt"
COURSE_FOLDERS = ("notebooks", "exercises")
FIRST_NOTEBOOK = "notebooks/00_start_here.ipynb"
TWINS = ("pytorch", "keras")
STATE_FILE = ".lockstep.json"
NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS)


class Stop(Exception):  # noqa: N818  (it is no error of the program)
    """The one sentence that a run ends with when it cannot go on."""


@dataclass(frozen=True)
class Checkout:
    """Where things are in the folder that holds this file."""

    root: Path

    @property
    def venv(self) -> Path:
        """The course's own Python environment."""
        return self.root / ".venv"

    @property
    def programs(self) -> Path:
        """The environment's folder of programs."""
        return self.venv / ("Scripts" if WINDOWS else "bin")

    @property
    def python(self) -> Path:
        """The environment's Python."""
        return self.programs / ("python.exe" if WINDOWS else "python")

    @property
    def log(self) -> Path:
        """Where pip writes all that it did."""
        return self.venv / "pip.log"

    @property
    def stamp(self) -> Path:
        """What the environment was last brought to."""
        return self.venv / "lockstep.json"

    @property
    def work(self) -> Path:
        """The learner's own copies."""
        return self.root / "work"


# --- The environment ------------------------------------------------------------------------


@dataclass(frozen=True)
class Stamp:
    """What an environment holds. `requirements` is empty while an installation runs."""

    roles: tuple[str, ...] = ()
    requirements: str = ""
    folder: str = ""  # an environment that was moved with its checkout does not work


def read_stamp(checkout: Checkout) -> Stamp:
    """Return the environment's stamp; an empty one if there is none that can be read."""
    try:
        kept = json.loads(checkout.stamp.read_text(encoding="utf-8"))
        return Stamp(tuple(map(str, kept["roles"])), kept["requirements"], kept["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return Stamp()


def write_stamp(checkout: Checkout, stamp: Stamp) -> None:
    """Keep `stamp` in the environment."""
    put(checkout.stamp, json.dumps(asdict(stamp), indent=1).encode())


def project_text(root: Path) -> str:
    """Return what pyproject.toml says of the project itself, without the tools' settings."""
    return (root / "pyproject.toml").read_text(encoding="utf-8").split("\n[tool.")[0]


def known_roles(root: Path) -> list[str]:
    """Return the names of pyproject.toml's extras (`tomllib` is newer than Python 3.8)."""
    _, _, section = project_text(root).partition("[project.optional-dependencies]\n")
    return re.findall(r"^([\w-]+) = \[", section.split("\n[")[0], re.MULTILINE)


def set_up(checkout: Checkout, wanted: Sequence[str]) -> None:
    """Bring the environment to the roles in `wanted` and those that it had before.

    Nothing is started where it holds them already.
    """
    before = read_stamp(checkout)
    roles = tuple(sorted({*before.roles, *wanted}))
    requirements = hashlib.sha256(project_text(checkout.root).encode()).hexdigest()
    goal = Stamp(roles, requirements, str(checkout.root))
    if before == goal and checkout.python.exists():
        return
    refuse_unknown_roles(checkout.root, wanted)
    index = look_at_computer(checkout)
    make_environment(checkout)
    write_stamp(checkout, Stamp(before.roles, "", str(checkout.root)))
    install(checkout, roles, index)
    write_settings(checkout)
    write_stamp(checkout, goal)
    say("The environment is ready.")


def refuse_unknown_roles(root: Path, wanted: Sequence[str]) -> None:
    """Stop at a role that pyproject.toml does not have; pip would only warn."""
    unknown = sorted(set(wanted) - set(known_roles(root)))
    if unknown:
        roles = ", ".join(known_roles(root))
        raise Stop(f"There is no role {unknown[0]!r} in pyproject.toml. There are: {roles}.")


def look_at_computer(checkout: Checkout) -> str | None:
    """Stop where the course cannot be installed; otherwise return the extra package index."""
    problem = python_problem(sys.version_info[:2]) or platform_problem(this_platform())
    if problem:
        raise Stop(problem)
    refuse_without_modules()
    refuse_read_only(checkout.root)
    say("Setting up the course, once. Ctrl-C stops it; the next start goes on from there.")
    system, nvidia = platform.system(), has_nvidia()
    say(f"1/3 Looking at this computer: {system} {platform.machine()}, Python {short_version()}.")
    index = cpu_index(system, nvidia)
    say("    " + packages_sentence(system, nvidia, index))
    if not checkout.venv.exists():
        brings_cuda = system == "Linux" and index is None
        needed = CUDA_GIGABYTES if brings_cuda else CPU_GIGABYTES
        refuse_full_disk(checkout.root, needed)
    return index


def make_environment(checkout: Checkout) -> None:
    """Make `.venv`; one that cannot be used (half made, moved, its Python gone) is made again."""
    if environment_works(checkout):
        say("2/3 The Python environment in .venv is there: going on with it.")
        remove_half_installed(checkout.venv)
        return
    again = " again (the one that is there is unfinished or was moved)"
    say(f"2/3 Making a Python environment in .venv{again if checkout.venv.exists() else ''}.")
    command = [base_python(checkout), "-m", "venv", "--clear", str(checkout.venv)]
    code, said = run_quietly(command)
    if code:
        last = (said.strip().splitlines() or [f"exit status {code}"])[-1]
        raise Stop(f"Python could not make the environment in {checkout.venv}: {last}")


def environment_works(checkout: Checkout) -> bool:
    """Say whether `.venv` was made here and starts a Python that fits, with pip."""
    if read_stamp(checkout).folder != str(checkout.root):
        return False
    test = f"import pip, sys; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    try:
        return run_quietly([str(checkout.python), "-c", test])[0] == 0
    except OSError:
        return False


def base_python(checkout: Checkout) -> str:
    """Return the Python to make the environment with: never the environment's own."""
    if Path(sys.prefix).resolve() == checkout.venv.resolve():
        return str(getattr(sys, "_base_executable", sys.executable))
    return sys.executable


def remove_half_installed(venv: Path) -> None:
    """Remove what an interrupted pip left of a package.

    pip writes a package's RECORD last. A package without one looks installed to pip, which
    would then leave it as it is, with files missing.
    """
    for packages in (*venv.glob("lib/python*/site-packages"), *venv.glob("Lib/site-packages")):
        for folder in packages.glob("*.dist-info"):
            if not (folder / "RECORD").exists():
                shutil.rmtree(folder)
        for folder in packages.glob("~*"):  # what pip renamed before it replaced it
            shutil.rmtree(folder, ignore_errors=True)


def write_settings(checkout: Checkout) -> None:
    """Turn off JupyterLab's question whether it may fetch its own news."""
    settings = checkout.venv / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    news = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
    put(settings, json.dumps(news, indent=1).encode())


# --- What this computer is ------------------------------------------------------------------


@dataclass(frozen=True)
class Platform:
    """What decides whether the frameworks have wheels."""

    system: str
    machine: str
    bits: int
    musl: bool = False
    usual_python: bool = True


def this_platform() -> Platform:
    """Return the platform that this Python was built for."""
    built_for = sysconfig.get_platform()
    # A Windows Python for x64 runs on Windows on ARM too: what counts is how it was built.
    machine = built_for[4:] if built_for.startswith("win-") else platform.machine()
    free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    return Platform(
        system=platform.system(),
        machine=machine.lower(),
        bits=64 if sys.maxsize > 2**32 else 32,
        musl="musl" in str(sysconfig.get_config_var("SOABI")),
        usual_python=platform.python_implementation() == "CPython" and not free_threaded,
    )


def short_version() -> str:
    """Return this Python's version as a person says it."""
    return ".".join(map(str, sys.version_info[:2]))


def python_problem(version: Sequence[int]) -> str | None:
    """Return why this version of Python cannot run the course; None if it can."""
    if OLDEST <= tuple(version) <= NEWEST:
        return None
    usable = usable_python()
    return (
        f"The course needs Python 3.11, 3.12 or 3.13, and this is {version[0]}.{version[1]}. "
        + (f"One is here: `{usable} lab.py` starts the course with it." if usable else "")
        + ("" if usable else "Install one from https://www.python.org/downloads/.")
    )


def usable_python() -> str | None:
    """Return the name of a Python on the PATH that starts and has the right version."""
    for minor in range(OLDEST[1], NEWEST[1] + 1):
        name = f"python3.{minor}"
        # pyenv puts names there that only say how to choose a version: so it is tried.
        if shutil.which(name) and run_quietly([name, "--version"])[0] == 0:
            return name
    return None


def platform_problem(here: Platform) -> str | None:
    """Return why PyTorch and TensorFlow cannot be installed here; None if they can."""
    elsewhere = "Use the course on Colab or Binder instead: the links stand in README.md."
    if here.bits != 64:
        return f"This is a 32-bit Python, and PyTorch and TensorFlow need a 64-bit one. {elsewhere}"
    if not here.usual_python:
        return "PyTorch and TensorFlow need the usual CPython (not PyPy, not a free-threaded one)."
    if here.system == "Darwin" and here.machine != "arm64":
        return (
            "PyTorch and TensorFlow no longer have packages for Macs with an Intel processor (on a "
            f"Mac with an Apple processor, install a Python built for it). {elsewhere}"
        )
    if here.system == "Windows" and here.machine == "arm64":
        return (
            "TensorFlow has no package for Windows on ARM. Install the 64-bit (x64) Python, which "
            "Windows can run there, or use the course on Colab: the links stand in README.md."
        )
    if here.musl:
        return (
            "PyTorch and TensorFlow have no packages for a Linux with musl, such as Alpine. "
            "Use a Linux with glibc (Debian, Ubuntu, Fedora), or Colab."
        )
    if here.system == "Linux" and here.machine not in ("x86_64", "aarch64"):
        return f"PyTorch and TensorFlow have no packages for {here.machine} processors. {elsewhere}"
    return None


def refuse_without_modules() -> None:
    """Stop where Python cannot make environments: Debian keeps that in a package of its own."""
    if not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        raise Stop(
            "This Python cannot make environments (its module `ensurepip` is missing). "
            "On Debian and Ubuntu: `sudo apt install python3-venv`, then start again."
        )


def refuse_read_only(root: Path) -> None:
    """Stop where the checkout cannot be written to."""
    try:
        with tempfile.TemporaryFile(dir=str(root)):
            pass
    except OSError as error:
        if error.errno not in NOT_WRITABLE:
            raise
        raise Stop(
            f"The folder {root} cannot be written to. "
            "Copy or clone the course into a folder of your own and start it there."
        ) from None


def refuse_full_disk(root: Path, needed: int) -> None:
    """Stop where fewer than `needed` gigabytes are free."""
    free = free_gigabytes(root)
    if free < needed:
        raise Stop(
            f"The course needs about {needed} GB of free space to install, and {free:.1f} GB are "
            f"free where {root} is. Make room, or move the folder to another disk, and start again."
        )


def free_gigabytes(folder: Path | str) -> float:
    """Return how much room there is where `folder` is."""
    return shutil.disk_usage(str(folder)).free / 1e9


def has_nvidia() -> bool:
    """Say whether this computer has an NVIDIA card with its driver."""
    return Path("/proc/driver/nvidia/version").exists() or bool(shutil.which("nvidia-smi"))


# --- pip ------------------------------------------------------------------------------------


def extra_index(system: str, nvidia: bool, reachable: Callable[[], bool]) -> str | None:
    """Return PyTorch's own CPU index where its package is the right one.

    On Linux the public index has torch for CUDA only. `reachable` is asked only where it matters.
    """
    return CPU_INDEX if system == "Linux" and not nvidia and reachable() else None


def cpu_index(system: str, nvidia: bool) -> str | None:
    """Return PyTorch's own CPU index where this computer wants it and can reach it."""
    return extra_index(system, nvidia, lambda: answers(f"{CPU_INDEX}/torch/", PROBE_SECONDS))


def packages_sentence(system: str, nvidia: bool, index: str | None) -> str:
    """Return which PyTorch will be installed, and why."""
    if index:
        return "No NVIDIA card: PyTorch comes from its own index, without the gigabytes for CUDA."
    if system == "Linux" and nvidia:
        return "An NVIDIA card: PyTorch comes with CUDA, which adds about 3 GB to the download."
    if system == "Linux":
        return (
            f"{CPU_INDEX} cannot be reached, so PyTorch comes from the "
            "usual index, which may bring about 3 GB for CUDA that nothing here needs."
        )
    return "PyTorch comes from the usual index, without CUDA."


def answers(url: str, seconds: float) -> bool:
    """Say whether `url` answers in time; a thread, for looking a name up knows no time limit."""
    heard: list[bool] = []

    def ask() -> None:
        try:
            with urllib.request.urlopen(url, timeout=seconds) as reply:
                heard.append(reply.status == 200)
        except (OSError, ValueError):
            heard.append(False)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return heard == [True]


def pip_command(
    python: Path | str, roles: Sequence[str], log: Path | str, index: str | None
) -> list[str]:
    """Return the command that installs the course with its roles, to be run in the checkout.

    >>> pip_command("python", ["build", "lab"], "pip.log", None)[-2:]
    ['--editable', '.[build,lab]']
    """
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--log", str(log)]
    # Only wheels: building a package from its source takes a compiler and ends in pages of errors.
    command += ["--only-binary", ":all:"]
    if index:
        # `torch==2.13.0` is also what 2.13.0+cpu fulfils, and pip takes the higher: +cpu.
        command += ["--extra-index-url", index]
    return [*command, "--editable", f".[{','.join(roles)}]"]


def install(checkout: Checkout, roles: Sequence[str], index: str | None) -> None:
    """Run pip, with its progress bars, and turn a failure into a sentence."""
    say(f"3/3 Installing the packages ({', '.join(roles)}): about 0.7 GB to download and 3 GB")
    say("    on disk without CUDA. That takes 3 to 15 minutes, most of it PyTorch and TensorFlow.")
    if checkout.log.exists():
        checkout.log.unlink()  # pip appends to it
    command = pip_command(checkout.python, roles, checkout.log, index)
    # A personal `user = true` for pip does not work in an environment.
    code = run_visibly(command, checkout.root, {**os.environ, "PIP_USER": "0"})
    if code:
        log = checkout.log
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        raise Stop(explain(text, code, log))


AGAIN = "then start again: what was downloaded is kept."
NO_PACKAGE = (
    "There is no package {name} for this Python ({version}) and this computer ({computer}). Use "
    "Python 3.11 on Linux (x86-64), Windows (x64) or a Mac with an Apple processor, or use Colab."
)
NO_MEMORY = "The system ended pip, most likely for lack of memory. Close other programs, " + AGAIN
# What pip's log says, and what that means. The first that fits is taken, so the order counts:
# a failed connection ends in "No matching distribution" too, and a repeated one is only a warning.
FAILURES: tuple[tuple[str, str], ...] = (
    (
        r"Operation cancelled by user",
        "Stopped. Start it again and it goes on from there: what was downloaded is kept.",
    ),
    (
        r"No space left on device|Errno 28\b|WinError 112\b|not enough space on the disk",
        "The disk is full: {free:.1f} GB are free in the course's folder, {free_temporary:.1f} GB "
        "in {temporary}, where pip unpacks (the variable TMPDIR names another folder). "
        "Make room for about 4 GB in both, " + AGAIN,
    ),
    (
        r"DO NOT MATCH THE HASHES|BadZipFile|Wheel .* is invalid",
        "A package arrived damaged. Run `{python} -m pip cache purge`, then start again.",
    ),
    (
        r"Long Path support",
        "A file's path is too long for Windows. Move the course to a short path such as "
        "C:\\lockstep, or turn on Windows' long paths, " + AGAIN,
    ),
    (
        r"Permission denied|WinError (?:5|32)\b",
        "pip could not write a file in the environment. Close JupyterLab and all else that runs "
        "from {venv}, make sure that the folder is yours, " + AGAIN,
    ),
    (
        r"from versions: (?!none)[^)]*\)"
        r"[\s\S]*No matching distribution found for (?P<name>[^\s;]+)",
        NO_PACKAGE,
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "The package index's certificate was not accepted: a company's network or an antivirus "
        "program reads along, or the clock is wrong. Ask for your network's certificate and set "
        "the variable PIP_CERT to its file, " + AGAIN,
    ),
    (
        r"ProxyError|Cannot connect to proxy",
        "The network's proxy does not answer. Check the variables HTTPS_PROXY and HTTP_PROXY, "
        + AGAIN,
    ),
    (
        # Either it says so, or not one page of an index ever came.
        r"(?i)connection error|NewConnectionError|NameResolutionError|Max retries exceeded"
        r"|ConnectTimeout|Read ?Timeout|timed out|connection broken|connection aborted"
        r"|connection reset|getaddrinfo failed|name resolution|Network is unreachable"
        r"|IncompleteRead|incomplete-download"
        r"|\A(?![\s\S]*Fetched page )[\s\S]*from versions: none",
        "The package index cannot be reached, or the connection broke off. "
        "Check the network, " + AGAIN,
    ),
    (
        r"No matching distribution found for (?P<name>[^\s;]+)",
        NO_PACKAGE,
    ),
    (
        r"ResolutionImpossible|conflicting dependencies",
        "The packages that the course names do not fit each other on this computer. "
        "Please report that, with the file {log}.",
    ),
    (r"\bMemoryError\b", NO_MEMORY),
)


def explain(text: str, code: int, log: Path) -> str:
    """Return the sentence for a failure of pip, from the text of its log and its exit status."""
    if code in (-9, 137):
        return NO_MEMORY
    facts = {
        "log": log,
        "venv": log.parent,
        "python": Checkout(log.parent.parent).python,
        "free": free_gigabytes(log.parent if log.parent.exists() else "."),
        "temporary": tempfile.gettempdir(),
        "free_temporary": free_gigabytes(tempfile.gettempdir()),
        "version": short_version(),
        "computer": f"{platform.system()} {platform.machine()}",
    }
    for pattern, sentence in FAILURES:
        found = re.search(pattern, text)
        if found:
            return sentence.format(**facts, **found.groupdict())
    errors = re.findall(r"ERROR: (.+)", text)
    last = f": {errors[-1].strip()}" if errors else "."
    return f"pip could not install the packages (all that it said is in {log}){last}"


# --- The learner's copies -------------------------------------------------------------------


@dataclass
class Copied:
    """What happened to the learner's copies, by their names in work/."""

    added: list[str]
    refreshed: list[str]
    outdated: list[str]  # touched by the learner, and newer in the course
    unrecorded: list[str]  # there, different, and no record of what was put there


def copy_course(root: Path, work: Path) -> Copied:
    """Bring the course's notebooks into `work` without overwriting what a learner wrote."""
    recorded = read_state(work / STATE_FILE)
    state = dict(recorded)
    copied = Copied([], [], [], [])
    for name, source in course_files(root):
        content = source.read_bytes()
        course, copy = digest(content), work / name
        put_before = recorded.get(name)
        found = digest(copy.read_bytes()) if copy.exists() else None
        if found is None or found == put_before != course:
            put(copy, content)
            (copied.added if found is None else copied.refreshed).append(name)
        elif found != course and put_before is None:
            copied.unrecorded.append(name)
        elif found != course and put_before != course:
            copied.outdated.append(name)
            continue  # the record stays: the course's new version was not put there
        state[name] = course
    if state != recorded:
        put(work / STATE_FILE, json.dumps(state, indent=1, sort_keys=True).encode())
    return copied


def course_files(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield each notebook that a learner gets, with its name in work/."""
    for folder in COURSE_FOLDERS:
        for source in sorted((root / folder).glob("*.ipynb")):
            yield f"{folder}/{source.name}", source


def read_state(path: Path) -> dict[str, str]:
    """Return what was last put where; nothing where the file is missing or damaged."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): str(value) for name, value in kept.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def digest(content: bytes) -> str:
    """Return the SHA-256 of `content`."""
    return hashlib.sha256(content).hexdigest()


def put(path: Path, content: bytes) -> None:
    """Write a file in one go: whoever reads it finds the old one or the new one, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        os.replace(str(part), str(path))
    finally:
        if part.exists():
            part.unlink()


def copied_sentences(copied: Copied) -> Iterator[str]:
    """Yield what the learner should know about the copies, a line each."""
    if copied.added:
        yield f"{count(copied.added)} copied into work/, which is yours to write in."
    if copied.refreshed:
        yield f"{count(copied.refreshed)} in work/ brought up to date."
    if copied.outdated:
        yield (
            f"The course has a newer version of {', '.join(copied.outdated)}; yours in work/ was "
            "kept. Rename yours and start again to get the new one beside it."
        )
    if copied.unrecorded:
        yield (
            f"work/{STATE_FILE} is missing or damaged, so {count(copied.unrecorded)} "
            "there that differ from the course's count as yours and were kept."
        )


def count(names: Sequence[str]) -> str:
    """Return how many notebooks these are, as a person says it."""
    return "1 notebook" if len(names) == 1 else f"{len(names)} notebooks"


# --- Both twins side by side ----------------------------------------------------------------


def lesson_names(root: Path) -> list[str]:
    """Return the names of the course's lessons, such as 04_simple_net."""
    ending = re.compile(f"(_({'|'.join(TWINS)}))?[.]ipynb$")
    return sorted({ending.sub("", path.name) for path in (root / "notebooks").glob("*.ipynb")})


def refuse_unknown_lesson(root: Path, lesson: str) -> None:
    """Stop at a lesson that the course does not have, and say which there are."""
    names = lesson_names(root)
    if lesson not in names:
        raise Stop(f"There is no lesson {lesson!r}. There are: {', '.join(names)}.")


def workspace_path(lesson: str) -> str:
    """Return where the workspace stands that shows a lesson's twins side by side."""
    return f"side_by_side/{lesson}.jupyterlab-workspace"


def copy_workspaces(root: Path, work: Path) -> None:
    """Copy the workspaces into `work`; one that is there stays as it is.

    JupyterLab opens such a file like a notebook, also from the link at the top of a lesson.
    """
    for source in sorted((root / "side_by_side").glob("*.jupyterlab-workspace")):
        path = work / "side_by_side" / source.name
        if not path.exists():
            put(path, source.read_bytes())


# --- JupyterLab -----------------------------------------------------------------------------


def start_page(work: Path, lesson: str | None) -> str | None:
    """Return the file in `work` that JupyterLab opens: a lesson's twins, or its one notebook."""
    pages = [workspace_path(lesson), f"notebooks/{lesson}.ipynb"] if lesson else [FIRST_NOTEBOOK]
    return next((page for page in pages if (work / page).exists()), None)


def jupyter_command(
    python: Path | str, work: Path, extra: Sequence[str], lesson: str | None = None
) -> list[str]:
    """Return the command that opens JupyterLab in `work`, on a lesson or the first notebook."""
    command = [str(python), "-m", "jupyterlab", f"--ServerApp.root_dir={work}"]
    page = start_page(work, lesson)
    if page:
        command.append(f"--LabApp.default_url=/lab/tree/{page}")
    return [*command, *extra]


def refuse_without_jupyterlab() -> None:
    """Stop where the Python that was to be used as it is has no JupyterLab."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise Stop(
            f"This Python ({sys.executable}) has no JupyterLab. Type `python lab.py`, which sets "
            "the course up in .venv, or install the course's packages here (environment.yml)."
        )


def jupyter_environment(checkout: Checkout) -> dict[str, str]:
    """Return JupyterLab's environment variables: its terminals find the command `lockstep`."""
    path = os.pathsep.join([str(checkout.programs), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "VIRTUAL_ENV": str(checkout.venv)}


def hand_over(command: Sequence[str], environment: dict[str, str]) -> int:
    """Become the command, so that Ctrl-C and signals are its own; Windows cannot: wait there."""
    sys.stdout.flush()
    if not WINDOWS:
        os.execve(command[0], list(command), environment)
    process = subprocess.Popen(list(command), env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # JupyterLab got it as well, and asks what to do
            continue


# --- Running --------------------------------------------------------------------------------


def say(line: str) -> None:
    """Print a line at once, before a command that prints on its own."""
    print(line, flush=True)


def run_quietly(command: Sequence[str]) -> tuple[int, str]:
    """Return a command's exit status and all that it printed."""
    done = subprocess.run(
        list(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.returncode, done.stdout.decode(errors="replace")


def run_visibly(command: Sequence[str], folder: Path, environment: dict[str, str]) -> int:
    """Run a command on this terminal; at Ctrl-C let it clean up before this ends as well."""
    process = subprocess.Popen(list(command), cwd=str(folder), env=environment)
    try:
        return process.wait()
    except KeyboardInterrupt:
        try:
            process.wait(timeout=10)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            process.terminate()
            process.wait()
        raise


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Return the options; `jupyter` holds what goes on to JupyterLab."""
    own, extra = list(argv), []
    if "--" in own:
        where = own.index("--")
        own, extra = own[:where], own[where + 1 :]
    parser = argparse.ArgumentParser(
        prog="lab.py",
        description="Set the course up in .venv, copy its notebooks into work/, open JupyterLab.",
        epilog="What stands after `--` goes to JupyterLab, for example `-- --port 9999`.",
    )
    parser.add_argument(
        "lesson", nargs="?", help="such as 04_simple_net: open its two notebooks side by side"
    )
    parser.add_argument(
        "--setup", nargs="+", metavar="ROLE", help="only make the environment with these extras"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument(
        "--here", action="store_true", help="use the Python that runs this (conda), no .venv"
    )
    options = parser.parse_args(own)
    options.jupyter = (["--no-browser"] if options.no_browser else []) + extra
    return options


def start(checkout: Checkout, options: argparse.Namespace) -> int:
    """Do what the options ask for and return the exit status."""
    if options.lesson:
        refuse_unknown_lesson(checkout.root, options.lesson)
    if options.here:
        refuse_without_jupyterlab()
    else:
        set_up(checkout, options.setup or ["lab"])
    if options.setup:
        return 0
    for sentence in copied_sentences(copy_course(checkout.root, checkout.work)):
        say(sentence)
    copy_workspaces(checkout.root, checkout.work)
    say("Opening JupyterLab. Ctrl-C here stops it.")
    python = sys.executable if options.here else checkout.python
    environment = dict(os.environ) if options.here else jupyter_environment(checkout)
    command = jupyter_command(python, checkout.work, options.jupyter, options.lesson)
    return hand_over(command, environment)


def system_sentence(error: OSError) -> str:
    """Return the sentence for what the system refused outside pip."""
    if error.errno == errno.ENOSPC:
        return "The disk is full. Make room for about 4 GB and start again."
    if error.errno in NOT_WRITABLE:
        return f"{error.filename} cannot be written to. Close what uses it, or make it yours."
    return f"That did not work: {error}."


def main(argv: Sequence[str]) -> int:
    """Run, and end in one sentence where something is missing."""
    try:
        return start(Checkout(Path(__file__).resolve().parent), parse(argv))
    except Stop as stop:
        sentence = str(stop)
    except KeyboardInterrupt:
        sentence = "Stopped. Start it again and it goes on from there: what was downloaded is kept."
    except OSError as error:
        sentence = system_sentence(error)
    print(f"\n{sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
