"""The homework: every exercise is there and no solution, and what an exercise uses is defined above it."""

import nbformat
import pytest

from tools import homework
from tools.execute import WAY, run
from vae_helpers.checks import answer_key, notebooks_with_exercises

WITH_EXERCISES = [path for path in WAY if path.name[:2] in notebooks_with_exercises()]
BY_NAME = pytest.mark.parametrize("path", WITH_EXERCISES, ids=lambda path: path.stem)


def text_of(notebook):
    return "\n".join(cell.source for cell in notebook.cells)


def solutions_of(path):
    """The solutions of a notebook, in their order."""
    return [cell for cell in nbformat.read(path, as_version=4).cells if "solution" in homework.tags(cell)]


def test_what_has_exercises_becomes_homework(tmp_path):
    written = homework.write(WAY, tmp_path)
    assert [path.name for path in written] == [path.name for path in WITH_EXERCISES]
    assert sorted(tmp_path.iterdir()) == sorted(written)


@BY_NAME
def test_all_exercises_and_no_solution(path):
    made, text = homework.homework(path), text_of(homework.homework(path))
    nbformat.validate(made)
    assert len({cell.id for cell in made.cells}) == len(made.cells)
    for name in answer_key(path.name[:2]):
        assert f'check("{name}"' in text, name
    solutions = solutions_of(path)
    assert solutions and not any(cell.source in text for cell in solutions) and "Solution" not in text
    assert not any(cell.get("outputs") for cell in made.cells)


@BY_NAME
def test_what_an_exercise_uses_is_defined_above_it(path):
    known = set()
    for cell in homework.homework(path).cells:
        if cell.cell_type == "code":
            assert homework.used(cell.source) - known <= {"display"}, cell.id
            known |= homework.defined(cell.source)


@pytest.mark.parametrize("source, used, defined, anew, changed", [
    ("a = b + len(c)", {"b", "c"}, {"a"}, {"a"}, set()),
    ("def f(x, y=d):\n    z = x * e\n    return z", {"d", "e"}, {"f"}, {"f"}, set()),
    ("from p import q as r\nr.s = 1", set(), {"r"}, {"r"}, {"r"}),
    ("for i in range(3):\n    t = i", set(), {"i", "t"}, set(), set()),
    ("u = [v for v in w]\nu[0] = v2", {"w", "v2"}, {"u"}, {"u"}, {"u"}),
    ("history = training.train(model, images)", {"training", "model", "images"}, {"history"}, {"history"},
     {"training", "model"}),
])
def test_names(source, used, defined, anew, changed):
    assert homework.used(source) == used and homework.defined(source) == defined
    assert homework.anew(source) == anew and homework.changed(source) == changed


def test_a_cell_that_is_not_needed_stays_out():
    cells = [nbformat.v4.new_code_cell(source) for source in (
        "a = 1", "b = 2", "a = 3", "c = [a]", "c.append(b)", "d = 4")]
    exercise = nbformat.v4.new_code_cell("answer = sum(c)")
    assert [cell.source for cell in homework.needed(cells, [exercise])] == ["b = 2", "a = 3", "c = [a]", "c.append(b)"]


# Solved runs of these have not been seen to pass yet. Mend each, and take it off.
UNCONFIRMED = {"01", "04", "05", "06", "07", "10", "11"}


@pytest.mark.slow
@BY_NAME
def test_the_solutions_pass_in_it(path, request):
    """Run with each solution behind its exercise: what stands there is enough to solve them."""
    solutions = iter(solutions_of(path))

    if path.name[:2] in UNCONFIRMED:
        request.applymarker(pytest.mark.xfail(reason="not confirmed yet", strict=False))

    def solved(notebook):
        for cell in notebook.cells:
            if "exercise" in homework.tags(cell):
                cell.source += "\n\n" + next(solutions).source
        return notebook

    folder = path.parent
    made = solved(homework.homework(path))
    done = run_made(made, folder)
    shown = "".join(str(output.get("data", output)) for cell in done.cells for output in cell.get("outputs", []))
    assert shown.count(": right.") >= len(answer_key(path.name[:2]))


def run_made(notebook, folder):
    """Run a notebook as `tools.execute.run` does, in the folder of the way."""
    path = next(folder.glob("00_*.ipynb"))
    return run(path, change=lambda _: notebook)
