"""The answer key of the page `deeper/how_noisy_a_gradient`."""

from vae_helpers.exercises import Exercise, near


def _factor(d, s):
    """Variance of the score function's gradient over that of the pathwise one (notebook 02)."""
    return (d**4 / s**2 + 14 * d**2 + 15 * s**2) / (4 * s**2)


def _score_variance(baseline, d=-1.5, s=1.3):
    """Variance of the score function's gradient of (z - c)**2 less a baseline (notebook 02)."""
    return 14 * d**2 + 15 * s**2 + d**4 / s**2 + (baseline**2 - 2 * baseline * (d**2 + 3 * s**2)) / s**2


EXERCISES = {
    "how_noisy_a_gradient.1": Exercise(
        right=(_factor(0.0, 1.3), _factor(-1.5, 0.3)),
        rtol=1e-2,
        mistakes={
            "The first is for c = mu: then a is 0.": (_factor(-1.5, 1.3), _factor(-1.5, 0.3)),
            "For the second number set c back to 2.": (_factor(0.0, 1.3), _factor(0.0, 0.3)),
            "For the second number change sigma to 0.3.": (_factor(0.0, 1.3), _factor(-1.5, 1.3)),
            "The two are the wrong way round.": (_factor(-1.5, 0.3), _factor(0.0, 1.3)),
            "The 0.3 is the standard deviation, not the variance.": (_factor(0.0, 1.3), _factor(-1.5, 0.3**0.5)),
        },
        praise="The surer the encoder, the worse the score function.",
    ),
    "how_noisy_a_gradient.2": Exercise(
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
}
