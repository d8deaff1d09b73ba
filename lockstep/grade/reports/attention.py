"""What wants a teacher's attention first, in three sentences at most."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from lockstep.grade.model import State
from lockstep.grade.reports.statistics import ExerciseFigures, LessonResults, MistakeFigures

LOW_SHARE = 0.5
FEWEST_FOR_NEGATIVE = 20  # submissions: with fewer, chance alone turns an exercise around
MANY = 0.2  # of those who attempted an exercise
MOST_NAMED = 3
LOW = "less than half of its points"
TURNED = "who did better elsewhere did worse here"
FAILED: tuple[tuple[State, str], ...] = (
    ("time limit", "ran out of time"),
    ("memory limit", "ran out of memory"),
    ("crashed", "ended the notebook's process"),
    ("not run", "could no longer be run"),
)


def wants_attention(figures: ExerciseFigures) -> list[str]:
    """Return why an exercise wants attention, in a few words each."""
    reasons = []
    if figures.share < LOW_SHARE:
        reasons.append(LOW)
    if is_turned(figures) and figures.graded >= FEWEST_FOR_NEGATIVE:
        reasons.append(TURNED)
    return reasons


def is_turned(figures: ExerciseFigures) -> bool:
    """Return whether a correlation is below nought by more than its standard error."""
    value = figures.discrimination
    return value is not None and value < -1 / math.sqrt(figures.graded)


def is_shared(mistake: MistakeFigures) -> bool:
    """Return whether many of the class made a mistake."""
    enough = min(3, max(2, math.ceil(mistake.attempted / 2)))
    return mistake.mistake is not None and mistake.count >= enough and mistake.share >= MANY


def attention(
    lesson: LessonResults,
    exercises: Sequence[ExerciseFigures],
    mistakes: Sequence[MistakeFigures],
    headings: Mapping[str, str],
) -> list[str]:
    """Return what wants attention: a sentence on exercises, one on mistakes, one on what failed.

    Parameters
    ----------
    lesson, exercises, mistakes
        The results of a lesson and what they come to.
    headings
        What the exercises are called in their notebook.
    """
    if not lesson.graded:
        return [" ".join(["Nothing is graded yet.", *_failed(lesson)])]
    called = {one.exercise: headings.get(one.exercise) or one.exercise for one in exercises}
    return [*_hard(exercises, called), *_shared(mistakes, called), *_failed(lesson)]


def _hard(exercises: Sequence[ExerciseFigures], called: Mapping[str, str]) -> Iterator[str]:
    """Yield the exercises that want attention, in a sentence; the hardest one where none does."""
    in_order = sorted(exercises, key=lambda one: one.share)
    low = [one for one in in_order if LOW in wants_attention(one)]
    turned = [one for one in exercises if TURNED in wants_attention(one)]
    parts = []
    if low:
        parts.append(f"less than half of the points were got in {_with_share(low, called)}")
    elif in_order:
        parts.append(
            "every exercise got half of its points or more; the hardest was "
            f"{_with_share(in_order[:1], called)}"
        )
    if turned:
        named = [f"*{called[one.exercise]}*" for one in turned]
        parts.append(f"in {listed(named)} those who did better elsewhere did worse")
    if parts:
        yield _sentence("; ".join(parts))


def _with_share(exercises: Sequence[ExerciseFigures], called: Mapping[str, str]) -> str:
    return listed([f"*{called[one.exercise]}* ({one.share:.0%})" for one in exercises])


def _shared(mistakes: Sequence[MistakeFigures], called: Mapping[str, str]) -> Iterator[str]:
    """Yield the mistakes that many share, in a sentence; the most frequent one where none is."""

    def named(one: MistakeFigures) -> str:
        return f"{one.count} of {one.attempted} in *{called[one.exercise]}* (“{one.mistake}”)"

    shared = [one for one in mistakes if is_shared(one)]
    frequent = [one for one in mistakes if one.mistake is not None and one.count > 1]
    if shared:
        yield f"Many made the same mistake: {listed([named(one) for one in shared])}."
    elif frequent:
        yield f"No mistake is shared by many; the most frequent was made by {named(frequent[0])}."


def _failed(lesson: LessonResults) -> Iterator[str]:
    """Yield what did not run or did not come, in a sentence."""
    states = Counter(one.state for result in lesson.graded for one in result.exercises)
    parts = [
        f"{counted(states[state], 'answer')} {what}" for state, what in FAILED if states[state]
    ]
    if lesson.unreadable:
        parts.append(f"{counted(len(lesson.unreadable), 'file')} could not be read")
    if lesson.absent:
        parts.append(f"{counted(len(lesson.absent), 'student')} handed in nothing")
    if parts:
        yield _sentence(listed(parts, len(parts)))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def listed(parts: Sequence[str], most: int = MOST_NAMED) -> str:
    """Return some things in a row, the first few by name.

    >>> listed(["a"]), listed(["a", "b", "c"]), listed(list("abcde"))
    ('a', 'a, b and c', 'a, b, c and 2 more')
    """
    shown = list(parts[:most])
    if len(parts) > most:
        shown.append(f"{len(parts) - most} more")
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def counted(number: int, thing: str) -> str:
    """Return a number of things.

    >>> counted(1, "file"), counted(2, "file")
    ('1 file', '2 files')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
