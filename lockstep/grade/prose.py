"""What a student wrote in a notebook that is no code: shown to the teacher where a rubric asks for words."""

from collections.abc import Iterable

from lockstep.grade.notebook import NotebookCell

LONGEST = 20_000  # characters; ten lines were asked for
LEFT_OUT = "\n\n[The rest was left out here.]"


def own_words(cells: Iterable[NotebookCell], pristine: Iterable[NotebookCell]) -> str:
    r"""Return the text of the student's own cells, and what was written into those that were handed out.

    A line counts as the student's where no text cell of the handed-out notebook has it.

    >>> handed_out = [NotebookCell("markdown", "## What differed?\nWrite here.")]
    >>> own_words([NotebookCell("markdown", "## What differed?\nThe axes.")], handed_out)
    'The axes.'
    """
    given = {
        line.strip()
        for cell in pristine
        if cell.kind != "code"
        for line in cell.source.splitlines()
    } - {""}
    texts = []
    for cell in cells:
        if cell.kind != "code":
            lines = [line for line in cell.source.splitlines() if line.strip() not in given]
            texts.append("\n".join(lines).strip())
    text = "\n\n".join(filter(None, texts))
    return text if len(text) <= LONGEST else text[:LONGEST] + LEFT_OUT
