"""The static site in Chromium: the switch, search, a phone's width, and whether it can be used without seeing it."""

import functools
import http.server
import threading

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from lockstep.lessons import lesson_names
from lockstep.site.building import build_site
from tests.conftest import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*Check CHANGES for Sphinx API"),  # for MyST's authors
]

LESSON, NEXT = "lessons/04_simple_net.html", "lessons/05_data_pipelines.html"
# Together they hold all that a page may hold; axe takes long over a long one.
KINDS_OF_PAGE = [
    "index.html",
    "lessons/00_start_here.html",
    "exercises/04_simple_net.html",
    "docs/grading.html",
    "search.html?q=softmax",
]
PHONE, DESK = 390, 1200


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The whole course's site. A link that leads nowhere fails here: every warning of Sphinx is an error."""
    place = tmp_path_factory.mktemp("site")
    build_site(ROOT, place / "pages", place / "site")
    return place / "site"


@pytest.fixture(scope="module")
def address(folder):
    handler = functools.partial(QuietHandler, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visitor(browser, address):
    """Return a function that makes a browser of somebody's own, which keeps what it is told to remember."""
    contexts = []

    def new_visitor(width=DESK, scheme="light"):
        viewport = {"width": width, "height": 844}
        context = browser.new_context(viewport=viewport, color_scheme=scheme, base_url=address)
        contexts.append(context)
        return context

    yield new_visitor
    for context in contexts:
        context.close()


@pytest.fixture
def opened(visitor):
    """Return a function that opens a page."""

    def open_page(path, **options):
        page = visitor(**options).new_page()
        page.goto(path)
        return page

    return open_page


def switches(page, framework):
    return page.locator("label.sd-tab-label", has_text=framework)


def chosen(page):
    """Return what the page's switches stand at; a switch with one side has no choice."""
    sets = page.locator(".sd-tab-set:has(> label ~ label)")
    return set(sets.locator("> input:checked + label").all_inner_texts())


# --- The switch --------------------------------------------------------------------------------


def test_one_switch_turns_all_and_is_remembered_on_another_page_and_in_another_tab(visitor):
    person = visitor()
    page = person.new_page()
    page.goto(LESSON)
    assert chosen(page) == {"PyTorch"}
    switches(page, "Keras").first.click()
    assert chosen(page) == {"Keras"}
    expect(page.get_by_text("keras.layers.Dense(128)").first).to_be_visible()
    page.goto(NEXT)
    assert chosen(page) == {"Keras"}
    page.reload()
    assert chosen(page) == {"Keras"}
    page.close()
    another = person.new_page()
    another.goto(LESSON)
    assert chosen(another) == {"Keras"}


def test_the_switch_turns_with_the_arrow_keys(opened):
    page = opened(LESSON)
    page.locator(".sd-tab-set > input").first.focus()
    page.keyboard.press("ArrowRight")
    assert chosen(page) == {"Keras"}


def test_the_switch_that_is_used_stays_where_it_is(opened):
    page = opened(LESSON)
    page.add_style_tag(content="* { overflow-anchor: none }")  # not every browser helps
    switch = switches(page, "Keras").nth(20)
    switch.scroll_into_view_if_needed()
    before = switch.bounding_box()["y"]
    height = page.evaluate("document.body.scrollHeight")
    switch.click()
    assert switch.bounding_box()["y"] == pytest.approx(before, abs=2)
    assert page.evaluate("document.body.scrollHeight") != height


# --- What a page shows -------------------------------------------------------------------------


def test_an_answer_is_folded_and_opens_with_the_keyboard(opened):
    page = opened(LESSON)
    answer = page.locator("details.sd-dropdown", has_text="One row an image, so 1440 rows")
    reason = answer.get_by_text("One row an image, so 1440 rows")
    expect(reason).not_to_be_visible()
    answer.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(reason).to_be_visible()


def test_the_buttons_lead_to_the_notebook_of_the_chosen_framework_on_colab(opened):
    page = opened(LESSON)
    button = page.get_by_role("link", name="Open this notebook in Colab")
    assert button.get_attribute("href").endswith("/main/notebooks/04_simple_net_pytorch.ipynb")
    switches(page, "Keras").first.click()
    assert button.get_attribute("href").endswith("/main/notebooks/04_simple_net_keras.ipynb")


def test_search_finds_a_lesson(opened):
    page = opened("index.html")
    page.get_by_role("textbox", name="Search").fill("shuffling")
    page.keyboard.press("Enter")
    page.locator("#search-results").get_by_role(
        "link", name="5 · Data pipelines", exact=True
    ).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Data pipelines")


def test_every_page_fits_a_phone_and_shows_its_pictures_and_asks_nobody_else(
    opened, folder, address
):
    page = opened("index.html", width=PHONE)
    elsewhere, errors = [], []
    page.on("request", lambda request: elsewhere.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*.html")]
    assert {f"lessons/{name}.html" for name in lesson_names(ROOT / "lessons")} <= set(paths)
    for path in paths:
        page.goto(path)
        # The theme hides what is wider than the page, and lets the text's column scroll.
        assert page.locator(".content").evaluate("(each) => each.scrollWidth") <= PHONE, path
        page.evaluate("[...document.images].forEach((image) => { image.loading = 'eager'; })")
        page.wait_for_function("[...document.images].every((image) => image.complete)")
        assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)"), path
    assert [url for url in elsewhere if not url.startswith((address, "data:"))] == []
    assert errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", KINDS_OF_PAGE)
def test_axe_finds_nothing_serious(opened, path, scheme):
    page = opened(path, scheme=scheme, width=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    if "search" in path:
        page.locator("#search-results a").first.wait_for()
    found = Axe().run(page).response["violations"]
    serious = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
    assert serious == []
