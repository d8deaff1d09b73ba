"""The screenshots that README shows: `python -m tests.browser.pictures`."""

import json
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS, REPOSITORY, Laboratory, chromium_path

PICTURES = REPOSITORY / "docs" / "pictures"
HEADING = "The network, with its flow written out"
LAYOUT = """() => {
  const app = window.jupyterapp;
  app.shell.collapseLeft();
  return app.shell.currentWidget && app.shell.currentWidget.id;
}"""
SCROLL = """heading => {
  for (const panel of document.querySelectorAll('.jp-NotebookPanel')) {
    const found = [...panel.querySelectorAll('h2')].find(h => h.textContent.startsWith(heading));
    if (found) found.scrollIntoView({block: 'start'});
  }
}"""


def open_pair(page: Page, laboratory: Laboratory) -> None:
    """Open both twins side by side."""
    page.goto(f"{laboratory.address}/lab/tree/04_simple_net_pytorch.ipynb?reset")
    page.wait_for_function("() => window.jupyterapp && window.jupyterapp.shell.currentWidget")
    page.wait_for_timeout(4000)
    page.evaluate(LAYOUT)
    page.evaluate(
        "() => { window.jupyterapp.commands.execute('docmanager:open', "
        "{path: '04_simple_net_keras.ipynb', options: {mode: 'split-right'}}); }"
    )
    page.locator(".jp-NotebookPanel").nth(1).wait_for()
    page.wait_for_timeout(4000)


def main() -> None:
    """Take every picture."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        laboratory = Laboratory(Path(folder))
        for path in (REPOSITORY / "notebooks").glob("*.ipynb"):
            shutil.copy(path, laboratory.folder / "notebooks")
        laboratory.start()
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1500, "height": 900})
        open_pair(page, laboratory)
        for _ in range(3):  # cells above change their height once they have been in view
            page.evaluate(SCROLL, HEADING)
            page.wait_for_timeout(1000)
        page.screenshot(path=PICTURES / "pair.png")
        browser.close()
        laboratory.stop()
    print(json.dumps([str(path.relative_to(REPOSITORY)) for path in PICTURES.glob("*.png")]))


if __name__ == "__main__":
    main()
