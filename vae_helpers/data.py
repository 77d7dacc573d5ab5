"""The 70,000 MNIST digits, read from the package and checked, and pictures of one's own. Nothing is downloaded.

Introduced in notebook 05; lecture, section 4.1.
"""

import functools
import hashlib
import math
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

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


class Pictures(NamedTuple):
    """What `Digits` holds, of pictures of one's own, and the name of each class: label k is `class_names[k]`."""

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple


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


def load_images(folder_or_files, image_shape=(28, 28), ink="dark"):
    """Load pictures of one's own, all brought to one size.

    A picture keeps its proportions: it is scaled to fit, and the margins are filled with paper, as is what is
    transparent in it. A camera's note of how it was held is heeded.

    Parameters
    ----------
    folder_or_files : str, pathlib.Path, or list of them
        PNG and JPEG files, or a folder with nothing else in it and in its sub-folders, apart from hidden files. The
        class of a picture is the folder it lies in.
    image_shape : tuple of int, default=(28, 28)
        The size to bring them to: (height, width), or (height, width, 3) to keep colours.
    ink : {"dark", "light"}, default="dark"
        Whether strokes are dark on light paper, or light on dark. Grey pictures with dark ink are inverted, so that ink
        is high, as in MNIST. Colours are never inverted.

    Returns
    -------
    Pictures
        Named tuple ``(images, labels, class_names)``: uint8 of shape (n, height, width) or (n, height, width, 3), the
        files of a folder in the order of their paths; whole numbers of shape (n,); a tuple of str, sorted.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     os.mkdir(os.path.join(folder, "bars"))
    ...     Image.new("L", (40, 80), color=200).save(os.path.join(folder, "bars", "one.png"))  # 40 wide, 80 high
    ...     images, labels, class_names = load_images(folder, image_shape=(4, 4))
    >>> images[0].tolist(), class_names[labels[0]]
    ([[0, 55, 55, 0], [0, 55, 55, 0], [0, 55, 55, 0], [0, 55, 55, 0]], 'bars')
    """
    image_shape = _validate.image_shape(image_shape)
    _validate.one_of(ink, "ink", ("dark", "light"))
    files = _files(folder_or_files)
    images = np.stack([_picture(file, image_shape, "white" if ink == "dark" else "black") for file in files])
    top = Path(os.path.commonpath([file.parent for file in files]))
    folders = [top.name if file.parent == top else file.parent.relative_to(top).as_posix() for file in files]
    class_names, labels = np.unique(folders, return_inverse=True)
    inverted = ink == "dark" and len(image_shape) == 2
    return Pictures(255 - images if inverted else images, labels, tuple(class_names.tolist()))


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
    digits : Digits or Pictures, optional
        Images with a whole number for each, as `load_mnist` and `load_images` give them; the 10,000 test digits if
        left out.
    image_shape : tuple of int, default=(28, 28)
        As for `as_vectors`.

    Returns
    -------
    images, labels : ndarray
        As given, of n images.
    class_names : tuple of str, or None
        As given, of `Pictures`.
    """
    if digits is None and tuple(image_shape) != (28, 28):
        raise TypeError(f"digits must be given for images of {tuple(image_shape)}, as load_images gives them, with "
                        f"image_shape={tuple(image_shape)}; received None")
    if digits is None:
        digits = load_mnist("test")
    try:
        images, labels, *names = digits
        class_names, = names or [None]
    except (TypeError, ValueError) as error:
        raise TypeError("digits must be images with their labels, as load_mnist gives, received "
                        f"{_validate.described(digits)}") from error
    images, labels = np.asarray(images), np.asarray(labels)
    flat_pixels(images, image_shape)
    if labels.shape != (len(images),) or labels.dtype.kind not in "iu":
        raise ValueError(f"digits must hold one whole number as label for each of the {len(images)} images, received "
                         f"{_validate.described(labels)}")
    return images, labels, names_of_classes(labels, class_names)


def names_of_classes(labels, class_names):
    """Check that each label has a name.

    Parameters
    ----------
    labels : ndarray of int
    class_names : sequence of str, or None
        Label k is called ``class_names[k]``.

    Returns
    -------
    tuple of str, or None
    """
    if class_names is None:
        return None
    if (not isinstance(class_names, (tuple, list, np.ndarray))
            or not all(isinstance(name, str) and name for name in class_names)):
        raise TypeError(f"class_names must be names, received {_validate.described(class_names)}")
    if not np.isin(labels, range(len(class_names))).all():
        raise ValueError(f"class_names must have a name for each label, received {len(class_names)} names for the "
                         f"labels {np.unique(labels)}")
    return tuple(class_names)


def _files(folder_or_files):
    """Return the files that are named, and those in folders that are named."""
    try:
        one = isinstance(folder_or_files, (str, os.PathLike))
        paths = [Path(os.path.abspath(path)) for path in ([folder_or_files] if one else folder_or_files)]
    except TypeError as error:
        raise TypeError("folder_or_files must be a folder or a list of files, received "
                        f"{_validate.described(folder_or_files)}") from error
    files = []
    for path in paths:
        inside = [path] if not path.is_dir() else sorted(file for file in path.rglob("*") if file.is_file())
        files += [file for file in inside if not any(part.startswith(".") for part in file.relative_to(path).parts)]
    if not files:
        raise ValueError(f"folder_or_files must hold PNG or JPEG files, received {folder_or_files!r}, which holds none")
    return files


def _picture(path, image_shape, paper):
    """Read a picture and bring it to a size, uint8 of that shape."""
    height, width, *colours = image_shape
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            image = ImageOps.exif_transpose(image)
            if image.mode.startswith("I"):  # 16 bits, of which Pillow would cut off all above 255
                image = Image.fromarray((np.asarray(image) / 257).round().astype(np.uint8))
            ground = Image.new("RGBA", image.size, paper)
            ground.alpha_composite(image.convert("RGBA"))
            fitted = ImageOps.pad(ground.convert("RGB" if colours else "L"), (width, height), color=paper)
    except Exception as error:
        raise ValueError(f"folder_or_files must be PNG or JPEG pictures, and cannot be read is {path}: {error}. To "
                         "leave files out, give a list: sorted(Path(folder).rglob('*.png'))") from error
    return np.asarray(fitted)


def _scaled(pixels):
    return pixels if pixels.dtype == np.float32 else pixels.astype(np.float32) / np.float32(255)


@functools.lru_cache(maxsize=4)
def _check_sha256(path, modified, size):
    """Compare the file's hash with the shipped one; `modified` and `size` make a changed file be read again."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != MNIST_SHA256:
        raise AssetError(f"{path} ({size:,} bytes) is not the file that was shipped: its SHA-256 is {digest}, "
                           f"expected {MNIST_SHA256}. {REMEDY}")
