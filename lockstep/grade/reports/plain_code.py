"""Code without what can be changed by hand in a minute: names, comments, docstrings, layout."""

import ast
import builtins
import re
from functools import lru_cache

from lockstep.grade.syntax import parse
from lockstep.lessons import lesson_names, lessons_folder

Tokens = tuple[str, ...]

LONGEST_CODE = 10_000  # characters; no answer of this course has a fifth of it
# Names that say what is done; every other one was chosen by whoever wrote the code.
KEPT_NAMES = frozenset(dir(builtins)) | {"keras", "math", "nn", "np", "numpy", "tf", "torch"}
ANY_NAME = "name"
TOKEN = re.compile(r"\w+|[^\w\s]")
COMMENT = re.compile(r"#.*")
CODE_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?P<code>.*?)^```\s*$", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"^:\w[\w-]*:.*\n", re.MULTILINE)


def tokens(code: str) -> Tokens:
    r"""Return what is left of code when it is told by what it does.

    Code that is no Python keeps its names: which of them are its own cannot be told.

    >>> tokens("def f(x):\n    '''Twice.'''\n    return 2*x  # it")
    ('def', 'name', '(', 'name', ')', ':', 'return', '2', '*', 'name')
    """
    if len(code) > LONGEST_CODE:
        code = code[:LONGEST_CODE].rpartition("\n")[0]
    tree = parse.__wrapped__(
        code
    )  # a tree of our own: the ones that are kept are not ours to change
    if tree is not None:
        try:
            code = ast.unparse(_Renamed().visit(tree))
        except (RecursionError, ValueError):  # nested more deeply than anybody writes
            pass
        else:
            return tuple(TOKEN.findall(code))
    return tuple(TOKEN.findall(COMMENT.sub("", code)))


class _Renamed(ast.NodeTransformer):
    """Gives all names of somebody's own one name, and leaves out docstrings and annotations."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(node.id if node.id in KEPT_NAMES else ANY_NAME, node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(ANY_NAME)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name, node.returns = ANY_NAME, None
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = ANY_NAME
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return self.generic_visit(ast.Assign([node.target], node.value, lineno=node.lineno))

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        # A text by itself does nothing. What is left need not be Python.
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)


@lru_cache
def course_code(lesson: str) -> tuple[Tokens, ...]:
    """Return each code cell that a lesson shows, and each solution that its exercises have.

    A student may have any of it from the course; so it says nothing about two students. Solutions
    are the obvious forms of an answer.
    """
    if lesson not in lesson_names():
        return ()
    folder = lessons_folder() / lesson
    paths = [folder / "lesson.md", folder / "exercises.md"]
    texts = [path.read_text(encoding="utf-8") for path in paths if path.exists()]
    cells = [found["code"] for text in texts for found in CODE_CELL.finditer(text)]
    return tuple(tokens(OPTION.sub("", cell)) for cell in cells)
