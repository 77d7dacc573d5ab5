"""Train the networks that ship with the package: `python -m tools.pretrained [name ...]`, or `make pretrained`.

They see the 60,000 training digits only, so that the 10,000 test digits tell how good they are.
"""

import json
import platform
import sys

import numpy as np

from vae_helpers import _validate, evaluation, models, network, training
from vae_helpers.backend import keras, tf
from vae_helpers.data import load_mnist

EPOCHS = 60
SEED = 1
PEAK_LEARNING_RATE = 3e-3  # lower than for a short training, which has no time to lose


def make(name, epochs=EPOCHS, seed=SEED):
    """Train one network and write its weights beside the others.

    Parameters
    ----------
    name : {"vae-2d", "vae-12d", "ae-2d", "ae-12d"}
        Kind and latent size.
    epochs : int, default=60
    seed : int, default=1
        Fixes the first weights, the noise and the order of the digits.

    Returns
    -------
    dict
        How it was made and what it reached, as stored with the weights.

    Raises
    ------
    ValueError
        If `name` is none of the four.
    """
    _validate.one_of(name, "name", network.PRETRAINED)
    kind, latent_dim = name.split("-")
    build = models.build_vae if kind == "vae" else models.build_autoencoder
    model = build(latent_dim=int(latent_dim.rstrip("d")), seed=seed)
    training.train(model, load_mnist("train").images, epochs=epochs, seed=seed,
                   peak_learning_rate=PEAK_LEARNING_RATE)
    info = {
        "name": name,
        "latent_dim": model.latent_dim,
        "seed": seed,
        "epochs": epochs,
        "batch_size": training.BATCH_SIZE,
        "peak_learning_rate": PEAK_LEARNING_RATE,
        "versions": {"python": platform.python_version(), "keras": keras.__version__, "tensorflow": tf.__version__,
                     "numpy": np.__version__},
        "scores": {subset: scores(model, load_mnist(subset).images) for subset in ("train", "test")},
    }
    np.savez_compressed(network.WEIGHTS_FOLDER / f"{name}.npz", info=json.dumps(info),
                        **models.to_network(model).weights)
    return info


def scores(model, images):
    """Score a network.

    Parameters
    ----------
    model : VAE or Autoencoder
    images : ndarray of shape (n, 28, 28), dtype=uint8

    Returns
    -------
    dict of str to float
        Of a VAE the ELBO and its two costs, of an autoencoder the reconstruction cost: nats per image, two decimals.
    """
    if isinstance(model, models.VAE):
        costs = evaluation.elbo(model, images)._asdict()
    else:
        x = evaluation.as_vectors(images)
        costs = {"reconstruction": model.evaluate(x, batch_size=1000, verbose=0)}
    return {cost: round(float(value), 2) for cost, value in costs.items()}


if __name__ == "__main__":
    for name in sys.argv[1:] or network.PRETRAINED:
        print(json.dumps(make(name), indent=2), flush=True)
