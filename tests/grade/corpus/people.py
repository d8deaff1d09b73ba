"""Whose a file is, and which lesson it belongs to."""

import os
from pathlib import Path

from tests.grade.corpus.kinds import (
    EXERCISE,
    KERAS_NET,
    NET,
    Kind,
    Scene,
    answered,
    put,
    solved,
)

WRONG = {EXERCISE: f"def {EXERCISE}(predictions, truth):\n    return 0.0"}


def twice(folder: Path, scene: Scene) -> None:
    put(folder, solved(), "homework (1).ipynb")
    put(folder, answered(WRONG, "00_start_here"), "homework.ipynb")
    for name, time in (("homework.ipynb", 1_700_000_000), ("homework (1).ipynb", 1_700_000_600)):
        os.utime(folder / name, (time, time))


def of_somebody_else(folder: Path, scene: Scene) -> None:
    made = solved()
    made["metadata"]["authors"] = [{"name": "Honest Neighbour"}]
    made["cells"].insert(
        0, {"cell_type": "markdown", "metadata": {}, "source": "Name: Honest Neighbour"}
    )
    put(folder, made)


def renamed(name: str, notebook: str = "00_start_here"):
    def write(folder: Path, scene: Scene) -> None:
        put(folder, solved(notebook), name)

    return write


def in_two_frameworks(folder: Path, scene: Scene) -> None:
    put(folder, solved(NET), "net.ipynb")
    put(folder, solved(KERAS_NET), "net (1).ipynb")


def of_no_lesson(folder: Path, scene: Scene) -> None:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": "print('my own project')"}
    put(folder, {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})


KINDS = [
    Kind(
        "twice",
        "The later file counts, and the teacher is told of both.",
        twice,
        note="homework.ipynb",
    ),
    Kind(
        "somebody_elses_name_inside",
        "The folder says whose it is, never the file; the teacher is told.",
        of_somebody_else,
        note="The notebook names Honest Neighbour inside.",
    ),
    Kind(
        "named_for_another_lesson",
        "The content says which lesson it is, never the file's name.",
        renamed("04_simple_net_pytorch.ipynb"),
    ),
    Kind(
        "of_no_lesson",
        "Listed with the reason, and nobody's zero.",
        of_no_lesson,
        absent=True,
        unplaced=("",),
    ),
    Kind(
        "a_formula_for_a_name",
        "A spreadsheet that opens the gradebook shows the name and computes nothing.",
        renamed("homework.ipynb"),
        person='=HYPERLINK("http://example.org","click")',
    ),
    Kind(
        "a_command_for_a_name",
        "The same with another first letter.",
        renamed("homework.ipynb"),
        person="@SUM(1+1)*cmd|' /C calc'!A0",
    ),
    Kind(
        "a_script_for_a_name",
        "The page of feedback shows it as text.",
        renamed("homework.ipynb"),
        person="<script>alert(1)</script>",
    ),
    Kind(
        "a_strange_file_name",
        "Brackets, spaces, line ends.",
        renamed("hw (1)\n[bold]-rf $(x) `y`.IPYNB"),
    ),
    Kind(
        "a_file_name_that_is_no_utf_8",
        "Bytes of an old system's.",
        renamed(os.fsdecode(b"L\xf6sung.ipynb")),
    ),
]
