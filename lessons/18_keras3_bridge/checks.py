"""What the exercises of the bridge must do, and the wrong answers that learners give."""

import importlib
import os
import weakref
from typing import Any

import numpy as np

from lockstep.learn.arrays import to_array, to_tensor
from lockstep.learn.exercises import Answer, Case, Exercise, Inputs, Mistake

Generator = np.random.Generator
Array = np.ndarray

ONE_BACKEND = ("torch", "nn", "tf", "tensorflow", "np", "numpy", "jax")  # what runs on one only
TEMPERATURE = 0.1  # what the translated loss divides its scores by


def keras_of(framework: str) -> Any:
    """Return Keras on the notebook's own library; in the PyTorch notebook that is PyTorch."""
    if framework == "pytorch":  # read when Keras is imported, and by nothing that is there already
        os.environ["KERAS_BACKEND"] = "torch"
        os.environ["KERAS_TORCH_DEVICE"] = "cpu"
    return importlib.import_module("keras")


# 1. conv_to_keras


def conv_to_keras_cases(generator: Generator) -> list[Case]:
    """Return a kernel whose directions are equally long in pairs, and one where none are."""
    return [
        Case(
            "3 in, 3 out, 2 by 2: a swap of in and out, or of height and width, does not show in the shape",
            conv_arrays(generator, 3, 3, 2, 2),
        ),
        Case("2 in, 5 out, 3 high, 4 wide", conv_arrays(generator, 5, 2, 3, 4)),
    ]


def conv_arrays(
    generator: Generator, outputs: int, inputs: int, height: int, width: int
) -> dict[str, Array]:
    """Return a convolution's two arrays as PyTorch stores them."""
    return {
        "weight": generator.normal(size=(outputs, inputs, height, width)),
        "bias": generator.normal(size=outputs),
    }


def conv_as_it_is(weight: Array, bias: Array) -> list[Array]:
    """Leave PyTorch's layout."""
    return [weight, bias]


def conv_backwards(weight: Array, bias: Array) -> list[Array]:
    """Turn all directions around, which swaps height and width."""
    return [weight.T, bias]


def conv_channels_swapped(weight: Array, bias: Array) -> list[Array]:
    """Put the channels last, and leave out before in."""
    return [weight.transpose(2, 3, 0, 1), bias]


def conv_way_back(weight: Array, bias: Array) -> list[Array]:
    """Use the order that leads from Keras to PyTorch."""
    return [weight.transpose(3, 2, 0, 1), bias]


def conv_reshaped(weight: Array, bias: Array) -> list[Array]:
    """Get the shape right and the order of the numbers wrong."""
    outputs, inputs, height, width = weight.shape
    return [weight.reshape(height, width, inputs, outputs), bias]


def conv_flipped(weight: Array, bias: Array) -> list[Array]:
    """Turn the window by half a turn as well, as a convolution in mathematics does."""
    return [weight[:, :, ::-1, ::-1].transpose(2, 3, 1, 0), bias]


def conv_bias_first(weight: Array, bias: Array) -> list[Array]:
    """Put the bias before the kernel."""
    return [bias, weight.transpose(2, 3, 1, 0)]


# 2. batch_norm_to_keras


def batch_norm_to_keras_cases(generator: Generator) -> list[Case]:
    """Return a layer with PyTorch's epsilon and one with another; neither momentum is a half."""
    return [
        Case("three channels", batch_norm_inputs(generator, 3, 1e-5)),
        Case("four channels, another epsilon", batch_norm_inputs(generator, 4, 2e-4)),
    ]


def batch_norm_inputs(generator: Generator, channels: int, eps: float) -> dict[str, Any]:
    """Return a layer's arrays and settings."""
    return {
        "weight": generator.uniform(0.5, 2, size=channels),
        "bias": generator.normal(size=channels),
        "running_mean": generator.normal(size=channels),
        "running_var": generator.uniform(2, 4, size=channels),
        "momentum": float(np.round(generator.uniform(0.02, 0.3), 3)),
        "eps": eps,
    }


Settings = tuple[Array, Array, Array, Array, float, float]


def norm_momentum_kept(
    weight: Array, bias: Array, mean: Array, var: Array, momentum: float, eps: float
) -> Settings:
    """Take PyTorch's momentum for Keras's."""
    return weight, bias, mean, var, momentum, eps


def norm_keras_momentum(
    weight: Array, bias: Array, mean: Array, var: Array, momentum: float, eps: float
) -> Settings:
    """Take what Keras has by default."""
    return weight, bias, mean, var, 0.99, eps


def norm_keras_epsilon(
    weight: Array, bias: Array, mean: Array, var: Array, momentum: float, eps: float
) -> Settings:
    """Leave epsilon to Keras."""
    return weight, bias, mean, var, 1 - momentum, 1e-3


def norm_both_by_default(
    weight: Array, bias: Array, mean: Array, var: Array, momentum: float, eps: float
) -> Settings:
    """Leave both settings to Keras."""
    return weight, bias, mean, var, 0.99, 1e-3


def norm_bias_first(
    weight: Array, bias: Array, mean: Array, var: Array, momentum: float, eps: float
) -> Settings:
    """Put the bias before the weight."""
    return bias, weight, mean, var, 1 - momentum, eps


def norm_statistics_first(
    weight: Array, bias: Array, mean: Array, var: Array, momentum: float, eps: float
) -> Settings:
    """Put the running values before what is trained."""
    return mean, var, weight, bias, 1 - momentum, eps


def norm_settings_swapped(
    weight: Array, bias: Array, mean: Array, var: Array, momentum: float, eps: float
) -> Settings:
    """Put epsilon before the momentum."""
    return weight, bias, mean, var, eps, 1 - momentum


def norm_root(
    weight: Array, bias: Array, mean: Array, var: Array, momentum: float, eps: float
) -> Settings:
    """Hand over the standard deviation."""
    return weight, bias, mean, np.sqrt(var), 1 - momentum, eps


# 3. dense_after_flatten


def dense_after_flatten_cases(generator: Generator) -> list[Case]:
    """Return a cut with three different lengths, and one with three equal ones."""
    return [
        Case("2 channels, 3 high, 4 wide", flattened_inputs(generator, 5, 2, 3, 4)),
        Case("3 channels, 3 high, 3 wide", flattened_inputs(generator, 4, 3, 3, 3)),
    ]


def flattened_inputs(
    generator: Generator, outputs: int, channels: int, height: int, width: int
) -> dict[str, Any]:
    """Return a PyTorch layer's weights and how what comes before it was cut."""
    return {
        "weight": generator.normal(size=(outputs, channels * height * width)),
        "channels": channels,
        "height": height,
        "width": width,
    }


def flat_turned_only(weight: Array, channels: int, height: int, width: int) -> Array:
    """Turn the weights around and keep the order of the rows."""
    return weight.T


def flat_not_turned(weight: Array, channels: int, height: int, width: int) -> Array:
    """Put the columns in order and leave (out, in)."""
    cut = weight.reshape(len(weight), channels, height, width)
    return cut.transpose(0, 2, 3, 1).reshape(len(weight), -1)


def flat_lying(weight: Array, channels: int, height: int, width: int) -> Array:
    """Swap height and width on the way."""
    cut = weight.reshape(len(weight), channels, height, width)
    return cut.transpose(3, 2, 1, 0).reshape(-1, len(weight))


def flat_reshaped(weight: Array, channels: int, height: int, width: int) -> Array:
    """Put the columns in order and get (in, out) by cutting anew."""
    return flat_not_turned(weight, channels, height, width).reshape(-1, len(weight))


def flat_to_pytorch(weight: Array, channels: int, height: int, width: int) -> Array:
    """Go the way from Keras to PyTorch."""
    cut = weight.reshape(len(weight), height, width, channels)
    return cut.transpose(0, 3, 1, 2).reshape(len(weight), -1).T


# 4. gated_dense


def gated_dense_cases(generator: Generator) -> list[Case]:
    """Return two small layers; some gates are nearly shut."""
    return [
        Case("3 in, 4 out", gated_inputs(generator, 5, 3, 4)),
        Case("4 in, 4 out", gated_inputs(generator, 3, 4, 4)),
    ]


def gated_inputs(generator: Generator, rows: int, inputs: int, units: int) -> dict[str, Array]:
    """Return rows and the layer's two arrays."""
    return {
        "rows": generator.normal(size=(rows, inputs)),
        "values": generator.normal(size=(inputs, units)),
        "gates": generator.normal(size=(inputs, units)) * 2,
    }


def gated_output(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Make the layer, put the weights in, and return what it gives.

    The number of its arrays comes too, so that a layer with more, or with none that Keras
    knows of, is told from the right one. Then nothing can be put in, and the output is zero.
    """
    rows = to_tensor(inputs["rows"], framework)
    layer = answer(int(inputs["values"].shape[1]))
    if layer is None:
        return {"output": None}  # what is said of a missing `return`
    if isinstance(layer, type):
        raise TypeError("what came back is the class. Make a layer of it: `()` behind its name.")
    if not hasattr(layer, "get_weights"):
        raise TypeError(f"what came back is a `{type(layer).__name__}`, and no Keras layer.")
    layer(rows)
    shapes = [array.shape for array in layer.get_weights()]
    if len(shapes) != 2:
        nothing = np.zeros((len(inputs["rows"]), inputs["values"].shape[1]))
        return {"number of arrays": len(shapes), "output": nothing}
    if shapes != [inputs["values"].shape, inputs["gates"].shape]:
        raise ValueError(
            f"the two arrays have the shapes {shapes[0]} and {shapes[1]}. "
            f"(in, units) is {inputs['values'].shape} here."
        )
    layer.set_weights([inputs["values"], inputs["gates"]])
    return {"number of arrays": 2, "output": to_array(layer(rows))}


def gated(name: str, say: str, kind: str) -> Mistake:
    """Return a layer with one thing done differently, in Keras on either library."""
    return Mistake(
        name,
        say=say,
        pytorch=lambda units: wrong_gated_layer("pytorch", units, kind),
        keras=lambda units: wrong_gated_layer("keras", units, kind),
    )


def wrong_gated_layer(framework: str, units: int, kind: str) -> Any:
    """Return a new layer with the mistake that `kind` names."""
    keras = keras_of(framework)
    ops = keras.ops

    class Wrong(keras.layers.Layer):  # type: ignore[misc, name-defined]
        def build(self, shape: Any) -> None:
            if kind == "untold":
                self.arrays = [ops.ones((shape[-1], units)), ops.ones((shape[-1], units))]
                return
            if kind == "one array":
                self.both = self.add_weight(shape=(shape[-1], 2 * units))
                self.arrays = ops.split(self.both, 2, axis=1)
                return
            self.arrays = [self.add_weight(shape=(shape[-1], units)) for _ in range(2)]
            self.biases = [self.add_weight(shape=(units,)) for _ in range(BIASES.get(kind, 0))]

        def call(self, x: Any) -> Any:
            values, gates = (ops.matmul(x, array) for array in self.arrays)
            return GATED_WRONG.get(kind, lambda ops, values, gates: values * ops.sigmoid(gates))(
                ops, values, gates
            )

    return Wrong()


BIASES = {"a bias": 1, "two biases": 2}
GATED_WRONG: dict[str, Any] = {
    "no sigmoid": lambda ops, values, gates: values * gates,
    "swapped": lambda ops, values, gates: gates * ops.sigmoid(values),
    "sum": lambda ops, values, gates: values + ops.sigmoid(gates),
    "both": lambda ops, values, gates: ops.sigmoid(values) * ops.sigmoid(gates),
    "relu": lambda ops, values, gates: values * ops.relu(gates),
    "tanh": lambda ops, values, gates: values * ops.tanh(gates),
}


# 5. translate_contrastive


def translate_contrastive_cases(generator: Generator) -> list[Case]:
    """Return two sets whose rows are alike in part, so that no loss is near zero."""
    return [
        Case("four pairs of three numbers", pairs(generator, 4, 3)),
        Case("six pairs of five numbers", pairs(generator, 6, 5)),
    ]


def pairs(generator: Generator, rows: int, columns: int) -> dict[str, Array]:
    """Draw two arrays, row by row a little alike, until every wrong answer gives a number of its own."""
    while True:
        left = generator.normal(size=(rows, columns)) * 3
        right = left + generator.normal(size=(rows, columns)) * 3
        right_answer = contrastive_each(left, right).mean()
        wrong = [float(answer(left, right)) for answer in CONTRASTIVE_WRONG]
        ordered = np.sort([*wrong, float(right_answer)])
        if ordered[0] > 0.01 and (np.diff(ordered) > 0.01 * ordered[1:]).all():
            return {"left": left, "right": right}


def unit_rows(array: Array, axis: int = 1) -> Array:
    """Return rows (or columns) of length 1."""
    return array / np.linalg.norm(array, axis=axis, keepdims=True)


def losses_of(scores: Array) -> Array:
    """Return the cross-entropy of each row, with its own number as the label."""
    largest = scores.max(axis=1)
    return largest + np.log(np.exp(scores - largest[:, None]).sum(axis=1)) - np.diagonal(scores)


def contrastive_not_normalised(left: Array, right: Array) -> Array:
    """Leave the rows as long as they are."""
    return losses_of(left @ right.T / TEMPERATURE).mean()


def contrastive_columns_normalised(left: Array, right: Array) -> Array:
    """Divide each column by its length."""
    return losses_of(unit_rows(left, 0) @ unit_rows(right, 0).T / TEMPERATURE).mean()


def contrastive_one_normalised(left: Array, right: Array) -> Array:
    """Forget the right one."""
    return losses_of(unit_rows(left) @ right.T / TEMPERATURE).mean()


def contrastive_not_divided(left: Array, right: Array) -> Array:
    """Leave the scores as they are."""
    return losses_of(unit_rows(left) @ unit_rows(right).T).mean()


def contrastive_multiplied(left: Array, right: Array) -> Array:
    """Multiply where the scores are divided."""
    return losses_of(unit_rows(left) @ unit_rows(right).T * TEMPERATURE).mean()


def contrastive_other_way(left: Array, right: Array) -> Array:
    """Compare each right row with all left ones."""
    return losses_of(unit_rows(right) @ unit_rows(left).T / TEMPERATURE).mean()


def contrastive_each(left: Array, right: Array) -> Array:
    """Return the losses of the rows."""
    return losses_of(unit_rows(left) @ unit_rows(right).T / TEMPERATURE)


def contrastive_sum(left: Array, right: Array) -> Array:
    """Add the rows up."""
    return contrastive_each(left, right).sum()


def contrastive_squares(left: Array, right: Array) -> Array:
    """Divide by the sum of the squares, without the root."""
    left, right = (array / (array**2).sum(axis=1, keepdims=True) for array in (left, right))
    return losses_of(left @ right.T / TEMPERATURE).mean()


def contrastive_as_probabilities(left: Array, right: Array) -> Array:
    """Forget `from_logits=True`, with TensorFlow below: limits first, then a sum of 1."""
    scores = np.clip(unit_rows(left) @ unit_rows(right).T / TEMPERATURE, 1e-7, 1 - 1e-7)
    return -np.log(np.diagonal(scores) / scores.sum(axis=1)).mean()


def contrastive_as_shares(left: Array, right: Array) -> Array:
    """Forget `from_logits=True`, with PyTorch below: a sum of 1 first, then limits."""
    scores = unit_rows(left) @ unit_rows(right).T / TEMPERATURE
    shares = np.diagonal(scores) / scores.sum(axis=1)
    return -np.log(np.clip(shares, 1e-7, 1 - 1e-7)).mean()


def contrastive_softmax_twice(left: Array, right: Array) -> Array:
    """Make probabilities of the scores and hand them over as logits."""
    scores = np.exp(unit_rows(left) @ unit_rows(right).T / TEMPERATURE)
    return losses_of(scores / scores.sum(axis=1, keepdims=True)).mean()


CONTRASTIVE_WRONG = (  # those that give one number
    contrastive_not_normalised,
    contrastive_columns_normalised,
    contrastive_one_normalised,
    contrastive_squares,
    contrastive_not_divided,
    contrastive_multiplied,
    contrastive_other_way,
    contrastive_sum,
    contrastive_as_probabilities,
    contrastive_as_shares,
    contrastive_softmax_twice,
)


# 6. mixed_step


def mixed_step_cases(generator: Generator) -> list[Case]:
    """Return two small models with two batches each."""
    return [
        Case(
            "5 in, 6 hidden, 3 out; two steps with a learning rate of 0.2",
            mixed_inputs(generator, 8, (5, 6, 3), 0.2),
        ),
        Case(
            "7 in, 5 hidden, 4 out; two steps with a learning rate of 0.05",
            mixed_inputs(generator, 6, (7, 5, 4), 0.05),
        ),
    ]


def mixed_inputs(
    generator: Generator, rows: int, sizes: tuple[int, int, int], learning_rate: float
) -> dict[str, Any]:
    """Draw two batches and a model's arrays, until ReLU cuts some of each batch off and not all."""
    inputs, hidden, classes = sizes
    while True:
        drawn = {
            "images": generator.uniform(size=(2, rows, inputs)),
            "labels": generator.integers(0, classes, size=(2, rows)),
            "learning_rate": learning_rate,
            "hidden_weights": generator.normal(size=(inputs, hidden)) / np.sqrt(inputs),
            "hidden_biases": generator.normal(size=hidden) / 2,
            "output_weights": generator.normal(size=(hidden, classes)),
            "output_biases": generator.normal(size=classes) / 2,
        }
        before = drawn["images"] @ drawn["hidden_weights"] + drawn["hidden_biases"]
        shares = (before > 0).mean(axis=(1, 2))
        if (shares > 0.2).all() and (shares < 0.8).all():
            return drawn


def two_mixed_steps(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Build the mixed model, take two steps with the answer, return both losses and all arrays."""
    keras = keras_of(framework)
    hidden = keras.layers.Dense(inputs["hidden_weights"].shape[1], activation="relu")
    hidden.build((None, inputs["hidden_weights"].shape[0]))
    hidden.set_weights([inputs["hidden_weights"], inputs["hidden_biases"]])
    output = [
        trained_tensor(inputs[name], framework) for name in ("output_weights", "output_biases")
    ]
    losses = {
        name: answer(
            hidden,
            *output,
            to_tensor(images, framework),
            to_tensor(labels, framework),
            inputs["learning_rate"],
        )
        for name, images, labels in zip(
            ("first loss", "second loss"), inputs["images"], inputs["labels"], strict=True
        )
    }
    arrays = [*hidden.get_weights(), *(to_array(tensor) for tensor in output)]
    names = ("hidden weights", "hidden biases", "output weights", "output biases")
    return losses | {name: array.copy() for name, array in zip(names, arrays, strict=True)}


def trained_tensor(array: Array, framework: str) -> Any:
    """Return an array as what the library trains: a parameter, or a variable."""
    tensor = to_tensor(array, framework)
    if framework == "pytorch":
        return importlib.import_module("torch").nn.Parameter(tensor)
    return importlib.import_module("tensorflow").Variable(tensor)


def pytorch_mixed_step(
    *,
    hidden_moves: bool = True,
    output_moves: bool = True,
    factor: float = 1.0,
    rate: float | None = None,
    loss_kind: str = "mean",
    loss_after: bool = False,
    uncleared: bool = False,
) -> Answer:
    """Return a step in PyTorch with one thing done differently.

    Parameters
    ----------
    hidden_moves, output_moves
        Whether the layer's arrays are trained.
    factor
        What the step is multiplied with: -1 goes uphill.
    rate
        A learning rate that is used in place of the one that was handed over.
    loss_kind
        "mean"; "sum" of the rows; "softmax" taken twice; logits taken for "probabilities".
    loss_after
        Whether the loss after the step is returned.
    uncleared
        Whether the gradients of earlier steps are added.
    """
    summed: Any = weakref.WeakKeyDictionary()  # per hidden layer, the gradients so far

    def step(
        hidden: Any, weights: Any, biases: Any, images: Any, labels: Any, learning_rate: float
    ) -> Any:
        torch = importlib.import_module("torch")

        def loss_of(kind: str) -> Any:
            logits = hidden(images) @ weights + biases
            if kind == "softmax":
                logits = logits.softmax(dim=1)
            elif kind == "probabilities":
                logits = logits.clamp(1e-7, 1 - 1e-7).log()
            reduction = "sum" if kind == "sum" else "mean"
            return torch.nn.functional.cross_entropy(logits, labels, reduction=reduction)

        trained = [variable.value for variable in hidden.trainable_variables] * hidden_moves
        trained += [weights, biases] * output_moves
        loss = loss_of(loss_kind)
        gradients = torch.autograd.grad(loss, trained)
        if uncleared:
            before = summed.get(hidden, [0] * len(trained))
            gradients = summed[hidden] = [a + b for a, b in zip(gradients, before, strict=True)]
        with torch.no_grad():
            for tensor, gradient in zip(trained, gradients, strict=True):
                tensor -= factor * (rate or learning_rate) * gradient
            return loss_of("mean") if loss_after else loss

    return step


def keras_mixed_step(
    *,
    hidden_moves: bool = True,
    output_moves: bool = True,
    factor: float = 1.0,
    rate: float | None = None,
    loss_kind: str = "mean",
    loss_after: bool = False,
    uncleared: bool = False,
) -> Answer:
    """Return a step in TensorFlow with one thing done differently; see `pytorch_mixed_step`."""
    summed: Any = weakref.WeakKeyDictionary()

    def step(
        hidden: Any, weights: Any, biases: Any, images: Any, labels: Any, learning_rate: float
    ) -> Any:
        tf = importlib.import_module("tensorflow")
        trained = list(hidden.trainable_variables) * hidden_moves + [weights, biases] * output_moves

        def loss_of(kind: str) -> Any:
            logits = hidden(images) @ weights + biases
            if kind == "softmax":
                logits = tf.nn.softmax(logits)
            elif kind == "probabilities":
                logits = tf.math.log(tf.clip_by_value(logits, 1e-7, 1 - 1e-7))
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            return tf.reduce_sum(losses) if kind == "sum" else tf.reduce_mean(losses)

        with tf.GradientTape() as tape:
            loss = loss_of(loss_kind)
        gradients = tape.gradient(loss, trained)
        if uncleared:
            before = summed.get(hidden, [0] * len(trained))
            gradients = summed[hidden] = [a + b for a, b in zip(gradients, before, strict=True)]
        for variable, gradient in zip(trained, gradients, strict=True):
            variable.assign_sub(factor * (rate or learning_rate) * gradient)
        return loss_of("mean") if loss_after else loss

    return step


def mixed(name: str, say: str, **different: Any) -> Mistake:
    """Return a mistake in the mixed step, in both frameworks."""
    return Mistake(
        name,
        say=say,
        pytorch=pytorch_mixed_step(**different),
        keras=keras_mixed_step(**different),
    )


# 7. debug_port


def debug_port_cases(generator: Generator) -> list[Case]:
    """Return two networks; none has as many channels as rows, so that a wrong cut always shows."""
    return [
        Case("2 channels on 3 by 4, three classes", network_inputs(generator, 2, 1, 3, 4, 3)),
        Case("3 channels on 2 by 4, four classes", network_inputs(generator, 3, 2, 2, 4, 4)),
    ]


def network_inputs(
    generator: Generator, channels: int, inputs: int, height: int, width: int, classes: int
) -> dict[str, Any]:
    """Return a network's arrays as PyTorch stores them, with a window of 3 by 3."""
    return {
        "conv_weight": generator.normal(size=(channels, inputs, 3, 3)),
        "conv_bias": generator.normal(size=channels),
        "linear_weight": generator.normal(size=(classes, channels * height * width)),
        "linear_bias": generator.normal(size=classes),
        "height": height,
        "width": width,
    }


def port(
    inputs: tuple[Any, ...],
    *,
    backwards: bool = False,
    cut: bool = False,
    exchanged: bool = False,
    reshaped: bool = False,
    unordered: bool = False,
) -> list[Array]:
    """Return what the port gives with some of its faults left in.

    Parameters
    ----------
    inputs
        What the exercise hands over.
    backwards
        Whether the kernel is turned with `.T`.
    cut
        Whether the weights are cut as if the channels came last.
    exchanged
        Whether the channels then go to the front.
    reshaped
        Whether rows become columns by cutting anew.
    unordered
        Whether the order of the rows is left as it was.
    """
    conv_weight, conv_bias, linear_weight, linear_bias, height, width = inputs
    kernel = conv_weight.transpose((3, 2, 1, 0) if backwards else (2, 3, 1, 0))
    classes, channels = len(linear_weight), len(conv_weight)
    if unordered:
        rows = linear_weight
    else:
        shape = (height, width, channels) if cut else (channels, height, width)
        turned = (0, 3, 1, 2) if exchanged else (0, 2, 3, 1)
        rows = linear_weight.reshape(classes, *shape).transpose(turned)
    rows = rows.reshape(classes, -1)
    return [kernel, conv_bias, rows.reshape(-1, classes) if reshaped else rows.T, linear_bias]


def port_as_it_was(*inputs: Any) -> list[Array]:
    """Mend nothing."""
    return port(inputs, backwards=True, cut=True, exchanged=True, reshaped=True)


def port_backwards(*inputs: Any) -> list[Array]:
    """Leave the kernel."""
    return port(inputs, backwards=True)


def port_cut(*inputs: Any) -> list[Array]:
    """Leave the cut."""
    return port(inputs, cut=True)


def port_exchanged(*inputs: Any) -> list[Array]:
    """Leave the exchange of directions."""
    return port(inputs, exchanged=True)


def port_cut_exchanged(*inputs: Any) -> list[Array]:
    """Leave the cut and the exchange of directions."""
    return port(inputs, cut=True, exchanged=True)


def port_reshaped(*inputs: Any) -> list[Array]:
    """Leave the last line."""
    return port(inputs, reshaped=True)


def port_exchanged_reshaped(*inputs: Any) -> list[Array]:
    """Leave the exchange of directions and the last line."""
    return port(inputs, exchanged=True, reshaped=True)


def port_backwards_cut_exchanged(*inputs: Any) -> list[Array]:
    """Mend the last line alone."""
    return port(inputs, backwards=True, cut=True, exchanged=True)


def port_backwards_reshaped(*inputs: Any) -> list[Array]:
    """Mend the cut and the exchange alone."""
    return port(inputs, backwards=True, reshaped=True)


def port_cut_exchanged_reshaped(*inputs: Any) -> list[Array]:
    """Mend the kernel alone."""
    return port(inputs, cut=True, exchanged=True, reshaped=True)


def port_unordered(*inputs: Any) -> list[Array]:
    """Turn the weights and forget the flatten."""
    return port(inputs, unordered=True)


EXERCISES = [
    Exercise(
        name="conv_to_keras",
        difficulty=1,
        minutes=5,
        points=2,
        takes="arrays",
        tolerance=0.0,
        cases=conv_to_keras_cases,
        mistakes=[
            Mistake(
                "as it is",
                say="The kernel is still in PyTorch's layout. Where all four directions are equally long, "
                "`set_weights` would take it without a word.",
                numpy=conv_as_it_is,
            ),
            Mistake(
                "backwards",
                say="`.T`, or `transpose(3, 2, 1, 0)`, turns *all* directions around, and the window lies on its "
                "side. Height must stay before width.",
                numpy=conv_backwards,
            ),
            Mistake(
                "channels swapped",
                say="The window is right now. Of the last two directions, Keras wants in before out, and yours "
                "come the other way round.",
                numpy=conv_channels_swapped,
            ),
            Mistake(
                "the way back",
                say="`transpose(3, 2, 0, 1)` is the order for the way from Keras to PyTorch. From PyTorch, the old "
                "directions 2 and 3, height and width, come first.",
                numpy=conv_way_back,
            ),
            Mistake(
                "reshape",
                say="The shape is right and the numbers stand in the wrong places. `reshape` cuts the same line of "
                "numbers in another way. Here directions must be exchanged: `transpose`.",
                numpy=conv_reshaped,
            ),
            Mistake(
                "flipped",
                say="The directions are in the right order, and the window was turned by half a turn besides. "
                "Mathematics does so in a convolution. Neither of the frameworks does.",
                numpy=conv_flipped,
            ),
            Mistake(
                "bias first",
                say="The kernel is right. `set_weights` wants it before the bias.",
                numpy=conv_bias_first,
            ),
        ],
        hints=[
            "Number PyTorch's directions: out is 0, in is 1, height is 2, width is 3. In which order does Keras want "
            "them?",
            "`weight.transpose(a, b, c, d)` puts the old direction `a` first. Height comes first, so `a` is 2.",
            "`weight.transpose(2, 3, 1, 0)`, and the bias as it is, in a list.",
        ],
    ),
    Exercise(
        name="batch_norm_to_keras",
        difficulty=1,
        minutes=5,
        points=2,
        takes="arrays",
        cases=batch_norm_to_keras_cases,
        mistakes=[
            Mistake(
                "momentum kept",
                say="The arrays are right. The momentum is still PyTorch's, the share of the *new* batch. Keras's is "
                "the share of the *old*.",
                numpy=norm_momentum_kept,
            ),
            Mistake(
                "Keras's momentum",
                say="0.99 is Keras's default. This layer was trained with another momentum: take it from the "
                "argument.",
                numpy=norm_keras_momentum,
            ),
            Mistake(
                "Keras's epsilon",
                say="0.001 is Keras's default epsilon. This layer has one of its own, and it goes over as it is.",
                numpy=norm_keras_epsilon,
            ),
            Mistake(
                "both by default",
                say="The arrays are right, and both settings are Keras's defaults. This layer was trained with others.",
                numpy=norm_both_by_default,
            ),
            Mistake(
                "bias first",
                say="The first two arrays have changed places. Keras's order is PyTorch's: weight (gamma), bias "
                "(beta), mean, variance.",
                numpy=norm_bias_first,
            ),
            Mistake(
                "running values first",
                say="The running values stand before what is trained. Keras wants weight and bias first.",
                numpy=norm_statistics_first,
            ),
            Mistake(
                "settings swapped",
                say="The numbers are right. The momentum comes before the epsilon.",
                numpy=norm_settings_swapped,
            ),
            Mistake(
                "standard deviation",
                say="The fourth array is the root of the variance. Both frameworks keep the variance itself.",
                numpy=norm_root,
            ),
        ],
        hints=[
            "Four of the six go over as they are, in the order in which they come.",
            "If the new batch counts a tenth, how much does the old value count?",
            "`weight, bias, running_mean, running_var, 1 - momentum, eps`",
        ],
    ),
    Exercise(
        name="dense_after_flatten",
        difficulty=2,
        minutes=10,
        points=3,
        takes="arrays",
        tolerance=0.0,
        cases=dense_after_flatten_cases,
        mistakes=[
            Mistake(
                "turned only",
                say="The weights are turned around, and their rows are still in PyTorch's order, channel by channel. "
                "Keras's flatten goes pixel by pixel.",
                numpy=flat_turned_only,
            ),
            Mistake(
                "not turned",
                say="The order of the pixels and channels is right now. The layout is still (out, in): turn it around.",
                numpy=flat_not_turned,
            ),
            Mistake(
                "on its side",
                say="Channels come last, and that is right. Height and width have changed places on the way.",
                numpy=flat_lying,
            ),
            Mistake(
                "reshape at the end",
                say="The order within the rows is right. Then (out, in) became (in, out) by `reshape`, which "
                "mixes up everything. Rows become columns with `.T`, or by putting `out` last in the `transpose`.",
                numpy=flat_reshaped,
            ),
            Mistake(
                "the way back",
                say="Each row was cut as (height, width, channels), and the channels came first after that. PyTorch "
                "laid (channels, height, width) flat, so it must be cut like that, and the channels come last.",
                numpy=flat_to_pytorch,
            ),
        ],
        hints=[
            "Three moves: cut each row back into what was laid flat, exchange directions, lay flat again.",
            "`weight.reshape(len(weight), channels, height, width)` is the cut. The result has its rows in the order "
            "height, width, channels, and `out` is its last direction.",
            "`cut.transpose(2, 3, 1, 0).reshape(-1, len(weight))`",
        ],
    ),
    Exercise(
        name="gated_dense",
        difficulty=2,
        minutes=12,
        points=3,
        cases=gated_dense_cases,
        call=gated_output,
        forbidden=ONE_BACKEND,
        mistakes=[
            gated(
                "Keras was not told",
                "The layer computes, but Keras knows none of its weights: they would be neither trained nor saved. "
                "Make them with `self.add_weight(shape=...)` in `build`.",
                "untold",
            ),
            gated(
                "a bias",
                "The layer has an array too many. It has values and gates, and no biases.",
                "a bias",
            ),
            gated(
                "two biases",
                "The layer has two arrays too many. Values and gates bring no biases: with `Dense`, that is "
                "`use_bias=False`.",
                "two biases",
            ),
            gated(
                "one array",
                "The layer has one array of weights. Make two of them, first the values, then the gates.",
                "one array",
            ),
            gated(
                "no sigmoid",
                "The two products are multiplied as they are. The gates go through a sigmoid first.",
                "no sigmoid",
            ),
            gated(
                "swapped",
                "Values and gates have changed places. The values are the first of the two arrays, and the sigmoid "
                "goes over the second product.",
                "swapped",
            ),
            gated(
                "added",
                "The gate was added. It is multiplied: a gate of 0 lets nothing through.",
                "sum",
            ),
            gated(
                "sigmoid on both",
                "Both products went through the sigmoid. Only the gates do, and the values stay as large as they are.",
                "both",
            ),
            gated(
                "ReLU",
                "The gates went through a ReLU, and are not limited to 1. Use the sigmoid.",
                "relu",
            ),
            gated(
                "tanh",
                "The gates went through a tanh, which runs from −1 to 1. A sigmoid runs from 0 to 1.",
                "tanh",
            ),
        ],
        hints=[
            "Look at `RMSNormalization` in the lesson. It has one array of weights, this one has two.",
            "In `build(self, shape)`, the number of inputs is `shape[-1]`, and each array is "
            "`self.add_weight(shape=(shape[-1], units))`: values first. In `call`, use `keras.ops.matmul` and "
            "`keras.ops.sigmoid`.",
            "`call` returns `keras.ops.matmul(x, self.values) * keras.ops.sigmoid(keras.ops.matmul(x, self.gates))`. "
            "The function ends with `return GatedDense()`.",
        ],
    ),
    Exercise(
        name="translate_contrastive",
        difficulty=2,
        minutes=12,
        points=3,
        cases=translate_contrastive_cases,
        # Keras on TensorFlow undoes a softmax before a loss of logits, so it would pass there.
        forbidden=(*ONE_BACKEND, "softmax", "Softmax"),
        tolerance=1e-4,  # scores are divided by 0.1, which enlarges the rounding of the rows' lengths
        mistakes=[
            Mistake(
                "not normalised",
                say="The rows still have their own lengths. Divide each by the root of the sum of its squares first.",
                numpy=contrastive_not_normalised,
            ),
            Mistake(
                "columns normalised",
                say="Each *column* was divided by its length. It is the rows that get the length 1: `axis=1`, with "
                "the direction kept.",
                numpy=contrastive_columns_normalised,
            ),
            Mistake(
                "one normalised",
                say="The left rows have the length 1, the right ones do not.",
                numpy=contrastive_one_normalised,
            ),
            Mistake(
                "squares without the root",
                say="You divided by the sum of the squares. The length is its root.",
                numpy=contrastive_squares,
            ),
            Mistake(
                "not divided by 0.1",
                say="The scores are still to be divided by 0.1.",
                numpy=contrastive_not_divided,
            ),
            Mistake(
                "multiplied by 0.1",
                say="The scores were multiplied by 0.1. They are divided by it, and become ten times as large.",
                numpy=contrastive_multiplied,
            ),
            Mistake(
                "the other way round",
                say="Here each right row looks for its left one. The rows of `scores` belong to the *left*: left times "
                "the right one turned around, and softmax along direction 1.",
                numpy=contrastive_other_way,
            ),
            Mistake(
                "logits taken for probabilities",
                say="The loss took the scores for probabilities. Keras has to be told: `from_logits=True`.",
                numpy=contrastive_as_probabilities,
            ),
            Mistake(
                "logits taken for shares",
                say="The loss divided the scores by their sum, as if they were probabilities. Keras has to be told "
                "that they are not: `from_logits=True`.",
                numpy=contrastive_as_shares,
            ),
            Mistake(
                "softmax twice",
                say="Softmax was taken twice, once by you and once by the loss. Hand over the scores as they are.",
                numpy=contrastive_softmax_twice,
            ),
            Mistake(
                "no mean",
                say="These are the losses of the rows. Keras's loss function gives one for each row, and the mean is "
                "yours to take.",
                numpy=contrastive_each,
            ),
            Mistake(
                "sum",
                say="The losses of the rows were added up. Take their mean.",
                numpy=contrastive_sum,
            ),
        ],
        hints=[
            "Go line by line, and look for each function's name in `keras.ops`: most have NumPy's.",
            "`keras.ops.norm(left, axis=1, keepdims=True)` is the length of each row. The numbers of the rows are "
            "`keras.ops.arange(len(left))`.",
            "`scores = keras.ops.matmul(left, keras.ops.transpose(right)) / 0.1`, then "
            "`keras.losses.sparse_categorical_crossentropy(labels, scores, from_logits=True)`, and the mean of it.",
        ],
    ),
    Exercise(
        name="mixed_step",
        difficulty=3,
        minutes=12,
        points=4,
        cases=mixed_step_cases,
        call=two_mixed_steps,
        mistakes=[
            mixed(
                "the Keras layer stands still",
                "The output layer moved, and the Keras layer did not. Its arrays have to be in the list that is "
                "trained, too.",
                hidden_moves=False,
            ),
            mixed(
                "the output layer stands still",
                "The Keras layer moved, and `weights` and `biases` did not. All four arrays take part.",
                output_moves=False,
            ),
            mixed(
                "uphill",
                "The arrays moved *along* the gradient, uphill. The learning rate times the gradient is taken away.",
                factor=-1.0,
            ),
            mixed(
                "sum",
                "The losses of the rows were added up. The loss is their mean, and so are the gradients.",
                loss_kind="sum",
            ),
            mixed(
                "nothing moves",
                "The loss is right, and no array moved. `variable = variable - ...` gives a name to a new value and "
                "leaves the array as it was: change it in place, with `optimizer.step()` or `assign_sub`.",
                factor=0.0,
            ),
            mixed(
                "gradients not cleared",
                "The second step added its gradients to those of the first. In PyTorch `zero_grad` clears them.",
                uncleared=True,
            ),
            mixed(
                "softmax twice",
                "Softmax was taken twice, once by you and once by the loss. Hand the logits over as they are.",
                loss_kind="softmax",
            ),
            mixed(
                "logits taken for probabilities",
                "The loss took the logits for probabilities. Keras's loss has to be told: `from_logits=True`.",
                loss_kind="probabilities",
            ),
            mixed(
                "no learning rate",
                "The gradients were taken away whole. Multiply them with the learning rate first.",
                rate=1.0,
            ),
            mixed(
                "loss after the step",
                "The arrays are right. The losses are those *after* each step; return the one before it.",
                loss_after=True,
            ),
            mixed(
                "a learning rate of its own",
                "The step was taken with a learning rate of 0.1. Use the one that is handed over.",
                rate=0.1,
            ),
        ],
        hints=[
            "Make one list of all four arrays first. Two come from the Keras layer.",
            "PyTorch: an optimiser over `[*hidden.parameters(), weights, biases]`, then loss, `zero_grad`, "
            "`backward`, `step`. Keras: `[*hidden.trainable_variables, weights, biases]`, the loss on a tape, and "
            "for each variable `assign_sub(learning_rate * gradient)`.",
            "The logits are `hidden(images) @ weights + biases`. PyTorch's `cross_entropy(logits, labels)` is the "
            "mean; in Keras take `keras.ops.mean` of "
            "`sparse_categorical_crossentropy(labels, logits, from_logits=True)`. Return the loss.",
        ],
    ),
    Exercise(
        name="debug_port",
        difficulty=3,
        minutes=12,
        points=4,
        takes="arrays",
        tolerance=0.0,
        cases=debug_port_cases,
        mistakes=[
            Mistake(
                "as it was",
                say="This is what the port gave as it stood. Write down for each line which directions come in and "
                "in which order they go out.",
                numpy=port_as_it_was,
            ),
            Mistake(
                "kernel still backwards",
                say="The weights of the layer are right now. The kernel still has width before height: `.T` turns "
                "*all* directions around.",
                numpy=port_backwards,
            ),
            Mistake(
                "still cut wrongly",
                say="Kernel, exchange and last line are right now. The weights are still cut as if the channels "
                "came last. PyTorch laid (channels, height, width) flat.",
                numpy=port_cut,
            ),
            Mistake(
                "still exchanged wrongly",
                say="Kernel, cut and last line are right now. The exchange of directions still belongs to the old "
                "cut: after (out, channels, height, width) the channels go to the end.",
                numpy=port_exchanged,
            ),
            Mistake(
                "cut and exchange",
                say="Kernel and last line are right now. Two faults are left: how the weights are cut, and the "
                "exchange of directions after that. PyTorch laid (channels, height, width) flat.",
                numpy=port_cut_exchanged,
            ),
            Mistake(
                "still reshaped",
                say="Kernel and order are right now. The last line still makes columns of rows by `reshape`, which "
                "mixes up the numbers.",
                numpy=port_reshaped,
            ),
            Mistake(
                "exchange and last line",
                say="The kernel and the cut are right now. Two faults are left: the exchange of directions, and the "
                "last line.",
                numpy=port_exchanged_reshaped,
            ),
            Mistake(
                "kernel, cut and exchange",
                say="The last line is right now. Three faults are left: the kernel, how the weights are cut, and the "
                "exchange of directions after that.",
                numpy=port_backwards_cut_exchanged,
            ),
            Mistake(
                "kernel and last line",
                say="The weights are cut and exchanged rightly now. Two faults are left: the kernel, and the last "
                "line.",
                numpy=port_backwards_reshaped,
            ),
            Mistake(
                "cut, exchange and last line",
                say="The kernel is right now. Three faults are left: how the weights are cut, the exchange of "
                "directions after that, and the last line.",
                numpy=port_cut_exchanged_reshaped,
            ),
            Mistake(
                "no flatten",
                say="The kernel is right and the weights are turned around, but their rows are still in PyTorch's "
                "order. The flatten before the layer goes another way in Keras.",
                numpy=port_unordered,
            ),
        ],
        hints=[
            "Four places: the kernel, the cut, the exchange of directions after it, and the last line.",
            "The window is square, so a swap of height and width does not show in the shape. And ask of each "
            "`reshape` whether the numbers already stand in the order in which it cuts them.",
            "`conv_weight.transpose(2, 3, 1, 0)`; cut as `(len(linear_weight), channels, height, width)` and exchange "
            "with `(0, 2, 3, 1)`; at the end `rows.T`.",
        ],
    ),
]
