"""The answer key of notebook 03, `03_kl_divergence`."""

import numpy as np
from scipy.optimize import brentq

from vae_helpers.exercises import CODES, Exercise, kl

_STD_FOR_2_NATS = brentq(lambda std: kl(0.0, std) - 2, 1e-3, 1)

EXERCISES = {
    "03.1": Exercise(
        right=(2.0, _STD_FOR_2_NATS),
        also=((-2.0, _STD_FOR_2_NATS),),
        rtol=5e-3,
        mistakes={
            "These are the numbers that the cell came with. Change them until both lines print 2.00.": (1.0, 0.5),
            "The mean is right. The second number is the standard deviation: you gave the variance.":
                (2.0, _STD_FOR_2_NATS**2),
            "The mean costs mu**2 / 2: a mean of 4 costs 8 nats.": (4.0, _STD_FOR_2_NATS),
            "The mean costs mu**2 / 2, and you left out the half.": (2**0.5, _STD_FOR_2_NATS),
        },
        praise="One part in twelve of the prior's width: about one decimal digit.",
    ),
    "03.2": Exercise(
        right=lambda z_mean, z_log_var: kl(z_mean, np.sqrt(np.exp(z_log_var))).sum(axis=1),
        cases=(CODES,),
        mistakes={
            "That is the version as it came. Find an independent route that exposes it.":
                lambda m, v: kl(m, np.exp(v)).sum(axis=1),
            "You average over the latent elements. Their divergences add up: use the sum.":
                lambda m, v: kl(m, np.exp(v / 2)).mean(axis=1),
            "The factor 0.5 in front is missing.": lambda m, v: 2 * kl(m, np.exp(v / 2)).sum(axis=1),
            "You sum over the batch. The latent elements are axis 1.": lambda m, v: kl(m, np.exp(v / 2)).sum(axis=0),
            "You sum over everything. One number for each row is asked for: axis 1.":
                lambda m, v: kl(m, np.exp(v / 2)).sum(),
        },
    ),
}
