"""`start`: the notebook's first cell says which lesson this is."""

from lockstep.learn.alternatives import describe_figures
from lockstep.learn.front_matter import front_matter
from lockstep.learn.session import FRAMEWORK_TITLES, begin, framework_version


def start(lesson: str, framework: str | None = None) -> None:
    """Begin a lesson in this kernel, and print its title.

    Parameters
    ----------
    lesson
        The lesson's folder name, such as "04_simple_net".
    framework
        "pytorch" or "keras"; left out in a lesson that needs neither.

    Raises
    ------
    CourseError
        If there is no such lesson or framework, or the framework is not installed.
    """
    session = begin(lesson, framework)
    describe_figures()
    title = front_matter(session.folder / "lesson.md").get("title", lesson)
    number = lesson.partition("_")[0]
    with_framework = (
        f" · {FRAMEWORK_TITLES[framework]} {framework_version(framework)}" if framework else ""
    )
    print(f"Lesson {number} · {title}{with_framework}")
