"""Another student's name inside a notebook is told, wherever people and tools put names."""

import json

import pytest

from lockstep.grade.collect import Roster
from lockstep.grade.model import Student
from tests.grade.hand_ins import folder, notebook, took

CLASS = Roster((Student("s1", "Anna Müller"), Student("s2", "Bob Miller"), Student("max", "max")))


def notes(tmp_path, made):
    root = folder(tmp_path / "class", {"s1.ipynb": json.dumps(made).encode()})
    return took(root, CLASS).submissions[0].notes


def text(kind, source):
    made = notebook()
    made["cells"].append({"cell_type": kind, "id": "own", "metadata": {}, "source": source})
    return made


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("markdown", "Name: Bob Miller"),
        ("markdown", "- **Author**: miller, bob  "),
        ("markdown", "## Homework 4 – Bob Miller"),
        ("markdown", "Anna Müller and Bob Miller"),
        ("code", "# student: s2"),
        ("code", 'NAME = "Bob Miller"\n1 + 1'),
        ("raw", "by: Bob MILLER"),
    ],
)
def test_a_name_in_a_cell_is_told(tmp_path, kind, source):
    assert notes(tmp_path, text(kind, source)) == ("The notebook names Bob Miller inside.",)


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("markdown", "Name: Anna Müller"),
        ("markdown", "take the max of each row"),
        ("markdown", "Bob went to the mill"),
        ("code", "x = bob.miller"),
        ("markdown", "n" * 100_000 + "\n" * 100_000 + "Name" + ":" * 100_000),
    ],
)
def test_ones_own_name_and_words_that_are_no_name_are_not(tmp_path, kind, source):
    assert notes(tmp_path, text(kind, source)) == ()


def test_a_name_in_the_metadata_and_colabs_account_are_told(tmp_path):
    made = notebook()
    made["metadata"]["authors"] = [{"name": "Bob Miller"}]
    assert notes(tmp_path, made) == ("The notebook names Bob Miller inside.",)
    made = notebook()
    made["cells"][2]["metadata"]["executionInfo"] = {"user": {"displayName": "Bob Miller"}}
    assert notes(tmp_path, made) == ("The notebook names Bob Miller inside.",)
