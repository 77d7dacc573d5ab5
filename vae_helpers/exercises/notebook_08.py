"""The answer key of notebook 08, `08_interpolation_and_arithmetic`."""

import numpy as np

from vae_helpers.exercises import Exercise, Interval

EXERCISES = {
    "08.1": Exercise(
        right=(2**0.5 - 1) * 1000**0.5,  # (sqrt(1000) - sqrt(500)) / sqrt(1/2)
        rtol=5e-3,
        mistakes={
            "That is the answer for 12 elements. Change the 12 to 1000.": 12**0.5 * (2**0.5 - 1),
            "That is the answer for 512 elements, which is printed further up.": Interval(9.29, 9.42),
            "That is the difference of the two lengths. Divide it by the spread, the root of 1/2.":
                1000**0.5 - 500**0.5,
            "The spread is the root of 1/2, and you divided by 1/2.": 2 * (1000**0.5 - 500**0.5),
            "The point half-way has the length sqrt(d / 2), not sqrt(d) / 2.": (1000 / 2) ** 0.5,
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
}
