"""The decks of the lectures: whole and large enough to read on every screen, alive without a kernel or a network."""

import base64
import html
import io
import re

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from PIL import Image

from tools import lecture
from tools.translate import generated_of
from tools.twins import KINDS, decoder_arrays
from vae_helpers import plots
from vae_helpers.data import load_mnist
from vae_helpers.network import load_pretrained

LECTURES = lecture.lectures()
SIZES = [(1280, 720), (1024, 768), (1366, 768), (1440, 900), (1920, 1080), (3840, 2160), (1280, 590)]
# The last is a laptop whose browser is not full screen.
BODY, SMALLEST = 28, 20  # pixels at 1280 x 720
BEGIN = "<!doctype html>"
# A picture without a size of its own, as matplotlib's SVGs have one.
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><rect width="300" height="200"/></svg>'


def cell(source, slide_type="-", tags=(), outputs=()):
    new = nbformat.v4.new_markdown_cell(source) if not source.startswith("#!") else nbformat.v4.new_code_cell(
        source.removeprefix("#!"), outputs=list(outputs))
    new.metadata.update({"slideshow": {"slide_type": slide_type}, "tags": list(tags)})
    return new


def picture(svg=SVG):
    return nbformat.v4.new_output("display_data", {"image/svg+xml": svg})


def printed(text):
    return nbformat.v4.new_output("stream", text=text)


def write_deck(folder, *cells):
    path = folder / "talk.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
    deck, = lecture.write([path], folder)
    return deck


def sections_of(deck):
    return re.findall(r"<section>(.*?)</section>", deck.read_text("utf-8"), flags=re.S)


def words(markup):
    return html.unescape(re.sub(r"<[^>]*>", " ", markup)).split()


# What belongs on a slide ---------------------------------------------------------------------------------------------

def test_cells_go_where_their_metadata_say(tmp_path):
    found = sections_of(write_deck(
        tmp_path, cell("prepare", "skip"), cell("#!import numpy", tags=["setup"]),
        cell("# A title", "slide"), cell("beside it"), cell("say this", "notes"), cell("later", "fragment"),
        cell("## Next", "slide"), cell("#!hidden()", outputs=[printed("shown")]),
        cell("## Code", "slide"), cell("#!visible()", tags=["show-code"], outputs=[printed("too")])))
    assert [words(part) for part in found] == [
        ["A", "title", "beside", "it", "later", "say", "this"], ["Next", "shown"], ["Code", "visible", "()", "too"]]
    assert re.findall(r'<div class="([^"]*)"', found[0]) == ["block heading", "block text", "block text fragment"]
    assert re.search(r'<aside class="notes"><p>say this', found[0])


def test_pictures_come_from_outputs_and_from_files_and_stand_alone(tmp_path):
    (tmp_path / "drawn.svg").write_text(SVG)
    slide, = sections_of(write_deck(tmp_path, cell("## One\n\nwords\n\n![a box](drawn.svg)\n\nmore", "slide"),
                                    cell("#!draw()", outputs=[picture(), picture()])))
    assert re.findall(r'class="block (\w+)"', slide) == ["heading", "text", "picture", "text", "picture"]
    assert len(re.findall(r'<img [^>]*src="data:image/svg', slide)) == 3 and 'alt="a box"' in slide


def test_a_tag_puts_the_widget_in_place_of_the_output(tmp_path):
    deck = write_deck(tmp_path, cell("## Drag", "slide"),
                      cell("#!show()", tags=["twin-kl"], outputs=[printed("Run this cell")]))
    slide, = sections_of(deck)
    assert 'data-twin="kl"' in slide and words(slide) == ["Drag"]


def test_formulas_are_mathml_and_their_letters_are_in_the_deck(tmp_path):
    deck = write_deck(tmp_path, cell(r"## So" "\n\n" r"$$\frac{\sigma^2}{2}$$ and $\log p(x)$", "slide"))
    text = deck.read_text("utf-8")
    assert text.count("<math") == 2 and 'url("data:font/woff' in text and "\\frac" not in text


def test_links_lead_to_the_notebooks(tmp_path):
    slide, = sections_of(write_deck(tmp_path, cell("## See [this](03_kl_divergence.ipynb#a)", "slide")))
    assert 'href="../notebooks/03_kl_divergence.ipynb#a"' in slide


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_has_slides_for_ninety_minutes(path):
    cells = nbformat.read(path, as_version=4).cells
    kinds = [lecture.kind_of(cell) for cell in cells]
    assert 34 <= kinds.count("slide") <= 40
    assert {tag for cell in cells for tag in cell.metadata.get("tags", []) if tag.startswith("twin-")} <= set(KINDS)


# In a browser --------------------------------------------------------------------------------------------------------

def open_deck(browser, deck, size=SIZES[0], **more):
    """Open a deck with the network off; what goes wrong is gathered in `page.failures`."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, offline=True, **more)
    page = context.new_page()
    page.failures = []
    page.on("console", lambda line: line.type == "error" and page.failures.append(line.text))
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    page.on("request", lambda request: request.url.split(":")[0] in ("file", "data", "blob")
            or page.failures.append(request.url))
    page.goto(deck.as_uri())
    page.wait_for_function("Reveal.isReady() && (!document.querySelector('[data-twin]') || window.twins)")
    page.evaluate("document.fonts.ready.then(() => true)")
    return page


def resize(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))")


def problems_of(page, size):
    return page.evaluate(MEASURE, [*size, BODY, SMALLEST])


# Goes through all slides, their fragments shown. A slide has to be scaled like every other; all text and all that is
# shown lies within it, and nothing within a widget or a block sticks out or is cut. Sizes are those at 1280 x 720:
# measured on the screen, divided by the scale of the slide.
MEASURE = r"""async ([width, height, body, smallest]) => {
    const problems = [], scale = Math.min(width / 1280, height / 720);
    const counted = parseFloat(getComputedStyle(document.querySelector(".slide-number")).fontSize) / scale;
    if (counted < smallest - 0.1) problems.push(`the slide's number: text of ${counted.toFixed(1)} px`);
    for (const [number, slide] of Reveal.getSlides().entries()) {
        const found = new Set();
        const say = (what, node) => {
            if (found.has(what)) return;
            found.add(what);
            const words = (node.innerText || node.alt || node.tagName).replace(/\s+/g, " ");
            problems.push(`slide ${number + 1}: ${what}: ${words.slice(0, 60)}`);
        };
        const { h, v } = Reveal.getIndices(slide);
        Reveal.slide(h, v, 99);
        await Promise.all([...slide.querySelectorAll("img")].map(image => image.decode()));
        await new Promise(done => requestAnimationFrame(done));
        const frame = slide.getBoundingClientRect();
        if (Math.abs(frame.width - 1280 * scale) + Math.abs(frame.height - 720 * scale) > 2) {
            say(`${frame.width} x ${frame.height}, not as large as the window allows`, slide);
        }
        if (frame.left < -1 || frame.top < -1 || frame.right > width + 1 || frame.bottom > height + 1) {
            say("not on the screen", slide);
        }
        if (!slide.querySelector("h1, h2")) say("no heading", slide);
        for (const node of slide.querySelectorAll("*")) {
            if (node.closest("aside, math *, details, .told")) continue;
            const box = node.getBoundingClientRect(), style = getComputedStyle(node);
            if (!box.width || style.visibility === "hidden") continue;
            const [across, down] = [20 * scale, 8 * scale]; // the least margins
            if (box.right > frame.right - across || box.left < frame.left + across) say("beside the frame", node);
            if (box.bottom > frame.bottom - down || box.top < frame.top + down) say("below the frame", node);
            const [wide, high] = [node.scrollWidth - node.clientWidth, node.scrollHeight - node.clientHeight];
            const isHidden = style.overflow !== "visible" && !node.matches("input, select");
            if (isHidden ? Math.max(wide, high) > 1 : node.matches(".block, pre") && wide > 1) say("cut off", node);
            if (node.tagName === "IMG" && Math.min(box.width, box.height) < 2) say("an empty picture", node);
            if (node.matches(".picture") && box.height < 300 * scale) say("a small picture", node);
        }
        const texts = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            const node = texts.currentNode.parentElement;
            if (!texts.currentNode.data.trim()) continue;
            if (node.closest("aside, details, .told, select, script, style")) continue;
            // Transforms and zoom count, too: a line of text is as high on the screen as it is.
            const shown = node.closest(".twin")?.currentCSSZoom ?? 1;
            const size = parseFloat(getComputedStyle(node).fontSize) * shown;
            const isBody = node.closest("p, li, td, th, dd") && !node.closest("math, .twin, code");
            if (size < smallest - 0.01) say(`text of ${size.toFixed(1)} px`, node);
            else if (isBody && size < body - 0.01) say(`body text of ${size.toFixed(1)} px`, node);
        }
        const blocks = [...slide.querySelectorAll(":scope > .block")];
        blocks.forEach((block, i) => {
            const [own, next] = [block, blocks[i + 1] ?? block].map(node => node.getBoundingClientRect());
            const isBeside = own.right < next.left + 1;
            if (blocks[i + 1] && own.bottom > next.top + 1 && !isBeside) say("runs into the next", block);
        });
    }
    return problems;
}"""

WRONG = {
    "below the frame": [cell("## Long\n\n" + "\n".join(f"- line {i}" for i in range(30)), "slide")],
    "beside the frame": [cell("## Wide\n\n<div style='width: 1400px'>wide</div>", "slide")],
    "cut off": [cell("## Cut\n\n<div style='height: 10px; overflow: hidden'><p>x</p></div>", "slide")],
    "body text of 18.0 px": [cell("## Small\n\n<p style='font-size: 18px'>small</p>", "slide")],
    "text of 12.0 px": [cell("## Tiny\n\n<span style='font-size: 12px'>tiny</span>", "slide")],
    "no heading": [cell("No heading", "slide")],
    "runs into the next": [cell("## Over <style>.text { margin-bottom: -40px }</style>", "slide"), cell("one"),
                           cell("two")],
    "a small picture": [cell("## Many words\n\n" + "word " * 170, "slide"), cell("#!draw()", outputs=[picture()])],
    "not as large": [cell("## Shrunk\n\n<style>.slides section { transform: scale(0.9) !important }</style>", "slide")],
}


@pytest.mark.slow
@pytest.mark.parametrize("problem", WRONG)
def test_wrong_slides_are_found(chromium, tmp_path, problem):
    page = open_deck(chromium, write_deck(tmp_path, *WRONG[problem]))
    found = problems_of(page, SIZES[0])
    page.context.close()
    assert any(problem.removeprefix("body ") in line for line in found), found


@pytest.mark.slow
def test_right_slides_pass_at_every_size(chromium, tmp_path):
    cells = [cell("# Title", "slide"), cell("## A formula\n\n$$ x_{i_j}^{2} = \\frac{1}{\\sigma_i} $$", "slide"),
             cell("#!draw()", outputs=[picture()])]
    for tag in sorted(set(KINDS) - {"twin-beta"}):
        cells += [cell(f"## The widget of the tag {tag}", "slide"), cell("#!show()", tags=[tag])]
    page = open_deck(chromium, write_deck(tmp_path, *cells))
    for size in [*SIZES, SIZES[0]]:
        resize(page, size)
        assert problems_of(page, size) == [], size
    assert page.failures == []
    page.context.close()


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    return dict(zip(LECTURES, lecture.write(LECTURES, tmp_path_factory.mktemp("decks"))))


@pytest.mark.slow
@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_every_slide_is_whole_at_every_size(chromium, path, decks):
    page = open_deck(chromium, decks[path])
    problems = []
    for size in [*SIZES, SIZES[0]]:
        resize(page, size)
        problems += [f"{size[0]} x {size[1]}: {problem}" for problem in problems_of(page, size)]
    failures, page = page.failures, page.context.close()
    assert not problems + failures, "\n".join(problems + failures)


# Of each slide the digits that its widgets and drawings hold, [slide, pixels of a digit's side], and its pictures of
# pixels, [slide, address, how much it is enlarged]. Every tile of digits is 28 pixels high.
DIGITS = r"""async () => {
    const digits = [], pictures = [];
    for (const [number, slide] of Reveal.getSlides().entries()) {
        Reveal.slide(number, 0, 99);
        await Promise.all([...slide.querySelectorAll("img")].map(image => image.decode()));
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        const add = (node, pixels) => digits.push([number + 1, 28 * node.getBoundingClientRect().height / pixels]);
        for (const sheet of slide.querySelectorAll("img.sheet")) add(sheet, sheet.naturalHeight);
        for (const canvas of slide.querySelectorAll(":is(.digits, .tiles, .strip) canvas")) {
            if (canvas.clientHeight && getComputedStyle(canvas).visibility === "visible") add(canvas, canvas.height);
        }
        for (const image of slide.querySelectorAll(".picture img")) {
            const box = image.getBoundingClientRect();
            const scale = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight);
            if (image.src.startsWith("data:image/png")) pictures.push([number + 1, image.src, scale]);
            else {
                const drawing = new DOMParser().parseFromString(await (await fetch(image.src)).text(), "image/svg+xml");
                const copy = slide.appendChild(drawing.documentElement);
                const half = scale * image.naturalWidth / copy.getBoundingClientRect().width;
                for (const tile of copy.querySelectorAll('image[height="28"]')) {
                    digits.push([number + 1, half * tile.getBoundingClientRect().height]);
                }
                copy.remove();
            }
        }
    }
    return {digits, pictures};
}"""
SMALLEST_DIGIT = 60  # pixels at 1280 x 720


def side_of_digits(png):
    """The side of a digit on a sheet, in pixels of the picture, or None where there is no sheet.

    A digit's pixels are squares: along a column of the sheet, the grey changes at multiples of their side.
    """
    grey = np.asarray(Image.open(io.BytesIO(png)).convert("L")).astype(int)
    sides = []
    for column in grey.T:
        gaps = np.diff(np.flatnonzero(np.diff(column)))
        if len(gaps) >= 10 and gaps.min() >= 2:  # letters and lines change from pixel to pixel
            side = gaps[gaps <= 1.5 * gaps.min()].mean()
            short = gaps[gaps < 6 * side]
            sides.append(short.sum() / np.rint(short / side).sum())
    return 28 * np.median(sides) if len(sides) > 100 else None


def small_digits(page):
    """The slides whose digits are too small, with the side; and of how many pictures and widgets it is known."""
    found = page.evaluate(DIGITS)
    digits = found["digits"]
    for slide, address, scale in found["pictures"]:
        side = side_of_digits(base64.b64decode(address.split(",")[1]))
        if side is not None:
            digits.append([slide, scale * side])
    return [(slide, round(side)) for slide, side in digits if side < SMALLEST_DIGIT], len(digits)


@pytest.mark.parametrize("side", [40, 64, 90.5])
def test_the_side_of_a_digit_is_measured(side):
    images = load_mnist("test").images[:27]
    with io.BytesIO() as file:
        figure = plt.figure(figsize=((200 + 9 * side) / 100, 3 * side / 100), dpi=100)
        ax = figure.add_axes([200 / (200 + 9 * side), 0, 9 * side / (200 + 9 * side), 1])
        plots.digit_sheet(images, 9, ax=ax, row_labels=["one", "two", "three"])
        figure.savefig(file, dpi=200)
        plt.close(figure)
        assert side_of_digits(file.getvalue()) == pytest.approx(2 * side, rel=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_digits_can_be_read_from_the_last_row(chromium, path, decks):
    page = open_deck(chromium, decks[path])
    too_small, known = small_digits(page)
    page.context.close()
    assert too_small == [] and known >= 15


@pytest.mark.slow
def test_small_digits_are_found(chromium, tmp_path):
    style = "<style>.sheet, .tiles canvas { width: 40px !important }</style>"
    page = open_deck(chromium, write_deck(tmp_path, cell(f"## One {style}", "slide"), cell("#!x", tags=["twin-beta"]),
                                          cell("## Two", "slide"), cell("#!x", tags=["twin-pad"])))
    too_small, known = small_digits(page)
    page.context.close()
    assert [slide for slide, _ in too_small] == [1, 2, 2, 2] and known == 4


@pytest.mark.slow
@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_every_slide_in_portuguese_is_whole(chromium, path, tmp_path):
    """Its words are other ones, and longer. At another size all is scaled as the slides above are."""
    deck, = lecture.write([generated_of(path)], tmp_path)
    assert deck == tmp_path / "pt_BR" / f"{path.stem}.html"
    page = open_deck(chromium, deck)
    problems = problems_of(page, SIZES[0]) + page.failures
    assert page.evaluate("document.documentElement.lang") == "pt-BR"
    assert "soltar ponto" in page.locator(".twin button").all_text_contents()
    links = re.findall(r'\bhref="(\.\./[^"#]+)', deck.read_text("utf-8"))
    assert not [link for link in links if not (lecture.BUILD / "pt_BR" / link).resolve().is_file()]
    page.context.close()
    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_deck_is_one_file(path, decks):
    text = decks[path].read_text("utf-8")
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.S)
    assert text.startswith(BEGIN) and not re.search(r"<(?:link|iframe|object|embed|source|video)\b", markup)
    assert set(re.findall(r'<img\b[^>]*?\bsrc="(\w+):', markup)) <= {"data"}
    assert all(re.search(r'\balt="[^"]', image) for image in re.findall(r"<img\b[^>]*>", markup))


@pytest.mark.slow
def test_keys_belong_to_the_widget_until_escape_or_a_clicker(chromium, tmp_path):
    page = open_deck(chromium, write_deck(tmp_path, cell("## One", "slide"), cell("#!x", tags=["twin-kl"]),
                                          cell("## Two", "slide"), cell("## Three", "slide")))
    slide = lambda: page.evaluate("Reveal.getIndices().h")  # noqa: E731
    slider = page.get_by_role("slider", name="mean of q", include_hidden=True)
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert slide() == 0 and slider.input_value() == "1.05"
    page.keyboard.press("PageDown")
    assert slide() == 1
    page.keyboard.press("ArrowLeft")
    assert slide() == 0
    slider.focus()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    assert slide() == 1 and slider.input_value() == "1.05"
    assert page.locator(".slide-number").inner_text().split() == ["2", "/", "3"]
    assert page.failures == []
    page.context.close()


@pytest.mark.slow
def test_the_notes_are_in_the_speakers_window(chromium, tmp_path):
    page = open_deck(chromium, write_deck(tmp_path, cell("## One", "slide"), cell("ask them", "notes")))
    assert not page.get_by_text("ask them").is_visible()
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    opened.value.get_by_text("ask them").wait_for(timeout=10_000)
    page.context.close()


@pytest.mark.slow
@pytest.mark.parametrize("path", [*LECTURES, *map(generated_of, LECTURES)],
                         ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_note_has_to_be_scrolled(chromium, tmp_path, path):
    """In the window that S opens, 1100 by 700."""
    page = open_deck(chromium, lecture.write([path], tmp_path)[0])
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    opened.value.set_viewport_size({"width": 1100, "height": 700})
    opened.value.locator(".speaker-controls-notes .value p").first.wait_for(timeout=10_000)
    shown, pane = map(opened.value.locator, (".speaker-controls-notes .value", "#speaker-controls"))
    too_long = []
    for number in range(page.evaluate("Reveal.getTotalSlides()")):
        note = page.evaluate("number => Reveal.getSlide(number).querySelector('.notes').innerHTML", number)
        shown.evaluate("(node, note) => { node.innerHTML = note; }", note)
        if pane.evaluate("node => node.scrollHeight > node.clientHeight"):
            too_long.append(number + 1)
    page.context.close()
    assert too_long == []


@pytest.mark.slow
def test_canvases_are_as_fine_as_the_screen(chromium, tmp_path):
    page = open_deck(chromium, write_deck(tmp_path, cell("## One", "slide"), cell("#!x", tags=["twin-kl"])))
    for size in (SIZES[0], SIZES[-2]):
        resize(page, size)
        pixels, shown = page.locator("canvas.chart").evaluate(
            "node => [node.width, node.getBoundingClientRect().width]")
        assert abs(pixels - shown) <= 1, size
    page.context.close()


def test_weights_travel_once(tmp_path):
    cells = [cell("## One", "slide"), *(cell("#!x", tags=[f"twin-{name}"]) for name in ("latent-2", "pad", "canvas"))]
    text = write_deck(tmp_path, *cells).read_text("utf-8")
    weights, _ = decoder_arrays(load_pretrained("vae-2d"))
    assert text.count(base64.b64encode(weights.tobytes()).decode()) == 1
