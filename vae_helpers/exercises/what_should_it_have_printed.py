"""The answer key of the page `deeper/what_should_it_have_printed`."""

import numpy as np

from vae_helpers.exercises import Exercise, kl

_MEAN, _ERROR = 5 / 4 + np.euler_gamma + np.log(2), np.sqrt((1 + np.pi**2 / 2) / 200)

EXERCISES = {
    "what_should_it_have_printed.1": Exercise(
        right=_ERROR / 2,
        rtol=1e-2,
        mistakes={
            "That is the standard error with 100 rows.": _ERROR,
            "Four times the rows make the variance four times smaller. Take the root.": _ERROR / 4,
            "More rows make the printout surer, not less sure.": _ERROR * 2,
        },
    ),
    "what_should_it_have_printed.2": Exercise(
        right=(2 * _MEAN, np.sqrt(2) * _ERROR),
        rtol=1e-2,
        mistakes={
            "Those are the numbers for two elements.": (_MEAN, _ERROR),
            "The mean is right. Variances of independent elements add, standard errors do not.":
                (2 * _MEAN, 2 * _ERROR),
            "The mean is right. With more elements to add up, the sum scatters more.": (2 * _MEAN, _ERROR),
            "The cost is a sum over the elements, not a mean: it doubles.": (_MEAN, np.sqrt(2) * _ERROR),
        },
        praise="The sum grows with the elements, its scatter only with their root.",
    ),
    "what_should_it_have_printed.3": Exercise(
        right=lambda mean, std, rho: 0.5 * (np.sum(std**2) + mean @ mean - 2 - np.linalg.slogdet(
            np.outer(std, std) * np.array([[1, rho], [rho, 1]]))[1]),
        cases=((np.array([0.5, -1.0]), np.array([0.6, 1.2]), 0.8), (np.zeros(2), np.ones(2), -0.5)),
        mistakes={
            "That is the divergence of independent elements. The correlation is missing.":
                lambda mean, std, rho: kl(mean, std).sum(),
            "The sign of the logarithm is wrong: correlation costs extra.":
                lambda mean, std, rho: kl(mean, std).sum() + 0.5 * np.log(1 - rho**2),
            "The half in front of log(1 - rho**2) is missing.":
                lambda mean, std, rho: kl(mean, std).sum() - np.log(1 - rho**2),
            "The determinant holds 1 - rho**2, not 1 - rho.":
                lambda mean, std, rho: kl(mean, std).sum() - 0.5 * np.log(1 - rho),
            "The n = 2 is missing: at N(0, I) the divergence has to be 0.":
                lambda mean, std, rho: kl(mean, std).sum() - 0.5 * np.log(1 - rho**2) + 1,
        },
    ),
}
