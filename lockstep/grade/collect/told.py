"""What the names that a school's system gives to files tell: whose each is, and when it came."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

Parts = tuple[str, ...]
Texts = Mapping[Parts, str]  # what the system's own text files hold, by where they lie


@dataclass(frozen=True)
class Person:
    """A student as a school's system knows them.

    Parameters
    ----------
    id
        What the system calls them.
    name
        As the system writes it; empty where it does not.
    others
        Other ids and addresses that it knows.
    """

    id: str
    name: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """What a system tells of a file.

    Parameters
    ----------
    people
        Who handed it in; several where they worked as a group.
    file
        What the students called it, with its folders.
    time
        When it was handed in, where that is told.
    late
        Whether it is marked as late.
    upload
        What sorts a student's uploads, the last one highest.
    """

    people: tuple[Person, ...]
    file: Parts
    time: datetime | None = None
    late: bool = False
    upload: int = 0


@dataclass(frozen=True)
class System:
    """A school's system, recognised.

    Parameters
    ----------
    name
        Such as "moodle".
    told
        Says of a file's place what the system tells by it; None where it is not the system's.
    columns
        The roster's columns that hold the system's ids, by their names.
    has_times
        Whether the time of a member in its archive is when it was handed in.
    own_files
        Where its own text files lie.
    """

    name: str
    told: Callable[[Parts], Told | None]
    columns: tuple[str, ...] = ()
    has_times: bool = True
    own_files: tuple[Parts, ...] = ()


def mostly(paths: Sequence[Parts], told: Callable[[Parts], Told | None]) -> bool:
    """Return whether most of what lies at the top is called the system's way.

    One student can call a file so too, and shall not move all the others.
    """
    tops = {path[0]: path for path in paths}
    return 2 * sum(told(path) is not None for path in tops.values()) > len(tops)


def ids_name_one_each(told: Iterable[Told | None]) -> bool:
    """Return whether no id stands with two names, as a date in files' names would."""
    people = {person for one in told if one for person in one.people}
    return len({person.id for person in people}) == len(people)
