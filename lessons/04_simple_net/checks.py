"""What the exercises of the simple network must do, and the wrong answers that learners give."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from lockstep.learn.arrays import to_tensor
from lockstep.learn.exercises import Answer, Case, Exercise, Inputs, Mistake

Generator = np.random.Generator
Array = np.ndarray

PENALTY = 0.01  # how much the translated loss charges for large weights
SMALLEST_PROBABILITY = 1e-7  # where Keras cuts off what it takes for a probability

# Shared by several exercises


def probabilities_of(logits: Array) -> Array:
    """Return the softmax of each row."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def losses_of(logits: Array, labels: Array) -> Array:
    """Return the cross-entropy of each row."""
    largest = logits.max(axis=1)
    log_sums = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
    return log_sums - logits[np.arange(len(labels)), labels]


def one_hot_of(labels: Array, classes: int) -> Array:
    """Return a row for each label, with a one at the label."""
    return np.eye(classes)[labels]


# 1. softmax


def softmax_cases(generator: Generator) -> list[Case]:
    """Return two cases; each has one row whose exponentials overflow, and rows of unlike size."""
    small = generator.normal(size=(3, 4))
    large = generator.normal(size=(5, 3)) * 2
    small[1] += 200
    large[[0, 3]] += [[150], [-250]]
    return [
        Case("three rows, one of them around 200", {"logits": small}),
        Case("five rows, from around −250 to around 150", {"logits": large}),
    ]


def softmax_without_shift(logits: Array) -> Array:
    """Overflow where the logits are large, and divide 0 by 0 where they are very negative."""
    exponentials = np.exp(logits)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def softmax_over_rows(logits: Array) -> Array:
    """Make the columns add up to one."""
    return probabilities_of(logits.T).T


def softmax_over_everything(logits: Array) -> Array:
    """Make all the numbers together add up to one."""
    exponentials = np.exp(logits - logits.max())
    return exponentials / exponentials.sum()


def softmax_shifted_rows_over_everything(logits: Array) -> Array:
    """Take each row's own maximum away, and divide by one sum."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum()


def softmax_shifted_columns(logits: Array) -> Array:
    """Take the largest of each column away."""
    exponentials = np.exp(logits - logits.max(axis=0))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def softmax_shifted_by_one_maximum(logits: Array) -> Array:
    """Take the largest logit of all rows away: rows far below it become 0 divided by 0."""
    exponentials = np.exp(logits - logits.max())
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def softmax_not_divided(logits: Array) -> Array:
    """Return the exponentials."""
    return np.exp(logits - logits.max(axis=1, keepdims=True))


def log_softmax(logits: Array) -> Array:
    """Return the logarithm of the right answer."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


# 2. cross_entropy


def cross_entropy_cases(generator: Generator) -> list[Case]:
    """Return two cases; in each, one row is very sure and right and another very sure and wrong."""
    few = generator.normal(size=(4, 3))
    few_labels = np.array([0, 2, 1, 2])
    few[0, 0] = generator.uniform(300, 500)
    few[2, 0] = generator.uniform(300, 500)
    many = generator.normal(size=(6, 10)) * 3
    many_labels = generator.integers(0, 10, size=6)
    many[1, many_labels[1]] = generator.uniform(800, 1200)
    many[4, (many_labels[4] + 3) % 10] = generator.uniform(800, 1200)
    return [
        Case(
            "four rows of three classes, two of them with a very large logit",
            {"logits": few, "labels": few_labels},
        ),
        Case(
            "six rows of ten classes, two of them with a very large logit",
            {"logits": many, "labels": many_labels},
        ),
    ]


def cross_entropy_of_naive_softmax(logits: Array, labels: Array) -> Array:
    """Overflow in the exponentials."""
    probabilities = softmax_without_shift(logits)
    return -np.log(probabilities[np.arange(len(labels)), labels]).mean()


def cross_entropy_of_stable_softmax(logits: Array, labels: Array) -> Array:
    """Take the logarithm of a probability that was rounded to zero."""
    return -np.log(probabilities_of(logits)[np.arange(len(labels)), labels]).mean()


def cross_entropy_summed(logits: Array, labels: Array) -> Array:
    """Add the rows up."""
    return losses_of(logits, labels).sum()


def cross_entropy_each(logits: Array, labels: Array) -> Array:
    """Return one loss a row."""
    return losses_of(logits, labels)


def cross_entropy_sign(logits: Array, labels: Array) -> Array:
    """Forget the minus."""
    return -losses_of(logits, labels).mean()


def cross_entropy_over_all(logits: Array, labels: Array) -> Array:
    """Take the mean over rows and classes."""
    return losses_of(logits, labels).sum() / logits.size


def cross_entropy_all_columns(logits: Array, labels: Array) -> Array:
    """Pick every label's column in every row."""
    return -log_softmax(logits)[:, labels].mean()


def cross_entropy_of_logits(logits: Array, labels: Array) -> Array:
    """Pick the logits themselves."""
    return -logits[np.arange(len(labels)), labels].mean()


def cross_entropy_with_one_sum(logits: Array, labels: Array) -> Array:
    """Take one logsumexp for all rows."""
    largest = logits.max()
    log_sum = largest + np.log(np.exp(logits - largest).sum())
    return log_sum - logits[np.arange(len(labels)), labels].mean()


def cross_entropy_twice(logits: Array, labels: Array) -> Array:
    """Take the probabilities for logits."""
    return losses_of(probabilities_of(logits), labels).mean()


def minus_probability(logits: Array, labels: Array) -> Array:
    """Forget the logarithm."""
    return -probabilities_of(logits)[np.arange(len(labels)), labels].mean()


# 3. accuracy


def accuracy_counted(logits: Array, labels: Array) -> Array:
    """Count the right ones."""
    return (logits.argmax(axis=1) == labels).sum()


def accuracy_in_percent(logits: Array, labels: Array) -> Array:
    """Multiply by a hundred."""
    return 100 * (logits.argmax(axis=1) == labels).mean()


def accuracy_of_columns(logits: Array, labels: Array) -> Array:
    """Look for the largest of each column."""
    return (logits.argmax(axis=0) == labels).mean()


def share_of_errors(logits: Array, labels: Array) -> Array:
    """Return the share of wrong ones."""
    return (logits.argmax(axis=1) != labels).mean()


def accuracy_each(logits: Array, labels: Array) -> Array:
    """Return right or wrong for each row."""
    return (logits.argmax(axis=1) == labels).astype(np.int64)


def accuracy_of_smallest(logits: Array, labels: Array) -> Array:
    """Look for the smallest logit."""
    return (logits.argmin(axis=1) == labels).mean()


ACCURACY_WRONG = (
    accuracy_counted,
    accuracy_in_percent,
    accuracy_of_columns,
    share_of_errors,
    accuracy_of_smallest,
)


def accuracy_inputs(generator: Generator, rows: int) -> dict[str, Array]:
    """Draw as many rows as classes, until every wrong answer gives a number of its own.

    With as many rows as classes the wrong axis runs without an error, as it does for a learner
    whose batch happens to be that large.
    """
    while True:
        logits = generator.normal(size=(rows, rows))
        labels = generator.integers(0, rows, size=rows)
        sure = generator.random(rows) < 0.7
        logits[np.arange(rows)[sure], labels[sure]] += 4
        right = (logits.argmax(axis=1) == labels).mean()
        results = {float(right), *(float(wrong(logits, labels)) for wrong in ACCURACY_WRONG)}
        if len(results) == 1 + len(ACCURACY_WRONG) and right > 0:
            return {"logits": logits, "labels": labels}


def accuracy_cases(generator: Generator) -> list[Case]:
    """Return a case of eight rows and one of twelve."""
    return [
        Case("eight rows of eight classes", accuracy_inputs(generator, 8)),
        Case("twelve rows of twelve classes", accuracy_inputs(generator, 12)),
    ]


# 4. carry_weights


def network_arrays(
    generator: Generator, inputs: int, hidden: int, classes: int
) -> dict[str, Array]:
    """Return a small network's arrays in the course's layout (in, out)."""
    return {
        "hidden_weights": generator.normal(size=(inputs, hidden)) / np.sqrt(inputs),
        "hidden_biases": generator.normal(size=hidden) / 2,
        "output_weights": generator.normal(size=(hidden, classes)),
        "output_biases": generator.normal(size=classes) / 2,
    }


def carry_weights_cases(generator: Generator) -> list[Case]:
    """Return a network of unequal layers, and one with a square hidden layer."""
    return [
        Case("5 in, 3 hidden, 2 out", torch_layout(network_arrays(generator, 5, 3, 2))),
        Case(
            "4 in, 4 hidden, 3 out: here a weight that is not turned around has the right shape",
            torch_layout(network_arrays(generator, 4, 4, 3)),
        ),
    ]


def torch_layout(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return a network's arrays as PyTorch stores and names them."""
    names = ("hidden_weight", "hidden_bias", "output_weight", "output_bias")
    return {name: array.T.copy() for name, array in zip(names, arrays.values(), strict=True)}


def carried_as_they_are(*arrays: Array) -> list[Array]:
    """Leave PyTorch's layout."""
    return list(arrays)


def carried_by_reshape(*arrays: Array) -> list[Array]:
    """Get the shape right and the order of the numbers wrong."""
    return [array.reshape(array.shape[::-1]) for array in arrays]


def carried_hidden_only(*arrays: Array) -> list[Array]:
    """Turn the hidden layer's weights around and forget the output layer's."""
    hidden_weight, *others = arrays
    return [hidden_weight.T, *others]


def carried_biases_first(*arrays: Array) -> list[Array]:
    """Put each layer's biases before its weights."""
    hidden_weight, hidden_bias, output_weight, output_bias = arrays
    return [hidden_bias, hidden_weight.T, output_bias, output_weight.T]


def carried_weights_first(*arrays: Array) -> list[Array]:
    """Put all weights before all biases."""
    hidden_weight, hidden_bias, output_weight, output_bias = arrays
    return [hidden_weight.T, output_weight.T, hidden_bias, output_bias]


def carried_by_rotation(*arrays: Array) -> list[Array]:
    """Turn the weights by a quarter: the shape is right, and one direction runs backwards."""
    return [array if array.ndim == 1 else np.rot90(array) for array in arrays]


# 5. translate_step


def translate_step_cases(generator: Generator) -> list[Case]:
    """Return two batches; each has logits below 0, between 0 and 1, and above 1."""
    return [
        Case("six images of five pixels, three classes", layer_inputs(generator, 6, 5, 3)),
        Case("nine images of eight pixels, four classes", layer_inputs(generator, 9, 8, 4)),
    ]


def layer_inputs(generator: Generator, rows: int, inputs: int, classes: int) -> dict[str, Array]:
    """Return a batch and a single layer's arrays."""
    return {
        "images": generator.uniform(size=(rows, inputs)),
        "labels": np.arange(rows) % classes,
        "weights": generator.normal(size=(inputs, classes)),
        "biases": generator.normal(size=classes),
    }


def layer_step(
    images: Array,
    labels: Array,
    weights: Array,
    biases: Array,
    *,
    expects: str = "logits",
    divide_by: float | None = None,
    loss_penalty: float = PENALTY,
    gradient_penalty: float = PENALTY,
) -> tuple[Array, Array]:
    """Return the loss and the gradient of the weights, with one thing done differently.

    Parameters
    ----------
    images, labels, weights, biases
        As the exercise has them.
    expects
        "logits"; "softmax twice"; or "probabilities", which is what Keras does without
        `from_logits=True`.
    divide_by
        What the sum of the losses is divided by; the number of rows where it is left out.
    loss_penalty, gradient_penalty
        The penalty's factor in the loss and in the gradient.
    """
    logits = images @ weights + biases
    one_hot = one_hot_of(labels, logits.shape[1])
    if expects == "logits":
        losses, slopes = losses_of(logits, labels), probabilities_of(logits) - one_hot
    elif expects == "softmax twice":
        once = probabilities_of(logits)
        losses, outer = losses_of(once, labels), probabilities_of(once) - one_hot
        slopes = once * (outer - (outer * once).sum(axis=1, keepdims=True))
    else:
        kept = np.clip(logits, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
        sums = kept.sum(axis=1, keepdims=True)
        losses = -np.log((kept / sums)[np.arange(len(labels)), labels])
        slopes = np.where(kept == logits, 1 / sums - one_hot / kept, 0)
    count = len(labels) if divide_by is None else divide_by
    loss = losses.sum() / count + loss_penalty * (weights**2).sum()
    return loss, images.T @ slopes / count + 2 * gradient_penalty * weights


def summed_step(images: Array, labels: Array, weights: Array, biases: Array) -> tuple[Array, Array]:
    """Add the rows' losses up."""
    return layer_step(images, labels, weights, biases, divide_by=1)


def twice_step(images: Array, labels: Array, weights: Array, biases: Array) -> tuple[Array, Array]:
    """Take softmax before a loss that takes it too."""
    return layer_step(images, labels, weights, biases, expects="softmax twice")


def unflagged_step(
    images: Array, labels: Array, weights: Array, biases: Array
) -> tuple[Array, Array]:
    """Hand logits to a loss that expects probabilities."""
    return layer_step(images, labels, weights, biases, expects="probabilities")


def unpenalised_step(
    images: Array, labels: Array, weights: Array, biases: Array
) -> tuple[Array, Array]:
    """Leave the penalty out."""
    return layer_step(images, labels, weights, biases, loss_penalty=0, gradient_penalty=0)


def unrecorded_step(
    images: Array, labels: Array, weights: Array, biases: Array
) -> tuple[Array, Array]:
    """Add the penalty where no gradient is recorded."""
    return layer_step(images, labels, weights, biases, gradient_penalty=0)


def mean_penalty_step(
    images: Array, labels: Array, weights: Array, biases: Array
) -> tuple[Array, Array]:
    """Take the mean of the squares in place of the sum."""
    factor = PENALTY / weights.size
    return layer_step(images, labels, weights, biases, loss_penalty=factor, gradient_penalty=factor)


def updated_step(
    images: Array, labels: Array, weights: Array, biases: Array
) -> tuple[Array, Array]:
    """Return weights after a step in place of the gradient."""
    loss, gradient = layer_step(images, labels, weights, biases)
    return loss, weights - 0.1 * gradient


# 6. debug_port

# What the port gets wrong: nothing, then each, then two, then all three; last, the ReLU is lost.
FAULTS: list[dict[str, bool]] = [
    {},
    {"turned": True},
    {"twice": True},
    {"over_all": True},
    {"turned": True, "twice": True},
    {"turned": True, "over_all": True},
    {"twice": True, "over_all": True},
    {"turned": True, "twice": True, "over_all": True},
    {"relu": False},
]


def debug_port_cases(generator: Generator) -> list[Case]:
    """Return two batches of images that are not flat; some hidden numbers are below zero."""
    return [
        Case("five images of 4 by 4", images_and_network(generator, 5, 4, 6, 3)),
        Case("seven images of 3 by 3", images_and_network(generator, 7, 3, 8, 4)),
    ]


def images_and_network(
    generator: Generator, rows: int, side: int, hidden: int, classes: int
) -> dict[str, Array]:
    """Draw square images and a network's arrays, until every wrong answer gives a number of its own."""
    while True:
        given = {
            "images": generator.uniform(size=(rows, side, side)),
            "labels": np.arange(rows) % classes,
            **network_arrays(generator, side * side, hidden, classes),
        }
        losses = [port(tuple(given.values()), **faults) for faults in FAULTS]
        if losses[0] > 0.3 and apart(losses):
            return given


def apart(results: list[Any]) -> bool:
    """Say whether each two of these numbers, none below zero, differ by a hundredth or more."""
    ordered = np.sort([float(result) for result in results])
    return bool((np.diff(ordered) > 0.01 * ordered[1:]).all())


def port(
    inputs: tuple[Array, ...],
    *,
    turned: bool = False,
    twice: bool = False,
    over_all: bool = False,
    relu: bool = True,
) -> Array:
    """Return what the port gives with some of its faults left in."""
    images, labels, hidden_weights, hidden_biases, output_weights, output_biases = inputs
    upright = images.transpose(0, 2, 1) if turned else images
    hidden = upright.reshape(len(images), -1) @ hidden_weights + hidden_biases
    logits = (np.maximum(hidden, 0) if relu else hidden) @ output_weights + output_biases
    losses = losses_of(probabilities_of(logits) if twice else logits, labels)
    return losses.sum() / (logits.size if over_all else len(labels))


def port_as_it_was(*inputs: Array) -> Array:
    """Mend nothing."""
    return port(inputs, turned=True, twice=True, over_all=True)


def port_turned(*inputs: Array) -> Array:
    """Leave the turned images."""
    return port(inputs, turned=True)


def port_twice(*inputs: Array) -> Array:
    """Leave the softmax."""
    return port(inputs, twice=True)


def port_over_all(*inputs: Array) -> Array:
    """Leave the mean over all classes."""
    return port(inputs, over_all=True)


def port_turned_twice(*inputs: Array) -> Array:
    """Mend the mean alone."""
    return port(inputs, turned=True, twice=True)


def port_turned_over_all(*inputs: Array) -> Array:
    """Mend the softmax alone."""
    return port(inputs, turned=True, over_all=True)


def port_twice_over_all(*inputs: Array) -> Array:
    """Mend the images alone."""
    return port(inputs, twice=True, over_all=True)


def port_without_relu(*inputs: Array) -> Array:
    """Mend all three and lose the ReLU on the way."""
    return port(inputs, relu=False)


# 7. training_step


def training_step_cases(generator: Generator) -> list[Case]:
    """Return two small networks with two batches each."""
    return [
        Case(
            "5 in, 6 hidden, 3 out; two steps with a learning rate of 0.2",
            batches_and_network(generator, 8, (5, 6, 3), 0.2),
        ),
        Case(
            "9 in, 7 hidden, 4 out; two steps with a learning rate of 0.05",
            batches_and_network(generator, 6, (9, 7, 4), 0.05),
        ),
    ]


def batches_and_network(
    generator: Generator, rows: int, sizes: tuple[int, int, int], learning_rate: float
) -> dict[str, Any]:
    """Draw two batches and a network's arrays, until ReLU cuts some of each batch off and not all.

    With nothing left behind it, no gradient would reach the weights. No logit is near 0 or 1 either,
    where a loss that takes them for probabilities turns a difference of rounding into a large one.
    """
    while True:
        images = generator.uniform(size=(2, rows, sizes[0]))
        labels = generator.integers(0, sizes[2], size=(2, rows))
        arrays = network_arrays(generator, *sizes)
        hidden = images @ arrays["hidden_weights"] + arrays["hidden_biases"]
        shares = (hidden > 0).mean(axis=(1, 2))  # of each batch
        logits = np.maximum(hidden, 0) @ arrays["output_weights"] + arrays["output_biases"]
        near = np.minimum(np.abs(logits), np.abs(logits - 1)).min()
        if (shares > 0.2).all() and (shares < 0.8).all() and near > 0.01:
            return {"images": images, "labels": labels, "learning_rate": learning_rate, **arrays}


def two_steps(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Build the network, take two steps with the answer, return both losses and all weights.

    The weights come back in the course's layout (in, out).
    """
    arrays = {name: inputs[name] for name in inputs if name.endswith(("weights", "biases"))}
    build, read = (
        (pytorch_network, pytorch_arrays)
        if framework == "pytorch"
        else (keras_network, keras_arrays)
    )
    network = build(arrays)
    losses = {}
    for name, images, labels in zip(
        ("first loss", "second loss"), inputs["images"], inputs["labels"], strict=True
    ):
        batch = to_tensor(images, framework), to_tensor(labels, framework)
        losses[name] = answer(network, *batch, inputs["learning_rate"])
    return losses | dict(zip(arrays, read(network), strict=True))


def pytorch_network(arrays: Mapping[str, Array]) -> Any:
    """Return the network as a PyTorch module."""
    import torch
    from torch import nn

    inputs, hidden = arrays["hidden_weights"].shape
    classes = len(arrays["output_biases"])
    network = nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, classes))
    with torch.no_grad():
        for parameter, array in zip(network.parameters(), arrays.values(), strict=True):
            parameter.copy_(torch.tensor(array.T))
    return network


def pytorch_arrays(network: Any) -> list[Array]:
    """Return a PyTorch network's arrays in the course's layout."""
    return [parameter.detach().numpy().T for parameter in network.parameters()]


def keras_network(arrays: Mapping[str, Array]) -> Any:
    """Return the network as a Keras model."""
    import keras

    inputs, hidden = arrays["hidden_weights"].shape
    classes = len(arrays["output_biases"])
    network = keras.Sequential(
        [
            keras.Input((inputs,)),
            keras.layers.Dense(hidden, activation="relu"),
            keras.layers.Dense(classes),
        ]
    )
    network.set_weights(list(arrays.values()))
    return network


def keras_arrays(network: Any) -> list[Array]:
    """Return a Keras model's arrays."""
    return list(network.get_weights())


def pytorch_step(
    *,
    factor: float = 1.0,
    rate: float | None = None,
    total: bool = False,
    clear: bool = True,
    biases: bool = True,
    loss_after: bool = False,
    expects: str = "logits",
) -> Answer:
    """Return a training step in PyTorch with one thing done differently.

    Parameters
    ----------
    factor
        What the step is multiplied with: -1 goes uphill, 0 stays.
    rate
        A learning rate that is used in place of the one that was handed over.
    total
        Whether the losses of the rows are added up.
    clear
        Whether old gradients are cleared.
    biases
        Whether the biases move.
    loss_after
        Whether the loss after the step is returned.
    expects
        "logits"; "softmax twice"; or "probabilities", which is what Keras does without
        `from_logits=True`.
    """

    def step(network: Any, images: Any, labels: Any, learning_rate: float) -> Any:
        import torch
        from torch.nn.functional import cross_entropy

        if clear:
            network.zero_grad()
        logits = network(images)
        if expects == "softmax twice":
            logits = logits.softmax(dim=1)
        elif expects == "probabilities":
            logits = logits.clamp(SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY).log()
        loss = cross_entropy(logits, labels, reduction="sum" if total else "mean")
        loss.backward()
        with torch.no_grad():
            for parameter in network.parameters():
                if biases or parameter.ndim > 1:
                    parameter -= factor * (rate or learning_rate) * parameter.grad
            return cross_entropy(network(images), labels) if loss_after else loss

    return step


def keras_step(
    *,
    factor: float = 1.0,
    rate: float | None = None,
    total: bool = False,
    clear: bool = True,
    biases: bool = True,
    loss_after: bool = False,
    expects: str = "logits",
) -> Answer:
    """Return a training step in Keras with one thing done differently; see `pytorch_step`."""
    kept: WeakKeyDictionary[Any, list[Any]] = WeakKeyDictionary()  # a network's old gradients

    def step(network: Any, images: Any, labels: Any, learning_rate: float) -> Any:
        import keras
        import tensorflow as tf

        loss_function = keras.losses.SparseCategoricalCrossentropy(
            from_logits=expects != "probabilities",
            reduction="sum" if total else "sum_over_batch_size",
        )
        with tf.GradientTape() as tape:
            logits = network(images)
            if expects == "softmax twice":  # by hand: Keras would see its own softmax and undo it
                exponentials = keras.ops.exp(logits)
                logits = exponentials / keras.ops.sum(exponentials, axis=1, keepdims=True)
            loss = loss_function(labels, logits)
        gradients = tape.gradient(loss, network.trainable_variables)
        if not clear:
            old = kept.get(network, [0.0] * len(gradients))
            gradients = [new + before for new, before in zip(gradients, old, strict=True)]
            kept[network] = gradients
        for variable, gradient in zip(network.trainable_variables, gradients, strict=True):
            if biases or len(variable.shape) > 1:
                variable.assign_sub(factor * (rate or learning_rate) * gradient)
        return loss_function(labels, network(images)) if loss_after else loss

    return step


def both(name: str, say: str, **different: Any) -> Mistake:
    """Return a mistake in the training step, in both frameworks."""
    return Mistake(name, say=say, pytorch=pytorch_step(**different), keras=keras_step(**different))


EXERCISES = [
    Exercise(
        name="softmax",
        difficulty=1,
        minutes=6,
        points=2,
        cases=softmax_cases,
        forbidden=("softmax", "log_softmax", "Softmax", "LogSoftmax"),
        tolerance=1e-4,  # e to a difference of large logits, which is a right way too, rounds more
        mistakes=[
            Mistake(
                "no shift",
                say="This is softmax as it stands on paper. In one of the rows the exponentials leave what a "
                "computer can store. Take the row's largest logit away before you raise e to it.",
                numpy=softmax_without_shift,
            ),
            Mistake(
                "one maximum for all rows",
                say="You took the largest logit of *all* rows away. Rows far below it become all zeros, and then 0 "
                "is divided by 0. Each row needs its own maximum: `keepdim=True` (Keras: `keepdims=True`).",
                numpy=softmax_shifted_by_one_maximum,
            ),
            Mistake(
                "columns",
                say="Here each *column* adds up to one. An image is a row, so the sum runs along the row, over "
                "direction 1.",
                numpy=softmax_over_rows,
            ),
            Mistake(
                "one sum for everything",
                say="Here all the numbers together add up to one. Each row shall add up to one by itself: take "
                "the sum over direction 1 and keep that direction.",
                numpy=softmax_over_everything,
            ),
            Mistake(
                "rows shifted, one sum",
                say="Each row's largest logit was taken away, and that is right. Then everything was divided by the "
                "sum of *all* exponentials. Take the sum over direction 1 and keep that direction.",
                numpy=softmax_shifted_rows_over_everything,
            ),
            Mistake(
                "columns shifted",
                say="The largest logit of each *column* was taken away. Within a row everything must shift by the same "
                "number, or its probabilities change: the largest of the row, over direction 1.",
                numpy=softmax_shifted_columns,
            ),
            Mistake(
                "not divided",
                say="These are the exponentials. Divide each row by its sum and they are probabilities.",
                numpy=softmax_not_divided,
            ),
            Mistake(
                "logarithm",
                say="This is the logarithm of softmax: all the numbers are below zero. Here the probabilities "
                "themselves are asked for.",
                numpy=log_softmax,
            ),
        ],
        hints=[
            "Three lines: shift each row, raise e to it, divide by the sum of the row.",
            "The largest of each row must keep its direction, so that its shape is (rows, 1) and it is taken away "
            "from its own row. That is `keepdim=True` in PyTorch and `keepdims=True` in Keras. PyTorch's `max` with "
            "a direction gives two tensors, and `.values` is the one to take.",
            "`shifted = logits - largest`, then `exponentials` of it, then "
            "`exponentials / (sum of the exponentials over direction 1, direction kept)`. In PyTorch the largest is "
            "`logits.max(dim=1, keepdim=True).values`, in Keras `keras.ops.max(logits, axis=1, keepdims=True)`.",
        ],
    ),
    Exercise(
        name="cross_entropy",
        difficulty=2,
        minutes=10,
        points=3,
        cases=cross_entropy_cases,
        forbidden=(
            "cross_entropy",
            "CrossEntropyLoss",
            "nll_loss",
            "NLLLoss",
            "categorical_crossentropy",
            "sparse_categorical_crossentropy",
            "CategoricalCrossentropy",
            "SparseCategoricalCrossentropy",
            "softmax_cross_entropy_with_logits",
            "sparse_softmax_cross_entropy_with_logits",
        ),
        mistakes=[
            Mistake(
                "naive softmax",
                say="Somewhere e to the power of a large logit became infinity. Do not go through the exponentials: "
                "the logarithm of softmax is `logits - logsumexp(logits)`.",
                numpy=cross_entropy_of_naive_softmax,
            ),
            Mistake(
                "logarithm of softmax",
                say="Your softmax is safe, and its logarithm is not: a probability was so small that it was stored "
                "as 0, and the logarithm of 0 is minus infinity. Use `logits - logsumexp(logits)`.",
                numpy=cross_entropy_of_stable_softmax,
            ),
            Mistake(
                "sum",
                say="This is the sum over the rows. The loss of a batch is their mean, so that it does not grow "
                "with the size of the batch.",
                numpy=cross_entropy_summed,
            ),
            Mistake(
                "no mean",
                say="These are the losses of the rows, one each. Return one number: their mean.",
                numpy=cross_entropy_each,
            ),
            Mistake(
                "sign",
                say="The size is right and the sign is not. Logarithms of probabilities are negative; the loss is "
                "minus their mean.",
                numpy=cross_entropy_sign,
            ),
            Mistake(
                "mean over all classes",
                say="The sum was divided by rows times classes. That happens when the mean is taken over a "
                "table that is "
                "zero but for one entry a row. Divide by the number of rows.",
                numpy=cross_entropy_over_all,
            ),
            Mistake(
                "every column",
                say="`[:, labels]` picks all the labels' columns in *every* row. Each row needs the one entry at "
                "its own label: `gather` or `[arange, labels]` in PyTorch, `take_along_axis` in Keras.",
                numpy=cross_entropy_all_columns,
            ),
            Mistake(
                "no logsumexp",
                say="This is minus the mean of the *logits* at the labels. The logarithm of the probability is "
                "`logits - logsumexp(logits)`.",
                numpy=cross_entropy_of_logits,
            ),
            Mistake(
                "one logsumexp for all rows",
                say="`logsumexp` went over all the logits together. Each row needs its own: over direction 1, with the "
                "direction kept.",
                numpy=cross_entropy_with_one_sum,
            ),
            Mistake(
                "softmax twice",
                say="This is the cross-entropy of probabilities that were taken for logits: softmax happened twice. "
                "Begin from the logits as they come.",
                numpy=cross_entropy_twice,
            ),
            Mistake(
                "no logarithm",
                say="This is minus the mean probability of the right class. The logarithm is missing.",
                numpy=minus_probability,
            ),
        ],
        hints=[
            "The lesson has it, in the step *The loss, by hand*: the logarithm of softmax, the entry at the label, "
            "minus the mean.",
            "`logits - logsumexp(logits)` over direction 1, direction kept, gives the logarithms of the "
            "probabilities, and nothing overflows. Then pick one entry a row.",
            "The entries at the labels are `torch.gather(log_probabilities, 1, labels[:, None])` in PyTorch and "
            "`keras.ops.take_along_axis(log_probabilities, labels[:, None], axis=1)` in Keras. Return minus "
            "their mean.",
        ],
    ),
    Exercise(
        name="accuracy",
        difficulty=1,
        minutes=4,
        points=1,
        cases=accuracy_cases,
        mistakes=[
            Mistake(
                "count",
                say="This is *how many* are right. Divide by the number of rows to get the share.",
                numpy=accuracy_counted,
            ),
            Mistake(
                "percent",
                say="This is right, in percent. A number from 0 to 1 is asked for: leave out the factor of 100.",
                numpy=accuracy_in_percent,
            ),
            Mistake(
                "wrong direction",
                say="You looked for the largest of each *column*. That only runs because there are as many rows as "
                "classes here. A prediction belongs to a row: take argmax over direction 1.",
                numpy=accuracy_of_columns,
            ),
            Mistake(
                "share of errors",
                say="This is the share of *wrong* predictions. Compare with `==`, or take it away from 1.",
                numpy=share_of_errors,
            ),
            Mistake(
                "no mean",
                say="This says right or wrong for each row. Return one number, the share of the right ones.",
                numpy=accuracy_each,
            ),
            Mistake(
                "smallest",
                say="This takes the *smallest* logit of each row for the prediction. The largest score wins.",
                numpy=accuracy_of_smallest,
            ),
        ],
        hints=[
            "Two steps: a prediction for each row, then the share of predictions that equal the label.",
            "`argmax` over direction 1 gives the position of the largest logit of each row.",
            "The sum of `predictions == labels`, divided by `len(labels)`. In Keras write "
            "`keras.ops.equal(predictions, labels)`: the two hold whole numbers of different size, and `==` "
            "refuses that.",
        ],
    ),
    Exercise(
        name="carry_weights",
        difficulty=1,
        minutes=5,
        points=2,
        takes="arrays",
        tolerance=0.0,
        cases=carry_weights_cases,
        mistakes=[
            Mistake(
                "as they are",
                say="These are still in PyTorch's layout, (out, in). Keras stores (in, out). In a square layer "
                "nobody would complain, and every logit would be wrong.",
                numpy=carried_as_they_are,
            ),
            Mistake(
                "reshape",
                say="The shapes are right and the numbers stand in the wrong places. `reshape` keeps the order "
                "of the "
                "numbers and only cuts the rows differently. Turning rows into columns is `.T`.",
                numpy=carried_by_reshape,
            ),
            Mistake(
                "hidden layer only",
                say="The hidden layer's weights are turned around, the output layer's are not. Both layers need it.",
                numpy=carried_hidden_only,
            ),
            Mistake(
                "biases first",
                say="The layout is right and the order is not. `set_weights` wants each layer's weights first and "
                "then its biases.",
                numpy=carried_biases_first,
            ),
            Mistake(
                "weights first",
                say="The layout is right and the order is not. It goes layer by layer: hidden weights, hidden "
                "biases, output weights, output biases.",
                numpy=carried_weights_first,
            ),
            Mistake(
                "rotated",
                say="The shapes are right and one direction runs backwards: the weights were turned by a "
                "quarter, as a picture is. "
                "What is needed is that rows become columns: `.T`.",
                numpy=carried_by_rotation,
            ),
        ],
        hints=[
            "Which of the four arrays look different in Keras? Not the biases.",
            "PyTorch has a row for each number that comes out, Keras a column. What turns rows into columns?",
            "`weight.T` for both weights, the biases as they are, and the order hidden weights, hidden biases, "
            "output weights, output biases, in a list.",
        ],
    ),
    Exercise(
        name="translate_step",
        difficulty=2,
        minutes=12,
        points=3,
        cases=translate_step_cases,
        mistakes=[
            Mistake(
                "sum",
                say="The losses of the rows were added up. PyTorch's `cross_entropy` takes their mean by itself; "
                "Keras's loss *function* gives one number a row, and the mean is yours to take.",
                numpy=summed_step,
            ),
            Mistake(
                "softmax twice",
                say="Softmax happened twice. The loss expects logits and does it itself: hand over `images @ weights "
                "+ biases` as it is.",
                numpy=twice_step,
            ),
            Mistake(
                "no from_logits",
                say="The loss took the logits for probabilities and cut off what was below 0 or above 1. Keras "
                "must be "
                "told: `from_logits=True`.",
                numpy=unflagged_step,
            ),
            Mistake(
                "no penalty",
                say="The penalty is missing: 0.01 times the sum of the squared weights, added to the loss.",
                numpy=unpenalised_step,
            ),
            Mistake(
                "penalty not recorded",
                say="The loss is right, and the gradient does not know of the penalty. Add it to the loss *before* "
                "`backward`, or inside the tape.",
                numpy=unrecorded_step,
            ),
            Mistake(
                "mean of the squares",
                say="The penalty is 0.01 times the *sum* of the squared weights. You took their mean.",
                numpy=mean_penalty_step,
            ),
            Mistake(
                "updated weights",
                say="The second result is the weights after a step. The gradient itself is asked for.",
                numpy=updated_step,
            ),
        ],
        hints=[
            "Go line by line. Each line has its twin on the lesson's summary page, under *gradients* and *loss "
            "from logits*.",
            "What `with tf.GradientTape()` does on one side, `requires_grad_()` and `backward()` do on the "
            "other. Check "
            "which of the two losses takes the mean, and in which order it wants logits and labels.",
            "PyTorch: `weights = weights.clone().requires_grad_()`, the loss from `cross_entropy(logits, "
            "labels)` plus the "
            "penalty, `loss.backward()`, return `loss, weights.grad`. Keras: `weights = "
            "keras.Variable(weights)`, and "
            "inside the tape the mean of `sparse_categorical_crossentropy(labels, logits, from_logits=True)` "
            "plus the penalty.",
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
                say="This is what the port gave as it stood. Compare it with the original line by line, and ask "
                "of each line "
                "what it expects and what it gets.",
                numpy=port_as_it_was,
            ),
            Mistake(
                "images still turned",
                say="Softmax and mean are right now. The images still lie on their side: height and width are "
                "swapped before they are laid flat. Both frameworks lay a tensor flat row by row, so nothing "
                "has to be swapped.",
                numpy=port_turned,
            ),
            Mistake(
                "still softmax twice",
                say="Images and mean are right now. The loss still gets probabilities and expects logits. Hand "
                "it the "
                "logits.",
                numpy=port_twice,
            ),
            Mistake(
                "still divided by too much",
                say="Images and softmax are right now. The sum of the losses is still divided by rows times classes. "
                "There is one loss a row, so the mean divides by the rows.",
                numpy=port_over_all,
            ),
            Mistake(
                "images and softmax",
                say="The mean is right now. Two faults are left: look at what is done to the images before they "
                "are laid flat, "
                "and at what the loss gets.",
                numpy=port_turned_twice,
            ),
            Mistake(
                "images and mean",
                say="The softmax is gone, and that was right. Two faults are left: look at what is done to the "
                "images, and at "
                "what the sum is divided by.",
                numpy=port_turned_over_all,
            ),
            Mistake(
                "softmax and mean",
                say="The images are right now. Two faults are left: look at what the loss gets, and at what the "
                "sum is divided by.",
                numpy=port_twice_over_all,
            ),
            Mistake(
                "no ReLU",
                say="The three faults are mended, and the ReLU between the layers got lost on the way.",
                numpy=port_without_relu,
            ),
        ],
        hints=[
            "Three places: the images, what the loss gets, what the loss is divided by. For each, say what the "
            "original does.",
            "Take two images of 2 by 2 and follow them by hand to the flat row. Then ask whether the loss "
            "expects logits "
            "or probabilities.",
            "No swapping: `reshape` alone. No softmax: the loss does it. The mean over the rows: what "
            "`cross_entropy` gives by "
            "itself, or `keras.ops.mean` of the losses.",
        ],
    ),
    Exercise(
        name="training_step",
        difficulty=3,
        minutes=12,
        points=4,
        cases=training_step_cases,
        call=two_steps,
        mistakes=[
            both(
                "uphill",
                "The parameters moved *along* the gradient, uphill. It is parameter minus learning rate times "
                "gradient.",
                factor=-1.0,
            ),
            both(
                "no step",
                "The losses are those of a network that never moves: no parameter was changed. Is the optimiser's "
                "step missing, were copies changed in place of the parameters, or did `zero_grad` come between "
                "`backward` and the step?",
                factor=0.0,
            ),
            both(
                "old gradients",
                "The first step is right, and the second took the first one's gradients again. `backward` adds "
                "to what is there: "
                "clear it with `zero_grad` first.",
                clear=False,
            ),
            both(
                "no biases",
                "The weights moved and the biases did not. All the parameters take part.",
                biases=False,
            ),
            both(
                "sum",
                "The loss was added up over the batch. It is the mean, and so are its gradients.",
                total=True,
            ),
            both(
                "loss after the step",
                "The weights are right. The losses are those *after* each step; work the loss out before the step "
                "and return that one.",
                loss_after=True,
            ),
            both(
                "softmax twice",
                "Softmax happened twice. The network returns logits and the loss expects logits: hand them over as "
                "they are.",
                expects="softmax twice",
            ),
            both(
                "no from_logits",
                "The loss took the logits for probabilities and cut off what was below 0 or above 1. The network "
                "returns logits, and Keras's loss has to be told: `from_logits=True`.",
                expects="probabilities",
            ),
            both(
                "a learning rate of its own",
                "The step was taken with a learning rate of 0.1. Use the one that is handed over.",
                rate=0.1,
            ),
            both(
                "a learning rate of 0.01",
                "The step was taken with a learning rate of 0.01, which is what Keras's SGD does when it is not "
                "told. "
                "Use the one that is handed over.",
                rate=0.01,
            ),
        ],
        hints=[
            "Four things in order: loss, gradients, step, return the loss. The lesson has them under *One epoch* and "
            "*The loss of every step*.",
            "PyTorch: an optimiser over `network.parameters()`, then the loss, `zero_grad`, `backward`, `step`. "
            "(If you subtract by hand, do it under `torch.no_grad()`.) "
            "Keras: the loss inside "
            "`tf.GradientTape()`, then `tape.gradient`, then the optimiser's `apply`.",
            "Make `torch.optim.SGD(network.parameters(), lr=learning_rate)` or "
            "`keras.optimizers.SGD(learning_rate=learning_rate)`, keep the loss in a variable, take the step, "
            "return that variable.",
        ],
    ),
]
