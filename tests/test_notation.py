"""One notation and one vocabulary over the way through: what formulas and sentences use is what notebook 00 lists."""

import re

import nbformat
import pytest

from tools.execute import WAY

GREEK = set(re.findall(r"\w+", """alpha beta gamma delta epsilon varepsilon zeta eta theta kappa lambda mu nu xi rho
    sigma tau phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega ell"""))  # pi is a number
NUMBERS = {"e", r"\pi", "T"}  # with letters of their own everywhere; T transposes
PASSING = "letters of a single derivation"
# What would be a second meaning, or a second name. The lecture's own D_{KL} is named once, in 03.
SECOND_MEANINGS = {
    r"\bI\s*\(": "I is the identity matrix: write 'mutual information'",
    r"\\in I\b|_I\b": "I is the identity matrix: a set is S",
    r"\\frac\s*1\s*N\b|\^N\b|/\s*N\b": "N is the normal distribution: a number of images is n",
    r"\\(var)?epsilon": "the noise is alpha",
    r"\bD\s*\(z": "D is the distortion: name the decoder's map otherwise",
}
SECOND_NAMES = {
    r"\b(same|each|every|own|wrong|ten|of a|other) kinds?\b(?! of)": "a digit's class is its class, not its kind",
    r"\b(2-D|12-D|2-element|12-element|two-element|twelve-element|two-number|12-number|2-number) (VAE|network)":
        "the two networks are the plane network and the twelve-number network",
    r"\bepsilon\b(?!\))": "the noise is alpha",
    r"\blog variance|logvar\b": "log-variance",
    r"\breparametri[sz]": "reparameterisation",
    r"\baggregated posterior": "aggregate posterior",
    r"\b(dead|inactive) (unit|element|dimension)|\blatent (dimension|unit)s?\b": "an element is active or idle",
}

NUMBERED = {path.stem[:2]: nbformat.read(path, as_version=4) for path in WAY}
ways = pytest.mark.parametrize("number", [number for number in NUMBERED if number != "00"])


def prose(notebook):
    """The Markdown that a reader reads, without code in it and without a lecturer's notes."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"
             and cell.metadata.get("slideshow", {}).get("slide_type") != "notes"]
    return re.sub(r"```.*?```|`[^`]*`", "", "\n\n".join(cells), flags=re.S)


def formulas(text):
    return [shown or inline for shown, inline in re.findall(r"\$\$(.*?)\$\$|\$([^$]+?)\$", text, flags=re.S)]


def letters(formula):
    r"""The letters of a formula: \bar x is one, and so is \mathbb{E}; words in it are none."""
    formula = re.sub(r"D_\{KL\}", "", formula)
    formula = re.sub(r"\\(text|textbf|mathsf|operatorname|begin|end|mathrm\s*\{d\})\s*(\{[^{}]*\})?", " ", formula)
    found = re.findall(r"(\\(?:mathcal|mathbb|mathrm|mathbf|bar|hat|tilde)\s*(?:\{\w+\}|\w))|\\([A-Za-z]+)|([A-Za-z])",
                       formula)
    return {re.sub(r"[\s{}]", "", made) or (f"\\{name}" if name in GREEK else "") or letter
            for made, name, letter in found} - {"", *NUMBERS}


def table(name):
    """The rows of a table of 00, each a list of its cells."""
    cell, = [cell for cell in NUMBERED["00"].cells if cell.id == name]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in cell.source.split("\n") if line.startswith("|")]
    return [[part.strip() for part in row] for row in rows[2:]]


def places(meaning):
    """The notebooks that a meaning names in parentheses, at its end or of a part of it."""
    return set(re.findall(r"\b\d\d\b", " ".join(re.findall(r"\(([\d, ]+)\)", meaning))))


ROWS = table("notation")
LISTED = set().union(*(letters(formula) for row in ROWS for formula in formulas(row[0])))


def test_letters_are_read():
    assert letters(r"\hat x_j = \mathbb{E}[\alpha] + \text{no word} + \tfrac12 \mathrm{KL}(q \| p)") == {
        r"\hatx", "j", r"\mathbbE", r"\alpha", r"\mathrmKL", "q", "p"}
    assert letters(r"\pi e^{-\ell} A^{\mathsf T} \, dz") == {r"\ell", "A", "d", "z"}
    assert formulas(r"$$a$$ and $b$") == ["a", "b"] and places("a root (02), a ring (07, 09)") == {"02", "07", "09"}


def test_the_table_gives_each_letter_one_meaning():
    alone = [formula for row in ROWS for formula in formulas(row[0])]
    assert len(alone) == len(set(alone)) > 40
    single = [next(iter(letters(formula))) for formula in alone if len(letters(formula)) == 1 and "^2" not in formula]
    assert len(single) == len(set(single)), sorted(letter for letter in single if single.count(letter) > 1)


@ways
def test_every_letter_of_a_formula_is_in_the_table(number):
    used = set().union(*map(letters, formulas(prose(NUMBERED[number]))))
    assert used <= LISTED, f"{number}: {sorted(used - LISTED)} are not in 00's table of notation"


@pytest.mark.parametrize("row", [row for row in ROWS if places(row[2])], ids=lambda row: row[0])
def test_a_letter_is_used_where_the_table_says_and_nowhere_else(row):
    mine = [letters(formula) for formula in formulas(row[0])]
    own = {letter for found in mine for letter in found if len(found) == 1} or set.union(*mine)
    used = {number for number, notebook in NUMBERED.items() if number != "00"
            and own & set().union(*map(letters, formulas(prose(notebook))))}
    assert used == places(row[2])


def test_no_letter_of_the_table_is_out_of_use():
    used = set().union(*(letters(formula) for number, notebook in NUMBERED.items() if number != "00"
                         for formula in formulas(prose(notebook))))
    assert used >= LISTED, sorted(LISTED - used)
    assert any(row[2].startswith(PASSING) for row in ROWS)


@ways
@pytest.mark.parametrize("pattern", SECOND_MEANINGS, ids=range(len(SECOND_MEANINGS)))
def test_no_letter_has_a_second_meaning(number, pattern):
    found = [formula for formula in formulas(prose(NUMBERED[number])) if re.search(pattern, formula)]
    assert not found, SECOND_MEANINGS[pattern]


@pytest.mark.parametrize("number", NUMBERED)
@pytest.mark.parametrize("pattern", SECOND_NAMES, ids=range(len(SECOND_NAMES)))
def test_no_thing_has_a_second_name(number, pattern):
    text = prose(NUMBERED[number]).split("## References")[0]
    if number == "00":
        text = text.replace("papers write epsilon", "")
    found = [text[max(0, match.start() - 30):match.end() + 20] for match in re.finditer(pattern, text)]
    assert not found, SECOND_NAMES[pattern]


def test_the_patterns_find_what_they_forbid():
    for text in ("of the same kind", "the 2-D network", "a dead unit", "the aggregated posterior"):
        assert any(re.search(pattern, text) for pattern in SECOND_NAMES), text
    for formula in (r"I(x; z)", r"\frac1N \sum_n", r"\varepsilon", r"i \in I", "D(z)"):
        assert any(re.search(pattern, formula) for pattern in SECOND_MEANINGS), formula
    for formula in (r"N(0, I)", r"\mathrm{KL}(q \| p)", r"D_{KL}"):
        assert not any(re.search(pattern, formula) for pattern in SECOND_MEANINGS), formula


def test_the_glossary_is_in_order_and_names_each_term_once():
    terms = [row[0].lower() for row in table("glossary")]
    assert terms == sorted(set(terms)) and len(terms) > 20
