"""What the exercises of the lesson on speed must do."""

import math
from functools import partial
from typing import Any

import numpy as np

from lockstep.learn.arrays import framework_of, to_array, to_tensor
from lockstep.learn.exercises import Answer, Case, Exercise, Inputs, Mistake

Array = np.ndarray
Generator = np.random.Generator


# --- summary_of_times ----------------------------------------------------------------------------


def summary_of_times_cases(generator: Generator) -> list[Case]:
    """Return times with slow first calls and one that was disturbed."""
    return [
        Case("20 calls, the first two slow", times_inputs(generator, 20, 2)),
        Case("31 calls, the first three slow", times_inputs(generator, 31, 3)),
    ]


def times_inputs(generator: Generator, count: int, warm_up: int) -> dict[str, Array | int]:
    """Return skewed times, so that median, mean and the rest all differ."""
    times = generator.uniform(2.0, 5.0, count) + generator.exponential(1.0, count)
    times[:warm_up] += generator.uniform(60.0, 90.0, warm_up)
    times[-2] += 40.0
    return {"times": times, "warm_up": warm_up}


def summarised(
    times: Array,
    warm_up: int,
    *,
    middle: str = "median",
    spread: str = "middle half",
    kept: str = "after",
) -> tuple[Array, Array]:
    """Return a summary; the keywords make it wrong."""
    parts = {
        "after": times[warm_up:],
        "all": times,
        "one more": times[warm_up + 1 :],
        "all but one": times[1:],
        "from the end": times[:-warm_up],
    }
    times = parts[kept]
    middles = {"median": np.median(times), "mean": np.mean(times), "fastest": np.min(times)}
    low, high = np.percentile(times, [25, 75])
    if middle == "hundredth":
        low, middles["hundredth"], high = np.percentile(times, [0.25, 0.5, 0.75])
    spreads = {
        "middle half": high - low,
        "standard deviation": np.std(times),
        "range": np.max(times) - np.min(times),
        "half of it": (high - low) / 2,
        "turned": low - high,
    }
    return np.array(middles[middle]), np.array(spreads[spread])


def summarised_the_other_way_round(times: Array, warm_up: int) -> tuple[Array, Array]:
    """Return the spread and then the median."""
    middle, spread = summarised(times, warm_up)
    return spread, middle


# --- pays_after ----------------------------------------------------------------------------------


def pays_after_cases(generator: Generator) -> list[Case]:
    """Return a cheap and a dear compilation; the steps saved are far from a whole number."""
    return [
        Case("a step saves about 4 ms", paying_inputs(generator, 0.4, 0.009, 12.0, 0.005)),
        Case("a step saves about 30 ms", paying_inputs(generator, 2.0, 0.07, 45.0, 0.04)),
    ]


def paying_inputs(
    generator: Generator, first_plain: float, plain: float, first_compiled: float, compiled: float
) -> dict[str, float]:
    """Return times near these, and a compiled step that is slower than the plain one."""
    inputs = {
        "first_plain": first_plain * generator.uniform(0.9, 1.1),
        "plain": plain * generator.uniform(0.95, 1.05),
        "compiled": compiled * generator.uniform(0.95, 1.05),
        "slower": plain * generator.uniform(1.2, 1.4),
    }
    # Half a step more than a whole number: no rounding decides, and floor and ceil differ.
    extra = (inputs["plain"] - inputs["compiled"]) * (
        round((first_compiled - first_plain) / (plain - compiled)) + 0.4
    )
    inputs["first_compiled"] = inputs["first_plain"] + extra
    names = ("first_plain", "plain", "first_compiled", "compiled", "slower")
    return {name: float(inputs[name]) for name in names}


def paying_and_not(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Call the answer where compiling pays, and where a compiled step is slower."""
    given = [inputs[name] for name in ("first_plain", "plain", "first_compiled", "compiled")]
    results = {"it pays": answer(*given), "it never pays": answer(*given[:3], inputs["slower"])}
    if None in results.values():
        raise TypeError("one of the two calls got nothing back: end both ways with a `return`")
    return results


def paying(
    first_plain: float,
    plain: float,
    first_compiled: float,
    compiled: float,
    *,
    by: str = "saved",
    rounded: str = "up",
    count_first: bool = True,
    plain_starts_free: bool = False,
    never: bool = True,
) -> Array:
    """Return after how many steps compiling has paid; the keywords make it wrong."""
    extra = first_compiled - (0.0 if plain_starts_free else first_plain)
    if never and plain <= compiled:
        return np.array(-1)
    saved = {"saved": plain - compiled, "plain": plain, "compiled": compiled}[by]
    steps = {"up": math.ceil, "down": math.floor, "not": float}[rounded](extra / saved)
    return np.array(steps + (1 if count_first else 0))


def never_paying(first_plain: float, plain: float, first_compiled: float, compiled: float) -> Array:
    """Return -1 whatever the times are."""
    return np.array(-1)


# --- translations --------------------------------------------------------------------------------


def translations_cases(generator: Generator) -> list[Case]:
    """Return lengths of which some are whole multiples of the bucket and some occur twice."""
    return [
        Case("30 sentences, buckets of 8", lengths_inputs(generator, 30, 8)),
        Case("50 sentences, buckets of 16", lengths_inputs(generator, 50, 16)),
    ]


def lengths_inputs(generator: Generator, count: int, bucket: int) -> dict[str, Array | int]:
    """Return lengths of up to five buckets; one is a single word, one a bucket, one all five."""
    lengths = generator.integers(2, 5 * bucket, count)
    always = [1, bucket, 2 * bucket, 5 * bucket, 5 * bucket]
    lengths[: len(always)] = always
    return {"lengths": generator.permutation(lengths), "bucket": bucket}


def translated(
    lengths: Array,
    bucket: int,
    *,
    filled: str = "up",
    counted: str = "unlike",
    share: str = "of all",
) -> tuple[Array, Array]:
    """Return translations and the share of filling; the keywords make it wrong."""
    to = {
        "up": -(-lengths // bucket) * bucket,
        "always one more": (lengths // bucket + 1) * bucket,
        "down": lengths // bucket * bucket,
        "to the nearest": np.rint(lengths / bucket).astype(lengths.dtype) * bucket,
        "to the longest": np.full_like(lengths, lengths.max()),
    }[filled]
    counts = {
        "unlike": len(np.unique(to)),
        "unfilled": len(np.unique(lengths)),
        "calls": len(lengths),
    }
    filling = (to - lengths).sum()
    shares = {
        "of all": filling / to.sum(),
        "of the words": filling / lengths.sum(),
        "the words": lengths.sum() / to.sum(),
        "in per cent": 100 * filling / to.sum(),
        "not a share": filling,
        "of the sentences": np.mean(to != lengths),
    }
    if share == "mean of shares":
        shares[share] = np.mean((to - lengths) / to)
    return np.array(counts[counted]), np.array(shares[share])


def translated_the_other_way_round(lengths: Array, bucket: int) -> tuple[Array, Array]:
    """Return the share and then the count."""
    count, share = translated(lengths, bucket)
    return share, count


# --- one_shape -----------------------------------------------------------------------------------


def one_shape_cases(generator: Generator) -> list[Case]:
    """Return rows that leave a short last batch; the first rows of them come out even."""
    return [
        Case("11 rows and 8 rows, 4 a call", rows_inputs(generator, 11, 4, 5)),
        Case("23 rows and 18 rows, 6 a call", rows_inputs(generator, 23, 6, 3)),
    ]


def rows_inputs(generator: Generator, rows: int, size: int, columns: int) -> dict[str, Array | int]:
    """Return rows, and the weights of the network that they go through."""
    return {
        "inputs": generator.normal(size=(rows, columns)),
        "size": size,
        "weights": generator.normal(size=(columns, 2)),
    }


def counting_calls(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Call the answer with a network that counts, for an uneven number of rows and for an even one."""
    results: dict[str, Any] = {}
    size, rows = inputs["size"], len(inputs["inputs"])
    weights = to_tensor(inputs["weights"], framework)
    for name, count in [("uneven", rows), ("even", rows - rows % size)]:
        seen: list[int] = []

        def network(batch: Any, seen: list[int] = seen) -> Any:
            seen.append(len(batch))
            if framework_of(batch):
                return batch @ weights + 1.0
            return to_array(batch) @ inputs["weights"] + 1.0

        outputs = answer(network, to_tensor(inputs["inputs"][:count], framework), size)
        results[f"outputs, {name}"] = outputs
        results[f"rows of each call, {name}"] = np.array(seen, dtype=np.int64)
    return results


def sent(
    network: Answer,
    inputs: Array,
    size: int,
    *,
    short: str = "filled",
    always: bool = False,
    cut: str = "real rows",
    pieces: str = "of size rows",
    together: str = "all",
) -> Array:
    """Return the network's outputs; the keywords make it wrong."""
    missing = (size - len(inputs) % size) if always else -len(inputs) % size
    if short == "dropped" and missing:
        inputs, missing = inputs[: len(inputs) // size * size], 0
    if short == "as it is":
        missing = 0
    if short == "in front":
        filled = np.concatenate([np.zeros((missing, inputs.shape[1])), inputs])
    elif short == "repeated":
        filled = np.concatenate([inputs, np.repeat(inputs[-1:], missing, axis=0)])
    else:
        filled = np.concatenate([inputs, np.zeros((missing, inputs.shape[1]))])
    starts = np.arange(size, len(filled), size)
    parts = np.split(filled, size if pieces == "size of them" else starts)
    outputs = [np.asarray(network(part)) for part in parts]
    if together == "stacked":
        return np.stack(outputs)
    if together == "the last":
        return outputs[-1][: size - missing]
    ends = {"real rows": len(inputs), "nothing": len(filled), "missing": -missing}
    return np.concatenate(outputs)[: ends[cut]]


def sent_the_first(network: Answer, inputs: Array, size: int) -> Array:
    """Return within the loop, so after one call."""
    return np.asarray(network(inputs[:size]))


def sent_one_by_one(network: Answer, inputs: Array, size: int) -> Array:
    """Call the network for each row."""
    return np.concatenate([network(inputs[row : row + 1]) for row in range(len(inputs))])


def sent_at_once(network: Answer, inputs: Array, size: int) -> Array:
    """Call the network once for all."""
    return np.asarray(network(inputs))


# --- shared_step ---------------------------------------------------------------------------------


def shared_step_cases(generator: Generator) -> list[Case]:
    """Return batches that are cut into parts of unlike size."""
    return [
        Case("12 rows, cut into 9 and 3", shared_inputs(generator, 12, 9, 3, 0.05)),
        Case("10 rows, cut into 2 and 8", shared_inputs(generator, 10, 2, 4, 0.1)),
    ]


def shared_inputs(
    generator: Generator, rows: int, count: int, columns: int, learning_rate: float
) -> dict[str, Array | float | int]:
    """Return a small regression."""
    return {
        "weights": generator.normal(size=columns),
        "pixels": generator.normal(size=(rows, columns)),
        "targets": generator.normal(size=rows) + 1.0,
        "count": count,
        "learning_rate": learning_rate,
    }


def shared(
    weights: Array,
    pixels: Array,
    targets: Array,
    count: int,
    learning_rate: float,
    *,
    together: str = "weighted",
    sign: float = 1.0,
) -> Array:
    """Return the weights after the step; the keywords make it wrong."""

    def gradient(part: slice, at: Array) -> Array:
        rows = pixels[part]
        return 2 * rows.T @ (rows @ at - targets[part]) / len(rows)

    parts = (slice(0, count), slice(count, None))
    if together == "one after the other":
        for part in parts:
            weights = weights - learning_rate * gradient(part, weights)
        return weights
    share = count / len(targets)
    if together == "one after the other, weighted":
        weights = weights - learning_rate * share * gradient(parts[0], weights)
        return weights - learning_rate * (1 - share) * gradient(parts[1], weights)
    first, second = (gradient(part, weights) for part in parts)
    totals = {
        "weighted": share * first + (1 - share) * second,
        "turned": (1 - share) * first + share * second,
        "plain mean": (first + second) / 2,
        "sum": first + second,
        "sums of losses": count * first + (len(targets) - count) * second,
        "first": first,
        "second": second,
        "second, weighted": (1 - share) * second,
        "first in full": first + (1 - share) * second,
        "first twice": 2 * share * first + (1 - share) * second,
    }
    return weights - sign * learning_rate * totals[together]


def shared_gradient(
    weights: Array, pixels: Array, targets: Array, count: int, learning_rate: float
) -> Array:
    """Return the gradient in place of the weights."""
    return (weights - shared(weights, pixels, targets, count, learning_rate)) / learning_rate


# --- scaled_step ---------------------------------------------------------------------------------


def scaled_step_cases(generator: Generator) -> list[Case]:
    """Return small scales, so that a step from a gradient that is divided twice still shows."""
    return [
        Case("scale 16", scaled_inputs(generator, 5, 16.0, 0.1, 1.0)),
        Case("scale 8", scaled_inputs(generator, 8, 8.0, 0.5, 0.5)),
    ]


def scaled_inputs(
    generator: Generator, count: int, scale: float, learning_rate: float, limit: float
) -> dict[str, Array | float]:
    """Return weights and a direction for the gradients."""
    direction = generator.normal(size=count)
    return {
        "weights": generator.uniform(1.0, 2.0, count),
        "gradient": scale * limit * direction / np.linalg.norm(direction),
        "scale": scale,
        "learning_rate": learning_rate,
        "limit": limit,
        "longer": float(generator.uniform(2.0, 4.0)),
        "shorter": float(generator.uniform(0.2, 0.5)),
    }


def four_gradients(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Call the answer with a long gradient, two short ones and one that overflowed."""
    results = {}
    overflowed = inputs["gradient"].copy()
    overflowed[1] = np.inf
    gradients = {
        "long": inputs["gradient"] * inputs["longer"],
        "short": inputs["gradient"] * inputs["shorter"],
        # Shorter than the limit before it is brought back to its size, too.
        "very short": inputs["gradient"] * inputs["shorter"] / inputs["scale"],
        "overflowed": overflowed,
    }
    for kind, gradient in gradients.items():
        numbers = [inputs[key] for key in ("scale", "learning_rate", "limit")]
        pair = answer(
            to_tensor(inputs["weights"], framework), to_tensor(gradient, framework), *numbers
        )
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError("give back the weights and the scale, as a tuple")
        results[f"weights, {kind}"], results[f"scale, {kind}"] = pair
    return results


def scaled(
    weights: Array,
    gradient: Array,
    scale: float,
    learning_rate: float,
    limit: float,
    *,
    first: str = "unscale",
    only_long: bool = True,
    after_overflow: float = 0.5,
    clip: str = "at most 1",
) -> tuple[Array, Array]:
    """Return weights and scale after the step; the keywords make it wrong."""
    if not np.isfinite(gradient).all():
        return weights, np.array(scale * after_overflow)
    if first == "unscale":
        gradient = gradient / scale
    factor = limit / np.linalg.norm(gradient)
    if clip == "each number":
        gradient = np.clip(gradient, -limit, limit)
    elif clip == "at least 1":
        gradient = gradient * max(factor, 1.0)
    elif clip == "at most 1":
        gradient = gradient * (min(factor, 1.0) if only_long else factor)
    if first == "clip":
        gradient = gradient / scale
    return weights - learning_rate * gradient, np.array(scale)


EXERCISES = [
    Exercise(
        name="summary_of_times",
        difficulty=1,
        minutes=5,
        points=2,
        takes="arrays",
        cases=summary_of_times_cases,
        mistakes=[
            Mistake(
                "with the warm-up",
                say="The warm-up is still in it. Leave out the first `warm_up` times before you summarise.",
                numpy=partial(summarised, kept="all"),
            ),
            Mistake(
                "one too many",
                say="One time too many was left out. `times[warm_up:]` begins behind the warm-up already.",
                numpy=partial(summarised, kept="one more"),
            ),
            Mistake(
                "only the first call left out",
                say="Only the first time was left out. How many belong to the warm-up is said by `warm_up`.",
                numpy=partial(summarised, kept="all but one"),
            ),
            Mistake(
                "the last ones",
                say="The *last* times were left out. The warm-up is at the beginning: `times[warm_up:]`.",
                numpy=partial(summarised, kept="from the end"),
            ),
            Mistake(
                "mean",
                say="That is the mean. One call that was disturbed moves it far; the median stays "
                "where most calls are.",
                numpy=partial(summarised, middle="mean"),
            ),
            Mistake(
                "fastest",
                say="That is the fastest call. It is what the machine can do at best; the median is "
                "what it usually does.",
                numpy=partial(summarised, middle="fastest"),
            ),
            Mistake(
                "standard deviation",
                say="The middle is right. The spread is the standard deviation, which one disturbed "
                "call blows up. "
                "The width of the middle half is asked for.",
                numpy=partial(summarised, spread="standard deviation"),
            ),
            Mistake(
                "range",
                say="The middle is right. The spread goes from the fastest to the slowest, so one "
                "disturbed call rules "
                "it. Take the values at a quarter and at three quarters.",
                numpy=partial(summarised, spread="range"),
            ),
            Mistake(
                "half the width",
                say="The middle is right. The spread is half of what is asked for: take the whole "
                "way from a quarter "
                "to three quarters.",
                numpy=partial(summarised, spread="half of it"),
            ),
            Mistake(
                "a negative spread",
                say="The middle is right. The spread came out negative: take the larger value minus "
                "the smaller one.",
                numpy=partial(summarised, spread="turned"),
            ),
            Mistake(
                "the other way round",
                say="Both numbers are right, in the wrong order. The median comes first, then the spread.",
                numpy=summarised_the_other_way_round,
            ),
            Mistake(
                "percentiles from 0 to 1",
                say="`np.percentile` counts from 0 to 100, so 0.25 is a quarter of a *hundredth*. "
                "Write 25, 50 and 75, or use `np.quantile`, which counts from 0 to 1.",
                numpy=partial(summarised, middle="hundredth"),
            ),
        ],
        hints=[
            "First leave out the warm-up. Then three numbers: at a quarter, at the middle, at three quarters.",
            "`np.percentile(array, [25, 50, 75])` returns all three.",
            "`low, middle, high = np.percentile(times[warm_up:], [25, 50, 75])`, then return "
            "`middle, high - low`.",
        ],
    ),
    Exercise(
        name="pays_after",
        difficulty=2,
        minutes=8,
        points=2,
        tolerance=1e-6,  # far less than a step
        cases=pays_after_cases,
        call=paying_and_not,
        mistakes=[
            Mistake(
                "first step not counted",
                say="One step too few. Either you counted the steps *after* the first one, which is a "
                "step as well. Or you rounded down: then compiling has *not quite* paid yet.",
                numpy=partial(paying, count_first=False),
            ),
            Mistake(
                "rounded down",
                say="Two steps too few. At this number compiling has *not quite* paid yet: round up "
                "(`math.ceil`), not down. And the first step is a step as well.",
                numpy=partial(paying, rounded="down", count_first=False),
            ),
            Mistake(
                "not rounded",
                say="There is no such thing as a part of a step. Round up to a whole number.",
                numpy=partial(paying, rounded="not"),
            ),
            Mistake(
                "not rounded, first step not counted",
                say="The division is right. Two things are missing: there is no such thing as a part of "
                "a step, so round up, and the first step is a step as well.",
                numpy=partial(paying, rounded="not", count_first=False),
            ),
            Mistake(
                "plain starts free",
                say="The plain training's first step takes longer than its others, too. What "
                "compiling costs more is the "
                "*difference* of the two first steps.",
                numpy=partial(paying, plain_starts_free=True),
            ),
            Mistake(
                "plain starts free, first step not counted",
                say="The plain training has a first step of its own, too: what compiling costs more is "
                "the *difference* of the two. And the first step is a step as well, so one more.",
                numpy=partial(paying, plain_starts_free=True, count_first=False),
            ),
            Mistake(
                "divided by a plain step",
                say="You divided by the time of a plain step. What pays the price back is what a "
                "step *saves*: plain "
                "minus compiled.",
                numpy=partial(paying, by="plain"),
            ),
            Mistake(
                "divided by a compiled step",
                say="You divided by the time of a compiled step. What pays the price back is what a "
                "step *saves*: plain "
                "minus compiled.",
                numpy=partial(paying, by="compiled"),
            ),
            Mistake(
                "never forgotten",
                say="Where it pays your number is right. Where a compiled step is slower, nothing "
                "is ever paid back: "
                "return -1 there.",
                numpy=partial(paying, never=False),
            ),
            Mistake(
                "always never",
                say="You returned -1 where it does pay. If you try out one number of steps after the "
                "other: go on for longer, it can be thousands. If you ask for a condition: what decides "
                "is whether a *later* step is faster when compiled.",
                numpy=never_paying,
            ),
        ],
        hints=[
            "What does compiling cost more at the first step? What does each further step save?",
            "The cost divided by the saving is the number of *further* steps. The first step comes on top.",
            "`saved = plain - compiled`; -1 where it is not above 0; else `1 + math.ceil((first_compiled - "
            "first_plain) / saved)`.",
        ],
    ),
    Exercise(
        name="translations",
        difficulty=2,
        minutes=8,
        points=2,
        takes="arrays",
        cases=translations_cases,
        mistakes=[
            Mistake(
                "one bucket too many",
                say="A length that is a multiple of the bucket got a whole bucket more. `length // "
                "bucket + 1` does "
                "that. Round *up* instead: `math.ceil`, or `-(-length // bucket)`.",
                numpy=partial(translated, filled="always one more"),
            ),
            Mistake(
                "rounded down",
                say="You rounded down, so words were cut off. A sentence is filled up: round *up* to "
                "the next multiple, with `np.ceil` or `-(-length // bucket)`.",
                numpy=partial(translated, filled="down"),
            ),
            Mistake(
                "to the nearest",
                say="You went to the *nearest* multiple, so some sentences lost words. Always round up: "
                "`np.ceil`, or `-(-length // bucket)`.",
                numpy=partial(translated, filled="to the nearest"),
            ),
            Mistake(
                "to the longest",
                say="You filled every sentence up to the longest one. That needs one translation "
                "only, and much filling. "
                "Here each goes to the *next* multiple of the bucket.",
                numpy=partial(translated, filled="to the longest"),
            ),
            Mistake(
                "unfilled lengths",
                say="The share is right. The count is that of the lengths *before* filling. What "
                "the compiler sees are "
                "the filled ones.",
                numpy=partial(translated, counted="unfilled"),
            ),
            Mistake(
                "every call",
                say="The share is right. You counted every sentence, but a length that was seen before is not "
                "translated again.",
                numpy=partial(translated, counted="calls"),
            ),
            Mistake(
                "share of the words",
                say="The count is right. The filling was divided by the real numbers; divide by "
                "*all* that are computed on.",
                numpy=partial(translated, share="of the words"),
            ),
            Mistake(
                "the other share",
                say="The count is right. That is the share of the real numbers. The filling is the rest.",
                numpy=partial(translated, share="the words"),
            ),
            Mistake(
                "in per cent",
                say="Both are right, but the share is asked for as a number from 0 to 1, not in per cent.",
                numpy=partial(translated, share="in per cent"),
            ),
            Mistake(
                "not a share",
                say="The count is right. That is *how much* was filled up. For the share, divide it by "
                "all the numbers that are computed on.",
                numpy=partial(translated, share="not a share"),
            ),
            Mistake(
                "share of the sentences",
                say="The count is right. That is the share of the *sentences* that were filled up. The "
                "share of the *numbers* is asked for.",
                numpy=partial(translated, share="of the sentences"),
            ),
            Mistake(
                "the other way round",
                say="Both numbers are right, in the wrong order. The number of translations comes first.",
                numpy=translated_the_other_way_round,
            ),
            Mistake(
                "mean of shares",
                say="The count is right. You took each sentence's share and then the mean, so a "
                "short sentence weighs as "
                "much as a long one. Add up first, then divide once.",
                numpy=partial(translated, share="mean of shares"),
            ),
        ],
        hints=[
            "First turn every length into its filled length. Both answers come from these.",
            "Divide by the bucket, round up, multiply by the bucket. `np.unique` gives the different ones.",
            "`filled = -(-lengths // bucket) * bucket`, then `len(np.unique(filled))` and "
            "`1 - lengths.sum() / filled.sum()`.",
        ],
    ),
    Exercise(
        name="one_shape",
        difficulty=3,
        minutes=10,
        points=3,
        cases=one_shape_cases,
        call=counting_calls,
        mistakes=[
            Mistake(
                "the last one short",
                say="The outputs are right. The last call had fewer rows than `size`: that is the "
                "retrace. Fill it up.",
                numpy=partial(sent, short="as it is"),
            ),
            Mistake(
                "the rest dropped",
                say="The rows of the short last batch are missing. They must be read as well: fill "
                "the batch up.",
                numpy=partial(sent, short="dropped"),
            ),
            Mistake(
                "the filling returned",
                say="The outputs for the rows of zeros were returned too. Cut them off: only as "
                "many rows as `inputs` has.",
                numpy=partial(sent, cut="nothing"),
            ),
            Mistake(
                "filled in front",
                say="The zeros stand *before* the real rows, so every output has moved. They belong "
                "behind the last row.",
                numpy=partial(sent, short="in front"),
            ),
            Mistake(
                "a batch of zeros",
                say="Where the rows come out even, you added a whole batch of zeros, and one call "
                "too many. `-rows % size` "
                "is 0 there; `size - rows % size` is not.",
                numpy=partial(sent, always=True),
            ),
            Mistake(
                "cut by what is missing",
                say="Right where a batch was filled up. Where the rows come out even nothing is missing, "
                "and `[:-0]` is empty. Cut to `len(inputs)` rows instead.",
                numpy=partial(sent, cut="missing"),
            ),
            Mistake(
                "size pieces",
                say="The rows were cut into `size` pieces. They go in pieces *of* `size` rows. "
                "(`torch.chunk` and `keras.ops.split` are given the number of pieces, `torch.split` "
                "the rows of each.)",
                numpy=partial(sent, pieces="size of them"),
            ),
            Mistake(
                "stacked",
                say="The calls are right. Their outputs were stacked, which makes an axis more. Put them "
                "behind each other: `torch.cat`, `keras.ops.concatenate`. Then cut.",
                numpy=partial(sent, together="stacked"),
            ),
            Mistake(
                "only the last call",
                say="The calls are right, but only the outputs of the last one came back. Collect them in "
                "a list and put them together behind the loop.",
                numpy=partial(sent, together="the last"),
            ),
            Mistake(
                "only the first call",
                say="There was one call only. Does a `return` stand inside the loop? It belongs behind it.",
                numpy=sent_the_first,
            ),
            Mistake(
                "one by one",
                say="The outputs are right, but each row was a call of its own. Send `size` rows a call.",
                numpy=sent_one_by_one,
            ),
            Mistake(
                "all at once",
                say="The outputs are right, but all the rows went in one call, a shape that the "
                "network has not seen.",
                numpy=sent_at_once,
            ),
        ],
        hints=[
            "How many rows are missing until the number is a multiple of `size`? Put them behind, as zeros.",
            "`-len(inputs) % size` rows are missing, which is 0 where it comes out even. After the "
            "calls, put the outputs "
            "together and cut them to `len(inputs)` rows.",
            "Fill up with `torch.cat` or `keras.ops.pad`, call `network` for each `size` rows, put "
            "together, and "
            "return `outputs[: len(inputs)]`.",
        ],
    ),
    Exercise(
        name="shared_step",
        difficulty=2,
        minutes=10,
        points=2,
        tolerance=1e-4,
        cases=shared_step_cases,
        mistakes=[
            Mistake(
                "plain mean",
                say="You took the plain mean of both gradients. The parts are not equally large: "
                "weight each with its "
                "share of the rows.",
                numpy=partial(shared, together="plain mean"),
            ),
            Mistake(
                "sum",
                say="Both gradients were added up without weights. Each is a mean already, so the "
                "step is about twice too "
                "long.",
                numpy=partial(shared, together="sum"),
            ),
            Mistake(
                "sums of losses",
                say="Each gradient was multiplied by its number of rows, but nothing was divided by "
                "the number of *all* rows.",
                numpy=partial(shared, together="sums of losses"),
            ),
            Mistake(
                "weights the wrong way round",
                say="Each gradient got the *other* part's share.",
                numpy=partial(shared, together="turned"),
            ),
            Mistake(
                "only the first",
                say="That is a step with the first part alone. The second device's gradient is missing.",
                numpy=partial(shared, together="first"),
            ),
            Mistake(
                "only the second",
                say="Only the second part's gradient is in it, with its share. The first one was "
                "lost: cleared, or "
                "written over. Add the two.",
                numpy=partial(shared, together="second, weighted"),
            ),
            Mistake(
                "only the second, unweighted",
                say="That is a step with the second part alone. The first one's gradient was lost: "
                "cleared, or written over. Weight each with its share of the rows, and add the two.",
                numpy=partial(shared, together="second"),
            ),
            Mistake(
                "grad collects already",
                say="The first part's gradient is in it once too often. `backward()` *adds* to `.grad`: "
                "after the second call both are in it already. Weight the losses and let `.grad` "
                "collect, or clear it in between.",
                numpy=partial(shared, together="first in full"),
            ),
            Mistake(
                "collected twice",
                say="The first part's gradient is in it twice. `backward()` *adds* to `.grad`, and you add "
                "once more. Take what is in `.grad` at the end.",
                numpy=partial(shared, together="first twice"),
            ),
            Mistake(
                "the gradient",
                say="The gradient is right, and you returned it. Return the *weights* after a step with it.",
                numpy=shared_gradient,
            ),
            Mistake(
                "one after the other",
                say="You took a step after each part, so the second gradient belongs to other "
                "weights. Both devices start "
                "from the *same* weights, and there is one step.",
                numpy=partial(shared, together="one after the other"),
            ),
            Mistake(
                "one after the other, weighted",
                say="The shares are right, but you took a step after each part, so the second gradient "
                "belongs to other weights. Add both gradients first, then take one step.",
                numpy=partial(shared, together="one after the other, weighted"),
            ),
            Mistake(
                "uphill",
                say="The gradient is right, but the step goes uphill. It is subtracted.",
                numpy=partial(shared, sign=-1.0),
            ),
        ],
        hints=[
            "Each part has a mean of its own. How must two means be put together to be the mean of all?",
            "Multiply each part's loss, or gradient, by `len(part) / len(all)`, and add.",
            "PyTorch: `(loss * len(targets[part]) / len(targets)).backward()` for both, then one "
            "step with `.grad`. Keras: "
            "`total += tape.gradient(loss, variable) * len(targets[part]) / len(targets)`.",
        ],
    ),
    Exercise(
        name="scaled_step",
        difficulty=2,
        minutes=8,
        points=3,
        tolerance=1e-5,
        cases=scaled_step_cases,
        call=four_gradients,
        mistakes=[
            Mistake(
                "as it was",
                say="This is what the port gave as it stood. Go through the original line by line: "
                "what becomes of the "
                "scale, what comes first, and what happens to a gradient that is short already?",
                numpy=partial(scaled, first="clip", only_long=False, after_overflow=2.0),
            ),
            Mistake(
                "clipped first",
                say="Scale after an overflow and short gradients are right now. It still clips "
                "*before* it unscales, so "
                "the limit acts on numbers that are far too large.",
                numpy=partial(scaled, first="clip"),
            ),
            Mistake(
                "short ones lengthened",
                say="Order and scale are right now. A gradient shorter than the limit is still "
                "*lengthened* to it. The "
                "factor must not be above 1.",
                numpy=partial(scaled, only_long=False),
            ),
            Mistake(
                "scale doubled",
                say="The weights are right now. After an overflow the scale is still doubled, and "
                "the next step overflows "
                "again. It must be halved.",
                numpy=partial(scaled, after_overflow=2.0),
            ),
            Mistake(
                "scale kept",
                say="The weights are right. After an overflow the scale stays as it is, so the next "
                "step overflows again. "
                "It must be halved.",
                numpy=partial(scaled, after_overflow=1.0),
            ),
            Mistake(
                "order and short ones",
                say="The scale is right now. Two faults are left, both in the clipping: when it "
                "happens, and what it does "
                "to a short gradient.",
                numpy=partial(scaled, first="clip", only_long=False),
            ),
            Mistake(
                "order and scale",
                say="Short gradients are left alone now, and that was right. Two faults are left: "
                "when the clipping "
                "happens, and the scale after an overflow.",
                numpy=partial(scaled, first="clip", after_overflow=2.0),
            ),
            Mistake(
                "short ones and scale",
                say="The order is right now. Two faults are left: short gradients are lengthened, "
                "and the scale after an "
                "overflow.",
                numpy=partial(scaled, only_long=False, after_overflow=2.0),
            ),
            Mistake(
                "no clipping",
                say="The gradient is no longer clipped at all. The original does clip one that is too long.",
                numpy=partial(scaled, clip="no"),
            ),
            Mistake(
                "at least 1",
                say="Order and scale are right now. The factor of the clipping is now at *least* 1, so "
                "long gradients stay long and short ones grow. It must be at *most* 1: `min(..., 1)`, "
                "in PyTorch `.clamp(max=1.0)`.",
                numpy=partial(scaled, clip="at least 1"),
            ),
            Mistake(
                "each number clipped",
                say="Order and scale are right now. You clipped each number by itself, which turns the "
                "direction. Shorten the *length*: all numbers by the same factor.",
                numpy=partial(scaled, clip="each number"),
            ),
            Mistake(
                "never unscaled",
                say="The gradient is never divided by `scale`, so it is still `scale` times too large.",
                numpy=partial(scaled, first="neither"),
            ),
        ],
        hints=[
            "Three places: the scale after an overflow, the order of two lines, and the factor of "
            "the clipping.",
            "Halve the scale. Unscale before you measure the length. The factor is `limit / "
            "length`, but at most 1.",
            "`return weights, scale / 2` after an overflow; else divide by `scale`, multiply by "
            "`min(limit / length, 1)`, step.",
        ],
    ),
]
