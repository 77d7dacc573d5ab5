"""Make a page that needs nothing: `make page`, or `python -m tools.page`; with `--notebooks`, the notebooks beside it.

One file, which a browser opens from disk or from any host of files: trained networks, their weights and all widgets are
inside. The same in Portuguese is another, and each leads to the other. The widgets are the modules of
`vae_helpers/assets/js`, the same as in a notebook and in a lecture's deck.
"""

import argparse
import html
import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import nbformat
from pygments.formatters import HtmlFormatter

from tools import markup
from tools.execute import NOTEBOOKS
from tools.messages import language_of, speaker, tag_of
from tools.translate import LANGUAGE, TRANSLATED, generated_of
from tools.twins import KINDS, Twins, beginning

ROOT = Path(__file__).parents[1]
BUILT = ROOT / "build" / "page"
ASSETS = Path(__file__).parent / "assets" / "page"
LECTURE = re.compile(r'<a href="(?:\.\./)?lecture_\d\.html">(.*?)</a>')
LINK = r"\1.html"  # a link to a notebook leads to its page
# By the language, where its page is in the folder, and how to the other one is led.
PLACES = {"": Path("index.html"), LANGUAGE: Path(LANGUAGE) / "index.html"}
OTHERS = {"": '<a href="pt_BR/index.html" lang="pt-BR" hreflang="pt-BR">Em português</a>',
          LANGUAGE: '<a href="../index.html" lang="en" hreflang="en">In English</a>'}


class Section(NamedTuple):
    """A question, two sentences, and the widget that answers: the tag of its twin, and what its setup has otherwise."""

    name: str
    question: str
    text: str
    twin: str
    setup: dict | None = None


SECTIONS = (
    Section("two", "What can two numbers draw?",
            "Move the sliders: the network draws the digit that the two numbers stand for. One digit bends into the "
            "next, and between them are shapes that nobody has written.", "twin-latent-2",
            {"shares": False}),  # what a number tells is asked further down
    Section("plane", "Where does each digit live?",
            "Each dot is a real digit, in the place that the network, a VAE, has given it; drag anywhere to see what "
            "it draws there, or drop two points and walk from one to the other. For comparison an autoencoder, which "
            "learned to redraw and nothing else, draws from the same place: its digits live elsewhere, as its own map "
            "shows.",
            "twin-pad"),
    Section("own", "Where does your digit land?",
            "Write a digit with a finger or the mouse: the network gives it a place, and draws it again from that "
            "place alone. Where another digit comes back, two numbers were too few to tell them apart.", "twin-canvas",
            {"names": ("VAE",)}),
    Section("twelve", "What can twelve numbers say that two cannot?",
            "Another network has twelve numbers and draws more sharply; at the end of each slider stands how much its "
            "number tells about a digit, in nats, a unit like bits, and the purple bar shows it. Take a real "
            "digit, then move one slider at a time: slant, width and loops change, and the last does nothing.",
            "twin-latent-12"),
    Section("draws", "How can a network learn through a throw of dice?",
            "While a VAE learns, a digit has no exact place but a small cloud, with a mean and a spread (std), and "
            "dice pick a point z in it. Move the two: each throw of the dice, \u03b1, stays what it was while its "
            "point follows, so the network can see which way to move.", "twin-gaussian"),
    Section("price", "What does it cost to be different?",
            "The KL divergence says how far one distribution, q, is from another, p: the filled area less the hatched "
            "one, and never below zero. A VAE pays it for every digit: q is the digit's cloud, and p the one bell "
            "around 0 that all digits share.", "twin-kl"),
    Section("beta", "How much should the code be allowed to say?",
            "While it learns, a network pays for how badly it redraws digits (the distortion) and, times beta, for how "
            "much their codes tell (the rate). At beta 0 a code costs nothing and the codes scatter; as the price "
            "rises they tell less, and in the end every digit comes back the same.", "twin-beta"),
)


def plain(say):
    """Return what the page says in place of some of the widgets' texts: its readers know neither z nor a prior.

    Parameters
    ----------
    say : function of a str that returns a str

    Returns
    -------
    dict of str to str
        By the English texts of `vae_helpers/assets/js`.
    """
    return {
        "decoded": say("what it draws"),
        "input x": say("what the network sees"),
        "{name} decodes z": say("what the {name} draws"),
        "{share} % of the prior N(0, I) lies farther out.":
            say("Of 100 codes picked at random, about {count} would lie farther out than this one."),
        "The nearest real code, of a {name}, is {distance} away.":
            say("The nearest real digit, a {name}, is {distance} away."),
        "The encoder gives it z_mean {mean} and z_std {std}.":
            say("The network gives it the place {mean}, give or take {std}."),
        "KL (nats)": say("how much it tells, in nats"),
        "seed": say("another training (seed)"),
    }


def page(notebooks=(), language="", project=None):
    """Return the page.

    Parameters
    ----------
    notebooks : list of pathlib.Path, optional
        Those that stand beside the page, which leads to them.
    language : str, optional
        "pt_BR", or "" for English.
    project : str, optional
        The address where the notebooks can be had, which the page cannot know by itself.

    Returns
    -------
    str
    """
    say = speaker(language)
    twins = Twins(language, says=plain(say))
    sections = "\n".join(
        f'<section id="{section.name}" aria-labelledby="{section.name}-question">\n'
        f'<h2 id="{section.name}-question">{say(section.question)}</h2>\n<p>{say(section.text)}</p>\n'
        f"{twins.place(section.twin, _state(section))}\n</section>" for section in SECTIONS)
    introduction = say("A <b>variational autoencoder</b> (VAE) is a network that learns to say what it sees in a few "
                       "numbers, its <b>code</b> z, and to draw it again from them. The ones on this page learned "
                       "from 60,000 digits that people wrote by hand, and they run right here: nothing is sent "
                       "anywhere.")
    description = say("Play with a trained variational autoencoder: sliders, a plane, your own digit. Everything is "
                      "computed on this page.")
    text = (ASSETS / "page.html").read_text("utf-8")
    return _filled(text, LANGUAGE=tag_of(language), OTHER=OTHERS[language], TITLE=say("Two numbers that draw a digit"),
                   DESCRIPTION=description, INTRODUCTION=introduction, SECTIONS=sections,
                   FOOTER=_footer(say, notebooks, PLACES[language].parent, project),
                   STYLES=twins.style() + (ASSETS / "page.css").read_text("utf-8"),
                   SCRIPTS=twins.scripts(start=(ASSETS / "page.js").read_text("utf-8")))


def _state(section):
    """What the section's widget begins with, if that is not what it begins with elsewhere."""
    if not section.setup:
        return None
    state = beginning(section.twin)
    name = "setup" if "setup" in state else "_setup"
    return {**state, name: {**state[name], **section.setup}}


def _footer(say, notebooks, folder, project):
    heading = say("And how does it work?")
    how = say("Twelve notebooks, <cite>Variational autoencoders, from the formula to the slider</cite>, derive each "
              "formula, check it by another way, train these networks in minutes, and say what the numbers are worth.")
    if project:
        run = say("To run them, take <a href=\"{project}\">the project's folder</a>: on a computer with Python, "
                  "<code>make lab</code> in that folder opens the first one.")
        run = run.replace("{project}", html.escape(project))
    else:
        run = say("To run them, ask whoever gave you this page for the project's folder: on a computer with Python, "
                  "<code>make lab</code> in that folder opens the first one.")
    rights = say("The digits are the MNIST database, copyright Yann LeCun and Corinna Cortes, under CC BY-SA 3.0. The "
                 "text and the pictures are under CC BY-SA 4.0, the code under the MIT licence, by the authors of this "
                 "series.")
    links = [f'<li><a href="{address(folder, _place(path))}">{_title(nbformat.read(path, as_version=4))}</a></li>'
             for path in notebooks]
    listed = f"\n<p>{say('Read them here:')}</p>\n<ul>{''.join(links)}</ul>" if links else ""
    return f'<section id="more">\n<h2>{heading}</h2>\n<p>{how}</p>{listed}\n<p>{run}</p>\n<p>{rights}</p>\n</section>'


def notebook_page(path):
    """Return a notebook as a page to read: stored pictures, formulas as MathML, its widgets alive.

    Parameters
    ----------
    path : pathlib.Path
        One of `NOTEBOOKS`, or what is generated of it in another language.

    Returns
    -------
    str
    """
    notebook = nbformat.read(path, as_version=4)
    language = language_of(notebook)
    twins, say = Twins(language), speaker(language)
    body = "\n".join(_cell(cell, path.parent, twins, say) for cell in notebook.cells)
    body = LECTURE.sub(r"\1", body)  # the lectures are not here
    body = body.replace(markup.ALT, say("described in the text"))
    styles = [twins.style(), HtmlFormatter(style="default").get_style_defs(".highlight"),
              (ASSETS / "page.css").read_text("utf-8"),
              (ASSETS / "notebook.css").read_text("utf-8").replace("FONT", markup.font_of(body))]
    return _filled((ASSETS / "notebook.html").read_text("utf-8"), LANGUAGE=tag_of(language), TITLE=_title(notebook),
                   START=address(_place(path).parent, PLACES[language]), PLAY=say("Play with the networks"), BODY=body,
                   STYLES="\n".join(styles), SCRIPTS=twins.scripts())


def _filled(template, **parts):
    """A template whose words in capitals are replaced; what is put in is left alone."""
    return re.sub(r"\b(" + "|".join(parts) + r")\b", lambda found: parts[found[1]], template)


def _cell(cell, folder, twins, say):
    """A cell as HTML; code that a notebook folds is folded here, too. Translated pages lead to cells by their names."""
    if cell.cell_type == "markdown":
        return f'<div id="cell-id={cell.id}">{markup.markdown(cell.source, folder, LINK)}</div>'
    tags = cell.metadata.get("tags", [])
    code = markup.code_markup(cell.source)
    outputs = [markup.output_markup(output, folder, LINK) for output in cell.outputs]
    if cell.metadata.get("jupyter", {}).get("source_hidden") or "setup" in tags:
        summary = say("a solution") if "solution" in tags else say("code")
        code = f"<details><summary>{summary}</summary>{code}</details>"
    named = [tag for tag in tags if tag in KINDS]
    if named:
        outputs = [twins.place(named[0])]
    return f'<div class="cell">{code}{"".join(outputs)}</div>'


def _title(notebook):
    return html.escape(re.search(r"^# (.*)$", notebook.cells[0].source, flags=re.M)[1])


def _place(path):
    """Where a notebook stands in the folder."""
    return path.relative_to(ROOT).with_suffix(".html")


def address(folder, place):
    """Return the address of a place for what stands in a folder."""
    return Path(os.path.relpath(place, folder)).as_posix()


def write(notebooks=(), folder=BUILT, project=None):
    """Write the pages of both languages and, beside them, pages of these notebooks and of what is generated of them.

    Parameters
    ----------
    notebooks : list of pathlib.Path, optional
    folder : pathlib.Path, optional
    project : str, optional
        The address where the notebooks can be had.

    Returns
    -------
    list of pathlib.Path
        The English page first, then the Portuguese one.
    """
    both = {"": notebooks, LANGUAGE: [generated_of(path) for path in notebooks if path in TRANSLATED]}
    pages = {folder / PLACES[language]: page(own, language, project) for language, own in both.items()}
    pages |= {folder / _place(path): notebook_page(path) for own in both.values() for path in own}
    for file, text in pages.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for path in (path for own in both.values() for path in own):
        for name in re.findall(r'\bhref="([\w./-]+\.md)"', pages[folder / _place(path)]):
            target = (folder / _place(path)).parent / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path.parent / name, target)
    return list(pages)


def _address(text):
    """The address of a project, as a link may have it."""
    if not re.fullmatch(r"https?://[^\s/]+\S*", text):
        raise argparse.ArgumentTypeError(f"an address must begin with https:// or http://, received {text!r}")
    return text


def main(words=None):
    """Write what a command asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--notebooks", action="store_true", help="the notebooks, too, as pages to read")
    parser.add_argument("--project", type=_address, help="where the notebooks can be had: the page leads there")
    wanted = parser.parse_args(words)
    for file in write(NOTEBOOKS if wanted.notebooks else [], project=wanted.project):
        print(f"{file.relative_to(ROOT)}, {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
