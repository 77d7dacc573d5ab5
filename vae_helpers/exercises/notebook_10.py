"""The answer key of notebook 10, `10_beta_and_latent_size`."""

import numpy as np

from vae_helpers.exercises import Exercise

EXERCISES = {
    "10.1": Exercise(
        right=1 / 12,
        mistakes={
            "Upside down: a mean over 12 elements makes the KL smaller, not larger.": 12.0,
            "That is the weight in their code. Their cross-entropy is a mean over the pixels, too.": 1 / 784,
            "The 784 cancels, but the KL is a mean over 12 elements, and ours is a sum.": 1.0,
            "You counted the 784 twice. Multiply their whole cost by 784.": 1 / (784 * 12),
            "The weight is 1 / 784. Multiply their whole cost by 784, and it cancels.": 784 / 12,
        },
        praise="At this price even more directions pay than at 1. The codes will be long, and far from the prior.",
    ),
    "10.2": Exercise(
        right=lambda step, period, beta: np.interp(step - step // period * period, [0, period / 2, period],
                                                   [0, beta, beta]),
        cases=((30, 100, 4.0), (70, 100, 4.0), (130, 100, 4.0), (399, 200, 10.0)),
        mistakes={
            "It climbs once and never again. The remainder step % period starts anew.":
                lambda step, period, beta: beta * min(1.0, step / (period / 2)),
            "That is warm_up as it was.": lambda step, period, beta: beta * min(1.0, step / period),
            "It climbs over the whole period. The climb should take half of it.":
                lambda step, period, beta: beta * (step % period) / period,
            "It climbs beyond beta. In the second half of a period it should stay there.":
                lambda step, period, beta: beta * (step % period) / (period / 2),
            "It forgets the final value beta.":
                lambda step, period, beta: min(1.0, (step % period) / (period / 2)),
        },
        praise="Four such periods are what Fu and others use.",
    ),
}
