"""The answer key of the page `deeper/what_is_a_grey_pixel`."""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import bernoulli

from vae_helpers.exercises import Exercise

_HALF_PRICE = brentq(lambda grey: bernoulli.entropy(grey) - np.log(2) / 2, 0.01, 0.49)

EXERCISES = {
    "what_is_a_grey_pixel.1": Exercise(
        right=_HALF_PRICE,
        also=(1 - _HALF_PRICE,),
        rtol=1e-2,
        mistakes={
            "That is half grey itself, which costs the most. Which grey costs half of that?": 0.5,
            "That is halfway between paper and half grey. But the entropy is no straight line.": 0.25,
        },
        praise="A pale edge costs nearly as much as a dark one.",
    ),
    "what_is_a_grey_pixel.2": Exercise(
        right=np.sqrt,
        cases=((0.04,), (0.0004,), (2.25,)),
        mistakes={
            "That is the variance of the noise. The standard deviation is asked for.": lambda m: m,
            "You left out the half in front of the logarithm, or counted it twice.": lambda m: np.sqrt(m / 2),
            "You counted the half in front of the squares twice.": lambda m: np.sqrt(2 * m),
            "The number of pixels stands in both terms: it cancels.": lambda m: np.sqrt(784 * m),
        },
        praise="A decoder that learns its noise finds the error that it makes.",
    ),
}
