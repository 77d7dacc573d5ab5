"""Train the networks of the study of beta and latent size: `make study`, or `python -m tools.study`.

One network after another; what each reaches on the test digits goes to a small table that ships with the package
(vae_helpers/study.py reads it, and holds the sizes and betas). Of a network with two latent elements its plane is kept,
too, in the same breath, so that table and planes are of the same network. Interrupted, it goes on where it stopped. A
single network, also one that is in the table: `make study ONLY="12 1.0 1"`, or `python -m tools.study 12 1.0 1`, for
its latent size, beta and seed.
"""

import argparse
import contextlib
import csv
import itertools
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from unittest import mock

import numpy as np

from vae_helpers import evaluation, latent, models, study, training
from vae_helpers.data import load_mnist
from vae_helpers.study import (
    EPOCHS,
    N_CODES,
    PLANES,
    SIDE,
    TABLE,
    Plane,
    Run,
    beta_planes,
    read,
)

# Adam as when the table was begun. All of its networks are trained alike, so a better recipe has to wait for all.
RECIPE = {"BETA_1": 0.9, "BETA_2": 0.999}
RUNS_A_PROCESS = 6
SECONDS_OF_A_LOCK = 10  # more than a thousand times what reading and writing the table takes


def grid():
    """List every network of the study.

    Returns
    -------
    list of tuple (latent_dim, beta, seed)
        The latent sizes of the shipped networks and the beta of the ELBO come first.

    Examples
    --------
    >>> len(grid()), grid()[0]
    (128, (1, 1.0, 1))
    """
    settings = itertools.product(study.LATENT_DIMS, study.BETAS, study.SEEDS)
    return sorted(settings, key=lambda run: (run[2], run[0] not in (2, 12) and run[1] != 1.0))


def missing(runs):
    """List the networks of the study that a table lacks.

    Parameters
    ----------
    runs : iterable of Run

    Returns
    -------
    list of tuple (latent_dim, beta, seed)
        In the order of `grid`.

    Examples
    --------
    >>> missing(read())
    []
    """
    done = {run[:3] for run in runs}
    return [settings for settings in grid() if settings not in done]


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
    run : Run
    plane : Plane or None
        With two latent elements, what they hold.

    Raises
    ------
    TypeError, ValueError
        If an argument is not of the kind above; the message repeats it.

    References
    ----------
    A. A. Alemi et al., "Fixing a broken ELBO", ICML 2018, section 2, for rate and distortion.
    """
    vae = models.build_vae(latent_dim, beta=beta, seed=seed)
    with mock.patch.multiple(training, **RECIPE):
        training.train(vae, load_mnist("train").images, epochs=EPOCHS, seed=seed, progress=False)
    test = load_mnist("test").images
    _, distortion, rate = evaluation.elbo(vae, test)
    z_mean = vae.encode(test)[0]
    run = Run(latent_dim, beta, seed, round(distortion, 2), round(rate, 2), latent.active_units(z_mean))
    if latent_dim != 2:
        return run, None
    ink = latent.digit_plane(vae.decode, latent.quantile_plane_codes(SIDE))
    return run, Plane(np.uint8(np.round(255 * ink)), np.float16(z_mean[:N_CODES]), run.distortion, run.rate)


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
    unfinished = path.with_suffix(f".{os.getpid()}.part")  # of this process and no other
    try:
        with unfinished.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(Run._fields)
            writer.writerows(sorted(runs))
        unfinished.replace(path)  # an interruption leaves the table as it was
    finally:
        unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(path):
    """Let one process at a time read and write a table. A lock that a killed process left behind is broken."""
    lock = Path(path).with_suffix(".lock")
    lock.parent.mkdir(exist_ok=True)
    while True:
        try:
            lock.touch(exist_ok=False)
            break
        except FileExistsError:
            with contextlib.suppress(FileNotFoundError):
                if time.time() - lock.stat().st_mtime > SECONDS_OF_A_LOCK:
                    lock.unlink()
            time.sleep(0.01)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def add(run, path=TABLE):
    """Put a network into the table as it is by now: another study may have written to it since it was read.

    Parameters
    ----------
    run : Run
        Takes the place of an earlier one of the same size, beta and seed.
    path : path-like, optional
        The table that ships with the package, unless told otherwise.
    """
    with locked(path):
        write([*(other for other in read(path) if other[:3] != run[:3]), run], path)


def add_plane(run, plane, path=PLANES):
    """Put the plane of a network into the file of planes, which is written whole or not at all.

    Parameters
    ----------
    run : Run
        The network, with two latent elements.
    plane : Plane
    path : path-like, optional
        The file that ships with the package, unless told otherwise.
    """
    path = Path(path)
    with locked(path):
        planes = {**beta_planes(path), run[1:3]: plane}
        arrays = {f"{beta}/{seed}/{name}": value for (beta, seed), kept in sorted(planes.items())
                  for name, value in kept._asdict().items()}
        unfinished = path.with_suffix(f".{os.getpid()}.npz")
        try:
            np.savez_compressed(unfinished, **arrays)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def lacking():
    """List the networks that the table lacks, or of which the plane is missing, in the order of the grid."""
    absent, planes = missing(read()), beta_planes()
    return [run for run in grid() if run in absent or (run[0] == 2 and run[1:] not in planes)]


def settings_of(words):
    """Return the latent size, beta and seed that three words of a command name, a network of the grid.

    Raises
    ------
    ValueError
        If they name none; the message repeats them and says what there is.
    """
    try:
        latent_dim, beta, seed = words
        settings = int(latent_dim), float(beta), int(seed)
    except ValueError:
        settings = None
    if settings not in grid():
        raise ValueError(f"a network is named by its latent size, of {study.LATENT_DIMS}, its beta, of {study.BETAS}, "
                         f"and its seed, of {study.SEEDS}; received {' '.join(words)!r}. To have others, add them in "
                         "vae_helpers/study.py.")
    return settings


def main(words=()):
    """Train one network, or what the table lacks, one network at a time."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("network", nargs="*", help="latent size, beta and seed of one network, for example 12 1.0 1")
    words = parser.parse_args(words).network
    try:
        todo = [settings_of(words)] if words else lacking()
    except ValueError as error:
        parser.error(str(error))
    # In processes of their own, one after another: what a training leaves in memory goes with its process.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=RUNS_A_PROCESS) as processes:
        for number, settings in enumerate(todo, 1):
            if not words and settings not in lacking():  # another study was here
                continue
            run, plane = processes.submit(run_one, *settings).result()
            add(run)
            if plane is not None:
                add_plane(run, plane)
            print(f"{number}/{len(todo)}: {run}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
