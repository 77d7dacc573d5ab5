"""How good is a VAE? Costs of given images under a trained model, in nats per image.

Introduced in notebook 05; lecture, section 4.9.
"""

from typing import NamedTuple

import numpy as np

from vae_helpers import _validate
from vae_helpers.backend import keras
from vae_helpers.data import as_vectors, flat_pixels
from vae_helpers.gaussian import kl_to_standard_normal, reparameterize
from vae_helpers.models import VAE, Autoencoder, bernoulli_cost

BATCH_SIZE = 1000


class Elbo(NamedTuple):
    """Evidence lower bound and the two costs it is made of, nats per image: elbo = -(reconstruction + kl)."""

    elbo: float
    reconstruction: float
    kl: float


def elbo(vae, images, *, n_samples=1, seed=0):
    """Compute the evidence lower bound (ELBO), z sampled from q(z|x), averaged over images.

    Parameters
    ----------
    vae : VAE
        Its `beta` plays no part: the ELBO has weight 1 on the KL term.
    images : ndarray of shape (n, 28, 28), dtype=uint8, or of shape (n, 784), dtype=float32 in [0, 1]
        Grey pixels count as probabilities of ink: the expected ELBO over black-and-white images drawn from them.
    n_samples : int, default=1
        Draws of z for each image.
    seed : int, default=0
        Fixes the draws.

    Returns
    -------
    Elbo
        Named tuple ``(elbo, reconstruction, kl)`` of floats, nats per image. The costs are positive.

    Raises
    ------
    TypeError, ValueError
        If `vae` is not a VAE, the images are not of the kinds above, or `n_samples` or `seed` is not an integer of at
        least 1 or 0.

    References
    ----------
    D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2013, equation 10.
    """
    if not isinstance(vae, VAE):
        raise TypeError(f"vae must come from build_vae, received {_validate.described(vae)}")
    n_images = len(flat_pixels(images))
    n_samples = _validate.integer(n_samples, "n_samples", least=1)
    rng = np.random.default_rng(_validate.integer(seed, "seed", least=0))
    reconstruction = kl = 0.0
    for x in _batches(images):
        z_mean, z_log_var = (keras.ops.convert_to_numpy(part) for part in vae.encoder(x, training=False)[:2])
        kl += kl_to_standard_normal(z_mean, z_log_var).sum(dtype=np.float64)
        for _ in range(n_samples):
            z = reparameterize(z_mean, z_log_var, rng.standard_normal(z_mean.shape, dtype=np.float32))
            cost = keras.ops.convert_to_numpy(bernoulli_cost(x, vae.decoder_logits(z, training=False)))
            reconstruction += cost.sum(dtype=np.float64) / n_samples
    reconstruction, kl = float(reconstruction / n_images), float(kl / n_images)
    return Elbo(-(reconstruction + kl), reconstruction, kl)


def binary_accuracy(model, images):
    """Compute the share of pixels whose value equals their reconstruction rounded to 0 or 1, as the lecture prints it.

    On grey images a perfect reconstruction scores below 1, because no grey pixel equals 0 or 1.

    Parameters
    ----------
    model : VAE or Autoencoder
    images : ndarray of shape (n, 28, 28), dtype=uint8, or of shape (n, 784), dtype=float32 in [0, 1]

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    TypeError, ValueError
        If the model or the images are not of the kinds above.

    References
    ----------
    Lecture, section 4.9.
    """
    if not isinstance(model, Autoencoder):
        raise TypeError(f"model must come from build_vae or build_autoencoder, received {_validate.described(model)}")
    pixels = flat_pixels(images)
    equal = sum(np.sum((model.predict_on_batch(x) > 0.5) == x) for x in _batches(images))
    return float(equal / pixels.size)


def _batches(images):
    for start in range(0, len(images), BATCH_SIZE):
        yield as_vectors(images[start : start + BATCH_SIZE])
