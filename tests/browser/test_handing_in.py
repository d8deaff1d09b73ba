"""The last cell of the exercises in JupyterLab: which file is handed in, saved or not."""

from playwright.sync_api import expect

ANSWER = "mean_squared_error = lambda predictions, truth: ((predictions - truth) ** 2).mean()"


def shown(notebook):
    return notebook.cell("submit()").locator(".jp-OutputArea-output")


def test_it_asks_for_saving_until_the_file_holds_the_answer_and_then_names_it(
    laboratory, open_course
):
    notebook = open_course("exercises/00_start_here.ipynb")
    notebook.command("notebook:run-all-cells")
    expect(shown(notebook)).to_contain_text("Nothing is answered yet", timeout=30_000)
    answer = notebook.cell("# lockstep: answer")
    answer.locator(".cm-content").click()
    notebook.page.keyboard.press("Control+End")
    notebook.page.keyboard.press("Enter")
    notebook.page.keyboard.press("Home")
    notebook.page.keyboard.insert_text(ANSWER)
    notebook.run_cell("# lockstep: answer")
    notebook.run_cell("submit()")
    expect(shown(notebook)).to_contain_text("1 of 1 points so far")
    expect(shown(notebook)).to_contain_text("first, then run this cell again")
    notebook.page.keyboard.press("Control+s")
    notebook.page.wait_for_function(
        "() => !window.jupyterapp.shell.currentWidget.context.model.dirty"
    )
    notebook.run_cell("submit()")
    path = laboratory.work / "exercises" / "00_start_here.ipynb"
    expect(shown(notebook)).to_contain_text("All answers are saved. Hand in this file:")
    expect(shown(notebook)).to_contain_text(str(path))
