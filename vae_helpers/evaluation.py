"""How good is a network? Costs and likelihoods of given images, nats per image, and the real images that are nearest.

A network is whatever has `latent_dim`, `encode` and `decode`, and for costs `decode_logits`; no TensorFlow is needed.

Introduced in notebooks 05 (ELBO) and 11 (importance-weighted bound, exact likelihood); lecture, section 4.9.
"""

from typing import NamedTuple

import numpy as np

from vae_helpers import _validate
from vae_helpers.data import BATCH_SIZE, as_vectors, flat_pixels, vector_batches
from vae_helpers.gaussian import kl_to_standard_normal, reparameterize

CODES_AT_ONCE = 5000  # 16 MB of logits
TILE = 15  # codes along each side of a tile of the exact likelihood's grid, of which every fifth is tried first
MARGIN = 30.0  # nats; a tile whose best code so far lies further below the best of all is left out
WITH_LOGITS = ("latent_dim", "encode", "decode", "decode_logits")


class Elbo(NamedTuple):
    """Evidence lower bound and the two costs it is made of, nats per image: elbo = -(reconstruction + kl)."""

    elbo: float
    reconstruction: float
    kl: float


def bernoulli_cost(x, x_logits):
    """Return the cross-entropy between pixels and their reconstruction, summed over the pixels of each image.

    Parameters
    ----------
    x : ndarray of shape (n, 784)
        Pixels in [0, 1].
    x_logits : ndarray of shape (n, 784)
        A decoder's output before its sigmoid.

    Returns
    -------
    ndarray of shape (n,)
        Nats per image. The twin of `models.bernoulli_cost` for arrays.

    Examples
    --------
    >>> bernoulli_cost(np.array([[1.0, 0.0]]), np.array([[0.0, 0.0]])) / np.log(2)  # two pixels, each half sure
    array([2.])
    """
    x, x_logits = _validate.finite_array(x, "x"), _validate.finite_array(x_logits, "x_logits")
    _validate.require(x.min() >= 0 and x.max() <= 1, f"x must be pixels in [0, 1], received {_validate.described(x)} "
                      f"with values from {x.min():g} to {x.max():g}")
    _validate.require(x.shape == x_logits.shape and x.ndim == 2, "x and x_logits must have one shape, (n, pixels), "
                      f"received {_validate.described(x)} and {_validate.described(x_logits)}")
    return _softplus_sums(x_logits) - np.einsum("ij,ij->i", x, x_logits)


def elbo(network, images, *, n_samples=1, seed=0):
    """Compute the evidence lower bound (ELBO), z sampled from q(z|x), averaged over images.

    Parameters
    ----------
    network : VAE, Network, or a class of your own
        It needs `decode_logits`, too. The `beta` of a VAE plays no part: the ELBO has weight 1 on the KL term.
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

    References
    ----------
    D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2013, equation 10.

    Examples
    --------
    >>> from vae_helpers.data import load_mnist
    >>> from vae_helpers.network import load_pretrained
    >>> result = elbo(load_pretrained("vae-2d"), load_mnist("test").images[:1000])
    >>> round(result.reconstruction), round(result.kl)
    (131, 7)
    """
    images = _images_for(network, images)
    n_samples = _validate.integer(n_samples, "n_samples", least=1)
    rng = np.random.default_rng(_validate.integer(seed, "seed", least=0))
    reconstruction = kl = 0.0
    for x, z_mean, z_log_var in _encoded_batches(network, images):
        kl += kl_to_standard_normal(z_mean, z_log_var).sum(dtype=np.float64)
        for _ in range(n_samples):
            z = reparameterize(z_mean, z_log_var, rng.standard_normal(z_mean.shape, dtype=np.float32))
            cost = bernoulli_cost(x, _logits(network, z, len(x)))
            reconstruction += cost.sum(dtype=np.float64) / n_samples
    reconstruction, kl = float(reconstruction / len(images)), float(kl / len(images))
    return Elbo(-(reconstruction + kl), reconstruction, kl)


def importance_weighted_bound(network, images, k, *, seed=0):
    """Estimate the importance-weighted bound on log p(x) of each image from k draws of z from q(z|x).

    The logarithm of the mean of k weights p(x|z) p(z) / q(z|x). Its expected value is the ELBO for k = 1, never falls
    as k grows, and approaches log p(x) from below.

    Parameters
    ----------
    network : VAE, Network, or a class of your own
        With `decode_logits` and any number of latent elements. The `beta` of a VAE plays no part.
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

    References
    ----------
    Y. Burda, R. Grosse and R. Salakhutdinov, "Importance weighted autoencoders", ICLR 2016, section 3.

    Examples
    --------
    >>> from vae_helpers.data import load_mnist
    >>> from vae_helpers.network import load_pretrained
    >>> network, images = load_pretrained("vae-2d"), load_mnist("test").images[:200]
    >>> one, fifty = (importance_weighted_bound(network, images, k).mean() for k in (1, 50))
    >>> bool(fifty > one)
    True
    """
    images = _images_for(network, images)
    k = _validate.integer(k, "k", least=1)
    rng = np.random.default_rng(_validate.integer(seed, "seed", least=0))
    bounds = []
    for x, z_mean, z_log_var in _encoded_batches(network, images, max(1, CODES_AT_ONCE // k)):
        z_mean, z_log_var = z_mean[:, None], z_log_var[:, None]  # (batch, 1, latent_dim)
        noise = rng.standard_normal((len(x), k, z_mean.shape[-1]), dtype=np.float32)
        z = z_mean + np.exp(z_log_var / 2) * noise  # (batch, k, latent_dim)
        x_logits = _logits(network, z.reshape(len(x) * k, -1), len(x) * k)  # (batch * k, pixels)
        log_likelihood = -bernoulli_cost(np.repeat(x, k, axis=0), x_logits).reshape(len(x), k)
        # log p(z) - log q(z|x), in which the constants with pi cancel.
        log_ratio = 0.5 * (noise**2 + z_log_var - z**2).sum(axis=-1)
        bounds.append(_log_sum_exp(log_likelihood.astype(np.float64) + log_ratio) - np.log(k))
    return np.concatenate(bounds)


def exact_log_likelihood(network, images, *, step=0.02, span=6.0):
    """Compute log p(x) of each image by integrating p(x|z) p(z) over a grid of two-dimensional codes.

    No encoder takes part. The grid is made of tiles of 15 by 15 codes. Every fifth of them, along both axes, is tried
    for every image, and then all codes of the tiles that can matter for it. Halve `step` to see the error of the grid:
    it is small as long as the step is no wider than about 1.5 standard deviations of the narrowest posterior.

    Parameters
    ----------
    network : VAE, Autoencoder, Network, or a class of your own
        With 2 latent elements and `decode_logits`.
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

    References
    ----------
    Explained in notebook 11.

    Examples
    --------
    >>> from vae_helpers.data import load_mnist
    >>> from vae_helpers.network import load_pretrained
    >>> network, images = load_pretrained("vae-2d"), load_mnist("test").images[:20]
    >>> bool(exact_log_likelihood(network, images, step=0.1).mean() > elbo(network, images).elbo)
    True
    """
    images = _images_for(network, images)
    _validate.require(network.latent_dim == 2, "network must have 2 latent elements, so that a grid can cover them, "
                      f"received {network.latent_dim}")
    x = as_vectors(images, images.shape[1:])
    step, span = _validate.real(step, "step", above=0), _validate.real(span, "span", above=0)
    middles = _middles(TILE * step, span)  # (tiles, 2)
    within = step * (np.indices((TILE, TILE)).transpose(1, 2, 0) - TILE // 2)  # (15, 15, 2)
    matter = _tiles_that_matter(network, x, middles[:, None] + within[2::5, 2::5].reshape(-1, 2))  # (images, tiles)
    log_p = np.full(len(x), -np.inf)
    used, at_once = np.flatnonzero(matter.any(axis=0)), CODES_AT_ONCE // TILE**2
    for tiles in np.split(used, range(at_once, len(used), at_once)):
        codes = middles[tiles, None] + within.reshape(-1, 2)  # (tiles, 225, 2)
        x_logits, constants = (np.split(part, len(tiles)) for part in _logits_and_constants(network, codes))
        for i, tile in enumerate(tiles):
            its_images = np.flatnonzero(matter[:, tile])
            log_joint = x[its_images] @ x_logits[i].T + constants[i]  # (images, 225)
            log_p[its_images] = np.logaddexp(log_p[its_images], _log_sum_exp(log_joint))
    return log_p + 2 * np.log(step)


def binary_accuracy(network, images):
    """Compute the share of pixels whose value equals their reconstruction rounded to 0 or 1, as the lecture prints it.

    On grey images a perfect reconstruction scores below 1, because no grey pixel equals 0 or 1.

    Parameters
    ----------
    network : VAE, Autoencoder, Network, or a class of your own
        Its z_mean is decoded.
    images : ndarray of shape (n, 28, 28), dtype=uint8, or of shape (n, 784), dtype=float32 in [0, 1]

    Returns
    -------
    float
        In [0, 1].

    References
    ----------
    Lecture, section 4.9.

    Examples
    --------
    >>> from vae_helpers.data import load_mnist
    >>> from vae_helpers.network import load_pretrained
    >>> round(binary_accuracy(load_pretrained("vae-2d"), load_mnist("test").images[:1000]), 2)
    0.81
    """
    images = _images_for(network, images, ("latent_dim", "encode", "decode"))
    equal = 0
    for x in vector_batches(images, images.shape[1:]):
        rebuilt = np.asarray(network.decode(network.encode(x.reshape(-1, *images.shape[1:]))[0]))
        equal += np.sum((rebuilt.reshape(x.shape) > 0.5) == x)
    return float(equal / images.size)


def nearest_images(images, among, k=1, image_shape=(28, 28)):
    """Find the k images that are nearest to each image, by the Euclidean distance of their pixels.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), dtype=uint8, or of shape (n, 28, 28) or (n, 784), dtype=float32 in [0, 1]
        For example what a network decodes.
    among : ndarray
        Where to look, of m images of either kind: for example the training digits.
    k : int, default=1
        How many to find, at most m.
    image_shape : tuple of int, default=(28, 28)
        The size of an image.

    Returns
    -------
    distances : ndarray of shape (n, k), dtype=float32
        In increasing order. Each pixel counts from 0 to 1, so that no distance is larger than 28.
    indices : ndarray of shape (n, k), dtype=int
        Which of `among` they are.

    Examples
    --------
    >>> from vae_helpers.data import load_mnist
    >>> digits = load_mnist("test").images[:100]
    >>> distances, indices = nearest_images(digits[[7, 3]], digits, k=2)
    >>> indices[:, 0].tolist(), distances[:, 0].tolist()  # each is nearest to itself
    ([7, 3], [0.0, 0.0])
    """
    vectors, pool = as_vectors(images, image_shape), flat_pixels(among, image_shape)
    k = _validate.within(_validate.integer(k, "k", least=1), "k", 1, len(pool))
    squares, indices, start = [], [], 0
    for part in vector_batches(among, image_shape):
        d2 = (part**2).sum(axis=1) - 2 * vectors @ part.T  # (n, batch), less the square of the image itself
        best = np.argpartition(d2, min(k, len(part)) - 1, axis=1)[:, :k]
        squares.append(np.take_along_axis(d2, best, axis=1))
        indices.append(best + start)
        start += len(part)
    squares, indices = np.concatenate(squares, axis=1), np.concatenate(indices, axis=1)
    chosen = np.take_along_axis(indices, np.argpartition(squares, k - 1, axis=1)[:, :k], axis=1)
    # From the differences themselves: where two images are nearly equal, their squares cancel.
    distances = np.stack([np.linalg.norm(vectors - as_vectors(among[column], image_shape), axis=1)
                          for column in chosen.T], axis=1)
    order = np.argsort(distances, axis=1, kind="stable")
    return np.take_along_axis(distances, order, axis=1), np.take_along_axis(chosen, order, axis=1)


def _middles(side, span):
    """Return the middles of the square tiles that together cover a disc."""
    n = int(np.ceil(span / side))
    codes = side * np.stack(np.meshgrid(*2 * [np.arange(-n, n + 1)]), axis=-1).reshape(-1, 2)
    return codes[np.hypot(*codes.T) <= span + side / np.sqrt(2)]


def _tiles_that_matter(network, x, codes):
    """Say for each image and tile whether a few codes of the tile, (tiles, codes, 2), come near the image's best."""
    n_tiles, tried = codes.shape[:2]
    best = np.empty((len(x), n_tiles), np.float32)  # log p(x|z) + log p(z) of the best code of each tile
    tiles_at_once = CODES_AT_ONCE // tried
    for first in range(0, n_tiles, tiles_at_once):
        some = slice(first, first + tiles_at_once)
        x_logits, constants = _logits_and_constants(network, codes[some])
        for start in range(0, len(x), BATCH_SIZE):
            batch = slice(start, start + BATCH_SIZE)
            log_joint = x[batch] @ x_logits.T + constants  # (batch, codes)
            best[batch, some] = log_joint.reshape(len(log_joint), -1, tried).max(axis=2)
    return best >= best.max(axis=1, keepdims=True) - MARGIN


def _images_for(network, images, words=WITH_LOGITS):
    """Check a network and its images, and return these as (n, height, width) or (n, height, width, 3)."""
    _validate.network(network, words=words)
    image_shape = getattr(network, "image_shape", (28, 28))
    return flat_pixels(images, image_shape).reshape(-1, *image_shape)


def _encoded_batches(network, images, size=BATCH_SIZE):
    """Yield vectors of pixels, and the mean and log-variance of their codes, batch by batch."""
    for x in vector_batches(images, images.shape[1:], size):
        z_mean, z_log_var = (np.asarray(part, np.float32) for part in network.encode(x.reshape(-1, *images.shape[1:])))
        _validate.require(not np.isneginf(z_log_var).any(), "network must spread its codes, because the density of "
                          "q(z|x) is asked for; an autoencoder has none")
        yield x, z_mean, z_log_var


def _logits(network, z, n):
    return np.asarray(network.decode_logits(z)).reshape(n, -1)


def _logits_and_constants(network, codes):
    """Return logits and constants such that log p(x|z) + log p(z) is x @ logits + constant, for each code."""
    codes = codes.reshape(-1, 2)
    x_logits = _logits(network, codes.astype(np.float32), len(codes))
    log_prior = -0.5 * (codes**2).sum(axis=1) - np.log(2 * np.pi)
    return x_logits, (log_prior - _softplus_sums(x_logits)).astype(np.float32)


def _softplus_sums(x_logits):
    # In single precision NumPy's log takes a fraction of the time of its log1p, for digits that the sum drops anyway.
    return (np.maximum(x_logits, 0) + np.log(1 + np.exp(-np.abs(x_logits)))).sum(axis=1)


def _log_sum_exp(rows):
    """Return the logarithm of each row's sum of exponentials, in double precision."""
    largest = rows.max(axis=1)
    return largest + np.log(np.exp(rows - largest[:, None]).sum(axis=1, dtype=np.float64))
