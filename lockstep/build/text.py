"""Reading a lesson's MyST Markdown into steps of prose, code and checkpoints, with line numbers.

The text is split with markdown-it-py, because jupytext gives no line numbers inside a cell;
a code cell's option lines are read with jupytext, so that the text also opens as a notebook there.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin

from lockstep.build.errors import LessonError
from lockstep.learn.session import FRAMEWORK_TITLES

FRAMEWORKS = tuple(FRAMEWORK_TITLES)
TAGS = {*FRAMEWORKS, "answer", "alternative", "nbval-check-output", "raises-exception"}
CELL_OPTIONS = {"tags", "exercise"}
DIRECTIVE = re.compile(r"^\{([a-z-]+)\}\s*(.*)$")


@dataclass(frozen=True)
class Prose:
    """Markdown, for both notebooks or for one."""

    text: str
    line: int
    framework: str | None = None


@dataclass(frozen=True)
class Only:
    """The reason why a step has code for one framework only."""

    framework: str
    reason: str
    line: int


@dataclass(frozen=True)
class Code:
    """A code cell; `line` is its fence's, `source_line` that of its first line of code."""

    source: str
    line: int
    source_line: int
    framework: str | None
    tags: frozenset[str]
    exercise: str | None

    @property
    def is_answer(self) -> bool:
        """Whether this cell answers an exercise."""
        return "answer" in self.tags

    @property
    def is_alternative(self) -> bool:
        """Whether this is another right way, kept for the tests."""
        return "alternative" in self.tags


@dataclass(frozen=True)
class Checkpoint:
    """A question's YAML at the place where it is asked."""

    name: str
    text: str
    line: int


Block = Prose | Only | Code | Checkpoint


@dataclass
class Step:
    """A heading of level 2 or 3 with what stands under it; the introduction has no title."""

    title: str
    line: int
    blocks: list[Block] = field(default_factory=list)

    def code(self, framework: str | None) -> list[Code]:
        """Return the step's code cells tagged with `framework`."""
        return [b for b in self.blocks if isinstance(b, Code) and b.framework == framework]


@dataclass(frozen=True)
class Text:
    """A whole file: its front matter and its steps."""

    path: Path
    meta: dict[str, Any]
    steps: list[Step]


def read_text(path: Path) -> Text:
    """Read `lesson.md` or `exercises.md`.

    Raises
    ------
    LessonError
        If a fence, a tag or YAML is not as docs/lesson-format.md says.
    """
    return _Reader(path).read()


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table").disable("inline", True)
    plugins = (front_matter_plugin, myst_block_plugin, colon_fence_plugin, dollarmath_plugin)
    for plugin in plugins:
        parser.use(plugin)
    return parser


class _Reader:
    """One pass over a file's top-level blocks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = path.read_text(encoding="utf-8").splitlines()
        self.meta: dict[str, Any] = {}
        self.steps = [Step("", 1)]
        self.prose_from = 0

    def read(self) -> Text:
        """Return the file's text."""
        for token in _parser().parse("\n".join(self.lines)):
            if token.map is None or token.nesting < 0:
                continue
            if token.level > 0:
                self._refuse_hidden_cell(token)
            else:
                self._take(token)
        self._end_prose(len(self.lines))
        return Text(self.path, self.meta, self.steps)

    def _take(self, token: Token) -> None:
        assert token.map is not None
        first, end = token.map
        if token.type == "front_matter":
            self.meta = self._yaml(token.content, 1)
        elif token.type == "heading_open":
            self._heading(token, first)
            return
        elif token.type in ("fence", "colon_fence"):
            self._refuse_unclosed(token)
            block = self._fence(token) if token.type == "fence" else self._colon_fence(token)
            if block is None:
                return
            self._end_prose(first)
            self.steps[-1].blocks.append(block)
        elif token.type == "myst_line_comment":
            self._end_prose(first)
        else:
            return
        self.prose_from = end

    def _heading(self, token: Token, first: int) -> None:
        if token.tag == "h1":
            raise self._error(
                first, "A heading of level 1 is the title, which stands in the front matter."
            )
        if token.tag in ("h2", "h3"):
            self._end_prose(first)
            self.prose_from = first
            self.steps.append(Step(self.lines[first].strip("# ").strip(), first + 1))

    def _end_prose(self, end: int) -> None:
        """Make a block of the prose that ends before line `end`."""
        lines = self.lines[self.prose_from : end]
        text = "\n".join(lines).strip()
        if text:
            blank = next(number for number, line in enumerate(lines) if line.strip())
            self.steps[-1].blocks.append(Prose(text, self.prose_from + blank + 1))
        self.prose_from = end

    def _fence(self, token: Token) -> Block | None:
        directive = DIRECTIVE.match(token.info.strip())
        if directive is None:
            return None  # a listing in prose
        name, argument = directive.groups()
        assert token.map is not None
        first = token.map[0]
        if name == "checkpoint":
            return Checkpoint(self._checkpoint_name(argument, first), token.content, first + 1)
        if name == "code-cell":
            return self._code(token, first)
        raise self._error(
            first, f"There is no block {{{name}}}. Use {{code-cell}} or {{checkpoint}}."
        )

    def _checkpoint_name(self, argument: str, first: int) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", argument):
            raise self._error(
                first,
                f"A checkpoint needs a name of small letters, digits and _; here is {argument!r}.",
            )
        return argument

    def _code(self, token: Token, first: int) -> Code:
        # Late: jupytext imports nbformat, which costs more than an unchanged build may take.
        from jupytext.myst import MystMetadataParsingError, read_fenced_cell

        try:
            options, body = read_fenced_cell(token, 0, "Code cell")
        except MystMetadataParsingError:
            raise self._error(
                first, "The option lines of this cell are not YAML, such as `:tags: [keras]`."
            ) from None
        unknown = set(options) - CELL_OPTIONS
        if unknown:
            raise self._error(
                first,
                f"A code cell has no option {sorted(unknown)[0]!r}. It may have tags and exercise.",
            )
        tags = self._tags(options.get("tags", []), first)
        frameworks = [name for name in FRAMEWORKS if name in tags]
        if len(frameworks) > 1:
            raise self._error(first, "Code for both frameworks carries neither tag.")
        offset = len(token.content.splitlines()) - len(body)
        source = "\n".join(body).rstrip()
        framework = frameworks[0] if frameworks else None
        return Code(source, first + 1, first + offset + 2, framework, tags, options.get("exercise"))

    def _tags(self, tags: Any, first: int) -> frozenset[str]:
        listed = [tags] if isinstance(tags, str) else list(tags)
        for tag in listed:
            if tag not in TAGS:
                raise self._error(
                    first, f"There is no tag {tag!r}. There are: {', '.join(sorted(TAGS))}."
                )
        return frozenset(listed)

    def _colon_fence(self, token: Token) -> Block:
        directive = DIRECTIVE.match(token.info.strip())
        assert token.map is not None
        first = token.map[0]
        if directive is None:
            raise self._error(
                first,
                "This ::: opens a block without a name: one above it was closed early or twice.",
            )
        name, argument = directive.groups()
        if re.search(r"^\s*(`{3,}|~{3,})\{(code-cell|checkpoint)\}", token.content, re.MULTILINE):
            raise self._error(
                first,
                f"A {{{name}}} block holds prose only: close it before a code cell or checkpoint.",
            )
        if re.search(r"^:{3,}", token.content, re.MULTILINE):
            raise self._error(
                first, f"There is a ::: inside this {{{name}}} block: close it first."
            )
        if name in FRAMEWORKS:
            return Prose(token.content.strip(), first + 1, name)
        if name == "only" and argument in FRAMEWORKS and token.content.strip():
            return Only(argument, token.content.strip(), first + 1)
        raise self._error(
            first,
            f"There is no block {{{name}}} {argument}. There are {{pytorch}}, {{keras}}, "
            "and {{only}} with a framework and a reason.",
        )

    def _refuse_hidden_cell(self, token: Token) -> None:
        if token.type == "fence" and re.match(r"\s*\{(code-cell|checkpoint)\}", token.info):
            assert token.map is not None
            raise self._error(
                token.map[0],
                "A code cell or checkpoint inside a list or quotation becomes prose: move it out.",
            )

    def _refuse_unclosed(self, token: Token) -> None:
        assert token.map is not None
        first, end = token.map
        last = self.lines[min(end, len(self.lines)) - 1].strip()
        closed = set(last) == {token.markup[0]} and len(last) >= len(token.markup)
        if not closed or end - first < 2:
            raise self._error(
                first,
                f"This {token.markup} block is never closed, and swallows the rest of the file.",
            )

    def _yaml(self, content: str, offset: int) -> dict[str, Any]:
        try:
            loaded = yaml.safe_load(content) or {}
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "it cannot be read"
            raise self._error(
                offset + (mark.line if mark else 0), f"This is not YAML: {problem}."
            ) from None
        if not isinstance(loaded, dict):
            raise self._error(offset, "The front matter is a list of `name: value` lines.")
        return loaded

    def _error(self, index: int, sentence: str) -> LessonError:
        return LessonError(self.path, index + 1, sentence)
