"""The teacher's side of a cluster: which workers fit, what is sent to them, what comes back.

Dask hands the submissions out and hands those of a worker that was killed to another. What is kept here
is what it leaves open: who may grade at all, and how much is under way at once.
"""

import logging
import secrets
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from distributed import Client, Future
from distributed.scheduler import KilledWorker

from lockstep.grade.assignments import Assignment
from lockstep.grade.engine import EngineError
from lockstep.grade.model import Submission, SubmissionResult, Unplaced
from lockstep.grade.remote.desk import (
    Notebook,
    NotWelcomeError,
    Order,
    Sent,
    SentAssignment,
    grade_sent,
    leave,
    welcome,
)
from lockstep.grade.remote.likeness import likeness
from lockstep.grade.running import GradeAll, Graded, Settings

CONNECTING = 10.0  # seconds for the scheduler to answer
LOOKING = 2.0  # seconds between two looks at who is there
PATIENCE = 60.0  # seconds without any worker, after which a run is given up
FETCHING = 60.0  # seconds for a result that is there already
GOING = 10.0  # seconds for the workers to clear up
EACH = 3  # submissions under way for each of the workers' threads: one at work, the others on their way
TRIES = 3  # how often a submission is sent when all whom it was sent to are gone


class ClusterError(EngineError):
    """The cluster cannot be used; the message is a sentence that says what to do."""


def order(
    assignments: Mapping[Notebook, Assignment],
    lessons: Path,
    settings: Settings,
    teacher: str,
    engine: str | None,
    *,
    sandbox: bool,
) -> Order:
    """Return what the workers need for a run: `lessons` are this machine's, the others as in `Order`."""
    sent = {
        notebook: SentAssignment(one.pristine, tuple(one.exercises), one.cases, one.revision)
        for notebook, one in assignments.items()
    }
    like = likeness(assignments, lessons)
    name = secrets.token_hex(8)
    limits, seed = settings.limits, settings.seed
    return Order(name, teacher, like, sent, limits, seed, engine, sandbox)


@contextmanager
def in_cluster(
    address: str, order: Callable[[], Order], tell: Callable[[str], None]
) -> Iterator[GradeAll]:
    """Give what grades submissions on a cluster's workers; they have forgotten the run at the end.

    Parameters
    ----------
    address
        The scheduler's.
    order
        Makes the run's order; called when a worker is there, since that takes a while.
    tell
        Called with a sentence about each worker that does not fit.

    Raises
    ------
    ClusterError
        If the scheduler does not answer, or has no worker that fits.
    """
    with _connected(address) as client:
        if not client.scheduler_info()["workers"]:
            raise ClusterError(
                f"The cluster at {address} has no worker. Start one on each machine with "
                f"`dask worker {address}`."
            )
        team = Team(client, order(), address, tell)
        try:
            team.begin()
            yield team.grade_all
        finally:
            team.close()


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    client = _connect(address)
    try:
        yield client
    finally:
        with suppress(Exception):  # it may be gone
            client.close(timeout=GOING)


def _connect(address: str) -> Client:
    # What goes wrong is told in our own sentences.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions; they are compared by `likeness`
            return Client(address, timeout=CONNECTING, set_as_default=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise ClusterError(
            f"No Dask scheduler answers at {address} ({_first_line(error)}). Start one there with "
            "`dask scheduler`, or look at the address that it printed."
        ) from None


@dataclass
class _Task:
    """A submission that is to be graded: how often it was sent, and to whom the last time."""

    submission: Submission
    tries: int = 0
    workers: frozenset[str] = frozenset()
    future: Future[Any] | None = None


class Team:
    """The workers that grade for one run.

    Parameters
    ----------
    client
        The connection to the scheduler.
    order
        The run.
    address
        The scheduler's, for messages.
    tell
        Called with a sentence about each worker that does not fit.
    """

    def __init__(
        self, client: Client, order: Order, address: str, tell: Callable[[str], None]
    ) -> None:
        self.client = client
        self.order = order
        self.address = address
        self.tell = tell
        self.threads: dict[str, int] = {}  # of each worker that fits
        self.refused: dict[str, str] = {}
        self._seen = time.monotonic()
        self._ended = threading.Event()
        self._looking = threading.Thread(target=self.keep_looking, daemon=True)
        self._to_send: deque[_Task] = deque()
        self._under_way: dict[str, _Task] = {}
        self._came: Queue[Future[Any]] = Queue()

    # Who is there

    def look(self) -> None:
        """Welcome the workers that are new, and forget those that are gone."""
        workers = self.client.scheduler_info()["workers"]
        there = {str(address): int(worker["nthreads"]) for address, worker in workers.items()}
        self.threads = {one: count for one, count in self.threads.items() if one in there}
        self.refused = {one: reason for one, reason in self.refused.items() if one in there}
        new = [one for one in there if one not in self.threads and one not in self.refused]
        if new:
            self._welcome({one: there[one] for one in new})
        if self.threads:
            self._seen = time.monotonic()

    def _welcome(self, new: Mapping[str, int]) -> None:
        self._seen = float("inf")  # a framework's import may take long
        try:
            answers = self.client.run(welcome, self.order, workers=list(new), on_error="return")
        finally:
            self._seen = time.monotonic()
        for worker, answer in answers.items():
            if isinstance(answer, OSError):
                continue  # it has gone again; otherwise it is asked once more
            if answer == "":
                self.threads = self.threads | {worker: new[worker]}
            else:
                self.refused[worker] = _refusal(answer)
                self.tell(f"The worker {worker} grades nothing. {self.refused[worker]}")

    def begin(self) -> None:
        """Look for the first time, and go on looking.

        Raises
        ------
        ClusterError
            If there is no worker that fits.
        """
        self.look()
        if not self.threads:
            raise ClusterError(f"None of the workers of the cluster at {self.address} fits.")
        self._looking.start()

    def keep_looking(self) -> None:
        """Look again and again, until the run has ended."""
        while not self._ended.wait(LOOKING):
            with suppress(Exception):  # a scheduler that is gone is told by `_give_up`
                self.look()

    # What is under way

    def grade_all(self, waiting: Sequence[Submission]) -> Graded:
        """Yield what each submission comes to, as it comes; no more are sent than soon begin.

        Raises
        ------
        ClusterError
            If there has been no worker for a while.
        """
        self._to_send.extend(map(_Task, waiting))
        try:
            while self._to_send or self._under_way:
                yield from self._send_some()
                yield from self._next()
                self._take_back()
        finally:
            with suppress(Exception):  # the connection may be gone
                self.client.cancel([task.future for task in self._under_way.values()])

    def _send_some(self) -> Iterator[Unplaced]:
        """Send as many as soon begin; yield those that have been sent often enough."""
        most = EACH * sum(self.threads.values())
        while self._to_send and len(self._under_way) < most and self.client.status == "running":
            task = self._to_send.popleft()
            if task.tries == TRIES:
                yield Unplaced(
                    task.submission.source,
                    f"It was sent {TRIES} times to workers that ended before they had graded it.",
                )
            else:
                self._send(task)

    def _send(self, task: _Task) -> None:
        one = task.submission
        known = {item.name: getattr(one, item.name) for item in fields(one) if item.name != "path"}
        task.tries += 1
        task.workers = frozenset(self.threads)
        task.future = self.client.submit(
            grade_sent,
            self.order.name,
            Sent(known, one.path.read_bytes()),
            workers=list(task.workers),
            pure=False,
        )
        self._under_way[str(task.future.key)] = task
        task.future.add_done_callback(self._came.put)

    def _next(self) -> Iterator[SubmissionResult | Unplaced]:
        """Wait a moment for the next one that ends, and yield what it came to."""
        try:
            future = self._came.get(timeout=1)
        except Empty:
            return
        task = self._under_way.pop(str(future.key), None)
        if task is None:  # it was taken back
            return
        try:
            yield future.result(timeout=FETCHING)
        except NotWelcomeError as error:
            self.threads = {one: n for one, n in self.threads.items() if one != error.args[0]}
            self._to_send.append(task)
        except KilledWorker:
            yield Unplaced(
                task.submission.source,
                "Each worker of the cluster that graded it was ended on the way. Look into their logs.",
            )
        except (CancelledError, OSError):  # the connection was lost, or a worker with the result
            self._to_send.append(task)
        except Exception as error:
            yield Unplaced(task.submission.source, f"A worker could not grade it ({error!r}).")
        finally:
            future.release()

    def _take_back(self) -> None:
        """Take back what none can grade of those to whom it was sent; give up where nobody is left."""
        for key, task in list(self._under_way.items()):
            if task.future is not None and task.workers.isdisjoint(self.threads):
                self.client.cancel([task.future])
                self._to_send.append(self._under_way.pop(key))
        if time.monotonic() - self._seen > PATIENCE:
            raise ClusterError(
                f"The cluster at {self.address} has had no worker for {PATIENCE:.0f} s, or its "
                "scheduler has ended. What was graded is kept: the same command goes on there."
            )

    # At the end

    def close(self) -> None:
        """Let the workers forget the run."""
        self._ended.set()
        going = threading.Thread(target=self._leave, daemon=True)
        going.start()
        going.join(GOING)  # whoever does not answer clears up with the next run

    def _leave(self) -> None:
        if self._looking.is_alive():  # it may be welcoming somebody
            self._looking.join()
        with suppress(Exception):
            self.client.run(leave, self.order.name, on_error="ignore")


def _refusal(answer: object) -> str:
    if isinstance(answer, str):
        return answer
    return (
        f"The course is not installed there, or another revision of it ({_first_line(answer)}). Set its "
        "checkout up with `python lab.py --setup lab grade dask`, and start the worker anew."
    )


def _first_line(error: object) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
