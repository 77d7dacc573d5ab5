"""What the widgets are in a page: their JavaScript as one text, and a sentence where no kernel runs.

In `assets/js` lie plain modules, which a browser runs as they are when a server gives them. In a notebook, and in a
page that has to be one file, a module takes those that it imports along. Nothing from the network.
"""

import re
from base64 import b64encode
from pathlib import Path

import anywidget
import traitlets
from IPython.display import display

from vae_helpers.language import WORDS, translated

ASSETS = Path(__file__).parent / "assets"
SCRIPTS = ASSETS / "js"
ASLEEP = (ASSETS / "asleep.html").read_text(encoding="utf-8")
IMPORT = re.compile(r'^((?:import|export) [^"]*?)"(\./[^"]+)"', flags=re.M)  # "./" and a file's name


def as_one(path):
    """Return the text of a JavaScript module, in which the modules that it imports stand in the place of their names.

    Parameters
    ----------
    path : str or Path
        The module; a relative one is looked for in `assets/js`.

    Returns
    -------
    str
        A module that imports nothing but ``data:`` addresses. Of two texts that import the same module, a page makes
        one module: equal texts have equal addresses.

    Raises
    ------
    FileNotFoundError, ValueError
        If a module imports one that is not there, or itself through others.
    """
    return _with_imports(SCRIPTS / path, ())


def _with_imports(path, importers):
    if path in importers:
        raise ValueError(f"modules must not import each other in a circle: {path.name} imports itself through "
                         f"{importers[-1].name}")

    def address(found):
        text = _with_imports(path.parent / found[2], (*importers, path))
        return f'{found[1]}"data:text/javascript;base64,{b64encode(text.encode()).decode()}"'

    return IMPORT.sub(address, path.read_text(encoding="utf-8"))


class Spoken(anywidget.AnyWidget):
    """A widget that is told the words of the reader's language."""

    words = traitlets.Dict(WORDS["widgets"]).tag(sync=True)


class OrSentence:
    """A widget in whose place a sentence stands where it cannot be, as in a notebook that is opened the next day.

    JupyterLab has but an error for a widget that its kernel does not know. So the sentence is an output of its own, and
    hides itself while the widget is there.
    """

    _sentence = "Run this cell to see the widget."

    def __repr__(self):
        return translated(self._sentence)

    def _ipython_display_(self):
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        display({"text/html": ASLEEP.replace("SENTENCE", repr(self)), "text/plain": repr(self)}, raw=True)
        display({"application/vnd.jupyter.widget-view+json": view, "text/plain": ""}, raw=True)
