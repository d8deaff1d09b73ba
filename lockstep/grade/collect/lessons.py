"""Which exercise notebook a student's file is."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lockstep.grade.collect.errors import CollectError
from lockstep.grade.collect.evidence import Evidence, gather
from lockstep.grade.notebook import StudentNotebook, UnreadableError, read_notebook

# A call of `start` weighs as much as three marker lines: two exercises pasted in from another lesson
# do not outweigh it, a set-up cell pasted in from another does not outweigh the answers.
WEIGHT_OF_START = 3
ENOUGH_DEFINED = 2  # functions; one that is called `accuracy` proves nothing


SEPARATORS = " _-.,"
COPY_MARK = re.compile(r"\((\d{1,4})\)$")


@dataclass(frozen=True)
class KnownNotebook:
    """An exercise notebook as it was handed out, and what it is recognised by."""

    lesson: str
    framework: str | None
    evidence: Evidence

    @property
    def name(self) -> str:
        """The notebook's name, such as "04_simple_net_pytorch"."""
        return f"{self.lesson}_{self.framework}" if self.framework else self.lesson

    @property
    def exercises(self) -> frozenset[str]:
        """The names of its exercises."""
        return self.evidence.answers


Score = Callable[[KnownNotebook], int]  # how much speaks for it


@dataclass(frozen=True)
class Course:
    """The exercise notebooks that were handed out."""

    notebooks: tuple[KnownNotebook, ...]

    @property
    def lessons(self) -> list[str]:
        """The names of the lessons, each once."""
        return list(dict.fromkeys(known.lesson for known in self.notebooks))

    def without_names(self, text: str) -> str:
        """Return a file's or folder's name without the notebook's name in it; the text if that is all."""
        if not self._names.search(text):
            return text
        pieces = (piece.strip(SEPARATORS) for piece in self._names.split(text))
        rest = " ".join(filter(None, pieces))
        return rest if re.search(r"[^\W_]", without_copy_mark(rest)) else text

    def is_name(self, text: str) -> bool:
        """Return whether a text is a lesson's or notebook's name and nothing else."""
        return self._names.fullmatch(text.strip()) is not None

    def named_in(self, text: str) -> list[KnownNotebook]:
        """Return the notebooks that a file's name can mean."""
        found = {_plain(match.group()) for match in self._names.finditer(text)}
        exact = [known for known in self.notebooks if _plain(known.name) in found]
        return exact or [known for known in self.notebooks if _plain(known.lesson) in found]

    @cached_property
    def _names(self) -> re.Pattern[str]:
        names = {known.name for known in self.notebooks} | set(self.lessons)
        longest_first = sorted(names, key=len, reverse=True)
        alternatives = "|".join(
            r"[\W_]*".join(map(re.escape, re.findall(r"[^\W_]+", name))) for name in longest_first
        )
        return re.compile(rf"(?<![^\W_])(?:{alternatives})(?![^\W_])", re.IGNORECASE)


def without_copy_mark(text: str) -> str:
    """Return a name without the "(2)" that browsers put behind a second download."""
    return COPY_MARK.sub("", text.rstrip()).rstrip()


def copy_number(text: str) -> int:
    """Return the 2 of "(2)" behind a name; 0 where there is none."""
    found = COPY_MARK.search(text.rstrip())
    return int(found.group(1)) if found else 0


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def read_course(folder: Path) -> Course:
    """Return the course whose exercise notebooks lie in `folder`.

    Raises
    ------
    CollectError
        If there is none.
    """
    notebooks = []
    for path in sorted(folder.glob("*.ipynb")):
        try:
            notebook = read_notebook(path)
        except UnreadableError as error:
            raise CollectError(f"{path}: {error} Run `lockstep build`.") from None
        evidence = gather(notebook)
        if evidence.role == "exercises":
            notebooks.append(KnownNotebook(evidence.lesson, evidence.framework or None, evidence))
    if not notebooks:
        raise CollectError(f"There are no exercise notebooks in {folder}. Run `lockstep build`.")
    return Course(tuple(notebooks))


class UnknownNotebookError(Exception):
    """A notebook that is none of the course's exercises, or may be several; the message says which."""


def recognise(notebook: StudentNotebook, file_name: str, course: Course) -> KnownNotebook:
    """Return which exercise notebook a student's file is.

    What it holds goes before what its file is called, and what the student wrote in it before what
    a tool may have lost or kept from another notebook.

    Raises
    ------
    UnknownNotebookError
        If it is none, or may be several.
    """
    seen = gather(notebook)
    if not seen.names_exercises and (seen.role == "notebooks" or seen.asks):
        raise UnknownNotebookError(_about_lesson(seen, course))
    scores = _lesson_scores(seen)
    if not any(score(known) for score in scores for known in course.notebooks):
        raise UnknownNotebookError(
            "It is no exercise notebook of the course: no cell in it begins with "
            "`# lockstep: answer` and an exercise's name."
        )
    named = course.named_in(file_name)
    lessons = {known.lesson for known in named}
    best = _narrowed(course.notebooks, [*scores, lambda known: known.lesson in lessons])
    names = sorted({known.lesson for known in best})
    if len(names) == 1:
        twins = [known for known in course.notebooks if known.lesson == names[0]]
        best = _narrowed(twins, [*_framework_scores(seen, twins), lambda known: known in named])
        names = [known.name for known in best]
    if len(names) > 1:
        sentence = f"It can be {' or '.join(names)}."
        raise UnknownNotebookError(f"{sentence} Put the right name into the file's name.")
    return best[0]


def _lesson_scores(seen: Evidence) -> list[Score]:
    """Return what tells the lessons apart, the weightiest first."""
    started = {lesson for lesson, _ in seen.starts}

    def said(known: KnownNotebook) -> int:
        marked = len(known.exercises & seen.answers) + len(known.exercises & seen.checks)
        return marked + WEIGHT_OF_START * (started == {known.lesson})

    def defined(known: KnownNotebook) -> int:
        found = len(known.exercises & seen.defined)
        return found if found >= min(ENOUGH_DEFINED, len(known.exercises)) else 0

    return [
        said,
        lambda known: len(known.evidence.ids & seen.ids),
        lambda known: known.lesson == seen.lesson,
        defined,
    ]


def _framework_scores(seen: Evidence, twins: list[KnownNotebook]) -> list[Score]:
    """Return what tells the notebooks of one lesson apart, the weightiest first."""
    started = {framework for lesson, framework in seen.starts if lesson == twins[0].lesson}

    def own(known: KnownNotebook, part: Callable[[Evidence], frozenset[str]]) -> frozenset[str]:
        """Return what stands in this notebook and in no twin of it."""
        others = [part(twin.evidence) for twin in twins if twin is not known]
        return part(known.evidence).difference(*others)

    return [
        lambda known: started == {known.framework},
        lambda known: (known.lesson, known.framework) == (seen.lesson, seen.framework),
        lambda known: len(own(known, lambda evidence: evidence.modules) & seen.modules),
        lambda known: len(own(known, lambda evidence: evidence.ids) & seen.ids),
    ]


def _narrowed(notebooks: Sequence[KnownNotebook], scores: list[Score]) -> list[KnownNotebook]:
    """Return the notebooks that one score after the other puts first."""
    left = list(notebooks)
    for score in scores:
        best = max(score(known) for known in left)
        left = [known for known in left if score(known) == best]
    return left


def _about_lesson(seen: Evidence, course: Course) -> str:
    said = [*sorted(seen.starts), (seen.lesson, seen.framework)]
    names = [
        known.name for known in course.notebooks if (known.lesson, known.framework or "") in said
    ]
    return "It is the lesson itself, not its exercises" + (
        f": those are exercises/{names[0]}.ipynb." if names else "."
    )
