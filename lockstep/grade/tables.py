"""CSV as people save it: from any spreadsheet, in any country, with whatever separator."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lockstep.grade.reports.spreadsheet import original


class TableError(Exception):
    """A file that cannot be used as a table; the message is a sentence that names file and line."""


@dataclass(frozen=True)
class Table:
    """A CSV file with a header.

    Parameters
    ----------
    header
        As it stands in the file.
    rows
        The number of the line that each row ends on, and its cells, as many as the header has.
    """

    header: list[str]
    rows: list[tuple[int, list[str]]]

    def column(self, *names: str) -> int | None:
        """Return the place of the first column with one of these names; None where there is none."""
        plain = [plainly(cell) for cell in self.header]
        return next((plain.index(name) for name in names if name in plain), None)


def plainly(text: str) -> str:
    """Return text as two are compared: in lower case, umlauts in one piece, nothing around it."""
    return unicodedata.normalize("NFC", text).strip().casefold()


def read_table(path: Path) -> Table:
    """Return the table in a file; what was put in front of a cell to make it harmless is taken off.

    Raises
    ------
    TableError
        If it cannot be read, is no CSV, or has a row that is longer than its header.
    """
    try:
        text = decoded(path)
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}.") from None
    lines = [(line, [original(cell) for cell in row]) for line, row in table_rows(path, text)]
    if not lines:
        raise TableError(f"{path.name} is empty. It needs a header, and a line for each row.")
    header = lines[0][1]
    rows = []
    for line, row in lines[1:]:
        if any(cell.strip() for cell in row[len(header) :]):
            sentence = f"there are {len(row)} values for {len(header)} columns."
            raise TableError(
                f"{path.name}, line {line}: {sentence} Put a value that holds the separator into quotes."
            )
        rows.append((line, [*row, *[""] * len(header)][: len(header)]))
    return Table(header, rows)


def decoded(path: Path) -> str:
    """Return a file's text, in whichever of the usual encodings it was saved."""
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # Excel's "CSV" in Western Europe


def table_rows(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank, with the line that it ends on.

    Raises
    ------
    TableError
        If it is no CSV.
    """
    skipped = 0
    if text.startswith("sep="):  # Excel's own first line
        skipped, text = 1, text.partition("\n")[2]
    header = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num + skipped, row
    except csv.Error as error:
        sentence = f"this is no CSV ({error}). Save it as CSV again."
        raise TableError(f"{path.name}, line {reader.line_num + skipped}: {sentence}") from None
