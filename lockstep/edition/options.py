"""The arguments of `lockstep edition` and `lockstep links`."""

import argparse
from collections.abc import Callable
from pathlib import Path

Run = Callable[[argparse.Namespace], int]


def add_edition(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", run: Run) -> None:
    """Add `edition student|nbgrader DIR`."""
    edition = commands.add_parser("edition", help="write the course as a teacher hands it out")
    edition.add_argument(
        "kind",
        choices=["student", "nbgrader"],
        help="student: a repository without solutions, hidden cases and the judge; "
        "nbgrader: a course folder with source/LESSON/NOTEBOOK.ipynb",
    )
    edition.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    _add_lessons(edition)
    edition.set_defaults(run=run)


def add_links(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", run: Run) -> None:
    """Add `links`."""
    links = commands.add_parser("links", help="print the sheet of Colab links for a class")
    _add_lessons(links)
    links.add_argument(
        "--format",
        choices=["md", "html", "csv"],
        default="md",
        help="html is a page of its own, to print or to put on a site",
    )
    kind = links.add_mutually_exclusive_group()
    for role in ("notebooks", "exercises"):
        kind.add_argument(
            f"--{role}", dest="only", action="store_const", const=role, help=f"the {role} alone"
        )
    links.set_defaults(run=run)


def _add_lessons(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lessons",
        nargs="+",
        metavar="LESSON",
        help="such as 04_simple_net; all where none is named",
    )
    parser.add_argument(
        "--repo",
        metavar="OWNER/NAME",
        help="the repository that links lead to; this one's own else",
    )
