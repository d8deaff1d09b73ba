"""Where the lessons are: the checkout's `lessons/` folder, or the copy inside the wheel."""

import os
from pathlib import Path


def lessons_folder() -> Path:
    """Return the folder that holds one folder a lesson.

    The builder points kernels at the lessons that it is building with the
    environment variable ``LOCKSTEP_LESSONS``. Otherwise a checkout's folder is
    taken, and outside a checkout the copy that came with the wheel.
    """
    chosen = os.environ.get("LOCKSTEP_LESSONS")
    if chosen:
        return Path(chosen)
    here = Path(__file__).resolve().parent
    checkout = here.parent.parent / "lessons"
    return checkout if checkout.is_dir() else here


def lesson_names(folder: Path | None = None) -> list[str]:
    """Return the names of all lessons in `folder`, in the course's order."""
    folder = folder or lessons_folder()
    return sorted(entry.parent.name for entry in folder.glob("[0-9][0-9]_*/lesson.md"))
