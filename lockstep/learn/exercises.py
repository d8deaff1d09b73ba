"""What an exercise is: its cases, its typical wrong answers, its hints. `checks.py` makes these."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

PUBLIC_SEED = 2026  # the public cases are what `cases` draws from this seed

Answer = Callable[..., Any]
Inputs = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One call of the answer.

    Parameters
    ----------
    title
        What is special about it; shown when the case fails.
    inputs
        Arrays, numbers or strings by name, handed to the answer in this order.
    """

    title: str
    inputs: Inputs


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that learners really give.

    Parameters
    ----------
    name
        A few words for it; unique within its exercise.
    say
        What to say to whoever made it: what was done, and what to think about.
    numpy
        The mistake as a NumPy function of the case's inputs. Or:
    pytorch, keras
        the mistake as an answer written in each framework.
    """

    name: str
    say: str
    numpy: Answer | None = None
    pytorch: Answer | None = None
    keras: Answer | None = None


@dataclass(frozen=True)
class Exercise:
    """An exercise, described once for both frameworks.

    Parameters
    ----------
    name
        The function or class that the answer defines.
    difficulty
        1 (a line or two), 2 (some thought) or 3 (everything so far together).
    minutes, points
        How long it takes, and what it is worth.
    cases
        Draws the cases from a generator: the public ones from a fixed seed, hidden ones from a fresh seed.
        None in a student's process, which is handed the inputs.
    mistakes, hints
        At least three wrong answers; three hints, from a nudge to nearly the answer.
    forbidden
        Names that the answer must not use.
    tolerance
        Largest difference allowed, relative to the largest expected entry.
    takes
        "tensors": arrays are handed over as the framework's tensors. "arrays": as they are.
    call
        Calls the answer where handing over the inputs is not enough: `call(answer, inputs, framework)`
        returns tensors or arrays, in the same layout for both frameworks.
    """

    name: str
    difficulty: Literal[1, 2, 3]
    minutes: int
    points: int
    cases: Callable[[np.random.Generator], list[Case]] | None
    mistakes: list[Mistake]
    hints: list[str]
    forbidden: tuple[str, ...] = ()
    tolerance: float = 1e-5
    takes: Literal["tensors", "arrays"] = "tensors"
    call: Callable[[Answer, Inputs, str], Any] | None = None

    def drawn_cases(self, seed: int) -> list[Case]:
        """Return the cases of one seed; those that a learner may see are of `PUBLIC_SEED`."""
        assert self.cases is not None  # only a student's process has none, and it draws none
        return self.cases(np.random.default_rng(seed))

    def points_for(self, share: float) -> float:
        """Return the points for an answer that is right in a share of the cases."""
        return round(self.points * share, 2)

    def said_to(self, mistake: str) -> str:
        """Return what is said to the mistake of that name."""
        return next(one.say for one in self.mistakes if one.name == mistake)

    def problems(self) -> list[str]:
        """Return what is missing in this description, a sentence each."""
        found = []
        if len(self.mistakes) < 3:
            found.append(
                f"exercise {self.name!r} has {len(self.mistakes)} mistakes: describe at least 3."
            )
        if len(self.hints) != 3:
            found.append(f"exercise {self.name!r} has {len(self.hints)} hints: write 3.")
        names = [mistake.name for mistake in self.mistakes]
        if len(set(names)) < len(names):
            found.append(f"exercise {self.name!r} has two mistakes of one name.")
        found += [
            f"mistake {mistake.name!r} of exercise {self.name!r} needs `numpy=`, or both `pytorch=` and `keras=`."
            for mistake in self.mistakes
            if mistake.numpy is None and None in (mistake.pytorch, mistake.keras)
        ]
        return found


@lru_cache
def load_exercises(folder: Path) -> dict[str, Exercise]:
    """Return the exercises of the lesson in `folder` by name; none where it has no `checks.py`."""
    path = folder / "checks.py"
    if not path.exists():
        return {}
    spec = importlib.util.spec_from_file_location(f"lockstep.lessons.{folder.name}.checks", path)
    assert spec is not None  # a .py file always has a loader
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {exercise.name: exercise for exercise in module.EXERCISES}
