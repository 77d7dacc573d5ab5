"""The answer key of notebook 06, `06_latent_space`."""

import numpy as np
from scipy.stats import chi2

from vae_helpers.exercises import CODES, Exercise


def _std_of_mixture(z_mean, variance):
    """Standard deviation of draws from N(z_mean, variance), the row picked at random (notebook 06, exercise 2)."""
    return np.sqrt(np.mean(z_mean**2 + variance, axis=0) - np.mean(z_mean, axis=0) ** 2)


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
}
