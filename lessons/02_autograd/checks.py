"""What the exercises on gradients must do, and the wrong answers that learners give."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lockstep.learn.exercises import Answer, Case, Exercise, Inputs, Mistake

Generator = np.random.Generator
Array = np.ndarray
Function = Callable[[Array], Any]

DISCOUNT = 0.9  # how much the next prediction counts in a goal that moves

# 1. slope_of_wave


def wave_cases(generator: Generator) -> list[Case]:
    """Return two rows of places, none of them at 0, where many slopes would be equal."""
    return [
        Case("five places from 0.5 to 3", {"x": generator.uniform(0.5, 3, size=5)}),
        Case("seven places from −4 to −1", {"x": generator.uniform(-4, -1, size=7)}),
    ]


def wave_itself(x: Array) -> Array:
    """Return the value in place of the slope."""
    return x * np.sin(x)


def wave_first_factor(x: Array) -> Array:
    """Follow the first factor alone."""
    return np.sin(x)


def wave_second_factor(x: Array) -> Array:
    """Follow the sine alone."""
    return x * np.cos(x)


def wave_product_of_slopes(x: Array) -> Array:
    """Multiply the slopes of the two factors."""
    return np.cos(x)


def wave_slope(x: Array) -> Array:
    """Return the right slope, for mistakes that begin from it."""
    return np.sin(x) + x * np.cos(x)


def wave_of_mean(x: Array) -> Array:
    """Take the mean of the entries in place of their sum."""
    return wave_slope(x) / len(x)


def wave_twice(x: Array) -> Array:
    """Ask for the gradient twice and let it pile up."""
    return 2 * wave_slope(x)


def wave_total(x: Array) -> Array:
    """Add the slopes up."""
    return wave_slope(x).sum()


# 2. measured_gradient


def measured_cases(generator: Generator) -> list[Case]:
    """Return two functions of several numbers, with nudges so large that one side shows."""
    return [
        Case("three numbers, nudge 0.1", measured_inputs(generator, 3, 0.1)),
        Case("five numbers, nudge 0.2", measured_inputs(generator, 5, 0.2)),
    ]


def measured_inputs(generator: Generator, count: int, nudge: float) -> dict[str, Any]:
    """Return a place, a nudge and the numbers of a bent function."""
    return {
        "point": generator.uniform(0.5, 1.5, size=count),
        "nudge": nudge,
        "cubic": generator.uniform(0.5, 1.5, size=count),
        "matrix": generator.uniform(0.2, 1.0, size=(count, count)),
    }


def measure(answer: Answer, inputs: Inputs, framework: str) -> Any:
    """Build the function, hand it over, and add what has become of the point."""
    cubic, matrix = (np.array(inputs[name], float) for name in ("cubic", "matrix"))
    point = np.array(inputs["point"], float)

    def function(place: Array) -> Any:
        return (cubic * place**3).sum() + place @ matrix @ place

    gradient = answer(function, point, inputs["nudge"])
    if gradient is None:
        return None
    return {"gradient": gradient, "point afterwards": point}


def nudged(point: Array, index: int, by: float) -> Array:
    """Return a copy with one entry changed."""
    moved = point.copy()
    moved[index] += by
    return moved


def measured_one_side(function: Function, point: Array, nudge: float) -> Array:
    """Nudge up alone."""
    start = function(point)
    return np.array(
        [(function(nudged(point, i, nudge)) - start) / nudge for i in range(len(point))]
    )


def two_sided(function: Function, point: Array, nudge: float) -> Array:
    """Return the differences of the results, not yet divided."""
    pairs = [(nudged(point, i, nudge), nudged(point, i, -nudge)) for i in range(len(point))]
    return np.array([function(up) - function(down) for up, down in pairs])


def measured_half_distance(function: Function, point: Array, nudge: float) -> Array:
    """Divide by the nudge in place of twice the nudge."""
    return two_sided(function, point, nudge) / nudge


def measured_not_divided(function: Function, point: Array, nudge: float) -> Array:
    """Return the differences."""
    return two_sided(function, point, nudge)


def measured_turned(function: Function, point: Array, nudge: float) -> Array:
    """Take the upper result away from the lower one."""
    return -two_sided(function, point, nudge) / (2 * nudge)


def measured_multiplied(function: Function, point: Array, nudge: float) -> Array:
    """Read / 2 * nudge from left to right."""
    return two_sided(function, point, nudge) / 2 * nudge


def measured_all_at_once(function: Function, point: Array, nudge: float) -> Array:
    """Nudge all the entries together."""
    slope = (function(point + nudge) - function(point - nudge)) / (2 * nudge)
    return np.full(len(point), slope)


def measured_in_place(function: Function, point: Array, nudge: float) -> Array:
    """Nudge the point itself and never put it back."""
    gradient = np.zeros(len(point))
    for index in range(len(point)):
        point[index] += nudge
        up = function(point)
        point[index] -= 2 * nudge
        gradient[index] = (up - function(point)) / (2 * nudge)
    return gradient


def measured_without_copies(function: Function, point: Array, nudge: float) -> Array:
    """Take two names for one array: up and down are the same place."""
    return np.zeros(len(point))


def measured_with_old_nudges(function: Function, point: Array, nudge: float) -> Array:
    """Make the two copies once, so that the nudges of earlier entries stay in."""
    up, down = point.copy(), point.copy()
    gradient = np.zeros(len(point))
    for index in range(len(point)):
        up[index] += nudge
        down[index] -= nudge
        gradient[index] = (function(up) - function(down)) / (2 * nudge)
    return gradient


# 3. straight_through


def straight_cases(generator: Generator) -> list[Case]:
    """Return two rows of numbers, none near a half, some of them rounded up and some down."""
    return [
        Case("four numbers", straight_inputs(generator, 4)),
        Case("six numbers", straight_inputs(generator, 6)),
    ]


def straight_inputs(generator: Generator, count: int) -> dict[str, Array]:
    """Return numbers of which every second is rounded up, by more than the others are rounded down."""
    whole = generator.integers(1, 5, size=count)
    beyond = np.where(np.arange(count) % 2, 0.6, 0.1) + generator.uniform(0, 0.05, size=count)
    return {"x": whole + beyond, "weights": generator.uniform(1.1, 1.6, size=count)}


def straight_lost(x: Array, weights: Array) -> tuple[Any, Array]:
    """Round, and lose the gradient."""
    return (weights * np.round(x)).sum(), np.zeros_like(x)


def straight_other_part(x: Array, weights: Array) -> tuple[Any, Array]:
    """Stop `x`, and let the gradient through the correction."""
    return (weights * np.round(x)).sum(), -weights


def straight_unrounded(x: Array, weights: Array) -> tuple[Any, Array]:
    """Do not round."""
    return (weights * x).sum(), weights


def straight_added(x: Array, weights: Array) -> tuple[Any, Array]:
    """Add the rounded number in place of the correction."""
    return (weights * (x + np.round(x))).sum(), weights


def straight_cut(x: Array, weights: Array) -> tuple[Any, Array]:
    """Cut the digits off in place of rounding."""
    return (weights * np.floor(x)).sum(), weights


def straight_unweighted(x: Array, weights: Array) -> tuple[Any, Array]:
    """Leave the weights out."""
    return np.round(x).sum(), np.ones_like(weights)


def straight_mean(x: Array, weights: Array) -> tuple[Any, Array]:
    """Take the mean."""
    return (weights * np.round(x)).mean(), weights / len(x)


def straight_wrong_gradient(x: Array, weights: Array) -> tuple[Any, Array]:
    """Return the gradient of the weights."""
    return (weights * np.round(x)).sum(), np.round(x)


# 4. moving_goal


def goal_cases(generator: Generator) -> list[Case]:
    """Return two models with one weight and a few pairs of inputs."""
    return [
        Case("four inputs", goal_inputs(generator, 4)),
        Case("seven inputs", goal_inputs(generator, 7)),
    ]


def goal_inputs(generator: Generator, count: int) -> dict[str, Array]:
    """Return a weight, inputs, the inputs that follow, and rewards."""
    return {
        "weight": generator.uniform(0.5, 1.5, size=1),
        "inputs": generator.uniform(1, 3, size=count),
        "next_inputs": generator.uniform(0.5, 2, size=count),
        "rewards": generator.uniform(-2, -0.5, size=count),
    }


def goal(
    inputs: tuple[Array, ...],
    *,
    through_goal: bool = False,
    through_prediction: bool = True,
    discount: float = DISCOUNT,
    rewards: float = 1.0,
    total: bool = False,
) -> tuple[Any, Array]:
    """Return the loss and the gradient, with a mistake where one is asked for."""
    weight, first, following, given = inputs
    differences = weight * first - (rewards * given + discount * weight * following)
    slopes = through_prediction * first - through_goal * discount * following
    count = 1 if total else len(first)
    return (differences**2).sum() / count, np.array([(2 * differences * slopes).sum() / count])


def goal_followed(*inputs: Array) -> tuple[Any, Array]:
    """Let the gradient through the goal."""
    return goal(inputs, through_goal=True)


def goal_wrong_side(*inputs: Array) -> tuple[Any, Array]:
    """Stop the prediction and follow the goal."""
    return goal(inputs, through_goal=True, through_prediction=False)


def goal_summed(*inputs: Array) -> tuple[Any, Array]:
    """Add the squared differences up."""
    return goal(inputs, total=True)


def goal_without_discount(*inputs: Array) -> tuple[Any, Array]:
    """Leave the 0.9 out."""
    return goal(inputs, discount=1.0)


def goal_without_reward(*inputs: Array) -> tuple[Any, Array]:
    """Leave the reward out."""
    return goal(inputs, rewards=0.0)


def goal_followed_sum(*inputs: Array) -> tuple[Any, Array]:
    """Let the gradient through the goal and add up."""
    return goal(inputs, through_goal=True, total=True)


def goal_after_step(*inputs: Array) -> tuple[Any, Array]:
    """Return the weight after a step."""
    loss, gradient = goal(inputs)
    return loss, inputs[0] - 0.1 * gradient


# 5. translate_batches


def batches_cases(generator: Generator) -> list[Case]:
    """Return two layers with batches whose losses are unlike."""
    return [
        Case("three batches of four rows", batches_inputs(generator, 3, 4, 3, 2)),
        Case("four batches of five rows", batches_inputs(generator, 4, 5, 2, 3)),
    ]


def batches_inputs(
    generator: Generator, count: int, rows: int, wide: int, out: int
) -> dict[str, Array]:
    """Return weights, batches and targets."""
    return {
        "weights": generator.normal(size=(wide, out)),
        "batches": generator.normal(size=(count, rows, wide)),
        "targets": generator.normal(size=(count, rows, out)),
    }


def each_gradient(weights: Array, batches: Array, targets: Array) -> Array:
    """Return the gradient of each batch, shape (batches, in, out)."""
    differences = batches @ weights - targets
    return 2 * batches.transpose(0, 2, 1) @ differences / differences[0].size


def batches_last(weights: Array, batches: Array, targets: Array) -> Array:
    """Keep the last gradient alone."""
    return each_gradient(weights, batches, targets)[-1]


def batches_first(weights: Array, batches: Array, targets: Array) -> Array:
    """Return from inside the loop."""
    return each_gradient(weights, batches, targets)[0]


def batches_mean(weights: Array, batches: Array, targets: Array) -> Array:
    """Take the mean of the batches."""
    return each_gradient(weights, batches, targets).mean(axis=0)


def batches_piled_twice(weights: Array, batches: Array, targets: Array) -> Array:
    """Add up by hand what piles up already."""
    return each_gradient(weights, batches, targets).cumsum(axis=0).sum(axis=0)


def batches_of_sums(weights: Array, batches: Array, targets: Array) -> Array:
    """Add the squares of a batch up in place of their mean."""
    return each_gradient(weights, batches, targets).sum(axis=0) * targets[0].size


def batches_of_rows(weights: Array, batches: Array, targets: Array) -> Array:
    """Divide by the rows alone."""
    return each_gradient(weights, batches, targets).sum(axis=0) * targets.shape[2]


def batches_downhill(weights: Array, batches: Array, targets: Array) -> Array:
    """Turn the sign, as for a step."""
    return -each_gradient(weights, batches, targets).sum(axis=0)


# 6. debug_port


def walk_cases(generator: Generator) -> list[Case]:
    """Return two walks that begin beside the two lowest points."""
    return [
        Case("three places, four steps", walk_inputs(generator, 3, 4, 0.1)),
        Case("five places, six steps", walk_inputs(generator, 5, 6, 0.05)),
    ]


def walk_inputs(generator: Generator, count: int, steps: int, rate: float) -> dict[str, Any]:
    """Return places to start from, a number of steps and a learning rate."""
    places = np.where(np.arange(count) % 2, -0.3, 1.2) + generator.uniform(0, 0.1, size=count)
    return {"place": places, "steps": steps, "learning_rate": rate}


def walk(
    inputs: tuple[Any, ...],
    *,
    piled: bool = False,
    stopped: bool = False,
    short: bool = False,
    sign: float = 1.0,
) -> Array:
    """Return where the walk ends with some of the faults left in."""
    place, steps, rate = inputs
    pile = np.zeros_like(place)
    for _ in range(int(steps) - short):
        slope = 2 * place**2 * (place - 1)
        if not stopped:
            slope = slope + 2 * place * (place - 1) ** 2
        pile = pile + slope if piled else slope
        place = place - sign * rate * pile
    return place


def walk_as_it_was(*inputs: Any) -> Array:
    """Mend nothing."""
    return walk(inputs, piled=True, stopped=True, short=True)


def walk_piled(*inputs: Any) -> Array:
    """Leave the pile."""
    return walk(inputs, piled=True)


def walk_stopped(*inputs: Any) -> Array:
    """Leave the stopped factor."""
    return walk(inputs, stopped=True)


def walk_short(*inputs: Any) -> Array:
    """Leave the missing step."""
    return walk(inputs, short=True)


def walk_piled_stopped(*inputs: Any) -> Array:
    """Mend the number of steps alone."""
    return walk(inputs, piled=True, stopped=True)


def walk_piled_short(*inputs: Any) -> Array:
    """Mend the stopped factor alone."""
    return walk(inputs, piled=True, short=True)


def walk_stopped_short(*inputs: Any) -> Array:
    """Mend the pile alone."""
    return walk(inputs, stopped=True, short=True)


def walk_uphill(*inputs: Any) -> Array:
    """Mend all three and turn the sign."""
    return walk(inputs, sign=-1.0)


# 7. tape_gradients


def tape_cases(generator: Generator) -> list[Case]:
    """Return three tapes in which inputs are used more than once; the inputs' order is drawn."""
    return [
        Case(
            "three inputs, four lines",
            tape_inputs(
                generator, 3, "multiply add tanh multiply", [[0, 1], [3, 2], [4, 4], [5, 0]]
            ),
        ),
        Case(
            "two inputs, five lines, one of them multiplied by itself",
            tape_inputs(
                generator,
                2,
                "multiply add tanh multiply add",
                [[0, 0], [2, 1], [3, 3], [4, 1], [5, 0]],
            ),
        ),
        Case(
            "three inputs, six lines",
            tape_inputs(
                generator,
                3,
                "add tanh multiply multiply add multiply",
                [[0, 1], [3, 3], [4, 2], [5, 0], [6, 4], [7, 2]],
            ),
        ),
    ]


def tape_inputs(
    generator: Generator, count: int, operations: str, lines: list[list[int]]
) -> dict[str, Any]:
    """Return a tape whose inputs stand in a drawn order, all above what tanh can reach."""
    order = np.concatenate([generator.permutation(count), np.arange(count, count + len(lines))])
    return {
        "inputs": generator.uniform(1.1, 1.5, size=count),
        "operations": operations,
        "places": order[np.array(lines)],
    }


def tape(
    inputs: Array,
    operations: str,
    places: Array,
    *,
    overwrite: bool = False,
    forwards: bool = False,
    own_factor: bool = False,
    tanh: str = "result",
    everything: bool = False,
) -> Array:
    """Return what a tape gives with a mistake in it."""
    values = list(inputs)
    for operation, (i, j) in zip(operations.split(), places, strict=True):
        if operation == "tanh":
            values.append(np.tanh(values[i]))
        else:
            values.append(values[i] + values[j] if operation == "add" else values[i] * values[j])
    gradients = np.zeros(len(values))
    gradients[-1] = 1.0
    numbers = range(len(places)) if forwards else reversed(range(len(places)))
    for number in numbers:
        operation, (i, j) = operations.split()[number], places[number]
        result = len(inputs) + number
        gradient = gradients[result]
        if operation == "add":
            shares = [(i, gradient), (j, gradient)]
        elif operation == "multiply":
            first, second = (i, j) if own_factor else (j, i)
            shares = [(i, gradient * values[first]), (j, gradient * values[second])]
        else:
            squashed = {"result": values[result], "input": values[i], "left out": 0.0}[tanh]
            shares = [(i, gradient * (1 - squashed**2))]
        for parent, share in shares:
            gradients[parent] = share if overwrite else gradients[parent] + share
    return gradients if everything else gradients[: len(inputs)]


def tape_overwritten(inputs: Array, operations: str, places: Array) -> Array:
    """Write over the share that was there."""
    return tape(inputs, operations, places, overwrite=True)


def tape_forwards(inputs: Array, operations: str, places: Array) -> Array:
    """Go through the lines from the first to the last."""
    return tape(inputs, operations, places, forwards=True)


def tape_own_factor(inputs: Array, operations: str, places: Array) -> Array:
    """Give each factor its own number."""
    return tape(inputs, operations, places, own_factor=True)


def tape_tanh_of_input(inputs: Array, operations: str, places: Array) -> Array:
    """Use the input of tanh in its slope."""
    return tape(inputs, operations, places, tanh="input")


def tape_without_tanh(inputs: Array, operations: str, places: Array) -> Array:
    """Pass the gradient through tanh unchanged."""
    return tape(inputs, operations, places, tanh="left out")


def tape_everything(inputs: Array, operations: str, places: Array) -> Array:
    """Return the gradients of all values."""
    return tape(inputs, operations, places, everything=True)


EXERCISES = [
    Exercise(
        name="slope_of_wave",
        difficulty=1,
        minutes=5,
        points=1,
        cases=wave_cases,
        mistakes=[
            Mistake(
                "value",
                say="This is the wave itself. Its slope is asked for: what `backward` leaves in `.grad`, or what the "
                "tape returns.",
                numpy=wave_itself,
            ),
            Mistake(
                "sine stopped",
                say="Only the `x` in front was followed, and the sine counted as a plain number. Use the followed "
                "`x` in both places.",
                numpy=wave_first_factor,
            ),
            Mistake(
                "factor stopped",
                say="Only the sine was followed, and the `x` in front counted as a plain number. Use the followed "
                "`x` in both places.",
                numpy=wave_second_factor,
            ),
            Mistake(
                "product of slopes",
                say="You multiplied the slope of `x`, which is 1, by the slope of the sine. The slope of a product is "
                "not the product of the slopes. Let the framework find it.",
                numpy=wave_product_of_slopes,
            ),
            Mistake(
                "mean",
                say="Each slope is too small by the same factor, the number of entries: you took the mean. Take "
                "the sum.",
                numpy=wave_of_mean,
            ),
            Mistake(
                "piled up",
                say="Each slope is twice as large as it should be. Was `backward` called twice, with the gradients "
                "piling up?",
                numpy=wave_twice,
            ),
            Mistake(
                "one number",
                say="The slopes were added up. Return one slope for each entry.",
                numpy=wave_total,
            ),
        ],
        hints=[
            "Follow `x`, compute the wave, make one number of it, ask for the gradient. The lesson does it under "
            "*The framework finds it*, with the square.",
            "The one number is the sum of all entries of the wave. Each entry of `x` appears in one of them only.",
            "PyTorch: `(x * torch.sin(x)).sum().backward()` and return `x.grad`. Keras: inside the tape "
            "`total = keras.ops.sum(x * keras.ops.sin(x))`, then return `tape.gradient(total, x)`.",
        ],
    ),
    Exercise(
        name="measured_gradient",
        difficulty=2,
        minutes=8,
        points=2,
        takes="arrays",
        cases=measured_cases,
        call=measure,
        mistakes=[
            Mistake(
                "one side",
                say="You nudged to one side only. Nudge up and down, and take the difference of those two results.",
                numpy=measured_one_side,
            ),
            Mistake(
                "half the distance",
                say="Every entry is twice as large as it should be. From down to up it is *two* nudges.",
                numpy=measured_half_distance,
            ),
            Mistake(
                "not divided",
                say="These are the differences of the results. Divide them by the distance, two nudges.",
                numpy=measured_not_divided,
            ),
            Mistake(
                "brackets",
                say="`/ 2 * nudge` divides by 2 and then *multiplies* by the nudge. Write `/ (2 * nudge)`.",
                numpy=measured_multiplied,
            ),
            Mistake(
                "sign",
                say="The sign is turned. Take the lower result away from the upper one.",
                numpy=measured_turned,
            ),
            Mistake(
                "all at once",
                say="All the entries were nudged together, so every entry got the same number. Nudge one entry at a "
                "time and leave the others alone.",
                numpy=measured_all_at_once,
            ),
            Mistake(
                "never put back",
                say="The point itself was nudged and not put back, so each entry was measured at another place. Work "
                "with copies: `up = point.copy()`.",
                numpy=measured_in_place,
            ),
            Mistake(
                "no copies",
                say="Every entry is 0. `up = point` makes no copy: both names stand for one array, and the two nudges "
                "cancel. Write `point.copy()`.",
                numpy=measured_without_copies,
            ),
            Mistake(
                "copied once",
                say="The first entry is right, and in the later ones the earlier nudges are still there. Make the two "
                "copies anew for each entry, inside the loop.",
                numpy=measured_with_old_nudges,
            ),
        ],
        hints=[
            "Write it for one entry first. Two calls of `function`, one difference, one division.",
            "For each index make two copies of the point, add the nudge in one and take it away in the other.",
            "`up, down = point.copy(), point.copy()`, then `up[index] += nudge`, `down[index] -= nudge`, and "
            "`gradient[index] = (function(up) - function(down)) / (2 * nudge)`.",
        ],
    ),
    Exercise(
        name="straight_through",
        difficulty=2,
        minutes=8,
        points=2,
        cases=straight_cases,
        mistakes=[
            Mistake(
                "gradient lost",
                say="The sum is right, and the gradient is 0 everywhere: it does not get through the rounding. Write "
                "the rounded number as `x` plus a correction, and stop the correction alone.",
                numpy=straight_lost,
            ),
            Mistake(
                "other part stopped",
                say="The sum is right, and the gradient has the wrong sign: it went through the correction. Stop the "
                "correction, and let the gradient through `x`.",
                numpy=straight_other_part,
            ),
            Mistake(
                "not rounded",
                say="The gradient is right, and nothing was rounded. The value must be the rounded one.",
                numpy=straight_unrounded,
            ),
            Mistake(
                "rounded added",
                say="You added the rounded number to `x`. The correction is the difference: rounded minus `x`.",
                numpy=straight_added,
            ),
            Mistake(
                "cut off",
                say="The digits were cut off, so all numbers went down. Rounding goes to the nearest whole number.",
                numpy=straight_cut,
            ),
            Mistake(
                "no weights",
                say="The weights are missing. Multiply the rounded numbers by them before you add up.",
                numpy=straight_unweighted,
            ),
            Mistake(
                "mean",
                say="This is the mean. The sum is asked for.",
                numpy=straight_mean,
            ),
            Mistake(
                "gradient of the weights",
                say="This is the gradient of `weights`. The gradient of `x` is asked for.",
                numpy=straight_wrong_gradient,
            ),
        ],
        hints=[
            "The rounded number is `x` plus something. What is that something?",
            "It is `round(x) - x`. Let it count as a plain number, with `detach()` or `stop_gradient`.",
            "PyTorch: `rounded = x + (torch.round(x) - x).detach()`. Keras: `rounded = x + "
            "keras.ops.stop_gradient(keras.ops.round(x) - x)`. Then the sum of `weights * rounded`.",
        ],
    ),
    Exercise(
        name="moving_goal",
        difficulty=2,
        minutes=8,
        points=2,
        cases=goal_cases,
        mistakes=[
            Mistake(
                "goal followed",
                say="The loss is right. The gradient went through the goal as well, so the model learns to move its "
                "goal. Stop the goal.",
                numpy=goal_followed,
            ),
            Mistake(
                "prediction stopped",
                say="The loss is right. But the prediction was stopped and the goal followed: it is the other "
                "way round.",
                numpy=goal_wrong_side,
            ),
            Mistake(
                "sum",
                say="The squared differences were added up. Take their mean.",
                numpy=goal_summed,
            ),
            Mistake(
                "no 0.9",
                say="The 0.9 is missing in the goal: `reward + 0.9 * weight * next_input`.",
                numpy=goal_without_discount,
            ),
            Mistake(
                "no reward",
                say="The reward is missing in the goal: `reward + 0.9 * weight * next_input`.",
                numpy=goal_without_reward,
            ),
            Mistake(
                "goal followed, sum",
                say="Two things: take the mean of the squared differences, and stop the goal.",
                numpy=goal_followed_sum,
            ),
            Mistake(
                "after a step",
                say="The second result is the weight after a step. The gradient itself is asked for.",
                numpy=goal_after_step,
            ),
        ],
        hints=[
            "Two lines for the loss: the goals, and the mean of the squared differences. Which of the two must "
            "count as plain numbers?",
            "Compute `goals = rewards + 0.9 * weight * next_inputs`, and use `goals.detach()` or "
            "`keras.ops.stop_gradient(goals)` in the difference.",
            "Follow `weight` first, as in `slope_of_wave`. "
            "PyTorch: `loss = ((weight * inputs - goals.detach()) ** 2).mean()`, `loss.backward()`, return `loss, "
            "weight.grad`. Keras: the same inside the tape with `keras.ops.mean` and `stop_gradient`, then "
            "`tape.gradient(loss, weight)`.",
        ],
    ),
    Exercise(
        name="translate_batches",
        difficulty=2,
        minutes=10,
        points=3,
        cases=batches_cases,
        mistakes=[
            Mistake(
                "last only",
                say="This is the gradient of the last batch alone. The earlier ones were written over, or cleared. "
                "Add them up.",
                numpy=batches_last,
            ),
            Mistake(
                "first only",
                say="This is the gradient of the first batch alone. Does `return` stand inside the loop?",
                numpy=batches_first,
            ),
            Mistake(
                "mean of the batches",
                say="You took the mean over the batches. The *sum* of their gradients is asked for.",
                numpy=batches_mean,
            ),
            Mistake(
                "piled up twice",
                say="Earlier batches were counted more than once: `.grad` piles up by itself, and it was added up by "
                "hand as well. One of the two is enough.",
                numpy=batches_piled_twice,
            ),
            Mistake(
                "sum of squares",
                say="The squared differences of a batch were added up. Its loss is their mean.",
                numpy=batches_of_sums,
            ),
            Mistake(
                "mean of the rows only",
                say="The loss was divided by the number of rows. The mean goes over *all* squared differences, rows "
                "times outputs.",
                numpy=batches_of_rows,
            ),
            Mistake(
                "sign",
                say="The sign is turned, as it is in a step downhill. The gradient itself is asked for.",
                numpy=batches_downhill,
            ),
        ],
        hints=[
            "`backward` does one thing that a tape does not do. The lesson has it under *Once more, please*.",
            "In PyTorch gradients pile up in `.grad`, so nothing is added by hand and nothing is cleared. In Keras "
            "begin with zeros and add each batch's gradient.",
            "PyTorch: in the loop `loss = ((batch @ weights - target) ** 2).mean()` and `loss.backward()`, at the end "
            "`weights.grad`. Keras: a new tape for each batch, `total = total + tape.gradient(loss, weights)`.",
        ],
    ),
    Exercise(
        name="debug_port",
        difficulty=3,
        minutes=12,
        points=4,
        cases=walk_cases,
        mistakes=[
            Mistake(
                "as it was",
                say="This is where the port went as it stood. Compare it with the original line by line: the "
                "steps, the "
                "height, the gradients.",
                numpy=walk_as_it_was,
            ),
            Mistake(
                "still piled up",
                say="Steps and height are right now. The gradients still pile up from step to step. Each step "
                "takes only "
                "its own.",
                numpy=walk_piled,
            ),
            Mistake(
                "still stopped",
                say="Steps and gradients are right now. One factor of the height still counts as a plain "
                "number, so half of "
                "the slope is missing.",
                numpy=walk_stopped,
            ),
            Mistake(
                "still a step short",
                say="Height and gradients are right now. The walk still takes a step too few: count "
                "`range(1, steps)`.",
                numpy=walk_short,
            ),
            Mistake(
                "pile and stop",
                say="The number of steps is right now. Two faults are left: the gradients pile up, and one "
                "factor of the "
                "height is stopped.",
                numpy=walk_piled_stopped,
            ),
            Mistake(
                "pile and steps",
                say="The height is right now. Two faults are left: the gradients pile up, and a step is missing.",
                numpy=walk_piled_short,
            ),
            Mistake(
                "stop and steps",
                say="The gradients no longer pile up. Two faults are left: one factor of the height is stopped, "
                "and a step "
                "is missing.",
                numpy=walk_stopped_short,
            ),
            Mistake(
                "uphill",
                say="The three faults are mended, and now the walk goes uphill. The gradient is taken *away*.",
                numpy=walk_uphill,
            ),
        ],
        hints=[
            "Three places: how often the loop runs, what is followed in the height, and what a step takes away.",
            "`range(1, 4)` has three numbers. A stopped factor has no share in the slope. And what is left of the "
            "gradient of the step before?",
            "`range(steps)`, no `detach` or `stop_gradient`, and either `place.grad = None` after the step "
            "(PyTorch) or the "
            "tape's gradient without the pile (Keras).",
        ],
    ),
    Exercise(
        name="tape_gradients",
        difficulty=3,
        minutes=15,
        points=4,
        takes="arrays",
        tolerance=1e-4,
        cases=tape_cases,
        mistakes=[
            Mistake(
                "written over",
                say="A value that is used twice kept only one of its shares. Add with `+=`.",
                numpy=tape_overwritten,
            ),
            Mistake(
                "forwards",
                say="The lines were taken from the first to the last. Then a line passes its gradient on before "
                "it has got "
                "any. Go back through them.",
                numpy=tape_forwards,
            ),
            Mistake(
                "own factor",
                say="In a product each factor got its own number. A nudge of one arrives multiplied by the *other*.",
                numpy=tape_own_factor,
            ),
            Mistake(
                "tanh of the input",
                say="The slope of tanh is 1 minus the square of its *result*. You squared what goes in.",
                numpy=tape_tanh_of_input,
            ),
            Mistake(
                "no slope of tanh",
                say="The gradient went through tanh unchanged. Multiply it by 1 minus the square of the result.",
                numpy=tape_without_tanh,
            ),
            Mistake(
                "everything",
                say="These are the gradients of all values. Return those of the inputs, the first ones.",
                numpy=tape_everything,
            ),
        ],
        hints=[
            "Two loops. The first runs the lines and keeps all values in a list. The second goes back through "
            "the lines.",
            "Keep a list of gradients as long as the list of values, all 0 but the last, which is 1. Line "
            "number n made "
            "the value number `len(inputs) + n`.",
            "Going back, with `result = len(inputs) + n`: add passes `gradients[result]` to both, multiply "
            "passes it times "
            "the *other* value, tanh times `1 - values[result] ** 2`. Always `+=`. Return the first `len(inputs)`.",
        ],
    ),
]
