"""The answer key of notebook 04, `04_elbo_and_cost`."""

from vae_helpers.exercises import Exercise, near

EXERCISES = {
    "04.1": Exercise(
        right=near(1.218, 0.01),
        mistakes={"That is the gap of the climb that the text made. Another start is asked for.":
                  near(0.725, 0.01)},
        praise="The climb ended on a lower hill.",
    ),
    "04.2": Exercise(
        right=lambda factor, n_pixels: (0.5 * n_pixels * factor) ** 0.5,
        cases=((1.0, 784), (0.001, 784), (2.0, 1)),
        mistakes={
            "That is for the sum of the squared errors. Here they are averaged over the pixels.":
                lambda factor, n_pixels: (factor / 2) ** 0.5,
            "That is the variance of the noise. The standard deviation is asked for.":
                lambda factor, n_pixels: n_pixels * factor / 2,
            "The half of the exponent of a normal density is missing.":
                lambda factor, n_pixels: (n_pixels * factor) ** 0.5,
            "An average over more pixels makes the squared error weigh less, not more.":
                lambda factor, n_pixels: (factor / n_pixels / 2) ** 0.5,
        },
        praise="Whoever averages over the pixels has to weigh the KL with that in mind.",
    ),
}
