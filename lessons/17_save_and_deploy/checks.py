"""What the exercises on saving and deploying must do, and the wrong answers that learners give."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from lockstep.learn.answering import AnswerError
from lockstep.learn.exercises import Answer, Case, Exercise, Inputs, Mistake

Generator = np.random.Generator
Array = np.ndarray

LOW, HIGH = -128, 127  # what eight bits can hold
INK = 255  # the largest pixel
MOST_INSTANCES = 4

# 1. quantise


def quantise_cases(generator: Generator) -> list[Case]:
    """Return numbers that lie within a third of a step of whole steps, so that rounding is safe."""
    return [
        Case("eight numbers, more of them negative", {"numbers": near_steps(generator, 8, 20, 60)}),
        Case(
            "ten numbers, more of them positive", {"numbers": near_steps(generator, 10, -90, -30)}
        ),
    ]


def near_steps(generator: Generator, count: int, lowest: int, highest: int) -> Array:
    """Return numbers whose zero point lies between `lowest` and `highest`, and must be rounded."""
    between = generator.uniform(0.22, 0.3) * generator.choice([-1, 1])  # where 0 lies, in steps
    zero_point = generator.integers(lowest, highest)
    whole = generator.choice(np.arange(LOW + 2, HIGH - 1), size=count - 4, replace=False)
    off = generator.uniform(0.15, 0.35, size=count - 4) * generator.choice([-1, 1], size=count - 4)
    # Two of the numbers are off in a known direction, so that each mistake shows.
    inner = np.concatenate([whole + off, [zero_point + 10.3, zero_point - 10.3]])
    ends = [LOW + between, HIGH + between]
    numbers = generator.permutation(np.concatenate([inner, ends])) - zero_point
    return np.asarray(numbers * generator.uniform(0.01, 0.05))


def quantised(
    numbers: Array,
    *,
    steps: int = 255,
    low: float = LOW,
    rounding: Callable[[Array], Array] = np.round,
    round_zero_point: bool = True,
    add_zero_point: bool = True,
    shift_first: bool = False,
) -> tuple[Array, Array, Array]:
    """Return the whole numbers, the scale and the zero point, with one thing done differently."""
    scale = (numbers.max() - numbers.min()) / steps
    zero_point = low - numbers.min() / scale
    if round_zero_point:
        zero_point = np.round(zero_point)
    whole = rounding(numbers / scale)
    if shift_first:
        whole = rounding((numbers - numbers.min()) / scale)
    return whole + (zero_point if add_zero_point else 0), scale, zero_point


def rounded_last(numbers: Array) -> tuple[Array, Array, Array]:
    """Add the zero point, which is not rounded, and round the sum."""
    exact, scale, zero_point = quantised(numbers, rounding=np.asarray, round_zero_point=False)
    return np.round(exact), scale, zero_point


def cut_off_last(numbers: Array) -> tuple[Array, Array, Array]:
    """Add the zero point, and cut the decimals of the sum away."""
    exact, scale, zero_point = quantised(numbers, rounding=np.asarray)
    return np.trunc(exact + 1e-4 * np.sign(exact)), scale, zero_point


def from_the_smallest(numbers: Array) -> tuple[Array, Array, Array]:
    """Count the steps from the smallest number."""
    _, scale, zero_point = quantised(numbers)
    return np.round((numbers - numbers.min()) / scale) + LOW, scale, zero_point


def taken_away(numbers: Array) -> tuple[Array, Array, Array]:
    """Take the zero point away."""
    whole, scale, zero_point = quantised(numbers)
    return whole - 2 * zero_point, scale, zero_point


def other_sign(numbers: Array) -> tuple[Array, Array, Array]:
    """Add the smallest number's steps in place of taking them away."""
    whole, scale, zero_point = quantised(numbers)
    other = np.round(LOW + numbers.min() / scale)
    return whole - zero_point + other, scale, other


def without_brackets(numbers: Array) -> tuple[Array, Array, Array]:
    """Divide the smallest number alone by 255."""
    scale = numbers.max() - numbers.min() / 255
    zero_point = np.round(LOW - numbers.min() / scale)
    return np.round(numbers / scale) + zero_point, scale, zero_point


def symmetric(numbers: Array) -> tuple[Array, Array, Array]:
    """Take the largest absolute number for 127, and no zero point."""
    scale = np.abs(numbers).max() / HIGH
    return np.round(numbers / scale), scale, np.zeros(())


def not_back(numbers: Array) -> tuple[Array, Array, Array]:
    """Return the numbers as they come back, in place of the whole numbers."""
    whole, scale, zero_point = quantised(numbers)
    return (whole - zero_point) * scale, scale, zero_point


# 2. request_body


def request_cases(generator: Generator) -> list[Case]:
    """Return two batches of small images."""
    shapes = [(2, 3, 4), (3, 2, 5)]
    return [
        Case(
            f"{shape[0]} images of {shape[1]} by {shape[2]}",
            {"images": generator.integers(1, INK + 1, size=shape)},
        )
        for shape in shapes
    ]


def read_request(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Read the request as a server would; say whether the list was named, and what is in it."""
    text = answer(*inputs.values())
    if not isinstance(text, (str, bytes)):
        raise AnswerError(
            f"it gave back {'None' if text is None else f'a `{type(text).__name__}`'}. The body is a "
            "text: end with `return json.dumps(...)`."
        )
    try:
        content = json.loads(text)
    except ValueError:
        raise AnswerError(
            "what it gave back is not JSON. Python itself writes lists and dictionaries in its own way, "
            "with single quotes; `json.dumps` writes JSON."
        ) from None
    dictionary = isinstance(content, dict)
    named = dictionary and set(content) == {"instances"}
    if dictionary:
        content = next(iter(content.values()), [])
    return {
        "a dictionary": float(dictionary),
        "its key is instances": float(named),
        "instances": only_numbers(content),
    }


def only_numbers(content: Any) -> Array:
    """Return lists of numbers as an array; refuse texts, dictionaries and rows of several lengths."""
    try:
        numbers = np.array(content)
    except ValueError:  # rows of several lengths
        numbers = np.array(None)
    if numbers.dtype.kind not in "iuf":
        raise AnswerError(
            "the server finds something else than lists of numbers in what it reads. One dictionary, in it a "
            "list, in that one list of numbers for each image, without quotation marks around them."
        )
    return numbers.astype(float)


def bodies(change: Callable[[Array], Array], name: str | None = "instances") -> Answer:
    """Return a wrong `request_body`: the rows are changed, or called something else."""

    def request_body(images: Array) -> str:
        rows = change(images).tolist()
        return json.dumps({name: rows} if name else rows)

    return request_body


def flat(images: Array) -> Array:
    """Return one row for each image."""
    return images.reshape(len(images), -1)


# 3. status_of

MODELS = ("digits", "letters")


def status_cases(generator: Generator) -> list[Case]:
    """Return two lists of requests in which every rule is needed."""
    return [
        Case(f"seventeen requests, {width} numbers each", {"requests": requests(generator, width)})
        for width in (3, 5)
    ]


def requests(generator: Generator, width: int) -> str:
    """Return requests as JSON: what is special about each, a model's name, a body."""

    def rows(count: int, length: int = width) -> list[list[int]]:
        return [list(map(int, row)) for row in generator.integers(1, INK, size=(count, length))]

    def body(instances: Any) -> str:
        return json.dumps({"instances": instances})

    def with_one(number: int, count: int) -> list[list[int]]:
        there = rows(count)
        there[-1][int(generator.integers(width))] = number
        return there

    def some(lowest: int, highest: int) -> int:
        return int(generator.integers(lowest, highest))

    decimals = [[number + 0.5 for number in row] for row in rows(2)]
    asked = {
        "a good request of one instance": (MODELS[0], body(rows(1))),
        "a good request with a 255": (MODELS[0], body(with_one(INK, some(1, 4)))),
        "a good request of four instances, with a 0": (
            MODELS[1],
            body(with_one(0, MOST_INSTANCES)),
        ),
        "a good request with decimals": (MODELS[0], body(decimals)),
        "a model that is not there": ("cats", body(rows(1))),
        "a body that is not JSON": (MODELS[0], "seven " * some(1, 4)),
        "a body that is a bare number": (MODELS[0], json.dumps(some(1, 99))),
        "a body that is a bare list": (MODELS[0], json.dumps(rows(1))),
        "a dictionary without instances": (MODELS[1], json.dumps({"pixels": rows(1)})),
        "instances that are one number": (MODELS[1], body(some(1, 99))),
        "an empty list of instances": (MODELS[0], body([])),
        "more than four instances": (MODELS[0], body(rows(MOST_INSTANCES + some(1, 4)))),
        "a second instance that is too short": (MODELS[0], body([*rows(1), *rows(1, width - 1)])),
        "a second instance that is one number": (MODELS[1], body([*rows(1), some(1, 99)])),
        "words in place of numbers": (MODELS[1], body([["ink"] * width])),
        "a second instance with a number above 255": (
            MODELS[0],
            body(with_one(INK + some(1, 50), 2)),
        ),
        "a second instance with a number below 0": (MODELS[1], body(with_one(-some(1, 50), 2))),
    }
    return json.dumps({"width": width, "asked": asked})


def all_statuses(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Ask about each request; an exception is a 500, as it is in a server."""
    given = json.loads(inputs["requests"])
    said = {}
    for title, (name, body) in given["asked"].items():
        try:
            status = answer(name, body, list(MODELS), given["width"])
        except NotImplementedError:  # the blank
            raise
        except Exception:  # whatever the learner's code raises
            status = 500
        if status is None:
            raise AnswerError(
                f"for {title} it gave back None. Every way through your function must end with "
                "`return` and a number."
            )
        if isinstance(status, bool) or not isinstance(status, (int, np.integer)):
            raise AnswerError(
                f"for {title} it gave back {status!r}. Give back a number, such as 200."
            )
        said[title] = np.array(int(status))
    return said


def statuses(without: str) -> Answer:
    """Return a `status_of` that leaves one rule out, or does it differently."""

    def status_of(name: str, body: str, models: list[str], width: int) -> int:
        if name not in models and without != "name":
            return 400 if without == "one number for all" else 404
        try:
            content = json.loads(body)
        except ValueError:
            if without == "not JSON":
                raise
            return 404 if without == "not JSON is 404" else 400
        return status_of_content(content, width, without)

    return status_of


def status_of_content(content: Any, width: int, without: str) -> int:
    """Return the status for what was read from JSON, with one rule left out."""
    if not isinstance(content, dict) or "instances" not in content:
        raises = {
            "no instances": True,
            "no dictionary": not isinstance(content, dict),
            "bare number": isinstance(content, int),
        }
        if raises.get(without):
            raise TypeError
        return 400
    instances = content["instances"]
    if not isinstance(instances, list):
        if without == "no list":
            raise TypeError
        return 400
    if not instances and without != "empty":
        return 400
    if len(instances) >= MOST_INSTANCES + (without != "four") and without != "too many":
        return 400 if without in ("one number for all", "413") else 413
    looked_at = instances[:1] if without == "first row only" else instances
    return 200 if all(good_row(row, width, without) for row in looked_at) else 400


def good_row(row: Any, width: int, without: str) -> bool:
    """Say whether a row passes, with one rule left out."""
    if not isinstance(row, list):
        if without == "row no list":
            raise TypeError
        return False
    if len(row) != width and without != "width":
        return False
    if any(isinstance(number, str) for number in row):
        if without == "words raise":
            raise TypeError
        return without == "words"
    kind = {"only int": float, "only float": int}.get(without)
    if kind and any(isinstance(number, kind) for number in row):
        return False
    return all(good_number(number, without) for number in row)


def good_number(number: float, without: str) -> bool:
    """Say whether a number lies between the bounds, with one of them left out or drawn tighter."""
    above = number > INK or (number == INK and without in ("ends", "upper end"))
    below = number < 0 or (number == 0 and without in ("ends", "lower end"))
    above = above and without not in ("range", "above")
    return not above and (not below or without in ("range", "below"))


# 4. load_summary


def load_cases(generator: Generator) -> list[Case]:
    """Return two logs; the first requests are slow, and all overlap."""
    return [
        Case("a log of 12 requests, 2 of them to warm up", log(generator, 12, 2)),
        Case("a log of 19 requests, 3 of them to warm up", log(generator, 19, 3)),
    ]


def log(generator: Generator, count: int, warm_up: int) -> dict[str, Any]:
    """Return when requests came and went."""
    came = 0.5 + np.cumsum(generator.uniform(0.01, 0.03, size=count))
    took = generator.uniform(0.04, 0.12, size=count)
    took[:warm_up] += 0.5
    took[-3] += 0.2  # somebody waits long, and is answered last
    return {"came": came, "went": came + took, "warm_up": warm_up}


def summary(
    came: Array,
    went: Array,
    warm_up: int,
    *,
    keep: Callable[[Array, int], Array] = lambda times, warm_up: times[warm_up:],
    unit: float = 1000.0,
    middle: Callable[[Array], Any] = np.median,
    slow: Callable[[Array], Any] = lambda times: np.quantile(times, 0.95),
    rate: str = "from first to last",
) -> tuple[Any, Any, Any]:
    """Return the three figures, with one thing done differently."""
    everything = np.array([came, went])
    all_the_time = went.max() - came.min()
    came, went = keep(everything.T, warm_up).T
    times = went - came
    rates = {
        "from first to last": len(times) / (went.max() - came.min()),
        "times added up": len(times) / times.sum(),
        "from zero": len(times) / went.max(),
        "until the last came": len(times) / (came.max() - came.min()),
        "one over the median": 1 / np.median(times),
        "until the last in the list": len(times) / (went[-1] - came[0]),
        "warm-up counted": everything.shape[1] / (went.max() - came.min()),
        "warm-up's time": len(times) / all_the_time,
        "all in all": everything.shape[1] / all_the_time,
        "a millisecond": len(times) / (went.max() - came.min()) / 1000,
        "upside down": (went.max() - came.min()) / len(times),
    }
    return unit * middle(times), unit * slow(times), rates[rate]


def summed(**different: Any) -> Answer:
    """Return a wrong `load_summary`."""
    return lambda came, went, warm_up: summary(came, went, int(warm_up), **different)


def lower_median(times: Array) -> Any:
    """Return the lower of the two in the middle."""
    return np.sort(times)[(len(times) - 1) // 2]


# 5. translate_shipped


def shipped_cases(generator: Generator) -> list[Case]:
    """Return two small networks with images; the classes that win differ."""
    return [
        Case("four images of 3 by 2, four classes", network_and_images(generator, 4, (3, 2), 4)),
        Case("five images of 2 by 4, five classes", network_and_images(generator, 5, (2, 4), 5)),
    ]


def network_and_images(
    generator: Generator, rows: int, size: tuple[int, int], classes: int
) -> dict[str, Array]:
    """Return images, and the arrays of a network of one layer; as many images as classes."""
    width = size[0] * size[1]
    return {
        "images": generator.integers(0, INK + 1, size=(rows, *size)),
        "mean": generator.uniform(60, 140, size=width),
        "spread": generator.uniform(50, 90, size=width),
        "weights": generator.normal(size=(width, classes))
        * 0.02,  # small: else softmax is all 0 and 1
        "biases": generator.normal(size=classes) * 0.05,
    }


def shipped(
    images: Array,
    mean: Array,
    spread: Array,
    weights: Array,
    biases: Array,
    *,
    standardise: Callable[[Array, Array, Array], Array] = lambda x, mean, spread: (
        (x - mean) / spread
    ),
    axis: int | None = 1,
    turned: bool = False,
    shift: float = 1.0,
    gives: str = "class and probability",
) -> tuple[Array, Array]:
    """Return classes and probabilities, with one thing done differently."""
    pixels = flat(images.transpose(0, 2, 1) if turned else images).astype(float)
    logits = standardise(pixels, mean, spread) @ weights + shift * biases
    exponentials = np.exp(logits - logits.max())
    probabilities = exponentials / exponentials.sum(axis=axis, keepdims=True)
    classes, largest = probabilities.argmax(axis=1), probabilities.max(axis=1)
    if gives == "along the images":
        classes, largest = probabilities.argmax(axis=0), probabilities.max(axis=0)
    if gives == "logit":
        largest = logits.max(axis=1)
    if gives == "logarithm":
        largest = np.log(largest)
    return (largest, classes) if gives == "swapped" else (classes, largest)


def shipped_with(**different: Any) -> Answer:
    """Return a wrong `translate_shipped`."""
    return lambda *inputs: shipped(*inputs, **different)


# 6. debug_port


def port_cases(generator: Generator) -> list[Case]:
    """Return two layers with as many inputs as outputs, so that a wrong direction fits."""
    return [
        Case("two rows, three in and three out", whole_layer(generator, 2, 3)),
        Case("three rows, four in and four out", whole_layer(generator, 3, 4)),
    ]


def whole_layer(generator: Generator, rows: int, width: int) -> dict[str, Any]:
    """Return a layer of whole numbers; one input leaves eight bits when the zero point is taken away."""
    whole = generator.integers(LOW, HIGH + 1, size=(rows, width))
    whole[:, 0] = generator.integers(115, HIGH + 1, size=rows)
    return {
        "whole": whole,
        "zero_point": int(generator.integers(-60, -25)),
        "scale": float(generator.uniform(0.3, 0.7)),
        "weights": generator.integers(LOW, HIGH + 1, size=(width, width)),
        "scales": generator.uniform(0.005, 0.03, size=width),
        "biases": generator.integers(2000, 6000, size=width),
    }


def ported(
    whole: Array,
    zero_point: int,
    scale: float,
    weights: Array,
    scales: Array,
    biases: Array,
    *,
    narrow: bool = False,
    along_inputs: bool = False,
    clamped: bool = False,
    bias_step: str = "both",
    sign: int = -1,
    unscaled_inputs: bool = False,
) -> Array:
    """Return the layer, with some things done differently."""
    shifted = whole + sign * zero_point
    if narrow:  # what does not fit into eight bits comes out at the other end
        shifted = (shifted - LOW) % 256 + LOW
    if clamped:
        shifted = np.clip(shifted, LOW, HIGH)
    numbers = shifted * (1 if unscaled_inputs else scale)
    steps = {"both": scale * scales, "columns": scales, "inputs": scale, "one": 1.0}
    real = weights * (scales[:, None] if along_inputs else scales)
    return np.asarray(numbers @ real + biases * steps[bias_step])


def port(**different: Any) -> Answer:
    """Return a wrong `debug_port`."""
    return lambda *inputs: ported(*inputs, **different)


EXERCISES = [
    Exercise(
        name="quantise",
        difficulty=1,
        minutes=8,
        points=2,
        cases=quantise_cases,
        mistakes=[
            Mistake(
                "cut off",
                say="The numbers were cut off to the next lower whole number. Round to the nearest one: that "
                "halves the "
                "largest error.",
                numpy=lambda numbers: quantised(numbers, rounding=lambda x: np.floor(x + 1e-4)),
            ),
            Mistake(
                "cut off towards zero",
                say="The decimals were cut away (as `int` does it, towards zero). Round to the nearest whole number.",
                numpy=lambda numbers: quantised(
                    numbers, rounding=lambda x: np.trunc(x + 1e-4 * np.sign(x))
                ),
            ),
            Mistake(
                "no zero point",
                say="Scale and zero point are right, and the zero point was not added to the numbers.",
                numpy=lambda numbers: quantised(numbers, add_zero_point=False),
            ),
            Mistake(
                "zero point not rounded",
                say="The zero point is not a whole number. Round it: it stands for 0, and in eight bits there are "
                "only whole numbers.",
                numpy=lambda numbers: quantised(numbers, round_zero_point=False),
            ),
            Mistake(
                "rounded last",
                say="You added the zero point as it came and rounded the sum. Round the zero point by itself, round "
                "each number divided by the scale, and add the two: then 0 becomes exactly the zero point.",
                numpy=rounded_last,
            ),
            Mistake(
                "from the smallest",
                say="You counted the steps from the smallest number, and some numbers came out one step away. Divide "
                "the number itself by the scale, round, and add the zero point: then 0 becomes exactly the zero point.",
                numpy=from_the_smallest,
            ),
            Mistake(
                "not rounded",
                say="Your numbers have decimals. Round each, after dividing by the scale.",
                numpy=lambda numbers: quantised(numbers, rounding=np.asarray),
            ),
            Mistake(
                "cut off last",
                say="The decimals of the sum were cut away, as turning a number into `int8` does. Round before you "
                "add the zero point.",
                numpy=cut_off_last,
            ),
            Mistake(
                "taken away",
                say="Scale and zero point are right, and the zero point was taken away from the numbers. It is added; "
                "on the way back it is taken away.",
                numpy=taken_away,
            ),
            Mistake(
                "other sign",
                say="With your zero point the smallest number does not become −128. The smallest divided by the scale, "
                "plus the zero point, shall be −128: solve that for the zero point, and look at the sign.",
                numpy=other_sign,
            ),
            Mistake(
                "without brackets",
                say="In the scale only the smallest number was divided by 255. The difference is divided: it needs "
                "brackets.",
                numpy=without_brackets,
            ),
            Mistake(
                "another order",
                say="The three came back in another order. First the whole numbers, then the scale, then the zero "
                "point.",
                numpy=lambda numbers: tuple(np.roll(np.array(quantised(numbers), object), -1)),
            ),
            Mistake(
                "256 steps",
                say="There are 256 whole numbers from −128 to 127, and 255 steps between them. The scale is the "
                "width "
                "of a step.",
                numpy=lambda numbers: quantised(numbers, steps=256),
            ),
            Mistake(
                "from 0 to 255",
                say="Your whole numbers run from 0 to 255. Eight bits with a sign run from −128 to 127: the smallest "
                "number becomes −128.",
                numpy=lambda numbers: quantised(numbers, low=0),
            ),
            Mistake(
                "symmetric",
                say="You took the largest absolute number for 127, without a zero point. That is a way of its own, "
                "used for "
                "weights; here the smallest number shall be −128 *and* the largest 127.",
                numpy=symmetric,
            ),
            Mistake(
                "shifted first",
                say="You took the smallest number away and added the zero point besides: shifted twice. Divide the "
                "number itself by the scale, round, and add the zero point.",
                numpy=lambda numbers: quantised(numbers, shift_first=True),
            ),
            Mistake(
                "came back",
                say="That is the way there and back. The whole numbers themselves are asked for.",
                numpy=not_back,
            ),
        ],
        hints=[
            "Three lines: the scale, the zero point, the whole numbers. The lesson has all three, under *Eight bits "
            "in place of thirty-two*.",
            "The scale is (largest − smallest) / 255. The smallest number divided by the scale, plus the zero "
            "point, shall be −128. Solve that for the zero point.",
            "zero_point = round(−128 − smallest / scale); whole = round(numbers / scale) + zero_point. Return whole, "
            "scale, zero_point.",
        ],
    ),
    Exercise(
        name="request_body",
        difficulty=1,
        minutes=5,
        points=2,
        takes="arrays",
        tolerance=1e-9,
        cases=request_cases,
        call=read_request,
        mistakes=[
            Mistake(
                "not flat",
                say="Each image is still a square of lists. The server wants one flat list of numbers for each: "
                "reshape to "
                "(rows, everything else) first.",
                numpy=bodies(lambda images: images),
            ),
            Mistake(
                "one row for all",
                say="All the images ended in one long row, and nobody can tell any more where one ends. One list "
                "for each image.",
                numpy=bodies(lambda images: images.reshape(1, -1)),
            ),
            Mistake(
                "only numbers",
                say="All the images were laid flat into one list of numbers. One list *for each image*, in a list.",
                numpy=bodies(lambda images: images.reshape(-1)),
            ),
            Mistake(
                "divided by 255",
                say="You divided by 255. The network standardises by itself; it wants the pixels as they are.",
                numpy=bodies(lambda images: flat(images) / INK),
            ),
            Mistake(
                "column by column",
                say="The images were laid flat column by column. Row by row is what the network was trained on, "
                "and what "
                "`reshape` does by itself.",
                numpy=bodies(lambda images: flat(images.transpose(0, 2, 1))),
            ),
            Mistake(
                "no name",
                say="The rows are right, and they need a name: a dictionary with the one key `instances`.",
                numpy=bodies(flat, name=None),
            ),
            Mistake(
                "another name",
                say="The rows are right, and the dictionary's one key must be called `instances`: the contract "
                "says so.",
                numpy=bodies(flat, name="inputs"),
            ),
            Mistake(
                "pixels in the first direction",
                say="One list for each *pixel*: rows and columns were swapped. One list for each image.",
                numpy=bodies(lambda images: flat(images).T),
            ),
        ],
        hints=[
            "Two steps: lay each image flat, then write JSON.",
            "`images.reshape(len(images), -1)` lays flat. `tolist()` turns an array into lists, and `json.dumps` "
            "turns lists and dictionaries into text.",
            '`json.dumps({"instances": images.reshape(len(images), -1).tolist()})`, and return it.',
        ],
    ),
    Exercise(
        name="status_of",
        difficulty=2,
        minutes=12,
        points=3,
        takes="arrays",
        tolerance=0.0,
        cases=status_cases,
        call=all_statuses,
        mistakes=[
            Mistake(
                "400 for everything",
                say="All that is wrong gets a 400. It helps the caller to know *what* is wrong: 404 for a name "
                "that is not "
                "there, 413 for too much at once.",
                numpy=statuses("one number for all"),
            ),
            Mistake(
                "any name",
                say="A model that is not in `models` was answered. That is a 404, before anything else.",
                numpy=statuses("name"),
            ),
            Mistake(
                "not JSON raises",
                say="A body that is not JSON raised an exception, and a server makes a 500 of that. Catch the "
                "`ValueError` of `json.loads` and give back 400.",
                numpy=statuses("not JSON"),
            ),
            Mistake(
                "404 for no JSON",
                say="A body that is not JSON got a 404. The address was right, the request is wrong: 400.",
                numpy=statuses("not JSON is 404"),
            ),
            Mistake(
                "400 for too many",
                say="More than four instances got a 400. That is a 413, a number of its own: too much at once.",
                numpy=statuses("413"),
            ),
            Mistake(
                "four are too many",
                say="Four instances got a 413. Four are allowed; *more* than four are too many.",
                numpy=statuses("four"),
            ),
            Mistake(
                "no dictionary raises",
                say="A body that is JSON and no dictionary (a bare list, a bare number) raised an exception, and a "
                "server makes a 500 of that. Ask with `isinstance(content, dict)` first.",
                numpy=statuses("no dictionary"),
            ),
            Mistake(
                "a bare number raises",
                say="A body that is one bare number is JSON too, and `in` raises an exception there. Ask with "
                "`isinstance(content, dict)` first.",
                numpy=statuses("bare number"),
            ),
            Mistake(
                "no list raises",
                say="Where `instances` is one number and no list, an exception was raised, and a server makes a 500 of "
                "that. Ask whether it is a list before you ask for its length.",
                numpy=statuses("no list"),
            ),
            Mistake(
                "row that is no list raises",
                say="An instance that is one number and no list raised an exception, and a server makes a 500 of that. "
                "Ask whether it is a list before you ask for its length.",
                numpy=statuses("row no list"),
            ),
            Mistake(
                "words raise",
                say="Words in place of numbers raised an exception, and a server makes a 500 of that. Ask whether an "
                "entry is an `int` or a `float` before you compare it with a number.",
                numpy=statuses("words raise"),
            ),
            Mistake(
                "only whole numbers",
                say="Numbers with decimals got a 400. They are numbers as well: ask for `(int, float)`.",
                numpy=statuses("only int"),
            ),
            Mistake(
                "only decimals",
                say="Whole numbers got a 400. A pixel comes as an `int` or as a `float`: ask for `(int, float)`.",
                numpy=statuses("only float"),
            ),
            Mistake(
                "ends refused",
                say="0 and 255 got a 400. 0 is paper and 255 is ink: both are allowed.",
                numpy=statuses("ends"),
            ),
            Mistake(
                "255 refused",
                say="A pixel of 255 got a 400. 255 is ink and is allowed; only *above* 255 is refused.",
                numpy=statuses("upper end"),
            ),
            Mistake(
                "0 refused",
                say="A pixel of 0 got a 400. 0 is paper and is allowed; only *below* 0 is refused.",
                numpy=statuses("lower end"),
            ),
            Mistake(
                "no instances raises",
                say="A body without `instances` (another key, a bare list, a bare number) raised an exception, "
                "and a server makes a 500 of that. Ask first whether it is a dictionary that has the key.",
                numpy=statuses("no instances"),
            ),
            Mistake(
                "an empty list",
                say="An empty list of instances got a 200. There is nothing to answer: 400.",
                numpy=statuses("empty"),
            ),
            Mistake(
                "any number of instances",
                say="More than four instances got a 200. That is a 413.",
                numpy=statuses("too many"),
            ),
            Mistake(
                "first row only",
                say="Only the first instance was looked at. In some requests the fault stands in the second.",
                numpy=statuses("first row only"),
            ),
            Mistake(
                "any range",
                say="Numbers below 0 and above 255 got a 200. The app that divides, or subtracts, would never "
                "notice.",
                numpy=statuses("range"),
            ),
            Mistake(
                "no upper bound",
                say="Numbers above 255 got a 200. Below 0 is refused already; both ends count.",
                numpy=statuses("above"),
            ),
            Mistake(
                "no lower bound",
                say="Numbers below 0 got a 200. Above 255 is refused already; both ends count.",
                numpy=statuses("below"),
            ),
            Mistake(
                "any width",
                say="An instance with too few numbers got a 200. Each has exactly `width` of them.",
                numpy=statuses("width"),
            ),
            Mistake(
                "words",
                say="Words in place of numbers got a 200. Ask of each entry whether it is an `int` or a `float`.",
                numpy=statuses("words"),
            ),
        ],
        hints=[
            "Go through the rules in their order, with a `return` for each. What is left at the end is a 200.",
            "`isinstance(content, dict)` asks whether something is a dictionary, and `isinstance(number, (int, "
            "float))` "
            "whether it is a number. The order of the questions matters: ask for the kind before you ask for a key "
            "or a length.",
            "name not in models: 404. try json.loads, except ValueError: 400. Not a dict, or no list under "
            '"instances", or an empty one: 400. len > 4: 413. Then for each row: a list, of the length width, all '
            "numbers, all from 0 to 255, otherwise 400. At the end 200.",
        ],
    ),
    Exercise(
        name="load_summary",
        difficulty=2,
        minutes=8,
        points=2,
        tolerance=1e-4,
        cases=load_cases,
        mistakes=[
            Mistake(
                "warm-up counted",
                say="The first requests, which came while the server was getting ready, were counted. Leave them "
                "out of all "
                "three figures.",
                numpy=summed(keep=lambda times, warm_up: times),
            ),
            Mistake(
                "warm-up alone",
                say="Only the warm-up was kept. `came[warm_up:]` leaves the first ones out, `came[:warm_up]` keeps "
                "nothing else.",
                numpy=summed(keep=lambda times, warm_up: times[:warm_up]),
            ),
            Mistake(
                "warm-up in the rate",
                say="The two times are right. In the rate the warm-up is still there: both the requests and the time "
                "that passed shall be without it.",
                numpy=summed(rate="all in all"),
            ),
            Mistake(
                "warm-up in the rate's count",
                say="The two times are right. The rate still counts the requests of the warm-up.",
                numpy=summed(rate="warm-up counted"),
            ),
            Mistake(
                "warm-up in the rate's time",
                say="The two times are right. The rate divides by a time that begins with the warm-up.",
                numpy=summed(rate="warm-up's time"),
            ),
            Mistake(
                "negative",
                say="The times are negative: a request goes out after it came. Take `went - came`.",
                numpy=summed(unit=-1000.0, slow=lambda times: np.quantile(times, 0.05)),
            ),
            Mistake(
                "seconds",
                say="The two times are in seconds. Milliseconds are asked for: times 1000.",
                numpy=summed(unit=1.0),
            ),
            Mistake(
                "mean",
                say="The first figure is the mean. A few who wait long pull it up; the median is asked for.",
                numpy=summed(middle=np.mean),
            ),
            Mistake(
                "lower median",
                say="With an even number of requests two lie in the middle, and you took the lower one, as "
                "`torch.median` does. The "
                "median lies half-way between them.",
                numpy=summed(middle=lower_median),
            ),
            Mistake(
                "longest",
                say="The second figure is the longest time of all. 95 of 100 shall lie below it: the quantile at "
                "0.95.",
                numpy=summed(slow=np.max),
            ),
            Mistake(
                "other end",
                say="The second figure is the quantile at 0.05: five of 100 lie below it. 95 of 100 shall.",
                numpy=summed(slow=lambda times: np.quantile(times, 0.05)),
            ),
            Mistake(
                "a millisecond",
                say="The rate is one for each *millisecond*. It divides by a time in seconds.",
                numpy=summed(rate="a millisecond"),
            ),
            Mistake(
                "upside down",
                say="The rate is upside down: that is how many seconds there were for each reply. Divide the count by "
                "the time.",
                numpy=summed(rate="upside down"),
            ),
            Mistake(
                "until the last in the list",
                say="The rate ends with the reply to the request that *came* last. Another one was answered later: "
                "take the largest of `went`.",
                numpy=summed(rate="until the last in the list"),
            ),
            Mistake(
                "times added up",
                say="The rate divides by the sum of all the times. The requests overlapped, so the same second was "
                "counted "
                "several times. Divide by the time from the first request to the last reply.",
                numpy=summed(rate="times added up"),
            ),
            Mistake(
                "one over the median",
                say="One over the median would be the rate if one request came after the other. They overlapped: "
                "count the "
                "replies and divide by the time that passed.",
                numpy=summed(rate="one over the median"),
            ),
            Mistake(
                "from zero",
                say="The rate divides by the time of the last reply, counted from 0. The log begins later: take "
                "the first request's "
                "time away.",
                numpy=summed(rate="from zero"),
            ),
            Mistake(
                "until the last came",
                say="The rate ends where the last request *came*. The last reply went out later.",
                numpy=summed(rate="until the last came"),
            ),
        ],
        hints=[
            "First leave out the warm-up, from both. Then work out how long each request took.",
            "`came[warm_up:]` leaves out the first ones. `torch.quantile` and `keras.ops.quantile` take the times "
            "and "
            "0.95; the median is the quantile at 0.5.",
            "times = 1000 · (went − came); return the quantiles at 0.5 and 0.95, and len(times) / (largest of went "
            "− smallest of came).",
        ],
    ),
    Exercise(
        name="translate_shipped",
        difficulty=2,
        minutes=10,
        points=3,
        tolerance=1e-4,
        cases=shipped_cases,
        mistakes=[
            Mistake(
                "swapped",
                say="The probability came first and the class second. The class comes first.",
                numpy=shipped_with(gives="swapped"),
            ),
            Mistake(
                "softmax along the images",
                say="Softmax ran along the images: the probabilities of one *class* add up to one. It runs along "
                "the classes, "
                "direction 1.",
                numpy=shipped_with(axis=0),
            ),
            Mistake(
                "one sum for everything",
                say="All the probabilities of all the images together add up to one. Each image is a question of "
                "its own.",
                numpy=shipped_with(axis=None),
            ),
            Mistake(
                "not standardised",
                say="The pixels went into the layer as they were. The mean is taken away first, and the rest "
                "divided by the spread.",
                numpy=shipped_with(standardise=lambda x, mean, spread: x),
            ),
            Mistake(
                "divided first",
                say="Without brackets the mean is divided by the spread or the pixels are, and not their "
                "difference. First take "
                "the mean away, then divide.",
                numpy=shipped_with(standardise=lambda x, mean, spread: x - mean / spread),
            ),
            Mistake(
                "divided by 255 too",
                say="The pixels were divided by 255 as well. Mean and spread were measured on pixels from 0 to 255.",
                numpy=shipped_with(standardise=lambda x, mean, spread: (x / INK - mean) / spread),
            ),
            Mistake(
                "column by column",
                say="The images were laid flat column by column: height and width were swapped before.",
                numpy=shipped_with(turned=True),
            ),
            Mistake(
                "largest along the images",
                say="The largest was looked for along the images: that gives an image for each *class*. Look along the "
                "classes, direction 1.",
                numpy=shipped_with(gives="along the images"),
            ),
            Mistake(
                "no biases",
                say="The biases are missing: they are added to the matrix product.",
                numpy=shipped_with(shift=0.0),
            ),
            Mistake(
                "logits",
                say="The second result is the largest logit. The probability is asked for: softmax is missing.",
                numpy=shipped_with(gives="logit"),
            ),
            Mistake(
                "logarithms",
                say="The second result is the *logarithm* of the probability. Use softmax, not log-softmax.",
                numpy=shipped_with(gives="logarithm"),
            ),
        ],
        hints=[
            "Go line by line: the type, the shape, the standardising, the layer, softmax, the largest.",
            "`images.to(weights.dtype)` and `keras.ops.cast(images, weights.dtype)` do the same. In PyTorch "
            "`max(dim=1)` "
            "gives values and places; in Keras `max` gives the values and `argmax` the places.",
            "PyTorch: `logits.softmax(dim=1)`, then `probabilities.argmax(dim=1), probabilities.max(dim=1).values`. "
            "Keras: `keras.ops.softmax(logits)`, then `keras.ops.argmax(probabilities, axis=1), "
            "keras.ops.max(probabilities, axis=1)`.",
        ],
    ),
    Exercise(
        name="debug_port",
        difficulty=3,
        minutes=12,
        points=4,
        tolerance=1e-4,
        cases=port_cases,
        mistakes=[
            Mistake(
                "as it was",
                say="This is what the port gave as it stood. Compare it with the original line by line.",
                numpy=port(narrow=True, along_inputs=True, bias_step="columns"),
            ),
            Mistake(
                "eight bits left",
                say="Scales and biases are right now. The difference is still taken in eight bits: 120 − (−40) is "
                "160, which does not fit, "
                "and comes out as −96. Leave the whole numbers as they are until they are real numbers.",
                numpy=port(narrow=True),
            ),
            Mistake(
                "scales along the inputs",
                say="Inputs and biases are right now. The weights' scales still run along the inputs. There is one "
                "for each "
                "*column*: `weights * scales` does that by itself.",
                numpy=port(along_inputs=True),
            ),
            Mistake(
                "biases' steps",
                say="Inputs and weights are right now. One step of a bias is worth the inputs' scale times the "
                "column's scale; "
                "the inputs' scale is missing.",
                numpy=port(bias_step="columns"),
            ),
            Mistake(
                "eight bits and scales",
                say="The biases are right now. Two faults are left: the type in which the zero point is taken "
                "away, and the "
                "direction in which the weights' scales run.",
                numpy=port(narrow=True, along_inputs=True),
            ),
            Mistake(
                "eight bits and biases",
                say="The weights are right now. Two faults are left: the type in which the zero point is taken "
                "away, and what "
                "one step of a bias is worth.",
                numpy=port(narrow=True, bias_step="columns"),
            ),
            Mistake(
                "scales and biases",
                say="The inputs are right now. Two faults are left: the direction in which the weights' scales "
                "run, and what one "
                "step of a bias is worth.",
                numpy=port(along_inputs=True, bias_step="columns"),
            ),
            Mistake(
                "cut off at the ends",
                say="What did not fit into eight bits was cut off at the ends. It must not be made to fit: take the "
                "difference in larger numbers.",
                numpy=port(clamped=True),
            ),
            Mistake(
                "no zero point",
                say="The zero point is missing. It is taken away before the inputs are multiplied by their scale.",
                numpy=port(sign=0),
            ),
            Mistake(
                "no inputs' scale",
                say="The inputs are still whole numbers: multiply them by their scale.",
                numpy=port(unscaled_inputs=True),
            ),
            Mistake(
                "biases' columns",
                say="Inputs and weights are right now. The biases were multiplied by the inputs' scale alone. One of "
                "their steps is worth the inputs' scale *times the column's*.",
                numpy=port(bias_step="inputs"),
            ),
            Mistake(
                "whole biases",
                say="Inputs and weights are right now. The biases are still whole numbers. One of their steps is worth "
                "the inputs' scale times the column's scale.",
                numpy=port(bias_step="one"),
            ),
            Mistake(
                "zero point added",
                say="The zero point was added. On the way back it is taken away.",
                numpy=port(sign=1),
            ),
        ],
        hints=[
            "Three places: the type of the whole numbers, the weights' scales, the biases. For each, say what the "
            "original does.",
            "Take 120 and a zero point of −40: what is the difference, and does it fit into eight bits? Which "
            "direction of "
            "`weights` is `scales[:, None]` laid along, and which one is meant?",
            "No `int8`: take the difference as it comes. `weights * scales` without `[:, None]`. The biases times "
            "`(scale * scales)`.",
        ],
    ),
]
