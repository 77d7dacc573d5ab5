"""The latent pad and the canvas: their numbers, what they refuse, and what they do in a browser without a notebook."""

import base64
import re
import threading
from itertools import pairwise

import anywidget
import numpy as np
import pytest

from tests.test_drawing import DRAWN, ONE, THREE
from vae_helpers import pad
from vae_helpers.data import Digits, load_mnist
from vae_helpers.drawing import draw_as_mnist
from vae_helpers.gaussian import prior_tail
from vae_helpers.latent import interpolate
from vae_helpers.network import Network, load_pretrained
from vae_helpers.pad import drawing_pad, latent_pad
from vae_helpers.scripts import as_one


@pytest.fixture(scope="module")
def vae():
    return load_pretrained("vae-2d")


@pytest.fixture(scope="module")
def autoencoder():
    return load_pretrained("ae-2d")


@pytest.fixture(scope="module")
def digits():
    return load_mnist("test")

# The latent pad ------------------------------------------------------------------------------------------------------

def decode_what_was_sent(widget, z):
    """Do with the bytes what the browser does, in float64."""
    weights = np.frombuffer(widget._weights, "<f4").astype(float)
    names, layers = widget._setup["names"], widget._setup["layers"]
    for part in np.split(weights, len(names)):
        x, start = np.asarray(z, float), 0
        for depth, (inputs, units) in enumerate(layers):
            kernel = part[start: start + inputs * units].reshape(inputs, units)
            start += inputs * units
            x = x @ kernel + part[start: start + units]
            start += units
            x = np.maximum(x, 0) if depth < len(layers) - 1 else 1 / (1 + np.exp(-x))
        assert start == len(part)
        yield x.reshape(-1, 28, 28)


def test_the_browser_gets_the_decoders(vae, autoencoder):
    widget = latent_pad(vae, autoencoder)
    z = np.random.default_rng(5).normal(size=(20, 2))
    assert widget._setup["names"] == ["vae-2d", "ae-2d"]
    for network, sent in zip((vae, autoencoder), decode_what_was_sent(widget, z), strict=True):
        np.testing.assert_allclose(sent, network.decode(z), rtol=0, atol=1e-5)


def test_the_browser_gets_digits_and_their_codes(vae, autoencoder, digits):
    widget = latent_pad(vae, autoencoder)
    images = np.frombuffer(widget._images, np.uint8).reshape(-1, 28, 28)
    labels = np.frombuffer(widget._labels, np.uint8)
    codes = np.frombuffer(widget._codes, "<f4").reshape(2, -1, 2)
    assert len(images) == len(labels) == pad.MOST_DIGITS and np.bincount(labels).min() > 100
    np.testing.assert_array_equal(images[[0, -1]], digits.images[[0, -1]])
    np.testing.assert_array_equal(labels[[0, -1]], digits.labels[[0, -1]])
    for network, sent in zip((vae, autoencoder), codes):
        np.testing.assert_allclose(sent, network.encode(images)[0], atol=1e-5)
    assert np.abs(codes[0]).max() < widget._setup["span"] < 1.1 * np.abs(codes[0]).max() + 0.01


def test_few_digits_are_all_taken(vae, digits):
    widget = latent_pad(vae, digits=Digits(digits.images[:7], digits.labels[:7]))
    np.testing.assert_array_equal(widget.images, digits.images[:7])
    as_floats = digits.images[:7].reshape(7, 784).astype(np.float32) / 255
    np.testing.assert_array_equal(latent_pad(vae, digits=(as_floats, digits.labels[:7])).images, digits.images[:7])
    assert widget._setup["span"] >= pad.LEAST_SPAN, "the circle of 3 standard deviations is in the picture"


def test_the_code_can_be_set_and_read(vae):
    widget = latent_pad(vae, z=(1, -2))
    assert widget.z == (1.0, -2.0)
    widget.z = np.array([0.25, 0.5], np.float32)
    assert widget.z == (0.25, 0.5) and all(type(element) is float for element in widget.z)
    widget.set_state({"z": [0.1, 0.2], "points": [[1, 2], [3, 4]]})  # as a browser does
    assert widget.z == (0.1, 0.2) and widget.points == ((1.0, 2.0), (3.0, 4.0))
    assert vae.decode([widget.z]).shape == (1, 28, 28)


BAD_CODES = [
    ((0.0, np.nan), ValueError, "must not hold NaN"), ((np.inf, 0.0), ValueError, "must be finite"),
    ((1.0,), ValueError, r"must have shape \(2,\)"), ((1, 2, 3), ValueError, r"must have shape \(2,\)"),
    ([[1, 2]], ValueError, r"must have shape \(2,\)"), (0.5, ValueError, r"must have shape \(2,\)"),
    ("01", TypeError, "must hold real numbers, received str '01'"), (None, TypeError, "must hold real numbers"),
    ((0, 101), ValueError, r"must be from -100.0 to 100.0, received \[ *0. *101.\]"),
]


@pytest.mark.parametrize("z, error, message", BAD_CODES)
def test_a_wrong_code_is_refused_at_once(vae, z, error, message):
    with pytest.raises(error, match=f"^z {message}"):
        latent_pad(vae, z=z)
    widget = latent_pad(vae, z=(1, 1))
    with pytest.raises(error, match=f"^z {message}"):
        widget.z = z
    assert widget.z == (1.0, 1.0)
    widget.points = [(1, 2)]
    with pytest.raises(error, match=rf"^points\[1\] {message}"):
        widget.points = [(0, 0), z]
    assert widget.points == ((1.0, 2.0),)


def test_points_are_a_list(vae):
    with pytest.raises(TypeError, match="points must be a list of codes, received int 3"):
        latent_pad(vae).points = 3


def test_two_networks_of_one_name_are_called_by_their_places(vae):
    assert latent_pad(vae, vae)._setup["names"] == ["decoder", "other"]


def test_codes_that_are_not_finite_are_refused(vae):
    huge = {key: array * np.float32(1e38 if key.startswith("encoder/z_mean") else 1)
            for key, array in vae.weights.items()}
    huge["encoder/z_mean/bias"] = np.full(2, 3e38, np.float32)
    with np.errstate(all="ignore"), pytest.raises(ValueError, match="the codes that decoder gives must"):
        latent_pad(Network(huge))


@pytest.mark.parametrize("make", [latent_pad, drawing_pad])
def test_says_what_it_is_where_no_kernel_runs(vae, make):
    assert "Run this cell" in repr(make(vae)) and len(repr(make(vae))) <= 110  # longer ones are cut off


# The canvas ----------------------------------------------------------------------------------------------------------

def test_begins_with_nothing_drawn(vae):
    widget = drawing_pad(vae, z=(1, 2))
    assert widget.image is widget.z_mean is widget.z_std is None and widget.z == (1.0, 2.0)
    assert not widget._reading["is_dot"] and not widget._reading["problem"]


def test_a_drawing_is_encoded_and_placed(vae):
    widget = drawing_pad(vae)
    for strokes in DRAWN:
        widget.strokes = strokes
        np.testing.assert_array_equal(widget.image, draw_as_mnist(strokes))
        z_mean, z_log_var = vae.encode(widget.image[None])
        assert widget.z == widget.z_mean == pytest.approx(tuple(z_mean[0]), abs=1e-6)
        assert widget.z_std == pytest.approx(tuple(np.exp(z_log_var[0] / 2)), rel=1e-5)
        assert widget._reading["image"] == widget.image.tobytes() and widget._reading["z_std"] == widget.z_std
        assert widget._reading["z_mean"] == widget.z_mean


def test_each_drawing_gets_an_answer_and_clearing_too(vae):
    widget = drawing_pad(vae)
    counts = [widget._reading["count"]]
    for strokes in (ONE, THREE, [], ONE, [[(0.5, 0.5)]]):
        widget.strokes = strokes
        counts.append(widget._reading["count"])
    assert all(later > earlier for earlier, later in pairwise(counts))
    assert widget.image is None and widget._reading["is_dot"] and not widget._reading["problem"]
    widget.strokes = []
    assert not widget._reading["is_dot"] and widget.z_mean is None


def test_a_real_digit_in_place_of_a_drawing(vae):
    widget = drawing_pad(vae)
    widget.strokes = THREE
    widget.chosen = 5
    assert widget.strokes == () and widget.chosen == 5
    np.testing.assert_array_equal(widget.image, widget.images[5])
    assert widget.z == pytest.approx(tuple(vae.encode(widget.images[5:6])[0][0]), abs=1e-6)
    widget.strokes = ONE
    assert widget.chosen == -1
    np.testing.assert_array_equal(widget.image, draw_as_mnist(ONE))
    widget.set_state({"strokes": [], "chosen": -1})  # the button that clears
    assert widget.image is None and widget._reading["image"] is None


def test_any_picture_can_be_placed(vae, digits):
    widget = drawing_pad(vae)
    widget.strokes = THREE
    widget.place(digits.images[3])
    np.testing.assert_array_equal(widget.image, digits.images[3])
    assert widget.strokes == () and widget.z_mean == widget.z
    for wrong in (digits.images[:1], digits.images[3] / 255, "3"):
        with pytest.raises(ValueError, match=r"image must be uint8 of shape \(28, 28\)"):
            widget.place(wrong)


def test_an_autoencoders_code_has_no_spread(autoencoder):
    widget = drawing_pad(autoencoder)
    widget.strokes = THREE
    assert widget.z_std == widget._reading["z_std"] == (0.0, 0.0)


@pytest.mark.parametrize("chosen, error", [(2000, ValueError), (-2, ValueError), (1.0, TypeError), (True, TypeError)])
def test_a_wrong_choice_is_refused(vae, chosen, error):
    with pytest.raises(error, match="chosen must be"):
        drawing_pad(vae).chosen = chosen


def test_wrong_strokes_are_refused_and_change_nothing(vae):
    widget = drawing_pad(vae)
    widget.strokes = THREE
    with pytest.raises(ValueError, match=r"strokes\[0\] must not hold NaN"):
        widget.strokes = [[(0.1, np.nan), (0.5, 0.5)]]
    np.testing.assert_array_equal(widget.image, draw_as_mnist(THREE))


def test_a_failure_is_shown_and_the_next_drawing_mends_it(vae, monkeypatch):
    widget = drawing_pad(vae)
    with monkeypatch.context() as patch:
        patch.setattr(pad, "draw_as_mnist", lambda _: 1 / 0)
        widget.strokes = THREE
        assert widget._reading["problem"] == "ZeroDivisionError: division by zero"
        assert widget.image is widget.z_mean is None
    widget.strokes = ONE
    assert not widget._reading["problem"] and widget.image is not None


def test_two_threads_at_once(vae):
    widget = drawing_pad(vae)
    failures = []

    def work(act):
        try:
            for i in range(40):
                act(i)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(act,)) for act in (
        lambda i: setattr(widget, "strokes", DRAWN[i % 10]), lambda i: setattr(widget, "chosen", i))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures and not widget._reading["problem"]
    expected = draw_as_mnist(widget.strokes) if widget.strokes else widget.images[widget.chosen]
    np.testing.assert_array_equal(widget.image, expected)
    assert bool(widget.strokes) == (widget.chosen == -1)


# In a browser, on a page that holds nothing else ---------------------------------------------------------------------

LOAD = """async source => {
    const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    window.script = await import(url);
    window.decoded = text => new DataView(Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer);
}"""

# A model as anywidget gives it, without a kernel behind it.
SHOW = """async ({state, buffers}) => {
    for (const [name, text] of Object.entries(buffers)) state[name] = decoded(text);
    const listeners = {};
    window.model = {
        saved: 0,
        get: name => state[name],
        set(name, value) {
            if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
            state[name] = value;
            (listeners[`change:${name}`] ?? []).forEach(act => act());
        },
        on: (event, act) => { (listeners[event] ??= []).push(act); },
        off: (event, act) => { listeners[event] = listeners[event].filter(other => other !== act); },
        save_changes() { this.saved++; },
        listeners: () => Object.values(listeners).flat().length,
    };
    window.close = script.default.render({model, el: document.body});
    await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}"""


@pytest.fixture
def page(chromium):
    page = chromium.new_page(viewport={"width": 900, "height": 700})
    page.set_default_timeout(10_000)
    page.failures = []
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    page.on("console", lambda line: line.type == "error" and page.failures.append(line.text))
    page.on("request", lambda request: request.url.startswith(("blob:", "data:")) or page.failures.append(request.url))
    yield page
    page.close()
    assert not page.failures


def as_text(sent):
    return base64.b64encode(sent).decode()


def load(page, module):
    page.evaluate(LOAD, as_one(module))


def show(page, widget):
    """Show the widget; what the page then does stays on the page."""
    page.evaluate(LOAD, str(widget._esm))
    page.add_style_tag(content=str(widget._css))
    own = {*widget.keys} - {*anywidget.AnyWidget.class_trait_names(sync=True)} - {"_esm", "_css"}
    state = {name: np.asarray(getattr(widget, name)).tolist() if name == "z" else getattr(widget, name)
             for name in widget.keys if name in own}
    buffers = {name: as_text(value) for name, value in state.items() if isinstance(value, bytes)}
    page.evaluate(SHOW, {"state": {name: state[name] for name in state.keys() - buffers}, "buffers": buffers})


def where(page):
    return page.evaluate("model.get('z')")


def picture(page, name):
    """The ink of the picture on the page whose name begins so, 0 to 1."""
    rows = page.get_by_role("img", name=re.compile(f"^{name}")).evaluate("""canvas => Array.from(
        canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data).filter((_, i) => i % 4 === 0)""")
    return 1 - np.reshape(rows, (28, -1)) / 255


def press(page, surface, *shares):
    """Press the mouse at the first place, drag it over the others, and let go."""
    frame = surface.bounding_box()
    places = [(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]) for x, y in shares]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


def plane_of(page):
    return page.get_by_role("application", name="latent plane")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vae-2d", "ae-2d"])
def test_javascript_numpy_and_keras_give_one_picture(page, name):
    from vae_helpers import models

    network = load_pretrained(name)
    z = np.concatenate([np.random.default_rng(6).normal(size=(60, 2)), [[0, 0], [8, -8], [-30, 2], [100, 100]]])
    load(page, "network.js")
    script = np.array(page.evaluate("""({weights, layers, codes}) => {
        const decode = script.makeDecoder(script.floats(decoded(weights)), layers);
        return codes.map(z => Array.from(decode(z)));
    }""", {"weights": as_text(latent_pad(network)._weights), "codes": z.tolist(),
           "layers": latent_pad(network)._setup["layers"]}))
    assert script.std() > 0.1
    # Asked for is 1e-3; float32 leaves far less, so that a wrong layer would show.
    np.testing.assert_allclose(script.reshape(-1, 28, 28), network.decode(z), rtol=0, atol=2e-5)
    keras = models.from_network(load_pretrained(name)).decoder.predict(z, verbose=0)
    np.testing.assert_allclose(script, keras.reshape(-1, 784), rtol=0, atol=2e-5)


@pytest.mark.slow
def test_javascripts_other_numbers_are_pythons(page):
    load(page, "network.js")
    rng = np.random.default_rng(7)
    codes = rng.normal(size=(300, 2))
    for z in rng.normal(size=(20, 2)):
        assert page.evaluate("z => script.priorTail(z)", z.tolist()) == pytest.approx(float(prior_tail(z)), rel=1e-12)
        index, distance = page.evaluate("([codes, z]) => script.nearestCode(codes, z)",
                                        [codes.ravel().tolist(), z.tolist()])
        distances = np.hypot(*(codes - z).T)
        assert index == distances.argmin() and distance == pytest.approx(distances.min())
    ends = codes[:2]
    walk = page.evaluate("points => script.along(points, 10)", ends.tolist())
    np.testing.assert_allclose(walk, interpolate(*ends, 10), atol=1e-12)
    corner = page.evaluate("points => script.along(points, 7)", [[0, 0], [2, 0], [2, 0], [2, 1]])
    np.testing.assert_allclose(corner, [[0, 0], [0.5, 0], [1, 0], [1.5, 0], [2, 0], [2, 0.5], [2, 1]], atol=1e-12)


@pytest.mark.slow
def test_mouse_moves_the_code_and_the_digit(page, vae):
    widget = latent_pad(vae, span=4)
    show(page, widget)
    np.testing.assert_allclose(picture(page, "vae-2d decodes z"), vae.decode([[0, 0]])[0], atol=1 / 255)
    press(page, plane_of(page), (0.25, 0.5), (0.75, 0.25))
    np.testing.assert_allclose(where(page), [2, 2], atol=0.03)  # a pixel is 0.02
    np.testing.assert_allclose(picture(page, "vae-2d decodes z"), vae.decode([where(page)])[0], atol=1 / 255)
    distances = np.hypot(*(vae.encode(widget.images)[0] - where(page)).T)
    neighbour = widget.images[distances.argmin()] / 255
    np.testing.assert_allclose(picture(page, "nearest real digit"), neighbour, atol=1 / 255)
    text = page.locator(".where").inner_text()
    assert f"{100 * prior_tail(where(page)):.1f} % of the prior" in text and f"{distances.min():.2f} away" in text
    assert page.evaluate("model.saved") >= 6, "Python is told while the mouse moves"
    press(page, plane_of(page), (0.5, 0.5))
    page.mouse.move(10, 10)
    np.testing.assert_allclose(where(page), [0, 0], atol=0.03, err_msg="a mouse without a button moves nothing")


@pytest.mark.slow
def test_a_finger_moves_the_code(chromium, vae):
    page = chromium.new_page(viewport={"width": 400, "height": 500}, has_touch=True)
    show(page, latent_pad(vae, span=4))
    frame = plane_of(page).bounding_box()
    touch = page.context.new_cdp_session(page)
    for kind, shares in (("touchStart", [(0.5, 0.5)]), ("touchMove", [(0.5, 0.3)]), ("touchMove", [(0.75, 0.25)]),
                         ("touchEnd", [])):
        places = [{"x": frame["x"] + x * frame["width"], "y": frame["y"] + y * frame["height"]} for x, y in shares]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
    page.wait_for_function("Math.hypot(model.get('z')[0] - 2, model.get('z')[1] - 2) < 0.05")
    assert page.evaluate("scrollY") == 0, "the page stays"
    page.close()


@pytest.mark.slow
def test_keys_move_the_code(page, vae):
    show(page, latent_pad(vae))
    page.keyboard.press("Tab")
    assert plane_of(page).evaluate("node => node === document.activeElement"), "Tab reaches it"
    for key, z in [("ArrowRight", [0.1, 0]), ("ArrowUp", [0.1, 0.1]), ("Shift+ArrowLeft", [0.09, 0.1]),
                   ("ArrowDown", [0.09, 0]), ("Home", [0, 0])]:
        page.keyboard.press(key)
        assert where(page) == pytest.approx(z, abs=1e-9)
    for _ in range(50):
        page.keyboard.press("ArrowRight")
    assert where(page) == pytest.approx([5, 0]), "beyond the plane, which follows"
    page.keyboard.press("7")
    assert "nearest real digit: 7" in page.locator("figcaption").all_inner_texts()
    assert page.evaluate("scrollY") == 0


@pytest.mark.slow
def test_a_screen_reader_is_told_once_the_code_rests(page, vae):
    show(page, latent_pad(vae))
    page.wait_for_function("document.querySelector('[role=status]').textContent.includes('(0.00, 0.00)')")
    told = plane_of(page).evaluate("""async plane => {
        const status = document.querySelector("[role=status]"), told = [];
        new MutationObserver(() => told.push(status.textContent)).observe(status, {childList: true});
        for (let i = 0; i < 15; i++) plane.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowLeft"}));
        await new Promise(resolve => setTimeout(resolve, 1500));
        return told;
    }""")
    assert len(told) == 1, "and not at each step"
    assert "(\u22121.50, 0.00)" in told[0] and "% of the prior" in told[0] and "The nearest real code" in told[0]
    help_text = plane_of(page).evaluate(
        "node => document.getElementById(node.getAttribute('aria-describedby')).textContent")
    assert "arrow keys move" in help_text
    # What has the focus keeps its keys: without the attribute, D D on the pad would delete the notebook's cell.
    focusable = page.locator("[tabindex], button, summary, input, a, select")
    unguarded = focusable.evaluate_all("""nodes => nodes.filter(node => {
        node.dispatchEvent(new KeyboardEvent("keydown", {key: "d", bubbles: true}));
        return !node.hasAttribute("data-lm-suppress-shortcuts");
    }).length""")
    assert unguarded == 0
    unnamed = page.locator("button, canvas[role=img], [role=group]").evaluate_all(
        "nodes => nodes.filter(node => !(node.getAttribute('aria-label') ?? node.textContent).trim()).length")
    assert unnamed == 0


@pytest.mark.slow
def test_points_make_a_strip_and_a_walk(page, vae):
    show(page, latent_pad(vae, z=(-1, -1)))
    walk = page.get_by_role("button", name="walk")
    assert walk.is_disabled() and page.locator(".strip canvas").count() == 0
    plane_of(page).focus()
    page.keyboard.press("Enter")
    page.evaluate("model.set('z', [1.5, 1])")  # from Python
    page.get_by_role("button", name="drop a point").click()
    assert page.evaluate("model.get('points')") == [[-1, -1], [1.5, 1]]
    expected = vae.decode(interpolate([-1, -1], [1.5, 1], 10))
    strip = picture(page, "10 digits that vae-2d decodes on the way from point 1 to point 2")
    np.testing.assert_allclose(strip, np.concatenate(list(expected), axis=1), atol=1 / 255)
    page.evaluate("model.set('z', [3, 3])")
    page.evaluate("() => { began = performance.now(); model.on('change:z', () => { last = performance.now(); }); }")
    walk.click()
    page.wait_for_function("Math.abs(model.get('z')[0]) < 0.5")  # halfway
    page.wait_for_function("model.get('z')[0] === 1.5 && model.get('z')[1] === 1")
    assert page.evaluate("last - began") >= 2900  # an eye can follow; the last of 400 places may come a step early
    assert walk.inner_text() == "walk"
    page.get_by_role("button", name="take it back").click()
    assert page.evaluate("model.get('points')") == [[-1, -1]] and page.locator(".strip canvas").count() == 0


@pytest.mark.slow
def test_two_networks_decode_one_code(page, vae, autoencoder):
    widget = latent_pad(vae, autoencoder, names=("VAE", "AE"), z=(0.4, 1.2))
    show(page, widget)
    for name, network in (("VAE", vae), ("AE", autoencoder)):
        np.testing.assert_allclose(picture(page, f"{name} decodes z"), network.decode([[0.4, 1.2]])[0], atol=1 / 255)
        page.get_by_role("button", name=name, exact=True).click()
        distance = np.hypot(*(network.encode(widget.images)[0] - where(page)).T).min()
        assert f"{distance:.2f} away" in page.locator(".where").inner_text()
    page.evaluate("model.set('points', [[0, 0], [1, 1]])")
    assert page.locator(".strip canvas").count() == 2


@pytest.mark.slow
def test_zoom_keeps_the_code_in_its_place(page, vae):
    show(page, latent_pad(vae, span=4))
    press(page, plane_of(page), (0.75, 0.25))
    here = where(page)
    for _ in range(5):
        page.get_by_role("button", name="zoom in").click()
    press(page, plane_of(page), (0.75, 0.25))
    np.testing.assert_allclose(where(page), here, atol=0.02)
    press(page, plane_of(page), (0.25, 0.25))
    np.testing.assert_allclose(where(page), [here[0] - 4 / 1.5**5, here[1]], atol=0.02)
    for _ in range(5):
        page.get_by_role("button", name="zoom out").click()
    press(page, plane_of(page), (0.5, 0.5))
    np.testing.assert_allclose(where(page), [0, 0], atol=0.03)


@pytest.mark.slow
def test_drawing_by_mouse(page, vae):
    widget = drawing_pad(vae)
    show(page, widget)
    canvas = page.get_by_role("application", name="draw a digit")
    for stroke in DRAWN[4]:
        press(page, canvas, *stroke)
    strokes = page.evaluate("model.get('strokes')")
    assert len(strokes) == 2
    widget.strokes = strokes  # Python's part
    assert np.corrcoef(widget.image.ravel(), draw_as_mnist(DRAWN[4]).ravel())[0, 1] > 0.9
    page.evaluate("reading => { reading.image = decoded(reading.image); model.set('_reading', reading); }",
                  {**widget._reading, "image": as_text(widget._reading["image"])})
    np.testing.assert_allclose(picture(page, "input x"), widget.image / 255, atol=1 / 255)
    message = page.locator(".message")
    shown = [float(x.replace("\u2212", "-")) for x in re.findall("\u2212?\\d+\\.\\d\\d", message.inner_text())]
    assert shown == pytest.approx([*widget.z_mean, *widget.z_std], abs=0.005001) and "z_mean" in message.inner_text()
    nothing = {"z_mean": None, "z_std": None, "image": None, "is_dot": False, "problem": ""}
    for more, text, role in (
            ({}, "Nothing is drawn yet. Draw a digit, or take a real one.", None),
            ({"is_dot": True}, "This is but a dot. Draw a digit, as large as you like.", None),
            ({"problem": "ValueError: no {z}"}, "ValueError: no {z}", "alert"),
            ({"z_mean": [1, 2], "z_std": [0, 0]}, "Its code is (1.00, 2.00). An autoencoder gives no spread.", None)):
        page.evaluate("reading => model.set('_reading', reading)", {**nothing, **more})
        assert message.inner_text() == text and message.get_attribute("role") == role
    page.get_by_role("button", name="clear").click()
    assert page.evaluate("[model.get('strokes'), model.get('chosen')]") == [[], -1]


@pytest.mark.slow
def test_drawing_by_keys_and_taking_a_real_digit(page, vae):
    widget = drawing_pad(vae)
    show(page, widget)
    page.keyboard.press("Tab")
    assert page.get_by_role("application", name="draw a digit").evaluate("node => node === document.activeElement")
    page.keyboard.press("Space")
    for _ in range(10):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")  # the pen is up
    stroke, = page.evaluate("model.get('strokes')")
    assert stroke[0] == pytest.approx([0.5, 0.2]) and stroke[-1] == pytest.approx([0.5, 0.6])
    page.keyboard.press("Backspace")
    assert page.evaluate("model.get('strokes')") == []
    page.get_by_role("button", name="go to a real 4").click()
    chosen = page.evaluate("model.get('chosen')")
    assert widget.labels[chosen] == 4
    assert where(page) == pytest.approx(vae.encode(widget.images[chosen: chosen + 1])[0][0].tolist(), abs=1e-5)


@pytest.mark.slow
def test_says_that_it_waits_for_python(page, vae):
    show(page, drawing_pad(vae))
    press(page, page.get_by_role("application", name="draw a digit"), *ONE[0])
    page.get_by_text("Waiting for Python").wait_for()


@pytest.mark.slow
@pytest.mark.parametrize("width", [330, 420, 640, 850, 1280])
@pytest.mark.parametrize("make", [latent_pad, drawing_pad])
def test_fits_its_page_and_stays_white(page, vae, make, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark")
    show(page, make(vae))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".vae-pad").evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(255, 255, 255)"
    assert plane_of(page).bounding_box()["width"] >= 255
    sizes = page.locator(".vae-pad *").evaluate_all(
        "nodes => nodes.map(node => parseFloat(getComputedStyle(node).fontSize))")
    assert min(sizes) >= 14.6  # 11 pt


@pytest.mark.slow
def test_a_closed_view_leaves_nothing_behind(page, vae):
    show(page, drawing_pad(vae))
    assert page.evaluate("model.listeners()") > 0
    page.evaluate("close()")
    assert page.evaluate("model.listeners()") == 0
