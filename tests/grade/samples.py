"""Results of every kind, made up, for the tests of the reports."""

from lockstep.grade.model import ExerciseResult, GradedWith, Student, SubmissionResult

ANNA = Student("anna.jung", "Anna Jünger")
CODE = '''\
def softmax(logits):
    """Return the probabilities of each row of logits."""
    exponentials = torch.exp(logits)  # e to each
    return exponentials / exponentials.sum(dim=1, keepdim=True)'''


def exercise(name="softmax", state="right", points=2.0, out_of=2, **others):
    """Return an exercise's result; `others` as in ExerciseResult."""
    return ExerciseResult(name, state, points, out_of, **({"message": "2 points."} | others))


def submission(*exercises, student=ANNA, notebook="04_simple_net_pytorch", **others):
    """Return a submission's result; `others` as in SubmissionResult."""
    given = {"source": "anna/net.ipynb", "digest": "0" * 64} | others
    return SubmissionResult(student, notebook, exercises=tuple(exercises), **given)


GRADED_WITH = GradedWith(
    seed=8_675_309,
    revision="cafe0123",
    engine="fork",
    versions={"python": "3.11.2", "torch": "2.13.0", "numpy": "2.4.6"},
    time="2026-11-27T10:00:00Z",
)

EVERY_STATE = (
    exercise(
        "softmax",
        "wrong",
        0,
        2,
        message="This is softmax as it stands on paper. In one of the rows the exponentials leave what a computer "
        "can store. Take the row's largest logit away before you raise e to it.",
        mistake="no shift",
        values="expected\n[[0.1065 0.2895 0.6039]\n [0.     0.7311 0.2689]]\n\n"
        "got\n[[0.1065 0.2895 0.6039]\n [   nan    nan    nan]]",
        hint="Three lines: shift each row, raise e to it, divide by the sum of the row.",
        code=CODE,
    ),
    exercise(
        "cross_entropy",
        "partly",
        1.5,
        3,
        message="Right in 1 of 2 cases.\nNot in this one: six rows of ten classes.",
        values="expected\n1.2403\n\ngot\ninf",
        hint="`logits - logsumexp(logits)` gives the logarithms of the probabilities.",
        code="def cross_entropy(logits, labels):\n    p = softmax(logits)\n    rows = torch.arange(len(labels))\n"
        "    return -p[rows, labels].log().mean()",
    ),
    exercise(
        "accuracy",
        "right",
        1,
        1,
        message="1 point.",
        code="def accuracy(logits, labels):\n    return (logits.argmax(dim=1) == labels).float().mean()",
    ),
    exercise("carry_weights", "not attempted", 0, 2, message=""),
    exercise(
        "translate_step",
        "error",
        0,
        3,
        message="`translate_step` raised NameError in line 4 of its cell: name 'tf' is not defined",
        hint="Go line by line.",
        code="def translate_step(images, labels, weights, biases):\n    with tf.GradientTape() as tape:\n        pass",
    ),
    exercise(
        "debug_port",
        "time limit",
        0,
        4,
        message="",
        code="def debug_port(images, labels, *arrays):\n    while True:\n        pass",
    ),
    exercise(
        "training_step",
        "memory limit",
        0,
        4,
        message="",
        code="def training_step(network, images, labels, learning_rate):\n    return torch.zeros(10**12)",
    ),
)
STOPPED = (
    exercise(
        "tensor_shapes",
        "crashed",
        0,
        1,
        message="",
        code="def tensor_shapes(x):\n    import os\n    os._exit(1)",
    ),
    exercise(
        "reductions", "not run", 0, 2, message="", code="def reductions(x):\n    return x.sum()"
    ),
)
