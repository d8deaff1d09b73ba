"""Wrong answers as students of the made-up class write them, for the exercises of 04_simple_net.

Each is what stands in place of `raise NotImplementedError()`. The names are those of the mistakes in
the lesson's checks.py, and the suite holds that each is recognised by that name; the few that no
check knows stand under `OTHERS`.
"""

from typing import Literal

Framework = Literal["pytorch", "keras"]
Bodies = dict[Framework, str]


def _both(body: str) -> Bodies:
    return {"pytorch": body, "keras": body}


WRONG: dict[str, dict[str, Bodies]] = {
    "softmax": {
        "no shift": {
            "pytorch": """\
exps = torch.exp(logits)
return exps / exps.sum(dim=1, keepdim=True)""",
            "keras": """\
exps = keras.ops.exp(logits)
return exps / keras.ops.sum(exps, axis=1, keepdims=True)""",
        },
        "columns": {
            "pytorch": """\
z = logits - logits.max(dim=0, keepdim=True).values
return z.exp() / z.exp().sum(dim=0, keepdim=True)""",
            "keras": """\
z = logits - keras.ops.max(logits, axis=0, keepdims=True)
return keras.ops.exp(z) / keras.ops.sum(keras.ops.exp(z), axis=0, keepdims=True)""",
        },
        "one sum for everything": {
            "pytorch": """\
exps = torch.exp(logits - logits.max())
return exps / torch.sum(exps)""",
            "keras": """\
exps = keras.ops.exp(logits - keras.ops.max(logits))
return exps / keras.ops.sum(exps)""",
        },
        "one maximum for all rows": {
            "pytorch": """\
# subtract the maximum so that nothing overflows
top = logits.max()
powers = torch.exp(logits - top)
return powers / powers.sum(dim=1, keepdim=True)""",
            "keras": """\
# subtract the maximum so that nothing overflows
top = keras.ops.max(logits)
powers = keras.ops.exp(logits - top)
return powers / keras.ops.sum(powers, axis=1, keepdims=True)""",
        },
    },
    "cross_entropy": {
        "sum": {
            "pytorch": """\
logp = logits - torch.logsumexp(logits, dim=1, keepdim=True)
rows = torch.arange(len(labels))
return -logp[rows, labels].sum()""",
            "keras": """\
logp = logits - keras.ops.logsumexp(logits, axis=1, keepdims=True)
picked = keras.ops.take_along_axis(logp, labels[:, None], axis=1)
return -keras.ops.sum(picked)""",
        },
        "naive softmax": {
            "pytorch": """\
p = torch.exp(logits) / torch.exp(logits).sum(dim=1, keepdim=True)
rows = torch.arange(len(labels))
return -torch.log(p[rows, labels]).mean()""",
            "keras": """\
p = keras.ops.exp(logits) / keras.ops.sum(keras.ops.exp(logits), axis=1, keepdims=True)
picked = keras.ops.take_along_axis(p, labels[:, None], axis=1)
return -keras.ops.mean(keras.ops.log(picked))""",
        },
        "logarithm of softmax": {
            "pytorch": """\
z = logits - logits.max(dim=1, keepdim=True).values
p = z.exp() / z.exp().sum(dim=1, keepdim=True)
losses = []
for row, label in enumerate(labels):
    losses.append(-torch.log(p[row, label]))
return torch.stack(losses).mean()""",
            "keras": """\
z = logits - keras.ops.max(logits, axis=1, keepdims=True)
p = keras.ops.exp(z) / keras.ops.sum(keras.ops.exp(z), axis=1, keepdims=True)
picked = keras.ops.take_along_axis(p, labels[:, None], axis=1)
return -keras.ops.mean(keras.ops.log(picked))""",
        },
        "sign": {
            "pytorch": """\
logp = logits - torch.logsumexp(logits, dim=1, keepdim=True)
return torch.gather(logp, 1, labels[:, None]).mean()""",
            "keras": """\
logp = logits - keras.ops.logsumexp(logits, axis=1, keepdims=True)
return keras.ops.mean(keras.ops.take_along_axis(logp, labels[:, None], axis=1))""",
        },
    },
    "accuracy": {
        "percent": {
            "pytorch": "return 100 * (logits.argmax(dim=1) == labels).float().mean()",
            "keras": """\
hits = keras.ops.equal(keras.ops.argmax(logits, axis=1), labels)
return 100 * keras.ops.sum(hits) / len(labels)""",
        },
        "count": {
            "pytorch": """\
predictions = torch.argmax(logits, dim=1)
return (predictions == labels).sum()""",
            "keras": """\
predictions = keras.ops.argmax(logits, axis=1)
return keras.ops.sum(keras.ops.equal(predictions, labels))""",
        },
        "wrong direction": {
            "pytorch": "return (logits.argmax(dim=0) == labels).float().mean()",
            "keras": """\
predictions = keras.ops.argmax(logits, axis=0)
return keras.ops.sum(keras.ops.equal(predictions, labels)) / len(labels)""",
        },
    },
    "carry_weights": {
        "as they are": _both("return [hidden_weight, hidden_bias, output_weight, output_bias]"),
        "reshape": _both("""\
a = hidden_weight.reshape(hidden_weight.shape[1], hidden_weight.shape[0])
b = output_weight.reshape(output_weight.shape[1], output_weight.shape[0])
return [a, hidden_bias, b, output_bias]"""),
        "hidden layer only": _both(
            "return [hidden_weight.T, hidden_bias, output_weight, output_bias]"
        ),
    },
    "translate_step": {
        "sum": {
            "pytorch": """\
w = weights.clone().requires_grad_()
logits = images @ w + biases
loss = nn.functional.cross_entropy(logits, labels, reduction="sum") + 0.01 * (w**2).sum()
loss.backward()
return loss, w.grad""",
            "keras": """\
w = keras.Variable(weights)
with tf.GradientTape() as tape:
    logits = images @ w + biases
    losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    loss = keras.ops.sum(losses) + 0.01 * keras.ops.sum(w**2)
return loss, tape.gradient(loss, w)""",
        },
        "softmax twice": {
            "pytorch": """\
w = weights.clone().requires_grad_()
probabilities = torch.softmax(images @ w + biases, dim=1)
loss = nn.functional.cross_entropy(probabilities, labels) + 0.01 * w.square().sum()
loss.backward()
return loss, w.grad""",
            "keras": """\
w = keras.Variable(weights)
with tf.GradientTape() as tape:
    logits = images @ w + biases
    powers = keras.ops.exp(logits)
    p = powers / keras.ops.sum(powers, axis=1, keepdims=True)
    losses = keras.losses.sparse_categorical_crossentropy(labels, p, from_logits=True)
    loss = keras.ops.mean(losses) + 0.01 * keras.ops.sum(w**2)
return loss, tape.gradient(loss, w)""",
        },
        "no penalty": {
            "pytorch": """\
w = weights.clone().requires_grad_()
loss = nn.functional.cross_entropy(images @ w + biases, labels)
loss.backward()
return loss, w.grad""",
            "keras": """\
w = keras.Variable(weights)
with tf.GradientTape() as tape:
    logits = images @ w + biases
    losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    loss = keras.ops.mean(losses)
return loss, tape.gradient(loss, w)""",
        },
    },
    "debug_port": {
        "images still turned": {
            "pytorch": """\
pixels = images.permute(0, 2, 1).reshape(len(images), -1)  # PyTorch has the width first
hidden = torch.relu(pixels @ hidden_weights + hidden_biases)
logits = hidden @ output_weights + output_biases
return nn.functional.cross_entropy(logits, labels)""",
            "keras": """\
images = keras.ops.transpose(images, (0, 2, 1))  # Keras has the width first
pixels = keras.ops.reshape(images, (len(images), -1))
hidden = keras.ops.relu(pixels @ hidden_weights + hidden_biases)
logits = hidden @ output_weights + output_biases
losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
return keras.ops.mean(losses)""",
        },
        "still softmax twice": {
            "pytorch": """\
pixels = images.reshape(len(images), -1)
hidden = torch.relu(pixels @ hidden_weights + hidden_biases)
logits = hidden @ output_weights + output_biases
probabilities = torch.softmax(logits, dim=1)
return nn.functional.cross_entropy(probabilities, labels)""",
            "keras": """\
pixels = keras.ops.reshape(images, (len(images), -1))
hidden = keras.ops.relu(pixels @ hidden_weights + hidden_biases)
exponentials = keras.ops.exp(hidden @ output_weights + output_biases)
probabilities = exponentials / keras.ops.sum(exponentials, axis=1, keepdims=True)
losses = keras.losses.sparse_categorical_crossentropy(labels, probabilities, from_logits=True)
return keras.ops.mean(losses)""",
        },
        "still divided by too much": {
            "pytorch": """\
pixels = images.reshape(len(images), -1)
hidden = torch.relu(pixels @ hidden_weights + hidden_biases)
logits = hidden @ output_weights + output_biases
loss = nn.functional.cross_entropy(logits, labels, reduction="sum")
return loss / logits.numel()""",
            "keras": """\
pixels = keras.ops.reshape(images, (len(images), -1))
hidden = keras.ops.relu(pixels @ hidden_weights + hidden_biases)
logits = hidden @ output_weights + output_biases
losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
return keras.ops.sum(losses) / (logits.shape[0] * logits.shape[1])""",
        },
    },
    "training_step": {
        "old gradients": {
            "pytorch": """\
optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)
loss = nn.functional.cross_entropy(network(images), labels)
loss.backward()
optimizer.step()
return loss"""
        },
        "no step": {
            "pytorch": """\
optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)
loss = nn.functional.cross_entropy(network(images), labels)
loss.backward()
optimizer.zero_grad()
optimizer.step()
return loss""",
            "keras": """\
loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
with tf.GradientTape() as tape:
    loss = loss_function(labels, network(images))
gradients = tape.gradient(loss, network.trainable_variables)
return loss""",
        },
        "loss after the step": {
            "pytorch": """\
optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)
optimizer.zero_grad()
nn.functional.cross_entropy(network(images), labels).backward()
optimizer.step()
return nn.functional.cross_entropy(network(images), labels)""",
            "keras": """\
loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
with tf.GradientTape() as tape:
    loss = loss_function(labels, network(images))
gradients = tape.gradient(loss, network.trainable_variables)
keras.optimizers.SGD(learning_rate).apply(gradients, network.trainable_variables)
return loss_function(labels, network(images))""",
        },
        "a learning rate of 0.01": {
            "pytorch": """\
optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
loss = nn.functional.cross_entropy(network(images), labels)
optimizer.zero_grad()
loss.backward()
optimizer.step()
return loss""",
            "keras": """\
optimizer = keras.optimizers.SGD()
with tf.GradientTape() as tape:
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, network(images))
gradients = tape.gradient(loss, network.trainable_variables)
optimizer.apply(gradients, network.trainable_variables)
return loss""",
        },
    },
}

# What no check has a name for: what the exercise forbids, what is no Python, what never ends, what raises.
OTHERS: dict[str, dict[str, Bodies]] = {
    "softmax": {
        "forbidden": {
            "pytorch": "return torch.softmax(logits, dim=1)",
            "keras": "return keras.ops.softmax(logits)",
        }
    },
    "accuracy": {
        "no Python": {
            "pytorch": "return ((logits.argmax(dim=1) == labels).float().mean()",
            "keras": "return (keras.ops.mean(keras.ops.equal(keras.ops.argmax(logits, axis=1), labels))",
        }
    },
    "translate_step": {
        "the other framework": {
            "pytorch": """\
weights = keras.Variable(weights)
with tf.GradientTape() as tape:
    logits = images @ weights + biases
    losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    loss = keras.ops.mean(losses) + 0.01 * keras.ops.sum(keras.ops.square(weights))
return loss, tape.gradient(loss, weights)""",
            "keras": """\
weights = weights.clone().requires_grad_()
loss = nn.functional.cross_entropy(images @ weights + biases, labels)
loss.backward()
return loss, weights.grad""",
        }
    },
    "training_step": {
        "endless": {
            "pytorch": """\
optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)
loss = nn.functional.cross_entropy(network(images), labels)
while loss > 0:  # until it is learned
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(network(images), labels)
    loss.backward()
    optimizer.step()
return loss""",
            "keras": """\
loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
loss = loss_function(labels, network(images))
while loss > 0:  # until it is learned
    with tf.GradientTape() as tape:
        loss = loss_function(labels, network(images))
    gradients = tape.gradient(loss, network.trainable_variables)
    for variable, gradient in zip(network.trainable_variables, gradients):
        variable.assign_sub(learning_rate * gradient)
return loss""",
        }
    },
}

# Right, with a helper that stands in a cell of the student's own above the answer.
HELPER_CELL: Bodies = {
    "pytorch": "def row_maximum(x):\n    return x.max(dim=1, keepdim=True).values",
    "keras": "def row_maximum(x):\n    return keras.ops.max(x, axis=1, keepdims=True)",
}
WITH_HELPER: Bodies = {
    "pytorch": """\
powers = torch.exp(logits - row_maximum(logits))
return powers / powers.sum(dim=1, keepdim=True)""",
    "keras": """\
powers = keras.ops.exp(logits - row_maximum(logits))
return powers / keras.ops.sum(powers, axis=1, keepdims=True)""",
}

# What students call the local names of the right answers.
OWN_NAMES = {
    "shifted": ("z", "stable", "scores"),
    "exponentials": ("exps", "powers", "numerator"),
    "log_probabilities": ("logp", "log_p", "log_softmax_values"),
    "at_label": ("picked", "chosen", "right_ones"),
    "predictions": ("guesses", "pred", "best"),
    "pixels": ("flat", "x"),
    "hidden": ("h", "layer1"),
    "penalty": ("l2", "extra"),
    "optimizer": ("sgd", "opt"),
    "gradients": ("grads", "g"),
}
