"""The handouts: a page a slide without fragments, notes where they are asked for, all formulas on the last page."""

import re

import nbformat
import pytest

from tests.test_lecture import LECTURES, cell, picture
from tools import handout

CELLS = [cell("# A title", "slide"), cell("say this", "notes"), cell("later", "fragment"),
         cell("## Two\n\n$$ a = b $$\n\nand\n\n$$ c^2 $$", "slide"), cell("and that", "notes"), cell("", "notes"),
         cell("## Three\n\n$$ a = b $$", "slide"), cell("#!draw()", outputs=[picture()]),
         cell("## Four", "slide"), cell("#!show()", tags=["twin-kl"])]

# Every page has its size, and nothing on it is hidden, cut, or beyond it.
MEASURE = """([width, height]) => [...document.querySelectorAll(".page")].flatMap((page, i) => {
    const frame = page.getBoundingClientRect(), said = page.querySelector(".said"), problems = [];
    const [wide, high] = [frame.width, frame.height];
    if (Math.abs(wide - width) + Math.abs(high - height) > 1) problems.push(`${wide} x ${high}`);
    if (said && said.scrollHeight > said.clientHeight) problems.push("notes cut off");
    for (const node of page.querySelectorAll(".block *")) {
        const box = node.getBoundingClientRect();
        if (node.closest("details, .told, math *") || !box.width) continue;
        const isBeyond = box.bottom > frame.top + 720 || box.right > frame.right;
        if (isBeyond) problems.push(`beyond: ${node.outerHTML.slice(0, 60)}`);
        if (getComputedStyle(node.closest(".block")).visibility !== "visible") problems.push("hidden");
    }
    return problems.map(problem => `page ${i + 1}: ${problem}`);
})"""


@pytest.fixture
def talk(tmp_path):
    path = tmp_path / "talk.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=CELLS), path)
    return path


def pages_of(pdf):
    """The sizes of a PDF's pages, in points, three quarters of a pixel."""
    text = pdf.read_bytes()
    count = len(re.findall(rb"/Type\s*/Page\b(?!s)", text))
    boxes = re.findall(rb"/MediaBox\s*\[([^]]*)\]", text)
    return count, {tuple(float(side) for side in box.split()[2:]) for box in boxes}


def test_notes_only_where_asked_for(talk):
    plain, noted = handout.handout(talk), handout.handout(talk, notes=True)
    assert "say this" not in plain and "say this" in noted and "and that" in noted
    assert plain.count('<div class="page">') == noted.count('<div class="page">') == 4
    assert "1280px 720px" in plain and "1280px 1000px" in noted


def test_formulas_come_once_each_under_their_headings(talk):
    page = handout.handout(talk)
    entries = re.findall(r'<div class="entry"><div>(.*?)</div>', page)
    assert entries == ["Two", "Two"]  # a = b again is no news


@pytest.mark.slow
@pytest.mark.parametrize("notes, height", [(False, 720), (True, 1000)])
def test_a_page_a_slide_and_one_of_formulas(chromium, talk, notes, height):
    source = talk.with_suffix(".html")
    source.write_text(handout.handout(talk, notes), encoding="utf-8")
    page = handout.open_page(chromium, source)
    assert page.evaluate(MEASURE, [1280, height]) == []
    pdf = talk.with_suffix(".pdf")
    page.pdf(path=pdf, print_background=True, prefer_css_page_size=True)
    page.context.close()
    count, sizes = pages_of(pdf)
    assert count == 5
    assert all(size == pytest.approx((960, 0.75 * height), abs=1) for size in sizes)


@pytest.mark.slow
@pytest.mark.parametrize("notes, height", [(False, 720), (True, 1000)])
@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_the_lectures_fit_their_pages(chromium, path, notes, height, tmp_path):
    source = tmp_path / "handout.html"
    source.write_text(handout.handout(path, notes), encoding="utf-8")
    page = handout.open_page(chromium, source)
    problems = page.evaluate(MEASURE, [1280, height])
    page.context.close()
    assert not problems, "\n".join(problems)


@pytest.mark.slow
def test_what_a_page_may_lack_is_found(chromium, talk):
    source = talk.with_suffix(".html")
    long = handout.handout(talk, notes=True).replace("say this", "word " * 400)
    source.write_text(long.replace("later", "<div style='height: 900px'>tall</div>"), encoding="utf-8")
    page = handout.open_page(chromium, source)
    problems = page.evaluate(MEASURE, [1280, 1000])
    page.context.close()
    assert "page 1: notes cut off" in problems and any("page 1: beyond" in problem for problem in problems)
