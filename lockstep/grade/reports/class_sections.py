"""A lesson's results as the class page lays them out: texts, pictures and lists, all of them escaped."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from markupsafe import Markup

from lockstep.grade.model import ExerciseResult, Student, SubmissionResult
from lockstep.grade.names import safe_name
from lockstep.grade.reports.alike import (
    MOST_COMPARED,
    MOST_PAIRS,
    MOST_SHARING,
    SHORTEST,
    SMALL_CLASS,
    AlikePair,
    alike,
)
from lockstep.grade.reports.attention import (
    attention,
    counted,
    is_shared,
    is_turned,
    wants_attention,
)
from lockstep.grade.reports.drawings import Part, columns, share_bar, signed_bar, stacked_bar
from lockstep.grade.reports.first_answers import Progress, QuestionFigures, question_figures
from lockstep.grade.reports.naming import (
    exercise_headings,
    notebook_title,
    points_text,
    split_notebook,
    time_text,
)
from lockstep.grade.reports.shown import in_colour, shortened_code, visible, with_code
from lockstep.grade.reports.statistics import (
    FEWEST_TO_CORRELATE,
    SLOW_SECONDS,
    SLOW_TIMES,
    ExerciseFigures,
    LessonResults,
    MistakeFigures,
    Sums,
    exercise_figures,
    mistake_figures,
    slow,
    sums,
)
from lockstep.learn.exercises import Exercise, load_exercises
from lockstep.learn.session import FRAMEWORK_TITLES
from lockstep.lessons import lesson_names, lessons_folder

LONGEST_NAME, LONGEST_TEXT = 120, 600  # characters
MOST_NAMES, MOST_ROWS = 200, 100  # in a list; the gradebook has all of them
MOST_MISTAKES = 8  # that are shown unfolded
SIGNS = {"right": "✓", "partly": "◐", "wrong": "✗", "stopped": "■", "blank": "○"}
GROUP_WORDS = {
    "right": "right",
    "partly": "partly right",
    "wrong": "wrong",
    "stopped": "error or stopped",
    "blank": "not attempted",
}
# From which discrimination on it says what; the usual bounds of test theory.
DISCRIMINATES = (
    (0.4, "tells clearly who has understood the lesson"),
    (0.2, "tells somewhat who has understood the lesson"),
    (-1.0, "hardly tells who has understood the lesson"),
)


@dataclass(frozen=True)
class Person:
    """A student as a link to the page of feedback, and what to say of this one."""

    name: str
    page: str
    note: str = ""


@dataclass(frozen=True)
class People:
    """Some students by name, and how many more there are."""

    shown: tuple[Person, ...]
    more: int


@dataclass(frozen=True)
class NamedPeople:
    """Students under a heading."""

    words: str
    people: People


@dataclass(frozen=True)
class Row:
    """What there is to say in parts, and of whom."""

    cells: tuple[Markup, ...]
    people: People


@dataclass(frozen=True)
class Rows:
    """Rows, and how many more there are."""

    shown: tuple[Row, ...]
    more: int


@dataclass(frozen=True)
class HandedIn:
    """Who handed in."""

    bar: Markup
    legend: tuple[Part, ...]
    lists: tuple[NamedPeople, ...]
    unreadable: Rows


@dataclass(frozen=True)
class Points:
    """How the points are spread."""

    picture: Markup
    sentence: str
    heading: str
    bars: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ExerciseView:
    """An exercise."""

    name: str
    heading: str
    out_of: str
    share: str
    bar: Markup
    legend: tuple[Part, ...]
    tried: str
    discrimination: Markup | None
    discrimination_words: str
    frameworks: str
    wants: str


@dataclass(frozen=True)
class MistakeView:
    """A mistake that some made."""

    exercise: str
    name: str
    count: str
    bar: Markup
    say: Markup
    people: People


@dataclass(frozen=True)
class QuestionView:
    """A question and how it was answered first."""

    question: Markup
    count: str
    bar: Markup
    wrong: Markup
    wrong_count: str


@dataclass(frozen=True)
class AlikeView:
    """An exercise that two answered alike: the codes in the order of the two."""

    heading: str
    how: str
    codes: tuple[tuple[str, str, Markup], ...]


@dataclass(frozen=True)
class PairView:
    """Two students with answers alike."""

    persons: tuple[Person, Person]
    words: str
    answers: tuple[AlikeView, ...]


@dataclass(frozen=True)
class Section:
    """A lesson on the page."""

    anchor: str
    title: str
    summary: str
    few: str
    attention: tuple[Markup, ...]
    handed_in: HandedIn
    points: Points | None
    states: tuple[Part, ...]
    exercises: tuple[ExerciseView, ...]
    mistakes: tuple[MistakeView, ...]
    rarer_mistakes: tuple[MistakeView, ...]
    failed: Rows
    slow: People
    slow_note: str
    flagged: Rows
    questions: tuple[QuestionView, ...]
    question_note: str
    alike: tuple[PairView, ...]
    alike_note: str
    alike_none: bool
    alike_more: int
    basis: tuple[str, ...]


def section(number: int, lesson: LessonResults, progress: Progress) -> Section:
    """Return a lesson as the template lays it out."""
    anchor = f"lesson-{number}"
    headings = exercise_headings(lesson.lesson)
    figures = exercise_figures(lesson)
    mistakes = mistake_figures(lesson)
    views = _mistakes(anchor, lesson, mistakes, headings)
    shown = _how_many_shown(mistakes)
    spread = sums(lesson.graded)
    pairs = alike(lesson.graded)
    questions = question_figures(lesson.lesson, progress)
    return Section(
        anchor=anchor,
        title=visible(notebook_title(lesson.lesson), LONGEST_NAME),
        summary=_summary(lesson, spread),
        few=_few(lesson),
        attention=tuple(
            with_code(visible(sentence, LONGEST_TEXT))
            for sentence in attention(lesson, figures, mistakes, headings)
        ),
        handed_in=_handed_in(anchor, lesson),
        points=_points(anchor, spread, len(lesson.graded)) if spread else None,
        states=tuple(Part(group, SIGNS[group], GROUP_WORDS[group], 0) for group in SIGNS),
        exercises=tuple(
            _exercise(f"{anchor}-exercise-{place}", one, headings)
            for place, one in enumerate(figures, start=1)
        ),
        mistakes=views[:shown],
        rarer_mistakes=views[shown:],
        failed=_rows(_failed(lesson.graded, headings)),
        slow=_people(person(one.student, f"{one.seconds:.0f} s") for one in slow(lesson.graded)),
        slow_note=_slow_note(lesson.graded),
        flagged=_rows(_flagged(lesson.graded)),
        questions=tuple(
            _question(f"{anchor}-question-{place}", one)
            for place, one in enumerate(questions, start=1)
        ),
        question_note=_question_note(lesson, progress),
        alike=tuple(_pair(pair, headings) for pair in pairs[:MOST_PAIRS]),
        alike_note=_alike_note(len(lesson.graded)),
        alike_none=not pairs and len(lesson.graded) <= MOST_COMPARED,
        alike_more=max(0, len(pairs) - MOST_PAIRS),
        basis=tuple(_basis(lesson)),
    )


def person(student: Student, note: str = "") -> Person:
    """Return a student by name, with the page of feedback that lies beside the class page."""
    page = f"feedback/{safe_name(student.key)}.html"
    return Person(visible(student.name, LONGEST_NAME), page, note)


def file_rows(files: Iterable[SubmissionResult]) -> Rows:
    """Return files that cannot be read: which, why, and whose they are."""
    return _rows(
        Row((_text(one.source), _text(one.reason)), people([one.student])) for one in files
    )


def people(students: Iterable[Student]) -> People:
    """Return students by name, not more than anybody reads."""
    return _people(person(student) for student in students)


def _people(persons: Iterable[Person]) -> People:
    named = list(persons)
    return People(tuple(named[:MOST_NAMES]), max(0, len(named) - MOST_NAMES))


def _rows(rows: Iterable[Row]) -> Rows:
    every = list(rows)
    return Rows(tuple(every[:MOST_ROWS]), max(0, len(every) - MOST_ROWS))


def _summary(lesson: LessonResults, spread: Sums | None) -> str:
    graded = f"{counted(len(lesson.graded), 'submission')} graded"
    if spread is None:
        return graded
    of = f" of {spread.out_of} points" if spread.out_of else ""
    return f"{graded}, mean {_amount(spread.mean, spread)}{of}"


def _amount(value: float, spread: Sums) -> str:
    return points_text(round(value, 1)) if spread.out_of else f"{value:.0%}"


def _few(lesson: LessonResults) -> str:
    """Say how much a share is worth where few handed in."""
    number = len(lesson.graded)
    if not 0 < number < FEWEST_TO_CORRELATE:
        return ""
    if number == 1:
        return "There is one submission, so every figure here is this one student's."
    return f"There are {number} submissions: one student more or less moves a share by {1 / number:.0%}."


def _handed_in(anchor: str, lesson: LessonResults) -> HandedIn:
    legend = (
        Part("came", "✓", "graded", lesson.students - len(lesson.late)),
        Part("late", "↷", "graded, late", len(lesson.late)),
        Part("unreadable", "!", "cannot be read", len({r.student for r in lesson.unreadable})),
        Part("absent", "○", "handed in nothing", len(lesson.absent)),
    )
    listed = {"Late": lesson.late, "Handed in nothing": lesson.absent}
    lists = [NamedPeople(words, people(them)) for words, them in listed.items() if them]
    title = "Who handed in, in students"
    return HandedIn(
        stacked_bar(f"{anchor}-handed-in", title, legend),
        tuple(part for part in legend if part.count),
        tuple(lists),
        file_rows(lesson.unreadable),
    )


def _points(anchor: str, spread: Sums, number: int) -> Points:
    unit = "points" if spread.in_points else "percent of the points"
    of = f" of {spread.out_of}" if spread.out_of else ""
    mean, median = _amount(spread.mean, spread), _amount(spread.median, spread)
    ends = f"{spread.full} of {number} got all of them, {spread.none} got none."
    return Points(
        columns(
            f"{anchor}-points", f"How many submissions got how many points ({unit})", spread.bars
        ),
        f"Mean {mean}{of}, median {median}. {ends}",
        "Points" if spread.in_points else "Percent of the points, rounded down to tens",
        spread.bars,
    )


def _exercise(anchor: str, figures: ExerciseFigures, headings: dict[str, str]) -> ExerciseView:
    legend = tuple(
        Part(group, SIGNS[group], GROUP_WORDS[group], count)
        for group, count in figures.groups.items()
    )
    heading = visible(headings.get(figures.exercise, ""), LONGEST_NAME)
    title = heading or figures.exercise
    value = figures.discrimination
    return ExerciseView(
        name=visible(figures.exercise, LONGEST_NAME),
        heading=heading,
        out_of=counted(figures.out_of, "point"),
        share=f"{figures.share:.0%}",
        bar=stacked_bar(f"{anchor}-answers", f"Answers to {title}", legend),
        legend=tuple(part for part in legend if part.count),
        tried=_tried(figures),
        discrimination=None
        if value is None
        else signed_bar(f"{anchor}-discrimination", f"Discrimination of {title}", value),
        discrimination_words=figures.why_none if value is None else _discriminates(figures, value),
        frameworks=_frameworks(figures),
        wants="; ".join(wants_attention(figures)),
    )


def _tried(figures: ExerciseFigures) -> str:
    if figures.tried_share is None:
        return "Nobody attempted it."
    if figures.attempted == figures.graded:
        return "All attempted it."
    return (
        f"{figures.attempted} of {figures.graded} attempted it, and got {figures.tried_share:.0%}."
    )


def _discriminates(figures: ExerciseFigures, value: float) -> str:
    words = next(words for bound, words in DISCRIMINATES if value >= bound - 1e-9)
    if is_turned(figures):
        words = "turned around: who did better elsewhere did worse here"
    return f"{value:+.2f}: {words}".replace("-", "−", 1)


def _frameworks(figures: ExerciseFigures) -> str:
    shares = [
        f"{FRAMEWORK_TITLES[framework]} {share:.0%} ({number})"
        for framework, (share, number) in figures.by_framework.items()
    ]
    return " · ".join(shares)


def _how_many_shown(mistakes: Sequence[MistakeFigures]) -> int:
    """Return how many of the mistakes stand unfolded: those of more than one student, up to a number."""
    several = [one for one in mistakes if one.mistake is not None and one.count > 1]
    shared = [one for one in mistakes if is_shared(one)]
    return max(min(len(several), MOST_MISTAKES), len(shared))


def _mistakes(
    anchor: str,
    lesson: LessonResults,
    mistakes: Sequence[MistakeFigures],
    headings: dict[str, str],
) -> tuple[MistakeView, ...]:
    exercises = _exercises(lesson.lesson)
    return tuple(
        MistakeView(
            exercise=visible(headings.get(one.exercise) or one.exercise, LONGEST_NAME),
            name=visible(one.mistake or "wrong in a way of its own", LONGEST_NAME),
            count=f"{one.count} of {one.attempted} ({one.share:.0%})",
            bar=share_bar(
                f"{anchor}-mistake-{place}", f"Share who made it: {one.count}", one.share
            ),
            say=_text(_said(exercises.get(one.exercise), one.mistake)),
            people=people(one.students),
        )
        for place, one in enumerate(mistakes, start=1)
    )


def _exercises(lesson: str) -> dict[str, Exercise]:
    return load_exercises(lessons_folder() / lesson) if lesson in lesson_names() else {}


def _said(exercise: Exercise | None, mistake: str | None) -> str:
    """Return what the check says to a mistake; nothing where the lesson has no such mistake any more."""
    known = exercise.mistakes if exercise else []
    return next((one.say for one in known if one.name == mistake), "")


def _failed(graded: Sequence[SubmissionResult], headings: dict[str, str]) -> Iterable[Row]:
    """Yield what came to no answer, with all who met the same in one row."""
    met: defaultdict[tuple[str, str, str], list[Student]] = defaultdict(list)
    for result in graded:
        for one in result.exercises:
            if one.state not in ("right", "partly", "wrong", "not attempted"):
                met[one.exercise, one.state, one.message].append(result.student)
    place = {exercise: at for at, exercise in enumerate(headings)}
    in_order = sorted(
        met.items(), key=lambda item: (place.get(item[0][0], 0), -len(item[1]), item[0])
    )
    for (exercise, state, message), students in in_order:
        heading = _text(headings.get(exercise) or exercise)
        sign = Markup('<span class="nowrap">■ {}</span>').format(state)
        yield Row((heading, sign, _text(message)), people(students))


def _flagged(graded: Sequence[SubmissionResult]) -> Iterable[Row]:
    for result in graded:
        if result.notes:
            yield Row((_text("\n".join(result.notes)),), people([result.student]))


def _slow_note(graded: Sequence[SubmissionResult]) -> str:
    if not graded:
        return ""
    usual = median(one.seconds for one in graded)
    return (
        f"More than {SLOW_SECONDS:.0f} seconds, and {SLOW_TIMES} times the usual {usual:.1f} seconds. The first "
        "run of a class can be among them, since it loads what all need."
    )


def _text(text: str) -> Markup:
    return with_code(visible(text, LONGEST_TEXT))


def _question(anchor: str, figures: QuestionFigures) -> QuestionView:
    share = figures.right / figures.answers
    wrong, count = figures.wrong or ("", 0)
    return QuestionView(
        question=_text(figures.question.replace("**", "")),
        count=f"{figures.right} of {figures.answers} ({share:.0%})",
        bar=share_bar(anchor, f"Right at once: {figures.right} of {figures.answers}", share),
        wrong=_text(wrong.replace("**", "")),
        wrong_count=f"{count} answered" if count else "",
    )


def _question_note(lesson: LessonResults, progress: Progress) -> str:
    number = len(progress.get(lesson.lesson, []))
    if not number:
        return ""
    return (
        f"{counted(number, 'student')} handed in their progress. Shown is how many were right with their "
        "first answer; what they found out by trying again is theirs. Questions are practice and give no points."
    )


def _pair(pair: AlikePair, headings: dict[str, str]) -> PairView:
    answers = tuple(
        AlikeView(
            visible(headings.get(one.exercise) or one.exercise, LONGEST_NAME),
            one.how,
            tuple(
                _code(student, answer)
                for student, answer in zip(pair.students, one.answers, strict=True)
            ),
        )
        for one in pair.answers
    )
    framework = split_notebook(pair.notebook)[1]
    words = counted(len(answers), "exercise")
    if framework:
        words = f"{words}, {FRAMEWORK_TITLES[framework]}"
    first, second = pair.students
    return PairView((person(first), person(second)), words, answers)


def _code(student: Student, answer: ExerciseResult) -> tuple[str, str, Markup]:
    code, _ = shortened_code(answer.code)
    return visible(student.name, LONGEST_NAME), answer.state, in_colour(code)


def _alike_note(answers: int) -> str:
    """Say what was compared and what was left out."""
    if answers > MOST_COMPARED:
        return (
            f"Answers are compared two by two, and of more than {MOST_COMPARED:,} none is compared."
        )
    small = " In a class as small as this nobody can say what is rare."
    return (
        "This is a list to look at, and no verdict: two who learn together write alike, and so do two who "
        "read the same page. Names, comments and layout are left out of the comparison. So is what "
        "the lesson shows and what its solutions have, and what more than a tenth of the class wrote "
        f"(or more than {MOST_SHARING} students). What is left must have {SHORTEST} words and signs of code "
        f"or more, about two lines.{small if answers < SMALL_CLASS else ''}"
    )


def _basis(lesson: LessonResults) -> Iterable[str]:
    """Yield what the figures rest on."""
    with_what = [one.graded_with for one in lesson.graded if one.graded_with is not None]
    yield f"{_submissions(lesson)} {_latest(lesson.graded)}".strip()
    yield "Points are as they were graded, without what a teacher added or being late cost."
    if not with_what:
        return
    times = sorted(time_text(one.time) for one in with_what)
    yield (
        f"Graded {times[0]}."
        if times[0] == times[-1]
        else f"Graded from {times[0]} to {times[-1]}."
    )
    seeds = sorted({one.seed for one in with_what})
    yield _several(
        "Hidden cases drawn from seed", seeds, "The shares mix answers to different cases."
    )
    revisions = sorted({one.revision for one in with_what})
    changed = "The exercises changed in between: --regrade makes one of it."
    yield _several("Revision of the exercises", revisions, changed)
    yield _several("Engine", sorted({one.engine for one in with_what}), "")
    pairs = {item for one in with_what for item in one.versions.items()}
    listed = ", ".join(f"{name} {version}" for name, version in sorted(pairs))
    yield visible(f"Versions: {listed}.", LONGEST_TEXT)


def _submissions(lesson: LessonResults) -> str:
    kinds = [
        f"{sum(split_notebook(one.notebook)[1] == framework for one in lesson.graded)} "
        f"{FRAMEWORK_TITLES[framework]}"
        for framework in lesson.frameworks
    ]
    of = f" ({', '.join(kinds)})" if kinds else ""
    students = counted(lesson.students, "student")
    return f"{counted(len(lesson.graded), 'graded submission')}{of} by {students}."


def _latest(graded: Sequence[SubmissionResult]) -> str:
    times = sorted(filter(None, (time_text(one.handed_in) for one in graded)))
    return f"Handed in from {times[0]} to {times[-1]}." if times else ""


def _several(words: str, values: Sequence[object], where_several: str) -> str:
    shown = ", ".join(str(value) for value in values[:10])
    more = f" and {len(values) - 10} more" if len(values) > 10 else ""
    warning = f" {where_several}" if len(values) > 1 and where_several else ""
    return visible(f"{words}: {shown}{more}.{warning}", LONGEST_TEXT)
