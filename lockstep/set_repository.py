"""Point the course at another repository on GitHub: its links, badges and downloads."""

import re
from collections.abc import Iterator
from pathlib import Path

SLUG_FILE = Path("lockstep/repository.py")
SLUG_LINE = re.compile(r'^SLUG = "(?P<slug>[^"]+)"$', re.MULTILINE)
# GitHub's own rules for an account's and a repository's name.
VALID_SLUG = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}/[A-Za-z0-9._-]{1,100}")
LINKING_FILES = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/*.md",
    "notebooks/*.ipynb",
    "exercises/*.ipynb",
    "solutions/*.ipynb",
)


def set_repository(root: Path, slug: str) -> list[Path]:
    """Make `slug` the repository that everything in the checkout `root` links to.

    Parameters
    ----------
    root
        The checkout.
    slug
        The repository as OWNER/NAME.

    Returns
    -------
    list of Path
        The files that changed; none where `slug` is the repository already.

    Raises
    ------
    ValueError
        If `slug` is no name that GitHub would take, or the checkout does not say which one it has.
    """
    refuse_bad_slug(slug)
    old = current_slug(root)
    if slug == old:
        return []
    changed = [path for path in linking_files(root) if replace_slug(path, old, slug)]
    # Last: until it is written, a run that was cut off can be repeated.
    settings = root / SLUG_FILE
    text = SLUG_LINE.sub(f'SLUG = "{slug}"', settings.read_bytes().decode())
    settings.write_bytes(text.encode())
    return [*changed, settings]


def refuse_bad_slug(slug: str) -> None:
    """Raise a ValueError with a sentence if `slug` is not OWNER/NAME."""
    name = slug.rpartition("/")[2]
    if not VALID_SLUG.fullmatch(slug) or name in (".", "..") or name.endswith(".git"):
        raise ValueError(
            f"{slug!r} is no repository on GitHub. Write OWNER/NAME, as in `ada/deep-learning`: "
            "without https://github.com/ in front and without .git behind."
        )


def current_slug(root: Path) -> str:
    """Return the repository that the checkout links to now."""
    path = root / SLUG_FILE
    found = SLUG_LINE.search(path.read_bytes().decode()) if path.is_file() else None
    if found is None:
        raise ValueError(f"{path} has no line `SLUG = ...`: is {root} a checkout of the course?")
    return found["slug"]


def linking_files(root: Path) -> Iterator[Path]:
    """Yield the files that may hold links to the repository."""
    for pattern in LINKING_FILES:
        yield from sorted(root.glob(pattern))


def replace_slug(path: Path, old: str, new: str) -> bool:
    """Replace the repository's name in one file and say whether it was there.

    Bytes are read and written, so that a file keeps its line ends.
    """
    text = path.read_bytes().decode()
    # `.git` and a sentence's full stop may follow the name; what else would make it another name.
    end = r"(?![A-Za-z0-9_-])(?!\.(?!git\b)[A-Za-z0-9])"
    replaced = re.sub(rf"(?<![A-Za-z0-9_.-]){re.escape(old)}{end}", new, text)
    if replaced == text:
        return False
    path.write_bytes(replaced.encode())
    return True
