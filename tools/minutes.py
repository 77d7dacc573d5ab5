"""How long a notebook takes to read, honestly: `python -m tools.minutes`, or with names of notebooks.

The weights were fitted to a reader who timed all notebooks. Reference tables (cells tagged `reference`), folded answers
and the list of references do not count; nor do solutions, which stand for the time of their exercise.
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple

import nbformat

from tools.execute import NOTEBOOKS

WORDS_A_MINUTE = 200
MINUTES_A_FORMULA = 0.5  # of those displayed
SECONDS_A_LINE = 5
MINUTES_A_PICTURE = 0.5
MINUTES_AN_EXERCISE = 4
APART = {"setup", "exercise", "solution"}  # code cells that the limit of a notebook's length does not count


class Reading(NamedTuple):
    """What a notebook holds, and the minutes that it takes."""

    words: int
    formulas: int
    lines: int
    pictures: int
    exercises: int
    cells: int
    asserts: int

    @property
    def minutes(self):
        """Minutes by the formula of the style page, not rounded."""
        return (self.words / WORDS_A_MINUTE + MINUTES_A_FORMULA * self.formulas + SECONDS_A_LINE / 60 * self.lines
                + MINUTES_A_PICTURE * self.pictures + MINUTES_AN_EXERCISE * self.exercises)

    @property
    def announced(self):
        """Minutes as a page announces them, rounded to 5."""
        return max(5, 5 * round(self.minutes / 5))


def _tags(cell):
    return set(cell.metadata.get("tags", []))


def _prose(notebook):
    """Return the Markdown that a reader reads from top to bottom."""
    cells = [cell.source for cell in notebook.cells
             if cell.cell_type == "markdown" and not _tags(cell) & {"reference", "solution"}
             and cell.metadata.get("slideshow", {}).get("slide_type") != "notes"]
    text = re.split(r"^## References$", "\n\n".join(cells), flags=re.M)[0]
    return re.sub(r"<details>.*?</details>|```.*?```|<!--.*?-->", "", text, flags=re.S)


def reading(notebook):
    """Count what a notebook holds.

    Parameters
    ----------
    notebook : nbformat.NotebookNode

    Returns
    -------
    Reading
    """
    prose = _prose(notebook)
    formulas = re.findall(r"\$\$.*?\$\$", prose, flags=re.S)
    without = re.sub(r"\$\$.*?\$\$", "", prose, flags=re.S)
    pictures = len(re.findall(r"!\[", without))
    # A link is read by its text, a formula in the line as a word.
    without = re.sub(r"!\[.*?\]\(.*?\)|\]\(.*?\)|<[^>]*>", "", without, flags=re.S)
    without = re.sub(r"\$[^$]*\$", "formula", without)
    words = re.findall(r"[^\W_][\w'’.-]*", without)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    read = [cell for cell in code if "solution" not in _tags(cell)]
    drawn = sum("image/png" in output.get("data", {}) or "image/svg+xml" in output.get("data", {})
                for cell in read for output in cell.get("outputs", []))
    return Reading(
        words=len(words),
        formulas=len(formulas),
        lines=sum(len([line for line in cell.source.split("\n") if line.strip()]) for cell in read),
        pictures=pictures + drawn,
        exercises=sum("exercise" in _tags(cell) for cell in code),
        cells=len([cell for cell in code if not _tags(cell) & APART]),
        asserts=sum(len(re.findall(r"^\s*assert ", cell.source, flags=re.M)) for cell in code),
    )


def main(names):
    """Print a table of the notebooks whose file names begin as asked, or of all."""
    print(f"{'notebook':36} minutes  words formulas lines pictures exercises cells asserts")
    total = 0.0
    for path in NOTEBOOKS:
        if not names or Path(path).name.startswith(tuple(names)):
            found = reading(nbformat.read(path, as_version=4))
            total += found.minutes
            print(f"{Path(path).stem:36} {found.minutes:7.0f} {found.words:6} {found.formulas:8} {found.lines:5} "
                  f"{found.pictures:8} {found.exercises:9} {found.cells:5} {found.asserts:7}")
    print(f"{'in all':36} {total:7.0f}")


if __name__ == "__main__":
    main(sys.argv[1:])
