"""CSV that a spreadsheet opens without running anything in it, and that reads back to the original.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, also when the cell is
quoted, and a formula can fetch addresses and start programs. OWASP's page on CSV injection
(https://owasp.org/www-community/attacks/CSV_Injection) names these characters, their full-width
forms, tab, carriage return and line feed, and says what else counts: a spreadsheet that splits at
another separator than the file's finds the beginning of a cell in the middle of one.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

FORMULA = "=+\\-@＝＋－＠"
# Where a cell begins: the text's beginning, and behind whatever some spreadsheet may split at. Excel
# splits at semicolons in most of Europe, and then does not see the quotes of a cell in the middle.
BEGINNING = r"(?:\A|(?<=[;\t\r\n]))"
# White space, quotes and what is not visible may stand in front of a formula.
DANGEROUS = rf"(?=[\s\"'\x00\u200b\u2060\ufeff]*[{FORMULA}])"
# A cell that begins with a tab or a line's end is escaped whatever follows, as OWASP says.
TO_ESCAPE = re.compile(rf"{BEGINNING}{DANGEROUS}|\A(?='*[\t\r\n])")
ESCAPED = re.compile(rf"{BEGINNING}'{DANGEROUS}|\A'(?='*[\t\r\n])")


def harmless(text: str) -> str:
    """Return a cell's text with an apostrophe in front of whatever could begin a formula.

    That is one character at the beginning of a cell. A spreadsheet takes what follows for text; Excel
    and LibreOffice show the apostrophe in a file that they open as CSV. In a cell of several lines, or
    with semicolons or tabs in it, the same is done at the beginning of each part.

    >>> harmless("=HYPERLINK(1)"), harmless("Zoë O'Neil"), harmless("first; =2+2")
    ("'=HYPERLINK(1)", "Zoë O'Neil", "first;' =2+2")
    """
    if text == "-":  # alone it is no formula, and Moodle's way to say "never"
        return text
    return TO_ESCAPE.sub("'", text)


def original(cell: str) -> str:
    """Return what `harmless` made a cell of: whoever reads the file back wants this.

    >>> original("'=HYPERLINK(1)")
    '=HYPERLINK(1)'
    """
    return ESCAPED.sub("", cell)


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as a CSV file: every field quoted and harmless, in UTF-8.

    It begins with a byte order mark, without which Excel takes UTF-8 for the system's own code page
    and mangles every umlaut; Python reads it with the encoding "utf-8-sig". Lone surrogates, which
    no file in UTF-8 can hold, become `�`.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(_encodable(field)) for field in row])
    return text.getvalue().encode("utf-8-sig")


def _encodable(text: str) -> str:
    # NUL: the csv module of Python 3.11 writes it and Excel ends the cell there.
    return re.sub(r"[\ud800-\udfff\x00]", "\ufffd", text)
