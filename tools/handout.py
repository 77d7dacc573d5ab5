"""Make the handouts of the lectures: `make handout` writes a PDF of each, a page a slide, through Chromium.

All fragments are shown, widgets stand as they begin, and a page of the lecture's formulas comes last. `NOTES=yes` puts
the lecturer's notes below each slide.
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

import nbformat

from tools import browser
from tools.lecture import ASSETS, BUILD, ROOT, lectures, page, slides_of
from tools.markup import read
from tools.messages import language_of, speaker
from tools.twins import Twins

FORMULA = re.compile(r'<span class="formula">.*?</math></span>', flags=re.S)
HEADING = re.compile(r"<h[1-3][^>]*>(.*?)</h[1-3]>", flags=re.S)
WIDTH, HEIGHT, WITH_NOTES = 1280, 720, 1000  # pixels of a page, of a slide alone and of one with notes


def handout(path, notes=False):
    """Return the handout of a lecture as HTML that is to be printed.

    Parameters
    ----------
    path : pathlib.Path
        The notebook, with its outputs.
    notes : bool
        Whether the lecturer's notes stand below each slide.

    Returns
    -------
    str
    """
    notebook = nbformat.read(path, as_version=4)
    twins, say = Twins(language_of(notebook)), speaker(language_of(notebook))
    slides = slides_of(notebook, path.parent, twins)
    pages = []
    for number, slide in enumerate(slides, 1):
        said = f'<div class="said">{"".join(slide.notes)}</div>' if notes else ""
        pages.append(f'<div class="page"><div class="slides">{slide.section(with_notes=False)}</div>{said}'
                     f'<div class="number">{number} / {len(slides)}</div></div>')
    rows = [f"<div>{heading}</div><div>{formula}</div>" for heading, formula in formulas_of(slides)]
    if rows:
        pages.append(f'<div class="slides formulas"><h2>{say("Formulas")}</h2>'
                     + "".join(f'<div class="entry">{row}</div>' for row in rows) + "</div>")
    size = f"@page {{ size: {WIDTH}px {WITH_NOTES if notes else HEIGHT}px; margin: 0; }}"
    body = "\n".join(pages) + twins.scripts()
    return page(notebook, [size, read(ASSETS / "handout.css")], body)


def formulas_of(slides):
    """Return the formulas that stand on a line of their own, each with its slide's heading, each once.

    Parameters
    ----------
    slides : list of tools.lecture.Slide

    Returns
    -------
    list of tuple (heading, formula)
        As HTML.
    """
    found = {}
    for slide in slides:
        text = "".join(slide.blocks)
        heading = HEADING.search(text)
        for formula in FORMULA.findall(text):
            found.setdefault(formula, heading[1] if heading else "")
    return [(heading, formula) for formula, heading in found.items()]


def write(notebooks, folder=BUILD, notes=False):
    """Print the handouts of these notebooks, and return the paths of the PDFs.

    Parameters
    ----------
    notebooks : list of pathlib.Path
    folder : pathlib.Path
    notes : bool

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    RuntimeError
        If there is no Chromium.
    """
    languages = [language_of(nbformat.read(path, as_version=4)) for path in notebooks]
    files = [folder / language / f"{path.stem}{'_notes' if notes else ''}.pdf"
             for path, language in zip(notebooks, languages)]
    with browser.chromium() as found, tempfile.TemporaryDirectory() as place:
        if found is None:
            raise RuntimeError(f"a handout needs a Chromium, and none of {', '.join(browser.NAMES)} is on the path")
        for path, file in zip(notebooks, files):
            file.parent.mkdir(parents=True, exist_ok=True)
            source = Path(place) / "handout.html"
            source.write_text(handout(path, notes), encoding="utf-8")
            sheet = open_page(found, source)
            sheet.pdf(path=file, print_background=True, prefer_css_page_size=True)
            sheet.context.close()
    return files


def open_page(found, source):
    """Open a handout in a browser, as it will be printed, and wait until all of it is there."""
    sheet = found.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2)
    sheet.emulate_media(media="print")
    sheet.goto(source.as_uri())
    sheet.wait_for_function("!document.querySelector('[data-twin]') || window.twins")
    sheet.evaluate("""async () => {
        await document.fonts.ready;
        await Promise.all([...document.images].map(image => image.decode()));
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    }""")
    return sheet


def main(words=None):
    """Print the handouts that the words of a command name."""
    parser = argparse.ArgumentParser(prog="python -m tools.handout", description="Print lectures into build/.")
    parser.add_argument("notebook", nargs="*", help="a notebook with slides, in place of both lectures")
    parser.add_argument("--notes", action="store_true", help="with the lecturer's notes")
    chosen = parser.parse_args(words)
    try:
        for file in write(lectures(chosen.notebook), notes=chosen.notes):
            print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1e6:.1f} MB")
    except RuntimeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
