"""What is special about Google Colab: the page has the notebook, and the machine is gone tomorrow."""

import json
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

# The front end answers within a second; one that is gone, or is not Colab's page, never does.
SECONDS = 10

DRIVE = Path("/content/drive/MyDrive")  # where Colab's own button mounts it


def here() -> bool:
    """Say whether this kernel is Colab's, which has its own package imported from the start."""
    return "google.colab" in sys.modules


def drive() -> Path | None:
    """Return the learner's Google Drive; None where it is not mounted, or this is not Colab."""
    return DRIVE if here() and DRIVE.is_dir() else None


def forgets() -> bool:
    """Say whether what is written on this machine is lost when its runtime ends."""
    return here() and drive() is None


def open_notebook() -> dict[str, Any] | None:
    """Return the notebook as the browser has it now; None where there is no saying.

    The request is not documented, so anything may come of it.
    """
    try:
        message = import_module("google.colab._message")
        reply = message.blocking_request("get_ipynb", request="", timeout_sec=SECONDS)
        notebook = reply["ipynb"]
    except Exception:
        return None
    return notebook if isinstance(notebook, dict) else None


def download(notebook: dict[str, Any], name: str) -> bool:
    """Offer a notebook as a download, and say whether the browser was asked."""
    path = Path(tempfile.mkdtemp()) / name
    try:
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False), encoding="utf-8")
        import_module("google.colab.files").download(str(path))
    except Exception:  # Colab's own, and a disk that is full
        return False
    return True
