"""What runs in a student's process: the notebook's cells, then the answers, when the grader asks.

Nothing in here is worth reading or patching: it knows neither what is right nor what came of it.
Both engines use it: the forked process, and the kernel of the portable one.
"""

import os
import random
import socket
import sys
import traceback
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from lockstep.grade import wire
from lockstep.learn.answering import AnswerError, NotAttemptedError, run_answer
from lockstep.learn.exercises import load_exercises
from lockstep.learn.session import FRAMEWORK_TITLES
from lockstep.lessons import lessons_folder

SEED = 0  # of what a notebook draws without a seed of its own; the hidden cases have another
LONGEST_MESSAGE = 2_000
LARGEST_RESULTS = 5 << 20  # bytes; written as text they take a third more
PACKAGES = {"pytorch": {"torch"}, "keras": {"keras", "tensorflow"}}
OUT_OF_MEMORY = ("allocate memory", "OOM when allocating", "bad_alloc", "Unable to allocate")


class OtherFramework(MetaPathFinder, Loader):
    """Refuses the other framework's packages with a sentence: both in one process can crash.

    Keras itself may come into a PyTorch notebook that has set it to compute with PyTorch.
    """

    def __init__(self, framework: str) -> None:
        self.framework = framework
        self.refused = set().union(*PACKAGES.values()) - PACKAGES[framework]

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        """Find what is refused, and leave all else to the others.

        It is the import that fails: PyTorch's compiler looks whether TensorFlow is there, without importing it.
        """
        on_pytorch = self.framework == "pytorch" and os.environ.get("KERAS_BACKEND") == "torch"
        if fullname not in self.refused or (fullname == "keras" and on_pytorch):
            return None
        return ModuleSpec(fullname, self)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Refuse the import."""
        raise ImportError(
            f"this is the {FRAMEWORK_TITLES[self.framework]} notebook: "
            f"`{spec.name}` cannot be imported in it"
        )

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: no module was created. A loader must have it."""


def prepare(framework: str | None) -> None:
    """Make this process fit for a student's code: generators seeded, the other framework out of reach."""
    sys.argv[:] = [""]  # the engine's own arguments are nothing to a notebook
    sys.path.insert(0, "")  # a module that a cell wrote can be imported, as in any notebook
    random.seed(SEED)
    sys.modules["numpy"].random.seed(SEED)
    if framework == "pytorch":
        sys.modules["torch"].manual_seed(SEED)
    if framework == "keras":
        sys.modules["keras"].utils.set_random_seed(SEED)
    if framework is not None:
        sys.meta_path.insert(0, OtherFramework(framework))


class Notebook:
    """A student's notebook while it runs."""

    def __init__(self, shell: InteractiveShell, lesson: str, framework: str | None) -> None:
        self.shell = shell
        self.framework = framework
        self.exercises = load_exercises(lessons_folder() / lesson)
        self.answers: dict[str, Any] = {}

    def reply(self, request: wire.Message) -> wire.Message:
        """Do what the grader asks and return what came of it."""
        if "cell" in request:
            return self.run(request["cell"], request["exercise"])
        return self.answer(request["answer"], wire.decode_inputs(request["inputs"]))

    def run(self, source: str, exercise: str | None) -> wire.Message:
        """Run one cell; where it answers an exercise, remember the answer."""
        done = self.shell.run_cell(source, store_history=False)  # type: ignore[no-untyped-call]
        if exercise is not None:
            # Kept now: a later cell may use the name for something else.
            self.answers[exercise] = self.shell.user_ns.get(exercise)
        error = done.error_before_exec or done.error_in_exec
        return {"error": None if error is None else describe(error)}

    def answer(self, name: str, inputs: wire.Message) -> wire.Message:
        """Call the answer to an exercise and return its results."""
        answer = self.shell.user_ns.get(name)
        if not callable(answer):
            answer = self.answers.get(name)
        if answer is None or not callable(answer):
            return _problem("error", f"The notebook defines no function or class `{name}`.")
        try:
            results = run_answer(self.exercises[name], answer, inputs, self.framework or "")
            if sum(array.nbytes for array in results.values()) > LARGEST_RESULTS:
                return _problem(
                    "error", f"`{name}` gave back more than {LARGEST_RESULTS >> 20} MB."
                )
            return {"results": wire.encode_arrays(results)}
        except NotAttemptedError:
            return _problem("not attempted", "")
        except AnswerError as error:
            state = "memory limit" if _is_memory(error.__cause__) else "error"
            return _problem(state, str(error))
        except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
            return _problem("error", f"`{name}` raised {type(error).__name__}: {_said(error)}")
        except BaseException as error:  # an object that fights back when its numbers are read
            return _problem("error", f"What `{name}` gave back cannot be read: {_said(error)}")


def describe(error: BaseException) -> wire.Message:
    """Return an exception's type, its first line, and the line of its cell that raised it."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if "ipython-input" in frame.filename or "ipykernel_" in frame.filename
    ]
    line = error.lineno if isinstance(error, SyntaxError) else (lines[-1:] or [None])[0]
    return {
        "type": type(error).__name__[:100],
        "message": _said(error),
        "line": line,
        "memory": _is_memory(error),
    }


def _is_memory(error: BaseException | None) -> bool:
    return isinstance(error, MemoryError) or any(part in _said(error) for part in OUT_OF_MEMORY)


def _said(error: BaseException | None) -> str:
    """Return the first line of what an exception says; its own code may fail at saying it."""
    try:
        message = str(error.msg if isinstance(error, SyntaxError) else error)
    except Exception:
        message = ""
    return (message.strip().splitlines() or ["without a message"])[0][:LONGEST_MESSAGE]


def _problem(state: str, message: str) -> wire.Message:
    return {"problem": state, "message": message[:LONGEST_MESSAGE]}


def serve(channel: socket.socket, shell: InteractiveShell) -> None:
    """Answer the grader's requests until it hangs up; never returns."""
    first = wire.receive(channel)
    if first is not None:
        prepare(first["framework"])
        notebook = Notebook(shell, first["lesson"], first["framework"])
        here = os.getpid()
        while (request := wire.receive(channel, sys.maxsize)) is not None:
            reply = notebook.reply(request)
            if os.getpid() != here:  # the student's code forked, and the copy came back as well
                break
            wire.send(channel, reply | {"number": request["number"]})
    os._exit(0)
