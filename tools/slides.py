"""Turn the notebooks into reveal.js decks: `make slides`, or `python -m tools.slides 03` for one of them.

A deck is one file that opens from disk, without a network: reveal.js, which comes with a package from pip, pictures,
formulas and the formulas' letters are all inside. Each cell's `slide_type` says where it goes, as everywhere in
Jupyter. Set-up and solutions are left out, hints to the lecturer become speaker notes.
"""

import base64
import functools
import html
import importlib.util
import io
import mimetypes
import re
import sys
from pathlib import Path

import latex2mathml.converter
import nbformat
from fontTools import subset
from nbconvert.filters import ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from PIL import Image, UnidentifiedImageError
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from tools.execute import NOTEBOOKS, chosen

ROOT = Path(__file__).parents[1]
ASSETS = Path(__file__).parent / "assets" / "slides"
LEFT_OUT = {"setup", "solution"}  # tags; their slide_type is "skip" besides
SEE = "*What to see:*"  # opens the description of the picture above it
NOTEBOOK = re.compile(r"^([\w-]+)\.ipynb")  # a link to a neighbour, which has a deck
# Functions that LaTeX sets apart from what they are applied to, unless that is in brackets.
FUNCTIONS = "arg|cos|det|dim|exp|inf|ln|log|max|min|Pr|sin|sup|tan|tanh|tr"


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
    reveal = _package("pyreveal") / "revealjs" / "dist"
    styles = [_read(reveal / "reveal.css"), HtmlFormatter(style="default").get_style_defs(".highlight"),
              _read(ASSETS / "deck.css").replace("{font}", _font_of(slides))]
    scripts = [_read(reveal / "reveal.js"), _read(reveal / "plugin" / "notes.js"), _read(ASSETS / "deck.js")]
    scripts = [re.sub(r"</(?=script)", r"<\\/", script) for script in scripts]  # in a string, where it ends no script
    parts = {"title": html.escape(title), "styles": "\n".join(styles), "slides": slides,
             "scripts": "</script>\n<script>".join(scripts)}
    return re.sub(r"\{(\w+)\}", lambda found: parts[found[1]], _read(ASSETS / "deck.html"))


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


def mathml(latex, block=False):
    """Turn a formula into MathML, which browsers show without a script.

    Parameters
    ----------
    latex : str
        Without the dollar signs.
    block : bool, default=False
        Whether it stands on a line of its own.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If it holds a command that is not known; the message names it.
    """
    source = re.sub(r"\\(begin|end)\{aligned\}", r"\\\1{align*}", latex)
    source = re.sub(r"(\\\\)\[[\d.]+\w+\]", r"\1", source)  # more room between lines
    source = re.sub(r"\\text\w*\{[^}]*\}", lambda found: found[0].replace(r"\_", "_"), source)
    result = latex2mathml.converter.convert(source, display="block" if block else "inline")
    unknown = re.search(r"\\[A-Za-z]+", html.unescape(result))
    if unknown:
        raise ValueError(f"{unknown[0]} is not known to latex2mathml, in {latex.strip()!r}")
    space = '<mspace width="0.17em" />'
    result = re.sub(rf"<mi>({FUNCTIONS})</mi>(?!<mo stretchy)", rf"<mrow><mi>\1</mi>{space}</mrow>", result)
    result = re.sub(rf"(</m(?:i|n|su[bp]|subsup)>)(<mrow>)?(?=<mi>(?:{FUNCTIONS})</mi>)", rf"\1\2{space}", result)
    # Without \left and \right, a bar is as high as a letter; and "is drawn from" is a relation.
    result = re.sub(r"<mo>(&#x02016;|&#x02225;|\||&#x0007C;)</mo>", r'<mo stretchy="false">\1</mo>', result)
    relation = '<mo lspace="0.28em" rspace="0.28em">&#x0223C;</mo>'
    return re.sub("<m[io]>(&#x0223C;|&#x0007E;|~)</m[io]>", relation, result)


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
            self.notes.append(_markdown(cell.source, folder))
            return
        if kind == "fragment":
            self.step = 0 if self.step is None else self.step + 1
        if cell.cell_type == "markdown":
            text = _markdown(cell.source, folder)
            if cell.source.startswith(SEE) and self.has_picture_last:
                # Beside the picture rather than below it, where a slide has no room.
                self.blocks[-1] = f'<div class="row">{self.blocks[-1]}{self.block(cell, text, "see")}</div>'
            else:
                self.blocks.append(self.block(cell, text, "text"))
            self.has_picture_last = False
        elif cell.cell_type == "code":
            code = "" if cell.metadata.get("jupyter", {}).get("source_hidden") else _code(cell.source)
            outputs = [_output(output, folder) for output in cell.outputs]
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


class _Renderer(IPythonRenderer):
    """Markdown as JupyterLab shows it, with pictures put in and formulas as MathML."""

    def __init__(self, folder):
        super().__init__(escape=False, exclude_anchor_links=True)
        self.folder = folder

    def image(self, text, url, title=None):
        return f'<img src="{_embedded(url, self.folder)}" alt="{html.escape(text)}">'

    def block_math(self, body):
        return f'<span class="formula">{mathml(body, block=True)}</span>'

    def inline_math(self, body):
        return mathml(body)


def _markdown(source, folder):
    return _with_files(MarkdownWithMath(renderer=_Renderer(folder)).render(source), folder)


def _with_files(text, folder):
    """HTML with pictures put in and links that fit the decks, also where it was written as such."""
    text = re.sub(r'(\bhref=")([^"]+)', lambda found: found[1] + NOTEBOOK.sub(r"\1.html", found[2]), text)
    return re.sub(r'(<img\b[^>]*\bsrc=")([^"]+)', lambda found: found[1] + _embedded(found[2], folder), text)


def _embedded(url, folder):
    if re.match(r"[a-z]+:", url):
        return url
    kind = mimetypes.guess_type(url)[0]
    return f"data:{kind};base64,{base64.b64encode((folder / url).read_bytes()).decode()}"


def _code(source):
    return highlight(source, PythonLexer(), HtmlFormatter())


def _output(output, folder):
    """The richest form of an output that a page can show without a kernel."""
    data = {"text/plain": output.text} if output.output_type == "stream" else output.get("data", {})
    for kind, value in data.items():
        if kind.startswith("image/"):
            if kind == "image/svg+xml":
                value = base64.b64encode(value.encode()).decode()
            return f'<img src="data:{kind};base64,{value.strip()}" alt="described in the text">'
    if "text/html" in data:
        return f'<div class="output">{_with_files(data["text/html"], folder)}</div>'
    if "text/markdown" in data:
        return f'<div class="output">{_markdown(data["text/markdown"], folder)}</div>'
    if "text/latex" in data:
        return f'<span class="formula">{mathml(data["text/latex"].strip("$"), block=True)}</span>'
    return f'<pre class="output">{ansi2html(data.get("text/plain", "").rstrip())}</pre>'


def _height_of_width(picture):
    """A picture's height in widths, where it is made of pixels."""
    found = re.search(r"base64,([^\"]+)", picture)
    try:
        width, height = Image.open(io.BytesIO(base64.b64decode(found[1]))).size
    except UnidentifiedImageError:
        return 1.0
    return height / width


def _package(name):
    """The folder of an installed package, which is not imported: only its files are wanted."""
    return Path(importlib.util.find_spec(name).origin).parent


@functools.cache
def _read(path):
    return path.read_text(encoding="utf-8")


def _font_of(slides):
    """The letters of the formulas as an address that holds them. A system's own font may lack what roots stretch by."""
    used = set(html.unescape("".join(re.findall(r"<math.*?</math>", slides, flags=re.S))))
    options = subset.Options(flavor="woff", layout_features=["math", "ssty", "dtls", "flac"], notdef_outline=True,
                             name_IDs=[0, 1, 13, 14])
    font = subset.load_font(_package("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf", options)
    subsetter = subset.Subsetter(options)
    # Letters of a variable become slanted ones in the browser.
    slanted = [chr(0x1D44E + i) for i in range(26)] + [chr(0x1D434 + i) for i in range(26)] + ["\u210e"]
    slanted += [chr(0x1D6E2 + i) for i in range(58)]
    subsetter.populate(text="".join([*used, *slanted, "\u221a"]))
    subsetter.subset(font)
    file = io.BytesIO()
    subset.save_font(font, file, options)
    return f"data:font/woff;base64,{base64.b64encode(file.getvalue()).decode()}"


if __name__ == "__main__":
    for file in write(chosen(sys.argv[1:], NOTEBOOKS), ROOT / "slides"):
        print(file.relative_to(ROOT))
