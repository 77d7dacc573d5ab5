"""Every claim names a cell and a sentence that are there; test_notebooks_run runs them."""

import nbformat
import pytest

from tests import claims
from tools.execute import NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_claims_name_a_cell_and_quote_a_sentence(path):
    notebook = nbformat.read(path, as_version=4)
    ids, text = {cell.id for cell in notebook.cells}, claims.said(notebook)
    for cell, sentence in claims.claims_of(path):
        assert cell in ids, f"{path.stem} has no cell {cell}"
        assert claims.fold(sentence) in text, f"{path.stem} does not say: {sentence}"


def test_no_claims_of_a_notebook_that_is_gone():
    files = {file.stem for file in claims.FOLDER.glob("*.py")} - {"__init__"}
    assert files <= {path.stem for path in NOTEBOOKS}


def test_claims_are_read_and_appended(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "FOLDER", tmp_path)
    (tmp_path / "some.py").write_text('claim("sum", "It is *three*.")\nassert total == 3\n')
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("It  is\nthree.")])
    assert claims.claims_of("some.ipynb") == [("sum", "It is *three*.")] and claims.claims_of("none.ipynb") == []
    assert claims.fold("It is *three*.") in claims.said(notebook)
    last = claims.append(notebook, "some.ipynb").cells[-1].source
    exec(compile(last, "claims", "exec"), {"total": 3})
    with pytest.raises(AssertionError):
        exec(compile(last, "claims", "exec"), {"total": 4})
