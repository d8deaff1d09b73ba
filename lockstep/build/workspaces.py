"""The JupyterLab workspace that shows a lesson's twins side by side.

JupyterLab opens such a file like a notebook, also from the link at the top of a lesson:
https://jupyterlab.readthedocs.io/en/stable/user/workspaces.html
"""

import json
from pathlib import Path

from lockstep.build.compose import Notebook, side_by_side_path


def workspace_of(lesson: str, notebooks: list[Notebook]) -> tuple[str, str] | None:
    """Return where a lesson's workspace stands in the repository and its text; None without twins."""
    twins = [notebook.path for notebook in notebooks if notebook.role == "notebooks"]
    if len(twins) < 2:
        return None
    text = json.dumps(_side_by_side(lesson, twins), indent=1) + "\n"
    return side_by_side_path(lesson), text


def write_workspace(root: Path, lesson: str, notebooks: list[Notebook]) -> None:
    """Write a lesson's workspace where it differs from the committed one."""
    made = workspace_of(lesson, notebooks)
    if made and read_text(root / made[0]) != made[1]:
        (root / made[0]).parent.mkdir(exist_ok=True)
        (root / made[0]).write_text(made[1], encoding="utf-8", newline="\n")


def read_text(path: Path) -> str | None:
    """Return a file's text; None where there is none."""
    return path.read_text(encoding="utf-8") if path.exists() else None


def _side_by_side(name: str, notebooks: list[str]) -> dict[str, object]:
    panels = [f"notebook:{path}" for path in notebooks]
    tabs = [{"type": "tab-area", "currentIndex": 0, "widgets": [panel]} for panel in panels]
    dock = {
        "type": "split-area",
        "orientation": "horizontal",
        "sizes": [1 / len(tabs)] * len(tabs),
        "children": tabs,
    }
    data: dict[str, object] = {
        f"notebook:{path}": {"data": {"path": path, "factory": "Notebook"}} for path in notebooks
    }
    data["layout-restorer:data"] = {
        "main": {"dock": dock, "current": panels[0]},
        "left": {"collapsed": True},
    }
    return {"data": data, "metadata": {"id": name}}
