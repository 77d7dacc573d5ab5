"""Where codes lie, which way up the sheet of digits is, and walks between codes."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from vae_helpers import latent

steady = settings(deadline=None, derandomize=True, max_examples=60)

PLANES = {"plane_codes": latent.plane_codes, "quantile_plane_codes": latent.quantile_plane_codes}


def ends(low=-100, high=100):
    """Two codes of one length."""
    return st.integers(1, 12).flatmap(
        lambda d: st.tuples(*[hnp.arrays(np.float64, d, elements=st.floats(low, high))] * 2))


def paint(codes):
    """Stand in for a decoder: every pixel of digit i shows z[0] of code i, but its top left pixel shows z[1]."""
    images = np.repeat(codes[:, :1], 784, axis=1)
    images[:, 0] = codes[:, 1]
    return images


# Planes --------------------------------------------------------------------------------------------------------------

def test_plane_by_hand():
    assert latent.plane_codes(3, 2).tolist() == [[-2, 2], [0, 2], [2, 2], [-2, 0], [0, 0], [2, 0],
                                                 [-2, -2], [0, -2], [2, -2]]


def test_plane_defaults():
    codes = latent.plane_codes()
    assert codes.shape == (900, 2) and codes.dtype == np.float32
    assert codes[[0, 29, 870, 899]].tolist() == [[-3, 3], [3, 3], [-3, -3], [3, -3]], "corners, top left first"


@pytest.mark.parametrize("plane", PLANES.values(), ids=PLANES)
@steady
@given(n=st.integers(2, 20))
def test_orientation(plane, n):
    """As on any map of the plane, up is more z[1] and right is more z[0]."""
    codes = plane(n)
    assert codes.shape == (n * n, 2) and codes.dtype == np.float32 and np.isfinite(codes).all()
    rows = codes.reshape(n, n, 2)
    assert (np.diff(rows[:, :, 1], axis=0) < 0).all(), "z[1] falls from the top row to the bottom row"
    assert (np.diff(rows[:, :, 0], axis=1) > 0).all(), "z[0] rises from left to right"
    assert (np.ptp(rows[:, :, 1], axis=1) == 0).all() and (np.ptp(rows[:, :, 0], axis=0) == 0).all()
    # Half a turn leaves the set of codes as it is, but for rounding.
    np.testing.assert_allclose(codes, -codes[::-1], rtol=1e-6, atol=1e-7)


@steady
@given(st.integers(2, 30), st.floats(0.01, 100))
def test_plane_is_evenly_spaced(n, span):
    rows = latent.plane_codes(n, span).reshape(n, n, 2)
    np.testing.assert_array_equal(rows[0, :, 0], np.linspace(-span, span, n).astype(np.float32))
    np.testing.assert_array_equal(rows[::-1, 0, 1], np.linspace(-span, span, n).astype(np.float32))


@steady
@given(st.integers(1, 60))
@example(1)
@example(1000)
def test_quantile_codes_halve_slices_of_equal_mass(n):
    """By SciPy's normal distribution function: code i has i slices and a half of the n below it."""
    codes = latent.quantile_plane_codes(n).reshape(n, n, 2)
    assert np.isfinite(codes).all()
    below = stats.norm.cdf(codes[0, :, 0].astype(np.float64))
    # A code is rounded to float32, by at most 1.2e-7 of at most 3.3; the density is at most 0.4.
    np.testing.assert_allclose(below * n, np.arange(n) + 0.5, rtol=0, atol=2e-7 * n)
    np.testing.assert_array_equal(codes[:, 0, 1], codes[0, ::-1, 0])


def test_quantile_codes_by_hand():
    """The median of one slice is 0. Of two, the quartiles: 0.6744897501960817 on either side."""
    assert latent.quantile_plane_codes(1).tolist() == [[0, 0]]
    q = np.float32(0.6744897501960817)
    assert latent.quantile_plane_codes(2).tolist() == [[-q, q], [q, q], [-q, -q], [q, -q]]


def test_draws_from_the_prior_fall_evenly_on_the_quantile_tiles():
    """Counts of a million draws, by the tile between the slices' borders; chi-squared, 99 degrees of freedom."""
    n = 10
    draws = np.random.default_rng(0).standard_normal((1_000_000, 2))
    along = latent.quantile_plane_codes(n).reshape(n, n, 2)[0, :, 0]
    # The borders are not given: all that is known is that each code has half of its slice on either side.
    counts = np.histogram2d(*draws.T, bins=[np.concatenate([[-np.inf], along, [np.inf]])] * 2)[0]
    share = np.array([0.5, *[1] * (n - 1), 0.5]) / n
    assert stats.chisquare(counts.ravel(), 1e6 * np.outer(share, share).ravel()).pvalue > 1e-6


# The sheet of digits -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("shape", [(784,), (28, 28)])
def test_sheet_places_each_digit_where_its_code_lies(shape):
    n = 3
    codes = latent.plane_codes(n, 5)
    sheet = latent.digit_plane(lambda z: paint(z).reshape(-1, *shape), codes)
    assert sheet.shape == (84, 84) and sheet.dtype == np.float32
    for row, z1 in enumerate([5, 0, -5]):
        for column, z0 in enumerate([-5, 0, 5]):
            tile = sheet[28 * row:28 * (row + 1), 28 * column:28 * (column + 1)]
            assert tile[0, 0] == z1 and (tile.ravel()[1:] == z0).all()


def test_sheet_keeps_every_pixel_of_a_digit_in_place():
    images = np.random.default_rng(0).random((4, 28, 28), dtype=np.float32)
    sheet = latent.digit_plane(lambda z: images, np.zeros((4, 2)))
    np.testing.assert_array_equal(sheet, np.block([[images[0], images[1]], [images[2], images[3]]]), strict=True)


def test_sheet_decodes_once_and_all_at_once():
    received = []

    def decode(codes):
        received.append(codes.copy())
        return paint(codes)

    codes = latent.plane_codes(7)
    latent.digit_plane(decode, codes)
    assert len(received) == 1
    np.testing.assert_array_equal(received[0], codes, strict=True)


@steady
@given(st.integers(1, 6), st.integers(1, 12))
def test_sheet_of_any_size_and_latent_dimension(n, latent_dim):
    sheet = latent.digit_plane(lambda z: np.arange(len(z)).repeat(784).reshape(-1, 784), np.zeros((n * n, latent_dim)))
    assert sheet.shape == (28 * n, 28 * n)
    np.testing.assert_array_equal(sheet[::28, ::28].ravel(), np.arange(n * n))


@pytest.mark.parametrize("decode, received", [(None, "NoneType None"), ("decode", "str 'decode'"), (3, "int 3")])
def test_sheet_refuses_what_cannot_be_called(decode, received):
    with pytest.raises(TypeError, match=rf"^decode must be a function .*{received}"):
        latent.digit_plane(decode, np.zeros((4, 2)))


@pytest.mark.parametrize("codes, error, received", [
    (np.zeros((3, 2)), ValueError, "codes must be a square number of them, received 3"),
    (np.zeros((8, 2)), ValueError, "received 8"),
    (np.zeros((0, 2)), ValueError, "(0, 2)"),
    (np.zeros(4), ValueError, "(4,)"),
    (np.zeros((2, 2, 2)), ValueError, "(2, 2, 2)"),
    (np.full((4, 2), np.nan), ValueError, "codes must not hold NaN, received 8"),
    (np.full((4, 2), np.inf), ValueError, "codes must be finite, received 8 infinities"),
    ("codes", TypeError, "str 'codes'"),
    (None, TypeError, "NoneType None"),
])
def test_sheet_refuses_codes(codes, error, received):
    def decode(_):
        pytest.fail("decoded codes that should have been refused")

    with pytest.raises(error) as caught:
        latent.digit_plane(decode, codes)
    assert received in str(caught.value)


@pytest.mark.parametrize("shape", [(3, 28, 28), (4, 783), (4, 28, 28, 2), (28, 28), ()])
def test_sheet_refuses_other_pixels(shape):
    with pytest.raises(ValueError, match=r"^decode must give pixels") as caught:
        latent.digit_plane(lambda z: np.zeros(shape), np.zeros((4, 2)))
    assert "(4, height, width)" in str(caught.value) and f"received an array of shape {shape}" in str(caught.value)


# Walks ---------------------------------------------------------------------------------------------------------------

def test_straight_walk_by_hand():
    assert latent.interpolate([0, 4], [2, 0], 5).tolist() == [[0, 4], [0.5, 3], [1, 2], [1.5, 1], [2, 0]]


def test_great_circle_by_hand():
    """A quarter turn at radius 2, in three steps of 30 degrees."""
    h = math.sqrt(3)
    np.testing.assert_allclose(latent.interpolate([2, 0], [0, 2], 4, "slerp"), [[2, 0], [h, 1], [1, h], [0, 2]],
                               rtol=0, atol=1e-15)


@pytest.mark.parametrize("kind", ["linear", "slerp"])
@steady
@given(pair=ends(), n=st.integers(2, 20))
def test_walk_begins_and_ends_exactly(kind, pair, n):
    z_from, z_to = pair
    if kind == "slerp":
        lengths = np.linalg.norm(z_from), np.linalg.norm(z_to)
        assume(min(lengths) > 1e-3 and np.linalg.norm(z_from / lengths[0] + z_to / lengths[1]) > 1e-3)
    before = z_from.copy(), z_to.copy()
    walk = latent.interpolate(z_from, z_to, n, kind)
    assert walk.shape == (n, len(z_from)) and walk.dtype == np.float64 and np.isfinite(walk).all()
    np.testing.assert_array_equal(walk[[0, -1]], before)
    np.testing.assert_array_equal([z_from, z_to], before, "the caller's codes were changed")
    back = latent.interpolate(z_to, z_from, n, kind)
    np.testing.assert_allclose(back[::-1], walk, rtol=0, atol=1e-10)


@steady
@given(ends(), st.integers(3, 20))
def test_straight_walk_has_equal_steps(pair, n):
    steps = np.diff(latent.interpolate(*pair, n), axis=0)
    np.testing.assert_allclose(steps, np.tile((pair[1] - pair[0]) / (n - 1), (n - 1, 1)), rtol=0, atol=1e-12)


@steady
@given(d=st.integers(2, 12), radius=st.floats(0.1, 10), start=st.floats(-3, 3), turn=st.floats(-3, 3),
       n=st.integers(2, 30), seed=st.integers(0, 100))
@example(d=12, radius=3.5, start=0.0, turn=1e-3, n=10, seed=0)
@example(d=2, radius=1.0, start=0.0, turn=0.0, n=5, seed=0)
def test_great_circle_keeps_its_radius_and_its_speed(d, radius, start, turn, n, seed):
    """On a circle in a random plane the walk is known: the angle grows evenly, the radius stays."""
    first, second = np.linalg.qr(np.random.default_rng(seed).normal(size=(d, 2)))[0].T

    def at(angle):
        return radius * (np.multiply.outer(np.cos(angle), first) + np.multiply.outer(np.sin(angle), second))

    walk = latent.interpolate(at(start), at(start + turn), n, kind="slerp")
    # Near half a turn rounding is magnified by 1 / sin(turn), here up to 7.
    np.testing.assert_allclose(walk, at(start + turn * np.linspace(0, 1, n)), rtol=0, atol=1e-13 * radius)
    np.testing.assert_allclose(np.linalg.norm(walk, axis=1), radius, rtol=1e-13)


@steady
@given(ends(-3, 3), st.integers(2, 20))
def test_great_circle_keeps_to_the_shell(pair, n):
    """Codes from N(0, I) keep to a shell, which the straight walk cuts across and the great circle follows."""
    lengths = np.linalg.norm(pair, axis=1)
    assume(lengths.min() > 0.1)
    cosine = pair[0] @ pair[1] / lengths.prod()
    assume(-0.999 < cosine < 0.999)
    z_to = pair[1] * lengths[0] / lengths[1]  # the same length
    straight, circle = (np.linalg.norm(latent.interpolate(pair[0], z_to, n, kind), axis=1)
                        for kind in ("linear", "slerp"))
    assert (straight <= lengths[0] * (1 + 1e-12)).all()
    np.testing.assert_allclose(circle, lengths[0], rtol=1e-9)


@pytest.mark.parametrize("angle", [1e-2, 1e-4, 1.1e-6, 1e-6, 0.9e-6, 1e-9, 0])
def test_great_circle_of_a_tiny_angle_is_a_straight_line(angle):
    """An arc lies above its chord by at most angle**2 / 8, and passes the evenly spaced points off by angle**3 / 15."""
    z_from, z_to = np.array([3, 0]), 3 * np.array([math.cos(angle), math.sin(angle)])
    straight, circle = (latent.interpolate(z_from, z_to, 9, kind) for kind in ("linear", "slerp"))
    np.testing.assert_allclose(circle, straight, rtol=0, atol=3 * (angle**2 / 8 + angle**3 / 15) + 1e-15)


@pytest.mark.parametrize("kind", ["linear", "slerp"])
def test_walk_along_one_direction(kind):
    """Codes of one direction and two lengths: no angle to turn, so the length grows evenly."""
    np.testing.assert_allclose(latent.interpolate([1, 1], [3, 3], 3, kind), [[1, 1], [2, 2], [3, 3]], rtol=1e-15)
    np.testing.assert_allclose(latent.interpolate([2], [5], 4, kind), [[2], [3], [4], [5]], rtol=1e-15)


def test_kind_defaults_to_linear():
    np.testing.assert_array_equal(latent.interpolate([1, 0], [0, 1], 3), [[1, 0], [0.5, 0.5], [0, 1]])


def test_a_straight_walk_joins_opposite_directions():
    assert latent.interpolate([1, 2], [-1, -2], 5).tolist() == [[1, 2], [0.5, 1], [0, 0], [-0.5, -1], [-1, -2]]


@pytest.mark.parametrize("exponent", [1022, 520, -520, -1022])
def test_great_circle_of_very_long_and_very_short_codes(exponent):
    """Whose squares are beyond float64. A power of 2 moves every digit with it, and none is lost."""
    z_from, z_to = np.random.default_rng(0).uniform(0.5, 1, (2, 12))
    walk = np.ldexp(latent.interpolate(z_from, z_to, 9, "slerp"), exponent)
    np.testing.assert_allclose(latent.interpolate(np.ldexp(z_from, exponent), np.ldexp(z_to, exponent), 9, "slerp"),
                               walk, rtol=1e-14)


@pytest.mark.filterwarnings("error")
def test_straight_walk_between_the_ends_of_float64():
    largest = np.finfo(float).max
    np.testing.assert_allclose(latent.interpolate([largest], [-largest], 5)[:, 0] / largest, [1, 0.5, 0, -0.5, -1])


# Attributes ----------------------------------------------------------------------------------------------------------

def test_attribute_by_hand():
    """Ten images of one kind: the two with the most against the two with the least, in whatever order they come."""
    amounts = np.array([5, 1, 9, 3, 7, 0, 8, 2, 6, 4])
    codes = np.stack([amounts**2, -amounts], axis=1)
    found = latent.attribute_vector(codes, amounts, np.zeros(10, int), share=0.2)
    assert found.dtype == np.float64 and found.tolist() == [(81 + 64) / 2 - (0 + 1) / 2, -8.5 + 0.5]
    assert latent.attribute_vector(codes, amounts, np.zeros(10, int)).tolist() == [81, -9]


@steady
@given(d=st.integers(1, 12), kinds=st.integers(1, 4), seed=st.integers(0, 100), share=st.floats(0.01, 0.5))
def test_attribute_is_found_where_codes_are_built_from_it(d, kinds, seed, share):
    """Codes on straight lines, one direction for all kinds: the vector is that direction times the gap in amount."""
    rng = np.random.default_rng(seed)
    direction, labels = rng.normal(size=d), np.repeat(np.arange(kinds), 40)
    amounts = np.concatenate([rng.permutation(40) for _ in range(kinds)])
    middles = rng.normal(0, 10, (kinds, d))
    codes = middles[labels] + np.outer(amounts, direction)
    n = max(1, int(share * 40))
    np.testing.assert_allclose(latent.attribute_vector(codes, amounts, labels, share), (40 - n) * direction, atol=1e-9)
    # The scale of the amounts does not matter, only their order.
    np.testing.assert_array_equal(latent.attribute_vector(codes, amounts**3 - 7.0, labels, share),
                                  latent.attribute_vector(codes, amounts, labels, share))


def test_kinds_with_much_of_an_attribute_do_not_enter():
    """Kind 1 has more of it and lies elsewhere; within a kind the code does not depend on it at all."""
    labels = np.repeat([0, 1], 50)
    amounts, codes = np.arange(100.0), np.stack([labels, 1 - labels], axis=1) * 5.0
    assert latent.attribute_vector(codes, amounts, labels).tolist() == [0, 0]
    assert latent.attribute_vector(codes, amounts, np.zeros(100, int)).tolist() == [5, -5]


def test_attribute_changes_nothing_of_the_caller():
    codes, amounts, labels = np.arange(12.0).reshape(6, 2), np.array([3.0, 1, 2, 6, 5, 4]), np.array([0, 0, 0, 1, 1, 1])
    before = codes.copy(), amounts.copy(), labels.copy()
    latent.attribute_vector(codes, amounts, labels, 0.5)
    for now, then in zip((codes, amounts, labels), before):
        np.testing.assert_array_equal(now, then)


# Active elements -----------------------------------------------------------------------------------------------------

def test_active_units_by_hand():
    """Variances of 1, 0.01 and 0; an element is active above the threshold, not at it."""
    z_mean = np.array([[1, 0.125, 7], [-1, -0.125, 7]])
    assert latent.active_units(z_mean) == 2 and latent.active_units(z_mean, 0.125**2) == 1
    assert latent.active_units(z_mean, 0) == 2 and latent.active_units(z_mean, 1) == 0


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_an_element_that_does_not_vary_is_not_active_however_large(dtype):
    """The mean of equal numbers is rounded, so that they lie off it by more than a small threshold."""
    assert latent.active_units(np.full((7, 2), np.finfo(dtype).max / 3, dtype)) == 0
