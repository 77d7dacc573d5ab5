"""Turn the notebooks into reveal.js decks: `make slides`, or `python -m tools.slides 03` for one of them.

A deck is one file that opens from disk, without a network: reveal.js, which comes with a package from pip, pictures,
formulas and the formulas' letters are all inside. Each cell's `slide_type` says where it goes, as everywhere in
Jupyter. Set-up and solutions are left out, hints to the lecturer become speaker notes.
"""

import base64
import html
import io
import re
import sys
from pathlib import Path

import nbformat
from PIL import Image, UnidentifiedImageError
from pygments.formatters import HtmlFormatter

from tools import markup
from tools.execute import NOTEBOOKS, chosen
from tools.markup import code_markup, font_of, output_markup, package, read

ROOT = Path(__file__).parents[1]
ASSETS = Path(__file__).parent / "assets" / "slides"
LINK = r"\1.html"  # a neighbour has a deck, too
LEFT_OUT = {"setup", "solution"}  # tags; their slide_type is "skip" besides
SEE = "*What to see:*"  # opens the description of the picture above it


def deck(path):
    """Make a deck of a notebook.

    Parameters
    ----------
    path : pathlib.Path
        The notebook; pictures that it links are looked for beside it.

    Returns
    -------
    str
        The page.
    """
    notebook = nbformat.read(path, as_version=4)
    columns = _columns(notebook.cells, path.parent)
    slides = ""
    for column in columns:
        sections = "".join(f"<section>{slide.markup()}</section>\n" for slide in column)
        slides += f"<section>\n{sections}</section>\n" if len(column) > 1 else sections
    title = re.search(r"^# (.*)$", notebook.cells[0].source, flags=re.M)[1]
    reveal = package("pyreveal") / "revealjs" / "dist"
    styles = [read(reveal / "reveal.css"), HtmlFormatter(style="default").get_style_defs(".highlight"),
              read(ASSETS / "deck.css").replace("{font}", font_of(slides))]
    scripts = [read(reveal / "reveal.js"), read(reveal / "plugin" / "notes.js"), read(ASSETS / "deck.js")]
    scripts = [re.sub(r"</(?=script)", r"<\\/", script) for script in scripts]  # in a string, where it ends no script
    parts = {"title": html.escape(title), "styles": "\n".join(styles), "slides": slides,
             "scripts": "</script>\n<script>".join(scripts)}
    return re.sub(r"\{(\w+)\}", lambda found: parts[found[1]], read(ASSETS / "deck.html"))


def write(notebooks, folder):
    """Write the decks of these notebooks.

    Parameters
    ----------
    notebooks : list of pathlib.Path
    folder : pathlib.Path
        Made where it does not exist; older decks of the same names are replaced.

    Returns
    -------
    list of pathlib.Path
        The decks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    decks = [folder / f"{path.stem}.html" for path in notebooks]
    for path, file in zip(notebooks, decks):
        file.write_text(deck(path), encoding="utf-8")
    return decks


def _columns(cells, folder):
    """The slides, in columns: those that are reached by going down stand below the slide that opens them."""
    columns = []
    for cell in cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        if kind == "skip" or LEFT_OUT & set(cell.metadata.get("tags", [])):
            continue
        if kind == "slide" or not columns:
            columns.append([_Slide()])
        elif kind == "subslide":
            columns[-1].append(_Slide())
        columns[-1][-1].add(cell, kind, folder)
    return columns


class _Slide:
    """What stands on a slide, and the notes to it."""

    def __init__(self):
        self.blocks, self.notes = [], []
        self.step = None  # the fragment that cells are put into: it appears when one goes on
        self.has_picture_last = False

    def add(self, cell, kind, folder):
        if kind == "notes":
            self.notes.append(markup.markdown(cell.source, folder, LINK))
            return
        if kind == "fragment":
            self.step = 0 if self.step is None else self.step + 1
        if cell.cell_type == "markdown":
            text = markup.markdown(cell.source, folder, LINK)
            if cell.source.startswith(SEE) and self.has_picture_last:
                # Beside the picture rather than below it, where a slide has no room.
                self.blocks[-1] = f'<div class="row">{self.blocks[-1]}{self.block(cell, text, "see")}</div>'
            else:
                self.blocks.append(self.block(cell, text, "text"))
            self.has_picture_last = False
        elif cell.cell_type == "code":
            code = "" if cell.metadata.get("jupyter", {}).get("source_hidden") else code_markup(cell.source)
            outputs = [output_markup(output, folder, LINK) for output in cell.outputs]
            pictures = [output for output in outputs if output.startswith("<img")]
            words = code + "".join(output for output in outputs if not output.startswith("<img"))
            if words:
                self.blocks.append(self.block(cell, words, "code"))
            if pictures:
                ratio = max(map(_height_of_width, pictures))
                framed = "".join(f"<div>{picture}</div>" for picture in pictures)
                self.blocks.append(self.block(cell, framed, "picture", f' style="--ratio: {ratio:.3f}"'))
            self.has_picture_last = bool(pictures)

    def block(self, cell, content, kind, more=""):
        step = "" if self.step is None else f' data-fragment-index="{self.step}"'
        kinds = f"block {kind}" + ("" if self.step is None else " fragment")
        return f'<div class="{kinds}" data-cell="{cell.id}"{step}{more}>{content}</div>'

    def markup(self):
        notes = f'<aside class="notes">{"".join(self.notes)}</aside>' if self.notes else ""
        return "".join(self.blocks) + notes


def _height_of_width(picture):
    """A picture's height in widths, where it is made of pixels."""
    found = re.search(r"base64,([^\"]+)", picture)
    try:
        width, height = Image.open(io.BytesIO(base64.b64decode(found[1]))).size
    except UnidentifiedImageError:
        return 1.0
    return height / width


if __name__ == "__main__":
    for file in write(chosen(sys.argv[1:], NOTEBOOKS), ROOT / "slides"):
        print(file.relative_to(ROOT))
