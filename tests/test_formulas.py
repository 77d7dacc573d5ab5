"""Every formula of every notebook, set by JupyterLab's own MathJax on one page: none stays raw, none is an error."""

import nbformat
import pytest

from tools import browser
from tools.execute import ALL

# Each text becomes a part of one page, as a cell of Markdown does in a notebook. What comes back is, for each, the
# number of its formulas and what is wrong with them.
SET = """async texts => {
    const panel = await jupyterapp.commands.execute("docmanager:open", {path: "empty.ipynb", factory: "Notebook"});
    await panel.context.ready;
    const { rendermime } = panel.content, page = document.body.appendChild(document.createElement("div")), found = [];
    for (const text of texts) {
        const renderer = rendermime.createRenderer("text/markdown");
        page.append(renderer.node);
        await renderer.renderModel({ data: { "text/markdown": text }, metadata: {}, trusted: true, setData: () => {} });
        await rendermime.latexTypesetter.typeset(renderer.node);
        const wrong = [...renderer.node.querySelectorAll("[data-mjx-error]")].map(part => part.dataset.mjxError);
        for (const unknown of renderer.node.querySelectorAll("mjx-assistive-mml mtext[mathcolor=red]"))
            wrong.push(`${unknown.textContent} is not known`);
        const formulas = renderer.node.querySelectorAll("mjx-container").length;
        renderer.node.querySelectorAll("mjx-container, code, pre").forEach(part => part.remove());
        const raw = renderer.node.textContent.match(/\\S*(\\$|\\\\[a-zA-Z])[^]*/);
        if (raw) wrong.push(`stays raw: ${raw[0].slice(0, 60)}`);
        found.push([formulas, wrong]);
    }
    return found;
}"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def typeset(chromium, tmp_path_factory):
    """A function that sets texts and returns, for each, how many formulas it has and what is wrong with them."""
    folder = tmp_path_factory.mktemp("formulas")
    browser.write_notebook(folder / "files" / "empty.ipynb", "")
    with browser.jupyter_lab(folder) as address:
        lab = browser.LabPage(chromium, address)
        yield lambda *texts: lab.page.evaluate(SET, texts)
        assert not lab.outside


def texts():
    """Yield (name, text) of every cell that is Markdown, and of every output that a page shows as such."""
    for path in ALL:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                yield f"{path.stem}, cell {cell.id}", cell.source
            for output in cell.get("outputs", []):
                for kind in ("text/markdown", "text/latex"):
                    if kind in output.get("data", {}):
                        yield f"{path.stem}, output of {cell.id}", output.data[kind]


def test_every_formula_is_set(typeset):
    named = dict(texts())
    found = dict(zip(named, typeset(*named.values()), strict=True))
    assert not {name: wrong for name, (_, wrong) in found.items() if wrong}
    # As many as a plain reading of the sources finds, about: the test has not looked past them.
    dollars = sum(text.count("$") - text.count("$$") for text in named.values()) / 2
    assert sum(formulas for formulas, _ in found.values()) > 0.9 * dollars > 500


@pytest.mark.parametrize(("text", "told"), [
    (r"so $\frac{1}{2\pi$ it is", r"stays raw: $\frac{1}{2\pi$ it is"),
    ("$$\n\\frac{1}{2\\pi\n$$", "stays raw: $$"),
    (r"a $x^2 that never ends", "stays raw: $x^2 that"),
    (r"no sign at all: \frac12", r"stays raw: \frac12"),
    (r"$\left( x$", r"Extra \left or missing \right"),
    (r"$$\begin{aligned} x $$", r"Missing \end{aligned}"),
    (r"$x^2^3$", "Double exponent: use braces to clarify"),
    (r"$\frak{x}{y$", "stays raw"),
    (r"$\mathrn{KL}$", r"\mathrn is not known"),
    (r"$\frac{1}$", "Missing argument for \\frac"),
])
def test_a_broken_formula_is_found(typeset, text, told):
    (_, wrong), = typeset(text)
    assert wrong and told in wrong[0]


def test_sound_formulas_and_code_are_not_minded(typeset):
    text = (r"Costs `$HOME` and $x_{\text{a}}$ and" "\n\n    \\frac{1}{2 $x\n\n"
            r"$$\begin{aligned} a &= b \\ c &= d \end{aligned}$$")
    assert typeset(text) == [[2, []]]
