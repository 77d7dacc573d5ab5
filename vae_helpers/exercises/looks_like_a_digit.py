"""The answer key of the page `deeper/looks_like_a_digit`."""

import functools

import numpy as np
from scipy.spatial import KDTree

from vae_helpers.data import as_vectors, load_mnist
from vae_helpers.exercises import Exercise, Interval


class _Halves:
    """Stands in for a network: its code is the mean ink of the upper and of the lower half."""

    latent_dim = 2

    def encode(self, images):
        halves = as_vectors(images).reshape(len(images), 2, -1)
        z_mean = 255 * halves.mean(axis=2, dtype=float)
        return z_mean, np.full_like(z_mean, -np.inf)

    def __repr__(self):
        return "a network"


@functools.cache
def _half_codes(subset):
    codes = _Halves().encode(load_mnist(subset).images)[0]
    return codes, KDTree(codes)


def _gap_share(network, draws, k, reference="test"):
    tree = _half_codes("train")[1]
    limit = np.quantile(tree.query(_half_codes(reference)[0], k=[k])[0], 0.99)
    return np.mean(tree.query(draws, k=[k])[0] > limit)


_INK = np.stack(np.meshgrid(np.linspace(0, 120, 20), np.linspace(0, 120, 20)), axis=-1).reshape(-1, 2)

EXERCISES = {
    "looks_like_a_digit.1": Exercise(
        right=3,
        mistakes={"That is how often the prior is ahead. Count the lines where the box is.": 0},
        praise="The conclusion does not hang on the demand.",
    ),
    "looks_like_a_digit.2": Exercise(
        right=Interval(0.7, 1.0),
        mistakes={"That is the share of the draws as the cell came. Change the line that makes near_codes.":
                  Interval(0.3, 0.65)},
        praise="But each such draw is a variation of one training digit.",
    ),
    "looks_like_a_digit.3": Exercise(
        right=_gap_share,
        cases=((_Halves(), _INK, 20), (_Halves(), _INK, 3)),
        mistakes={
            "You measure the distance to the nearest code. Ask KDTree.query for the k-th, with k=[k].":
                lambda network, draws, k: _gap_share(network, draws, 1),
            "That is the share outside of gaps. A draw is in a gap if its distance is larger than the limit.":
                lambda network, draws, k: 1 - _gap_share(network, draws, k),
            "Take the limit from the test digits: the nearest training code of a training digit is itself.":
                lambda network, draws, k: _gap_share(network, draws, k, reference="train"),
            "Take the mean over the draws: a share is asked for, not a count.":
                lambda network, draws, k: _gap_share(network, draws, k) * len(draws),
        },
    ),
}
