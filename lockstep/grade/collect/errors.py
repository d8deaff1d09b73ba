"""The one error that stops collecting: a sentence that says what to do."""


class CollectError(Exception):
    """What was handed to the grader cannot be used at all; the message is a sentence."""
