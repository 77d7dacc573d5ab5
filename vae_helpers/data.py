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
MNIST_FILE = Path(__file__).parent / "assets" / "data" / "mnist.npz"
MNIST_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"
BATCH_SIZE = 1000  # images that are turned into vectors at once
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
    AssetError
        If the file is missing, or is not the one that was shipped.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition",
    Proceedings of the IEEE 86(11), 1998.
    """
    _validate.one_of(subset, "subset", ("all", "train", "test"))
    try:
        status = MNIST_FILE.stat()
        _check_sha256(MNIST_FILE, status.st_mtime_ns, status.st_size)
        with np.load(MNIST_FILE, allow_pickle=False) as file:
            parts = [name for name in ("train", "test") if subset in (name, "all")]
            return Digits(*(np.concatenate([file[f"{letter}_{part}"] for part in parts]) for letter in "xy"))
    except OSError as error:
        raise AssetError(f"cannot read {MNIST_FILE}: {error}. {REMEDY}") from error


def load_images(folder_or_files, image_shape=(28, 28), ink="dark"):
    """Load pictures of one's own, all brought to one size.

    A picture keeps its proportions: it is scaled to fit, and the margins are filled with paper, as is what is
    transparent in it. Margins are pure white, or black with light ink, whatever the grey of the picture's own paper. A
    camera's note of how it was held is heeded.

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
    pixels, size = flat_pixels(images, image_shape), _validate.integer(size, "size", least=1)
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
    n_pixels = math.prod(_validate.image_shape(image_shape))
    size = ", ".join(map(str, image_shape))
    wanted = (f"images must be uint8 of shape (n, {size}), or float32 in [0, 1] of shape (n, {size}) or "
              f"(n, {n_pixels}), n at least 1")
    _validate.no_mask(images, "images")
    try:
        array = np.asarray(images)
    except ValueError as error:  # of unequal lengths: what `load_mnist` gives, as a whole
        raise TypeError(f"{wanted}; received {_validate.described(images)}") from error
    wanted += f"; received {_validate.described(array if hasattr(images, 'shape') else images)}"
    hint = ". Make it float32 with .astype('float32')" if array.dtype.kind == "f" else ""
    _validate.require(array.dtype in (np.uint8, np.float32), wanted + hint, error=TypeError)
    # The one channel of grey images, which Keras' layers for images ask for, may be there.
    shapes = [tuple(image_shape), (*image_shape, 1), *([(n_pixels,)] if array.dtype == np.float32 else [])]
    _validate.require(array.shape[1:] in shapes and len(array) > 0, wanted)
    if array.dtype == np.float32:
        low, high = array.min(), array.max()
        hint = ". Divide pixels from 0 to 255 by 255" if high > 1 else ""
        _validate.require(low >= 0 and high <= 1, f"{wanted} with values from {low} to {high}{hint}")  # NaN is neither
    return array.reshape(len(array), n_pixels)


def as_levels(images, image_shape=(28, 28)):
    """Turn images into bytes, as pictures are shown.

    Parameters
    ----------
    images, image_shape
        As for `as_vectors`.

    Returns
    -------
    ndarray of shape (n, 28, 28) or what `image_shape` is, dtype=uint8
    """
    pixels = flat_pixels(images, image_shape)
    levels = pixels if pixels.dtype == np.uint8 else np.rint(pixels * 255).astype(np.uint8)
    return levels.reshape(-1, *image_shape)


def evenly(n, most):
    """Return the indices of at most so many of n, at equal distances.

    Parameters
    ----------
    n, most : int

    Returns
    -------
    ndarray of int

    Examples
    --------
    >>> evenly(10, 4), evenly(3, 4)
    (array([0, 3, 6, 9]), array([0, 1, 2]))
    """
    return np.linspace(0, n - 1, min(n, most)).round().astype(int)


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
    size = _validate.image_shape(image_shape)
    if digits is None:
        _validate.require(size == (28, 28), f"digits must be given for images of {size}, as load_images gives them, "
                          f"with image_shape={size}; received None", error=TypeError)
        digits = load_mnist("test")
    pair = isinstance(digits, (tuple, list)) and len(digits) in (2, 3)
    _validate.require(pair, "digits must be images with their labels, as load_mnist gives", digits, error=TypeError)
    images, labels, class_names = *map(np.asarray, digits[:2]), digits[2] if len(digits) == 3 else None
    flat_pixels(images, image_shape)
    _validate.require(labels.shape == (len(images),) and labels.dtype.kind in "iu", "digits must hold one whole number "
                      f"as label for each of the {len(images)} images", labels)
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
    listed = isinstance(class_names, (tuple, list, np.ndarray))
    _validate.require(listed and all(isinstance(name, str) and name for name in class_names),
                      "class_names must be names", class_names, error=TypeError)
    _validate.require(np.isin(labels, range(len(class_names))).all(), "class_names must have a name for each label, "
                      f"received {len(class_names)} names for the labels {np.unique(labels)}")
    return tuple(class_names)


def _files(folder_or_files):
    """Return the files that are named, and those in folders that are named."""
    one = isinstance(folder_or_files, (str, os.PathLike))
    try:
        paths = [Path(os.path.abspath(path)) for path in ([folder_or_files] if one else folder_or_files)]
    except TypeError as error:
        raise TypeError("folder_or_files must be a folder or a list of files, received "
                        f"{_validate.described(folder_or_files)}") from error
    files = []
    for path in paths:
        inside = sorted(filter(Path.is_file, path.rglob("*"))) if path.is_dir() else [path]
        files += [file for file in inside if not any(part.startswith(".") for part in file.relative_to(path).parts)]
    _validate.require(files, f"folder_or_files must hold PNG or JPEG files, received {folder_or_files!r}, which holds "
                      "none")
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
        raise ValueError(f"folder_or_files must be PNG or JPEG pictures, and cannot be read is {path}: {error}. Move "
                         "it away, or give a list of those to read: [file for file in Path(folder).rglob('*') if "
                         "file.suffix.lower() in ('.png', '.jpg', '.jpeg')]") from error
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
