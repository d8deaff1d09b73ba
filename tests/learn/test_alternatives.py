"""A figure that a notebook shows says in words what it is."""

import json

from lockstep.learn.alternatives import description, html_of
from tests.conftest import run_python

IN_A_NOTEBOOK = """
import json, sys, nbformat
from nbclient import NotebookClient
cells = [
    "from lockstep.learn import start\\nstart('00_start_here')",
    "import sys\\nassert 'matplotlib' not in sys.modules",
    "import matplotlib.pyplot as plt",
    "plt.plot([1, 2]); plt.title('Loss'); plt.show()",
    "plt.plot([1, 2]); plt.title('Left open')",
]
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
NotebookClient(notebook).execute()
outputs = [output for cell in notebook.cells[3:] for output in cell.outputs]
print(json.dumps([output["data"] for output in outputs if "image/png" in output.get("data", {})]))
"""


def figure():
    from matplotlib.figure import Figure

    made = Figure()
    axes = made.subplots()
    axes.plot([1, 2], label="PyTorch")
    axes.plot([2, 1], label="Keras")
    axes.set(title="Loss over\nsteps", xlabel="step", ylabel="loss <mean>")
    return made, axes


def test_a_figure_is_described_by_its_title_its_axes_and_its_legend():
    made, axes = figure()
    axes.legend()
    assert description(made) == (
        "Loss over steps. Across: step. Upwards: loss <mean>. Drawn: PyTorch, Keras."
    )


def test_each_panel_is_described_under_the_title_of_all():
    from matplotlib.figure import Figure

    made = Figure()
    made.suptitle("Two runs")
    for axes, title in zip(made.subplots(1, 2), ("First", "Second!"), strict=True):
        axes.set_title(title)
    assert description(made) == "Two runs. First. Second!"


def test_a_figure_without_any_words_says_so():
    from matplotlib.figure import Figure

    assert description(Figure()) == "A picture without a title."


def test_the_description_is_escaped_in_the_picture():
    made, _ = figure()
    html = html_of(made)
    assert html.startswith('<img src="data:image/png;base64,iVBOR')
    assert 'alt="Loss over steps. Across: step. Upwards: loss &lt;mean&gt;."' in html


def test_figures_in_a_notebook_carry_their_description_and_nothing_is_imported_for_it():
    shown, left_open = json.loads(run_python(IN_A_NOTEBOOK).splitlines()[-1])
    assert 'alt="Loss."' in shown["text/html"]
    assert 'alt="Left open."' in left_open["text/html"]
