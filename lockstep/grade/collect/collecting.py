"""From what came back to one notebook for each student and exercise notebook."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from lockstep.grade.collect.errors import CollectError
from lockstep.grade.collect.inside import others_inside
from lockstep.grade.collect.intake import Found, Intake
from lockstep.grade.collect.latest import age, latest, natural
from lockstep.grade.collect.lessons import Course, UnknownNotebookError, recognise
from lockstep.grade.collect.members import PROGRESS
from lockstep.grade.collect.places import Tree, UnknownStudentError, layout, student_of
from lockstep.grade.collect.roster import Roster
from lockstep.grade.collect.schools import student_meant, system_of
from lockstep.grade.collect.stamps import stamped
from lockstep.grade.collect.told import Person, System, Told
from lockstep.grade.model import Student, Submission, Unplaced
from lockstep.grade.notebook import UnreadableError, read_notebook

_OUTSIDE = "It lies outside `submitted`, the folder in which nbgrader keeps what came back."


@dataclass(frozen=True)
class Unreadable:
    """A file of a student who is known, from which no notebook can be read.

    Parameters
    ----------
    student
        Who handed it in.
    notebook
        The exercise notebook, as far as the file's name says; empty where it does not.
    source
        Where the file came from, in a teacher's terms.
    reason
        Why it cannot be read, in a sentence.
    digest
        SHA-256 of the file's bytes; empty where they could not be had either.
    time
        When it was handed in, as far as the file or archive says.
    notes
        What a teacher should know.
    """

    student: Student
    notebook: str
    source: str
    reason: str
    digest: str = ""
    time: datetime | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Collected:
    """What came back, sorted.

    Parameters
    ----------
    submissions
        One for each student and exercise notebook: the later one where there are two.
    unreadable
        Files of students who are known, from which no notebook can be read.
    unplaced
        Every other file, with the reason.
    missing
        The students on the roster of whom nothing is in `submissions` or `unreadable`.
    system
        The school's system that it came from, such as "moodle"; "nbgrader" for its tree; else empty.
    people
        From a student's key to what that system calls them.
    progress
        From the key of a student with a notebook to the progress file that came with it.
    """

    submissions: tuple[Submission, ...]
    unreadable: tuple[Unreadable, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    missing: tuple[Student, ...] = ()
    system: str = ""
    people: dict[str, Person] = field(default_factory=dict)
    progress: dict[str, Path] = field(default_factory=dict)

    @property
    def lessons(self) -> frozenset[str]:
        """The lessons of which something came back that can be graded."""
        return frozenset(one.lesson for one in self.submissions)


def collect(
    submissions: Path,
    scratch: Path,
    course: Course,
    roster: Roster | None = None,
    lessons: Sequence[str] | None = None,
) -> Collected:
    """Return the notebooks that are to be graded, copied into `scratch`, and all that could not be placed.

    Parameters
    ----------
    submissions
        A folder, an archive or one notebook.
    scratch
        A folder for the copies, which nobody else writes to.
    course
        The exercise notebooks that were handed out.
    roster
        The class; without one, each folder or file name is a student.
    lessons
        The lessons that are graded; all where it is left out.

    Raises
    ------
    CollectError
        If `submissions` is not there, or is an archive that cannot be opened at all.
    """
    for lesson in lessons or ():
        _refuse_unknown(lesson, course)
    intake = Intake(scratch)
    intake.take(submissions)
    paths = [found.parts for found in intake.found]
    system = system_of(paths, {parts: text for parts, (_, text) in intake.texts.items()})
    for parts in system.own_files if system else ():
        del intake.texts[parts]
    tree = layout(paths, submissions, course, roster)
    sorting = _Sorting(tree, course, roster, lessons, intake.unplaced, system)
    for found in stamped(intake, tree):
        sorting.place(found)
    for found in intake.progress:
        sorting.place_progress(found)
    collected = sorting.collected()
    kept = {submission.path for submission in collected.submissions}
    for found in intake.found:
        if found.path not in kept:
            found.path.unlink(missing_ok=True)
    return collected


def _refuse_unknown(lesson: str, course: Course) -> None:
    if lesson not in course.lessons:
        near = difflib.get_close_matches(lesson, course.lessons, n=1)
        nearest = (
            f" Did you mean {near[0]}?" if near else f" There are: {', '.join(course.lessons)}."
        )
        raise CollectError(f"There is no lesson {lesson!r} with exercises.{nearest}")


@dataclass
class _Sorting:
    """Puts each notebook where it belongs."""

    tree: Tree
    course: Course
    roster: Roster | None
    lessons: Sequence[str] | None
    unplaced: list[Unplaced]
    system: System | None = None
    submissions: list[tuple[Found, Submission]] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    progress: dict[str, Found] = field(default_factory=dict)

    def place(self, found: Found) -> None:
        told = self.system.told(found.parts) if self.system else None
        if self.system and told:
            times = (told.time, *found.times) if told.time else found.times
            found = replace(found, times=times if self.system.has_times else (None,), told=told)
            return self._place_told(found, self.system, told)
        parts = self.tree.below(found.parts)
        if parts is None:
            return self._refuse(found, _OUTSIDE)
        try:
            student = student_of(parts, self.course, self.roster)
        except UnknownStudentError as error:
            return self._refuse(found, str(error))
        self._take(found, parts, student)

    def _place_told(self, found: Found, system: System, told: Told) -> None:
        for person in told.people:
            try:
                student = student_meant(person, system, self.roster)
            except UnknownStudentError as error:
                self._refuse(found, str(error))
            else:
                self.people[student.key] = person
                self._take(found, told.file, student)

    def place_progress(self, found: Found) -> None:
        """Keep a student's progress file, the later of two; only once all notebooks are placed."""
        if found.trouble:
            return self._refuse(found, found.trouble)
        students = {one.student.key for _, one in self.submissions}
        students |= {one.student.key for one in self.unreadable}
        owners = [student.key for student in self._owners(found) if student.key in students]
        for key in owners:
            earlier = self.progress.get(key)
            if earlier is None or age(earlier) <= age(found):
                self.progress[key] = found
        if not owners:
            self._refuse(found, "It is a progress file, and of no student with a notebook.")

    def _owners(self, found: Found) -> list[Student]:
        """Return whose a file beside a notebook is; nobody's where that cannot be told."""
        # Systems and layouts look at a notebook's ending; for the student it makes no difference.
        parts = (*found.parts[:-1], PROGRESS.sub("progress.ipynb", found.parts[-1]))
        told = self.system.told(parts) if self.system else None
        below = self.tree.below(parts)
        try:
            if self.system and told:
                return [student_meant(one, self.system, self.roster) for one in told.people]
            return [student_of(below, self.course, self.roster)] if below else []
        except UnknownStudentError:
            return []

    def _take(self, found: Found, parts: tuple[str, ...], student: Student) -> None:
        try:
            self._read(found, parts, student)
        except UnreadableError as error:
            self._keep_unreadable(found, student, str(error))
        except UnknownNotebookError as error:
            self._refuse(found, str(error))

    def _read(self, found: Found, parts: tuple[str, ...], student: Student) -> None:
        if found.trouble:
            raise UnreadableError(found.trouble)
        notebook = read_notebook(found.path)
        known = recognise(notebook, "/".join(parts), self.course)
        if self.lessons and known.lesson not in self.lessons:
            sentence = f"It belongs to lesson {known.lesson}, and only {', '.join(self.lessons)}"
            raise UnknownNotebookError(f"{sentence} is being graded.")
        others = others_inside(notebook, student, self.roster) if self.roster else []
        submission = Submission(
            student=student,
            lesson=known.lesson,
            framework=known.framework,
            path=found.path,
            source=found.source,
            digest=found.digest,
            time=found.times[0],
            notes=tuple(f"The notebook names {other.name} inside." for other in others),
            late=found.told is not None and found.told.late,
        )
        self.submissions.append((found, submission))

    def _keep_unreadable(self, found: Found, student: Student, reason: str) -> None:
        named = self.course.named_in("/".join(found.parts))
        name = named[0].name if len(named) == 1 else ""
        self.unreadable.append(
            Unreadable(student, name, found.source, reason, found.digest, found.times[0])
        )

    def _refuse(self, found: Found, reason: str) -> None:
        self.unplaced.append(Unplaced(found.source, reason))

    def collected(self) -> Collected:
        """Return all of it, with what a teacher should know about each."""
        submissions = [self._with_unreadable(one) for one in latest(self.submissions)]
        here = {one.student.key for one in submissions}
        here |= {one.student.key for one in self.unreadable}
        students = self.roster.students if self.roster else ()
        return Collected(
            submissions=tuple(
                sorted(submissions, key=lambda one: (natural(one.student.key), one.notebook))
            ),
            unreadable=tuple(self.unreadable),
            unplaced=tuple(self.unplaced),
            missing=tuple(student for student in students if student.key not in here),
            system=self.system.name if self.system else "nbgrader" if self.tree.is_nbgrader else "",
            people=self.people,
            progress={key: found.path for key, found in self.progress.items()},
        )

    def _with_unreadable(self, submission: Submission) -> Submission:
        notes = tuple(
            f"Another file by the same student cannot be read: {other.source}"
            for other in self.unreadable
            if other.student == submission.student
        )
        return replace(submission, notes=submission.notes + notes) if notes else submission
