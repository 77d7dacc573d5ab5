"""The answer key of the page `deeper/slant_and_thickness`."""

import numpy as np

from vae_helpers.exercises import Exercise


def _slope(codes, amounts):
    """Least squares with a constant beside the amount (exercise 2)."""
    design = np.stack([np.ones(len(amounts)), amounts], axis=1)
    return np.linalg.lstsq(design, codes, rcond=None)[0][1]


_CODES = np.array([[0.5, -1.0], [2.0, 0.1], [0.0, 1.0], [1.5, 3.0]])

EXERCISES = {
    "slant_and_thickness.1": Exercise(
        right=6 / 2,
        mistakes={
            "That is the diameter. A blot has little area for its outline.": 6.0,
            "That is the stroke as the cell came. Change both numbers.": 4 * (16 + np.pi) / (16 + 2 * np.pi),
            "That stroke has the length 6, and round ends beyond it.": 6 * (6 + 1.5 * np.pi) / (6 + 3 * np.pi),
        },
        praise="The measure is made for strokes that are long and thin.",
    ),
    "slant_and_thickness.2": Exercise(
        right=_slope,
        cases=((_CODES, np.array([0.2, -0.4, 0.1, 0.5])), (_CODES[:, :1], np.array([1.0, 2.0, 4.0, 3.0]))),
        mistakes={
            "Take the mean from the amounts, and from the codes.":
                lambda codes, amounts: amounts @ codes / (amounts @ amounts),
            "Take the mean from the amounts below the line as well.":
                lambda codes, amounts: (amounts - amounts.mean()) @ codes / (amounts @ amounts),
            "The division by the sum of the squared amounts is missing.":
                lambda codes, amounts: (amounts - amounts.mean()) @ codes,
            "That is the slope the other way round, of the amount by the code.":
                lambda codes, amounts: (amounts - amounts.mean()) @ codes / len(codes) / codes.var(axis=0),
        },
    ),
}
