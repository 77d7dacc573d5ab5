"""Checks of arguments. Each message repeats what was received and says what was expected."""

from numbers import Integral, Real

import numpy as np

LARGEST_INTEGER = 2**53  # float64 holds every integer up to here


def described(value):
    """Return a short description of a value for an error message."""
    if isinstance(value, tuple) and hasattr(value, "images"):  # what `load_mnist` gives, as a whole
        return f"a {type(value).__name__} of images and labels: pass its .images"
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        dtype = value.dtype if isinstance(value.dtype, np.dtype) else getattr(value.dtype, "name", value.dtype)
        return f"an array of shape {tuple(value.shape)} and dtype {dtype}"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 80 else text[:77] + '...'}"


def float_array(value, name, shape=None):
    """Return `value` as a floating point array, or say what is wrong with it.

    Lists and integers become float64, half precision becomes float32; float32 and float64 stay as they are. `shape`
    holds a length, or None for any length of at least one, for each axis; without it any shape is accepted.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:  # rows of unequal length
        raise ValueError(f"{name} must be one array with rows of one length, received {described(value)}") from error
    # NumPy keeps integers of more than 64 bits as objects.
    whole = array.dtype.kind in "iu" or (array.dtype == object and all(isinstance(item, int) for item in array.flat))
    if array.dtype.kind != "f" and not whole:
        raise TypeError(f"{name} must hold real numbers, received {described(value)}")
    if whole and array.size and max(abs(int(array.min())), abs(int(array.max()))) > LARGEST_INTEGER:
        raise ValueError(f"{name} must be written as a float, 1e20 and not 10**20, beyond integers of 2**53, "
                         f"received {described(value)}")
    if whole:
        array = array.astype(np.float64)
    elif array.dtype.itemsize < 4:
        array = array.astype(np.float32)
    if shape is not None:
        fits = array.ndim == len(shape) and all(want in (None, got) for want, got in zip(shape, array.shape))
        if not fits:
            raise ValueError(f"{name} must have shape {_written(shape)}, received {described(array)}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, received {described(array)}")
    if np.isnan(array).any():
        raise ValueError(f"{name} must not hold NaN, received {np.isnan(array).sum()} of them in {described(array)}")
    return array


def finite_array(value, name, shape=None):
    """Return `value` as by `float_array`, after checking that it holds no infinity either."""
    array = float_array(value, name, shape)
    if np.isinf(array).any():
        raise ValueError(f"{name} must be finite, received {np.isinf(array).sum()} infinities in {described(array)}")
    return array


def positive_array(value, name):
    """Return `value` as by `finite_array`, after checking that every element is above zero."""
    array = finite_array(value, name)
    if (array <= 0).any():
        raise ValueError(f"{name} must be positive, received {array.min()!s} as its smallest element")
    return array


def integer(value, name, least):
    """Return `value` as an int, after checking that it is one (a bool is not) and at least `least`."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer of at least {least}, received {described(value)}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, received {value}")
    return int(value)


def real(value, name, least=None, above=None):
    """Return `value` as a float, after checking that it is a finite number, at least `least`, more than `above`."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a real number, received {described(value)}")
    try:
        number = float(value)
    except OverflowError:  # an integer of more than 308 digits
        number = np.inf
    if not np.isfinite(number):
        received = described(value) if isinstance(value, Integral) else value  # not all of an integer's digits
        raise ValueError(f"{name} must be finite, received {received}")
    if least is not None and value < least:
        raise ValueError(f"{name} must be at least {least}, received {value}")
    if above is not None and value <= above:
        raise ValueError(f"{name} must be greater than {above}, received {value}")
    return number


def generator(value, name="rng"):
    """Return `value` after checking that it is a NumPy random generator."""
    if not isinstance(value, np.random.Generator):
        raise TypeError(f"{name} must be a numpy.random.Generator, as made by numpy.random.default_rng(seed), "
                        f"received {described(value)}")
    return value


def one_of(value, name, choices):
    """Return `value` after checking that it is one of `choices`."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}; received {value!r}")
    return value


def image_shape(value):
    """Return `value` as a tuple, after checking that it is (height, width) or, for colours, (height, width, 3)."""
    shape = tuple(value) if isinstance(value, (tuple, list)) else ()
    if len(shape) not in (2, 3) or shape[2:] not in ((), (3,)):
        raise ValueError(f"image_shape must be (height, width) or (height, width, 3), received {value!r}")
    return tuple(integer(side, "a side of image_shape", least=1) for side in shape)


def network(value, name="network", words=("latent_dim", "encode", "decode")):
    """Return `value` after checking that it is a network: that it has `latent_dim`, `encode` and `decode`."""
    missing = [word for word in words if not hasattr(value, word)]
    if missing:
        raise TypeError(f"{name} must be a network, with {', '.join(words)}: as load_pretrained gives, a VAE, or a "
                        f"class of your own; received {described(value)}, which has no {', '.join(missing)}")
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
    lengths = [next(names) if length is None else str(length) for length in shape]
    return f"({', '.join(lengths)}{',' * (len(lengths) == 1)})"
