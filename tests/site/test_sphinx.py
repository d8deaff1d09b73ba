"""What Sphinx makes of a page, and what it refuses."""

import sys

import pytest
import yaml

from lockstep.site.__main__ import SITE, main
from lockstep.site.building import SiteError, run_sphinx
from tests.conftest import ROOT

pytestmark = pytest.mark.filterwarnings("ignore:.*Check CHANGES for Sphinx API")


@pytest.fixture
def html_of(tmp_path):
    """Return a function that makes a site of one page and gives its HTML."""

    def make(text):
        (tmp_path / "pages").mkdir()
        (tmp_path / "pages" / "index.md").write_text(text, encoding="utf-8")
        run_sphinx(tmp_path / "pages", tmp_path / "site")
        return (tmp_path / "site" / "index.html").read_text(encoding="utf-8")

    return make


def test_a_formula_is_drawn_by_the_browser_itself(html_of):
    html = html_of("# Title\n\nWith $\\frac{a}{b}$ and\n\n$$\n\\sum_i x_i\n$$\n")
    assert html.count("<math ") == 2
    assert "<mfrac>" in html
    assert "MathJax" not in html


def test_a_page_loads_nothing_from_elsewhere(html_of):
    html = html_of("# Title\n\n$x$\n\n```python\nprint(1)\n```\n")
    assert 'src="http' not in html
    assert 'rel="stylesheet" type="text/css" href="http' not in html


@pytest.mark.parametrize("target", ["/no_such_page.md", "#no-such-heading", "no_such_picture.png"])
def test_a_link_that_leads_nowhere_stops_the_build(html_of, target):
    picture = "!" if target.endswith(".png") else ""
    with pytest.raises(SiteError, match="has faults"):
        html_of(f"# Title\n\n{picture}[there]({target})\n")


def test_outside_a_checkout_the_command_says_so_in_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main() == 1
    assert "Run this in a checkout of the course." in capsys.readouterr().err


def test_without_sphinx_the_command_says_what_to_install(tmp_path, monkeypatch, capsys):
    (tmp_path / "lessons").mkdir()
    (tmp_path / "README.md").touch()
    (tmp_path / "CONTRIBUTING.md").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "sphinx.cmd.build", None)
    assert main() == 1
    assert "is missing: `python lab.py --setup site` installs it." in capsys.readouterr().err


def test_the_workflow_publishes_what_make_site_builds():
    workflow = yaml.safe_load((ROOT / ".github/workflows/site.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["build"]["steps"]
    assert "make site" in [step.get("run") for step in steps]
    assert [step["with"]["path"] for step in steps if "path" in step.get("with", {})] == [SITE]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "-m lockstep.site" in makefile.partition("\nsite:")[2].partition("\n\n")[0]
