"""`lockstep build --check`: which committed notebooks are not what their lesson builds."""

import json
from pathlib import Path
from typing import Any

from lockstep.build.compose import ROLES, Notebook, compose
from lockstep.build.lesson import load_lesson
from lockstep.build.workspaces import read_text, workspace_of


def problems_of(root: Path, names: list[str]) -> list[str]:
    """Return a sentence for each committed notebook that is not what its lesson builds.

    Sources, ids, metadata and the fingerprint of the inputs are compared, outputs are not: they
    differ between processors.

    Raises
    ------
    LessonError
        If a lesson is refused.
    """
    found: list[str] = []
    for name in names:
        lesson = load_lesson(root / "lessons" / name)
        notebooks = compose(lesson)
        for notebook in notebooks:
            problem = _problem(root, notebook)
            if problem:
                found.append(f"{notebook.path}: {problem} Run `lockstep build {name}`.")
        workspace = workspace_of(name, notebooks)
        if workspace and read_text(root / workspace[0]) != workspace[1]:
            found.append(
                f"{workspace[0]}: it is missing or shows other notebooks. Run `lockstep build {name}`."
            )
        wanted = [("meetings.npz", lesson.meetings), ("checks.npz", lesson.exercises)]
        found += [
            f"lessons/{name}/{file} is missing. Run `lockstep build {name}`."
            for file, needed in wanted
            if needed and not (lesson.folder / file).exists()
        ]
    return found


def strangers(root: Path, names: list[str]) -> list[str]:
    """Return a sentence for each committed notebook that no lesson builds."""
    built = {
        root / notebook.path
        for name in names
        for notebook in compose(load_lesson(root / "lessons" / name))
    }
    there = [path for role in ROLES for path in sorted((root / role).glob("*.ipynb"))]
    return [
        f"{path.parent.name}/{path.name}: no lesson builds it. Delete it, or write its lesson."
        for path in there
        if path not in built
    ]


def _problem(root: Path, notebook: Notebook) -> str | None:
    try:
        committed = json.loads((root / notebook.path).read_text(encoding="utf-8"))
    except OSError:
        return "it is missing."
    except ValueError:
        return "it is not JSON."
    built = json.loads(json.dumps(notebook.to_dict()))
    if committed.get("metadata") != built["metadata"]:
        return "its metadata or the fingerprint of its inputs differ from what the lesson builds."
    theirs, ours = (
        [_bare(cell) for cell in document.get("cells", [])] for document in (committed, built)
    )
    if len(theirs) != len(ours):
        return f"it has {len(theirs)} cells, and the lesson builds {len(ours)}."
    for number, (cell, right) in enumerate(zip(theirs, ours, strict=True), start=1):
        if cell != right:
            part = next(key for key in right if cell.get(key) != right[key])
            return f"cell {number} ({right['id']}): its {part} differs from what the lesson builds."
    return None


def _bare(cell: dict[str, Any]) -> dict[str, Any]:
    kept = {key: cell.get(key) for key in ("cell_type", "id", "metadata")}
    return kept | {"source": "".join(cell.get("source", []))}
