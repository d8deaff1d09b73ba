"""Links: a text of the repository keeps its links where it becomes a page of the site."""

import posixpath
import re
import shutil
from pathlib import Path

from lockstep.repository import file_url

LINK = re.compile(r"\]\(([^)\s]+)\)")
NOTEBOOK = re.compile(
    r"^(?:notebooks|solutions|(exercises))/(\d\d_\w+?)(?:_pytorch|_keras)?\.ipynb$"
)
PICTURES = (".png", ".svg")


class Links:
    """Knows which page each file of the repository has become."""

    def __init__(self, root: Path, pages: Path, lessons: list[str]) -> None:
        self.root = root
        self.pages = pages
        self.lessons = lessons
        self.docs = sorted(path.relative_to(root).as_posix() for path in root.glob("docs/*.md"))

    def rewrite(self, text: str, home: str) -> str:
        """Return a text with its links as they must be on its page.

        Parameters
        ----------
        text
            Markdown.
        home
            The file that the links are relative to, as a path in the repository.
        """
        return LINK.sub(lambda found: f"]({self._target(found[1], home)})", text)

    def name_lessons(self, text: str) -> str:
        """Return a text in which a lesson's name, written as code, leads to the lesson."""
        names = "|".join(self.lessons)
        return re.sub(rf"(?<![\[`])(`({names})`)(?!`)", r"[\1](/lessons/\2.md)", text)

    def _target(self, target: str, home: str) -> str:
        path, mark, heading = target.partition("#")
        if "://" in path or not path:
            return target
        file = posixpath.normpath(posixpath.join(posixpath.dirname(home), path))
        page = self._page(file)
        if page is not None:
            return f"/{page}{mark}{heading}"
        if not (self.root / file).exists():
            return target  # Sphinx says that it leads nowhere; or it is code, such as `rules[name](value)`
        if file.endswith(PICTURES):
            self._copy(file)
            return f"/{file}"
        return file_url(file) + mark + heading

    def _page(self, file: str) -> str | None:
        if file == "README.md":
            return "index.md"
        if file == "CONTRIBUTING.md" or file in self.docs:
            return file
        notebook = NOTEBOOK.match(file)
        if notebook and notebook[2] in self.lessons:
            return f"{notebook[1] or 'lessons'}/{notebook[2]}.md"
        return None

    def _copy(self, file: str) -> None:
        (self.pages / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.root / file, self.pages / file)
