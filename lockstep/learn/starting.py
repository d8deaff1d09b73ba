"""`start`: the notebook's first cell says which lesson this is."""

from lockstep import __version__
from lockstep.learn import colab, journal
from lockstep.learn.alternatives import describe_figures
from lockstep.learn.errors import CourseError
from lockstep.learn.front_matter import front_matter
from lockstep.learn.session import FRAMEWORK_TITLES, begin, framework_version


def start(lesson: str, framework: str | None = None, *, release: str = __version__) -> None:
    """Begin a lesson in this kernel, and print its title.

    Parameters
    ----------
    lesson
        The lesson's folder name, such as "04_simple_net".
    framework
        "pytorch" or "keras"; left out in a lesson that needs neither.
    release
        The release of the course that the notebook belongs to.

    Raises
    ------
    CourseError
        If there is no such lesson or framework, the framework is not installed, or the course's
        package is older than the notebook.
    """
    _compare_releases(release)
    session = begin(lesson, framework)
    describe_figures()
    title = front_matter(session.folder / "lesson.md").get("title", lesson)
    number = lesson.partition("_")[0]
    with_framework = (
        f" · {FRAMEWORK_TITLES[framework]} {framework_version(framework)}" if framework else ""
    )
    print(f"Lesson {number} · {title}{with_framework}")
    if colab.here():
        journal.move_to_drive()
        print(_where_progress_is())


def _where_progress_is() -> str:
    """Say where a learner's progress is kept on Colab."""
    if not colab.forgets():
        return f"Your progress is kept in your Google Drive, in {journal.folder()}."
    return (
        "Your progress is kept until this runtime ends. To keep it longer, mount your Drive (the folder on the "
        "left) and run this cell again; or run progress(), which gives a code to paste another day."
    )


def _compare_releases(notebook: str) -> None:
    """Refuse a notebook that is newer than this package; of an older one say that it is."""
    if _numbers(notebook) > _numbers(__version__):
        raise CourseError(
            f"This notebook belongs to release {notebook} of the course, and {__version__} is installed here. "
            "In a checkout of the course, run `git pull` and `make lab`. Elsewhere, run "
            "`%pip uninstall -y lockstep` in a new cell, restart the kernel, and run this cell again."
        )
    if notebook != __version__:
        print(
            f"This notebook is of release {notebook} of the course, and {__version__} is installed here. "
            "If something fails, open the newest copy of the notebook."
        )


def _numbers(release: str) -> list[int]:
    return [int(number) for number in release.split(".")]
