"""Every notebook runs from top to bottom in a fresh kernel, without a network, and cells can be run twice."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import nbformat
import pytest

from tests import claims
from tools.execute import NOTEBOOKS, run

pytest_plugins = ["pytester"]


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


def prepared(path, notebook):
    """The cells of a run: where nothing is trained each twice, and in the end the claims of tests/claims."""
    return claims.append(notebook if trains(notebook) else doubled(notebook), path)


@pytest.fixture(scope="module")
def runs(request):
    """The notebooks asked for, run two at a time: much of a run is drawing and waiting, which leaves a core free."""
    asked = [item.callspec.params["path"] for item in request.session.items if "runs" in item.fixturenames]
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
        # The kernel draws in the notebook, not with the backend that the tests use.
        patch.delenv("MPLBACKEND")
        yield {path: pool.submit(run, path, change=partial(prepared, path)) for path in asked}
        pool.shutdown(cancel_futures=True)


# The longest first, so that the last one to end does not run alone.
@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(NOTEBOOKS, key=lambda path: not trains(nbformat.read(path, as_version=4))),
                         ids=lambda path: path.stem)
def test_runs(path, runs):
    """From top to bottom in a fresh kernel; where nothing is trained, with every cell run twice; then its claims."""
    notebook = runs[path].result()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output.text for output in outputs if output.get("name") == "stderr"]
    assert any("image/png" in output.get("data", {}) for output in outputs) or path.parent.name == "deeper"


@pytest.mark.parametrize("words", ["03 or 00", "09"])
def test_asking_for_some_notebooks_runs_no_others(words, pytester):
    """A test run within the test, of notebooks that only write down that they were run."""
    names = ["00_start", "03_kl", "05_vae", "09_sliders"]
    pytester.makepyfile(test_inner=f"""
        import nbformat, pytest
        from pathlib import Path
        from tests import test_notebooks_run as outer

        PATHS = [Path(name) for name in {names}]
        runs = outer.runs

        @pytest.fixture(autouse=True, scope="module")
        def counted(request):
            def run(path, change):
                with open("ran", "a") as file:
                    file.write(path.stem + chr(10))
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("MPLBACKEND", "agg")
                patch.setattr(outer, "run", run)
                yield

        @pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
        def test_runs(path, runs):
            assert runs[path].result() is None
    """)
    result = pytester.runpytest_inprocess("-k", words, "-p", "no:cacheprovider")
    asked = [name for name in names if any(number in name for number in words.split(" or "))]
    result.assert_outcomes(passed=len(asked), deselected=len(names) - len(asked))
    assert sorted((pytester.path / "ran").read_text().split()) == asked
