"""`python -m lockstep.site`: build the site into `_site/`; this is what `make site` calls."""

import sys
import time
from pathlib import Path

SITE = "_site"


def main() -> int:
    """Build the site of the checkout that stands here; return the exit status."""
    root = Path.cwd()
    if not (root / "lessons").is_dir():
        print("There is no `lessons/` here. Run this in a checkout of the course.", file=sys.stderr)
        return 1
    try:
        return _build(root)
    except ImportError as error:
        print(
            f"{error.name} is missing: `python lab.py --setup site` installs it.", file=sys.stderr
        )
        return 1


def _build(root: Path) -> int:
    # Late: what is missing is told in a sentence.
    from lockstep.build.errors import LessonError
    from lockstep.build.stamps import CACHE
    from lockstep.site.building import SiteError, build_site

    started = time.monotonic()
    try:
        build_site(root, root / CACHE / "site", root / SITE)
    except (LessonError, SiteError) as error:
        print(error, file=sys.stderr)
        return 1
    seconds = time.monotonic() - started
    print(
        f"The site is in {SITE}/, built in {seconds:.0f} s. Look: python -m http.server -d {SITE}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
