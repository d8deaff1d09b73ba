"""The student edition: a repository of its own, without solutions, hidden cases and the judge."""

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from lockstep.build.compose import side_by_side_path
from lockstep.edition.catalogue import Entry, catalogue, paths_of
from lockstep.edition.project import student_project
from lockstep.edition.relink import notebook_text, relink_notebook
from lockstep.edition.writing import new_folder, put
from lockstep.grade.public_checks import write_public_lesson
from lockstep.repository import colab_url
from lockstep.set_repository import (
    SLUG_FILE,
    SLUG_LINE,
    current_slug,
    linking_files,
    replace_slug,
)

COPIED = ("lab.py", "environment.yml", "LICENSE", "LICENSE-text", ".gitignore")
PACKAGE = ("__init__.py", "lessons/__init__.py")  # and all of `learn`
TEMPLATES = Path(__file__).resolve().parent / "templates"
BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
NO_SOLUTIONS = re.compile(r"^HAS_SOLUTIONS = True\b.*$", re.MULTILINE)


def write_student_edition(root: Path, folder: Path, names: list[str], slug: str) -> None:
    """Write the student edition of some lessons into a new or empty folder.

    Parameters
    ----------
    root
        The checkout. Its notebooks are what its lessons build: `lockstep build --check` says so.
    folder
        Where the edition goes.
    names
        The lessons that are handed out.
    slug
        The repository that the edition is pushed to, as OWNER/NAME.

    Raises
    ------
    EditionError
        If the folder is not empty.
    PublicChecksError
        If a lesson's checks cannot be told from its answers.
    """
    entries = catalogue(root, names)
    with new_folder(folder) as place:
        _copy(root, place, COPIED)
        _copy(root / "lockstep", place / "lockstep", [*PACKAGE, *_files_of_learn(root)])
        _write_repository_settings(root, place, slug)
        for name in names:
            write_public_lesson(root / "lessons" / name, place / "lessons" / name)
        workspaces = [side_by_side_path(name) for name in names]
        _copy(root, place, [path for path in workspaces if (root / path).exists()])
        _write_notebooks(root, place, paths_of(entries))
        project = (root / "pyproject.toml").read_text(encoding="utf-8")
        put(place / "pyproject.toml", student_project(project))
        put(place / "Makefile", _template("student_Makefile"))
        put(place / "README.md", _readme(entries, slug))
        old = current_slug(root)
        for path in linking_files(place):
            replace_slug(path, old, slug)


def _copy(source: Path, target: Path, names: Iterable[str]) -> None:
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target / name)


def _files_of_learn(root: Path) -> list[str]:
    package = root / "lockstep"
    return [
        path.relative_to(package).as_posix()
        for path in sorted((package / "learn").rglob("*"))
        if path.suffix in (".py", ".js", ".css")
    ]


def _write_repository_settings(root: Path, place: Path, slug: str) -> None:
    text = (root / SLUG_FILE).read_text(encoding="utf-8")
    text = SLUG_LINE.sub(f'SLUG = "{slug}"', text)
    text, found = NO_SOLUTIONS.subn("HAS_SOLUTIONS = False", text)
    assert found == 1  # `solution` would point at notebooks that are not there
    put(place / SLUG_FILE, text)


def _write_notebooks(root: Path, place: Path, paths: list[str]) -> None:
    there = set(paths)
    for path in paths:
        notebook = json.loads((root / path).read_text(encoding="utf-8"))
        relink_notebook(notebook, path, lambda target: target if target in there else None)
        put(place / path, notebook_text(notebook))


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _readme(entries: list[Entry], slug: str) -> str:
    values = {
        "TITLE": "Lockstep: deep learning in PyTorch and in Keras",
        "SLUG": slug,
        "NAME": slug.rpartition("/")[2],
        "TABLE": _table(entries, slug),
    }
    text = _template("student_README.md")
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def _table(entries: list[Entry], slug: str) -> str:
    rows = ["| | lesson | open on Colab | exercises on Colab |", "| --- | --- | --- | --- |"]
    for entry in entries:
        badge = f"[![Open in Colab]({BADGE})]({colab_url(entry.notebook, slug)})"
        exercises = ""
        if entry.exercises:
            exercises = f"[exercises]({colab_url(entry.exercises, slug)})"
        title = f"[{entry.title}]({entry.notebook})"
        rows.append(f"| {entry.number} | {title} | {badge} | {exercises} |")
    return "\n".join(rows)
