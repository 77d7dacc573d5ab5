"""The answer key of notebook 02, `02_gaussian_sampling`."""

import numpy as np

from vae_helpers.exercises import Exercise, near


def _factor(d, s):
    """Variance of the score function's gradient over that of the pathwise one (notebook 02)."""
    return (d**4 / s**2 + 14 * d**2 + 15 * s**2) / (4 * s**2)


def _score_variance(baseline, d=-1.5, s=1.3):
    """Variance of the score function's gradient of (z - c)**2 less a baseline (notebook 02)."""
    return 14 * d**2 + 15 * s**2 + d**4 / s**2 + (baseline**2 - 2 * baseline * (d**2 + 3 * s**2)) / s**2

_TILTED = np.array([[0.25, 0.4], [0.4, 1.69]])

_NOISE = np.array([[1.0, 0.5], [-0.3, 2.0], [0.0, -1.0]])

EXERCISES = {
    "02.1": Exercise(
        right=(_factor(0.0, 1.3), _factor(-1.5, 0.3)),
        rtol=1e-2,
        mistakes={
            "The first is for c = mu: then d is 0.": (_factor(-1.5, 1.3), _factor(-1.5, 0.3)),
            "For the second number set c back to 2.": (_factor(0.0, 1.3), _factor(0.0, 0.3)),
            "For the second number change sigma to 0.3.": (_factor(0.0, 1.3), _factor(-1.5, 1.3)),
            "The two are the wrong way round.": (_factor(-1.5, 0.3), _factor(0.0, 1.3)),
            "The 0.3 is the standard deviation, not the variance.": (_factor(0.0, 1.3), _factor(-1.5, 0.3**0.5)),
        },
        praise="The surer the encoder, the worse the score function.",
    ),
    "02.2": Exercise(
        right=near(_score_variance(1.5**2 + 1.3**2), 0.05),  # 200,000 draws: standard error below 1 %
        mistakes={
            "That is the variance without a baseline. Replace the 0.0.": near(_score_variance(0.0), 0.05),
            "The average cost is d**2 + s**2. The second term is missing.": near(_score_variance(1.5**2), 0.05),
            "You added the baseline. Subtract it.": near(_score_variance(-(1.5**2) - 1.3**2), 0.05),
            "That is the standard deviation. The variance is asked for.":
                near(_score_variance(1.5**2 + 1.3**2) ** 0.5, 0.05),
        },
        praise="Smaller, but the pathwise gradient stays far ahead.",
    ),
    "02.3": Exercise(
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
