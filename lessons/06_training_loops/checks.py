"""What the exercises on training loops must do, and the wrong answers that learners give."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lockstep.learn.arrays import to_array, to_tensor
from lockstep.learn.exercises import Answer, Case, Exercise, Inputs, Mistake

Generator = np.random.Generator
Array = np.ndarray

MOMENTUM = 0.9  # of the translated run
RUN_STEPS = 3  # how many steps the translated run takes
DISTINCT = 5e-4  # how far apart two answers must be, relative to the largest entry; ten tolerances
BATCH = 4  # the batch size of the measurement that is to be mended


def distinct(results: list[Any]) -> bool:
    """Say whether no two results are close to each other in every entry."""
    flat = [
        np.concatenate([np.ravel(part) for part in np.atleast_1d(result)]) for result in results
    ]
    return all(
        first.shape != second.shape or np.abs(first - second).max() > DISTINCT * np.abs(first).max()
        for number, first in enumerate(flat)
        for second in flat[:number]
    )


# 1. true_mean


def true_mean_cases(generator: Generator) -> list[Case]:
    """Return batches whose last one is short, and batches of wholly unlike sizes."""
    full = generator.integers(3, 7)
    short_last = np.array([2 * full, 2 * full, 2 * full, 1])
    unlike = generator.permutation([2, 5, 9, 14, 3])
    return [
        Case("four batches, the last one with a single example", batches(generator, short_last)),
        Case("five batches, all of another size", batches(generator, unlike)),
    ]


def batches(generator: Generator, sizes: Array) -> dict[str, Array]:
    """Return mean losses for batches of these sizes; the last is much larger."""
    means = generator.uniform(0.2, 1.0, size=len(sizes))
    means[-1] += generator.uniform(2, 4)
    return {"batch_means": means, "batch_sizes": sizes.astype(np.float64)}


def mean_of_means(batch_means: Array, batch_sizes: Array) -> Array:
    """Let every batch count the same."""
    return batch_means.mean()


def sum_of_losses(batch_means: Array, batch_sizes: Array) -> Array:
    """Add the losses of all examples up."""
    return (batch_means * batch_sizes).sum()


def divided_by_batches(batch_means: Array, batch_sizes: Array) -> Array:
    """Divide the sum of the losses by the number of batches."""
    return (batch_means * batch_sizes).mean()


def means_by_examples(batch_means: Array, batch_sizes: Array) -> Array:
    """Divide the sum of the means by the number of examples."""
    return batch_means.sum() / batch_sizes.sum()


def without_last(batch_means: Array, batch_sizes: Array) -> Array:
    """Leave the last batch out."""
    return np.average(batch_means[:-1], weights=batch_sizes[:-1])


# 2. clip_gradients


def clip_cases(generator: Generator) -> list[Case]:
    """Return two pairs of gradients, one of them long, each with two limits."""
    return [
        Case("two rows, limits of 1 and of 1000", gradients(generator, (3,), (4,), 1.0)),
        Case(
            "a table and a row, limits of 0.5 and of 1000", gradients(generator, (3, 2), (5,), 0.5)
        ),
    ]


def gradients(
    generator: Generator, first: tuple[int, ...], second: tuple[int, ...], limit: float
) -> dict[str, Any]:
    """Return two gradients of unlike length, both longer than the limit, with small numbers among large."""
    one, other = generator.normal(size=first), generator.normal(size=second)
    one = one / np.linalg.norm(one) * generator.uniform(6, 9)
    other = other / np.linalg.norm(other) * generator.uniform(2, 4)
    return {"first": one, "second": other, "limit": limit, "large_limit": 1000.0}


def two_limits(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Call the answer with the small and with the large limit."""
    results = {}
    for name in ("limit", "large_limit"):
        tensors = [to_tensor(inputs[key], framework) for key in ("first", "second")]
        pair = answer(*tensors, inputs[name])
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError("give back two gradients, as a tuple")
        for key, clipped in zip(("first", "second"), pair, strict=True):
            results[f"{key} gradient with a limit of {inputs[name]:g}"] = clipped
    return results


def clip_mistake(name: str, say: str, wrong: Callable[[Array, Array, float], Any]) -> Mistake:
    """Return a mistake of two gradients and a limit, in both frameworks."""

    def written(framework: str) -> Answer:
        def answer(first: Any, second: Any, limit: float) -> tuple[Any, Any]:
            one, other = wrong(to_array(first), to_array(second), limit)
            return to_tensor(one, framework), to_tensor(other, framework)

        return answer

    return Mistake(name, say=say, pytorch=written("pytorch"), keras=written("keras"))


def global_norm(first: Array, second: Array) -> float:
    """Return the norm of both together."""
    return float(np.sqrt((first**2).sum() + (second**2).sum()))


def clipped_each(first: Array, second: Array, limit: float) -> tuple[Array, Array]:
    """Clip each array by its own norm."""
    one, other = (array * min(1, limit / np.linalg.norm(array)) for array in (first, second))
    return one, other


def clipped_values(first: Array, second: Array, limit: float) -> tuple[Array, Array]:
    """Cut each number off."""
    return first.clip(-limit, limit), second.clip(-limit, limit)


def scaled_always(first: Array, second: Array, limit: float) -> tuple[Array, Array]:
    """Bring short gradients to the limit too."""
    factor = limit / global_norm(first, second)
    return first * factor, second * factor


def clipped_by_sum(first: Array, second: Array, limit: float) -> tuple[Array, Array]:
    """Add the two norms up."""
    factor = min(1, limit / float(np.linalg.norm(first) + np.linalg.norm(second)))
    return first * factor, second * factor


def clipped_without_root(first: Array, second: Array, limit: float) -> tuple[Array, Array]:
    """Forget the root."""
    factor = min(1, limit / global_norm(first, second) ** 2)
    return first * factor, second * factor


def not_clipped(first: Array, second: Array, limit: float) -> tuple[Array, Array]:
    """Give everything back as it is."""
    return first, second


# 3. early_stopping


def stop_right(losses: Array, patience: int) -> tuple[int, int]:
    """Return where training stops and the best epoch until then."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            break
    return epoch, best


def stop_one_early(losses: Array, patience: int) -> tuple[int, int]:
    """Stop an epoch too early."""
    return stop_right(losses, patience - 1)


def stop_one_late(losses: Array, patience: int) -> tuple[int, int]:
    """Stop an epoch too late."""
    return stop_right(losses, patience + 1)


def stop_against_last(losses: Array, patience: int) -> tuple[int, int]:
    """Compare with the epoch before in place of the best."""
    waited, best = 0, 0
    for epoch in range(len(losses)):
        if epoch == 0 or losses[epoch] < losses[epoch - 1]:
            waited, best = 0, epoch
        else:
            waited += 1
        if waited == patience:
            break
    return epoch, best


def stop_without_reset(losses: Array, patience: int) -> tuple[int, int]:
    """Go on counting after a better epoch."""
    waited, best = 0, 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch > 0:
            waited += 1
        if waited == patience:
            break
    return epoch, best


def stop_tie_counts(losses: Array, patience: int) -> tuple[int, int]:
    """Take an epoch that only equals the best for a better one."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss <= losses[best]:
            best = epoch
        if epoch - best == patience:
            break
    return epoch, best


def stop_best_of_all(losses: Array, patience: int) -> tuple[int, int]:
    """Look for the best epoch among those too that come after the end."""
    epoch, _ = stop_right(losses, patience)
    return epoch, int(np.argmin(losses))


def stop_never(losses: Array, patience: int) -> tuple[int, int]:
    """Look at all the epochs."""
    return len(losses) - 1, int(np.argmin(losses))


def stop_keeps_last(losses: Array, patience: int) -> tuple[int, int]:
    """Give the last epoch for the best."""
    epoch, _ = stop_right(losses, patience)
    return epoch, epoch


def stop_counted_from_one(losses: Array, patience: int) -> tuple[int, int]:
    """Count epochs from 1."""
    epoch, best = stop_right(losses, patience)
    return epoch + 1, best + 1


def stop_at_length(losses: Array, patience: int) -> tuple[int, int]:
    """Give the number of epochs where patience never runs out."""
    epoch, best = stop_right(losses, patience)
    return epoch if epoch - best >= patience else len(losses), best


def stop_swapped(losses: Array, patience: int) -> tuple[int, int]:
    """Give the best epoch first."""
    epoch, best = stop_right(losses, patience)
    return best, epoch


STOP_WRONG = (
    stop_one_early,
    stop_one_late,
    stop_against_last,
    stop_without_reset,
    stop_tie_counts,
    stop_best_of_all,
    stop_never,
    stop_keeps_last,
    stop_counted_from_one,
    stop_swapped,
)


def with_all_and_with_few(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Call the answer with all losses, and with two, for which patience never runs out."""
    found = {}
    for losses, of in [
        (inputs["validation_losses"], ""),
        (inputs["validation_losses"][:2], " of the first two"),
    ]:
        pair = answer(to_tensor(losses, framework), inputs["patience"])
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            return {"result": pair}
        found[f"the last epoch{of}"], found[f"the best epoch{of}"] = pair
    return found


def stop_inputs(generator: Generator, epochs: int, patience: int) -> dict[str, Any]:
    """Draw validation losses until every wrong answer gives numbers of its own.

    They have one decimal, so that two epochs may have the same loss.
    """
    while True:
        losses = 2 / np.sqrt(1 + np.arange(epochs)) + generator.normal(scale=0.3, size=epochs)
        losses = losses.round(1)
        results = {stop_right(losses, patience)}
        results |= {wrong(losses, patience) for wrong in STOP_WRONG}
        if len(results) == 1 + len(STOP_WRONG):
            return {"validation_losses": losses, "patience": patience}


def stop_cases(generator: Generator) -> list[Case]:
    """Return two rows of losses that waver."""
    return [
        Case("sixteen epochs, a patience of 2", stop_inputs(generator, 16, 2)),
        Case("twenty-four epochs, a patience of 3", stop_inputs(generator, 24, 3)),
    ]


# 4. warmup_cosine


def schedule_cases(generator: Generator) -> list[Case]:
    """Return two schedules whose warm-up and decay are of unlike length."""
    return [
        Case("4 steps of warm-up, 12 steps in all", schedule_inputs(generator, 4, 12)),
        Case("6 steps of warm-up, 30 steps in all", schedule_inputs(generator, 6, 30)),
    ]


def schedule_inputs(generator: Generator, warm_up: int, steps: int) -> dict[str, Any]:
    """Return all the steps of a schedule with a peak of its own."""
    return {
        "step": np.arange(steps, dtype=np.float64),
        "peak": float(generator.uniform(0.1, 0.9)),
        "warm_up": warm_up,
        "steps": steps,
    }


def schedule(
    step: Array,
    peak: float,
    warm_up: int,
    steps: int,
    *,
    first: int = 1,
    begins: int | None = None,
    lasts: int | None = None,
    wave: float = np.pi,
) -> Array:
    """Return the rates with one thing done differently.

    Parameters
    ----------
    step, peak, warm_up, steps
        As the exercise has them.
    first
        What is added to the step in the warm-up.
    begins, lasts
        Where the cosine begins and how long it lasts.
    wave
        The angle at which the cosine ends.
    """
    begins = warm_up if begins is None else begins
    lasts = steps - warm_up if lasts is None else lasts
    falling = peak * (1 + np.cos(wave * (step - begins) / lasts)) / 2
    return np.where(step < warm_up, peak * (step + first) / warm_up, falling)


def schedule_from_zero(step: Array, peak: float, warm_up: int, steps: int) -> Array:
    """Begin the warm-up at zero."""
    return schedule(step, peak, warm_up, steps, first=0)


def schedule_not_moved(step: Array, peak: float, warm_up: int, steps: int) -> Array:
    """Begin the cosine at step 0."""
    return schedule(step, peak, warm_up, steps, begins=0, lasts=steps)


def schedule_too_long(step: Array, peak: float, warm_up: int, steps: int) -> Array:
    """Move the cosine and divide by all the steps."""
    return schedule(step, peak, warm_up, steps, lasts=steps)


def schedule_whole_wave(step: Array, peak: float, warm_up: int, steps: int) -> Array:
    """Take a whole wave in place of half of one."""
    return schedule(step, peak, warm_up, steps, wave=2 * np.pi)


def schedule_not_halved(step: Array, peak: float, warm_up: int, steps: int) -> Array:
    """Forget to divide by two."""
    return np.where(step < warm_up, 1, 2) * schedule(step, peak, warm_up, steps)


def schedule_bare_cosine(step: Array, peak: float, warm_up: int, steps: int) -> Array:
    """Forget the 1 that keeps the rate from going below zero."""
    bare = peak * np.cos(np.pi * (step - warm_up) / (steps - warm_up))
    return np.where(step < warm_up, peak * (step + 1) / warm_up, bare)


def schedule_one_step_long(step: Array, peak: float, warm_up: int, steps: int) -> Array:
    """Let the warm-up take one step too many."""
    right = schedule(step, peak, warm_up, steps)
    return np.where(step == warm_up, peak * (step + 1) / warm_up, right)


def schedule_without_warm_up(step: Array, peak: float, warm_up: int, steps: int) -> Array:
    """Leave the warm-up out."""
    return peak * (1 + np.cos(np.pi * step / steps)) / 2


# 5. momentum_step


def momentum_cases(generator: Generator) -> list[Case]:
    """Return weights with three gradients each."""
    return [
        Case("four weights, momentum 0.9", momentum_inputs(generator, (4,), 0.2, 0.9)),
        Case("a table of 3 by 2, momentum 0.5", momentum_inputs(generator, (3, 2), 0.3, 0.5)),
    ]


def momentum_inputs(
    generator: Generator, shape: tuple[int, ...], learning_rate: float, momentum: float
) -> dict[str, Any]:
    """Return weights, three gradients and the optimiser's settings."""
    return {
        "weights": generator.normal(size=shape),
        "gradients": generator.normal(size=(3, *shape)),
        "learning_rate": learning_rate,
        "momentum": momentum,
    }


def three_steps(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Take three steps with the answer; before the third, weights and velocity go through arrays."""
    weights = to_tensor(inputs["weights"], framework)
    velocity = to_tensor(np.zeros_like(inputs["weights"]), framework)
    results = {}
    for number, gradient in enumerate(inputs["gradients"], start=1):
        settings = inputs["learning_rate"], inputs["momentum"]
        pair = answer(weights, velocity, to_tensor(gradient, framework), *settings)
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError("give back the weights and the velocity, as a tuple")
        weights, velocity = pair
        if number == 2:
            weights, velocity = (to_tensor(to_array(part).copy(), framework) for part in pair)
        results[f"weights after step {number}"] = to_array(weights).copy()
        results[f"velocity after step {number}"] = to_array(velocity).copy()
    return results


def momentum_mistake(name: str, say: str, wrong: Callable[..., tuple[Any, Any]]) -> Mistake:
    """Return a mistake that plain arithmetic makes, the same code in both frameworks."""
    return Mistake(name, say=say, pytorch=wrong, keras=wrong)


def momentum_old_velocity(w: Any, v: Any, g: Any, rate: float, momentum: float) -> tuple[Any, Any]:
    """Move along the old velocity."""
    return w - rate * v, momentum * v + g


def momentum_old_returned(w: Any, v: Any, g: Any, rate: float, momentum: float) -> tuple[Any, Any]:
    """Give the old velocity back."""
    return w - rate * (momentum * v + g), v


def momentum_rate_inside(w: Any, v: Any, g: Any, rate: float, momentum: float) -> tuple[Any, Any]:
    """Put the learning rate into the velocity."""
    new = momentum * v - rate * g
    return w + new, new


def momentum_damped(w: Any, v: Any, g: Any, rate: float, momentum: float) -> tuple[Any, Any]:
    """Take a weighted mean of old velocity and gradient."""
    new = momentum * v + (1 - momentum) * g
    return w - rate * new, new


def momentum_uphill(w: Any, v: Any, g: Any, rate: float, momentum: float) -> tuple[Any, Any]:
    """Move along the velocity."""
    new = momentum * v + g
    return w + rate * new, new


def momentum_none(w: Any, v: Any, g: Any, rate: float, momentum: float) -> tuple[Any, Any]:
    """Take a plain step and keep the gradient as the velocity."""
    return w - rate * g, g


def momentum_no_rate(w: Any, v: Any, g: Any, rate: float, momentum: float) -> tuple[Any, Any]:
    """Forget the learning rate."""
    new = momentum * v + g
    return w - new, new


def momentum_swapped(w: Any, v: Any, g: Any, rate: float, momentum: float) -> tuple[Any, Any]:
    """Give the velocity back first."""
    new = momentum * v + g
    return new, w - rate * new


def momentum_plus_rate(w: Any, v: Any, g: Any, rate: float, momentum: float) -> tuple[Any, Any]:
    """Put the learning rate into the velocity, and take that away."""
    new = momentum * v + rate * g
    return w - new, new


# 6. translate_run


def run_cases(generator: Generator) -> list[Case]:
    """Return two layers whose gradient is longer than the limit in all three steps."""
    return [
        Case("six images of five pixels, three classes", run_inputs(generator, 6, 5, 3, 0.5)),
        Case("nine images of four pixels, four classes", run_inputs(generator, 9, 4, 4, 0.8)),
    ]


def run_inputs(
    generator: Generator, rows: int, inputs: int, classes: int, learning_rate: float
) -> dict[str, Any]:
    """Draw images and weights until the gradient is long at the start, with a limit of a third of it."""
    while True:
        images = generator.uniform(0, 2, size=(rows, inputs))
        labels = np.arange(rows) % classes
        weights = generator.normal(size=(inputs, classes)) * 2
        norm = float(np.linalg.norm(gradient_of(images, labels, weights)))
        drawn = {"images": images, "labels": labels, "weights": weights}
        drawn |= {"learning_rate": learning_rate, "limit": round(norm / 3, 2)}
        if norm > 1 and distinct([run(**drawn), *(wrong(**drawn) for wrong in RUN_WRONG)]):
            return drawn


def gradient_of(images: Array, labels: Array, weights: Array) -> Array:
    """Return the gradient of the mean cross-entropy of one layer."""
    logits = images @ weights
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return images.T @ (probabilities - np.eye(weights.shape[1])[labels]) / len(labels)


def gradient_as_probabilities(images: Array, labels: Array, weights: Array) -> Array:
    """Return the gradient of what Keras computes where it expects probabilities and gets logits.

    It cuts them off at 0 and 1 and divides by their sum; what is cut off has no gradient.
    """
    logits = images @ weights
    cut = np.clip(logits, 1e-7, 1 - 1e-7)
    slopes = 1 / cut.sum(axis=1, keepdims=True) - np.eye(weights.shape[1])[labels] / cut
    return images.T @ np.where(cut == logits, slopes, 0.0) / len(labels)


def run(
    images: Array,
    labels: Array,
    weights: Array,
    learning_rate: float,
    limit: float,
    *,
    clip: str = "norm",
    momentum: float = MOMENTUM,
    forget: bool = True,
    steps: int = RUN_STEPS,
    gradient: Callable[[Array, Array, Array], Array] = gradient_of,
) -> Array:
    """Return the weights after the run with one thing done differently.

    Parameters
    ----------
    images, labels, weights, learning_rate, limit
        As the exercise has them.
    clip
        What is clipped: the gradient's "norm", each "value", the "velocity", or "nothing".
    momentum
        The share of the velocity that is kept.
    forget
        Whether the gradients of the steps before are cleared.
    steps
        How many steps are taken.
    gradient
        What gives the gradient.
    """
    velocity = kept = np.zeros_like(weights)
    for _ in range(steps):
        kept = gradient(images, labels, weights) + (0 if forget else kept)
        if clip == "norm":
            kept = shortened(kept, limit)
        elif clip == "value":
            kept = kept.clip(-limit, limit)
        velocity = momentum * velocity + kept
        if clip == "velocity":
            velocity = shortened(velocity, limit)
        weights = weights - learning_rate * velocity
    return weights


def shortened(array: Array, limit: float) -> Array:
    """Return the array, no longer than the limit."""
    return array * (limit / max(limit, float(np.linalg.norm(array))))


def run_unclipped(
    images: Array, labels: Array, weights: Array, learning_rate: float, limit: float
) -> Array:
    """Clip nothing."""
    return run(images, labels, weights, learning_rate, limit, clip="nothing")


def run_values(
    images: Array, labels: Array, weights: Array, learning_rate: float, limit: float
) -> Array:
    """Cut each number off."""
    return run(images, labels, weights, learning_rate, limit, clip="value")


def run_velocity(
    images: Array, labels: Array, weights: Array, learning_rate: float, limit: float
) -> Array:
    """Clip the velocity."""
    return run(images, labels, weights, learning_rate, limit, clip="velocity")


def run_without_momentum(
    images: Array, labels: Array, weights: Array, learning_rate: float, limit: float
) -> Array:
    """Leave the momentum out, or make a fresh optimiser in each step."""
    return run(images, labels, weights, learning_rate, limit, momentum=0.0)


def run_uncleared(
    images: Array, labels: Array, weights: Array, learning_rate: float, limit: float
) -> Array:
    """Add each gradient to the clipped ones before."""
    return run(images, labels, weights, learning_rate, limit, forget=False)


def run_as_probabilities(
    images: Array, labels: Array, weights: Array, learning_rate: float, limit: float
) -> Array:
    """Forget in Keras that these are logits."""
    return run(images, labels, weights, learning_rate, limit, gradient=gradient_as_probabilities)


def run_one_step(
    images: Array, labels: Array, weights: Array, learning_rate: float, limit: float
) -> Array:
    """Take one step."""
    return run(images, labels, weights, learning_rate, limit, steps=1)


def run_no_step(
    images: Array, labels: Array, weights: Array, learning_rate: float, limit: float
) -> Array:
    """Give the weights back as they came."""
    return weights


RUN_WRONG = (
    run_unclipped,
    run_values,
    run_velocity,
    run_without_momentum,
    run_uncleared,
    run_as_probabilities,
    run_one_step,
    run_no_step,
)


# 7. debug_evaluate


def evaluate_cases(generator: Generator) -> list[Case]:
    """Return nine images and thirteen: the last batch holds one."""
    return [
        Case("nine images in batches of four", evaluate_inputs(generator, 9, 3)),
        Case("thirteen images in batches of four", evaluate_inputs(generator, 13, 4)),
    ]


def evaluate_inputs(generator: Generator, rows: int, classes: int) -> dict[str, Any]:
    """Draw a layer and a mask until each set of faults gives numbers of its own."""
    while True:
        weights = generator.normal(size=(6, classes))
        images = generator.normal(size=(rows, 6))
        labels = (images @ weights).argmax(axis=1)
        labels[generator.random(rows) < 0.35] = generator.integers(0, classes)
        mask = np.where(generator.random(6) < 0.5, 0.0, 2.0)
        drawn = {"images": images, "labels": labels, "weights": weights, "mask": mask}
        results = [
            np.array(measured(**drawn, mode=mode, mean=mean, share=share))
            for mode in (False, True)
            for mean in (False, True)
            for share in (False, True)
        ]
        if 0 < mask.sum() < 2 * len(mask) and distinct(results) and results[0][1] > 0:
            return drawn


def measured(
    images: Array,
    labels: Array,
    weights: Array,
    mask: Array,
    *,
    mode: bool = False,
    mean: bool = False,
    share: bool = False,
) -> tuple[float, float]:
    """Return loss and accuracy with some of the port's faults left in.

    Parameters
    ----------
    images, labels, weights, mask
        The data, the layer, and what train mode multiplies the images with.
    mode
        Whether it is measured in train mode.
    mean
        Whether the loss is the mean of the batch means.
    share
        Whether the last batch counts as a full one in the accuracy.
    """
    logits = (images * mask if mode else images) @ weights
    largest = logits.max(axis=1, keepdims=True)
    log_sums = largest[:, 0] + np.log(np.exp(logits - largest).sum(axis=1))
    losses = log_sums - logits[np.arange(len(labels)), labels]
    right = int((logits.argmax(axis=1) == labels).sum())
    parts = [losses[start : start + BATCH] for start in range(0, len(losses), BATCH)]
    loss = np.mean([part.mean() for part in parts]) if mean else losses.mean()
    return float(loss), right / (BATCH * len(parts) if share else len(labels))


def with_network(answer: Answer, inputs: Inputs, framework: str) -> Any:
    """Build the network, hand it over with the data, and return loss and accuracy."""
    build = pytorch_network if framework == "pytorch" else keras_network
    network = build(inputs["weights"], inputs["mask"])
    data = to_tensor(inputs["images"], framework), to_tensor(inputs["labels"], framework)
    pair = answer(network, *data)
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise TypeError("give back the loss and the accuracy, as a tuple")
    return {"loss": pair[0], "accuracy": pair[1]}


def pytorch_network(weights: Array, mask: Array) -> Any:
    """Return a layer that multiplies its input with the mask in train mode; it is in train mode."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weights = nn.Parameter(to_tensor(weights, "pytorch"))
            self.register_buffer("mask", to_tensor(mask, "pytorch"))

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return (images * self.mask if self.training else images) @ self.weights

    return Network()


def keras_network(weights: Array, mask: Array) -> Any:
    """Return a model that multiplies its input with the mask in train mode."""
    import keras

    class Network(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.factors = to_tensor(weights, "keras")
            self.mask = to_tensor(mask, "keras")

        def call(self, images: Any, training: bool = False) -> Any:
            return (images * self.mask if training else images) @ self.factors

    return Network()


def left_in(name: str, say: str, **faults: bool) -> Mistake:
    """Return the mistake of leaving some of the port's faults in, in both frameworks."""

    def in_pytorch(network: Any, images: Any, labels: Any) -> tuple[float, float]:
        arrays = [to_array(part) for part in (images, labels, network.weights, network.mask)]
        return measured(*arrays, **faults)

    def in_keras(network: Any, images: Any, labels: Any) -> tuple[float, float]:
        arrays = [to_array(part) for part in (images, labels, network.factors, network.mask)]
        return measured(*arrays, **faults)

    return Mistake(name, say=say, pytorch=in_pytorch, keras=in_keras)


EXERCISES = [
    Exercise(
        name="true_mean",
        difficulty=1,
        minutes=4,
        points=1,
        cases=true_mean_cases,
        mistakes=[
            Mistake(
                "mean of the means",
                say="This is the mean of the batch means: a batch with a single example counts as much as a full "
                "one. Let each batch count as often as it has examples.",
                numpy=mean_of_means,
            ),
            Mistake(
                "sum",
                say="This is the sum of all losses. Divide it by the number of all examples.",
                numpy=sum_of_losses,
            ),
            Mistake(
                "divided by the batches",
                say="The sum of all losses is right, and then it was divided by the number of *batches*. Divide by "
                "the number of examples.",
                numpy=divided_by_batches,
            ),
            Mistake(
                "means by examples",
                say="You divided by the number of examples, and above the line the sizes are missing: each mean "
                "stands for as many losses as its batch is long.",
                numpy=means_by_examples,
            ),
            Mistake(
                "last batch left out",
                say="The last batch is missing. It is short, but its examples count like all others.",
                numpy=without_last,
            ),
        ],
        hints=[
            "A batch of 8 with the mean 0.5 stands for 8 losses. What do these add up to?",
            "Mean times size gives back the sum of a batch's losses. Add these sums up, and count the examples.",
            "The sum of `batch_means * batch_sizes`, divided by the sum of `batch_sizes`.",
        ],
    ),
    Exercise(
        name="clip_gradients",
        difficulty=2,
        minutes=8,
        points=2,
        cases=clip_cases,
        call=two_limits,
        forbidden=(
            "clip_grad_norm_",
            "clip_by_global_norm",
            "global_clipnorm",
            "clip_grads_with_norm_",
        ),
        mistakes=[
            clip_mistake(
                "each by its own norm",
                "Each gradient was clipped by its *own* norm, as Keras's `clipnorm` does. Work out one norm of both "
                "together, and shrink both by the same factor.",
                clipped_each,
            ),
            clip_mistake(
                "values",
                "Each number was cut off at the limit. That changes the direction. Multiply all numbers with one "
                "factor.",
                clipped_values,
            ),
            clip_mistake(
                "always scaled",
                "With the large limit the gradients were made *longer*. A gradient within the limit stays as it is: "
                "the factor is never above 1.",
                scaled_always,
            ),
            clip_mistake(
                "norms added",
                "You added the two norms up. Add the squares of all numbers, and take the root of that.",
                clipped_by_sum,
            ),
            clip_mistake(
                "no root",
                "The gradients became too short: you divided by the sum of the squares. The norm is the root of it.",
                clipped_without_root,
            ),
            clip_mistake(
                "not clipped",
                "The gradients came back as they were. With the small limit they must shrink.",
                not_clipped,
            ),
        ],
        hints=[
            "Two gradients, but *one* norm: think of all their numbers in one long row.",
            "The norm is the root of the sum of all squares, of both tensors. The factor is limit / norm, but never "
            "above 1.",
            "`norm = sqrt(sum(first**2) + sum(second**2))`, `factor = min(1, limit / norm)`, and return both gradients "
            "times the factor.",
        ],
    ),
    Exercise(
        name="early_stopping",
        difficulty=2,
        minutes=10,
        points=3,
        cases=stop_cases,
        call=with_all_and_with_few,
        mistakes=[
            Mistake(
                "one epoch early",
                say="Training stops one epoch too early. With a patience of 2, two epochs may fail to beat the best, "
                "and training stops after the second.",
                numpy=stop_one_early,
            ),
            Mistake(
                "one epoch late",
                say="Training stops one epoch too late. It stops *after* the epoch that uses up the patience, not "
                "after the next one.",
                numpy=stop_one_late,
            ),
            Mistake(
                "compared with the epoch before",
                say="You compared each epoch with the one *before*. A loss that goes up and a little down again would "
                "count as progress. Compare with the best so far.",
                numpy=stop_against_last,
            ),
            Mistake(
                "never reset",
                say="The count of epochs without progress was never set back. A new best loss renews the patience.",
                numpy=stop_without_reset,
            ),
            Mistake(
                "a tie counts",
                say="An epoch that only *equals* the best loss counted as better. It must be below it: `<`, not `<=`.",
                numpy=stop_tie_counts,
            ),
            Mistake(
                "best of all",
                say="It stops at the right epoch. The best epoch was looked for among all of them, and this one comes "
                "after the end: it was never trained.",
                numpy=stop_best_of_all,
            ),
            Mistake(
                "never stopped",
                say="Your training went on to the last epoch. It stops when `patience` epochs in a row have not beaten "
                "the *best* loss. (To be better than the epoch before is not enough.) What comes later is not "
                "known then.",
                numpy=stop_never,
            ),
            Mistake(
                "last epoch as the best",
                say="It stops at the right epoch. The best epoch lies further back: the patience was spent waiting "
                "for a better one.",
                numpy=stop_keeps_last,
            ),
            Mistake(
                "the number of epochs",
                say="It is right where patience runs out. Where it never does, training stops after the last epoch, "
                "and that one is the number of epochs minus 1: the first is epoch 0.",
                numpy=stop_at_length,
            ),
            Mistake(
                "counted from one",
                say="Right, but you count from 1. Here the first epoch is epoch 0.",
                numpy=stop_counted_from_one,
            ),
            Mistake(
                "swapped",
                say="Both numbers are right, in the other order: first the epoch after which it stops, then the best.",
                numpy=stop_swapped,
            ),
        ],
        hints=[
            "Go through the epochs and remember two things: the best epoch so far, and how long ago it was.",
            "In each epoch: is the loss below the best one? Then this is the best epoch. Is the best epoch `patience` "
            "epochs ago? Then stop.",
            "`if validation_losses[epoch] < validation_losses[best_epoch]: best_epoch = epoch`, then "
            "`if epoch - best_epoch == patience: break`. "
            "After the loop return `epoch, best_epoch`.",
        ],
    ),
    Exercise(
        name="warmup_cosine",
        difficulty=2,
        minutes=8,
        points=2,
        cases=schedule_cases,
        tolerance=1e-4,
        mistakes=[
            Mistake(
                "warm-up from zero",
                say="The first step has a rate of 0, so it is wasted. Step 0 has `peak / warm_up`: use `step + 1`.",
                numpy=schedule_from_zero,
            ),
            Mistake(
                "cosine not moved",
                say="The warm-up is right. The cosine begins at step 0, so at the end of the warm-up it has fallen "
                "already. It begins at step `warm_up` and lasts `steps - warm_up`.",
                numpy=schedule_not_moved,
            ),
            Mistake(
                "cosine too long",
                say="The cosine begins at the right step and is stretched: it does not come down to 0. After the "
                "warm-up only `steps - warm_up` steps are left.",
                numpy=schedule_too_long,
            ),
            Mistake(
                "whole wave",
                say="The rate goes down and up again: that is a whole wave. Half of one ends at the angle π, not 2π.",
                numpy=schedule_whole_wave,
            ),
            Mistake(
                "not halved",
                say="After the warm-up the rate is twice as high as `peak`. `1 + cos` goes from 2 to 0, so halve it.",
                numpy=schedule_not_halved,
            ),
            Mistake(
                "bare cosine",
                say="The rate becomes negative, and training would climb. The cosine goes from 1 to −1: add 1 and "
                "halve it.",
                numpy=schedule_bare_cosine,
            ),
            Mistake(
                "one step too many in the warm-up",
                say="In step `warm_up` the rate goes above `peak`. That step belongs to the cosine: `<`, not `<=`.",
                numpy=schedule_one_step_long,
            ),
            Mistake(
                "no warm-up",
                say="This is the cosine without any warm-up. In the steps before `warm_up` the rate rises.",
                numpy=schedule_without_warm_up,
            ),
        ],
        hints=[
            "Two formulas, one for the steps before `warm_up`, one for the others. Then choose between them with "
            "`where`.",
            "Rising: `peak * (step + 1) / warm_up`. Falling: which share of the remaining steps has passed? Its cosine "
            "runs from 1 to −1 while the share times π runs from 0 to π.",
            "`share = (step - warm_up) / (steps - warm_up)`, falling is `peak * (1 + cos(pi * share)) / 2`, and "
            "`where(step < warm_up, rising, falling)` chooses.",
        ],
    ),
    Exercise(
        name="momentum_step",
        difficulty=1,
        minutes=5,
        points=2,
        cases=momentum_cases,
        call=three_steps,
        mistakes=[
            momentum_mistake(
                "moved along the old velocity",
                "The velocity is right, and the weights moved along the *old* one. They are always one gradient late.",
                momentum_old_velocity,
            ),
            momentum_mistake(
                "old velocity given back",
                "The first step is right. The velocity that you give back is the old one, so nothing is ever "
                "remembered. Give back the new one.",
                momentum_old_returned,
            ),
            momentum_mistake(
                "rate inside",
                "The weights are right. Your velocity holds the learning rate and a minus, as Keras's does. Here it "
                "is momentum times the old one plus the gradient.",
                momentum_rate_inside,
            ),
            momentum_mistake(
                "damped",
                "You took a weighted mean, with `1 - momentum` before the gradient. Here the gradient counts in full.",
                momentum_damped,
            ),
            momentum_mistake(
                "uphill",
                "The weights moved *along* the velocity, uphill. Take it away.",
                momentum_uphill,
            ),
            momentum_mistake(
                "no momentum",
                "This is a plain step: the old velocity has no part in it.",
                momentum_none,
            ),
            momentum_mistake(
                "swapped",
                "Both are right after the first step, in the other order. The weights come first, then the velocity.",
                momentum_swapped,
            ),
            momentum_mistake(
                "rate in the velocity",
                "The weights are right. The learning rate went into your velocity. Here the gradient enters it in "
                "full, and the rate comes in only where the weights move.",
                momentum_plus_rate,
            ),
            momentum_mistake(
                "no learning rate",
                "The velocity is right. The weights moved by the whole of it; multiply with the learning rate first.",
                momentum_no_rate,
            ),
        ],
        hints=[
            "Two lines: first the new velocity, then the weights.",
            "The new velocity is what the weights use, and what is given back.",
            "`velocity = momentum * velocity + gradient`, then return `weights - learning_rate * velocity, velocity`.",
        ],
    ),
    Exercise(
        name="translate_run",
        difficulty=2,
        minutes=12,
        points=3,
        cases=run_cases,
        tolerance=5e-5,
        mistakes=[
            Mistake(
                "not clipped",
                say="Nothing was clipped. In PyTorch that is a line between `backward` and `step`; in Keras it is an "
                "argument of the optimiser.",
                numpy=run_unclipped,
            ),
            Mistake(
                "values clipped",
                say="Each number of the gradient was cut off at the limit. The original clips the norm: "
                "`clip_grad_norm_` in PyTorch, `global_clipnorm` in Keras.",
                numpy=run_values,
            ),
            Mistake(
                "velocity clipped",
                say="You clipped the velocity. The gradient is clipped first, and then it goes into the velocity.",
                numpy=run_velocity,
            ),
            Mistake(
                "no momentum",
                say="There is no momentum in this run. Either it was not given, or each step made a new optimiser, "
                "which knows no velocity yet.",
                numpy=run_without_momentum,
            ),
            Mistake(
                "gradients not cleared",
                say="Each step added its gradient to the one before. In PyTorch `zero_grad` clears it.",
                numpy=run_uncleared,
            ),
            Mistake(
                "logits taken for probabilities",
                say="The logits were taken for probabilities. Keras's loss has to be told: `from_logits=True`.",
                numpy=run_as_probabilities,
            ),
            Mistake(
                "one step",
                say="These are the weights after one step. Take three. (Does `return` stand inside the loop?)",
                numpy=run_one_step,
            ),
            Mistake(
                "no step",
                say="The weights came back as they were. Was a copy trained, and the original returned?",
                numpy=run_no_step,
            ),
        ],
        hints=[
            "The summary page of the lesson has a row for each piece: momentum, clipping, one step.",
            "PyTorch clips between `backward` and `step`, with a function. Keras clips inside the optimiser, which is "
            "told when it is made. Make the optimiser once, before the loop.",
            "PyTorch: `nn.Parameter(weights)`, `torch.optim.SGD([weights], lr=learning_rate, momentum=0.9)`, and in "
            "the loop loss, `zero_grad`, `backward`, `nn.utils.clip_grad_norm_([weights], limit)`, `step`. Keras: "
            "`keras.Variable(weights)`, `keras.optimizers.SGD(learning_rate, momentum=0.9, global_clipnorm=limit)`, "
            "and in the loop tape, gradient, `apply`.",
        ],
    ),
    Exercise(
        name="debug_evaluate",
        difficulty=3,
        minutes=12,
        points=4,
        cases=evaluate_cases,
        call=with_network,
        mistakes=[
            left_in(
                "as it was",
                "This is what the code gave as it stood. Ask three things: in which mode is measured, how long is the "
                "last batch, and by how many images is divided?",
                mode=True,
                mean=True,
                share=True,
            ),
            left_in(
                "still in train mode",
                "Loss and accuracy are averaged rightly now. The network is still in train mode: half of its inputs "
                "are dropped.",
                mode=True,
            ),
            left_in(
                "still a mean of means",
                "Mode and accuracy are right now. The loss is still the mean of the batch means, and the last batch "
                "holds a single image. Add up the losses of all images and divide by their number.",
                mean=True,
            ),
            left_in(
                "accuracy still divided by full batches",
                "Mode and loss are right now. The accuracy still counts the last batch as a full one. Divide by the "
                "number of images.",
                share=True,
            ),
            left_in(
                "mode and loss",
                "The accuracy is divided by the right number now. Two faults are left: the mode, and the loss, which "
                "is a mean of means.",
                mode=True,
                mean=True,
            ),
            left_in(
                "mode and accuracy",
                "The loss is averaged rightly now. Two faults are left: the mode, and the number by which the right "
                "predictions are divided.",
                mode=True,
                share=True,
            ),
            left_in(
                "loss and accuracy",
                "The mode is right now. Two faults are left, and both come from the last batch, which is not full.",
                mean=True,
                share=True,
            ),
        ],
        hints=[
            "Three places: the mode, the mean of the losses, the number below the accuracy.",
            "What does a layer such as dropout do in train mode? And with nine images in batches of four, how many "
            "does the last batch hold?",
            "Measure in eval mode (`network.eval()`; in Keras `training=False`). Add up the losses of the images, not "
            "of the batches, and divide both sums by `len(images)`.",
        ],
    ),
]
