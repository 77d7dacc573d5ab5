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
def test_with_its_solutions_it_is_the_notebook(path):
    """Its code, with each solution behind its exercise, is the notebook's, which runs: see test_notebooks_run.py."""
    solutions, code = iter(solutions_of(path)), []
    for cell in homework.homework(path).cells:
        if cell.cell_type == "code":
            code.append(cell.source)
        if "exercise" in homework.tags(cell):
            code.append(next(solutions).source)
    whole = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert code == whole[:len(code)] and not any("check(" in source for source in whole[len(code):])


@pytest.mark.slow
def test_a_student_runs_it():
    """As it comes: an exercise that is not solved yet is no error, and the judge says that it is not."""
    path, = [path for path in WITH_EXERCISES if path.name.startswith("03")]
    made = homework.homework(path)
    shown = "".join(str(output.get("data", output)) for cell in run(path, change=lambda _: made).cells
                    for output in cell.get("outputs", []))
    assert shown.count(": not yet.") + shown.count(": no answer yet.") == len(answer_key("03"))
