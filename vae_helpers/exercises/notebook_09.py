"""The answer key of notebook 09, `09_latent_sliders`."""

import math

import numpy as np
from scipy.stats import chi2

from vae_helpers.exercises import Exercise, kl


def _sort_elements(cost):
    return np.argsort(-cost.mean(axis=0))


def _random_codes(n, latent_dim, seed):
    """Means and log-variances whose elements differ in how much they tell (notebook 09)."""
    rng = np.random.default_rng(seed)
    spread, std = (rng.permutation(np.linspace(0.2, 1.8, latent_dim)) for _ in range(2))
    z_mean, jitter = rng.normal(0, spread, (n, latent_dim)), rng.normal(0, 0.1, (n, latent_dim))
    return z_mean, 2 * np.log(std) + jitter


EXERCISES = {
    "09.1": Exercise(
        # The same as six or more events of a Poisson process not having come by the time 6.
        right=sum(np.exp(-6) * 6**k / math.factorial(k) for k in range(6)),
        rtol=5e-3,
        mistakes={
            "That is the formula for two elements. Twelve need the chi-squared distribution: prior_tail.": np.exp(-6),
            "That is the share that lies nearer to 0. Take the other side.": chi2.cdf(12, 12),
            "The distribution is that of the squared distance. You gave it the distance.": chi2.sf(12**0.5, 12),
            "Add up the squares of all the elements. You took their mean.": chi2.sf(1, 12),
        },
        praise="In two dimensions a code as long as this one would be an oddity.",
    ),
    "09.2": Exercise(
        right=lambda z_mean, z_log_var: _sort_elements(kl(z_mean, np.exp(z_log_var / 2))),
        cases=(_random_codes(30, 5, 1), _random_codes(40, 4, 2)),
        mistakes={
            "That is the opposite order. The most informative element comes first.":
                lambda z_mean, z_log_var: _sort_elements(-kl(z_mean, np.exp(z_log_var / 2))),
            "You averaged over the elements, which sorts the images. Average over the images: axis=0.":
                lambda z_mean, z_log_var: _sort_elements(kl(z_mean, np.exp(z_log_var / 2)).T),
            "You took the log-variance for the standard deviation.":
                lambda z_mean, z_log_var: _sort_elements(kl(z_mean, np.abs(z_log_var))),
            "You took the log-variance for the variance.":
                lambda z_mean, z_log_var: _sort_elements(kl(z_mean, np.abs(z_log_var) ** 0.5)),
            "That is the order of the variance of the means. The KL has more terms.":
                lambda z_mean, z_log_var: np.argsort(-z_mean.var(axis=0)),
            "The logarithm is missing in your KL.":
                lambda z_mean, z_log_var: _sort_elements(z_mean**2 + np.exp(z_log_var)),
        },
        praise="latent_sliders sorts its sliders like this.",
    ),
}
