from scipy import stats as _stats

from vae_helpers.data import as_vectors as _as_vectors
from vae_helpers.data import load_mnist as _load_mnist
from vae_helpers.evaluation import bernoulli_cost as _bernoulli_cost

claim("pen-posterior-figure", "it has two humps, one beyond each edge, and almost nothing between them")
_blank = pen_posterior(blank)
assert _blank[np.abs(z) < 1].sum() * dz < 0.05 and 0.45 < _blank[z > 1].sum() * dz < 0.5
assert abs(np.abs(z[_blank.argmax()]) - 2.25) < 0.25

claim("climb", "It searches over the log-variance")
# A search over a grid of q's finds no higher one than the climb, up to the grid's own coarseness.
for _x, _start in ((two_inked, (0.0, 0.0)), (blank, (1.0, 0.0))):
    _best = elbo_on_grid(_x, *best_q(_x, _start))
    _others = [elbo_on_grid(_x, m, d) for m in np.linspace(-3, 3, 61) for d in np.linspace(0.1, 2.5, 49)]
    assert _best - 0.02 < max(_others) < _best + 1e-9

claim("pen-gap-figure", "up to less than a hundredth of a nat")
assert 0 < pen_gap[two_inked] < 0.01
claim("pen-gap-figure", "It loses a little over log 2 = 0.69 nats")
assert np.log(2) < pen_gap[blank] < np.log(2) + 0.1
assert all(np.isclose(pen_gap[x], kl_to_pen_posterior(x, *best_q(x, start)), atol=1e-6)
           for x, start in ((two_inked, (0.0, 0.0)), (blank, (1.0, 0.0))))

claim("to-j", "an estimate of the first term without bias")
_draws = 0.5 + 0.4 * np.random.default_rng(4).standard_normal(100_000)
_terms = pen_log_likelihood(np.array(two_inked), _draws) - kl_between(0.5, 0.4, 0.0, 1.0)
assert abs(_terms.mean() - elbo_on_grid(two_inked, 0.5, 0.4)) < 5 * _terms.std() / 100_000**0.5

claim("bernoulli", "This is the binary cross-entropy (BCE), summed over the pixels.")
_rng = np.random.default_rng(5)
_black, _logits = (_rng.random((5, 784)) < 0.2).astype(float), _rng.normal(0, 3, (5, 784))
assert np.allclose(_bernoulli_cost(_black, _logits), -_stats.bernoulli.logpmf(_black, expit(_logits)).sum(axis=1))

claim("gaussian", "The squared error is a log-likelihood, up to a factor and a constant.")
_a, _b, _s = _rng.random(784), _rng.random(784), 0.3
assert np.isclose(-_stats.norm.logpdf(_a, _b, _s).sum(),
                  np.sum((_a - _b) ** 2) / (2 * _s**2) + 784 / 2 * np.log(2 * np.pi * _s**2))

claim("rate-distortion-figure", "the code is silent, and the best answer to all digits is their mean image")
_pixels = _as_vectors(_load_mnist("train").images).mean(axis=0, dtype=float).clip(1e-6, 1)
_test = _as_vectors(_load_mnist("test").images)
_cost = -np.mean(_test @ np.log(_pixels) + (1 - _test) @ np.log1p(-_pixels))
_at = {beta: np.mean([run[3:5] for run in runs if run.beta == beta], axis=0) for beta in {run.beta for run in runs}}
assert _at[30][1] < 0.1 and abs(_at[30][0] - _cost) < 1 and round(_cost) == 206

claim("rate-distortion-figure", "From there to 3 a few nats of rate save dozens of nats of distortion.")
assert _at[3][1] < 6 and _at[30][0] - _at[3][0] > 36
claim("rate-distortion-figure", "From 0.3 to 0 dozens of nats of rate buy next to nothing.")
assert _at[0][1] - _at[0.3][1] > 20 and 0 < _at[0.3][0] - _at[0][0] < 5
claim("rate-distortion-figure", "Those at 0, 3, 10 and 30 lie above it, with lower ELBOs")
assert min(_at[beta].sum() for beta in (0, 3, 10, 30)) > total + 2
assert max(abs(_at[beta].sum() - total) for beta in (0.1, 0.3)) < 4
