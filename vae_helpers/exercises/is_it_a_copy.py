"""The answer key of the page `deeper/is_it_a_copy`."""

from collections import Counter

import numpy as np

from vae_helpers.exercises import Exercise, near


def _repeats(found):
    counts = Counter(np.asarray(found).tolist())
    return sum(counts[place] > 1 for place in np.asarray(found).tolist()) / len(found)


EXERCISES = {
    "is_it_a_copy.1": Exercise(
        right=near(25 * 6 / 0.01**2, 0.02),
        mistakes={
            "That many draws make one standard error. Five are asked for.": near(6 / 0.01**2, 0.02),
            "That is with the root. Standard errors fall with the root of the number, so square the five.":
                near(5 * 6 / 0.01**2, 0.02),
            "That is the answer for a share of 10 %.": near(25 * 6 / 0.1**2, 0.02),
        },
        praise="A tenth of the copies takes a hundred times as many draws.",
    ),
    "is_it_a_copy.2": Exercise(
        right=_repeats,
        cases=((np.array([3, 5, 3, 9, 3, 9, 60_001]),), (np.array([4, 4, 1, 2, 8]),)),
        mistakes={
            "That is the share of digits that were found more than once. Count draws.":
                lambda found: np.mean(np.unique(found, return_counts=True)[1] > 1),
            "That is the share of the draws that are alone.": lambda found: 1 - _repeats(found),
            "You count each repeated digit once less than it occurs. The first draw has company, too.":
                lambda found: 1 - len(np.unique(found)) / len(found),
            "A share is asked for, not a count.": lambda found: _repeats(found) * len(found),
        },
    ),
}
