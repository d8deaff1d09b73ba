"""What the first exercise must do, and the typical wrong answers."""

import numpy as np

from lockstep.learn.exercises import Case, Exercise, Mistake


def mean_squared_error_cases(generator: np.random.Generator) -> list[Case]:
    """Return a short case and a longer one, with differences of both signs."""
    truth = generator.integers(2, 9, size=3).astype(float)
    prices = generator.uniform(4, 20, size=6)
    errors = np.array([2.5, -1.5, 3.0, -0.5, 1.0, 2.0])
    return [
        Case(
            "three rides",
            {"predictions": truth + np.array([0.0, -2.0, 1.0]), "truth": truth},
        ),
        Case("six rides", {"predictions": prices + errors, "truth": prices}),
    ]


EXERCISES = [
    Exercise(
        name="mean_squared_error",
        difficulty=1,
        minutes=3,
        points=1,
        takes="arrays",
        cases=mean_squared_error_cases,
        mistakes=[
            Mistake(
                "not squared",
                say="This is the mean of the differences. Those above and below zero cancel: "
                "square them before you take the mean.",
                numpy=lambda predictions, truth: np.mean(predictions - truth),
            ),
            Mistake(
                "absolute",
                say="This is the mean of the differences without their signs, the mean absolute error. "
                "It is a loss too. Here the differences are squared.",
                numpy=lambda predictions, truth: np.mean(np.abs(predictions - truth)),
            ),
            Mistake(
                "sum",
                say="This is the sum of the squares. Divide it by how many there are, or use `np.mean`.",
                numpy=lambda predictions, truth: np.sum((predictions - truth) ** 2),
            ),
            Mistake(
                "square of the mean",
                say="Here the mean was taken first and squared afterwards. Square each difference, then take the mean.",
                numpy=lambda predictions, truth: np.mean(predictions - truth) ** 2,
            ),
            Mistake(
                "no mean",
                say="These are the squares themselves, an array. Return one number: their mean.",
                numpy=lambda predictions, truth: (predictions - truth) ** 2,
            ),
        ],
        hints=[
            "Three things happen, one after the other: a difference, a square, a mean.",
            "`predictions - truth` is an array of differences; `** 2` squares each of its entries.",
            "Return `np.mean(...)` of the squared differences.",
        ],
    ),
]
