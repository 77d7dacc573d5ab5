"""The answer key of notebook 06, `06_latent_space`."""

import numpy as np
from scipy.special import logsumexp
from scipy.stats import chi2

from vae_helpers.exercises import CODES, Exercise, Interval
from vae_helpers.gaussian import log_normal_density


def _std_of_mixture(z_mean, variance):
    """Standard deviation of draws from N(z_mean, variance), the row picked at random (notebook 06, exercise 2)."""
    return np.sqrt(np.mean(z_mean**2 + variance, axis=0) - np.mean(z_mean, axis=0) ** 2)


def _split_kl(z_mean, z_std):
    """Mutual information and gap to N(0, 1) of clouds on a line, cloud by cloud (notebook 06, exercise 3)."""
    t, weight = np.polynomial.hermite_e.hermegauss(100)  # nodes of N(0, 1)
    z = z_mean[:, None] + z_std[:, None] * t  # (N, 100), each row at the nodes of its cloud
    log_cloud = log_normal_density(z, z_mean[:, None], z_std[:, None])
    log_mixture = logsumexp(log_normal_density(z[..., None], z_mean, z_std), axis=2) - np.log(len(z_mean))
    terms = np.stack([log_cloud - log_mixture, log_mixture - log_normal_density(z, 0.0, 1.0)])
    return (terms @ weight).mean(axis=1) / weight.sum()

EXERCISES = {
    "06.1": Exercise(
        right=np.sqrt(chi2.ppf(0.95, df=2)),
        rtol=5e-3,
        mistakes={
            "The 1.96 is for one dimension. In the plane an ellipse of k sigma holds 1 - exp(-k**2 / 2).": 1.96,
            "That is k squared. Take the root.": chi2.ppf(0.95, df=2),
            "The exponent is k**2 / 2. Is the 2 missing?": np.sqrt(-np.log(0.05)),
            "That ellipse holds 5 %. It should leave out 5 %.": np.sqrt(-2 * np.log(0.95)),
        },
        praise="The more dimensions, the further out the mass of a normal lies.",
    ),
    "06.2": Exercise(
        right=lambda z_mean, z_log_var: _std_of_mixture(z_mean, np.exp(z_log_var)),
        cases=(CODES, (np.array([[1.0], [3.0], [-2.0]]), np.array([[0.0], [1.0], [-1.0]]))),
        mistakes={
            "That is the spread of the means alone. Each cloud adds its own.":
                lambda z_mean, z_log_var: z_mean.std(axis=0),
            "That is a variance. Take the root.":
                lambda z_mean, z_log_var: _std_of_mixture(z_mean, np.exp(z_log_var)) ** 2,
            "Variances add, standard deviations do not.":
                lambda z_mean, z_log_var: z_mean.std(axis=0) + np.exp(z_log_var / 2).mean(axis=0),
            "The z_log_var is the logarithm of the variance. Take its exponential.":
                lambda z_mean, z_log_var: np.sqrt(np.abs(z_mean.var(axis=0) + z_log_var.mean(axis=0))),
            "The exponential of z_log_var is the variance already. You squared it once more.":
                lambda z_mean, z_log_var: _std_of_mixture(z_mean, np.exp(2 * z_log_var)),
            "You added the standard deviation, exp(z_log_var / 2). Add the mean of its square.":
                lambda z_mean, z_log_var: _std_of_mixture(z_mean, np.exp(z_log_var / 2)),
            "One number for each latent element is asked for: take means and variances along axis 0.":
                lambda z_mean, z_log_var: _std_of_mixture(z_mean.T, np.exp(z_log_var).T),
        },
    ),
    "06.3": Exercise(
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
    "06.4": Exercise(
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
