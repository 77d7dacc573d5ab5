"""Translations: complete, sound, in the glossary's terms; each kind of damage is noticed; the code stays as it is."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import polib
import pytest

from tools import translate
from tools.damage import damage, glossary, has_words
from tools.execute import ALL, ROOT
from tools.messages import in_javascript, in_python
from tools.translate import CATALOGUES, FOLDERS, GLOSSARY, TRANSLATED, generated_of

# Notebooks whose translation is still to be written. Take a name away when it is there; in the end none is left.
NOT_YET = set()
DONE = [path for path in TRANSLATED if path.stem not in NOT_YET]
TERMS = glossary(GLOSSARY)
PAGE = TRANSLATED[0]


def by_name(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def notebook(*sources):
    """A notebook with these Markdown cells, named a, b, c, and a code cell with an output."""
    cells = [nbformat.v4.new_markdown_cell(source, id=name) for name, source in zip("abc", sources)]
    output = nbformat.v4.new_output("stream", text="1.5\n")
    return nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell("x = 1.5", id="z", outputs=[output])])


def catalogue(page, **translations):
    """Its catalogue, with translations by the names of `numbered`."""
    made = translate.extract(page, polib.POFile())
    translate.take(made, "".join(f"=== {name.replace('_', '.')}\n{text}\n" for name, text in translations.items()))
    return made


def markdown(page, made):
    return [cell.source for cell in translate.translate(page, made, PAGE).cells if cell.cell_type == "markdown"]


# What is there -------------------------------------------------------------------------------------------------------

def test_names_of_what_is_not_there_yet_are_names_of_notebooks():
    assert {path.stem for path in TRANSLATED} >= NOT_YET
    assert {file.stem for file in CATALOGUES.glob("*.po")} == {path.stem for path in [*TRANSLATED, *FOLDERS]}
    generated = {file for file in generated_of(PAGE).parent.rglob("*.ipynb") if file.parent.name[0] != "."}
    assert {generated_of(path) for path in DONE} <= generated <= {generated_of(path) for path in TRANSLATED}


@by_name([*DONE, *FOLDERS])
def test_a_translation_is_complete_sound_and_up_to_date(path):
    assert translate.problems(path, check=True) == []


@by_name([*TRANSLATED, *FOLDERS])
def test_no_translation_is_damaged(path):
    assert translate.faults(translate.read_catalogue(path)) == []


@by_name(TRANSLATED)
def test_together_the_blocks_are_the_source(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            found = translate.blocks(cell.source)
            assert "".join(text + end for text, end in found) == cell.source
            assert all(text.strip() == text for text, _ in found)


@by_name(DONE)
def test_code_and_outputs_are_those_of_the_english_notebook(path):
    ours, theirs = read(path), read(generated_of(path))
    nbformat.validate(theirs)
    assert [(cell.id, cell.cell_type, cell.metadata) for cell in ours.cells] == [
        (cell.id, cell.cell_type, cell.metadata) for cell in theirs.cells]
    assert [cell for cell in ours.cells if cell.cell_type == "code"] == [
        cell for cell in theirs.cells if cell.cell_type == "code"]
    assert {**ours.metadata, "lang": "pt-BR"} == theirs.metadata


@by_name(DONE)
def test_links_lead_to_what_is_there(path):
    page = generated_of(path)
    text = "\n\n".join(cell.source for cell in read(page).cells if cell.cell_type == "markdown")
    links = [link for link in re.findall(r"\]\(([^()\s]+)\)", text) if not re.match(r"[a-z]+:", link)]
    assert links
    english = {generated_of(other): other for other in TRANSLATED}
    for link in links:
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve()
        assert target.exists(), link
        if target in english and anchor:
            assert anchor.removeprefix("cell-id=") in {cell.id for cell in read(english[target]).cells}, link
        assert target not in TRANSLATED or target.stem in NOT_YET, f"{link} leads to the English page"


@by_name(DONE)
def test_a_link_to_an_english_page_says_so(path):
    text = "\n\n".join(cell.source for cell in read(generated_of(path)).cells if cell.cell_type == "markdown")
    for found in re.finditer(r"\[([^\[\]]*)\]\((\.\./[^()\s]+\.ipynb)[^()\s]*\)(.{0,13})", text):
        is_english = "pt_BR" not in (generated_of(path).parent / found[2]).resolve().parts
        assert not is_english or "(em inglês)" in found[1] + found[3], found[0]


def test_nothing_takes_the_translated_notebooks_for_others():
    assert not [path for path in ALL if "pt_BR" in path.parts]


def test_the_glossary_is_of_use():
    """Each term stands in a notebook, or in what the helpers say; none twice."""
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "english,portuguese" and all(line.count(",") == 1 for line in lines)
    names = [term.name for term in TERMS]
    assert len(set(names)) == len(names) > 40
    text = "\n".join(text for path in [*TRANSLATED, *FOLDERS] for _, text in translate.messages(translate.read(path)))
    unused = {term.name for term in TERMS if not term.english.search(text)}
    assert unused <= {"cost function", "regularisation factor"}, "terms of the lecture"


# What is changed, missing, damaged -----------------------------------------------------------------------------------

TEXT = ("# A title\n\nA paragraph of **one** sentence.\nWith a break.\n\n- one item\n- another,\n  in two lines\n\n"
        "1. A question?\n\n   <details><summary>answer</summary>\n\n   An answer.\n\n   </details>\n2. Another?\n\n"
        "$$\nx = 1\n\n+ 2\n$$\n\n| a table | b |\n| --- | --- |\n| one | 2 |\n\n```\nfenced text\n\nof two\n```\n"
        "## Heading\nText below it.\n\n$$ x = \\text{the word} $$\n\n<details>\n\nfolded text\n\n</details>\n")


def test_blocks():
    found = translate.blocks(TEXT)
    assert "".join(text + end for text, end in found) == TEXT
    starts = ["# A title", "A paragraph", "- one item", "- another", "1. A question", "2. Another", "$$\nx",
              "| a table", "```", "## Heading", "Text below", "$$ x", "<details>"]
    assert len(found) == len(starts) and all(text.startswith(start) for (text, _), start in zip(found, starts))
    silent = [text for text, _ in found if not has_words(text)]
    assert [text[:3] for text in silent] == ["$$\n", "```"]


def test_a_round_trip_in_english_changes_nothing():
    page = notebook(TEXT, "Another cell.", TEXT)
    made = translate.extract(page, polib.POFile())
    for entry in made:
        entry.msgstr = entry.msgid
    assert markdown(page, made) == [TEXT, "Another cell.", TEXT]
    again = polib.pofile(str(made))
    assert [(entry.msgid, entry.msgstr, entry.occurrences) for entry in again] == [
        (entry.msgid, entry.msgstr, entry.occurrences) for entry in made]
    assert str(translate.extract(page, again)) == str(made)


def test_export_and_import_are_a_round_trip():
    page = notebook("First $\\mu$.\n\nSecond.", "Third.")
    made = catalogue(page, a_1="Primeiro $\\mu$.")
    text = translate.export(made)
    assert "Second." in text and "First" not in text
    text = text.replace("Second.\n=>\n", "Second.\n=>\n%% glossary: code\nSegundo.\n")
    assert translate.take(made, text) == 1
    assert markdown(page, made)[0] == "Primeiro $\\mu$.\n\nSegundo." and made[1].tcomment == "glossary: code"
    assert translate.take(made, translate.export(made, everything=True)) == 2
    assert made[1].tcomment == "glossary: code"
    with pytest.raises(SystemExit, match=r"No paragraph is called 'a\.9'"):
        translate.take(made, "=== a.9\nx")


def test_what_is_unchanged_is_kept_wherever_it_moves_and_its_lines_break():
    old = catalogue(notebook("One two\nthree."), a_1="Um dois três.")
    assert markdown(notebook("New.", "One\ntwo three."), translate.extract(notebook("New.", "One\ntwo three."), old))[
        1] == "Um dois três."


def test_a_changed_paragraph_is_stale_and_stands_there_in_english():
    old = catalogue(notebook("The cat sat on a mat.", "Kept."), a_1="O gato.", b_1="Fica.")
    page = notebook("The cat sat on the red mat.", "Kept.")
    made = translate.extract(page, old)
    assert made[0].fuzzy and made[0].previous_msgid == "The cat sat on a mat." and made[0].msgstr == "O gato."
    assert [entry.msgid for entry in made if not entry.translated()] == ["The cat sat on the red mat."]
    shown = markdown(page, made)
    assert shown == ['<div lang="en">\n\n*(ainda em inglês)*\n\nThe cat sat on the red mat.\n\n</div>', "Fica."]
    assert translate.export(made).startswith("=== a.1\nWAS:\nThe cat sat on a mat.\nWAS =>\nO gato.\nNOW:\nThe cat")
    again = translate.extract(notebook("The cat sat on that blue mat.", "Kept."), polib.pofile(str(made)))
    assert again[0].previous_msgid == "The cat sat on a mat.", "that is what was translated"
    translate.take(again, "=== a.1\nO gato azul.")
    assert again[0].translated() and "fuzzy" not in str(again)


def test_what_is_gone_is_kept_at_the_end_and_comes_back():
    old = catalogue(notebook("Gone, entirely.", "Kept."), a_1="Foi.", b_1="Fica.")
    made = polib.pofile(str(translate.extract(notebook("12 other words?", "Kept."), old)))
    assert [(entry.msgid, entry.obsolete) for entry in made][-1] == ("Gone, entirely.", True)
    assert not made[0].msgstr
    back = translate.extract(notebook("Gone, entirely.", "Kept."), made)
    assert [(entry.msgstr, entry.obsolete) for entry in back] == [("Foi.", False), ("Fica.", False)]


def test_two_translations_of_one_text():
    page = notebook("Right.", "Right.")
    made = catalogue(page, a_1="Certo.")
    assert len(made) == 1
    made.append(polib.POEntry(msgid="Right.", msgstr="À direita.", msgctxt="b", occurrences=[("b", "")]))
    assert markdown(page, polib.pofile(str(translate.extract(page, made)))) == ["Certo.", "À direita."]


@pytest.mark.parametrize("english, shown", [
    ("## A heading", '## *(ainda em inglês)* <span lang="en">A heading</span>'),
    ("- an item\n  of two lines", '- *(ainda em inglês)* <span lang="en">an item\n  of two lines</span>'),
    ("1. asked?\n\n   answered", "1. *(ainda em inglês)* asked?\n\n   answered"),
    ("- an item\n  - in it", "- *(ainda em inglês)* an item\n  - in it"),
])
def test_the_mark_fits_what_it_marks(english, shown):
    assert translate.still_english(english) == shown


SAMPLE = ("See **here** $x = 1.5$ and `code`: [link](a.ipynb) ![two axes](b.svg) <sub>1.5</sub> of 70,000 digits, "
          "section 3.2.")
GOOD = ("Veja **aqui** $x = 1{,}5$ e `code`: [link](a.ipynb) ![dois eixos](b.svg) <sub>1,5</sub> de 70.000 dígitos, "
        "seção 3.2.")


def test_a_good_translation_passes():
    assert damage(SAMPLE, GOOD) == []


@pytest.mark.parametrize("before, after, reason", [
    ("$x = 1{,}5$", "$x = 1{,}6$", "formula x=1.5"),
    ("$x = 1{,}5$", "x", "formula"),
    ("`code`", "`código`", "code `code` is missing"),
    ("a.ipynb", "b.ipynb", "target a.ipynb is missing"),
    ("b.svg", "c.svg", "target c.svg is not in the English text"),
    ("![dois", "[dois", "pictures"),
    ("<sub>", "<sup>", "tag <sub> is missing"),
    ("1,5</sub>", "1,6</sub>", "number 1,6"),
    ("1,5</sub>", "15</sub>", "number 1.5 is missing"),
    ("1,5</sub>", "1.5</sub>", "a decimal comma, please"),
    ("70.000", "70,000", "number 70,000"),
    ("70.000", "7.000", "number 70000 is missing"),
    ("3.2", "3.3", "number 3.3"),
    ("**aqui**", "aqui", "bold"),
    ("Veja", "*Veja", "a single *"),
    ("Veja", "## Veja", "headings"),
    ("Veja", "- Veja", "list items"),
    ("seção", "\n\nseção", "paragraphs"),
    ("Veja", " Veja", "begins or ends"),
])
def test_damage_is_noticed(before, after, reason):
    assert before in GOOD
    found = damage(SAMPLE, GOOD.replace(before, after))
    assert any(reason.replace("formula x", "formula $x") in line for line in found), found


@pytest.mark.parametrize("english, portuguese, reason", [
    ("## Two", "### Dois", "headings: [3], in English [2]"),
    ("- one\n- two", "- um\n\n- dois", "paragraphs"),
    ("1. one\n2. two", "1. um", "list items"),
    ("- one\n  - two", "- um\n- dois", "list items"),
    ("1. Why?\n\n   Because.", "1. Por quê?\n\nPorque.", "paragraphs"),
    ("| a | b |\n| - | - |\n| c | d |", "| a | b |\n| - | - |\n| c |", "cells"),
    ("<details><summary>answer</summary>", "<details>resposta", "tag"),
    ("```\nx = 1\n```", "```\nx = 2\n```", "code"),
])
def test_damage_of_the_layout_is_noticed(english, portuguese, reason):
    assert any(reason in line for line in damage(english, portuguese))


@pytest.mark.parametrize("english, portuguese", [
    ("70,000 of 1,150,228", "70 mil de 1.150.228"), ("70,000", "70\u00a0000"), ("0.005 and 1.50", "0,005 e 1,5"),
    ("section 4.10 and 3.7", "seções 4.10 e 3.7"), ("exercise 05.1", "exercício 05.1"), ("Keras 3.15", "Keras 3.15"),
    ("TensorFlow 2.4.1", "TensorFlow 2.4.1"), ("arXiv:1312.6114", "arXiv:1312.6114"), ("the 1s, 2D", "os 1s, 2D"),
    ("[0.1, 2.0, 0.2]", "[0,1; 2,0; 0,2]"), ("N(0, 1), 88 %, 3x8", "N(0, 1), 88 %, 3x8"),
    ("1.15 million", "1,15 milhão"), ("3.2 nats", "3,2 nats"), ("-0.11 to 0.06", "-0,11 a 0,06"),
])
def test_numbers_that_agree(english, portuguese):
    assert damage(english, portuguese) == []


def test_names_in_braces_are_kept():
    assert damage("{n} digits in {file}", "em {file}, {n} dígitos") == []
    assert damage("{n} digits", "{m} dígitos") == ["names in braces: {m}, in English {n}"]
    assert damage("{n} digits", "dígitos") == ["names in braces: , in English {n}"]


def test_words_of_a_formula_may_be_translated():
    assert damage("$$ J = \\text{rate} $$", "$$ J = \\text{taxa} $$") == []
    assert damage("$$ J = \\text{rate} $$", "$$ K = \\text{taxa} $$")


def test_the_glossary_is_held_and_can_be_excused():
    english = "The encoder of the latent space."
    assert damage(english, "O codificador do espaço latente.", TERMS) == []
    assert damage("Encoders, and their latent spaces", "Codificadores e seus espaços latentes", TERMS) == []
    assert damage(english, "O encoder do espaço latente.", TERMS) == ["term 'encoder' is 'codificador' in the glossary"]
    assert damage(english, "O encoder do espaço latente.", TERMS, "glossary: encoder") == []
    assert damage("It has `code` and $rate$", "Tem `code` e $rate$", TERMS) == [], "code and formulas are left alone"
    assert damage("batch normalisation", "normalização de batelada", TERMS) == [], "the longest term counts"
    assert damage("10 draws", "dez sorteios", (), "numbers: in words here") == []


# Links and files -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text, fits", [
    ("[a](01_autoencoder_vs_vae.ipynb)", "[a](01_autoencoder_vs_vae.ipynb)"),
    ("![a](../figures/fig10_architecture.svg)", "![a](../../figures/fig10_architecture.svg)"),
    ("[a](deeper/when_it_goes_wrong.ipynb)", "[a](deeper/when_it_goes_wrong.ipynb)"),
    ("[a](deeper/is_it_a_copy.ipynb): b", "[a](../deeper/is_it_a_copy.ipynb) (em inglês): b"),
    ("[a](deeper/is_it_a_copy.ipynb#b) (em inglês)", "[a](../deeper/is_it_a_copy.ipynb#b) (em inglês)"),
    ("[a, em inglês](../README.md)", "[a, em inglês](../../README.md)"),
    ("[a](#The-map)", "[a](00_start_here.ipynb#cell-id=map)"),
    ("[a](01_autoencoder_vs_vae.ipynb#Two-latent-planes)", "[a](01_autoencoder_vs_vae.ipynb#cell-id=planes-text)"),
    ('<a href="../README.md">', '<a href="../../README.md">'), ("`[a](b.ipynb)`", "`[a](b.ipynb)`"),
    ("[a](https://x.org/b.ipynb)", "[a](https://x.org/b.ipynb)"),
])
def test_links_fit_the_folder(text, fits):
    assert translate.fitted(text, PAGE) == fits


def test_a_heading_that_is_not_there_is_named():
    with pytest.raises(ValueError, match=r"no heading of 00_start_here\.ipynb has the anchor 'Gone'"):
        translate.fitted("[a](#Gone)", PAGE)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Catalogues and notebooks of a test's own."""
    shutil.copytree(CATALOGUES, tmp_path / "catalogues")
    monkeypatch.setattr(translate, "CATALOGUES", tmp_path / "catalogues")
    monkeypatch.setattr(translate, "generated_of", lambda path: tmp_path / "made" / path.name)
    monkeypatch.setattr(translate, "ROOT", tmp_path)
    return tmp_path


def test_the_command_writes_checks_and_refuses_damage(elsewhere, capsys):
    made = elsewhere / "made" / PAGE.name
    translate.main(["0"])
    text = made.read_text(encoding="utf-8")
    translate.main(["0", "--check"])
    file = elsewhere / "catalogues" / f"{PAGE.stem}.po"
    sound = file.read_text(encoding="utf-8")
    file.write_text(sound.replace('msgstr "## O mapa"', 'msgstr "### O mapa"'), encoding="utf-8")
    with pytest.raises(SystemExit):
        translate.main(["0"])
    assert "00_start_here map: headings: [3], in English [2]" in capsys.readouterr().err
    assert made.read_text(encoding="utf-8") == text, "a damaged one is not generated"
    file.write_text(sound.replace('msgstr "## O mapa"', 'msgstr ""'), encoding="utf-8")
    with pytest.raises(SystemExit):
        translate.main(["0", "--check"])
    told = capsys.readouterr().err
    assert "00_start_here map.1: missing: ## The map" in told and "is not up to date" in told
    assert made.read_text(encoding="utf-8") == text
    translate.main(["0"])
    assert "ainda em inglês" in made.read_text(encoding="utf-8") and "map.1: missing" in capsys.readouterr().out


def test_nothing_is_generated_before_a_title_is_translated(elsewhere):
    (elsewhere / "catalogues" / f"{PAGE.stem}.po").unlink()
    assert translate.problems(PAGE) == [] and not (elsewhere / "made").exists()


def test_messages_changed_missing_and_damaged(elsewhere, monkeypatch, capsys):
    """What helpers say goes through the same steps as a notebook; what is made of it holds what is translated."""
    monkeypatch.setattr(translate, "said", lambda folder: [("a.py", "One {n} more digit."), ("b.js", "new")])
    monkeypatch.setattr(translate, "generated_of", lambda path: elsewhere / "made.json")
    file = elsewhere / "catalogues" / "vae_helpers.po"
    file.write_text('msgid ""\nmsgstr ""\n\n#: a.py\nmsgid "One {n} digit."\nmsgstr "Um {n} dígito."\n', "utf-8")
    translate.main(["vae_helpers"])
    told = capsys.readouterr().out
    assert "a.py.1: stale: One {n} more digit." in told and "b.js.1: missing: new" in told
    assert json.loads((elsewhere / "made.json").read_text("utf-8")) == {"helpers": {}, "widgets": {}}
    with pytest.raises(SystemExit):
        translate.main(["vae_helpers", "--check"])
    words = elsewhere / "words"
    words.write_text("=== a.py.1\nMais um {m} dígito.\n=== b.js.1\nnovo\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        translate.main(["vae_helpers", "--import", str(words)])
    assert "names in braces" in capsys.readouterr().err
    words.write_text("=== a.py.1\nMais um {n} dígito.\n", encoding="utf-8")
    translate.main(["vae_helpers", "--import", str(words)])
    translate.main(["vae_helpers", "--check"])
    made = json.loads((elsewhere / "made.json").read_text("utf-8"))
    assert made["helpers"] == {"One {n} more digit.": "Mais um {n} dígito.", "new": "novo"}


def test_messages_are_found_in_python():
    found = in_python("""
class Widget:
    _sentence = "a sentence"
    number = _Number("a label", 1)
    other = "not said"

translated("one " "text", n=1)
translated("if so" if so else "otherwise", f"{n}")
translated({True: "right", None: "no"}[answer])
translated(f"a {self._kind} of {{n}}", n=2)
translated(error)
Exercise(right=1, mistakes={"a mistake": 2.0, f"{x}": 1, "another": lambda x: x}, praise="well done")
""", {"translated": (0,), "_Number": (0,)})
    assert list(found) == ["a sentence", "a label", "one text", "if so", "otherwise", "right", "no", "a digit of {n}",
                           "a picture of {n}", "a mistake", "another", "well done"]


def test_messages_are_found_in_javascript():
    found = in_javascript("""
const { t } = state, a = t("one"), b = state.t("two {n}", { n: "not this" });
const c = isDigit ? t("th" +
  "ree \\u03bc") : t(label), d = [t(`(${x})`), tail(t, x), set("no"), port("no"), it.t];
""")
    assert list(found) == ["one", "two {n}", "three \u03bc"]


def test_other_notebooks_are_refused():
    with pytest.raises(SystemExit, match=r"is_it_a_copy\.ipynb is not among the notebooks to translate"):
        translate.main(["notebooks/deeper/is_it_a_copy.ipynb", "--check"])


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_lab_opens_the_start_page_of_a_language():
    def lab(language):
        return subprocess.run(["make", "--dry-run", "lab", f"IDIOMA={language}"], cwd=ROOT, text=True,
                              capture_output=True)
    start = re.search(r"/lab/tree/(\S+)", lab("pt_BR").stdout)[1]
    assert Path(ROOT / start) == generated_of(PAGE) and "/lab/tree/notebooks/00_" in lab("").stdout
    refused = lab("xx")
    assert refused.returncode and "is not there" in refused.stderr and "não existe" in refused.stderr


def test_the_portuguese_readme_leads_to_what_is_there():
    text = (translate.ROOT / "README.pt-BR.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^()\s]+)\)", text) if not re.match(r"[a-z]+:", link)]
    assert len(links) > 5 and all((translate.ROOT / link).exists() for link in links)
    assert "(README.pt-BR.md)" in (translate.ROOT / "README.md").read_text(encoding="utf-8")
