"""What a teacher sees in the terminal while a class is graded, and at the end."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from lockstep.grade.model import SubmissionResult


class _Rate(ProgressColumn):
    """Submissions a second, or a minute."""

    def render(self, task: Task) -> Text:
        """Return the rate as text."""
        if not task.speed:
            return Text("")
        each = f"{task.speed:.1f}/s" if task.speed >= 1 else f"{60 * task.speed:.0f}/min"
        return Text(each)


def progress_bar(console: Console) -> Progress:
    """Return the bar that shows how far a class is."""
    return Progress(
        TextColumn("Grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        _Rate(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
    )


def print_list(console: Console, title: str, lines: Sequence[tuple[str, str]]) -> None:
    """Print what a teacher should know of some files or students, and why; nothing where there are none."""
    if lines:
        console.print(f"{title}:")
    for source, reason in lines:
        console.print(
            f"  {source}: {reason}" if reason else f"  {source}", markup=False, soft_wrap=True
        )


def summary(results: Sequence[SubmissionResult]) -> Table:
    """Return the table of what each notebook came to."""
    table = Table("notebook", "graded", "mean", "of", "all right", "hardest exercise")
    for notebook in sorted({result.notebook for result in results if result.state is None}):
        theirs = [r for r in results if r.notebook == notebook and r.state is None]
        mean = sum(result.points for result in theirs) / len(theirs)
        table.add_row(
            notebook,
            str(len(theirs)),
            f"{mean:.1f}",
            str(theirs[0].out_of),
            str(sum(result.points == result.out_of for result in theirs)),
            _hardest(theirs),
        )
    return table


def _hardest(results: Sequence[SubmissionResult]) -> str:
    """Return the exercise with the smallest share of its points."""
    got: Counter[str] = Counter()
    possible: Counter[str] = Counter()
    for result in results:
        for exercise in result.exercises:
            got[exercise.exercise] += exercise.points  # type: ignore[assignment]
            possible[exercise.exercise] += exercise.out_of
    shares = {name: got[name] / possible[name] for name in possible}
    name = min(shares, key=lambda one: shares[one])
    return "none" if shares[name] == 1 else f"{name} ({shares[name]:.0%} of its points)"
