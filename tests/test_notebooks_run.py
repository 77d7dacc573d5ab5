"""Every notebook runs from top to bottom in a fresh kernel, without a network, and cells can be run twice."""

import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from tests.execute import NOTEBOOKS, run


def test_the_network_is_forbidden_in_processes_that_the_tests_start():
    """Otherwise the notebooks' runs below would prove nothing about it."""
    for code in ("import urllib.request as u; u.urlopen('http://example.org')",
                 "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"):
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert result.returncode and "the tests forbid the network" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs(path, monkeypatch):
    # The kernel draws in the notebook, not with the backend that the tests use.
    monkeypatch.delenv("MPLBACKEND")
    notebook = run(path)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output.text for output in outputs if output.get("name") == "stderr"]
    assert any("image/png" in output.get("data", {}) for output in outputs)


def without_training(path):
    notebook = nbformat.read(path, as_version=4)
    return not any("slow" in cell.metadata.get("tags", []) for cell in notebook.cells)


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if without_training(path)], ids=lambda path: path.stem)
def test_every_cell_can_be_run_twice(path, monkeypatch):
    monkeypatch.delenv("MPLBACKEND")
    notebook = nbformat.read(path, as_version=4)
    twice = [cell for cell in notebook.cells if cell.cell_type == "code" for _ in range(2)]
    # Ids would stand twice, too. An older format has none.
    notebook.cells = [nbformat.v4.new_code_cell(cell.source) for cell in twice]
    folder = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=folder).execute()
