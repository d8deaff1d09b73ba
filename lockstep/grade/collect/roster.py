"""The class: who should have handed in, and which of them a folder's or file's name means."""

import difflib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lockstep.grade.collect.errors import CollectError
from lockstep.grade.model import Student
from lockstep.grade.names import words
from lockstep.grade.tables import TableError, decoded, table_rows

LONGEST_TEXT = 300  # characters of a folder's or file's name that are looked at
SHORTEST_INSIDE = (
    3  # letters of an id that is looked for inside a text; "hw 2" does not mean student 2
)
COLUMNS = ("id", "name", "email")
Words = tuple[str, ...]


@dataclass(frozen=True)
class Roster:
    """The students of a class.

    Parameters
    ----------
    students
        In the order of the file.
    emails
        From a student's key to the address, for those who have one.
    more
        From a student's key to what stands in the other columns, by the column's name in lower case.
    """

    students: tuple[Student, ...]
    emails: dict[str, str] = field(default_factory=dict)
    more: dict[str, dict[str, str]] = field(default_factory=dict)

    def find(self, text: str) -> list[Student]:
        """Return the students that a folder's or file's name means; exactly one where it is clear.

        The whole text being somebody's id goes before its being somebody's name, and that before
        an id or a name that stands somewhere in it as whole words. Of two that overlap the longer
        one is meant: in "max_weber" it is Max Weber, not the one whose id is "max".
        """
        text = text[:LONGEST_TEXT]
        if text.casefold() in self._exact:
            return [self._exact[text.casefold()]]
        forms = {words(text), words(text, spelled_out=True)} - {()}
        for whole in (self._aliases, self._names):
            found = self._students(key for form in forms for key in whole.get(form, ()))
            if found:
                return found
        return self._students(key for form in forms for key in self._inside(form))

    def with_value(self, columns: Iterable[str], value: str) -> list[Student]:
        """Return the students in whose row one of these columns holds the value."""
        wanted = value.casefold()
        return self._students(
            key for name in columns for key in self._cells.get((name, wanted), ())
        )

    def with_id(self, text: str) -> list[Student]:
        """Return the student whose id this is, if there is one."""
        return [self._exact[text.casefold()]] if text.casefold() in self._exact else []

    def joined(self, text: str) -> list[Student]:
        """Return the students whose name is the text when nothing stands between its words."""
        return self._students(self._run_together.get("".join(words(text)), ()))

    def nearest(self, text: str) -> Student | None:
        """Return the student whose id or name looks most like the text, if one does."""
        wanted = sorted(words(text[:100]))
        letters = {word[0] for word in wanted}  # to compare with all would take minutes for a class
        alike = [name for name in self._spellings if letters & {word[0] for word in name.split()}]
        close = difflib.get_close_matches(" ".join(wanted), alike, n=1, cutoff=0.6)
        return self._spellings[close[0]] if close else None

    def _students(self, keys: Iterable[str]) -> list[Student]:
        return [self.students[place] for place in sorted({self._places[key] for key in keys})]

    def _inside(self, text: Words) -> list[str]:
        """Return the keys of those whose id or name stands in the text, without the overlapped ones."""
        spans: list[tuple[int, int, set[str]]] = []
        for start in range(len(text)):
            for end in range(start + 1, min(len(text), start + self._longest) + 1):
                part = text[start:end]
                keys = self._names.get(part, set())
                if len("".join(part)) >= SHORTEST_INSIDE:
                    keys = keys | self._ids.get(part, set())
                if keys:
                    spans.append((start, end, keys))
        return [
            key
            for start, end, keys in spans
            if not any(
                first <= start and end <= last and (first, last) != (start, end)
                for first, last, _ in spans
            )
            for key in keys
        ]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {student.key: place for place, student in enumerate(self.students)}

    @cached_property
    def _cells(self) -> dict[tuple[str, str], list[str]]:
        """From another column and what stands in it to the keys of those in whose rows it does."""
        table: dict[tuple[str, str], list[str]] = defaultdict(list)
        for key, more in self.more.items():
            for name, text in more.items():
                table[name, text.casefold()].append(key)
        return dict(table)

    @cached_property
    def _exact(self) -> dict[str, Student]:
        return {student.key.casefold(): student for student in self.students}

    @cached_property
    def _ids(self) -> dict[Words, set[str]]:
        """From the words of an id or an address to the keys that it belongs to."""
        return _table(
            (text, student.key)
            for student in self.students
            for text in (student.key, self.emails.get(student.key, ""))
        )

    @cached_property
    def _aliases(self) -> dict[Words, set[str]]:
        """The same, and what stands before the @, which is too short to be looked for inside a text."""
        local = _table((email.partition("@")[0], key) for key, email in self.emails.items())
        return local | self._ids

    @cached_property
    def _names(self) -> dict[Words, set[str]]:
        """From the words of a name, begun at any of them, to the keys that it belongs to."""
        table: dict[Words, set[str]] = defaultdict(set)
        for student in self.students:
            for name in {words(student.name), words(student.name, spelled_out=True)}:
                for turn in range(len(name)):
                    table[name[turn:] + name[:turn]].add(student.key)
        return dict(table)

    @cached_property
    def _run_together(self) -> dict[str, set[str]]:
        table: dict[str, set[str]] = defaultdict(set)
        for name, keys in self._names.items():
            table["".join(name)] |= keys
        return dict(table)

    @cached_property
    def _longest(self) -> int:
        return max(map(len, [*self._ids, *self._names]), default=0)

    @cached_property
    def _spellings(self) -> dict[str, Student]:
        table: dict[str, Student] = {}
        for student in self.students:
            for text in (student.key, student.name):
                table.setdefault(" ".join(sorted(words(text))), student)
        table.pop("", None)
        return table


def _table(pairs: Iterable[tuple[str, str]]) -> dict[Words, set[str]]:
    """Return the keys by the words of a text, in both spellings."""
    table: dict[Words, set[str]] = defaultdict(set)
    for text, key in pairs:
        for form in {words(text), words(text, spelled_out=True)} - {()}:
            table[form].add(key)
    return dict(table)


# Reading the file


def read_roster(path: Path) -> Roster:
    """Return the class from a CSV file with the columns `id` and, where wanted, `name` and `email`.

    Commas, semicolons and tabs are understood, and files that Excel saved. Other columns are kept
    as they are.

    Raises
    ------
    CollectError
        If the file cannot be used; the sentence names file and line.
    """
    rows = _rows(path)
    line, header = next(rows, (1, [""]))
    columns = _columns(path, line, header)
    lines: dict[str, int] = {}
    students: list[Student] = []
    emails: dict[str, str] = {}
    more: dict[str, dict[str, str]] = {}
    for line, row in rows:
        values = _values(path, line, columns, row)
        key = values["id"]
        if key.casefold() in lines:
            sentence = f"the id {key!r} is on line {lines[key.casefold()]} already."
            raise _refusal(path, line, f"{sentence} Give each student an id of their own.")
        lines[key.casefold()] = line
        students.append(Student(key, values.get("name") or key))
        if values.get("email"):
            emails[key] = values["email"]
        more[key] = {name: text for name, text in values.items() if name not in COLUMNS and text}
    if not students:
        raise _refusal(path, line, "there is no student below the header. Add a line for each.")
    return Roster(tuple(students), emails, more)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank, with its line."""
    try:
        text = decoded(path)
    except OSError as error:
        raise CollectError(f"The roster {path} cannot be read: {error.strerror}.") from None
    try:
        yield from table_rows(path, text)
    except TableError as error:
        raise CollectError(str(error)) from None


def _columns(path: Path, line: int, header: list[str]) -> list[str]:
    columns = [unicodedata.normalize("NFC", cell).strip().casefold() for cell in header]
    if "id" not in columns:
        there = ", ".join(cell.strip() for cell in header if cell.strip()) or "none"
        sentence = f"there is no column `id`; the columns are: {there}. Call the one with the students' ids `id`."
        raise _refusal(path, line, sentence)
    for name in COLUMNS:
        if columns.count(name) > 1:
            raise _refusal(path, line, f"there are two columns `{name}`. Rename one of them.")
    return columns


def _values(path: Path, line: int, columns: list[str], row: list[str]) -> dict[str, str]:
    if any(cell.strip() for cell in row[len(columns) :]):
        sentence = f"there are {len(row)} values for {len(columns)} columns."
        raise _refusal(path, line, f"{sentence} Put a value that holds the separator into quotes.")
    cells = (unicodedata.normalize("NFC", cell).strip() for cell in row)
    values = dict(zip(columns, cells, strict=False))
    if not values["id"]:
        raise _refusal(path, line, "the id is missing. Fill it in, or delete the line.")
    return values


def _refusal(path: Path, line: int, sentence: str) -> CollectError:
    return CollectError(f"{path.name}, line {line}: {sentence}")
