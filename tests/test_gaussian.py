"""Sampling, densities and the KL divergence, against values worked out by hand, quadrature, SciPy and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import integrate, stats

from vae_helpers import gaussian

steady = settings(deadline=None, derandomize=True, max_examples=60)

LN2 = 0.6931471805599453
# (mean_q, std_q, mean_p, std_p): equal, moved, narrower, wider, all at once, and far apart.
PAIRS = [(0, 1, 0, 1), (1, 1, 0, 1), (0, 0.5, 0, 1), (0, 3, 0, 1), (-1.5, 0.7, 2, 1.9), (4, 2.5, -3, 0.4),
         (30, 1, 0, 1)]

means = st.floats(-10, 10)
stds = st.floats(0.01, 10)


def rows(elements, max_rows=4, max_columns=12, dtype=np.float64):
    """Two arrays of one shape (batch, latent_dim)."""
    shapes = st.tuples(st.integers(1, max_rows), st.integers(1, max_columns))
    return shapes.flatmap(lambda shape: st.tuples(*(hnp.arrays(dtype, shape, elements=e) for e in elements)))


def kl_by_scipy(mean_q, std_q, mean_p, std_p):
    """Integrate q (log q - log p) with SciPy's own densities, over every place where q is above 1e-30 of its peak."""
    q, p = stats.norm(mean_q, std_q), stats.norm(mean_p, std_p)
    return integrate.quad(lambda x: q.pdf(x) * (q.logpdf(x) - p.logpdf(x)), mean_q - 12 * std_q, mean_q + 12 * std_q,
                          points=[mean_q], epsabs=1e-12, epsrel=1e-12, limit=200)[0]


def kl_by_gauss_hermite(mean_q, std_q, mean_p, std_p):
    """log q - log p is a parabola; three Gauss-Hermite nodes integrate polynomials up to degree 5 without error."""
    t, weight = np.polynomial.hermite_e.hermegauss(3)
    x = mean_q + std_q * t
    return np.sum(weight * (stats.norm.logpdf(x, mean_q, std_q) - stats.norm.logpdf(x, mean_p, std_p))) / weight.sum()


# Sampling ------------------------------------------------------------------------------------------------------------

def test_reparameterize_by_hand():
    """Standard deviations 2 and 1/2: 1 + 2 * 0.5 and -2 + 0.5 * (-1)."""
    z = gaussian.reparameterize([[1, -2]], [[2 * LN2, -2 * LN2]], [[0.5, -1]])
    np.testing.assert_allclose(z, [[2, -2.5]], rtol=1e-15)


def test_no_variance_gives_the_mean():
    mean = np.array([[0.1, -3.7], [1e9, 0]])
    z = gaussian.reparameterize(mean, np.full((2, 2), -np.inf), np.full((2, 2), 5.0))
    np.testing.assert_array_equal(z, mean)


def test_unit_variance_and_no_noise():
    rng = np.random.default_rng(0)
    mean, noise = rng.normal(size=(2, 5, 3))
    np.testing.assert_array_equal(gaussian.reparameterize(mean, np.zeros((5, 3)), noise), mean + noise)
    np.testing.assert_array_equal(gaussian.reparameterize(mean, np.full((5, 3), 1.7), np.zeros((5, 3))), mean)


@steady
@given(hnp.arrays(np.float64, hnp.array_shapes(), elements=st.floats(-40, 40)))
def test_logarithm_of_the_squared_step_is_the_log_variance(z_log_var):
    step = gaussian.reparameterize(np.zeros_like(z_log_var), z_log_var, np.ones_like(z_log_var))
    assert step.shape == z_log_var.shape
    np.testing.assert_allclose(np.log(step**2), z_log_var, rtol=0, atol=1e-14)


def test_codes_follow_the_normal_distribution():
    n, mean, std = 200_000, 1.5, 0.7
    noise = np.random.default_rng(1).standard_normal(n)
    z = gaussian.reparameterize(np.full(n, mean), np.full(n, 2 * math.log(std)), noise)
    # Standard errors of a normal sample: std / sqrt(n) for its mean, std**2 * sqrt(2 / (n - 1)) for its variance.
    assert abs(z.mean() - mean) < 5 * std / math.sqrt(n)
    assert abs(z.var(ddof=1) - std**2) < 5 * std**2 * math.sqrt(2 / (n - 1))
    assert stats.kstest(z, stats.norm(mean, std).cdf).pvalue > 1e-6


@pytest.mark.parametrize("dtypes, expected", [
    ("fff", np.float32), ("ddd", np.float64), ("fdd", np.float64), ("ffd", np.float64), ("dff", np.float64),
    ("iff", np.float64),
])
def test_reparameterize_dtype(dtypes, expected):
    assert gaussian.reparameterize(*(np.ones((2, 3), dtype) for dtype in dtypes)).dtype == expected


@pytest.mark.parametrize("position, name", list(enumerate(["z_mean", "z_log_var", "noise"])))
@pytest.mark.parametrize("bad, error, received", [
    (np.full((2, 3), np.nan), ValueError, "6 of them in an array of shape (2, 3)"),
    (np.full((2, 3), np.inf), ValueError, "shape (2, 3)"),
    (np.zeros((3, 2)), ValueError, "(3, 2)"),
    (np.zeros(3), ValueError, "(3"),
    (np.zeros((2, 0)), ValueError, "(2, 0)"),
    (np.zeros((2, 3), bool), TypeError, "dtype bool"),
    (np.zeros((2, 3), complex), TypeError, "dtype complex128"),
    ("codes", TypeError, "str 'codes'"),
    (None, TypeError, "NoneType None"),
])
def test_reparameterize_refuses(position, name, bad, error, received):
    arguments = [np.zeros((2, 3))] * 3
    arguments[position] = bad
    with pytest.raises(error) as caught:
        gaussian.reparameterize(*arguments)
    assert received in str(caught.value)
    if bad is None or isinstance(bad, str) or bad.shape == (2, 3):
        assert str(caught.value).startswith(name), "the message names the argument"


@pytest.mark.parametrize("position, name", [(0, "z_mean"), (2, "noise")])
def test_only_the_log_variance_may_be_minus_infinity(position, name):
    arguments = [np.zeros((1, 2))] * 3
    arguments[position] = np.array([[0, -np.inf]])
    with pytest.raises(ValueError, match=f"{name} must be finite, received 1 infinities"):
        gaussian.reparameterize(*arguments)


# Density -------------------------------------------------------------------------------------------------------------

def test_density_by_hand():
    """At the mean of N(0, 1) the density is 1 / sqrt(2 pi); one standard deviation out it is lower by 1/2."""
    assert gaussian.log_normal_density(0, 0, 1) == pytest.approx(-0.9189385332046727, rel=1e-15)
    assert gaussian.log_normal_density(7, 5, 2) == pytest.approx(-0.9189385332046727 - 0.5 - LN2, rel=1e-15)


@steady
@given(st.floats(-100, 100), means, stds)
def test_density_is_scipys(x, mean, std):
    # The square of (x - mean) / std is at most about 1e8, and carries its rounding.
    expected = stats.norm.logpdf(x, mean, std)
    assert gaussian.log_normal_density(x, mean, std) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("mean, std", [(0, 1), (-3, 0.2), (5, 7)])
def test_density_integrates_to_one(mean, std):
    area, _ = integrate.quad(lambda x: np.exp(gaussian.log_normal_density(x, mean, std)), mean - 10 * std,
                             mean + 10 * std)
    assert area == pytest.approx(1, abs=1e-9)


def test_density_far_out_is_not_log_of_zero():
    assert gaussian.log_normal_density(1e5, 0, 1) == pytest.approx(-5e9 - 0.9189385332046727, rel=1e-15)


def test_density_broadcasts():
    density = gaussian.log_normal_density(np.zeros((3, 1)), [0, 1], 1)
    assert density.shape == (3, 2)
    np.testing.assert_allclose(density[:, 0] - density[:, 1], 0.5, rtol=1e-14)
    assert np.ndim(gaussian.log_normal_density(0, 0, 1)) == 0


@pytest.mark.parametrize("position, name", list(enumerate(["x", "mean", "std"])))
@pytest.mark.parametrize("bad, error, received", [
    (np.nan, ValueError, "1 of them"), (np.inf, ValueError, "1 infinities"), ([], ValueError, "shape (0,)"),
    ("a", TypeError, "str 'a'"), (None, TypeError, "NoneType None"), (True, TypeError, "bool True"),
])
def test_density_refuses(position, name, bad, error, received):
    arguments = [0, 0, 1]
    arguments[position] = bad
    with pytest.raises(error, match=rf"^{name} must ") as caught:
        gaussian.log_normal_density(*arguments)
    assert received in str(caught.value)


@pytest.mark.parametrize("std, received", [(0, "0.0"), ([1, -2], "-2.0")])
def test_density_refuses_a_std_that_is_not_positive(std, received):
    with pytest.raises(ValueError, match=f"std must be positive, received {received}"):
        gaussian.log_normal_density(0, 0, std)


def test_density_refuses_shapes_that_do_not_go_together():
    with pytest.raises(ValueError, match=r"\(2,\).*\(3,\)"):
        gaussian.log_normal_density([0, 1], [0, 1, 2], 1)


# KL from the standard normal -----------------------------------------------------------------------------------------

def test_kl_to_standard_normal_by_hand():
    """A mean of 1 costs 1/2; a variance of 4 costs (4 - ln 4 - 1) / 2; a variance of 1/4 costs (1/4 + ln 4 - 1) / 2."""
    z_mean = np.array([[0, 0], [1, 0], [0, 0], [0, 0], [1, 0], [3, 4]])
    z_log_var = np.array([[0, 0], [0, 0], [2 * LN2, 0], [0, -2 * LN2], [2 * LN2, -2 * LN2], [0, 0]])
    wide, narrow = 1.5 - LN2, LN2 - 0.375
    np.testing.assert_allclose(gaussian.kl_to_standard_normal(z_mean, z_log_var),
                               [0, 0.5, wide, narrow, 0.5 + wide + narrow, 12.5], rtol=1e-14)


@pytest.mark.parametrize("mean, std", [(0, 1), (1.3, 1), (0, 0.05), (0, 6), (-2.1, 0.3), (8, 1.5)])
def test_kl_to_standard_normal_by_quadrature(mean, std):
    kl = gaussian.kl_to_standard_normal([[mean]], [[2 * math.log(std)]])
    assert kl.shape == (1,)
    assert kl[0] == pytest.approx(kl_by_scipy(mean, std, 0, 1), rel=1e-10, abs=1e-11)


def test_kl_to_standard_normal_by_simulation_in_twelve_dimensions():
    """The mean of log p(z) - log q(z) over draws from p, by SciPy's multivariate density."""
    rng = np.random.default_rng(2)
    z_mean, z_log_var = rng.normal(size=12), rng.normal(size=12)
    p = stats.multivariate_normal(z_mean, np.diag(np.exp(z_log_var)))
    z = p.rvs(100_000, random_state=rng)
    terms = p.logpdf(z) - stats.multivariate_normal(np.zeros(12)).logpdf(z)
    kl = gaussian.kl_to_standard_normal(z_mean[None], z_log_var[None])[0]
    assert abs(kl - terms.mean()) < 5 * terms.std() / math.sqrt(len(terms))


@pytest.mark.parametrize("dtype, width", [(np.float32, 32), (np.float64, 64)])
def test_kl_to_standard_normal_is_never_negative(dtype, width):
    @steady
    @given(rows((st.floats(-10, 10, width=width), st.floats(-30, 30, width=width)), dtype=dtype))
    def check(arrays):
        kl = gaussian.kl_to_standard_normal(*arrays)
        assert kl.shape == (len(arrays[0]),) and kl.dtype == dtype
        assert (kl >= 0).all()

    check()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rounding_near_zero_never_makes_the_kl_negative(dtype):
    """Where exp(x) - 1 - x cancels, rounding to either side is as likely; 100,000 sizes from 1e-18 to 1, both signs."""
    size = 10 ** np.random.default_rng(3).uniform(-18, 0, 100_000)
    z_log_var = np.concatenate([size, -size]).astype(dtype)[:, None]
    assert (gaussian.kl_to_standard_normal(np.zeros_like(z_log_var), z_log_var) >= 0).all()


@steady
@given(rows((st.floats(-10, 10), st.floats(-10, 10))))
def test_kl_is_zero_only_at_the_prior(arrays):
    z_mean, z_log_var = arrays
    away = (np.abs(z_mean) > 1e-6).any(axis=1) | (np.abs(z_log_var) > 1e-6).any(axis=1)
    kl = gaussian.kl_to_standard_normal(z_mean, z_log_var)
    assert (kl[away] > 0).all()
    assert (gaussian.kl_to_standard_normal(np.zeros_like(z_mean), np.zeros_like(z_mean)) == 0).all()


@steady
@given(rows((st.floats(-10, 10), st.floats(-10, 10))))
def test_kl_is_a_sum_over_the_latent_elements(arrays):
    z_mean, z_log_var = arrays
    kl = gaussian.kl_to_standard_normal(z_mean, z_log_var)
    doubled = gaussian.kl_to_standard_normal(np.hstack([z_mean, z_mean]), np.hstack([z_log_var, z_log_var]))
    np.testing.assert_allclose(doubled, 2 * kl, rtol=1e-12)
    # One more element that already is N(0, 1) costs nothing. A mean over the elements would fall.
    nothing = np.zeros((len(z_mean), 1))
    padded = gaussian.kl_to_standard_normal(np.hstack([z_mean, nothing]), np.hstack([z_log_var, nothing]))
    np.testing.assert_allclose(padded, kl, rtol=1e-12)


@steady
@given(rows((st.floats(-10, 10), st.floats(-20, 20))))
def test_each_row_is_priced_alone(arrays):
    z_mean, z_log_var = arrays
    alone = [gaussian.kl_to_standard_normal(m[None], v[None])[0] for m, v in zip(z_mean, z_log_var)]
    np.testing.assert_allclose(gaussian.kl_to_standard_normal(z_mean, z_log_var), alone, rtol=1e-14)


@steady
@given(rows((st.floats(-10, 10), st.floats(-9, 5))))
def test_kl_to_standard_normal_is_the_sum_of_kl_between(arrays):
    z_mean, z_log_var = arrays
    elementwise = gaussian.kl_between(z_mean, np.exp(z_log_var / 2), 0, 1)
    np.testing.assert_allclose(gaussian.kl_to_standard_normal(z_mean, z_log_var), elementwise.sum(axis=1),
                               rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("size", [1e-2, 1e-3, 1e-5, 1e-7, 1e-9, -1e-2, -1e-3, -1e-5, -1e-7, -1e-9])
def test_kl_close_to_the_prior_keeps_its_digits(size):
    """(exp(x) - 1 - x) / 2 = x**2/4 + x**3/12 + x**4/48 + x**5/240 + ...

    Subtracting x from exp(x) - 1, each right to a rounding (1.1e-16), leaves an error of 1.1e-16 |x| in x**2/2 or so.
    """
    series = size**2 / 4 + size**3 / 12 + size**4 / 48 + size**5 / 240
    kl = gaussian.kl_to_standard_normal([[0.0]], [[size]])[0]
    rounding = 4 * 1.2e-16 / abs(size)
    truncation = size**4
    assert kl == pytest.approx(series, rel=rounding + truncation + 1e-15, abs=0)
    naive = 0.5 * (np.exp(size) - size - 1)
    if abs(size) <= 1e-7:
        assert abs(naive - series) > 100 * abs(kl - series), "no test of anything unless the plain formula is worse"


@pytest.mark.parametrize("z_log_var, kl", [
    (40, 0.5 * (235385266837019985.4 - 41)),  # e**40
    (-40, 0.5 * (40 - 1)),  # and e**-40 / 2 = 2e-18 more, below the last digit
    (-700, 0.5 * (700 - 1)),
    (-np.inf, np.inf),
    (1000, np.inf),
])
@pytest.mark.filterwarnings("error")
def test_kl_of_extreme_variances(z_log_var, kl):
    np.testing.assert_allclose(gaussian.kl_to_standard_normal([[0.0, 0.0]], [[0.0, z_log_var]]), [kl], rtol=1e-15)


@pytest.mark.filterwarnings("error")
def test_kl_of_an_autoencoder_is_infinite_and_not_nan():
    kl = gaussian.kl_to_standard_normal(np.ones((3, 2), np.float32), np.full((3, 2), -np.inf, np.float32))
    assert kl.dtype == np.float32 and (kl == np.inf).all()


def test_kl_dtype():
    single, double = np.ones((2, 3), np.float32), np.ones((2, 3))
    assert gaussian.kl_to_standard_normal(single, single).dtype == np.float32
    assert gaussian.kl_to_standard_normal(single, double).dtype == np.float64
    assert gaussian.kl_to_standard_normal([[1, 2]], [[0, 1]]).dtype == np.float64


@pytest.mark.parametrize("z_mean, z_log_var, error, received", [
    (np.zeros(3), np.zeros(3), ValueError, "z_mean must have shape (n, n), received an array of shape (3,)"),
    (np.zeros((2, 3, 1)), np.zeros((2, 3, 1)), ValueError, "shape (2, 3, 1)"),
    (0.0, 0.0, ValueError, "shape ()"),
    (np.zeros((2, 3)), np.zeros((2, 2)), ValueError,
     "z_log_var must have shape (2, 3), received an array of shape (2, 2)"),
    (np.zeros((2, 3)), np.zeros((1, 3)), ValueError, "(1, 3)"),
    (np.zeros((0, 3)), np.zeros((0, 3)), ValueError, "z_mean must not be empty, received an array of shape (0, 3)"),
    (np.full((1, 2), np.nan), np.zeros((1, 2)), ValueError, "z_mean must not hold NaN, received 2"),
    (np.full((1, 2), -np.inf), np.zeros((1, 2)), ValueError, "z_mean must be finite, received 2"),
    (np.zeros((1, 2)), np.full((1, 2), np.nan), ValueError, "z_log_var must not hold NaN, received 2"),
    (np.zeros((1, 2)), np.full((1, 2), np.inf), ValueError, "z_log_var must be below infinity, received an array"),
    ("a", np.zeros((1, 2)), TypeError, "z_mean must hold real numbers, received str 'a'"),
    (np.zeros((1, 2)), np.zeros((1, 2), complex), TypeError, "dtype complex128"),
    (np.zeros((1, 2), bool), np.zeros((1, 2)), TypeError, "dtype bool"),
])
def test_kl_to_standard_normal_refuses(z_mean, z_log_var, error, received):
    with pytest.raises(error) as caught:
        gaussian.kl_to_standard_normal(z_mean, z_log_var)
    assert received in str(caught.value)


# KL between two normals ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("pair, kl", [
    ((0, 1, 0, 1), 0),
    ((0, 1, 1, 1), 0.5),
    ((3, 1, 1, 1), 2),
    ((0, 2, 0, 1), 1.5 - LN2),
    ((0, 1, 0, 2), LN2 - 0.375),
    ((1, 1, -1, 2), LN2 + 0.125),  # ln 2 + (1 + 4) / 8 - 1/2
])
def test_kl_between_by_hand(pair, kl):
    assert gaussian.kl_between(*pair) == pytest.approx(kl, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize("pair", PAIRS)
def test_kl_between_by_quadrature(pair):
    assert gaussian.kl_between(*pair) == pytest.approx(kl_by_scipy(*pair), rel=1e-9, abs=1e-11)


@steady
@given(means, stds, means, stds)
def test_kl_between_by_gauss_hermite(mean_q, std_q, mean_p, std_p):
    """The quadrature adds terms as large as the squares below, each of them rounded."""
    largest = 1 + (std_q / std_p) ** 2 + ((mean_q - mean_p) / std_p) ** 2
    expected = kl_by_gauss_hermite(mean_q, std_q, mean_p, std_p)
    assert gaussian.kl_between(mean_q, std_q, mean_p, std_p) == pytest.approx(expected, rel=0, abs=1e-12 * largest)


@steady
@given(means, stds, means, stds)
def test_kl_between_is_positive_unless_equal(mean_q, std_q, mean_p, std_p):
    kl = gaussian.kl_between(mean_q, std_q, mean_p, std_p)
    assert kl >= 0
    assert gaussian.kl_between(mean_q, std_q, mean_q, std_q) == 0
    if abs(mean_q - mean_p) > 1e-6 * std_p or abs(std_q / std_p - 1) > 1e-6:
        assert kl > 0


@steady
@given(means, stds, means, stds, st.floats(0.1, 10) | st.floats(-10, -0.1), means)
def test_kl_between_does_not_change_with_the_units(mean_q, std_q, mean_p, std_p, a, b):
    """x -> a x + b maps both normals, and no invertible map changes a KL divergence.

    Rounding moves a mean by up to 1e-14, so a difference of means in units of std_p >= 0.01 by 1e-12, and its square,
    at most 4e6, by 4e-9.
    """
    moved = gaussian.kl_between(a * mean_q + b, abs(a) * std_q, a * mean_p + b, abs(a) * std_p)
    assert moved == pytest.approx(gaussian.kl_between(mean_q, std_q, mean_p, std_p), rel=1e-9, abs=1e-8)


def test_kl_between_depends_on_the_direction():
    """Wide p over narrow q is cheap, narrow p over wide q is dear."""
    assert gaussian.kl_between(0, 1, 0, 3) < 1 < gaussian.kl_between(0, 3, 0, 1)


@pytest.mark.parametrize("scale", [1, 3])
@pytest.mark.parametrize("size", [1e-3, 1e-5, 1e-6])
def test_kl_between_close_to_equal_keeps_its_digits(scale, size):
    """With std_q = (1 + d) std_p: d - d**2/2 + d**3/3 - ... cancels all but d**2 - d**3/3 + d**4/4 - d**5/5.

    The logarithm of the ratio is a difference of logarithms up to 1.1, right to 2.2e-16 each.
    """
    std_q = scale * (1 + size)
    d = (std_q - scale) / scale
    series = d**2 - d**3 / 3 + d**4 / 4 - d**5 / 5
    assert gaussian.kl_between(0, std_q, 0, scale) == pytest.approx(series, rel=4 * 4.4e-16 / d + d**4, abs=0)


def test_kl_between_broadcasts():
    kl = gaussian.kl_between(np.zeros((3, 1)), 1, [0, 1], 1)
    np.testing.assert_allclose(kl, [[0, 0.5]] * 3, rtol=1e-15)
    assert np.ndim(gaussian.kl_between(0, 1, 0, 1)) == 0


@pytest.mark.filterwarnings("error")
def test_kl_between_beyond_the_largest_float_is_infinite_without_a_warning():
    """As `kl_to_standard_normal` has it."""
    assert gaussian.kl_between(0, 1e200, 0, 1) == np.inf
    assert gaussian.kl_between(1e200, 1, 0, 1) == np.inf


# KL by simulation ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("pair", PAIRS)
def test_monte_carlo_finds_the_kl_and_its_own_error(pair):
    """log q - log p at q's mean + t std is a t**2 + b t + c, of variance 2 a**2 + b**2 for t from N(0, 1)."""
    mean_q, std_q, mean_p, std_p = pair
    a, b = ((std_q / std_p) ** 2 - 1) / 2, std_q * (mean_q - mean_p) / std_p**2
    n = 40_000
    estimate, error = gaussian.kl_monte_carlo(*pair, n, np.random.default_rng(4))
    true_error = math.sqrt((2 * a**2 + b**2) / n)
    assert abs(estimate - kl_by_gauss_hermite(*pair)) <= 5 * true_error + 1e-14
    # A sample's standard deviation errs by sqrt((kurtosis - 1) / 4n), with a kurtosis of at most t**2's 15.
    assert error == pytest.approx(true_error, rel=5 * math.sqrt(14 / (4 * n)), abs=1e-16)


def test_monte_carlo_error_is_honest():
    """With equal variances the terms are normal, so estimates over their errors follow Student's t exactly."""
    repetitions, n = 4000, 50
    estimates, errors = gaussian.kl_monte_carlo(np.full(repetitions, 1.2), 1, 0, 1, n, np.random.default_rng(5))
    assert estimates.shape == errors.shape == (repetitions,)
    t = (estimates - 0.72) / errors  # 1.2**2 / 2
    for share in (0.5, 0.9, 0.95, 0.99):
        covered = np.mean(np.abs(t) < stats.t.ppf((1 + share) / 2, n - 1))
        assert abs(covered - share) < 5 * math.sqrt(share * (1 - share) / repetitions)
    assert stats.kstest(t, stats.t(n - 1).cdf).pvalue > 1e-6


def test_monte_carlo_elements_have_noise_of_their_own():
    first, second = gaussian.kl_monte_carlo(np.ones((2, 4000)), 1, 0, 1, 20, np.random.default_rng(6))[0]
    # The correlation of independent samples of size n has a standard error of 1 / sqrt(n).
    assert abs(np.corrcoef(first, second)[0, 1]) < 5 / math.sqrt(4000)


@steady
@given(means, stds, st.integers(1, 50))
def test_monte_carlo_of_equal_normals_is_exact(mean, std, n):
    estimate, error = gaussian.kl_monte_carlo(mean, std, mean, std, n, np.random.default_rng(0))
    assert estimate == 0 and error == (np.inf if n == 1 else 0)


@pytest.mark.filterwarnings("error")
def test_one_draw_says_nothing_about_its_error():
    estimate, error = gaussian.kl_monte_carlo(1, 1, 0, 1, 1, np.random.default_rng(7))
    assert math.isfinite(estimate) and error == np.inf
    estimates, errors = gaussian.kl_monte_carlo([1, 2], 1, 0, 1, 1, np.random.default_rng(7))
    assert np.isfinite(estimates).all() and (errors == np.inf).all() and errors.shape == (2,)


def test_two_draws_by_hand():
    """The standard error of two terms is half their distance."""
    terms = [gaussian.kl_monte_carlo(1, 2, 0, 1, 1, rng)[0] for rng in [np.random.default_rng(8)] * 2]
    estimate, error = gaussian.kl_monte_carlo(1, 2, 0, 1, 2, np.random.default_rng(8))
    assert estimate == pytest.approx(sum(terms) / 2) and error == pytest.approx(abs(terms[0] - terms[1]) / 2)


def test_monte_carlo_draws_from_the_generator_given():
    def estimate(rng):
        return gaussian.kl_monte_carlo(1, 1, 0, 1, 10, rng)[0]

    rng = np.random.default_rng(9)
    first = estimate(rng)
    assert first == estimate(np.random.default_rng(9)) and first != estimate(rng)


@pytest.mark.parametrize("n_samples, rng, error, received", [
    (0, np.random.default_rng(0), ValueError, "n_samples must be at least 1, received 0"),
    (-3, np.random.default_rng(0), ValueError, "n_samples must be at least 1, received -3"),
    (10.0, np.random.default_rng(0), TypeError, "n_samples must be an integer of at least 1, received float 10.0"),
    (True, np.random.default_rng(0), TypeError, "received bool True"),
    (10, 0, TypeError, "rng must be a numpy.random.Generator"),
    (10, None, TypeError, "received NoneType None"),
    (10, np.random, TypeError, "received module"),
])
def test_monte_carlo_refuses(n_samples, rng, error, received):
    with pytest.raises(error) as caught:
        gaussian.kl_monte_carlo(0, 1, 0, 1, n_samples, rng)
    assert received in str(caught.value)


# KL by quadrature ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("pair", [*PAIRS, (0, 0.01, 5, 10), (0, 10, 0, 0.1), (-10, 0.05, 10, 0.2), (0, 1, 0, 1.0001)])
def test_quadrature_to_the_digits_it_promises(pair):
    mean_q, std_q, mean_p, std_p = pair
    # Sizes of the integrand's three terms: log q, log of the ratio, and the square under log p.
    largest = max(1, abs(math.log(std_q / std_p)), ((std_q**2 + (mean_q - mean_p) ** 2) / (2 * std_p**2)))
    assert abs(gaussian.kl_quadrature(*pair) - kl_by_gauss_hermite(*pair)) < 1e-8 * largest


def test_quadrature_broadcasts():
    kl = gaussian.kl_quadrature(np.zeros((2, 1)), 1, [0, 1, 2], 1)
    np.testing.assert_allclose(kl, [[0, 0.5, 2]] * 2, rtol=0, atol=2e-8)
    assert np.ndim(gaussian.kl_quadrature(0, 1, 0, 1)) == 0


# What the three have in common ---------------------------------------------------------------------------------------

ROUTES = {
    "kl_between": gaussian.kl_between,
    "kl_quadrature": gaussian.kl_quadrature,
    "kl_monte_carlo": lambda *pair: gaussian.kl_monte_carlo(*pair, 10, np.random.default_rng(0)),
}


@pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)
@pytest.mark.parametrize("position, name", list(enumerate(["mean_q", "std_q", "mean_p", "std_p"])))
@pytest.mark.parametrize("bad, error, received", [
    (np.nan, ValueError, "1 of them"), (-np.inf, ValueError, "1 infinities"), ([], ValueError, "shape (0,)"),
    ("a", TypeError, "str 'a'"), (None, TypeError, "NoneType None"), (True, TypeError, "bool True"),
    (1j, TypeError, "complex 1j"),
])
def test_routes_refuse(route, position, name, bad, error, received):
    pair = [0, 1, 0, 1]
    pair[position] = bad
    with pytest.raises(error, match=rf"^{name} must ") as caught:
        route(*pair)
    assert received in str(caught.value)


@pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)
@pytest.mark.parametrize("position, name", [(1, "std_q"), (3, "std_p")])
@pytest.mark.parametrize("bad, received", [(0, "0.0"), (-0.5, "-0.5"), ([1, -2], "-2.0")])
def test_routes_refuse_a_std_that_is_not_positive(route, position, name, bad, received):
    pair = [0, 1, 0, 1]
    pair[position] = bad
    with pytest.raises(ValueError, match=rf"^{name} must be positive, received {received}"):
        route(*pair)


@pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)
def test_routes_refuse_shapes_that_do_not_go_together(route):
    with pytest.raises(ValueError, match=r"\(2,\).*\(3,\)"):
        route([0, 1], 1, [0, 1, 2], 1)


@pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)
def test_routes_leave_their_arguments_alone(route):
    pair = [np.array([value, value]) for value in (1.0, 2.0, 0.0, 1.0)]
    route(*pair)
    assert [list(array) for array in pair] == [[1, 1], [2, 2], [0, 0], [1, 1]]


def test_reparameterize_refuses_a_log_variance_that_overflows():
    with pytest.raises(ValueError, match=r"^z_log_var must have a standard deviation within float64, received 1500"):
        gaussian.reparameterize(np.zeros(1), np.full(1, 1500.0), np.zeros(1))


# How likely a code is ------------------------------------------------------------------------------------------------

def test_prior_tail_in_two_dimensions_is_in_closed_form():
    z = np.random.default_rng(0).normal(size=(50, 2))
    np.testing.assert_allclose(gaussian.prior_tail(z), np.exp(-(z**2).sum(axis=1) / 2), rtol=1e-12)
    assert gaussian.prior_tail([0.0, 0.0]) == 1 and gaussian.prior_tail([3, 4]) == pytest.approx(np.exp(-12.5))


@pytest.mark.parametrize("latent_dim", [1, 2, 12])
def test_prior_tail_is_that_of_the_chi_squared_distribution(latent_dim):
    z = np.random.default_rng(1).normal(size=(4, 5, latent_dim))
    np.testing.assert_allclose(gaussian.prior_tail(z), stats.chi2(latent_dim).sf((z**2).sum(axis=-1)), rtol=1e-10)


def test_prior_tail_by_counting():
    draws, z = np.random.default_rng(2).normal(size=(40_000, 2)), np.array([1.1, -0.6])
    share = np.mean(np.hypot(*draws.T) > np.hypot(*z))
    exact = gaussian.prior_tail(z)
    assert abs(share - exact) < 5 * np.sqrt(exact * (1 - exact) / len(draws))


@pytest.mark.parametrize("z, error, message", [
    ([0.0, np.nan], ValueError, "z must not hold NaN"), ([np.inf, 0.0], ValueError, "z must be finite"),
    ("01", TypeError, "z must hold real numbers"), (1.0, ValueError, "z must have an axis of latent elements"),
])
def test_prior_tail_refuses(z, error, message):
    with pytest.raises(error, match=message):
        gaussian.prior_tail(z)
