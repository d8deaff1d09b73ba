"""What an author is told about a lesson's text: file, line and a sentence."""

import pytest

from lockstep.build.errors import LessonError
from lockstep.build.text import Checkpoint, Code, Only, Prose, read_text


def read(tmp_path, text):
    path = tmp_path / "lesson.md"
    path.write_text(text, encoding="utf-8")
    return read_text(path)


def refused(tmp_path, text):
    with pytest.raises(LessonError) as caught:
        read(tmp_path, text)
    return caught.value.line, caught.value.sentence


def test_a_text_is_read_into_steps_of_blocks_with_their_lines(tmp_path):
    text = read(
        tmp_path,
        "---\ntitle: T\n---\n\nBefore.\n\n## First\n\nProse.\n\n"
        "```{code-cell}\n:tags: [pytorch]\n\nx = 1\n```\n"
        "```{code-cell}\n:tags: [keras]\nx = 2\n```\n\n:::{keras}\nOnly here.\n:::\n\n"
        "```{checkpoint} name\nkind: number\n```\n\n### Second\n\n:::{only} keras\nBecause.\n:::\n",
    )
    assert text.meta == {"title": "T"}
    assert [step.title for step in text.steps] == ["", "First", "Second"]
    first = text.steps[1].blocks
    assert [type(block) for block in first] == [Prose, Code, Code, Prose, Checkpoint]
    assert first[0].text == "## First\n\nProse."
    assert (first[1].source, first[1].line, first[1].source_line) == ("x = 1", 11, 14)
    assert first[3] == Prose("Only here.", 21, "keras")
    assert text.steps[2].blocks[1] == Only("keras", "Because.", 31)


def test_a_listing_a_table_and_mathematics_stay_prose(tmp_path):
    text = read(tmp_path, "## A\n\n```python\nx = 1\n```\n\n| a |\n| - |\n| 1 |\n\n$$\nx^2\n$$\n")
    assert [type(block) for block in text.steps[1].blocks] == [Prose]


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("## A\n\n```{code-cell}\n:tags: [torch]\nx\n```\n", 3, "no tag 'torch'"),
        ("## A\n\n```{code-cell}\n:tags: [pytorch, keras]\nx\n```\n", 3, "neither tag"),
        ("## A\n\n```{code-cell}\n:colour: red\nx\n```\n", 3, "no option 'colour'"),
        ("## A\n\n```{code-cell}\n:tags: [a\nx\n```\n", 3, "not YAML"),
        ("## A\n\n```{quiz} b\n```\n", 3, "no block {quiz}"),
        ("## A\n\n```{checkpoint}\n```\n", 3, "needs a name"),
        ("## A\n\n:::{torch}\ntext\n:::\n", 3, "no block {torch}"),
        ("## A\n\n:::{pytorch}\n```{code-cell}\nx\n```\n:::\n", 3, "prose only"),
        ("## A\n\n::::{pytorch}\n:::{keras}\nx\n:::\n::::\n", 3, "inside this"),
        ("## A\n\n:::{pytorch}\n:::{keras}\nx\n:::\n:::\n", 3, "inside this"),
        ("## A\n\n- item\n\n  ```{code-cell}\n  x\n  ```\n", 5, "move it out"),
        ("## A\n\n> ```{checkpoint} b\n> kind: number\n> ```\n", 3, "move it out"),
        ("## A\n\n```{code-cell}\nx = 1\n\n## B\n", 3, "never closed"),
        ("## A\n\n:::{pytorch}\ntext\n", 3, "never closed"),
        ("---\ntitle: [\n---\n", 2, "not YAML"),
        ("---\n- a\n---\n", 2, "name: value"),
        ("# Title\n", 1, "front matter"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(tmp_path, text, line, word):
    found, sentence = refused(tmp_path, text)
    assert word in sentence
    assert found == line
