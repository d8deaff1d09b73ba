"""What the exercises of regularization must do, and the wrong answers that learners give."""

from typing import Any

import numpy as np

from lockstep.learn.arrays import to_tensor
from lockstep.learn.exercises import Answer, Case, Exercise, Inputs, Mistake

Generator = np.random.Generator
Array = np.ndarray

EPSILON = 0.001
DISTINCT = 1e-3  # how far apart two losses must be, relative to the largest; a hundred tolerances
SPREAD_OUT = 0.4  # the smallest spread of a column that is normalised
LARGE_ENOUGH = 2.0  # the largest logit of the network that is ported
DECAY = 0.1  # of the translated step; the L2 penalty has half of it as its factor

# 1. dropout


def dropout_cases(generator: Generator) -> list[Case]:
    """Return two cases; both have entries to keep and to drop."""
    return [
        Case("a rate of 0.25", dropout_inputs(generator, (3, 4), 0.25)),
        Case("a rate of 0.6", dropout_inputs(generator, (2, 6), 0.6)),
    ]


def dropout_inputs(generator: Generator, shape: tuple[int, int], rate: float) -> dict[str, Any]:
    """Return hidden numbers away from 0, and drawn numbers of which half are below the rate."""
    shares = np.where(np.arange(np.prod(shape)) % 2, rate * 0.7, rate + (1 - rate) * 0.3)
    nudged = shares + generator.uniform(-0.05, 0.05, size=shares.shape)
    return {
        "hidden": generator.uniform(1, 3, size=shape),
        "drawn": generator.permutation(nudged).reshape(shape),
        "rate": rate,
    }


def in_both_modes(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Call the answer in training and in evaluation."""
    tensors = [to_tensor(inputs[name], framework) for name in ("hidden", "drawn")]
    return {
        name: answer(*tensors, inputs["rate"], training)
        for name, training in [("in training", 1), ("in evaluation", 0)]
    }


def dropout_unscaled(hidden: Array, drawn: Array, rate: float, training: int) -> Array:
    """Drop in training and leave what is kept as it was; scale down in evaluation."""
    return hidden * (drawn >= rate) if training else hidden * (1 - rate)


def dropout_not_scaled(hidden: Array, drawn: Array, rate: float, training: int) -> Array:
    """Drop, and leave the size of what is kept as it was."""
    return hidden * (drawn >= rate) if training else hidden


def dropout_made_smaller(hidden: Array, drawn: Array, rate: float, training: int) -> Array:
    """Multiply with the kept share in place of dividing."""
    return hidden * (drawn >= rate) * (1 - rate) if training else hidden


def dropout_by_rate(hidden: Array, drawn: Array, rate: float, training: int) -> Array:
    """Divide by the rate."""
    return hidden * (drawn >= rate) / rate if training else hidden


def dropout_turned(hidden: Array, drawn: Array, rate: float, training: int) -> Array:
    """Keep what should be dropped."""
    return hidden * (drawn < rate) / (1 - rate) if training else hidden


def dropout_always(hidden: Array, drawn: Array, rate: float, training: int) -> Array:
    """Drop in evaluation too."""
    return hidden * (drawn >= rate) / (1 - rate)


def dropout_mask_alone(hidden: Array, drawn: Array, rate: float, training: int) -> Array:
    """Drop in both modes, and leave the size of what is kept as it was."""
    return hidden * (drawn >= rate)


def dropout_modes_swapped(hidden: Array, drawn: Array, rate: float, training: int) -> Array:
    """Drop in evaluation and leave training alone."""
    return hidden if training else dropout_always(hidden, drawn, rate, training)


def dropout_scaled_in_evaluation(hidden: Array, drawn: Array, rate: float, training: int) -> Array:
    """Do both: scale up in training, and scale in evaluation once more."""
    return hidden * (drawn >= rate) if training else hidden / (1 - rate)


# 2. smoothed_loss


def smoothed_loss_cases(generator: Generator) -> list[Case]:
    """Return two batches with a smoothing each."""
    return [
        Case("four rows of three classes, smoothing 0.3", smoothed_inputs(generator, 4, 3, 0.3)),
        Case("six rows of five classes, smoothing 0.1", smoothed_inputs(generator, 6, 5, 0.1)),
    ]


def smoothed_inputs(
    generator: Generator, rows: int, classes: int, smoothing: float
) -> dict[str, Any]:
    """Draw logits, the label's one a little higher, until each wrong loss is far from the right one.

    The losses are single numbers, and two of them may come close by chance.
    """
    while True:
        labels = generator.permutation(np.arange(rows) % classes)
        logits = generator.normal(size=(rows, classes)) * 2
        logits[np.arange(rows), labels] += 1.5
        drawn = {"logits": logits, "labels": labels, "smoothing": smoothing}
        losses = np.array([wrong(**drawn) for wrong in (smoothed_right, *SMOOTHED_WRONG)])
        apart = np.abs(losses[:, None] - losses) + np.eye(len(losses)) * losses.max()
        if apart.min() > DISTINCT * np.abs(losses).max():
            return drawn


def log_probabilities_of(logits: Array) -> Array:
    """Return the logarithm of the softmax of each row."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def with_targets(logits: Array, targets: Array) -> Array:
    """Return each row's cross-entropy with a row of targets."""
    return -(targets * log_probabilities_of(logits)).sum(axis=1)


def smoothed_targets(logits: Array, labels: Array, smoothing: float) -> Array:
    """Return the right rows of targets."""
    classes = logits.shape[1]
    return np.eye(classes)[labels] * (1 - smoothing) + smoothing / classes


def loss_not_smoothed(logits: Array, labels: Array, smoothing: float) -> Array:
    """Forget the smoothing."""
    return with_targets(logits, np.eye(logits.shape[1])[labels]).mean()


def loss_others_only(logits: Array, labels: Array, smoothing: float) -> Array:
    """Spread the smoothing over the wrong classes only."""
    one_hot = np.eye(logits.shape[1])[labels]
    others = smoothing / (logits.shape[1] - 1)
    return with_targets(logits, one_hot * (1 - smoothing) + (1 - one_hot) * others).mean()


def loss_not_divided(logits: Array, labels: Array, smoothing: float) -> Array:
    """Add the whole smoothing to every class."""
    one_hot = np.eye(logits.shape[1])[labels]
    return with_targets(logits, one_hot * (1 - smoothing) + smoothing).mean()


def loss_not_taken_away(logits: Array, labels: Array, smoothing: float) -> Array:
    """Add the smoothing and leave the one at the label."""
    classes = logits.shape[1]
    return with_targets(logits, np.eye(classes)[labels] + smoothing / classes).mean()


def loss_without_logarithm(logits: Array, labels: Array, smoothing: float) -> Array:
    """Take the probabilities in place of their logarithms."""
    targets = smoothed_targets(logits, labels, smoothing)
    return -(targets * np.exp(log_probabilities_of(logits))).sum(axis=1).mean()


def smoothed_sum(logits: Array, labels: Array, smoothing: float) -> Array:
    """Add the rows up."""
    return with_targets(logits, smoothed_targets(logits, labels, smoothing)).sum()


def smoothed_right(logits: Array, labels: Array, smoothing: float) -> Array:
    """Return the right loss."""
    return with_targets(logits, smoothed_targets(logits, labels, smoothing)).mean()


def smoothed_over_all(logits: Array, labels: Array, smoothing: float) -> Array:
    """Take the mean over rows and classes."""
    targets = smoothed_targets(logits, labels, smoothing)
    return with_targets(logits, targets).sum() / logits.size


def smoothed_sign(logits: Array, labels: Array, smoothing: float) -> Array:
    """Forget the minus."""
    return -with_targets(logits, smoothed_targets(logits, labels, smoothing)).mean()


SMOOTHED_WRONG = (
    loss_not_smoothed,
    loss_others_only,
    loss_not_divided,
    loss_not_taken_away,
    loss_without_logarithm,
    smoothed_sum,
    smoothed_over_all,
    smoothed_sign,
)


# 3. when_to_stop


def when_to_stop_cases(generator: Generator) -> list[Case]:
    """Return two curves that rise on the way down, wait with a tiny gain, and are better too late."""
    return [
        Case(
            "a gain of 0.005 in the middle, and a much better epoch that comes too late",
            {"losses": losses_of(generator, 4), "patience": 4, "smallest": 0.02},
        ),
        Case(
            "two rises in a row, which a better epoch ends in time",
            {"losses": losses_of(generator, 3, in_a_row=True), "patience": 3, "smallest": 0.02},
        ),
    ]


def losses_of(generator: Generator, patience: int, *, in_a_row: bool = False) -> Array:
    """Return losses that fall with two rises, are no better for `patience` epochs, then far better."""
    lowest = generator.uniform(0.7, 0.9)
    falling = [0.5, 0.3, 0.35, 0.4, 0.0] if in_a_row else [0.5, 0.3, 0.35, 0.2, 0.25, 0.0]
    waiting = [0.1, -0.005, 0.2, 0.15][:patience]
    later = [-0.4, -0.3, -0.2, -0.25, -0.22, -0.1]
    steps = np.array(falling + waiting + later)
    return lowest + steps + generator.uniform(0, 0.004, size=len(steps)) * (steps > 0)


def with_all_and_with_few(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Call the answer with all losses, and with three, for which patience never runs out."""
    found = {}
    for losses, of in [(inputs["losses"], ""), (inputs["losses"][:3], " of the first three")]:
        pair = answer(losses.copy(), inputs["patience"], inputs["smallest"])
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            return {"result": pair}
        found[f"the best epoch{of}"], found[f"the last epoch{of}"] = pair
    return found


def stop(
    losses: Array, patience: int, smallest: float, *, longer: int = 0, against_last: bool = False
) -> tuple[int, int]:
    """Return what the answer returns, with a detail done differently."""
    best = compared = 0
    for epoch in range(1, len(losses)):
        if losses[epoch] < losses[compared] - smallest:
            best = epoch
        compared = epoch if against_last else best
        if epoch - best >= patience + longer:
            return best, epoch
    return best, len(losses) - 1


def stop_any_gain(losses: Array, patience: int, smallest: float) -> tuple[int, int]:
    """Count a tiny gain."""
    return stop(losses, patience, 0.0)


def stop_one_later(losses: Array, patience: int, smallest: float) -> tuple[int, int]:
    """Wait one epoch too long."""
    return stop(losses, patience, smallest, longer=1)


def stop_one_earlier(losses: Array, patience: int, smallest: float) -> tuple[int, int]:
    """Wait one epoch too few."""
    return stop(losses, patience, smallest, longer=-1)


def stop_lowest_of_all(losses: Array, patience: int, smallest: float) -> tuple[int, int]:
    """Take the lowest loss of all, which training may never have reached."""
    return int(np.argmin(losses)), stop(losses, patience, smallest)[1]


def stop_against_last(losses: Array, patience: int, smallest: float) -> tuple[int, int]:
    """Compare each epoch with the one before it."""
    return stop(losses, patience, smallest, against_last=True)


def stop_all_counted(losses: Array, patience: int, smallest: float) -> tuple[int, int]:
    """Count the epochs that were not better without beginning anew at a better one."""
    best = waited = 0
    for epoch in range(1, len(losses)):
        if losses[epoch] < losses[best] - smallest:
            best = epoch
        else:
            waited += 1
        if waited >= patience:
            return best, epoch
    return best, len(losses) - 1


def stop_at_length(losses: Array, patience: int, smallest: float) -> tuple[int, int]:
    """Return the number of the epochs where patience never runs out."""
    best, end = stop(losses, patience, smallest)
    return best, end if end - best >= patience else len(losses)


def stop_swapped(losses: Array, patience: int, smallest: float) -> tuple[int, int]:
    """Return the two numbers the other way round."""
    best, end = stop(losses, patience, smallest)
    return end, best


def stop_from_one(losses: Array, patience: int, smallest: float) -> tuple[int, int]:
    """Count the epochs from 1."""
    best, end = stop(losses, patience, smallest)
    return best + 1, end + 1


# 4. batch_norm


def batch_norm_cases(generator: Generator) -> list[Case]:
    """Return two batches; the columns differ in mean and spread."""
    return [
        Case("five rows of three columns, momentum 0.1", norm_inputs(generator, 5, 3, 0.1)),
        Case("four rows of four columns, momentum 0.3", norm_inputs(generator, 4, 4, 0.3)),
    ]


def norm_inputs(generator: Generator, rows: int, columns: int, momentum: float) -> dict[str, Any]:
    """Return a batch, and running statistics from earlier batches.

    The batch is drawn until each column is spread out: where its numbers lie close together, far from 0,
    rounding is no longer small beside their differences.
    """
    while True:
        spread = generator.uniform(0.5, 2, size=columns)
        x = generator.normal(size=(rows, columns)) * spread + generator.normal(size=columns)
        if x.std(axis=0).min() > SPREAD_OUT:
            break
    return {
        "x": x,
        "running_mean": generator.normal(size=columns),
        "running_variance": generator.uniform(0.5, 3, size=columns),
        "momentum": momentum,
    }


def norm(
    inputs: tuple[Any, ...],
    *,
    ddof: int = 0,
    running_ddof: int = 1,
    share: float | None = None,
    axis: int = 0,
    epsilon: str = "inside",
    by_running: bool = False,
) -> tuple[Array, Array, Array]:
    """Return what the answer returns, with a detail done differently."""
    x, running_mean, running_variance, momentum = inputs
    share = momentum if share is None else share

    used_mean = x.mean(axis=axis, keepdims=True)
    used_variance = x.var(axis=axis, ddof=ddof, keepdims=True)
    if by_running:
        used_mean, used_variance = running_mean, running_variance
    if epsilon == "inside":
        normalised = (x - used_mean) / np.sqrt(used_variance + EPSILON)
    elif epsilon == "outside":
        normalised = (x - used_mean) / (np.sqrt(used_variance) + EPSILON)
    else:
        normalised = (x - used_mean) / (used_variance + EPSILON)
    fed = x.var(axis=0, ddof=running_ddof)
    return (
        normalised,
        (1 - share) * running_mean + share * x.mean(axis=0),
        (1 - share) * running_variance + share * fed,
    )


def norm_keras_momentum(*inputs: Any) -> tuple[Array, Array, Array]:
    """Take momentum as the share of the old."""
    return norm(inputs, share=1 - inputs[3])


def norm_running_by_n(*inputs: Any) -> tuple[Array, Array, Array]:
    """Feed the running variance with the one divided by n."""
    return norm(inputs, running_ddof=0)


def norm_all_by_n_minus_one(*inputs: Any) -> tuple[Array, Array, Array]:
    """Normalise with the variance divided by n - 1."""
    return norm(inputs, ddof=1)


def norm_no_root(*inputs: Any) -> tuple[Array, Array, Array]:
    """Divide by the variance."""
    return norm(inputs, epsilon="no root")


def norm_epsilon_outside(*inputs: Any) -> tuple[Array, Array, Array]:
    """Add epsilon to the root."""
    return norm(inputs, epsilon="outside")


def norm_by_running(*inputs: Any) -> tuple[Array, Array, Array]:
    """Normalise with the running statistics, as in evaluation."""
    return norm(inputs, by_running=True)


def norm_of_rows(*inputs: Any) -> tuple[Array, Array, Array]:
    """Normalise each row."""
    return norm(inputs, axis=1)


def norm_statistics_stay(*inputs: Any) -> tuple[Array, Array, Array]:
    """Leave the running statistics as they were."""
    return norm(inputs, share=0.0)


# 5. translate_decay


def translate_decay_cases(generator: Generator) -> list[Case]:
    """Return two batches for a single layer."""
    return [
        Case("six images, learning rate 0.4", layer_inputs(generator, 6, 5, 3, 0.4)),
        Case("eight images, learning rate 0.2", layer_inputs(generator, 8, 4, 4, 0.2)),
    ]


def layer_inputs(
    generator: Generator, rows: int, inputs: int, classes: int, learning_rate: float
) -> dict[str, Any]:
    """Return a batch, a single layer's arrays and a learning rate."""
    return {
        "images": generator.uniform(size=(rows, inputs)),
        "labels": np.arange(rows) % classes,
        "weights": generator.normal(size=(inputs, classes)),
        "biases": generator.normal(size=classes),
        "learning_rate": learning_rate,
    }


def decayed(
    inputs: tuple[Any, ...],
    *,
    decay: float = DECAY,
    bias_decay: float = 0.0,
    total: bool = False,
    with_rate: bool = True,
) -> tuple[Array, Array]:
    """Return weights and biases after the step, with a detail done differently."""
    images, labels, weights, biases, learning_rate = inputs
    log_probabilities = log_probabilities_of(images @ weights + biases)
    slopes = np.exp(log_probabilities) - np.eye(len(biases))[labels]
    slopes = slopes if total else slopes / len(labels)
    factor = learning_rate if with_rate else 1.0
    return (
        weights - learning_rate * images.T @ slopes - factor * decay * weights,
        biases - learning_rate * slopes.sum(axis=0) - factor * bias_decay * biases,
    )


def decayed_half(*inputs: Any) -> tuple[Array, Array]:
    """Carry the penalty's factor over as it is: half of the decay."""
    return decayed(inputs, decay=DECAY / 2)


def decayed_twice(*inputs: Any) -> tuple[Array, Array]:
    """Carry the decay's factor over as the penalty's: twice the decay."""
    return decayed(inputs, decay=DECAY * 2)


def decayed_biases(*inputs: Any) -> tuple[Array, Array]:
    """Decay the biases too."""
    return decayed(inputs, bias_decay=DECAY)


def decayed_half_biases(*inputs: Any) -> tuple[Array, Array]:
    """Half of the decay, and the biases too."""
    return decayed(inputs, decay=DECAY / 2, bias_decay=DECAY / 2)


def decayed_not_at_all(*inputs: Any) -> tuple[Array, Array]:
    """Forget the decay."""
    return decayed(inputs, decay=0.0)


def decayed_summed(*inputs: Any) -> tuple[Array, Array]:
    """Add the rows' losses up."""
    return decayed(inputs, total=True)


def decayed_without_rate(*inputs: Any) -> tuple[Array, Array]:
    """Take the decay off without the learning rate."""
    return decayed(inputs, with_rate=False)


# 6. adamw_step


def adamw_cases(generator: Generator) -> list[Case]:
    """Return a first step and a later one."""
    return [
        Case(
            "the first step, with a learning rate of 0.1 and a decay of 0.5",
            adamw_inputs(generator, 4, 1, 0.1, 0.5),
        ),
        Case(
            "the third step, with a learning rate of 0.2 and a decay of 0.4",
            adamw_inputs(generator, 6, 3, 0.2, 0.4),
        ),
    ]


def adamw_inputs(
    generator: Generator, size: int, step: int, learning_rate: float, decay: float
) -> dict[str, Any]:
    """Return weights away from 0, with running means of earlier steps unless it is the first."""
    signs = np.where(generator.random(size) < 0.5, -1.0, 1.0)
    earlier = float(step > 1)
    return {
        "weight": signs * generator.uniform(1, 3, size=size),
        # Small gradients, so that the place of the 0.001 shows.
        "gradient": -signs * generator.uniform(0.01, 0.04, size=size),
        "mean": -signs * generator.uniform(0.005, 0.02, size=size) * earlier,
        "squares": generator.uniform(1e-4, 1e-3, size=size) * earlier,
        "step": step,
        "learning_rate": learning_rate,
        "decay": decay,
    }


def adam(
    inputs: tuple[Any, ...],
    *,
    where: str = "weight",
    corrected: bool = True,
    root: bool = True,
    returned_corrected: bool = False,
    epsilon_inside: bool = False,
    sign: float = 1.0,
) -> tuple[Array, Array, Array]:
    """Return what the answer returns, with a detail done differently."""
    weight, gradient, mean, squares, step, learning_rate, decay = inputs
    if where == "gradient":
        gradient = gradient + decay * weight
    mean = 0.9 * mean + 0.1 * gradient
    squares = 0.99 * squares + 0.01 * gradient**2
    good_mean, good_squares = mean / (1 - 0.9**step), squares / (1 - 0.99**step)
    used_mean, used_squares = (good_mean, good_squares) if corrected else (mean, squares)
    size = np.sqrt(used_squares) if root else used_squares
    below = np.sqrt(used_squares + EPSILON) if epsilon_inside else size + EPSILON
    pull = {"weight": learning_rate * decay, "no rate": decay}.get(where, 0.0)
    moved = weight - sign * pull * weight - sign * learning_rate * used_mean / below
    if where == "last":
        moved = moved - learning_rate * decay * moved
    if returned_corrected:
        return moved, good_mean, good_squares
    return moved, mean, squares


def adam_with_penalty(*inputs: Any) -> tuple[Array, Array, Array]:
    """Put the decay into the gradient."""
    return adam(inputs, where="gradient")


def adam_without_decay(*inputs: Any) -> tuple[Array, Array, Array]:
    """Forget the decay."""
    return adam(inputs, where="nowhere")


def adam_decay_without_rate(*inputs: Any) -> tuple[Array, Array, Array]:
    """Take the decay off without the learning rate."""
    return adam(inputs, where="no rate")


def adam_decay_last(*inputs: Any) -> tuple[Array, Array, Array]:
    """Let the weight decay after Adam's step."""
    return adam(inputs, where="last")


def adam_epsilon_inside(*inputs: Any) -> tuple[Array, Array, Array]:
    """Put the 0.001 under the root."""
    return adam(inputs, epsilon_inside=True)


def adam_uncorrected(*inputs: Any) -> tuple[Array, Array, Array]:
    """Forget the correction."""
    return adam(inputs, corrected=False)


def adam_without_root(*inputs: Any) -> tuple[Array, Array, Array]:
    """Divide by the squares."""
    return adam(inputs, root=False)


def adam_returning_corrected(*inputs: Any) -> tuple[Array, Array, Array]:
    """Return the corrected running means."""
    return adam(inputs, returned_corrected=True)


def adam_uphill(*inputs: Any) -> tuple[Array, Array, Array]:
    """Add in place of taking away."""
    return adam(inputs, sign=-1.0)


# 7. debug_port


def debug_port_cases(generator: Generator) -> list[Case]:
    """Return two networks whose running statistics are not those of the batch."""
    return [
        Case("five images of six pixels", port_inputs(generator, 5, 6, 7, 3)),
        Case("eight images of nine pixels", port_inputs(generator, 8, 9, 5, 4)),
    ]


PORT_FAULTS: tuple[dict[str, bool], ...] = (
    {"relu": False},
    {"early": True},
    {"of_batch": True},
    {"halved": True},
)


def port_inputs(
    generator: Generator, rows: int, inputs: int, hidden: int, classes: int
) -> dict[str, Array]:
    """Draw a batch and a network's arrays until ReLU lets enough through, and not all.

    Where it stops nearly everything, the logits are tiny beside the numbers that they are made of, and
    rounding is no longer small beside them. Where it stops nothing, nobody sees that it is missing.
    """
    while True:
        drawn = {
            "pixels": generator.uniform(size=(rows, inputs)),
            "hidden_weights": generator.normal(size=(inputs, hidden)),
            "scale": generator.uniform(0.5, 1.5, size=hidden),
            "shift": generator.normal(size=hidden) / 2,
            "running_mean": generator.normal(size=hidden) / 2,
            "running_variance": generator.uniform(0.5, 2, size=hidden),
            "output_weights": generator.normal(size=(hidden, classes)),
        }
        right, *wrong = (port(tuple(drawn.values()), **fault) for fault in ({}, *PORT_FAULTS))
        largest = np.abs(right).max()
        nearest = min(np.abs(logits - right).max() for logits in wrong)
        if largest > LARGE_ENOUGH and nearest > DISTINCT * largest:
            return drawn


def port(
    inputs: tuple[Array, ...],
    *,
    early: bool = False,
    of_batch: bool = False,
    halved: bool = False,
    epsilon: float = EPSILON,
    relu: bool = True,
) -> Array:
    """Return what the port gives with some of its faults left in."""
    pixels, hidden_weights, scale, shift, mean, variance, output_weights = inputs
    sums = pixels @ hidden_weights
    sums = np.maximum(sums, 0) if early else sums
    if of_batch:
        mean, variance = sums.mean(axis=0), sums.var(axis=0)
    hidden = scale * (sums - mean) / np.sqrt(variance + epsilon) + shift
    hidden = hidden if early or not relu else np.maximum(hidden, 0)
    return (hidden * 0.5 if halved else hidden) @ output_weights


def port_as_it_was(*inputs: Array) -> Array:
    """Mend nothing."""
    return port(inputs, early=True, of_batch=True, halved=True)


def port_early(*inputs: Array) -> Array:
    """Leave the ReLU in front of the normalisation."""
    return port(inputs, early=True)


def port_of_batch(*inputs: Array) -> Array:
    """Leave the statistics of the batch."""
    return port(inputs, of_batch=True)


def port_halved(*inputs: Array) -> Array:
    """Leave the factor of a half."""
    return port(inputs, halved=True)


def port_early_of_batch(*inputs: Array) -> Array:
    """Mend the factor alone."""
    return port(inputs, early=True, of_batch=True)


def port_early_halved(*inputs: Array) -> Array:
    """Mend the statistics alone."""
    return port(inputs, early=True, halved=True)


def port_of_batch_halved(*inputs: Array) -> Array:
    """Mend the ReLU alone."""
    return port(inputs, of_batch=True, halved=True)


def port_without_relu(*inputs: Array) -> Array:
    """Mend all three and lose the ReLU on the way."""
    return port(inputs, relu=False)


EXERCISES = [
    Exercise(
        name="dropout",
        difficulty=1,
        minutes=6,
        points=2,
        cases=dropout_cases,
        call=in_both_modes,
        forbidden=("Dropout", "dropout1d", "alpha_dropout"),
        mistakes=[
            Mistake(
                "scaled in evaluation instead",
                say="In training nothing was made larger, and in evaluation everything was made smaller. The sizes "
                "do fit, but both frameworks do it the other way: scale in training, and leave evaluation alone.",
                numpy=dropout_unscaled,
            ),
            Mistake(
                "not scaled",
                say="The right ones are dropped, and evaluation is right. In training, what is kept has to be made "
                "larger: divide it by the share that is kept.",
                numpy=dropout_not_scaled,
            ),
            Mistake(
                "made smaller",
                say="What is kept became smaller. It stands in for what was dropped, so it must become larger: "
                "*divide* by the share that is kept.",
                numpy=dropout_made_smaller,
            ),
            Mistake(
                "divided by the rate",
                say="You divided by the rate, which is the share that is *dropped*. Divide by the share that is kept.",
                numpy=dropout_by_rate,
            ),
            Mistake(
                "mask turned around",
                say="What should be kept was dropped, and the other way round. An entry is kept where its drawn "
                "number is `rate` or more.",
                numpy=dropout_turned,
            ),
            Mistake(
                "evaluation too",
                say="Training is right. In evaluation entries were dropped as well. There all of them stay "
                "as they are.",
                numpy=dropout_always,
            ),
            Mistake(
                "mask alone",
                say="The right ones are dropped, and two things are missing. In training, divide what is kept by the "
                "share that is kept. In evaluation nothing is dropped.",
                numpy=dropout_mask_alone,
            ),
            Mistake(
                "modes swapped",
                say="The two modes are swapped: it drops in evaluation and leaves training alone.",
                numpy=dropout_modes_swapped,
            ),
            Mistake(
                "larger in evaluation",
                say="The division by the kept share stands in the wrong branch. It belongs to training, "
                "where something "
                "is missing. In evaluation nothing is missing.",
                numpy=dropout_scaled_in_evaluation,
            ),
        ],
        hints=[
            "Two cases: in evaluation return `hidden` as it came. In training multiply it with a mask.",
            "The mask is 0 where `drawn` is below the rate. Elsewhere it is 1 divided by the share that is kept.",
            "`(drawn >= rate) / (1 - rate)` is the mask in PyTorch. In Keras turn the yes-or-no into numbers first: "
            "`keras.ops.cast(drawn >= rate, hidden.dtype)`.",
        ],
    ),
    Exercise(
        name="smoothed_loss",
        difficulty=2,
        minutes=8,
        points=3,
        cases=smoothed_loss_cases,
        forbidden=("label_smoothing",),
        mistakes=[
            Mistake(
                "not smoothed",
                say="This is the cross-entropy without smoothing. The targets are still one-hot.",
                numpy=loss_not_smoothed,
            ),
            Mistake(
                "wrong classes only",
                say="You spread the smoothing over the *wrong* classes. It goes evenly over all classes, "
                "and the right "
                "one gets its part as well.",
                numpy=loss_others_only,
            ),
            Mistake(
                "not divided by the classes",
                say="Every class got the whole smoothing. They share it: divide by the number of classes.",
                numpy=loss_not_divided,
            ),
            Mistake(
                "nothing taken away",
                say="The smoothing was added to every class, and the label kept its 1. A row of targets "
                "must still add up "
                "to one: multiply the one-hot row with `1 - smoothing` first.",
                numpy=loss_not_taken_away,
            ),
            Mistake(
                "no logarithm",
                say="The targets are right. They were multiplied with the probabilities; it is the *logarithms* of "
                "the probabilities: `log_softmax`.",
                numpy=loss_without_logarithm,
            ),
            Mistake(
                "sum",
                say="The rows were added up. Take their mean.",
                numpy=smoothed_sum,
            ),
            Mistake(
                "mean over all classes",
                say="You took the mean over rows *and* classes. Add up along each row first, then take the "
                "mean of the rows.",
                numpy=smoothed_over_all,
            ),
            Mistake(
                "sign",
                say="The size is right and the sign is not. Logarithms of probabilities are negative, so a "
                "minus belongs "
                "in front.",
                numpy=smoothed_sign,
            ),
        ],
        hints=[
            "Two steps: rows of targets, then minus the sum of targets times logarithms of probabilities.",
            "The targets are `one_hot * (1 - smoothing) + smoothing / classes`. Both frameworks have `one_hot`.",
            "With `log_probabilities = log_softmax(logits)` over direction 1: the sum of `targets * "
            "log_probabilities` "
            "over direction 1, then minus the mean of the rows.",
        ],
    ),
    Exercise(
        name="when_to_stop",
        difficulty=2,
        minutes=8,
        points=2,
        takes="arrays",
        tolerance=0.0,
        cases=when_to_stop_cases,
        call=with_all_and_with_few,
        mistakes=[
            Mistake(
                "any gain",
                say="A tiny gain counted as better. An epoch is better only if it is lower by more than `smallest`.",
                numpy=stop_any_gain,
            ),
            Mistake(
                "one epoch too long",
                say="It waited one epoch too long. When `patience` epochs in a row were not better, that is the end.",
                numpy=stop_one_later,
            ),
            Mistake(
                "one epoch too few",
                say="It gave up one epoch too early. `patience` epochs in a row have to be no better.",
                numpy=stop_one_earlier,
            ),
            Mistake(
                "lowest of all",
                say="The best epoch was looked for in all the losses. Go through them in order: what comes "
                "after the end "
                "was never trained, and a gain that is too small does not count.",
                numpy=stop_lowest_of_all,
            ),
            Mistake(
                "compared with the epoch before",
                say="Each epoch was compared with the one right before it. Compare with the *best* so far. "
                "Otherwise a "
                "loss that falls back after a rise looks like a gain.",
                numpy=stop_against_last,
            ),
            Mistake(
                "not in a row",
                say="It stopped too early: it counted all epochs that were not better. They must come in a *row*, so "
                "begin the count anew at each better epoch.",
                numpy=stop_all_counted,
            ),
            Mistake(
                "the number of epochs",
                say="It is right where patience runs out. Where it never does, training ends after the last epoch, "
                "and that one is `len(losses) - 1`: epochs are counted from 0.",
                numpy=stop_at_length,
            ),
            Mistake(
                "swapped",
                say="Both numbers are right, in the wrong order. The best epoch comes first.",
                numpy=stop_swapped,
            ),
            Mistake(
                "counted from 1",
                say="Both numbers are too large by one. Epochs are counted from 0.",
                numpy=stop_from_one,
            ),
        ],
        hints=[
            "The lesson's `early_stopping` does nearly this. What is new is `smallest`.",
            "Keep the number of the best epoch. At each epoch ask two things: is it better by more than `smallest`? "
            "And how many epochs ago was the best?",
            "Better is `losses[epoch] < losses[best] - smallest`. Training ends when `epoch - best >= patience`.",
        ],
    ),
    Exercise(
        name="batch_norm",
        difficulty=2,
        minutes=10,
        points=3,
        cases=batch_norm_cases,
        forbidden=("BatchNorm1d", "BatchNormalization", "native_batch_norm"),
        mistakes=[
            Mistake(
                "momentum of the old",
                say="The normalised batch is right. The shares are swapped: this is Keras's momentum, the "
                "share of the "
                "*old*. Here it is the share of the new.",
                numpy=norm_keras_momentum,
            ),
            Mistake(
                "running variance by n",
                say="All is right but the running variance: it was fed with the variance divided by n, as "
                "Keras does. "
                "PyTorch feeds it with the one divided by n - 1.",
                numpy=norm_running_by_n,
            ),
            Mistake(
                "normalised by n - 1",
                say="The running statistics are right. The normalisation itself takes the variance divided "
                "by n, in both "
                "frameworks. (In PyTorch `var` divides by n - 1 unless you say `correction=0`.)",
                numpy=norm_all_by_n_minus_one,
            ),
            Mistake(
                "no root",
                say="You divided by the variance. Divide by its root, the spread.",
                numpy=norm_no_root,
            ),
            Mistake(
                "epsilon outside",
                say="Nearly. Epsilon was added to the root. It is added to the variance, and then the root is taken.",
                numpy=norm_epsilon_outside,
            ),
            Mistake(
                "normalised by the running statistics",
                say="The batch was normalised with the running statistics. That is evaluation. In training the "
                "batch's own mean and variance are used.",
                numpy=norm_by_running,
            ),
            Mistake(
                "rows",
                say="Each *row* was normalised. Batch normalisation takes mean and variance of each column, "
                "over the rows.",
                numpy=norm_of_rows,
            ),
            Mistake(
                "statistics not moved",
                say="The normalised batch is right, and the running statistics came back as they were. In "
                "training they "
                "move towards the batch's.",
                numpy=norm_statistics_stay,
            ),
        ],
        hints=[
            "First the batch's mean and variance over direction 0. Then the normalised batch. Then the two running "
            "statistics.",
            "Two variances are needed: divided by n for the normalisation, divided by n - 1 for the running "
            "variance. "
            "The second is the first times n divided by n - 1.",
            "Running: `(1 - momentum) * old + momentum * new`. Normalised: the batch minus its mean, "
            "divided by the root of "
            "`variance + 0.001`. In PyTorch `x.var(dim=0, correction=0)` divides by n; `keras.ops.var` always does.",
        ],
    ),
    Exercise(
        name="translate_decay",
        difficulty=2,
        minutes=10,
        points=3,
        cases=translate_decay_cases,
        mistakes=[
            Mistake(
                "half the decay",
                say="The weights were pulled half as far as they should be. A penalty of `c * w**2` has the slope "
                "`2 * c * w`, so a penalty of 0.05 belongs to a decay of 0.1.",
                numpy=decayed_half,
            ),
            Mistake(
                "twice the decay",
                say="The weights were pulled twice as far as they should be. A penalty of `c * w**2` has the slope "
                "`2 * c * w`, so a decay of 0.1 belongs to a penalty of 0.05.",
                numpy=decayed_twice,
            ),
            Mistake(
                "biases too",
                say="The weights are right. The biases were pulled towards zero as well. In the given code "
                "the decay is on "
                "the weights alone.",
                numpy=decayed_biases,
            ),
            Mistake(
                "half, and biases too",
                say="Two things: the decay is half of what it should be, because the slope of `c * w**2` is "
                "`2 * c * w`. "
                "And it is on the weights alone, not on the biases.",
                numpy=decayed_half_biases,
            ),
            Mistake(
                "no decay",
                say="This is a step without decay or penalty.",
                numpy=decayed_not_at_all,
            ),
            Mistake(
                "sum",
                say="The losses of the rows were added up. Take their mean.",
                numpy=decayed_summed,
            ),
            Mistake(
                "decay without the learning rate",
                say="The decay was taken off without the learning rate. It is `learning_rate * decay * weights`.",
                numpy=decayed_without_rate,
            ),
        ],
        hints=[
            "For plain SGD, penalty and decay are the same step. Only the factor needs a thought.",
            "The slope of `0.05 * w**2` is `0.1 * w`. Which of the two numbers does the framework's argument want?",
            'PyTorch: the groups `{"params": [weights], "weight_decay": 0.1}` and `{"params": [biases]}`, given to '
            "`torch.optim.SGD`. Keras: add `keras.regularizers.L2(0.05)(weights)` to the loss, inside the tape.",
        ],
    ),
    Exercise(
        name="adamw_step",
        difficulty=3,
        minutes=12,
        points=4,
        cases=adamw_cases,
        forbidden=("AdamW", "Adam"),
        mistakes=[
            Mistake(
                "penalty in the gradient",
                say="This is Adam with an L2 penalty: the decay went into the gradient, and through Adam's division. "
                "Leave the gradient alone and take the decay off the weight itself.",
                numpy=adam_with_penalty,
            ),
            Mistake(
                "no decay",
                say="This is Adam without any decay. The weight loses `learning_rate * decay * weight` as well.",
                numpy=adam_without_decay,
            ),
            Mistake(
                "decay without the learning rate",
                say="The decay was taken off without the learning rate. It is `learning_rate * decay * weight`.",
                numpy=adam_decay_without_rate,
            ),
            Mistake(
                "decay last",
                say="Nearly. The decay was taken from the weight *after* Adam's step had moved it. Take it from the "
                "weight as it was before.",
                numpy=adam_decay_last,
            ),
            Mistake(
                "0.001 under the root",
                say="Everything is right but for the 0.001, which stands under the root. It is added after the root "
                "was taken.",
                numpy=adam_epsilon_inside,
            ),
            Mistake(
                "not corrected",
                say="The two running means were used without the correction. They began at 0 and are too small at "
                "first: divide by `1 - 0.9**step` and by `1 - 0.99**step`.",
                numpy=adam_uncorrected,
            ),
            Mistake(
                "no root",
                say="The mean was divided by the squares. Divide by their root, so that the size of the "
                "gradient cancels.",
                numpy=adam_without_root,
            ),
            Mistake(
                "corrected ones returned",
                say="The weight is right. Return the running means as they are *before* the correction. The "
                "next step "
                "goes on from those.",
                numpy=adam_returning_corrected,
            ),
            Mistake(
                "uphill",
                say="Step and decay were added. Both are taken away.",
                numpy=adam_uphill,
            ),
        ],
        hints=[
            "Go through the list in the text. Each line of it is one or two lines of code.",
            "Keep the running means and their corrected versions in variables of their own. The first are "
            "returned, the second "
            "are used for the step.",
            "`weight - learning_rate * decay * weight`, and from that "
            "`learning_rate * corrected_mean / (root + 0.001)`, where `root` is the root of the corrected squares.",
        ],
    ),
    Exercise(
        name="debug_port",
        difficulty=3,
        minutes=12,
        points=4,
        cases=debug_port_cases,
        mistakes=[
            Mistake(
                "as it was",
                say="This is what the port gave as it stood. Compare it with the original line by line: the order of "
                "the steps, which mean and variance, and what dropout does in evaluation.",
                numpy=port_as_it_was,
            ),
            Mistake(
                "ReLU still too early",
                say="Statistics and dropout are right now. The ReLU still stands in front of the "
                "normalisation. In the original "
                "it comes after it.",
                numpy=port_early,
            ),
            Mistake(
                "still the batch's statistics",
                say="ReLU and dropout are right now. The mean and the variance are still those of the "
                "batch. In evaluation "
                "the running ones are used.",
                numpy=port_of_batch,
            ),
            Mistake(
                "still halved",
                say="ReLU and statistics are right now. The hidden numbers are still multiplied with 0.5. "
                "They were made "
                "larger in training, so evaluation leaves them alone.",
                numpy=port_halved,
            ),
            Mistake(
                "ReLU and statistics left",
                say="The factor of 0.5 is gone, and that was right. Two faults are left: where the ReLU stands, and "
                "which mean and variance are used.",
                numpy=port_early_of_batch,
            ),
            Mistake(
                "ReLU and factor left",
                say="The running statistics are right now. Two faults are left: where the ReLU stands, and "
                "the factor of 0.5.",
                numpy=port_early_halved,
            ),
            Mistake(
                "statistics and factor left",
                say="The ReLU stands in its place now. Two faults are left: which mean and variance are used, and "
                "the factor of 0.5.",
                numpy=port_of_batch_halved,
            ),
            Mistake(
                "no ReLU",
                say="The three faults are mended, and the ReLU got lost on the way.",
                numpy=port_without_relu,
            ),
        ],
        hints=[
            "Three places: where the ReLU stands, which mean and variance are used, and what dropout does.",
            "It is *evaluation*. Which statistics are used then? What is dropped, and what is scaled?",
            "Sums, then the normalisation with `running_mean` and `running_variance`, then ReLU, then the "
            "output weights. "
            "Dropout does nothing in evaluation, so its line goes.",
        ],
    ),
]
