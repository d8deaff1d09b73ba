"""Questions and sliders as a learner has them: in JupyterLab, by keyboard and by mouse."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from lockstep.learn.questions import load_questions

QUESTIONS = load_questions(Path(__file__).parents[1] / "every_kind_of_question.md", None)
NAMES = list(QUESTIONS)
CHOICE, CHOICES, NUMBER, SHAPE, OUTPUT, ORDER, MATCH, SLIDER = range(8)

START = "from lockstep.learn import checkpoint, session, slider\nsession.begin('01_demo', None);"
PICTURE = """
from matplotlib.figure import Figure

def draw(power):
    figure = Figure(figsize=(4, 2))
    figure.subplots().plot([x**power for x in range(5)])
    return figure

slider(draw, "power", [1, 2, 3], describe=lambda power: f"x to the power of {power}")
""".strip()
CELLS = [START, *(f'checkpoint("{name}")' for name in NAMES), PICTURE]


@pytest.fixture
def notebook(open_notebook):
    notebook = open_notebook(CELLS)
    notebook.run_all(len(NAMES) + 1)
    yield notebook
    assert notebook.errors == []


def says(widget, words):
    # A silent kernel is told after 5 s.
    expect(widget.locator(".lockstep-verdict")).to_contain_text(words, timeout=8_000)


def check(widget):
    widget.get_by_role("button", name="Check answer").click()


def place_of(text):
    """Where a line of the order question is shown, from 0 on."""
    return QUESTIONS["an_order"].shown.index(text)


def sort_with(widget, press):
    """Bring the lines into their order with the Up buttons."""
    right = QUESTIONS["an_order"].lines
    for goal, line in enumerate(right):
        item = widget.locator(".lockstep-lines li").filter(has_text=line.strip("`"))
        for _ in range(len(right)):
            at = widget.locator(".lockstep-lines li").all_inner_texts()
            if line.strip("`") in at[goal]:
                break
            press(item.get_by_role("button").first)


def place(name, text):
    """Where the option that holds `text` is shown, from 0 on."""
    return [text in option.text for option in QUESTIONS[name].options].index(True)


def letters():
    """The letter of each pair's right side."""
    question = QUESTIONS["a_match"]
    return ["abc"[question.shown.index(pair.right)] for pair in question.pairs]


def answer_wrongly_by_mouse(notebook):
    notebook.widget(CHOICE).get_by_text("relu(x").click()
    notebook.widget(CHOICES).get_by_text("loss.backward()", exact=True).click()
    notebook.widget(NUMBER).get_by_role("textbox").fill("7850")
    notebook.widget(SHAPE).get_by_role("textbox").fill("10, 32")
    notebook.widget(OUTPUT).get_by_role("textbox").fill("[1, 2, 3] 0")
    for select, letter in zip(
        notebook.widget(MATCH).get_by_role("combobox").all(), reversed(letters()), strict=True
    ):
        select.select_option(letter)
    for number in range(len(NAMES)):
        check(notebook.widget(number))


def test_a_wrong_answer_by_mouse_shows_its_reason_and_stays_for_another_try(notebook):
    answer_wrongly_by_mouse(notebook)
    says(notebook.widget(CHOICE), "✗Not yet. Only with activation=")
    loss = "abc"[place("some_choices", "loss.backward()")]
    says(notebook.widget(CHOICES), f"You ticked {loss}: It only computes")
    says(notebook.widget(NUMBER), "Ten of these are the bias.")
    says(notebook.widget(SHAPE), "The batch comes first.")
    says(notebook.widget(OUTPUT), "The list itself was not sorted.")
    says(notebook.widget(ORDER), "Not yet.")
    says(notebook.widget(MATCH), "Not yet.")
    expect(notebook.widget(SHAPE).get_by_role("textbox")).to_have_value("10, 32")
    notebook.widget(CHOICE).get_by_text("x @ W + b", exact=True).click()
    check(notebook.widget(CHOICE))
    says(notebook.widget(CHOICE), "✓Right. A matrix product")
    says(notebook.widget(CHOICE), "Try 2")
    sort_with(notebook.widget(ORDER), lambda button: button.click())
    check(notebook.widget(ORDER))
    says(notebook.widget(ORDER), "Without gradients")


def test_axe_finds_nothing_serious_before_and_after_an_answer(notebook):
    assert notebook.serious() == []
    answer_wrongly_by_mouse(notebook)
    says(notebook.widget(MATCH), "Not yet.")
    notebook.widget(CHOICE).get_by_text("x @ W + b", exact=True).click()
    check(notebook.widget(CHOICE))
    says(notebook.widget(CHOICE), "✓Right.")
    assert notebook.serious() == []


def test_every_kind_is_answered_by_keyboard_alone(notebook):
    keys = notebook.page.keyboard
    before = notebook.cells()
    notebook.widget(CHOICE).get_by_role("radio").first.focus()
    keys.press("Space")
    for _ in range(place("a_choice", "`x @ W + b`")):
        keys.press("ArrowDown")
    keys.press("Tab")
    keys.press("Enter")
    notebook.widget(CHOICES).get_by_role("checkbox").first.focus()
    for option in QUESTIONS["some_choices"].options:
        if option.right:
            keys.press("Space")
        keys.press("Tab")
    keys.press("Space")
    for number, text in ((NUMBER, "7840"), (SHAPE, "(32, 10)"), (OUTPUT, "[1, 2, 3] 1")):
        notebook.widget(number).get_by_role("textbox").focus()
        keys.type(text)
        keys.press("Enter")

    def press(button):
        button.focus()
        keys.press("Enter")
        expect(button).to_be_focused()

    sort_with(notebook.widget(ORDER), press)
    expect(notebook.widget(ORDER).locator(".lockstep-unseen")).to_contain_text(" of 3.")
    notebook.widget(ORDER).get_by_role("button", name="Check answer").focus()
    keys.press("Space")
    notebook.widget(MATCH).get_by_role("combobox").first.focus()
    for letter in letters():
        keys.type(letter)
        keys.press("Tab")
    keys.press("Enter")
    for number in range(len(NAMES)):
        says(notebook.widget(number), "✓Right.")
    assert notebook.cells()[::2] == before[::2]


def test_answers_are_remembered_after_a_reload_and_in_a_new_kernel(notebook):
    answer_wrongly_by_mouse(notebook)
    says(notebook.widget(MATCH), "Not yet.")
    notebook.page.reload()
    notebook.wait()
    notebook.page.evaluate(
        "() => { window.jupyterapp.shell.currentWidget.sessionContext.restartKernel(); }"
    )
    notebook.page.wait_for_timeout(300)
    notebook.wait()
    notebook.command("notebook:clear-all-cell-outputs")
    notebook.run_all(len(NAMES) + 1)
    radios = notebook.widget(CHOICE).get_by_role("radio")
    boxes = notebook.widget(CHOICES).get_by_role("checkbox")
    expect(radios.nth(place("a_choice", "relu(x"))).to_be_checked()
    expect(boxes.nth(place("some_choices", "loss.backward()"))).to_be_checked()
    expect(notebook.widget(NUMBER).get_by_role("textbox")).to_have_value("7850")
    expect(notebook.widget(SHAPE).get_by_role("textbox")).to_have_value("10, 32")
    expect(notebook.widget(OUTPUT).get_by_role("textbox")).to_have_value("[1, 2, 3] 0")
    expect(notebook.widget(MATCH).get_by_role("combobox").first).to_have_value(letters()[-1])
    says(notebook.widget(NUMBER), "Ten of these are the bias.")


@pytest.mark.parametrize("how", ["restarted", "gone"])
def test_a_kernel_that_does_not_answer_is_told(notebook, laboratory, how):
    if how == "gone":
        laboratory.ask(f"/api/kernels/{notebook.kernel()}", "DELETE").close()
    else:
        laboratory.ask(f"/api/kernels/{notebook.kernel()}/restart", "POST").close()
    notebook.page.wait_for_timeout(500)
    notebook.widget(CHOICE).get_by_text("relu(x").click()
    check(notebook.widget(CHOICE))
    notebook.widget(SLIDER).get_by_role("slider").press("ArrowRight")
    for number in (CHOICE, SLIDER):
        says(notebook.widget(number), "The kernel does not answer: run this cell again.")
    radios = notebook.widget(CHOICE).get_by_role("radio")
    expect(radios.nth(place("a_choice", "relu(x"))).to_be_checked()


def test_no_key_pressed_in_a_widget_reaches_jupyterlab(notebook):
    focusable = notebook.page.locator(".jp-OutputArea-output .lockstep-question").locator(
        "input, select, button"
    )
    notebook.widget(CHOICE).locator("legend").click()
    before = notebook.cells()
    assert focusable.count() > 20
    for element in focusable.all():
        assert element.get_attribute("data-lm-suppress-shortcuts") == "true"
    for number, role in (
        (CHOICE, "radio"), (CHOICES, "checkbox"), (NUMBER, "textbox"), (ORDER, "button"),
        (MATCH, "combobox"), (SLIDER, "slider"),
    ):  # fmt: skip
        element = notebook.widget(number).get_by_role(role).first
        for key in ("b", "a", "d", "d", "x", "m", "ArrowDown", "ArrowUp", "j", "Enter"):
            element.focus()
            notebook.page.keyboard.press(key)
        notebook.page.keyboard.press("Escape")
    assert notebook.cells()[0] == before[0]
    assert notebook.cells()[2] == "command"


def test_the_slider_follows_the_keys_and_tells_what_it_shows(notebook):
    widget = notebook.widget(SLIDER)
    control = widget.get_by_role("slider", name="power")
    picture = widget.get_by_role("img")
    first = picture.get_attribute("src")
    control.press("ArrowRight")
    expect(picture).to_have_attribute("alt", "x to the power of 2")
    assert picture.get_attribute("src") != first
    expect(control).to_have_attribute("aria-valuetext", "2")
    control.press("End")
    says(widget, "x to the power of 3")
    control.press("Home")
    expect(picture).to_have_attribute("src", first)


def test_a_narrow_page_shows_every_question_whole(notebook):
    notebook.page.set_viewport_size({"width": 400, "height": 800})
    notebook.command("application:toggle-left-area")
    for number in range(len(NAMES) + 1):
        widget = notebook.widget(number)
        assert widget.evaluate("element => element.scrollWidth <= element.clientWidth + 1")
