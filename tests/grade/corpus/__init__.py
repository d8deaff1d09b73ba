"""What hostile and broken submissions look like, and what each must get.

Each kind is a file, or several, that a teacher could have been sent; nothing of the engine is mocked.
`tests/grade/test_corpus.py` grades them all as one class, with honest neighbours between them.
"""

from tests.grade.corpus import (
    archives,
    damaged_files,
    damaged_notebooks,
    escapes,
    forgeries,
    loops_and_limits,
    people,
)
from tests.grade.corpus.honest import HONEST
from tests.grade.corpus.kinds import Kind

THEMES = (
    loops_and_limits,
    escapes,
    forgeries,
    damaged_notebooks,
    damaged_files,
    archives,
    people,
)
KINDS: list[Kind] = [kind for theme in THEMES for kind in theme.KINDS]

__all__ = ["HONEST", "KINDS", "THEMES", "Kind"]
