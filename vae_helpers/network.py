"""Trained networks run by NumPy alone, so that sliders answer at once and no notebook has to load TensorFlow for them.

Introduced in notebook 09; the layers are those of the lecture, sections 4.3 and 4.4.
"""

import itertools
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy.special import expit

from vae_helpers import _validate
from vae_helpers.data import IMAGE_SIDE, REMEDY, DatasetError, as_vectors

WEIGHTS_FOLDER = Path(__file__).parent / "assets" / "weights"
PRETRAINED = ("vae-2d", "vae-12d", "ae-2d")
HIDDEN_UNITS = (512, 256, 128, 64)  # the encoder's; the decoder's are these in reverse
LEAKY_SLOPE = 0.3  # what LeakyReLU() means in the lecture's TensorFlow 2.4, given explicitly everywhere
BATCH_NORM_EPSILON = 1e-3


def load_pretrained(name):
    """Load a network that ships with the package, trained on the 60,000 training digits.

    Parameters
    ----------
    name : {"vae-2d", "vae-12d", "ae-2d"}
        A VAE with 2 or with 12 latent elements, or the autoencoder with the same layers and 2.

    Returns
    -------
    Network
        The network; its `info` tells how it was trained and what it scored on the 10,000 test digits.

    Raises
    ------
    ValueError
        If `name` is none of the three.
    DatasetError
        If the file is missing or damaged.
    """
    return Network(*read_weights(name))


def read_weights(name):
    """Read the file of a pretrained network.

    Parameters
    ----------
    name : {"vae-2d", "vae-12d", "ae-2d"}
        As for `load_pretrained`.

    Returns
    -------
    arrays : dict of str to ndarray of float32
        The weights, named "part/layer/weight".
    info : dict
        How they were made: seed, epochs, versions, and scores in nats per image.

    Raises
    ------
    ValueError
        If `name` is none of the three.
    DatasetError
        If the file is missing or damaged.
    """
    _validate.one_of(name, "name", PRETRAINED)
    path = WEIGHTS_FOLDER / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise DatasetError(f"cannot read {path}: {error}. {REMEDY}") from error
    return arrays, json.loads(str(arrays.pop("info")))


class Network:
    """An encoder and a decoder of this series, run by NumPy in float32.

    Parameters
    ----------
    arrays : dict of str to ndarray
        The weights, named as by `models.to_arrays`.
    info : dict, optional
        How they were made.

    Attributes
    ----------
    latent_dim : int
        Elements of a code.
    weights : dict of str to ndarray of float32
        Copies of the arrays.
    info : dict
        As given.

    Raises
    ------
    ValueError
        If an array is missing or of another shape than its layer needs.
    """

    def __init__(self, arrays, info=None):
        if not isinstance(arrays, Mapping) or "decoder/dense_64/kernel" not in arrays:
            received = sorted(arrays) if isinstance(arrays, Mapping) else _validate.described(arrays)
            raise ValueError("arrays must be a dict with the weights of a network under the names that "
                             f"models.to_arrays gives, received {received}")
        self.weights = {key: _validate.finite_array(array, f"arrays: {key}").astype(np.float32)
                        for key, array in arrays.items()}
        first = _validate.finite_array(arrays["decoder/dense_64/kernel"], "arrays: decoder/dense_64/kernel", (None, 64))
        self.latent_dim = len(first)
        self._is_vae = "encoder/z_mean/kernel" in arrays
        received = {key: array.shape for key, array in self.weights.items()}
        self.info = dict(info or {})
        shapes = weight_shapes(self.latent_dim, self._is_vae)
        if received != shapes:
            wrong = sorted(set(received.items()) ^ set(shapes.items()))
            raise ValueError(f"arrays must have the names and shapes of weight_shapes({self.latent_dim}), "
                             f"these differ: {wrong}")

    def __repr__(self):
        return f"<Network latent_dim={self.latent_dim} {self.info.get('name', '')}>"

    def decode(self, z):
        """Decode codes to pixels.

        Parameters
        ----------
        z : ndarray of shape (n, latent_dim)
            Finite numbers.

        Returns
        -------
        ndarray of shape (n, 28, 28), dtype=float32
            Pixels in [0, 1].

        Raises
        ------
        TypeError, ValueError
            If the codes are not such an array; the message says what was received.
        """
        return expit(self.decode_logits(z)).reshape(-1, IMAGE_SIDE, IMAGE_SIDE)

    def decode_logits(self, z):
        """Decode codes to what the sigmoid then turns into pixels.

        Parameters
        ----------
        z : ndarray of shape (n, latent_dim)
            Finite numbers.

        Returns
        -------
        ndarray of shape (n, 784), dtype=float32
            Logits.

        Raises
        ------
        TypeError, ValueError
            If the codes are not such an array; the message says what was received.
        """
        z = _validate.finite_array(z, "z", (None, self.latent_dim))
        with np.errstate(over="ignore"):
            x = _validate.finite_array(z.astype(np.float32), "z in float32")
        for units in reversed(HIDDEN_UNITS):
            x = np.maximum(self._dense(x, f"decoder/dense_{units}"), 0)
        return self._dense(x, "decoder/x_logits")

    def encode(self, images):
        """Encode images to the mean and the log-variance of their codes.

        Parameters
        ----------
        images : ndarray of shape (n, 28, 28), dtype=uint8, or of shape (n, 784), dtype=float32 in [0, 1]

        Returns
        -------
        z_mean, z_log_var : ndarray of shape (n, latent_dim), dtype=float32
            An autoencoder gives its code as the mean. The code has no spread, so its log-variance is minus infinity.

        Raises
        ------
        TypeError, ValueError
            If the images are not such an array; the message says what was received.
        """
        x = as_vectors(images)
        for units in HIDDEN_UNITS:
            x = self._dense(x, f"encoder/dense_{units}")
            x = np.maximum(x, np.float32(LEAKY_SLOPE) * x)
        x = self._batch_norm(x, "encoder/batch_norm")
        if not self._is_vae:
            z = self._dense(x, "encoder/z")
            return z, np.full_like(z, -np.inf)
        return self._dense(x, "encoder/z_mean"), self._dense(x, "encoder/z_log_var")

    def _dense(self, x, layer):
        return x @ self.weights[f"{layer}/kernel"] + self.weights[f"{layer}/bias"]

    def _batch_norm(self, x, layer):
        gamma, beta, mean, variance = (self.weights[f"{layer}/{name}"] for name in
                                       ("gamma", "beta", "moving_mean", "moving_variance"))
        return (x - mean) / np.sqrt(variance + np.float32(BATCH_NORM_EPSILON)) * gamma + beta


def weight_shapes(latent_dim, is_vae=True):
    """List the weights of a network.

    Parameters
    ----------
    latent_dim : int
        Elements of a code.
    is_vae : bool, default=True
        Whether the encoder ends in "z_mean" and "z_log_var", or in "z" alone.

    Returns
    -------
    dict of str to tuple of int
        The shape of each weight by its name, in the order of `models.to_arrays`.

    Raises
    ------
    TypeError, ValueError
        If `latent_dim` is not an integer of at least 1.
    """
    latent_dim = _validate.integer(latent_dim, "latent_dim", least=1)
    pixels = IMAGE_SIDE**2
    shapes = {}

    def dense(layer, inputs, outputs):
        shapes[f"{layer}/kernel"] = (inputs, outputs)
        shapes[f"{layer}/bias"] = (outputs,)

    for inputs, units in zip((pixels, *HIDDEN_UNITS), HIDDEN_UNITS):
        dense(f"encoder/dense_{units}", inputs, units)
    for name in ("gamma", "beta", "moving_mean", "moving_variance"):
        shapes[f"encoder/batch_norm/{name}"] = (HIDDEN_UNITS[-1],)
    for name in ("z_mean", "z_log_var") if is_vae else ("z",):
        dense(f"encoder/{name}", HIDDEN_UNITS[-1], latent_dim)
    widths = (latent_dim, *reversed(HIDDEN_UNITS))
    for inputs, units in itertools.pairwise(widths):
        dense(f"decoder/dense_{units}", inputs, units)
    dense("decoder/x_logits", widths[-1], pixels)
    return shapes
