"""The pages that are texts already: README as the front page, CONTRIBUTING, and what is in docs/."""

import re
from pathlib import Path

from lockstep.build.compose import notebook_path
from lockstep.build.lesson import Lesson
from lockstep.learn.session import FRAMEWORK_TITLES
from lockstep.repository import SLUG, colab_url
from lockstep.site.links import Links
from lockstep.site.myst import block

TABLE = re.compile(r"^## Lessons\n+(?:\|[^\n]*\n)+", re.MULTILINE)
READ_HERE = "Read a lesson here, with all that its code gave; or open it on Colab and run it."
FOR_TEACHERS = ("docs/teaching.md", "docs/grading.md", "docs/editions.md", "docs/scale.md")


def front_page(root: Path, lessons: list[Lesson], links: Links) -> str:
    """Return README with a table of the lessons' pages, and the site's table of contents."""
    readme = links.rewrite((root / "README.md").read_text(encoding="utf-8"), "README.md")
    # A function: a backslash in the table is one.
    text = TABLE.sub(lambda _: f"## Lessons\n\n{READ_HERE}\n\n{_table(lessons)}\n", readme)
    authors = [name for name in links.docs if name not in FOR_TEACHERS]
    teachers = [name for name in FOR_TEACHERS if name in links.docs]
    trees = [
        _tree("Lessons", [f"lessons/{lesson.name}" for lesson in lessons]),
        _tree("For teachers", teachers),
        _tree("For authors", ["CONTRIBUTING", *authors, f"GitHub <https://github.com/{SLUG}>"]),
    ]
    return "\n\n".join([text, *trees]) + "\n"


def doc_pages(root: Path, links: Links) -> dict[str, str]:
    """Return the other texts, by the names of their pages."""
    names = ["CONTRIBUTING.md", *links.docs]
    return {name: links.rewrite((root / name).read_text(encoding="utf-8"), name) for name in names}


def _table(lessons: list[Lesson]) -> str:
    rows = ["| no. | lesson | exercises | on Colab |", "| --- | --- | --- | --- |"]
    for lesson in lessons:
        title = f"[{lesson.meta['title']}](/lessons/{lesson.name}.md)"
        exercises = f"[exercises](/exercises/{lesson.name}.md)" if lesson.exercise_text else ""
        colab = " · ".join(
            f"[{FRAMEWORK_TITLES.get(str(framework), 'lesson')}]"
            f"({colab_url(notebook_path(lesson.name, 'notebooks', framework))})"
            for framework in lesson.frameworks
        )
        rows.append(f"| {lesson.name[:2]} | {title} | {exercises} | {colab} |")
    return "\n".join(rows)


def _tree(title: str, names: list[str]) -> str:
    """Return a part of the table of contents; it shows at the side, not in the text."""
    body = "\n".join(name.removesuffix(".md") for name in names)
    return block("toctree", "", body, {"caption": title, "hidden": ""})
