"""What a notebook's text claims of its results, checked where a reader does not have to read the check.

`tests/claims/05_dense_vae.py` is run in the kernel of notebook 05, after its last cell. Each claim names the cell whose
result it is about and the sentence that it holds, and then asserts it with the notebook's own variables::

    claim("train", "Most of the fall comes in the first epoch.")
    assert losses[0] - losses[1] > (losses[0] - losses[-1]) / 2
"""

import ast
import re
from pathlib import Path

import nbformat

FOLDER = Path(__file__).parent
PRELUDE = "def claim(cell, sentence):\n    pass\n\n"


def file_of(path):
    """Return the file of a notebook's claims, which need not exist."""
    return FOLDER / f"{Path(path).stem}.py"


def claims_of(path):
    """List (cell, sentence) of the claims of a notebook."""
    file = file_of(path)
    calls = ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if file.exists() else ()
    return [tuple(argument.value for argument in node.args) for node in calls
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "claim"]


def append(notebook, path):
    """Add the claims of a notebook as its last cell."""
    file = file_of(path)
    if file.exists():
        notebook.cells.append(nbformat.v4.new_code_cell(PRELUDE + file.read_text(encoding="utf-8")))
    return notebook


def said(notebook):
    """Return the text of a notebook as claims quote it: without marks, white space folded."""
    text = " ".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return fold(text)


def fold(text):
    """Return a text without marks of Markdown and with single blanks."""
    return re.sub(r"\s+", " ", re.sub(r"[*`_]", "", text)).strip()
