"""Every check lets good values through unchanged, and its message repeats a bad one."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vae_helpers import _validate

steady = settings(deadline=None, derandomize=True, max_examples=60)


@pytest.mark.parametrize("value, described", [
    (np.zeros((2, 3), np.float32), "an array of shape (2, 3) and dtype float32"),
    (np.float64(1.5), "an array of shape () and dtype float64"),
    ("abc", "str 'abc'"),
    (None, "NoneType None"),
    ([1, 2], "list [1, 2]"),
    ([np.float64(1.5)], "list [np.float64(1.5)]"),
])
def test_described(value, described):
    assert _validate.described(value) == described


@steady
@given(st.text() | st.lists(st.integers()) | st.binary())
def test_described_stays_short(value):
    """However long the value, the message fits on a screen and begins with the value's type."""
    text = _validate.described(value)
    assert text.startswith(type(value).__name__ + " ") and len(text) <= len(type(value).__name__) + 1 + 80


@pytest.mark.parametrize("check", [_validate.float_array, _validate.finite_array])
@steady
@given(hnp.arrays(st.sampled_from([np.float32, np.float64]), hnp.array_shapes(), elements=st.floats(-9, 9, width=32)))
def test_floats_pass_unchanged(check, array):
    checked = check(array, "x")
    assert checked.dtype == array.dtype
    np.testing.assert_array_equal(checked, array, strict=True)
    assert check(array, "x", array.shape).shape == check(array, "x", (None,) * array.ndim).shape == array.shape


@pytest.mark.parametrize("value", [[1, 2], np.array([1, 2], np.uint8), np.array([1, 2], np.int64), (1.0, 2.0)])
def test_integers_and_lists_become_float64(value):
    np.testing.assert_array_equal(_validate.float_array(value, "x"), np.array([1.0, 2.0]), strict=True)


@pytest.mark.parametrize("value, received", [
    ("a", "str 'a'"),
    (None, "NoneType None"),
    ([True, False], "list [True, False]"),
    (np.array([1j]), "dtype complex128"),
    (np.array(["a"]), "dtype <U1"),
    (np.array([None]), "dtype object"),
])
def test_what_is_not_a_real_number_is_refused(value, received):
    with pytest.raises(TypeError, match=r"^x must hold real numbers, received ") as error:
        _validate.float_array(value, "x")
    assert received in str(error.value)


@pytest.mark.parametrize("value, shape, expected", [
    (np.zeros(3), (2,), "(2,)"),
    (np.zeros((3, 2)), (None, 3), "(n, 3)"),
    (np.zeros((3, 2)), (None,), "(n,)"),
    (np.zeros(3), (None, None), "(n, m)"),
    (np.zeros(3), (), "()"),
    (np.float64(3), (None,), "(n,)"),
    (np.zeros((0, 2)), (None, 3), "(n, 3)"),
])
def test_other_shape_is_refused(value, shape, expected):
    with pytest.raises(ValueError) as error:
        _validate.float_array(value, "x", shape)
    assert str(error.value).startswith(f"x must have shape {expected}, ")
    assert f"received an array of shape {value.shape}" in str(error.value)


@pytest.mark.parametrize("shape", [(0,), (0, 2), (3, 0)])
def test_empty_is_refused(shape):
    with pytest.raises(ValueError) as error:
        _validate.float_array(np.zeros(shape), "x", (None,) * len(shape))
    assert f"x must not be empty, received an array of shape {shape}" in str(error.value)


def test_rows_of_unequal_length_are_refused_by_name():
    with pytest.raises(ValueError) as error:
        _validate.float_array([[1], [1, 2]], "x")
    assert "x must" in str(error.value) and "list [[1], [1, 2]]" in str(error.value)


def test_nan_and_infinity():
    with pytest.raises(ValueError, match="x must not hold NaN, received 2 of them in an array of shape"):
        _validate.float_array([0, np.nan, np.nan], "x")
    with pytest.raises(ValueError, match="x must not hold NaN"):
        _validate.finite_array([0, np.nan, np.inf], "x")
    with pytest.raises(ValueError, match="x must be finite, received 2 infinities in an array of shape"):
        _validate.finite_array([0, np.inf, -np.inf], "x")
    np.testing.assert_array_equal(_validate.float_array([np.inf, -np.inf], "x"), [np.inf, -np.inf])


def test_positive_array():
    np.testing.assert_array_equal(_validate.positive_array([1e-300, 2], "std"), [1e-300, 2])
    for bad, smallest in ((0, "0.0"), (-0.25, "-0.25"), ([3, -2, 5], "-2.0")):
        with pytest.raises(ValueError, match=f"std must be positive, received {smallest} as its smallest element"):
            _validate.positive_array(bad, "std")
    with pytest.raises(ValueError, match="std must be finite"):
        _validate.positive_array(np.inf, "std")


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3), 10**30])
def test_integers_pass(value):
    checked = _validate.integer(value, "n", least=3)
    assert type(checked) is int and checked == value


@pytest.mark.parametrize("value, error, received", [
    (2, ValueError, "n must be at least 3, received 2"),
    (-7, ValueError, "n must be at least 3, received -7"),
    (3.0, TypeError, "n must be an integer of at least 3, received float 3.0"),
    (np.float64(3), TypeError, "dtype float64"),
    (True, TypeError, "received bool True"),
    (np.True_, TypeError, "dtype bool"),
    ("3", TypeError, "received str '3'"),
    (None, TypeError, "received NoneType None"),
    (np.array([3]), TypeError, "an array of shape (1,) and dtype int64"),
])
def test_other_than_integers_are_refused(value, error, received):
    with pytest.raises(error) as caught:
        _validate.integer(value, "n", least=3)
    assert str(caught.value).startswith("n must be ") and received in str(caught.value)


@pytest.mark.parametrize("value", [3, 2.5, np.float32(2.5), np.int8(7), Fraction(5, 2)])
def test_reals_pass(value):
    checked = _validate.real(value, "span", least=2.5, above=2.4)
    assert type(checked) is float and checked == value


@pytest.mark.parametrize("value, limits, error, received", [
    (np.nan, {}, ValueError, "span must be finite, received nan"),
    (np.inf, {}, ValueError, "span must be finite, received inf"),
    (-0.5, {"least": 0}, ValueError, "span must be at least 0, received -0.5"),
    (0, {"above": 0}, ValueError, "span must be greater than 0, received 0"),
    ("3", {}, TypeError, "span must be a real number, received str '3'"),
    (1j, {}, TypeError, "received complex 1j"),
    (True, {}, TypeError, "received bool True"),
    (None, {}, TypeError, "received NoneType None"),
    (np.array([3.0]), {}, TypeError, "an array of shape (1,) and dtype float64"),
    pytest.param(10**400, {}, ValueError, "span must be finite, received ", id="beyond the largest float"),
])
def test_other_than_reals_are_refused(value, limits, error, received):
    with pytest.raises(error) as caught:
        _validate.real(value, "span", **limits)
    assert received in str(caught.value)


def test_limits_of_a_real():
    assert _validate.real(0, "beta", least=0) == 0, "the least itself is allowed"
    assert _validate.real(np.nextafter(0, 1), "span", above=0) > 0


def test_generator():
    rng = np.random.default_rng(0)
    assert _validate.generator(rng) is rng
    for bad, received in ((0, "int 0"), (None, "NoneType None"), (np.random.RandomState(0), "RandomState")):
        with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator") as error:
            _validate.generator(bad)
        assert received in str(error.value)


@pytest.mark.parametrize("value", ["c", "", "A", None, 1, ["a"], ("a", "b")])
def test_one_of(value):
    assert _validate.one_of("b", "kind", ("a", "b")) == "b"
    with pytest.raises(ValueError) as error:
        _validate.one_of(value, "kind", ("a", "b"))
    assert str(error.value) == f"kind must be one of 'a', 'b'; received {value!r}"
