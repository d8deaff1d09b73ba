"""The sheet of Colab links: every link leads to a notebook, and every form of it is safe to open."""

import csv
import html.parser
import io
import re
import sys
from urllib.parse import unquote

import pytest

from lockstep.cli import main
from lockstep.edition.links import MissingNotebookError, sheet_of_links
from lockstep.lessons import lesson_names
from lockstep.repository import SLUG as COURSE
from tests.conftest import ROOT

LESSONS = lesson_names(ROOT / "lessons")
START = "https://colab.research.google.com/github/{}/blob/main/"
EVERY_FORM = pytest.mark.parametrize("form", ["md", "html", "csv"])


class Page(html.parser.HTMLParser):
    """The links of a page, and the words in it."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.words, self.tags = [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.targets += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        self.words += data


def targets(text, form):
    """Return all links of a sheet in their order."""
    if form == "html":
        return Page(text).targets
    if form == "csv":
        return [row["link"] for row in csv.DictReader(io.StringIO(text))]
    return re.findall(r"\]\(([^()\s]+)\)", text)


def paths(text, form, slug=COURSE):
    """Return the paths in the repository that a sheet's links lead to."""
    found = targets(text, form)
    assert all(target.startswith(START.format(slug)) for target in found)
    return [unquote(target.removeprefix(START.format(slug))) for target in found]


@EVERY_FORM
def test_every_link_leads_to_a_notebook_and_every_notebook_has_one(form):
    there = {
        path.relative_to(ROOT).as_posix()
        for role in ("notebooks", "exercises")
        for path in (ROOT / role).glob("*.ipynb")
    }
    found = paths(sheet_of_links(ROOT, LESSONS, COURSE, form), form)
    assert sorted(found) == sorted(there)


@EVERY_FORM
@pytest.mark.parametrize("only", ["notebooks", "exercises"])
def test_one_kind_alone_may_be_asked_for(form, only):
    text = sheet_of_links(ROOT, ["04_simple_net"], "ada/deep.learning", form, only)
    assert paths(text, form, "ada/deep.learning") == [
        f"{only}/04_simple_net_pytorch.ipynb",
        f"{only}/04_simple_net_keras.ipynb",
    ]


@pytest.fixture
def odd(tmp_path):
    """Return a course with a lesson whose title means something in every form."""
    folder = tmp_path / "lessons" / "21_odd"
    folder.mkdir(parents=True)
    title = '=1+1; <script>alert("|")</script> & [x](y) *z*'
    folder.joinpath("lesson.md").write_text(f"---\ntitle: '{title}'\nframeworks: []\n---\n")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "21_odd.ipynb").write_text("{}")
    return tmp_path, title


def test_a_page_shows_a_title_as_it_is_and_needs_no_other_file(odd):
    root, title = odd
    page = Page(sheet_of_links(root, ["21_odd"], COURSE, "html"))
    assert title in page.words
    assert not {"script", "img", "link", "iframe"} & set(page.tags)
    assert len(page.targets) == 1


def test_a_table_for_a_spreadsheet_is_quoted_and_computes_nothing(odd):
    root, title = odd
    text = sheet_of_links(root, ["21_odd"], COURSE, "csv")
    header, row = csv.reader(io.StringIO(text))
    assert header == ["number", "lesson", "kind", "link"]
    assert row[:3] == ["21", f"'{title}", "lesson"]
    assert all(line.startswith('"') and line.endswith('"') for line in text.splitlines())


def test_in_markdown_a_title_is_neither_a_cells_end_nor_a_link(odd):
    root, _ = odd
    row = sheet_of_links(root, ["21_odd"], COURSE, "md").splitlines()[-1]
    assert len(re.findall(r"(?<!\\)\|", row)) == 4
    assert r"\<script\>" in row
    assert r"\[x\](y)" in row


def test_a_notebook_that_is_not_there_is_told_and_nothing_is_printed(odd, capsys):
    root, _ = odd
    (root / "notebooks" / "21_odd.ipynb").unlink()
    with pytest.raises(MissingNotebookError, match=r"notebooks/21_odd.ipynb is missing\. Run"):
        sheet_of_links(root, ["21_odd"], COURSE, "md")


def test_the_command_prints_the_sheet(capsys):
    arguments = ["links", "--lessons", "04_simple_net", "00_start_here", "--format", "csv"]
    assert main([*arguments, "--exercises", "--repo", "a/b", "--root", str(ROOT)]) == 0
    assert paths(capsys.readouterr().out, "csv", "a/b") == [
        "exercises/00_start_here.ipynb",
        "exercises/04_simple_net_pytorch.ipynb",
        "exercises/04_simple_net_keras.ipynb",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--lessons", "99_none"], "no lesson '99_none'"), (["--repo", "nobody"], "OWNER/NAME")],
)
def test_the_command_refuses_with_a_sentence(capsys, arguments, said):
    assert main(["links", *arguments, "--root", str(ROOT)]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("command", [["links"], ["edition", "student", "new"]])
def test_where_a_package_is_missing_the_command_says_how_to_get_it(monkeypatch, capsys, command):
    # Whatever was imported before must be found again, and this one cannot be.
    for name in [
        one for one in sys.modules if one.startswith(("lockstep.build", "lockstep.edition"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    assert main([*command, "--root", str(ROOT)]) == 2
    assert "python lab.py --setup lab grade" in capsys.readouterr().err
