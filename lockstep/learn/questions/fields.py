"""Reading a question's YAML field by field, with a sentence and a line for whatever is wrong.

Every scalar stays the text that the author wrote: YAML's own guesses would turn an option ``yes``
into True and the printed text ``1.50`` into 1.5.
"""

import math
from typing import Any

import yaml

# libyaml is ten times as fast; the pure-Python loader is the same where it is missing.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class QuestionError(Exception):
    """Something wrong in a question's text, for whoever writes the lesson.

    Attributes
    ----------
    sentence : str
        What is wrong and what to do.
    line_offset : int
        The line it concerns, counted from the fence's first content line, which is 0.
    """

    def __init__(self, sentence: str, line_offset: int = 0) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.line_offset = line_offset


class Fields:
    """One mapping of a question's YAML.

    Parameters
    ----------
    node : yaml.Node
        The mapping.
    what : str
        What it describes ("The question", "Option 2"): sentences begin with it.
    """

    def __init__(self, node: yaml.Node, what: str) -> None:
        if not isinstance(node, yaml.MappingNode):
            raise QuestionError(f"{what} must be written as `field: value` lines.", line_of(node))
        self.what = what
        self.line = line_of(node)
        self._nodes: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = _scalar(key, f"{what}: a field's name")
            if name in self._nodes:
                raise QuestionError(f"{what} has the field `{name}:` twice.", line_of(key))
            self._nodes[name] = value

    def __contains__(self, name: str) -> bool:
        return name in self._nodes

    def replace(self, others: "Fields") -> None:
        """Put the fields of `others` in place of these."""
        self._nodes.update(others._nodes)

    def refuse_unknown(self, known: set[str]) -> None:
        """Raise for a field that is not among `known`."""
        for name, node in self._nodes.items():
            if name not in known:
                listed = ", ".join(sorted(known))
                raise QuestionError(
                    f"{self.what} has an unknown field `{name}:`. There are: {listed}.",
                    line_of(node),
                )

    def node(self, name: str) -> yaml.Node:
        """Return a field's node; raise where it is missing."""
        if name not in self._nodes:
            raise QuestionError(f"{self.what} has no `{name}:`.", self.line)
        return self._nodes[name]

    def error(self, name: str, sentence: str) -> QuestionError:
        """Return an error at a field's line, its sentence beginning with what this describes."""
        line = line_of(self._nodes[name]) if name in self._nodes else self.line
        return QuestionError(f"{self.what}: {sentence}", line)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a field's text, which must not be empty; `default` where the field is missing."""
        if default is not None and name not in self:
            return default
        return _scalar(self.node(name), f"{self.what}: `{name}:`").strip()

    def flag(self, name: str) -> bool:
        """Return true or false; False where the field is missing."""
        value = self.text(name, "false")
        if value not in ("true", "false"):
            raise self.error(name, f"`{name}:` must be true or false, not {value!r}.")
        return value == "true"

    def number(self, name: str, default: str | None = None) -> float:
        """Return a finite number."""
        value = self.text(name, default)
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise self.error(name, f"`{name}:` must be a number, not {value!r}.")
        return number

    def whole(self, name: str, default: str) -> int:
        """Return a whole number of at least 1."""
        value = self.text(name, default)
        if not value.isdecimal() or int(value) < 1:
            raise self.error(name, f"`{name}:` must be 1, 2, 3 ..., not {value!r}.")
        return int(value)

    def texts(self, name: str) -> list[str]:
        """Return a list of texts."""
        nodes = self._items(name)
        return [
            _scalar(node, f"{self.what}: line {number} of `{name}:`").strip()
            for number, node in enumerate(nodes, 1)
        ]

    def mappings(self, name: str, what: str, at_least: int = 1) -> list["Fields"]:
        """Return a list of mappings, called `what` 1, `what` 2 ... in sentences."""
        if at_least == 0 and name not in self:
            return []
        nodes = self._items(name)
        if len(nodes) < at_least:
            raise self.error(name, f"`{name}:` needs at least {at_least}.")
        return [Fields(node, f"{what} {number}") for number, node in enumerate(nodes, 1)]

    def _items(self, name: str) -> list[yaml.Node]:
        node = self.node(name)
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(name, f"`{name}:` must be a list.")
        return list(node.value)


def read_fields(text: str) -> Fields:
    """Return a question's fields.

    Raises
    ------
    QuestionError
        If `text` is not a YAML mapping.
    """
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        sentence = f"This is not YAML: {error.problem or error.context}. A text with `: ` or one "
        sentence += "that begins with a sign needs quotes."
        raise QuestionError(sentence, mark.line if mark else 0) from None
    except yaml.YAMLError as error:
        raise QuestionError(f"This is not YAML: {str(error).splitlines()[0]}.") from None
    if node is None:
        raise QuestionError("The question is empty.")
    return Fields(node, "The question")


def line_of(node: yaml.Node) -> int:
    """Return the line on which a node begins."""
    return int(node.start_mark.line)


def _scalar(node: yaml.Node, what: str) -> str:
    """Return a node's text; raise where it is empty, a list or a mapping."""
    if not isinstance(node, yaml.ScalarNode):
        raise QuestionError(f"{what} must be one text: put it in quotes.", line_of(node))
    if not str(node.value).strip():
        raise QuestionError(f"{what} is empty.", line_of(node))
    return str(node.value)
