"""Copying what came back to where only the grader reads it, one file at a time."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from lockstep.grade.collect import blackboard, gradescope
from lockstep.grade.collect.archives import archive_members
from lockstep.grade.collect.errors import CollectError
from lockstep.grade.collect.folders import file_member, folder_members
from lockstep.grade.collect.members import (
    ARCHIVE,
    NOTEBOOK,
    PROGRESS,
    Member,
    is_junk,
    parts_of,
    refusal_of,
    shown,
)
from lockstep.grade.collect.reading import ArchiveError, Limits, chunks
from lockstep.grade.collect.told import Told
from lockstep.grade.model import Unplaced
from lockstep.grade.notebook import LARGEST_FILE

MOST_MEMBERS = 100_000
# A class's archive may unpack to either of these, whichever is more.
MOST_BYTES = 2_000_000_000
MOST_TIMES = 20  # its own size
# A student's archive; so that nobody uses up what the whole class may.
ONE_STUDENT = Limits(members=5_000, total=5 * LARGEST_FILE)
STAMP = "timestamp.txt"  # nbgrader writes into it when a student handed in
LARGEST_STAMP = 200  # bytes
LARGEST_NOTE = 100_000


@dataclass(frozen=True)
class Found:
    """A notebook that came back, copied; whose it is and what is in it is not known yet.

    Parameters
    ----------
    parts
        The folders that it lay in and its name; an archive in an archive counts as a folder.
    source
        Where it came from, in a teacher's terms.
    times
        When it was handed in and, where it lay in an archive of the student's, last changed.
    path
        The copy.
    digest
        SHA-256 of the copy's bytes.
    trouble
        Why there is no copy, in sentences; empty where there is one.
    told
        What the school's system tells of it, where it came from one.
    """

    parts: tuple[str, ...]
    source: str
    times: tuple[datetime | None, ...]
    path: Path
    digest: str = ""
    trouble: str = ""
    told: Told | None = None


@dataclass
class _Budget:
    """How many bytes may still be copied; what is copied from an inner archive counts for both."""

    left: int
    outer: "_Budget | None" = None

    def allows(self, size: int) -> bool:
        return size <= self.left and (self.outer is None or self.outer.allows(size))

    def spend(self, size: int) -> None:
        self.left -= size
        if self.outer is not None:
            self.outer.spend(size)


@dataclass(frozen=True)
class _Inside:
    """What members lie in: how it is called, what it may unpack to, its place and its time."""

    label: str
    budget: _Budget
    parts: tuple[str, ...] = ()
    times: tuple[datetime | None, ...] = ()


@dataclass
class Intake:
    """Takes files in: the notebooks are copied, and of each other file is said why it is not.

    Parameters
    ----------
    scratch
        The folder for the copies.
    found
        The notebooks.
    progress
        Files called as the one is in which a lesson keeps what was answered to its questions.
    unplaced
        The other files.
    texts
        What text files hold that are called as a school's system or nbgrader calls its own, and where they
        came from.
    """

    scratch: Path
    found: list[Found] = field(default_factory=list)
    progress: list[Found] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    texts: dict[tuple[str, ...], tuple[str, str]] = field(default_factory=dict)
    _number: int = 0

    def take(self, submissions: Path) -> None:
        """Take in a folder, an archive or one notebook.

        Raises
        ------
        CollectError
            If it is none of these, or there is no room for the copies.
        """
        if not submissions.exists():
            sentence = "Name the folder or the archive with what was handed in."
            raise CollectError(f"There is no {submissions}. {sentence}")
        try:
            self.scratch.mkdir(parents=True, exist_ok=True)
            self._take(submissions)
        except OSError as error:
            sentence = f"The notebooks cannot be copied to {self.scratch}: {error.strerror}."
            raise CollectError(f"{sentence} Make room there, or name another folder.") from error

    def _take(self, submissions: Path) -> None:
        if submissions.is_dir():
            members = folder_members(submissions, left_out=self.scratch)
            self._take_all(members, _Inside("", _Budget(MOST_BYTES)))
        elif NOTEBOOK.search(submissions.name):
            self._take_all([file_member(submissions)], _Inside("", _Budget(MOST_BYTES)))
        else:
            self._take_archive(submissions)

    def _take_archive(self, path: Path) -> None:
        limits = Limits(MOST_MEMBERS, max(MOST_BYTES, MOST_TIMES * path.stat().st_size))
        inside = _Inside(f"{path.name}: ", _Budget(limits.total))
        try:
            self._take_all(archive_members(path, limits, self.scratch), inside)
        except ArchiveError as error:
            if not (self.found or self.unplaced):
                sentence = "Wanted is a folder, or a .zip or .tar archive"
                raise CollectError(
                    f"{path.name} {error}. {sentence}: download it again, or unpack it and name the folder."
                ) from None
            self._refuse(path.name, str(error))

    def _take_all(self, members: Iterable[Member], inside: _Inside) -> None:
        for member in members:
            parts = parts_of(member.name)
            if not is_junk(parts):
                self._take_member(member, parts, inside)

    def _take_member(self, member: Member, parts: tuple[str, ...], inside: _Inside) -> None:
        source = inside.label + shown("/".join(parts) or member.name)
        refusal = member.refusal or refusal_of(member.name)
        if refusal or not parts:
            self._refuse(source, refusal or "has no name")
        elif NOTEBOOK.search(parts[-1]):
            self._take_copy(member, parts, source, inside, self.found)
        elif PROGRESS.search(parts[-1]):
            self._take_copy(member, parts, source, inside, self.progress)
        elif not inside.parts and member.size <= _largest_text(parts[-1]):
            self._take_text(member, parts, source)
        elif not ARCHIVE.search(parts[-1]):
            self._refuse(source, "is no notebook (.ipynb)")
        elif inside.parts:
            self._refuse(source, "is an archive in a student's archive. Unpack the outer one")
        else:
            self._take_inner_archive(member, parts, source, inside)

    def _take_copy(
        self,
        member: Member,
        parts: tuple[str, ...],
        source: str,
        inside: _Inside,
        taken: list[Found],
    ) -> None:
        path = self._next_path(".ipynb")
        digest, trouble = self._copy(member, path, inside.budget)
        times = (*inside.times, member.time)
        taken.append(Found((*inside.parts, *parts), source, times, path, digest, trouble))

    def _take_text(self, member: Member, parts: tuple[str, ...], source: str) -> None:
        largest = _largest_text(parts[-1])
        content = b""
        try:
            for chunk in chunks(member.open):
                content += chunk
                if len(content) > largest:
                    raise ArchiveError("is larger than it says")
        except ArchiveError as error:
            self._refuse(source, str(error))
        else:
            self.texts[parts] = (source, content.decode("utf-8", "replace"))

    def _take_inner_archive(
        self, member: Member, parts: tuple[str, ...], source: str, outer: _Inside
    ) -> None:
        path = self._next_path(".archive")
        digest, trouble = self._copy(member, path, outer.budget)
        before = len(self.found)
        if not trouble:
            budget = _Budget(ONE_STUDENT.total, outer.budget)
            inside = _Inside(f"{source}: ", budget, parts, (member.time,))
            try:
                self._take_all(archive_members(path, ONE_STUDENT, self.scratch), inside)
            except ArchiveError as error:
                trouble = _again(error)
        path.unlink(missing_ok=True)
        if trouble:
            self.found.append(Found(parts, source, (member.time,), path, digest, trouble))
        elif len(self.found) == before:
            self._refuse(source, "is an archive without a notebook (.ipynb) in it")

    def _copy(self, member: Member, path: Path, budget: _Budget) -> tuple[str, str]:
        """Copy a member; return its digest, and why it could not be had."""
        if member.size > LARGEST_FILE:
            sizes = f"It has {member.size / 1e6:,.0f} MB; {LARGEST_FILE / 1e6:.0f} MB are the most."
            return "", f"{sizes} Clear the notebook's outputs, save it, and hand it in again."
        if not budget.allows(member.size):
            return "", "It was left out: with it the archive would unpack to more than it may."
        digest = hashlib.sha256()
        length = 0
        try:
            with path.open("wb") as target:
                for chunk in chunks(member.open):
                    length += len(chunk)
                    if length > LARGEST_FILE:
                        raise ArchiveError("is larger than it says")
                    digest.update(chunk)
                    target.write(chunk)
        except ArchiveError as error:
            path.unlink(missing_ok=True)
            return "", _again(error)
        finally:
            budget.spend(length)
        return digest.hexdigest(), ""

    def _next_path(self, ending: str) -> Path:
        self._number += 1
        return self.scratch / f"{self._number:05}{ending}"

    def _refuse(self, source: str, reason: str) -> None:
        self.unplaced.append(Unplaced(source, f"It {reason}."))


def _largest_text(name: str) -> int:
    """Return how many bytes are read of a text file that a system may have written; -1 of any other."""
    if name == STAMP:
        return LARGEST_STAMP
    if name == gradescope.METADATA:
        return LARGEST_FILE
    return LARGEST_NOTE if blackboard.is_note(name) else -1


def _again(error: ArchiveError) -> str:
    return f"It {error}. Hand in the notebook itself again."
