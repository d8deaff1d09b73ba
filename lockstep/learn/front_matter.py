"""What stands at the top of a `lesson.md`: title, frameworks, minutes, goals, meeting points."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@lru_cache
def front_matter(path: Path) -> dict[str, Any]:
    """Return the front matter of a lesson's text; empty where there is none.

    Raises
    ------
    yaml.YAMLError
        If it is not YAML.
    """
    text = path.read_text(encoding="utf-8")
    if not text.startswith("---\n"):
        return {}
    head, _, _ = text[4:].partition("\n---\n")
    return yaml.safe_load(head) or {}
