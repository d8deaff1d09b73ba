"""What the exercises on tensors must do, and the wrong answers that learners give."""

from typing import Any

import numpy as np

from lockstep.learn.arrays import to_tensor
from lockstep.learn.exercises import Answer, Case, Exercise, Inputs, Mistake

Generator = np.random.Generator
Array = np.ndarray

# 1. scale_columns


def scale_columns_cases(generator: Generator) -> list[Case]:
    """Return two tables whose columns differ in size and spread; one of them is square."""
    wide = generator.normal(size=(5, 3)) * [1, 10, 100] + [1, -8, 90]
    square = generator.normal(size=(4, 4)) * [5, 1, 2, 20] + [6, 1, -2, 15]
    return [
        Case("five rows, three columns", {"table": wide}),
        Case("four rows, four columns: here the wrong direction runs too", {"table": square}),
    ]


def scaled(table: Array, *, taken: int = 0) -> Array:
    """Return the table with each column scaled; `taken` is taken away from n."""
    return (table - table.mean(axis=0)) / table.std(axis=0, ddof=taken)


def scaled_with_n_minus_1(table: Array) -> Array:
    """Divide by the standard deviation with n − 1."""
    return scaled(table, taken=1)


def scaled_rows(table: Array) -> Array:
    """Scale each row."""
    return scaled(table.T).T


def scaled_rows_with_n_minus_1(table: Array) -> Array:
    """Scale each row, and leave PyTorch's standard deviation as it comes."""
    return scaled(table.T, taken=1).T


def scaled_as_a_whole(table: Array) -> Array:
    """Take one mean and one standard deviation for the whole table."""
    return (table - table.mean()) / table.std()


def scaled_as_a_whole_with_n_minus_1(table: Array) -> Array:
    """Do so, and leave PyTorch's standard deviation as it comes."""
    return (table - table.mean()) / table.std(ddof=1)


def scaled_by_one_spread(table: Array) -> Array:
    """Take a mean for each column, and one standard deviation for the whole table."""
    return (table - table.mean(axis=0)) / table.std()


def centred_only(table: Array) -> Array:
    """Forget to divide."""
    return table - table.mean(axis=0)


def divided_only(table: Array) -> Array:
    """Forget to take the mean away."""
    return table / table.std(axis=0)


def divided_by_variance(table: Array) -> Array:
    """Forget the root."""
    return (table - table.mean(axis=0)) / table.var(axis=0)


# 2. one_hot_table


def one_hot_inputs(generator: Generator, rows: int, classes: int) -> dict[str, Any]:
    """Return labels of which none is the last class, one is 0 and one is at least 2."""
    labels = generator.integers(0, classes - 1, size=rows)
    labels[:2] = [classes - 2, 0]
    return {"labels": generator.permutation(labels), "classes": classes}


def one_hot_cases(generator: Generator) -> list[Case]:
    """Return two cases; in both the last class does not occur."""
    return [
        Case("three labels of four classes", one_hot_inputs(generator, 3, 4)),
        Case("eight labels of six classes", one_hot_inputs(generator, 8, 6)),
    ]


def one_hot(labels: Array, classes: int) -> Array:
    """Return a row for each label, with a one at the label."""
    return (labels[:, None] == np.arange(classes)).astype(np.float64)


def one_hot_transposed(labels: Array, classes: int) -> Array:
    """Give a column for each label."""
    return one_hot(labels, classes).T


def one_hot_from_one(labels: Array, classes: int) -> Array:
    """Count the classes from 1."""
    return one_hot(labels - 1, classes)


def one_hot_of_what_occurs(labels: Array, classes: int) -> Array:
    """Take the number of classes from the largest label."""
    return one_hot(labels, int(labels.max()) + 1)


def one_hot_with_labels(labels: Array, classes: int) -> Array:
    """Write the label itself in place of the 1."""
    return one_hot(labels, classes) * labels[:, None]


def one_hot_inverted(labels: Array, classes: int) -> Array:
    """Write 0 at the label and 1 elsewhere."""
    return 1 - one_hot(labels, classes)


def label_counts(labels: Array, classes: int) -> Array:
    """Count how often each label occurs."""
    return one_hot(labels, classes).sum(axis=0)


# 3. colours_first


def colours_first_cases(generator: Generator) -> list[Case]:
    """Return two batches; in the second an image that lies on its side has the right shape."""
    return [
        Case(
            "two images, 4 high and 5 wide, three colours",
            {"images": generator.uniform(size=(2, 4, 5, 3))},
        ),
        Case(
            "three images, 4 high and 4 wide, three colours: here an image on its side has the right shape",
            {"images": generator.uniform(size=(3, 4, 4, 3))},
        ),
    ]


def colours_by_reshape(images: Array) -> Array:
    """Get the shape right and the order of the numbers wrong."""
    count, height, width, colours = images.shape
    return images.reshape(count, colours, height, width)


def colours_first_on_their_side(images: Array) -> Array:
    """Swap height and width on the way."""
    return images.transpose(0, 3, 2, 1)


def colours_before_images(images: Array) -> Array:
    """Put the colours before the images."""
    return images.transpose(3, 0, 1, 2)


def colours_the_other_way(images: Array) -> Array:
    """Read the new order the other way round, which carries PyTorch's layout to Keras's."""
    return images.transpose(0, 2, 3, 1)


def colours_turned_over(images: Array) -> Array:
    """Turn the order of all directions round, as a transpose without an order does."""
    return images.transpose()


def colours_untouched(images: Array) -> Array:
    """Leave Keras's layout."""
    return images


# 4. without_column


def without_column_cases(generator: Generator) -> list[Case]:
    """Return two tables without zeros; the column is never one of the first two, nor the last."""
    return [
        Case("four rows, four columns", {"table": generator.uniform(1, 9, (4, 4)), "column": 2}),
        Case(
            "six rows, seven columns",
            {"table": generator.uniform(1, 9, (6, 7)), "column": int(generator.integers(2, 6))},
        ),
    ]


def result_and_table(answer: Answer, inputs: Inputs, framework: str) -> dict[str, Any]:
    """Call the answer with something that can be changed, and return that as well."""
    table = to_tensor(inputs["table"], framework)
    if framework == "keras":
        import keras

        table = keras.Variable(table)
    result = answer(table, inputs["column"])
    return {"result": result, "the table afterwards": table}


def changed_in_place_pytorch(table: Any, column: int) -> Any:
    """Write into the tensor that was handed over."""
    table[:, column] = 0
    return table


def changed_in_place_keras(table: Any, column: int) -> Any:
    """Assign to the variable that was handed over."""
    table.assign(with_zeros(table.numpy(), column))
    return table.value


def with_zeros(table: Array, column: int) -> Array:
    """Return a copy with zeros in a column."""
    changed = np.array(table)
    changed[:, column] = 0
    return changed


def without_row(table: Array, row: int) -> Array:
    """Put zeros in a row."""
    return with_zeros(table.T, row).T


def one_entry(table: Array, column: int) -> Array:
    """Put a single zero into the first row."""
    changed = np.array(table)
    changed[0, column] = 0
    return changed


def column_removed(table: Array, column: int) -> Array:
    """Leave the column out."""
    return np.delete(table, column, axis=1)


def column_alone(table: Array, column: int) -> Array:
    """Put zeros everywhere else."""
    return table - with_zeros(table, column)


def column_before(table: Array, column: int) -> Array:
    """Count the columns from 1."""
    return with_zeros(table, column - 1)


def columns_up_to(table: Array, column: int) -> Array:
    """Put zeros in all columns up to this one, as `[:, :column]` does."""
    changed = np.array(table)
    changed[:, :column] = 0
    return changed


# 5. pattern_scores


def pattern_scores_cases(generator: Generator) -> list[Case]:
    """Return two cases of square images, so that a pattern lying on its side fits too."""
    return [
        Case(
            "four images and two patterns, 3 by 3",
            {
                "images": generator.uniform(size=(4, 3, 3)),
                "patterns": 0.5 + generator.normal(size=(2, 3, 3)),
            },
        ),
        Case(
            "three images and five patterns, 4 by 4",
            {
                "images": generator.uniform(size=(3, 4, 4)),
                "patterns": 0.5 + generator.normal(size=(5, 4, 4)),
            },
        ),
    ]


def scores_by(letters: str) -> Answer:
    """Return the function that computes the scores with these letters."""

    def scores(images: Array, patterns: Array) -> Array:
        return np.einsum(letters, images, patterns)

    return scores


def scores_averaged(images: Array, patterns: Array) -> Array:
    """Take the mean over the pixels."""
    return np.einsum("nhw,phw->np", images, patterns) / images[0].size


def scores_by_reshape(images: Array, patterns: Array) -> Array:
    """Reshape the flat patterns to the right shape in place of transposing them."""
    flat = images.reshape(len(images), -1)
    return flat @ patterns.reshape(flat.shape[1], len(patterns))


# 6. translate_marks


def marks_inputs(generator: Generator, pupils: int, tests: int) -> dict[str, Array]:
    """Draw marks until the mean of every row has something behind the point."""
    while True:
        marks = generator.integers(6, 16, size=(pupils, tests))
        if (marks.sum(axis=1) % tests != 0).all() and (marks.std(axis=1) > 0).all():
            return {"marks": marks, "weights": generator.uniform(0.5, 2.0, size=tests)}


def translate_marks_cases(generator: Generator) -> list[Case]:
    """Return two classes with fewer than six pupils, so that no place is as large as a mark."""
    return [
        Case("five pupils, three tests", marks_inputs(generator, 5, 3)),
        Case("four pupils, six tests", marks_inputs(generator, 4, 6)),
    ]


def translated(
    marks: Array,
    weights: Array,
    *,
    taken: int = 0,
    whole: bool = False,
    across: int = 0,
    places: bool = False,
    shares: bool = False,
) -> tuple[Array, ...]:
    """Return the four results, with one thing done differently.

    Parameters
    ----------
    marks, weights
        As the exercise has them.
    taken
        What is taken away from n in the standard deviation.
    whole
        Cut the means off to whole numbers.
    across
        The direction that disappears in the last result.
    places
        Give the places of the best marks.
    shares
        Divide the totals by the sum of the weights.
    """
    means = marks.sum(axis=1) // marks.shape[1] if whole else marks.mean(axis=1)
    totals = marks @ weights
    best = marks.argmax(axis=across) if places else marks.max(axis=across)
    return (
        means,
        marks.std(axis=1, ddof=taken),
        totals / weights.sum() if shares else totals,
        best,
    )


def translated_with_n_minus_1(marks: Array, weights: Array) -> tuple[Array, ...]:
    """Divide by n − 1."""
    return translated(marks, weights, taken=1)


def translated_whole_means(marks: Array, weights: Array) -> tuple[Array, ...]:
    """Cut the means off, as `tf.reduce_mean` and integer division do."""
    return translated(marks, weights, whole=True)


def translated_best_of_rows(marks: Array, weights: Array) -> tuple[Array, ...]:
    """Give the best mark of each pupil."""
    return translated(marks, weights, across=1)


def translated_places(marks: Array, weights: Array) -> tuple[Array, ...]:
    """Give the places of the best marks."""
    return translated(marks, weights, places=True)


def translated_weighted_means(marks: Array, weights: Array) -> tuple[Array, ...]:
    """Divide the totals by the sum of the weights."""
    return translated(marks, weights, shares=True)


def translated_variances(marks: Array, weights: Array) -> tuple[Array, ...]:
    """Forget the root of the spread."""
    means, spreads, totals, best = translated(marks, weights)
    return means, spreads**2, totals, best


def translated_without_sum(marks: Array, weights: Array) -> tuple[Array, ...]:
    """Leave the weighted marks as a table."""
    means, spreads, _, best = translated(marks, weights)
    return means, spreads, marks * weights, best


# 7. debug_port

# What the port gets wrong: nothing, then each, then two, then all three.
FAULTS: list[dict[str, Any]] = [
    {},
    {"rows_centred": True},
    {"taken": 1},
    {"all_pairs": True},
    {"rows_centred": True, "taken": 1},
    {"rows_centred": True, "all_pairs": True},
    {"taken": 1, "all_pairs": True},
    {"rows_centred": True, "taken": 1, "all_pairs": True},
]


def apart(results: list[Any]) -> bool:
    """Say whether each two of these numbers, none below zero, differ by a hundredth or more."""
    ordered = np.sort([float(result) for result in results])
    return bool((np.diff(ordered) > 0.01 * ordered[1:]).all())


def debug_port_cases(generator: Generator) -> list[Case]:
    """Return two tables with their prices."""
    return [
        Case("six rows, three columns", price_inputs(generator, 6, 3)),
        Case("five rows, five columns", price_inputs(generator, 5, 5)),
    ]


def price_inputs(generator: Generator, rows: int, columns: int) -> dict[str, Any]:
    """Draw a table, weights, a constant and prices, until every wrong answer gives a number of its own.

    The columns differ, and the prices nearly fit. The loss is not small, or rounding in the
    predictions would show in it.
    """
    while True:
        widths = np.arange(1, columns + 1)
        table = generator.normal(size=(rows, columns)) * widths + generator.normal(size=columns)
        weights = generator.uniform(1, 2, size=(columns, 1))
        base = float(generator.uniform(2, 6))
        fitting = scaled(table) @ weights + base
        prices = fitting[:, 0] + 2 * generator.normal(size=rows)
        given = (table, weights, base, prices)
        losses = [port(*given, **faults) for faults in FAULTS] + [port_summed(*given)]
        if losses[0] > 2 and apart(losses):
            return dict(zip(("table", "weights", "base", "prices"), given, strict=True))


def port(
    table: Array,
    weights: Array,
    base: float,
    prices: Array,
    *,
    rows_centred: bool = False,
    taken: int = 0,
    all_pairs: bool = False,
) -> Array:
    """Return the loss, with none, one or several of the port's faults.

    Parameters
    ----------
    table, weights, base, prices
        As the exercise has them.
    rows_centred
        Take the mean of each row away.
    taken
        What is taken away from n in the standard deviation.
    all_pairs
        Compare each prediction with every price.
    """
    means = table.mean(axis=1, keepdims=True) if rows_centred else table.mean(axis=0)
    predictions = (table - means) / table.std(axis=0, ddof=taken) @ weights + base
    differences = predictions - (prices if all_pairs else prices[:, None])
    return np.mean(differences**2)


def port_with(**faults: Any) -> Answer:
    """Return the port with these faults."""

    def wrong(table: Array, weights: Array, base: float, prices: Array) -> Array:
        return port(table, weights, base, prices, **faults)

    return wrong


def port_summed(table: Array, weights: Array, base: float, prices: Array) -> Array:
    """Add the squares up."""
    return port(table, weights, base, prices) * len(table)


EXERCISES = [
    Exercise(
        name="scale_columns",
        difficulty=1,
        minutes=5,
        points=2,
        cases=scale_columns_cases,
        mistakes=[
            Mistake(
                "n - 1",
                say="This divides by the standard deviation with n − 1. Here n is asked for: in PyTorch that is "
                "`correction=0`, in Keras it is what `keras.ops.std` does.",
                numpy=scaled_with_n_minus_1,
            ),
            Mistake(
                "rows",
                say="The *rows* were scaled. The direction that disappears in the mean must be direction "
                "0, so that a "
                "number for each column is left.",
                numpy=scaled_rows,
            ),
            Mistake(
                "rows, n - 1",
                say="Two things. The *rows* were scaled, and each column should be: direction 0. And this standard "
                "deviation divides by n − 1; here n is asked for, in PyTorch `correction=0`.",
                numpy=scaled_rows_with_n_minus_1,
            ),
            Mistake(
                "whole table, n - 1",
                say="Two things. One mean and one standard deviation were taken for the whole table, and each column "
                "needs its own: name the direction. And this standard deviation divides by n − 1; here n is asked "
                "for, in PyTorch `correction=0`.",
                numpy=scaled_as_a_whole_with_n_minus_1,
            ),
            Mistake(
                "whole table",
                say="This takes one mean and one standard deviation for the whole table. Each column needs its own: "
                "name the direction.",
                numpy=scaled_as_a_whole,
            ),
            Mistake(
                "one standard deviation for all",
                say="The means are right. The standard deviation was taken over the whole table: name the direction "
                "there as well.",
                numpy=scaled_by_one_spread,
            ),
            Mistake(
                "not divided",
                say="The means are gone, and that is right. Now divide by the standard deviation of each column.",
                numpy=centred_only,
            ),
            Mistake(
                "not centred",
                say="The columns are divided by their standard deviation, and their means are still there. Take the "
                "means away first.",
                numpy=divided_only,
            ),
            Mistake(
                "variance",
                say="This divides by the variance, the mean of the squares. The standard deviation is its root.",
                numpy=divided_by_variance,
            ),
        ],
        hints=[
            "A mean for each column has the shape (columns,). Does that broadcast against (rows, columns)?",
            "Two reductions along direction 0: a mean and a standard deviation. Which of the two frameworks divides "
            "by n by itself?",
            "PyTorch: `(table - table.mean(dim=0)) / table.std(dim=0, correction=0)`. Keras: the same with "
            "`keras.ops.mean(table, axis=0)` and `keras.ops.std(table, axis=0)`.",
        ],
    ),
    Exercise(
        name="one_hot_table",
        difficulty=1,
        minutes=6,
        points=2,
        forbidden=("one_hot", "OneHot", "to_categorical", "CategoryEncoding"),
        cases=one_hot_cases,
        mistakes=[
            Mistake(
                "transposed",
                say="This has a *column* for each label. The labels go down the rows: give `labels` the "
                "new direction "
                "of length 1 at the end, `labels[:, None]`.",
                numpy=one_hot_transposed,
            ),
            Mistake(
                "counted from 1",
                say="Each 1 stands one place too far to the left. Classes are counted from 0, so label 0 belongs to "
                "place 0.",
                numpy=one_hot_from_one,
            ),
            Mistake(
                "classes that occur",
                say="There are too few columns. The last class does not occur among these labels and needs its place "
                "nevertheless: take the number of classes from `classes`.",
                numpy=one_hot_of_what_occurs,
            ),
            Mistake(
                "labels in place of ones",
                say="The label itself stands at its place. A 1 belongs there: the comparison alone is enough.",
                numpy=one_hot_with_labels,
            ),
            Mistake(
                "inverted",
                say="Zeros and ones are exchanged. Compare with `==`, not with `!=`.",
                numpy=one_hot_inverted,
            ),
            Mistake(
                "counts",
                say="This counts how often each label occurs. The rows were added up; leave them apart.",
                numpy=label_counts,
            ),
        ],
        hints=[
            "The lesson did it for the ten digits, only with the digits down the rows.",
            "A column of labels, shape (rows, 1), compared with a row of all the places, shape (classes,).",
            "PyTorch: `labels[:, None] == torch.arange(classes)`. Keras: `keras.ops.equal(labels[:, None], "
            "keras.ops.arange(classes))`, because `==` refuses whole numbers of different size.",
        ],
    ),
    Exercise(
        name="colours_first",
        difficulty=1,
        minutes=5,
        points=2,
        tolerance=0.0,
        cases=colours_first_cases,
        mistakes=[
            Mistake(
                "reshape",
                say="The shape is right and the numbers stand in the wrong places: `reshape` only cuts the line of "
                "numbers differently. To give the directions a new order, permute them.",
                numpy=colours_by_reshape,
            ),
            Mistake(
                "on their side",
                say="The colours are in front, and the images lie on their side: height and width changed places. "
                "The height still comes before the width.",
                numpy=colours_first_on_their_side,
            ),
            Mistake(
                "before the images",
                say="The colours stand before the images. They belong behind them, as direction 1.",
                numpy=colours_before_images,
            ),
            Mistake(
                "the other way",
                say="This is the way back, from PyTorch's layout to Keras's. The new order says for each new "
                "direction which old one goes there: the colours were direction 3.",
                numpy=colours_the_other_way,
            ),
            Mistake(
                "all turned round",
                say="All four directions stand in reverse. That is what transpose does when it is told no order. Give "
                "it the new order of the four.",
                numpy=colours_turned_over,
            ),
            Mistake(
                "untouched",
                say="This is the batch as it came. If you permuted it, the result got lost: the operation "
                "gives back a "
                "new tensor, and that one is to be returned.",
                numpy=colours_untouched,
            ),
        ],
        hints=[
            "Reshape or transpose? The lesson has a question about it.",
            "Give the four directions the numbers 0, 1, 2, 3. In which order do they stand in the result?",
            "The new order is 0, 3, 1, 2: `images.permute(0, 3, 1, 2)` in PyTorch, `keras.ops.transpose(images, (0, "
            "3, 1, 2))` in Keras.",
        ],
    ),
    Exercise(
        name="without_column",
        difficulty=2,
        minutes=8,
        points=3,
        cases=without_column_cases,
        call=result_and_table,
        mistakes=[
            Mistake(
                "changed in place",
                say="What you give back is right. But the table that was handed over has the zeros now as well, and "
                "whoever needs it afterwards has lost a column. Work on a copy, or make a new tensor.",
                pytorch=changed_in_place_pytorch,
                keras=changed_in_place_keras,
            ),
            Mistake(
                "row",
                say="The zeros stand in a *row*. Rows are the first index, columns the second.",
                numpy=without_row,
            ),
            Mistake(
                "one entry",
                say="There is a single zero, in row 0. The column has an entry in *each* row: `[:, column]` in "
                "PyTorch, and in Keras a column of zeros, as many as there are rows.",
                numpy=one_entry,
            ),
            Mistake(
                "removed",
                say="The column is gone. It must stay, with zeros in it, so that the shape is the same.",
                numpy=column_removed,
            ),
            Mistake(
                "the others",
                say="The column is kept and everything else is zero. It is the other way round.",
                numpy=column_alone,
            ),
            Mistake(
                "counted from 1",
                say="The zeros stand one column too far to the left. Columns are counted from 0.",
                numpy=column_before,
            ),
            Mistake(
                "all before it",
                say="All the columns *before* this one are zero. `[:, :column]` is a slice that ends there; "
                "`[:, column]` is the column itself.",
                numpy=columns_up_to,
            ),
        ],
        hints=[
            "The lesson makes a changed tensor and keeps the old one, under *Changing an entry*.",
            "PyTorch: a copy first, then write into the copy. Keras: lay a column of zeros over the "
            "table, or multiply "
            "each column by 0 or 1.",
            "PyTorch: `changed = table.clone()`, then `changed[:, column] = 0`. Keras: `keras.ops.slice_update("
            "table, (0, column), keras.ops.zeros((table.shape[0], 1)))`.",
        ],
    ),
    Exercise(
        name="pattern_scores",
        difficulty=2,
        minutes=8,
        points=3,
        cases=pattern_scores_cases,
        mistakes=[
            Mistake(
                "transposed",
                say="This has a row for each *pattern*. Asked for is a row for each image: exchange the "
                "two letters on "
                "the right, or the two sides of the product.",
                numpy=scores_by("nhw,phw->pn"),
            ),
            Mistake(
                "mean",
                say="This is the mean over the pixels. Asked for is the sum.",
                numpy=scores_averaged,
            ),
            Mistake(
                "products of sums",
                say="Here every pixel of the image met every pixel of the pattern. A pixel meets only the one at the "
                "same place, so image and pattern need the *same* letters for height and width.",
                numpy=scores_by("nhw,pij->np"),
            ),
            Mistake(
                "pattern on its side",
                say="The pattern lies on its side: its height met the image's width. The letters of height and width "
                "stand in the same order in both.",
                numpy=scores_by("nhw,pwh->np"),
            ),
            Mistake(
                "reshape",
                say="The patterns were brought to the shape (pixels, patterns) with `reshape`, which only cuts the "
                "line of numbers differently. So the columns hold pixels of several patterns. Make each pattern a "
                "row, then transpose that table.",
                numpy=scores_by_reshape,
            ),
            Mistake(
                "not all added up",
                say="One direction too many is left. Add up over height *and* width.",
                numpy=scores_by("nhw,phw->nph"),
            ),
            Mistake(
                "wrong directions",
                say="The sum went over patterns and height. In the table of all products the directions are images, "
                "patterns, height, width: add up over the last two, 2 and 3.",
                numpy=scores_by("nhw,phw->nw"),
            ),
            Mistake(
                "one number",
                say="Everything was added up, all images and all patterns too. A number for each pair of an image and "
                "a pattern should be left.",
                numpy=scores_by("nhw,phw->"),
            ),
            Mistake(
                "nothing added up",
                say="These are the products, pixel by pixel. They are still to be added up, over height and width.",
                numpy=scores_by("nhw,phw->nphw"),
            ),
        ],
        hints=[
            "Three ways lead there: einsum, a matrix product of flat rows (one of the two tables transposed), or "
            "broadcasting and a sum.",
            "For einsum choose a letter for images, patterns, height and width. Which of them are missing "
            "on the right?",
            'The letters are `"nhw,phw->np"`: height and width are in both and missing on the right.',
        ],
    ),
    Exercise(
        name="translate_marks",
        difficulty=2,
        minutes=10,
        points=3,
        cases=translate_marks_cases,
        mistakes=[
            Mistake(
                "n - 1",
                say="All is right but the spreads: they divide by n − 1. Keras's `std` divides by n, and so does "
                "PyTorch's with `correction=0`.",
                numpy=translated_with_n_minus_1,
            ),
            Mistake(
                "whole means",
                say="All is right but the means: they were cut off to whole numbers. Change the dtype of "
                "the marks before "
                "you take a mean, or use `keras.ops.mean`, which does it for you.",
                numpy=translated_whole_means,
            ),
            Mistake(
                "best of the rows",
                say="All is right but the last result: it is the best mark of each *pupil*. Asked for is "
                "the best of each "
                "test, a number for each column.",
                numpy=translated_best_of_rows,
            ),
            Mistake(
                "places",
                say="All is right but the last result: it says *where* the best marks stand. Asked for "
                "are the marks. In "
                "PyTorch, `max` with a direction gives both, values first.",
                numpy=translated_places,
            ),
            Mistake(
                "weighted means",
                say="All is right but the totals: they were divided by the sum of the weights. The "
                "original only adds up.",
                numpy=translated_weighted_means,
            ),
            Mistake(
                "variance",
                say="All is right but the spreads: these are variances. The root is missing.",
                numpy=translated_variances,
            ),
            Mistake(
                "totals not added up",
                say="All is right but the totals: they are still a table. Add each row up, along direction 1.",
                numpy=translated_without_sum,
            ),
        ],
        hints=[
            "Go line by line, with the lesson's last table beside you: mean of whole numbers, standard "
            "deviation, whole "
            "numbers and numbers with a point, largest along a direction.",
            "PyTorch takes no mean and no standard deviation of whole numbers, divides by n − 1 unless told, and "
            "its `max` along a direction gives back two tensors. Keras takes the mean and the standard deviation "
            "of whole numbers, and refuses `*` between the two kinds of numbers.",
            "PyTorch: `numbers = marks.to(weights.dtype)`, then `numbers.mean(dim=1)`, "
            "`numbers.std(dim=1, correction=0)`, "
            "`(marks * weights).sum(dim=1)`, `marks.max(dim=0).values`. Keras: `keras.ops.multiply(marks, "
            "weights)` for "
            "the product, and `keras.ops.max(marks, axis=0)`.",
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
                say="This is what the port gave as it stood. Compare it with the original line by line, "
                "and write the "
                "shape behind each line.",
                numpy=port_with(rows_centred=True, taken=1, all_pairs=True),
            ),
            Mistake(
                "rows still centred",
                say="Standard deviation and differences are right now. The means are still those of the "
                "*rows*: a mean for "
                "each column is what direction 0 gives.",
                numpy=port_with(rows_centred=True),
            ),
            Mistake(
                "still n - 1",
                say="Means and differences are right now. The standard deviation still divides by n − 1.",
                numpy=port_with(taken=1),
            ),
            Mistake(
                "still all pairs",
                say="The scaling is right now. Predictions and prices still have the shapes (rows, 1) and "
                "(rows,): each "
                "prediction is compared with every price.",
                numpy=port_with(all_pairs=True),
            ),
            Mistake(
                "means and standard deviation",
                say="The differences are right now. Two faults are left, both in the scaling: the "
                "direction of the mean, "
                "and n or n − 1.",
                numpy=port_with(rows_centred=True, taken=1),
            ),
            Mistake(
                "means and pairs",
                say="The standard deviation is right now. Two faults are left: the direction of the mean, "
                "and the shapes of "
                "predictions and prices.",
                numpy=port_with(rows_centred=True, all_pairs=True),
            ),
            Mistake(
                "standard deviation and pairs",
                say="The means are right now. Two faults are left: n or n − 1, and the shapes of "
                "predictions and prices.",
                numpy=port_with(taken=1, all_pairs=True),
            ),
            Mistake(
                "sum",
                say="The three faults are mended, and the squares were added up. Their mean is asked for.",
                numpy=port_summed,
            ),
        ],
        hints=[
            "Three places: the means, the standard deviation, the differences. What does the original do there?",
            "Write down the shape of each tensor. Which direction has disappeared in the means? What "
            "comes out when (rows, "
            "1) meets (rows,)?",
            "Means along direction 0. The standard deviation with n: `correction=0` in PyTorch, "
            "`keras.ops.std` as it is "
            "in Keras. And `prices` reshaped to (rows, 1) before it is taken away.",
        ],
    ),
]
