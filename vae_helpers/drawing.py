"""Strokes, scans and photographs brought to the form of an MNIST digit, so that a network can read them.

Introduced in notebook 09.
"""

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from vae_helpers import _validate
from vae_helpers.data import IMAGE_SIDE

# What makes a picture an MNIST digit: the ink's longer side is 20 pixels, and its centre of mass lies in the pixel at
# row 14, column 14. A pen of this many pixels draws ones as thick as MNIST's upright ones.
BOX_SIDE, CENTRE, PEN = 20, 14, 2.55
FINENESS = 8  # a stroke is drawn with this many dots to a pixel, then made grey
SMALLEST_DRAWING = 0.05  # of the canvas's side; less is a dot, which would be blown up to a blob
SPECK = 0.02  # of a picture's side; ink that is smaller is dust
FAINTEST = 32  # of 255 grey levels between paper and ink; less is the paper itself
WORKING_SIDE = 400  # pixels to which the longer side of a photograph is brought


class TooSmallError(ValueError):
    """What was drawn is a dot, too small to be taken for a digit."""


def draw_as_mnist(strokes):
    """Draw strokes as an MNIST digit, with a pen as thick as MNIST's, however large they were drawn.

    Parameters
    ----------
    strokes : list of list of tuple of float
        Each stroke is a list of points (x, y) from (0, 0) at the top left to (1, 1) at the bottom right. A drawing that
        is but a dot is refused by a `TooSmallError`.

    Returns
    -------
    ndarray of shape (28, 28), dtype=uint8
        0 for paper, 255 for ink.

    Examples
    --------
    >>> seven = draw_as_mnist([[(0.3, 0.2), (0.7, 0.2), (0.45, 0.8)]])
    >>> seven.shape, seven.dtype, int(seven.max())
    ((28, 28), dtype('uint8'), 255)
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
    return _centred(np.asarray(picture))


def centre_as_mnist(picture):
    """Scale and centre a picture of ink as MNIST's digits are.

    Ink is what stands out from the paper and its noise; specks of less than a fiftieth of the picture's side are not.
    The ink's bounding box is scaled, keeping its proportions, so that its longer side is 20 pixels; grey levels appear
    as a by-product. It is then moved by whole pixels so that its centre of mass lies in the pixel at row 14, column 14
    of 28 by 28.

    Parameters
    ----------
    picture : ndarray of shape (height, width), dtype=uint8
        0 for paper, 255 for ink, of any size. For dark ink on light paper see `photograph_as_mnist`.

    Returns
    -------
    ndarray of shape (28, 28), dtype=uint8

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition",
    Proceedings of the IEEE 86(11), 1998, section III.A.

    Examples
    --------
    >>> page = np.zeros((300, 200), np.uint8)
    >>> page[30:90, 120:135] = 255  # a bar of 60 by 15
    >>> rows, columns = centre_as_mnist(page).nonzero()
    >>> print(rows.min(), rows.max(), columns.min(), columns.max())  # 20 by 5, in the middle
    5 24 12 16
    """
    _check_picture(picture, "(height, width)", [()])
    paper, noise, split = _paper(picture, "picture", "0 is paper and 255 ink; pass 255 - picture if yours has dark ink")
    mask = _without_specks(picture > min(paper + noise, split), SPECK * max(picture.shape))
    if not mask.any():
        raise ValueError("picture must hold ink, received nothing but specks: nothing is drawn")
    return _centred(np.where(mask, (picture - paper) * (255 / (255 - paper)), 0).astype(np.uint8))


def photograph_as_mnist(picture):
    """Bring a photograph or scan of a dark digit on light paper to the form of an MNIST digit.

    The light may be uneven: a digit is what is darker than the paper around it. What touches the picture's edge (the
    table, a finger) is left out, and so is what is smaller than a twentieth of its side. A thin pen is made as thick
    as MNIST's.

    Parameters
    ----------
    picture : ndarray of shape (height, width) or (height, width, 3), dtype=uint8
        Grey levels or colours, as ``np.asarray(PIL.Image.open(path).convert("RGB"))`` gives them. A single digit, with
        paper all around it. Of a light one, on a blackboard, pass ``255 - picture``.

    Returns
    -------
    ndarray of shape (28, 28), dtype=uint8
        0 for paper, 255 for ink.

    Examples
    --------
    >>> light = np.linspace(120, 240, 300)  # from left to right
    >>> page = np.tile(light, (200, 1))
    >>> page[60:140, 100:110] *= 0.3  # a stroke of 80 by 10, in dark ink
    >>> rows, columns = photograph_as_mnist(page.astype(np.uint8)).nonzero()
    >>> print(rows.min(), rows.max(), columns.min(), columns.max())  # 20 by 3, in the middle
    4 23 13 15
    """
    _check_picture(picture, "(height, width) or (height, width, 3)", [(), (3,)])
    grey = Image.fromarray(picture).convert("L")
    size = [max(1, round(side * WORKING_SIDE / max(grey.size))) for side in grey.size]
    grey = ndimage.gaussian_filter(np.asarray(grey.resize(size, Image.Resampling.BICUBIC), float), 1.5)
    # Closing fills what is dark and narrower than its window, which strokes are, with the brightness around it.
    window = WORKING_SIDE // 6
    light = ndimage.gaussian_filter(ndimage.grey_closing(grey, (window, window)), window / 6)
    darkness = np.uint8(255 * np.clip(1 - grey / np.maximum(light, max(light.max() / 4, 1)), 0, 1))
    *_, split = _paper(darkness, "picture, with its light made even and 0 for paper,",
                       "take one of a dark digit on light paper, with paper all around it")
    mask = _without_specks(darkness > split, SMALLEST_DRAWING * WORKING_SIDE, at_edge=False)
    if not mask.any():
        raise ValueError("picture must show a dark digit with paper all around it, received one where all that is dark "
                         "touches the edge or is smaller than a twentieth of the side")
    width = 4 * ndimage.distance_transform_edt(mask)[mask].mean()  # of a line, a quarter is the mean depth inside
    wanted = PEN / BOX_SIDE * max(np.ptp(places) + 1 for places in mask.nonzero())
    grown = ndimage.distance_transform_edt(~mask) <= max(0, (wanted - width) / 2)
    return _centred(np.uint8(255 * grown))


def valid_strokes(value):
    """Check strokes as `draw_as_mnist` does.

    Parameters
    ----------
    value : list of list of tuple of float

    Returns
    -------
    tuple of tuple of tuple of float
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


def _check_picture(picture, shape, colours):
    is_picture = isinstance(picture, np.ndarray) and picture.dtype == np.uint8 and picture.ndim >= 2
    if not is_picture or picture.shape[2:] not in colours:
        raise TypeError(f"picture must be uint8 of shape {shape}, received {_validate.described(picture)}")
    if picture.size == 0:
        raise ValueError(f"picture must not be empty, received {_validate.described(picture)}")


def _paper(picture, name, advice):
    """Return the level of the paper, the reach of its noise above that, and the level halfway to the ink (Otsu's)."""
    counts = np.bincount(picture.ravel(), minlength=256).astype(float)
    below, mass = counts.cumsum(), (counts * np.arange(256)).cumsum()
    # The variance between the pixels up to a level and those above it, but for a factor.
    variance = (mass[-1] * below - mass * below[-1]) ** 2 / np.maximum(below * (below[-1] - below), 1)
    split = variance.argmax()
    ink = picture[picture > split]
    if ink.size > picture.size / 2:
        raise ValueError(f"{name} must be paper for the larger part, received ink on "
                         f"{ink.size / picture.size:.0%} of it; {advice}")
    paper, upper = np.quantile(picture[picture <= split], (0.5, 0.75))
    noise = 8 * (upper - paper)  # five standard deviations, if it is normally distributed
    if ink.size == 0 or ink.mean() - paper < max(FAINTEST, noise):
        raise ValueError(f"{name} must hold ink that stands out from the paper, received greys from {picture.min()} to "
                         f"{picture.max()}: nothing is drawn; {advice}")
    return paper, noise, split


def _without_specks(mask, least, at_edge=True):
    """Return the mask without the parts of which no side is `least` long, or that touch the edge if that matters."""
    parts, _ = ndimage.label(mask, np.ones((3, 3)))
    left_out = set() if at_edge else {*parts[0], *parts[-1], *parts[:, 0], *parts[:, -1]}
    kept = [part for part, place in enumerate(ndimage.find_objects(parts), 1)
            if part not in left_out and max(side.stop - side.start for side in place) >= least]
    return np.isin(parts, kept)


def _centred(ink):
    rows, columns = ink.any(axis=1).nonzero()[0], ink.any(axis=0).nonzero()[0]
    ink = ink[rows[0]: rows[-1] + 1, columns[0]: columns[-1] + 1]
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
