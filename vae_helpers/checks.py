"""Checkers of the exercises: each says whether an answer is right and names the usual mistakes. Never a traceback.

In a notebook, `check("02.1", answer)` as the last line of a cell shows what it found.
"""

import importlib
from pathlib import Path

import numpy as np

from vae_helpers import _validate
from vae_helpers.exercises import Interval

ANSWER_KEYS = Path(__file__).parent / "exercises"


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


def answer_key(notebook):
    """Load the exercises of a notebook, and of no other.

    Parameters
    ----------
    notebook : str
        Its two digits, for example "02", or, where its file's name has none, that name: "when_it_goes_wrong".

    Returns
    -------
    dict of str to Exercise
        By name; of a notebook that is none, or has no exercises, the dict is empty.
    """
    if notebook not in notebooks_with_exercises():
        return {}
    module = f"notebook_{notebook}" if notebook.isdigit() else notebook
    return importlib.import_module(f"vae_helpers.exercises.{module}").EXERCISES


def notebooks_with_exercises():
    """List the notebooks that have exercises.

    Returns
    -------
    list of str
        As `answer_key` takes them.
    """
    return sorted(path.stem.removeprefix("notebook_") for path in ANSWER_KEYS.glob("*.py") if path.stem != "__init__")


def check(name, answer):
    """Check the answer to an exercise.

    Parameters
    ----------
    name : str
        Notebook and number, for example "02.1" or "when_it_goes_wrong.1".
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
    exercises = answer_key(name.partition(".")[0] if isinstance(name, str) else "")
    _validate.one_of(name, "name", exercises)
    passed, message = _judge(exercises[name], answer)
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
    if all(found) or any(all(agree([value])) for value in exercise.also):
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
