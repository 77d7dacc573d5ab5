"""How good is a VAE? Costs and likelihoods of given images under a trained model, in nats per image.

Introduced in notebooks 05 (ELBO) and 11 (importance-weighted bound, exact likelihood); lecture, section 4.9.
"""

from typing import NamedTuple

import numpy as np

from vae_helpers import _validate
from vae_helpers.backend import keras
from vae_helpers.data import as_vectors, flat_pixels
from vae_helpers.gaussian import kl_to_standard_normal, reparameterize
from vae_helpers.models import VAE, Autoencoder, bernoulli_cost
from vae_helpers.network import Network

BATCH_SIZE = 1000
CODES_AT_ONCE = 5000  # 16 MB of logits
TILE = 15  # codes along each side of a tile of the exact likelihood's grid, of which every fifth is tried first
MARGIN = 30.0  # nats; a tile whose best code so far lies further below the best of all is left out


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
    encode = _encoder_of(vae)
    reconstruction = kl = 0.0
    for x in _batches(images):
        z_mean, z_log_var = encode(x)
        kl += kl_to_standard_normal(z_mean, z_log_var).sum(dtype=np.float64)
        for _ in range(n_samples):
            z = reparameterize(z_mean, z_log_var, rng.standard_normal(z_mean.shape, dtype=np.float32))
            cost = keras.ops.convert_to_numpy(bernoulli_cost(x, vae.decoder_logits(z, training=False)))
            reconstruction += cost.sum(dtype=np.float64) / n_samples
    reconstruction, kl = float(reconstruction / n_images), float(kl / n_images)
    return Elbo(-(reconstruction + kl), reconstruction, kl)


def importance_weighted_bound(vae, images, k, *, seed=0):
    """Estimate the importance-weighted bound on log p(x) of each image from k draws of z from q(z|x).

    The logarithm of the mean of k weights p(x|z) p(z) / q(z|x). Its expected value is the ELBO for k = 1, never falls
    as k grows, and approaches log p(x) from below.

    Parameters
    ----------
    vae : VAE or Network
        With any number of latent elements. Its `beta` plays no part.
    images : ndarray of shape (n, 28, 28), dtype=uint8, or of shape (n, 784), dtype=float32 in [0, 1]
        Grey pixels count as probabilities of ink, as in `elbo`.
    k : int
        Draws of z for each image, at least 1.
    seed : int, default=0
        Fixes the draws.

    Returns
    -------
    ndarray of shape (n,), dtype=float64
        Nats, one estimate for each image.

    Raises
    ------
    TypeError, ValueError
        If `vae` is not a VAE, the images are not of the kinds above, or `k` or `seed` is not an integer of at least 1
        or 0.

    References
    ----------
    Y. Burda, R. Grosse and R. Salakhutdinov, "Importance weighted autoencoders", ICLR 2016, section 3.
    """
    encode, (decode_logits, _) = _encoder_of(vae), _decoder_of(vae)
    flat_pixels(images)
    k = _validate.integer(k, "k", least=1)
    rng = np.random.default_rng(_validate.integer(seed, "seed", least=0))
    bounds = []
    for x in _batches(images, max(1, CODES_AT_ONCE // k)):
        z_mean, z_log_var = (part[:, None] for part in encode(x))  # (batch, 1, latent_dim)
        if np.isneginf(z_log_var).any():
            raise ValueError("vae must spread its codes: the bound divides by the density of q(z|x), which an "
                             "autoencoder does not have")
        noise = rng.standard_normal((len(x), k, z_mean.shape[-1]), dtype=np.float32)
        z = z_mean + np.exp(z_log_var / 2) * noise  # (batch, k, latent_dim)
        x_logits = decode_logits(z.reshape(len(x) * k, -1))  # (batch * k, 784)
        ink = (x_logits.reshape(len(x), k, -1) @ x[:, :, None])[..., 0]  # (batch, k)
        log_likelihood = ink - _softplus_sums(x_logits).reshape(len(x), k)
        # log p(z) - log q(z|x), in which the constants with pi cancel.
        log_ratio = 0.5 * (noise**2 + z_log_var - z**2).sum(axis=-1)
        bounds.append(_log_sum_exp(log_likelihood.astype(np.float64) + log_ratio) - np.log(k))
    return np.concatenate(bounds)


def exact_log_likelihood(decoder, images, *, step=0.02, span=6.0):
    """Compute log p(x) of each image by integrating p(x|z) p(z) over a grid of two-dimensional codes.

    No encoder takes part. The grid is made of tiles of 15 by 15 codes. Every fifth of them, along both axes, is tried
    for every image, and then all codes of the tiles that can matter for it. Halve `step` to see the error of the grid:
    it is small as long as the step is no wider than about 1.5 standard deviations of the narrowest posterior.

    Parameters
    ----------
    decoder : Network, VAE, Autoencoder or keras.Model
        With 2 latent elements. Of a whole model the decoder is taken; a keras.Model comes from `build_decoder`.
    images : ndarray of shape (n, 28, 28), dtype=uint8, or of shape (n, 784), dtype=float32 in [0, 1]
        Black-and-white images have a likelihood. For grey ones the result is what their `elbo` is a bound on; it lies
        itself below the mean of log p over black-and-white images drawn from them.
    step : float, default=0.02
        Distance between neighbouring codes.
    span : float, default=6.0
        The grid covers all codes up to this distance from the origin. The prior has the mass exp(-span**2 / 2) beyond.

    Returns
    -------
    ndarray of shape (n,), dtype=float64
        Nats.

    Raises
    ------
    TypeError, ValueError
        If the decoder is none of these or has not 2 latent elements, the images are not of the kinds above, or `step`
        or `span` is not a number as above.

    References
    ----------
    Explained in notebook 11.
    """
    decode_logits, latent_dim = _decoder_of(decoder)
    if latent_dim != 2:
        raise ValueError(f"decoder must have 2 latent elements, so that a grid can cover them, received {latent_dim}")
    x = as_vectors(images)
    step = _validate.real(step, "step", above=0)
    span = _validate.real(span, "span", above=0)
    middles = _middles(TILE * step, span)  # (tiles, 2)
    within = step * (np.indices((TILE, TILE)).transpose(1, 2, 0) - TILE // 2)  # (15, 15, 2)
    tried_first = within[2::5, 2::5].reshape(-1, 2)  # (9, 2)
    image, tile = _tiles_that_matter(decode_logits, x, middles[:, None] + tried_first)
    used, first = np.unique(tile, return_index=True)
    images_of = np.split(image, first[1:])  # for each tile in use
    log_p = np.full(len(x), -np.inf)
    tiles_at_once = CODES_AT_ONCE // TILE**2
    for start in range(0, len(used), tiles_at_once):
        some = slice(start, start + tiles_at_once)
        codes = middles[used[some], None] + within.reshape(-1, 2)  # (tiles, 225, 2)
        x_logits, constants = _logits_and_constants(decode_logits, codes.reshape(-1, 2))
        for these, its_logits, its_constants in zip(images_of[some], x_logits.reshape(len(codes), TILE**2, -1),
                                                    constants.reshape(len(codes), TILE**2)):
            log_joint = x[these] @ its_logits.T + its_constants  # (images, 225)
            log_p[these] = np.logaddexp(log_p[these], _log_sum_exp(log_joint))
    return log_p + 2 * np.log(step)


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


def _batches(images, size=None):
    size = size or BATCH_SIZE
    for start in range(0, len(images), size):
        yield as_vectors(images[start : start + size])


def _encoder_of(vae):
    """Return a function from images to z_mean and z_log_var, all of them arrays."""
    if isinstance(vae, Network):
        return vae.encode
    if not isinstance(vae, VAE):
        raise TypeError(f"vae must come from build_vae or load_pretrained, received {_validate.described(vae)}")
    return lambda x: [keras.ops.convert_to_numpy(part) for part in vae.encoder(x, training=False)[:2]]


def _decoder_of(model):
    """Return a function from codes to logits, both of them arrays, and the number of latent elements."""
    if isinstance(model, Network):
        return model.decode_logits, model.latent_dim
    if isinstance(model, Autoencoder):
        network = model.decoder_logits
    elif isinstance(model, keras.Model) and "x_logits" in [layer.name for layer in model.layers]:
        network = keras.Model(model.input, model.get_layer("x_logits").output)
    else:
        raise TypeError("decoder must come from build_decoder, build_vae, build_autoencoder or load_pretrained, "
                        f"received {_validate.described(model)}")
    return lambda z: keras.ops.convert_to_numpy(network(z, training=False)), network.input_shape[-1]


def _middles(side, span):
    """Return the middles of the square tiles that together cover a disc."""
    n = int(np.ceil(span / side))
    codes = side * np.stack(np.meshgrid(*2 * [np.arange(-n, n + 1)]), axis=-1).reshape(-1, 2)
    return codes[np.hypot(*codes.T) <= span + side / np.sqrt(2)]


def _tiles_that_matter(decode_logits, x, codes):
    """Return pairs of image and tile, as two arrays sorted by tile, from a few codes of each tile."""
    flat = codes.reshape(-1, 2)
    parts = [_logits_and_constants(decode_logits, flat[start : start + CODES_AT_ONCE])
             for start in range(0, len(flat), CODES_AT_ONCE)]
    x_logits, constants = (np.concatenate(part) for part in zip(*parts))
    pairs = []
    for start in range(0, len(x), BATCH_SIZE):
        log_joint = x[start : start + BATCH_SIZE] @ x_logits.T + constants  # (batch, codes)
        best = log_joint.reshape(len(log_joint), *codes.shape[:2]).max(axis=2)  # (batch, tiles)
        image, tile = np.nonzero(best >= best.max(axis=1, keepdims=True) - MARGIN)
        pairs.append((image + start, tile))
    image, tile = (np.concatenate(part) for part in zip(*pairs))
    order = np.argsort(tile, kind="stable")
    return image[order], tile[order]


def _logits_and_constants(decode_logits, codes):
    """Return logits and constants such that log p(x|z) + log p(z) is x @ logits + constant, for each code."""
    x_logits = decode_logits(codes.astype(np.float32))
    log_prior = -0.5 * (codes**2).sum(axis=1) - np.log(2 * np.pi)
    return x_logits, (log_prior - _softplus_sums(x_logits)).astype(np.float32)


def _softplus_sums(x_logits):
    # In single precision NumPy's log takes a fraction of the time of its log1p, for digits that the sum drops anyway.
    return (np.maximum(x_logits, 0) + np.log(1 + np.exp(-np.abs(x_logits)))).sum(axis=1)


def _log_sum_exp(rows):
    """Return the logarithm of each row's sum of exponentials, in double precision."""
    largest = rows.max(axis=1)
    return largest + np.log(np.exp(rows - largest[:, None]).sum(axis=1, dtype=np.float64))
