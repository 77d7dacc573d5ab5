"""How much should the code be allowed to say? The table and the planes of the study of beta and latent size.

Read in notebook 10; `make study` trains the networks and writes both.
"""

import csv
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

# A size or a beta more is written here and nowhere else; `make study` then trains what the table lacks.
LATENT_DIMS = (1, 2, 3, 5, 8, 12, 20, 32)
BETAS = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 1568.0)  # 1568 = 2 * 784, the lecture's largest beta
SEEDS = (1, 2)
EPOCHS = 6

SIDE = 9  # digits along a side of a plane's sheet: few, so that each can be read from the last row
N_CODES = 1000  # test digits, the first ones, of which a plane holds the codes

TABLE = Path(__file__).parent / "assets" / "study" / "beta_and_latent_size.csv"
PLANES = Path(__file__).parent / "assets" / "beta_planes.npz"


class Run(NamedTuple):
    """One network of the study: how it was trained, and what it reaches on the test digits, nats per image."""

    latent_dim: int
    beta: float
    seed: int
    distortion: float
    rate: float
    active_units: int


class Plane(NamedTuple):
    """The plane of a network of the study with two latent elements."""

    sheet: np.ndarray  # (252, 252), uint8, 255 is ink: what `quantile_plane_codes(SIDE)` decode to
    codes: np.ndarray  # (1000, 2), float16: z_mean of the first 1,000 test digits
    distortion: float  # as in the table
    rate: float


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

    Examples
    --------
    >>> runs = read()
    >>> len(runs), runs[0].latent_dim, runs[0].beta
    (128, 1, 0.0)
    """
    path = Path(path)
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    if rows[:1] != [list(Run._fields)]:
        raise ValueError(f"{path} must begin with the names {', '.join(Run._fields)}, received {rows[:1]}")
    return [_run(row, f"{path}, row {number}") for number, row in enumerate(rows[1:], 2)]


def _run(row, place):
    try:
        run = Run(*(kind(value) for kind, value in zip(Run.__annotations__.values(), row, strict=True)))
        if not all(map(math.isfinite, run)):
            raise ValueError("a number is not finite")
        return run
    except ValueError as error:
        raise ValueError(f"{place} is not a run of the study, received {','.join(row)!r}: {error}") from error


def beta_planes(path=PLANES):
    """Read the planes of the study: of each beta and seed, the network with two latent elements.

    Parameters
    ----------
    path : path-like, optional
        The file that ships with the package, unless told otherwise.

    Returns
    -------
    dict of tuple (beta, seed) to Plane
        Sorted by beta and seed. Empty if there is no such file.

    Examples
    --------
    >>> planes = beta_planes()
    >>> len(planes), planes[1.0, 1].sheet.shape, planes[1.0, 1].codes.shape
    (16, (252, 252), (1000, 2))
    """
    path = Path(path)
    if not path.exists():
        return {}
    with np.load(path) as stored:
        names = [name.removesuffix("/sheet") for name in stored if name.endswith("/sheet")]
        return {(float(name.split("/")[0]), int(name.split("/")[1])):
                Plane(stored[f"{name}/sheet"], stored[f"{name}/codes"], float(stored[f"{name}/distortion"]),
                      float(stored[f"{name}/rate"])) for name in names}
