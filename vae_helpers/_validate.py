"""Checks of arguments. Each message repeats what was received and says what was expected."""

from numbers import Integral, Real

import numpy as np


def described(value, say=str.format):
    """Return a short description of a value for an error message, or for one that `say` says in another language."""
    if isinstance(value, tuple) and hasattr(value, "images"):  # what `load_mnist` gives, as a whole
        return say("a {name} of images and labels: pass its .images", name=type(value).__name__)
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        dtype = value.dtype if isinstance(value.dtype, np.dtype) else getattr(value.dtype, "name", value.dtype)
        return say("an array of shape {shape} and dtype {dtype}", shape=tuple(value.shape), dtype=dtype)
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 80 else text[:77] + '...'}"


def require(fine, message, *received, error=ValueError):
    """Raise the error unless it is fine; what was received, if given, is described at the end of the message."""
    if not fine:
        raise error(f"{message}, received {described(*received)}" if received else message)


def no_mask(value, name):
    """Check that no element of `value` is masked: NumPy would compute with what lies under the mask."""
    require(not np.ma.is_masked(value), f"{name} must not have masked elements: .filled(0) gives them a value", value)


def float_array(value, name, shape=None):
    """Return `value` as a floating point array, or say what is wrong with it.

    Lists and integers become float64, half precision becomes float32; float32 and float64 stay as they are. `shape`
    holds a length, or None for any length of at least one, for each axis; without it any shape is accepted.
    """
    no_mask(value, name)
    try:
        array = np.asarray(value)
    except ValueError as error:  # rows of unequal length
        raise ValueError(f"{name} must be one array with rows of one length, received {described(value)}") from error
    # NumPy keeps integers of more than 64 bits as objects.
    whole = array.dtype.kind in "iu" or (array.dtype == object and all(isinstance(item, int) for item in array.flat))
    require(whole or array.dtype.kind == "f", f"{name} must hold real numbers", value, error=TypeError)
    if whole:
        largest = max(abs(int(array.min())), abs(int(array.max()))) if array.size else 0
        require(largest <= 2**53, f"{name} must be written as a float, 1e20 and not 10**20, beyond integers of 2**53",
                value)  # float64 holds every integer up to there
        array = array.astype(np.float64)
    elif array.dtype.itemsize < 4:
        array = array.astype(np.float32)
    if shape is not None:
        fits = array.ndim == len(shape) and all(want in (None, got) for want, got in zip(shape, array.shape))
        require(fits, f"{name} must have shape {_written(shape)}", array)
    require(array.size > 0, f"{name} must not be empty", array)
    n_nan = np.isnan(array).sum()
    require(n_nan == 0, f"{name} must not hold NaN, received {n_nan} of them in {described(array)}")
    return array


def finite_array(value, name, shape=None):
    """Return `value` as by `float_array`, after checking that it holds no infinity either."""
    array = float_array(value, name, shape)
    n_infinite = np.isinf(array).sum()
    require(n_infinite == 0, f"{name} must be finite, received {n_infinite} infinities in {described(array)}")
    return array


def positive_array(value, name):
    """Return `value` as by `finite_array`, after checking that every element is above zero."""
    array = finite_array(value, name)
    require(array.min() > 0, f"{name} must be positive, received {array.min()} as its smallest element")
    return array


def integer(value, name, least):
    """Return `value` as an int, after checking that it is one (a bool is not) and at least `least`."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    require(whole, f"{name} must be an integer of at least {least}", value, error=TypeError)
    require(value >= least, f"{name} must be at least {least}, received {value}")
    return int(value)


def real(value, name, least=None, above=None):
    """Return `value` as a float, after checking that it is a finite number, at least `least`, more than `above`."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    require(is_number, f"{name} must be a real number", value, error=TypeError)
    try:
        number = float(value)
    except OverflowError:  # an integer of more than 308 digits
        number = np.inf
    received = described(value) if isinstance(value, Integral) else value  # not all of an integer's digits
    require(np.isfinite(number), f"{name} must be finite, received {received}")
    require(least is None or number >= least, f"{name} must be at least {least}, received {value}")
    require(above is None or number > above, f"{name} must be greater than {above}, received {value}")
    return number


def within(value, name, low, high):
    """Return `value`, a number or an array of them, after checking that none lies beyond the limits."""
    received = value if np.size(value) <= 100 else f"{np.min(value)} to {np.max(value)}"
    require(low <= np.min(value) and np.max(value) <= high, f"{name} must be from {low} to {high}, received {received}")
    return value


def generator(value, name="rng"):
    """Return `value` after checking that it is a NumPy random generator."""
    require(isinstance(value, np.random.Generator), f"{name} must be a numpy.random.Generator, as made by "
            "numpy.random.default_rng(seed)", value, error=TypeError)
    return value


def one_of(value, name, choices):
    """Return `value` after checking that it is one of `choices`."""
    fine = isinstance(value, str) and value in choices
    require(fine, f"{name} must be one of {', '.join(map(repr, choices))}; received {value!r}")
    return value


def image_shape(value):
    """Return `value` as a tuple, after checking that it is (height, width) or, for colours, (height, width, 3)."""
    shape = tuple(value) if isinstance(value, (tuple, list)) else ()
    fine = len(shape) in (2, 3) and shape[2:] in ((), (3,))
    require(fine, f"image_shape must be (height, width) or (height, width, 3), received {value!r}")
    return tuple(integer(side, "a side of image_shape", least=1) for side in shape)


def network(value, name="network", words=("latent_dim", "encode", "decode")):
    """Return `value` after checking that it is a network: that it has `latent_dim`, `encode` and `decode`."""
    missing = ", ".join(word for word in words if not hasattr(value, word))
    require(not missing, f"{name} must be a network, with {', '.join(words)}: as load_pretrained gives, a VAE, or a "
            f"class of your own; received {described(value)}, which has no {missing}", error=TypeError)
    return value


def representable(result, **arguments):
    """Return `result` after checking that no number in it has become too large for its dtype."""
    if not np.isfinite(result).all():
        sizes = [f"{name} of size up to {np.abs(np.asarray(value)[np.isfinite(value)]).max():.3g}"
                 for name, value in arguments.items()]
        raise ValueError(f"{', '.join(arguments)} must be small enough that the result fits in {result.dtype}, "
                         f"received {', '.join(sizes)}")
    return result


def _written(shape):
    """Write a shape as Python does, with n, m and so on for axes of any length."""
    names = iter("nmkl")
    return str(tuple(next(names) if length is None else length for length in shape)).replace("'", "")
