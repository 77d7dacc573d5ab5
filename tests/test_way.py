"""The way through as a whole: its minutes, its first page, and that a hint in a stub's answer would be seen."""

import re

import nbformat

from tests.test_notebooks_static import NEUTRAL, prose, words
from tools.execute import NOTEBOOKS, WAY
from tools.minutes import reading

MOST_IN_ALL = 420  # minutes: seven hours


def test_a_hint_is_seen():
    """As checkers gave it once: 'Halve it before np.exp'."""
    asked = words("Give the standard deviation of the code, from z_log_var. Replace the line.")
    assert words("Halve it before np.exp.") - asked - NEUTRAL == {"halve", "before", "exp"}
    assert not words("Replace the ... and run the cell again.") - NEUTRAL


def test_the_way_takes_seven_hours():
    total = sum(reading(nbformat.read(path, as_version=4)).minutes for path in WAY)
    start = prose(nbformat.read(WAY[0], as_version=4))
    announced = int(re.search(r"from here to 11 take about (\d+) minutes", start)[1])
    assert total <= MOST_IN_ALL and announced == 10 * round(total / 10), f"{total:.0f} minutes"


def test_the_first_page_lists_every_page():
    start = prose(nbformat.read(WAY[0], as_version=4))
    for path in NOTEBOOKS[1:]:
        assert f"]({path.relative_to(WAY[0].parent).as_posix()})" in start, path.stem
