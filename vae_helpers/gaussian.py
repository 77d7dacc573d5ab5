"""Gaussians and the Kullback-Leibler divergence between them, in NumPy and SciPy.

Introduced in notebooks 02 (sampling) and 03 (KL divergence); lecture, sections 3.2 and 3.3. Logarithms are natural, so
every divergence is in nats. Everything is computed in float64, whatever comes in.
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
        float64 where one of the three is, otherwise float32, also of half precision. Codes that do not fit are
        refused.

    References
    ----------
    Lecture, section 3.2. D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2013, section 2.4.

    Examples
    --------
    >>> reparameterize([1.0, -2.0], [0.0, 2 * np.log(3.0)], [0.5, 1.0])  # standard deviations of 1 and 3
    array([1.5, 1. ])
    """
    z_mean = _validate.finite_array(z_mean, "z_mean")
    z_log_var = _log_variance(z_log_var, z_mean.shape)
    noise = _validate.finite_array(noise, "noise", z_mean.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        z = z_mean.astype(np.float64) + np.exp(z_log_var.astype(np.float64) / 2) * noise
        z = z.astype(np.result_type(z_mean, z_log_var, noise))
    return _validate.representable(z, z_mean=z_mean, z_log_var=z_log_var, noise=noise)[()]


def log_normal_density(x, mean, std):
    """Return the logarithm of the density of N(mean, std**2) at `x`, elementwise.

    Parameters
    ----------
    x, mean, std : array-like
        Finite numbers that broadcast together; `std` is positive.

    Returns
    -------
    ndarray or float
        log N(x; mean, std**2), to 1e-15 of the larger of log(std) and the square; float64. Minus infinity where
        that is too small for it.

    Examples
    --------
    >>> log_normal_density([0.0, 1.0], mean=0.0, std=1.0).round(3)
    array([-0.919, -1.419])
    """
    x = _validate.finite_array(x, "x")
    mean, std = _validate.finite_array(mean, "mean"), _validate.positive_array(std, "std")
    x, mean, std = _broadcast(x, mean, std)
    return (-_half_square(_distance(x, mean, std)) - np.log(std) - 0.5 * np.log(2 * np.pi))[()]


def kl_to_standard_normal(z_mean, z_log_var):
    """Return KL(N(z_mean, exp(z_log_var)) || N(0, I)) of each row, in closed form.

    Half the sum over the latent elements of exp(z_log_var) + z_mean**2 - z_log_var - 1.

    Parameters
    ----------
    z_mean, z_log_var : ndarray of shape (batch, latent_dim)
        Mean and natural logarithm of the variance. A log-variance of minus infinity gives an infinite divergence.

    Returns
    -------
    ndarray of shape (batch,)
        Nats, summed (not averaged) over the latent axis, right to 1e-12 of themselves. float64 where one of the two
        is, otherwise float32, also of half precision. Infinite where that is too small for the divergence.

    References
    ----------
    Lecture, section 3.3. D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2013, appendix B.

    Examples
    --------
    >>> kl_to_standard_normal([[0.0, 0.0], [1.0, 2.0]], [[0.0, 0.0], [0.0, 0.0]])
    array([0. , 2.5])
    """
    z_mean = _validate.finite_array(z_mean, "z_mean", (None, None))
    z_log_var = _log_variance(z_log_var, z_mean.shape)
    nats = _half_square(z_mean.astype(np.float64)) + _half_excess(z_log_var.astype(np.float64))
    with np.errstate(over="ignore"):
        return nats.sum(axis=1).astype(np.result_type(z_mean, z_log_var))


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
        Nats, right to 1e-12 of themselves; float64. Infinite where that is too small for the divergence.

    References
    ----------
    Derived line by line in notebook 03; lecture, section 3.3.

    Examples
    --------
    >>> kl_between([1.0, 2.0], 1.0, 0.0, 1.0)
    array([0.5, 2. ])
    >>> kl_between(0.0, [0.5, 1.0, 2.0], 0.0, 1.0).round(3)
    array([0.318, 0.   , 0.807])
    """
    delta, log_ratio = _standardised(mean_q, std_q, mean_p, std_p)
    return (_half_square(delta) + _half_excess(2 * log_ratio))[()]


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
        Nats, float64. The standard error is the standard deviation of the terms over the square root of `n_samples`,
        and at least the rounding of the estimate. A single draw says nothing about its own error, which is then
        infinite, as both are where the divergence is too large to be represented.

    References
    ----------
    Lecture, section 3.3: the definition of the divergence as an expected value.

    Examples
    --------
    >>> estimate, error = kl_monte_carlo(1.0, 1.0, 0.0, 1.0, 10_000, np.random.default_rng(0))
    >>> print(abs(estimate - 0.5) < 4 * error, error.round(2))
    True 0.01
    """
    constant, slope, curvature, size = _parabola(*_standardised(mean_q, std_q, mean_p, std_p))
    n_samples = _validate.integer(n_samples, "n_samples", least=1)
    t = _validate.generator(rng).standard_normal((n_samples, *constant.shape))
    terms = slope * t + curvature * t**2
    estimate = constant + terms.mean(axis=0)
    rounding = 4 * np.finfo(float).eps * np.abs(constant)
    spread = terms.std(axis=0, ddof=1) / np.sqrt(n_samples) if n_samples > 1 else np.inf
    return (size * estimate)[()], (size * np.maximum(spread, rounding))[()]


def kl_quadrature(mean_q, std_q, mean_p, std_p):
    """Compute KL(q || p) of two normals by integrating q(x) (log q(x) - log p(x)) numerically.

    Parameters
    ----------
    mean_q, std_q, mean_p, std_p : array-like
        Finite numbers that broadcast together; standard deviations are positive.

    Returns
    -------
    ndarray or float
        Nats, float64; infinite where that is too small for the divergence. Right to about 1e-8 of the largest
        coefficient of the parabola that log q(x) - log p(x) is in (x - mean_q) / std_q.

    Examples
    --------
    >>> kl_quadrature([1.0, 2.0], 1.0, 0.0, 1.0).round(6)
    array([0.5, 2. ])
    """
    coefficients = _parabola(*_standardised(mean_q, std_q, mean_p, std_p))
    return np.vectorize(_integrate_one, otypes=[float])(*coefficients)[()]


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
        1 at the origin, falling to 0; to 1e-10 of itself down to 1e-300.

    Examples
    --------
    >>> prior_tail([[0.0, 0.0], [1.0, 1.0], [3.0, 4.0]]).round(3)
    array([1.   , 0.368, 0.   ])
    """
    z = _validate.finite_array(z, "z").astype(np.float64)
    _validate.require(z.ndim > 0, "z must have an axis of latent elements", z)
    return gammaincc(z.shape[-1] / 2, _half_square(z).sum(axis=-1))


def _standardised(mean_q, std_q, mean_p, std_p):
    """Return the distance of the means in units of std_p, and log(std_q / std_p): all that a divergence depends on."""
    mean_q, mean_p = _validate.finite_array(mean_q, "mean_q"), _validate.finite_array(mean_p, "mean_p")
    std_q, std_p = _validate.positive_array(std_q, "std_q"), _validate.positive_array(std_p, "std_p")
    mean_q, std_q, mean_p, std_p = _broadcast(mean_q, std_q, mean_p, std_p)
    with np.errstate(divide="ignore", over="ignore"):
        difference = (std_q - std_p) / std_p  # within a factor of 2 without any rounding before the division
        log_ratio = np.where(np.abs(difference) < 0.5, np.log1p(difference), np.log(std_q) - np.log(std_p))
    return _distance(mean_q, mean_p, std_p), log_ratio


def _parabola(delta, log_ratio):
    """Return the constant, slope and curvature of log q - log p over `size`, and `size`, that of the largest of them.

    log q(x) - log p(x) is a parabola in t = (x - mean_q) / std_q, the draw from N(0, 1) that x is made of. Written in t
    it needs no difference of large numbers, however large the means. If it is too large for float64, size is infinite.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        slope, curvature = np.exp(log_ratio) * delta, _half_excess(2 * log_ratio) + log_ratio
        parts = np.stack([_half_square(delta) - log_ratio, slope, curvature])
    size = np.abs(parts).max(axis=0)
    fits = np.isfinite(size)
    parts[:, ~fits] = [[1], [0], [0]]
    divisor = np.where(fits & (size > 0), size, 1)
    return *(parts / divisor), np.where(fits, divisor, np.inf)


def _integrate_one(constant, slope, curvature, size):
    def integrand(t):
        return np.exp(-0.5 * t**2) * (constant + slope * t + curvature * t**2)

    # Beyond 12 standard deviations of q its density is below 1e-31.
    return size * (integrate.quad(integrand, -12, 12, epsabs=1e-10)[0] / np.sqrt(2 * np.pi))


def _distance(x, mean, std):
    """Return (x - mean) / std, also where the difference alone would be too large."""
    with np.errstate(all="ignore"):
        difference = x - mean
        return np.where(np.isinf(difference), (x / 2 - mean / 2) / (std / 2), difference / std)


def _half_square(x):
    with np.errstate(over="ignore"):
        return 0.5 * x * x


def _half_excess(x):
    """Return (exp(x) - 1 - x) / 2, to the last digits also where the three cancel or exp(x) alone is too large."""
    with np.errstate(over="ignore", invalid="ignore"):
        near = x * x / 4 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6 * (1 + x / 7 * (1 + x / 8))))))
        far = 0.5 * np.exp(x / 2) * np.exp(x / 2) - 0.5 * (1 + x)
    return np.where(np.abs(x) < 0.1, near, far)


def _broadcast(*arrays):
    return [array.astype(np.float64) for array in np.broadcast_arrays(*arrays)]


def _log_variance(value, shape):
    array = _validate.float_array(value, "z_log_var", shape)
    _validate.require(not np.isposinf(array).any(), "z_log_var must be below infinity", array)
    return array
