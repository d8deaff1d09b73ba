import ctypes
import mmap
import re
import sys
from pathlib import Path

import pytest

from lockstep.grade import huge_pages

MAPS = """\
55c769621000-55c76962a000 r--p 00000000 fe:00 1234 /usr/bin/python3.11
55c76a000000-55c76a400000 rw-p 00000000 00:00 0 [heap]
7f60f0000000-7f60f0800000 rw-p 00000000 00:00 0
7f60f1000000-7f60f1200000 rw-p 00000000 fe:00 99 /a folder/libtorch_cpu.so
7f60f2000000-7f60f2200000 ---p 00000000 00:00 0
7ffc753a3000-7ffc753c4000 rw-p 00000000 00:00 0 [stack]
"""


def test_own_memory_is_the_heap_and_what_no_file_backs():
    found = [(hex(start), hex(end)) for start, end in huge_pages.own_memory(MAPS)]
    assert found == [("0x55c76a000000", "0x55c76a400000"), ("0x7f60f0000000", "0x7f60f0800000")]


def _kilobytes_in_huge_pages():
    text = Path("/proc/self/smaps_rollup").read_text()
    return int(re.search(r"AnonHugePages:\s+(\d+)", text)[1])


def _can_collapse():
    """Return whether this system gathers pages when it is asked to (Linux 6.1 and later, unless switched off)."""
    size = 2 * huge_pages.HUGE
    block = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    block.write(b"x" * size)
    address = ctypes.addressof(ctypes.c_char.from_buffer(block))
    aligned = -(-address // huge_pages.HUGE) * huge_pages.HUGE
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return libc.madvise(aligned, huge_pages.HUGE, huge_pages.MADV_COLLAPSE) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="madvise(2) is Linux's")
def test_memory_is_gathered_and_keeps_what_is_in_it():
    if not _can_collapse():
        pytest.skip("this system's kernel gathers no pages (before 6.1, or switched off)")
    size = 16 * huge_pages.HUGE
    block = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    text = bytes(range(256)) * (size // 256)
    block.write(text)
    before = _kilobytes_in_huge_pages()
    huge_pages.gather()
    assert _kilobytes_in_huge_pages() >= before + (15 * huge_pages.HUGE >> 10)
    assert block[:] == text
