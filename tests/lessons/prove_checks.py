"""What `check` says to every kind of answer of one lesson in one framework, as JSON.

`python -m tests.lessons.prove_checks LESSON FRAMEWORK` runs in a process of its own, so that the two
frameworks are never imported together.
"""

import json
import sys

import numpy as np

from lockstep.build.answers import solved_namespace
from lockstep.build.cells import blank
from lockstep.build.lesson import load_lesson
from lockstep.learn import checking
from lockstep.learn.answering import mistake_as_answer
from lockstep.learn.session import begin
from lockstep.lessons import lessons_folder


def blanks(lesson, framework):
    """Return each exercise's blank as a function, by name."""
    found = {}
    for step in lesson.exercise_text.steps:
        for cell in step.code(framework):
            if cell.is_answer:
                exec(blank(cell.source), found)
    return found


def outcomes(name, framework):
    """Yield what is said to each exercise's answers."""
    lesson = load_lesson(lessons_folder() / name)
    begin(name, framework)
    notebook = {}
    checking.user_namespace = lambda: notebook
    solved = solved_namespace(lesson, framework)
    alternative = solved_namespace(lesson, framework, alternative=True)
    empty = blanks(lesson, framework)
    for exercise in lesson.exercises.values():
        answers = {
            "solution": solved[exercise.name],
            "alternative": alternative[exercise.name],
            "blank": empty[exercise.name],
        }
        answers |= {
            f"mistake {mistake.name}": mistake_as_answer(exercise, mistake, framework or "")
            for mistake in exercise.mistakes
        }
        says = [mistake.say for mistake in exercise.mistakes]
        for kind, answer in answers.items():
            notebook[exercise.name] = answer
            with np.errstate(all="ignore"):  # some mistakes overflow on purpose
                feedback = checking.check(exercise.name)
            told = [number for number, say in enumerate(says) if say in feedback.message]
            yield {
                "exercise": exercise.name,
                "kind": kind,
                "state": feedback.state,
                "told": [exercise.mistakes[number].name for number in told],
                "message": feedback.message,
                "same function as the solution": answer is solved[exercise.name],
            }


if __name__ == "__main__":
    print(json.dumps(list(outcomes(sys.argv[1], sys.argv[2] or None))))
