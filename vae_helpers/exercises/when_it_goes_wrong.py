"""The answer key of notebook `deeper/when_it_goes_wrong`."""

import numpy as np

from vae_helpers.exercises import Exercise, kl

RNG = np.random.default_rng(14)


def _loss(x, x_logits, z_mean, z_log_var):
    return _per_pixel(x, x_logits).sum(axis=-1) + _per_element(z_mean, z_log_var).sum(axis=-1)


def _per_pixel(x, x_logits):
    return np.logaddexp(0, x_logits.astype(float)) - x * x_logits.astype(float)


def _per_element(z_mean, z_log_var):
    return kl(z_mean.astype(float), np.exp(z_log_var.astype(float) / 2))


def _with_logarithms(lowest):
    """Return the loss with the logarithms of rounded pixels, which are kept above `lowest` and below 1 - `lowest`."""
    def loss(x, x_logits, z_mean, z_log_var):
        with np.errstate(all="ignore"):
            x_hat = np.clip(1 / (1 + np.exp(-x_logits)), np.float32(lowest), 1 - np.float32(lowest))
            reconstruction = -np.sum(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat), axis=-1)
        return reconstruction + _per_element(z_mean, z_log_var).sum(axis=-1)
    return loss


def _arguments(n_pixels, latent_dim, spread):
    """Grey pixels, so that no logarithm of zero is multiplied by zero; logits, some of them of size `spread`."""
    x_logits = RNG.normal(0, 2, (3, n_pixels))
    x_logits[:, :2] = spread, -spread
    return tuple(values.astype(np.float32) for values in (
        RNG.uniform(0.1, 0.9, (3, n_pixels)), x_logits, *RNG.normal(0, 1, (2, 3, latent_dim))))


class _Draw:
    """A sampler of noise, right or wrong in one way."""

    def __init__(self, name, std=1.0, mean=0.0, fresh=True, one_row=False):
        self.name, self.std, self.mean, self.fresh, self.one_row = name, std, mean, fresh, one_row
        self.sound = name == "a sound sampler"
        self.rng = np.random.default_rng(0)

    def __call__(self, shape):
        rng = self.rng if self.fresh else np.random.default_rng(3)
        drawn = rng.standard_normal((1, *shape[1:]) if self.one_row else shape)
        return np.broadcast_to(self.mean + self.std * drawn, shape)

    def __repr__(self):
        return self.name


_DRAWS = (_Draw("a sound sampler"), _Draw("a sampler of standard deviation 0.01", std=0.01),
          _Draw("a sampler that draws the same noise at each call", fresh=False),
          _Draw("a sampler that draws one row for the whole batch", one_row=True))

EXERCISES = {
    "when_it_goes_wrong.1": Exercise(
        right=(5, 6, 7, 4),
        mistakes={
            "B and C: compare what was measured with the log. In B the KL moves, in C the reconstruction.":
                (5, 7, 6, 4),
            "A and D: a KL that nothing holds grows; a KL that weighs too much goes to zero.": (4, 6, 7, 5),
            "A: does the loss in the log contain the KL?": (6, 6, 7, 4),
            "B: how many elements are there, and what is the measured KL divided by the KL of the log?": (5, 5, 7, 4),
        },
        praise="Two lines of numbers were enough.",
    ),
    "when_it_goes_wrong.2": Exercise(
        right=_loss,
        cases=(_arguments(6, 3, 1.5), _arguments(8, 4, 200.0)),
        mistakes={
            "The reconstruction is averaged over the pixels: a beta as large as their number. The KL goes to zero.":
                lambda x, x_logits, *code: _per_pixel(x, x_logits).mean(axis=-1) + _per_element(*code).sum(axis=-1),
            "The KL is averaged over the latent elements: a beta of one over their number.":
                lambda x, x_logits, *code: _per_pixel(x, x_logits).sum(axis=-1) + _per_element(*code).mean(axis=-1),
            "Both costs are averages: over the pixels, and over the latent elements. Sum them.":
                lambda x, x_logits, *code: _per_pixel(x, x_logits).mean(axis=-1) + _per_element(*code).mean(axis=-1),
            "The KL is missing.": lambda x, x_logits, *code: _per_pixel(x, x_logits).sum(axis=-1),
            "The KL has the wrong sign.":
                lambda x, x_logits, *code: _per_pixel(x, x_logits).sum(axis=-1) - _per_element(*code).sum(axis=-1),
            "The KL is twice what it should be. Where is its factor of one half?":
                lambda x, x_logits, *code: _per_pixel(x, x_logits).sum(axis=-1) + 2 * _per_element(*code).sum(axis=-1),
            "Your KL takes z_log_var for the logarithm of the standard deviation. It is that of the variance.":
                lambda x, x_logits, z_mean, z_log_var: _loss(x, x_logits, z_mean, 2 * z_log_var),
            "That is the ELBO, which is to be large. The loss is minus the ELBO.": lambda *case: -_loss(*case),
            "That is one number for the whole batch. Give one for each image: average over the batch afterwards.":
                lambda *case: _loss(*case).mean(),
            "That is one number for the whole batch, its sum. Give one for each image.":
                lambda *case: _loss(*case).sum(),
            "At a logit of 200 your cost is infinite: a logarithm of zero. Compute it from the logits.":
                _with_logarithms(0.0),
            "At a logit of 200 your cost stops at 16 nats, because pixels are clipped. Compute it from the logits.":
                _with_logarithms(1e-7),
        },
        rtol=1e-3,
        praise="This loss is sound.",
    ),
    "when_it_goes_wrong.3": Exercise(
        right=lambda draw: draw.sound,
        cases=tuple((draw,) for draw in _DRAWS),
        mistakes={
            "Your test lets noise of standard deviation 0.01 pass.": lambda draw: draw.sound or draw.std != 1,
            "Your test lets a sampler pass that draws the same noise at each call.":
                lambda draw: draw.sound or not draw.fresh,
            "Your test lets a sampler pass that draws one row for the whole batch.":
                lambda draw: draw.sound or draw.one_row,
            "Your test lets every sampler pass whose standard deviation is 1. There are two more to catch.":
                lambda draw: draw.std == 1,
            "Your test refuses the sound sampler, too. A measured standard deviation is never exactly 1.":
                lambda draw: False,
            "Your test lets every sampler pass.": lambda draw: True,
            "The test is upside down: True is for a sound sampler.": lambda draw: not draw.sound,
        },
        praise="Keep it beside your model.",
    ),
}
