"""An archive that anybody may have made costs its maker's file at most, and never anybody else's."""

import gzip
import io
import os
import stat
import struct
import sys
import tarfile
import tracemalloc
import zipfile

import pytest

from lockstep.grade.collect import CollectError, archives, folders, intake
from lockstep.grade.collect.reading import Limits
from lockstep.grade.notebook import LARGEST_FILE
from tests.grade.hand_ins import PYTORCH, folder, packed, placed, reasons, tarred, took, zipped

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such files")
HW = packed()
CLASS = {f"s{number:02}/hw.ipynb": HW for number in range(30)}
LINK = "It is a link, and links are not followed."
DAMAGED = "It is damaged. Hand in the notebook itself again."


def outside(tmp_path):
    """Return everything outside the folder for the copies, so that nothing is written there unseen."""
    return sorted(path for path in tmp_path.rglob("*") if "scratch" not in path.parts)


def took_with_class(tmp_path, extra, kind="zip"):
    """Collect an archive of the class and something else, and see that the class is untouched."""
    path = tmp_path / "class.archive"
    if kind == "zip":
        path.write_bytes(zipped([*CLASS.items(), *extra]))
    else:
        members = [(tarfile.TarInfo(name), content) for name, content in CLASS.items()]
        path.write_bytes(tarred([*members, *extra]))
    before = outside(tmp_path)
    collected = took(path)
    assert outside(tmp_path) == before
    assert all((f"s{number:02}", PYTORCH) in placed(collected) for number in range(30))
    return collected


def told(collected):
    """Return the reasons without the archive's name."""
    return {name.partition(": ")[2]: reason for name, reason in reasons(collected).items()}


def unreadable(collected):
    return {one.student.key: one.reason for one in collected.unreadable}


# Names


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/cron.d/x.ipynb", "It has an absolute path for a name."),
        ("C:\\Windows\\x.ipynb", "It has an absolute path for a name."),
        ("\\\\server\\x.ipynb", "It has an absolute path for a name."),
        ("../../x.ipynb", "It has a path with `..` for a name."),
        ("s01/../../x.ipynb", "It has a path with `..` for a name."),
        ("s01\\..\\x.ipynb", "It has a path with `..` for a name."),
    ],
)
def test_a_name_that_leads_elsewhere_is_listed_and_leads_nowhere(tmp_path, kind, name, reason):
    member = zipfile.ZipInfo(name) if kind == "zip" else tarfile.TarInfo(name)
    collected = took_with_class(tmp_path, [(member, HW)], kind)
    assert list(told(collected).values()) == [reason]
    assert len(collected.submissions) == 30


def test_a_null_byte_in_a_name_is_listed(tmp_path):
    collected = took_with_class(tmp_path, [("zoe/aXb.ipynb", HW)])
    path = tmp_path / "class.archive"
    path.write_bytes(path.read_bytes().replace(b"zoe/aXb.ipynb", b"zoe/a\0b.ipynb"))
    collected = took(path)
    assert told(collected) == {"zoe/a\\x00b.ipynb": "It has a name with a null byte in it."}
    assert len(collected.submissions) == 30


@pytest.mark.parametrize(
    "name", ["x" * 3000, "CON", "a:b", "a*?b", "dots...", "a\x1b[31mb", "\u202egnp"]
)
def test_a_name_that_no_file_could_have_is_a_student_like_any_other(tmp_path, name):
    collected = took_with_class(tmp_path, [(f"{name}/hw.ipynb", HW)])
    assert (name, PYTORCH) in placed(collected)
    assert all(one.source.isprintable() and len(one.source) < 300 for one in collected.submissions)


def test_umlauts_are_read_in_the_encodings_that_archives_have(tmp_path):
    def named(raw: bytes) -> bytes:
        # `zipfile` writes ASCII or UTF-8 with its flag: so the bytes are put in afterwards.
        return zipped({"M__ller/a.ipynb": HW}).replace(b"M__ller", raw)

    for raw in (b"M\xc3\xbcller", b"M\x81_ller"):  # UTF-8 without the flag, code page 437
        (tmp_path / "class.zip").write_bytes(named(raw))
        assert placed(took(tmp_path / "class.zip"))[0][0].replace("_", "") == "Müller"
    info = tarfile.TarInfo("M\udcfcller/a.ipynb")  # Latin-1
    (tmp_path / "class.tar").write_bytes(tarred([(info, HW)]))
    assert placed(took(tmp_path / "class.tar")) == [("Müller", PYTORCH)]


@LINUX
def test_a_file_name_that_is_no_utf_8_is_read_all_the_same(tmp_path):
    root = folder(tmp_path / "class", {"a.ipynb": HW})
    os.rename(os.fsencode(root / "a.ipynb"), os.fsencode(root) + b"/M\xfcller.ipynb")
    assert placed(took(root)) == [("Müller", PYTORCH)]


# Links and devices


@LINUX
def test_links_in_a_folder_are_listed_and_not_followed(tmp_path):
    secret = folder(tmp_path / "secret", {"bob/hw.ipynb": HW})
    root = folder(tmp_path / "class", {"anna/hw.ipynb": HW})
    (root / "anna" / "link.ipynb").symlink_to(secret / "bob" / "hw.ipynb")
    (root / "bob").symlink_to(secret / "bob")
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "anna" / "pipe.ipynb")
    collected = took(root)
    assert placed(collected) == [("anna", PYTORCH)]
    assert reasons(collected) == {
        "anna/link.ipynb": LINK,
        "anna/pipe.ipynb": "It is no ordinary file.",
        "bob": LINK,
        "loop": LINK,
    }


@LINUX
def test_a_file_that_becomes_a_link_after_it_was_seen_is_not_followed(tmp_path):
    path = folder(tmp_path / "class", {"anna.ipynb": HW}) / "anna.ipynb"
    member = folders.file_member(path)
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic links"):
        member.open()


@pytest.mark.parametrize("target", ["../s01/hw.ipynb", "/etc/passwd"])
def test_links_and_devices_in_a_tar_are_listed(tmp_path, target):
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE)
    extra = []
    for name, kind in zip(("soft", "hard", "pipe", "tty"), kinds, strict=True):
        info = tarfile.TarInfo(f"zoe/{name}.ipynb")
        info.type, info.linkname = kind, target
        extra.append((info, b""))
    collected = took_with_class(tmp_path, extra, "tar")
    assert told(collected) == {
        "zoe/soft.ipynb": LINK,
        "zoe/hard.ipynb": LINK,
        "zoe/pipe.ipynb": "It is no ordinary file.",
        "zoe/tty.ipynb": "It is no ordinary file.",
    }


def test_a_link_in_a_zip_is_listed(tmp_path):
    info = zipfile.ZipInfo("zoe/hw.ipynb")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    assert told(took_with_class(tmp_path, [(info, b"/etc/passwd")])) == {"zoe/hw.ipynb": LINK}


# Bombs


def test_a_member_that_unpacks_to_too_much_costs_its_student_alone(tmp_path):
    bomb = zipfile.ZipInfo("zoe/hw.ipynb")
    bomb.compress_type = zipfile.ZIP_DEFLATED
    collected = took_with_class(tmp_path, [(bomb, b"[" * (LARGEST_FILE + 1))])
    assert unreadable(collected) == {
        "zoe": "It has 20 MB; 20 MB are the most. Clear the notebook's outputs, save it, and hand it in again."
    }


def test_a_zip_that_understates_its_sizes_gives_no_more_than_it_says(tmp_path):
    content = zipped({"zoe/hw.ipynb": b" " * 1_000_000, "anna/hw.ipynb": HW})
    said = struct.pack("<L", 1_000_000)
    (tmp_path / "class.zip").write_bytes(content.replace(said, struct.pack("<L", 10)))
    collected = took(tmp_path / "class.zip")
    assert placed(collected) == [("anna", PYTORCH)]
    assert unreadable(collected) == {"zoe": DAMAGED}


def test_what_would_unpack_to_more_than_the_class_may_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "MOST_BYTES", 10 * len(HW))
    monkeypatch.setattr(intake, "MOST_TIMES", 0)
    (tmp_path / "class.zip").write_bytes(zipped(CLASS))
    collected = took(tmp_path / "class.zip")
    assert len(collected.submissions) == 10
    assert set(unreadable(collected).values()) == {
        "It was left out: with it the archive would unpack to more than it may."
    }


def test_a_students_archive_may_take_only_a_students_share(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "ONE_STUDENT", Limits(members=5, total=3 * len(HW)))
    many = {f"{number}.ipynb": HW for number in range(9)}
    files = {"zoe/hw.zip": zipped(many), "anna/a.ipynb": HW, "bob/b.tgz": tarred(many, "gz")}
    collected = took(folder(tmp_path / "class", files))
    assert placed(collected)[0] == ("anna", PYTORCH)
    assert len(list((tmp_path / "scratch").iterdir())) == len(collected.submissions)
    reasons_why = [one.reason for one in collected.unreadable if one.student.key == "zoe"]
    assert reasons_why == [
        "It was left out: with it the archive would unpack to more than it may.",
        "It was left out: with it the archive would unpack to more than it may.",
        "It holds more than 5 files; the others were left out. Hand in the notebook itself again.",
    ]
    why = [one.reason for one in collected.unreadable if one.student.key == "bob"][-1]
    assert why.startswith("It unpacks to more than 0 MB; what comes after was left out.")


def test_a_compressed_tar_is_unpacked_no_further_than_it_may_be(tmp_path, monkeypatch):
    bomb = gzip.compress(tarred({"hw.ipynb": HW}) + b"\0" * 50_000_000)
    monkeypatch.setattr(intake, "ONE_STUDENT", Limits(members=5, total=1_000_000))
    written = []

    def measuring(path, problem):
        written.append(path.stat().st_size)
        return iter(())

    monkeypatch.setattr(archives, "tar_members", measuring)
    took(folder(tmp_path / "class", {"zoe/hw.tgz": bomb}))
    assert written == [pytest.approx(1_000_000, rel=0.1)]


def test_a_list_of_a_million_members_is_refused_before_it_is_read(tmp_path):
    packed_in = io.BytesIO()
    with zipfile.ZipFile(packed_in, "w") as archive:
        archive.writestr("hw.ipynb", HW)
    content = packed_in.getvalue()
    end = content.rindex(b"PK\5\6")
    huge = content[: end + 12] + struct.pack("<L", 0x7FFFFFFF) + content[end + 16 :]
    collected = took(folder(tmp_path / "class", {"zoe/hw.zip": huge, "anna/a.ipynb": HW}))
    assert placed(collected) == [("anna", PYTORCH)]
    assert unreadable(collected)["zoe"].startswith("It holds more than 5,000 files.")


def test_a_header_that_says_it_has_gigabytes_is_not_believed(tmp_path, monkeypatch):
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 8_000_000_000
    hostile = header.tobuf(tarfile.GNU_FORMAT) + b"\0" * 200_000_000
    files = {"zoe/hw.tgz": gzip.compress(hostile, 1), "anna/a.ipynb": HW}
    monkeypatch.setattr(intake, "ONE_STUDENT", Limits(members=5, total=1_000_000_000))
    tracemalloc.start()
    collected = took(folder(tmp_path / "class", files))
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()
    assert ("anna", PYTORCH) in placed(collected)
    assert unreadable(collected) == {"zoe": DAMAGED}


@pytest.mark.parametrize("size", [-512, -1024, -(1 << 40)])
def test_a_member_of_negative_size_does_not_go_round_for_ever(tmp_path, size):
    info = tarfile.TarInfo("a.ipynb")
    info.size = size
    content = tarfile.TarInfo("0.txt").tobuf() + info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 10240
    files = {"zoe/hw.tar": content, "anna/a.ipynb": HW}
    collected = took(folder(tmp_path / "class", files))
    assert placed(collected) == [("anna", PYTORCH)]
    assert 0 < len(collected.unreadable) < 5
    assert unreadable(collected).keys() == {"zoe"}


# Broken ones


def test_one_member_with_a_wrong_checksum_among_thirty_costs_itself(tmp_path):
    content = bytearray(zipped([*CLASS.items(), (zipfile.ZipInfo("zoe/hw.ipynb"), b"A" * 999)]))
    content[content.index(b"A" * 999)] ^= 1
    (tmp_path / "class.zip").write_bytes(content)
    collected = took(tmp_path / "class.zip")
    assert len(collected.submissions) == 30
    assert unreadable(collected) == {"zoe": DAMAGED}


def test_a_protected_member_is_told(tmp_path):
    content = bytearray(zipped([*CLASS.items(), ("zoe/hw.ipynb", HW)]))
    for sign, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.rindex(sign) + offset] |= 1
    (tmp_path / "class.zip").write_bytes(content)
    collected = took(tmp_path / "class.zip")
    assert len(collected.submissions) == 30
    assert unreadable(collected) == {
        "zoe": "It is protected with a password. Hand in the notebook itself again."
    }


def test_an_unknown_compression_is_told(tmp_path):
    content = bytearray(zipped([*CLASS.items(), ("zoe/hw.ipynb", HW)]))
    for sign, offset in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        content[content.rindex(sign) + offset] = 97
    (tmp_path / "class.zip").write_bytes(content)
    collected = took(tmp_path / "class.zip")
    assert len(collected.submissions) == 30
    assert "compressed in a way that cannot be read" in unreadable(collected)["zoe"]


@pytest.mark.parametrize("kind", ["", "gz"])
def test_of_an_archive_that_breaks_off_the_beginning_is_kept_and_the_rest_is_told(tmp_path, kind):
    plain = tarred(CLASS)
    cut = plain[: len(plain) // 2]
    (tmp_path / "class.tar").write_bytes(gzip.compress(cut) if kind else cut)
    collected = took(tmp_path / "class.tar")
    assert 10 < len(collected.submissions) < 20
    assert "class.tar" in reasons(collected) or collected.unreadable


def test_a_broken_header_in_a_tar_does_not_end_it_in_silence(tmp_path):
    content = bytearray(tarred(CLASS))
    content[content.index(b"s20/hw.ipynb") + 150] ^= 1  # in its checksum
    (tmp_path / "class.tar").write_bytes(content)
    collected = took(tmp_path / "class.tar")
    assert len(collected.submissions) == 20
    assert reasons(collected) == {"class.tar": "It is damaged; what comes after was left out."}


def test_a_tar_that_ends_with_a_students_zip_is_a_tar(tmp_path):
    files = {**CLASS, "zoe/hw.zip": zipped({"a.ipynb": HW})}
    (tmp_path / "class.tar").write_bytes(tarred(files))
    assert len(took(tmp_path / "class.tar").submissions) == 31


def test_a_folder_that_may_not_be_opened_is_told(tmp_path, monkeypatch):
    root = folder(tmp_path / "class", {"anna/a.ipynb": HW, "bob/b.ipynb": HW})
    scandir = os.scandir

    def refusing(path):
        if str(path).endswith("bob"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    collected = took(root)
    assert placed(collected) == [("anna", PYTORCH)]
    assert reasons(collected) == {
        "bob": "It is a folder that cannot be opened (Permission denied)."
    }


@LINUX
@pytest.mark.parametrize("full", ["00001.ipynb", "class.tar.gz.tar"])
def test_a_full_disk_is_no_fault_of_a_student(tmp_path, full):
    path = tmp_path / "class.tar.gz"
    path.write_bytes(tarred({"anna/a.ipynb": HW}, "gz"))
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / full).symlink_to("/dev/full")
    with pytest.raises(CollectError, match=r"No space left on device\. Make room there"):
        took(path)


def test_a_file_that_grows_while_it_is_read_is_not_read_for_ever(tmp_path, monkeypatch):
    root = folder(tmp_path / "class", {"anna.ipynb": HW})
    monkeypatch.setattr(folders, "_open", lambda path: io.BytesIO(b"x" * (LARGEST_FILE + 1)))
    assert unreadable(took(root)) == {
        "anna": "It is larger than it says. Hand in the notebook itself again."
    }


def test_many_large_notebooks_need_no_more_memory_than_a_few(tmp_path):
    large = packed(mark="x" * 1_000_000)
    peaks = []
    for count in (5, 40):
        files = {f"s{number}/a.ipynb": large for number in range(count)}
        root = folder(tmp_path / str(count) / "class", files)
        tracemalloc.start()
        assert len(took(root).submissions) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 1_000_000
