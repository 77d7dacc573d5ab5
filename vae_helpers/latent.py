"""Codes in latent space, and the sheet of digits that they decode to.

Introduced in notebooks 07, 08 and 10; lecture, sections 3.6 and 4.13.
"""

import numpy as np
from scipy.special import ndtri

from vae_helpers import _validate


def plane_codes(n=30, span=3.0):
    """Return the codes of an n-by-n sheet of digits, evenly spaced over the square from -span to span.

    Parameters
    ----------
    n : int, default=30
        Codes along each side, at least 2.
    span : float, default=3.0
        Half the side of the square, positive; in standard deviations of the prior.

    Returns
    -------
    ndarray of shape (n * n, 2), dtype=float32
        Row by row as a picture is read: z[1] falls from the top row to the bottom row, z[0] rises from left to right.

    References
    ----------
    Lecture, section 4.13.

    Examples
    --------
    >>> plane_codes(n=2, span=1.5)
    array([[-1.5,  1.5],
           [ 1.5,  1.5],
           [-1.5, -1.5],
           [ 1.5, -1.5]], dtype=float32)
    """
    n, span = _validate.integer(n, "n", least=2), _validate.real(span, "span", above=0)
    with np.errstate(over="ignore", invalid="ignore"):
        return _validate.representable(_grid(np.linspace(-span, span, n)), span=span)


def quantile_plane_codes(n=30):
    """Return the codes of an n-by-n sheet of digits, spaced so that each tile holds the same mass of the prior.

    The prior is cut into n slices of equal mass along each axis, and the median of each slice is taken, so that the
    outermost codes are finite.

    Parameters
    ----------
    n : int, default=30
        Codes along each side, at least 1.

    Returns
    -------
    ndarray of shape (n * n, 2), dtype=float32
        In the order of `plane_codes`.

    References
    ----------
    D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2013, appendix A.

    Examples
    --------
    >>> quantile_plane_codes(n=2).round(2)  # the quartiles of N(0, 1) lie at -0.67 and 0.67
    array([[-0.67,  0.67],
           [ 0.67,  0.67],
           [-0.67, -0.67],
           [ 0.67, -0.67]], dtype=float32)
    """
    n = _validate.integer(n, "n", least=1)
    return _grid(ndtri((np.arange(n) + 0.5) / n))


def digit_plane(decode, codes):
    """Decode a square number of codes in one batch and lay the digits out as one picture.

    Parameters
    ----------
    decode : callable
        Takes codes of shape (n * n, d) and gives pixels of shape (n * n, height, width), (n * n, height, width, 3) or
        (n * n, 784): for example the `decode` of a network, or a Keras decoder.
    codes : ndarray of shape (n * n, d)
        The codes, row by row.

    Returns
    -------
    ndarray of shape (n * height, n * width) or (n * height, n * width, 3), dtype=float32
        The picture.

    Examples
    --------
    >>> from vae_helpers.network import load_pretrained
    >>> digit_plane(load_pretrained("vae-2d").decode, plane_codes(n=5)).shape
    (140, 140)
    """
    _validate.require(callable(decode), "decode must be a function from codes to pixels", decode, error=TypeError)
    codes = _validate.finite_array(codes, "codes", (None, None))
    n = round(len(codes) ** 0.5)
    _validate.require(n * n == len(codes), f"codes must be a square number of them, received {len(codes)}")
    return tiled(as_pictures(np.asarray(decode(codes), np.float32), "decode must give pixels of shape", n * n), n)


def as_pictures(images, wanted, n):
    """Check that pixels are those of pictures, and return them in the pictures' shape.

    Parameters
    ----------
    images : ndarray of shape (n, height, width), (n, height, width, 1), (n, height, width, 3) or (n, 784)
    wanted : str
        How a message begins that says what they must be.
    n : int or str
        How many of them, or what to call that.

    Returns
    -------
    ndarray of shape (n, height, width) or (n, height, width, 3)
    """
    shape = (28, 28) if images.shape[1:] == (784,) else images.shape[1:]
    colours = () if shape[2:] == (1,) else shape[2:]  # grey images have one channel, or none
    fine = len(shape) >= 2 and colours in ((), (3,)) and n in ("n", len(images))
    _validate.require(fine, f"{wanted} ({n}, height, width), ({n}, height, width, 3) or ({n}, 784)", images)
    return images.reshape(-1, *shape[:2], *colours)


def tiled(images, n_columns):
    """Lay images out as one picture, row by row; what is missing in the last row is left at 0.

    Parameters
    ----------
    images : ndarray of shape (n, height, width) or (n, height, width, 3)
    n_columns : int

    Returns
    -------
    ndarray of shape (n_rows * height, n_columns * width) or (n_rows * height, n_columns * width, 3)

    Examples
    --------
    >>> tiled(np.ones((3, 28, 28)), n_columns=2).shape
    (56, 56)
    """
    n_rows, (height, width, *colours) = -(-len(images) // n_columns), images.shape[1:]
    tiles = np.zeros((n_rows * n_columns, height, width, *colours), images.dtype)
    tiles[: len(images)] = images
    tiles = tiles.reshape(n_rows, n_columns, height, width, *colours)  # (row, column, y, x, colour)
    return tiles.swapaxes(1, 2).reshape(n_rows * height, n_columns * width, *colours)


def interpolate(z_from, z_to, n, kind="linear"):
    """Return the codes of a walk from one code to another, both ends included.

    Parameters
    ----------
    z_from, z_to : ndarray of shape (d,)
        The two ends.
    n : int
        How many codes, at least 2.
    kind : {"linear", "slerp"}, default="linear"
        Along the straight line, or along the great circle (spherical linear interpolation).

    Returns
    -------
    ndarray of shape (n, d), dtype=float64
        The codes; the first is `z_from` and the last is `z_to`. No great circle leads from or to the origin, and no
        single one joins opposite directions: these are refused.

    References
    ----------
    Lecture, section 3.6. K. Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985. T. White,
    "Sampling generative networks", 2016.

    Examples
    --------
    >>> interpolate([0.0, 4.0], [2.0, 0.0], n=3)
    array([[0., 4.],
           [1., 2.],
           [2., 0.]])
    >>> interpolate([2.0, 0.0], [0.0, 2.0], n=3, kind="slerp").round(2)  # an eighth of a turn at a time
    array([[2.  , 0.  ],
           [1.41, 1.41],
           [0.  , 2.  ]])
    """
    z_from = _validate.finite_array(z_from, "z_from", (None,)).astype(float)
    z_to = _validate.finite_array(z_to, "z_to", z_from.shape).astype(float)
    n = _validate.integer(n, "n", least=2)
    _validate.one_of(kind, "kind", ("linear", "slerp"))
    t = np.linspace(0, 1, n)[:, None]
    weight_from, weight_to = (1 - t, t) if kind == "linear" else _slerp_weights(z_from, z_to, t)
    with np.errstate(over="ignore", invalid="ignore"):
        codes = weight_from * z_from + weight_to * z_to
    codes[0], codes[-1] = z_from, z_to
    return _validate.representable(codes, z_from=z_from, z_to=z_to)


def attribute_vector(codes, amounts, labels, share=0.1):
    """Return what to add to a code for more of an attribute, such as slant: the difference of two mean codes.

    Within each kind, the mean code of the images with the least of the attribute is taken from the mean code of those
    with the most. The differences of the kinds are averaged, so that kinds which have much of it do not enter.

    Parameters
    ----------
    codes : ndarray of shape (n, d)
        Means of q(z|x), as an encoder gives them for n images.
    amounts : ndarray of shape (n,)
        How much of the attribute each image has.
    labels : ndarray of shape (n,), dtype=int
        The kind of each image, at least two images of each.
    share : float, default=0.1
        Which part of a kind's images has "the most", and which "the least"; in (0, 0.5].

    Returns
    -------
    ndarray of shape (d,), dtype=float64

    References
    ----------
    Lecture, section 3.6. A. B. L. Larsen, S. K. Sønderby, H. Larochelle and O. Winther, "Autoencoding beyond pixels
    using a learned similarity metric", ICML 2016, on visual attribute vectors.

    Examples
    --------
    >>> slants, labels = np.array([-2, -1, 1, 2]), np.zeros(4, dtype=int)
    >>> codes = np.stack([10 * slants, np.ones(4)], axis=1)  # the first element tells the slant
    >>> attribute_vector(codes, slants, labels, share=0.25)
    array([40.,  0.])
    """
    codes = _validate.finite_array(codes, "codes", (None, None)).astype(float)
    amounts = _validate.finite_array(amounts, "amounts", (len(codes),))
    labels = np.asarray(labels)
    _validate.require(labels.shape == (len(codes),) and labels.dtype.kind in "iu", "labels must be an integer for each "
                      f"of the {len(codes)} codes", labels)
    share = _validate.real(share, "share", above=0)
    _validate.require(share <= 0.5, f"share must be at most 0.5, received {share}")
    differences = []
    with np.errstate(over="ignore", invalid="ignore"):
        for label in np.unique(labels):
            own = codes[labels == label][np.argsort(amounts[labels == label], kind="stable")]
            _validate.require(len(own) > 1, "labels must have at least two images of each kind, received one of kind "
                              f"{label}")
            n = max(1, int(share * len(own)))
            differences.append(own[-n:].mean(axis=0) - own[:n].mean(axis=0))
        return _validate.representable(np.mean(differences, axis=0), codes=codes)


def active_units(z_mean, threshold=0.01):
    """Count the latent elements that the encoder uses: those whose mean varies from image to image.

    Parameters
    ----------
    z_mean : array_like of shape (n, latent_dim)
        Means of q(z|x), as an encoder gives them for n images.
    threshold : float, default=0.01
        An element is active if the variance of its mean over the images is larger.

    Returns
    -------
    int

    References
    ----------
    Y. Burda, R. Grosse and R. Salakhutdinov, "Importance weighted autoencoders", ICLR 2016, section 5.2.

    Examples
    --------
    >>> active_units([[1.0, 0.1], [-1.0, 0.1], [3.0, 0.1]])  # the second element is the same for every image
    1
    """
    z_mean = _validate.finite_array(z_mean, "z_mean", (None, None))
    threshold = _validate.real(threshold, "threshold", least=0)
    with np.errstate(over="ignore", invalid="ignore"):
        moved = z_mean.astype(np.float64) - z_mean[0]  # an element that is the same for all images becomes 0
        variances = _validate.representable(moved.var(axis=0), z_mean=z_mean)
    return int(np.sum(variances > threshold))


def _slerp_weights(z_from, z_to, t):
    _validate.require(z_from.any() and z_to.any(), "a great circle needs two codes away from the origin, received "
                      f"{z_from} and {z_to}")
    # In two steps, because the squares in the norm of a very long or short code would be too large or too small.
    u, v = (z / np.abs(z).max() for z in (z_from, z_to))
    u, v = u / np.linalg.norm(u), v / np.linalg.norm(v)
    # Half-angle form: accurate for nearly equal and nearly opposite directions, where arccos(u @ v) is not.
    angle = 2 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v))
    _validate.require(angle <= np.pi - 1e-6, "no single great circle joins opposite directions, received "
                      f"{z_from} and {z_to}")
    if angle == 0:  # the limit of the weights as the angle goes to 0
        return 1 - t, t
    return np.sin((1 - t) * angle) / np.sin(angle), np.sin(t * angle) / np.sin(angle)


def _grid(values):
    z0, z1 = np.meshgrid(values, values[::-1])
    return np.stack([z0.ravel(), z1.ravel()], axis=1).astype(np.float32)
