"""What the last build saw, kept out of git, so that an unchanged course is known without reading it."""

import hashlib
import json
from pathlib import Path

CACHE = ".lockstep"


def digest(paths: list[Path]) -> str:
    """Return a digest of files by name and content; a missing file counts as such."""
    total = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes() if path.exists() else b"missing"
        total.update(f"{path.name} {len(content)} ".encode() + content)
    return total.hexdigest()[:16]


def package_digest() -> str:
    """Return a digest of the package's own code: another builder builds anew."""
    package = Path(__file__).resolve().parent.parent
    return digest([path for path in package.rglob("*") if path.suffix in (".py", ".js", ".css")])


def learn_digest() -> str:
    """Return a digest of what a notebook imports: a recording depends on it."""
    package = Path(__file__).resolve().parent.parent
    return digest(list((package / "learn").rglob("*.py")))


def inputs_of(folder: Path) -> list[Path]:
    """Return the files that an author wrote."""
    return [folder / name for name in ("lesson.md", "exercises.md", "checks.py", "rubric.yaml")]


def outputs_of(root: Path, lesson: str) -> list[Path]:
    """Return the files that a build made."""
    built = [
        path
        for role in ("notebooks", "exercises", "solutions")
        for path in (root / role).glob(f"{lesson}*.ipynb")
    ]
    recorded = [root / "lessons" / lesson / name for name in ("meetings.npz", "checks.npz")]
    return [*built, *recorded, *(root / "side_by_side").glob(f"{lesson}.*")]


class Stamps:
    """The digests of each lesson's inputs and outputs at its last build."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / CACHE / "stamps.json"
        self.package = package_digest()
        try:
            self.known: dict[str, str] = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.known = {}

    def written(self, lesson: str) -> str:
        """Return a digest of what an author wrote and of the builder."""
        return f"{self.package} {digest(inputs_of(self.root / 'lessons' / lesson))}"

    def unchanged(self, lesson: str) -> bool:
        """Say whether neither the lesson, nor the builder, nor what was built has changed."""
        built = digest(outputs_of(self.root, lesson))
        return self.known.get(lesson) == f"{self.written(lesson)} {built}"

    def keep(self, lesson: str, written: str) -> None:
        """Remember what was built from `written`, as it was when the build began to read it."""
        self.known[lesson] = f"{written} {digest(outputs_of(self.root, lesson))}"
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(json.dumps(self.known, indent=1), encoding="utf-8")
