"""Whatever happened to a notebook on its way, its answers are graded as they deserve."""

import ast
import random
import time
from dataclasses import replace
from functools import cache

import pytest

from lockstep.grade.notebook import NotebookCell, read_notebook
from lockstep.grade.restore import restore
from tests.conftest import ROOT

NOTEBOOK = "04_simple_net_pytorch"
PRISTINE = read_notebook(ROOT / f"exercises/{NOTEBOOK}.ipynb").cells
NAMES = [cell.id.removeprefix("answer-") for cell in PRISTINE if cell.id.startswith("answer-")]
SOLUTION = "    shifted = logits - logits.max()\n    return shifted"


@cache
def solved():
    """Return the exercise notebook's cells with the solutions' answers in it."""
    solutions = {
        cell.id: cell.source for cell in read_notebook(ROOT / f"solutions/{NOTEBOOK}.ipynb").cells
    }
    return tuple(
        replace(cell, source=solutions[cell.id]) if cell.id.startswith("answer-") else cell
        for cell in PRISTINE
    )


ANSWERS = {
    cell.id.removeprefix("answer-"): cell.source.partition("\n")[2]
    for cell in solved()
    if cell.id.startswith("answer-")
}


def code(source, **more):
    return NotebookCell("code", source, **more)


def changed(changes, cells=None):
    """Return the solved notebook with each named cell replaced by the cells given for it, or by text."""
    found = []
    for cell in cells or solved():
        new = changes.get(cell.id, [cell])
        found += [replace(cell, source=new)] if isinstance(new, str) else new
    return numbered(found)


def numbered(cells):
    return tuple(replace(cell, number=number) for number, cell in enumerate(cells, start=1))


def by_id(name):
    return next(cell for cell in solved() if cell.id == name)


def stripped(cell, *, marker=True):
    """Return a cell without id and metadata, and without its marker line."""
    source = cell.source
    if marker and source.startswith("# lockstep:"):
        source = source.partition("\n")[2]
    return NotebookCell(cell.kind, source)


def restored(changes, cells=None):
    return restore(changed(changes, cells), PRISTINE)


def kinds(result):
    return [(cell.kind, cell.exercise or cell.source) for cell in result.cells]


def own(result):
    return [cell.source for cell in result.cells if cell.kind == "own"]


def position(result, source):
    return next(index for index, cell in enumerate(result.cells) if cell.source == source)


def assert_all_answered(result, but=()):
    assert {name: text for name, text in result.answers.items() if name not in but} == {
        name: text for name, text in ANSWERS.items() if name not in but
    }
    assert result.blank == frozenset(but)


# As it was meant


def test_a_solved_notebook_comes_back_with_every_answer_and_without_checks():
    result = restore(solved(), PRISTINE)
    assert_all_answered(result)
    assert result.notes == ()
    given = [
        cell.source for cell in PRISTINE if cell.id in ("set-up", "code-introduction-59ebae59")
    ]
    assert kinds(result) == [
        *(("pristine", source) for source in given),
        *(("answer", name) for name in NAMES),
    ]
    assert [cell.number for cell in result.cells if cell.kind == "answer"] == [
        cell.number for cell in solved() if cell.id.startswith("answer-")
    ]


def test_the_notebook_as_it_was_handed_out_has_only_blanks():
    result = restore(PRISTINE, PRISTINE)
    assert result.blank == frozenset(NAMES)
    assert result.notes == ()
    assert "raise NotImplementedError()" in result.answers["softmax"]
    assert {cell.kind for cell in result.cells} == {"pristine"}
    assert len(result.cells) == 2 + len(NAMES)


@pytest.mark.parametrize(
    "blank",
    [
        'def softmax(logits):\n    """Mine."""\n    raise NotImplementedError()',
        "def softmax( logits ):\n\n    raise NotImplementedError()  # no idea",
        "def softmax(logits):\n    raise NotImplementedError()\ncheck('softmax')",
        "",
        "# nothing yet",
    ],
)
def test_a_blank_is_blank_whatever_its_comments_and_format_are(blank):
    result = restored({"answer-softmax": f"# lockstep: answer softmax\n{blank}"})
    assert_all_answered(result, but=["softmax"])


def test_a_changed_blank_is_an_answer():
    result = restored(
        {"answer-softmax": "# lockstep: answer softmax\ndef softmax(logits):\n    return logits"}
    )
    assert result.blank == frozenset()


def test_an_answer_that_defines_something_else_is_still_the_answer():
    result = restored({"answer-softmax": "# lockstep: answer softmax\nx = ["})
    assert result.answers["softmax"] == "x = ["
    assert ("answer", "softmax") in kinds(result)


# Deleted, doubled, reordered


def test_what_was_deleted_comes_back():
    kept = tuple(cell for cell in solved() if cell.id.startswith("answer-"))
    result = restore(kept, PRISTINE)
    assert_all_answered(result)
    assert kinds(result) == kinds(restore(solved(), PRISTINE))


def test_a_deleted_answer_is_not_attempted_and_the_others_are():
    result = restored({"answer-softmax": []})
    assert_all_answered(result, but=["softmax"])
    assert result.answers["softmax"] == ""
    assert result.notes == ("No answer cell for `softmax`.",)


def test_an_empty_notebook_is_not_attempted():
    result = restore((), PRISTINE)
    assert result.blank == frozenset(NAMES)
    assert result.notes == ("The notebook has no answer cell of any exercise.",)


@pytest.mark.parametrize("blank_first", [True, False])
def test_a_copy_of_the_blank_beside_an_answer_counts_for_nothing(blank_first):
    blank = next(cell for cell in PRISTINE if cell.id == "answer-softmax")
    pair = [blank, by_id("answer-softmax")]
    result = restored({"answer-softmax": pair if blank_first else pair[::-1]})
    assert_all_answered(result)
    assert kinds(result) == kinds(restore(solved(), PRISTINE))


def test_an_unmarked_copy_of_the_blank_does_not_undo_the_answer():
    blank = next(cell for cell in PRISTINE if cell.id == "answer-softmax")
    edited = replace(stripped(blank), source=stripped(blank).source.replace("Return", "Give"))
    for copy in (stripped(blank), edited):
        result = restored({"next": [copy]})
        assert kinds(result) == kinds(restore(solved(), PRISTINE))


def test_of_two_answers_both_run_and_the_last_one_counts():
    first = code("# lockstep: answer softmax\ndef softmax(logits):\n    return 1")
    result = restored({"title": [first]})
    assert_all_answered(result)
    found = [cell.source for cell in result.cells if cell.exercise == "softmax"]
    assert found == ["def softmax(logits):\n    return 1", ANSWERS["softmax"]]
    assert result.notes == ("`softmax`: 2 answers, in cells 1 and 7; the last one counts.",)


def test_in_another_order_the_handed_out_cells_return_to_theirs():
    result = restore(numbered(solved()[::-1]), PRISTINE)
    assert kinds(result) == kinds(restore(solved(), PRISTINE))
    assert_all_answered(result)


# Merged and split


def test_a_whole_notebook_in_one_cell_is_taken_apart():
    merged = code("\n\n".join(cell.source for cell in solved() if cell.kind == "code"))
    result = restore(numbered([merged]), PRISTINE)
    assert_all_answered(result)
    assert own(result) == ["import numpy as np\nimport torch\nfrom torch import nn"]


def test_a_syntax_error_in_a_merged_cell_costs_its_own_answer_alone():
    wrong = replace(by_id("answer-softmax"), source="# lockstep: answer softmax\ndef softmax(:")
    cells = [wrong if cell.id == "answer-softmax" else cell for cell in solved()]
    merged = code("\n\n".join(cell.source for cell in cells if cell.kind == "code"))
    result = restore(numbered([merged]), PRISTINE)
    assert result.answers == ANSWERS | {"softmax": "def softmax(:"}


@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_text_that_was_merged_into_an_answers_cell_is_no_code(kind):
    texts = [cell.source for cell in PRISTINE if cell.kind == "markdown"]
    source = "\n\n".join([texts[3], by_id("answer-softmax").source, texts[4]])
    result = restored({"answer-softmax": [NotebookCell(kind, source)]})
    assert_all_answered(result)


def test_code_above_the_marker_line_is_kept_and_runs_before_the_answer():
    source = f"import math\n{by_id('answer-softmax').source}"
    result = restored({"answer-softmax": source})
    assert_all_answered(result)
    assert position(result, "import math") == position(result, ANSWERS["softmax"]) - 1


def test_a_helper_that_was_split_off_belongs_to_the_answer():
    helper = code("# lockstep: answer softmax\ndef helper(x):\n    return x", id="answer-softmax")
    result = restored({"answer-softmax": [helper, code(ANSWERS["softmax"])]})
    assert result.answers["softmax"] == f"def helper(x):\n    return x\n\n{ANSWERS['softmax']}"
    helper_position = position(result, "def helper(x):\n    return x")
    assert result.cells[helper_position].kind == "own"
    assert result.cells[helper_position + 1].exercise == "softmax"


def test_a_function_that_was_split_in_the_middle_is_made_whole():
    head, _, rest = by_id("answer-softmax").source.partition("    exponentials")
    cells = [code(head.rstrip("\n")), code(f"    exponentials{rest}")]
    result = restored({"answer-softmax": cells})
    assert_all_answered(result)
    assert result.notes == ("An answer was split in two, at cell 7; it was joined again.",)


def test_an_indented_cell_of_its_own_is_not_joined_to_the_answer():
    for source in ("    print(softmax)", "    return (", "return softmax"):
        result = restored({"check-softmax": [code(source)]})
        assert_all_answered(result)
        assert own(result) == [source]


# Markers, ids, metadata


@pytest.mark.parametrize(
    "marker",
    [
        "#lockstep:answer softmax",
        "  #  Lockstep :  ANSWER   Softmax ",
        "## lockstep answer: softmax",
        "# lockstep: answer softmax (second try)",
        "\t# lockstep:\tanswer\tsoftmax",
    ],
)
def test_a_marker_line_that_was_typed_again_is_understood(marker):
    result = restored({"answer-softmax": [code(f"{marker}\n{ANSWERS['softmax']}")]})
    assert_all_answered(result)
    assert result.notes == ()


@pytest.mark.parametrize(
    "keep",
    [
        lambda cell: stripped(cell, marker=False),
        lambda cell: replace(stripped(cell), id=cell.id),
        lambda cell: replace(stripped(cell), metadata=cell.metadata),
        stripped,
    ],
    ids=["marker", "id", "nbgrader", "nothing"],
)
def test_any_one_key_is_enough(keep):
    cells = numbered(keep(cell) for cell in solved())
    result = restore(cells, PRISTINE)
    assert_all_answered(result)
    assert own(result) == []
    assert kinds(result) == kinds(restore(solved(), PRISTINE))
    assert bool(result.notes) == (keep is stripped)


def test_an_answer_found_by_its_name_is_told_to_the_teacher():
    result = restored({"answer-softmax": [stripped(by_id("answer-softmax"))]})
    assert result.notes == (
        "`softmax`: no marked cell answers it; its answer was found by its name, in cell 7.",
    )


def test_the_marker_line_is_believed_before_the_id():
    cells = {"answer-softmax": "answer-accuracy", "answer-accuracy": "answer-softmax"}
    swapped = numbered(replace(cell, id=cells.get(cell.id, cell.id)) for cell in solved())
    assert_all_answered(restore(swapped, PRISTINE))


def test_an_answer_in_another_exercises_cell_is_found():
    cell = replace(
        by_id("answer-softmax"), source=f"# lockstep: answer accuracy\n{ANSWERS['softmax']}"
    )
    result = restored({"answer-softmax": [cell]})
    assert_all_answered(result)


def test_answers_pasted_into_one_unmarked_cell_are_parted():
    merged = code("import math\n\n" + "\n\n".join(ANSWERS.values()))
    result = restore(numbered([merged]), PRISTINE)
    assert result.blank == frozenset()
    assert result.answers["softmax"] == f"import math\n\n{ANSWERS['softmax']}"
    assert result.answers["accuracy"] == ANSWERS["accuracy"]


def test_two_answers_under_one_marker_line_are_parted():
    both = f"{by_id('answer-softmax').source}\n\n{ANSWERS['accuracy']}"
    result = restored({"answer-softmax": both, "answer-accuracy": []})
    assert_all_answered(result)


def test_a_copied_cell_with_something_else_in_it_stays_where_it_is():
    copy = code("print(training_step)", metadata=by_id("answer-softmax").metadata)
    result = restored({"next": [copy, code("after = 1")]})
    assert_all_answered(result)
    assert own(result) == ["print(training_step)", "after = 1"]
    assert kinds(result)[-2:] == [("own", "print(training_step)"), ("own", "after = 1")]


def test_a_later_definition_outside_the_answers_cell_is_told():
    result = restored({"next": [code("class softmax: pass")]})
    assert_all_answered(result)
    assert result.cells[-1].source == "class softmax: pass"
    assert result.notes == (
        f"`softmax` is also defined outside its answer, in cell {by_id('next').number}.",
    )


def test_a_marker_line_inside_a_docstring_parts_nothing():
    source = (
        '# lockstep: answer softmax\ndef softmax(logits):\n    """\n# lockstep: check softmax\n'
        '# lockstep: answer accuracy\n    """\n    return 1'
    )
    result = restored({"answer-softmax": source})
    assert result.answers == ANSWERS | {"softmax": source.partition("\n")[2]}


def test_a_marker_line_inside_a_function_that_is_no_python_parts_nothing():
    source = "def softmax(:\n    # lockstep: check softmax\n    return 1"
    result = restored({"answer-softmax": f"# lockstep: answer softmax\n{source}"})
    assert result.answers == ANSWERS | {"softmax": source}


def test_a_marker_line_moved_into_the_function_is_understood():
    source = ANSWERS["softmax"].replace(
        "    shifted", "    # lockstep: answer softmax\n    shifted"
    )
    result = restored({"answer-softmax": [code(source)]})
    assert result.answers["softmax"] == source
    assert result.notes == ()


def test_a_marker_of_an_unknown_exercise_marks_nothing():
    cell = code("# lockstep: answer sotfmax\n" + ANSWERS["softmax"])
    assert_all_answered(restored({"answer-softmax": [cell]}))
    result = restored({"next": [code("# lockstep: answer other\nprint(1)")]})
    assert own(result) == ["print(1)"]


def test_tags_that_skip_a_cell_or_hide_its_errors_are_not_believed():
    tags = {"tags": ["skip", "raises-exception", "nbval-skip", "remove-cell"], "nbgrader": 3}
    cells = numbered(replace(cell, metadata=tags) for cell in solved())
    assert restore(cells, PRISTINE) == restore(solved(), PRISTINE)


# Cells that are no code cells


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ("```python\n", "\n```"), ("~~~\n", "\n~~~")]
)
@pytest.mark.parametrize("key", ["marker", "id", "nothing"])
def test_an_answer_turned_into_text_is_taken_as_code(kind, before, after, key):
    answer = by_id("answer-softmax")
    source = answer.source if key == "marker" else ANSWERS["softmax"]
    cell = NotebookCell(kind, before + source + after, id=answer.id if key == "id" else "")
    result = restored({"answer-softmax": [cell]})
    assert_all_answered(result)
    assert "`softmax`: its answer is no code cell; cell 7 was taken as code." in result.notes


def test_a_marker_line_outside_the_fence_is_understood():
    text = f"# lockstep: answer softmax\nMine:\n```python\n{ANSWERS['softmax']}\n```\nDone."
    result = restored({"answer-softmax": [NotebookCell("markdown", text)]})
    assert_all_answered(result)
    assert result.notes == ("`softmax`: its answer is no code cell; cell 7 was taken as code.",)


def test_an_old_attempt_kept_as_text_does_not_count_beside_code():
    old = "# lockstep: answer softmax\ndef softmax(logits):\n    return 1"
    for note in (NotebookCell("markdown", old), NotebookCell("raw", old.partition("\n")[2])):
        result = restored({"next": [note]})
        assert_all_answered(result)
        assert result.notes == ()
        assert own(result) == []


def test_code_without_a_marker_counts_before_a_marked_attempt_kept_as_text():
    old = "# lockstep: answer softmax\ndef softmax(logits):\n    return 1"
    cells = [NotebookCell("markdown", old), code(ANSWERS["softmax"])]
    assert_all_answered(restored({"answer-softmax": cells}))


@pytest.mark.parametrize("part", ["text", "fence"])
def test_the_faulty_port_in_the_text_is_nobodys_answer(part):
    text = next(cell for cell in PRISTINE if "def debug_port" in cell.source)
    assert text.kind == "markdown"
    source = text.source + "\n\nHm.  \n"
    if part == "fence":
        source = text.source[text.source.rindex("```python") :].rpartition("```")[0] + "```"
    noted = replace(text, id="", source=source)
    result = restored({text.id: [noted], "answer-debug_port": []})
    assert_all_answered(result, but=["debug_port"])


def test_a_note_that_quotes_code_is_no_answer():
    note = NotebookCell("markdown", "I tried\n```python\ndef softmax(x): return x\n```\nbut no.")
    prose = NotebookCell("raw", "I could not do it.", id="answer-softmax")
    mixed = NotebookCell("markdown", "I tried this:\ndef softmax(x):\n    return x")
    for cell in (note, prose, mixed):
        result = restored({"answer-softmax": [cell]})
        assert_all_answered(result, but=["softmax"])


# The student's own code


def test_own_cells_stay_after_the_cell_that_they_followed():
    result = restored(
        {
            "title": [code("first = 1")],
            "code-introduction-59ebae59": [by_id("code-introduction-59ebae59"), code("second = 2")],
            "check-softmax": [by_id("check-softmax"), code("third = 3")],
            "next": [code("last = 4")],
        }
    )
    order = [cell.source for cell in result.cells]
    assert order[1] == "first = 1"
    assert order[3] == "second = 2"
    assert order[5] == "third = 3"
    assert order[-1] == "last = 4"
    assert_all_answered(result)


def test_own_cells_go_with_a_cell_that_was_moved():
    cells = [cell for cell in solved() if cell.id != "answer-softmax"]
    cells += [by_id("answer-softmax"), code("helper = 1")]
    result = restore(numbered(cells), PRISTINE)
    assert position(result, "helper = 1") == position(result, ANSWERS["softmax"]) + 1


def test_what_follows_a_second_copy_of_a_cell_is_not_moved_to_the_first():
    result = restored({"next": [by_id("answer-softmax"), by_id("set-up"), code("print(accuracy)")]})
    assert result.cells[-1].source == "print(accuracy)"


def test_code_in_a_check_cell_is_kept_and_its_check_is_not():
    check = '# lockstep: check softmax\ndef helper():\n    return 1\ncheck("softmax")\n# seen'
    result = restored({"check-softmax": check})
    assert own(result) == ["def helper():\n    return 1\n# seen"]
    assert result.notes == (
        "Changed: a check, in cell 8. What was added is run after the original.",
    )


def test_a_line_that_holds_a_check_and_more_is_kept():
    line = 'check("softmax"); x = 1'
    assert own(restored({"check-softmax": f"# lockstep: check softmax\n{line}"})) == [line]


def test_an_answer_written_into_the_check_cell_is_found():
    for check in (
        f'# lockstep: check softmax\n{ANSWERS["softmax"]}\ncheck("softmax")',
        f"# lockstep: check softmax\n{ANSWERS['softmax']}",
    ):
        blank = next(cell for cell in PRISTINE if cell.id == "answer-softmax")
        result = restored({"check-softmax": check, "answer-softmax": blank.source})
        assert_all_answered(result)


@pytest.mark.parametrize(
    "check", ['check("softmax")', "check( 'softmax' )", 'check("softmax"); check("accuracy")']
)
def test_a_copied_check_is_left_out(check):
    assert own(restored({"next": [code(check)]})) == []


def test_a_handed_out_cell_that_was_edited_runs_as_it_was_and_then_as_it_is():
    given = by_id("code-introduction-59ebae59")
    result = restored({given.id: given.source + "\nimport math"})
    at = position(result, given.source)
    assert result.cells[at].kind == "pristine"
    assert (result.cells[at + 1].kind, result.cells[at + 1].source) == (
        "own",
        given.source + "\nimport math",
    )
    assert own(restored({given.id: given.source.replace("\n", "\n\n# needed\n")})) == []
    assert own(restored({given.id: ""})) == []


OLDER_SET_UP = """\
# lockstep: set-up. Run this cell first.
import importlib.util, sys

if importlib.util.find_spec("lockstep") is None:
    !{sys.executable} -m pip install --quiet https://github.com/o/lockstep/releases/download/v0.0.9/x.whl

from lockstep.learn import check, start
start("03_linear_regression", "keras")
"""


@pytest.mark.parametrize("marker", [True, False])
def test_a_set_up_of_another_release_is_not_run(marker):
    source = OLDER_SET_UP.replace("import importlib.util, sys", "import importlib.util, os")
    source = source if marker else source.partition("\n")[2]
    result = restored({"set-up": [code(source)]})
    assert own(result) == []
    assert kinds(result) == kinds(restore(solved(), PRISTINE))


def test_what_was_added_to_the_set_up_is_run_after_it():
    source = by_id("set-up").source.replace("start(", "import math\n%pip install tqdm\nstart(")
    result = restored({"set-up": source})
    assert result.cells[1].kind == "own"
    assert "import math" in result.cells[1].source
    assert "start" not in result.cells[1].source
    assert "lockstep" not in result.cells[1].source
    assert "pip" not in result.cells[1].source  # nothing can be installed where answers are graded


def test_a_set_up_that_is_no_python_any_more_is_left_out():
    assert own(restored({"set-up": by_id("set-up").source + "\nimport ("})) == []


def test_cells_without_code_are_left_out():
    assert (
        own(
            restored(
                {"next": [code(""), code("\n\n"), code("# a thought"), code('"""Two\nlines."""')]}
            )
        )
        == []
    )


# Magics


@pytest.mark.parametrize(
    "line", ["%matplotlib inline", "!ls", "files = !ls", "x = %time 1", "?print", "print?"]
)
def test_magics_do_not_hide_what_a_cell_defines(line):
    source = f"{line}\n{ANSWERS['softmax']}"
    result = restored({"answer-softmax": [code(source)]})
    assert result.answers["softmax"] == source
    blank = stripped(next(cell for cell in PRISTINE if cell.id == "answer-accuracy")).source
    merged = code(f"{line}\n# lockstep: answer accuracy\n{blank}")
    assert restored({"answer-accuracy": [merged]}).blank == {"accuracy"}


# Anything


def mangled(random_source):
    """Return the solved notebook after what can happen to one, with no answer lost."""
    cells = list(solved())
    for _ in range(random_source.randrange(1, 6)):
        cells = random_source.choice(MANGLINGS)(cells, random_source)
    return numbered(cells)


def shuffle(cells, random_source):
    return random_source.sample(cells, len(cells))


def drop(cells, random_source):
    return [
        cell
        for cell in cells
        if any(f"def {name}(" in cell.source for name in NAMES) or random_source.random() < 0.7
    ]


def duplicate(cells, random_source):
    return [cell for cell in cells for _ in range(random_source.choice([1, 1, 1, 2]))]


def add_blanks(cells, random_source):
    blanks = [cell for cell in PRISTINE if cell.id.startswith("answer-")]
    at = random_source.randrange(len(cells) + 1)
    return [*cells[:at], *random_source.sample(blanks, 3), *cells[at:]]


def add_own(cells, random_source):
    at = random_source.randrange(len(cells) + 1)
    return [*cells[:at], code(f"own_{random_source.randrange(99)} = [1]\n# mine"), *cells[at:]]


def merge(cells, random_source):
    at = random_source.randrange(len(cells))
    pair = cells[at : at + 2]
    if any(cell.kind != "code" for cell in pair):
        return cells
    merged = replace(pair[0], source="\n\n".join(cell.source for cell in pair))
    return [*cells[:at], merged, *cells[at + 2 :]]


def lose_ids(cells, random_source):
    return [replace(cell, id="", metadata={}) for cell in cells]


def swap_ids(cells, random_source):
    ids = random_source.sample([cell.id for cell in cells], len(cells))
    pairs = zip(cells, ids, strict=True)
    return [
        replace(cell, id=new, metadata={}) if cell.source.startswith("# lockstep") else cell
        for cell, new in pairs
    ]


def lose_a_marker(cells, random_source):
    at = random_source.randrange(len(cells))
    return [
        stripped(cell) if number == at and cell.source.count("lockstep: answer") == 1 else cell
        for number, cell in enumerate(cells)
    ]


MANGLINGS = [
    shuffle,
    drop,
    duplicate,
    add_blanks,
    add_own,
    merge,
    lose_ids,
    swap_ids,
    lose_a_marker,
]


@pytest.mark.parametrize("seed", range(60))
def test_however_a_solved_notebook_is_mangled_its_answers_are_those_that_were_given(seed):
    cells = mangled(random.Random(seed))
    result = restore(cells, PRISTINE)
    assert result.blank == frozenset()
    # A cell that lost its marker keeps what was merged into it, so the functions are compared.
    assert {name: function(result.answers[name], name) for name in NAMES} == {
        name: function(ANSWERS[name], name) for name in NAMES
    }
    run = [cell.source for cell in result.cells]
    assert run[0] == by_id("set-up").source
    for name in NAMES:  # the last definition that is run is the answer, not a blank
        last = [source for source in run if f"def {name}(" in source][-1]
        assert function(last, name) == function(ANSWERS[name], name)


def function(source, name):
    """Return the function that holds after the code has run."""
    functions = [node for node in ast.parse(source).body if getattr(node, "name", "") == name]
    return ast.dump(functions[-1])


def junk(random_source):
    pieces = [
        *(cell.source[:80] for cell in solved()),
        "# lockstep: answer softmax",
        "# lockstep: check softmax",
        "#lockstep:set-up",
        "```python",
        "~~~",
        '"""',
        "def softmax(x):",
        "    return x",
        "class softmax: pass",
        "\t)",
        "%%bash",
        "é\u2028\x0c\x1c?",
        "check('softmax');",
        "\\",
        "f'{",
    ]
    count = random_source.randrange(8)
    return "\n".join(random_source.choice(pieces) for _ in range(count))


@pytest.mark.parametrize("seed", range(60))
def test_no_text_at_all_makes_it_fail(seed):
    random_source = random.Random(seed)
    odd = [
        {},
        {"nbgrader": 3},
        {"nbgrader": {"grade_id": ["a"]}},
        {"nbgrader": {"grade_id": "softmax"}},
    ]
    cells = numbered(
        NotebookCell(
            random_source.choice(["code", "code", "markdown", "raw"]),
            junk(random_source),
            random_source.choice([cell.id for cell in PRISTINE] + [""] * 20),
            random_source.choice(odd),
        )
        for _ in range(12)
    )
    result = restore(cells, PRISTINE)
    assert set(result.answers) == set(NAMES)
    assert result.blank <= set(NAMES)
    "".join([*result.answers.values(), *result.notes]).encode()
    restore(PRISTINE, cells)


@pytest.mark.parametrize(
    "bomb",
    [
        "-" * 50_000 + "1",
        "x" + ".a" * 40_000,
        "(" * 90_000,
        "1" + "+1" * 45_000,
        "not " * 20_000 + "1",
        "lambda:" * 10_000 + "1",
        "if 1: x\n" + "elif 1: x\n" * 8_000,
        "[" * 199 + "]" * 199,
        "x = " + "9" * 5_000,
        "@a\n" * 30_000,
        "'\\d' " * 10_000,
        "# lockstep" + " " * 90_000 + "x",
        "\n".join(["# lockstep: answer softmax"] * 4_000),
        "```\n" * 30_000,
        "x\0y",
    ],
)
@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_code_that_is_made_to_break_a_parser_harms_only_itself(bomb, kind):
    start = time.process_time()
    bombs = [
        NotebookCell(kind, f"# lockstep: answer softmax\n{bomb}"),
        NotebookCell(kind, bomb, id="answer-softmax"),
        NotebookCell(kind, f"def softmax():\n    return ({bomb})"),
        NotebookCell(kind, f"{bomb}\ncheck('softmax')", id="check-softmax"),
        NotebookCell(kind, bomb, id="set-up"),
    ]
    result = restored({"answer-softmax": bombs})
    assert {**result.answers, "softmax": ""} == {**ANSWERS, "softmax": ""}
    assert time.process_time() - start < 15


@pytest.mark.parametrize(
    "cell",
    [
        code("x = 1"),
        code("    return 1"),
        code("# lockstep: answer softmax\ndef softmax(x):\n    return 1"),
        code("# lockstep: answer softmax\nhelper = 1"),
        code('# lockstep: check softmax\ncheck("softmax"); x = 1'),
        code("x = (", id="code-introduction-59ebae59"),
        NotebookCell("markdown", "```\ndef softmax(x):\n    return 1\n```"),
    ],
)
def test_ten_thousand_cells_are_restored_in_seconds(cell):
    start = time.process_time()
    result = restore(numbered([*solved()[:-2], *[cell] * 10_000]), PRISTINE)
    assert time.process_time() - start < 15
    assert result.answers["accuracy"] == ANSWERS["accuracy"]
    assert sum(map(len, result.notes)) < 1_000


# The last cell, which hands in


SUBMIT = NotebookCell("code", "# lockstep: submit\nsubmit()", id="submit")
HANDED_OUT = numbered([*(cell for cell in PRISTINE if cell.id != "submit"), SUBMIT])


def handed_in(last):
    """Return what becomes of the solved notebook with these cells at its end."""
    cells = [cell for cell in solved() if cell.id != "submit"]
    return restore(numbered([*cells, *last]), HANDED_OUT)


@pytest.mark.parametrize(
    "last",
    [[SUBMIT], [code("submit()")], [SUBMIT, SUBMIT], [], [code("check('softmax')\nsubmit()")]],
    ids=["as handed out", "unmarked", "twice", "deleted", "with a check"],
)
def test_the_cell_that_hands_in_is_never_run(last):
    result = handed_in(last)
    assert not [cell for cell in result.cells if "submit()" in cell.source]
    assert result.notes == ()
    assert_all_answered(result)


def test_what_was_added_to_the_cell_that_hands_in_is_run():
    result = handed_in([replace(SUBMIT, source=f"{SUBMIT.source}\nlast = 1")])
    assert own(result) == ["last = 1"]
    assert "Changed: the last cell" in result.notes[0]


def test_an_answer_in_the_cell_that_hands_in_counts():
    answer = code(f"# lockstep: submit\n{ANSWERS['softmax']}\nsubmit()", id="submit")
    cells = [cell for cell in solved() if cell.id not in ("submit", "answer-softmax")]
    result = restore(numbered([*cells, answer]), HANDED_OUT)
    assert "return" in result.answers["softmax"]
    assert result.blank == frozenset()
