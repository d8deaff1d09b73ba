"""What the exercises of the lesson on defaults must do."""

from functools import partial
from typing import Any

import numpy as np

from lockstep.learn.arrays import to_tensor
from lockstep.learn.exercises import Answer, Case, Exercise, Inputs, Mistake

Array = np.ndarray
Generator = np.random.Generator


# --- first_weights -------------------------------------------------------------------------------


def first_weights_cases(generator: Generator) -> list[Case]:
    """Return two layers with as many inputs as outputs nowhere."""
    return [
        Case("50 in, 8 out", {"numbers": generator.uniform(-1, 1, (50, 8))}),
        Case("6 in, 20 out", {"numbers": generator.uniform(-1, 1, (6, 20))}),
    ]


def weights_with_limits(numbers: Array, pytorch: str, keras: str) -> tuple[Array, Array]:
    """Return the numbers times the two named limits."""
    inputs, outputs = numbers.shape
    limits = {
        "in": 1 / np.sqrt(inputs),
        "out": 1 / np.sqrt(outputs),
        "both": np.sqrt(6 / (inputs + outputs)),
        "one over in": 1 / inputs,
        "6 over in": np.sqrt(6 / inputs),
        "2 over both": np.sqrt(2 / (inputs + outputs)),
        "in, spread": 1 / np.sqrt(3 * inputs),
    }
    return numbers * limits[pytorch], numbers * limits[keras]


# --- running_statistics --------------------------------------------------------------------------


def running_statistics_cases(generator: Generator) -> list[Case]:
    """Return a batch of four and a batch of two, where n and n - 1 are far apart."""
    return [
        Case("4 rows, momentum 0.9", statistics_inputs(generator, 4, 3, 0.9)),
        Case("2 rows, momentum 0.7", statistics_inputs(generator, 2, 5, 0.7)),
    ]


def statistics_inputs(
    generator: Generator, rows: int, columns: int, momentum: float
) -> dict[str, Array | float]:
    """Return a batch and the statistics before it."""
    return {
        "batch": generator.normal(2.0, 3.0, (rows, columns)),
        "mean": generator.normal(size=columns),
        "variance": generator.uniform(1.0, 2.0, columns),
        "momentum": momentum,
    }


def statistics(
    batch: Array,
    mean: Array,
    variance: Array,
    momentum: float,
    *,
    correction: int = 0,
    turned: bool = False,
    root: bool = False,
    keep: bool = True,
    whole: bool = False,
) -> tuple[Array, Array]:
    """Return the statistics after a batch; the keywords make it wrong."""
    axis = None if whole else 0
    new_mean = batch.mean(axis=axis)
    new_variance = batch.var(axis=axis, ddof=correction)
    if root:
        new_variance = np.sqrt(new_variance)
    old = 1 - momentum if turned else momentum
    if not keep:
        old = 0.0
    return old * mean + (1 - old) * new_mean, old * variance + (1 - old) * new_variance


# --- own_adam ------------------------------------------------------------------------------------


def own_adam_cases(generator: Generator) -> list[Case]:
    """Return gradients about as small as epsilon, so that its place shows."""
    return [
        Case(
            "3 steps, gradients around epsilon", adam_inputs(generator, 3, (1.0, 6.0), 0.1, 0.0001)
        ),
        Case("6 steps, a larger epsilon", adam_inputs(generator, 6, (0.5, 4.0), 0.3, 0.01)),
    ]


def adam_inputs(
    generator: Generator,
    steps: int,
    sizes: tuple[float, float],
    learning_rate: float,
    epsilon: float,
) -> dict[str, Array | float]:
    """Return weights and gradients; `sizes` are the gradients' sizes in epsilons."""
    signs = generator.choice([-1.0, 1.0], size=5)
    return {
        "weights": generator.normal(scale=0.3, size=5),
        "gradients": signs * epsilon * generator.uniform(*sizes, size=(steps, 5)),
        "learning_rate": learning_rate,
        "epsilon": epsilon,
    }


@np.errstate(divide="ignore", invalid="ignore")  # t from 0 divides by 0, as tensors do
def adam(
    weights: Array,
    gradients: Array,
    learning_rate: float,
    epsilon: float,
    *,
    place: str = "pytorch",
    correct: bool = True,
    count: str = "from 1",
    sign: float = 1.0,
    square: bool = True,
) -> Array:
    """Return the weights after Adam; the keywords make it wrong."""
    weights = weights.astype(np.float64)
    m, v = np.zeros_like(weights), np.zeros_like(weights)
    for number, gradient in enumerate(gradients.astype(np.float64), start=1):
        t = {"from 1": number, "from 0": number - 1, "stays": 1}[count]
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * (gradient**2 if square else np.abs(gradient))
        c1, c2 = 1 - np.array([0.9, 0.999]) ** t if correct else (1.0, 1.0)
        if place == "pytorch":
            below = np.sqrt(v / c2) + epsilon
        elif place == "keras":
            below = (np.sqrt(v) + epsilon) / np.sqrt(c2)
        elif place == "in the root":
            below = np.sqrt(v / c2 + epsilon)
        elif place == "no root":
            below = v / c2 + epsilon
        else:
            below = np.sqrt(v / c2)
        weights = weights - sign * learning_rate * m / c1 / below
    return weights


# --- translate_step ------------------------------------------------------------------------------


def translate_step_cases(generator: Generator) -> list[Case]:
    """Return two arrays whose gradients are longer than allowed, each by itself as well; then short ones."""
    return [
        Case("lengths of about 3 and 8, then short ones", step_inputs(generator, (3.0, 8.0), 0.5)),
        Case("lengths of about 6 and 2, then short ones", step_inputs(generator, (6.0, 2.0), 0.2)),
    ]


def step_inputs(
    generator: Generator, lengths: tuple[float, float], learning_rate: float
) -> dict[str, Array | float]:
    """Return weights and gradients of about these lengths."""
    gradients = [generator.normal(size=shape) for shape in ((2, 3), (4,))]
    gradients = [
        gradient / np.linalg.norm(gradient) * length * generator.uniform(0.9, 1.1)
        for gradient, length in zip(gradients, lengths, strict=True)
    ]
    return {
        "one": generator.uniform(1.0, 2.0, (2, 3)),
        "other": generator.uniform(-2.0, -1.0, 4),
        "one_gradient": gradients[0],
        "other_gradient": gradients[1],
        "learning_rate": learning_rate,
        "shorter": float(generator.uniform(0.02, 0.05)),
    }


def long_and_short(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Call the answer with the gradients, and with shorter ones that no clipping should touch."""
    results = {}
    for name, factor in [("long gradients", 1.0), ("short gradients", inputs["shorter"])]:
        weights = [to_tensor(inputs[key], framework) for key in ("one", "other")]
        gradients = [
            to_tensor(inputs[key] * factor, framework) for key in ("one_gradient", "other_gradient")
        ]
        pair = answer(*weights, *gradients, inputs["learning_rate"])
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError("give back both arrays of weights, as a tuple")
        for key, moved in zip(("one", "other"), pair, strict=True):
            results[f"{key}, {name}"] = moved
    return results


def decayed_step(
    one: Array,
    other: Array,
    one_gradient: Array,
    other_gradient: Array,
    learning_rate: float,
    *,
    clip: str = "together",
    decay: str = "past the gradient",
) -> tuple[Array, Array]:
    """Return the weights after a step; the keywords make it wrong."""
    weights, gradients = [one, other], [one_gradient, other_gradient]
    if decay == "clipped too":
        gradients = [g + 0.1 * w for g, w in zip(gradients, weights, strict=True)]
    length = np.sqrt(sum((gradient**2).sum() for gradient in gradients))
    if clip == "together":
        gradients = [gradient / max(length, 1.0) for gradient in gradients]
    elif clip == "always":
        gradients = [gradient / length for gradient in gradients]
    elif clip == "each":
        gradients = [gradient / max(np.linalg.norm(gradient), 1.0) for gradient in gradients]
    elif clip == "numbers":
        gradients = [gradient.clip(-1, 1) for gradient in gradients]
    share = {"past the gradient": 0.1 * learning_rate, "without the rate": 0.1}.get(decay, 0.0)
    first, second = (
        w - share * w - learning_rate * g for w, g in zip(weights, gradients, strict=True)
    )
    return first, second


# --- debug_port ----------------------------------------------------------------------------------


def debug_port_cases(generator: Generator) -> list[Case]:
    """Return small variances, where epsilon matters; some results below zero, where the slope matters."""
    return [
        Case("5 rows, 3 columns", port_inputs(generator, 5, 3)),
        Case("4 rows, 6 columns", port_inputs(generator, 4, 6)),
    ]


def port_inputs(generator: Generator, rows: int, columns: int) -> dict[str, Array]:
    """Return numbers whose batch statistics are not the running ones."""
    mean = generator.normal(size=columns)
    return {
        "x": mean + 0.1 + generator.normal(scale=0.15, size=(rows, columns)),
        "mean": mean,
        "variance": generator.uniform(0.005, 0.02, columns),
        "gamma": generator.uniform(0.5, 1.5, columns),
        "beta": generator.normal(scale=0.2, size=columns) - 0.4,
    }


def port(
    x: Array,
    mean: Array,
    variance: Array,
    gamma: Array,
    beta: Array,
    *,
    batch: bool = False,
    epsilon: float = 1e-3,
    slope: float = 0.3,
) -> Array:
    """Return what the port gives with these faults."""
    if batch:
        mean, variance = x.mean(axis=0), x.var(axis=0)
    normalised = gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
    return np.where(normalised > 0, normalised, slope * normalised)


# --- parting_step --------------------------------------------------------------------------------


def parting_step_cases(generator: Generator) -> list[Case]:
    """Return a growing distance that one weight shows first, and that sinks once more below the bound."""
    return [
        Case("one weight parts first, and it falls", parting_inputs(generator, 30, 6, 1 / 64)),
        Case("another bound", parting_inputs(generator, 40, 9, 1 / 8)),
    ]


def parting_inputs(
    generator: Generator, steps: int, weights: int, bound: float
) -> dict[str, Array | float]:
    """Return two trainings, and a third one that never parts from the first.

    One weight is exactly `bound` away two steps before `start`, and falls below the twin's at step
    `start`; all the weights part five steps later, and at the end they meet again. Every number is a
    multiple of a power of two, so that no difference is rounded.
    """
    start = int(generator.integers(6, 11))
    one = generator.integers(-256, 257, size=(steps, weights)) / 64
    apart = np.full((steps, weights), bound / 64)
    apart[start - 2, 1] = bound
    apart[start:, 0] = -1.5 * bound
    apart[start + 3 :, 1] = 1.25 * bound
    apart[start + 5 :] = 3.0 * bound
    apart[start + 9 :, :] = bound / 32
    return {"one": one, "other": one - apart, "close": one - bound / 64, "bound": bound}


def parting_and_not(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Call the answer with two trainings that part, and with two that never do."""
    results = {}
    for name, other in [("the two that part", "other"), ("the two that never part", "close")]:
        pair = [to_tensor(inputs[key], framework) for key in ("one", other)]
        results[name] = answer(*pair, inputs["bound"])
    if results["the two that never part"] is None:
        raise TypeError("two trainings that never part got nothing back: end with a `return`")
    return results


def first_true(parted: Array) -> Array:
    """Return where the first true entry stands; the length where there is none."""
    return np.array(np.argmax(np.append(parted, True)))


def parting_with_sign(one: Array, other: Array, bound: float) -> Array:
    """Forget the absolute value."""
    return first_true((one - other).max(axis=1) > bound)


def parting_of_all(one: Array, other: Array, bound: float) -> Array:
    """Ask for all the weights."""
    return first_true((np.abs(one - other) > bound).all(axis=1))


def parting_from_one(one: Array, other: Array, bound: float) -> Array:
    """Count the steps from 1, as `enumerate(..., start=1)` does."""
    return np.minimum(first_true(np.abs(one - other).max(axis=1) > bound) + 1, len(one))


def parting_last(one: Array, other: Array, bound: float) -> Array:
    """Return the last step instead of the first."""
    parted = np.flatnonzero(np.abs(one - other).max(axis=1) > bound)
    return np.array(parted[-1] if len(parted) else len(one))


def parting_at_bound(one: Array, other: Array, bound: float) -> Array:
    """Count a distance of exactly the bound."""
    return first_true(np.abs(one - other).max(axis=1) >= bound)


def parting_zero(one: Array, other: Array, bound: float) -> Array:
    """Return 0 where they never part, as `argmax` does."""
    return np.array(np.argmax(np.abs(one - other).max(axis=1) > bound))


def parting_last_step(one: Array, other: Array, bound: float) -> Array:
    """Return the last step where they never part."""
    return np.minimum(first_true(np.abs(one - other).max(axis=1) > bound), len(one) - 1)


def parting_count(one: Array, other: Array, bound: float) -> Array:
    """Return the number of steps that are apart."""
    return np.array((np.abs(one - other).max(axis=1) <= bound).sum())


def parting_never(one: Array, other: Array, bound: float) -> Array:
    """Return the number of steps whatever happens."""
    return np.array(len(one))


EXERCISES = [
    Exercise(
        name="first_weights",
        difficulty=1,
        minutes=5,
        points=2,
        takes="arrays",
        cases=first_weights_cases,
        mistakes=[
            Mistake(
                "other order",
                say="The two are right and have changed places. PyTorch's come first.",
                numpy=partial(weights_with_limits, pytorch="both", keras="in"),
            ),
            Mistake(
                "outputs for inputs",
                say="Keras's are right. PyTorch's limit counts the numbers that go *in*. In this "
                "layout that is the "
                "first length of the shape.",
                numpy=partial(weights_with_limits, pytorch="out", keras="both"),
            ),
            Mistake(
                "no root",
                say="Keras's are right. PyTorch's limit is one divided by the *root* of the inputs.",
                numpy=partial(weights_with_limits, pytorch="one over in", keras="both"),
            ),
            Mistake(
                "inputs only",
                say="PyTorch's are right. Keras's limit has inputs *plus outputs* below the 6. With "
                "the inputs alone it "
                "is the rule of He and others, another initialiser.",
                numpy=partial(weights_with_limits, pytorch="in", keras="6 over in"),
            ),
            Mistake(
                "spread for limit",
                say="PyTorch's are right. √(2/(in + out)) is the *spread* of Keras's weights. The "
                "limit is √3 times "
                "as large, so a 6 stands there.",
                numpy=partial(weights_with_limits, pytorch="in", keras="2 over both"),
            ),
            Mistake(
                "divided by root three",
                say="Keras's are right. For PyTorch you used the spread. The numbers are multiplied "
                "by the *limit*, "
                "1/√in.",
                numpy=partial(weights_with_limits, pytorch="in, spread", keras="both"),
            ),
        ],
        hints=[
            "The shape tells how many inputs and outputs there are. In this layout the inputs come first.",
            "Two limits, two products. `np.sqrt` is the root.",
            "`numbers / np.sqrt(inputs)` and `numbers * np.sqrt(6 / (inputs + outputs))`, with a "
            "comma between.",
        ],
    ),
    Exercise(
        name="running_statistics",
        difficulty=2,
        minutes=8,
        points=3,
        forbidden=("BatchNorm1d", "batch_norm", "BatchNormalization"),
        cases=running_statistics_cases,
        mistakes=[
            Mistake(
                "momentum turned around",
                say="Here `momentum` is the share of the new, as PyTorch means it. Keras's is the "
                "share of the old.",
                numpy=partial(statistics, turned=True),
            ),
            Mistake(
                "n - 1",
                say="The mean is right. The batch's variance was divided by n − 1, as PyTorch's "
                "`var` does by itself. Keras "
                "divides by n.",
                numpy=partial(statistics, correction=1),
            ),
            Mistake(
                "both",
                say="Two things are PyTorch's here: `momentum` as the share of the new, and n − 1 in "
                "the variance.",
                numpy=partial(statistics, correction=1, turned=True),
            ),
            Mistake(
                "spread",
                say="The mean is right. For the variance you took the spread, its root.",
                numpy=partial(statistics, root=True),
            ),
            Mistake(
                "nothing kept",
                say="These are the batch's own mean and variance. A share of the old has to stay in them.",
                numpy=partial(statistics, keep=False),
            ),
            Mistake(
                "over everything",
                say="Mean and variance were taken over all numbers. Each column has its own: over direction 0.",
                numpy=partial(statistics, whole=True),
            ),
        ],
        hints=[
            "First the batch's own mean and variance, a number for each column. Then mix each with "
            "the old one.",
            "New value = momentum · old + (1 − momentum) · the batch's. The variance divides by n: "
            "in PyTorch that is "
            "`correction=0`.",
            "`batch.mean(dim=0)` and `batch.var(dim=0, correction=0)` in PyTorch, "
            "`keras.ops.mean(batch, axis=0)` and "
            "`keras.ops.var(batch, axis=0)` in Keras, each mixed with the old one.",
        ],
    ),
    Exercise(
        name="own_adam",
        difficulty=3,
        minutes=12,
        points=4,
        forbidden=("Adam", "AdamW", "NAdam", "optim", "optimizers"),
        tolerance=1e-4,
        cases=own_adam_cases,
        mistakes=[
            Mistake(
                "Keras's place",
                say="This is Adam in Keras's form: epsilon was added before the correction, and acts "
                "up to 31.6 times as "
                "large. Correct v first, then take the root, then add epsilon.",
                numpy=partial(adam, place="keras"),
            ),
            Mistake(
                "epsilon in the root",
                say="Epsilon stands under the root here. It is added after the root was taken.",
                numpy=partial(adam, place="in the root"),
            ),
            Mistake(
                "no epsilon",
                say="Everything is right but for epsilon, which is missing below.",
                numpy=partial(adam, place="none"),
            ),
            Mistake(
                "no correction",
                say="Both running means begin at 0 and are too small at first. Divide them by 1 − "
                "0.9ᵗ and 1 − 0.999ᵗ.",
                numpy=partial(adam, correct=False),
            ),
            Mistake(
                "t from 0",
                say="In the first step t is 0 here, so 1 − 0.9ᵗ is 0, and dividing by it gives no number. "
                "Count t from 1: `enumerate(gradients, start=1)`.",
                numpy=partial(adam, count="from 0"),
            ),
            Mistake(
                "t stays 1",
                say="The first step is right. The correction of the later steps still has t = 1. "
                "Count the steps.",
                numpy=partial(adam, count="stays"),
            ),
            Mistake(
                "no root",
                say="The mean of the squares stands below without its root.",
                numpy=partial(adam, place="no root"),
            ),
            Mistake(
                "uphill",
                say="The weights moved along the gradients. The step is taken away from the weights.",
                numpy=partial(adam, sign=-1.0),
            ),
            Mistake(
                "not squared",
                say="v is the running mean of the *squares* of the gradients. Yours holds their sizes.",
                numpy=partial(adam, square=False),
            ),
        ],
        hints=[
            "The lesson's `OwnAdam` has all the lines. Here a loop over the rows of `gradients` is enough.",
            "Inside the loop four lines: m, v, what stands below, the weights. Count t from 1: "
            "`enumerate(gradients, "
            "start=1)`.",
            "Below stands `sqrt(v / (1 - 0.999**t)) + epsilon`, and the step is `learning_rate * m / "
            "(1 - 0.9**t)` "
            "divided by it.",
        ],
    ),
    Exercise(
        name="translate_step",
        difficulty=2,
        minutes=10,
        points=3,
        cases=translate_step_cases,
        call=long_and_short,
        mistakes=[
            Mistake(
                "each by itself",
                say="Each gradient was clipped by its own length. Here the two are measured "
                "together: `clip_grad_norm_` on both, "
                "or `global_clipnorm`.",
                numpy=partial(decayed_step, clip="each"),
            ),
            Mistake(
                "numbers clipped",
                say="Each number was clipped by itself, which turns the gradient into another "
                "direction. Shorten the whole.",
                numpy=partial(decayed_step, clip="numbers"),
            ),
            Mistake(
                "not clipped",
                say="The decay is right, and the gradients were not clipped.",
                numpy=partial(decayed_step, clip="no"),
            ),
            Mistake(
                "always scaled",
                say="With short gradients the step became *longer*. Gradients shorter than 1 stay as they are.",
                numpy=partial(decayed_step, clip="always"),
            ),
            Mistake(
                "decay clipped too",
                say="The decay was added to the gradient before the clipping and was shortened with "
                "it. Clip first.",
                numpy=partial(decayed_step, decay="clipped too"),
            ),
            Mistake(
                "no decay",
                say="The clipping is right. The weight decay is missing.",
                numpy=partial(decayed_step, decay="no"),
            ),
            Mistake(
                "decay without the rate",
                say="The clipping is right. A tenth of the weight was taken away; it is the learning "
                "rate times a tenth.",
                numpy=partial(decayed_step, decay="without the rate"),
            ),
            Mistake(
                "each by itself, no decay",
                say="Two things: the gradients are to be measured together, and the weight decay is missing.",
                numpy=partial(decayed_step, clip="each", decay="no"),
            ),
        ],
        hints=[
            "Three parts: shorten the gradients, take the step, let the weights decay.",
            "For plain SGD it makes no difference whether the decay is added to the gradient after clipping or "
            "taken from the weight. So the optimiser's own `weight_decay=0.1` will do in both frameworks.",
            "PyTorch: set `.grad` of two parameters, `nn.utils.clip_grad_norm_(parameters, 1.0)`, "
            "then `torch.optim.SGD(parameters, "
            "lr=learning_rate, weight_decay=0.1).step()`. Keras: "
            "`keras.optimizers.SGD(learning_rate, weight_decay=0.1, "
            "global_clipnorm=1.0)` and its `apply`.",
        ],
    ),
    Exercise(
        name="debug_port",
        difficulty=2,
        minutes=8,
        points=3,
        tolerance=1e-4,
        cases=debug_port_cases,
        mistakes=[
            Mistake(
                "as it was",
                say="This is what the port gave as it stood. For each of the two calls, ask what the "
                "original uses and what the "
                "port uses.",
                numpy=partial(port, batch=True, epsilon=1e-5, slope=0.01),
            ),
            Mistake(
                "still the batch",
                say="Epsilon and slope are right now. It still normalises with the batch's own mean "
                "and variance: it is in "
                "training mode.",
                numpy=partial(port, batch=True),
            ),
            Mistake(
                "still epsilon",
                say="Running statistics and slope are right now. Epsilon is still 1e-5. Keras's "
                "default is 1e-3.",
                numpy=partial(port, epsilon=1e-5),
            ),
            Mistake(
                "still the slope",
                say="The normalisation is right now. The slope of the LeakyReLU is still 0.01. "
                "Keras's layer has 0.3.",
                numpy=partial(port, slope=0.01),
            ),
            Mistake(
                "batch and epsilon",
                say="The slope is right now. Two faults are left, both in the normalisation.",
                numpy=partial(port, batch=True, epsilon=1e-5),
            ),
            Mistake(
                "batch and slope",
                say="Epsilon is right now. Two faults are left: which mean and variance are used, "
                "and the slope.",
                numpy=partial(port, batch=True, slope=0.01),
            ),
            Mistake(
                "epsilon and slope",
                say="The running statistics are used now, and that was right. Two faults are left, "
                "both numbers.",
                numpy=partial(port, epsilon=1e-5, slope=0.01),
            ),
            Mistake(
                "slope 0.2",
                say="Nearly: 0.2 is the slope of the *function* `keras.ops.leaky_relu`. The layer has 0.3.",
                numpy=partial(port, slope=0.2),
            ),
        ],
        hints=[
            "Three places: which mean and variance, epsilon, and the slope below zero.",
            "To evaluate, the running statistics are used. The two numbers stand in the lesson's "
            "table, in Keras's column.",
            "Not in training mode, epsilon 1e-3, slope 0.3.",
        ],
    ),
    Exercise(
        name="parting_step",
        difficulty=1,
        minutes=6,
        points=2,
        tolerance=0.0,
        cases=parting_step_cases,
        call=parting_and_not,
        mistakes=[
            Mistake(
                "no absolute value",
                say="A weight that is *smaller* in the first training differs too. Take the absolute "
                "value of the difference.",
                numpy=parting_with_sign,
            ),
            Mistake(
                "all weights",
                say="You waited until *all* weights differed, or their mean did. One weight is enough.",
                numpy=parting_of_all,
            ),
            Mistake(
                "counted from 1",
                say="The step is right, counted from 1. Count from 0.",
                numpy=parting_from_one,
            ),
            Mistake(
                "at the bound",
                say="A distance of exactly `bound` counted. It must be *more* than that: `>`, not `>=`.",
                numpy=parting_at_bound,
            ),
            Mistake(
                "zero for never",
                say="Where they part it is right. Where they never do, you returned 0, as if it were the first step. "
                "(`argmax` does so when there is nothing to find.) Return the number of steps.",
                numpy=parting_zero,
            ),
            Mistake(
                "last step for never",
                say="Where they part it is right. Where they never do, the number of steps is asked for, which is one "
                "more than the number of the last step.",
                numpy=parting_last_step,
            ),
            Mistake(
                "the last one",
                say="This is the *last* step in which they are apart. The first is asked for: leave "
                "the loop there.",
                numpy=parting_last,
            ),
            Mistake(
                "a count",
                say="This counts the steps in which they are together. After parting they come "
                "together once more here, so the count is not the "
                "place.",
                numpy=parting_count,
            ),
            Mistake(
                "never",
                say="You returned the number of steps, as if they had never parted. Does the loop "
                "reach its `return`?",
                numpy=parting_never,
            ),
        ],
        hints=[
            "For each step one number: the largest distance of any weight. Then look for the first "
            "that is too large.",
            "Difference, absolute value, maximum over direction 1. Then a loop with `enumerate`.",
            "`for step, distance in enumerate(distances): if distance > bound: return step`, and "
            "after the loop `return "
            "len(distances)`.",
        ],
    ),
]
