"""The answer key of the page `deeper/how_exact_is_exact`."""

import numpy as np

from vae_helpers.exercises import Exercise, Interval


def _error(step, std):
    return 4 * np.exp(-2 * np.pi**2 * std**2 / step**2)


EXERCISES = {
    "how_exact_is_exact.1": Exercise(
        right=Interval(2.3, 2.5),
        mistakes={
            "The span is still 6. Set it to 1.5 and run the cell again.": 0.0,
            "The sign: the smaller grid loses, so that the number of nats lost is positive.": Interval(-2.5, -2.3),
            "That is for a span of 3. The exercise asks for 1.5.": Interval(0.005, 0.05),
        },
        praise="Most digits lose nothing, and a few lose everything.",
    ),
    "how_exact_is_exact.2": Exercise(
        right=lambda std, error: np.sqrt(2 / np.log(4 / error)) * np.pi * std,
        cases=((1.0, 1e-3), (0.03, 1e-2), (0.2, 1e-6)),
        mistakes={
            "That is the error of a step. Solve the rule for the step.": _error,
            "That is the square of the step.": lambda std, error: 2 * (np.pi * std) ** 2 / np.log(4 / error),
            "That is for one dimension, where the factor in front is 2. A plane has two.":
                lambda std, error: np.pi * std * np.sqrt(2 / np.log(2 / error)),
            "The step has to grow with the width of the bump.":
                lambda std, error: np.sqrt(2 / np.log(4 / error)) * np.pi,
        },
        praise="Ten more digits cost little: the step falls only with the root of their number.",
    ),
}
