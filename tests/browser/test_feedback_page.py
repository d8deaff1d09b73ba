"""The feedback page in a browser: it fits, it is styled, and nothing in it runs."""

import pytest

from lockstep.grade.model import Student
from lockstep.grade.reports.feedback import write_feedback
from tests.grade.samples import EVERY_STATE, exercise, submission

HOSTILE = "</code></pre></style><script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture
def opened(browser, tmp_path):
    """Return a function that opens a page of results at a width, in a colour scheme."""
    contexts = []

    def open_page(results, width=1000, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.messages = []
        page.on("console", lambda message: page.messages.append(message.text))
        page.goto(write_feedback(tmp_path, results).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_a_hostile_page_fits_a_phone_and_runs_nothing(opened):
    long = HOSTILE + "W" * 3000
    result = submission(
        exercise(long, "wrong", 0, message=long, values=long, hint=long, code=long),
        *EVERY_STATE,
        student=Student("mallory", long),
        notebook=long,
        source=long,
    )
    page = opened([result], width=360)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.title().startswith("Feedback for </code>")
    assert page.messages == []
    assert page.locator("script, img").count() == 0


def test_the_policy_lets_the_style_through_and_stops_what_is_put_in_later(opened):
    page = opened([submission(*EVERY_STATE)], scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 23, 27)"
    page.evaluate(
        "() => { const image = new Image(); image.src = 'https://example.org/x.png'; document.body.append(image); }"
    )
    page.wait_for_timeout(200)
    assert "Content Security Policy" in " ".join(page.messages)


def test_paper_shows_the_hint_that_a_screen_folds(opened):
    page = opened([submission(*EVERY_STATE)])
    hint = page.get_by_text("Three lines: shift each row")
    assert not hint.is_visible()
    page.emulate_media(media="print")
    assert hint.is_visible()
