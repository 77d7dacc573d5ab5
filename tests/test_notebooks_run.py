"""Every notebook runs from top to bottom in a fresh kernel, without a network, and cells can be run twice."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest

from tools.execute import NOTEBOOKS, run


def test_the_network_is_forbidden_in_processes_that_the_tests_start():
    """Otherwise the notebooks' runs below would prove nothing about it."""
    for code in ("import urllib.request as u; u.urlopen('http://example.org')",
                 "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"):
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert result.returncode and "the tests forbid the network" in result.stderr


def doubled(notebook):
    """Every code cell twice in a row, as by a reader who presses Shift+Enter and then goes back."""
    twice = [cell for cell in notebook.cells if cell.cell_type == "code" for _ in range(2)]
    # Ids would stand twice, too. An older format has none.
    notebook.cells = [nbformat.v4.new_code_cell(cell.source) for cell in twice]
    return notebook


def trains(notebook):
    return any("slow" in cell.metadata.get("tags", []) for cell in notebook.cells)


@pytest.fixture(scope="module")
def runs():
    """All notebooks being run, two at a time: much of a run is drawing and waiting, which leaves a core free."""
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
        # The kernel draws in the notebook, not with the backend that the tests use.
        patch.delenv("MPLBACKEND")
        # The longest first, so that the last one to end does not run alone.
        first = sorted(NOTEBOOKS, key=lambda path: not trains(nbformat.read(path, as_version=4)))
        yield {path: pool.submit(run, path, change=lambda notebook: notebook if trains(notebook) else doubled(notebook))
               for path in first}
        pool.shutdown(cancel_futures=True)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs(path, runs):
    """From top to bottom in a fresh kernel; where nothing is trained, with every cell run twice."""
    notebook = runs[path].result()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output.text for output in outputs if output.get("name") == "stderr"]
    assert any("image/png" in output.get("data", {}) for output in outputs)
