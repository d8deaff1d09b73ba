"""nbgrader's own tree: source/LESSON/NOTEBOOK.ipynb, solved, with nbgrader's markers and metadata."""

import posixpath
import re
from pathlib import Path
from typing import Any

from lockstep.build.compose import Notebook, compose, notebook_path
from lockstep.build.lesson import Lesson, load_lesson
from lockstep.edition.relink import notebook_text, relink_notebook
from lockstep.edition.writing import EditionError, new_folder, put
from lockstep.learn.session import FRAMEWORK_TITLES
from lockstep.repository import SLUG, colab_url
from lockstep.set_repository import replace_slug

TEMPLATES = Path(__file__).resolve().parent / "templates"
STEP_ON_COLAB = re.compile(r" · \[on Colab\]\([^()\s]*#scrollTo=[^()\s]*\)")


def write_nbgrader_tree(root: Path, folder: Path, names: list[str], slug: str) -> None:
    """Write an nbgrader course of some lessons' exercises into a new or empty folder.

    Parameters
    ----------
    root
        The checkout.
    folder
        Where the tree goes.
    names
        The lessons; one without exercises is left out.
    slug
        The repository where links to the lessons lead, as OWNER/NAME.

    Raises
    ------
    EditionError
        If the folder is not empty, or no lesson has exercises.
    LessonError
        If a lesson is refused.
    """
    lessons = [load_lesson(root / "lessons" / name) for name in names]
    lessons = [lesson for lesson in lessons if lesson.exercise_text]
    if not lessons:
        raise EditionError("None of these lessons has exercises, so there is nothing to grade.")
    with new_folder(folder) as place:
        for lesson in lessons:
            for notebook in _source_notebooks(lesson):
                name = posixpath.basename(notebook["path"])
                target = place / "source" / lesson.name / name
                put(target, notebook_text(notebook["content"]))
                replace_slug(target, SLUG, slug)  # the set-up cell's, too
        put(place / "nbgrader_config.py", _template("nbgrader_config.py.txt"))
        put(place / "README.md", _readme(lessons))


def _source_notebooks(lesson: Lesson) -> list[dict[str, Any]]:
    """Return a lesson's exercise notebooks, solved: what nbgrader makes the students' from."""
    notebooks = {(one.role, one.framework): one for one in compose(lesson)}
    found = []
    for framework in lesson.frameworks:
        notebook = notebooks["exercises", framework]
        content = _solved(notebook, notebooks["solutions", framework])
        _put_links(content, notebook)
        found.append({"path": notebook.path, "content": content})
    return found


def _solved(notebook: Notebook, solutions: Notebook) -> dict[str, Any]:
    """Return the exercise notebook with the answers of the solved one."""
    content = notebook.to_dict()
    answers = {cell.id: cell.source for cell in solutions.cells if cell.id.startswith("answer-")}
    for cell in content["cells"]:
        if cell["id"] in answers:
            cell["source"] = answers[cell["id"]].splitlines(keepends=True)
    return content


def _put_links(content: dict[str, Any], notebook: Notebook) -> None:
    """Link the twin beside it and the lesson on Colab, in place of what the course links.

    The badge and each step's link to Colab go: there a student would answer a copy that nbgrader's
    exchange knows nothing of.
    """
    lesson, here = notebook.lesson.name, notebook.framework
    twins = [name for name in notebook.lesson.frameworks if name and name != here]
    links = [
        f"[in {FRAMEWORK_TITLES[name]}]({posixpath.basename(notebook_path(lesson, 'exercises', name))})"
        for name in twins
    ]
    links.append(f"[the lesson, on Colab]({colab_url(notebook_path(lesson, 'notebooks', here))})")
    title = content["cells"][0]
    heading, *paragraphs = "".join(title["source"]).split("\n\n")
    kept = [text for text in paragraphs if not text.startswith(("[![", "Here: ", "On Colab: "))]
    title["source"] = "\n\n".join([heading, " · ".join(links), *kept]).splitlines(keepends=True)
    for cell in content["cells"]:
        source = STEP_ON_COLAB.sub("", "".join(cell["source"]))
        cell["source"] = source.splitlines(keepends=True)
    relink_notebook(content, notebook.path, lambda path: _place(path, lesson))


def _place(path: str, lesson: str) -> str:
    role, _, name = path.partition("/")
    beside = role == "exercises" and name.startswith(lesson)
    return name if beside else colab_url(path)


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _readme(lessons: list[Lesson]) -> str:
    rows = ["| assignment | lesson | points |", "| --- | --- | --- |"]
    for lesson in lessons:
        points = sum(exercise.points for exercise in lesson.exercises.values())
        rows.append(f"| `{lesson.name}` | {lesson.meta['title']} | {points} |")
    text = _template("nbgrader_README.md")
    return text.replace("@TABLE@", "\n".join(rows)).replace("@FIRST@", lessons[0].name)
