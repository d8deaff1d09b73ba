"""What a student's process sees and can do: little, and nothing of the teacher's."""

import ast
import inspect
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from lockstep.grade import sandbox, seccomp, wire
from lockstep.grade.environment import student_environment
from lockstep.grade.public_checks import write_public_lesson
from lockstep.grade.sandbox import WORKPLACE, Limits
from tests.conftest import ROOT
from tests.grade import sandbox_probe

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the sandbox is made of Linux's namespaces"
)

LIMITS = Limits(seconds=20, memory=900 << 20, processes=77, scratch=24 << 20)
START = "00_start_here"
WRITABLE = ["/dev/shm", "/tmp"]
CANARY = f"lockstep-canary-{uuid.uuid4().hex}"
SYSTEM_PYTHON = Path("/usr/bin/python3")


@pytest.fixture(scope="module")
def around(tmp_path_factory):
    """Return what lies outside for a student's process to find."""
    beside = tmp_path_factory.mktemp("teacher")
    at_home = Path.home() / CANARY
    for path in (at_home, beside / CANARY):
        path.write_text("the teacher's")
    name = f"lockstep-{uuid.uuid4().hex}"
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_UNIX) as named,
    ):
        named.bind(f"\0{name}")
        named.listen()
        hidden = [
            at_home,
            beside / CANARY,
            beside,
            ROOT / "lessons",
            ROOT / "solutions",
            ROOT / "exercises",
            ROOT / "tests",
            ROOT / ".git",
            "/home",
            "/var",
            "/run",
            "/etc/passwd",
            "/etc/shadow",
            "/etc/hostname",
            "/sys",
            "/boot",
            "/mnt",
            "/dev/tty",
            "/dev/sda",
            "/dev/mem",
        ]
        yield {
            "hidden": [str(path) for path in hidden],
            "port": listener.getsockname()[1],
            "socket": name,
        }
    at_home.unlink()


def looked(engine, around):
    """Return what the probe finds in a fresh student's process."""
    student = engine.start(START, None)
    try:
        answer = (
            "def mean_squared_error(predictions, truth):\n"
            "    import json\n    import numpy as np\n"
            f"    return np.array(json.dumps(look({around!r})))\n"
        )
        for cell in (inspect.getsource(sandbox_probe), answer):
            assert student.ask({"cell": cell, "exercise": None}, 20) == {
                "error": None,
                "number": student._number,
            }
        inputs = wire.encode_inputs({"predictions": 1.0, "truth": 2.0})
        reply = student.ask({"answer": "mean_squared_error", "inputs": inputs}, 60)
        assert "results" in reply, reply
        return json.loads(str(wire.decode_arrays(reply["results"])["result"]))
    finally:
        student.close()


@pytest.fixture(scope="module")
def found(around, tmp_path_factory):
    """Return what two students' processes find, one after the other."""
    from lockstep.grade.forking import ForkEngine

    public = tmp_path_factory.mktemp("public")
    for folder in (public, *public.parents[:2]):
        folder.chmod(0o755)
    write_public_lesson(ROOT / "lessons" / START, public / START)
    public.chmod(0o777)  # so that nothing but the sandbox keeps anybody from writing to it
    groups = os.getgroups()
    if os.geteuid() == 0:
        os.setgroups([*groups, 4_242])  # a group that students' processes shall not be in
    os.environ["LOCKSTEP_CANARY"] = CANARY
    engine = ForkEngine(public, LIMITS)
    try:
        return [looked(engine, around), looked(engine, around), str(public)]
    finally:
        engine.close()
        del os.environ["LOCKSTEP_CANARY"]
        if os.geteuid() == 0:
            os.setgroups(groups)


def assert_shut_in(seen, limits=LIMITS):
    """Say what holds for every process in a sandbox."""
    assert seen["seen"] == []
    assert seen["network"] == []
    assert "done" not in seen["called"].values()
    assert seen["written"] == WRITABLE
    assert seen["capabilities"] == ["0" * 16] * 4
    assert seen["no new privileges"] == "1"
    assert seen["filter of calls"] == "2"
    assert seen["first process"] == "PermissionError"
    me, parent, *_ = seen["me"]
    assert seen["processes"] == [1, me]
    assert parent == 1
    assert seen["workplace"][0] == WORKPLACE
    for taken in seen["filled"]:
        assert limits.scratch - (2 << 20) <= taken <= limits.scratch
    seconds = int(limits.whole_seconds) + 1
    assert seen["limits"] == {
        "CPU": [seconds] * 2,
        "DATA": [limits.memory] * 2,
        "NPROC": [limits.processes] * 2,
        "FSIZE": [limits.scratch] * 2,
        "CORE": [0, 0],
        "NOFILE": [256, 256],
        "MSGQUEUE": [0, 0],
    }


@pytest.mark.slow
def test_a_students_process_sees_no_file_process_or_network_but_its_own(found):
    for seen in found[:2]:
        assert_shut_in(seen)


@pytest.mark.slow
def test_at_the_top_are_the_folders_that_python_needs_and_no_others(found):
    public = found[2]
    needed = [*sandbox.readable_folders(), public, WORKPLACE, "/dev", "/proc"]
    assert set(found[0]["top"]) == {Path(path).parts[1] for path in needed}


@pytest.mark.slow
def test_a_students_process_knows_of_the_environment_what_it_is_meant_to_alone(found):
    meant = student_environment(Path(found[2]), WORKPLACE, "")
    # The C library and matplotlib set these themselves.
    own = {"LC_CTYPE"}
    for seen in found[:2]:
        assert set(seen["environment"]) - own <= set(meant)
        assert CANARY not in json.dumps(seen["environment"])
        assert seen["environment"]["HOME"] == WORKPLACE


@pytest.mark.slow
def test_two_students_processes_share_no_scratch_folder(found):
    first, second, public = found
    # What is to be read may lie in there as well: a checkout in /tmp, say.
    readable = [public, *sandbox.readable_folders()]
    shown = sorted({Path(one).parts[2] for one in readable if one.startswith(f"{WORKPLACE}/")})
    assert first["workplace"] == second["workplace"] == [WORKPLACE, shown]


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user stays who it is")
def test_where_root_grades_each_students_process_is_another_user_of_no_group(found):
    users = [seen["me"][2:] for seen in found[:2]]
    for user, group, groups in users:
        assert user == group >= sandbox.FIRST_USER
        assert groups == []
    assert users[0] != users[1]


@pytest.mark.slow
def test_a_students_process_holds_no_file_open_that_is_the_graders(found):
    for seen in found[:2]:
        kinds = {name.split(":")[0] for name in seen["open files"]}
        # Its own channel, and nothing where it would print; what it is listing is closed by now.
        assert kinds <= {"socket", "/dev/null", "FileNotFoundError", "/proc/1/fd"}, seen[
            "open files"
        ]
        assert sum(name.startswith("socket") for name in seen["open files"]) == 1


# --- An ordinary user -----------------------------------------------------------------------


@pytest.mark.parametrize("module", [sandbox, seccomp], ids=lambda module: module.__name__)
def test_the_sandbox_is_made_with_the_standard_library_alone(module):
    tree = ast.parse(inspect.getsource(module))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported - {"lockstep"} <= sys.stdlib_module_names


AS_ORDINARY_USER = """
import json, os, sys

folder, known = sys.argv[1], json.loads(sys.argv[2])
sys.path.insert(0, folder)
from lockstep.grade import sandbox
import sandbox_probe

reading, writing = os.pipe()
child = os.fork()
if child == 0:
    os.close(reading)
    try:
        limits = sandbox.Limits(**known.pop("limits"))
        sandbox.enter(sandbox.readable_folders(), folder + "/root", limits)
        found = sandbox_probe.look(known)
    except (sandbox.SandboxError, OSError) as error:
        found = {"refused": str(error)}
    os.write(writing, json.dumps(found).encode())
    os._exit(0)
os.close(writing)
with os.fdopen(reading) as told:
    print(told.read())
os.waitpid(child, 0)
"""


def user_namespaces_are_off() -> bool:
    for name in ("user/max_user_namespaces", "kernel/unprivileged_userns_clone"):
        path = Path("/proc/sys") / name
        if path.exists() and path.read_text().strip() == "0":
            return True
    return False


@pytest.mark.skipif(not SYSTEM_PYTHON.exists(), reason="there is no Python that everybody can read")
@pytest.mark.skipif(user_namespaces_are_off(), reason="this system has no user namespaces")
def test_an_ordinary_user_gets_the_same_sandbox(around, tmp_path):
    folder = Path("/tmp") / CANARY
    grade = folder / "lockstep" / "grade"
    grade.mkdir(parents=True)
    try:
        for package in (grade.parent, grade):
            (package / "__init__.py").touch()
        for module in (sandbox, seccomp):
            shutil.copy(module.__file__, grade)
        shutil.copy(sandbox_probe.__file__, folder)
        (folder / "root").mkdir()
        grade.parent.chmod(
            0o777
        )  # so that nothing but the sandbox keeps anybody from writing to it
        limits = {"seconds": 20, "memory": LIMITS.memory, "processes": 77, "scratch": 24 << 20}
        arguments = [str(folder), json.dumps(around | {"limits": limits})]
        nobody = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
        done = subprocess.run(
            [SYSTEM_PYTHON, "-c", AS_ORDINARY_USER, *arguments],
            cwd="/",
            env={},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            **(nobody if os.geteuid() == 0 else {}),
        )
        assert done.returncode == 0, done.stderr
        seen = json.loads(done.stdout)
        assert "refused" not in seen, seen
        assert_shut_in(seen)
        assert seen["me"][2] == 0  # of its own namespace, in which it may do nothing
        assert set(seen["top"]) == {
            Path(path).parts[1]
            for path in [*("/usr", "/lib", "/bin", "/etc/x"), "/tmp", "/dev", "/proc"]
        } | {name for name in ("lib32", "lib64") if Path("/", name).exists()}
    finally:
        shutil.rmtree(folder)


def test_a_system_call_that_is_refused_is_named_with_the_reason():
    with pytest.raises(sandbox.SandboxError, match=r"the system refuses umount2: .*\w"):
        sandbox._call("umount2", b"/nowhere-at-all", 0)


def test_what_is_readable_is_no_folder_twice_and_nothing_of_the_teachers():
    folders = [Path(path) for path in sandbox.readable_folders()]
    for one in folders:
        assert not any(other in one.parents for other in folders)
        assert one not in Path.home().parents
        assert one != Path.home()
        assert one not in (ROOT, *ROOT.parents)
