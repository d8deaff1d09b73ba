"""The screenshots that README and docs show: `python -m tests.browser.pictures [NAME ...]`."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.browser.conftest import FLAGS, REPOSITORY, Laboratory, Notebook, chromium_path, settle

PICTURES = REPOSITORY / "docs" / "pictures"
HEADING = "The network, with its flow written out"
SCROLL = """heading => [...document.querySelectorAll('.jp-NotebookPanel')].map(panel => {
  const found = [...panel.querySelectorAll('h2')].find(h => h.textContent.startsWith(heading));
  const before = found.getBoundingClientRect().top;
  found.scrollIntoView({block: 'start'});
  return Math.abs(found.getBoundingClientRect().top - before);
})"""
# Otherwise JupyterLab guesses the height of what is out of sight, and what was scrolled to moves on.
ALL_DRAWN = {"notebook-extension/tracker": {"windowingMode": "none"}}
QUESTION = 'checkpoint("which_is_a_parameter")'
EXERCISE = "answer mean_squared_error"
WRONG = """\
# lockstep: answer mean_squared_error
def mean_squared_error(predictions, truth):
    \"\"\"Return the mean of the squared differences, one number.\"\"\"
    return np.sum((predictions - truth) ** 2)"""
# Somebody who is half-way: the first lessons done, the fourth begun, in PyTorch further than in Keras.
HALF_WAY = """\
from lockstep.learn import journal, progress
from lockstep.learn.checkpoints import lesson_questions
from lockstep.learn.exercises import load_exercises
from lockstep.lessons import lessons_folder

shares = {"00_start_here": {None: 1}, "01_tensors": {"pytorch": 1, "keras": 0.8},
    "02_autograd": {"pytorch": 0.9, "keras": 0.5}, "03_linear_regression": {"pytorch": 1},
    "04_simple_net": {"pytorch": 0.6}}
for lesson, frameworks in shares.items():
    folder = lessons_folder() / lesson
    for framework, share in frameworks.items():
        questions = lesson_questions(folder, framework)
        for name in list(questions)[: round(share * len(questions))]:
            version = questions[name].version
            journal.write("checkpoint", lesson, framework, name, version=version, right=True)
        for name in list(load_exercises(folder))[: round(share * 7)]:
            journal.write("check", lesson, framework, name, state="right")"""


class Camera:
    """Takes the pictures of one laboratory, each in a window of its own."""

    def __init__(self, browser: Browser, laboratory: Laboratory) -> None:
        self.browser = browser
        self.laboratory = laboratory

    def page(self, width: int, height: int) -> Page:
        """Return a new window."""
        page = self.browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(600_000)  # nobody waits for it, and the computer may be busy
        return page

    def notebook(self, path: str) -> Notebook:
        """Open one of the learner's notebooks without anything beside it."""
        page = self.page(900, 1200)
        notebook = Notebook(page, f"{self.laboratory.address}/lab/tree/{path}?reset")
        page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
        return notebook

    def pair(self) -> None:
        """Both twins side by side, at the same step."""
        page = self.page(1500, 900)
        place = "side_by_side/04_simple_net.jupyterlab-workspace"
        page.goto(f"{self.laboratory.address}/lab/tree/{place}")
        for number in range(2):
            panel = page.locator(".jp-NotebookPanel").nth(number)
            panel.locator("h2", has_text="The whole lesson on a page").wait_for(state="attached")
        while max(page.evaluate(SCROLL, HEADING)) > 1:
            page.wait_for_timeout(
                1000
            )  # cells above change their height once they have been in view
        save(page, "pair")

    def checkpoint(self) -> None:
        """A question before and after a wrong answer."""
        notebook = self.notebook("notebooks/00_start_here.ipynb")
        notebook.run_cell("# lockstep: set-up")
        notebook.run_cell(QUESTION)
        cell = notebook.cell(QUESTION)
        save(cell, "checkpoint_before")
        cell.get_by_text("predict returns").click()
        cell.get_by_role("button", name="Check answer").click()
        expect(cell.get_by_role("status")).to_contain_text("✗", timeout=60_000)
        save(cell, "checkpoint_after")

    def exercise(self) -> None:
        """An answer with a typical mistake, and what the check says to it."""
        notebook = self.notebook("exercises/00_start_here.ipynb")
        notebook.command("notebook:run-all-cells")
        check = notebook.cell('check("mean_squared_error")')
        expect(check.locator(".jp-OutputArea-output")).to_contain_text("○", timeout=60_000)
        notebook.cell(EXERCISE).locator(".jp-InputArea-editor").click()
        notebook.page.keyboard.press("Control+a")
        notebook.page.keyboard.insert_text(WRONG)
        notebook.run_cell(EXERCISE)
        notebook.run_cell('check("mean_squared_error")')
        expect(check.locator(".jp-OutputArea-output")).to_contain_text("✗", timeout=60_000)
        first, last = notebook.cell(EXERCISE).bounding_box(), check.bounding_box()
        assert first is not None
        assert last is not None
        height = last["y"] + last["height"] - first["y"]
        save(notebook.page, "exercise", clip={**first, "height": height})

    def progress(self) -> None:
        """The picture of a learner's way."""
        self.laboratory.write_notebook("progress.ipynb", [HALF_WAY, "progress()"])
        notebook = self.notebook("progress.ipynb")
        notebook.command("notebook:run-all-cells")
        picture = notebook.page.get_by_role("img", name="Your progress")
        picture.wait_for()
        save(picture, "progress")

    def teaching(self) -> None:
        """A student's feedback page and the class's page, from the made-up class."""
        folder = self.laboratory.folder
        lockstep("demo-class", folder / "class")
        lockstep("grade", folder / "class" / "submissions", "--roster",
                 folder / "class" / "roster.csv", "--out", folder / "grades", "--seed", "1")  # fmt: skip
        page = self.page(900, 1100)
        page.goto((folder / "grades" / "class.html").as_uri())
        save(page, "class")
        pages = sorted((folder / "grades" / "feedback").glob("*.html"))
        page.goto(next(one for one in pages if "A hint" in one.read_text("utf-8")).as_uri())
        save(page, "feedback")


def lockstep(*arguments: object) -> None:
    """Run one of the course's own commands; 3 says that a file of the class cannot be read."""
    command = [sys.executable, "-m", "lockstep.cli", *map(str, arguments)]
    done = subprocess.run(command, cwd=REPOSITORY, check=False, stdout=subprocess.DEVNULL)
    assert done.returncode in (0, 3), command


def save(what: Page | Locator, name: str, **options: object) -> None:
    """Write a screenshot."""
    path = PICTURES / f"{name}.png"
    what.screenshot(path=path, animations="disabled", **options)  # type: ignore[arg-type]
    print(f"{path.relative_to(REPOSITORY)}: {path.stat().st_size / 1000:.0f} kB", flush=True)


def main(names: list[str]) -> None:
    """Take every picture, or those that are named."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        laboratory = Laboratory(Path(folder))
        settle(laboratory.folder / "settings", ALL_DRAWN)
        laboratory.start()
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        camera = Camera(browser, laboratory)
        takes: dict[str, Callable[[], None]] = {
            take.__name__: take
            for take in (
                camera.pair,
                camera.checkpoint,
                camera.exercise,
                camera.progress,
                camera.teaching,
            )
        }
        for name in names or takes:
            takes[name]()
        browser.close()
        laboratory.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
