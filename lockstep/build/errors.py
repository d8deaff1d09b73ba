"""The one error of the builder: a file, a line and a sentence."""

from pathlib import Path


class LessonError(Exception):
    """Something in a lesson that its author must change.

    Parameters
    ----------
    path
        The file to open.
    line
        The line to look at, counted from 1.
    sentence
        What is wrong and what to do.
    """

    def __init__(self, path: Path, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.path = path
        self.line = line
        self.sentence = sentence

    def __str__(self) -> str:
        """Return `lessons/04_simple_net/lesson.md:12: the sentence`."""
        return f"lessons/{self.path.parent.name}/{self.path.name}:{self.line}: {self.sentence}"
