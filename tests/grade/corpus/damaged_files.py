"""Files from which no notebook can be read. Each is named with the reason, and counts as no zero."""

import io
import json
import os
import zipfile
from pathlib import Path

from tests.grade.corpus.kinds import Kind, Scene, file, put, solved

SOLVED = json.dumps(solved(), indent=1).encode()


def two_hundred_megabytes(folder: Path, scene: Scene) -> None:
    with (folder / "homework.ipynb").open("wb") as big:
        big.write(SOLVED)
        big.truncate(200_000_000)  # nulls that take no room on the disk


def a_link(folder: Path, scene: Scene) -> None:
    (folder / "homework.ipynb").symlink_to(scene.teacher / "solution.ipynb")


def a_pipe(folder: Path, scene: Scene) -> None:
    os.mkfifo(folder / "homework.ipynb")


def a_folder(folder: Path, scene: Scene) -> None:
    (folder / "homework.ipynb").mkdir()
    put(folder / "homework.ipynb", solved(), "inside.ipynb")


def an_office_document() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return content.getvalue()


KINDS = [
    file("empty_file", "An upload that broke off at once.", b"", "empty"),
    file(
        "cut_off", "An upload that broke off later.", SOLVED[: len(SOLVED) // 2], "cut off at line"
    ),
    file(
        "no_json",
        "A text file with the ending.",
        b"def mean_squared_error(): pass",
        "does not hold JSON",
    ),
    file("a_list", "JSON, and no notebook.", b"[1]", "no list of cells"),
    file(
        "a_number_of_digits",
        "Python refuses to read it.",
        b'{"cells": ' + b"9" * 50_000 + b"}",
        "digits",
    ),
    file(
        "nested_without_end",
        "JSON that would overflow a parser.",
        b'{"cells":' * 100_000,
        "nested too deeply",
    ),
    file("nothing_but_nulls", "A disk that failed.", bytes(100_000), "empty"),
    file("an_office_document", "Renamed.", an_office_document(), "an office document"),
    file(
        "a_saved_web_page",
        "The link's page instead of the file.",
        b"<!DOCTYPE html><html></html>",
        "a web page",
    ),
    file("a_pdf", "A print of the notebook.", b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
    file(
        "cells_without_end",
        "A million of nothing.",
        b'{"cells":[' + b"{}," * 500_000 + b"{}]}",
        "more than",
    ),
    Kind(
        "two_hundred_megabytes", "Too large to be one.", two_hundred_megabytes, unreadable="200 MB"
    ),
    Kind(
        "a_link_to_the_solution",
        "Links are not followed: the teacher's own solution is not handed in for the student.",
        a_link,
        absent=True,
        unplaced=("is a link, and links are not followed",),
    ),
    Kind(
        "a_pipe",
        "Nobody waits for what never comes.",
        a_pipe,
        absent=True,
        unplaced=("is no ordinary file",),
    ),
    Kind("a_folder_with_the_ending", "The notebook in it is found.", a_folder),
]
