"""The exercise matrix: every checker against the solution, the stub, each named mistake, and whatever else comes."""

import re

import nbformat
import numpy as np
import pytest
from scipy.spatial import KDTree

from tools.execute import NOTEBOOKS
from vae_helpers.checks import answer_key, check, notebooks_with_exercises
from vae_helpers.data import as_vectors, load_mnist
from vae_helpers.exercises import Exercise, Interval

EXERCISES = {name: exercise for notebook in notebooks_with_exercises()
             for name, exercise in answer_key(notebook).items()}

ALL = pytest.mark.parametrize("name", EXERCISES)


def example(value):
    """An answer of the kind: the middle of an interval, or the value itself."""
    return (value.low + value.high) / 2 if isinstance(value, Interval) else value


@ALL
def test_no_answer_yet(name):
    for stub in (..., None, (..., ...), (1.0, ...)):
        verdict = check(name, stub)
        assert verdict.passed is None and "no answer yet" in repr(verdict), stub


@ALL
def test_the_right_answer_is_accepted(name):
    verdict = check(name, example(EXERCISES[name].right))
    assert verdict.passed is True and f"Exercise {name}: right." in repr(verdict)


@ALL
def test_each_named_mistake_is_told_from_the_others(name):
    for message, mistake in EXERCISES[name].mistakes.items():
        verdict = check(name, example(mistake))
        assert verdict.passed is False and repr(verdict) == f"Exercise {name}: not yet. {message}"


@ALL
def test_whatever_else_is_refused_without_a_traceback(name):
    for answer in ("forty-two", [[1.0], [2.0, 3.0]], np.full((2, 3, 4), 7.0), float("nan"), object(), lambda: 3.0,
                   lambda *arguments: "text", lambda *arguments: np.full((2, 3, 4), 7.0), {}):
        verdict = check(name, answer)
        assert verdict.passed is False and verdict.message.startswith(f"Exercise {name}: not yet."), answer


@pytest.mark.parametrize("name", [name for name, exercise in EXERCISES.items() if exercise.cases])
def test_functions_that_fail_or_do_nothing(name):
    def fails(*arguments):
        raise KeyError("the reader's own")

    verdict = check(name, fails)
    assert verdict.passed is False and "your function raised KeyError: \"the reader's own\"" in verdict.message
    assert check(name, lambda *arguments: None).passed is None
    assert check(name, lambda *arguments: ...).passed is None


def test_a_function_gets_copies(monkeypatch):
    """A reader who changes an array in place spoils neither the next case nor the next try."""
    def spoils(values):
        values += 1
        return values - 1

    exercise = Exercise(right=lambda v: v * 1.0, mistakes={}, cases=((np.arange(3.0),),))
    monkeypatch.setitem(answer_key("01"), "01.9", exercise)
    assert check("01.9", spoils).passed and check("01.9", spoils).passed


def test_right_in_one_case_is_not_enough(monkeypatch):
    monkeypatch.setitem(answer_key("01"), "01.9", Exercise(abs, {"The sign.": lambda x: -x}, ((2,), (-2,))))
    assert check("01.9", abs).passed
    verdict = check("01.9", lambda x: x)
    assert verdict.passed is False and "For the arguments -2 your function gives" in verdict.message
    assert check("01.9", lambda x: 2).passed


def test_every_right_answer_is_accepted():
    """A mean of -2 costs as much as one of 2; any images that `encode` takes will do for the codes."""
    assert check("03.1", (-2.0, EXERCISES["03.1"].right[1])).passed
    assert not check("03.1", (2.0, -EXERCISES["03.1"].right[1])).passed

    def gap_share(network, draws, k):
        tree, limit_of = KDTree(network.encode(as_vectors(load_mnist("train").images))[0]), load_mnist("test").images
        limit = np.quantile(tree.query(network.encode(limit_of)[0], k=[k])[0], 0.99)
        return np.mean(tree.query(draws, k=[k])[0] > limit)

    assert check("looks_like_a_digit.3", gap_share).passed


@pytest.mark.parametrize("name", [name for name, exercise in EXERCISES.items() if exercise.cases])
def test_no_message_shows_an_address(name):
    assert "0x" not in check(name, lambda *arguments: 7).message.replace("(0x", "")


def test_shapes_are_told(monkeypatch):
    monkeypatch.setitem(answer_key("01"), "01.9", Exercise(right=np.zeros(3), mistakes={}))
    assert "expected is the shape (3,)" in check("01.9", np.zeros((3, 1))).message


# The notebooks -------------------------------------------------------------------------------------------------------

def exercise_cells(path):
    """Yield (tag, source, stored text) of the cells that check something."""
    for cell in nbformat.read(path, as_version=4).cells:
        for tag in {"exercise", "solution"} & set(cell.metadata.get("tags", [])):
            text = "".join(str(output.get("text", output.get("data", {}).get("text/plain", "")))
                           for output in cell.get("outputs", []))
            yield tag, cell.source, text


@pytest.mark.parametrize("path", NOTEBOOKS[1:] if NOTEBOOKS[0].stem.startswith("00") else NOTEBOOKS,
                         ids=lambda path: path.stem)
def test_every_exercise_of_a_notebook_has_a_checker_and_its_solution_passes(path):
    """The stub says so politely, and the stored output of the solution is the checker's "right"."""
    number = path.stem[:2] if path.stem[:2].isdecimal() else path.stem
    expected = list(answer_key(number))
    found = {"exercise": [], "solution": []}
    for tag, source, text in exercise_cells(path):
        names = re.findall(r'check\("(\w+\.\d)"', source)
        found[tag] += names
        for name in names:
            if tag == "solution":
                assert f"Exercise {name}: right." in text, name
            else:
                assert f"Exercise {name}: no answer yet." in text or f"Exercise {name}: not yet." in text, name
    assert found["exercise"] == found["solution"] == expected
    assert len(expected) >= 2


def test_exercises_are_in_the_order_of_the_notebooks():
    assert list(EXERCISES) == sorted(EXERCISES)


def test_messages_are_sentences():
    for name, exercise in EXERCISES.items():
        for message in exercise.mistakes:
            assert message[0].isupper() and message[-1] in ".?", (name, message)
