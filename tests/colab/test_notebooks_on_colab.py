"""Every notebook on Colab's package versions, from a folder that holds nothing but itself."""

import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.colab.environment import new_machine
from tests.colab.runtime import ColabKernelManager
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
ALWAYS = ("00_", "04_", "08_")  # the others take ten minutes more
NOTEBOOKS = [
    pytest.param(
        path,
        marks=[] if role == "notebooks" and path.name.startswith(ALWAYS) else [pytest.mark.long],
    )
    for role in ("notebooks", "solutions")
    for path in sorted((ROOT / role).glob("*.ipynb"))
]
AT_ONCE = 2  # kernels, for two cores
LONGEST_CELL = 300  # seconds


def run(path: Path, wheel: Path, folder: Path) -> nbformat.NotebookNode:
    """Return a notebook as it is after all its cells have run on a new machine."""
    machine = new_machine(folder)
    shutil.copy(path, machine.content)
    document = nbformat.read(machine.content / path.name, as_version=4)
    manager = ColabKernelManager()
    manager.machine = machine
    client = NotebookClient(document, km=manager, timeout=LONGEST_CELL, store_widget_state=False)
    try:
        client.execute(
            env=machine.environment(LOCKSTEP_WHEEL=str(wheel), LOCKSTEP_STRICT="1"),
            cwd=str(machine.content),
        )
    finally:  # nbclient leaves a kernel running whose manager it was given
        manager.shutdown_kernel(now=True)
    assert (machine.packages / "lockstep").is_dir(), "the set-up cell installed the wheel"
    return document


@pytest.fixture(scope="module")
def runs(request, wheel, tmp_path_factory):
    """Return each notebook that is asked for, as it will be; two run at a time."""
    wanted = {
        item.callspec.params["path"]: None
        for item in request.session.items
        if item.module is request.module and hasattr(item, "callspec")
    }
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures: dict[Path, Future[nbformat.NotebookNode]] = {}
        for path in wanted:
            folder = tmp_path_factory.mktemp(f"{path.parent.name}_{path.stem}")
            futures[path] = pool.submit(run, path, wheel, folder)
        yield futures
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_it_runs_to_its_end(runs, path):
    document = runs[path].result()
    said = [
        output["text"]
        for cell in document.cells
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream" and output["name"] == "stdout"
    ]
    assert said[0].startswith("Lesson ")
    if path.parent.name == "notebooks" and path.stem.endswith("_keras"):
        assert "wider because Keras is 3.13.2 here and was 3.15.0" in "".join(said)
