"""Writing a folder whole or not at all: a run that is refused or cut off leaves nothing behind."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class EditionError(Exception):
    """Why an edition cannot be written: a sentence that says what to do."""


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Give a place to write in; its content is in `folder` once the block ends without an error.

    Raises
    ------
    EditionError
        If `folder` is a file, or holds something already.
    """
    _refuse_occupied(folder)
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
    try:
        yield place
        for part in sorted(place.iterdir()):
            part.rename(folder / part.name)
    finally:
        shutil.rmtree(place)
        if made and not any(folder.iterdir()):
            folder.rmdir()


def _refuse_occupied(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise EditionError(f"{folder} is a file. Name a folder that is new or empty.")
    if folder.exists() and any(folder.iterdir()):
        raise EditionError(
            f"{folder} is not empty, and an edition is not written over what is there. "
            "Name a folder that is new or empty."
        )


def put(path: Path, text: str) -> None:
    """Write a text file with the same bytes on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
