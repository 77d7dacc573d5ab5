"""The answer key of the page `deeper/how_sure_is_the_decoder`."""

import numpy as np

from vae_helpers.exercises import Exercise, Interval
from vae_helpers.latent import plane_codes


def _nearest_tile(z, n, span):
    """Row and column of the nearest tile, by looking at all of them (exercise 2)."""
    return divmod(int(np.linalg.norm(plane_codes(n, span) - z, axis=1).argmin()), n)


EXERCISES = {
    "how_sure_is_the_decoder.1": Exercise(
        right=Interval(0.105, 0.115),
        mistakes={
            "That is half of the p. Its entropy is more than half.": Interval(0.245, 0.255),
            "That one is above a half. The other side of the curve is asked for.": Interval(0.885, 0.895),
            "That is an entropy. The p is asked for.": Interval(0.34, 0.35),
        },
        praise="A pixel that is ink in one case of nine is still half as doubtful as the toss of a coin.",
    ),
    "how_sure_is_the_decoder.2": Exercise(
        right=_nearest_tile,
        cases=((np.array([0.1, 0.3]), 30, 3.0), (np.array([2.9, -1.3]), 30, 3.0), (np.array([-1.6, 0.4]), 5, 2.0)),
        mistakes={
            "Row and column are the wrong way round: z[0] belongs to the column.":
                lambda z, n, span: _nearest_tile(z, n, span)[::-1],
            "The top row is row 0, and there z[1] is largest.": lambda z, n, span: _nearest_tile(z * [1, -1], n, span),
            "Round to the nearest tile. You take the one before.":
                lambda z, n, span: tuple((np.array([span - z[1], z[0] + span]) * (n - 1) / (2 * span)).astype(int)),
            "Between n codes there are n - 1 steps.":
                lambda z, n, span: tuple(np.round(np.array([span - z[1], z[0] + span]) * n / (2 * span))),
            "Count rows and columns from 0.": lambda z, n, span: tuple(np.add(_nearest_tile(z, n, span), 1)),
        },
    ),
}
