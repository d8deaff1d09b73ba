"""A checkpoint on a page: the question as it is asked, and the answer with its reasons, folded."""

from lockstep.learn.questions import Question
from lockstep.learn.questions.arranged import Match, Order
from lockstep.learn.questions.base import LETTERS
from lockstep.learn.questions.picks import Choice, Choices, Option
from lockstep.learn.questions.typed import Number, Output, ShapeQuestion
from lockstep.site.myst import block, bullets, code, numbered


def question_block(question: Question) -> str:
    """Return a question and its folded answer."""
    asked = [question.question, _shown(question)]
    answer = block("dropdown", "Answer", _answer(question))
    body = "\n\n".join([*filter(None, asked), answer])
    title = "Predict before you read on" if question.predict else "Checkpoint"
    return block("admonition", title, body, {"class": "checkpoint"})


def _shown(question: Question) -> str:
    """Return what a question shows to choose from."""
    match question:
        case Choice() | Choices():
            return numbered([option.text for option in question.options], lettered=True)
        case Output():
            return code(question.code)
        case Order():
            return numbered([_line(line) for line in question.shown])
        case Match():
            return numbered(question.lefts) + "\n\n" + numbered(question.shown, lettered=True)
        case Number() if question.unit:
            return f"In {question.unit}."
        case _:
            return ""


def _line(line: str) -> str:
    """Return a line to be put in order with its indentation: it may be a line of Python."""
    text = line.lstrip(" ")
    return "\N{NO-BREAK SPACE}" * (len(line) - len(text)) + text


def _answer(question: Question) -> str:
    match question:
        case Choice() | Choices():
            return bullets(_judged(*each) for each in zip(LETTERS, question.options, strict=False))
        case Number():
            right = f"**{question.words(question.answer)}** {question.unit}".strip()
            return _typed(right, question, [question.words(each) for each, _ in question.mistakes])
        case ShapeQuestion():
            wrong = [str(each) for each, _ in question.mistakes]
            return _typed(f"**{question.answer}**", question, wrong)
        case Output():
            return _typed(
                code(question.answer, "text"), question, [each for each, _ in question.mistakes]
            )
        case Order():
            order = numbered([_line(line) for line in question.lines])
            whys = [mistake.why for mistake in question.mistakes]
            return "\n\n".join(filter(None, [order, question.why, bullets(whys)]))
        case Match():
            pairs = [f"{pair.left}: **{pair.right}**. {pair.why}" for pair in question.pairs]
            return f"{numbered(pairs)}\n\n{question.why}"
        case _:
            raise TypeError(f"A page cannot show a question of the kind {question.kind}.")


def _judged(letter: str, option: Option) -> str:
    return f"**{letter}** is {'right' if option.right else 'wrong'}. {option.why}"


def _typed(right: str, question: Number | ShapeQuestion | Output, wrong: list[str]) -> str:
    """Return the right answer and why, and the typical wrong ones."""
    whys = [why for _, why in question.mistakes]
    mistakes = [f"Not `{answer}`: {why}" for answer, why in zip(wrong, whys, strict=True)]
    return "\n\n".join(filter(None, [right, question.why, bullets(mistakes)]))
