"""Which school's system an archive came from, and whom of the class it means."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from lockstep.grade.collect import blackboard, canvas, gradescope, moodle
from lockstep.grade.collect.members import shown
from lockstep.grade.collect.places import UnknownStudentError
from lockstep.grade.collect.roster import Roster
from lockstep.grade.collect.told import Parts, Person, System, Texts, Told
from lockstep.grade.model import Student
from lockstep.grade.names import words

SYSTEMS: tuple[Callable[[Sequence[Parts], Texts], System | None], ...] = (
    moodle.system,
    gradescope.system,
    blackboard.system,
    canvas.system,
)


def system_of(paths: Sequence[Parts], texts: Texts) -> System | None:
    """Return the school's system that gave these files their names; None where they have any other.

    The files may also lie in one folder, as an unpacked archive often does.

    Parameters
    ----------
    paths
        Where the notebooks lie.
    texts
        What the text files hold that a system may have put beside them.
    """
    tops = {path[0] for path in paths}
    for depth in (0, 1) if len(tops) == 1 and all(len(path) > 1 for path in paths) else (0,):
        below = [path[depth:] for path in paths]
        inside = {
            path[depth:]: text
            for path, text in texts.items()
            if len(path) > depth and (not depth or path[0] in tops)
        }
        for recognise in SYSTEMS:
            system = recognise(below, inside) if below else None
            if system is not None:
                return _moved(system, depth, (*tops,)[:depth])
    return None


def _moved(system: System, depth: int, around: Parts) -> System:
    """Return the system as it is seen from outside the folder around it."""

    def told(parts: Parts) -> Told | None:
        inside = parts[:depth] == around and len(parts) > depth
        return system.told(parts[depth:]) if inside else None

    own_files = tuple((*around, *path) for path in system.own_files)
    return replace(system, told=told, own_files=own_files)


def student_meant(person: Person, system: System, roster: Roster | None) -> Student:
    """Return the student of the class whom a system means; without a roster, whom it names.

    What the roster says of the system's ids goes before all; then come the other ids that the system
    gives, then the name. The roster's own id may be the system's too, where the names do not
    contradict it.

    Raises
    ------
    UnknownStudentError
        If it means nobody on the roster, or several.
    """
    if roster is None:
        return Student(person.id, person.name or person.id)
    ids = [person.id, *person.others]
    found = [one for text in ids for one in roster.with_value(system.columns, text)]
    for text in ids:
        if not found and not text.isdecimal():
            found = roster.find(text)
    by_id = [one for text in ids for one in roster.with_id(text) if _agree(one, person)]
    found = found or by_id or roster.find(person.name) or roster.joined(person.name)
    if len({one.key for one in found}) == 1:
        return found[0]
    raise UnknownStudentError(_about(person, system, found, roster))


def _agree(student: Student, person: Person) -> bool:
    """Return whether the names share a word, or one of them is not known."""
    if not person.name or student.name == student.key:
        return True
    joined = "".join(words(person.name))
    return any(word in joined for word in words(student.name))


def _about(person: Person, system: System, found: Sequence[Student], roster: Roster) -> str:
    """Say why a person is no student."""
    who = shown(f"{person.name} ({person.id})" if person.name else person.id)
    column = f"Give the roster a column `{system.columns[0]}` with the ids that the archive has."
    if found:
        names = " or ".join(f"{student.name} ({student.key})" for student in found[:5])
        return f"{who} can be {names}. {column}"
    near = roster.nearest(person.name or person.id)
    nearest = f"; the nearest is {near.name} ({near.key})" if near else ""
    return (
        f"{who} is not on the roster{nearest}. Add the student, or: {column[0].lower()}{column[1:]}"
    )
