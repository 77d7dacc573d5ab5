"""The answer key of notebook 02, `02_gaussian_sampling`."""

import numpy as np

from vae_helpers.exercises import Exercise

_TILTED = np.array([[0.25, 0.4], [0.4, 1.69]])
_NOISE = np.array([[1.0, 0.5], [-0.3, 2.0], [0.0, -1.0]])

EXERCISES = {
    "02.1": Exercise(
        right=1.2 + 0.5 * np.sqrt(np.exp(-4.0)),
        rtol=1e-3,
        mistakes={
            "The exponential of the log-variance is the variance. Take its root.": 1.2 + 0.5 * np.exp(-4.0),
            "The noise counts standard deviations, not units of the code.": 1.7,
            "A log-variance of -4 is not a standard deviation of -4.": 1.2 - 2.0,
            "That is the mean. The noise is still missing.": 1.2,
        },
    ),
    "02.2": Exercise(
        right=lambda mean, covariance, noise: np.array([mean + np.linalg.cholesky(covariance) @ row for row in noise]),
        cases=((np.array([1.0, -2.0]), _TILTED, _NOISE), (np.zeros(2), np.diag([4.0, 9.0]), _NOISE)),
        mistakes={
            "The noise holds a draw in each row: multiply by the transpose, L.T.":
                lambda mean, covariance, noise: mean + noise @ np.linalg.cholesky(covariance),
            "You multiplied by the covariance. It plays the variance's part; L is the matrix that squares to it.":
                lambda mean, covariance, noise: mean + noise @ covariance.T,
            "Square roots of the single elements are not the matrix L. Use np.linalg.cholesky.":
                lambda mean, covariance, noise: mean + noise @ np.sqrt(covariance).T,
            "The mean is missing.": lambda mean, covariance, noise: noise @ np.linalg.cholesky(covariance).T,
            "That leaves out the correlation: only the diagonal was used.":
                lambda mean, covariance, noise: mean + noise * np.sqrt(np.diag(covariance)),
        },
    ),
}
