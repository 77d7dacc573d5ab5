"""The table of the lecture's curve holds what it says, and the code that made it is the notebook's."""

import csv

import nbformat
import numpy as np
import pytest

from tools import lecture_curve

with lecture_curve.TABLE.open(newline="", encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))


def column(recipe, name):
    return np.array([float(row[name]) for row in ROWS if row["recipe"] == recipe])


@pytest.mark.parametrize(("recipe", "epochs"), [
    ("lecture", lecture_curve.LECTURE_EPOCHS), ("lecture without decay", lecture_curve.OUR_EPOCHS),
    ("ours", lecture_curve.OUR_EPOCHS)])
def test_every_epoch_has_a_row_whose_cost_is_its_two_terms(recipe, epochs):
    assert tuple(ROWS[0]) == lecture_curve.COLUMNS
    assert column(recipe, "epoch").tolist() == list(range(1, epochs + 1))
    parts = column(recipe, "reconstruction") + column(recipe, "kl")
    np.testing.assert_allclose(column(recipe, "loss"), parts, atol=0.0016)  # three numbers, each rounded by 0.0005
    assert column(recipe, "kl").min() > 0 and column(recipe, "loss").max() < 784 * np.log(2)  # half grey


def test_costs_averaged_over_the_pixels_become_nats_an_image():
    logs = {"loss": 0.25, "binary_crossentropy": 0.2, "binary_accuracy": 0.5}
    np.testing.assert_allclose(lecture_curve.lecture_costs(None, logs), (196.0, 156.8, 39.2, 0.5))


@pytest.mark.slow
def test_the_code_is_the_notebooks():
    """The lecture's parameters, and its learning rate at the start, after 200 steps, and at the end."""
    model, x = lecture_curve.lecture_model()
    assert x.shape == (70_000, 784) and model.count_params() == 1_150_228
    rate = model.optimizer._learning_rate
    np.testing.assert_allclose([float(rate(n)) for n in (0, 200, 41_100)], [1e-3, 5e-4, 1e-3 / 206.5], rtol=1e-5)
    losses = model.evaluate(x[:1000], x[:1000], verbose=0, return_dict=True)
    untrained = 784 * losses["binary_crossentropy"]
    assert abs(untrained - 784 * np.log(2)) < 5 and losses["loss"] > losses["binary_crossentropy"]


def test_a_notebook_without_the_cells_is_named(tmp_path):
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "empty.ipynb")
    with pytest.raises(ValueError, match=r"empty\.ipynb must have a cell lecture-compile"):
        lecture_curve.lecture_model(tmp_path / "empty.ipynb")
