"""The answer key of notebook 04, `04_elbo_and_cost`."""

import numpy as np

from vae_helpers.exercises import Exercise, Interval, near


def _line_posterior(beta, x=3.0, w=2.0, s=1.0):
    """Mean and standard deviation of the best q on the line (notebook 04, exercise 2)."""
    return w * x / (w**2 + beta * s**2), np.sqrt(beta * s**2 / (w**2 + beta * s**2))

EXERCISES = {
    "04.1": Exercise(
        right=near(1.218, 0.01),
        mistakes={"That is the gap of the climb from mean 1. Start at mean 0.": near(0.725, 0.01)},
        praise="The climb ended on a lower hill.",
    ),
    "04.2": Exercise(
        right=_line_posterior,
        cases=((4,), (1,), (0.25,), (0.01,)),
        rtol=5e-3,
        mistakes={
            "Beta changes nothing yet. Where in the cost does it stand?": lambda beta: _line_posterior(1),
            "Beta multiplies the other term. The KL term is the one it belongs to.":
                lambda beta: _line_posterior(1 / beta),
            "That is the variance. The standard deviation is asked for.":
                lambda beta: (_line_posterior(beta)[0], _line_posterior(beta)[1] ** 2),
        },
        praise="As beta goes to 0, q shrinks to the autoencoder's point.",
    ),
    "04.3": Exercise(
        right=near(-1.344, 0.06),  # 2,000 repetitions: standard error 0.01 nats
        mistakes={
            "That is the ELBO: you average the logarithms. Take the logarithm of the mean of the weights.":
                Interval(-7.5, -5.0),
            "The log k is missing: a mean of k weights is their sum divided by k.": near(-1.344 + np.log(10), 0.1),
            "That is positive, and log p(x) is not. Is the sign right?": Interval(1.0, 8.0),
        },
        praise="Notebook 11 uses this bound on real networks.",
    ),
}
