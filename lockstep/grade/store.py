"""`grades.sqlite`: one row a result, written as each submission ends, so that nothing is lost or done twice."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from lockstep.grade.model import ExerciseResult, GradedWith, Student, SubmissionResult

FORMAT = 1  # of the database; another one is refused with a sentence
TABLE = """
CREATE TABLE IF NOT EXISTS results (
    student TEXT NOT NULL,
    place TEXT NOT NULL,  -- the notebook; the file where no notebook can be read in it
    notebook TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,  -- graded, unreadable, missing
    points REAL,
    out_of INTEGER,
    result TEXT NOT NULL,  -- all of it, as JSON
    PRIMARY KEY (student, place)
)
"""


class StoreError(Exception):
    """The database cannot be used; the message is a sentence that says what to do."""


class Store:
    """The results of one folder of grades.

    Parameters
    ----------
    path
        The database; it is made where it is not there.

    Raises
    ------
    StoreError
        If the file is something else, or was made by another version of the course.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._database = sqlite3.connect(path, isolation_level=None, timeout=30)
            self._open()
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def _open(self) -> None:
        known = self._database.execute("PRAGMA user_version").fetchone()[0]
        if known not in (0, FORMAT):
            raise StoreError(
                f"{self.path} was written by another version of the course. Choose another --out."
            )
        tables = {name for (name,) in self._database.execute("SELECT name FROM sqlite_master")}
        if tables and "results" not in tables:
            raise StoreError(
                f"{self.path} is another program's database. Move it away, or choose another --out."
            )
        # A write-ahead log: what is committed outlives a killed process, and a crash of the system.
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(TABLE)
        self._database.execute(f"PRAGMA user_version = {FORMAT}")

    def put(self, result: SubmissionResult) -> None:
        """Keep a result in place of the one that was there."""
        graded = result.state is None
        row = (
            result.student.key,
            result.notebook if graded else result.source,
            result.notebook,
            result.digest,
            result.state or "graded",
            result.points if graded else None,
            result.out_of if graded else None,
            json.dumps(asdict(result), ensure_ascii=False),
        )
        # Half a character may stand anywhere that a student wrote, and SQLite takes none.
        kept = [
            one.encode("utf-8", "replace").decode() if isinstance(one, str) else one for one in row
        ]
        with self._told():
            self._database.execute("INSERT OR REPLACE INTO results VALUES (?,?,?,?,?,?,?,?)", kept)

    def digests(self) -> dict[tuple[str, str], str]:
        """Return the digest of each graded file by student and notebook."""
        with self._told():
            rows = self._database.execute(
                "SELECT student, notebook, digest FROM results WHERE state = 'graded'"
            )
            return {(student, notebook): digest for student, notebook, digest in rows}

    def replace_ungraded(self, results: Iterable[SubmissionResult]) -> None:
        """Keep what could not be graded this time, and forget what could not the last time."""
        with self._told(), self._transaction():
            self._database.execute("DELETE FROM results WHERE state != 'graded'")
            for result in results:
                self.put(result)

    def results(self) -> list[SubmissionResult]:
        """Return all results, by student and notebook."""
        with self._told():
            rows = self._database.execute(
                "SELECT result FROM results ORDER BY student, place"
            ).fetchall()
        try:
            return [_result(json.loads(text)) for (text,) in rows]
        except (ValueError, TypeError, LookupError, AttributeError):
            raise self._unusable("it holds something that is no result") from None

    def _unusable(self, reason: object) -> StoreError:
        return StoreError(
            f"{self.path} cannot be used as a database of grades ({reason}). "
            "Move it away, or choose another --out."
        )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what SQLite refuses in a sentence: a disk may be full, a file damaged."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"{self.path} could not be written or read ({error}). What was graded before is kept: "
                "mend that, and start the same command again."
            ) from None
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with suppress(sqlite3.Error):  # a full disk has taken it back already
                self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _result(kept: dict) -> SubmissionResult:  # type: ignore[type-arg]  # what `asdict` made
    return SubmissionResult(
        **kept
        | {
            "student": Student(**kept["student"]),
            "exercises": tuple(ExerciseResult(**one) for one in kept["exercises"]),
            "notes": tuple(kept["notes"]),
            "graded_with": GradedWith(**kept["graded_with"]) if kept["graded_with"] else None,
        }
    )
