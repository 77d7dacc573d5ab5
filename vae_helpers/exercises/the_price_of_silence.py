"""The answer key of the page `deeper/the_price_of_silence`."""

import numpy as np
from scipy.linalg import eigh

from vae_helpers.exercises import Exercise, kl

# Images of four grey pixels that depend on each other.
_COIN = np.linspace(0.1, 0.9, 12)
_IMAGES = ((np.stack([_COIN, _COIN**2, 1 - _COIN, np.sin(9 * _COIN) ** 2], axis=1),),
           (np.stack([_COIN**3, np.sqrt(_COIN), np.cos(5 * _COIN) ** 2], axis=1),))


def _gaussian_code(variances, level):
    """Mean (root of its square over the data) and std of the code that the page finds best for normal data."""
    kept = np.minimum(level / variances, 1)
    return np.sqrt(1 - kept), np.sqrt(kept)


def _largest(x, of=np.cov, coin=True):
    mean = x.mean(axis=0)
    # The largest ratio of two quadratic forms, as a generalised eigenvalue.
    return eigh(of(x.T), np.diag(mean * (1 - mean)) if coin else None, eigvals_only=True)[-1]


EXERCISES = {
    "the_price_of_silence.1": Exercise(
        right=lambda variances, level: kl(*_gaussian_code(variances, level)).sum(),
        cases=((np.array([4.0, 1.0, 0.25]), 0.5), (np.array([9.0, 2.0, 2.0, 0.1]), 1.0), (np.array([0.3, 0.2]), 1.0)),
        mistakes={
            "The factor 0.5 in front is missing.":
                lambda variances, level: np.log(np.maximum(variances, level) / level).sum(),
            "Elements below the level count with a negative rate. They should be silent: rate 0.":
                lambda variances, level: 0.5 * np.log(variances / level).sum(),
            "That is the mean over the elements. Independent elements add their rates.":
                lambda variances, level: 0.5 * np.log(np.maximum(variances, level) / level).mean(),
            "That is the squared error, the other half of the box.":
                lambda variances, level: np.minimum(variances, level).sum(),
            "The variances are variances already. You squared them.":
                lambda variances, level: 0.5 * np.log(np.maximum(variances**2, level) / level).sum(),
            "That is in bits. Take the natural logarithm.":
                lambda variances, level: 0.5 * np.log2(np.maximum(variances, level) / level).sum(),
            "That is the rate of each element. Add them up.":
                lambda variances, level: 0.5 * np.log(np.maximum(variances, level) / level),
        },
        praise="Shannon's reverse water-filling: all elements above the water are cut down to its level.",
    ),
    "the_price_of_silence.2": Exercise(
        right=lambda x: _largest(x, lambda rows: np.cov(rows, bias=True)),
        cases=_IMAGES,
        mistakes={
            "The pixels are not standardised. Measure each in units of its coin's standard deviation.":
                lambda x: _largest(x, lambda rows: np.cov(rows, bias=True), coin=False),
            "Those are the correlations: you used each pixel's own standard deviation, not that of its coin.":
                lambda x: np.linalg.eigvalsh(np.corrcoef(x.T))[-1],
            "That is the smallest eigenvalue.":
                lambda x: eigh(np.cov(x.T, bias=True), np.diag(x.mean(0) * (1 - x.mean(0))), eigvals_only=True)[0],
            "That covariance divides by n - 1. Here it is a mean over the images.": _largest,
        },
        praise="For black-and-white pixels it is the largest eigenvalue of their correlations.",
    ),
}
