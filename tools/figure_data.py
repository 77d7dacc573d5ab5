"""Make the small files in figures/data that the figures are drawn from. Needed only when a network changes.

    python -m tools.figure_data             both
    python -m tools.figure_data planes      two trainings for Figures 3 and 6: minutes
    python -m tools.figure_data digits      what the shipped networks make of some digits: seconds

Drawing is kept apart so that it needs neither TensorFlow nor a network, and gives the same file on every machine.
"""

import sys
from pathlib import Path

import numpy as np

from vae_helpers.data import load_mnist
from vae_helpers.latent import digit_plane, interpolate, plane_codes
from vae_helpers.network import load_pretrained

DATA = Path(__file__).parents[1] / "figures" / "data"
EPOCHS = 15
N_DOTS = 2000  # test digits whose codes are drawn as a cloud
N_DRAWS = 4  # codes drawn from the prior and decoded
N_FRAMES, RADIUS = 48, 1.45  # of the walk in the README's animation
SHEET_SIDE, SHEET_SPAN = 12, 2.4  # of the sheet of digits that it walks over


def prior_draws():
    """Return codes from N(0, I), the same for every network, shape (N_DRAWS, 2)."""
    return np.random.default_rng(6).standard_normal((N_DRAWS, 2)).astype(np.float32)


def as_ink(pixels, side=28):
    """Round pixels in [0, 1] to bytes, so that they do not depend on how a machine adds up."""
    return np.round(np.asarray(pixels).reshape(-1, side, side) * 255).astype(np.uint8)


def planes():
    """Return codes of test digits, and what the prior decodes to, after training on each half of the cost alone."""
    from keras import ops

    from vae_helpers.models import VAE, build_decoder, build_encoder, build_vae, kl_cost
    from vae_helpers.training import train

    class KLOnly(VAE):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            ignored = super().compute_loss(x, y, y_pred, sample_weight, training)
            # Times zero, not left out: the decoder keeps a gradient, so that Keras does not warn.
            return ops.mean(kl_cost(y_pred["z_mean"], y_pred["z_log_var"])) + 0.0 * ignored

    networks = {
        "reconstruction": build_vae(latent_dim=2, beta=0.0, seed=0),
        "kl": KLOnly(build_encoder(2, seed=0), build_decoder(2, seed=0), name="kl_only"),
    }
    train_images, test = load_mnist("train").images, load_mnist("test")
    kept = {}
    for name, network in networks.items():
        train(network, train_images, epochs=EPOCHS, seed=0)
        z_mean, z_log_var = network.encode(test.images[:N_DOTS])
        kept[f"{name}/z_mean"], kept[f"{name}/z_log_var"] = z_mean, z_log_var
        kept[f"{name}/draws"] = as_ink(network.decode(prior_draws()))
    return kept


def digits():
    """Return what the shipped networks make of some digits: codes, and decoded digits as bytes."""
    ae, vae, vae_12d = (load_pretrained(name) for name in ("ae-2d", "vae-2d", "vae-12d"))
    train_digits, test = load_mnist("train"), load_mnist("test")
    z_mean, z_log_var = vae.encode(test.images[:N_DOTS])
    labels = test.labels[:N_DOTS]

    example = test.images[30:31]  # a plain 3, the x of every schematic
    mean, log_var = vae.encode(example)
    noise = np.random.default_rng(1).standard_normal(mean.shape)
    kept = {
        "example/x": example[0],
        "example/ae": as_ink(ae.decode(ae.encode(example)[0]))[0],
        "example/vae": as_ink(vae.decode(mean + np.exp(log_var / 2) * noise))[0],
        "labels": labels,
        "both/z_mean": z_mean,
        "both/z_log_var": z_log_var,
        "both/draws": as_ink(vae.decode(prior_draws())),
    }

    # Figure 7: from the 0 in the middle of its kind to the 1 in the middle of its kind.
    ends = [z_mean[labels == digit] for digit in (0, 1)]
    ends = [codes[np.abs(codes - np.median(codes, axis=0)).sum(axis=1).argmin()] for codes in ends]
    kept["walk/codes"] = interpolate(*ends, n=7)
    kept["walk/digits"] = as_ink(vae.decode(kept["walk/codes"]))

    # Figure 8: two ones that lean to opposite sides.
    pair = test.images[[8922, 189]]
    codes, _ = vae.encode(pair)
    codes = np.array([codes[0], codes[0] + (codes[1] - codes[0]) / 2, codes[1]])
    kept |= {"half/x": pair, "half/codes": codes, "half/digits": as_ink(vae.decode(codes))}

    # Figure 9: thick sevens minus thin sevens, by how much ink they hold; added to a 3 and to a 5.
    sevens = train_digits.images[train_digits.labels == 7]
    amount = ink(sevens)
    least, most = np.percentile(amount, [10, 90])
    thin = vae_12d.encode(sevens[amount <= least])[0].mean(axis=0)
    thick = vae_12d.encode(sevens[amount >= most])[0].mean(axis=0)
    others, _ = vae_12d.encode(test.images[[9283, 1860]])
    kept["stroke/codes"] = np.array([thick, thin, *others, *(others + thick - thin)])
    kept["stroke/digits"] = as_ink(vae_12d.decode(kept["stroke/codes"]))

    # The README's animation: a sheet of digits, and a round walk over it.
    angle = 2 * np.pi * np.arange(N_FRAMES) / N_FRAMES
    kept["loop/codes"] = RADIUS * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    kept["loop/digits"] = as_ink(vae.decode(kept["loop/codes"]))
    kept["loop/sheet"] = as_ink(digit_plane(vae.decode, plane_codes(SHEET_SIDE, SHEET_SPAN)), SHEET_SIDE * 28)[0]
    return kept


def ink(images):
    """Return the share of the paper that is ink, in percent, for bytes of shape (n, 28, 28)."""
    return images.mean(axis=(1, 2)) / 2.55


PARTS = {"planes": planes, "digits": digits}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        np.savez_compressed(DATA / f"{part}.npz", **PARTS[part]())
