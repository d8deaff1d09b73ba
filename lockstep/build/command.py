"""What `lockstep build` prints: progress, the table of the proof, and a sentence where it stops."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lockstep.build.stamps import Stamps

if TYPE_CHECKING:
    from lockstep.build.prove import Row


def build_command(root: Path, names: list[str], *, again: bool) -> int:
    """Build the named lessons and return the exit status."""
    stamps = Stamps(root)
    changed = [name for name in names if again or not stamps.unchanged(name)]
    if not changed:
        print(f"Nothing has changed in {len(names)} lesson{'s' if len(names) > 1 else ''}.")
        return 0
    for name in changed:
        written = stamps.written(name)
        if not _build(root, name, again=again):
            return 1
        stamps.keep(name, written)
    return 0


def _build(root: Path, name: str, *, again: bool) -> bool:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from lockstep.build.builder import build_lesson
    from lockstep.build.errors import LessonError

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("cells"),
        TimeElapsedColumn(),
    )
    try:
        with Progress(*columns) as progress:
            task = progress.add_task(name, total=None)
            built = build_lesson(
                root,
                name,
                lambda done, total: progress.update(task, completed=done, total=total),
                again=again,
            )
    except LessonError as error:
        print(error, file=sys.stderr)
        return False
    if built.table:
        _print_table(name, built.table)
    print(f"{name}: {len(built.executed)} notebooks executed, {len(built.written)} written.")
    return True


def _print_table(name: str, rows: "list[Row]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "meeting point",
        "precision",
        "largest difference",
        "allowed",
        title=f"{name}: the twins agree",
    )
    for row in rows:
        table.add_row(row.meeting, row.precision, f"{row.difference:.1e}", f"{row.bound:.0e}")
    Console().print(table)


def check_command(root: Path, names: list[str], *, all_lessons: bool) -> int:
    """Print which committed notebooks are not what their lesson builds, and return the exit status."""
    from lockstep.build.compared import problems_of, strangers
    from lockstep.build.errors import LessonError

    try:
        problems = problems_of(root, names)
        if all_lessons:
            problems += strangers(root, names)
    except LessonError as error:
        problems = [str(error)]
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(f"Every notebook of {len(names)} lessons is what its lesson builds.")
    return 1 if problems else 0
