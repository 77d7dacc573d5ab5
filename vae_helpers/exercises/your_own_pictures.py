"""The answer key of notebook `deeper/your_own_pictures`."""

import numpy as np

from vae_helpers.exercises import Exercise

RNG = np.random.default_rng(15)


def _cost(mean, x_new):
    """Return the nats of each new picture, pixel by pixel, if every picture is answered with `mean`."""
    p = np.clip(mean, 1e-6, 1 - 1e-6)
    return np.where(x_new > 0, -x_new * np.log(p), 0) + np.where(x_new < 1, -(1 - x_new) * np.log(1 - p), 0)


def _right(x_known, x_new):
    return _cost(x_known.mean(axis=0), x_new).sum(axis=1).mean()


def _pictures(n_known, n_new, n_pixels):
    """Grey pictures; the first pixel of all is paper, and the second of the known ones is ink."""
    x_known, x_new = RNG.random((n_known, n_pixels)), RNG.random((n_new, n_pixels)) ** 2
    x_known[:, 0] = x_new[:, 0] = 0
    x_known[:, 1] = 1
    return x_known, x_new


EXERCISES = {
    "your_own_pictures.1": Exercise(
        right=(12, 8, 64),
        mistakes={
            "The height comes first, as in NumPy.": (8, 12, 64),
            "That is one stride of 2. There are two of them.": (24, 16, 64),
            "The sides are right. The channels are those of the last convolution.": (12, 8, 3),
            "The sides are right. 32 channels are those of the first convolution, and the Reshape stands before both.":
                (12, 8, 32),
            "That is an eighth of the sides. There are two strides of 2.": (6, 4, 64),
            "Those are the sides of the clothes. Here they are 48 and 32.": (7, 7, 64),
            "That is the picture. Two strides of 2 come first.": (48, 32, 3),
        },
        praise="The colours come back in the decoder's last layer, which has three channels in place of one.",
    ),
    "your_own_pictures.2": Exercise(
        right=_right,
        cases=(_pictures(30, 20, 6), _pictures(5, 8, 12)),
        mistakes={
            "That is the mean of the new pictures, which the model has never seen.":
                lambda x_known, x_new: _cost(x_new.mean(axis=0), x_new).sum(axis=1).mean(),
            "That is what the known pictures cost. The new ones are to be paid for.":
                lambda x_known, x_new: _right(x_known, x_known),
            "That is nats per pixel. Sum over the pixels of a picture.":
                lambda x_known, x_new: _cost(x_known.mean(axis=0), x_new).mean(),
            "That is the sum over all new pictures. Average over them.":
                lambda x_known, x_new: _cost(x_known.mean(axis=0), x_new).sum(),
            "That is one number for each new picture. Average over them.":
                lambda x_known, x_new: _cost(x_known.mean(axis=0), x_new).sum(axis=1),
            "That is one number for all pixels: the mean over the pictures alone makes a picture, axis=0.":
                lambda x_known, x_new: _cost(x_known.mean(), x_new).sum(axis=1).mean(),
            "Your cost is negative. It is minus the logarithm of a probability.":
                lambda x_known, x_new: -_right(x_known, x_new),
            "The paper is missing: a pixel costs -x log p - (1 - x) log(1 - p).":
                lambda x_known, x_new: -(x_new @ np.log(np.clip(x_known.mean(axis=0), 1e-6, 1 - 1e-6))).mean(),
        },
        praise="Whatever you train, compare it with this.",
    ),
}
