"""What a student's process may see of a lesson's checks: enough to call an answer, nothing of what is right."""

import ast
import functools
import json
import re
import types
from pathlib import Path

import pytest

from lockstep.build.lesson import load_lesson
from lockstep.grade.assignments import pristine_cells
from lockstep.grade.public_checks import (
    PublicChecksError,
    needed,
    public_checks,
    write_public_lesson,
)
from lockstep.learn.exercises import load_exercises
from lockstep.lessons import lesson_names
from tests.conftest import ROOT, run_python

LESSONS = [
    name
    for name in lesson_names(ROOT / "lessons")
    if (ROOT / "lessons" / name / "checks.py").exists()
]
every_lesson = pytest.mark.parametrize("name", LESSONS)
SHOWN = ["difficulty", "minutes", "points", "hints", "forbidden", "tolerance", "takes"]
DESCRIBE = f"""
import json, sys
from pathlib import Path


class NoFramework:
    def find_spec(self, name, path=None, target=None):
        if name in ("torch", "keras", "tensorflow"):
            raise ImportError("a framework is imported only to call an answer")


sys.meta_path.insert(0, NoFramework())
from lockstep.learn.exercises import load_exercises

found = {{}}
for folder in sorted(Path(sys.argv[1]).iterdir()):
    found[folder.name] = {{
        name: {{key: getattr(one, key) for key in {SHOWN}}}
        | {{
            "says": [[mistake.name, mistake.say] for mistake in one.mistakes],
            "functions": [
                str(function)
                for mistake in one.mistakes
                for function in (mistake.numpy, mistake.pytorch, mistake.keras)
                if function is not None
            ],
            "cases": one.cases is not None,
            "call": getattr(one.call, "__name__", None),
        }}
        for name, one in load_exercises(folder).items()
    }}
print(json.dumps(found))
"""


def folder_of(name: str) -> Path:
    return ROOT / "lessons" / name


@functools.cache
def public_text(name: str) -> str:
    return public_checks(folder_of(name))


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    """Return what a process that can import no framework finds in the public checks."""
    folder = tmp_path_factory.mktemp("public")
    for name in LESSONS:
        write_public_lesson(folder_of(name), folder / name)
    return json.loads(run_python(f"import sys; sys.argv.append({str(folder)!r})\n{DESCRIBE}"))


@every_lesson
def test_the_public_checks_describe_the_same_exercises_without_a_framework(described, name):
    exercises = load_exercises(folder_of(name))
    assert list(described[name]) == list(exercises)
    for exercise in exercises.values():
        found = described[name][exercise.name]
        wanted = {key: getattr(exercise, key) for key in SHOWN}
        wanted |= {
            "says": [[mistake.name, mistake.say] for mistake in exercise.mistakes],
            "call": getattr(exercise.call, "__name__", None),
        }
        assert {key: found[key] for key in wanted} == json.loads(json.dumps(wanted))


@every_lesson
def test_the_public_checks_have_neither_cases_nor_mistakes_to_run(described, name):
    for exercise in described[name].values():
        assert exercise["functions"] == []
        assert not exercise["cases"]


def secret_functions(name: str) -> list[types.FunctionType]:
    """Return a lesson's functions that hold the truth: its cases and its mistakes."""
    found = []
    for exercise in load_exercises(folder_of(name)).values():
        found.append(exercise.cases)
        for mistake in exercise.mistakes:
            found += [mistake.numpy, mistake.pytorch, mistake.keras]
    bare = [one.func if isinstance(one, functools.partial) else one for one in found if one]
    return [one for one in bare if isinstance(one, types.FunctionType)]


def code_in(code: types.CodeType):
    """Yield a code object and all that are defined in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from code_in(constant)


def body(code: types.CodeType) -> tuple:
    return code.co_code, code.co_names, code.co_varnames


@every_lesson
def test_no_case_generator_and_no_mistake_is_in_the_public_checks_by_name_or_by_code(name):
    text = public_text(name)
    names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    names |= {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
    bodies = {body(code) for code in code_in(compile(text, "public", "exec"))}
    secret = secret_functions(name)
    assert len(secret) >= 4
    for function in secret:
        # `<lambda>` for a lambda; of a function made by another one, that one's name
        outer = function.__qualname__.split(".")[0]
        assert outer not in names, outer
        assert body(function.__code__) not in bodies, outer


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text).replace('"', "'")


def solution_lines(name: str) -> list[str]:
    """Return the lines of code that answer a lesson's exercises, either way."""
    text = (folder_of(name) / "exercises.md").read_text(encoding="utf-8")
    parts = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", text, re.DOTALL)
    parts += re.findall(r":tags: \[alternative\]\n(.*?)```", text, re.DOTALL)
    lines = [line.split("  # ")[0].strip() for part in parts for line in part.splitlines()]
    return [line for line in lines if len(line) > 25 and not line.startswith(("#", "def ", ":"))]


@every_lesson
def test_no_line_of_a_solution_is_in_the_public_checks(name):
    lesson = load_lesson(folder_of(name))
    handed_out = squeezed(
        "\n".join(
            cell.source for twin in lesson.frameworks for cell in pristine_cells(lesson, twin)
        )
    )
    lines = [line for line in solution_lines(name) if squeezed(line) not in handed_out]
    assert lines
    text = public_text(name)
    for exercise in lesson.exercises.values():  # what is said to whoever asks may come near to it
        for said in [*exercise.hints, *(mistake.say for mistake in exercise.mistakes)]:
            assert repr(said) in text
            text = text.replace(repr(said), "")
    assert [line for line in lines if squeezed(line) in squeezed(text)] == []


@every_lesson
def test_a_public_lesson_has_no_solutions(tmp_path, name):
    write_public_lesson(folder_of(name), tmp_path / name)
    files = {path.name for path in (tmp_path / name).iterdir()}
    assert {"lesson.md", "checks.py", "checks.npz"} <= files
    assert files <= {"lesson.md", "meetings.npz", "checks.py", "checks.npz"}
    assert (tmp_path / name / "checks.py").read_text() != (
        folder_of(name) / "checks.py"
    ).read_text()


CALL_ALL = """
import json, sys
from pathlib import Path
from lockstep.build.answers import solved_namespace
from lockstep.build.lesson import load_lesson
from lockstep.learn.answering import run_answer
from lockstep.learn.exercises import PUBLIC_SEED, load_exercises
from lockstep.learn.judging import same
from lockstep.learn.session import begin

framework, lessons, public = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
agree = {}
for folder in sorted(public.iterdir()):
    exercises = load_exercises(folder)
    called = [one for one in exercises.values() if one.call]
    if called:
        lesson = load_lesson(lessons / folder.name)
        begin(lesson.name, framework)
        solved = solved_namespace(lesson, framework)
        for one in called:
            whole = lesson.exercises[one.name]
            for case in whole.drawn_cases(PUBLIC_SEED):
                results = [
                    run_answer(way, solved[one.name], case.inputs, framework)
                    for way in (one, whole)
                ]
                agree[f"{folder.name} {one.name}"] = bool(same(*results, 1e-6))
print(json.dumps(agree))
"""


@pytest.mark.slow
@pytest.mark.parametrize("framework", ["pytorch", "keras"])
def test_what_calls_an_answer_works_from_the_public_checks(tmp_path, framework):
    called = [name for name in LESSONS if "call=" in public_text(name)]
    for name in called:
        write_public_lesson(folder_of(name), tmp_path / name)
    arguments = [framework, str(ROOT / "lessons"), str(tmp_path)]
    printed = run_python(f"import sys; sys.argv += {arguments!r}\n{CALL_ALL}")
    agree = json.loads(printed.splitlines()[-1])
    assert {key.split()[0] for key in agree} == set(called)
    assert all(agree.values()), agree


def kept(code: str, *wanted: str) -> str:
    return "\n".join(ast.unparse(node) for node in needed(ast.parse(code), set(wanted)))


def test_what_is_needed_is_found_through_other_functions_and_constants_in_their_order():
    code = """
SMALL = 1e-7
LARGE = 2 * SMALL
def truth(x): return x
def helper(x): return x + LARGE
def call(answer): return helper(answer(1))
"""
    assert kept(code, "call") == (
        "SMALL = 1e-07\nLARGE = 2 * SMALL\ndef helper(x):\n    return x + LARGE\n"
        "def call(answer):\n    return helper(answer(1))"
    )


def test_of_an_import_only_the_names_that_are_needed_are_kept_under_their_own_names():
    code = """
import numpy as np, secrets
import os.path
from lockstep.learn.arrays import to_array as out, to_tensor as into
def call(answer): return into(answer(np.ones(2))), os.path.sep
"""
    assert kept(code, "call").splitlines()[:3] == [
        "import numpy as np",
        "import os.path",
        "from lockstep.learn.arrays import to_tensor as into",
    ]


def test_what_calls_itself_or_is_defined_twice_is_kept_once_each():
    code = "def call(n): return call(n - 1)\ndef other(): pass\ndef call(n): return n"
    assert kept(code, "call").count("def call") == 2
    assert "other" not in kept(code, "call")


def test_each_meaning_that_a_name_had_is_looked_through():
    code = "def first(): pass\nhelper = first\nhelper = 3\ndef call(): return helper"
    assert "def first" in kept(code, "call")


@pytest.mark.parametrize(
    "statement",
    [
        "if True:\n    def helper(): return hidden()",
        "try:\n    helper = hidden\nexcept NameError:\n    pass",
        "with open() as file:\n    helper = hidden",
        "for helper in hidden(): pass",
        "async def helper(): return hidden()",
        "helper: int = hidden()",
        "(helper := hidden())",
    ],
)
def test_a_name_is_found_wherever_a_module_can_define_it(statement):
    code = f"def hidden(): return 1\n{statement}\ndef call(): return helper"
    assert "def hidden" in kept(code, "call")
    assert "helper" in kept(code, "call").replace("return helper", "")


@pytest.mark.parametrize(
    "caller",
    [
        "def call(truth): return truth",
        "def call():\n    truth = 1\n    return truth",
        "def call(): return [truth for truth in range(3)]",
        "call = lambda truth: truth",
        "def call():\n    def inner(truth): return truth\n    return inner",
        "def call(x): return x.truth",
    ],
)
def test_a_variable_of_the_callers_own_brings_nothing_of_the_modules_along(caller):
    assert "secret" not in kept(f"def secret(): return 1\ntruth = secret()\n{caller}", "call")


def test_a_comprehensions_variable_gives_no_name_a_meaning():
    code = "def secret(): return 1\nrows = [value for value in secret()]\ndef call(): return value"
    assert "secret" not in kept(code, "call")


CHECKS = """
from lockstep.learn.exercises import Exercise, Mistake
def cases(generator): return []
def made(number):
    def inner(answer, inputs, framework): return number
    return inner
def named(answer, inputs, framework): return 1
MISTAKES = [Mistake(name, say="No.", numpy=lambda x: x) for name in "abc"]
EXERCISES = [
    Exercise(name="one", difficulty=1, minutes=1, points=1, cases=cases, mistakes=MISTAKES,
             hints=["a", "b", "c"], call=@CALL@),
]
"""


def checks_with(folder: Path, call: str) -> Path:
    folder.mkdir()
    (folder / "checks.py").write_text(CHECKS.replace("@CALL@", call))
    return folder


@pytest.mark.parametrize("call", ["lambda answer, inputs, framework: 1", "made(3)"])
def test_a_caller_without_a_name_of_its_own_is_refused_with_a_sentence(tmp_path, call):
    folder = checks_with(tmp_path / "21_new", call)
    with pytest.raises(PublicChecksError, match=r"lessons/21_new/checks\.py: `call=` of .* 'one'"):
        public_checks(folder)


def test_a_caller_with_a_name_is_kept_without_what_it_does_not_need(tmp_path):
    text = public_checks(checks_with(tmp_path / "21_new", "named"))
    assert "def named" in text
    assert "def made" not in text
    assert "def cases" not in text


def test_a_lesson_without_exercises_has_no_checks_to_show(tmp_path):
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "lesson.md").write_text("# Plain")
    write_public_lesson(tmp_path / "plain", tmp_path / "public" / "plain")
    assert [path.name for path in (tmp_path / "public" / "plain").iterdir()] == ["lesson.md"]
