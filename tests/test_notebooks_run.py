"""Every notebook runs from top to bottom in a fresh kernel, without a network, and cells can be run twice."""

import subprocess
import sys

import nbformat
import pytest

from tests import claims
from tools.execute import NOTEBOOKS, run


def test_the_network_is_forbidden_in_processes_that_the_tests_start():
    """Otherwise the notebooks' runs below would prove nothing about it."""
    for code in ("import urllib.request as u; u.urlopen('http://example.org')",
                 "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"):
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert result.returncode and "the tests forbid the network" in result.stderr


def doubled(notebook):
    """Every code cell twice in a row, as by a reader who presses Shift+Enter and then goes back; slow ones once."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    runs = [cell for cell in cells for _ in range(1 if is_slow(cell) else 2)]
    # Ids would stand twice, too. An older format has none.
    notebook.cells = [nbformat.v4.new_code_cell(cell.source) for cell in runs]
    return notebook


def is_slow(cell):
    """Whether a cell takes seconds: trains a network, or goes through thousands of digits."""
    return "slow" in cell.metadata.get("tags", [])


def slow_cells(path):
    return sum(map(is_slow, nbformat.read(path, as_version=4).cells))


# The longest first: see pytest_collection_modifyitems.
@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(NOTEBOOKS, key=slow_cells, reverse=True),
                         ids=lambda path: path.stem)
def test_runs(path, monkeypatch):
    """From top to bottom in a fresh kernel, with every cell but the slow ones run twice; then its claims."""
    monkeypatch.delenv("MPLBACKEND")  # the kernel draws in the notebook, not with the backend that the tests use
    notebook = run(path, change=lambda notebook: claims.append(doubled(notebook), path))
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output.text for output in outputs if output.get("name") == "stderr"]
    assert any("image/png" in output.get("data", {}) for output in outputs) or path.parent.name == "deeper"
