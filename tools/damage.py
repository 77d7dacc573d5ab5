"""What a translation has to keep of a paragraph: formulas, code, addresses, numbers, headings, lists, terms.

Numbers are compared by value: `1.5` becomes `1,5`, and `70,000` becomes `70.000`, `70 000` (with a no-break space) or
`70 mil`. Numbers written as words are not looked at. What stands in a translator's note is excused: `glossary: code,
rate` these terms, `numbers: why` the numbers.
"""

import csv
import functools
import re
from collections import Counter
from decimal import Decimal
from typing import NamedTuple

CODE = re.compile(r"```.*?```|(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.S)
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$]+\$", re.S)
TARGET = re.compile(r"(?<=\]\()[^()\s]+(?=\))|(?<=\bhref=\")[^\"]+|(?<=\bsrc=\")[^\"]+")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
WORDS_OF_A_FORMULA = re.compile(r"\\text\w*\{[^{}]*\}")
PLACEHOLDER = re.compile(r"\{\w+(?:!r)?\}")  # in what a helper says, where a value will stand
ITEM = re.compile(r"( *)([-*+]|\d+[.)]) ")
ENGLISH = re.compile(r"\d+(?:\.\d+){2,}|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?")
PORTUGUESE = re.compile(r"[1-9]\d{0,2}(?:[.\u00a0\u202f]\d{3})+(?!\d)(?:,\d+)?|\d+(?:\.\d+)+|\d+(?:,\d+)?")
# A point stays where it separates no decimals: sections of the lecture, exercises (05.1), versions, papers.
SECTIONS = {"2.1", *(f"3.{i}" for i in range(1, 8)), *(f"4.{i}" for i in range(1, 14))}
WITH_A_POINT = re.compile(r"(?:arXiv:|(?:BY-SA|Keras|Python|TensorFlow|tensorflow-cpu|NumPy|\w*Lab|versão)\s+)$", re.I)


class Parts(NamedTuple):
    """A paragraph taken apart; `rest` is the text, with a sign where the other parts were."""

    code: list
    formulas: list
    targets: list
    tags: list
    rest: str


def parts(text):
    """Take a paragraph of Markdown apart."""
    code = [" ".join(found[0].split()) for found in CODE.finditer(text)]
    text = CODE.sub("\N{REPLACEMENT CHARACTER}", text)
    formulas = [_bare(found) for found in FORMULA.findall(text)]
    text = FORMULA.sub("\N{REPLACEMENT CHARACTER}", text)
    targets = TARGET.findall(text)
    text = TARGET.sub("", text)
    tags = [re.sub(r'\b(alt|title|aria-label)="[^"]*"', r"\1", tag) for tag in TAG.findall(text)]
    return Parts(code, formulas, targets, tags, TAG.sub(" ", text))


def _bare(formula):
    """A formula without its spaces and words, and with a point for a decimal comma."""
    formula = WORDS_OF_A_FORMULA.sub(r"\\text{}", formula)
    return re.sub(r"\s+", "", re.sub(r"(?<=\d)\{[,.]\}(?=\d)", ".", formula))


def has_words(text):
    """Whether there is anything to translate in a paragraph."""
    words = [*WORDS_OF_A_FORMULA.findall("".join(FORMULA.findall(CODE.sub("", text)))), parts(text).rest]
    return any(re.search(r"[^\W\d_]{2}|\ba \d", word.removeprefix("\\text")) for word in words)


def numbers(text):
    """The values of an English text's numbers, where something like 2.4.1 has itself for a value."""
    return Counter(_value(found.replace(",", "")) for found in ENGLISH.findall(text))


def _value(number):
    return number if number.count(".") > 1 else Decimal(number).normalize()


def wrong_numbers(english, portuguese):
    """Say what is wrong with the numbers of a translation; both texts are the rest of `parts`."""
    left, reasons = numbers(english), []
    for found in PORTUGUESE.finditer(portuguese):
        number, before, after = found[0], portuguese[:found.start()], portuguese[found.end():]
        if re.fullmatch(r"\d+(\.\d+)+", number) and left[_value(number)] and not left[_value(number.replace(".", ""))]:
            value = _value(number)
            if not (number in SECTIONS or isinstance(value, str) or re.match(r"0\d", number)
                    or WITH_A_POINT.search(before)):
                reasons.append(f"number {number}: a decimal comma, please")
        else:
            value = _value(re.sub(r"[.\u00a0\u202f](?=\d{3})", "", number).replace(",", "."))
            if re.match(r"[\s\u00a0]mil\b", after) and not left[value]:
                value = (value * 1000).normalize()
        if left[value]:
            left[value] -= 1
        else:
            reasons.append(f"number {number} is not in the English text")
    return reasons + [f"number {value:f} is missing" if isinstance(value, Decimal) else f"number {value} is missing"
                      for value in left.elements()]


def layout(text):
    """Headings by level, list items, rows of tables, and how far each paragraph is set in."""
    lines = text.replace("\\|", "").split("\n")
    items = [ITEM.match(line) for line in lines]
    starts = [line for before, line in zip(["", *lines], lines) if line.strip() and not before.strip()]
    return {
        "headings": [len(line) - len(line.lstrip("#")) for line in lines if re.match(r"#{1,6} ", line)],
        "list items": [(found[1], found[2] if found[2][0].isdigit() else "-") for found in items if found],
        "cells in the rows of the table": [line.count("|") for line in lines if line.lstrip().startswith("|")],
        "paragraphs, and spaces before them": [len(line) - len(line.lstrip()) for line in starts],
    }


class Term(NamedTuple):
    """A line of the glossary: what is looked for, what is allowed, and what to write."""

    name: str
    english: re.Pattern
    portuguese: re.Pattern
    write: str


@functools.cache
def glossary(path):
    """Read the glossary, the longest terms first: *latent space* is looked for before *space*.

    A word of Portuguese stands for all that begin like it. Alternatives are separated by a bar; the first is the one
    to write.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: -len(row["english"].split("|")[0]))
    return [Term(row["english"].split("|")[0], _any(row["english"], r"(?:s|es)?\b", r"[\s-]+"),
                 _any(row["portuguese"], "", r"\w*[\s-]+"), row["portuguese"].split("|")[0]) for row in rows]


def _any(alternatives, end, between):
    words = [between.join(map(re.escape, words.split())) for words in alternatives.split("|")]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words)}){end}", re.I)


def wrong_terms(english, portuguese, terms, excused=()):
    """Say which terms of the glossary a translation puts in other words."""
    reasons = []
    for term in terms:
        if term.english.search(english) and term.name not in excused and not term.portuguese.search(portuguese):
            reasons.append(f"term {term.name!r} is {term.write!r} in the glossary")
        english = term.english.sub(" ", english)  # within a longer term a shorter one does not count
    return reasons


def damage(english, portuguese, terms=(), note=""):
    """Say what is wrong with a translation.

    Parameters
    ----------
    english, portuguese : str
        A paragraph and its translation, both as Markdown.
    terms : list of Term, optional
        What `glossary` returns.
    note : str, optional
        The translator's, which may excuse something.

    Returns
    -------
    list of str
        Empty if all is well.
    """
    ours, theirs = parts(english), parts(portuguese)
    reasons = []
    for kind in ("code", "formulas", "targets", "tags"):
        before, after = Counter(getattr(ours, kind)), Counter(getattr(theirs, kind))
        named = kind.rstrip("s")
        reasons += [f"{named} {part} is missing" for part in (before - after).elements()]
        reasons += [f"{named} {part} is not in the English text" for part in (after - before).elements()]
    if ours.tags != theirs.tags and not reasons:
        reasons.append("tags stand in another order")
    shapes = layout(ours.rest), layout(theirs.rest)
    reasons += [f"{kind}: {theirs_}, in English {ours_}"
                for (kind, ours_), theirs_ in zip(shapes[0].items(), shapes[1].values()) if ours_ != theirs_]
    for what, sign in {"pictures": "![", "bold": "**"}.items():
        if ours.rest.count(sign) != theirs.rest.count(sign):
            reasons.append(f"{what}: {theirs.rest.count(sign)} {sign}, in English {ours.rest.count(sign)}")
    if len(re.findall(r"(?<![\\*])\*(?![*\s])|(?<![\\*\s])\*(?!\*)", theirs.rest)) % 2:
        reasons.append("a single * has no partner")
    names = [Counter(PLACEHOLDER.findall(text)) for text in (ours.rest, theirs.rest)]
    if names[0] != names[1]:
        reasons.append(f"names in braces: {', '.join(names[1])}, in English {', '.join(names[0])}")
    if portuguese != portuguese.strip():
        reasons.append("it begins or ends with an empty line or a space")
    excused = dict(re.findall(r"^(glossary|numbers): *(.*)$", note or "", flags=re.M))
    if "numbers" not in excused:
        reasons += wrong_numbers(ours.rest, theirs.rest)
    return reasons + wrong_terms(ours.rest, theirs.rest, terms, re.split(r", *", excused.get("glossary", "")))
