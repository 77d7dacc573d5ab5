"""Make the homework: `make homework` writes the exercises of the way through as notebooks without solutions.

Of a notebook of the way, build/homework/ gets its exercises, the `setup` cell, and, folded, the code cells above that
define what the exercises use; no solution, no output, no prose. `check(...)` in each exercise judges the answer, as in
the notebook itself.
"""

import ast
import builtins
import symtable
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
    cells = [cell for cell in notebook.cells if "solution" not in tags(cell)]
    starts = [i for i, cell in enumerate(cells) if cell.source.startswith(HEADING)]
    if not starts or not any("exercise" in tags(cell) for cell in cells):
        return None
    start = starts[0]
    exercises = [cell for cell in until_next_heading(cells[start:]) if not cell.source.startswith(SOLUTION)]
    code = [cell for cell in cells[:start] if cell.cell_type == "code"]
    answers = [cell for cell in notebook.cells if "solution" in tags(cell)]  # what they use, an answer may use, too
    wanted = needed(code, [cell for cell in [*exercises, *answers] if cell.cell_type == "code"])
    title = next(cell.source.split("\n")[0].removeprefix("# ") for cell in cells if cell.source.startswith("# "))
    kept = [nbformat.v4.new_markdown_cell(
        f"# Homework: {title}\n\nThe folded cells prepare what the exercises use; they come from `{path.name}`. Run "
        "the notebook from the top. Each exercise ends with a call of `check`, which says whether the answer is right.",
        id="homework")]
    kept += [folded(cell) for cell in code if cell in wanted] + exercises
    made = nbformat.v4.new_notebook(cells=[bare(cell) for cell in kept], metadata=notebook.metadata)
    made.metadata.pop("code_sha256", None)
    return made


def until_next_heading(cells):
    """Yield the cells of a section, whose heading is the first."""
    for i, cell in enumerate(cells):
        if i and cell.cell_type == "markdown" and cell.source.startswith("## "):
            return
        yield cell


def needed(code, exercises):
    """Return the cells that define what the exercises use, and what those use in turn.

    Parameters
    ----------
    code : list of nbformat.NotebookNode
        The code cells above the exercises.
    exercises : list of nbformat.NotebookNode

    Returns
    -------
    list of nbformat.NotebookNode
        In their order, those tagged `setup` among them.
    """
    names, kept = set(), []
    for cell in reversed(exercises):
        names = names - defined(cell.source) | used(cell.source)
    for cell in reversed(code):
        if "setup" in tags(cell) or names & (defined(cell.source) | changed(cell.source)):
            kept.append(cell)
            names = names - anew(cell.source) | used(cell.source)
    return kept[::-1]


def defined(source):
    """Return the names that a source binds at its top level, also in loops and blocks."""
    tree = ast.parse(source)
    names = {alias.asname or alias.name.split(".")[0] for node in ast.walk(tree)
             if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names}
    for node in _outside_functions(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
    return names


def anew(source):
    """Return the names that a source binds whatever was there before: not in a branch or a loop."""
    certain = (ast.Assign, ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    statements = [node for node in ast.parse(source).body if isinstance(node, certain)]
    return set().union(*(defined(ast.unparse(node)) for node in statements))


def changed(source):
    """Return the names of what a source changes in place: an item or attribute is set, or it is trained or filled."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        target = node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            target = node.func if node.func.attr in {"append", "compile", "extend", "fit", "train", "update"} else None
            if target is not None and isinstance(target.value, ast.Name) and target.attr == "train":
                names |= {part.id for part in node.args[:1] if isinstance(part, ast.Name)}  # training.train(model, ...)
        elif not (isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store)):
            continue
        while isinstance(target, (ast.Subscript, ast.Attribute)):
            target = target.value
        if isinstance(target, ast.Name):
            names.add(target.id)
    return names


def used(source):
    """Return the names that a source needs from elsewhere, but for Python's own."""
    needs, bound = set(), set()
    for statement in ast.parse(source).body:
        text = ast.unparse(statement)
        inner = defined(text) if isinstance(statement, (ast.For, ast.With, ast.While, ast.If, ast.Try)) else set()
        needs |= _read(symtable.symtable(text, "cell", "exec")) - bound - inner
        bound |= defined(text)
    return needs - set(dir(builtins))


def _read(table):
    """Return the global names that a table of symbols, or one within it, reads."""
    is_module = table.get_type() == "module"
    own = {symbol.get_name() for symbol in table.get_symbols()
           if symbol.is_referenced() and (is_module or symbol.is_global())}
    return own.union(*map(_read, table.get_children()))


def tags(cell):
    """Return a cell's tags."""
    return set(cell.metadata.get("tags", []))


def folded(cell):
    """Return a copy whose source is folded."""
    cell = nbformat.from_dict(cell)
    cell.metadata.setdefault("jupyter", nbformat.NotebookNode()).source_hidden = "setup" not in tags(cell)
    return cell


def bare(cell):
    """Return a copy without outputs and slide types."""
    cell = nbformat.from_dict(cell)
    cell.metadata.pop("slideshow", None)
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


def _outside_functions(tree):
    """Yield the nodes of a tree, but none within a function, a class, or a comprehension."""
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        yield node
        inner = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
        if not isinstance(node, inner):
            nodes.extend(ast.iter_child_nodes(node))


if __name__ == "__main__":
    for file in write(chosen(sys.argv[1:], WAY)):
        print(Path(file).relative_to(ROOT))
