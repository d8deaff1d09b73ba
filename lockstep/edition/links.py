"""The sheet of Colab links for a class: as Markdown, as a page, or for a spreadsheet."""

import html
from dataclasses import dataclass
from pathlib import Path

from lockstep.edition.catalogue import Entry, catalogue
from lockstep.grade.reports.spreadsheet import csv_bytes
from lockstep.repository import colab_url

ROLES = {"notebooks": "lesson", "exercises": "exercises"}
TEMPLATE = Path(__file__).resolve().parent / "templates" / "links.html"


class MissingNotebookError(Exception):
    """A link that would lead nowhere: a sentence that says which, and what to do."""


@dataclass(frozen=True)
class Link:
    """A notebook and the address that opens it in Colab."""

    number: str
    title: str
    role: str
    url: str


def sheet_of_links(
    root: Path, names: list[str], slug: str, form: str, only: str | None = None
) -> str:
    """Return the sheet of links.

    Parameters
    ----------
    root
        The checkout.
    names
        The lessons.
    slug
        The repository that the links lead to, as OWNER/NAME.
    form
        "md", "html" (a page that needs no other file) or "csv".
    only
        "notebooks" or "exercises"; both if it is None.

    Raises
    ------
    MissingNotebookError
        If a notebook is not there.
    """
    roles = [only] if only else list(ROLES)
    links = [
        _link(root, entry, role, path, slug)
        for entry in catalogue(root, names)
        for role, path in _paths(entry)
        if role in roles
    ]
    return {"md": _markdown, "html": _page, "csv": _table}[form](links)


def _paths(entry: Entry) -> list[tuple[str, str]]:
    found = [("notebooks", entry.notebook)]
    return [*found, ("exercises", entry.exercises)] if entry.exercises else found


def _link(root: Path, entry: Entry, role: str, path: str, slug: str) -> Link:
    if not (root / path).is_file():
        raise MissingNotebookError(f"{path} is missing. Run `lockstep build {entry.lesson}`.")
    return Link(entry.number, entry.title, ROLES[role], colab_url(path, slug))


def _markdown(links: list[Link]) -> str:
    rows = ["| | lesson | open on Colab |", "| --- | --- | --- |"]
    rows += [
        f"| {link.number} | {_plain(link.title)} | [{link.role}]({link.url}) |" for link in links
    ]
    return "\n".join(rows) + "\n"


def _plain(title: str) -> str:
    """Return a title in which Markdown finds neither a cell's end nor a link."""
    return "".join(f"\\{sign}" if sign in r"\|[]<>*_`" else sign for sign in title)


def _page(links: list[Link]) -> str:
    rows = [
        f'<tr><td>{html.escape(link.number)}</td><th scope="row">{html.escape(link.title)}</th>'
        f'<td><a href="{html.escape(link.url)}">{html.escape(link.role)}'
        f'<span class="unseen"> of {html.escape(link.number)} {html.escape(link.title)}</span></a></td></tr>'
        for link in links
    ]
    return TEMPLATE.read_text(encoding="utf-8").replace("@ROWS@", "\n".join(rows))


def _table(links: list[Link]) -> str:
    rows = [[link.number, link.title, link.role, link.url] for link in links]
    # Printed, perhaps into a pipe: without the mark that Excel wants at a file's beginning, and with
    # line ends that printing makes the system's own.
    table = csv_bytes([["number", "lesson", "kind", "link"], *rows]).decode("utf-8-sig")
    return table.replace("\r\n", "\n")
