"""The answer key of the page `deeper/the_posterior_that_is_turned`."""

import numpy as np

from vae_helpers.exercises import Exercise


def _precision(std, degrees):
    """Return the precision matrix of a turned ellipse, from its axes."""
    angle = np.radians(degrees)
    axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])  # one a row
    return sum(np.outer(axis, axis) / s**2 for axis, s in zip(axes, std))


def _price(std, degrees):
    return 0.5 * (np.log(np.diag(_precision(std, degrees))).sum() + 2 * np.log(np.prod(std)))


EXERCISES = {
    "the_posterior_that_is_turned.1": Exercise(
        right=48,
        mistakes={
            "Those are the mirrors alone. The axes may be swapped, too.": 8,
            "Those are the orders of the axes. Each axis may be mirrored, too.": 6,
            "Mirrors and orders are chosen independently: multiply, do not add.": 14,
        },
    ),
    "the_posterior_that_is_turned.2": Exercise(
        right=_price,
        cases=((np.array([0.02, 0.05]), 30.0), (np.array([1.0, 0.5]), 45.0)),
        mistakes={
            "The half in front is missing.": lambda std, degrees: 2 * _price(std, degrees),
            "That is for an ellipse that was not turned: nothing to pay.": lambda std, degrees: 0.0,
            "The angle is given in degrees. NumPy's functions take radians.":
                lambda std, degrees: _price(std, np.degrees(degrees)),
        },
        praise="Nothing for a circle, and nothing at right angles.",
    ),
}
