"""Strokes brought to the form of an MNIST digit, so that a network trained on those can read them.

Introduced in notebook 09.
"""

import numpy as np
from PIL import Image, ImageDraw

from vae_helpers import _validate
from vae_helpers.data import IMAGE_SIDE

# What makes a picture an MNIST digit: the ink's longer side is 20 pixels, and its centre of mass lies in the pixel at
# row 14, column 14. A pen of this many pixels draws ones as thick as MNIST's upright ones.
BOX_SIDE, CENTRE, PEN = 20, 14, 2.55
FINENESS = 8  # a stroke is drawn with this many dots to a pixel, then made grey
SMALLEST_DRAWING = 0.05  # of the canvas's side; less is a dot, which would be blown up to a blob


class TooSmallError(ValueError):
    """What was drawn is a dot, too small to be taken for a digit."""


def draw_as_mnist(strokes):
    """Draw strokes as an MNIST digit, with a pen as thick as MNIST's, however large they were drawn.

    Parameters
    ----------
    strokes : list of list of tuple of float
        Each stroke is a list of points (x, y) from (0, 0) at the top left to (1, 1) at the bottom right.

    Returns
    -------
    ndarray of shape (28, 28), dtype=uint8
        0 for paper, 255 for ink.

    Raises
    ------
    TypeError, ValueError
        If the strokes are not such a list, there is none, or all are but a dot.
    """
    strokes = [np.array(stroke) for stroke in valid_strokes(strokes)]
    if not strokes:
        raise ValueError("strokes must not be empty: nothing is drawn")
    points = np.concatenate(strokes)
    size = np.ptp(points, axis=0).max()
    if size < SMALLEST_DRAWING:
        raise TooSmallError("This is but a dot. Draw a digit, as large as you like.")
    width = round(FINENESS * PEN)
    # The line's middle spans the box less one pen, so that its edges span the box.
    scale = (FINENESS * BOX_SIDE - width) / size
    side = FINENESS * IMAGE_SIDE
    picture = Image.new("L", (side, side))
    pen = ImageDraw.Draw(picture)
    for stroke in strokes:
        line = (stroke - points.min(axis=0)) * scale + width
        pen.line([tuple(point) for point in line], fill=255, width=width)
        reach = (width - 1) / 2  # Pillow counts both ends of a circle as inside
        for x, y in line:  # round ends and corners
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)
    return centre_as_mnist(np.asarray(picture))


def centre_as_mnist(picture):
    """Scale and centre a picture of ink as MNIST's digits are.

    The ink's bounding box is scaled, keeping its proportions, so that its longer side is 20 pixels; grey levels appear
    as a by-product. It is then moved by whole pixels so that its centre of mass lies in the pixel at row 14, column 14
    of 28 by 28.

    Parameters
    ----------
    picture : ndarray of shape (height, width), dtype=uint8
        0 for paper, 255 for ink, of any size.

    Returns
    -------
    ndarray of shape (28, 28), dtype=uint8

    Raises
    ------
    TypeError, ValueError
        If the picture is not such an array, or holds no ink.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition",
    Proceedings of the IEEE 86(11), 1998, section III.A.
    """
    if not isinstance(picture, np.ndarray) or picture.ndim != 2 or picture.dtype != np.uint8:
        raise TypeError("picture must be uint8 of shape (height, width), received "
                        f"{_validate.described(picture)}")
    rows, columns = picture.any(axis=1).nonzero()[0], picture.any(axis=0).nonzero()[0]
    if len(rows) == 0:
        raise ValueError("picture must hold ink, received only zeros: nothing is drawn")
    ink = picture[rows[0]: rows[-1] + 1, columns[0]: columns[-1] + 1]
    height, width = ink.shape
    longer = max(height, width)
    if longer != BOX_SIDE:
        size = [max(1, round(side * BOX_SIDE / longer)) for side in (width, height)]
        ink = np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC))
        height, width = ink.shape
    share = ink / ink.sum()
    top = round(CENTRE - share.sum(axis=1) @ np.arange(height))
    left = round(CENTRE - share.sum(axis=0) @ np.arange(width))
    # Ink that is very one-sided would stick out of the picture.
    top, left = (min(max(start, 0), IMAGE_SIDE - side) for start, side in ((top, height), (left, width)))
    image = np.zeros((IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    image[top: top + height, left: left + width] = ink
    return image


def valid_strokes(value):
    """Check strokes as `draw_as_mnist` does.

    Parameters
    ----------
    value : list of list of tuple of float

    Returns
    -------
    tuple of tuple of tuple of float

    Raises
    ------
    TypeError, ValueError
        If they are not strokes.
    """
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"strokes must be a list of strokes, received {_validate.described(value)}")
    strokes = []
    for i, stroke in enumerate(value):
        points = _validate.finite_array(stroke, f"strokes[{i}]", (None, 2))
        if points.min() < 0 or points.max() > 1:
            raise ValueError(f"strokes[{i}] must have points from 0 to 1, received {points.min()} to {points.max()}")
        strokes.append(tuple((float(x), float(y)) for x, y in points))
    return tuple(strokes)
