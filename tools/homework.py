"""Make the homework: `make homework` writes the exercises of the way through as notebooks without solutions.

Of a notebook of the way, build/homework/ gets its exercises and, folded, all code above them, so that an answer can use
whatever the notebook has made; no solution, no output, no prose. `check(...)` in each exercise judges the answer, as in
the notebook itself.
"""

import sys
from pathlib import Path

import nbformat

from tools.execute import ROOT, WAY, chosen

FOLDER = ROOT / "build" / "homework"
HEADING = "## Exercises"
SOLUTION = "#### Solution"


def homework(path):
    """Return the homework of a notebook.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    nbformat.NotebookNode or None
        None for a notebook without exercises.
    """
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if "solution" not in tags(cell) and not cell.source.startswith(SOLUTION)]
    starts = [i for i, cell in enumerate(cells) if cell.source.startswith(HEADING)]
    if not starts or not any("exercise" in tags(cell) for cell in cells):
        return None
    title = next(cell.source.split("\n")[0].removeprefix("# ") for cell in cells if cell.source.startswith("# "))
    first = nbformat.v4.new_markdown_cell(
        f"# Homework: {title}\n\nThe folded cells prepare what the exercises use; they come from `{path.name}`. Run "
        "the notebook from the top. Each exercise ends with a call of `check`, which says whether the answer is right.",
        id="homework")
    above = [folded(cell) for cell in cells[:starts[0]] if cell.cell_type == "code"]
    kept = [first, *above, *until_next_heading(cells[starts[0]:])]
    made = nbformat.v4.new_notebook(cells=[bare(cell) for cell in kept], metadata=notebook.metadata)
    made.metadata.pop("code_sha256", None)
    return made


def until_next_heading(cells):
    """Yield the cells of a section, whose heading is the first."""
    for i, cell in enumerate(cells):
        if i and cell.cell_type == "markdown" and cell.source.startswith("## "):
            return
        yield cell


def tags(cell):
    """Return a cell's tags."""
    return set(cell.metadata.get("tags", []))


def folded(cell):
    """Return a copy whose source is folded, but for the set-up's."""
    cell = nbformat.from_dict(cell)
    cell.metadata.setdefault("jupyter", nbformat.NotebookNode()).source_hidden = "setup" not in tags(cell)
    return cell


def bare(cell):
    """Return a copy without outputs."""
    cell = nbformat.from_dict(cell)
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    return cell


def write(notebooks, folder=FOLDER):
    """Write the homework of these notebooks, and return the paths.

    Parameters
    ----------
    notebooks : list of pathlib.Path
        Those without exercises are left out.
    folder : pathlib.Path

    Returns
    -------
    list of pathlib.Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = {folder / path.name: homework(path) for path in notebooks}
    for path, notebook in made.items():
        if notebook is not None:
            nbformat.write(notebook, path)
    return [path for path, notebook in made.items() if notebook is not None]


if __name__ == "__main__":
    for file in write(chosen(sys.argv[1:], WAY)):
        print(Path(file).relative_to(ROOT))
