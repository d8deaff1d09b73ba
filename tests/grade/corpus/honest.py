"""The neighbours of the hostile: what they get must not depend on who else is in the class."""

from tests.grade.corpus.kinds import (
    KERAS_NET,
    NEIGHBOURS_MARKER,
    NET,
    Got,
    answer,
    answers,
    own_cell,
)

MARKED = f"# {NEIGHBOURS_MARKER}: for the others to look for"

# Their names put them at the class's beginning, in its middle and at its end.
HONEST = [
    own_cell("a_right_one", "All right.", MARKED, person="Honest Neighbour"),
    answer(
        "f_wrong_one",
        "Wrong in a way that is recognised.",
        f"""
        {MARKED}
        def mean_squared_error(predictions, truth):
            return np.sum((predictions - truth) ** 2)
        """,
        "wrong",
        says="This is the sum of the squares.",
        mistake="sum",
    ),
    answers(
        "m_net",
        "Half of it.",
        {
            "softmax": "def softmax(logits):\n"
            "    exponentials = torch.exp(logits)\n"
            "    return exponentials / exponentials.sum(dim=1, keepdim=True)",
            "accuracy": "def accuracy(logits, labels):\n    return logits[labels",
        },
        {
            "softmax": Got("wrong", mistake="no shift"),
            "accuracy": Got("error", says="SyntaxError in line 3"),
        },
        notebook=NET,
        above=MARKED,
    ),
    answers("s_keras", "All right, with Keras.", {}, {}, notebook=KERAS_NET, above=MARKED),
    own_cell("z_last_one", "All right, and graded last.", MARKED),
]
