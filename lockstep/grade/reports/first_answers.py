"""What students answered first to the questions of a lesson, where they handed their progress in.

A progress file is a student's: it is read within limits, and whether an answer is right is judged here,
whatever the file says of it. A question that was reworded since has another version, and answers to
the old one do not count.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from lockstep.learn.questions import Question, QuestionError, load_questions
from lockstep.learn.questions.base import LETTERS
from lockstep.learn.questions.picks import Choice, Choices
from lockstep.lessons import lesson_names, lessons_folder

LARGEST_PROGRESS = 5_000_000  # bytes; a whole course takes a tenth of it
MOST_LINES = 50_000
FRAMEWORKS = ("pytorch", "keras", None)


@dataclass(frozen=True)
class Entry:
    """An answer to a question, as a progress file has it."""

    lesson: str
    framework: str | None
    name: str
    version: int
    answer: str


@dataclass(frozen=True)
class QuestionFigures:
    """How a question was answered the first time.

    Parameters
    ----------
    name, question
        Its name, and what it asks, in Markdown.
    answers, right
        How many answered it, and how many of them rightly at once.
    wrong
        The wrong answer that was given most often, in words, and how often; None where there is none.
    """

    name: str
    question: str
    answers: int
    right: int
    wrong: tuple[str, int] | None = None


Progress = dict[str, list[list[Entry]]]  # by lesson: for each student their answers, in order


def read_progress(files: Mapping[str, Path]) -> Progress:
    """Return what the students' progress files hold about questions, by lesson.

    Parameters
    ----------
    files
        From a student's key to the file.
    """
    progress: defaultdict[str, list[list[Entry]]] = defaultdict(list)
    for _, path in sorted(files.items()):
        theirs: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in _entries(path):
            theirs[entry.lesson].append(entry)
        for lesson, entries in theirs.items():
            progress[lesson].append(entries)
    return dict(progress)


def _entries(path: Path) -> Iterator[Entry]:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_PROGRESS)
    except OSError:
        return
    for line in islice(content.split(b"\n"), MOST_LINES):
        entry = _entry(line)
        if entry is not None:
            yield entry


def _entry(line: bytes) -> Entry | None:
    """Return what a line says about a question; None where it says nothing, or no sense."""
    try:
        kept = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(kept, dict) or kept.get("kind") != "checkpoint":
        return None
    lesson, name, answer = (kept.get(key) for key in ("lesson", "name", "answer"))
    if not (isinstance(lesson, str) and isinstance(name, str) and isinstance(answer, str)):
        return None
    framework, version = kept.get("framework"), kept.get("version")
    if framework not in FRAMEWORKS or not isinstance(version, int):
        return None
    return Entry(lesson, framework, name, version, answer)


def question_figures(lesson: str, progress: Progress) -> list[QuestionFigures]:
    """Return how the questions of a lesson were first answered, in the lesson's order.

    A student who did both notebooks counts once, with the earlier answer. Questions that nobody
    answered are left out.
    """
    theirs = progress.get(lesson, [])
    if not theirs or lesson not in lesson_names():
        return []
    questions = {framework: _questions(lesson, framework) for framework in FRAMEWORKS}
    firsts: defaultdict[str, list[tuple[bool, str]]] = defaultdict(list)
    for entries in theirs:
        for name, answered in _first(entries, questions).items():
            firsts[name].append(answered)
    asked = {name: one for each in questions.values() for name, one in each.items()}
    return [_figures(one, firsts[name]) for name, one in asked.items() if name in firsts]


def _questions(lesson: str, framework: str | None) -> dict[str, Question]:
    try:
        return load_questions(lessons_folder() / lesson / "lesson.md", framework)
    except (OSError, QuestionError):
        return {}


def _first(
    entries: list[Entry], questions: Mapping[str | None, dict[str, Question]]
) -> dict[str, tuple[bool, str]]:
    """Return a student's first answer to each question: whether it is right, and the answer in words."""
    first: dict[str, tuple[bool, str]] = {}
    for entry in entries:
        question = questions[entry.framework].get(entry.name)
        if question is None or entry.version != question.version or entry.name in first:
            continue
        verdict = question.judge(entry.answer)
        if verdict.understood:
            first[entry.name] = (verdict.right, _in_words(question, verdict.answer))
    return first


def _in_words(question: Question, answer: str) -> str:
    """Return an answer as a teacher reads it: an option by its text, and not by its letter."""
    if not isinstance(question, Choice | Choices):
        return answer
    letters = [letter for letter in answer if letter in LETTERS[: len(question.options)]]
    return " · ".join(question.options[LETTERS.index(letter)].text for letter in letters)


def _figures(question: Question, answered: list[tuple[bool, str]]) -> QuestionFigures:
    wrong: Counter[Any] = Counter(words for right, words in answered if not right)
    common = min(wrong.items(), key=lambda item: (-item[1], item[0])) if wrong else None
    right = sum(right for right, _ in answered)
    return QuestionFigures(question.name, question.question, len(answered), right, common)
