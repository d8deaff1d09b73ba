"""A learner's progress as a short code, for a machine that forgets: written down, and taken back.

For each notebook with something done, the code holds a bit for each of its questions and exercises, and
a fingerprint of their list, so that bits are never taken for what has changed since.
"""

import base64
import binascii
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from lockstep.learn import exercises, journal
from lockstep.learn.checkpoints import lesson_questions
from lockstep.learn.done import right_questions, solved_exercises
from lockstep.learn.errors import CourseError
from lockstep.learn.front_matter import front_matter
from lockstep.learn.session import FRAMEWORK_TITLES
from lockstep.lessons import lesson_names, lessons_folder

FORMAT = 1
CHECKSUM_BYTES = 4


@dataclass(frozen=True)
class Page:
    """One notebook's part of the code.

    Parameters
    ----------
    lesson, framework
        The notebook.
    questions
        Its questions' names, each with its version, in a fixed order.
    exercises
        Its exercises' names, each with its points, in a fixed order.
    """

    lesson: str
    framework: str | None
    questions: tuple[tuple[str, int], ...]
    exercises: tuple[tuple[str, int], ...]

    @property
    def key(self) -> int:
        """The lesson's number and the framework in one byte."""
        return 2 * int(self.lesson[:2]) + (self.framework == "keras")

    @property
    def fingerprint(self) -> bytes:
        """Two bytes that change with the list of what can be done."""
        names = [name for name, _ in self.exercises]
        return (zlib.crc32(repr((self.questions, names)).encode()) & 0xFFFF).to_bytes(2)

    @property
    def title(self) -> str:
        """What the notebook is called in a sentence."""
        inside = f" in {FRAMEWORK_TITLES[self.framework]}" if self.framework else ""
        return f"lesson {self.lesson[:2]}{inside}"


def pages() -> list[Page]:
    """Return the notebooks of the course in their order."""
    return [
        _page(lesson, framework)
        for lesson in lesson_names()
        for framework in front_matter(lessons_folder() / lesson / "lesson.md").get("frameworks")
        or [None]
    ]


def _page(lesson: str, framework: str | None) -> Page:
    folder = lessons_folder() / lesson
    questions = lesson_questions(folder, framework)
    all_exercises = exercises.load_exercises(folder)
    return Page(
        lesson,
        framework,
        tuple(sorted((name, question.version) for name, question in questions.items())),
        tuple(sorted((name, exercise.points) for name, exercise in all_exercises.items())),
    )


def progress_code(entries: Iterable[journal.Entry]) -> str:
    """Return the code for what is done; empty where nothing is."""
    entries = list(entries)
    body = b"".join(_written(page, entries) for page in pages())
    if not body:
        return ""
    content = bytes([FORMAT]) + body
    content += zlib.crc32(content).to_bytes(CHECKSUM_BYTES)
    return base64.b32encode(content).decode().rstrip("=")


def _written(page: Page, entries: list[journal.Entry]) -> bytes:
    right = right_questions(page.lesson, page.framework, entries)
    solved = solved_exercises(page.lesson, page.framework, entries)
    if not right and not solved:
        return b""
    done = [name in right for name, _ in page.questions]
    done += [name in solved for name, _ in page.exercises]
    mask = sum(bit << place for place, bit in enumerate(done))
    bits = mask.to_bytes((len(done) + 7) // 8)
    return bytes([page.key]) + page.fingerprint + bytes([len(bits)]) + bits


def take_back(code: str) -> str:
    """Add what a code holds to the learner's progress, and return a sentence or two about it.

    Raises
    ------
    CourseError
        If it is no code, or not a whole one.
    """
    known = {page.key: page for page in pages()}
    entries = journal.read()
    answered = solved = 0
    changed: list[str] = []
    for key, fingerprint, bits in _parts(code):
        page = known.get(key)
        if page is None or page.fingerprint != fingerprint:
            changed.append(page.title if page else f"lesson {key // 2:02}")
            continue
        answered += _remember_questions(page, bits, entries)
        solved += _remember_exercises(page, bits >> len(page.questions), entries)
    told = (
        f"Taken over: {_count(answered, 'question')} and {_count(solved, 'exercise')}. "
        "The picture counts them; the questions themselves begin empty."
    )
    if changed:
        told += (
            f"\nNot taken over: {', '.join(changed)}. The questions or exercises there have changed "
            "since the code was made, or are not in this edition of the course."
        )
    return told


def _parts(code: str) -> list[tuple[int, bytes, int]]:
    """Return each notebook's key, fingerprint and bits."""
    content = _content(code)
    parts = []
    place = 1
    while place < len(content):
        end = place + 4 + content[place + 3]
        bits = int.from_bytes(content[place + 4 : end])
        parts.append((content[place], content[place + 1 : place + 3], bits))
        place = end
    return parts


def _content(code: object) -> bytes:
    """Return what a code holds, without its checksum."""
    text = "".join(code.split()).upper() if isinstance(code, str) else ""
    try:
        content = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        content = b""
    body, checksum = content[:-CHECKSUM_BYTES], content[-CHECKSUM_BYTES:]
    if not body or zlib.crc32(body).to_bytes(CHECKSUM_BYTES) != checksum or body[0] != FORMAT:
        raise CourseError(
            "This is no code of `progress()`, or a part of it is missing. Copy the whole line that "
            "`progress()` showed, and paste it again."
        )
    return body


def _remember_questions(page: Page, bits: int, entries: list[journal.Entry]) -> int:
    """Remember the questions whose bits are set, but for those that are; return how many were new."""
    known = right_questions(page.lesson, page.framework, entries)
    new = [one for one in _chosen(page.questions, bits) if one[0] not in known]
    for name, version in new:
        journal.write("checkpoint", page.lesson, page.framework, name, version=version, right=True)
    return len(new)


def _remember_exercises(page: Page, bits: int, entries: list[journal.Entry]) -> int:
    """Remember the exercises whose bits are set, but for those that are; return how many were new."""
    known = solved_exercises(page.lesson, page.framework, entries)
    new = [one for one in _chosen(page.exercises, bits) if one[0] not in known]
    for name, points in new:
        journal.write("check", page.lesson, page.framework, name, state="right", points=points)
    return len(new)


def _chosen(names: tuple[tuple[str, int], ...], bits: int) -> list[tuple[str, int]]:
    return [one for place, one in enumerate(names) if bits >> place & 1]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
