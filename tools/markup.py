"""Cells of a notebook as HTML that needs no network: Markdown, formulas as MathML with their letters, code, outputs."""

import base64
import functools
import html
import importlib.util
import io
import mimetypes
import re
from pathlib import Path

import latex2mathml.converter
from fontTools import subset
from nbconvert.filters import ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

NOTEBOOK = re.compile(r"^((?:\.\./|deeper/)*[\w-]+)\.ipynb")  # a link to a notebook of the series
ALT = "described in the text"  # of a picture that a notebook's code makes
# Functions that LaTeX sets apart from what they are applied to, unless that is in brackets.
FUNCTIONS = "arg|cos|det|dim|exp|inf|ln|log|max|min|Pr|sin|sup|tan|tanh|tr"


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


def markdown(source, folder, link):
    """Markdown as HTML; a link to a neighbouring notebook becomes what `link` makes of its name, as in `re.sub`."""
    return _with_files(MarkdownWithMath(renderer=_Renderer(folder)).render(source), folder, link)


def _with_files(text, folder, link):
    """HTML with pictures put in and links that fit, also where it was written as such."""
    text = re.sub(r'(\bhref=")([^"]+)', lambda found: found[1] + NOTEBOOK.sub(link, found[2]), text)
    return re.sub(r'(<img\b[^>]*\bsrc=")([^"]+)', lambda found: found[1] + _embedded(found[2], folder), text)


def _embedded(url, folder):
    if re.match(r"[a-z]+:", url):
        return url
    kind = mimetypes.guess_type(url)[0]
    return f"data:{kind};base64,{base64.b64encode((folder / url).read_bytes()).decode()}"


def code_markup(source):
    """Coloured Python."""
    return highlight(source, PythonLexer(), HtmlFormatter())


def output_markup(output, folder, link):
    """The richest form of an output that a page can show without a kernel."""
    data = {"text/plain": output.text} if output.output_type == "stream" else output.get("data", {})
    for kind, value in data.items():
        if kind.startswith("image/"):
            if kind == "image/svg+xml":
                value = base64.b64encode(value.encode()).decode()
            return f'<img src="data:{kind};base64,{value.strip()}" alt="{ALT}">'
    if "text/html" in data:
        return f'<div class="output">{_with_files(data["text/html"], folder, link)}</div>'
    if "text/markdown" in data:
        return f'<div class="output">{markdown(data["text/markdown"], folder, link)}</div>'
    if "text/latex" in data:
        return f'<span class="formula">{mathml(data["text/latex"].strip("$"), block=True)}</span>'
    return f'<pre class="output">{ansi2html(data.get("text/plain", "").rstrip())}</pre>'


def package(name):
    """The folder of an installed package, which is not imported: only its files are wanted."""
    return Path(importlib.util.find_spec(name).origin).parent


@functools.cache
def read(path):
    return path.read_text(encoding="utf-8")


def font_of(slides):
    """The letters of the formulas as an address that holds them. A system's own font may lack what roots stretch by."""
    used = set(html.unescape("".join(re.findall(r"<math.*?</math>", slides, flags=re.S))))
    options = subset.Options(flavor="woff", layout_features=["math", "ssty", "dtls", "flac"], notdef_outline=True,
                             name_IDs=[0, 1, 13, 14])
    font = subset.load_font(package("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf", options)
    subsetter = subset.Subsetter(options)
    # Letters of a variable become slanted ones in the browser.
    slanted = [chr(0x1D44E + i) for i in range(26)] + [chr(0x1D434 + i) for i in range(26)] + ["\u210e"]
    slanted += [chr(0x1D6E2 + i) for i in range(58)]
    subsetter.populate(text="".join([*used, *slanted, "\u221a"]))
    subsetter.subset(font)
    file = io.BytesIO()
    subset.save_font(font, file, options)
    return f"data:font/woff;base64,{base64.b64encode(file.getvalue()).decode()}"
