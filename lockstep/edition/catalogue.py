"""Which notebooks the course has, in its order: what a README's table and a sheet of links list."""

from dataclasses import dataclass
from pathlib import Path

from lockstep.build.compose import notebook_path
from lockstep.learn.front_matter import front_matter
from lockstep.learn.session import FRAMEWORK_TITLES


@dataclass(frozen=True)
class Entry:
    """One lesson in one framework.

    Parameters
    ----------
    lesson
        The lesson's folder name.
    title
        As a person reads it: "A simple network, in Keras".
    framework
        None in a lesson without a pair.
    notebook, exercises
        Paths in the repository; no exercises where the lesson has none.
    """

    lesson: str
    title: str
    framework: str | None
    notebook: str
    exercises: str | None

    @property
    def number(self) -> str:
        """The lesson's number as its folder has it."""
        return self.lesson[:2]


def catalogue(root: Path, names: list[str]) -> list[Entry]:
    """Return the notebooks of the named lessons.

    Parameters
    ----------
    root
        The checkout.
    names
        Lessons' folder names, in the order in which they are wanted.
    """
    return [entry for name in names for entry in _entries(root, name)]


def _entries(root: Path, name: str) -> list[Entry]:
    folder = root / "lessons" / name
    matter = front_matter(folder / "lesson.md")
    has_exercises = (folder / "exercises.md").exists()
    frameworks: list[str | None] = list(matter["frameworks"]) or [None]
    return [
        Entry(
            name,
            matter["title"] + (f", in {FRAMEWORK_TITLES[framework]}" if framework else ""),
            framework,
            notebook_path(name, "notebooks", framework),
            notebook_path(name, "exercises", framework) if has_exercises else None,
        )
        for framework in frameworks
    ]


def paths_of(entries: list[Entry]) -> list[str]:
    """Return the paths of all notebooks of these entries."""
    found = [entry.notebook for entry in entries]
    return found + [entry.exercises for entry in entries if entry.exercises]
