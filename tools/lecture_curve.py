"""Train by the lecture's recipe and by ours, and write down the curves: `python -m tools.lecture_curve`.

The lecture's code is taken from the notebook that shows it, deeper/the_lecture_today, so that there is no second
version of it. The notebook trains three epochs; here are all 150. On two free cores that takes a quarter of an hour.
"""

import csv
import time
from pathlib import Path

import nbformat

from vae_helpers import evaluation, models, training
from vae_helpers.backend import keras
from vae_helpers.data import load_mnist

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "notebooks" / "deeper" / "the_lecture_today.ipynb"
TABLE = ROOT / "vae_helpers" / "assets" / "study" / "lecture_curve.csv"
COLUMNS = ("recipe", "epoch", "loss", "reconstruction", "kl", "binary_accuracy")  # costs in nats per image
LECTURE_EPOCHS, OUR_EPOCHS = 150, 15
SEED = 0


def lecture_model(notebook=NOTEBOOK):
    """Run the cells of the notebook that hold the lecture's code, up to `compile`.

    Parameters
    ----------
    notebook : path-like, optional

    Returns
    -------
    AEV : keras.Model
        Compiled, not trained.
    x_train_flat : tf.Tensor of shape (70000, 784), dtype=float32
    """
    keras.utils.set_random_seed(SEED)
    names = {}
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code" and (cell.id == "setup" or cell.id.startswith("lecture-")):
            exec(cell.source, names)
        if cell.id == "lecture-compile":
            return names["AEV"], names["x_train_flat"]
    raise ValueError(f"{notebook} must have a cell lecture-compile, received none")


class Rows(keras.callbacks.Callback):
    """Write a row an epoch, so that a run that is interrupted leaves what it has measured.

    Parameters
    ----------
    file : file object
        Open for writing.
    recipe : str
        The first column.
    costs : callable
        From a model and its logs to loss, reconstruction, KL (nats per image) and binary accuracy.
    """

    def __init__(self, file, recipe, costs):
        super().__init__()
        self.file, self.recipe, self.costs = file, recipe, costs

    def on_epoch_end(self, epoch, logs=None):
        *nats, accuracy = self.costs(self.model, logs)
        row = (self.recipe, epoch + 1, *(f"{cost:.3f}" for cost in nats), f"{accuracy:.4f}")
        csv.writer(self.file, lineterminator="\n").writerow(row)
        self.file.flush()
        print(*row, flush=True)


def lecture_costs(model, logs):
    """Take the lecture's logs, averages over the pixels, as nats per image."""
    loss, reconstruction = 784 * logs["loss"], 784 * logs["binary_crossentropy"]
    return loss, reconstruction, loss - reconstruction, logs["binary_accuracy"]


def our_costs(model, logs):
    """Take our logs, and measure the accuracy that they lack: of mean codes, when the epoch is over."""
    accuracy = evaluation.binary_accuracy(model, load_mnist().images)
    return logs["loss"], logs["reconstruction"], logs["kl"], accuracy


def train_lecture(file):
    """Train for all of the lecture's epochs."""
    model, x = lecture_model()
    began = time.perf_counter()
    model.fit(x, x, epochs=LECTURE_EPOCHS, batch_size=256, verbose=0,
              callbacks=[Rows(file, "lecture", lecture_costs)])
    print(f"{LECTURE_EPOCHS} epochs in {time.perf_counter() - began:.0f} s")
    z_mean = model.get_layer("encoder").predict(x, batch_size=1000, verbose=0)[0]
    print(f"codes: mean {z_mean.mean():.2f}, std {z_mean.std():.2f}, min {z_mean.min():.2f}, max {z_mean.max():.2f}")


def train_lecture_without_decay(file):
    """Train the lecture's model with its first learning rate throughout: what does the decay do?"""
    model, x = lecture_model()
    model.compile(keras.optimizers.Adam(0.001), loss="binary_crossentropy",
                  metrics=["binary_accuracy", "binary_crossentropy"])
    model.fit(x, x, epochs=OUR_EPOCHS, batch_size=256, verbose=0,
              callbacks=[Rows(file, "lecture without decay", lecture_costs)])


def train_ours(file):
    """Train by the recipe of notebook 05."""
    training.train(models.build_vae(seed=SEED), load_mnist().images, epochs=OUR_EPOCHS, seed=SEED, progress=False,
                   callbacks=[Rows(file, "ours", our_costs)])


def main():
    """Train all three, and write the table when all are done."""
    unfinished = TABLE.with_suffix(".part")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerow(COLUMNS)
        for train in (train_lecture, train_lecture_without_decay, train_ours):
            train(file)
    unfinished.replace(TABLE)


if __name__ == "__main__":
    main()
