"""A question in a notebook: drawn by question.js, judged here, where the key is."""

from pathlib import Path
from typing import Any

import traitlets

from lockstep.learn import journal
from lockstep.learn.questions import Question, Verdict
from lockstep.learn.questions.html import block, html_form, specification, text_form
from lockstep.learn.widgets.base import CourseWidget

_HERE = Path(__file__).parent


class QuestionWidget(CourseWidget):
    """A question that can be answered by keyboard, by mouse, or in words with `answer`.

    Parameters
    ----------
    question : Question
        What is asked.
    lesson, framework : str
        Where it is asked: the last answer given there comes back.
    """

    _esm = _HERE / "question.js"
    _css = _HERE / "question.css"

    spec = traitlets.Dict().tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)

    def __init__(self, question: Question, lesson: str, framework: str | None) -> None:
        self._question = question
        self._place = (lesson, framework, question.name)
        earlier = self._earlier()
        self._tries = len(earlier)
        super().__init__(
            spec=specification(question), verdict=self._restored(earlier[-1]) if earlier else {}
        )
        self.on_msg(self._receive)

    def answer(self, value: object) -> Verdict:
        """Judge and record an answer given in words; show it in the question as well.

        Parameters
        ----------
        value
            What the question takes: a letter, a number, a shape, text, or a list of them.

        Returns
        -------
        Verdict
            Whether it is right, and why.
        """
        verdict = self._question.judge(value)
        if verdict.understood:
            self._tries += 1
            journal.write(
                "checkpoint",
                *self._place,
                version=self._question.version,
                answer=verdict.answer,
                right=verdict.right,
            )
        self.verdict = self._told(verdict)
        return verdict

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        """Judge what the front end sends."""
        if isinstance(content, dict) and content.get("type") == "answer":
            self.answer(content.get("answer"))

    def _earlier(self) -> list[journal.Entry]:
        """Return the answers given to this version of the question."""
        entries = journal.find("checkpoint", *self._place)
        return [entry for entry in entries if entry.get("version") == self._question.version]

    def _restored(self, entry: journal.Entry) -> dict[str, Any]:
        """Return the last answer's verdict, judged anew."""
        verdict = self._question.judge(entry.get("answer"))
        return self._told(verdict) if verdict.understood else {}

    def _told(self, verdict: Verdict) -> dict[str, Any]:
        """Return a verdict for the front end; the serial makes every reply a change."""
        return {
            "serial": (self.verdict or {}).get("serial", 0) + 1,
            "right": verdict.right,
            "understood": verdict.understood,
            "message": block(verdict.message),
            "answer": verdict.answer,
            "attempt": self._tries,
        }

    def __repr__(self) -> str:
        return f'checkpoint("{self._question.name}")'

    def html(self) -> str:
        """Return the question in plain HTML."""
        return html_form(self._question)

    def text(self) -> str:
        """Return the question as text."""
        return text_form(self._question)
