"""The JavaScript of the widgets, as one text: for a notebook, and for a page that has to be one file.

In `assets/js` lie plain modules, which a browser runs as they are when a server gives them. Where there is no server,
a module takes those that it imports along. Nothing from the network.
"""

import re
from base64 import b64encode
from pathlib import Path

SCRIPTS = Path(__file__).parent / "assets" / "js"
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
