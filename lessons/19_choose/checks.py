"""What the exercises of the lesson on choosing, and of the capstone, must do."""

import importlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lockstep.learn.answering import AnswerError
from lockstep.learn.arrays import to_array, to_tensor
from lockstep.learn.exercises import Answer, Case, Exercise, Inputs, Mistake

Array = np.ndarray
Generator = np.random.Generator


# --- scorecard -----------------------------------------------------------------------------------


def scorecard_cases(generator: Generator) -> list[Case]:
    """Return a small scorecard and a larger one, in which some things do not count."""
    return [
        Case("three things", scorecard_inputs(generator, 3, 2)),
        Case("seven things, some with a weight of zero", scorecard_inputs(generator, 7, 0)),
    ]


def scorecard_inputs(generator: Generator, things: int, lowest: int) -> dict[str, Array]:
    """Return points and weights; the weights are not all alike."""
    weights = generator.permutation(np.arange(lowest, lowest + things)).astype(float)
    return {"points": generator.uniform(0, 10, (things, 2)), "weights": weights}


def wrong_totals(points: Array, weights: Array, kind: str) -> tuple[Any, Any]:
    """Return both totals as a scorecard with one mistake gives them."""
    divisors = {
        "plain mean": len(points),
        "not divided": 1.0,
        "divided by the count": len(weights),
        "divided by the largest": weights.max(),
        "turned around": weights.sum(),
        "lead": weights.sum(),
    }
    used = np.ones_like(weights) if kind == "plain mean" else weights
    pytorch, keras = used @ points / divisors[kind]
    if kind == "lead":
        return pytorch - keras, keras - pytorch
    return (keras, pytorch) if kind == "turned around" else (pytorch, keras)


# --- turning_weights -----------------------------------------------------------------------------


def turning_weights_cases(generator: Generator) -> list[Case]:
    """Return two scorecards in which some weights can turn the decision and some cannot."""
    return [
        Case("five things", turning_inputs(generator, whole=True)),
        Case("five things, weights with decimals", turning_inputs(generator, whole=False)),
    ]


def turning_inputs(generator: Generator, *, whole: bool) -> dict[str, Array]:
    """Return a scorecard with Keras ahead by its first thing; the fifth alone can turn nothing."""
    while True:
        sizes = np.array([5, 2, 0, 3, 1]) + generator.integers(0, 3, 5) * [1, 1, 0, 1, 1]
        differences = sizes * [-1, 1, 0, 1, -1]
        weights = generator.integers(2, 6, 5) + (0 if whole else generator.uniform(0, 0.5, 5))
        pushes = weights * differences
        numbers = np.array([pushes.sum() - pushes[0], pushes.sum() - pushes[4], pushes.sum()])
        # -1 has a meaning of its own, so no weight and no change of a weight may come near it.
        usual = np.abs(np.divide(numbers, differences[[0, 4, 0]]) - 1).min() > 0.1
        # Whole numbers are an answer of their own, so the first weight must not be one.
        usual &= 0.1 < (numbers[0] / -differences[0]) % 1 < 0.9
        if numbers[0] > 1 and numbers[1] < -1 and numbers[2] < -1 and usual:
            break
    pytorch = generator.uniform(0, 10 - sizes) + np.maximum(differences, 0)
    return {"points": np.stack([pytorch, pytorch - differences], axis=1), "weights": weights * 1.0}


def array_of_levels(answer: Answer, inputs: Inputs, framework: str) -> Any:
    """Return what the answer gives; a list of numbers is as good as an array."""
    levels = answer(*inputs.values())
    if not isinstance(levels, (list, tuple)):
        return levels
    if None in levels:
        raise AnswerError("there is None among the weights. Where no weight does it, put −1.")
    return np.array([float(level) for level in levels])


def wrong_levels(points: Array, weights: Array, kind: str) -> Array:
    """Return turning weights with one mistake in them."""
    differences = points[:, 0] - points[:, 1]
    pushes = weights * differences
    rest = pushes.sum() - (0 if kind == "own push left in" else pushes)
    below = {"points added": points.sum(axis=1), "divided by the weight": weights}
    with np.errstate(divide="ignore", invalid="ignore"):
        levels: Array = (1 if kind == "sign lost" else -1) * rest / below.get(kind, differences)
    if kind == "nothing refused":
        return levels
    equal, negative = differences == 0, levels < 0
    if kind == "absolute":
        return np.where(equal, -1.0, np.abs(levels))
    if kind == "negative kept":
        return np.where(equal, -1.0, levels)
    if kind == "division by zero":
        return np.where(equal, np.inf, np.where(negative, -1.0, levels))
    if kind == "the change":
        levels = levels - weights
    if kind == "whole numbers":
        levels = np.trunc(levels)
    return np.where(equal | negative, 0.0 if kind == "zero for none" else -1.0, levels)


# --- station_distance ----------------------------------------------------------------------------


def station_distance_cases(generator: Generator) -> list[Case]:
    """Return two stations; `several_stations` makes harder ones of each."""
    return [
        Case("a station of shape (8, 5)", station_inputs(generator, (8, 5))),
        Case("a station of shape (6,)", station_inputs(generator, (6,))),
    ]


def station_inputs(generator: Generator, shape: tuple[int, ...]) -> dict[str, Array]:
    """Return two arrays; the largest distance goes down, and is not at the largest entry.

    The largest entry of `theirs` is negative.
    """
    theirs = generator.normal(0, 3, shape)
    theirs *= -np.sign(theirs.flat[np.argmax(np.abs(theirs))])
    distances = generator.uniform(-0.1, 0.1, shape)
    lowest = np.argmin(np.abs(theirs))
    distances.flat[lowest] = -0.5
    return {"mine": theirs + distances, "theirs": theirs}


def several_stations(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Call the answer with the station, with zeros, with another shape, and with a nan."""
    mine, theirs = inputs["mine"], inputs["theirs"]
    with_nan = mine.copy()
    with_nan.flat[-1] = np.nan
    return {
        "distance": answer(mine, theirs),
        "distance to zeros": answer(mine, np.zeros_like(theirs)),
        "distance of another shape": answer(mine.ravel()[:, None], theirs.ravel()),
        "distance with a nan": answer(with_nan, theirs),
    }


def wrong_distance(mine: Array, theirs: Array, kind: str) -> float:
    """Return the distance of two stations with one mistake in it."""
    first_line_only = kind in ("first line only", "shapes and nan")
    if kind != "shapes" and not first_line_only and mine.shape != theirs.shape:
        return float("inf")
    if kind != "nan" and not first_line_only and np.isnan(mine).any():
        return float("inf")
    distances = mine - theirs if kind == "sign" else np.abs(mine - theirs)
    largest = np.abs(mine if kind == "relative to mine" else theirs).max()
    if kind == "sign of the largest":
        largest = theirs.max()
    if kind == "entry by entry":
        with np.errstate(divide="ignore", invalid="ignore"):
            return float((distances / np.abs(theirs)).max())
    distance = distances.mean() if kind == "mean" else distances.max()
    if kind == "zero for zeros" and largest == 0:
        return 0.0
    if kind == "absolute" or (largest == 0 and kind not in ("zeros", "first line only")):
        return float(distance)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(distance / largest)


# --- ported_network ------------------------------------------------------------------------------

NO_NETWORK = "it gave back a value of type `{}`. Return the network itself, {}."
ROWS = 800  # so many that n and n - 1 are the same within the tolerance


def ported_network_cases(generator: Generator) -> list[Case]:
    """Return two sets of weights with as many images."""
    return [
        Case("weights as they come from training", ported_inputs(generator)),
        Case("other weights and images", ported_inputs(generator)),
    ]


def ported_inputs(generator: Generator) -> dict[str, Array]:
    """Return the eight arrays and the images as counts."""
    arrays = {
        "hidden weights": generator.normal(0, 0.1, (64, 24)),
        "hidden biases": generator.normal(0, 0.3, 24),
        "scale": generator.uniform(0.5, 1.5, 24),
        "shift": generator.normal(0, 0.3, 24),
        "running mean": generator.normal(0, 0.3, 24),
        "running variance": generator.uniform(0.05, 0.15, 24),
        "output weights": generator.normal(0, 0.3, (24, 10)),
        "output biases": generator.normal(0, 0.3, 10),
    }
    counts = generator.integers(0, 17, (ROWS, 64))
    return {name: array.astype(np.float32) for name, array in (arrays | {"counts": counts}).items()}


def evaluated_and_trained(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Call the network in evaluation, in training, and in evaluation again; keep a few rows of each."""
    weights = {name: array for name, array in inputs.items() if name != "counts"}
    counts = to_tensor(inputs["counts"], framework)
    refuse_without_weights(answer, weights, counts, framework)
    network = answer(weights)
    results = {}
    for name, training in [
        ("logits", False),
        ("logits while training", True),
        ("logits after a batch of training", False),
    ]:
        results[name] = called_network(network, counts, training, framework)[:8]
    return results


def refuse_without_weights(
    answer: Answer, given: dict[str, Array], counts: Any, framework: str
) -> None:
    """Stop where the output weights do not reach the network: with zeros, all images get the same."""
    zeros = np.zeros_like(given["output weights"])
    network = answer(given | {"output weights": zeros})
    logits = to_array(called_network(network, counts, False, framework))
    if logits.ndim == 2 and np.ptp(logits, axis=0).max() > 1e-3:
        raise AnswerError(
            "it was called with output weights that are all zero, so every image should get the "
            "same logits, and they differ. The output layer still has weights of its own. Put "
            "each array of `weights` in its place."
        )


def called_network(network: Any, counts: Any, training: bool, framework: str) -> Any:
    """Return what a network gives in one of its two modes."""
    if framework == "pytorch":
        torch = importlib.import_module("torch")
        if not isinstance(network, torch.nn.Module):
            raise AnswerError(NO_NETWORK.format(type(network).__name__, "an `nn.Module`"))
        network.train(training)
        with torch.no_grad():
            return network(counts)
    if not isinstance(network, importlib.import_module("keras").Layer):
        raise AnswerError(NO_NETWORK.format(type(network).__name__, "a `keras.Model`"))
    return network(counts, training=training)


def ported_in_pytorch(
    weights: dict[str, Array],
    divisor: float = 16,
    epsilon: float = 0.01,
    new_share: float = 0.1,
    slope: float = 0.2,
    left_out: tuple[str, ...] = (),
    softmax: bool = False,
    bend_first: bool = False,
) -> Any:
    """Return the network of the card in PyTorch; the other arguments make it wrong."""
    torch = importlib.import_module("torch")
    nn = torch.nn

    class Scaled(nn.Module):  # type: ignore[name-defined, misc]
        def forward(self, counts: Any) -> Any:
            return counts / divisor

    hidden, output = nn.Linear(64, 24), nn.Linear(24, 10)
    normalise = nn.BatchNorm1d(24, eps=epsilon, momentum=new_share)
    places = [hidden.weight, hidden.bias, normalise.weight, normalise.bias]
    places += [normalise.running_mean, normalise.running_var, output.weight, output.bias]
    with torch.no_grad():
        for place, (name, array) in zip(places, weights.items(), strict=True):
            if name not in left_out:
                place.copy_(torch.tensor(array.T))
    ending = nn.Softmax(dim=1) if softmax else nn.Identity()
    middle = [normalise, nn.LeakyReLU(slope)]
    return nn.Sequential(
        Scaled(), hidden, *(middle[::-1] if bend_first else middle), output, ending
    )


def ported_in_keras(
    weights: dict[str, Array],
    divisor: float = 16,
    epsilon: float = 0.01,
    new_share: float = 0.1,
    slope: float = 0.2,
    left_out: tuple[str, ...] = (),
    softmax: bool = False,
    bend_first: bool = False,
) -> Any:
    """Return the network of the card in Keras; the other arguments make it wrong."""
    keras = importlib.import_module("keras")
    layers = keras.layers
    middle = [
        layers.BatchNormalization(epsilon=epsilon, momentum=1 - new_share),
        layers.LeakyReLU(negative_slope=slope),
    ]
    network = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Rescaling(1 / divisor),
            layers.Dense(24),
            *(middle[::-1] if bend_first else middle),
            layers.Dense(10, activation="softmax" if softmax else None),
        ]
    )
    fresh = network.get_weights()
    network.set_weights(
        [
            begun if name in left_out else array
            for begun, (name, array) in zip(fresh, weights.items(), strict=True)
        ]
    )
    return network


def ported_wrongly(name: str, say: str, **wrong: Any) -> Mistake:
    """Return the mistake in both frameworks."""
    return Mistake(
        name,
        say=say,
        pytorch=partial(ported_in_pytorch, **wrong),
        keras=partial(ported_in_keras, **wrong),
    )


# --- train_ported and answer_request -------------------------------------------------------------


def small_network(inputs: Inputs, framework: str) -> Any:
    """Return some network with batch normalisation, which takes counts and gives logits."""
    arrays = [inputs[name] for name in ("first", "scale", "shift", "mean", "variance", "last")]
    if framework == "pytorch":
        torch = importlib.import_module("torch")
        nn = torch.nn
        width = len(inputs["scale"])
        first, last = nn.Linear(64, width, bias=False), nn.Linear(width, 10, bias=False)
        normalise = nn.BatchNorm1d(width, eps=1e-3)
        places = [first.weight, normalise.weight, normalise.bias]
        places += [normalise.running_mean, normalise.running_var, last.weight]
        with torch.no_grad():
            for parameter, array in zip(places, arrays, strict=True):
                parameter.copy_(torch.tensor(array.T))
        return nn.Sequential(first, normalise, nn.ReLU(), last)
    keras = importlib.import_module("keras")
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(len(inputs["scale"]), use_bias=False),
            layers.BatchNormalization(epsilon=1e-3, momentum=0.9),
            layers.ReLU(),
            layers.Dense(10, use_bias=False),
        ]
    )
    network.set_weights(arrays)
    return network


def small_network_arrays(generator: Generator, width: int) -> dict[str, Array]:
    """Return the arrays that `small_network` puts in."""
    arrays = {
        "first": generator.normal(0, 0.02, (64, width)),
        "scale": generator.uniform(0.5, 1.5, width),
        "shift": generator.normal(0, 0.3, width),
        "mean": generator.normal(0, 0.3, width),
        "variance": generator.uniform(0.5, 1.5, width),
        "last": generator.normal(0, 0.5, (width, 10)),
    }
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def train_ported_cases(generator: Generator) -> list[Case]:
    """Return two trainings of a few steps, on images in an order of their own."""
    return [
        Case("4 steps of 16 images", training_inputs(generator, 4, 16, 0.1)),
        Case("5 steps of 12 images, a larger rate", training_inputs(generator, 5, 12, 0.2)),
    ]


def training_inputs(
    generator: Generator, steps: int, size: int, learning_rate: float
) -> dict[str, Any]:
    """Return a network's arrays, images, labels and batches that skip some images."""
    rows = steps * size + 10
    return small_network_arrays(generator, 12) | {
        "counts": generator.integers(0, 17, (rows, 64)).astype(np.float32),
        "labels": generator.integers(0, 10, rows),
        "batches": generator.permutation(rows)[: steps * size].reshape(steps, size),
        "learning_rate": learning_rate,
    }


def losses_and_weights(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Train a network that was just evaluated; return the losses and its trained weights."""
    network = small_network(inputs, framework)
    tensors = [to_tensor(inputs[name], framework) for name in ("counts", "labels", "batches")]
    called_network(network, tensors[0], False, framework)
    losses = answer(network, *tensors, inputs["learning_rate"])
    results: dict[str, Any] = {"losses": loss_of_each_step(losses)}
    if framework == "pytorch":
        trained = [parameter.detach().numpy().T for parameter in network.parameters()]
    else:
        trained = [np.asarray(variable) for variable in network.trainable_variables]
    return results | {f"trained array {number}": array for number, array in enumerate(trained, 1)}


def loss_of_each_step(losses: Any) -> Array:
    """Return the losses as an array; stop where there is not one number for each step."""
    if losses is None:
        raise AnswerError("it gave back None. End with `return`, and the list of the losses.")
    if not isinstance(losses, (list, tuple)):
        losses = to_array(losses)
        if losses.ndim == 0:
            raise AnswerError("it gave back one number. Return a list with the loss of each step.")
    arrays = [to_array(loss) for loss in losses]
    shapes = [array.shape for array in arrays if array.size != 1]
    if shapes:
        raise AnswerError(
            f"the loss of a step has the shape {shapes[0]}, a number for each image. "
            "Return one number for each step, the mean over its images."
        )
    return np.array([array.item() for array in arrays])


def wrong_losses(losses: list[float], kind: str) -> list[float]:
    """Return the losses of the steps as a wrong answer reports them."""
    return list(np.cumsum(losses) / np.arange(1, len(losses) + 1)) if kind == "mean" else losses


def train_in_pytorch(
    network: Any, counts: Any, labels: Any, batches: Any, learning_rate: float, kind: str
) -> list[float]:
    """Train with one mistake, in PyTorch."""
    torch = importlib.import_module("torch")
    functional = torch.nn.functional
    rate = 0.01 if kind == "own rate" else learning_rate
    momentum = 0.9 if kind == "momentum" else 0.0
    optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=momentum)
    network.train(kind != "evaluation")
    if kind == "order":
        batches = torch.arange(batches.numel()).reshape(batches.shape)

    def loss_of(batch: Any) -> Any:
        logits = network(counts[batch])
        if kind == "softmax twice":
            logits = logits.softmax(dim=1)
        if kind == "not logits":
            logits = logits.clamp(1e-7, 1 - 1e-7).log()  # what Keras does to probabilities
        reduction = "sum" if kind == "sum" else "mean"
        return functional.cross_entropy(logits, labels[batch], reduction=reduction)

    losses = []
    for batch in batches:
        loss = loss_of(batch)
        if kind != "not cleared":
            optimizer.zero_grad()
        (loss * len(batch) if kind == "gradient of the sum" else loss).backward()
        if kind != "no step":
            optimizer.step()
        losses.append(loss_of(batch).item() if kind == "after" else loss.item())
    return wrong_losses(losses, kind)


def train_in_keras(
    network: Any, counts: Any, labels: Any, batches: Any, learning_rate: float, kind: str
) -> list[float]:
    """Train with one mistake, in Keras."""
    keras, tf = importlib.import_module("keras"), importlib.import_module("tensorflow")
    rate = 0.01 if kind == "own rate" else learning_rate
    momentum = 0.9 if kind == "momentum" else 0.0
    optimizer = keras.optimizers.SGD(rate, momentum=momentum)
    variables = network.trainable_variables
    if kind == "order":
        batches = tf.reshape(tf.range(tf.size(batches)), batches.shape)

    def loss_of(batch: Any) -> Any:
        logits = network(tf.gather(counts, batch), training=kind != "evaluation")
        if kind == "softmax twice":
            exponentials = tf.exp(logits)  # by hand: Keras would find `softmax` and undo it
            logits = exponentials / tf.reduce_sum(exponentials, axis=1, keepdims=True)
        each = keras.losses.sparse_categorical_crossentropy(
            tf.gather(labels, batch), logits, from_logits=kind != "not logits"
        )
        return tf.reduce_sum(each) if kind == "sum" else tf.reduce_mean(each)

    losses, kept = [], None
    for batch in batches:
        with tf.GradientTape() as tape:
            loss = loss_of(batch)
            stepped = loss * len(batch) if kind == "gradient of the sum" else loss
        gradients = tape.gradient(stepped, variables)
        if kind == "not cleared" and kept is not None:
            gradients = [old + new for old, new in zip(kept, gradients, strict=True)]
        kept = gradients
        if kind != "no step":
            optimizer.apply(gradients, variables)
        losses.append(float(loss_of(batch) if kind == "after" else loss))
    return wrong_losses(losses, kind)


def trained_wrongly(name: str, kind: str, say: str) -> Mistake:
    """Return the mistake in both frameworks."""
    return Mistake(
        name,
        say=say,
        pytorch=partial(train_in_pytorch, kind=kind),
        keras=partial(train_in_keras, kind=kind),
    )


def answer_request_cases(generator: Generator) -> list[Case]:
    """Return two networks with images; `several_requests` makes good and bad questions of them."""
    return [
        Case("3 images", request_inputs(generator, 3)),
        Case("5 images", request_inputs(generator, 5)),
    ]


def request_inputs(generator: Generator, rows: int) -> dict[str, Array]:
    """Return a network's arrays and images as counts."""
    counts = generator.integers(0, 17, (rows, 64))
    return small_network_arrays(generator, 12) | {"counts": counts}


def several_requests(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Send one good question and several bad ones to a network that comes from training."""
    network = small_network(inputs, framework)
    if framework == "pytorch":
        network.train()
    rows = inputs["counts"].tolist()
    ragged, worded, undefined = ([list(row) for row in rows] for _ in range(3))
    ragged[0].pop()
    worded[0][5] = "ink"
    undefined[0][5] = float("nan")
    questions = {
        "no JSON": "two digits, please",
        "a list": json.dumps(rows),
        "another name": json.dumps({"images": rows}),
        "63 numbers": json.dumps({"instances": [row[1:] for row in rows]}),
        "rows of two lengths": json.dumps({"instances": ragged}),
        "a word among the numbers": json.dumps({"instances": worded}),
        "a single image that is no row": json.dumps({"instances": rows[0]}),
        "counts to 255": json.dumps({"instances": [[16 * count for count in row] for row in rows]}),
        "counts below zero": json.dumps({"instances": [[-count for count in row] for row in rows]}),
        "a NaN": json.dumps({"instances": undefined}),
    }
    status, probabilities = pair_of(answer, network, json.dumps({"instances": rows}))
    if isinstance(probabilities, str):
        raise AnswerError(f"a good question was refused, with {probabilities!r}")
    if isinstance(probabilities, list):
        probabilities = np.array(probabilities)
    results = {"status of a good question": status, "probabilities": probabilities}
    for name, body in questions.items():
        status, content = pair_of(answer, network, body)
        results[f"status for {name}"] = status
        results[f"a sentence for {name}"] = isinstance(content, str) and len(content.split()) > 1
    return results


def pair_of(answer: Answer, network: Any, body: str) -> tuple[int, Any]:
    """Return the status and the content that the answer gives to one question."""
    try:
        pair = answer(network, body)
    except Exception as error:
        error.add_note(f"It was asked {body[:30]!r}.")
        raise
    if pair is None:
        raise AnswerError(
            f"to {body[:30]!r} it gave back None. Each way through it needs a `return`."
        )
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise AnswerError("it must give back two things: the status, and the content.")
    status, content = pair
    if isinstance(content, dict):
        raise AnswerError(
            "the content is a dict. Give back the tensor or the sentence itself, without a dict "
            "around it."
        )
    if not hasattr(status, "__index__"):
        raise AnswerError(f"the status comes first, a number such as 200; here it is {status!r}.")
    return int(status), content


def respond(network: Any, body: str, framework: str, kind: str) -> tuple[int, Any]:
    """Answer a question with one mistake."""
    bad = 500 if kind == "500" else 200 if kind == "200" else 400
    sentence = "" if kind == "no sentence" else "Please send rows of 64 counts from 0 to 16."
    try:
        counts = np.array(json.loads(body)["instances"], dtype=float)
    except (ValueError, KeyError, TypeError):
        return bad, sentence
    if counts.ndim != 2 or counts.shape[1] != 64:
        return bad, sentence
    refused: dict[str, Callable[[], Any]] = {
        "no range": lambda: False,
        "nan": lambda: (counts < 0).any() or (counts > 16).any(),
        "above only": lambda: not (counts <= 16).all(),
    }
    if refused.get(kind, lambda: not ((counts >= 0) & (counts <= 16)).all())():
        return bad, sentence
    tensor = to_tensor(counts / 16 if kind == "divided" else counts, framework)
    logits = called_network(network, tensor, kind == "training", framework)
    return 200, probabilities_of(logits, framework, kind)


def probabilities_of(logits: Any, framework: str, kind: str) -> Any:
    """Return the softmax of the logits, or what a mistake makes of them."""
    if kind == "logits":
        return logits
    direction = 0 if kind == "wrong direction" else 1
    if framework == "pytorch":
        return logits.softmax(dim=direction)
    return importlib.import_module("keras").ops.softmax(logits, axis=direction)


def responded_wrongly(name: str, kind: str, say: str) -> Mistake:
    """Return the mistake in both frameworks."""
    return Mistake(
        name,
        say=say,
        pytorch=partial(respond, framework="pytorch", kind=kind),
        keras=partial(respond, framework="keras", kind=kind),
    )


EXERCISES = [
    Exercise(
        name="scorecard",
        difficulty=1,
        minutes=4,
        points=2,
        takes="arrays",
        cases=scorecard_cases,
        mistakes=[
            Mistake(
                "plain mean",
                say="These are the plain means of the points. Each thing counts with its weight.",
                numpy=partial(wrong_totals, kind="plain mean"),
            ),
            Mistake(
                "not divided",
                say="These are the weighted sums. Divide them by the sum of the weights, so that "
                "they stay between 0 and 10.",
                numpy=partial(wrong_totals, kind="not divided"),
            ),
            Mistake(
                "divided by the count",
                say="The weighted sums are right, and were divided by how many things there are. "
                "Divide by the sum of the weights.",
                numpy=partial(wrong_totals, kind="divided by the count"),
            ),
            Mistake(
                "divided by the largest",
                say="The weighted sums are right, and were divided by the largest weight. Divide "
                "by the sum of the weights.",
                numpy=partial(wrong_totals, kind="divided by the largest"),
            ),
            Mistake(
                "turned around",
                say="Both totals are right and change places: PyTorch's comes first, as in `points`.",
                numpy=partial(wrong_totals, kind="turned around"),
            ),
            Mistake(
                "lead",
                say="This is the lead of each over the other. Both totals are asked for.",
                numpy=partial(wrong_totals, kind="lead"),
            ),
        ],
        hints=[
            "Weight times points, summed over the things, for each column. Then divide.",
            "`weights @ points` does the multiplying and the summing for both columns at once.",
            "`weights @ points / weights.sum()` holds both totals, PyTorch's first.",
        ],
    ),
    Exercise(
        name="turning_weights",
        difficulty=2,
        minutes=12,
        points=3,
        takes="arrays",
        cases=turning_weights_cases,
        call=array_of_levels,
        mistakes=[
            Mistake(
                "own push left in",
                say="What a thing has to balance is the push of all the *others*. Take its own "
                "push out of the sum.",
                numpy=partial(wrong_levels, kind="own push left in"),
            ),
            Mistake(
                "sign lost",
                say="A sign got lost. The thing must push *against* the rest: minus the rest, "
                "divided by its difference.",
                numpy=partial(wrong_levels, kind="sign lost"),
            ),
            Mistake(
                "absolute",
                say="You took the size of the weight and dropped its sign. A negative weight means "
                "that this thing cannot "
                "turn the decision: −1.",
                numpy=partial(wrong_levels, kind="absolute"),
            ),
            Mistake(
                "the change",
                say="This is how much each weight would have to change. The weight itself is asked for.",
                numpy=partial(wrong_levels, kind="the change"),
            ),
            Mistake(
                "nothing refused",
                say="The division is right. Now look at what comes out where no weight does it: "
                "where both have the same points it divides by zero, and elsewhere it is negative. "
                "Return −1 in both cases.",
                numpy=partial(wrong_levels, kind="nothing refused"),
            ),
            Mistake(
                "whole numbers",
                say="Nearly. The decimals are cut off: the array holds whole numbers only, since it "
                "was made from whole numbers. Make it with `dtype=float`.",
                numpy=partial(wrong_levels, kind="whole numbers"),
            ),
            Mistake(
                "negative kept",
                say="Nearly. A weight below zero cannot be given: return −1 there, whatever the "
                "number is.",
                numpy=partial(wrong_levels, kind="negative kept"),
            ),
            Mistake(
                "zero for none",
                say="Nearly. Where no weight does it you returned 0, which is a weight like any "
                "other. Return −1.",
                numpy=partial(wrong_levels, kind="zero for none"),
            ),
            Mistake(
                "division by zero",
                say="Nearly. Where both have the same points you divided by zero. No weight helps "
                "there: −1.",
                numpy=partial(wrong_levels, kind="division by zero"),
            ),
            Mistake(
                "divided by the weight",
                say="The push of the others is divided by the thing's *difference in points*. You "
                "divided by its weight.",
                numpy=partial(wrong_levels, kind="divided by the weight"),
            ),
            Mistake(
                "points added",
                say="The two points were added. What counts is their difference, PyTorch's minus "
                "Keras's.",
                numpy=partial(wrong_levels, kind="points added"),
            ),
        ],
        hints=[
            "Each thing pushes with its weight times its difference in points. Both are level when "
            "all pushes add up to zero.",
            "Leave one push out of the sum; call the rest R. The thing's weight times its "
            "difference must be −R.",
            "A loop over the things: `-(pushes.sum() - pushes[thing]) / differences[thing]`, and "
            "−1 where the difference is zero or "
            "the result is negative.",
        ],
    ),
    Exercise(
        name="station_distance",
        difficulty=2,
        minutes=8,
        points=3,
        takes="arrays",
        cases=station_distance_cases,
        call=several_stations,
        mistakes=[
            Mistake(
                "absolute",
                say="This is the distance as it is. Divide it by the largest entry of `theirs`, so "
                "that one bound fits small and large numbers.",
                numpy=partial(wrong_distance, kind="absolute"),
            ),
            Mistake(
                "mean",
                say="This is the mean distance. One wrong entry among many hides in a mean. Take "
                "the largest.",
                numpy=partial(wrong_distance, kind="mean"),
            ),
            Mistake(
                "sign",
                say="An entry of `mine` that is too *small* is wrong as well. Take the distance "
                "without its sign.",
                numpy=partial(wrong_distance, kind="sign"),
            ),
            Mistake(
                "entry by entry",
                say="Each entry was divided by its own size. An entry close to zero then looks "
                "terribly wrong. Divide by the largest entry of all.",
                numpy=partial(wrong_distance, kind="entry by entry"),
            ),
            Mistake(
                "relative to mine",
                say="You divided by the largest entry of `mine`. If `mine` is wrong, its size is "
                "wrong too. Divide by that of `theirs`.",
                numpy=partial(wrong_distance, kind="relative to mine"),
            ),
            Mistake(
                "shapes",
                say="Two shapes that differ were stretched to each other, and the distance means "
                "nothing. Look at the shapes first.",
                numpy=partial(wrong_distance, kind="shapes"),
            ),
            Mistake(
                "nan",
                say="With a nan in `mine` you return nan. No bound stops it, since `nan > bound` "
                "is false. Return infinity.",
                numpy=partial(wrong_distance, kind="nan"),
            ),
            Mistake(
                "first line only",
                say="The first of the four lines is in place. Now the three others: zeros in "
                "`theirs`, shapes that differ, a nan in `mine`.",
                numpy=partial(wrong_distance, kind="first line only"),
            ),
            Mistake(
                "shapes and nan",
                say="The first two of the four lines are in place. Now the two others: return "
                "infinity where the shapes differ, and where `mine` holds a nan.",
                numpy=partial(wrong_distance, kind="shapes and nan"),
            ),
            Mistake(
                "sign of the largest",
                say="The largest entry of `theirs` was taken with its sign, so an entry of −9 "
                "counted for less than one of 2. Take `np.abs` first, `max` after it.",
                numpy=partial(wrong_distance, kind="sign of the largest"),
            ),
            Mistake(
                "zero for zeros",
                say="Where `theirs` is all zeros you return 0, which says that both are the same. "
                "Return the distance as it is there.",
                numpy=partial(wrong_distance, kind="zero for zeros"),
            ),
            Mistake(
                "zeros",
                say="Where `theirs` is all zeros you divided by zero. Return the distance as it is "
                "there.",
                numpy=partial(wrong_distance, kind="zeros"),
            ),
        ],
        hints=[
            "Look at what can go wrong first, shapes and nan, and only then compute.",
            "Two numbers: `np.abs(mine - theirs).max()` and `np.abs(theirs).max()`. What if the "
            "second is zero?",
            'Return `float("inf")` if the shapes differ or `np.isnan(mine).any()`. Then the first '
            "number divided by the second, or the first "
            "alone where the second is zero.",
        ],
    ),
    Exercise(
        name="ported_network",
        difficulty=3,
        minutes=25,
        points=5,
        tolerance=1e-3,
        takes="arrays",
        cases=ported_network_cases,
        call=evaluated_and_trained,
        mistakes=[
            ported_wrongly(
                "as given",
                "This is the given network, with its bug. Read the card's lines one by one beside "
                "the code. What does each line of the card say "
                "in numbers?",
                divisor=255,
            ),
            ported_wrongly(
                "not scaled",
                "The counts go into the layer as they are. The card says that the network divides "
                "them by 16 itself.",
                divisor=1,
            ),
            ported_wrongly(
                "epsilon of PyTorch",
                "Batch normalisation's epsilon is 1e-5 here, PyTorch's default. The card says 0.01.",
                epsilon=1e-5,
            ),
            ported_wrongly(
                "epsilon of Keras",
                "Batch normalisation's epsilon is 1e-3 here, Keras's default. The card says 0.01.",
                epsilon=1e-3,
            ),
            ported_wrongly(
                "momentum turned around",
                "The running statistics take nine tenths of the new batch. `momentum` is the share "
                "of the new in PyTorch, and the share of the old "
                "in Keras.",
                new_share=0.9,
            ),
            ported_wrongly(
                "momentum of Keras",
                "The running statistics take a hundredth of the new batch, which is Keras's "
                "default. The card says a tenth.",
                new_share=0.01,
            ),
            ported_wrongly(
                "slope of PyTorch",
                "LeakyReLU has a slope of 0.01 here, PyTorch's default. The card says 0.2.",
                slope=0.01,
            ),
            ported_wrongly(
                "slope of Keras",
                "LeakyReLU has a slope of 0.3 here, the default of Keras's layer. The card says 0.2.",
                slope=0.3,
            ),
            ported_wrongly(
                "ReLU",
                "Below zero everything is cut off. LeakyReLU keeps a fifth of it.",
                slope=0.0,
            ),
            ported_wrongly(
                "multiplied",
                "The counts are multiplied by 16. `Rescaling` multiplies, so it needs 1 / 16.",
                divisor=1 / 16,
            ),
            ported_wrongly(
                "LeakyReLU first",
                "LeakyReLU comes before batch normalisation here. The card has it the other way "
                "around.",
                bend_first=True,
            ),
            ported_wrongly(
                "batch normalisation as Keras has it",
                "Batch normalisation has Keras's defaults: an epsilon of 1e-3, and a hundredth of "
                "each new batch. The card names other numbers for both.",
                epsilon=1e-3,
                new_share=0.01,
            ),
            ported_wrongly(
                "all as Keras has it",
                "Batch normalisation and LeakyReLU have Keras's defaults. The card names its own "
                "numbers: for epsilon, for the share of the new, and for the slope.",
                epsilon=1e-3,
                new_share=0.01,
                slope=0.3,
            ),
            ported_wrongly(
                "all as PyTorch has it",
                "Batch normalisation and LeakyReLU have PyTorch's defaults. The card names its own "
                "numbers: for epsilon and for the slope.",
                epsilon=1e-5,
                slope=0.01,
            ),
            ported_wrongly(
                "running statistics left out",
                "Weights, scale and shift are in place. The running mean and variance are still "
                "those of a new layer.",
                left_out=("running mean", "running variance"),
            ),
            ported_wrongly(
                "scale and shift left out",
                "Weights and running statistics are in place. Batch normalisation's scale and "
                "shift are still those of a new layer.",
                left_out=("scale", "shift"),
            ),
            ported_wrongly(
                "softmax at the end",
                "There is a softmax at the end. The card says logits.",
                softmax=True,
            ),
            ported_wrongly(
                "as given, epsilon of PyTorch",
                "Two things: the given network's bug is still in it, and epsilon is PyTorch's default.",
                divisor=255,
                epsilon=1e-5,
            ),
            ported_wrongly(
                "as given, momentum turned around",
                "Two things: the given network's bug is still in it, and `momentum` means the "
                "other share in your framework.",
                divisor=255,
                new_share=0.9,
            ),
        ],
        hints=[
            "Write the network from the card alone. Then read the given code and ask, for each "
            "line, which line of the card it is.",
            "The counts go to 16, and 255 is what ordinary pictures go to. Epsilon and slope have "
            "to be named. A tenth of the new is `momentum=0.1` "
            "in PyTorch and `momentum=0.9` in Keras.",
            "PyTorch: a module that divides by 16, `nn.Linear(64, 24)`, `nn.BatchNorm1d(24, "
            "eps=0.01, momentum=0.1)`, `nn.LeakyReLU(0.2)`, `nn.Linear(24, 10)`; "
            "copy each array in under `torch.no_grad()`, weights with `.T`. Keras: `Rescaling(1 / "
            "16)`, `Dense(24)`, `BatchNormalization(epsilon=0.01, "
            "momentum=0.9)`, `LeakyReLU(negative_slope=0.2)`, `Dense(10)`, and "
            "`set_weights(list(weights.values()))`.",
        ],
    ),
    Exercise(
        name="train_ported",
        difficulty=2,
        minutes=15,
        points=4,
        tolerance=1e-3,
        cases=train_ported_cases,
        call=losses_and_weights,
        mistakes=[
            trained_wrongly(
                "evaluation mode",
                "evaluation",
                "The network was trained in evaluation mode: batch normalisation used its running "
                "statistics. `network.train()` in PyTorch, "
                "`training=True` in Keras.",
            ),
            trained_wrongly(
                "gradients not cleared",
                "not cleared",
                "The first step is right. After that each step uses the gradients of all the steps "
                "before it as well. Clear them.",
            ),
            trained_wrongly(
                "sum for the mean",
                "sum",
                "The loss is the sum over the batch here. It is the mean.",
            ),
            trained_wrongly(
                "softmax twice",
                "softmax twice",
                "Softmax happens twice: the network gives logits, and the loss takes logits. No "
                "softmax in between.",
            ),
            trained_wrongly(
                "not logits",
                "not logits",
                "The loss took the logits for probabilities. In Keras it has to be told: "
                "`from_logits=True`.",
            ),
            trained_wrongly(
                "gradient of the sum",
                "gradient of the sum",
                "The first loss is right, and the steps are as many times too long as a batch has "
                "images: the gradients are those of the sum over the batch. Take the mean first.",
            ),
            trained_wrongly(
                "a rate of its own",
                "own rate",
                "The steps are made with a learning rate of 0.01, the default of Keras's SGD. Use "
                "`learning_rate`.",
            ),
            trained_wrongly(
                "momentum",
                "momentum",
                "The first step is right. After that each step carries 0.9 of the one before with "
                "it: momentum. Plain SGD has none.",
            ),
            trained_wrongly(
                "loss after the step",
                "after",
                "The weights are right. Each loss was measured *after* its step; the one that the "
                "step was made from is asked for.",
            ),
            trained_wrongly(
                "running mean",
                "mean",
                "The weights are right. The losses are running means, as Keras's `fit` reports "
                "them. Return each step's own.",
            ),
            trained_wrongly(
                "own order",
                "order",
                "The images were taken in their own order. Each row of `batches` says which ones "
                "belong to a step.",
            ),
            trained_wrongly(
                "no step",
                "no step",
                "The weights did not move. Gradients alone change nothing; the optimiser has to "
                "take its step.",
            ),
        ],
        hints=[
            "Forward, loss, gradients, step, once for each row of `batches`. In which mode is the "
            "network?",
            "PyTorch: `network.train()` first, then the five lines of every loop. Keras: a tape "
            "around `network(images, training=True)` and the loss, then "
            "`optimizer.apply`.",
            "PyTorch: `nn.functional.cross_entropy(network(counts[batch]), labels[batch])`, "
            "`zero_grad`, `backward`, `step`, and keep `loss.item()`. Keras: `compile` with plain "
            "`SGD(learning_rate)` and `SparseCategoricalCrossentropy(from_logits=True)`, and "
            "`train_on_batch` returns the loss of each step.",
        ],
    ),
    Exercise(
        name="answer_request",
        difficulty=3,
        minutes=15,
        points=4,
        tolerance=1e-4,
        takes="arrays",
        cases=answer_request_cases,
        call=several_requests,
        mistakes=[
            responded_wrongly(
                "logits",
                "logits",
                "Logits were sent out. Whoever asks wants probabilities, which add up to one.",
            ),
            responded_wrongly(
                "softmax over the images",
                "wrong direction",
                "Softmax was taken over the images, so that each *column* adds up to one. Each row "
                "must.",
            ),
            responded_wrongly(
                "divided twice",
                "divided",
                "The counts were divided by 16 before they reached the network, which does that itself.",
            ),
            responded_wrongly(
                "training mode",
                "training",
                "The network answered in training mode: an image's answer depends on the others in "
                "the same question. `network.eval()` in PyTorch, "
                "`training=False` in Keras.",
            ),
            responded_wrongly(
                "500 for a bad question",
                "500",
                "The good question is answered rightly. 500 says that the server is broken; a bad "
                "question gets 400.",
            ),
            responded_wrongly(
                "200 for a bad question",
                "200",
                "The good question is answered rightly. A bad one gets 200, as if all were well. "
                "Return 400 there.",
            ),
            responded_wrongly(
                "no sentence",
                "no sentence",
                "All statuses are right. A bad question is sent back without a sentence that says "
                "what is wrong.",
            ),
            responded_wrongly(
                "no range",
                "no range",
                "Counts of 255, below zero, and even NaN are answered as if they were ink. Look at the "
                "range, 0 to 16.",
            ),
            responded_wrongly(
                "above only",
                "above only",
                "Counts above 16 are refused, and counts below zero are answered. Look at both ends.",
            ),
            responded_wrongly(
                "nan passes",
                "nan",
                "A NaN came through. It is neither below 0 nor above 16. Ask whether every count "
                "lies *inside*, not whether one lies outside.",
            ),
        ],
        hints=[
            "Four parts: read the JSON, look at the shape, look at the range, ask the network.",
            "`json.loads` raises ValueError, a missing name KeyError, a list in place of a dict "
            "TypeError. `np.array(..., dtype=float)` raises for words and for rows "
            "of two lengths.",
            "`if not ((counts >= 0) & (counts <= 16)).all(): return 400, ...` refuses NaN as well. "
            "Then evaluation mode, logits, softmax over direction 1.",
        ],
    ),
]
