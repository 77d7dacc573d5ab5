"""The 70,000 MNIST digits, read from the package and checked. Nothing is downloaded.

Introduced in notebook 05; lecture, section 4.1.
"""

import functools
import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vae_helpers import _validate

IMAGE_SIDE = 28
N_PIXELS = IMAGE_SIDE**2
MNIST_FILE = Path(__file__).parent / "assets" / "data" / "mnist.npz"
MNIST_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"
SUBSETS = ("all", "train", "test")
REMEDY = "Restore it with 'git checkout -- vae_helpers/assets', or clone the repository again."


class DatasetError(RuntimeError):
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
    DatasetError
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
        raise DatasetError(f"cannot read {MNIST_FILE}: {error}. {REMEDY}") from error
    if len(parts) == 1:
        return Digits(images[0], labels[0])
    return Digits(np.concatenate(images), np.concatenate(labels))


def as_vectors(images):
    """Turn images into the vectors that the networks read.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), dtype=uint8, or of shape (n, 784), dtype=float32
        Digits as loaded, or vectors in [0, 1], which are returned as they are.

    Returns
    -------
    ndarray of shape (n, 784), dtype=float32
        Pixels in [0, 1], row by row from the top.

    Raises
    ------
    TypeError
        If the dtype is neither uint8 nor float32.
    ValueError
        If the shape does not go with the dtype, there is no image, or a float is NaN or outside [0, 1].
    """
    pixels = flat_pixels(images)
    return pixels if pixels.dtype == np.float32 else pixels.astype(np.float32) / np.float32(255)


def flat_pixels(images):
    """Check images as `as_vectors` does and return them without changing a pixel.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), dtype=uint8, or of shape (n, 784), dtype=float32
        Digits as loaded, or vectors in [0, 1].

    Returns
    -------
    ndarray of shape (n, 784)
        Of the dtype received; a view where that is possible.

    Raises
    ------
    TypeError, ValueError
        As `as_vectors` does.
    """
    array = np.asarray(images)
    wanted = (f"images must be uint8 of shape (n, {IMAGE_SIDE}, {IMAGE_SIDE}) or float32 of shape (n, {N_PIXELS}) "
              "in [0, 1], n at least 1")
    received = _validate.described(array if hasattr(images, "shape") else images)
    if array.dtype not in (np.uint8, np.float32):
        raise TypeError(f"{wanted}; received {received}")
    shape = (IMAGE_SIDE, IMAGE_SIDE) if array.dtype == np.uint8 else (N_PIXELS,)
    if array.shape[1:] != shape or len(array) == 0:
        raise ValueError(f"{wanted}; received {received}")
    # Worded so that NaN fails it, too.
    if array.dtype == np.float32 and not (array.min() >= 0 and array.max() <= 1):
        raise ValueError(f"{wanted}; received values from {array.min()} to {array.max()}")
    return array.reshape(len(array), N_PIXELS)


@functools.lru_cache(maxsize=4)
def _check_sha256(path, modified, size):
    """Compare the file's hash with the shipped one; `modified` and `size` make a changed file be read again."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != MNIST_SHA256:
        raise DatasetError(f"{path} ({size:,} bytes) is not the file that was shipped: its SHA-256 is {digest}, "
                           f"expected {MNIST_SHA256}. {REMEDY}")
