"""System calls that a student's process has no use for, refused by the kernel.

Namespaces and limits leave gaps that these close: memory that belongs to no process (`memfd_create`,
System V's shared memory and queues), a namespace of the student's own, in which a file system
without our limits could be mounted, and looking into other processes.

Sources: seccomp(2), linux/filter.h, linux/audit.h, and asm/unistd.h of both machines.
"""

import ctypes
import errno
import platform
import struct
from dataclasses import dataclass

SECCOMP_MODE_FILTER = 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050000  # the latter with an error number in its lower half
LOAD, JUMP_IF_EQUAL, JUMP_IF_ANY, JUMP_IF_NOT_BELOW, RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
NUMBER, MACHINE, FIRST_ARGUMENT = 0, 4, 16  # where they stand in what the filter is shown
NEW_NAMESPACES = 0x7E020080  # of every kind, as flags of clone
X32 = 0x40000000  # the same calls once more, under other numbers


@dataclass(frozen=True)
class _Machine:
    """A processor's number for audits, and its system calls' numbers."""

    audit: int
    clone: int
    refused: tuple[int, ...]


CLONE3 = 435
# io_uring_setup, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, pidfd_getfd, mount_setattr,
# memfd_secret: newer calls have one number everywhere.
REFUSED_EVERYWHERE = (425, 428, 429, 430, 431, 432, 433, 438, 442, 447)
# memfd_create, shmget, msgget, semget, unshare, setns, mount, umount2, pivot_root, chroot, ptrace,
# process_vm_readv, process_vm_writev, bpf, perf_event_open, userfaultfd, add_key, request_key, keyctl
MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        56,
        (319, 29, 68, 64, 272, 308, 165, 166, 155, 161, 101, 310, 311, 321, 298, 323, 248, 249, 250),
    ),
    "aarch64": _Machine(
        0xC00000B7,
        220,
        (279, 194, 186, 190, 97, 268, 40, 39, 41, 51, 117, 270, 271, 280, 241, 282, 217, 218, 219),
    ),
}  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def program() -> bytes | None:
    """Return the filter for this machine; None where its numbers are not known here."""
    machine = MACHINES.get(platform.machine())
    if machine is None:
        return None
    refuse = _instruction(RETURN, REFUSE | errno.EPERM)
    # glibc takes ENOSYS for "use clone", whose flags can be looked at; those of clone3 cannot.
    lines = [
        _instruction(LOAD, MACHINE),
        _instruction(JUMP_IF_EQUAL, machine.audit, 1, 0),
        refuse,
        _instruction(LOAD, NUMBER),
        _instruction(JUMP_IF_NOT_BELOW, X32, 0, 1),
        refuse,
        _instruction(JUMP_IF_EQUAL, CLONE3, 0, 1),
        _instruction(RETURN, REFUSE | errno.ENOSYS),
    ]
    for number in (*machine.refused, *REFUSED_EVERYWHERE):
        lines += [_instruction(JUMP_IF_EQUAL, number, 0, 1), refuse]
    lines += [
        _instruction(JUMP_IF_EQUAL, machine.clone, 0, 3),
        _instruction(LOAD, FIRST_ARGUMENT),
        _instruction(JUMP_IF_ANY, NEW_NAMESPACES, 0, 1),
        refuse,
        _instruction(RETURN, ALLOW),
    ]
    return b"".join(lines)


def as_argument(filter_: bytes) -> tuple[object, object]:
    """Return the filter as prctl takes it, and what must be kept until it has."""
    kept = ctypes.create_string_buffer(filter_, len(filter_))
    length = len(filter_) // 8
    return ctypes.byref(_Program(length, ctypes.addressof(kept))), kept


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
