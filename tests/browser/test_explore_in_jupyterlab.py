"""A picture with every kind of control, set by keyboard in JupyterLab."""

import pytest
from playwright.sync_api import expect

PICTURE = """
from matplotlib.figure import Figure
from lockstep.learn import explore

def draw(power, grid, colour):
    if power == 4 and not grid:
        raise ValueError("there is none")
    figure = Figure(figsize=(4, 2))
    axes = figure.subplots()
    axes.plot([x**power for x in range(5)], color=colour)
    axes.grid(grid)
    return figure

def describe(power, grid, colour):
    return f"x to the power of {power} in {colour}{' on a grid' if grid else ''}"

controls = {"power": [1, 2, 3, 4], "grid": [False, True], "colour": ["black", "orange", "teal"]}
explore(draw, controls, describe)
""".strip()


@pytest.fixture
def notebook(open_notebook):
    notebook = open_notebook([PICTURE, "1 + 1"])
    notebook.run_all(1)
    yield notebook
    assert notebook.errors == []


def test_every_control_follows_the_keys_and_none_reaches_jupyterlab(notebook):
    widget, keys = notebook.widget(0), notebook.page.keyboard
    picture, status = widget.get_by_role("img"), widget.get_by_role("status").last
    widget.get_by_role("slider", name="power").focus()
    before = notebook.cells()
    sources = [picture.get_attribute("src")]
    for pressed, words in (
        (["ArrowRight"], "x to the power of 2 in black"),
        (["Tab", "Space"], "x to the power of 2 in black on a grid"),
        (["Tab", "ArrowDown"], "x to the power of 2 in orange on a grid"),
        (["t"], "x to the power of 2 in teal on a grid"),
        (["Shift+Tab", "Space", "Shift+Tab", "Home"], "x to the power of 1 in teal"),
    ):
        for key in pressed:
            keys.press(key)
        expect(picture).to_have_attribute("alt", words)
        expect(status).to_have_text(words)
        sources.append(picture.get_attribute("src"))
    assert len(set(sources)) == len(sources)
    expect(widget.get_by_role("slider")).to_have_attribute("aria-valuetext", "1")
    for element in widget.locator("input, select").all():
        assert element.get_attribute("data-lm-suppress-shortcuts") == "true"
        element.focus()
        for key in ("b", "a", "d", "d", "x", "m", "j", "ArrowDown", "ArrowUp"):
            keys.press(key)
    assert notebook.cells() == before


def test_nothing_jumps_where_a_picture_cannot_be_drawn(notebook):
    widget = notebook.widget(0)
    height = widget.evaluate("element => element.offsetHeight")
    widget.get_by_role("slider").press("End")
    expect(widget.get_by_role("status").last).to_contain_text("ValueError: there is none")
    assert widget.evaluate("element => element.offsetHeight") == height
    widget.get_by_label("grid").press("Space")
    expect(widget.get_by_role("img")).to_be_visible()


def test_a_kernel_that_is_gone_is_told(notebook, laboratory):
    laboratory.ask(f"/api/kernels/{notebook.kernel()}", "DELETE").close()
    notebook.page.wait_for_timeout(500)
    notebook.widget(0).get_by_label("colour").press("ArrowDown")
    expect(notebook.widget(0).get_by_role("status").last).to_have_text(
        "The kernel does not answer: run this cell again.", timeout=8_000
    )
    expect(notebook.widget(0).get_by_label("colour")).to_have_value("orange")


def test_a_narrow_page_shows_every_control_whole(notebook):
    notebook.page.set_viewport_size({"width": 400, "height": 800})
    notebook.command("application:toggle-left-area")
    fits = "element => element.scrollWidth <= element.clientWidth + 1"
    assert notebook.widget(0).evaluate(fits)
