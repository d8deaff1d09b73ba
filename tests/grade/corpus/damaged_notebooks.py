"""Notebooks to which something happened on their way: their answers are graded as they deserve."""

import json

from tests.grade.corpus.kinds import (
    EXERCISE,
    NET,
    Got,
    Kind,
    Scene,
    Write,
    cell_of,
    changed,
    code_cell,
    place_of,
    pristine,
    solution,
    solved,
)

ANSWER, CHECK = f"answer-{EXERCISE}", f"check-{EXERCISE}"
NOT_ATTEMPTED = "Nothing was written in place of the blank yet."


def code_of(made: dict) -> list[dict]:
    return [cell for cell in made["cells"] if cell["cell_type"] == "code"]


def delete(made: dict, *starts: str) -> None:
    made["cells"] = [cell for cell in made["cells"] if not cell["id"].startswith(starts)]


def double(made: dict, start: str) -> None:
    made["cells"] = [
        copy
        for cell in made["cells"]
        for copy in [cell] * (2 if cell["id"].startswith(start) else 1)
    ]


def edit_checks(made: dict) -> None:
    for cell in made["cells"]:
        if cell["id"].startswith("check-"):
            cell["source"] = 'print("✓ Right")\nraise SystemExit'


def merge(made: dict) -> None:
    """Put the whole notebook's code into one cell."""
    made["cells"] = [code_cell("\n\n".join("".join(cell["source"]) for cell in code_of(made)))]


def retype(made: dict, kind: str, names: list[str]) -> None:
    for name in names:
        cell = cell_of(made, f"answer-{name}")
        cell["cell_type"] = kind
        del cell["outputs"], cell["execution_count"]


def strip_metadata(made: dict) -> None:
    made["metadata"] = {}
    for cell in made["cells"]:
        cell["metadata"] = {}
        del cell["id"]
    made["nbformat_minor"] = 0


def strip_markers(made: dict) -> None:
    """Leave nothing but the functions' names to find the answers by."""
    strip_metadata(made)
    for cell in code_of(made):
        lines = "".join(cell["source"]).split("\n")
        cell["source"] = "\n".join(line for line in lines if not line.startswith("# lockstep"))


def tag(made: dict) -> None:
    for cell in made["cells"]:
        cell["metadata"] = {"tags": ["skip", "skip-execution", "raises-exception", "nbval-skip"]}


def rename_kernel(made: dict) -> None:
    made["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    made["metadata"]["language_info"] = {"name": "R"}


def third_format(made: dict) -> dict:
    """Return the notebook as IPython 2 would have saved it."""
    cells = [
        {
            "cell_type": "code",
            "language": "python",
            "metadata": {},
            "outputs": [],
            "input": "".join(cell["source"]),
        }
        if cell["cell_type"] == "code"
        else {"cell_type": "markdown", "metadata": {}, "source": "".join(cell["source"])}
        for cell in made["cells"]
    ]
    sheets = [{"cells": cells, "metadata": {}}]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": sheets}


def ten_thousand_cells(made: dict) -> None:
    place = place_of(made, ANSWER)
    made["cells"][place:place] = [code_cell(f"x{number} = {number}") for number in range(10_000)]


def huge_outputs(made: dict) -> None:
    text = ["no end of it\n"] * 500_000
    cell_of(made, CHECK)["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]


def hostile_structure(made: dict) -> None:
    """Put in what is no cell, and cells of which every part is something else."""
    made["cells"] += [None, 7, "cell", [], {}, {"cell_type": ["code"], "source": {"a": 1}}]
    made["cells"] += [
        {"cell_type": "code", "source": [1, None], "metadata": "none", "id": 9, "outputs": 0}
    ]


def null_bytes(made: dict) -> None:
    cell = cell_of(made, ANSWER)
    cell["source"] = cell["source"].replace("\n", "\0\n")


def surrogates(made: dict) -> None:
    cell_of(made, ANSWER)["source"] += "\n# \ud83d half an emoji"
    made["metadata"]["authors"] = [{"name": "\udcff"}]


def encoded(change: str, bom: bytes = b"") -> Write:
    def write(folder, scene: Scene) -> None:
        text = json.dumps(solved(), ensure_ascii=False)
        (folder / "homework.ipynb").write_bytes(bom + text.encode(change))

    return write


def blank_with_the_answer_elsewhere(made: dict) -> None:
    """Leave the blank, and put the answer into a cell of its own below all others."""
    blank = cell_of(pristine(), ANSWER)["source"]
    cell_of(made, ANSWER)["source"] = blank
    made["cells"].append(code_cell(solution(EXERCISE, "00_start_here").partition("\n")[2]))


def answer_in_a_test_of_ones_own(made: dict) -> None:
    made["cells"].append(
        code_cell(f"assert {EXERCISE}(np.ones(2), np.zeros(2)) == 3, 'so it is wrong'")
    )


def wrong_syntax_elsewhere(made: dict) -> None:
    made["cells"].insert(place_of(made, ANSWER), code_cell("this is (no Python"))


def not_attempted(made: dict) -> dict:
    return pristine()


KINDS = [
    changed(
        "checks_deleted",
        "What was deleted comes back.",
        lambda made: delete(made, "check-"),
        notebook=NET,
    ),
    changed("checks_doubled", "Each exercise is judged once.", lambda made: double(made, "check-")),
    changed("checks_edited", "The pristine check counts.", edit_checks),
    changed(
        "cells_reversed",
        "The handed-out order is restored.",
        lambda made: made["cells"].reverse(),
        notebook=NET,
    ),
    changed("everything_in_one_cell", "Taken apart at the marker lines.", merge, notebook=NET),
    changed(
        "everything_deleted_but_the_answers",
        "Set-up and imports come back too.",
        lambda made: made.update(cells=[c for c in made["cells"] if c["id"].startswith("answer-")]),
    ),
    changed(
        "answer_as_markdown",
        "A cell's type is changed with one key; the answer is the same.",
        lambda made: retype(made, "markdown", [EXERCISE]),
        note="its answer is no code cell",
    ),
    changed(
        "answers_as_raw_cells",
        "The same with the other type.",
        lambda made: retype(made, "raw", ["softmax", "accuracy"]),
        notebook=NET,
        note="its answer is no code cell",
    ),
    changed(
        "answer_deleted",
        "Not attempted, and told apart from wrong.",
        lambda made: delete(made, "answer-softmax"),
        notebook=NET,
        got={"softmax": Got("not attempted", says=NOT_ATTEMPTED)},
        note="No answer cell for `softmax`.",
    ),
    changed(
        "never_begun",
        "The blank is no answer.",
        not_attempted,
        got={EXERCISE: Got("not attempted", says=NOT_ATTEMPTED)},
    ),
    changed(
        "answer_doubled",
        "The same answer twice is one.",
        lambda made: double(made, ANSWER),
    ),
    changed(
        "answer_below_the_blank",
        "Found by its name.",
        blank_with_the_answer_elsewhere,
    ),
    changed("tags_that_skip", "No tag keeps a cell from being run, or excuses its errors.", tag),
    changed("no_metadata", "The marker lines are enough.", strip_metadata, notebook=NET),
    changed(
        "no_metadata_and_no_markers",
        "The functions' names are enough.",
        strip_markers,
        notebook=NET,
    ),
    changed("a_wrong_kernel", "The language that the file names is not asked for.", rename_kernel),
    changed("nbformat_3", "The format of ten years ago is read.", third_format),
    changed("ten_thousand_cells", "All are run; that is a second of its time.", ten_thousand_cells),
    changed("outputs_of_megabytes", "Outputs are not looked at.", huge_outputs),
    changed("cells_that_are_no_cells", "What is no cell holds no answer.", hostile_structure),
    changed("null_bytes_in_the_answer", "They are invisible to whoever typed it.", null_bytes),
    changed("lone_surrogates", "Half a character in a comment.", surrogates),
    Kind("a_byte_order_mark", "Windows' editors write one.", encoded("utf-8", b"\xef\xbb\xbf")),
    Kind("utf_16", "Some editors write this.", encoded("utf-16")),
    changed("a_failing_test_of_ones_own", "It is no check of ours.", answer_in_a_test_of_ones_own),
    changed("wrong_syntax_elsewhere", "One cell's error is that cell's.", wrong_syntax_elsewhere),
    changed(
        "carriage_returns",
        "Line ends of any system.",
        lambda made: cell_of(made, ANSWER).update(
            source=cell_of(made, ANSWER)["source"].replace("\n", "\r\n")
        ),
    ),
    changed(
        "a_wrong_syntax_in_the_answer",
        "An error, with the line in which Python finds it.",
        lambda made: cell_of(made, ANSWER).update(
            source=f"# lockstep: answer {EXERCISE}\ndef {EXERCISE}(predictions, truth):\n    return np.mean(("
        ),
        got={EXERCISE: Got("error", says="Its cell stops with SyntaxError in line 3")},
    ),
    changed(
        "an_answer_of_megabytes",
        "More code than anyone can write is no notebook for us.",
        lambda made: made["cells"].append(code_cell("x = 1\n" * 400_000)),
        unreadable="Its code cells hold more than",
    ),
]
