"""What a student's code says, without running it: what it defines, whether it is the blank still.

Every function is total: code that is no Python, or is made to break a parser, is looked at as text.
"""

import ast
import re
import textwrap
import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise

LARGEST_SOURCE = 100_000  # characters; what is longer is not worth the parser's time and memory
DEFINITION = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")
ASSIGNED_MAGIC = re.compile(r"^([ \t]*\w[\w.]*[ \t]?=[ \t]?)[%!].*")


@lru_cache(maxsize=64)  # each cell is asked several things in a row
def parse(source: str) -> ast.Module | None:
    """Return the syntax tree, or None. Its line numbers are those of the source.

    IPython's magics are taken for `pass`, and a cell that is indented as a whole for one that is not:
    IPython runs both.
    """
    if len(source) > LARGEST_SOURCE:
        return None
    for read in (str, _without_magics, textwrap.dedent):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of "\d" in a string, say
                return ast.parse(read(source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def _without_magics(source: str) -> str:
    return "\n".join(_without_magic(line) for line in source.split("\n"))


def _without_magic(line: str) -> str:
    code = line.strip()
    if code.startswith(("%", "!", "?")) or code.endswith("?"):
        return line[: len(line) - len(line.lstrip())] + "pass"
    return ASSIGNED_MAGIC.sub(r"\1None", line)


def spans(tree: ast.Module) -> list[tuple[int, int]]:
    """Return each top-level statement's first and last line, counted from 0."""
    return [_span(statement) for statement in tree.body]


def _span(statement: ast.stmt) -> tuple[int, int]:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    return first - 1, (statement.end_lineno or statement.lineno) - 1


def has_code(source: str) -> bool:
    """Return whether there is anything to run; a string by itself is a comment."""
    tree = parse(source)
    if tree is not None:
        return any(not _is_text(statement) for statement in tree.body)
    return any(line.strip() and not line.lstrip().startswith("#") for line in source.split("\n"))


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def definitions(source: str) -> list[tuple[str, int]]:
    """Return the functions and classes that the code defines at top level, with their line, from 0.

    `name = lambda ...` is one of them. A definition inside a top-level `if`, `with`, `for` or `try` has
    that statement's line.
    """
    tree = parse(source)
    if tree is None:
        matches = [DEFINITION.match(line) for line in source.split("\n")]
        return [(match[1], number) for number, match in enumerate(matches) if match]
    return [(name, _span(top)[0]) for top in tree.body for name in _defined(top)]


def _defined(top: ast.stmt) -> Iterator[str]:
    waiting: list[ast.AST] = [top]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif not isinstance(node, ast.expr):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def defines(source: str, name: str) -> bool:
    """Return whether the code defines the function or class at top level."""
    return any(defined == name for defined, _ in definitions(source))


def same_code(one: str, other: str) -> bool:
    """Return whether two pieces of code differ in nothing but comments, docstrings and format."""
    if _squeezed(one) == _squeezed(other):
        return True
    shape = _shape(one)
    return shape is not None and shape == _shape(other)


@lru_cache(maxsize=256)  # what was handed out is compared with each student's notebook
def _shape(source: str) -> str | None:
    """Return what a piece of code does, as text; None where it is no Python."""
    tree = parse(source)
    try:
        return None if tree is None else ast.dump(_Undocumented().visit(tree))
    except (RecursionError, MemoryError):
        return None


def _squeezed(source: str) -> str:
    return "".join(source.split())


class _Undocumented(ast.NodeTransformer):
    """Makes a copy of a tree without docstrings; `parse` keeps its trees, so they stay as they are."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        copied = type(node)(**{name: self._copied(value) for name, value in ast.iter_fields(node)})
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = node.body[0]
            if _is_text(first):
                copied.body = copied.body[1:]  # type: ignore[attr-defined]
        return copied

    def _copied(self, value: object) -> object:
        if isinstance(value, list):
            return [self._copied(item) for item in value]
        return self.visit(value) if isinstance(value, ast.AST) else value


def without_statements(source: str, dropped: Callable[[ast.stmt], bool]) -> str:
    """Return the code without the lines of those top-level statements; "" if no code is left.

    A line that a dropped statement shares with another one stays. What cannot be parsed stays whole.
    """
    tree = parse(source)
    if tree is None:
        return source if has_code(source) else ""
    gone: set[int] = set()
    kept: set[int] = set()
    for statement in tree.body:
        first, last = _span(statement)
        (gone if dropped(statement) else kept).update(range(first, last + 1))
    if not kept:
        return ""
    lines = source.split("\n")
    left = [line for number, line in enumerate(lines) if number not in gone - kept]
    return "\n".join(left).strip("\n")


def is_second_half(source: str, first: str) -> bool:
    """Return whether the code can only be the rest of a function that begins in the other code.

    It is indented, it is nothing by itself (or the beginning is not), and together they are Python.
    """
    lines = [line for line in source.split("\n") if line.strip()]
    if not lines or lines[0][0] not in " \t":
        return False
    alone = parse(source)
    incomplete = alone is None or _returns(alone) or parse(first) is None
    return incomplete and parse(f"{first}\n{source}") is not None


def _returns(tree: ast.Module) -> bool:
    """Return whether there is a `return` outside a function."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr):
            waiting += ast.iter_child_nodes(node)
    return False


def is_call(statement: ast.stmt, name: str) -> bool:
    """Return whether the statement does nothing but call the function."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == name


def split_at(source: str, lines: list[int]) -> list[str]:
    """Return the code in parts, one more than there are lines to split before."""
    all_lines = source.split("\n")
    edges = [0, *lines, len(all_lines)]
    return ["\n".join(all_lines[start:end]).strip("\n") for start, end in pairwise(edges)]
