"""The same widgets in Notebook 7, which shares JupyterLab's parts and has a page of its own."""

from playwright.sync_api import expect

CELLS = [
    "from lockstep.learn import checkpoint, session, slider\nsession.begin('01_demo', None);",
    'checkpoint("a_choice")',
    'checkpoint("a_number")',
    """
from matplotlib.figure import Figure

def draw(power):
    figure = Figure(figsize=(4, 2))
    figure.subplots().plot([x**power for x in range(5)])
    return figure

slider(draw, "power", [1, 2, 3], describe=lambda power: f"x to the power of {power}")
""".strip(),
]


def test_questions_and_a_slider_work_by_mouse_and_by_keyboard(open_notebook):
    notebook = open_notebook(CELLS, app="notebooks")
    notebook.run_all(3)
    choice, number, slider = (notebook.widget(place) for place in range(3))
    choice.get_by_text("x @ W + b", exact=True).click()
    choice.get_by_role("button", name="Check answer").click()
    expect(choice.locator(".lockstep-verdict")).to_contain_text("✓")
    before = notebook.cells()[0]
    number.get_by_role("textbox").focus()
    notebook.page.keyboard.type("bad")  # b adds a cell and d d deletes one, where a key gets out
    notebook.page.keyboard.press("Control+a")
    notebook.page.keyboard.type("7850")
    notebook.page.keyboard.press("Enter")
    expect(number.locator(".lockstep-verdict")).to_contain_text("Ten of these are the bias.")
    slider.get_by_role("slider").press("ArrowRight")
    expect(slider.get_by_role("img")).to_have_attribute("alt", "x to the power of 2")
    for widget, role in ((choice, "radio"), (slider, "slider")):
        for key in ("b", "d", "d"):
            widget.get_by_role(role).first.press(key)
    assert notebook.cells()[0] == before
