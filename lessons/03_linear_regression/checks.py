"""What the exercises of linear regression must do, and the wrong answers that learners give."""

from typing import Any

import numpy as np

from lockstep.learn.arrays import to_tensor
from lockstep.learn.exercises import Answer, Case, Exercise, Inputs, Mistake

Generator = np.random.Generator
Array = np.ndarray

BATCH = 8  # rows in a batch of the translated epoch


def apart(results: list[Any]) -> bool:
    """Say whether each two of these numbers, none below zero, differ by a hundredth or more."""
    ordered = np.sort([float(result) for result in results])
    return bool((np.diff(ordered) > 0.01 * ordered[1:]).all())


# 1. mean_squared_error


def loss_cases(generator: Generator) -> list[Case]:
    """Return two cases of unlike size; predictions are a column, targets are not."""
    return [
        Case("four rows", loss_inputs(generator, 4)),
        Case("nine rows", loss_inputs(generator, 9)),
    ]


def loss_inputs(generator: Generator, rows: int) -> dict[str, Array]:
    """Draw predictions near their targets, until every wrong answer gives a number of its own."""
    while True:
        targets = generator.normal(size=rows) * 3
        predictions = targets[:, None] + generator.normal(size=(rows, 1)) + 0.7
        right = np.mean((predictions[:, 0] - targets) ** 2)
        if apart([right, *(wrong(predictions, targets) for wrong in LOSS_WRONG)]):
            return {"predictions": predictions, "targets": targets}


def loss_of_all_pairs(predictions: Array, targets: Array) -> Array:
    """Compare every prediction with every target."""
    return np.mean((predictions - targets) ** 2)


def loss_summed(predictions: Array, targets: Array) -> Array:
    """Add the squares up."""
    return np.sum((predictions[:, 0] - targets) ** 2)


def loss_rooted(predictions: Array, targets: Array) -> Array:
    """Take the root of the mean."""
    return np.sqrt(np.mean((predictions[:, 0] - targets) ** 2))


def loss_absolute(predictions: Array, targets: Array) -> Array:
    """Take sizes in place of squares."""
    return np.mean(np.abs(predictions[:, 0] - targets))


def loss_square_of_mean(predictions: Array, targets: Array) -> Array:
    """Take the mean first and square it."""
    return np.mean(predictions[:, 0] - targets) ** 2


def loss_halved(predictions: Array, targets: Array) -> Array:
    """Halve the loss, as some textbooks do."""
    return np.mean((predictions[:, 0] - targets) ** 2) / 2


LOSS_WRONG = (
    loss_of_all_pairs,
    loss_summed,
    loss_rooted,
    loss_absolute,
    loss_square_of_mean,
    loss_halved,
)


def loss_of_each(predictions: Array, targets: Array) -> Array:
    """Return a square for each row."""
    return (predictions[:, 0] - targets) ** 2


# 2. standardise


def standardise_cases(generator: Generator) -> list[Case]:
    """Return two pairs of tables whose columns differ in mean and width."""
    return [
        Case("six training rows of three inputs", two_tables(generator, 6, 4, 3)),
        Case("as many rows as inputs, five", two_tables(generator, 5, 5, 5)),
    ]


def two_tables(generator: Generator, rows: int, others: int, inputs: int) -> dict[str, Array]:
    """Return training rows and a hold-out, on scales of their own in each column."""
    middle = generator.uniform(3, 9, size=inputs)  # a mean far from 0 loses digits in float32
    width = generator.uniform(1.5, 9, size=inputs)
    return {
        "train": middle + width * generator.normal(size=(rows, inputs)),
        "hold_out": middle + 1 + width * generator.normal(size=(others, inputs)),
    }


def scaled_by(rows: Array, like: Array, axis: int | None = 0, ddof: int = 0) -> Array:
    """Standardise rows with the mean and standard deviation of others."""
    mean = like.mean(axis=axis, keepdims=True)
    return (rows - mean) / like.std(axis=axis, keepdims=True, ddof=ddof)


def standardised_each(train: Array, hold_out: Array) -> tuple[Array, Array]:
    """Use the hold-out's own mean."""
    return scaled_by(train, train), scaled_by(hold_out, hold_out)


def standardised_each_one_less(train: Array, hold_out: Array) -> tuple[Array, Array]:
    """Do so, and leave PyTorch's standard deviation as it comes."""
    return scaled_by(train, train, ddof=1), scaled_by(hold_out, hold_out, ddof=1)


def standardised_together(train: Array, hold_out: Array) -> tuple[Array, Array]:
    """Use the mean of all rows."""
    everybody = np.concatenate([train, hold_out])
    return scaled_by(train, everybody), scaled_by(hold_out, everybody)


def standardised_one_less(train: Array, hold_out: Array) -> tuple[Array, Array]:
    """Divide by one less than the number of rows."""
    return scaled_by(train, train, ddof=1), scaled_by(hold_out, train, ddof=1)


def standardised_over_all(train: Array, hold_out: Array) -> tuple[Array, Array]:
    """Use one mean for all columns."""
    return scaled_by(train, train, axis=None), scaled_by(hold_out, train, axis=None)


def standardised_over_all_one_less(train: Array, hold_out: Array) -> tuple[Array, Array]:
    """Do so, and leave PyTorch's standard deviation as it comes."""
    return (
        scaled_by(train, train, axis=None, ddof=1),
        scaled_by(hold_out, train, axis=None, ddof=1),
    )


def standardised_rows(train: Array, hold_out: Array) -> tuple[Array, Array]:
    """Standardise each row by itself."""
    return scaled_by(train, train, axis=1), scaled_by(hold_out, hold_out, axis=1)


def standardised_by_variance(train: Array, hold_out: Array) -> tuple[Array, Array]:
    """Forget the root."""
    mean, variance = train.mean(axis=0), train.var(axis=0)
    return (train - mean) / variance, (hold_out - mean) / variance


def only_centred(train: Array, hold_out: Array) -> tuple[Array, Array]:
    """Take the mean away and divide by nothing."""
    mean = train.mean(axis=0)
    return train - mean, hold_out - mean


def hold_out_as_it_is(train: Array, hold_out: Array) -> tuple[Array, Array]:
    """Leave the hold-out alone."""
    return scaled_by(train, train), hold_out


# 3. gradient


def regression_inputs(generator: Generator, rows: int, inputs: int) -> dict[str, Array]:
    """Return rows, targets, weights and a bias; neither gradient is near zero."""
    return {
        "inputs": generator.normal(size=(rows, inputs)) + 0.5,
        "targets": generator.normal(size=(rows, 1)) - 3,
        "weights": generator.normal(size=(inputs, 1)),
        "bias": generator.uniform(1, 2, size=1),
    }


def gradient_cases(generator: Generator) -> list[Case]:
    """Return a small and a larger case."""
    return [
        Case("five rows of three inputs", regression_inputs(generator, 5, 3)),
        Case("twelve rows of four inputs", regression_inputs(generator, 12, 4)),
    ]


def gradient_of(
    inputs: Array,
    targets: Array,
    weights: Array,
    bias: Array,
    *,
    factor: float = 2.0,
    divide_by: int | None = None,
    with_bias: bool = True,
) -> tuple[Array, Array]:
    """Return both gradients, with one thing done differently.

    Parameters
    ----------
    inputs, targets, weights, bias
        As the exercise has them.
    factor
        What the slope of a square brings; 2 is right.
    divide_by
        What the sums are divided by; the number of rows where it is left out.
    with_bias
        Whether the prediction has the bias.
    """
    differences = inputs @ weights + (bias if with_bias else 0) - targets
    count = len(inputs) if divide_by is None else divide_by
    return factor * inputs.T @ differences / count, factor * differences.sum(axis=0) / count


def gradient_without_factor(*given: Array) -> tuple[Array, Array]:
    """Forget the 2."""
    return gradient_of(*given, factor=1.0)


def gradient_summed(*given: Array) -> tuple[Array, Array]:
    """Forget to take the mean."""
    return gradient_of(*given, divide_by=1)


def gradient_over_everything(*given: Array) -> tuple[Array, Array]:
    """Divide by rows times inputs."""
    return gradient_of(*given, divide_by=given[0].size)


def gradient_turned(*given: Array) -> tuple[Array, Array]:
    """Take targets minus predictions."""
    return gradient_of(*given, factor=-2.0)


def gradient_without_bias(*given: Array) -> tuple[Array, Array]:
    """Leave the bias out of the prediction."""
    return gradient_of(*given, with_bias=False)


def gradient_bias_summed(*given: Array) -> tuple[Array, Array]:
    """Divide for the weights and not for the bias."""
    return gradient_of(*given)[0], gradient_of(*given, divide_by=1)[1]


def gradient_without_inputs(*given: Array) -> tuple[Array, Array]:
    """Give every weight the gradient of the bias."""
    for_bias = gradient_of(*given)[1]
    return np.full_like(given[2], for_bias[0]), for_bias


def parameters_after_a_step(*given: Array) -> tuple[Array, Array]:
    """Take a step with a learning rate of 0.1 in place of returning the gradient."""
    for_weights, for_bias = gradient_of(*given)
    return given[2] - 0.1 * for_weights, given[3] - 0.1 * for_bias


# 4. powers


def powers_cases(generator: Generator) -> list[Case]:
    """Return values of both signs; in the second case there are as many as powers."""
    return [
        Case("five values, degree 3", {"values": generator.uniform(-2, 2, size=5), "degree": 3}),
        Case("four values, degree 4", {"values": generator.uniform(-2, 2, size=4), "degree": 4}),
    ]


def powers_from(values: Array, first: int, last: int) -> Array:
    """Return the powers `first` to `last` as columns."""
    return np.stack([values**power for power in range(first, last + 1)], axis=1)


def powers_with_ones(values: Array, degree: int) -> Array:
    """Begin with the column of ones."""
    return powers_from(values, 0, degree)


def powers_one_short(values: Array, degree: int) -> Array:
    """Stop one power early, as `range(1, degree)` does."""
    return powers_from(values, 1, degree - 1)


def powers_from_zero(values: Array, degree: int) -> Array:
    """Take the powers 0 to degree − 1, as `range(degree)` does."""
    return powers_from(values, 0, degree - 1)


def powers_as_rows(values: Array, degree: int) -> Array:
    """Stack downwards."""
    return powers_from(values, 1, degree).T


def powers_downwards(values: Array, degree: int) -> Array:
    """Begin with the highest."""
    return powers_from(values, 1, degree)[:, ::-1].copy()


def multiples(values: Array, degree: int) -> Array:
    """Multiply by 1, 2, 3 in place of raising to the power."""
    return np.stack([values * number for number in range(1, degree + 1)], axis=1)


def only_the_highest(values: Array, degree: int) -> Array:
    """Return a single power."""
    return values[:, None] ** degree


# 5. closed_form


def closed_form_cases(generator: Generator) -> list[Case]:
    """Return rows whose inputs and targets have means far from zero."""
    return [
        Case("eight rows of two inputs", rows_and_targets(generator, 8, 2)),
        Case("twenty rows of four inputs", rows_and_targets(generator, 20, 4)),
    ]


def rows_and_targets(generator: Generator, rows: int, inputs: int) -> dict[str, Array]:
    """Return inputs that are spread evenly enough to be solved well, and noisy targets."""
    left, _, right = np.linalg.svd(generator.normal(size=(rows, inputs)), full_matrices=False)
    table = left * generator.uniform(2, 4, size=inputs) @ right + generator.uniform(0.4, 0.9)
    slopes = generator.uniform(0.5, 2, size=(inputs, 1))
    return {
        "inputs": table,
        "targets": 3 + table @ slopes + generator.normal(size=(rows, 1)) / 2,
    }


def solved(inputs: Array, targets: Array) -> tuple[Array, Array]:
    """Return the right weights and bias."""
    best = np.linalg.lstsq(np.hstack([np.ones_like(targets), inputs]), targets, rcond=None)[0]
    return best[1:], best[0]


def solved_without_ones(inputs: Array, targets: Array) -> tuple[Array, Array]:
    """Leave the column of ones out and return a bias of zero."""
    return np.linalg.lstsq(inputs, targets, rcond=None)[0], np.zeros(1)


def solved_bias_by_mean(inputs: Array, targets: Array) -> tuple[Array, Array]:
    """Leave the column of ones out and return the mean target as the bias."""
    return np.linalg.lstsq(inputs, targets, rcond=None)[0], targets.mean(axis=0)


def solved_taken_apart_wrongly(inputs: Array, targets: Array) -> tuple[Array, Array]:
    """Put the ones in front and look for the bias at the end."""
    weights, bias = solved(inputs, targets)
    best = np.concatenate([bias[None], weights])
    return best[:-1], best[-1]


def solved_with_ones_behind(inputs: Array, targets: Array) -> tuple[Array, Array]:
    """Put the ones behind the inputs and look for the bias in front."""
    weights, bias = solved(inputs, targets)
    best = np.concatenate([weights, bias[None]])
    return best[1:], best[0]


def solved_the_other_way(inputs: Array, targets: Array) -> tuple[Array, Array]:
    """Return the bias first."""
    weights, bias = solved(inputs, targets)
    return bias, weights


def solved_in_one_piece(inputs: Array, targets: Array) -> Array:
    """Return bias and weights in one column."""
    weights, bias = solved(inputs, targets)
    return np.concatenate([bias[None], weights])


def solved_as_a_row(inputs: Array, targets: Array) -> tuple[Array, Array]:
    """Return the weights flat."""
    weights, bias = solved(inputs, targets)
    return weights[:, 0], bias


# 6. translate_epoch

REPORTED = (
    "mean of the rows",
    "mean of the batches",
    "sum of the batches",
    "sum of the batches by rows",
    "last batch",
    "after",
)


def epoch_cases(generator: Generator) -> list[Case]:
    """Return two layers; the last batch is smaller than the others."""
    return [
        Case("19 rows: the last batch has 3", epoch_inputs(generator, 19, 3, 0.1)),
        Case("29 rows: the last batch has 5", epoch_inputs(generator, 29, 2, 0.05)),
    ]


def epoch_inputs(generator: Generator, rows: int, inputs: int, rate: float) -> dict[str, Any]:
    """Draw a regression problem until every way to report the loss gives a number of its own.

    The last rows have a larger loss. Bias and targets have the same sign, so that the bias does
    not end near 0, where a difference that only rounding made would be large beside it.
    """
    while True:
        problem = regression_inputs(generator, rows, inputs)
        problem["targets"][-(rows % BATCH) :] -= 2
        problem["bias"] = -problem["bias"]
        given = {**problem, "learning_rate": rate}
        ends = [trained_for_an_epoch(given, reported=way) for way in REPORTED]
        if apart([loss for loss, _ in ends]) and abs(ends[0][1]["bias"][0]) > 0.5:
            return given


def trained_for_an_epoch(given: Inputs, **different: Any) -> tuple[float, dict[str, Array]]:
    """Return the reported loss of an epoch, and weights and bias after it."""
    arrays = {"weights": given["weights"], "bias": given["bias"]}
    rest = (given[name] for name in ("inputs", "targets", "learning_rate"))
    return wrong_epoch(arrays, *rest, **different), arrays


def one_epoch(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Build the layer, train it with the answer, return the loss and the layer's weights.

    The weights come back in the course's layout (in, out).
    """
    build, read = (
        (pytorch_layer, pytorch_arrays) if framework == "pytorch" else (keras_layer, keras_arrays)
    )
    layer = build(inputs["weights"], inputs["bias"])
    table, targets = (to_tensor(inputs[name], framework) for name in ("inputs", "targets"))
    loss = answer(layer, table, targets, inputs["learning_rate"])
    return {"loss": loss, **read(layer)}


def pytorch_layer(weights: Array, bias: Array) -> Any:
    """Return a linear layer with these weights."""
    import torch

    layer = torch.nn.Linear(*weights.shape)
    put_into_pytorch(layer, weights, bias)
    return layer


def put_into_pytorch(layer: Any, weights: Array, bias: Array) -> None:
    """Set a layer's weights, given in the course's layout."""
    import torch

    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weights.T))
        layer.bias.copy_(torch.tensor(bias))


def pytorch_arrays(layer: Any) -> dict[str, Array]:
    """Return a layer's arrays in the course's layout."""
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    return {"weights": weight.T.copy(), "bias": bias.copy()}


def keras_layer(weights: Array, bias: Array) -> Any:
    """Return a dense layer with these weights."""
    import keras

    layer = keras.layers.Dense(weights.shape[1])
    layer.build((None, weights.shape[0]))
    layer.set_weights([weights, bias])
    return layer


def keras_arrays(layer: Any) -> dict[str, Array]:
    """Return a layer's arrays in the course's layout."""
    return dict(zip(("weights", "bias"), layer.get_weights(), strict=True))


def wrong_epoch(
    arrays: dict[str, Array],
    inputs: Array,
    targets: Array,
    learning_rate: float,
    *,
    batch: int = BATCH,
    keep_rest: bool = True,
    total: bool = False,
    clear: bool = True,
    own_rate: float | None = None,
    reported: str = "mean of the rows",
) -> float:
    """Train for an epoch, change `arrays`, and return a loss; one thing is done differently.

    Parameters
    ----------
    arrays
        The layer's weights and bias.
    inputs, targets, learning_rate
        As the exercise has them.
    batch
        How many rows a step uses.
    keep_rest
        Whether the last, smaller batch is used.
    total
        Whether the loss of a batch is a sum, so that its gradient is one too.
    clear
        Whether a step begins without the gradients of the steps before.
    own_rate
        A learning rate that is used in place of the one that was handed over.
    reported
        One of `REPORTED`; "after" is the loss of the whole table after the epoch.
    """
    losses, counts = [], []
    for_weights, for_bias = 0.0, 0.0
    rate = own_rate or learning_rate
    stop = len(inputs) if keep_rest else len(inputs) - len(inputs) % batch
    for start in range(0, stop, batch):
        rows, wanted = inputs[start : start + batch], targets[start : start + batch]
        differences = rows @ arrays["weights"] + arrays["bias"] - wanted
        losses.append(float(np.mean(differences**2)))
        counts.append(len(rows))
        count = 1 if total else len(rows)
        for_weights = (0 if clear else for_weights) + 2 * rows.T @ differences / count
        for_bias = (0 if clear else for_bias) + 2 * differences.sum(axis=0) / count
        arrays["weights"] = arrays["weights"] - rate * for_weights
        arrays["bias"] = arrays["bias"] - rate * for_bias
    if reported == "after":
        return float(np.mean((inputs @ arrays["weights"] + arrays["bias"] - targets) ** 2))
    return {
        "mean of the rows": float(np.average(losses, weights=counts)),
        "mean of the batches": float(np.mean(losses)),
        "sum of the batches": float(np.sum(losses)),
        "sum of the batches by rows": float(np.sum(losses)) / sum(counts),
        "last batch": losses[-1],
    }[reported]


def epoch_mistake(name: str, say: str, **different: Any) -> Mistake:
    """Return a mistake of the translated epoch, with an answer in each framework."""

    def pytorch(layer: Any, inputs: Any, targets: Any, learning_rate: float) -> float:
        arrays = pytorch_arrays(layer)
        loss = wrong_epoch(arrays, inputs.numpy(), targets.numpy(), learning_rate, **different)
        put_into_pytorch(layer, arrays["weights"], arrays["bias"])
        return loss

    def keras(layer: Any, inputs: Any, targets: Any, learning_rate: float) -> float:
        arrays = keras_arrays(layer)
        loss = wrong_epoch(arrays, inputs.numpy(), targets.numpy(), learning_rate, **different)
        layer.set_weights([arrays["weights"], arrays["bias"]])
        return loss

    return Mistake(name, say=say, pytorch=pytorch, keras=keras)


# 7. debug_port


def port_cases(generator: Generator) -> list[Case]:
    """Return two problems with inputs on unlike scales and targets without a second direction."""
    return [
        Case("seven rows of two inputs, six steps", port_inputs(generator, 7, 2, 0.1, 6)),
        Case("twelve rows of three inputs, ten steps", port_inputs(generator, 12, 3, 0.05, 10)),
    ]


def port_inputs(
    generator: Generator, rows: int, inputs: int, rate: float, steps: int
) -> dict[str, Any]:
    """Return rows whose targets follow them, first parameters, and how to train.

    The rows' means are small beside their widths, and the weights begin large and stay large. For
    where the targets are compared with all predictions, the weights shrink towards 0, and what the
    rounded means add to them would show.
    """
    table = generator.normal(size=(rows, inputs))
    slopes = generator.uniform(1, 2, size=inputs)
    return {
        "rows": 2 + table * generator.uniform(2, 6, size=inputs),
        "targets": 3 + table @ slopes + generator.normal(size=rows) / 3,
        "weights": generator.uniform(1, 2, size=(inputs, 1)),
        "bias": generator.uniform(0.2, 0.6, size=1),
        "learning_rate": rate,
        "steps": steps,
    }


def port(
    given: tuple[Any, ...],
    *,
    one_less: bool = False,
    all_pairs: bool = False,
    bias_stays: bool = False,
) -> tuple[Array, Array, Array]:
    """Return what the port gives with some of its faults left in."""
    rows, targets, weights, bias, learning_rate, steps = given
    centred = rows - rows.mean(axis=0)
    inputs = centred / rows.std(axis=0, ddof=1 if one_less else 0)
    wanted = np.mean(targets) if all_pairs else targets[:, None]
    for _ in range(int(steps)):
        slopes = 2 * (inputs @ weights + bias - wanted) / len(rows)
        weights = weights - learning_rate * inputs.T @ slopes
        bias = bias if bias_stays else bias - learning_rate * slopes.sum(axis=0)
    compared = targets if all_pairs else targets[:, None]
    return weights, bias, np.mean((inputs @ weights + bias - compared) ** 2)


def port_as_it_was(*given: Any) -> tuple[Array, Array, Array]:
    """Mend nothing."""
    return port(given, one_less=True, all_pairs=True, bias_stays=True)


def port_one_less(*given: Any) -> tuple[Array, Array, Array]:
    """Leave the standard deviation."""
    return port(given, one_less=True)


def port_all_pairs(*given: Any) -> tuple[Array, Array, Array]:
    """Leave the shapes."""
    return port(given, all_pairs=True)


def port_bias_stays(*given: Any) -> tuple[Array, Array, Array]:
    """Leave the bias."""
    return port(given, bias_stays=True)


def port_one_less_all_pairs(*given: Any) -> tuple[Array, Array, Array]:
    """Mend the bias alone."""
    return port(given, one_less=True, all_pairs=True)


def port_one_less_bias_stays(*given: Any) -> tuple[Array, Array, Array]:
    """Mend the shapes alone."""
    return port(given, one_less=True, bias_stays=True)


def port_all_pairs_bias_stays(*given: Any) -> tuple[Array, Array, Array]:
    """Mend the standard deviation alone."""
    return port(given, all_pairs=True, bias_stays=True)


EXERCISES = [
    Exercise(
        name="mean_squared_error",
        difficulty=1,
        minutes=4,
        points=1,
        cases=loss_cases,
        forbidden=("MSELoss", "mse_loss", "MeanSquaredError"),
        mistakes=[
            Mistake(
                "all pairs",
                say="Each prediction was compared with every target. A column minus a row is a whole table: bring "
                "both to one shape first.",
                numpy=loss_of_all_pairs,
            ),
            Mistake(
                "sum",
                say="The squares were added up. Take their mean, so that the loss does not grow with the number of "
                "rows.",
                numpy=loss_summed,
            ),
            Mistake(
                "root",
                say="This is the root of the mean squared error. Leave the root out.",
                numpy=loss_rooted,
            ),
            Mistake(
                "no squares",
                say="This is the mean of the *sizes* of the differences. Square them in place of that.",
                numpy=loss_absolute,
            ),
            Mistake(
                "square of the mean",
                say="The mean was taken first and squared after. Then too much and too little cancel each other. "
                "Square first.",
                numpy=loss_square_of_mean,
            ),
            Mistake(
                "half",
                say="This is half of the loss. Some books halve it to be rid of the 2 in the gradient; neither of the "
                "frameworks does.",
                numpy=loss_halved,
            ),
            Mistake(
                "no mean",
                say="This is a square for each row. Return one number, their mean.",
                numpy=loss_of_each,
            ),
        ],
        hints=[
            "Look at the two shapes before you subtract. What did the lesson find when a column met a row?",
            "`targets[:, None]` makes a column of the targets. Then: difference, square, mean.",
            "`differences = predictions - targets[:, None]`, and then the mean of `differences**2`, with `torch.mean` "
            "or `keras.ops.mean`.",
        ],
    ),
    Exercise(
        name="standardise",
        difficulty=1,
        minutes=6,
        points=2,
        cases=standardise_cases,
        mistakes=[
            Mistake(
                "each by its own",
                say="The hold-out was standardised with its own mean and standard deviation. Use those of the training "
                "rows for both.",
                numpy=standardised_each,
            ),
            Mistake(
                "each by its own, one less",
                say="Two things. The hold-out was standardised with its own mean and standard deviation: use those of "
                "the training rows for both. And the standard deviation was divided by one less than the number of "
                "rows, as `torch.std` does unless `correction=0` is said.",
                numpy=standardised_each_one_less,
            ),
            Mistake(
                "all rows together",
                say="Mean and standard deviation were taken over both tables. The hold-out must have no part in them.",
                numpy=standardised_together,
            ),
            Mistake(
                "one less",
                say="The standard deviation was divided by one less than the number of rows. That is what `torch.std` "
                "does unless `correction=0` is said; Keras divides by the number of rows.",
                numpy=standardised_one_less,
            ),
            Mistake(
                "one mean for all",
                say="One mean was taken over the whole table. Each column needs its own: direction 0.",
                numpy=standardised_over_all,
            ),
            Mistake(
                "one mean for all, one less",
                say="Two things. One mean was taken over the whole table, and each column needs its own: direction 0. "
                "And the standard deviation was divided by one less than there are values, as `torch.std` does unless "
                "`correction=0` is said.",
                numpy=standardised_over_all_one_less,
            ),
            Mistake(
                "rows",
                say="Each *row* was standardised. An input is a column, so mean and standard deviation go over "
                "direction 0.",
                numpy=standardised_rows,
            ),
            Mistake(
                "variance",
                say="You divided by the variance, the square of the standard deviation. Take its root.",
                numpy=standardised_by_variance,
            ),
            Mistake(
                "mean only",
                say="The mean was taken away, and the division by the standard deviation is missing.",
                numpy=only_centred,
            ),
            Mistake(
                "hold-out as it is",
                say="The training rows are right. The hold-out came back as it was, and weights made for standardised "
                "inputs could do nothing with it.",
                numpy=hold_out_as_it_is,
            ),
        ],
        hints=[
            "Two numbers for each column, taken from `train` alone. Then the same arithmetic for both tables.",
            "The direction of the rows is 0: `dim=0` in PyTorch, `axis=0` in Keras. In PyTorch think of the lesson's "
            "`correction=0`.",
            "`mean` and `spread` from `train`, then return `(train - mean) / spread, (hold_out - mean) / spread`.",
        ],
    ),
    Exercise(
        name="gradient",
        difficulty=2,
        minutes=8,
        points=3,
        cases=gradient_cases,
        forbidden=("backward", "grad", "GradientTape"),
        mistakes=[
            Mistake(
                "no factor of 2",
                say="Both gradients are half as large as they should be. The slope of a square brings a factor of 2.",
                numpy=gradient_without_factor,
            ),
            Mistake(
                "sum",
                say="These are sums over the rows. The loss is a mean, so its gradient is divided by the number of "
                "rows.",
                numpy=gradient_summed,
            ),
            Mistake(
                "divided by too much",
                say="The sums were divided by rows times inputs. The loss has one square for each row: divide by the "
                "rows.",
                numpy=gradient_over_everything,
            ),
            Mistake(
                "sign",
                say="Both gradients point the other way. The difference is prediction minus target.",
                numpy=gradient_turned,
            ),
            Mistake(
                "no bias in the prediction",
                say="The differences were taken without the bias. The prediction is `inputs @ weights + bias`.",
                numpy=gradient_without_bias,
            ),
            Mistake(
                "bias summed",
                say="The gradient for the weights is right. The one for the bias is a sum; it is a mean as well.",
                numpy=gradient_bias_summed,
            ),
            Mistake(
                "no inputs",
                say="Every weight got the gradient of the bias. A weight moves the prediction as often as its input "
                "says, so the differences are multiplied by the inputs.",
                numpy=gradient_without_inputs,
            ),
            Mistake(
                "a step",
                say="These are the parameters after a step with a learning rate of 0.1. Return the gradients "
                "themselves.",
                numpy=parameters_after_a_step,
            ),
        ],
        hints=[
            "Begin with the differences, prediction minus target, a column with a row for each example.",
            "For the bias: twice the mean of the differences. For each weight: twice the mean of the differences times "
            "its input.",
            "The weights: `inputs` turned around, `@ differences`, times 2, divided by `len(inputs)`. The bias: 2 "
            "times the mean of `differences` over direction 0.",
        ],
    ),
    Exercise(
        name="powers",
        difficulty=1,
        minutes=5,
        points=1,
        cases=powers_cases,
        mistakes=[
            Mistake(
                "ones",
                say="There is a column of ones in front. It is left out here, because a layer has its own bias.",
                numpy=powers_with_ones,
            ),
            Mistake(
                "one short",
                say="The highest power is missing. `range(1, degree)` ends one before `degree`.",
                numpy=powers_one_short,
            ),
            Mistake(
                "from zero",
                say="These are the powers 0 to degree − 1: ones in front, and the highest is missing. `range(degree)` "
                "begins at 0.",
                numpy=powers_from_zero,
            ),
            Mistake(
                "rows",
                say="Each power is a row. Every example needs a row of its own, so the powers are stacked along "
                "direction 1.",
                numpy=powers_as_rows,
            ),
            Mistake(
                "highest first",
                say="The powers come in falling order, as `np.polyfit` has them. The first power stands first here.",
                numpy=powers_downwards,
            ),
            Mistake(
                "multiples",
                say="These are once, twice, three times the values. A power is `values**power`.",
                numpy=multiples,
            ),
            Mistake(
                "the highest alone",
                say="This is the highest power alone. All powers from 1 up to it are asked for, a column each.",
                numpy=only_the_highest,
            ),
        ],
        hints=[
            "Make a list with a tensor for each power, and stack them as columns.",
            "The powers run from 1 to `degree`, both included: `range(1, degree + 1)`. The direction of the columns "
            "is 1.",
            "`torch.stack([values**power for power in range(1, degree + 1)], dim=1)`, or `keras.ops.stack` with "
            "`axis=1`.",
        ],
    ),
    Exercise(
        name="closed_form",
        difficulty=2,
        minutes=8,
        points=3,
        tolerance=1e-4,
        cases=closed_form_cases,
        mistakes=[
            Mistake(
                "no ones",
                say="There was no column of ones, so the line had to go through zero, and its bias is 0.",
                numpy=solved_without_ones,
            ),
            Mistake(
                "mean as bias",
                say="There was no column of ones, and the mean target was returned as the bias. That fits only if all "
                "inputs have the mean 0. Let least squares find the bias.",
                numpy=solved_bias_by_mean,
            ),
            Mistake(
                "taken apart wrongly",
                say="The numbers are right and were cut in the wrong place. The bias stands where the column of ones "
                "stands: the ones in front, the bias first.",
                numpy=solved_taken_apart_wrongly,
            ),
            Mistake(
                "ones behind",
                say="The column of ones stands behind the inputs, and the bias was looked for in front. It stands "
                "where the ones stand: `best[-1]`, and the weights are `best[:-1]`.",
                numpy=solved_with_ones_behind,
            ),
            Mistake(
                "bias first",
                say="The two results changed places. Return the weights first, then the bias.",
                numpy=solved_the_other_way,
            ),
            Mistake(
                "in one piece",
                say="Bias and weights are in one column. Take it apart, and return the weights and the bias.",
                numpy=solved_in_one_piece,
            ),
            Mistake(
                "flat weights",
                say="The numbers are right. The weights should stay a column, with the shape (inputs, 1).",
                numpy=solved_as_a_row,
            ),
        ],
        hints=[
            "The lesson did this twice, for the taxi and for the ten inputs.",
            "`ones_like(targets)` is a column of ones of the right length. Put it beside the inputs, and call "
            "`lstsq`.",
            "With the ones in front, `best[0]` is the bias and `best[1:]` are the weights. PyTorch's `lstsq` keeps the "
            "result in `.solution`.",
        ],
    ),
    Exercise(
        name="translate_epoch",
        difficulty=3,
        minutes=12,
        points=4,
        cases=epoch_cases,
        call=one_epoch,
        mistakes=[
            epoch_mistake(
                "mean of the batches",
                "The weights are right. The loss is the mean of the *batches*, and so the small last batch counts as "
                "much as a full one. Weigh each loss by its rows.",
                reported="mean of the batches",
            ),
            epoch_mistake(
                "last batch left out",
                "The rows that are left over were never used. They make a last, smaller batch.",
                keep_rest=False,
            ),
            epoch_mistake(
                "the last loss",
                "The weights are right. The loss is that of the last batch alone; the mean over all rows is asked "
                "for.",
                reported="last batch",
            ),
            epoch_mistake(
                "sum of the batches",
                "The weights are right. The losses of the batches were added up. Weigh each by its rows, and divide by "
                "all rows.",
                reported="sum of the batches",
            ),
            epoch_mistake(
                "not weighed",
                "The weights are right. The sum of the losses was divided by the rows, but each loss is a mean "
                "already: multiply it by the rows of its batch before you add up.",
                reported="sum of the batches by rows",
            ),
            epoch_mistake(
                "loss after the epoch",
                "The weights are right. The loss is that of the layer as it is *now*, after the epoch. The mean of the "
                "losses while it was trained is asked for.",
                reported="after",
            ),
            epoch_mistake(
                "batches of 32",
                "The steps used up to 32 rows, which is what `fit` takes when nobody says a size. Here it is 8.",
                batch=32,
            ),
            epoch_mistake(
                "a row at a time",
                "Each step used a single row. Here it is 8.",
                batch=1,
            ),
            epoch_mistake(
                "sum in a batch",
                "The steps were too long: the loss of a batch was a sum of squares in place of their mean.",
                total=True,
            ),
            epoch_mistake(
                "old gradients",
                "The gradients piled up from batch to batch. In PyTorch clear them before each `backward`, with "
                "`zero_grad`. A tape keeps nothing, so in Keras somebody must have added them up.",
                clear=False,
            ),
            epoch_mistake(
                "a learning rate of 0.01",
                "The steps had a learning rate of 0.01, which is what Keras's and PyTorch's `SGD` take when nobody "
                "says one. Use the one that was handed over.",
                own_rate=0.01,
            ),
        ],
        hints=[
            "Three decisions hide in there: the size of a batch, the order of the rows, and how the losses become one "
            "number. What does the original do about each?",
            "PyTorch: `torch.split(inputs, 8)` gives the batches, the last one smaller. Keras: `fit` shuffles and "
            "takes 32 unless it is told otherwise, and it reports the mean over the rows.",
            "PyTorch: add up `loss.item() * len(some_inputs)` and divide by `len(inputs)`. Keras: "
            "`fit(inputs, targets, batch_size=8, shuffle=False, verbose=0)`, and `history.history` has the loss.",
        ],
    ),
    Exercise(
        name="debug_port",
        difficulty=3,
        minutes=12,
        points=4,
        cases=port_cases,
        mistakes=[
            Mistake(
                "as it was",
                say="This is what the port gave as it stood. Compare it with the original line by line: the standard "
                "deviation, the shapes, and which parameters move.",
                numpy=port_as_it_was,
            ),
            Mistake(
                "still one less",
                say="Shapes and bias are right now. The standard deviation still divides by one less than the number "
                "of rows.",
                numpy=port_one_less,
            ),
            Mistake(
                "still all pairs",
                say="Standard deviation and bias are right now. The predictions are a column and the targets are not, "
                "so each prediction is still compared with every target.",
                numpy=port_all_pairs,
            ),
            Mistake(
                "the bias still stays",
                say="Standard deviation and shapes are right now. The bias is still where it began: it takes part in "
                "no step.",
                numpy=port_bias_stays,
            ),
            Mistake(
                "only the bias",
                say="The bias moves now, and that was right. Two faults are left: the standard deviation, and the "
                "shapes of predictions and targets.",
                numpy=port_one_less_all_pairs,
            ),
            Mistake(
                "only the shapes",
                say="The shapes are right now. Two faults are left: the standard deviation, and a parameter that never "
                "moves.",
                numpy=port_one_less_bias_stays,
            ),
            Mistake(
                "only the standard deviation",
                say="The standard deviation is right now. Two faults are left: the shapes of predictions and targets, "
                "and a parameter that never moves.",
                numpy=port_all_pairs_bias_stays,
            ),
        ],
        hints=[
            "Three places: how the inputs are scaled, what is subtracted from what, and which parameters move.",
            "By what does each framework's standard deviation divide? Which shapes have the predictions and the "
            "targets? Is the bias ever changed?",
            "PyTorch: `correction=0`, `targets[:, None]`, and `requires_grad_()` and a step for the bias as well. "
            "Keras: no `one_less`, `targets[:, None]`, `keras.Variable(bias)` and a step for it.",
        ],
    ),
]
