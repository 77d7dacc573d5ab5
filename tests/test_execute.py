"""Storing notebooks: which ones a command means, and what a cell that a person made in JupyterLab is given."""

import copy
import inspect
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests import test_notebooks_static as rules
from tools import browser, execute
from tools.execute import ALL, FOLDER, LECTURES, NOTEBOOKS, ROOT, WAY, chosen, is_readable, tidy

KL = FOLDER / "03_kl_divergence.ipynb"
NEW = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"  # as JupyterLab names a cell


# Which notebooks -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["3", "03", "03_kl", "03_kl_divergence", "03_kl_divergence.ipynb",
                                  "notebooks/03_kl_divergence.ipynb", str(KL)])
def test_a_notebook_has_many_names(name):
    assert chosen([name]) == [KL]


def test_names_keep_their_order_and_no_name_means_all():
    assert chosen([]) == ALL and chosen([], WAY) == WAY and set(ALL) == {*NOTEBOOKS, *LECTURES}
    assert chosen(["9", "03", "3"]) == [FOLDER / "09_latent_sliders.ipynb", KL]
    assert [path.name[:2] for path in chosen(["1"])] == ["01"]  # neither 10 nor 11


def test_a_path_need_not_be_of_the_series(tmp_path, monkeypatch):
    page = tmp_path / "mine.ipynb"
    page.touch()
    monkeypatch.chdir(tmp_path)
    assert chosen(["mine.ipynb"]) == [page]


@pytest.mark.parametrize("name", ["99", "", "kl", "notebooks/33.ipynb", "README.md", "notebooks", "\u00b2"])
def test_an_unknown_name_is_refused_and_what_there_is_told(name, capsys):
    with pytest.raises(SystemExit) as refused:
        chosen(["03", name])
    assert refused.value.code == 2
    told = capsys.readouterr().err
    assert repr(name) in told and "03_kl_divergence, 04_elbo_and_cost" in told


@pytest.mark.slow
@pytest.mark.parametrize("command", ["tools.execute", "tools.homework"])
def test_commands_refuse_it_too(command):
    done = subprocess.run([sys.executable, "-m", command, "99"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2 and "'99'" in done.stderr and "Traceback" not in done.stderr


def test_targets_that_take_a_choice_hand_it_on():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("execute", "tidy", "homework", "study"):
        recipe = makefile.split(f"\n{target}:")[1].split("\n\n")[0]
        assert "$(ONLY)" in recipe and "ONLY=" in recipe


def test_notebooks_are_those_of_the_way_then_the_deeper_ones_then_nothing_of_a_readers_own(tmp_path, monkeypatch):
    folder = tmp_path / "notebooks"
    (folder / "deeper").mkdir(parents=True)
    for name in ("10_b", "02_a", "lecture_1", "Untitled", "deeper/flows", "deeper/Untitled1"):
        (folder / f"{name}.ipynb").touch()
    monkeypatch.setattr(execute, "ROOT", tmp_path)
    monkeypatch.setattr(execute, "FOLDER", folder)

    def found():
        return [path.relative_to(folder).with_suffix("").as_posix() for path in execute.find_notebooks()]

    # Without git everything counts.
    everything = ["02_a", "10_b", "Untitled", "lecture_1", "deeper/Untitled1", "deeper/flows"]
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert found() == everything
    if shutil.which("git") is None:
        return
    git = ["git", "-C", tmp_path]
    subprocess.run([*git, "init", "-q"], check=True)
    assert found() == ["02_a", "10_b"]  # a new page of the way is checked before it is added
    subprocess.run([*git, "add", "notebooks/lecture_1.ipynb", "notebooks/deeper/flows.ipynb"], check=True)
    assert found() == ["02_a", "10_b", "lecture_1", "deeper/flows"]


def test_the_notebooks_of_the_way_are_numbered_without_a_gap():
    assert [int(path.name[:2]) for path in WAY] == list(range(len(WAY))) and set(WAY) <= set(NOTEBOOKS)


# New cells -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "readable"), [
    ("kl-loss", True), ("exercise-1", True), ("title", True), ("decoder-2", True),
    (NEW, False), ("c2504e0a-4f89-41d3-9a0c-0305e82c3301", False), ("5b1d2c3e", False), ("ab12cd34", False),
    ("Kl-loss", False), ("kl_loss", False), ("1-kl", False), ("kl--loss", False), ("", False), ("aBc1_-xYz", False),
])
def test_names_of_programs_and_of_people_are_told_apart(name, readable):
    assert is_readable(name) == readable


@pytest.mark.parametrize(("cell", "name"), [
    (new_markdown_cell("## Why charge anything at all, and whom?"), "why-charge-anything-at"),
    (new_markdown_cell("The cost $\\beta R$ is [small](03_kl_divergence.ipynb) here"), "the-cost-is-small"),
    (new_markdown_cell("Uma média é só isso"), "uma-media-e-so"),
    (new_markdown_cell("42 and 7e5"), "and-e5"),
    (new_markdown_cell("$$x$$"), "markdown"),
    (new_code_cell("fig, axes = plt.subplots(1, 2)"), "fig-axes-plt-subplots"),
    (new_code_cell(""), "code"),
    (new_code_cell("deadbeef"), "deadbeef-2"),  # or it would look like a program's
    (new_code_cell("taken"), "taken-3"),
    (new_code_cell("a_very_long_name_that_goes_on = another_very_long_name"), "a-very-long-name"),
    (new_code_cell("abcdefghijklmnopqrst = abcdefghijklmnopqrstuvw"), "abcdefghijklmnopqrst-abcdefghijklmnopqrs"),
])
def test_a_name_is_made_of_the_first_words(cell, name):
    assert execute.name_of(cell, {"taken", "taken-2"}) == name and is_readable(name)


def as_jupyterlab_writes_them(*cells):
    for number, cell in enumerate(cells):
        cell.id = f"{number:08x}{NEW[8:]}"
        cell.metadata.update(trusted=True, editable=True, execution={"iopub.execute_input": "2026-11-26T10:00:00Z"})
    return cells


def test_a_new_cell_gets_a_name_and_what_its_place_asks_for():
    old = new_markdown_cell("# Title", id="title", metadata={"slideshow": {"slide_type": "slide"}})
    added = as_jupyterlab_writes_them(
        new_markdown_cell("Some text"), new_code_cell("x = 1"), new_code_cell("x = 1", metadata={"tags": ["check"]}),
        new_markdown_cell("#### Solution"), new_code_cell("y = 2"), new_markdown_cell("### Exercise 2"),
        new_code_cell("y = 3", metadata={"slideshow": {"slide_type": "fragment"}, "jupyter": {"source_hidden": True}}))
    notebook = new_notebook(cells=[old, *added])
    tidy(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert ids == ["title", "some-text", "x", "x-2", "solution", "y", "exercise", "y-2"]
    slide = [cell.metadata.slideshow.slide_type for cell in notebook.cells]
    assert slide == ["slide", "-", "-", "-", "skip", "skip", "-", "fragment"]
    rest = [{key: value for key, value in cell.metadata.items() if key != "slideshow"} for cell in notebook.cells]
    hidden = {"jupyter": {"source_hidden": True}}
    assert rest == [{}, {}, {}, {"tags": ["check"]}, {"jp-MarkdownHeadingCollapsed": True},
                    {"tags": ["solution"], **hidden}, {}, hidden]
    nbformat.validate(notebook)
    again = copy.deepcopy(notebook)
    tidy(again)
    assert again == notebook


def test_without_slides_a_cell_gets_no_type_of_slide():
    notebook = new_notebook(cells=[new_markdown_cell("#### Solution"), new_code_cell("y = 2")])
    tidy(notebook)
    assert not any("slideshow" in cell.metadata for cell in notebook.cells)
    assert notebook.cells[1].metadata == {"tags": ["solution"], "jupyter": {"source_hidden": True}}


def test_a_solution_that_was_opened_and_a_heading_that_was_folded_go_back_to_their_state():
    notebook = new_notebook(cells=[
        new_markdown_cell("## Part", id="part", metadata={"jp-MarkdownHeadingCollapsed": True}),
        new_markdown_cell("#### Solution 2", id="solution-2"),
        new_code_cell("y = 2", id="y", metadata={"tags": ["solution"], "jupyter": {"source_hidden": False}})])
    tidy(notebook)
    folded = [cell.metadata.get("jp-MarkdownHeadingCollapsed") for cell in notebook.cells]
    assert folded == [None, True, None] and notebook.cells[2].metadata.jupyter.source_hidden


def test_of_two_cells_with_one_name_the_second_gets_another():
    notebook = new_notebook(cells=[new_code_cell("x", id="same"), new_code_cell("other words")])
    notebook.cells[1].id = "same"
    tidy(notebook)
    assert [cell.id for cell in notebook.cells] == ["same", "other-words"]


def test_a_file_of_an_older_format_gets_names_too(tmp_path):
    notebook = new_notebook(cells=[new_markdown_cell("# Title"), new_code_cell("x = 1")])
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        del cell["id"]
    nbformat.write(notebook, tmp_path / "old.ipynb")
    execute.store_tidied(tmp_path / "old.ipynb")
    assert [cell.id for cell in nbformat.read(tmp_path / "old.ipynb", as_version=4).cells] == ["title", "x"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_names_and_tags_that_are_there_stay(path):
    before = nbformat.read(path, as_version=4)
    after = copy.deepcopy(before)
    tidy(after)
    assert after.metadata["code_sha256"] == before.metadata.get("code_sha256")
    for old, new in zip(before.cells, after.cells, strict=True):
        assert (old.id, old.source, old.get("outputs")) == (new.id, new.source, new.get("outputs"))
        assert old.metadata.get("tags", []) == new.metadata.get("tags", [])


@pytest.mark.slow
def test_a_stored_notebook_has_names_outputs_and_the_hash_of_its_code(tmp_path, monkeypatch, capsys):
    path = tmp_path / "mine.ipynb"
    cells = as_jupyterlab_writes_them(new_markdown_cell("# My page"), new_code_cell("print(6 * 7)"))
    nbformat.write(new_notebook(cells=list(cells)), path)
    execute.main(["--tidy", str(path)])
    notebook = nbformat.read(path, as_version=4)
    assert [cell.id for cell in notebook.cells] == ["my-page", "print"] and notebook.cells[1].outputs == []
    assert notebook.metadata.get("code_sha256") is None  # so that a test asks for the outputs
    monkeypatch.delenv("MPLBACKEND")
    execute.main([str(path)])
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[1].outputs[0].text == "42\n" and notebook.cells[1].metadata == {}
    assert notebook.metadata["code_sha256"] == execute.code_hash(notebook)
    assert "git add" in capsys.readouterr().out  # it is no page of the series


# Saved from JupyterLab -----------------------------------------------------------------------------------------------

def broken_rules(notebook):
    """The names of the tests of test_notebooks_static.py that mind something."""
    broken = set()
    for name, rule in inspect.getmembers(rules, inspect.isfunction):
        if name.startswith("test_"):
            try:
                rule(notebook)
            except AssertionError:
                broken.add(name)
    return broken


@pytest.mark.parametrize("path", WAY, ids=lambda path: path.stem)
def test_what_programs_leave_in_a_file_breaks_no_rule(path):
    notebook = nbformat.read(path, as_version=4)
    before = broken_rules(notebook)
    notebook.metadata["language_info"] = {
        "codemirror_mode": {"name": "ipython", "version": 3}, "file_extension": ".py", "mimetype": "text/x-python",
        "name": "python", "nbconvert_exporter": "python", "pygments_lexer": "ipython3", "version": "3.13.0"}
    notebook.metadata["toc-autonumbering"] = False
    for cell in notebook.cells:
        cell.metadata.update(editable=True, trusted=True, scrolled=False)
        if cell.cell_type == "code":
            cell.metadata["execution"] = {"iopub.status.busy": "2026-11-26T10:00:00.000000Z"}
            cell.metadata["collapsed"] = False
    assert broken_rules(notebook) == before


def test_rules_that_are_broken_are_found():
    notebook = nbformat.read(KL, as_version=4)
    notebook.cells.append(new_code_cell("plt.subplots()", id=NEW))
    assert {"test_cell_ids_can_be_read", "test_every_figure_is_described"} <= broken_rules(notebook)


@pytest.mark.slow
def test_a_notebook_edited_and_saved_in_jupyterlab_needs_no_json(chromium, tmp_path):
    """Saved as it is, it breaks no rule; with two new cells, it breaks none after `make tidy` that JSON would mend."""
    path = tmp_path / "files" / KL.name
    path.parent.mkdir()
    shutil.copy(KL, path)
    before = broken_rules(nbformat.read(KL, as_version=4))
    with browser.jupyter_lab(tmp_path) as address:
        lab = browser.LabPage(chromium, address)
        lab.page.evaluate("""async path => {
            const panel = await jupyterapp.commands.execute("docmanager:open", {path, factory: "Notebook"});
            await panel.context.ready;
            await panel.sessionContext.ready;
            await panel.sessionContext.session.kernel.info;
            await panel.context.save();
        }""", path.name)
        saved = nbformat.read(path, as_version=4)
        assert saved.metadata.language_info.get("codemirror_mode"), "JupyterLab left nothing: nothing is shown"
        assert broken_rules(saved) == before
        lab.page.evaluate("""async () => {
            const panel = jupyterapp.shell.currentWidget, cells = panel.content.model.sharedModel;
            cells.insertCell(2, {cell_type: "markdown", source: "A word more."});
            cells.insertCell(3, {cell_type: "code", source: "2 + 2"});
            await panel.context.save();
            await panel.sessionContext.shutdown();
        }""")
    edited = nbformat.read(path, as_version=4)
    assert "test_cell_ids_can_be_read" in broken_rules(edited), "the new cells have names already: nothing is shown"
    execute.store_tidied(path)
    edited = nbformat.read(path, as_version=4)
    assert [cell.id for cell in edited.cells[2:4]] == ["a-word-more", "code"]
    assert broken_rules(edited) - before == {"test_outputs_are_those_of_this_code"} - before  # make execute does that
