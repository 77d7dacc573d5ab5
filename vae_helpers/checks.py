"""Checkers of the exercises: each says whether an answer is right and names the usual mistakes. Never a traceback.

In a notebook, `check("02.1", answer)` as the last line of a cell shows what it found.
"""

import contextlib
import importlib
import json
import os
from pathlib import Path

import numpy as np
import platformdirs

from vae_helpers import _validate
from vae_helpers.exercises import Interval
from vae_helpers.language import translated

ANSWER_KEYS = Path(__file__).parent / "exercises"


class Verdict:
    """What a checker found, shown as its message.

    Parameters
    ----------
    passed : bool or None
        None if there is no answer yet.
    message : str
    name : str, optional
        Of the exercise to note as passed once this is shown.
    """

    def __init__(self, passed, message, name=None):
        self._passed, self.message, self._name = passed, message, name

    @property
    def passed(self):
        """Return what was found, for a program to look at.

        Returns
        -------
        bool or None
        """
        self._name = None  # it was a solution's cell that looked, and no reader who answered
        return self._passed

    def __repr__(self):
        return self.message

    def _repr_pretty_(self, printer, cycle):
        """Be shown by a notebook; only then is an exercise noted as passed."""
        if self._passed and self._name:
            _note(self._name)
        printer.text(self.message)


def answer_key(notebook):
    """Load the exercises of a notebook, and of no other.

    Parameters
    ----------
    notebook : str
        Its two digits, for example "02", or the name of a page in notebooks/deeper.

    Returns
    -------
    dict of str to Exercise
        By name, for example "02.1".
    """
    _validate.one_of(notebook, "the part of name before its number", notebooks_with_exercises())
    module = f"notebook_{notebook}" if notebook.isdecimal() else notebook
    return importlib.import_module(f"vae_helpers.exercises.{module}").EXERCISES


def notebooks_with_exercises():
    """List the notebooks that have exercises.

    Returns
    -------
    list of str
        As for `answer_key`.
    """
    return sorted(path.stem.removeprefix("notebook_") for path in ANSWER_KEYS.glob("[!_]*.py"))


def check(name, answer):
    """Check the answer to an exercise.

    Parameters
    ----------
    name : str
        Notebook and number, for example "02.1" or "looks_like_a_digit.1".
    answer : object
        A number, an array or a function, as the exercise asks; ``...`` or None as long as there is no answer.

    Returns
    -------
    Verdict
        Shown as its message when it is the last expression of a cell.

    Examples
    --------
    >>> check("02.1", ...)
    Exercise 02.1: no answer yet. Replace the ... and run the cell again.
    >>> check("02.1", "my guess").passed
    False
    """
    exercises = answer_key(str(name).rpartition(".")[0])
    _validate.one_of(name, "name", exercises)
    passed, message = _judge(exercises[name], answer)
    heading = translated({True: "right.", False: "not yet.", None: "no answer yet."}[passed])
    return Verdict(passed, f"{translated('Exercise')} {name}: {heading} {message}".strip(), name)


def progress():
    """Show which exercises of the series were passed on this machine.

    `check` notes them when a notebook shows its verdict: in a small file in the user's state folder, or the file that
    the variable VAE_HELPERS_STATE names. Where none can be written nothing is noted. Nothing leaves the machine.

    Returns
    -------
    Verdict
        Shown as a table: a line for each notebook, with the numbers of the exercises that were passed.

    Examples
    --------
    >>> print(str(progress()).splitlines()[1])  # doctest: +ELLIPSIS
    01 ...
    """
    noted, lines, count, total = _noted(), [], 0, 0
    for notebook in sorted(notebooks_with_exercises(), key=lambda name: (not name.isdecimal(), name)):
        names = list(answer_key(notebook))
        marks = [name.rpartition(".")[2] if name in noted else "-" for name in names]
        count, total = count + len(noted.intersection(names)), total + len(names)
        lines.append(f"{notebook:30} {' '.join(marks)}")
    heading = translated("{count} of {total} exercises passed on this machine", count=count, total=total)
    return Verdict(None, "\n".join([heading, *lines]))


def _state_file():
    """Return the file of what was passed, by the conventions of the system."""
    folder = platformdirs.user_state_path("vae_helpers", appauthor=False)
    return Path(os.environ.get("VAE_HELPERS_STATE") or folder / "passed.json")


def _noted():
    try:
        return {name for name in json.loads(_state_file().read_text(encoding="utf-8")) if isinstance(name, str)}
    except (OSError, TypeError, ValueError):  # no file, or something else in it
        return set()


def _note(name):
    with contextlib.suppress(OSError):  # there may be nowhere to write
        _state_file().parent.mkdir(parents=True, exist_ok=True)
        _state_file().write_text(json.dumps(sorted(_noted() | {name})), encoding="utf-8")


def _judge(exercise, answer):
    if _is_empty(answer):
        return None, translated("Replace the ... and run the cell again.")
    if callable(answer) != bool(exercise.cases):
        return False, translated("A function is asked for, received {it}." if exercise.cases else
                                 "A value is asked for, received {it}.", it=_validate.described(answer, translated))
    if not exercise.cases:
        return _compare(exercise, [answer], lambda value: [value])
    answers = []
    for case in exercise.cases:
        try:
            answers.append(answer(*(np.copy(part) if isinstance(part, np.ndarray) else part for part in case)))
        except Exception as error:
            return False, translated("For the arguments {case} your function raised {error}", case=_shown(case),
                                     error=f"{type(error).__name__}: {error}")
    if all(map(_is_empty, answers)):
        return None, translated("Your function returns nothing. Replace the ... and run the cell again.")
    return _compare(exercise, answers, lambda function: [function(*case) for case in exercise.cases])


def _compare(exercise, answers, expect):
    """Compare the answers with those that `expect` makes of a right or wrong solution, over all cases."""
    def agree(expected):
        return [_equal(answer, value, exercise.rtol) for answer, value in zip(answers, expected)]

    rights = expect(exercise.right)
    found = agree(rights)
    if all(found) or any(all(agree([value])) for value in exercise.also):
        return True, translated(exercise.praise)
    for message, wrong in exercise.mistakes.items():
        if all(agree(expect(wrong))):  # a mistake has to explain every case
            return False, translated(message)
    first = found.index(False)
    answer, right = answers[first], rights[first]
    where = translated("For the arguments {case} your function gives" if exercise.cases else "Your answer is",
                       case=_shown(exercise.cases[first] if exercise.cases else ()))
    where += f" {_validate.described(answer, translated)}"
    if not isinstance(right, Interval) and _shape(answer) != np.shape(right):
        return False, f"{where}; {translated('expected is the shape {shape}.', shape=np.shape(right))}"
    return False, f"{where}, {translated('which is not what is asked for.')}"


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
    return answer is None or answer is ... or (isinstance(answer, tuple) and any(part is ... for part in answer))


def _shown(case):
    return ", ".join(_validate.described(part, translated) if isinstance(part, np.ndarray) and part.size > 6
                     else repr(part.tolist() if isinstance(part, np.ndarray) else part) for part in case)
