"""The student edition's pyproject.toml: the course's own, without what students have no use for."""

import re

ROLES = "project.optional-dependencies"
# What is kept is named, so that what the course adds for its authors and teachers stays out.
KEPT_SECTIONS = (
    "build-system",
    "project",
    ROLES,
    "tool.hatch.version",
    "tool.hatch.build",
    "tool.hatch.build.targets.wheel",
)
KEPT_ROLES = ("learn", "lab")
DEV = """\
# What a notebook on Colab installs is made with it: `make wheel`.
dev = [
    {hatchling}
]
"""
SECTION = re.compile(r"^(?=\[)", re.MULTILINE)
ROLE = re.compile(r"(?:^#[^\n]*\n)*^(?P<name>[\w-]+) = \[\n(?P<lines>.*?)^\]\n", re.M | re.S)
SOLUTIONS_LEFT_OUT = re.compile(r'^exclude = \["exercises\.md"\][^\n]*\n', re.MULTILINE)


def student_project(text: str) -> str:
    """Return the student edition's pyproject.toml, made from the course's.

    Of the roles, `learn` and `lab` stay, and of `dev` what `make wheel` needs. Of the tools' settings
    those stay that say what is in a wheel.
    """
    sections = [_without_end(section) for section in SECTION.split(text)]
    kept = [section for section in sections if _title(section) in KEPT_SECTIONS]
    kept = [ROLE.sub(_role, part) if _title(part) == ROLES else part for part in kept]
    return SOLUTIONS_LEFT_OUT.sub("", "\n".join(kept))


def _title(section: str) -> str:
    return section.partition("]")[0].removeprefix("[")


def _without_end(section: str) -> str:
    """Return a section without its last empty lines, and without a comment on the next section there."""
    return re.sub(r"\n(?:#[^\n]*\n)+\Z", "\n", section).rstrip() + "\n"


def _role(found: re.Match[str]) -> str:
    if found["name"] in KEPT_ROLES:
        return found[0]
    lines = re.findall(r'^ +("hatchling==[^\n]*)$', found["lines"], re.MULTILINE)
    return DEV.format(hatchling=lines[0]) if found["name"] == "dev" and lines else ""
