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
    _validate.require(strokes, "strokes must not be empty: nothing is drawn")
    points = np.concatenate(strokes)
    size = np.ptp(points, axis=0).max()
    _validate.require(size >= SMALLEST_DRAWING, "This is but a dot. Draw a digit, as large as you like.",
                      error=TooSmallError)
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
    _validate.require(mask.any(), "picture must hold ink, received nothing but specks: nothing is drawn")
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
    _validate.require(mask.any(), "picture must show a dark digit with paper all around it, received one where all "
                      "that is dark touches the edge or is smaller than a twentieth of the side")
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
    _validate.require(isinstance(value, (list, tuple)), "strokes must be a list of strokes", value, error=TypeError)
    strokes = [_validate.within(_validate.finite_array(stroke, name, (None, 2)), f"the points of {name}", 0, 1)
               for name, stroke in ((f"strokes[{i}]", stroke) for i, stroke in enumerate(value))]
    return tuple(tuple(map(tuple, points.tolist())) for points in strokes)


def _check_picture(picture, shape, colours):
    fine = isinstance(picture, np.ndarray) and picture.dtype == np.uint8 and picture.ndim >= 2
    _validate.require(fine and picture.shape[2:] in colours, f"picture must be uint8 of shape {shape}", picture,
                      error=TypeError)
    _validate.require(picture.size > 0, "picture must not be empty", picture)


def _paper(picture, name, advice):
    """Return the level of the paper, the reach of its noise above that, and the level halfway to the ink (Otsu's)."""
    counts = np.bincount(picture.ravel(), minlength=256).astype(float)
    below, mass = counts.cumsum(), (counts * np.arange(256)).cumsum()
    # The variance between the pixels up to a level and those above it, but for a factor.
    variance = (mass[-1] * below - mass * below[-1]) ** 2 / np.maximum(below * (below[-1] - below), 1)
    split = variance.argmax()
    ink = picture[picture > split]
    share = ink.size / picture.size
    _validate.require(share <= 0.5, f"{name} must be paper for the larger part, received ink on {share:.0%} of it; "
                      f"{advice}")
    paper, upper = np.quantile(picture[picture <= split], (0.5, 0.75))
    noise = 8 * (upper - paper)  # five standard deviations, if it is normally distributed
    stands_out = ink.size > 0 and ink.mean() - paper >= max(FAINTEST, noise)
    _validate.require(stands_out, f"{name} must hold ink that stands out from the paper, received greys from "
                      f"{picture.min()} to {picture.max()}: nothing is drawn; {advice}")
    return paper, noise, split


def _without_specks(mask, least, at_edge=True):
    """Return the mask without the parts of which no side is `least` long, or that touch the edge if that matters."""
    parts, _ = ndimage.label(mask, np.ones((3, 3)))
    left_out = set() if at_edge else {*parts[0], *parts[-1], *parts[:, 0], *parts[:, -1]}
    kept = [part for part, place in enumerate(ndimage.find_objects(parts), 1)
            if part not in left_out and max(side.stop - side.start for side in place) >= least]
    return np.isin(parts, kept)


def _centred(ink):
    ink = Image.fromarray(ink)
    ink = ink.crop(ink.getbbox())
    size = [max(1, round(side * BOX_SIDE / max(ink.size))) for side in ink.size]
    ink = np.asarray(ink.resize(size, Image.Resampling.BICUBIC))  # of the size that it has, a copy
    share = ink / ink.sum()
    # The centre of mass to its place; ink that is very one-sided would stick out of the picture.
    top, left = (min(max(round(CENTRE - share.sum(axis=1 - axis) @ np.arange(side)), 0), IMAGE_SIDE - side)
                 for axis, side in enumerate(ink.shape))
    image = Image.new("L", (IMAGE_SIDE, IMAGE_SIDE))
    image.paste(Image.fromarray(ink), (left, top))
    return np.array(image)
