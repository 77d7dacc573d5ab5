"""Translate notebooks: `make translate` keeps the catalogues up to date and generates the notebooks in Portuguese.

translations/pt_BR/ holds a catalogue (PO) for each notebook of `TRANSLATED`, a message for each paragraph of its
Markdown, by the cell's id. An unchanged paragraph keeps its translation; a changed one is marked as stale (fuzzy). In
notebooks/pt_BR/ are the same cells with the same code and outputs, and only the Markdown differs; what is missing or
stale is there in English, and says so. Nothing in that folder is edited by hand.

What helpers and widgets say, and what stands on the page, has a catalogue for each folder (tools/messages.py), of which
assets/languages/pt_BR.json is made.

`make translate CHECK=1` writes nothing, and fails unless all is translated, sound and up to date. A translator writes
with `--export` what is to be done, and reads it back with `--import`, or edits the PO file.
"""

import argparse
import difflib
import functools
import os
import re
import sys
from pathlib import Path

import nbformat
import polib

from tools.damage import CODE, ITEM, damage, glossary, has_words
from tools.execute import FOLDER, LECTURES, ROOT, WAY, chosen
from tools.messages import PACKAGE, TOOLS, compiled
from tools.messages import messages as said

TRANSLATED = [*WAY, *LECTURES, *(FOLDER / "deeper" / f"{name}.ipynb" for name in ("the_lecture_today",
                                                                                "when_it_goes_wrong"))]
FOLDERS = [PACKAGE, TOOLS]  # whose messages are translated
LANGUAGE = "pt_BR"
CATALOGUES = ROOT / "translations" / LANGUAGE
GLOSSARY = CATALOGUES / "glossary.csv"
ALIKE = 0.4  # from which share on a new text of a cell counts as an old one that was changed
STILL_ENGLISH, IN_ENGLISH = "*(ainda em inglês)*", "(em inglês)"
HEADING = re.compile(r"#{1,6} .*")
LINK = re.compile(rf"{CODE.pattern}|\]\((?P<target>[^()\s]+)\)|\b(?:href|src)=\"(?P<value>[^\"]+)\"", re.S)


def catalogue_of(path):
    """Where the catalogue of a notebook, or of a folder's messages, is."""
    return CATALOGUES / f"{path.stem}.po"


def generated_of(path):
    """Where the translated notebook is, in the folder of the language as in that of the English ones; of a folder, what
    it reads."""
    if path in FOLDERS:
        return path / "assets" / "languages" / f"{LANGUAGE}.json"
    return FOLDER / LANGUAGE / path.relative_to(FOLDER)


# Paragraphs ----------------------------------------------------------------------------------------------------------

def blocks(source):
    """Cut Markdown into paragraphs, items of lists, tables, headings; together they are the source.

    What is fenced or folded, a formula on its own lines, and what belongs to an item of a list, is not cut.

    Returns
    -------
    list of (str, str)
        Each block, and the ends of lines behind it.
    """
    found, open_parts, blank = [""], _Open(), False
    for line in source.splitlines(keepends=True):
        last = found[-1]
        in_item = ITEM.match(last) is not None
        starts = (HEADING.match(line) or HEADING.fullmatch(last.rstrip("\n"))
                  or (in_item and not line.startswith(" ") and ITEM.match(line))
                  or (blank and not (in_item and line.startswith(" "))))
        if last.strip() and line.strip() and starts and not open_parts:
            found.append("")
        found[-1] += line
        open_parts.add(line)
        blank = not line.strip()
    return [(block.rstrip("\n"), block[len(block.rstrip("\n")):]) for block in found]


class _Open:
    """Which fences, formulas and folded parts are open after the lines so far."""

    def __init__(self):
        self.fenced, self.formula, self.folded = False, False, 0

    def add(self, line):
        if line.lstrip().startswith("```"):
            self.fenced = not self.fenced
        elif not self.fenced:
            self.formula ^= line.count("$$") % 2 == 1
            self.folded += line.count("<details") - line.count("</details>")

    def __bool__(self):
        return self.fenced or self.formula or self.folded > 0


def squeezed(text):
    """A text whatever its lines: to break them elsewhere changes nothing."""
    return " ".join(text.split())


def read(path):
    """Read a notebook; a folder stays what it is."""
    return path if path in FOLDERS else nbformat.read(path, as_version=4)


def messages(source):
    """Yield (cell's id, text) of each paragraph with words, or (file's name, text) of what a folder's files say."""
    if source in FOLDERS:
        yield from said(source)
        return
    for cell in source.cells:
        if cell.cell_type == "markdown":
            yield from ((cell.id, text) for text, _ in blocks(cell.source) if has_words(text))


# Catalogues ----------------------------------------------------------------------------------------------------------

def read_catalogue(path):
    """The catalogue of a notebook, an empty one if there is none."""
    file = catalogue_of(path)
    return polib.pofile(str(file), encoding="utf-8", wrapwidth=100) if file.exists() else polib.POFile()


def key(entry):
    """What an entry is found by: where the same text needs two translations, its context is the cell's id."""
    return entry.msgctxt or None, squeezed(entry.msgid)


def find(catalogue, cell, text):
    """The entry of a paragraph in a dictionary of entries by `key`, or None."""
    return catalogue.get((cell, squeezed(text))) or catalogue.get((None, squeezed(text)))


def extract(source, old):
    """Return a catalogue of what a notebook or a folder says now, with the translations that it can keep.

    Parameters
    ----------
    source : nbformat.NotebookNode or pathlib.Path
    old : polib.POFile

    Returns
    -------
    polib.POFile
        In the order of the source. Translations that are not needed any more are at the end, as obsolete.
    """
    known = {key(entry): entry for entry in sorted(old, key=lambda entry: not entry.obsolete)}
    wanted = {}
    for cell, text in messages(source):
        context = cell if (cell, squeezed(text)) in known else None
        entry = polib.POEntry(msgid=text, msgctxt=context)
        wanted.setdefault(key(entry), entry).occurrences.append((cell, ""))
    orphans = [entry for name, entry in known.items() if name not in wanted and entry.msgstr]
    for name, entry in wanted.items():
        entry.occurrences = list(dict.fromkeys(entry.occurrences))
        before = known.get(name)
        if before is None:
            cells = {cell for cell, _ in entry.occurrences}
            here = [orphan for orphan in orphans if cells & {cell for cell, _ in orphan.occurrences}]
            before = max(here, key=lambda orphan: likeness(orphan, entry), default=None)
            if before is None or likeness(before, entry) < ALIKE:
                continue
            orphans.remove(before)
            entry.previous_msgid = before.previous_msgid or before.msgid
            entry.flags = ["fuzzy"]
        elif before.fuzzy:
            entry.previous_msgid, entry.flags = before.previous_msgid, ["fuzzy"]
        entry.msgstr, entry.tcomment = before.msgstr, before.tcomment
    made = polib.POFile(wrapwidth=100)
    made.metadata = {"Language": LANGUAGE, "MIME-Version": "1.0", "Content-Type": "text/plain; charset=UTF-8",
                     "Content-Transfer-Encoding": "8bit"}
    made.extend(wanted.values())
    made.extend(polib.POEntry(msgid=entry.msgid, msgctxt=entry.msgctxt, msgstr=entry.msgstr, obsolete=True)
                for entry in orphans)
    return made


def likeness(one, other):
    """How much two entries say the same in English, from 0 to 1."""
    return difflib.SequenceMatcher(None, one.msgid, other.msgid, autojunk=False).ratio()


def faults(catalogue):
    """Say what is damaged in a catalogue: (cell's id, reason) of each fault."""
    terms = glossary(GLOSSARY)
    return [(entry.occurrences[0][0], reason) for entry in catalogue if entry.translated() and not entry.obsolete
            for reason in damage(entry.msgid, entry.msgstr, terms, entry.tcomment)]


# Notebooks -----------------------------------------------------------------------------------------------------------

def translate(notebook, catalogue, path):
    """Return the notebook with the translations of a catalogue in its Markdown, and nothing else changed.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    catalogue : polib.POFile
    path : pathlib.Path
        Of the English notebook: links are made to fit the other folder.

    Returns
    -------
    nbformat.NotebookNode
    """
    entries = {key(entry): entry for entry in catalogue if not entry.obsolete}
    made = nbformat.from_dict(notebook)
    made.metadata["lang"] = LANGUAGE.replace("_", "-")
    for cell in made.cells:
        if cell.cell_type == "markdown":
            cell.source = "".join(fitted(_in_portuguese(cell.id, text, entries), path) + end
                                  for text, end in blocks(cell.source))
    return made


def _in_portuguese(cell, text, entries):
    if not has_words(text):
        return text
    entry = find(entries, cell, text)
    return entry.msgstr if entry is not None and entry.translated() else still_english(text)


def still_english(text):
    """A paragraph that is not translated, marked for the eye and for a screen reader."""
    start = re.match(r"#{1,6} ", text) or ITEM.match(text)
    if not start:
        return f'<div lang="en">\n\n{STILL_ENGLISH}\n\n{text}\n\n</div>'
    marks, words = text[:start.end()], text[start.end():]
    if not re.search(rf"\n\s*\n|\n{ITEM.pattern}", words):  # a span holds one paragraph
        words = f'<span lang="en">{words}</span>'
    return f"{marks}{STILL_ENGLISH} {words}"


def fitted(text, path):
    """Make the links of a text fit the translated notebook; those to an English page say that it is English."""
    return LINK.sub(lambda found: _fitted(found, path), text)


def _fitted(found, path):
    address = found["target"] or found["value"]
    file, _, anchor = (address or "").partition("#")
    if address is None or re.match(r"[a-z]+:", file):  # code, or an address elsewhere
        return found[0]
    target = (path.parent / file).resolve() if file else path
    here = generated_of(path).parent
    if target in TRANSLATED and (target == path or generated_of(target).exists()):
        # JupyterLab finds no heading with an accent: so by the name of the heading's cell, and with the file's name.
        place = f"#cell-id={cell_of(target, anchor)}" if anchor else ""
        return found[0].replace(address, Path(os.path.relpath(generated_of(target), here)).as_posix() + place)
    fits = found[0].replace(address, Path(os.path.relpath(target, here)).as_posix() + (anchor and f"#{anchor}"))
    before, after = found.string[:found.start()], found.string[found.end():]
    is_told = re.match(r"\s*\(em inglês", after) or "em inglês" in before[before.rfind("["):]
    is_page = found["target"] and target.suffix in (".ipynb", ".md")  # of HTML, the translator says it
    return fits + (f" {IN_ENGLISH}" if is_page and not is_told else "")


@functools.cache
def cell_of(path, anchor):
    """The id of the cell with a heading, by the heading's anchor."""
    for cell in nbformat.read(path, as_version=4).cells:
        titles = re.findall(r"^#+ (.*)$", cell.source, flags=re.M) if cell.cell_type == "markdown" else []
        if anchor in [title.strip().replace(" ", "-") for title in titles]:
            return cell.id
    raise ValueError(f"no heading of {path.name} has the anchor {anchor!r}")


# What a translator reads and writes ----------------------------------------------------------------------------------

def numbered(catalogue):
    """Yield (name, entry): the cell's id, and which of its paragraphs it is, as in `title.2`."""
    seen = {}
    for entry in catalogue:
        if not entry.obsolete:
            cell = entry.occurrences[0][0]
            seen[cell] = seen.get(cell, 0) + 1
            yield f"{cell}.{seen[cell]}", entry


def export(catalogue, everything=False):
    """Return what is to be translated as text: nothing in it has to be escaped.

    Of each paragraph the name, the English, and below a line of its own, `=>`, the place for the translation. Of a
    stale one the earlier English and its translation stand above, to be used again.
    """
    sheets = []
    for name, entry in numbered(catalogue):
        if everything or not entry.translated():
            earlier = f"WAS:\n{entry.previous_msgid}\nWAS =>\n{entry.msgstr}\nNOW:\n" if entry.fuzzy else ""
            note = "".join(f"%% {line}\n" for line in entry.tcomment.splitlines())
            sheets.append(f"=== {name}\n{earlier}{entry.msgid}\n=>\n{note}{entry.msgstr if not entry.fuzzy else ''}\n")
    return "\n".join(sheets)


def take(catalogue, text):
    """Put translations into a catalogue, from text such as `export` returns; what is empty changes nothing.

    The English and the line `=>` may be left out. Lines that begin with `%% ` are the translator's note.

    Returns
    -------
    int
        How many were taken.
    """
    entries, taken = dict(numbered(catalogue)), 0
    for sheet in re.split(r"^=== *", text, flags=re.M)[1:]:
        name, _, body = sheet.partition("\n")
        if name.strip() not in entries:
            raise SystemExit(f"No paragraph is called {name.strip()!r}.")
        lines = re.split(r"^=>[ ]*$", body, flags=re.M)[-1].strip("\n").split("\n")
        entry, words = entries[name.strip()], "\n".join(line for line in lines if not line.startswith("%% ")).strip()
        if words:
            entry.msgstr, entry.previous_msgid, entry.flags = words, None, []
            entry.tcomment = "\n".join(line.removeprefix("%% ") for line in lines if line.startswith("%% "))
            taken += 1
    return taken


# The command ---------------------------------------------------------------------------------------------------------

def problems(path, check=False):
    """Bring the catalogue and the translated notebook up to date, and say what is wrong.

    Parameters
    ----------
    path : pathlib.Path
        One of `TRANSLATED` or of `FOLDERS`.
    check : bool, default=False
        Write nothing; what would be written is a problem, and so is what is not translated.

    Returns
    -------
    list of str
        One line each. What has damage is not generated, nor a notebook before its title is translated.
    """
    source, file = read(path), generated_of(path)
    catalogue = extract(source, read_catalogue(path))
    found = [f"{path.stem} {cell}: {reason}" for cell, reason in faults(catalogue)]
    todo = [f"{name}: {'stale' if entry.fuzzy else 'missing'}: {squeezed(entry.msgid)[:60]}"
            for name, entry in numbered(catalogue) if not entry.translated()]
    whole = len(list(numbered(catalogue)))
    begun = path in FOLDERS or file.exists() or catalogue[0].translated()
    wanted = None
    if begun and not found:
        wanted = compiled(catalogue) if path in FOLDERS else (
            nbformat.writes(translate(source, catalogue, path)) + "\n")
    if check:
        found += [f"{path.stem} {line}" for line in todo]
        for made, text in {catalogue_of(path): f"{catalogue}\n", file: wanted}.items():
            if text is not None and (not made.exists() or made.read_text(encoding="utf-8") != text):
                found.append(f"{made.relative_to(ROOT)} is not up to date: run make translate")
        return found
    write(catalogue, path)
    if wanted:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(wanted, encoding="utf-8")
    print(f"{path.stem}: {whole - len(todo)} of {whole} texts" + (", damaged" if found else ""))
    if begun:
        print("".join(f"  {line}\n" for line in todo), end="")
    return found


def write(catalogue, path):
    """Write a catalogue."""
    catalogue_of(path).parent.mkdir(parents=True, exist_ok=True)
    catalogue_of(path).write_text(f"{catalogue}\n", encoding="utf-8")


def main(arguments=None):
    """Do what a command asks for; the program ends with 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="notebooks: 3, 03, a path; vae_helpers, tools; all if none is named")
    parser.add_argument("--check", action="store_true", help="write nothing, and demand that all is complete")
    parser.add_argument("--export", action="store_true", help="print what is to be translated")
    parser.add_argument("--everything", action="store_true", help="export also what is translated")
    parser.add_argument("--import", dest="text", metavar="FILE", help="take translations, - for standard input")
    asked = parser.parse_args(arguments)
    folders = [folder for folder in FOLDERS if folder.name in asked.names]
    names = [name for name in asked.names if name not in [folder.name for folder in folders]]
    paths = [*folders, *(chosen(names, TRANSLATED) if names or not folders else [])]
    paths += [] if asked.names else FOLDERS
    for path in paths:
        if path not in [*TRANSLATED, *FOLDERS]:
            raise SystemExit(f"{path.name} is not among the notebooks to translate, TRANSLATED in tools/translate.py.")
    if asked.text and len(paths) > 1:
        raise SystemExit("Name what the translations are for.")
    if asked.export:
        print("\n".join(export(extract(read(path), read_catalogue(path)), asked.everything)
                        for path in paths))
        return
    if asked.text:
        catalogue = extract(read(paths[0]), read_catalogue(paths[0]))
        text = sys.stdin.read() if asked.text == "-" else Path(asked.text).read_text(encoding="utf-8")
        print(f"{take(catalogue, text)} taken")
        write(catalogue, paths[0])
    found = [line for path in paths for line in problems(path, asked.check)]
    if found:
        print("\n".join(found), file=sys.stderr)
        raise SystemExit(1)


if __name__ == "__main__":
    main()
