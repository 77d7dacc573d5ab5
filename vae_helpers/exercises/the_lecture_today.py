"""The answer key of the page `deeper/the_lecture_today`."""

from vae_helpers.exercises import Exercise

EXERCISES = {
    "the_lecture_today.1": Exercise(
        right=lambda epochs: 1.0 + 0.005 * 274 * epochs,
        cases=((0,), (1,), (150,)),
        mistakes={
            "The decay counts steps, not epochs: an epoch has 274 of them.": lambda epochs: 1.0 + 0.005 * epochs,
            "The last batch of an epoch is smaller, but it is a step, too: not 273.4 but 274.":
                lambda epochs: 1.0 + 0.005 * 70_000 / 256 * epochs,
            "The last batch of an epoch is smaller, but it is a step, too: not 273 but 274.":
                lambda epochs: 1.0 + 0.005 * 273 * epochs,
            "That grows by a share in every step. Here the step number itself stands under the fraction line.":
                lambda epochs: 1.005 ** (274 * epochs),
            "At the start nothing has been divided: after 0 epochs the answer is 1.":
                lambda epochs: 0.005 * 274 * epochs,
        },
        praise="Half of the rate is gone after 200 steps, before the first epoch ends.",
    ),
    "the_lecture_today.2": Exercise(
        right=(575_312, 574_916),
        mistakes={
            "Those are the counts with nothing frozen.": (1_150_100, 128),
            "The two are the wrong way round.": (574_916, 575_312),
            "The 128 running statistics belong to the encoder, and are not trained either.": (575_312, 574_788),
            "Nothing is lost: the two must add up to 1,150,228.": (575_312, 128),
        },
    ),
    "the_lecture_today.3": Exercise(
        right=(2.0, 2.0 * 28**2),
        mistakes={
            "You divided. The lecture's cost is ours divided by 784, so its beta times 784 is ours.":
                (2.0 / 28**4, 2.0 / 28**2),
            "Those are the lecture's own units. Ours are 784 times as large.": (2.0 / 28**2, 2.0),
            "The two are the wrong way round.": (2.0 * 28**2, 2.0),
            "In the first reading the lecture's beta is 2/784. What is that in our units?": (2.0 / 28**2, 2.0 * 28**2),
        },
        praise="The first stays near the ELBO; the second goes far into silence.",
    ),
}
