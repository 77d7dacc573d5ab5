"""Gaussians and the Kullback-Leibler divergence between them, in NumPy and SciPy.

Introduced in notebooks 02 (sampling) and 03 (KL divergence); lecture, sections 3.2 and 3.3. Logarithms are natural, so
every divergence is in nats.
"""

import numpy as np
from scipy import integrate
from scipy.special import gammaincc

from vae_helpers import _validate


def reparameterize(z_mean, z_log_var, noise):
    """Draw codes from N(z_mean, exp(z_log_var)) by moving and stretching standard normal noise.

    z = z_mean + exp(z_log_var / 2) * noise

    Parameters
    ----------
    z_mean, z_log_var, noise : ndarray of one shape, any shape
        Mean, natural logarithm of the variance, and draws from N(0, 1). A log-variance of minus infinity stands for
        a standard deviation of 0.

    Returns
    -------
    ndarray of the same shape
        float32 where all three are float32, float64 where one of them is.

    Raises
    ------
    TypeError
        If an argument does not hold real numbers.
    ValueError
        If the shapes differ, an array is empty, a number is NaN or an infinity other than the one above, or a
        log-variance is so large that its standard deviation cannot be represented.

    References
    ----------
    Lecture, section 3.2. D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2013, section 2.4.
    """
    z_mean = _validate.finite_array(z_mean, "z_mean")
    z_log_var = _log_variance(z_log_var, z_mean.shape)
    noise = _validate.finite_array(noise, "noise", z_mean.shape)
    with np.errstate(over="ignore"):
        std = np.exp(z_log_var / 2)
    if np.isinf(std).any():
        raise ValueError(f"z_log_var must have a standard deviation within {std.dtype}, received {z_log_var.max()}")
    return z_mean + std * noise


def log_normal_density(x, mean, std):
    """Return the logarithm of the density of N(mean, std**2) at `x`, elementwise.

    Parameters
    ----------
    x, mean, std : array-like
        Finite numbers that broadcast together; `std` is positive.

    Returns
    -------
    ndarray or float
        log N(x; mean, std**2).

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold finite real numbers, or a `std` is not positive.
    """
    x = _validate.finite_array(x, "x")
    mean, std = _validate.finite_array(mean, "mean"), _validate.positive_array(std, "std")
    return _log_density(x, mean, std)[()]


def kl_to_standard_normal(z_mean, z_log_var):
    """Return KL(N(z_mean, exp(z_log_var)) || N(0, I)) of each row, in closed form.

    Half the sum over the latent elements of exp(z_log_var) + z_mean**2 - z_log_var - 1.

    Parameters
    ----------
    z_mean, z_log_var : ndarray of shape (batch, latent_dim)
        Mean and natural logarithm of the variance. A log-variance of minus infinity gives an infinite divergence, and
        so does one too large for its exponential to be represented.

    Returns
    -------
    ndarray of shape (batch,)
        Nats, summed (not averaged) over the latent axis.

    Raises
    ------
    TypeError
        If an argument does not hold real numbers.
    ValueError
        If the shapes differ or are not two-dimensional, an array is empty, or a number is NaN.

    References
    ----------
    Lecture, section 3.3. D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2013, appendix B.
    """
    z_mean = _validate.finite_array(z_mean, "z_mean", (None, None))
    z_log_var = _log_variance(z_log_var, z_mean.shape)
    # expm1 keeps the digits that exp(...) - 1 loses where the variance is close to 1.
    with np.errstate(over="ignore"):
        return 0.5 * np.sum(np.expm1(z_log_var) - z_log_var + z_mean**2, axis=1)


def kl_between(mean_q, std_q, mean_p, std_p):
    """Return KL(q || p) of two univariate normal distributions, in closed form and elementwise.

    log(std_p / std_q) + (std_q**2 + (mean_q - mean_p)**2) / (2 * std_p**2) - 1/2

    Parameters
    ----------
    mean_q, std_q, mean_p, std_p : array-like
        Finite numbers that broadcast together; standard deviations are positive.

    Returns
    -------
    ndarray or float
        Nats; infinite where that is too large to be represented.

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold finite real numbers, or a standard deviation is not positive.

    References
    ----------
    Derived line by line in notebook 03; lecture, section 3.3.
    """
    mean_q, std_q, mean_p, std_p = _two_normals(mean_q, std_q, mean_p, std_p)
    log_ratio = np.log(std_q) - np.log(std_p)
    # -log r + (r**2 - 1) / 2 with r = std_q / std_p, again by expm1 for the digits near r = 1.
    with np.errstate(over="ignore"):
        return (-log_ratio + 0.5 * np.expm1(2 * log_ratio) + 0.5 * ((mean_q - mean_p) / std_p) ** 2)[()]


def kl_monte_carlo(mean_q, std_q, mean_p, std_p, n_samples, rng):
    """Estimate KL(q || p) of two normals as the mean of log q(x) - log p(x) over draws x from q.

    Parameters
    ----------
    mean_q, std_q, mean_p, std_p : array-like
        Finite numbers that broadcast together; standard deviations are positive.
    n_samples : int
        How many draws, at least 1.
    rng : numpy.random.Generator
        Where the draws come from.

    Returns
    -------
    estimate, standard_error : ndarray or float
        Nats. The standard error is the standard deviation of the terms over the square root of `n_samples`; a single
        draw says nothing about its own error, which is then infinite.

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold finite real numbers, a standard deviation is not positive, `n_samples` is not an
        integer of at least 1, or `rng` is not a generator.

    References
    ----------
    Lecture, section 3.3: the definition of the divergence as an expected value.
    """
    mean_q, std_q, mean_p, std_p = _two_normals(mean_q, std_q, mean_p, std_p)
    n_samples = _validate.integer(n_samples, "n_samples", least=1)
    _validate.generator(rng)
    x = mean_q + std_q * rng.standard_normal((n_samples, *mean_q.shape))
    terms = _log_density(x, mean_q, std_q) - _log_density(x, mean_p, std_p)
    error = terms.std(axis=0, ddof=1) / np.sqrt(n_samples) if n_samples > 1 else np.full(mean_q.shape, np.inf)
    return terms.mean(axis=0)[()], error[()]


def kl_quadrature(mean_q, std_q, mean_p, std_p):
    """Compute KL(q || p) of two normals by integrating q(x) (log q(x) - log p(x)) numerically.

    Parameters
    ----------
    mean_q, std_q, mean_p, std_p : array-like
        Finite numbers that broadcast together; standard deviations are positive.

    Returns
    -------
    ndarray or float
        Nats, to about 1e-8 of the largest of the integrand's three terms.

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold finite real numbers, or a standard deviation is not positive.
    """
    return np.vectorize(_integrate_one, otypes=[float])(*_two_normals(mean_q, std_q, mean_p, std_p))[()]


def prior_tail(z):
    """Return how much of the prior N(0, I) lies farther from the origin than a code.

    The squared distance of a draw has the chi-squared distribution with as many degrees of freedom as the code has
    elements. With 2 of them the share is exp(-r**2 / 2).

    Parameters
    ----------
    z : array_like of shape (..., latent_dim)

    Returns
    -------
    ndarray of shape (...)
        1 at the origin, falling to 0.

    Raises
    ------
    TypeError, ValueError
        If the codes are not finite numbers.
    """
    z = _validate.finite_array(z, "z").astype(np.float64)
    if z.ndim == 0:
        raise ValueError(f"z must have an axis of latent elements, received {_validate.described(z)}")
    return gammaincc(z.shape[-1] / 2, (z**2).sum(axis=-1) / 2)


def _integrate_one(mean_q, std_q, mean_p, std_p):
    def integrand(t):
        x = mean_q + std_q * t
        log_q = _log_density(t, 0.0, 1.0)
        return np.exp(log_q) * (log_q - np.log(std_q) - _log_density(x, mean_p, std_p))

    # In units of q's own standard deviation its density is below 1e-300 beyond 38 of them.
    return sum(integrate.quad(integrand, *limits, limit=200)[0] for limits in ((-38, -8), (-8, 8), (8, 38)))


def _log_density(x, mean, std):
    return -0.5 * ((x - mean) / std) ** 2 - np.log(std) - 0.5 * np.log(2 * np.pi)


def _log_variance(value, shape):
    array = _validate.float_array(value, "z_log_var", shape)
    if np.isposinf(array).any():
        raise ValueError(f"z_log_var must be below infinity, received {_validate.described(array)} with infinities")
    return array


def _two_normals(mean_q, std_q, mean_p, std_p):
    mean_q, mean_p = _validate.finite_array(mean_q, "mean_q"), _validate.finite_array(mean_p, "mean_p")
    std_q, std_p = _validate.positive_array(std_q, "std_q"), _validate.positive_array(std_p, "std_p")
    return [array.astype(float) for array in np.broadcast_arrays(mean_q, std_q, mean_p, std_p)]
