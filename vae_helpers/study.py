"""How much should the code be allowed to say? Rate and distortion over beta and the latent size.

`make study`, or `python -m vae_helpers.study`, trains one network after another and writes what each reaches on the
test digits to a small table that ships with the package. Interrupted, it goes on where it stopped. Read in notebook 10.
"""

import csv
import itertools
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from vae_helpers import evaluation, latent, models, training
from vae_helpers.data import load_mnist

LATENT_DIMS = (1, 2, 3, 5, 8, 12, 20, 32)
BETAS = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 1568.0)  # 1568 = 2 * 784, the lecture's largest beta
SEEDS = (1, 2)
EPOCHS = 6
RUNS_A_PROCESS = 6

TABLE = Path(__file__).parent / "assets" / "study" / "beta_and_latent_size.csv"


class Run(NamedTuple):
    """One network of the study: how it was trained, and what it reaches on the test digits, nats per image."""

    latent_dim: int
    beta: float
    seed: int
    distortion: float
    rate: float
    active_units: int


def grid():
    """List every network of the study.

    Returns
    -------
    list of tuple (latent_dim, beta, seed)
        The latent sizes of the shipped networks and the beta of the ELBO come first.
    """
    settings = itertools.product(LATENT_DIMS, BETAS, SEEDS)
    return sorted(settings, key=lambda run: (run[2], run[0] not in (2, 12) and run[1] != 1.0))


def run_one(latent_dim, beta, seed):
    """Train one network of the study on the 60,000 training digits and score it on the 10,000 test digits.

    Parameters
    ----------
    latent_dim : int
        Elements of a code, at least 1.
    beta : float
        Weight of the KL term, at least 0.
    seed : int
        Fixes the first weights, the noise and the order of the digits.

    Returns
    -------
    Run

    Raises
    ------
    TypeError, ValueError
        If an argument is not of the kind above; the message repeats it.

    References
    ----------
    A. A. Alemi et al., "Fixing a broken ELBO", ICML 2018, section 2, for rate and distortion.
    """
    vae = models.build_vae(latent_dim, beta=beta, seed=seed)
    training.train(vae, load_mnist("train").images, epochs=EPOCHS, seed=seed, progress=False)
    test = load_mnist("test").images
    _, distortion, rate = evaluation.elbo(vae, test)
    z_mean = vae.encoder.predict(evaluation.as_vectors(test), batch_size=1000, verbose=0)[0]
    return Run(latent_dim, beta, seed, round(distortion, 2), round(rate, 2), latent.active_units(z_mean))


def read(path=TABLE):
    """Read the table of the study.

    Parameters
    ----------
    path : path-like, optional
        The table that ships with the package, unless told otherwise.

    Returns
    -------
    list of Run
        Sorted by latent size, beta and seed. Empty if there is no table.

    Raises
    ------
    ValueError
        If a row is not one of a study; the message repeats it.
    """
    path = Path(path)
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    if rows[:1] != [list(Run._fields)]:
        raise ValueError(f"{path} must begin with the names {', '.join(Run._fields)}, received {rows[:1]}")
    try:
        return [Run(*(kind(value) for kind, value in zip(Run.__annotations__.values(), row, strict=True)))
                for row in rows[1:]]
    except ValueError as error:
        raise ValueError(f"{path} holds a row that is not a run of the study: {error}") from error


def write(runs, path=TABLE):
    """Write the table of the study, whole or not at all.

    Parameters
    ----------
    runs : iterable of Run
    path : path-like, optional
        The table that ships with the package, unless told otherwise.
    """
    path = Path(path)
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Run._fields)
        writer.writerows(sorted(runs))
    unfinished.replace(path)  # an interruption leaves the table as it was


def missing(runs):
    """List the networks of the study that a table lacks.

    Parameters
    ----------
    runs : iterable of Run

    Returns
    -------
    list of tuple (latent_dim, beta, seed)
        In the order of `grid`.
    """
    done = {run[:3] for run in runs}
    return [settings for settings in grid() if settings not in done]


def main():
    """Train what the table lacks, one network at a time."""
    runs = read()
    todo = missing(runs)
    # In processes of their own, one after another: what a training leaves in memory goes with its process.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=RUNS_A_PROCESS) as processes:
        for number, settings in enumerate(todo, 1):
            runs.append(processes.submit(run_one, *settings).result())
            write(runs)
            print(f"{number}/{len(todo)}: {runs[-1]}", flush=True)


if __name__ == "__main__":
    main()
