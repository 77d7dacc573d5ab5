"""What the page for a reader in trouble promises: each symptom leads to a section, and each section runs alone."""

import ast
import builtins
import re
from itertools import takewhile
from pathlib import Path

import nbformat
import pytest

PATH = Path(__file__).parents[1] / "notebooks" / "deeper" / "when_it_goes_wrong.ipynb"
CELLS = nbformat.read(PATH, as_version=4).cells
SECTION = re.compile(r"## (\d\. .*)")


def section_of(cells):
    """Yield (heading or None, cell): the heading of the numbered section that a cell stands in."""
    heading = None
    for cell in cells:
        if cell.cell_type == "markdown" and re.match(r"## ", cell.source):
            found = SECTION.match(cell.source)
            heading = found and found[1]
        yield heading, cell


SECTIONS = list(dict.fromkeys(heading for heading, _ in section_of(CELLS) if heading))


def code_of(wanted):
    """Return the code of a section, or, for None, of all that stands above the first section."""
    if wanted is None:
        cells = [cell for heading, cell in takewhile(lambda pair: pair[0] is None, section_of(CELLS))]
    else:
        cells = [cell for heading, cell in section_of(CELLS) if heading == wanted]
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


def names(source, context):
    """Return the names that some code makes, for `ast.Store`, or reads, for `ast.Load`."""
    tree = list(ast.walk(ast.parse(source)))
    found = {node.id for node in tree if isinstance(node, ast.Name) and isinstance(node.ctx, context)}
    if context is ast.Store:
        found |= {node.name for node in tree if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.ExceptHandler))}
        found |= {node.arg for node in tree if isinstance(node, ast.arg)}
        found |= {alias.asname or alias.name for node in tree if isinstance(node, (ast.Import, ast.ImportFrom))
                  for alias in node.names}
    return found


def missing(section):
    """Return what the code of a section reads and neither it nor the cells above the first section make."""
    made = names(code_of(None), ast.Store) | names(code_of(section), ast.Store) | set(dir(builtins))
    return names(code_of(section), ast.Load) - made


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_runs_alone(section):
    assert code_of(section) and not missing(section)


def test_a_name_of_another_section_would_be_found():
    assert names("x = elsewhere\ny = x", ast.Load) - names("x = elsewhere\ny = x", ast.Store) == {"elsewhere"}


def test_the_first_thing_on_the_page_leads_to_every_section():
    links = set(re.findall(r"\[(\d)\]\(#(.*?)\)", CELLS[0].source))
    assert len(SECTIONS) == 9
    assert links == {(heading[0], heading.replace(" ", "-")) for heading in SECTIONS}
