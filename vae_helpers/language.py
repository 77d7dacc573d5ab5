"""The language in which widgets, checkers and the doctor speak. Errors stay in English, so that they can be looked up.

The variable VAE_LANG names it (pt_BR; en is English), and without it the notebook's folder, as in notebooks/pt_BR. It
is chosen once, when the first room that speaks is imported. The English text is the key; `assets/languages` holds the
others, which `make translate` makes of the catalogues in translations/.
"""

import json
import os
from pathlib import Path

LANGUAGES = Path(__file__).parent / "assets" / "languages"
_PLACES = Path(os.environ.get("VAE_LANG") or Path.cwd()).parts
_FOUND = [file for file in LANGUAGES.glob("*.json") if file.stem in _PLACES]
# By the English texts: "helpers" of what Python says, "widgets" of what JavaScript does.
WORDS = json.loads(_FOUND[0].read_text(encoding="utf-8")) if _FOUND else {"helpers": {}, "widgets": {}}


def translated(text, **values):
    """Say a text in the reader's language.

    Parameters
    ----------
    text : str
        In English, with names in braces for the values; `make translate` finds what stands in the call.

    Returns
    -------
    str

    Examples
    --------
    >>> translated("{n} digits", n=2)
    '2 digits'
    """
    text = WORDS["helpers"].get(text, text)
    return text.format(**values) if values else text
