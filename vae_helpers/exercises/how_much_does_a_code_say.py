"""The answer key of the page `deeper/how_much_does_a_code_say`."""

import numpy as np
from scipy.special import logsumexp

from vae_helpers.exercises import Exercise, Interval
from vae_helpers.gaussian import log_normal_density


def _split_kl(z_mean, z_std):
    """Mutual information and gap to N(0, 1) of clouds on a line, cloud by cloud (notebook 06, exercise 3)."""
    t, weight = np.polynomial.hermite_e.hermegauss(100)  # nodes of N(0, 1)
    z = z_mean[:, None] + z_std[:, None] * t  # (N, 100), each row at the nodes of its cloud
    log_cloud = log_normal_density(z, z_mean[:, None], z_std[:, None])
    log_mixture = logsumexp(log_normal_density(z[..., None], z_mean, z_std), axis=2) - np.log(len(z_mean))
    terms = np.stack([log_cloud - log_mixture, log_mixture - log_normal_density(z, 0.0, 1.0)])
    return (terms @ weight).mean(axis=1) / weight.sum()


EXERCISES = {
    "how_much_does_a_code_say.1": Exercise(
        right=_split_kl,
        cases=((np.array([0.7]), np.array([0.6])), (np.array([-3.0, 3.0]), np.array([0.2, 0.2])),
               (np.array([0.0, 1.0, 2.5]), np.array([0.5, 1.0, 0.3]))),
        rtol=1e-3,
        mistakes={
            "The two parts are the wrong way round: the information comes first.":
                lambda *clouds: _split_kl(*clouds)[::-1],
            "Those are bits. Use the natural logarithm.": lambda *clouds: _split_kl(*clouds) / np.log(2),
            "The first number is the average KL itself. Take the gap away from it.":
                lambda *clouds: _split_kl(*clouds) @ np.array([[1, 0], [1, 1]]),
            "You add up over the clouds. Take the mean: each has the weight 1/N.":
                lambda *clouds: _split_kl(*clouds) * np.array([len(clouds[0]), 1]),
        },
        praise="One digit leaves nothing to say, and two that never overlap leave ln 2.",
    ),
    "how_much_does_a_code_say.2": Exercise(
        right=Interval(1.835, 1.852),
        mistakes={
            "Weight each class by its share of the digits: there are more 1s than 5s.": Interval(1.856, 1.87),
            "Those are bits. Use the natural logarithm.": Interval(2.64, 2.68),
            "That has the sign of a loss of information: take the classes' entropy away from that of q(z).":
                Interval(-1.87, -1.835),
            "That is what the code says of the digit. Here the ten classes take the place of the 70,000 digits.":
                Interval(6.5, 6.6),
        },
        praise="The rest is how the digit was written.",
    ),
}
