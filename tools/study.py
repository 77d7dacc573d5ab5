"""Train the networks of the study of beta and latent size: `make study`, or `python -m tools.study`.

One network after another; what each reaches on the test digits goes to a small table that ships with the package
(vae_helpers/study.py reads it). Interrupted, it goes on where it stopped.
"""

import csv
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from vae_helpers import evaluation, latent, models, training
from vae_helpers.data import load_mnist
from vae_helpers.study import EPOCHS, TABLE, Run, missing, read

RUNS_A_PROCESS = 6


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
    z_mean = vae.encode(test)[0]
    return Run(latent_dim, beta, seed, round(distortion, 2), round(rate, 2), latent.active_units(z_mean))


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
