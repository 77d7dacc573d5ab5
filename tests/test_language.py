"""The language of the helpers: how it is chosen, and that nothing in English is left in Portuguese."""

import json
import os
import re
import subprocess
import sys

import pytest

from tools import twins
from tools.messages import PACKAGE, words_of
from vae_helpers import language
from vae_helpers.network import load_pretrained

WORDS = words_of(PACKAGE, "pt_BR")
ROOT = PACKAGE.parent


def run(code, folder, **variables):
    """Run Python in a folder, and return what it prints as JSON."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **variables}
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True,
                          encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("folder, named, found", [
    ("notebooks", None, "right."), ("notebooks/pt_BR", None, "certo."), ("notebooks/pt_BR/deeper", None, "certo."),
    ("notebooks", "pt_BR", "certo."), ("notebooks/pt_BR", "en", "right."), ("notebooks/pt_BR", "", "certo."),
    ("notebooks", "xx", "right."),
])
def test_the_variable_chooses_and_else_the_folder(tmp_path, folder, named, found):
    (tmp_path / folder).mkdir(parents=True)
    variables = {} if named is None else {"VAE_LANG": named}
    code = "import json; from vae_helpers.language import translated; print(json.dumps(translated('right.')))"
    assert run(code, tmp_path / folder, **variables) == found


def test_english_is_what_stands_in_the_code():
    assert language.WORDS == {"helpers": {}, "widgets": {}}
    assert language.translated("{n} digits of {m}", n=2, m="{n}") == "2 digits of {n}"


def test_a_text_is_looked_up(monkeypatch):
    monkeypatch.setattr(language, "WORDS", {"helpers": {"{n} digits": "{n} dígitos"}, "widgets": {}})
    assert language.translated("{n} digits", n=2) == "2 dígitos"


def english_in(texts, words):
    """The texts in which a message stands in English, of those that are another in Portuguese."""
    patterns = [re.sub(r"\\\{\w+(?:!r)?\\\}", ".+", re.escape(text)) for text, other in words.items() if text != other]
    # A sentence is found wherever it stands; a word alone may be a part of a Portuguese one.
    whole = [re.compile(pattern if len(pattern) > 25 else rf"(?:.*: )?{pattern}", re.S) for pattern in patterns]
    return [text for text in texts for pattern in whole
            if (pattern.search(text) if len(pattern.pattern) > 25 else pattern.fullmatch(text))]


def test_english_is_found():
    words = {"draw": "sortear", "{n} draws. Their mean is {m}.": "{n} sorteios. Sua média é {m}.", "KL": "KL"}
    texts = ["draw", "sortear", "KL", "drawer", "a: draw", "Então: 5 draws. Their mean is 2. Fim."]
    assert english_in(texts, words) == ["draw", "a: draw", "Então: 5 draws. Their mean is 2. Fim."]


def test_checkers_and_the_doctor_speak_portuguese():
    told = run("""
import json, warnings
from vae_helpers import checks, doctor
doctor.PYTHONS = (2, 6), (2, 7)
exercises = [name for notebook in ("02", "05") for name in checks.answer_key(notebook)]
said = [checks.check(name, answer).message for name in exercises for answer in (..., None, "x", [[1.0], [2.0, 3.0]],
        lambda *arguments: 3.0, lambda *arguments: 1 / 0, lambda *arguments: None, doctor)]
said += [str(checks.progress()).splitlines()[0], *str(doctor.environment()).splitlines()]
print(json.dumps(said))
""", ROOT / "notebooks" / "pt_BR")
    assert len(told) > 30 and english_in(told, WORDS["helpers"]) == []


WHAT_PYTHON_SAYS = """
import json
from vae_helpers import data, network, pad, sliders
vae, digits = network.load_pretrained("vae-2d"), data.load_mnist("test")
pictures = data.Pictures(digits.images[:20], digits.labels[:20], tuple("abcdefghij"))
made = [sliders.latent_sliders(vae), sliders.latent_sliders(vae, digits=pictures), pad.drawing_pad(vae),
        pad.latent_pad(vae), sliders.kl_sliders(), sliders.gaussian_sliders(), sliders.beta_slider()]
print(json.dumps([*map(repr, made), made[0].words.get("clear", "")]))
"""


@pytest.mark.slow
def test_what_stands_in_the_place_of_a_widget_is_portuguese():
    ours, theirs = (run(WHAT_PYTHON_SAYS, ROOT / "notebooks" / folder) for folder in ("", "pt_BR"))
    assert len(set(ours)) == 8 and "limpar" in theirs
    assert left_as_it_was(ours, theirs) == set()


NEUTRAL = {"original", "KL (nats)", "VAE", "autoencoder", "beta", "beta 1", "q(x) (log q(x) \u2212 log p(x))"}


def left_as_it_was(ours, theirs):
    """What is said in both languages, and is neither a number nor a formula."""
    return {text for text in {*ours} & {*theirs} - NEUTRAL if re.search(r"[^\W\d_]{3}", text)}


# What can be seen or heard of a page: its text, what its elements are called, and what is written on canvases.
HEARD = """[...document.querySelectorAll("body *")].filter((node) => !node.matches("script, style")).flatMap((node) => [
    ...[...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data),
    ...["aria-label", "aria-roledescription", "aria-valuetext", "alt", "title", "placeholder"].map(
        (name) => node.getAttribute(name)),
]).concat([...window.written ?? []]).filter((text) => text?.trim()).map((text) => text.trim())"""
WATCH_CANVASES = """
window.written = new Set();
for (const name of ["fillText", "strokeText"]) {
    const paint = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (text, ...rest) {
        window.written.add(String(text));
        return paint.call(this, text, ...rest);
    };
}"""


def with_python(n):
    """A state of the sliders that says what is said only where there is Python, of n pictures' elements."""
    state = twins.latent(load_pretrained("vae-2d" if n == 2 else "ae-12d"), 20)
    setup = {**state["setup"], "kind": "picture", "classes": list("abcdefghij")}
    return {**state, "setup": setup, "wanted": "", "asked": False, "problem": "" if n == 2 else "ValueError: 0"}


STATES = {"pictures": lambda: with_python(2), "pictures of an autoencoder": lambda: with_python(12)}


@pytest.mark.slow
@pytest.mark.parametrize("tag", [*twins.KINDS, *STATES])
def test_a_widget_in_portuguese_has_no_english_left(chromium, tag):
    ours, theirs = (heard(chromium, tag, language) for language in ("", "pt_BR"))
    assert len(theirs) > 10 and theirs & set(WORDS["widgets"].values())
    assert left_as_it_was(ours, theirs) == set()
    assert english_in(theirs, WORDS["widgets"]) == []
    assert [text for text in theirs if re.search(r"\d\.\d", text)] == []


def heard(chromium, tag, language):
    """All that a widget says, before and after each of its buttons was pressed."""
    page, collected = chromium.new_page(), twins.Twins(language)
    page.add_init_script(WATCH_CANVASES)
    place = collected.place("twin-latent-2", STATES[tag]()) if tag in STATES else collected.place(tag)
    page.goto("about:blank")
    page.set_content(f"<!doctype html><style>{collected.style()}</style>{place}{collected.scripts()}")
    page.wait_for_function("window.twins")
    texts = page.evaluate(HEARD)
    page.get_by_role("button").evaluate_all("buttons => buttons.forEach((button) => button.click())")
    page.wait_for_timeout(700)  # a screen reader is told later
    texts += page.evaluate(HEARD)
    page.close()
    return set(texts)
