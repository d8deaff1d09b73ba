"""Shutting a process in: no network, no files but those it needs, limits on all that it can use up.

Linux only. Everything is done with namespaces, as an ordinary user or as root. `os.unshare` came with
Python 3.12, so the system calls are made through ctypes.

Sources: unshare(2), mount(2), pivot_root(2), user_namespaces(7), pid_namespaces(7), setrlimit(2).
"""

import contextlib
import ctypes
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from lockstep.grade import seccomp

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_NOATIME, MS_NODIRATIME, MS_RELATIME = 1024, 2048, 1 << 21
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
LINUX_CAPABILITY_VERSION_3 = 0x20080522

# Who a student's process is where the grader is root: one of many that nobody is, another for each
# process, since the system counts a user's processes together.
FIRST_USER, USERS = 20_000, 30_000
DEVICES = ("null", "zero", "full", "random", "urandom")
WORKPLACE = "/tmp"  # the only folder that can be written; it is gone with the process
SYSTEM_FOLDERS = (
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/bin",
    "/etc/ld.so.cache",
    "/etc/alternatives",
)


class SandboxError(Exception):
    """The sandbox cannot be had here; the message says which step was refused."""


@dataclass(frozen=True)
class Limits:
    """What one student's process may use up, with all that it starts.

    Parameters
    ----------
    seconds
        Wall time for one cell, or for one exercise.
    memory
        Bytes.
    processes
        How many at once, threads counted.
    scratch
        Bytes that it may write, to memory; nothing of it reaches a disk.
    """

    seconds: float = 30.0
    memory: int = 1 << 30
    processes: int = 128
    scratch: int = 64 << 20

    @property
    def whole_seconds(self) -> float:
        """Wall time for a whole submission: one that hangs in every answer shall not hold up a class."""
        return 6 * self.seconds


def readable_folders() -> list[str]:
    """Return what Python and its packages need to be read, and nothing of the teacher's."""
    package = Path(__file__).resolve().parents[1]
    wanted = [*SYSTEM_FOLDERS, sys.base_prefix, sys.prefix, str(package)]
    there = [Path(path) for path in dict.fromkeys(wanted) if Path(path).exists()]
    return [str(path) for path in there if not any(other in path.parents for other in there)]


_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _call(name: str, *arguments: object) -> None:
    """Make a system call through the C library.

    Raises
    ------
    SandboxError
        If it is refused.
    """
    if getattr(_libc, name)(*arguments) == -1:
        reason = os.strerror(ctypes.get_errno())
        raise SandboxError(f"the system refuses {name}: {reason}")


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    try:
        _call(
            "mount", source.encode(), target.encode(), kind.encode(), flags, data.encode() or None
        )
    except SandboxError as error:
        raise SandboxError(f"{error} (at {target})") from None


def enter(readable: list[str], root: str, limits: Limits) -> None:
    """Shut this process in; what returns is a process of its own in there.

    Must be called by a process with a single thread, just forked. That process stays outside, waits,
    and ends as the one inside ends; between them stands the namespace's first process, which is
    trusted code: with it ends everything that a student's code started.

    Parameters
    ----------
    readable
        Files and folders to be seen inside, at the same paths, for reading alone.
    root
        An empty folder to build the view on; nothing is ever written into it.
    limits
        What may be used up.

    Raises
    ------
    SandboxError
        If a step is refused.
    """
    if _libc is None:
        raise SandboxError("it is made of Linux's namespaces, and this is another system")
    flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        _call("unshare", flags)
    else:
        _call("unshare", flags | CLONE_NEWUSER)
        _map_user(user, group)
    become = FIRST_USER + os.getpid() % USERS if user == 0 else None
    _die_with_parent()
    _stay_outside(os.fork())
    os.setsid()  # a signal to the process group would reach out of the namespace, to the grader
    _die_with_parent()
    _build_view(readable, root, limits)
    _drop_privileges(become)
    _call("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)  # no process inside may look into this one
    _be_first(os.fork())
    _call("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)
    _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    limit(limits)
    _refuse_calls()


def _refuse_calls() -> None:
    """Give up the system calls that a student's code has no use for."""
    filter_ = seccomp.program()
    if filter_ is not None:
        argument, kept = seccomp.as_argument(filter_)
        _call("prctl", PR_SET_SECCOMP, seccomp.SECCOMP_MODE_FILTER, argument, 0, 0)
        del kept


def _map_user(user: int, group: int) -> None:
    """Be root inside the namespace, who is nobody but this user outside of it."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")


def _die_with_parent() -> None:
    _call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _stay_outside(child: int) -> None:
    """In the parent: wait for the child and end as it does. In the child: go on."""
    if child:
        _, status = os.waitpid(child, 0)
        _end_as(status)


def _be_first(child: int) -> None:
    """In the parent, the namespace's first process: take what ends there, until the child does."""
    if (
        child
    ):  # the first process of a namespace hears no signal from within that it has no handler for
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    while child:
        ended, status = os.wait()
        if ended == child:
            _end_as(status)


def _end_as(status: int) -> NoReturn:
    code = os.waitstatus_to_exitcode(status)
    os._exit(128 - code if code < 0 else code)


def _build_view(readable: list[str], root: str, limits: Limits) -> None:
    """Make a file system of little more than `readable`, and stand in it."""
    _mount("none", "/", "", MS_REC | MS_PRIVATE)
    _mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755")
    _scratch(f"{root}{WORKPLACE}", limits.scratch)  # first: what is to be read may lie in there
    for path in readable:
        _bind(path, root + path)
    for device in DEVICES:
        _bind(f"/dev/{device}", f"{root}/dev/{device}", read_only=False)
    _scratch(f"{root}/dev/shm", limits.scratch)
    os.makedirs(f"{root}/proc")
    _mount("proc", f"{root}/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    os.chdir(root)
    _call("pivot_root", b".", b".")  # the old root lies under the new one then, and goes
    _call("umount2", b".", MNT_DETACH)
    os.chdir(WORKPLACE)
    _mount("none", "/", "", MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def _scratch(path: str, size: int) -> None:
    os.makedirs(path)
    _mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, f"size={size},mode=1777,nr_inodes=20000")


def _bind(source: str, target: str, *, read_only: bool = True) -> None:
    """Show `source` at `target`."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o444))
    _mount(source, target, "", MS_BIND | MS_REC)
    if read_only:
        _mount("none", target, "", MS_REMOUNT | MS_BIND | MS_RDONLY | _locked_flags(target))


def _locked_flags(path: str) -> int:
    """Return the flags of a mount that a namespace may not take away when it remounts."""
    # The values of ST_ and MS_ flags are the same but for relatime.
    flags = os.statvfs(path).f_flag
    kept = flags & (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME)
    return kept | (MS_RELATIME if flags & 4096 else 0)


def _drop_privileges(user: int | None) -> None:
    """Become `user`; without one, give up what root inside the namespace may do."""
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    else:
        header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
        _call("capset", header, (ctypes.c_uint32 * 6)())
    _die_with_parent()  # a change of user has taken this back


def limit(limits: Limits, *, used: float = 0.0, own_user: bool = True) -> None:
    """Bound what this process and each that it starts may use up, as far as the system can.

    Parameters
    ----------
    limits
        The bounds.
    used
        Seconds of processor time that are not the student's.
    own_user
        Whether all of this user's processes are the student's; others would be counted too.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    bounds = {
        "CPU": int(used + limits.whole_seconds) + 1,  # ends a loop that swallows every exception
        "DATA": limits.memory,
        "NPROC": limits.processes if own_user else None,
        "FSIZE": limits.scratch,
        "CORE": 0,
        "NOFILE": 256,
        "MSGQUEUE": 0,  # Linux alone has this one
    }
    for name, bound in bounds.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is not None and bound is not None:
            _set_limit(kind, bound)


def _set_limit(kind: int, bound: int) -> None:
    import resource

    # macOS refuses some: there they are only a help, since there is no sandbox either.
    refusal = () if sys.platform == "linux" else (ValueError, OSError)
    _, most = resource.getrlimit(kind)
    bound = bound if most == resource.RLIM_INFINITY else min(bound, most)
    with contextlib.suppress(*refusal):
        resource.setrlimit(kind, (bound, bound))
