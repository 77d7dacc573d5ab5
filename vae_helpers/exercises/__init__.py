"""What an exercise is, and the answer keys of the notebooks, one module each; `checks` loads the one that it needs.

Each right answer is computed by another way than the solution in the notebook wherever there is one.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from vae_helpers.gaussian import kl_between


class Exercise(NamedTuple):
    """One exercise: the right answer, and the wrong ones that have a name."""

    right: Any  # a value, an `Interval`, or, if there are cases, a function
    mistakes: Mapping[str, Any]  # what to tell the reader -> the answer that the mistake leads to
    cases: tuple = ()  # arguments to call the reader's function with
    also: tuple = ()  # further values that are as right
    rtol: float = 1e-4
    praise: str = ""  # a sentence to take along, shown with the right answer


class Interval(NamedTuple):
    """Answers from `low` to `high`: those of a training or a draw, which differ from run to run."""

    low: float
    high: float


def near(value, share):
    """Return the answers that differ from a value by at most a share of it.

    Parameters
    ----------
    value, share : float

    Returns
    -------
    Interval
    """
    return Interval(value - share * abs(value), value + share * abs(value))


def kl(z_mean, std):
    """Return KL(N(z_mean, std**2) || N(0, 1)), elementwise.

    Parameters
    ----------
    z_mean, std : ndarray

    Returns
    -------
    ndarray
        Nats.
    """
    return kl_between(z_mean, std, 0.0, 1.0)


# Means and log-variances of two codes.
CODES = np.array([[0.5, -1.0], [2.0, 0.1]]), np.array([[-2.0, 1.0], [0.3, -0.7]])
