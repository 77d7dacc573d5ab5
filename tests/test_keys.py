"""No key changes the notebook while a widget has the focus: every element of every widget, in a real JupyterLab.

The tests share one notebook. Those that change it come last.
"""

import json

import pytest

from tools import browser

pytestmark = pytest.mark.slow

SET_UP = """
import ipywidgets
from vae_helpers import pad, sliders
from vae_helpers.network import load_pretrained
vae, ae = load_pretrained("vae-2d"), load_pretrained("ae-2d")
"""
WIDGETS = [
    "sliders.gaussian_sliders()",
    "sliders.kl_sliders()",
    "sliders.beta_slider()",
    "latent = sliders.latent_sliders(vae)\nlatent",
    "two = pad.latent_pad(vae, ae)\ntwo.points = [(0, 0), (1, 1), (1, 0)]\ntwo",
    "pad.drawing_pad(vae)",
    'parts = [ipywidgets.Button(description="press me"), ipywidgets.FloatSlider(description="slide", readout=False)]\n'
    'parts += [ipywidgets.Dropdown(options="ab"), ipywidgets.Text(description="own"),\n'
    '          ipywidgets.BoundedFloatText(description="number", min=-9, max=9)]\n'
    "sliders.guarded(ipywidgets.VBox(parts))",
]
N_CELLS = len(WIDGETS) + 2
PARTS = {".vae-twin .sentence": 4, ".vae-pad .where span": 6, ".vae-gone": 4}  # all are there

# What Tab leads to in the outputs, each with the kind that it is of.
COLLECT = """() => {
    const kinds = ":is(a[href], button, input, select, textarea, summary, [tabindex])";
    window.focusables = [...document.querySelectorAll(`.jp-OutputArea-output ${kinds}`)].filter(
        node => node.tabIndex >= 0 && !node.disabled && node.checkVisibility());
    const place = node => ["pad", "twin"].find(name => node.closest(`.vae-${name}`)) ?? "";
    return focusables.map(node => [node.tagName, node.type, node.role, place(node)].join(" "));
}"""

# JupyterLab's own list: what would act on one of the elements if nothing kept it off, without the chords that have no
# more to do with the notebook than with any other page, and without the one that is to run the cell.
BINDINGS = r"""() => {
    const reached = new Set();
    for (const node of focusables) {
        node.focus();
        for (const {command, keys, selector} of jupyterapp.commands.keyBindings) {
            const isNotebooks = /jp-Notebook|jp-undoer/.test(selector) || !/\b(Ctrl|Alt|Cmd)\b/.test(keys.join(" "));
            if (isNotebooks && node.closest(selector) && command !== "notebook:run-cell") reached.add(keys.join(", "));
        }
    }
    return [...reached];
}"""

STATE = """() => {
    const {model, activeCellIndex, mode} = jupyterapp.shell.currentWidget.content;
    const dialogs = document.querySelectorAll(".jp-Dialog").length;
    return JSON.stringify([model.toJSON().cells, activeCellIndex, mode, dialogs]);
}"""

# What the browser makes of the keys is written down, so that it can be pressed again without the way through it.
RECORD = """() => {
    window.strokes = [];
    const names = ["key", "code", "keyCode", "which", "ctrlKey", "shiftKey", "altKey", "metaKey"];
    window.record = event => strokes.push(Object.fromEntries(names.map(name => [name, event[name]])));
    window.addEventListener("keydown", record, true);
}"""

# Press them all on each of these elements, and return those on which the notebook did not stay as it was.
REPLAY = """async indices => {
    const state = STATE, changed = [];
    for (const index of indices) {
        focusables[index].focus();
        const before = state();
        for (const stroke of strokes) for (const kind of ["keydown", "keyup"]) focusables[index].dispatchEvent(
            new KeyboardEvent(kind, {...stroke, bubbles: true, cancelable: true, composed: true}));
        await new Promise(resolve => setTimeout(resolve, 50));
        if (state() !== before) changed.push(index);
    }
    return changed;
}""".replace("STATE", STATE)


@pytest.fixture(scope="module")
def lab(chromium, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    browser.write_notebook(folder / "files" / "widgets.ipynb", SET_UP, *WIDGETS, "print(latent.z)")
    with browser.jupyter_lab(folder) as address:
        lab = browser.LabPage(chromium, address)
        lab.page.set_viewport_size({"width": 1280, "height": 5000})  # JupyterLab leaves out what is not in sight
        lab.open("widgets.ipynb")
        for part, count in PARTS.items():
            lab.page.wait_for_function(f"document.querySelectorAll('{part}').length === {count}")
        yield lab
        lab.close()
        assert lab.errors == [] and lab.outside == []


@pytest.fixture(scope="module")
def page(lab):
    return lab.page


@pytest.fixture(scope="module")
def elements(page):
    """The kind of each element, by its number."""
    return page.evaluate(COLLECT)


@pytest.fixture(scope="module")
def kinds(elements):
    """The number of the first element of each kind."""
    return {kind: number for number, kind in reversed(list(enumerate(elements)))}


@pytest.fixture(scope="module")
def bindings(page, elements):
    return page.evaluate(BINDINGS)


def press(page, keys):
    """Press keys that are named as JupyterLab does: "D, D" or "Ctrl Shift M"."""
    for stroke in keys.split(", "):
        *modifiers, key = stroke.split(" ")
        modifiers = [{"Ctrl": "Control", "Cmd": "Meta"}.get(name, name) for name in modifiers]
        page.keyboard.press("+".join([*modifiers, key if modifiers or len(key) > 1 else key.lower()]))


def state(page):
    """Return the cells, the number of the active one, the mode, and how many dialogs are open."""
    page.wait_for_timeout(50)  # JupyterLab holds a key back for 10 ms
    return json.loads(page.evaluate(STATE))


def focus(page, number):
    page.evaluate("number => focusables[number].focus()", number)


def has_focus(page, number):
    return page.evaluate("number => document.activeElement === focusables[number]", number)


def press_all(page, number, bindings):
    focus(page, number)
    for keys in bindings:
        press(page, keys)
        if "Ctrl" in keys:
            focus(page, number)  # the browser's own Ctrl+Z goes back to the field in which something was typed


@pytest.fixture(scope="module")
def strokes(page, kinds, bindings):
    """Record every key, from a button that does not mind."""
    page.evaluate(RECORD)
    press_all(page, max(kinds.values()), bindings)
    page.evaluate("window.removeEventListener('keydown', record, true)")
    return page.evaluate("strokes")


def test_the_walk_is_a_whole_one(elements, kinds, bindings, strokes):
    assert len(elements) > 50 and len(kinds) >= 8
    assert {"D, D", "X", "0, 0", "Shift M", "Ctrl Shift ArrowUp", "Ctrl Z", "Alt Enter"} <= set(bindings)
    assert len(strokes) > len(bindings) > 40


def test_every_kind_of_element_with_every_key(page, kinds, bindings):
    for kind, number in kinds.items():
        focus(page, number)
        before = state(page)
        press_all(page, number, bindings)
        assert state(page) == before, kind
        assert has_focus(page, number), kind


def test_every_element_with_every_key(page, elements, strokes):
    assert page.evaluate(REPLAY, list(range(len(elements)))) == []
    cells, _, _, dialogs = state(page)
    assert len(cells) == N_CELLS and dialogs == 0


@pytest.mark.parametrize("keys, command", [("Ctrl S", "docmanager:save"), ("Ctrl B", "application:toggle-left-area")])
def test_chords_reach_jupyterlab_from_every_element(page, elements, keys, command):
    page.evaluate("""() => {
        window.done = [];
        window.note ??= (_, {id}) => done.push(id);
        jupyterapp.commands.commandExecuted.connect(note);  // once, however often
    }""")
    for number in range(len(elements)):
        focus(page, number)
        press(page, keys)
    page.wait_for_function("number => done.length >= number", arg=len(elements))
    assert page.evaluate("done") == [command] * len(elements)


def test_tab_leads_from_element_to_element_and_out(page, elements):
    for number in range(len(elements) - 1):
        focus(page, number)
        page.keyboard.press("Tab")
        same_output, is_next, is_in = page.evaluate("""number => {
            const output = node => node.closest(".jp-OutputArea-output"), [from, to] = focusables.slice(number);
            return [output(from) === output(to), document.activeElement === to,
                output(from).contains(document.activeElement)];
        }""", number)
        assert is_next if same_output else not is_in, elements[number]


def test_escape_leads_back_to_the_cell(page, kinds):
    for kind, number in kinds.items():
        focus(page, number)
        page.keyboard.press("Escape")
        cell = "number => focusables[number].closest('.jp-Cell') === document.activeElement"
        page.wait_for_function(cell, arg=number)
        assert state(page)[2] == "command", kind


def test_escape_closes_an_open_choice_and_no_more(page, kinds):
    numbers = [number for kind, number in kinds.items() if kind.startswith("SELECT")]
    assert len(numbers) == 2
    for number in numbers:
        focus(page, number)
        page.keyboard.press("Alt+ArrowDown")
        page.wait_for_function("number => focusables[number].matches(':open')", arg=number)
        page.keyboard.press("Escape")
        page.wait_for_function("number => !focusables[number].matches(':open')", arg=number)
        assert has_focus(page, number)


@pytest.mark.parametrize("role, name", [("textbox", "or from number"), ("spinbutton", "mean of q"), ("textbox", "own")])
def test_the_fields_own_chords_edit_the_field(page, role, name):
    field = page.get_by_role(role, name=name, exact=True)
    before = state(page)[0]
    field.fill("12")
    for keys, text in (("Ctrl A", "12"), ("Ctrl C", "12"), ("End", "12"), ("Ctrl V", "1212"), ("Ctrl Z", "12"),
                       ("Ctrl Shift Z", "1212"), ("Ctrl A", "1212"), ("Ctrl X", "")):
        press(page, keys)
        assert field.input_value() == text, keys
    assert state(page)[0] == before


@pytest.mark.parametrize("typed, value", [("0,7", 0.7), ("-1,25", -1.25), (",5", 0.5), ("1.5", 1.5)])
@pytest.mark.parametrize("label, told", [
    ("z[0]", "z is ({:.2f}, "), ("mean \u03bc", "asked for {:.2f}"), ("number", None)])
def test_a_comma_is_a_point(page, label, told, typed, value):
    field = page.get_by_role("spinbutton", name=label, exact=True)
    field.fill("0")
    field.press("ControlOrMeta+a")
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    if told:
        page.get_by_text(told.format(value)).first.wait_for()
    assert field.evaluate("node => node.valueAsNumber") == value


def test_a_comma_is_a_point_when_pasted(page):
    text = page.get_by_placeholder("0 to 9999")
    field = page.get_by_role("spinbutton", name="z[0]", exact=True)
    text.fill("0,25")
    text.press("ControlOrMeta+a")
    text.press("ControlOrMeta+x")
    field.press("ControlOrMeta+a")
    field.press("ControlOrMeta+v")
    assert field.input_value() == "0.25"


# What changes the notebook -------------------------------------------------------------------------------------------

def test_control_enter_runs_the_cell(page, elements, kinds):
    number = kinds["DIV  slider "]
    before = [cell["execution_count"] for cell in state(page)[0]]
    focus(page, number)
    press(page, "Ctrl Enter")
    page.wait_for_function("number => !focusables[number].isConnected", arg=number)
    page.wait_for_function(f"document.querySelectorAll('.vae-gone').length === {PARTS['.vae-gone']}")
    after = [cell["execution_count"] for cell in state(page)[0]]
    changed = [i for i, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    assert changed == [1 + next(i for i, source in enumerate(WIDGETS) if "guarded" in source)]


def test_after_escape_the_keys_are_the_notebooks(page):
    page.evaluate(COLLECT)
    focus(page, 1)
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.matches('.jp-Cell')")
    press(page, "B")
    page.wait_for_function(f"jupyterapp.shell.currentWidget.content.widgets.length === {N_CELLS + 1}")


def test_without_the_guard_cells_are_lost(lab, page, strokes):
    """Else the tests above could not fail."""
    kinds = {kind: number for number, kind in enumerate(page.evaluate(COLLECT))}
    page.evaluate("""() => window.addEventListener(
        "keydown", event => event.target.removeAttribute("data-lm-suppress-shortcuts"), true)""")
    number = kinds["DIV  slider "]
    focus(page, number)
    before = state(page)
    press(page, "X")
    assert len(state(page)[0]) == len(before[0]) - 1
    number = next(number for kind, number in kinds.items() if kind.startswith("BUTTON") and kind.endswith("twin"))
    assert page.evaluate(REPLAY, [number]) == [number]
    page.wait_for_timeout(1000)
    lab.errors.clear()  # so much at once is too much for JupyterLab
