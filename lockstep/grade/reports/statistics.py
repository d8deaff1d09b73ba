"""What a class's results come to: the sums, each exercise, each mistake. Numbers only, no page."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from lockstep.grade.model import ExerciseResult, Student, SubmissionResult
from lockstep.grade.names import words
from lockstep.grade.reports.naming import split_notebook

# What the states of an exercise are gathered in, from the best to the least that can be said of it.
GROUPS = {
    "right": ("right",),
    "partly": ("partly",),
    "wrong": ("wrong",),
    "stopped": ("error", "time limit", "memory limit", "crashed", "not run"),
    "blank": ("not attempted",),
}
GROUP_OF = {state: group for group, states in GROUPS.items() for state in states}
# Below this many submissions a correlation says more about chance than about the exercise: its standard
# error is about one over the root of their number, a third here.
FEWEST_TO_CORRELATE = 10
MOST_BARS = 21  # a bar a point, from 0 to 20
CROWD = 100  # submissions, above which a bar's number would not fit beside its neighbour's
TENTHS = 11
SLOW_SECONDS = 10.0
SLOW_TIMES = 5  # as long as the median


@dataclass(frozen=True)
class LessonResults:
    """What a class handed in for a lesson; its two notebooks together, since the exercises are the same.

    Parameters
    ----------
    lesson
        Its name.
    graded
        The submissions that were graded; a student has one for each of the two notebooks at most.
    unreadable
        Files of students of whom nothing else could be graded.
    absent
        Students of the class of whom there is no file.
    late
        Students of whom a graded submission came late, as far as is known.
    """

    lesson: str
    graded: tuple[SubmissionResult, ...]
    unreadable: tuple[SubmissionResult, ...] = ()
    absent: tuple[Student, ...] = ()
    late: tuple[Student, ...] = ()

    @property
    def students(self) -> int:
        """How many have a graded submission."""
        return len({result.student.key for result in self.graded})

    @property
    def frameworks(self) -> tuple[str, ...]:
        """The frameworks that were handed in, if the lesson has a pair."""
        found = {split_notebook(result.notebook)[1] for result in self.graded}
        return tuple(sorted(filter(None, found), reverse=True))  # PyTorch first, as everywhere


def by_name(student: Student) -> tuple[tuple[str, ...], str]:
    """Return what sorts students as a class list does."""
    return words(student.name), student.key


def by_lesson(
    results: Iterable[SubmissionResult], late: Collection[tuple[str, str]] = ()
) -> list[LessonResults]:
    """Return the results of each lesson, in the course's order and each by name.

    Whoever is in the results at all is of the class, and absent where a lesson has no file of theirs.
    An unreadable file that cannot be placed may be of any lesson, so that its student is absent nowhere.

    Parameters
    ----------
    results
        All results, in any order.
    late
        The key of a student and the notebook of each submission that came too late; those that
        the school's system marks as late need not be among them.
    """
    ordered = sorted(results, key=lambda one: (*by_name(one.student), one.notebook, one.source))
    everybody = dict.fromkeys(result.student for result in ordered)
    unplaced = {one.student for one in ordered if one.state == "unreadable" and not one.notebook}
    lessons: defaultdict[str, list[SubmissionResult]] = defaultdict(list)
    for result in ordered:
        if result.notebook:
            lessons[split_notebook(result.notebook)[0]].append(result)
    return [
        _lesson(name, theirs, everybody, unplaced, late) for name, theirs in sorted(lessons.items())
    ]


def _lesson(
    name: str,
    results: Sequence[SubmissionResult],
    everybody: Iterable[Student],
    unplaced: set[Student],
    late: Collection[tuple[str, str]],
) -> LessonResults:
    graded = [one for one in results if one.state is None]
    with_grade = {one.student for one in graded}
    unreadable = [
        one for one in results if one.state == "unreadable" and one.student not in with_grade
    ]
    here = with_grade | {one.student for one in unreadable} | unplaced
    absent = [student for student in everybody if student not in here]
    too_late = dict.fromkeys(
        one.student for one in graded if one.late or (one.student.key, one.notebook) in late
    )
    return LessonResults(name, tuple(graded), tuple(unreadable), tuple(absent), tuple(too_late))


@dataclass(frozen=True)
class Sums:
    """How the points are spread.

    Parameters
    ----------
    bars
        A label and how many submissions there are, in order.
    in_points
        Whether a label is a number of points; otherwise it is a percentage of what could be had.
    mean, median
        Of all, in points, or as a share where not all could have got the same.
    out_of
        What could be had; None where that is not the same for all.
    full, none
        How many have all points, and how many have none.
    """

    bars: tuple[tuple[str, int], ...]
    in_points: bool
    mean: float
    median: float
    out_of: int | None
    full: int
    none: int


def sums(graded: Sequence[SubmissionResult]) -> Sums | None:
    """Return how the points are spread; None where there are none to spread."""
    counted = [result for result in graded if result.out_of]
    if not counted:
        return None
    worth = {result.out_of for result in counted}
    out_of = worth.pop() if len(worth) == 1 else None
    shares = [result.points / result.out_of for result in counted]
    values = [result.points for result in counted] if out_of else shares
    in_points = out_of is not None and out_of < MOST_BARS and len(counted) < CROWD
    bars = _by_point(counted, out_of) if in_points and out_of else _by_tenth(shares)
    return Sums(
        bars=tuple(bars),
        in_points=in_points,
        mean=statistics.fmean(values),
        median=statistics.median(values),
        out_of=out_of,
        full=sum(share == 1 for share in shares),
        none=sum(share == 0 for share in shares),
    )


def _by_point(results: Sequence[SubmissionResult], out_of: int) -> list[tuple[str, int]]:
    """Return a bar for each whole point; 2.5 stands at 2, since the third is not had yet."""
    counts = Counter(min(int(result.points + 1e-9), out_of) for result in results)
    return [(str(points), counts[points]) for points in range(out_of + 1)]


def _by_tenth(shares: Iterable[float]) -> list[tuple[str, int]]:
    """Return a bar for each tenth, and one for all of it."""
    counts = Counter(min(int(10 * share + 1e-9), 10) for share in shares)
    return [(str(10 * tenth), counts[tenth]) for tenth in range(TENTHS)]


@dataclass(frozen=True)
class ExerciseFigures:
    """What an exercise came to in a class.

    Parameters
    ----------
    exercise
        Its name.
    out_of
        What it is worth.
    groups
        How many answers are in each of `GROUPS`.
    share
        Of its points, over all who handed in; a blank counts as none.
    tried_share
        The same over those who attempted it; None where nobody did.
    discrimination
        The correlation of its points with the sum of all the others'; None where there is none.
    why_none
        Why there is none, in a sentence.
    by_framework
        The share of points in each framework, with how many handed it in, where there are two.
    """

    exercise: str
    out_of: int
    groups: dict[str, int]
    share: float
    tried_share: float | None
    discrimination: float | None
    why_none: str = ""
    by_framework: dict[str, tuple[float, int]] = field(default_factory=dict)

    @property
    def graded(self) -> int:
        """How many handed it in."""
        return sum(self.groups.values())

    @property
    def attempted(self) -> int:
        """How many did not leave it blank."""
        return self.graded - self.groups["blank"]


def exercise_figures(lesson: LessonResults) -> list[ExerciseFigures]:
    """Return the figures of each exercise, in the notebook's order."""
    order: dict[str, None] = {}
    for result in sorted(lesson.graded, key=lambda one: -len(one.exercises)):
        order.update(dict.fromkeys(one.exercise for one in result.exercises))
    return [_figures(name, lesson) for name in order]


def _figures(name: str, lesson: LessonResults) -> ExerciseFigures:
    pairs = [
        (result, one)
        for result in lesson.graded
        for one in result.exercises
        if one.exercise == name
    ]
    answers = [one for _, one in pairs]
    groups = Counter(GROUP_OF[one.state] for one in answers)
    discrimination, why_none = _discrimination(pairs)
    return ExerciseFigures(
        exercise=name,
        out_of=answers[-1].out_of,
        groups={group: groups[group] for group in GROUPS},
        share=_share(answers) or 0.0,
        tried_share=_share([one for one in answers if one.state != "not attempted"]),
        discrimination=discrimination,
        why_none=why_none,
        by_framework=_by_framework(pairs, lesson.frameworks),
    )


def _share(answers: Sequence[ExerciseResult]) -> float | None:
    possible = sum(one.out_of for one in answers)
    return sum(one.points for one in answers) / possible if possible else None


def _by_framework(
    pairs: Sequence[tuple[SubmissionResult, ExerciseResult]], frameworks: Sequence[str]
) -> dict[str, tuple[float, int]]:
    if len(frameworks) < 2:
        return {}
    answers = {
        framework: [one for result, one in pairs if split_notebook(result.notebook)[1] == framework]
        for framework in frameworks
    }
    return {name: (_share(theirs) or 0.0, len(theirs)) for name, theirs in answers.items()}


def _discrimination(
    pairs: Sequence[tuple[SubmissionResult, ExerciseResult]],
) -> tuple[float | None, str]:
    """Return the item-rest correlation; None, and why, where it would mean nothing.

    Who attempted nothing at all is left out: an empty notebook has no points anywhere, and a few of
    them would make every exercise seem to tell the good from the bad.
    """
    counted = [(result, one) for result, one in pairs if _attempted_any(result)]
    if len(counted) < FEWEST_TO_CORRELATE:
        return None, f"Too few submissions to say: it takes {FEWEST_TO_CORRELATE}."
    item = [one.points for _, one in counted]
    rest = [round(result.points - one.points, 9) for result, one in counted]
    if len(set(item)) == 1:
        return None, "All got the same points here, so it tells nobody apart."
    if len(set(rest)) == 1:
        return None, "All got the same points elsewhere, so there is nothing to compare with."
    return statistics.correlation(item, rest), ""


def _attempted_any(result: SubmissionResult) -> bool:
    return any(one.state != "not attempted" for one in result.exercises)


@dataclass(frozen=True)
class MistakeFigures:
    """How many made a mistake.

    Parameters
    ----------
    exercise
        In which exercise.
    mistake
        The mistake's name; None for wrong answers that no mistake explains.
    attempted
        How many attempted the exercise.
    students
        Who made it, by name.
    """

    exercise: str
    mistake: str | None
    attempted: int
    students: tuple[Student, ...]

    @property
    def count(self) -> int:
        """How many made it."""
        return len(self.students)

    @property
    def share(self) -> float:
        """Of those who attempted the exercise."""
        return self.count / self.attempted


def mistake_figures(lesson: LessonResults) -> list[MistakeFigures]:
    """Return all mistakes, the most frequent first; what no mistake explains last."""
    attempted: Counter[str] = Counter()
    students: defaultdict[tuple[str, str | None], list[Student]] = defaultdict(list)
    for result in lesson.graded:
        for one in result.exercises:
            attempted[one.exercise] += one.state != "not attempted"
            if one.state in ("wrong", "partly"):
                students[one.exercise, one.mistake].append(result.student)
    figures = [
        MistakeFigures(exercise, mistake, attempted[exercise], tuple(theirs))
        for (exercise, mistake), theirs in students.items()
    ]
    place = {one.exercise: at for at, one in enumerate(exercise_figures(lesson))}
    return sorted(
        figures,
        key=lambda one: (
            one.mistake is None,
            -one.count,
            -one.share,
            place[one.exercise],
            one.mistake or "",
        ),
    )


def slow(graded: Sequence[SubmissionResult]) -> list[SubmissionResult]:
    """Return the runs that took far longer than the class's, the longest first."""
    if not graded:
        return []
    bound = max(SLOW_SECONDS, SLOW_TIMES * statistics.median(one.seconds for one in graded))
    return sorted((one for one in graded if one.seconds > bound), key=lambda one: -one.seconds)
