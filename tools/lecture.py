"""Make the decks of the lectures: `make lecture`, or `python -m tools.lecture NOTEBOOK ...`.

A deck is one file that opens from disk, without a network: reveal.js, which comes with a package from pip, pictures,
formulas and the formulas' letters are inside, and so are the widgets, alive without a kernel (tools/twins.py). A slide
is 1280 by 720; reveal.js scales it as a whole to the window. Of each cell:

- `slide_type` "slide" begins a slide, "fragment" appears later, "-" belongs to the slide, "notes" is the lecturer's
  note, "skip" is left out, and so is what is tagged `setup`;
- code stays hidden, but for its output, unless the cell is tagged `show-code`;
- a tag of `twins.KINDS` puts that widget in place of the output.

The deck of a translated notebook is in a folder of its own, and its widgets speak the notebook's language.
"""

import argparse
import html
import re
from pathlib import Path

import nbformat
from pygments.formatters import HtmlFormatter

from tools import markup
from tools.markup import code_markup, font_of, output_markup, package, read
from tools.messages import language_of, speaker, tag_of
from tools.twins import KINDS, Twins

ROOT = Path(__file__).parents[1]
ASSETS = Path(__file__).parent / "assets" / "lecture"
BUILD = ROOT / "build"
# A slide is as large as it is, whatever the size of the window that a widget's style asks for.
MEDIA = re.compile(r"@media [^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
PART = re.compile(r"(<h[1-3]\b.*?</h[1-3]>|<p><img\b[^>]*></p>)", flags=re.S)  # what stands alone: heading, picture


class Slide:
    """What stands on a slide, as HTML, and the notes to it.

    Attributes
    ----------
    blocks : list of str
    notes : list of str
    """

    def __init__(self):
        self.blocks, self.notes = [], []

    def add(self, cell, folder, twins, link):
        """Put a cell's content on the slide, or what is said to it into the notes."""
        kind = kind_of(cell)
        if kind == "notes":
            self.notes.append(markup.markdown(cell.source, folder, link))
            return
        for name, content in _content(cell, folder, twins, link):
            classes = f"block {name}" + (" fragment" if kind == "fragment" else "")
            self.blocks.append(f'<div class="{classes}" data-cell="{cell.id}">{content}</div>')

    def section(self, with_notes=True):
        """Return the slide as HTML."""
        notes = f'<aside class="notes">{"".join(self.notes)}</aside>' if self.notes and with_notes else ""
        return f"<section>{''.join(self.blocks)}{notes}</section>"


def kind_of(cell):
    """Return what a cell's `slide_type` says, "-" where it says nothing."""
    return cell.metadata.get("slideshow", {}).get("slide_type") or "-"


def slides_of(notebook, folder, twins):
    """Return the slides of a notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    folder : pathlib.Path
        Where pictures are looked for.
    twins : Twins
        Gets the widgets.

    Returns
    -------
    list of Slide
    """
    slides, language = [], language_of(notebook)
    link = rf"../../notebooks/{language}/\1.ipynb" if language else r"../notebooks/\1.ipynb"
    for cell in notebook.cells:
        if kind_of(cell) == "skip" or "setup" in cell.metadata.get("tags", []):
            continue
        if kind_of(cell) == "slide" or not slides:
            slides.append(Slide())
        slides[-1].add(cell, folder, twins, link)
    return slides


def deck(path):
    """Make the deck of a lecture.

    Parameters
    ----------
    path : pathlib.Path
        The notebook, with its outputs.

    Returns
    -------
    str
        The page.
    """
    notebook = nbformat.read(path, as_version=4)
    twins = Twins(language_of(notebook))
    sections = "\n".join(slide.section() for slide in slides_of(notebook, path.parent, twins))
    reveal = package("pyreveal") / "revealjs" / "dist"
    notes = read(reveal / "plugin" / "notes.js").replace("</style>", f"{read(ASSETS / 'speaker.css')}</style>")
    scripts = [read(reveal / "reveal.js"), notes, read(ASSETS / "deck.js")]
    body = f'<div class="reveal"><div class="slides">\n{sections}\n</div></div>\n{twins.scripts()}\n'
    body += "\n".join(f"<script>{_in_script(script)}</script>" for script in scripts)
    return page(notebook, [read(reveal / "reveal.css"), read(ASSETS / "deck.css")], body)


def page(notebook, styles, body):
    """Return a page with the slides' style and the letters of its formulas.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Has the title, and the language.
    styles : list of str
        Style sheets besides that of a slide.
    body : str

    Returns
    -------
    str
    """
    style = "\n".join([*styles, HtmlFormatter(style="default").get_style_defs(".highlight"),
                       MEDIA.sub("", Twins.style()), read(ASSETS / "slide.css").replace("{font}", font_of(body))])
    language = language_of(notebook)
    body = body.replace(markup.ALT, speaker(language)("described in the text"))
    return (f'<!doctype html>\n<html lang="{tag_of(language)}">\n<head>\n<meta charset="utf-8">\n'
            f"<title>{html.escape(title_of(notebook))}</title>\n"
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{style}</style>\n'
            f"</head>\n<body>\n{body}\n</body>\n</html>\n")


def title_of(notebook):
    """Return the text of the first heading, or a name for a notebook that has none."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = re.search(r"^#+ (.*)$", text, flags=re.M)
    return found[1] if found else "A lecture"


def lectures(names=()):
    """Return the notebooks that a command names, or both lectures."""
    return [Path(name) for name in names] or sorted((ROOT / "notebooks").glob("lecture_*.ipynb"))


def write(notebooks, folder=BUILD):
    """Write the decks of these notebooks, and return their paths.

    Parameters
    ----------
    notebooks : list of pathlib.Path
    folder : pathlib.Path
        Made where it does not exist; older decks of the same names are replaced. A translated one is in it in the
        folder of its language.

    Returns
    -------
    list of pathlib.Path
    """
    decks = [folder / language_of(nbformat.read(path, as_version=4)) / f"{path.stem}.html" for path in notebooks]
    for path, file in zip(notebooks, decks):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(deck(path), encoding="utf-8")
    return decks


def _content(cell, folder, twins, link):
    """Yield the kind and the HTML of each part of a cell."""
    tags = cell.metadata.get("tags", [])
    if cell.cell_type == "markdown":
        for part in PART.split(markup.markdown(cell.source, folder, link)):
            if part.strip():
                kind = "heading" if part.startswith("<h") else "picture" if part.startswith("<p><img") else "text"
                yield kind, part.removeprefix("<p>").removesuffix("</p>") if kind == "picture" else part
        return
    if cell.cell_type != "code":
        return
    if "show-code" in tags:
        columns = max(map(len, cell.source.splitlines()))
        yield "code", f'<div style="--columns: {columns}">{code_markup(cell.source)}</div>'
    named = [tag for tag in tags if tag in KINDS]
    if named:
        yield "widget", twins.place(named[0])
        return
    outputs = [output_markup(output, folder, link) for output in cell.outputs]
    pictures = [output for output in outputs if output.startswith("<img")]
    words = "".join(output for output in outputs if not output.startswith("<img"))
    if words:
        yield "words", words
    if pictures:
        yield "picture", "".join(pictures)


def _in_script(text):
    return re.sub(r"</(?=script)", r"<\\/", text)  # in a string, where it ends no script


def main(words=None):
    """Write the decks that the words of a command name."""
    parser = argparse.ArgumentParser(prog="python -m tools.lecture", description="Write decks of lectures into build/.")
    parser.add_argument("notebook", nargs="*", help="a notebook with slides, in place of both lectures")
    for file in write(lectures(parser.parse_args(words).notebook)):
        print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
