"""Answers that are suspiciously alike: a list to look at, and no verdict.

Two answers are compared by what is left of them without names, comments and layout, without what the
course shows or solves so itself, and without what many of the class wrote. What remains must have some
length: one short solution that an exercise allows is no sign of anything.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice

import numpy as np
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from lockstep.grade.model import ExerciseResult, Student, SubmissionResult
from lockstep.grade.reports.naming import split_notebook
from lockstep.grade.reports.plain_code import Tokens, course_code, tokens

PASSAGE = 6  # tokens in a row, such as `name.sum(dim=`, that count as one passage of code
SHORTEST = 18  # tokens of somebody's own, two or three lines, below which likeness is chance
LEAST_LIKENESS = 0.8  # of what is their own
MOST_SHARING = 5  # students: what more of them wrote is the class's, however large that is
SMALL_CLASS = 10  # answers, below which nobody can say what is rare
MOST_OWN = 2_000  # tokens that are looked at; no answer of this course has a fifth of it
MOST_COMPARED = 3_000  # submissions: two by two they take half a minute, and more take for ever
MOST_PAIRS = 20  # on the page
FIRST_CHARACTER = 0x4E00  # tokens become characters, since texts compare fastest

Passage = Tokens


@dataclass(frozen=True)
class AlikeAnswer:
    """An exercise that two students answered alike.

    Parameters
    ----------
    exercise
        Its name.
    how
        In words, how alike they are.
    likeness
        From `LEAST_LIKENESS` to 1, of what is their own.
    own
        How many tokens are their own.
    answers
        What each of the two handed in.
    """

    exercise: str
    how: str
    likeness: float
    own: int
    answers: tuple[ExerciseResult, ExerciseResult]


@dataclass(frozen=True)
class AlikePair:
    """Two students and what they answered alike."""

    students: tuple[Student, Student]
    notebook: str
    answers: tuple[AlikeAnswer, ...]

    @property
    def weight(self) -> float:
        """How much there is to look at."""
        return sum(answer.own * answer.likeness for answer in self.answers)


@dataclass(frozen=True)
class _Written:
    """An answer taken apart."""

    student: Student
    result: ExerciseResult
    tokens: Tokens
    own: Tokens = ()


def alike(results: Sequence[SubmissionResult]) -> list[AlikePair]:
    """Return the pairs of students with answers alike, the ones with most to look at first.

    Answers are compared within a notebook: PyTorch's with PyTorch's.

    Parameters
    ----------
    results
        Graded submissions; of more than `MOST_COMPARED`, none is compared.
    """
    if len(results) > MOST_COMPARED:
        return []
    answers: defaultdict[tuple[str, str], list[_Written]] = defaultdict(list)
    for result in results:
        for one in result.exercises:
            if one.state != "not attempted" and one.code.strip():
                written = _Written(result.student, one, tokens(one.code))
                answers[result.notebook, one.exercise].append(written)
    found: defaultdict[tuple[str, Student, Student], list[AlikeAnswer]] = defaultdict(list)
    for (notebook, _), theirs in answers.items():
        for first, second, likeness in _alike(theirs, split_notebook(notebook)[0]):
            first, second = sorted((first, second), key=lambda one: one.student.key)
            key = (notebook, first.student, second.student)
            found[key].append(_answer(first, second, likeness))
    pairs = [
        AlikePair((one, other), notebook, tuple(alike))
        for (notebook, one, other), alike in found.items()
    ]
    return sorted(pairs, key=lambda pair: (-pair.weight, pair.notebook, *_keys(pair)))


def _keys(pair: AlikePair) -> tuple[str, str]:
    return pair.students[0].key, pair.students[1].key


def _answer(first: _Written, second: _Written, likeness: float) -> AlikeAnswer:
    if first.result.code.strip() == second.result.code.strip():
        how = "the same to the letter, comments and names included"
    elif first.tokens == second.tokens:
        how = "the same but for names, comments and layout"
    else:
        how = f"{likeness:.0%} the same in what is neither the course's nor the class's"
    own = min(len(first.own), len(second.own))
    return AlikeAnswer(first.result.exercise, how, likeness, own, (first.result, second.result))


def most_sharing(answers: int) -> int:
    """Return how many students may share what still counts as rare: a tenth, two at least, five at most."""
    return min(max(2, answers // 10), MOST_SHARING)


def _alike(written: Sequence[_Written], lesson: str) -> Iterator[tuple[_Written, _Written, float]]:
    """Yield the pairs of one exercise's answers that are alike, with their likeness."""
    buckets: defaultdict[Tokens, list[_Written]] = defaultdict(list)
    for one in _with_own(written, lesson):
        if len(one.own) >= SHORTEST:
            buckets[one.own].append(one)
    for same in buckets.values():
        yield from ((first, second, 1.0) for first, second in combinations(same, 2))
    different = list(buckets)
    for near, other, likeness in _near(different):
        for first in buckets[different[near]]:
            yield from ((first, second, likeness) for second in buckets[different[other]])


def _near(different: Sequence[Tokens]) -> Iterator[tuple[int, int, float]]:
    """Yield which two of some token sequences are nearly the same, and how nearly."""
    if len(different) < 2:
        return
    every = dict.fromkeys(chain.from_iterable(different))
    character = {token: chr(FIRST_CHARACTER + place) for place, token in enumerate(every)}
    texts = ["".join(character[token] for token in one) for one in different]
    scores = cdist(texts, texts, scorer=Indel.normalized_similarity, score_cutoff=LEAST_LIKENESS)
    for one, other in np.argwhere(np.triu(scores >= LEAST_LIKENESS, k=1)):
        yield int(one), int(other), float(scores[one, other])


def _with_own(written: Sequence[_Written], lesson: str) -> Iterator[_Written]:
    """Yield the answers with what is their own: in no passage of the course's or of many students'."""
    sharing: Counter[Passage] = Counter()
    for one in written:
        sharing.update(set(_passages(one.tokens)))
    most = most_sharing(len(written))
    common = {passage for passage, count in sharing.items() if count > most}
    common |= _course_passages(lesson)
    for one in written:
        yield _Written(one.student, one.result, one.tokens, _outside(one.tokens, common))


def _passages(written: Tokens) -> list[Passage]:
    return [written[place : place + PASSAGE] for place in range(len(written) - PASSAGE + 1)]


def _course_passages(lesson: str) -> set[Passage]:
    return {passage for cell in course_code(lesson) for passage in _passages(cell)}


def _outside(written: Tokens, common: set[Passage]) -> Tokens:
    """Return the tokens that stand in none of these passages."""
    covered = [False] * len(written)
    for place, passage in enumerate(_passages(written)):
        if passage in common:
            covered[place : place + PASSAGE] = [True] * PASSAGE
    own = (token for token, known in zip(written, covered, strict=True) if not known)
    return tuple(islice(own, MOST_OWN))
