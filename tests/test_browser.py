"""The widgets in a real JupyterLab, in a real browser: as a reader moves them, with the mouse and with the keyboard."""

import io
import re
import shutil
import statistics

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tools import browser
from vae_helpers import study
from vae_helpers.data import load_mnist
from vae_helpers.network import load_pretrained

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of the server's files. Notebooks are copied into it: JupyterLab saves what it opens."""
    return tmp_path_factory.mktemp("lab")


@pytest.fixture(scope="module")
def lab(chromium, folder):
    for name in ("notebooks", "figures"):
        shutil.copytree(browser.ROOT / name, folder / "files" / name)
    with browser.jupyter_lab(folder) as address:
        yield browser.LabPage(chromium, address)


@pytest.fixture
def open_notebook(lab, folder):
    """Open and run a notebook of these cells, and see in the end that nothing went wrong or left the machine."""
    def open_cells(*cells):
        name = f"notebook{len(list((folder / 'files').iterdir()))}.ipynb"
        browser.write_notebook(folder / "files" / name, *cells)
        lab.open(name)
        return lab

    yield open_cells
    lab.close()
    assert lab.errors == []
    assert lab.outside == []


def middle(node):
    box = node.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def wait_for_text(node, text):
    expect(node.first).to_contain_text(text)


def execute(page, code):
    """Run code in the notebook's kernel, beside its cells, and do not wait for it."""
    page.evaluate("""code => {
        jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code});
    }""", code)


def read(lab, cell, expected):
    """The numbers that a cell prints, of which the last may still be on its way: a message overtakes a cell or not."""
    for _ in range(20):
        found = numbers(lab.run_cell(cell))
        if found == expected:
            break
        lab.page.wait_for_timeout(100)
    return found


def numbers(text):
    return [float(word) for word in text.replace("\u2212", "-").translate(str.maketrans("[](),", "     ")).split()]


def decoded(name, z):
    """A digit as it should be painted: ink on paper, levels from 0 to 255."""
    return 255 - 255 * load_pretrained(name).decode(np.array([z]))[0]  # (28, 28)


WHICH = {"gaussian_sliders": ("mean \u03bc", "mean", 0.05, "asked for 0.05"),
         "kl_sliders": ("mean of q", "mean_q", 1.05, "is 0.87 nats"), "beta_slider": ("beta", "beta", 3.0, "Rate")}


@pytest.mark.parametrize("make", WHICH)
def test_what_is_moved_in_the_page_python_reads(open_notebook, make):
    """By key and by mouse; and what Python sets, the page shows."""
    label, name, next_value, told = WHICH[make]
    lab = open_notebook(f"from vae_helpers import sliders\npanel = sliders.{make}()\npanel",
                        f"print(float(panel.{name}))")
    page, control, status = lab.page, lab.page.get_by_role("slider", name=label), lab.page.get_by_role("status")
    chart = page.locator(".vae-twin .chart")

    before = status.inner_text(), browser.picture_of(chart)
    control.press("ArrowRight")
    wait_for_text(status, told)
    assert status.inner_text() != before[0]
    assert (browser.picture_of(chart) != before[1]).any()
    assert read(lab, 1, [next_value]) == [next_value]

    box = control.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    moved = status.inner_text()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2 + 5, steps=5)
    assert status.inner_text() != moved, "while the mouse is still down"
    page.mouse.up()
    stop = control.input_value()
    value = study.BETAS[int(stop)] if name == "beta" else float(stop)
    assert value > next_value and read(lab, 1, [value]) == [value]

    execute(page, f"panel.{name} = {0.3 if name == 'beta' else -1.25}")
    shown = str(study.BETAS.index(0.3)) if name == "beta" else "-1.25"
    page.wait_for_function("([node, value]) => node.value === value", arg=[control.element_handle(), shown])
    assert status.inner_text() != moved


@pytest.mark.parametrize("typed, value", [("0,7", 0.7), ("-1,25", -1.25), ("9", 3.0)])
def test_a_typed_number_reaches_python(open_notebook, typed, value):
    lab = open_notebook("from vae_helpers import sliders\npanel = sliders.kl_sliders()\npanel", "print(panel.mean_q)")
    field = lab.page.get_by_role("spinbutton", name="mean of q")
    field.press("ControlOrMeta+a")
    lab.page.keyboard.type(typed)
    lab.page.keyboard.press("Enter")
    assert field.evaluate("node => node.valueAsNumber") == value
    assert read(lab, 1, [value]) == [value]


def run_second(lab):
    """Run the second cell, and return the mark that it has while it runs."""
    lab.cell(1).locator(".cm-content").click()
    lab.page.keyboard.press("Control+Enter")
    running = lab.cell(1).get_by_text("[*]:")
    running.wait_for()
    return running


def test_a_code_is_decoded_while_a_cell_runs_and_after_a_restart(open_notebook):
    lab = open_notebook(LATENT.format("network"), "import time\ntime.sleep(4)", "print(panel.z)")
    page, slider, status = lab.page, lab.page.get_by_role("slider", name="z[0]"), lab.page.get_by_role("status")
    picture = page.get_by_role("img", name="decoded", exact=True)

    def follows(z):
        return (f"z is ({z[0]:.2f}, {z[1]:.2f})" in status.inner_text() and
                np.abs(browser.picture_of(picture)[..., 0] - decoded("vae-2d", z)).max() <= 1)

    running = run_second(lab)
    for step in range(1, 6):
        slider.press("ArrowRight")
        assert follows([round(0.05 * step, 2), 0.0]), "at once"
    page.get_by_role("button", name="random draw").click()
    page.get_by_role("button", name="take a real digit").click()
    assert "The original is number" in status.inner_text()
    page.get_by_role("button", name="reset to 0").click()
    slider.press("ArrowRight")
    assert follows([0.05, 0.0]) and running.is_visible()
    running.wait_for(state="detached")
    assert read(lab, 2, [0.05, 0]) == [0.05, 0]
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.get_by_text(RESTARTED).wait_for()
    slider.press("ArrowRight")
    assert follows([0.1, 0.0])


def test_sliders_in_the_browser_answer_while_a_cell_runs_and_after_a_restart(open_notebook):
    lab = open_notebook("from vae_helpers import sliders\npanel = sliders.gaussian_sliders()\npanel",
                        "import time\ntime.sleep(4)", "print(panel.mean)")
    page, control, status = lab.page, lab.page.get_by_role("slider", name="mean \u03bc"), lab.page.get_by_role("status")
    running = run_second(lab)
    for step in range(1, 11):
        control.press("ArrowRight")
        assert f"asked for {0.05 * step:.2f}" in status.inner_text()  # at once
    assert running.is_visible()
    running.wait_for(state="detached")
    assert read(lab, 2, [0.5]) == [0.5]

    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.wait_for_timeout(2000)
    control.press("ArrowRight")
    assert "asked for 0.55" in status.inner_text()


RESTARTED = "The kernel was restarted: run this cell again."
OWN = """
class Own:  # which has no layers that the browser could run
    def __init__(self, network):
        self.latent_dim, self.encode, self.decode = network.latent_dim, network.encode, self.drawn
        self.network, self.fails, self.n_calls = network, False, 0

    def drawn(self, z):
        self.n_calls += 1
        if self.fails:
            raise ValueError("no more <ink>")
        return self.network.decode(z)
"""
LATENT = ("from vae_helpers.network import load_pretrained\nfrom vae_helpers import sliders\n" + OWN +
          'network = load_pretrained("vae-2d")\nown = Own(network)\npanel = sliders.latent_sliders({})\npanel')


@pytest.mark.parametrize("network", ["network", "own"])
def test_latent_sliders(open_notebook, network):
    """Decoded in the browser, or by Python."""
    lab = open_notebook(LATENT.format(network), "print(panel.z)", "panel.start_from(61)",
                        "print(panel.start)", "print(own.n_calls)")
    page, status = lab.page, lab.page.get_by_role("status")
    picture, original = (page.get_by_role("img", name=name, exact=True) for name in ("decoded", "original"))

    def shows(z):
        """Whether the digit becomes the one that the code is decoded to by NumPy."""
        for _ in range(20):
            if np.abs(browser.picture_of(picture)[..., 0] - decoded("vae-2d", z)).max() <= 1:
                return True
            page.wait_for_timeout(100)
        return False

    def has_original(number):
        return np.array_equal(255 - browser.picture_of(original)[..., 0], load_mnist("test").images[number])

    # As Python set it, with a digit that the browser had not got.
    wait_for_text(status, "The original is number 61 of the real digits, a 8.")
    assert original.is_visible() and has_original(61) and shows(read(lab, 1, [-0.2, -0.8]))
    page.get_by_role("button", name="reset to 0").click()
    assert shows([0.0, 0.0]) and not original.is_visible() and read(lab, 1, [0, 0]) == [0, 0]
    assert read(lab, 3, [-1]) == [-1]

    # The page makes squares of the digit's pixels.
    side = picture.bounding_box()["width"]
    screen = np.asarray(Image.open(io.BytesIO(picture.screenshot())).convert("L"))
    pale = np.abs(screen[:, :, None] - browser.picture_of(picture)[..., 0].ravel()).min(axis=-1)
    assert side > 200 and np.mean(pale > 1) < 0.02, "levels between those of the digit"
    field, slider = (page.get_by_role(role, name="z[0]") for role in ("spinbutton", "slider"))
    for step in ("0.05", "0.10", "0.15"):
        slider.press("ArrowRight")
        wait_for_text(status, f"z is ({step}, 0.00)")
    assert shows([0.15, 0.0]) and field.input_value() == "0.15"

    other = page.get_by_role("slider", name="z[1]")
    x, y = middle(other)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y, steps=5)
    page.mouse.up()
    z = [0.15, float(other.input_value())]
    assert z[1] < -0.3 and read(lab, 1, z) == z and shows(z) and f"({z[0]:.2f}, {z[1]:.2f})" in status.inner_text()

    page.get_by_role("button", name="take a real digit").click()
    number = int(re.search(r"The original is number (\d+)", status.inner_text())[1])
    assert read(lab, 3, [number]) == [number] and shows(numbers(lab.run_cell(1))) and has_original(number)
    assert original.bounding_box()["width"] < side

    # Any other number is asked of Python; what is none, it says.
    ask = page.get_by_label("or from number")
    refused = "ValueError: the number of a real digit must be from 0 to 9999, received 77777"
    for typed, told in (("77777", f"The picture stays as it was. {refused}"), ("4321", "")):
        ask.fill(typed)
        ask.press("Enter")
        alert = page.locator(".problem[role=alert]")
        expect(alert).to_have_text(told)
    wait_for_text(status, "The original is number 4321")
    assert has_original(4321) and shows(read(lab, 1, numbers(lab.run_cell(1))))
    if network == "network":
        latencies = browser.key_latencies(page, slider)
        assert statistics.median(latencies) < 20, latencies
        assert read(lab, 4, [0]) == [0], "Python decodes nothing"


def test_the_picture_stays_where_a_network_of_ones_own_fails(open_notebook):
    lab = open_notebook(LATENT.format("own"), "own.fails = True", "own.fails = False", "print(panel.z)")
    page, status, slider = lab.page, lab.page.get_by_role("status"), lab.page.get_by_role("slider", name="z[0]")
    picture, alert = page.get_by_role("img", name="decoded", exact=True), page.locator(".problem[role=alert]")
    before = browser.picture_of(picture)
    lab.run_cell(1)
    slider.press("End")
    expect(alert).to_have_text("The picture stays as it was. ValueError: no more <ink>")
    assert np.array_equal(browser.picture_of(picture), before) and not status.is_visible()
    lab.run_cell(2)
    slider.press("ArrowLeft")
    expect(alert).to_have_text("")
    assert status.is_visible() and not np.array_equal(browser.picture_of(picture), before)


def test_many_moves_are_answered_by_few_pictures_and_end_with_the_last(open_notebook):
    """A decoder that takes a fifth of a second: what comes meanwhile is left out, the newest is not."""
    slow = "import time\nfast = own.decode\nown.decode = lambda z: (time.sleep(0.2), fast(z))[1]"
    lab = open_notebook(LATENT.format("own"), slow, "print(own.n_calls)", "print(panel.z)")
    page, slider = lab.page, lab.page.get_by_role("slider", name="z[0]")
    before, = numbers(lab.run_cell(2))
    for _ in range(60):
        slider.press("ArrowRight")
    z = [float(slider.input_value()), 0.0]
    assert z[0] == 3.0 and read(lab, 3, z) == z
    picture = page.get_by_role("img", name="decoded", exact=True)
    page.wait_for_timeout(1000)
    assert np.abs(browser.picture_of(picture)[..., 0] - decoded("vae-2d", z)).max() <= 1
    assert numbers(lab.run_cell(2))[0] - before < 60


@pytest.mark.parametrize("name", ["vae-2d", "vae-12d"])
def test_latent_sliders_are_whole_on_a_projector_and_on_a_phone(lab, open_notebook, name):
    """1280 by 720 at 125 %, and in Presentation Mode; 390 pixels wide nothing sticks out."""
    open_notebook(LATENT.replace("vae-2d", name).format("network"))
    page, twin = lab.page, lab.page.locator(".vae-twin")
    try:
        page.evaluate("jupyterapp.shell.collapseLeft()")
        page.set_viewport_size({"width": 1024, "height": 576})
        page.wait_for_timeout(500)
        visible = page.locator(".jp-WindowedPanel-outer, .jp-Notebook").first.bounding_box()
        assert twin.bounding_box()["height"] <= visible["height"]
        tracks = twin.locator("input[type=range]")
        assert min(tracks.evaluate_all("nodes => nodes.map(node => node.clientWidth)")) >= 220
        size = "node => parseFloat(getComputedStyle(node).fontSize)"
        letters = twin.evaluate(size)
        page.evaluate("jupyterapp.commands.execute('application:toggle-presentation-mode')")
        page.wait_for_timeout(300)
        assert twin.evaluate(size) > letters
        page.evaluate("jupyterapp.commands.execute('application:toggle-presentation-mode')")
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_timeout(500)
        assert twin.evaluate("node => node.scrollWidth <= node.clientWidth")
        assert min(tracks.evaluate_all("nodes => nodes.map(node => node.clientWidth)")) >= 90
    finally:
        page.set_viewport_size({"width": 1280, "height": 1600})


def test_latent_pad(open_notebook):
    lab = open_notebook(
        "from vae_helpers.network import load_pretrained\nfrom vae_helpers.pad import latent_pad\n"
        'pad = latent_pad(load_pretrained("vae-2d"), load_pretrained("ae-2d"), names=("VAE", "AE"), span=4)\npad',
        "print(pad.z)", "print(pad.points)", "pad.z = (-1.0, 0.25)  # the page follows")
    page = lab.page
    plane, where = page.get_by_role("application"), page.locator(".vae-pad .where")

    def check(z):
        """The page tells the code, both digits are what NumPy makes of it, and Python reads it."""
        assert ("z = (" + ", ".join(f"{value:.2f}" for value in z) + ")").replace("-", "\u2212") in where.inner_text()
        for name, label in (("vae-2d", "VAE"), ("ae-2d", "AE")):
            shown = browser.picture_of(page.get_by_role("img", name=f"{label} decodes z", exact=True))[..., 0]
            assert np.abs(shown - decoded(name, z)).max() <= 1
        assert numbers(lab.run_cell(1)) == pytest.approx(z)

    check([-1.0, 0.25])
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowLeft"):
        plane.press(key)
    check([-0.81, 0.35])
    plane.press("Enter")

    box = plane.bounding_box()
    page.mouse.move(*middle(plane))
    page.mouse.down()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.75 * box["height"], steps=10)
    page.mouse.up()
    check([2.0, -2.0])
    plane.press("Enter")
    assert numbers(lab.run_cell(2)) == pytest.approx([-0.81, 0.35, 2.0, -2.0])
    strip = page.get_by_role("img", name="10 digits that VAE decodes on the way from point 1 to point 2")
    ends = browser.picture_of(strip)[..., 0]
    assert np.abs(ends[:, :28] - decoded("vae-2d", [-0.81, 0.35])).max() <= 1
    assert np.abs(ends[:, -28:] - decoded("vae-2d", [2.0, -2.0])).max() <= 1

    told = page.locator(".vae-pad .told[role=status]")  # what a screen reader says once the code rests
    page.wait_for_function("node => node.textContent.includes('z = (2.00, \u22122.00)')", arg=told.element_handle())

    latencies = browser.key_latencies(page, plane)
    assert statistics.median(latencies) < 20, latencies


def test_draw_a_digit(open_notebook):
    lab = open_notebook(
        "from vae_helpers.network import load_pretrained\nfrom vae_helpers.pad import drawing_pad\n"
        'network = load_pretrained("vae-2d")\npad = drawing_pad(network, names=("VAE",))\npad',
        "print(pad.z, pad.z_mean, network.encode(pad.image[None])[0][0])")
    page = lab.page
    box = page.get_by_role("application", name="draw a digit").bounding_box()
    angles = np.linspace(0, 2 * np.pi, 25)
    points = 0.5 + np.stack([0.2 * np.sin(angles), -0.35 * np.cos(angles)], axis=1)
    for i, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if i == 0:
            page.mouse.down()
    page.mouse.up()
    wait_for_text(page.locator(".vae-pad"), "The encoder gives it z_mean")
    page.wait_for_timeout(300)  # the last of the stroke is encoded

    z, z_mean, again = np.reshape(numbers(lab.run_cell(1)), (3, 2))
    assert z == pytest.approx(z_mean) and again == pytest.approx(z_mean, abs=1e-5)
    shown = browser.picture_of(page.get_by_role("img", name="VAE decodes z", exact=True))[..., 0]
    assert np.abs(shown - decoded("vae-2d", z)).max() <= 1
    # A ring is a 0, and what is rebuilt has a hole, too.
    assert shown[12:16, 12:16].mean() > 200 > 100 > shown[:, 12:16].min()


# Where Python is gone ------------------------------------------------------------------------------------------------

BOTH = ("from vae_helpers.network import load_pretrained\nfrom vae_helpers import pad, sliders\n" + OWN +
        'vae = load_pretrained("vae-2d")\nsliders.latent_sliders(Own(vae))', "pad.latent_pad(vae)")
ASLEEP = "Run this cell to move"


def test_a_restarted_kernel_leaves_a_sentence(open_notebook):
    lab = open_notebook(*BOTH)
    page, restarted = lab.page, lab.page.get_by_text(RESTARTED)
    page.get_by_role("slider", name="z[0]").press("ArrowRight")
    wait_for_text(page.get_by_role("status"), "z is (0.05, 0.00)")
    page.wait_for_timeout(2500)
    assert restarted.count() == 0 and page.get_by_text("Python does not answer").count() == 0
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    restarted.nth(1).wait_for()
    broken_links = page.locator(".jp-OutputArea .jupyter-widgets-disconnected").evaluate_all(
        "nodes => nodes.filter(node => getComputedStyle(node, '::before').display !== 'none').length")
    assert broken_links == 0
    lab.cell(0).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    wait_for_text(page.get_by_role("status"), "z is (0.00, 0.00)")
    page.get_by_role("slider", name="z[0]").press("ArrowRight")
    wait_for_text(page.get_by_role("status"), "z is (0.05, 0.00)")
    assert restarted.count() == 1, "the pad's"


def test_guarded_widgets_of_ones_own_say_when_python_is_gone(open_notebook):
    lab = open_notebook("import ipywidgets\nfrom vae_helpers.sliders import guarded\n"
                        "guarded(ipywidgets.IntSlider(description='n'))")
    page, silent = lab.page, "Python does not answer. Another cell may be running"
    page.wait_for_function("document.querySelectorAll('.vae-guard').length === 1")
    execute(page, "import time; time.sleep(4)")
    page.locator(".noUi-handle").press("ArrowRight")
    page.get_by_text(silent).wait_for()
    page.get_by_text(silent).wait_for(state="detached")
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.get_by_text(RESTARTED).wait_for()
    assert page.locator(".jp-OutputArea .jupyter-widgets-disconnected").evaluate_all(
        "nodes => nodes.filter(node => getComputedStyle(node, '::before').display !== 'none').length") == 0


def test_a_busy_kernel_leaves_a_sentence_until_it_answers(open_notebook):
    page, silent = open_notebook(*BOTH).page, "Python does not answer. Another cell may be running"
    page.wait_for_function("document.querySelectorAll('.vae-gone').length === 2")
    execute(page, "import time; time.sleep(5)")
    page.get_by_role("slider", name="z[0]").press("ArrowRight")
    page.get_by_text(silent).wait_for()
    page.get_by_text(silent).wait_for(state="detached")
    wait_for_text(page.get_by_role("status"), "z is (0.05, 0.00)")


def test_a_notebook_opened_again_shows_a_sentence(lab, folder):
    """Or the widget; never both, and never JupyterLab's error. Also where the notebook comes from somebody else."""
    page = lab.page
    browser.write_notebook(folder / "files" / "evening.ipynb", *BOTH)
    lab.open("evening.ipynb")
    sentences, error = page.get_by_text(ASLEEP), page.get_by_text("Error displaying widget")
    assert page.locator(".vae-pad").is_visible() and sentences.count() == 2
    assert not sentences.first.is_visible() and not sentences.last.is_visible()
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    lab.close()
    saved = (folder / "files" / "evening.ipynb").read_text(encoding="utf-8")
    (folder / "files" / "by_mail.ipynb").write_text(saved.replace("pad.latent_pad(vae)", "pad.latent_pad(vae)  # you"))
    for name, n_errors in (("evening.ipynb", 2), ("by_mail.ipynb", 0)):
        page.evaluate("""async path => {
            await jupyterapp.commands.execute("docmanager:open", {path, factory: "Notebook"});
        }""", name)
        sentences.first.wait_for()
        sentences.last.wait_for()
        assert error.count() == n_errors and not any(node.is_visible() for node in error.all())
        lab.close()
    assert [text for text in lab.errors if "model not found" not in text] == []
    lab.errors.clear()


def test_notebook_09(lab):
    lab.open("notebooks/09_latent_sliders.ipynb", seconds=120)
    page = lab.page
    try:
        assert page.locator("[data-mime-type$='stderr'], [data-mime-type$='error']").count() == 0
        pads = page.locator(".vae-pad")
        assert pads.count() == 2 and page.locator(".vae-twin").count() == 2
        assert page.locator("img.widget-image").count() == 1, "the slider that is made by hand"
        page.set_viewport_size({"width": 800, "height": 1600})
        page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
        page.wait_for_timeout(500)
        wide = page.locator(".jp-OutputArea-output:has(.jupyter-widgets, .vae-pad)").evaluate_all(
            "nodes => nodes.filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.innerText)")
        assert wide == []
        assert lab.errors == []  # before the kernel is shut down, of which JupyterLab's own widgets complain
    finally:
        lab.close()
    assert lab.outside == []
