"""The rules of how a notebook reads, as far as a machine can check them. Nothing is executed here.

What JupyterLab leaves in a file that it saves breaks none of them; tests/test_execute.py shows it.
"""

import re

import nbformat
import numpy as np
import pytest

from tools.execute import ALL, NOTEBOOKS, WAY, code_hash, is_readable
from tools.minutes import reading
from tools.twins import KINDS

TAGS = {"setup", "taught", "check", "figure", "widget", "exercise", "solution", "slow", "reference"}
# One level-2 heading each, in this order; between them the sections that make up the notebook.
OPENING = ["You will be able to"]
ENDING = ["What we saw", "Recall", "Exercises", "References"]

TIDY = "run make tidy, or make execute"


def of(paths):
    return pytest.mark.parametrize("notebook", [pytest.param(nbformat.read(path, as_version=4), id=path.stem)
                                                for path in paths])


whichever = of(ALL)  # also those to project, whose other rules stand in tests/test_lecture_notebooks.py
every = of(NOTEBOOKS)
on_the_way = of(WAY)  # the numbered ones, which are built alike


def is_start(notebook):
    """The first notebook shows, and teaches nothing: no exercises, no claims, and few cells."""
    return notebook.cells[0].source.startswith("# Start here")


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def prose(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def headings(notebook):
    """Return (level, text) of every heading outside fenced code."""
    text = re.sub(r"```.*?```", "", prose(notebook), flags=re.S)
    return [(len(marks), title.strip()) for marks, title in re.findall(r"^(#+) (.*)$", text, flags=re.M)]


@whichever
def test_format(notebook):
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata


@whichever
def test_cell_ids_can_be_read(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))
    assert not [name for name in ids if not is_readable(name)], TIDY


@on_the_way
def test_headings(notebook):
    found = headings(notebook)
    assert [level for level, _ in found].count(1) == 1 and found[0][0] == 1
    steps = np.diff([level for level, _ in found])
    assert steps.max() <= 1, "a heading level is skipped"
    second = [title for level, title in found if level == 2]
    assert second[:1] == OPENING
    ending = ENDING[-1:] if is_start(notebook) else ENDING
    assert [title for title in second if title in ENDING] == ending and second[-len(ending):] == ending
    exercises = [title for _, title in found if title.startswith("Exercise ")]
    assert len(exercises) >= 2 or is_start(notebook)


@on_the_way
def test_opening_says_what_to_bring_and_how_long_it_takes(notebook):
    first = "\n".join(cell.source for cell in notebook.cells[:4])
    for needed in ("**Before this**", "**Time**", "minutes"):
        assert needed in first


@on_the_way
def test_length(notebook):
    lines = [len([line for line in cell.source.split("\n") if line.strip()]) for cell in code_cells(notebook)
             if not tags(cell) & {"setup", "solution"}]
    assert (4 if is_start(notebook) else 10) <= len(lines) <= 40
    assert np.median(lines) <= 7
    assert np.mean(np.array(lines) <= 20) >= 0.9 and max(lines) <= 40


@whichever
def test_line_width(notebook):
    """A line of code fits a projector without scrolling."""
    wide = [(cell.id, line) for cell in code_cells(notebook) for line in cell.source.split("\n") if len(line) > 100]
    assert not wide


@every
def test_tags(notebook):
    for cell in notebook.cells:
        assert tags(cell) <= TAGS | KINDS.keys(), cell.id
        assert "slideshow" not in cell.metadata, f"{cell.id}: slides and their notes are for the lectures"
        if "solution" in tags(cell):
            assert cell.metadata.get("jupyter", {}).get("source_hidden"), f"{cell.id}: {TIDY}"


@every
def test_solutions_are_folded(notebook):
    """A collapsed heading hides neither what stands in its own cell nor markdown right below it."""
    solutions = [(cell, after) for cell, after in zip(notebook.cells, notebook.cells[1:])
                 if cell.source.startswith("#### Solution")]
    assert len(solutions) == len([title for level, title in headings(notebook) if title.startswith("Exercise ")])
    for cell, after in solutions:
        assert cell.metadata.get("jp-MarkdownHeadingCollapsed") and "solution" in tags(after), f"{cell.id}: {TIDY}"
        assert "\n" not in cell.source


@every
def test_every_code_cell_is_announced(notebook):
    for before, cell in zip(notebook.cells, notebook.cells[1:]):
        if cell.cell_type == "code" and not tags(cell) & {"setup"}:
            assert before.cell_type == "markdown" and before.source.strip(), f"nothing is said before {cell.id}"


@every
def test_every_figure_is_described(notebook):
    for cell, after in zip(notebook.cells, [*notebook.cells[1:], None]):
        draws = "plt.subplots" in cell.source or any("image/png" in output.get("data", {})
                                                     for output in cell.get("outputs", []))
        if cell.cell_type == "code" and draws and not tags(cell) & {"solution", "setup"}:
            assert tags(cell) & {"figure", "widget"}, f"{cell.id} draws, but has no tag 'figure'"
        if tags(cell) & {"figure", "widget"}:
            assert after is not None and after.source.startswith("*What to see:*"), cell.id


@whichever
def test_images_have_a_description(notebook):
    assert all(text.strip() for text in re.findall(r"!\[(.*?)\]\(", prose(notebook), flags=re.S))


@on_the_way
def test_claims_are_asserted(notebook):
    assert sum(cell.source.count("assert ") for cell in code_cells(notebook)) >= 3


@whichever
def test_nothing_that_ties_it_to_one_machine(notebook):
    source = "\n".join(cell.source for cell in code_cells(notebook))
    assert not re.search(r"^\s*[!%]", source, flags=re.M), "a shell or magic command"
    assert not re.search(r"import \*", source)
    stored = "\n".join(str(output) for cell in code_cells(notebook) for output in cell.outputs)
    for text in (source, stored):
        assert not re.search(r"(/home/|/Users/|/root/|/work/|/tmp/|[A-Z]:\\\\)", text), "an absolute path"


@whichever
def test_outputs_are_those_of_this_code(notebook):
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1)), "run make execute"
    assert notebook.metadata.get("code_sha256") == code_hash(notebook), "the code changed since: run make execute"
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"], "a warning was stored"
    to_read = cells[0].metadata.get("jupyter", {}).get("source_hidden") is None  # a lecture's first cell is folded
    assert len(str(outputs)) < (500_000 if to_read else 3_000_000)


@whichever
def test_no_assert_holds_a_clock(notebook):
    """A slow machine is no mistake of its reader."""
    clocked = re.compile(r"^\s*assert\b.*(seconds\b|elapsed|perf_counter|process_time|\btime\.)", re.M)
    assert not [cell.id for cell in code_cells(notebook) if clocked.search(cell.source)]
    assert clocked.search("    assert np.median(milliseconds) < 17")


# The machinery of learning -------------------------------------------------------------------------------------------

# Words of every answer to a stub; they lead to no solution.
def words(text):
    return {word.removesuffix("s") for word in re.findall(r"[a-z]{3,}", text.lower())}


NEUTRAL = words("Replace the ... and run the cell again. Your function returns nothing. For the arguments your "
                "function gives that, which is not what is asked for. Change the line that makes it. What suits best?")


def stubs(notebook):
    """Yield (id, question, message) of each exercise before anybody tried: its text and code, and the stored answer."""
    question = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            question = question + cell.source if not cell.source.startswith("#### Solution") else ""
        elif "exercise" in tags(cell):
            shown = [output.data["text/plain"] for output in cell.outputs if "data" in output]
            yield cell.id, question + cell.source, shown[-1]


@every
def test_an_untouched_stub_gets_no_hint(notebook):
    """Its answer may say what the cell came with; then it has no word that the question lacks, but neutral ones."""
    for name, question, message in stubs(notebook):
        message = re.sub(r"^Exercise \w+\.\d: (no answer|not) yet\.", "", message)
        answer = re.sub(r"(That is|These are) [^.]* came( with)?\.", "", message)
        told = words(answer) - words(question) - NEUTRAL
        assert not told, f"{name} tells {sorted(told)}: {message}"


@every
def test_every_recall_question_has_its_answer_folded(notebook):
    if "Recall" not in [title for level, title in headings(notebook)]:
        return
    recall = re.split(r"^## ", prose(notebook).split("\n## Recall")[1], flags=re.M)[0]
    questions = re.split(r"^\d+\. ", recall, flags=re.M)[1:]
    assert questions
    for question in questions:
        asked, *folded = re.split("<details><summary>answer</summary>", question, flags=re.I)
        assert asked.strip()[-1] in "?.\"" and len(folded) == 1, f"no answer is folded below: {asked}"
        answer, rest = folded[0].split("</details>")
        assert words(answer) and not rest.strip(), asked


# Minutes -------------------------------------------------------------------------------------------------------------

MOST_MINUTES, MOST_CELLS = 40, 26


@every
def test_the_page_announces_its_minutes(notebook):
    """Rounded to 5; a reader's, by the count of tools.minutes."""
    found = re.search(r"\*\*Time\*\*: about (\d+) minutes", "\n".join(cell.source for cell in notebook.cells[:4]))
    assert found and int(found[1]) == reading(notebook).announced


@every
def test_a_page_is_short(notebook):
    found = reading(notebook)
    assert round(found.minutes) <= (15 if is_start(notebook) else MOST_MINUTES) and found.cells <= MOST_CELLS
