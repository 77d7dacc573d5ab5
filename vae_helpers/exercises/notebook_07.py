"""The answer key of notebook 07, `07_generating_digits`."""

import numpy as np

from vae_helpers.exercises import Exercise, Interval

EXERCISES = {
    "07.1": Exercise(
        right=Interval(3.335, 3.345),
        mistakes={
            "That holds 99 % of two elements. The exponent is 12 here.": Interval(2.80, 2.82),
            "That holds 99 % of a single element. All twelve have to be inside.": Interval(2.57, 2.58),
            "That is the radius of a ball. A cube has corners, which reach beyond its span.": Interval(5.11, 5.13),
            "That is a mass. The span is asked for.": Interval(0.9, 1.0),
        },
        praise="Two elements need 2.81. Six times as many, and the span grows by a fifth.",
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
}
