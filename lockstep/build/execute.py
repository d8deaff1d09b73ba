"""Running a notebook in a kernel of its own."""

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lockstep.build.compose import Notebook
from lockstep.build.errors import LessonError

LONGEST_CELL = 300  # seconds; a cell that runs longer is a mistake in the lesson
WIDGET = "application/vnd.jupyter.widget-view+json"


def execute(
    notebook: Notebook,
    lessons: Path,
    on_cell: Callable[[], None],
    *,
    precision: str = "float32",
    record: Path | None = None,
) -> dict[str, Any]:
    """Run a notebook from top to bottom and return it with its outputs.

    Parameters
    ----------
    notebook
        What to run. Its own cells are not changed.
    lessons
        The folder of lessons that the kernel shall read.
    on_cell
        Called after each code cell.
    precision
        "float32" as a learner sees it, or "float64" for the proof.
    record
        A folder for the values at the meeting points. Without it `meet` compares with the twin's.

    Raises
    ------
    LessonError
        If a cell raises, or runs for more than five minutes.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    document: Any = nbformat.reads(  # type: ignore[no-untyped-call]
        json.dumps(notebook.to_dict()), as_version=4
    )
    with tempfile.TemporaryDirectory() as scratch:
        environment = (
            os.environ
            | {
                "LOCKSTEP_HOME": scratch,
                "LOCKSTEP_LESSONS": str(lessons),
                "LOCKSTEP_PRECISION": precision,
                "LOCKSTEP_STRICT": "1",
                "OMP_NUM_THREADS": "1",  # twins run side by side: more threads than cores wait for each other
            }
        )
        environment.pop("LOCKSTEP_RECORD", None)
        if record is not None:
            record.mkdir(parents=True, exist_ok=True)
            environment["LOCKSTEP_RECORD"] = str(record)
        client = NotebookClient(
            document,
            timeout=LONGEST_CELL,
            kernel_name="python3",
            store_widget_state=False,
            record_timing=False,
            extra_arguments=["--log-level=ERROR"],  # no notices in the middle of the progress bar
            resources={"metadata": {"path": scratch}},
            on_cell_executed=lambda cell, cell_index, execute_reply: on_cell(),
        )
        try:
            client.execute(env=environment)
        except CellExecutionError as error:
            raise _failed(notebook, document, f"{error.ename}: {error.evalue}") from None
        except CellTimeoutError:
            raise _failed(notebook, document, f"it runs for more than {LONGEST_CELL} s") from None
        except DeadKernelError:
            raise _failed(notebook, document, "the kernel died") from None
    return _cleaned(document)


def _failed(notebook: Notebook, document: Any, reason: str) -> LessonError:
    """Return an error for the last cell that was begun."""
    begun = [
        index
        for index, cell in enumerate(document.cells)
        if cell.cell_type == "code" and cell.execution_count
    ]
    cell = notebook.cells[begun[-1] if begun else 0]
    name = "lesson.md" if notebook.role == "notebooks" else "exercises.md"
    framework = f" in {notebook.framework}" if notebook.framework else ""
    return LessonError(
        notebook.lesson.folder / name, cell.line, f"This cell fails{framework}: {reason}"
    )


def _cleaned(document: Any) -> dict[str, Any]:
    """Return the notebook without widget views and this machine's paths."""
    for cell in document.cells:
        cell.metadata.pop("execution", None)
        if "outputs" in cell:
            cell.outputs = _joined(cell.outputs)
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"].pop(WIDGET, None)
            if "text" in output:
                output["text"] = _without_paths(output["text"])
    return dict(document)


def _joined(outputs: list[Any]) -> list[Any]:
    """Join neighbouring pieces of one stream: where a kernel cuts them is chance."""
    joined: list[Any] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            joined.append(output)
    return joined


def _without_paths(text: str) -> str:
    """Cut what stands before `site-packages` in a warning: it names the author's folders."""
    lines = text.splitlines(keepends=True)
    return "".join(
        "…/" + line[line.index("site-packages") :]
        if line.startswith("/") and "site-packages" in line
        else line
        for line in lines
    )
