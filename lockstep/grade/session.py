"""Running a restored notebook to its end whatever its code does, and asking for its answers."""

import time
from dataclasses import dataclass, field

from lockstep.grade import wire
from lockstep.grade.engine import Ended, Engine, Student
from lockstep.grade.restore import RestoredCell
from lockstep.grade.sandbox import Limits
from lockstep.learn.answering import Results
from lockstep.learn.exercises import Inputs

FREE_STARTING = 300.0  # seconds, in all; who ends the process again and again uses them up


@dataclass(frozen=True)
class CellOutcome:
    """What became of one cell.

    Parameters
    ----------
    ended
        How it ended the whole process, if it did.
    error
        The exception that it raised, as `student_process.describe` has it; None if it raised none.
    """

    ended: Ended | None = None
    error: wire.Message | None = None


@dataclass(frozen=True)
class CaseOutcome:
    """What an answer came to in one case: its results, or why there are none.

    Parameters
    ----------
    results
        What it returned.
    problem
        Otherwise: "not attempted", "error", "time limit", "memory limit", "crashed" or "not run".
    message
        What happened, in a sentence for the student.
    """

    results: Results | None = None
    problem: str = ""
    message: str = ""


@dataclass
class Session:
    """One submission's run.

    A cell or an answer that ends the process is left out; the notebook is run again without it, so
    that it costs nothing but itself.

    Parameters
    ----------
    engine, lesson, framework
        Where it runs.
    cells
        What is run.
    limits
        For the time.
    """

    engine: Engine
    lesson: str
    framework: str | None
    cells: tuple[RestoredCell, ...]
    limits: Limits
    outcomes: dict[int, CellOutcome] = field(default_factory=dict)
    _student: Student | None = None
    _deadline: float = 0.0
    _free_starting: float = FREE_STARTING

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + self.limits.whole_seconds

    def run_cells(self) -> None:
        """Run every cell."""
        self._ready()

    def answer(self, exercise: str, inputs: Inputs) -> CaseOutcome:
        """Call the answer to an exercise with one case's inputs."""
        student = self._ready()
        seconds = self._seconds()
        if student is None or seconds <= 0:
            return CaseOutcome(problem="not run", message=self._out_of_time())
        request = {"answer": exercise, "inputs": wire.encode_inputs(dict(inputs))}
        try:
            return _case(student.ask(request, seconds))
        except Ended as ended:
            self._student = None
            if self._was_cut_short(ended, seconds):
                return CaseOutcome(problem="not run", message=self._out_of_time())
            return CaseOutcome(problem=ended.state, message=ended.message)
        except wire.WireError as error:
            return CaseOutcome(problem="error", message=f"What it gave back is unusable: {error}.")

    def close(self) -> None:
        """End the student's process."""
        if self._student is not None:
            self._student.close()
            self._student = None

    def _ready(self) -> Student | None:
        """Return a process in which every cell has run that can; None when time is up."""
        while self._student is None and self._seconds() > 0:
            self._student = self._run_all(self._start())
        return self._student

    def _start(self) -> Student:
        """Start a process; that takes long with the one engine and not with the other, so it is not counted."""
        began = time.monotonic()
        student = self.engine.start(self.lesson, self.framework)
        free = min(time.monotonic() - began, self._free_starting)
        self._free_starting -= free
        self._deadline += free
        return student

    def _run_all(self, student: Student) -> Student | None:
        """Run what has not ended a process before; return None when something does."""
        for number, cell in enumerate(self.cells):
            if self.outcomes.get(number, CellOutcome()).ended:
                continue
            seconds = self._seconds()
            if seconds <= 0:
                student.close()
                return None
            try:
                reply = student.ask({"cell": as_it_stood(cell), "exercise": cell.exercise}, seconds)
                self.outcomes[number] = CellOutcome(error=_error(reply))
            except Ended as ended:
                if not self._was_cut_short(ended, seconds):
                    self.outcomes[number] = CellOutcome(ended=ended)
                return None
        return student

    def _was_cut_short(self, ended: Ended, seconds: float) -> bool:
        """Return whether something was stopped that had not had its own time."""
        return ended.state == "time limit" and seconds < self.limits.seconds

    def _seconds(self) -> float:
        """Return the time for what comes next; none is left when the whole time is up."""
        return min(self.limits.seconds, self._deadline - time.monotonic())

    def _out_of_time(self) -> str:
        whole = f"{self.limits.whole_seconds:g} s"
        return f"It was not run to its end: the notebook as a whole used up its {whole}."


def as_it_stood(cell: RestoredCell) -> str:
    """Return a cell's code with an answer's marker line: an error's line is the one that the student sees."""
    if cell.exercise is None or cell.source.startswith("%%"):
        return cell.source
    return f"# lockstep: answer {cell.exercise}\n{cell.source}"


def _error(reply: wire.Message) -> wire.Message | None:
    """Return the error in a reply, with nothing believed of its form."""
    error = reply.get("error")
    if error is None:
        return None
    error = error if isinstance(error, dict) else {}
    line = error.get("line")
    return {
        "type": wire.text(error.get("type", "an error"), 100),
        "message": wire.text(error.get("message", ""), 2000),
        "line": line if isinstance(line, int) else None,
        "memory": error.get("memory") is True,
    }


def _case(reply: wire.Message) -> CaseOutcome:
    """Return what a reply says of one case, with nothing believed of its form."""
    if "results" in reply:
        return CaseOutcome(results=wire.decode_arrays(reply["results"]))
    problem = wire.text(reply.get("problem"), 20)
    known = problem if problem in ("not attempted", "memory limit") else "error"
    said = wire.text(reply.get("message") or "What it gave back cannot be read.", 2000)
    return CaseOutcome(problem=known, message=said)
