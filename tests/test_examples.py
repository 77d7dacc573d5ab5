"""Examples in docstrings print what they say they print, and there is one for whatever a notebook calls."""

import ast
import doctest
import importlib

import matplotlib as mpl
import nbformat
import pytest

from tests.test_package import DOCUMENTED, ROOMS, ROOT

# Classes, which a reader meets in the notebook that builds them.
WITHOUT_EXAMPLE = {"models.Sampling", "models.VAE", "network.Network"}
LATER = {"data", "doctor", "models", "pad", "sliders", "training"}  # rooms whose examples are still to be written


def examples(room):
    """The examples of a room, one for each docstring that has some."""
    module = importlib.import_module(f"vae_helpers.{room}")
    return [test for test in doctest.DocTestFinder(exclude_empty=True).find(module, room) if test.examples]


def called():
    """Yield the functions and classes of the helpers, as "room.name", that a notebook uses."""
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        names = {}
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            source = "\n".join(line for line in cell.source.splitlines() if not line.startswith(("%", "!")))
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vae_helpers"):
                    rooms = node.module.removeprefix("vae_helpers").lstrip(".")
                    names.update({alias.asname or alias.name: f"{rooms}.{alias.name}".lstrip(".")
                                  for alias in node.names})
                elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
                    yield f"{names[node.value.id]}.{node.attr}"
        yield from names.values()


CALLED = sorted(set(called()) & set(DOCUMENTED))


@pytest.mark.parametrize("room", ROOMS)
def test_examples_run(room):
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    with mpl.rc_context():  # an example may set the style
        for test in examples(room):
            report = []
            runner.run(test, out=report.append)
            assert not report, "".join(report)


def test_notebooks_call_what_is_expected():
    assert {"gaussian.kl_between", "data.load_mnist", "plots.digit_sheet", "sliders.latent_sliders"} <= set(CALLED)


@pytest.mark.parametrize("name", [name for name in CALLED if name.split(".")[0] not in LATER
                                  and name not in WITHOUT_EXAMPLE])
def test_whatever_a_notebook_calls_has_an_example(name):
    assert ">>> " in (ast.get_docstring(DOCUMENTED[name]) or "")
