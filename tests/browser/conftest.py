"""A JupyterLab of the tests' own, driven by Chromium: apart from the user's in every way."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

import lab

REPOSITORY = Path(__file__).parents[2]
LESSON = REPOSITORY / "tests" / "every_kind_of_question.md"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
    # Notebook 7 puts it there, and a learner's environment does not have Notebook 7.
    "notebook-extension/panel": {"toolbar": [{"name": "interfaceSwitcher", "disabled": True}]},
}


def chromium_path():
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if not Path(path).exists():
        pytest.fail(f"There is no Chromium at {path}: install it, or say where with CHROMIUM.")
    return path


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield browser
        browser.close()


def settle(folder, settings):
    """Write JupyterLab's settings."""
    for name, values in settings.items():
        path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


class Laboratory:
    """A running JupyterLab and the learner's folder that it shows, as lab.py makes it."""

    def __init__(self, folder):
        self.folder = folder
        self.work = folder / "work"
        lab.copy_course(REPOSITORY, self.work)
        lab.copy_workspaces(REPOSITORY, self.work)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{probe.getsockname()[1]}"
        (folder / "lessons").mkdir()
        for lesson in (REPOSITORY / "lessons").iterdir():
            (folder / "lessons" / lesson.name).symlink_to(lesson)
        settle(folder / "settings", SETTINGS)

    def environment(self):
        names = ["HOME", "LOCKSTEP_HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"]
        names += ["JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR"]
        return {
            **os.environ,
            **{name: str(self.folder / name.lower()) for name in names},
            "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),
            "LOCKSTEP_LESSONS": str(self.folder / "lessons"),
            "PYTHONPATH": str(REPOSITORY),
        }

    def start(self):
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": self.address.rpartition(":")[2],
            "ServerApp.root_dir": self.work,
            "ServerApp.open_browser": "False",
            "ServerApp.allow_root": "True",
            "ServerApp.disable_check_xsrf": "True",  # so that a test may stop a kernel
            "IdentityProvider.token": "",
            "LabApp.expose_app_in_browser": "True",
            "JupyterNotebookApp.expose_app_in_browser": "True",
            "LabApp.news_url": "",
        }
        self.log = (self.folder / "jupyterlab.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *(f"--{k}={v}" for k, v in options.items())],
            env=self.environment(),
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), self.ask("/api") as answer:
                if answer.status == 200:
                    return
            time.sleep(0.2)
        self.stop()
        pytest.fail("JupyterLab did not start:\n" + (self.folder / "jupyterlab.log").read_text())

    def ask(self, path, method="GET"):
        request = urllib.request.Request(self.address + path, method=method)
        return urllib.request.urlopen(request, timeout=5)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()

    def write_notebook(self, name, cells):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(notebook, self.work / name)


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory):
    laboratory = Laboratory(tmp_path_factory.mktemp("laboratory"))
    demo = laboratory.folder / "lessons" / "01_demo"
    demo.mkdir()
    shutil.copy(LESSON, demo / "lesson.md")
    laboratory.start()
    yield laboratory
    laboratory.stop()


PANEL = "window.jupyterapp.shell.currentWidget"
READY = f"""() => {{
  const context = window.jupyterapp && {PANEL} && {PANEL}.sessionContext;
  const kernel = context && context.session && context.session.kernel;
  return Boolean(kernel && context.isReady && kernel.status === "idle"
    && kernel.connectionStatus === "connected");
}}"""


class Notebook:
    """An open notebook; locators look into its outputs alone, never into its code."""

    def __init__(self, page, address):
        self.page = page
        self.errors = []
        page.on("pageerror", self.note_error)
        page.goto(address)
        self.wait()

    def note_error(self, error):
        # JupyterLab's own, on every restart.
        if "Canceled future" not in str(error):
            self.errors.append(str(error))

    def wait(self):
        self.page.wait_for_function(READY, timeout=30_000)

    def command(self, name):
        # Not awaited: a Lumino command's promise may never settle inside evaluate.
        self.page.evaluate(f"() => {{ window.jupyterapp.commands.execute('{name}'); }}")

    def run_all(self, widgets):
        self.command("notebook:run-all-cells")
        self.page.wait_for_function(
            f"() => document.querySelectorAll('.jp-OutputArea-output .lockstep-question').length"
            f" === {widgets}",
            timeout=30_000,
        )
        self.wait()

    def cell(self, words):
        """Return the code cell whose source holds some words."""
        return self.page.locator(".jp-CodeCell").filter(
            has=self.page.locator(".jp-InputArea-editor", has_text=words)
        )

    def run_cell(self, words):
        self.cell(words).locator(".jp-InputArea-editor").click()
        self.page.keyboard.press("Control+Enter")
        self.wait()

    def use_theme(self, name):
        self.page.evaluate(
            f"() => {{ window.jupyterapp.commands.execute('apputils:change-theme',"
            f" {{theme: 'JupyterLab {name}'}}); }}"
        )
        self.page.wait_for_function(
            f"() => document.body.dataset.jpThemeName === 'JupyterLab {name}'"
        )

    def serious(self):
        """Return what axe finds serious in the outputs, in the light and in the dark theme."""
        # JupyterLab's body has no height and hides what overflows: axe would take all text for hidden.
        self.page.evaluate("() => { document.body.style.overflow = 'visible'; }")
        found = []
        for theme in ("Light", "Dark"):
            self.use_theme(theme)
            # JupyterLab's own page has findings of its own.
            results = Axe().run(self.page, [".jp-OutputArea-output"])
            found += [
                (theme, violation["id"], [node["html"][:200] for node in violation["nodes"]])
                for violation in results.response["violations"]
                if violation["impact"] in ("serious", "critical")
            ]
        return found

    def widget(self, number):
        return self.page.locator(".jp-OutputArea-output .lockstep-question").nth(number)

    def cells(self):
        """The cells' count, the active one and the mode: what a stray key would change."""
        return self.page.evaluate(
            f"() => [{PANEL}.content.widgets.length, {PANEL}.content.activeCellIndex,"
            f" {PANEL}.content.mode]"
        )

    def kernel(self):
        return self.page.evaluate(f"() => {PANEL}.sessionContext.session.kernel.id")


@pytest.fixture
def open_page(laboratory, browser):
    """Return a function that opens an address of the laboratory as somebody who comes anew."""
    contexts = []

    def opened(address):
        context = browser.new_context(viewport={"width": 1200, "height": 1000})
        contexts.append(context)
        context.set_default_timeout(10_000)
        return Notebook(context.new_page(), laboratory.address + address)

    yield opened
    for context in contexts:
        context.close()
    with laboratory.ask("/api/kernels") as answer:
        for kernel in json.load(answer):
            laboratory.ask(f"/api/kernels/{kernel['id']}", "DELETE").close()
    shutil.rmtree(laboratory.folder / "lockstep_home", ignore_errors=True)


@pytest.fixture
def open_notebook(laboratory, open_page, request):
    """Return a function that opens a fresh notebook with the given cells."""
    name = f"{request.node.name.partition('[')[0]}.ipynb"

    def opened(cells, app="lab/tree"):
        laboratory.write_notebook(name, cells)
        return open_page(f"/{app}/{name}?reset")

    return opened


@pytest.fixture
def open_course(laboratory, open_page):
    """Return a function that opens one of the learner's copies of the course, as it came."""

    def opened(path):
        shutil.copy(REPOSITORY / path, laboratory.work / path)
        return open_page(f"/lab/tree/{path}?reset")

    return opened
