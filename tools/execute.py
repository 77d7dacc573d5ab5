"""Run notebooks in a fresh kernel. `make execute` stores what they print; the tests run them and store nothing.

A new cell gets a readable name and the metadata that it needs, so that nobody has to write JSON. `make tidy`, or
`--tidy`, does only that, for an edit that touches no code.
"""

import argparse
import base64
import hashlib
import io
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
SECONDS_PER_CELL = 600
READABLE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}")  # of JupyterLab, and of others
WORDS_OF_A_NAME = 4
SOLUTION = "#### Solution"
# What a cell may carry. The rest is what programs leave: times of day, whether it was scrolled, trusted, selected.
METADATA = {"tags", "slideshow", "jupyter", "jp-MarkdownHeadingCollapsed"}


def known_to_git():
    """Return what git knows of the notebooks, or None where there is no git."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z", FOLDER], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return {ROOT / name for name in listed.stdout.split("\0")}


def is_numbered(path):
    """Whether a notebook is on the way through, 00 ... 11."""
    return path.parent == FOLDER and re.match(r"\d\d_", path.name) is not None


def is_lecture(path):
    """Whether a notebook is one to project, and not to read."""
    return path.parent == FOLDER and path.name.startswith("lecture_")


def find_notebooks():
    """List the notebooks of the series, those of the way first, without a reader's own, which git does not know."""
    known = known_to_git()
    pages = [*sorted(FOLDER.glob("*.ipynb")), *sorted((FOLDER / "deeper").glob("*.ipynb"))]
    return [path for path in pages if known is None or is_numbered(path) or path in known]


ALL = find_notebooks()
LECTURES = [path for path in ALL if is_lecture(path)]
NOTEBOOKS = [path for path in ALL if not is_lecture(path)]  # to read: other rules hold for them
WAY = [path for path in NOTEBOOKS if is_numbered(path)]


def chosen(names, notebooks=ALL):
    """Return the notebooks that a command names, or all if it names none.

    Parameters
    ----------
    names : list of str
        Of each a number (3 or 03), a path, or how the file's name begins. An unknown one ends the program.
    notebooks : list of pathlib.Path
        To choose from.

    Returns
    -------
    list of pathlib.Path
        Each once, in the order of the names.
    """
    found = {}
    for name in names:
        path = next((path for path in (Path(name).resolve(), ROOT / name) if path.is_file()), None)
        begins = f"{int(name):02}_" if name.isdecimal() else name.removesuffix(".ipynb")
        matches = [path] if path else [path for path in notebooks if begins and path.name.startswith(begins)]
        if not matches or matches[0].suffix != ".ipynb":
            print(f"No notebook is called {name!r}. There are: {', '.join(path.stem for path in notebooks)}. "
                  "A number or a path is enough.", file=sys.stderr)
            raise SystemExit(2)
        found.update(dict.fromkeys(matches))
    return list(found) or list(notebooks)


def code_hash(notebook):
    """Return a hash of the code cells: outputs stored with another hash belong to other code."""
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()[:16]


def is_readable(name):
    """Whether a cell's id was made of words."""
    return READABLE.fullmatch(name) is not None and RANDOM.fullmatch(name) is None


def name_of(cell, taken):
    """Return an id made of a cell's first words, which is none of those taken."""
    source = re.sub(r"\$+[^$]*\$+|\]\([^)]*\)", " ", cell.source)  # neither formulas nor addresses
    letters = unicodedata.normalize("NFKD", source).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z][a-z0-9]*", letters)[:WORDS_OF_A_NAME]
    stem = name = "-".join(words)[:40].rstrip("-") or cell.cell_type
    number = 1
    while name in taken or not is_readable(name):
        number += 1
        name = f"{stem}-{number}"
    return name


def tidy(notebook):
    """Give every cell of a notebook, in place, a readable id and the metadata that its place asks for.

    What a cell has is kept: its name if it is readable, its tags, its type of slide. A heading *Solution* is folded,
    and the code below it is tagged, hidden and kept off the slides. What programs leave in a cell goes.
    """
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)  # the first with ids
    has_slides = any("slideshow" in cell.metadata for cell in notebook.cells)
    taken = {cell.id for cell in notebook.cells if is_readable(cell.get("id", ""))}
    seen, in_solution = set(), False
    for cell in notebook.cells:
        if not is_readable(cell.get("id", "")) or cell.id in seen:
            cell.id = name_of(cell, taken | seen)
        seen.add(cell.id)
        cell.metadata = nbformat.NotebookNode({key: cell.metadata[key] for key in cell.metadata if key in METADATA})
        cell.metadata.pop("jp-MarkdownHeadingCollapsed", None)
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            in_solution = cell.source.startswith(SOLUTION)
            if in_solution:
                cell.metadata["jp-MarkdownHeadingCollapsed"] = True
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "code" and in_solution and "solution" not in tags:
            cell.metadata.tags = tags = [*tags, "solution"]
        if "solution" in tags:
            cell.metadata.setdefault("jupyter", nbformat.NotebookNode()).source_hidden = True
        if has_slides:
            slide = cell.metadata.setdefault("slideshow", nbformat.NotebookNode())
            skipped = in_solution or {"setup", "solution"} & set(tags)
            slide.slide_type = "skip" if skipped else slide.get("slide_type", "-")
    # What the kernel tells of itself changes with the reader's Python and says nothing about the notebook.
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "code_sha256": notebook.metadata.get("code_sha256"),
    }


def run(path, change=lambda notebook: notebook):
    """Return the notebook, changed if asked, with the outputs of a run from top to bottom; a cell that fails raises."""
    notebook = change(nbformat.read(path, as_version=4))
    NotebookClient(notebook, timeout=SECONDS_PER_CELL, kernel_name="python3", store_widget_state=False,
                   coalesce_streams=True, resources={"metadata": {"path": str(path.parent)}}
                   ).execute(env=os.environ | {"VAE_HELPERS_STATE": os.devnull})  # nobody's progress is stored
    return notebook


def pack(png):
    """Return a PNG, base64 text, as a smaller one of the same pixels: without transparency, which no picture has."""
    packed = io.BytesIO()
    Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB").save(packed, "png", optimize=True)
    return base64.b64encode(packed.getvalue()).decode()


def store(path):
    """Run the notebook and write it with its outputs."""
    notebook = run(path)
    tidy(notebook)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = pack(output.data["image/png"])
    notebook.metadata["code_sha256"] = code_hash(notebook)
    nbformat.write(notebook, path)


def store_tidied(path):
    """Write the notebook tidied, with the outputs that it has."""
    notebook = nbformat.read(path, as_version=4)
    tidy(notebook)
    nbformat.write(notebook, path)


def main(arguments=None):
    """Store what the notebooks print, or only tidy them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="notebooks: 3, 03, a path; all if none is named")
    parser.add_argument("--tidy", action="store_true", help="run nothing")
    wanted = parser.parse_args(arguments)
    for path in chosen(wanted.names):
        print(path.name, flush=True)
        (store_tidied if wanted.tidy else store)(path)
        if path not in ALL:
            print("  git does not know it, and so no test looks at it: git add it if it is to be part of the series")


if __name__ == "__main__":
    main()
