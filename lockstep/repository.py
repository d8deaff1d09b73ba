"""Where the course's repository is on GitHub: the one place in the code that knows."""

from urllib.parse import quote

SLUG = "lockstep-course/lockstep"
BRANCH = "main"
HAS_SOLUTIONS = True  # False in the student edition, where `solution` says so


def colab_url(path: str, slug: str | None = None) -> str:
    """Return the link that opens a notebook of the repository in Colab.

    Parameters
    ----------
    path
        The notebook's path in the repository, with forward slashes.
    slug
        Another repository, as OWNER/NAME.
    """
    return f"https://colab.research.google.com/github/{slug or SLUG}/blob/{BRANCH}/{quote(path)}"


def wheel_url(version: str) -> str:
    """Return the link to the wheel of one exact version, which a notebook on Colab installs."""
    wheel = f"lockstep-{version}-py3-none-any.whl"
    return f"https://github.com/{SLUG}/releases/download/v{version}/{wheel}"


def file_url(path: str) -> str:
    """Return the link to a file or folder of the repository on GitHub."""
    return f"https://github.com/{SLUG}/blob/{BRANCH}/{quote(path)}"
