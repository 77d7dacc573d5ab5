"""What there is to translate besides notebooks: what helpers and widgets say, and what stands on the page.

A text stands in English where it is said, and is found there: in Python as an argument of one of `ARGUMENTS`, or among
the praise and the mistakes of an exercise; in JavaScript as that of `t`.
"""

import ast
import json
import re

from tools.execute import ROOT

PACKAGE, TOOLS = ROOT / "vae_helpers", ROOT / "tools"
LABELS = {"_Number": (0,)}  # which JavaScript says
# The arguments of these functions that are said, by their places.
ARGUMENTS = {"translated": (0,), "_data": (0,), "say": (0,), "Section": (1, 2), **LABELS}
KINDS = ("digit", "picture")  # one of them takes the place of {self._kind}
STRING = r'"(?:[^"\\]|\\.)*"'
STRINGS = re.compile(rf"{STRING}(?:\s*\+\s*{STRING})*")
CALL = re.compile(r"(?<![\w.$])(?:state\.)?t\(")


def messages(folder):
    """Yield (file, text) of all that is said by the files of a folder, each text once a file.

    Parameters
    ----------
    folder : pathlib.Path
        `PACKAGE` or `TOOLS`.
    """
    files = [*folder.glob("*.py"), *folder.glob("exercises/*.py"), *folder.glob("assets/js/*.js")]
    for file in sorted(files, key=lambda file: (file.suffix != ".js", file)):
        source = file.read_text(encoding="utf-8")
        found = in_python(source) if file.suffix == ".py" else in_javascript(source)
        yield from ((file.name, text) for text in dict.fromkeys(found))


def in_python(source, arguments=ARGUMENTS):
    """Yield what is said in a module of Python, from top to bottom.

    Parameters
    ----------
    source : str
    arguments : dict of str to tuple of int, optional
        Functions, and the places of their arguments that are said.
    """
    for node in sorted(ast.walk(ast.parse(source)), key=lambda node: getattr(node, "lineno", 0)):
        match node:
            case ast.Call(func=ast.Name(id=name), args=given) if name in arguments:
                yield from (text for place in arguments[name] for text in _texts(given[place]))
            case ast.keyword(arg="praise", value=part):
                yield from _texts(part)
            case ast.keyword(arg="mistakes", value=ast.Dict(keys=keys)):
                yield from (text for key in keys for text in _texts(key))
            case ast.Assign(targets=[ast.Name(id="_sentence")], value=part):
                yield from _texts(part)


def _texts(node):
    """The strings that an expression may be."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts) if "self._kind" in ast.unparse(node):
            texts = [part.value if isinstance(part, ast.Constant) else ast.unparse(part.value) for part in parts]
            yield from ("".join(kind if text == "self._kind" else text for text in texts) for kind in KINDS)
        case ast.IfExp(body=one, orelse=other):
            yield from (*_texts(one), *_texts(other))
        case ast.Subscript(value=ast.Dict(values=values)):
            yield from (text for value in values for text in _texts(value))


def in_javascript(source):
    """Yield what is said in a module of JavaScript: the strings in the calls of `t`.

    Parameters
    ----------
    source : str
    """
    for call in CALL.finditer(source):
        found = STRINGS.match(source, call.end())
        if found:
            yield "".join(json.loads(part) for part in re.findall(STRING, found[0]))


def words_of(folder, language):
    """Return what was made of a folder's catalogue: nothing for English.

    Parameters
    ----------
    folder : pathlib.Path
        `PACKAGE` or `TOOLS`.
    language : str
        "pt_BR", or "" for English.

    Returns
    -------
    dict of str to dict
        "helpers" and "widgets", each the translations by the English texts.
    """
    if not language:
        return {"helpers": {}, "widgets": {}}
    return json.loads((folder / "assets" / "languages" / f"{language}.json").read_text(encoding="utf-8"))


def language_of(notebook):
    """Return the language of a notebook as its folder is called: "pt_BR", or "" for English."""
    return notebook.metadata.get("lang", "").replace("-", "_")


def tag_of(language):
    """Return a language as HTML calls it: "pt-BR", or "en" for ""."""
    return language.replace("_", "-") or "en"


def speaker(language):
    """Return `say`, which says what stands on a page or a deck in a language.

    Parameters
    ----------
    language : str
        "pt_BR", or "" for English.

    Returns
    -------
    function of a str that returns a str
    """
    words = words_of(TOOLS, language)["helpers"]
    return lambda text: words.get(text, text)


def compiled(catalogue):
    """Return what the package reads: the translations by the English texts, all of them, and those of the widgets.

    Parameters
    ----------
    catalogue : polib.POFile

    Returns
    -------
    str
        JSON.
    """
    helpers = {entry.msgid: entry.msgstr for entry in catalogue if entry.translated() and not entry.obsolete}
    of_widgets = {text for file, text in messages(PACKAGE) if file.endswith(".js")}
    of_widgets |= set(in_python((PACKAGE / "sliders.py").read_text(encoding="utf-8"), LABELS))
    words = {"helpers": helpers, "widgets": {text: helpers[text] for text in helpers if text in of_widgets}}
    return json.dumps(words, ensure_ascii=False, indent=1) + "\n"
