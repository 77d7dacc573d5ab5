"""The answer key of notebook 01, `01_autoencoder_vs_vae`."""

from vae_helpers.exercises import Exercise, Interval

EXERCISES = {
    "01.1": Exercise(
        right=Interval(0.004, 0.06),  # 0.018 with the seed of the notebook
        mistakes={
            "That is the number of cells in use. Divide it by the number of all cells.": Interval(2000, 32_000),
            "You divided by the number of codes. The share of the cells is asked for.": Interval(0.061, 0.6),
        },
        praise="Most codes share a cell with others, so that even less of the box is used than could be.",
    ),
    "01.2": Exercise(
        right=Interval(0.3, 0.46),
        mistakes={"That is the distance of the draws as the cell came. Change the line that makes near_codes.":
                  Interval(0.5, 0.8)},
        praise="But each such draw is a variation of one training digit.",
    ),
}
