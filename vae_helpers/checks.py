"""Checkers of the exercises: each says whether an answer is right and names the usual mistakes. Never a traceback.

In a notebook, `check("02.1", answer)` as the last line of a cell shows what it found.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from vae_helpers import _validate


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
    """What a checker found.

    Attributes
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
        return _compare(exercise, [answer], [exercise.right], {m: [wrong] for m, wrong in exercise.mistakes.items()})
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
    return _compare(exercise, answers, [exercise.right(*case) for case in exercise.cases],
                    {m: [wrong(*case) for case in exercise.cases] for m, wrong in exercise.mistakes.items()})


def _compare(exercise, answers, rights, mistakes):
    """Compare the answers of all cases: a mistake has to explain every one of them."""
    def agree(expected):
        return [_equal(answer, value, exercise.rtol) for answer, value in zip(answers, expected)]

    found = agree(rights)
    if all(found):
        return True, exercise.praise
    for message, wrong in mistakes.items():
        if all(agree(wrong)):
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


# One entry an exercise, in the order of the notebooks. Each right answer is computed by another way than the solution
# in the notebook wherever there is one.
EXERCISES = {
}
