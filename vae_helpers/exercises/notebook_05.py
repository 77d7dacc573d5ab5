"""The answer key of notebook 05, `05_dense_vae`."""

import numpy as np

from vae_helpers.exercises import Exercise

EXERCISES = {
    "05.1": Exercise(
        right=(1300, 640),
        mistakes={
            "The encoder has two output layers: means and log-variances.": (650, 640),
            "Each new output of the encoder has a bias, too.": (1280, 640),
            "Ten more elements, not twelve: two are there already.": (1560, 768),
            "The two are the wrong way round.": (640, 1300),
            "The decoder's first layer gains weights, but no biases: it has as many units as before.": (1300, 650),
        },
    ),
    "05.2": Exercise(
        right=lambda nats: np.log2(np.exp(1.0)) * nats / 28**2,
        cases=((137.0,), (784 * np.log(2),)),
        mistakes={
            "Those are bits for the whole image. Divide by its 784 pixels.": lambda nats: nats / np.log(2),
            "Those are nats for each pixel. One bit is log 2 nats.": lambda nats: nats / 784,
            "You multiplied by log 2. One bit is log 2 = 0.69 nats, so there are more bits than nats.":
                lambda nats: nats * np.log(2) / 784,
            "Divide by 784, all pixels, not by 28.": lambda nats: nats / 28 / np.log(2),
        },
    ),
}
