"""The 70,000 MNIST digits, read from the package and checked. Nothing is downloaded.

Introduced in notebook 05; lecture, section 4.1.
"""

import functools
import hashlib
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vae_helpers import _validate

IMAGE_SIDE = 28
N_PIXELS = IMAGE_SIDE**2
MNIST_FILE = Path(__file__).parent / "assets" / "data" / "mnist.npz"
MNIST_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"
BATCH_SIZE = 1000  # images that are turned into vectors at once
SUBSETS = ("all", "train", "test")
REMEDY = "Restore it with 'git checkout -- vae_helpers/assets', or clone the repository again."


class AssetError(RuntimeError):
    """A file that ships with the package, of digits or of weights, is missing, incomplete or altered."""


class Digits(NamedTuple):
    """Images, uint8 of shape (n, 28, 28), 0 for paper and 255 for ink, and labels, uint8 of shape (n,)."""

    images: np.ndarray
    labels: np.ndarray


def load_mnist(subset="all"):
    """Load the MNIST digits that ship with the package.

    Parameters
    ----------
    subset : {"all", "train", "test"}, default="all"
        The 70,000 digits with the 60,000 for training first, those alone, or the 10,000 for testing.

    Returns
    -------
    Digits
        Named tuple ``(images, labels)``: uint8 of shape (n, 28, 28) and uint8 of shape (n,), in the file's order.

    Raises
    ------
    ValueError
        If `subset` is none of the three.
    AssetError
        If the file is missing, or is not the one that was shipped.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition",
    Proceedings of the IEEE 86(11), 1998.
    """
    _validate.one_of(subset, "subset", SUBSETS)
    try:
        status = MNIST_FILE.stat()
        _check_sha256(MNIST_FILE, status.st_mtime_ns, status.st_size)
        with np.load(MNIST_FILE, allow_pickle=False) as file:
            parts = [name for name in ("train", "test") if subset in (name, "all")]
            images = [file[f"x_{part}"] for part in parts]
            labels = [file[f"y_{part}"] for part in parts]
    except OSError as error:
        raise AssetError(f"cannot read {MNIST_FILE}: {error}. {REMEDY}") from error
    if len(parts) == 1:
        return Digits(images[0], labels[0])
    return Digits(np.concatenate(images), np.concatenate(labels))


def as_vectors(images, image_shape=(28, 28)):
    """Turn images into the vectors that the networks read.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), dtype=uint8, or of shape (n, 28, 28) or (n, 784), dtype=float32
        Digits as loaded, or pixels in [0, 1], which are only laid out anew.
    image_shape : tuple of int, default=(28, 28)
        The size of an image: (height, width), or (height, width, 3) for colours.

    Returns
    -------
    ndarray of shape (n, 784), dtype=float32
        Pixels in [0, 1], row by row from the top.

    Examples
    --------
    >>> images = load_mnist("test").images
    >>> images.shape, images.dtype, as_vectors(images).shape, as_vectors(images).dtype
    ((10000, 28, 28), dtype('uint8'), (10000, 784), dtype('float32'))
    """
    return _scaled(flat_pixels(images, image_shape))


def vector_batches(images, image_shape=(28, 28), size=BATCH_SIZE):
    """Turn images into vectors a batch at a time: all 70,000 digits as float32 take 220 MB.

    Parameters
    ----------
    images : ndarray
        As for `as_vectors`; all are checked before the first batch.
    image_shape : tuple of int, default=(28, 28)
        As for `as_vectors`.
    size : int, default=1000
        Images in a batch; the last may be smaller.

    Returns
    -------
    iterator of ndarray of shape (size, 784), dtype=float32
    """
    pixels = flat_pixels(images, image_shape)
    return (_scaled(pixels[start : start + size]) for start in range(0, len(pixels), size))


def flat_pixels(images, image_shape=(28, 28)):
    """Check images as `as_vectors` does and return them without changing a pixel.

    Parameters
    ----------
    images : ndarray
        As for `as_vectors`.
    image_shape : tuple of int, default=(28, 28)
        As for `as_vectors`.

    Returns
    -------
    ndarray of shape (n, 784)
        Of the dtype received; a view where that is possible.
    """
    n_pixels = math.prod(image_shape)
    size = ", ".join(map(str, image_shape))
    wanted = (f"images must be uint8 of shape (n, {size}), or float32 in [0, 1] of shape (n, {size}) or "
              f"(n, {n_pixels}), n at least 1")
    try:
        array = np.asarray(images)
    except ValueError as error:  # of unequal lengths: what `load_mnist` gives, as a whole
        raise TypeError(f"{wanted}; received {_validate.described(images)}") from error
    received = _validate.described(array if hasattr(images, "shape") else images)
    if array.dtype not in (np.uint8, np.float32):
        hint = ". Make it float32 with .astype('float32')" if array.dtype.kind == "f" else ""
        raise TypeError(f"{wanted}; received {received}{hint}")
    # The one channel of grey images, which Keras' layers for images ask for, may be there.
    shapes = [tuple(image_shape), (*image_shape, 1), *([(n_pixels,)] if array.dtype == np.float32 else [])]
    if array.shape[1:] not in shapes or len(array) == 0:
        raise ValueError(f"{wanted}; received {received}")
    # Worded so that NaN fails it, too.
    if array.dtype == np.float32 and not (array.min() >= 0 and array.max() <= 1):
        hint = ". Divide pixels from 0 to 255 by 255" if array.max() > 1 else ""
        raise ValueError(f"{wanted}; received values from {array.min()} to {array.max()}{hint}")
    return array.reshape(len(array), n_pixels)


def labelled(digits=None, image_shape=(28, 28)):
    """Check images that come with labels.

    Parameters
    ----------
    digits : Digits, optional
        Images with a whole number for each, as `load_mnist` gives them; the 10,000 test digits if left out.
    image_shape : tuple of int, default=(28, 28)
        As for `as_vectors`.

    Returns
    -------
    images, labels : ndarray
        As given, of n images.
    """
    if digits is None:
        digits = load_mnist("test")
    try:
        images, labels = digits
    except (TypeError, ValueError) as error:
        raise TypeError("digits must be images with their labels, as load_mnist gives, received "
                        f"{_validate.described(digits)}") from error
    images, labels = np.asarray(images), np.asarray(labels)
    flat_pixels(images, image_shape)
    if labels.shape != (len(images),) or labels.dtype.kind not in "iu":
        raise ValueError(f"digits must hold one whole number as label for each of the {len(images)} images, received "
                         f"{_validate.described(labels)}")
    return images, labels


def _scaled(pixels):
    return pixels if pixels.dtype == np.float32 else pixels.astype(np.float32) / np.float32(255)


@functools.lru_cache(maxsize=4)
def _check_sha256(path, modified, size):
    """Compare the file's hash with the shipped one; `modified` and `size` make a changed file be read again."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != MNIST_SHA256:
        raise AssetError(f"{path} ({size:,} bytes) is not the file that was shipped: its SHA-256 is {digest}, "
                           f"expected {MNIST_SHA256}. {REMEDY}")
