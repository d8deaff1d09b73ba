"""README and CONTRIBUTING say the truth: every link leads somewhere, every lesson is listed."""

import re

import pytest

from lockstep.lessons import lesson_names
from lockstep.repository import colab_url
from tests.conftest import ROOT

PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
]


@pytest.mark.parametrize("name", PAGES)
def test_every_link_into_the_repository_leads_somewhere(name):
    path = ROOT / name
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if target.startswith("https://colab.research.google.com/github/"):
            assert (ROOT / target.partition("/blob/main/")[2]).exists(), target
        elif not target.startswith("https://"):
            file, _, heading = target.partition("#")
            page = path.parent / file if file else path
            assert page.exists(), target
            assert not heading or heading in headings(page), target


def headings(page):
    """Return the anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_notebook_has_its_badge_in_the_table():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    notebooks = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "exercises").glob("*.ipynb")]
    assert notebooks
    for notebook in notebooks:
        assert colab_url(f"{notebook.parent.name}/{notebook.name}") in text, notebook.name


def test_every_lesson_is_listed_by_its_number():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in lesson_names(ROOT / "lessons"):
        assert f"| {name[:2]} |" in text


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_file_that_a_page_names_exists(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"`((?:lockstep|tests|lessons|docs)/[\w/.]*)`", text):
        if "21_name" not in target:
            assert (ROOT / target).exists(), target


def test_the_versions_that_readme_names_are_the_pinned_ones():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    pins = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pairs = {"torch": "torch", "TensorFlow": "tensorflow", "Keras": "keras"}
    pairs |= {"JupyterLab": "jupyterlab", "ipywidgets": "ipywidgets"}
    for shown, package in pairs.items():
        version = re.search(rf'"{package}==([\d.]+)', pins).group(1)
        assert f"{shown} {version}" in text


def test_the_versions_of_colab_that_readme_names_are_the_ones_that_the_tests_run_on():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (named,) = re.findall(r"versions that Colab had in August 2026: ([^:]*?)\. There", text)
    pins = (ROOT / "tests/colab/requirements.txt").read_text(encoding="utf-8")
    packages = {"TensorFlow": "tensorflow-cpu", "NumPy": "numpy", "IPython": "ipython"}
    found = re.findall(r"(\w+)\s+(\d[\d.]*\d)", named)
    assert len(found) == 5
    for shown, version in found:
        package = packages.get(shown, shown.lower())
        assert f"\n{package}=={version}\n" in pins, shown
