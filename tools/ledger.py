"""Where version 1.0.0's asserts are today, or why they are gone: `python -m tools.ledger`.

`tests/claims/ledger.csv` has a row for each assert of the notebooks of 1.0.0, and says how it was found again:

- same: word by word at the place;
- renamed: the same after `RENAMED`, and after the underscore that the names of a claim begin with;
- read: the place holds the same statement in other words, found by reading both;
- dropped: there is no place, and the note says why.

A place is a cell of a page, a cell that a file of claims speaks of, or a test: `file#cell`, `file#test_name`. A note
beside a place says which part of an assert is not there. The table keeps the asserts themselves, so that only
`--check-history` needs the commit.
"""

import ast
import csv
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nbformat

from tools.execute import NOTEBOOKS

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "tests/claims/ledger.csv"
FIRST_VERSION = "ce3b455"  # 1.0.0
RENAMED = {"'2-D'": "'2 numbers'", "'12-D'": "'12 numbers'", "wrong_kind": "wrong_class"}


def asserts(tree):
    """List the conditions of all asserts below a node, in the order of the page and in one spelling."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    return [ast.unparse(node.test) for node in sorted(found, key=lambda node: node.lineno)]


def of_cells(cells):
    """Yield (id, asserts) of the code cells of a notebook that have any."""
    for cell in cells:
        if cell["cell_type"] == "code" and (found := asserts(ast.parse("".join(cell["source"])))):
            yield cell["id"], found


def of_claims(source):
    """Yield (cell, asserts): each assert of a file of claims belongs to the claim above it."""
    cell = None
    for statement in ast.parse(source).body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "claim":
            cell = call.args[0].value
        elif found := asserts(statement):
            yield cell, found


def of_tests(source):
    """Yield (name, asserts) of the tests of a module."""
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef) and statement.name.startswith("test_"):
            yield statement.name, asserts(statement)


def places_today():
    """Return the asserts of every place: {file#cell: [conditions]}."""
    places = {}
    files = [(path, of_cells(nbformat.read(path, as_version=4).cells)) for path in NOTEBOOKS]
    files += [(path, of_claims(path.read_text(encoding="utf-8"))) for path in TABLE.parent.glob("[!_]*.py")]
    files += [(path, of_tests(path.read_text(encoding="utf-8"))) for path in (ROOT / "tests").glob("test_*.py")]
    for path, parts in files:
        for name, found in parts:
            places.setdefault(f"{path.relative_to(ROOT).as_posix()}#{name}", []).extend(found)
    return places


def renamed(condition):
    """Return a condition of 1.0.0 with the names of today."""
    for old, new in RENAMED.items():
        condition = condition.replace(old, new)
    return condition


def public(condition):
    """Return a condition without the underscores that keep a claim's names apart from the notebook's."""
    tree = ast.parse(condition, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = node.id.removeprefix("_")
    return ast.unparse(tree)


def how_found(condition, found):
    """Say how a condition of 1.0.0 is among the conditions of a place: same, renamed, or read where neither."""
    if condition in found:
        return "same"
    return "renamed" if renamed(condition) in map(public, found) else "read"


def rows():
    """List the rows of the table: notebook, cell, assert, how, place, note."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def complaints(table, places):
    """List what is wrong with a table: places that are gone, statements that changed, reasons that are missing."""
    wrong = []
    for row in table:
        name, how, place = f"{row['notebook']}, {row['cell']}: {row['assert']}", row["how"], row["place"]
        if how == "dropped":
            if place or not row["note"]:
                wrong.append(f"{name}: dropped without a reason, or not dropped")
        elif how not in ("same", "renamed", "read"):
            wrong.append(f"{name}: found how? {how}")
        elif place not in places:
            wrong.append(f"{name}: nothing is asserted at {place}")
        elif how not in ("read", how_found(row["assert"], places[place])):
            wrong.append(f"{name}: no longer the {how} at {place}")
    return wrong


def of_the_first_version():
    """List (notebook, cell, condition) of every assert of the notebooks of 1.0.0, from the history."""
    def git(*words):
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    found = []
    for name in git("ls-tree", "-r", "--name-only", FIRST_VERSION, "notebooks").split():
        if name.endswith(".ipynb"):
            cells = json.loads(git("show", f"{FIRST_VERSION}:{name}"))["cells"]
            found += [(Path(name).stem, cell, condition) for cell, many in of_cells(cells) for condition in many]
    return found


def main(check_history):
    """Print the table and its sums, and what is wrong with it."""
    table = rows()
    for row in table:
        print("{notebook}, {cell}: {assert}\n    {how} {place} {note}".format(**row))
    wrong = complaints(table, places_today())
    if check_history:
        kept = Counter((row["notebook"], row["cell"], row["assert"]) for row in table)
        if kept != Counter(of_the_first_version()):
            wrong.append(f"the rows are not the asserts of {FIRST_VERSION}")
    print(f"\n{len(table)} asserts of 1.0.0:", dict(Counter(row["how"] for row in table)))
    for beginning in ("notebooks/", "tests/claims/", "tests/test_"):
        print(f"{sum(row['place'].startswith(beginning) for row in table):5} in {beginning}")
    sys.exit("\n".join(wrong) or None)


if __name__ == "__main__":
    main("--check-history" in sys.argv[1:])
