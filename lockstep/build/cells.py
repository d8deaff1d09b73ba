"""The cells of a notebook, before they are written: ids, metadata, and where in the text they come from."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from lockstep.build.lesson import BEGIN, END
from lockstep.build.text import Code
from lockstep.learn.exercises import Exercise

LONGEST_ID = 64  # nbformat's limit


@dataclass
class Cell:
    """A cell and the line of the text that it was made from."""

    id: str
    kind: str
    source: str
    line: int = 1
    metadata: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the cell as the notebook format has it, without outputs."""
        cell: dict[str, Any] = {
            "cell_type": self.kind,
            "id": self.id,
            "metadata": self.metadata,
            "source": self.source.splitlines(keepends=True),
        }
        if self.kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        return cell


def slug(title: str) -> str:
    """Return a title in small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "introduction"


def hashed_id(kind: str, step: str, source: str) -> str:
    """Return an id that changes only with the cell's own source or its step's title.

    The framework is left out, so that prose for both has one id in both twins.
    """
    digest = hashlib.sha256(source.encode()).hexdigest()[:8]
    return f"{kind}-{slug(step)[: LONGEST_ID - len(kind) - 10]}-{digest}"


def prose_cell(step: str, text: str, line: int) -> Cell:
    """Return a Markdown cell."""
    return Cell(hashed_id("text", step, text), "markdown", text, line)


def code_cell(step: str, code: Code) -> Cell:
    """Return a code cell with the tags that nbval reads."""
    tags = sorted(code.tags & {"nbval-check-output", "raises-exception"})
    metadata = {"tags": tags} if tags else {}
    return Cell(
        hashed_id("code", step, code.source), "code", code.source, code.source_line, metadata
    )


def answer_cell(code: Code, *, solved: bool) -> Cell:
    """Return an answer cell, solved or blank, with its marker line and nbgrader's metadata."""
    source = code.source if solved else blank(code.source)
    metadata = nbgrader(str(code.exercise), grade=False, solution=True, locked=False)
    marked = f"# lockstep: answer {code.exercise}\n{source}"
    return Cell(f"answer-{code.exercise}", "code", marked, code.source_line - 1, metadata)


def check_cell(exercise: Exercise, line: int) -> Cell:
    """Return the cell that checks an exercise."""
    source = f'# lockstep: check {exercise.name}\ncheck("{exercise.name}")'
    metadata = nbgrader(f"check-{exercise.name}", grade=True, solution=False, locked=True)
    metadata["nbgrader"]["points"] = exercise.points
    return Cell(f"check-{exercise.name}", "code", source, line, metadata)


def blank(source: str) -> str:
    """Return an answer's source with the solution replaced as nbgrader replaces it."""
    kept: list[str] = []
    inside = False
    for line in source.splitlines():
        if line.strip() == BEGIN:
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            kept += [f"{indent}# YOUR CODE HERE", f"{indent}raise NotImplementedError()"]
        elif line.strip() == END:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def nbgrader(grade_id: str, *, grade: bool, solution: bool, locked: bool) -> dict[str, Any]:
    """Return nbgrader's cell metadata, schema 3."""
    return {
        "nbgrader": {
            "grade": grade,
            "grade_id": grade_id,
            "locked": locked,
            "schema_version": 3,
            "solution": solution,
            "task": False,
        }
    }
