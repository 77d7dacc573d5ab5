"""Run notebooks in a fresh kernel. `make execute` stores what they print; the tests run them and store nothing."""

import base64
import hashlib
import io
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
SECONDS_PER_CELL = 600


def code_hash(notebook):
    """Return a hash of the code cells: outputs stored with another hash belong to other code."""
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()[:16]


def run(path, change=lambda notebook: notebook):
    """Return the notebook, changed if asked, with the outputs of a run from top to bottom; a cell that fails raises."""
    notebook = change(nbformat.read(path, as_version=4))
    NotebookClient(notebook, timeout=SECONDS_PER_CELL, kernel_name="python3", store_widget_state=False,
                   coalesce_streams=True, resources={"metadata": {"path": str(path.parent)}}).execute()
    return notebook


def pack(png):
    """Return a PNG, base64 text, as a smaller one of the same pixels: without transparency, which no picture has."""
    packed = io.BytesIO()
    Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB").save(packed, "png", optimize=True)
    return base64.b64encode(packed.getvalue()).decode()


def store(path):
    """Run the notebook and write it with its outputs."""
    notebook = run(path)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # times of day, which would change with every run
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = pack(output.data["image/png"])
    # What the kernel tells of itself changes with the reader's Python and says nothing about the notebook.
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "code_sha256": code_hash(notebook),
    }
    nbformat.write(notebook, path)


if __name__ == "__main__":
    wanted = sys.argv[1:]
    for path in NOTEBOOKS:
        if not wanted or any(path.name.startswith(name) for name in wanted):
            print(path.name, flush=True)
            store(path)
