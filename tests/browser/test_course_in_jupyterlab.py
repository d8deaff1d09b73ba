"""The course as a learner has it in JupyterLab: a lesson run, an exercise solved, the twins together."""

import re

from playwright.sync_api import expect

START = "notebooks/00_start_here.ipynb"
EXERCISE = "exercises/00_start_here.ipynb"
PYTORCH, KERAS = (f"notebooks/04_simple_net_{name}.ipynb" for name in ("pytorch", "keras"))
STEP = "Gradients"
ANSWER = """\
# lockstep: answer mean_squared_error
def mean_squared_error(predictions, truth):
    return {}
"""


def panel(page, path):
    """Return the part of the page that shows a notebook."""
    name = path.rpartition("/")[2]
    tab = page.locator(".lm-TabBar-tab", has_text=name)
    return page.locator(f"#{tab.get_attribute('data-id')}")


def heading(panel, words):
    return panel.get_by_role("heading", name=words, exact=False).first


def expect_at_the_top(panel, words):
    """JupyterLab guesses the heights of cells that it has not drawn, so a jump is not exact."""
    expect(heading(panel, words)).to_be_attached(timeout=60_000)
    top = panel.bounding_box()["y"]
    panel.page.wait_for_function(
        "([heading, top]) => Math.abs(heading.getBoundingClientRect().top - top - 60) < 200",
        arg=[heading(panel, words).element_handle(), top],
        timeout=60_000,
    )


def test_a_lesson_runs_from_its_first_cell_to_its_last(open_course):
    notebook = open_course(START)
    notebook.run_all(8)
    page = notebook.page
    assert page.locator("[data-mime-type*='error'], [data-mime-type*='stderr']").count() == 0
    picture = notebook.cell("progress()").get_by_role("img")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 500")
    assert "Start here: 0 of " in picture.get_attribute("alt")
    question = notebook.cell('checkpoint("which_is_a_parameter")')
    question.get_by_text("per_kilometre").click()
    question.get_by_role("button", name="Check answer").click()
    expect(question.get_by_role("status")).to_contain_text("✓")
    notebook.run_cell("progress()")
    expect(picture).to_have_attribute("alt", re.compile("Start here: 1 of "))
    assert notebook.errors == []


def test_a_slider_is_dragged_and_the_curve_moves(open_course):
    notebook = open_course(START)
    notebook.run_all(8)
    widget = notebook.page.locator(".lockstep-slider")
    control, picture = widget.get_by_role("slider"), widget.get_by_role("img")
    control.hover()
    seen = [picture.get_attribute("src")]
    box = control.bounding_box()
    height = box["y"] + box["height"] / 2
    notebook.page.mouse.move(box["x"] + 8, height)
    notebook.page.mouse.down()
    for share, price in ((0.5, "1.5"), (1, "2.5")):
        notebook.page.mouse.move(box["x"] + 8 + share * (box["width"] - 16), height, steps=4)
        expect(picture).to_have_attribute("alt", re.compile(f"At {price} euros"))
        seen.append(picture.get_attribute("src"))
    notebook.page.mouse.up()
    assert len(set(seen)) == 3


def test_an_exercise_turns_from_blank_to_wrong_with_a_reason_to_right(open_course):
    notebook = open_course(EXERCISE)
    notebook.run_all(0)
    output = notebook.cell('check("mean_squared_error")').locator(".jp-OutputArea-output")
    expect(output).to_contain_text("○")
    for code, words in (
        ("np.sum((predictions - truth) ** 2)", "This is the sum of the squares."),
        ("np.mean((predictions - truth) ** 2)", "✓"),
    ):
        notebook.cell("answer mean_squared_error").locator(".jp-InputArea-editor").click()
        notebook.page.keyboard.press("Control+a")
        notebook.page.keyboard.insert_text(ANSWER.format(code))
        notebook.page.keyboard.press("Control+Enter")
        notebook.run_cell('check("mean_squared_error")')
        expect(output).to_contain_text(words)
        assert notebook.serious() == []


def test_the_twins_code_opens_by_mouse_and_by_keyboard(open_course):
    notebook = open_course(PYTORCH)
    before = notebook.cells()[0]
    folds = notebook.page.locator("details", has_text="The same step in Keras")
    code = folds.first.get_by_text("import keras")
    expect(code).not_to_be_visible()
    folds.first.locator("summary").click()
    expect(code).to_be_visible()
    for key in ("Enter", "Space"):
        folds.first.locator("summary").press(key)
    expect(code).to_be_visible()
    folds.first.locator("summary").press("Enter")
    expect(code).not_to_be_visible()
    assert notebook.cells()[0] == before


def test_a_heading_opens_the_twin(open_course):
    page = open_course(PYTORCH).page
    page.get_by_role("link", name="the same in Keras").first.click()
    expect(panel(page, KERAS)).to_be_visible()


def test_a_lesson_opens_beside_its_twin_and_a_heading_leads_to_the_same_one_there(open_course):
    notebook = open_course(PYTORCH)
    page = notebook.page
    page.get_by_role("link", name="both side by side").click()
    page.wait_for_url("**/lab/workspaces/04_simple_net", timeout=60_000)
    expect(page.locator(".jp-NotebookPanel")).to_have_count(2, timeout=60_000)
    left, right = panel(page, PYTORCH), panel(page, KERAS)
    expect(right).to_be_visible()
    ends = left.bounding_box()["x"] + left.bounding_box()["width"]
    assert ends <= right.bounding_box()["x"] + 1
    step = heading(left, STEP)
    step.scroll_into_view_if_needed(timeout=60_000)
    step.locator("xpath=..").get_by_role("link", name="the same in Keras").click()
    expect_at_the_top(right, STEP)
    expect(step).to_be_in_viewport()
