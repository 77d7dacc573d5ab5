"""Make a page that needs nothing: `make page`, or `python -m tools.page`; with `--notebooks`, the notebooks beside it.

One file, which a browser opens from disk or from any host of files: trained networks, their weights and all widgets are
inside. The widgets are the modules of `vae_helpers/assets/js`, the same as in a notebook and in a lecture's deck.
"""

from pathlib import Path
from typing import NamedTuple

from tools.twins import Twins

ROOT = Path(__file__).parents[1]
BUILT = ROOT / "build" / "page"
ASSETS = Path(__file__).parent / "assets" / "page"


class Section(NamedTuple):
    """A question, two sentences, and the widget that answers, by the tag of its twin."""

    name: str
    question: str
    text: str
    twin: str


SECTIONS = (
    Section("two", "What can two numbers draw?",
            "Move the sliders: the network draws the digit that the two numbers stand for. One digit bends into the next, and "
            "between them are shapes that nobody has written.", "twin-latent-2"),
    Section("plane", "Where does each digit live?",
            "Each dot is a real digit, in the place that the network has given it; drag anywhere, and see what it draws there. "
            "Most digits that the model would draw by itself come from within the two inner circles.", "twin-pad"),
    Section("own", "Where does your digit land?",
            "Write a digit with a finger or the mouse: the network gives it a place, and draws it again from that place alone. "
            "Where another digit comes back, two numbers were too few to tell them apart.", "twin-canvas"),
    Section("twelve", "What can twelve numbers say that two cannot?",
            "Another network has twelve numbers and draws more sharply; the sliders that say most about a digit come first, in "
            "nats. Take a real digit, then move one slider at a time: slant, width and loops change, and the last does nothing.",
            "twin-latent-12"),
    Section("draws", "How can a network learn through a throw of dice?",
            "A code is drawn: a mean, plus a standard deviation times noise. Move the two, and the noise stays what it was while "
            "each draw follows; so the network can see which way to move.", "twin-gaussian"),
    Section("price", "What does it cost to be different?",
            "The KL divergence says how far one distribution, q, is from another, p. It is the filled area less the hatched one, "
            "and however you move them, it is never below zero.", "twin-kl"),
    Section("beta", "How much should the code be allowed to say?",
            "Beta is the price of what a code says; for each of eight prices, two networks were trained. As it rises, the code "
            "says less (the rate falls), digits come back less alike (the distortion rises), and in the end it is silent.",
            "twin-beta"),
)
FOOTER = """<section id="more">
<h2>And how does it work?</h2>
<p>Twelve notebooks derive each formula, check it by another way, train these networks in a minute, and say what the numbers are
worth. With Python, in the folder that this page was made from: <code>make lab</code>.{notebooks}</p>
<p>The digits are the MNIST database, copyright Yann LeCun and Corinna Cortes, under CC BY-SA 3.0. The text and the pictures are under
CC BY-SA 4.0, the code under the MIT licence, by the authors of this series.</p>
</section>"""


def page(notebooks=""):
    """Return the page.

    Parameters
    ----------
    notebooks : str, optional
        HTML that leads to the notebooks, where they stand beside the page.

    Returns
    -------
    str
    """
    twins = Twins()
    sections = "\n".join(
        f'<section id="{section.name}" aria-labelledby="{section.name}-question">\n'
        f'<h2 id="{section.name}-question">{section.question}</h2>\n<p>{section.text}</p>\n{twins.place(section.twin)}\n'
        "</section>" for section in SECTIONS)
    styles = twins.style() + (ASSETS / "page.css").read_text("utf-8")
    parts = {"STYLES": styles, "SECTIONS": sections, "FOOTER": FOOTER.format(notebooks=notebooks),
             "SCRIPTS": twins.scripts(start=(ASSETS / "page.js").read_text("utf-8"))}
    text = (ASSETS / "page.html").read_text("utf-8")
    for name, part in parts.items():
        text = text.replace(f"{name}\n", f"{part}\n", 1)
    return text


def main():
    """Write the page."""
    BUILT.mkdir(parents=True, exist_ok=True)
    file = BUILT / "index.html"
    file.write_text(page(), encoding="utf-8")
    print(f"{file.relative_to(ROOT)}, {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
