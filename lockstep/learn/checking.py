"""`check`: what an exercise says about the learner's answer, at once."""

import ast
import inspect
import re
import textwrap
from difflib import get_close_matches

from lockstep.learn import journal
from lockstep.learn.answering import AnswerError, NotAttemptedError, Results, run_answer
from lockstep.learn.errors import CourseError
from lockstep.learn.exercises import Answer, Exercise, load_exercises
from lockstep.learn.feedback import Feedback
from lockstep.learn.judging import RecordedCase, compare, load_recorded
from lockstep.learn.session import current, strict, user_namespace


def find_exercise(name: object) -> Exercise:
    """Return the exercise of this lesson that is called `name`.

    Raises
    ------
    CourseError
        If there is none; the sentence names the nearest.
    """
    session = current()
    exercises = load_exercises(session.folder)
    if isinstance(name, str) and name in exercises:
        return exercises[name]
    if not exercises:
        raise CourseError("This lesson has no exercises.")
    near = get_close_matches(str(name), exercises, n=1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    raise CourseError(
        f"There is no exercise {name!r} here.{meant} There are: {', '.join(exercises)}."
    )


def check(name: str) -> Feedback:
    """Say whether the answer to an exercise is right, and if not, what it looks like was done.

    Parameters
    ----------
    name
        The exercise's name, which is the name of the function or class that answers it.

    Returns
    -------
    Feedback
        Not attempted, not yet, error, or right with its points.

    Raises
    ------
    CourseError
        If there is no such exercise; and, where a machine runs the notebook
        (``LOCKSTEP_STRICT`` or ``NBGRADER_EXECUTION``), for everything but a right answer.
    """
    exercise = find_exercise(name)
    session = current()
    feedback = look_at(exercise, session.framework or "")
    points = exercise.points if feedback.state == "right" else 0
    journal.write(
        "check",
        session.lesson,
        session.framework,
        exercise.name,
        state=feedback.state,
        points=points,
    )
    if strict() and feedback.state != "right":
        raise CourseError(repr(feedback))
    return feedback


def look_at(exercise: Exercise, framework: str) -> Feedback:
    """Return the feedback for the answer that the notebook holds now; nothing is remembered of it."""
    name = exercise.name
    answer = user_namespace().get(name)
    line = unreadable_line(name)
    if line:
        return Feedback(
            "error",
            f"{name}: Python cannot read your cell",
            f"There is a syntax error in line {line} of the cell that you ran last for `{name}`, so what stood there "
            "before would be checked. Mend that line, run the cell, then this one.",
        )
    if answer is None:
        return Feedback(
            "not attempted",
            f"{name}: not attempted",
            f"There is no `{name}` yet. Run the cell that defines it, then this one.",
        )
    if not callable(answer):
        return Feedback(
            "error",
            f"{name}: not a function",
            f"`{name}` is a value of type `{type(answer).__name__}`. Another cell may have used the name: "
            f"run the cell that defines the function `{name}` again.",
        )
    used = forbidden_names(exercise, answer)
    if used:
        return Feedback("not yet", f"{name}: not yet", say_forbidden(used))
    try:
        cases = load_recorded(current().folder / "checks.npz", name)
        answers = [run_answer(exercise, answer, case.inputs, framework) for case in cases]
    except NotAttemptedError:
        return Feedback(
            "not attempted",
            f"{name}: not attempted",
            f'Replace `raise NotImplementedError()` by your answer. `hint("{name}")` gives a nudge.',
        )
    except AnswerError as error:
        return Feedback("error", f"{name}: an error", str(error))
    except KeyboardInterrupt:
        return Feedback(
            "error",
            f"{name}: interrupted",
            f"`{name}` was still running when you stopped it. Look for a loop that never ends.",
        )
    except OSError:
        return Feedback(
            "error",
            f"{name}: the course is incomplete",
            "The file with the expected values cannot be read. Install the course again, "
            "or in a checkout run `lockstep build`.",
        )
    return judge_public(exercise, answers, cases)


def unreadable_line(name: str) -> int | None:
    """Return the line of the syntax error in the last cell that was to define `name`, if there is one."""
    run = user_namespace().get("In", [])
    defines = re.compile(rf"^# lockstep: answer {name}$|^(def|class) {name}\b", re.MULTILINE)
    cells = [cell for cell in run if defines.search(cell)] if isinstance(run, list) else []
    try:
        ast.parse(cells[-1] if cells else "")
    except SyntaxError as error:
        return error.lineno
    return None


def judge_public(exercise: Exercise, answers: list[Results], cases: list[RecordedCase]) -> Feedback:
    """Return the feedback for what an answer returned in the public cases."""
    verdict = compare(answers, cases, exercise.tolerance)
    if not verdict.failed:
        return Feedback(
            "right", f"{exercise.name}: right", f"{_points(exercise.points)}.", share=1.0
        )
    lines = [verdict.sentence]
    if verdict.mistake:
        lines.insert(0, exercise.said_to(verdict.mistake))
    else:
        lines.append(f'`hint("{exercise.name}")` gives a nudge.')
    share = 1 - len(verdict.failed) / len(cases)
    return Feedback("not yet", f"{exercise.name}: not yet", "\n".join(lines), verdict.values, share)


def _points(points: int) -> str:
    return "1 point" if points == 1 else f"{points} points"


def forbidden_names(exercise: Exercise, answer: Answer) -> list[str]:
    """Return the forbidden names that the answer's source uses, found on its syntax tree."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except (OSError, TypeError, SyntaxError):
        return []  # no source at hand: what it returns is judged all the same
    return forbidden_in(exercise, tree)


def forbidden_in(exercise: Exercise, tree: ast.AST) -> list[str]:
    """Return the forbidden names that a syntax tree uses."""
    nodes = list(ast.walk(tree))
    # The answer may carry a forbidden name itself (`softmax`), so its own name alone is no offence.
    used = {node.id for node in nodes if isinstance(node, ast.Name)} - {exercise.name}
    used |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    used |= {node.name.split(".")[-1] for node in nodes if isinstance(node, ast.alias)}
    used |= {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg}
    return sorted(used & set(exercise.forbidden))


def say_forbidden(used: list[str]) -> str:
    """Return what to say to an answer that uses forbidden names."""
    listed = " and ".join(f"`{name}`" for name in used)
    verb = "is" if len(used) == 1 else "are"
    return f"{listed} {verb} not to be used in this exercise. Write it without."
