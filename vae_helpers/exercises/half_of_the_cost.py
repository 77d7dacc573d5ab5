"""The answer key of the page `deeper/half_of_the_cost`."""

import numpy as np

from vae_helpers.exercises import CODES, Exercise, near

EXERCISES = {
    "half_of_the_cost.1": Exercise(
        right=near(206.0, 0.003),
        mistakes={
            "That is the cost of half grey, with which the cell came. Which picture suits all digits best?":
                near(784 * np.log(2), 0.001),
            "That is the floor, what a perfect copy costs. The same picture is to serve all digits.": near(46.0, 0.02),
        },
        praise="No decoder that cannot tell digits apart does better.",
    ),
    "half_of_the_cost.2": Exercise(
        right=lambda z_mean, z_log_var: np.sqrt(np.mean(z_mean**2 + np.exp(z_log_var))),
        cases=(CODES, (CODES[0] * 10, CODES[1] - 1)),
        mistakes={
            "The variances count, too, not only the means.": lambda m, v: np.sqrt(np.mean(m**2)),
            "That is the factor's square.": lambda m, v: np.mean(m**2 + np.exp(v)),
            "You summed over the elements. One factor serves them all: take the mean.":
                lambda m, v: np.sqrt(np.mean(np.sum(m**2 + np.exp(v), axis=1))),
            "The codes are to be divided by the factor. Yours multiplies.":
                lambda m, v: 1 / np.sqrt(np.mean(m**2 + np.exp(v))),
            "Squared, it is the square of a variance: exp(z_log_var) is one already.":
                lambda m, v: np.sqrt(np.mean(m**2 + np.exp(v) ** 2)),
        },
        praise="The decoder multiplies its first weights by it, and no reconstruction changes.",
    ),
}
