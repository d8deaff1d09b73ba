"""Everything that a teacher adds, read from the files beside the results, and put on top of a result."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from lockstep.build.rubric import Rubric, read_rubric
from lockstep.grade.adjusted import Adjusted
from lockstep.grade.adjustments import late, overrides, rubric
from lockstep.grade.adjustments.late import LateRules
from lockstep.grade.adjustments.lines import place_of
from lockstep.grade.adjustments.overrides import Overrides
from lockstep.grade.adjustments.rubric import Marks
from lockstep.grade.model import SubmissionResult
from lockstep.grade.tables import read_table


@dataclass(frozen=True)
class Adjustments:
    """What a teacher adds to the results of a class.

    Parameters
    ----------
    overrides, rules, marks
        What the three files say.
    in_words
        The results of lessons with a rubric, with it.
    """

    overrides: Overrides
    rules: LateRules
    marks: Marks
    in_words: list[tuple[SubmissionResult, Rubric]] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """A sentence for each line that fits nothing, or may be a slip."""
        return [*self.overrides.problems, *self.rules.problems, *self.marks.problems]

    def __call__(self, result: SubmissionResult) -> Adjusted:
        """Return a result with what a teacher adds to it."""
        place = place_of(result)
        given = dict(self.overrides.given.get(place, {}))
        whole = given.pop("", None)
        adjusted = Adjusted(result, given, whole, self.marks.given.get(place, ()))
        rule = self.rules.rule(result)
        if rule is None or result.state or adjusted.set_by_teacher:
            return adjusted
        earned = adjusted.answers + adjusted.words
        deduction = rule.late(result, adjusted.out_of, earned)
        return Adjusted(result, given, whole, adjusted.marks, deduction)


def refuse_unusable(out: Path, given: Iterable[Path | None] = ()) -> None:
    """Read the files once before a class is graded: a slip in them shall not show an hour later.

    Parameters
    ----------
    out
        The folder with the files that a teacher fills in.
    given
        Others that were named on the command line.

    Raises
    ------
    TableError
        If one cannot be used at all.
    """
    for name in (overrides.FILE, late.FILE, rubric.FILE):
        if (out / name).exists():
            read_table(out / name)
    for path in filter(None, given):
        read_table(path)


def read_adjustments(out: Path, lessons: Path, results: Sequence[SubmissionResult]) -> Adjustments:
    """Return what the files say; those that a teacher fills in are laid out where they are not there yet.

    Parameters
    ----------
    out
        Where the files and the grades are.
    lessons
        The course's lessons, some of which may have a rubric.
    results
        All results.

    Raises
    ------
    TableError
        If a file cannot be used at all.
    LessonError
        If a lesson's rubric cannot be read.
    """
    overrides.write_template(out)
    rubric_of = cache(lambda lesson: read_rubric(lessons / lesson))
    in_words = rubric.with_rubric(results, rubric_of)
    marks = rubric.read_marks(out / rubric.FILE, in_words) if in_words else Marks({}, [])
    return Adjustments(
        overrides.read_overrides(out / overrides.FILE, results),
        late.read_late(out / late.FILE),
        marks,
        in_words,
    )
