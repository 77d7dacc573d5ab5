"""Checkers of the exercises: each says whether an answer is right and names the usual mistakes. Never a traceback.

In a notebook, `check("02.1", answer)` as the last line of a cell shows what it found. `environment()` checks what the
notebooks run on.
"""

import functools
import math
import platform
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from packaging.requirements import Requirement  # comes with matplotlib
from scipy.optimize import brentq
from scipy.spatial import KDTree
from scipy.special import logsumexp, rel_entr, softmax
from scipy.stats import chi2

from vae_helpers import _validate
from vae_helpers.data import load_mnist
from vae_helpers.decoder import PRETRAINED, load_pretrained
from vae_helpers.gaussian import kl_between, log_normal_density
from vae_helpers.latent import interpolate, plane_codes

PYTHONS = (3, 11), (3, 13)  # the oldest and the newest that TensorFlow has a build for
REQUIREMENTS = Path(__file__).parents[1] / "requirements.txt"


class Exercise(NamedTuple):
    """One exercise: the right answer, and the wrong ones that have a name."""

    right: Any  # a value, an `Interval`, or, if there are cases, a function
    mistakes: Mapping[str, Any]  # what to tell the reader -> the answer that the mistake leads to
    cases: tuple = ()  # arguments to call the reader's function with
    rtol: float = 1e-4
    praise: str = ""  # a sentence to take along, shown with the right answer


class Interval(NamedTuple):
    """Answers from `low` to `high`: those of a training or a draw, which differ from run to run."""

    low: float
    high: float


class Verdict:
    """What a checker found, shown as its message.

    Parameters
    ----------
    passed : bool or None
        None if there is no answer yet.
    message : str
    """

    def __init__(self, passed, message):
        self.passed, self.message = passed, message

    def __repr__(self):
        return self.message


def check(name, answer):
    """Check the answer to an exercise.

    Parameters
    ----------
    name : str
        Notebook and number, for example "02.1".
    answer : object
        A number, an array or a function, as the exercise asks; ``...`` or None as long as there is no answer.

    Returns
    -------
    Verdict
        Shown as its message when it is the last expression of a cell.

    Raises
    ------
    ValueError
        If there is no exercise of that name.
    """
    _validate.one_of(name, "name", EXERCISES)
    exercise = EXERCISES[name]
    passed, message = _judge(exercise, answer)
    heading = {True: "right.", False: "not yet.", None: "no answer yet."}[passed]
    return Verdict(passed, f"Exercise {name}: {heading} {message}".strip())


def _judge(exercise, answer):
    if _is_empty(answer):
        return None, "Replace the ... and run the cell again."
    if not exercise.cases:
        if callable(answer):
            return False, f"A value is asked for, received {_validate.described(answer)}."
        return _compare(exercise, [answer], lambda value: [value])
    if not callable(answer):
        return False, f"A function is asked for, received {_validate.described(answer)}."
    answers = []
    for case in exercise.cases:
        try:
            answers.append(answer(*(np.copy(part) if isinstance(part, np.ndarray) else part for part in case)))
        except Exception as error:
            return False, f"For {_shown(case)} your function raised {type(error).__name__}: {error}"
    if all(map(_is_empty, answers)):
        return None, "Your function returns nothing. Replace the ... and run the cell again."
    return _compare(exercise, answers, lambda function: [function(*case) for case in exercise.cases])


def _compare(exercise, answers, expect):
    """Compare the answers with those that `expect` makes of a right or wrong solution, over all cases."""
    def agree(expected):
        return [_equal(answer, value, exercise.rtol) for answer, value in zip(answers, expected)]

    rights = expect(exercise.right)
    found = agree(rights)
    if all(found):
        return True, exercise.praise
    for message, wrong in exercise.mistakes.items():
        if all(agree(expect(wrong))):  # a mistake has to explain every case
            return False, message
    first = found.index(False)
    answer, right = answers[first], rights[first]
    where = f"For {_shown(exercise.cases[first])} your function gives" if exercise.cases else "Your answer is"
    if not isinstance(right, Interval) and _shape(answer) != np.shape(right):
        return False, f"{where} {_validate.described(answer)}; expected is the shape {np.shape(right)}."
    return False, f"{where} {_validate.described(answer)}, which is not what is asked for."


def _equal(answer, expected, rtol):
    try:
        answer = np.asarray(answer, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    if isinstance(expected, Interval):
        return answer.ndim == 0 and bool(expected.low <= answer <= expected.high)
    return answer.shape == np.shape(expected) and np.allclose(answer, expected, rtol=rtol, atol=1e-6)


def _shape(answer):
    try:
        return np.shape(answer)
    except ValueError:  # rows of unequal length
        return None


def _is_empty(answer):
    return answer is None or answer is ...


def _shown(case):
    return "the arguments " + ", ".join(_validate.described(part) if isinstance(part, np.ndarray) and part.size > 6
                                        else repr(part.tolist() if isinstance(part, np.ndarray) else part)
                                        for part in case)


def environment():
    """Check what the notebooks run on: Python, the packages, the digits and the trained networks.

    Returns
    -------
    Verdict
        One line for each of them, with the remedy for what is wrong. Shown when it is the last expression of a cell.
    """
    found = [_python(), *_packages(), _data("the 70,000 digits", load_mnist),
             *(_data(f"the network {name}", functools.partial(load_pretrained, name)) for name in PRETRAINED)]
    wrong = [line for fine, line in found if not fine]
    fine = [line for fine, line in found if fine]
    heading = "Everything is in order." if not wrong else "Something is missing:"
    return Verdict(not wrong, "\n".join([heading, *(wrong or fine)]))


def _python():
    version = platform.python_version()
    if PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return True, f"Python {version}"
    least, most = (".".join(map(str, version)) for version in PYTHONS)
    return False, (f"Python {version}: the series needs {least} to {most}. Install one from "
                   "https://www.python.org/downloads/, delete the folder .venv, and set up again.")


def _packages():
    """Compare what is installed with requirements.txt, which stands beside the package in a clone."""
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines() if REQUIREMENTS.exists() else ():
        text = line.split("#")[0].strip()
        if not text or text.startswith("-"):
            continue
        wanted = Requirement(text)
        if wanted.marker and not wanted.marker.evaluate():
            continue
        try:
            version = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            yield False, f"{wanted.name} is not installed: pip install -r requirements.txt"
        else:
            fits = wanted.specifier.contains(version, prereleases=True)
            yield fits, f"{wanted.name} {version}" + ("" if fits else f": {wanted.specifier} is needed. "
                                                      "Run: pip install -r requirements.txt")


def _data(name, load):
    try:
        load()
    except Exception as error:
        return False, f"{name}: {error}"
    return True, name


# What some exercises need ---------------------------------------------------------------------------------------------

class _Halves:
    """Stands in for a network in notebook 01: its code is the mean ink of the upper and of the lower half."""

    latent_dim = 2

    def encode(self, images):
        z_mean = np.reshape(images, (len(images), 2, -1)).mean(axis=2)
        return z_mean, np.full_like(z_mean, -np.inf)


@functools.cache
def _half_codes(subset):
    codes = _Halves().encode(load_mnist(subset).images)[0]
    return codes, KDTree(codes)


def _gap_share(network, draws, k, reference="test"):
    tree = _half_codes("train")[1]
    limit = np.quantile(tree.query(_half_codes(reference)[0], k=[k])[0], 0.99)
    return np.mean(tree.query(draws, k=[k])[0] > limit)


_INK = np.stack(np.meshgrid(np.linspace(0, 120, 20), np.linspace(0, 120, 20)), axis=-1).reshape(-1, 2)


def _factor(d, s):
    """Variance of the score function's gradient over that of the pathwise one (notebook 02)."""
    return (d**4 / s**2 + 14 * d**2 + 15 * s**2) / (4 * s**2)


def _score_variance(baseline, d=-1.5, s=1.3):
    """Variance of the score function's gradient of (z - c)**2 less a baseline (notebook 02)."""
    return 14 * d**2 + 15 * s**2 + d**4 / s**2 + (baseline**2 - 2 * baseline * (d**2 + 3 * s**2)) / s**2


def _near(value, share):
    return Interval(value - share * abs(value), value + share * abs(value))


def _kl(z_mean, std):
    return kl_between(z_mean, std, 0.0, 1.0)


_TILTED = np.array([[0.25, 0.4], [0.4, 1.69]])
_NOISE = np.array([[1.0, 0.5], [-0.3, 2.0], [0.0, -1.0]])
_STD_FOR_2_NATS = brentq(lambda std: _kl(0.0, std) - 2, 1e-3, 1)
_CODES = np.array([[0.5, -1.0], [2.0, 0.1]]), np.array([[-2.0, 1.0], [0.3, -0.7]])


def _line_posterior(beta, x=3.0, w=2.0, s=1.0):
    """Mean and standard deviation of the best q on the line (notebook 04, exercise 2)."""
    return w * x / (w**2 + beta * s**2), np.sqrt(beta * s**2 / (w**2 + beta * s**2))


def _walk_by_turning(z_from, z_to, n, scale=(1, 1)):
    """Codes whose direction turns evenly and whose length changes evenly (notebook 08, exercise 3)."""
    lengths = np.linalg.norm([z_from, z_to], axis=1)
    u, v = z_from / lengths[0], z_to / lengths[1]
    across = v - (u @ v) * u
    angles = np.linspace(0, np.arctan2(np.linalg.norm(across), u @ v), n)
    turned = np.outer(np.cos(angles), u) + np.outer(np.sin(angles), across / np.linalg.norm(across))
    return turned * np.linspace(*(lengths * scale), n)[:, None]


def _std_of_mixture(z_mean, variance):
    """Standard deviation of draws from N(z_mean, variance), the row picked at random (notebook 06, exercise 2)."""
    return np.sqrt(np.mean(z_mean**2 + variance, axis=0) - np.mean(z_mean, axis=0) ** 2)


def _split_kl(z_mean, z_std):
    """Mutual information and gap to N(0, 1) of clouds on a line, cloud by cloud (notebook 06, exercise 3)."""
    t, weight = np.polynomial.hermite_e.hermegauss(100)  # nodes of N(0, 1)
    z = z_mean[:, None] + z_std[:, None] * t  # (N, 100), each row at the nodes of its cloud
    log_cloud = log_normal_density(z, z_mean[:, None], z_std[:, None])
    log_mixture = logsumexp(log_normal_density(z[..., None], z_mean, z_std), axis=2) - np.log(len(z_mean))
    terms = np.stack([log_cloud - log_mixture, log_mixture - log_normal_density(z, 0.0, 1.0)])
    return (terms @ weight).mean(axis=1) / weight.sum()


def _nearest_tile(z, n, span):
    """Row and column of the nearest tile, by looking at all of them (notebook 07, exercise 3)."""
    return divmod(int(np.linalg.norm(plane_codes(n, span) - z, axis=1).argmin()), n)


def _sort_elements(cost):
    return np.argsort(-cost.mean(axis=0))


def _random_codes(n, latent_dim, seed):
    """Means and log-variances whose elements differ in how much they tell (notebook 09)."""
    rng = np.random.default_rng(seed)
    spread, std = (rng.permutation(np.linspace(0.2, 1.8, latent_dim)) for _ in range(2))
    z_mean, jitter = rng.normal(0, spread, (n, latent_dim)), rng.normal(0, 0.1, (n, latent_dim))
    return z_mean, 2 * np.log(std) + jitter


def _gaussian_code(variances, level):
    """Mean (root of its square over the data) and std of the code that notebook 10 finds best for normal data."""
    kept = np.minimum(level / variances, 1)
    return np.sqrt(1 - kept), np.sqrt(kept)


def _replaced(z, element, values):
    return np.array([[value if i == element else other for i, other in enumerate(z)] for value in values])


# Log-densities on a grid and log-weights of draws (notebook 11), neither of them normalised.
_LOG_DENSITIES = ((np.array([-3.0, -1.0, -2.0, -5.0]), np.array([-130.0, -131.5, -128.0, -140.0])),
                  (np.array([[0.0, 1.0], [2.0, -1.0]]), np.array([[-90.0, -93.0], [-91.0, -90.5]])))
_LOG_WEIGHTS = ((np.array([[-130.0, -131.0, -135.0], [-120.0, -120.0, -150.0]]),),
                (np.array([[-1000.0, -1000.5], [-999.0, -1003.0], [-990.0, -990.2]]),))


# One entry an exercise, in the order of the notebooks. Each right answer is computed by another way than the solution
# in the notebook wherever there is one.
EXERCISES = {
    "01.1": Exercise(
        right=3,
        mistakes={"That is how often the prior is ahead. Count the lines where the box is.": 0},
        praise="The conclusion does not hang on the demand.",
    ),
    "01.2": Exercise(
        right=Interval(0.7, 1.0),
        mistakes={"That is the share of the draws as the cell came. Change the line that makes near_codes.":
                  Interval(0.3, 0.65)},
        praise="But each such draw is a variation of one training digit.",
    ),
    "01.3": Exercise(
        right=_gap_share,
        cases=((_Halves(), _INK, 20), (_Halves(), _INK, 3)),
        mistakes={
            "You measure the distance to the nearest code. Ask KDTree.query for the k-th, with k=[k].":
                lambda network, draws, k: _gap_share(network, draws, 1),
            "That is the share outside of gaps. A draw is in a gap if its distance is larger than the limit.":
                lambda network, draws, k: 1 - _gap_share(network, draws, k),
            "Take the limit from the test digits: the nearest training code of a training digit is itself.":
                lambda network, draws, k: _gap_share(network, draws, k, reference="train"),
            "Take the mean over the draws: a share is asked for, not a count.":
                lambda network, draws, k: _gap_share(network, draws, k) * len(draws),
        },
    ),
    "02.1": Exercise(
        right=(_factor(0.0, 1.3), _factor(-1.5, 0.3)),
        rtol=1e-2,
        mistakes={
            "The first is for c = mu: then d is 0.": (_factor(-1.5, 1.3), _factor(-1.5, 0.3)),
            "For the second number set c back to 2.": (_factor(0.0, 1.3), _factor(0.0, 0.3)),
            "For the second number change sigma to 0.3.": (_factor(0.0, 1.3), _factor(-1.5, 1.3)),
            "The two are the wrong way round.": (_factor(-1.5, 0.3), _factor(0.0, 1.3)),
            "The 0.3 is the standard deviation, not the variance.": (_factor(0.0, 1.3), _factor(-1.5, 0.3**0.5)),
        },
        praise="The surer the encoder, the worse the score function.",
    ),
    "02.2": Exercise(
        right=_near(_score_variance(1.5**2 + 1.3**2), 0.05),  # 200,000 draws: standard error below 1 %
        mistakes={
            "That is the variance without a baseline. Replace the 0.0.": _near(_score_variance(0.0), 0.05),
            "The average cost is d**2 + s**2. The second term is missing.": _near(_score_variance(1.5**2), 0.05),
            "You added the baseline. Subtract it.": _near(_score_variance(-(1.5**2) - 1.3**2), 0.05),
            "That is the standard deviation. The variance is asked for.":
                _near(_score_variance(1.5**2 + 1.3**2) ** 0.5, 0.05),
        },
        praise="Smaller, but the pathwise gradient stays far ahead.",
    ),
    "02.3": Exercise(
        right=lambda mean, covariance, noise: np.array([mean + np.linalg.cholesky(covariance) @ row for row in noise]),
        cases=((np.array([1.0, -2.0]), _TILTED, _NOISE), (np.zeros(2), np.diag([4.0, 9.0]), _NOISE)),
        mistakes={
            "The noise holds a draw in each row: multiply by the transpose, L.T.":
                lambda mean, covariance, noise: mean + noise @ np.linalg.cholesky(covariance),
            "You multiplied by the covariance. It plays the variance's part; L is the matrix that squares to it.":
                lambda mean, covariance, noise: mean + noise @ covariance.T,
            "Square roots of the single elements are not the matrix L. Use np.linalg.cholesky.":
                lambda mean, covariance, noise: mean + noise @ np.sqrt(covariance).T,
            "The mean is missing.": lambda mean, covariance, noise: noise @ np.linalg.cholesky(covariance).T,
            "That leaves out the correlation: only the diagonal was used.":
                lambda mean, covariance, noise: mean + noise * np.sqrt(np.diag(covariance)),
        },
    ),
    "03.1": Exercise(
        right=(2.0, _STD_FOR_2_NATS),
        rtol=5e-3,
        mistakes={
            "These are the numbers that the cell came with. Change them until both lines print 2.00.": (1.0, 0.5),
            "The mean is right. The second number is the standard deviation: you gave the variance.":
                (2.0, _STD_FOR_2_NATS**2),
            "The mean costs mu**2 / 2: a mean of 4 costs 8 nats.": (4.0, _STD_FOR_2_NATS),
            "The mean costs mu**2 / 2, and you left out the half.": (2**0.5, _STD_FOR_2_NATS),
        },
        praise="One part in twelve of the prior's width: about one decimal digit.",
    ),
    "03.2": Exercise(
        right=lambda z_mean, z_log_var: _kl(z_mean, np.sqrt(np.exp(z_log_var))).sum(axis=1),
        cases=(_CODES,),
        mistakes={
            "The log-variance is still taken for a log standard deviation. Halve it before np.exp.":
                lambda m, v: _kl(m, np.exp(v)).sum(axis=1),
            "You average over the latent elements. Their divergences add up: use the sum.":
                lambda m, v: _kl(m, np.exp(v / 2)).mean(axis=1),
            "The factor 0.5 in front is missing.": lambda m, v: 2 * _kl(m, np.exp(v / 2)).sum(axis=1),
            "You sum over the batch. The latent elements are axis 1.": lambda m, v: _kl(m, np.exp(v / 2)).sum(axis=0),
            "You sum over everything. One number for each row is asked for: axis 1.":
                lambda m, v: _kl(m, np.exp(v / 2)).sum(),
        },
    ),
    "03.3": Exercise(
        right=lambda mean, std, rho: 0.5 * (np.sum(std**2) + mean @ mean - 2 - np.linalg.slogdet(
            np.outer(std, std) * np.array([[1, rho], [rho, 1]]))[1]),
        cases=((np.array([0.5, -1.0]), np.array([0.6, 1.2]), 0.8), (np.zeros(2), np.ones(2), -0.5)),
        mistakes={
            "That is the divergence of independent elements. The correlation is missing.":
                lambda mean, std, rho: _kl(mean, std).sum(),
            "The sign of the logarithm is wrong: correlation costs extra.":
                lambda mean, std, rho: _kl(mean, std).sum() + 0.5 * np.log(1 - rho**2),
            "The half in front of log(1 - rho**2) is missing.":
                lambda mean, std, rho: _kl(mean, std).sum() - np.log(1 - rho**2),
            "The determinant holds 1 - rho**2, not 1 - rho.":
                lambda mean, std, rho: _kl(mean, std).sum() - 0.5 * np.log(1 - rho),
            "The n = 2 is missing: at N(0, I) the divergence has to be 0.":
                lambda mean, std, rho: _kl(mean, std).sum() - 0.5 * np.log(1 - rho**2) + 1,
        },
    ),
    "04.1": Exercise(
        right=_near(1.218, 0.01),
        mistakes={"That is the gap of the climb from mean 1. Start at mean 0.": _near(0.725, 0.01)},
        praise="The climb ended on a lower hill.",
    ),
    "04.2": Exercise(
        right=_line_posterior,
        cases=((4,), (1,), (0.25,), (0.01,)),
        rtol=5e-3,
        mistakes={
            "Beta changes nothing yet. Multiply the KL term by it.": lambda beta: _line_posterior(1),
            "Beta multiplies the other term. The KL term is the one it belongs to.":
                lambda beta: _line_posterior(1 / beta),
            "That is the variance. The standard deviation is asked for.":
                lambda beta: (_line_posterior(beta)[0], _line_posterior(beta)[1] ** 2),
        },
        praise="As beta goes to 0, q shrinks to the autoencoder's point.",
    ),
    "04.3": Exercise(
        right=_near(-1.344, 0.06),  # 2,000 repetitions: standard error 0.01 nats
        mistakes={
            "That is the ELBO: you average the logarithms. Take the logarithm of the mean of the weights.":
                Interval(-7.5, -5.0),
            "The log k is missing: a mean of k weights is their sum divided by k.": _near(-1.344 + np.log(10), 0.1),
            "That is positive, and log p(x) is not. Is the sign right?": Interval(1.0, 8.0),
        },
        praise="Notebook 11 uses this bound on real networks.",
    ),
    "05.1": Exercise(
        right=(1300, 640),
        mistakes={
            "The encoder has two output layers: means and log-variances.": (650, 640),
            "Each new output of the encoder has a bias, too.": (1280, 640),
            "Ten more elements, not twelve: two are there already.": (1560, 768),
            "The two are the wrong way round.": (640, 1300),
            "The decoder's first layer gains weights, but no biases: it has as many units as before.": (1300, 650),
        },
    ),
    "05.2": Exercise(
        right=1.0,
        mistakes={"The ratio is still 2, as it should be for the right cost. Put the bug in: a mean for the sum.": 2.0,
                  "A ratio of 0.5 would be a KL that shrinks. Is it upside down?": 0.5},
        praise="A cost that does not double is a hidden beta of one half.",
    ),
    "05.3": Exercise(
        right=lambda nats: np.log2(np.exp(1.0)) * nats / 28**2,
        cases=((137.0,), (784 * np.log(2),)),
        mistakes={
            "Those are bits for the whole image. Divide by its 784 pixels.": lambda nats: nats / np.log(2),
            "Those are nats for each pixel. One bit is log 2 nats.": lambda nats: nats / 784,
            "You multiplied by log 2. One bit is log 2 = 0.69 nats, so there are more bits than nats.":
                lambda nats: nats * np.log(2) / 784,
            "Divide by 784, all pixels, not by 28.": lambda nats: nats / 28 / np.log(2),
        },
    ),
    "06.1": Exercise(
        right=np.sqrt(chi2.ppf(0.95, df=2)),
        rtol=5e-3,
        mistakes={
            "The 1.96 is for one dimension. In the plane an ellipse of k sigma holds 1 - exp(-k**2 / 2).": 1.96,
            "That is k squared. Take the root.": chi2.ppf(0.95, df=2),
            "The exponent is k**2 / 2. Is the 2 missing?": np.sqrt(-np.log(0.05)),
            "That ellipse holds 5 %. It should leave out 5 %.": np.sqrt(-2 * np.log(0.95)),
        },
        praise="The more dimensions, the further out the mass of a normal lies.",
    ),
    "06.2": Exercise(
        right=lambda z_mean, z_log_var: _std_of_mixture(z_mean, np.exp(z_log_var)),
        cases=(_CODES, (np.array([[1.0], [3.0], [-2.0]]), np.array([[0.0], [1.0], [-1.0]]))),
        mistakes={
            "That is the spread of the means alone. Each cloud adds its own.":
                lambda z_mean, z_log_var: z_mean.std(axis=0),
            "That is a variance. Take the root.":
                lambda z_mean, z_log_var: _std_of_mixture(z_mean, np.exp(z_log_var)) ** 2,
            "Variances add, standard deviations do not.":
                lambda z_mean, z_log_var: z_mean.std(axis=0) + np.exp(z_log_var / 2).mean(axis=0),
            "The z_log_var is the logarithm of the variance. Take its exponential.":
                lambda z_mean, z_log_var: np.sqrt(np.abs(z_mean.var(axis=0) + z_log_var.mean(axis=0))),
            "The exponential of z_log_var is the variance already. You squared it once more.":
                lambda z_mean, z_log_var: _std_of_mixture(z_mean, np.exp(2 * z_log_var)),
            "You added the standard deviation, exp(z_log_var / 2). Add the mean of its square.":
                lambda z_mean, z_log_var: _std_of_mixture(z_mean, np.exp(z_log_var / 2)),
            "One number for each latent element is asked for: take means and variances along axis 0.":
                lambda z_mean, z_log_var: _std_of_mixture(z_mean.T, np.exp(z_log_var).T),
        },
    ),
    "06.3": Exercise(
        right=_split_kl,
        cases=((np.array([0.7]), np.array([0.6])), (np.array([-3.0, 3.0]), np.array([0.2, 0.2])),
               (np.array([0.0, 1.0, 2.5]), np.array([0.5, 1.0, 0.3]))),
        rtol=1e-3,
        mistakes={
            "The two parts are the wrong way round: the information comes first.":
                lambda *clouds: _split_kl(*clouds)[::-1],
            "Those are bits. Use the natural logarithm.": lambda *clouds: _split_kl(*clouds) / np.log(2),
            "The first number is the average KL itself. Take the gap away from it.":
                lambda *clouds: _split_kl(*clouds) @ np.array([[1, 0], [1, 1]]),
            "You add up over the clouds. Take the mean: each has the weight 1/N.":
                lambda *clouds: _split_kl(*clouds) * np.array([len(clouds[0]), 1]),
        },
        praise="One digit leaves nothing to say, and two that never overlap leave ln 2.",
    ),
    "06.4": Exercise(
        right=Interval(1.835, 1.852),
        mistakes={
            "Weight each class by its share of the digits: there are more 1s than 5s.": Interval(1.856, 1.87),
            "Those are bits. Use the natural logarithm.": Interval(2.64, 2.68),
            "That has the sign of a loss of information: take the classes' entropy away from that of q(z).":
                Interval(-1.87, -1.835),
            "That is what the code says of the digit. Here the ten classes take the place of the 70,000 digits.":
                Interval(6.5, 6.6),
        },
        praise="The rest is how the digit was written.",
    ),
    "07.1": Exercise(
        right=Interval(3.335, 3.345),
        mistakes={
            "That holds 99 % of two elements. The exponent is 12 here.": Interval(2.80, 2.82),
            "That holds 99 % of a single element. All twelve have to be inside.": Interval(2.57, 2.58),
            "That is the radius of a ball. A cube has corners, which reach beyond its span.": Interval(5.11, 5.13),
            "That is a mass. The span is asked for.": Interval(0.9, 1.0),
        },
        praise="Six times the elements, and the span grows by a fifth.",
    ),
    "07.2": Exercise(
        right=lambda z, scale: z / np.hypot(1, scale),
        cases=((np.array([[2.0, -1.0], [0.5, 3.0]]), 2.0), (np.array([[1.0, 4.0]]), 0.5)),
        mistakes={
            "You divide by the variance. Its root is the standard deviation.": lambda z, scale: z / (1 + scale**2),
            "Standard deviations do not add. The variances of independent parts do.": lambda z, scale: z / (1 + scale),
            "That is the coin alone. The noise has variance 1, too.": lambda z, scale: z / scale,
            "The coin moves a draw by scale, up or down: 2 * scale is the distance between the two ends.":
                lambda z, scale: z / np.hypot(1, 2 * scale),
            "That is right for scale = 2 only. Use the argument.": lambda z, scale: z / np.sqrt(5),
        },
    ),
    "07.3": Exercise(
        right=_nearest_tile,
        cases=((np.array([0.1, 0.3]), 30, 3.0), (np.array([2.9, -1.3]), 30, 3.0), (np.array([-1.6, 0.4]), 5, 2.0)),
        mistakes={
            "Row and column are the wrong way round: z[0] belongs to the column.":
                lambda z, n, span: _nearest_tile(z, n, span)[::-1],
            "The top row is row 0, and there z[1] is largest.": lambda z, n, span: _nearest_tile(z * [1, -1], n, span),
            "Round to the nearest tile. You take the one before.":
                lambda z, n, span: tuple((np.array([span - z[1], z[0] + span]) * (n - 1) / (2 * span)).astype(int)),
            "Between n codes there are n - 1 steps.":
                lambda z, n, span: tuple(np.round(np.array([span - z[1], z[0] + span]) * n / (2 * span))),
            "Count rows and columns from 0.": lambda z, n, span: tuple(np.add(_nearest_tile(z, n, span), 1)),
        },
    ),
    "08.1": Exercise(
        right=16 * (2 - 2**0.5),  # (sqrt(512) - sqrt(256)) * sqrt(2)
        rtol=5e-3,
        mistakes={
            "That is the answer for 12 elements. Change the 12 to 512.": 12**0.5 * (2**0.5 - 1),
            "That is the difference of the two lengths. Divide it by the spread, the root of 1/2.": 16 * 2**0.5 - 16,
            "The spread is the root of 1/2, and you divided by 1/2.": 2 * (16 * 2**0.5 - 16),
            "The point half-way has the length sqrt(d / 2), not sqrt(d) / 2.": 16.0,
        },
        praise="There the straight line runs where the prior puts nothing.",
    ),
    "08.2": Exercise(
        right=lambda codes, slants, vector, gain: np.stack([z - s / gain * vector for z, s in zip(codes, slants)]),
        cases=((np.array([[0.5, -1.0], [2.0, 0.1], [0.0, 1.0]]), np.array([0.2, -0.4, 0.1]), np.array([1.0, 3.0]), 0.5),
               (np.ones((2, 3)), np.array([-0.3, 0.6]), np.array([2.0, 0.0, -1.0]), 2.0)),
        mistakes={
            "That makes the slant twice as large. What is too much has to be taken away.":
                lambda codes, slants, vector, gain: codes + np.outer(slants, vector) / gain,
            "The gain is missing: one whole vector adds a slant of `gain`, not of 1.":
                lambda codes, slants, vector, gain: codes - np.outer(slants, vector),
            "You multiply by the gain. The larger it is, the less of the vector is needed.":
                lambda codes, slants, vector, gain: codes - np.outer(slants, vector) * gain,
            "You take the same amount from every code. Each has a slant of its own.":
                lambda codes, slants, vector, gain: codes - np.mean(slants) / gain * vector,
        },
        praise="With twelve elements the median slant of test digits shrinks to about a fifth.",
    ),
    "08.3": Exercise(
        right=_walk_by_turning,
        cases=((np.array([1.0, 0.0]), np.array([-1.9, 0.3]), 6),
               (np.array([0.0, 3.0, 0.0]), np.array([0.5, 0.0, 0.2]), 4)),
        mistakes={
            "That is the great circle of the codes as they are, which overshoots. Divide them by their lengths first.":
                lambda z_from, z_to, n: interpolate(z_from, z_to, n, "slerp"),
            "That is the straight line. Its direction should turn evenly.": interpolate,
            "Your codes all have length 1. Multiply them by the lengths on the way.":
                lambda a, b, n: _walk_by_turning(a, b, n, (1 / np.linalg.norm(a), 1 / np.linalg.norm(b))),
            "Your codes keep the length of the first. It should change evenly to that of the last.":
                lambda a, b, n: _walk_by_turning(a, b, n, (1, np.linalg.norm(a) / np.linalg.norm(b))),
        },
        praise="Now no code on the way is longer than the longer end.",
    ),
    "09.1": Exercise(
        right=chi2.isf(0.01, 2) ** 0.5,
        rtol=5e-3,
        mistakes={
            "That is the square of the distance. Take its root.": -2 * np.log(0.01),
            "Beyond that lies 1 % of one element, to both sides. The plane has two.": chi2.isf(0.01, 1) ** 0.5,
            "That leaves 1 % nearer to 0. Only 1 % should lie farther out.": chi2.isf(0.99, 2) ** 0.5,
            "The 2 in the exponent is missing: the share is exp(-r**2 / 2).": (-np.log(0.01)) ** 0.5,
        },
        praise="Just outside the third circle.",
    ),
    "09.2": Exercise(
        # The same as six or more events of a Poisson process not having come by the time 6.
        right=sum(np.exp(-6) * 6**k / math.factorial(k) for k in range(6)),
        rtol=5e-3,
        mistakes={
            "That is the formula for two elements. Twelve need the chi-squared distribution: prior_tail.": np.exp(-6),
            "That is the share that lies nearer to 0. Take the other side.": chi2.cdf(12, 12),
            "The distribution is that of the squared distance. You gave it the distance.": chi2.sf(12**0.5, 12),
            "Add up the squares of all the elements. You took their mean.": chi2.sf(1, 12),
        },
        praise="In two dimensions a code as long as this one would be an oddity.",
    ),
    "09.3": Exercise(
        right=lambda z_mean, z_log_var: _sort_elements(_kl(z_mean, np.exp(z_log_var / 2))),
        cases=(_random_codes(30, 5, 1), _random_codes(40, 4, 2)),
        mistakes={
            "That is the opposite order. The most informative element comes first.":
                lambda z_mean, z_log_var: _sort_elements(-_kl(z_mean, np.exp(z_log_var / 2))),
            "You averaged over the elements, which sorts the images. Average over the images: axis=0.":
                lambda z_mean, z_log_var: _sort_elements(_kl(z_mean, np.exp(z_log_var / 2)).T),
            "You took the log-variance for the standard deviation.":
                lambda z_mean, z_log_var: _sort_elements(_kl(z_mean, np.abs(z_log_var))),
            "You took the log-variance for the variance.":
                lambda z_mean, z_log_var: _sort_elements(_kl(z_mean, np.abs(z_log_var) ** 0.5)),
            "That is the order of the variance of the means. The KL has more terms.":
                lambda z_mean, z_log_var: np.argsort(-z_mean.var(axis=0)),
            "The logarithm is missing in your KL.":
                lambda z_mean, z_log_var: _sort_elements(z_mean**2 + np.exp(z_log_var)),
        },
        praise="latent_sliders sorts its sliders like this.",
    ),
    "09.4": Exercise(
        right=_replaced,
        cases=((np.array([0.5, -1.0, 2.0]), 1, np.array([-2.0, 0.0, 1.0, 3.0])),
               (np.array([1.5, 0.3]), 0, np.array([-1.0, 0.7]))),
        mistakes={
            "You added the values. The element should become each value in turn.":
                lambda z, element, values: z + np.outer(values, np.eye(len(z))[element]),
            "Rows and columns are the wrong way round: one row for each value.":
                lambda z, element, values: _replaced(z, element, values).T,
            "The other elements should stay as they are, not become 0.":
                lambda z, element, values: np.outer(values, np.eye(len(z))[element]),
        },
        praise="This is what the still pictures of the sliders show.",
    ),
    "10.1": Exercise(
        right=1 / 12,
        mistakes={
            "Upside down: a mean over 12 elements makes the KL smaller, not larger.": 12.0,
            "That is the weight in their code. Their cross-entropy is a mean over the pixels, too.": 1 / 784,
            "The 784 cancels, but the KL is a mean over 12 elements, and ours is a sum.": 1.0,
            "You counted the 784 twice. Multiply their whole cost by 784.": 1 / (784 * 12),
            "The weight is 1 / 784. Multiply their whole cost by 784, and it cancels.": 784 / 12,
        },
        praise="At this price even more directions pay than at 1. The codes will be long, and far from the prior.",
    ),
    "10.2": Exercise(
        right=lambda step, period, beta: np.interp(step - step // period * period, [0, period / 2, period],
                                                   [0, beta, beta]),
        cases=((30, 100, 4.0), (70, 100, 4.0), (130, 100, 4.0), (399, 200, 10.0)),
        mistakes={
            "It climbs once and never again. The remainder step % period starts anew.":
                lambda step, period, beta: beta * min(1.0, step / (period / 2)),
            "That is warm_up as it was.": lambda step, period, beta: beta * min(1.0, step / period),
            "It climbs over the whole period. The climb should take half of it.":
                lambda step, period, beta: beta * (step % period) / period,
            "It climbs beyond beta. In the second half of a period it should stay there.":
                lambda step, period, beta: beta * (step % period) / (period / 2),
            "It forgets the final value beta.":
                lambda step, period, beta: min(1.0, (step % period) / (period / 2)),
        },
        praise="Four such periods are what Fu and others use.",
    ),
    "10.3": Exercise(
        right=lambda variances, level: _kl(*_gaussian_code(variances, level)).sum(),
        cases=((np.array([4.0, 1.0, 0.25]), 0.5), (np.array([9.0, 2.0, 2.0, 0.1]), 1.0), (np.array([0.3, 0.2]), 1.0)),
        mistakes={
            "The factor 0.5 in front is missing.":
                lambda variances, level: np.log(np.maximum(variances, level) / level).sum(),
            "Elements below the level count with a negative rate. They should be silent: rate 0.":
                lambda variances, level: 0.5 * np.log(variances / level).sum(),
            "That is the mean over the elements. Independent elements add their rates.":
                lambda variances, level: 0.5 * np.log(np.maximum(variances, level) / level).mean(),
            "That is the squared error, the other half of the box.":
                lambda variances, level: np.minimum(variances, level).sum(),
            "The variances are variances already. You squared them.":
                lambda variances, level: 0.5 * np.log(np.maximum(variances**2, level) / level).sum(),
            "That is in bits. Take the natural logarithm.":
                lambda variances, level: 0.5 * np.log2(np.maximum(variances, level) / level).sum(),
            "That is the rate of each element. Add them up.":
                lambda variances, level: 0.5 * np.log(np.maximum(variances, level) / level),
        },
        praise="Shannon's reverse water-filling: all elements above the water are cut down to its level.",
    ),
    "11.1": Exercise(
        right=Interval(2.3, 2.5),
        mistakes={
            "The span is still 6. Set it to 1.5 and run the cell again.": 0.0,
            "The sign: the smaller grid loses, so that the number of nats lost is positive.": Interval(-2.5, -2.3),
            "That is for a span of 3. The exercise asks for 1.5.": Interval(0.005, 0.05),
        },
        praise="Most digits lose nothing, and a few lose everything.",
    ),
    "11.2": Exercise(
        right=lambda log_q, log_joint: rel_entr(softmax(log_joint), softmax(log_q)).sum(),
        cases=_LOG_DENSITIES,
        mistakes={
            "That is KL(q || posterior), as it was. The weights have to be those of the posterior.":
                lambda log_q, log_joint: rel_entr(softmax(log_q), softmax(log_joint)).sum(),
            "Only the weights are turned round. The difference of the logarithms has to change its sign, too.":
                lambda log_q, log_joint: -rel_entr(softmax(log_joint), softmax(log_q)).sum(),
            "Only the difference is turned round. The weights are still those of q.":
                lambda log_q, log_joint: -rel_entr(softmax(log_q), softmax(log_joint)).sum(),
            "That is the mean over the grid. The weights sum to 1 already: use the sum.":
                lambda log_q, log_joint: rel_entr(softmax(log_joint), softmax(log_q)).mean(),
        },
        praise="The two directions agree only where q is the posterior.",
    ),
    "11.3": Exercise(
        right=lambda log_weights: np.array([1 / (softmax(row) ** 2).sum() for row in log_weights]),
        cases=_LOG_WEIGHTS,
        mistakes={
            "You sum over the images. The draws are axis 1.":
                lambda log_weights: 1 / (softmax(log_weights, axis=0) ** 2).sum(axis=0),
            "That is the share of the draws that count. Leave out the division by k.":
                lambda log_weights: 1 / (softmax(log_weights, axis=1) ** 2).mean(axis=1) / log_weights.shape[1] ** 2,
            "That is its logarithm. Take the exponential at the end.":
                lambda log_weights: -np.log((softmax(log_weights, axis=1) ** 2).sum(axis=1)),
            "That is upside down: the square of the sum goes above the line.":
                lambda log_weights: (softmax(log_weights, axis=1) ** 2).sum(axis=1),
        },
        praise="Far below k, the mean of k weights is in truth a mean of a few.",
    ),
}
