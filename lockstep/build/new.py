"""`lockstep new`: a new lesson's folder, small and whole, that builds as it is."""

import re
from pathlib import Path

TEMPLATE = Path(__file__).parent / "template"


def new_lesson(lessons: Path, name: str) -> Path:
    """Lay out `lessons/name` from the template and return the folder.

    Raises
    ------
    ValueError
        If the name is not two digits and words, or the lesson exists.
    """
    if not re.fullmatch(r"\d\d_[a-z0-9]+(_[a-z0-9]+)*", name):
        raise ValueError(
            f"{name!r} is no lesson's name. Use two digits and words, such as 21_name."
        )
    folder = lessons / name
    if folder.exists():
        raise ValueError(f"{folder} exists already. Choose another name, or write on in it.")
    folder.mkdir(parents=True)
    for source in sorted(TEMPLATE.glob("*.txt")):
        title = name[3:].replace("_", " ").capitalize()
        text = source.read_text(encoding="utf-8").replace("TITLE", title)
        (folder / source.stem).write_text(text, encoding="utf-8", newline="\n")
    return folder
