"""What an engine is: something that starts a student's process and asks it to run cells and answers."""

from typing import Protocol

from lockstep.grade import wire
from lockstep.grade.model import State


class EngineError(Exception):
    """The engine cannot be used here; the message is a sentence that says what to do."""


class NoSandboxError(EngineError):
    """Students' code cannot be shut in here.

    Parameters
    ----------
    reason
        Why not, as the end of a sentence.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"There is no sandbox to be had here: {reason}. Students' code would see your files. "
            "If you trust all of it, say `--no-sandbox`."
        )


class Ended(Exception):  # noqa: N818  (it is what became of a student's process, no error of ours)
    """A student's process has ended, or was ended.

    Parameters
    ----------
    state
        "time limit", "memory limit" or "crashed".
    message
        What happened, in a sentence for the student.
    """

    def __init__(self, state: State, message: str) -> None:
        super().__init__(message)
        self.state: State = state
        self.message = message


class Student(Protocol):
    """One student's running process."""

    def ask(self, request: wire.Message, seconds: float) -> wire.Message:
        """Send a request, and return the reply.

        Raises
        ------
        Ended
            If there is none within `seconds`, or the process ends; it is gone then.
        """
        ...

    def close(self) -> None:
        """End the process and all that it started."""
        ...


class Engine(Protocol):
    """Starts students' processes."""

    name: str

    def start(self, lesson: str, framework: str | None) -> Student:
        """Return a fresh process for a notebook of this lesson.

        Raises
        ------
        EngineError
            If none can be started.
        """
        ...

    def close(self) -> None:
        """End everything that the engine started."""
        ...
