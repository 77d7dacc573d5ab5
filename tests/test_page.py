"""The page that needs nothing: one file, alive in a browser without a network, and as right as NumPy."""

import re

import nbformat
import numpy as np
import pytest
from scipy.stats import chi2

from tests.test_accessibility import findings_of
from tools import browser, page_latency
from tools import page as making
from tools.execute import NOTEBOOKS
from tools.messages import PACKAGE, TOOLS, messages, words_of
from tools.translate import LANGUAGE
from tools.twins import KINDS
from vae_helpers.drawing import draw_as_mnist
from vae_helpers.gaussian import kl_between
from vae_helpers.network import load_pretrained

SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1280, 800), "projector": (1920, 1080)}
MOST_BYTES = 12_000_000
# A weight's rounding to 16 bits moves a pixel by less than 1/255 (tests/test_twins.py), and so does its byte.
NEAR = 2


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The pages by their languages, the English one first."""
    return dict(zip(making.PLACES, making.write(folder=tmp_path_factory.mktemp("page"))))


def watch(page, errors, kinds):
    """Write down what the console says of these kinds, and what the page asks for that is not in its file."""
    page.on("console", lambda message: message.type in kinds and errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: request.url.split(":")[0] in ("file", "data") or errors.append(request.url))


@pytest.fixture
def opened(chromium, files):
    """A function that opens the page and brings all of it to life; nothing may have been complained of in the end."""
    contexts, errors = [], []

    def open_page(size="desktop", language="", **options):
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height}, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        watch(page, errors, ("error", "warning"))
        page.goto(files[language].as_uri())
        for section in making.SECTIONS:
            page.locator(f"#{section.name}").scroll_into_view_if_needed()
            page.locator(f"#{section.name} .twin > *").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def set_value(page, section, name, value):
    """Set a value of a section's model, as a slider does."""
    page.evaluate("""([section, name, value]) => {
        const [, model] = [...window.twins].find(([el]) => el.closest("section").id === section);
        model.set(name, value);
    }""", [section, name, value])


def test_what_the_page_says_otherwise_is_what_the_widgets_say():
    """A text that has changed there would be said as it is."""
    said = {text for file, text in messages(PACKAGE) if file.endswith(".js")}
    assert not making.plain(str).keys() - said


@pytest.mark.slow
@pytest.mark.parametrize("language", making.PLACES)
def test_it_leads_to_the_project_if_it_is_told_where_that_is(language):
    links = [re.findall(r'href="(https?:[^"]*)"', making.page(language=language, project=project))
             for project in (None, "https://example.org/vae?a=1&b=2")]
    assert links == [[], ["https://example.org/vae?a=1&amp;b=2"]]
    with pytest.raises(SystemExit):
        making.main(["--project", "javascript:alert(1)"])


def test_it_is_one_file_of_a_size_that_a_phone_loads(files):
    assert all(file.stat().st_size < MOST_BYTES for file in files.values())


@pytest.mark.slow
def test_the_page_in_portuguese_is_all_in_portuguese_and_as_sound(opened):
    """What depends on the language: the room that words take, what is read aloud, and how to get to the other page."""
    page, words = opened("phone", LANGUAGE), words_of(TOOLS, LANGUAGE)["helpers"]
    assert page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]") == [SIZES["phone"][0]] * 2
    assert page.evaluate("document.documentElement.lang") == "pt-BR" and page.title() in words.values()
    shown = " ".join(page.locator("body").inner_text().split())
    sections = [text for section in making.SECTIONS for text in (section.question, section.text)]
    assert not [text for text in words if text != words[text] and re.search(rf"\b{re.escape(text)}", shown)]
    assert not [text for text in sections if words[text] not in shown]
    assert findings_of(page) == []
    page.get_by_role("link", name="In English").click()
    assert page.evaluate("document.documentElement.lang") == "en"
    page.get_by_role("link", name="Em português").click()
    assert page.evaluate("document.documentElement.lang") == "pt-BR"


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_nothing_sticks_out_at_the_side(opened, size):
    page = opened(size, has_touch=size in ("phone", "tablet"))
    assert page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]") == [SIZES[size][0]] * 2
    small = page.evaluate("""() => [...document.querySelectorAll("main :is(button, select, input, a)")]
        .filter((node) => node.offsetWidth).map((node) => [node.outerHTML.slice(0, 80), node.getBoundingClientRect()])
        .filter(([, box]) => box.height < 24 || box.width < 24).map(([name]) => name)""")
    assert small == []  # a finger has to meet it


@pytest.mark.slow
def test_a_phone_shows_the_first_digit_and_its_slider_on_the_first_screen(opened):
    page = opened("phone", has_touch=True)
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    for part in ("canvas", "input[type=range]"):
        box = page.locator(f"#two {part}").first.bounding_box()
        assert box["y"] + box["height"] <= SIZES["phone"][1]


@pytest.mark.slow
def test_it_is_plain_to_who_never_heard_of_a_vae(opened):
    """No word that the page does not explain, no KL before it is explained, and no keys where there are none."""
    page = opened("phone", has_touch=True)
    heard = page.evaluate("""() => [document.body.innerText, ...[...document.querySelectorAll("[aria-label]")].map(
        (node) => node.ariaLabel)].join("\\n")""")
    assert not re.findall(r"input x|decodes? z|\bprior\b|z_mean|^seed|vae-2d", heard, flags=re.M)
    assert page.locator("#two :is(.heading, .share)").count() == 0
    assert page.locator("#twelve .heading").inner_text() == "how much it tells, in nats"
    assert page.get_by_label("another training (seed)").count() == 1
    assert page.locator("details").count() == 2 and not page.locator("details:visible").count()


@pytest.mark.slow
def test_no_picture_jumps_when_beta_has_more_digits(opened):
    page = opened("phone")
    slider, tops = page.locator("#beta input[type=range]"), []
    for key in ("Home", "End"):
        slider.press(key)
        tops.append(page.locator("#beta figure").first.evaluate("node => node.offsetTop"))
    assert tops[0] == tops[1] and page.locator("#beta [role=status]").bounding_box()["width"] > 250


@pytest.mark.slow
def test_alive_at_once_and_each_step_within_a_frame(chromium, files):
    """A frame of work, in the better of two tries; `python -m tools.page_latency` measures by the clock."""
    tab, first = page_latency.open_page(chromium, files[""], "phone")
    least = {section: min(page_latency.work_of_a_step(tab, section) for _ in range(2))
             for section in page_latency.CONTROLS}
    tab.context.close()
    assert first <= 2000 and max(least.values()) <= page_latency.MOST_MS, (first, least)


@pytest.mark.slow
@pytest.mark.parametrize("section, name", [("two", "vae-2d"), ("twelve", "vae-12d")])
def test_sliders_draw_what_numpy_draws(opened, section, name):
    page, network = opened(), load_pretrained(name)
    for z in np.random.default_rng(0).normal(0, 1.5, (8, network.latent_dim)).round(2):
        set_value(page, section, "z", z.tolist())
        drawn = browser.picture_of(page.locator(f"#{section} canvas").first)[:, :, 0]
        expected = 255 * (1 - network.decode(z[None])[0])
        assert np.abs(drawn - expected).max() <= NEAR
        sentence = page.locator(f"#{section} [role=status]").inner_text()
        share = 100 * chi2.sf((z**2).sum(), network.latent_dim)
        assert f"{np.hypot.reduce(z):.2f} from 0" in sentence
        assert f"Of 100 codes picked at random, about {share:.0f} would lie farther out" in sentence


@pytest.mark.slow
def test_the_divergence_is_that_of_the_formula(opened):
    page = opened()
    for mean_q, std_q, mean_p, std_p in ((0, 1, 0, 1), (2, 0.5, -1, 2), (-3, 1.5, 1, 0.6)):
        for name, value in zip(("mean_q", "std_q", "mean_p", "std_p"), (mean_q, std_q, mean_p, std_p)):
            set_value(page, "price", name, value)
        expected = kl_between(mean_q, std_q, mean_p, std_p)
        assert f"KL(q || p) is {expected:.2f} nats" in page.locator("#price [role=status]").inner_text()


@pytest.mark.slow
def test_a_finger_moves_the_code_and_a_drawing_is_read(opened):
    page = opened("phone", has_touch=True)
    surface = page.locator("#plane .surface").first
    surface.scroll_into_view_if_needed()
    before = page.locator("#plane .where").inner_text()
    box = surface.bounding_box()
    page.touchscreen.tap(box["x"] + 0.75 * box["width"], box["y"] + 0.7 * box["height"])
    assert page.locator("#plane .where").inner_text() != before
    canvas = page.locator("#own .surface").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    for i in range(11):  # a one
        page.mouse.move(box["x"] + 0.55 * box["width"] - i, box["y"] + (0.2 + 0.06 * i) * box["height"])
        if i == 0:
            page.mouse.down()
    page.mouse.up()
    for drawn in page.locator("#own .tiles canvas").all()[:2]:  # what is seen and what is drawn, beside the canvas
        place = drawn.bounding_box()
        assert place["x"] > box["x"] + box["width"] and place["y"] >= box["y"]
        assert place["y"] + place["height"] < box["y"] + 1.4 * box["height"]
    page.wait_for_function("""() => {
        const [, model] = [...window.twins].find(([el]) => el.closest("section").id === "own");
        return Math.hypot(...model.get("z")) > 0;
    }""")
    strokes, z, image = page.evaluate("""() => {
        const [, model] = [...window.twins].find(([el]) => el.closest("section").id === "own");
        return [model.get("strokes"), model.get("z"), Array.from(model.get("_reading").image)];
    }""")
    # As in tests/test_twins.py, from the strokes on: the centre may lie halfway between two pixels.
    image, expected = np.array(image, np.uint8).reshape(28, 28), draw_as_mnist(strokes).astype(int)
    moved = [np.roll(image, (down - 1, right - 1), (0, 1)) for down, right in np.ndindex(3, 3)]
    assert min(np.abs(one - expected).max() for one in moved) <= 2 * 255 / 8
    assert np.abs(z - load_pretrained("vae-2d").encode(image[None])[0][0]).max() < 0.05


@pytest.mark.slow
def test_all_of_it_by_keyboard(opened):
    """Each slider is reached by Tab and moved by an arrow key, and what it shows is told."""
    page = opened()
    assert page.locator("details:visible").count() == 2  # which keys there are
    for section, label in (("two", "z[0]"), ("draws", "mean \u03bc"), ("price", "mean of q"), ("beta", "beta")):
        status = page.locator(f"#{section} [role=status]")
        before = status.inner_text()
        page.get_by_role("slider", name=label).and_(page.locator(f"#{section} *")).first.press("ArrowRight")
        assert status.inner_text() != before


@pytest.mark.slow
def test_with_less_motion_a_walk_goes_in_steps(opened):
    page = opened(reduced_motion="reduce")
    page.evaluate("""() => {
        const [, model] = [...window.twins].find(([el]) => el.closest("section").id === "plane");
        window.seen = new Set();
        model.set("points", [[-1, 0], [1, 0]]);
        model.on("change:z", () => window.seen.add(model.get("z")[0].toFixed(4)));
    }""")
    page.locator("#plane").get_by_role("button", name="walk").click()
    page.wait_for_timeout(2000)
    assert page.evaluate("window.seen.size") <= 10


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_under_axe(opened, scheme):
    found = findings_of(opened(color_scheme=scheme))
    assert not found, "\n".join(found)


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    return making.write(NOTEBOOKS, tmp_path_factory.mktemp("pages"))


@pytest.mark.slow
def test_links_between_the_pages_lead_somewhere(beside):
    found = {file: re.sub(r"<(script|style)\b.*?</\1>", "", file.read_text(encoding="utf-8"), flags=re.S)
             for file in beside}
    starts, others = beside[:2], beside[2:]
    for file in others:
        start = starts["pt_BR" in file.parts]
        for one, other in ((start, file), (file, start)):
            assert f'href="{making.address(one.parent, other)}"' in found[one]
    assert len(others) > 1.4 * len(NOTEBOOKS)
    for file, markup in found.items():
        for address, name in re.findall(r'\bhref="([^"#]*)(?:#([^"]+))?', markup):
            target = (file.parent / address).resolve() if address else file
            assert re.match("https?:|data:", address) or target.is_file(), (file.stem, address)
            if name.startswith("cell-id=") and target in found:
                assert f'id="{name}"' in found[target], (file.stem, address, name)
        assert set(re.findall(r'\bsrc="(\w+):', markup)) <= {"data"}


@pytest.mark.slow
@pytest.mark.parametrize("stem", ["03_kl_divergence", "09_latent_sliders"])
def test_a_notebook_beside_the_page(chromium, beside, stem):
    """It is as wide as a phone, sets its formulas, asks for nothing, and its widgets are alive."""
    file = next(file for file in beside if file.stem == stem)
    context = chromium.new_context(viewport={"width": 390, "height": 844}, offline=True)
    page, errors = context.new_page(), []
    watch(page, errors, ("error",))
    page.goto(file.as_uri())
    page.wait_for_load_state()
    widgets = [cell for cell in nbformat.read(making.ROOT / "notebooks" / f"{stem}.ipynb", as_version=4).cells
               if KINDS.keys() & set(cell.metadata.get("tags", []))]
    assert widgets and page.locator(".twin > *").count() == len(widgets)
    assert page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]") == [390, 390]
    assert page.locator("math").count() and not re.search(r"\$[^$\n]+\$", page.locator("main").inner_text())
    context.close()
    assert errors == []


@pytest.mark.slow
def test_what_stands_below_a_part_of_a_formula_is_as_wide_as_the_part(chromium, beside):
    """Chromium paints a stretched brace in part only, so a bracket that is the part's own border takes its place."""
    page = chromium.new_page()
    page.goto(next(file for file in beside if file.stem == "05_dense_vae").as_uri())
    found = page.locator("munder:has(> mo:nth-child(2))").evaluate_all("""nodes => nodes.map(
        ({ children: [part, brace] }) => [getComputedStyle(brace).visibility, getComputedStyle(part).borderBottomStyle])
    """)
    page.close()
    assert found == 2 * [["hidden", "solid"]]
