"""What the exercises on data pipelines must do, and the wrong answers that learners give."""

from collections.abc import Callable

import numpy as np

from lockstep.learn.exercises import Case, Exercise, Mistake

Generator = np.random.Generator
Array = np.ndarray

DISTINCT = 1e-3  # how far apart two losses must be, relative to the largest; a hundred tolerances
LARGEST_GREY = 255  # the largest grey level of an image file

# 1. epoch_loss


def epoch_loss_cases(generator: Generator) -> list[Case]:
    """Return two cases with a short last batch whose loss is larger than the others."""
    few = np.append(generator.uniform(0.5, 1.5, size=3), generator.uniform(3, 4))
    many = np.append(generator.uniform(0.2, 0.8, size=6), generator.uniform(2, 3))
    return [
        Case(
            "three batches of 32 and a short one",
            {"batch_losses": few, "batch_sizes": np.array([32, 32, 32, generator.integers(2, 12)])},
        ),
        Case(
            "six batches of 50 and a short one",
            {"batch_losses": many, "batch_sizes": np.array([50] * 6 + [generator.integers(2, 25)])},
        ),
    ]


def mean_of_means(batch_losses: Array, batch_sizes: Array) -> Array:
    """Let each batch count the same."""
    return batch_losses.mean()


def summed_losses(batch_losses: Array, batch_sizes: Array) -> Array:
    """Forget to divide."""
    return (batch_losses * batch_sizes).sum()


def over_batches(batch_losses: Array, batch_sizes: Array) -> Array:
    """Divide the weighted sum by the number of batches."""
    return (batch_losses * batch_sizes).mean()


def full_batches_only(batch_losses: Array, batch_sizes: Array) -> Array:
    """Leave the short batch out."""
    return batch_losses[:-1].mean()


def means_over_examples(batch_losses: Array, batch_sizes: Array) -> Array:
    """Divide the sum of the batch means by the number of examples."""
    return batch_losses.sum() / batch_sizes.sum()


# 2. buffer_order


def buffer_order_cases(generator: Generator) -> list[Case]:
    """Return two cases in which the first picks reach the end of the buffer."""
    cases = []
    for count, buffer_size in [(12, 4), (20, 7)]:
        picks = generator.integers(0, 1000, size=count)
        # The first turn takes the oldest and the next the newest, so that each wrong way shows.
        picks[:3] = [0, 840 + buffer_size - 1 - 840 % buffer_size, 1]
        inputs = {"count": count, "buffer_size": buffer_size, "picks": picks}
        cases.append(Case(f"{count} examples, a buffer of {buffer_size}", inputs))
    return cases


def order_by(count: int, picks: Array, places: Callable[[int], int]) -> Array:
    """Take from those that are left, looking at the first `places(how many are left)` of them."""
    left, out = list(range(count)), []
    for pick in picks:
        out.append(left.pop(int(pick) % places(len(left))))
    return np.array(out)


def order_of_all(count: int, buffer_size: int, picks: Array) -> Array:
    """Shuffle all the examples, as if the buffer held them all."""
    return order_by(count, picks, lambda left: left)


def order_of_larger_buffer(count: int, buffer_size: int, picks: Array) -> Array:
    """Let one more wait than the buffer holds."""
    return order_by(count, picks, lambda left: min(buffer_size + 1, left))


def order_of_smaller_buffer(count: int, buffer_size: int, picks: Array) -> Array:
    """Let one fewer wait than the buffer holds."""
    return order_by(count, picks, lambda left: min(buffer_size - 1, left))


def order_of_blocks(count: int, buffer_size: int, picks: Array) -> Array:
    """Fill the buffer up again only when it is empty."""
    coming, waiting, out = list(range(count)), [], []
    for pick in picks:
        if not waiting:
            waiting, coming = coming[:buffer_size], coming[buffer_size:]
        out.append(waiting.pop(int(pick) % len(waiting)))
    return np.array(out)


def order_of_slots(count: int, buffer_size: int, picks: Array) -> Array:
    """Put the next example where the last one went out."""
    coming, waiting, out = list(range(buffer_size, count)), list(range(buffer_size)), []
    for pick in picks:
        place = int(pick) % len(waiting)
        out.append(waiting[place])
        if coming:
            waiting[place] = coming.pop(0)
        else:
            waiting.pop(place)
    return np.array(out)


def order_unshuffled(count: int, buffer_size: int, picks: Array) -> Array:
    """Take the oldest in each turn."""
    return np.arange(count)


# 3. shift_up


def shift_up_cases(generator: Generator) -> list[Case]:
    """Return two cases; no pixel is zero, so that what comes in shows."""
    return [
        Case("two images of 3 by 4 pixels", {"images": generator.uniform(0.1, 1, size=(2, 3, 4))}),
        Case(
            "three images of 5 by 5 pixels", {"images": generator.uniform(0.1, 1, size=(3, 5, 5))}
        ),
    ]


def rolled_up(images: Array) -> Array:
    """Let the top row come in again at the bottom."""
    return np.roll(images, -1, axis=1)


def shifted_down(images: Array) -> Array:
    """Move the other way."""
    return np.pad(images, [(0, 0), (1, 0), (0, 0)])[:, :-1]


def shifted_left(images: Array) -> Array:
    """Move along the width."""
    return np.pad(images, [(0, 0), (0, 0), (0, 1)])[:, :, 1:]


def repeated_bottom(images: Array) -> Array:
    """Repeat the bottom row in place of zeros."""
    return np.pad(images, [(0, 0), (0, 1), (0, 0)], mode="edge")[:, 1:]


def cut_only(images: Array) -> Array:
    """Cut the top row off and put nothing in."""
    return images[:, 1:]


def padded_only(images: Array) -> Array:
    """Put the zeros in and cut nothing off."""
    return np.pad(images, [(0, 0), (0, 1), (0, 0)])


def shifted_examples(images: Array) -> Array:
    """Move along the first direction: each image becomes the next one."""
    return np.pad(images, [(0, 1), (0, 0), (0, 0)])[1:]


# 4. standardise


def standardise_cases(generator: Generator) -> list[Case]:
    """Return two cases in which the test part lies elsewhere than the training part."""
    cases = []
    for rows, others, columns in [(5, 3, 2), (12, 4, 3)]:
        centres, spreads = (
            generator.uniform(-5, 5, size=columns),
            generator.uniform(1, 4, size=columns),
        )
        train = centres + spreads * generator.normal(size=(rows, columns))
        test = centres + 2 + spreads * generator.normal(size=(others, columns))
        title = f"{rows} rows to train on and {others} to test, {columns} columns"
        cases.append(Case(title, {"train": train, "test": test}))
    return cases


def standardised_apart(train: Array, test: Array) -> tuple[Array, Array]:
    """Treat the test part with its own mean and standard deviation."""
    return (train - train.mean(0)) / train.std(0), (test - test.mean(0)) / test.std(0)


def standardised_together(train: Array, test: Array) -> tuple[Array, Array]:
    """Take mean and standard deviation of all rows: the leak."""
    rows = np.concatenate([train, test])
    return (train - rows.mean(0)) / rows.std(0), (test - rows.mean(0)) / rows.std(0)


def standardised_by_one_less(train: Array, test: Array) -> tuple[Array, Array]:
    """Divide by n − 1 in the standard deviation."""
    mean, spread = train.mean(0), train.std(0, ddof=1)
    return (train - mean) / spread, (test - mean) / spread


def standardised_train_only(train: Array, test: Array) -> tuple[Array, Array]:
    """Take mean and spread for the test part from the standardised training part: 0 and 1."""
    return (train - train.mean(0)) / train.std(0), test


def standardised_as_a_whole(train: Array, test: Array) -> tuple[Array, Array]:
    """Take one mean and one standard deviation for all the columns."""
    return (train - train.mean()) / train.std(), (test - train.mean()) / train.std()


def centred_only(train: Array, test: Array) -> tuple[Array, Array]:
    """Forget to divide."""
    return train - train.mean(0), test - train.mean(0)


def divided_by_variance(train: Array, test: Array) -> tuple[Array, Array]:
    """Divide by the variance."""
    return (train - train.mean(0)) / train.var(0), (test - train.mean(0)) / train.var(0)


# 5. balanced_weights


def balanced_weights_cases(generator: Generator) -> list[Case]:
    """Return two cases; each class occurs, and no two classes equally often."""
    cases = []
    for counts in ([2, 5, 9], [3, 12, 1, 7]):
        order = generator.permutation(counts)
        labels = generator.permutation(np.repeat(np.arange(len(counts)), order))
        title = f"{len(labels)} examples of {len(counts)} classes"
        cases.append(Case(title, {"labels": labels, "classes": len(counts)}))
    return cases


def counts_of(labels: Array, classes: int) -> Array:
    """Return how often each class occurs."""
    return np.bincount(labels, minlength=classes).astype(np.float64)


def shares(labels: Array, classes: int) -> Array:
    """Return each class's share: frequent ones get the large weights."""
    return counts_of(labels, classes) / len(labels)


def relative_counts(labels: Array, classes: int) -> Array:
    """Return the right answer turned upside down."""
    return classes * counts_of(labels, classes) / len(labels)


def without_classes(labels: Array, classes: int) -> Array:
    """Forget the number of classes."""
    return len(labels) / counts_of(labels, classes)


def one_over_count(labels: Array, classes: int) -> Array:
    """Return one divided by each count."""
    return 1 / counts_of(labels, classes)


def adding_up_to_one(labels: Array, classes: int) -> Array:
    """Scale the weights so that they add up to one."""
    weights = one_over_count(labels, classes)
    return weights / weights.sum()


def weight_of_each_example(labels: Array, classes: int) -> Array:
    """Return a weight for each example in place of each class."""
    return (len(labels) / (classes * counts_of(labels, classes)))[labels]


# 6. weighted_loss


def weighted_loss_cases(generator: Generator) -> list[Case]:
    """Return two cases in which each class occurs and has a weight of its own."""
    return [
        Case(f"{rows} rows of {classes} classes", weighted_inputs(generator, rows, classes))
        for rows, classes in [(4, 2), (8, 5)]
    ]


def weighted_inputs(generator: Generator, rows: int, classes: int) -> dict[str, Array]:
    """Draw a batch until each wrong loss is far from the right one.

    The losses are single numbers, and two of them may come close by chance.
    """
    while True:
        labels = np.append(np.arange(classes), generator.integers(0, classes, size=rows - classes))
        drawn = {
            "logits": generator.normal(size=(rows, classes)) * 2,
            "labels": generator.permutation(labels),
            "class_weights": generator.uniform(1, 2, size=classes) * (1 + np.arange(classes)),
        }
        losses = np.array([wrong(**drawn) for wrong in (weighted_right, *WEIGHTED_WRONG)])
        apart = np.abs(losses[:, None] - losses) + np.eye(len(losses)) * losses.max()
        if apart.min() > DISTINCT * losses.max():
            return drawn


def losses_of(logits: Array, labels: Array) -> Array:
    """Return the cross-entropy of each row."""
    largest = logits.max(axis=1)
    log_sums = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
    return log_sums - logits[np.arange(len(labels)), labels]


def weighted_right(logits: Array, labels: Array, class_weights: Array) -> Array:
    """Return the right loss."""
    weights = class_weights[labels]
    return (weights * losses_of(logits, labels)).sum() / weights.sum()


def divided_by_number(logits: Array, labels: Array, class_weights: Array) -> Array:
    """Divide by the number of rows, as Keras does."""
    return (class_weights[labels] * losses_of(logits, labels)).mean()


def unweighted(logits: Array, labels: Array, class_weights: Array) -> Array:
    """Forget the weights."""
    return losses_of(logits, labels).mean()


def weighted_sum(logits: Array, labels: Array, class_weights: Array) -> Array:
    """Forget to divide."""
    return (class_weights[labels] * losses_of(logits, labels)).sum()


def divided_by_class_weights(logits: Array, labels: Array, class_weights: Array) -> Array:
    """Divide by the sum of the classes' weights, each taken once."""
    return (class_weights[labels] * losses_of(logits, labels)).sum() / class_weights.sum()


def weighted_twice(logits: Array, labels: Array, class_weights: Array) -> Array:
    """Let the softmax happen twice."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    weights = class_weights[labels]
    return (weights * losses_of(probabilities, labels)).sum() / weights.sum()


def weighted_as_probabilities(logits: Array, labels: Array, class_weights: Array) -> Array:
    """Do what Keras does with logits where it expects probabilities: cut off, and divide by the sum."""
    cut = np.clip(logits, 1e-7, 1 - 1e-7)
    losses = -np.log(cut / cut.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels]
    return (class_weights[labels] * losses).sum() / class_weights[labels].sum()


WEIGHTED_WRONG = (
    weighted_as_probabilities,
    divided_by_number,
    unweighted,
    weighted_sum,
    divided_by_class_weights,
    weighted_twice,
)


def one_loss_each(logits: Array, labels: Array, class_weights: Array) -> Array:
    """Return the weighted loss of each row."""
    return class_weights[labels] * losses_of(logits, labels)


# 7. debug_pipeline


def debug_pipeline_cases(generator: Generator) -> list[Case]:
    """Return two cases: every example changes its place, no image is fully white, the last batch is short."""
    cases = []
    for count, height, width, batch_size in [(7, 2, 3, 3), (10, 3, 2, 4)]:
        ring = generator.permutation(count)
        order = np.empty(count, np.int64)
        order[ring] = np.roll(ring, 1)  # nobody stays in place
        inputs = {
            "images": generator.integers(1, 200, size=(count, height, width)).astype(np.float32),
            "labels": generator.permutation(count),
            "order": order,
            "batch_size": batch_size,
        }
        cases.append(Case(f"{count} images in batches of {batch_size}", inputs))
    return cases


def pipeline(
    labels_left: bool = False,
    by_largest: bool = False,
    dropped: bool = False,
    unordered: bool = False,
    unscaled: bool = False,
) -> Callable[..., tuple[Array, Array, Array]]:
    """Return the pipeline with the faults that are asked for."""

    def run(
        images: Array, labels: Array, order: Array, batch_size: int
    ) -> tuple[Array, Array, Array]:
        count, batch_size = len(labels), int(batch_size)
        scale = images.max() if by_largest else 1 if unscaled else LARGEST_GREY
        pixels = (images if unordered else images[order]).reshape(count, -1) / scale
        found = labels if labels_left or unordered else labels[order]
        sizes = [min(batch_size, count - begin) for begin in range(0, count, batch_size)]
        if dropped:
            sizes = [size for size in sizes if size == batch_size]
        kept = sum(sizes)
        return pixels[:kept].astype(images.dtype), found[:kept], np.array(sizes)

    return run


EXERCISES = [
    Exercise(
        name="epoch_loss",
        difficulty=1,
        minutes=5,
        points=1,
        cases=epoch_loss_cases,
        mistakes=[
            Mistake(
                "mean of means",
                say="This is the mean of the batch means. There an example of the short batch counts more than the "
                "others. Weigh each batch with its size.",
                numpy=mean_of_means,
            ),
            Mistake(
                "not divided",
                say="This is the loss of all examples added up. Divide it by the number of all examples.",
                numpy=summed_losses,
            ),
            Mistake(
                "divided by the batches",
                say="The sum over all examples was divided by the number of *batches*. Divide by the number of "
                "examples, which is the sum of the sizes.",
                numpy=over_batches,
            ),
            Mistake(
                "short batch left out",
                say="The last batch is missing. It is shorter, so it counts less, but it counts.",
                numpy=full_batches_only,
            ),
            Mistake(
                "means over examples",
                say="You added up the batch *means* and divided by the number of *examples*. First multiply each mean "
                "with its size: that gives the sum over the batch.",
                numpy=means_over_examples,
            ),
        ],
        hints=[
            "Mean times size is the sum over a batch.",
            "Add up loss times size over all batches, then divide by the number of all examples.",
            "The sum of `batch_losses * batch_sizes`, divided by the sum of `batch_sizes`. In Keras bring the sizes "
            "to the kind of the losses first: `keras.ops.cast(batch_sizes, batch_losses.dtype)`.",
        ],
    ),
    Exercise(
        name="buffer_order",
        difficulty=2,
        minutes=10,
        points=3,
        takes="arrays",
        tolerance=0.0,
        cases=buffer_order_cases,
        mistakes=[
            Mistake(
                "all examples wait",
                say="This shuffles all the examples. At most `buffer_size` of them may wait at a time.",
                numpy=order_of_all,
            ),
            Mistake(
                "one too many",
                say="One more is waiting than the buffer holds. Fill up while `len(waiting) < buffer_size`.",
                numpy=order_of_larger_buffer,
            ),
            Mistake(
                "one too few",
                say="One fewer is waiting than the buffer holds. Fill the buffer up *before* you take one out.",
                numpy=order_of_smaller_buffer,
            ),
            Mistake(
                "filled only when empty",
                say="The buffer was filled up again only when it was empty. So the examples come in blocks. Fill it "
                "up in every turn.",
                numpy=order_of_blocks,
            ),
            Mistake(
                "into the gap",
                say="The next example was put into the gap. Here the others move up, and the next one joins at the "
                "end. (TensorFlow does fill the gap. The chances are the same, the order is another.)",
                numpy=order_of_slots,
            ),
            Mistake(
                "not shuffled",
                say="The examples come out as they came. Take the one at `pick % len(waiting)`, not always the first.",
                numpy=order_unshuffled,
            ),
        ],
        hints=[
            "Three lists: those that are still coming, those that wait, those that are out. The lesson's `shuffled` "
            "is nearly it.",
            "In each turn: move examples from `coming` to `waiting` while there is room and somebody is coming. "
            "Then `pop` one from `waiting`.",
            "`for pick in picks:`, inside it `while coming and len(waiting) < buffer_size:` with "
            "`waiting.append(coming.pop(0))`, then `out.append(waiting.pop(pick % len(waiting)))`. Return "
            "`np.array(out)`.",
        ],
    ),
    Exercise(
        name="shift_up",
        difficulty=1,
        minutes=6,
        points=2,
        cases=shift_up_cases,
        forbidden=("roll",),
        mistakes=[
            Mistake(
                "rolled",
                say="The top row came in again at the bottom. Zeros belong there.",
                numpy=rolled_up,
            ),
            Mistake(
                "down",
                say="The images moved down. To move up, cut the *first* row off and put the zeros at the end.",
                numpy=shifted_down,
            ),
            Mistake(
                "left",
                say="The images moved to the left. Up is along the height, which is direction 1. PyTorch's `pad` "
                "begins with the last direction.",
                numpy=shifted_left,
            ),
            Mistake(
                "bottom row repeated",
                say="The bottom row stands there twice. The row that comes in holds zeros.",
                numpy=repeated_bottom,
            ),
            Mistake(
                "only cut",
                say="The top row is cut off, and nothing came in at the bottom. The images shall keep their height.",
                numpy=cut_only,
            ),
            Mistake(
                "only padded",
                say="The row of zeros is there, and the top row is still there too. Cut it off.",
                numpy=padded_only,
            ),
            Mistake(
                "along the examples",
                say="You moved along direction 0: each image became the next one. The rows of an image are "
                "direction 1.",
                numpy=shifted_examples,
            ),
        ],
        hints=[
            "Two steps, as in the lesson: put zeros in at one side, cut off at the other.",
            "The height is direction 1. The zeros go *after* the last row, and the first row is cut off.",
            "PyTorch: `nn.functional.pad(images, (0, 0, 0, 1))`. Keras: "
            "`keras.ops.pad(images, [[0, 0], [0, 1], [0, 0]])`. Then `[:, 1:, :]`.",
        ],
    ),
    Exercise(
        name="standardise",
        difficulty=2,
        minutes=8,
        points=2,
        cases=standardise_cases,
        mistakes=[
            Mistake(
                "test by itself",
                say="The test part was treated with its *own* mean and spread. Then the same number means one thing in "
                "training and another in the test. Use those of the training part.",
                numpy=standardised_apart,
            ),
            Mistake(
                "all together",
                say="Mean and spread were taken over training *and* test part. That is the leak: they know the test "
                "data. Take them from the training part only.",
                numpy=standardised_together,
            ),
            Mistake(
                "test as it was",
                say="The training part is right, and the test part is as it came. Perhaps `train` was written over "
                "first: then its mean is 0 and its spread is 1. Work out both before you change anything.",
                numpy=standardised_train_only,
            ),
            Mistake(
                "n minus one",
                say="Nearly. The standard deviation was divided by n − 1. Here it is n: `correction=0` in PyTorch, "
                "and what Keras and NumPy do by themselves.",
                numpy=standardised_by_one_less,
            ),
            Mistake(
                "one mean for all columns",
                say="One mean and one spread were used for all columns. Each column has its own: take them over "
                "direction 0.",
                numpy=standardised_as_a_whole,
            ),
            Mistake(
                "not divided",
                say="The mean is subtracted. Now divide by the standard deviation as well.",
                numpy=centred_only,
            ),
            Mistake(
                "variance",
                say="You divided by the variance. The standard deviation is its square root.",
                numpy=divided_by_variance,
            ),
        ],
        hints=[
            "Two numbers for each column, both from `train`. Then both parts are treated the same.",
            "Mean and standard deviation over direction 0 have the shape (columns,). Subtracting and dividing works "
            "row by row.",
            "`mean = train.mean(dim=0)` and `spread = train.std(dim=0, correction=0)`, or `keras.ops.mean(train, "
            "axis=0)` and `keras.ops.std(train, axis=0)`. Return `(train - mean) / spread, (test - mean) / spread`.",
        ],
    ),
    Exercise(
        name="balanced_weights",
        difficulty=2,
        minutes=7,
        points=2,
        cases=balanced_weights_cases,
        mistakes=[
            Mistake(
                "shares",
                say="These are the classes' shares. With them a frequent class counts *more*. Rare classes shall have "
                "the large weights.",
                numpy=shares,
            ),
            Mistake(
                "upside down",
                say="This is the fraction upside down. The count of the class stands below the line.",
                numpy=relative_counts,
            ),
            Mistake(
                "number of classes missing",
                say="The number of classes is missing below the line. With it, equally frequent classes would all have "
                "the weight 1.",
                numpy=without_classes,
            ),
            Mistake(
                "one over the count",
                say="This is one divided by the count. Above the line belongs the number of all examples, and below it "
                "the number of classes as well.",
                numpy=one_over_count,
            ),
            Mistake(
                "adding up to one",
                say="The weights were scaled so that they add up to one. The rule here is another: number of examples, "
                "divided by classes times count.",
                numpy=adding_up_to_one,
            ),
            Mistake(
                "one for each example",
                say="This is a weight for each example. Return one for each class, shape (classes,).",
                numpy=weight_of_each_example,
            ),
        ],
        hints=[
            "First count how often each class occurs.",
            "`torch.bincount(labels, minlength=classes)` counts in PyTorch, and `keras.ops.bincount` does in Keras.",
            "With the counts: `len(labels) / (classes * counts)`.",
        ],
    ),
    Exercise(
        name="weighted_loss",
        difficulty=2,
        minutes=10,
        points=3,
        cases=weighted_loss_cases,
        mistakes=[
            Mistake(
                "divided by the number",
                say="The sum was divided by the number of rows, as Keras's losses do. Here it is divided by the sum of "
                "the rows' weights.",
                numpy=divided_by_number,
            ),
            Mistake(
                "no weights",
                say="This is the loss without weights. Each row's loss is multiplied with the weight of its class.",
                numpy=unweighted,
            ),
            Mistake(
                "not divided",
                say="This is the weighted sum. Divide it by the sum of the rows' weights.",
                numpy=weighted_sum,
            ),
            Mistake(
                "class weights added once",
                say="You divided by the sum of `class_weights`, in which each class stands once. Add up the weights of "
                "the *rows*: a class that occurs three times counts three times.",
                numpy=divided_by_class_weights,
            ),
            Mistake(
                "softmax twice",
                say="Softmax happened twice. The loss expects logits: hand them over as they are, in Keras with "
                "`from_logits=True`.",
                numpy=weighted_twice,
            ),
            Mistake(
                "logits taken for probabilities",
                say="The logits were taken for probabilities. Keras's loss has to be told: `from_logits=True`.",
                numpy=weighted_as_probabilities,
            ),
            Mistake(
                "one for each row",
                say="This is the weighted loss of each row. Add up, and divide by the sum of the rows' weights.",
                numpy=one_loss_each,
            ),
        ],
        hints=[
            "What is the loss of each row, and what is the weight of each row? What is the sum divided by?",
            "The lesson has it under *A rare class*: the sum of weight times loss, divided by the sum of the weights "
            "of the rows.",
            "PyTorch: `nn.functional.cross_entropy` has an argument `weight`. Keras: the losses of the rows from "
            "`keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)`, the weights from "
            "`keras.ops.take(class_weights, labels)`, then `sum(weights * losses) / sum(weights)` with "
            "`keras.ops.sum`.",
        ],
    ),
    Exercise(
        name="debug_pipeline",
        difficulty=3,
        minutes=12,
        points=4,
        cases=debug_pipeline_cases,
        mistakes=[
            Mistake(
                "as it was",
                say="This is what the port gave as it stood. Compare it with the original line by line: what is put "
                "in order, by what the pixels are divided, what becomes of the last batch.",
                numpy=pipeline(labels_left=True, by_largest=True, dropped=True),
            ),
            Mistake(
                "labels still in the old order",
                say="Scale and batches are right now. The images were put in order and the labels were not, so each "
                "image has somebody else's label.",
                numpy=pipeline(labels_left=True),
            ),
            Mistake(
                "still divided by the largest",
                say="Labels and batches are right now. The pixels are still divided by the largest one in *this* data. "
                "On other data the same grey would become another number. Divide by 255.",
                numpy=pipeline(by_largest=True),
            ),
            Mistake(
                "last batch still dropped",
                say="Labels and scale are right now. The short last batch is still thrown away.",
                numpy=pipeline(dropped=True),
            ),
            Mistake(
                "labels and scale",
                say="The last batch is there now. Two faults are left: look at the labels, and at what the pixels are "
                "divided by.",
                numpy=pipeline(labels_left=True, by_largest=True),
            ),
            Mistake(
                "labels and last batch",
                say="The scale is right now. Two faults are left: look at the labels, and count the examples that come "
                "out.",
                numpy=pipeline(labels_left=True, dropped=True),
            ),
            Mistake(
                "scale and last batch",
                say="The labels are right now. Two faults are left: look at what the pixels are divided by, and count "
                "the examples that come out.",
                numpy=pipeline(by_largest=True, dropped=True),
            ),
            Mistake(
                "no order",
                say="Images and labels fit together, and both are in their old order. Put *both* into the order of "
                "`order`.",
                numpy=pipeline(unordered=True),
            ),
            Mistake(
                "not scaled",
                say="Order and batches are right, and the pixels are not scaled. Divide them by 255.",
                numpy=pipeline(unscaled=True),
            ),
        ],
        hints=[
            "Three places: the order, the scale, the last batch. For each, say what the original does.",
            "Are images *and* labels put in order? Would an image of another set get the same scale? Does every "
            "example come out?",
            "Index `labels` with `order` as well, divide by 255, and leave `drop_last` or `drop_remainder` away.",
        ],
    ),
]
