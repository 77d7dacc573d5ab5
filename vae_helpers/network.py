"""Trained networks run by NumPy alone, so that sliders answer at once and no notebook has to load TensorFlow for them.

Whatever has `latent_dim`, `encode` and `decode` is a network to evaluation, plots, sliders and notebooks: `Network`
here, the Keras models of `models`, and a reader's own class. A cost in nats also asks for `decode_logits`; images that
are not 28 by 28 for `image_shape`.

Introduced in notebook 09; the layers are those of the lecture, sections 4.3 and 4.4.
"""

import itertools
import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy.special import expit

from vae_helpers import _validate
from vae_helpers.data import REMEDY, AssetError, as_vectors

WEIGHTS_FOLDER = Path(__file__).parent / "assets" / "weights"
PRETRAINED = ("vae-2d", "vae-12d", "ae-2d", "ae-12d")
HIDDEN_UNITS = (512, 256, 128, 64)  # the encoder's; the decoder's are these in reverse
LEAKY_SLOPE = 0.3  # what LeakyReLU() means in the lecture's TensorFlow 2.4, given explicitly everywhere
BATCH_NORM_EPSILON = 1e-3
BATCH_NORM_WEIGHTS = ("gamma", "beta", "moving_mean", "moving_variance")


def load_pretrained(name):
    """Load a network that ships with the package, trained on the 60,000 training digits.

    Parameters
    ----------
    name : {"vae-2d", "vae-12d", "ae-2d", "ae-12d"}
        A VAE with 2 or with 12 latent elements, or the autoencoder with the same layers and as many.

    Returns
    -------
    Network
        The network; its `info` tells how it was trained and what it scored on the 10,000 test digits.

    Examples
    --------
    >>> network = load_pretrained("vae-2d")
    >>> network.decode([[0.0, 0.0], [1.0, -1.0]]).shape
    (2, 28, 28)
    """
    _validate.one_of(name, "name", PRETRAINED)
    path = WEIGHTS_FOLDER / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        info = json.loads(str(arrays.pop("info")))
        return Network(arrays, info)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise AssetError(f"cannot read {path}: {error}. {REMEDY}") from error


class Network:
    """An encoder and a decoder with the lecture's layers, run by NumPy in float32.

    Parameters
    ----------
    arrays : dict of str to ndarray
        The weights, with the names and shapes that `weight_shapes` lists.
    info : dict, optional
        How they were made.
    image_shape : tuple of int, default=(28, 28)
        The size of an image: (height, width), or (height, width, 3) for colours.

    Attributes
    ----------
    latent_dim : int
        Elements of a code.
    image_shape : tuple of int
        As given.
    weights : dict of str to ndarray of float32
        Copies of the arrays.
    info : dict
        As given.
    """

    def __init__(self, arrays, info=None, image_shape=(28, 28)):
        received = sorted(arrays) if isinstance(arrays, Mapping) else _validate.described(arrays)
        _validate.require("decoder/dense_64/kernel" in received, "arrays must be a dict with the weights of a network "
                          f"under the names that weight_shapes lists, received {received}")
        self.weights = {key: _validate.finite_array(array, f"arrays: {key}").astype(np.float32)
                        for key, array in arrays.items()}
        self.image_shape = _validate.image_shape(image_shape)
        self.latent_dim = len(np.atleast_1d(self.weights["decoder/dense_64/kernel"]))
        self._is_vae = "encoder/z_mean/kernel" in arrays
        self.info = dict(info or {})
        shapes = weight_shapes(self.latent_dim, self._is_vae, self.image_shape)
        wrong = sorted(shapes.items() ^ {key: array.shape for key, array in self.weights.items()}.items())
        _validate.require(not wrong, f"arrays must have the names and shapes of weight_shapes({self.latent_dim}), "
                          f"these differ: {wrong}")

    def __repr__(self):
        return f"<Network latent_dim={self.latent_dim} {self.info.get('name', '')}>"

    def encode(self, images):
        """Encode images to the mean and the log-variance of their codes.

        Parameters
        ----------
        images : ndarray of shape (n, 28, 28), dtype=uint8, or of shape (n, 28, 28) or (n, 784), dtype=float32 in [0, 1]

        Returns
        -------
        z_mean, z_log_var : ndarray of shape (n, latent_dim), dtype=float32
            An autoencoder gives its code as the mean. The code has no spread, so its log-variance is minus infinity.
        """
        x = as_vectors(images, self.image_shape)
        for units in HIDDEN_UNITS:
            x = self._dense(x, f"encoder/dense_{units}")
            x = np.maximum(x, np.float32(LEAKY_SLOPE) * x)
        x = self._batch_norm(x, "encoder/batch_norm")
        if not self._is_vae:
            z = self._dense(x, "encoder/z")
            return z, np.full_like(z, -np.inf)
        return self._dense(x, "encoder/z_mean"), self._dense(x, "encoder/z_log_var")

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
        """
        return expit(self.decode_logits(z)).reshape(-1, *self.image_shape)

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
        """
        z = _validate.finite_array(z, "z", (None, self.latent_dim))
        with np.errstate(over="ignore"):
            x = _validate.finite_array(z.astype(np.float32), "z in float32")
        *hidden, last = self.decoder_layers
        for kernel, bias in hidden:
            x = np.maximum(x @ kernel + bias, 0)
        return x @ last[0] + last[1]

    @property
    def decoder_layers(self):
        """Kernel and bias of each dense layer of the decoder, from the code to the logits; a ReLU stands between.

        Returns
        -------
        list of tuple (kernel, bias)
        """
        names = (*(f"dense_{units}" for units in reversed(HIDDEN_UNITS)), "x_logits")
        return [(self.weights[f"decoder/{name}/kernel"], self.weights[f"decoder/{name}/bias"]) for name in names]

    def _dense(self, x, layer):
        return x @ self.weights[f"{layer}/kernel"] + self.weights[f"{layer}/bias"]

    def _batch_norm(self, x, layer):
        gamma, beta, mean, variance = (self.weights[f"{layer}/{name}"] for name in BATCH_NORM_WEIGHTS)
        return (x - mean) / np.sqrt(variance + np.float32(BATCH_NORM_EPSILON)) * gamma + beta


def flat_weights(layers):
    """Return the weights of dense layers one after the other, as the browser reads them.

    Parameters
    ----------
    layers : sequence of tuple (kernel, bias)
        As of `Network.decoder_layers`.

    Returns
    -------
    ndarray of shape (n,), dtype=float32
    """
    return np.concatenate([np.empty(0), *(np.ravel(part) for layer in layers for part in layer)]).astype("<f4")


def weight_shapes(latent_dim, is_vae=True, image_shape=(28, 28)):
    """List the weights of a network.

    Parameters
    ----------
    latent_dim : int
        Elements of a code.
    is_vae : bool, default=True
        Whether the encoder ends in "z_mean" and "z_log_var", or in "z" alone.
    image_shape : tuple of int, default=(28, 28)
        The size of an image.

    Returns
    -------
    dict of str to tuple of int
        The shape of each weight by its name, "part/layer/weight", in the order of the layers.

    Examples
    --------
    >>> sum(math.prod(shape) for shape in weight_shapes(2).values())
    1150228
    """
    latent_dim = _validate.integer(latent_dim, "latent_dim", least=1)
    pixels = math.prod(_validate.image_shape(image_shape))
    dense = {f"encoder/dense_{n}": (inputs, n) for inputs, n in itertools.pairwise((pixels, *HIDDEN_UNITS))}
    dense |= {f"encoder/{name}": (HIDDEN_UNITS[-1], latent_dim)
              for name in (("z_mean", "z_log_var") if is_vae else ("z",))}
    dense |= {f"decoder/dense_{n}": (inputs, n) for inputs, n in itertools.pairwise((latent_dim, *HIDDEN_UNITS[::-1]))}
    dense["decoder/x_logits"] = (HIDDEN_UNITS[0], pixels)
    shapes = {}
    for layer, (inputs, outputs) in dense.items():
        shapes |= {f"{layer}/kernel": (inputs, outputs), f"{layer}/bias": (outputs,)}
        if layer == f"encoder/dense_{HIDDEN_UNITS[-1]}":
            shapes |= {f"encoder/batch_norm/{name}": (outputs,) for name in BATCH_NORM_WEIGHTS}
    return shapes
