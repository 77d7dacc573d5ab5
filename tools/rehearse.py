"""Rehearse the lectures: `make rehearse` runs each in a real JupyterLab, in order and shuffled, and times its cells.

The window is that of a projector of 1280 by 720 at 125 %, in Presentation Mode. A cell that fails, a widget that does
not answer to a key or a stroke, or a complaint of the browser makes the rehearsal end with an error.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from playwright.sync_api import Error

from tools.browser import LabPage, chromium, jupyter_lab
from tools.lecture import ROOT, lectures
from tools.twins import KINDS

PROJECTOR = {"viewport": {"width": 1024, "height": 576}, "device_scale_factor": 1.25}
TOO_EARLY = "Failed to load resource"  # JupyterLab asks for a figure before it knows its folder, and then again
SEED = 15
PATIENCE = 20  # seconds, with a widget
PRESENT = """async () => {
    await jupyterapp.commands.execute("application:set-mode", {mode: "single-document"});
    await jupyterapp.commands.execute("application:toggle-presentation-mode");
    jupyterapp.shell.collapseLeft();
}"""
RUN = """async number => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = number;
    notebook.deselectAll();
    await jupyterapp.commands.execute("notebook:run-cell");
    notebook.scrollToItem(number, "start");
}"""
WRONG = """number => jupyterapp.shell.currentWidget.content.widgets[number].model.sharedModel.outputs
    .filter(output => output.output_type === "error").map(output => `${output.ename}: ${output.evalue}`)"""
# What a reader sees of a widget: its pictures' pixels, and its words.
SEEN = """cell => [...cell.querySelectorAll("canvas")].map(canvas => canvas.toDataURL()).join()
    + [...cell.querySelectorAll(".jp-OutputArea img")].map(image => image.src).join()
    + cell.querySelector(".jp-OutputArea").innerText"""
CONTROL = ".noUi-handle, input[type=range], [aria-roledescription='two-dimensional slider']"
CANVAS, READ = "[aria-roledescription='drawing canvas']", "The encoder gives it"


def order_of(cells, shuffled):
    """Return the numbers of the code cells in the order to run them; the first prepares the lecture and stays first."""
    first, *others = [number for number, cell in enumerate(cells) if cell.cell_type == "code"]
    if shuffled:
        random.Random(SEED).shuffle(others)
    return [first, *others]


def answer(lab, cell):
    """Press a key on a widget's control, or draw on its canvas, and return the seconds until the cell shows it."""
    control = cell.locator(CONTROL).first
    control.wait_for()
    before, began = cell.evaluate(SEEN), time.perf_counter()
    if cell.locator(CANVAS).count():
        cell.locator(CANVAS).drag_to(cell.locator(CANVAS), source_position={"x": 99, "y": 40},
                                     target_position={"x": 99, "y": 180})
        cell.get_by_text(READ).wait_for()  # what Python says of it
        return time.perf_counter() - began
    control.press("ArrowRight")
    while cell.evaluate(SEEN) == before:
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError("the widget does not answer")
        lab.page.wait_for_timeout(10)
    return time.perf_counter() - began


def rehearse(browser, path, shuffled=False):
    """Run a lecture's cells and print a line for each.

    Parameters
    ----------
    browser : playwright.sync_api.Browser
    path : pathlib.Path
        The notebook.
    shuffled : bool
        Whether all cells but the first come in another order.

    Returns
    -------
    list of str
        What went wrong.
    """
    cells, problems = nbformat.read(path, as_version=4).cells, []
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "files"
        for name in ("notebooks", "figures"):
            shutil.copytree(ROOT / name, files / name)
        shutil.copy(path, files / "notebooks" / path.name)
        with jupyter_lab(Path(folder)) as address:
            lab = LabPage(browser, address, **PROJECTOR)
            lab.show(f"notebooks/{path.name}")
            lab.page.evaluate(PRESENT)
            print(f"\n{path.stem}, {'shuffled' if shuffled else 'in order'}\n{'seconds':>8} {'answer':>7}  cell")
            for number in order_of(cells, shuffled):
                began = time.perf_counter()
                lab.page.evaluate(RUN, number)
                seconds, answered = time.perf_counter() - began, ""
                wrong = lab.page.evaluate(WRONG, number)
                if set(cells[number].metadata.get("tags", [])) & set(KINDS):
                    try:
                        cell = lab.page.locator(f'.jp-Cell[data-windowed-list-index="{number}"]')
                        answered = f"{answer(lab, cell):.2f}"
                    except (Error, RuntimeError) as error:
                        wrong.append(str(error))
                print(f"{seconds:8.2f} {answered:>7}  {cells[number].id} {' '.join(wrong)}", flush=True)
                problems += [f"{path.stem}, {cells[number].id}: {words}" for words in wrong]
            said = [words for words in lab.errors if not words.startswith(TOO_EARLY)] + lab.outside
            problems += [f"{path.stem}: {words}" for words in said]
            lab.close()
    return problems


def main(words=None):
    """Rehearse the lectures that the words of a command name."""
    parser = argparse.ArgumentParser(prog="python -m tools.rehearse", description="Run lectures in JupyterLab.")
    parser.add_argument("notebook", nargs="*", help="a lecture's notebook, in place of both lectures")
    paths = lectures(parser.parse_args(words).notebook)
    with chromium() as browser:
        if browser is None:
            sys.exit("make rehearse needs Chromium; none is installed.")
        problems = [problem for path in paths for shuffled in (False, True)
                    for problem in rehearse(browser, path, shuffled)]
    print("\n".join(["", *problems]) if problems else "\nEvery cell ran, and every widget answered.")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
