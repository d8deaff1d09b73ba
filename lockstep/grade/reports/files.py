"""Writing a report's file in one go."""

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that whoever opens it finds the old one or the new one, never a half.

    Its folder is made where it is not there yet.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        part.chmod(0o644)  # mkstemp's 0o600 would keep a web server or a colleague from reading it
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
