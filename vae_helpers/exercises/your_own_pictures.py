"""The answer key of the page `deeper/your_own_pictures`."""

import numpy as np

from vae_helpers.exercises import Exercise


def _rim(picture):
    return np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]])


def _framed(size, paper, strokes, inside):
    """A picture of paper all around and, within the given rows and columns, of strokes."""
    picture = np.full(size, paper, np.uint8)
    picture[inside] = strokes
    return picture


# On light paper: a little dark ink, and so much of it that the picture is dark all in all. On dark: the same in light.
_SOME, _MUCH = np.s_[8:20, 10:14], np.s_[1:27, 2:26]
_PICTURES = [_framed((28, 28), paper, strokes, inside) for paper, strokes in ((240, 20), (10, 230))
             for inside in (_SOME, _MUCH)] + [_framed((20, 16), 250, 90, np.s_[2:18, 1:15])]

EXERCISES = {
    "your_own_pictures.1": Exercise(
        right=((64**2 - 28**2) * 512, 0),
        mistakes={
            "The convolution looks through the same window of 3 by 3 pixels, however large the picture is.":
                ((64**2 - 28**2) * 512, (64**2 - 28**2) * 16),
            "A convolution gains nothing, but a dense layer has one weight for each pixel and unit.": (0, 0),
            "You counted all weights of the larger layer. Asked for is what it gains.": (64**2 * 512, 0),
            "The biases belong to the units, of which there are still 512: only weights are gained.":
                ((64**2 - 28**2) * 512 + 512, 0),
            "The two are the wrong way round.": (0, (64**2 - 28**2) * 512),
        },
        praise="What sees all places at once grows with the picture. So would the dense layer behind the convolutions.",
    ),
    "your_own_pictures.2": Exercise(
        right=lambda picture: np.mean(_rim(picture)) > 127.5,
        cases=tuple((picture,) for picture in _PICTURES),
        mistakes={
            "A large dark thing on light paper makes the whole picture dark. Look at the rim, where the paper is.":
                lambda picture: np.mean(picture) > 127.5,
            "The wrong way round: True is for dark ink, and then the rim, the paper, is light.":
                lambda picture: np.mean(_rim(picture)) <= 127.5,
            "That is the mean of the rim. Say whether it is above the middle, 127.5.":
                lambda picture: np.mean(_rim(picture)),
        },
        praise="A folder in which both happen has to be sorted first.",
    ),
}
