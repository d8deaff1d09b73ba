"""Files that are no notebook get a sentence; files that are one, however battered, are read."""

import json
import os
import sys

import pytest

from lockstep.grade import notebook
from lockstep.grade.notebook import UnreadableError, read_notebook
from tests.conftest import ROOT


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a file and gives its path."""

    def write(content):
        path = tmp_path / "hw (1).ipynb"
        if not isinstance(content, bytes | str):
            content = json.dumps(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def code(source, **more):
    return {"cell_type": "code", "source": source, "outputs": [], "metadata": {}, **more}


def sources(path):
    return [cell.source for cell in read_notebook(path).cells]


def test_a_notebook_of_the_course_is_read_as_it_stands():
    path = ROOT / "exercises/04_simple_net_pytorch.ipynb"
    found = read_notebook(path)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert [cell.id for cell in found.cells] == [cell["id"] for cell in cells]
    assert [cell.kind for cell in found.cells] == [cell["cell_type"] for cell in cells]
    assert [cell.source for cell in found.cells] == ["".join(cell["source"]) for cell in cells]
    assert [cell.metadata for cell in found.cells] == [cell["metadata"] for cell in cells]
    assert [cell.number for cell in found.cells] == list(range(1, len(cells) + 1))
    assert found.metadata["lockstep"]["lesson"] == "04_simple_net"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b" \n\0\0", "The file is empty"),
        (b'{"cells": [{"cell_type": "code", "sour', "cut off at line 1, column 34"),
        (b'{"cells": [', "cut off at line 1"),
        (b"{'cells': []}", "damaged at line 1, column 2"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"PK\x03\x04" + b"\0" * 200, "a zip archive"),
        (b"\x1f\x8b" + b"\0" * 200, "a gzip archive"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"import numpy as np\n", "does not hold JSON"),
        (b"\0\0\0{}", "null bytes"),
        (b"[1]", "no list of cells"),
        (b"1", "no list of cells"),
        (b"null", "no list of cells"),
        (b"{}", "no list of cells"),
        (b'{"cells": {"a": 1}}', "no list of cells"),
        (b'{"nbformat": 3, "worksheets": 3}', "no list of cells"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"cells": [' + b"9" * 5000 + b"]}", "thousands of digits"),
    ],
)
def test_what_is_no_notebook_gets_a_sentence_that_says_what_to_do(written, content, words):
    with pytest.raises(UnreadableError) as caught:
        read_notebook(written(content))
    message = str(caught.value)
    assert words in message
    assert message.endswith(".")
    assert "hand" in message


def test_metadata_that_is_nested_deeper_than_python_can_follow_is_unreadable(written):
    depth = 2 * sys.getrecursionlimit()
    metadata = '{"a": ' * depth + "1" + "}" * depth
    with pytest.raises(UnreadableError, match="nested too deeply"):
        read_notebook(written(f'{{"cells": [], "metadata": {metadata}}}'))


def test_a_file_that_is_too_large_is_not_opened(written, monkeypatch):
    path = written("{}")
    os.truncate(path, 200_000_000)  # a hole: no disk is used
    monkeypatch.setattr(os, "open", lambda *args: pytest.fail("it was opened"))
    with pytest.raises(UnreadableError, match=r"larger than 20 MB \(200\.0 MB\)"):
        read_notebook(path)


def test_a_file_that_grows_while_it_is_read_is_too_large(written, monkeypatch):
    path = written({"cells": [code("x" * 100)]})
    monkeypatch.setattr(notebook, "LARGEST_FILE", 50)
    monkeypatch.setattr(notebook, "_refuse_by_status", lambda status: None)
    with pytest.raises(UnreadableError, match="larger than"):
        read_notebook(path)


def test_a_link_is_not_followed(written, tmp_path):
    link = tmp_path / "link.ipynb"
    link.symlink_to(written({"cells": []}))
    with pytest.raises(UnreadableError, match="It is a link"):
        read_notebook(link)


def test_a_link_that_was_put_in_place_after_the_look_is_not_followed(
    written, tmp_path, monkeypatch
):
    link = tmp_path / "link.ipynb"
    link.symlink_to(written({"cells": []}))
    monkeypatch.setattr(os, "lstat", os.stat)
    with pytest.raises(UnreadableError, match="could not be opened"):
        read_notebook(link)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this system's files")
def test_a_pipe_a_folder_and_a_missing_file_are_told(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name, words in [("pipe", "no regular file"), (".", "no regular"), ("none", "No such file")]:
        with pytest.raises(UnreadableError, match=words):
            read_notebook(tmp_path / name)
    with pytest.raises(UnreadableError, match="could not be opened"):
        read_notebook(tmp_path / "a\0b")


def test_more_code_or_more_cells_than_anybody_writes_are_refused(written):
    with pytest.raises(UnreadableError, match="more than 1,000,000 characters"):
        read_notebook(written({"cells": [code("x" * 500_001)] * 2}))
    with pytest.raises(UnreadableError, match="more than 20,000 cells"):
        read_notebook(written('{"cells": [' + "{}," * 20_000 + "{}]}"))


def test_pictures_in_markdown_are_no_code(written):
    text = {"cell_type": "markdown", "source": "x" * 3_000_000}
    assert len(sources(written({"cells": [text]}))) == 1


def test_ten_thousand_cells_are_read(written):
    assert len(sources(written({"cells": [code("x = 1")] * 10_000}))) == 10_000


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_and_byte_order_marks_are_read(written, encoding):
    text = json.dumps({"cells": [code("'ü'")]}, ensure_ascii=False)
    assert sources(written(text.encode(encoding))) == ["'ü'"]


def test_a_letter_that_is_no_utf_8_costs_that_letter_alone(written):
    assert sources(written(b'{"cells": [{"source": "x = 1  # \xfc", "outputs": []}]}')) == [
        "x = 1  # \ufffd"
    ]


def test_lone_surrogates_are_replaced_everywhere_and_pairs_are_kept(written):
    metadata = {"\ud800": ["\udfff", {"name": "\ud83d\ude00"}]}
    path = written(
        {"cells": [code("'\ud800' + '😀'", id="a\udc00", metadata=metadata)], "metadata": metadata}
    )
    found = read_notebook(path)
    assert found.cells[0].source == "'?' + '😀'"
    assert found.cells[0].id == "a?"
    assert found.cells[0].metadata == {"?": ["?", {"name": "😀"}]} == found.metadata


def test_null_bytes_and_line_ends_of_other_systems_do_no_harm(written):
    assert sources(written({"cells": [code("a\0 = 1\r\nb = 2\rc = 3\n")]})) == [
        "a = 1\nb = 2\nc = 3\n"
    ]
    assert sources(written(b'{"cells": [{"outputs": [], "source": "a\0 =\t1"}]}')) == ["a =\t1"]


@pytest.mark.parametrize(
    ("source", "read"),
    [
        (["a\n", "b"], "a\nb"),
        (["a", None, 3, ["x"], "b"], "ab"),
        ([], ""),
        (None, ""),
        (3, ""),
        ({"a": 1}, ""),
        (True, ""),
    ],
)
def test_a_source_of_any_type_is_read(written, source, read):
    assert sources(written({"cells": [code(source)]})) == [read]


@pytest.mark.parametrize("wrong", [None, 3, "text", [1], [["a", "b"]], True])
def test_metadata_and_ids_of_a_wrong_type_count_as_none(written, wrong):
    cell = code("x", metadata=wrong, id=[wrong])
    found = read_notebook(written({"cells": [cell], "metadata": wrong}))
    assert (found.metadata, found.cells[0].metadata, found.cells[0].id) == ({}, {}, "")


def test_what_is_no_cell_is_left_out_and_counted(written):
    found = read_notebook(written({"cells": [None, 3, "x", [code("y")], code("x = 1"), True]}))
    assert [(cell.source, cell.number) for cell in found.cells] == [("x = 1", 5)]


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ({"cell_type": "raw"}, "raw"),
        ({"cell_type": "markdown"}, "markdown"),
        ({"cell_type": "heading"}, "markdown"),
        ({"cell_type": ["code"], "execution_count": None}, "code"),
        ({"outputs": []}, "code"),
        ({"cell_type": "Code"}, "raw"),
        ({}, "raw"),
    ],
)
def test_a_cells_kind_is_found_where_its_type_is_missing_or_wrong(written, cell, kind):
    assert read_notebook(written({"cells": [cell]})).cells[0].kind == kind


def test_the_third_format_is_read_from_all_its_worksheets(written):
    sheets = [
        {"cells": [{"cell_type": "heading", "source": ["A"]}, {"cell_type": "code", "input": "a"}]},
        None,
        {"cells": None},
        {"cells": [{"cell_type": "code", "input": ["b\n", "c"], "prompt_number": 1}]},
    ]
    found = read_notebook(written({"nbformat": 3, "worksheets": sheets}))
    assert [(cell.kind, cell.source, cell.number) for cell in found.cells] == [
        ("markdown", "A", 1),
        ("code", "a", 2),
        ("code", "b\nc", 3),
    ]


def test_neither_nbformat_nor_any_package_is_imported_to_read():
    done = os.popen(
        f'{sys.executable} -c "import sys, lockstep.grade.restore; '
        "print([n for n in ('nbformat', 'IPython', 'numpy') if n in sys.modules])\""
    ).read()
    assert done.strip() == "[]"
