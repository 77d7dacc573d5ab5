from vae_helpers import evaluation, study

claim("train-test", "About 3 nats are lost on new digits, and the KL terms hardly differ")
_lost_error = np.hypot(*map(standard_error, elbos))
assert lost > 5 * _lost_error and 2 < lost < 4
assert abs(costs(train_images[:10_000])[1].mean() - costs(test_images)[1].mean()) < 0.1
_helper = [elbo(net, test_images, seed=_seed).elbo for _seed in range(4)]
# With 3 degrees of freedom the noise of the draws is known to a factor of 3 or so.
assert abs(elbos[1].mean() - np.mean(_helper)) < 5 * 3 * np.std(_helper, ddof=1)

claim("at-the-mean-costs", "It flatters by about one nat")
assert flattery.mean() > 5 * standard_error(flattery) and 0.7 < flattery.mean() < 1.3

claim("grey-table", "The threshold alone makes the model \"better\" by several nats")
assert results["threshold"].elbo > results["grey"].elbo + 2
assert abs(results["chance"].elbo - results["grey"].elbo) < 3

claim("iw-build", "Draw k codes, average their weights, then take the logarithm.")
_mine, _theirs = (_bound(net, some[:200], 5) for _bound in
                  (importance_weighted_bound, evaluation.importance_weighted_bound))
assert np.allclose(_mine, _theirs, rtol=0, atol=1e-2)  # the same draws; rounding in single precision
_step = bounds[1] - elbo_terms[:1000]  # k = 1 is the ELBO
assert abs(_step.mean()) < 5 * standard_error(_step)

claim("iw-run", "Every step goes up by many standard errors")
for _low, _high in ((1, 5), (5, 50), (50, 500)):
    assert (bounds[_high] - bounds[_low]).mean() > 4 * standard_error(bounds[_high] - bounds[_low])

claim("exact-helper", "another halving moves it by less than 0.01 nats")
_finer = exact_log_likelihood(net, test_images[:100])  # step 0.02, on other codes than the plain sum
assert np.abs(_finer - log_p_100).mean() < 0.01 and np.abs(_finer - log_p_100).max() < 0.3

claim("exact-helper", "The ELBO lies more than 5 nats below the exact value.")
assert gaps.mean() > 5 * standard_error(gaps) and gaps.mean() > 5

claim("exact-helper", "lies above log p(x) for nearly half of the digits")
assert 0.4 < np.mean(score_at_mean > log_p) < 0.55

claim("ladder", "With k = 500 about half of the way is made, and some 3 nats are still missing")
assert 0.35 < heights[3] / heights[0] < 0.65 and -4.5 < heights[3] < -2
for _low, _high in zip(rungs, [*rungs[1:], np.zeros(1000)]):
    assert (_high - _low).mean() > 4 * standard_error(_high - _low)

claim("kl-run", "They agree (and do so digit by digit).")
_draws = np.array([costs(x_100)[0] for _ in range(200)])  # no draw and no grid in common
_error = _draws.std(axis=0, ddof=1) / np.sqrt(200)
_difference = _finer + _draws.mean(axis=0) + costs(x_100)[1] - kl_to_posterior
assert (np.abs(_difference) < 5 * _error + 0.2).all()  # 0.2: the grids, for a single digit
assert abs(_difference.mean()) < 5 * np.sqrt(np.mean(_error**2) / 100) + 0.01

claim("kl-run", "half of all test digits lose little more than a nat, and a few lose dozens")
assert 1 < np.median(gaps) < 1.5 and np.sum(gaps > 24) >= 3

claim("posterior-figure", "one with a small gap, one near the middle, and the largest")
assert kl_to_posterior[93] < 0.5 < kl_to_posterior[53] < 2 and kl_to_posterior.argmax() == 61
assert round(kl_to_posterior[61]) == 114

claim("whose-figure", "none of them above the dashed diagonal, and most of them far below")
assert (best_gaps < encoder_gaps + 0.02).all() and best_gaps.mean() < 0.1 * encoder_gaps.mean()

claim("whose-figure", "about nine in ten lose less than half a nat, and none as much as two")
assert np.mean(best_gaps < 0.5) > 0.8 and best_gaps.max() < 2 and np.sum(encoder_gaps > 5) >= 5

claim("train-gap", "that makes up most of the 3 nats between training and test digits")
assert worse > 5 * np.hypot(standard_error(gaps), standard_error(gaps_known)) and worse > lost / 2

claim("train-test", "more than the standard error over 10,000 digits")
_pairs = {}
for _run in study.read():
    if _run.beta == 1:
        _pairs.setdefault(_run.latent_dim, []).append(_run.distortion + _run.rate)
_spread = np.sqrt(np.mean([(_a - _b) ** 2 / 2 for _a, _b in _pairs.values()]))
assert standard_error(elbos[1]) < _spread < 2

claim("train-test", "ours reaches about -134 on its own training digits")
assert -135 < elbos[0].mean() < -133.5 and -138 < elbos[1].mean() < -136

claim("answer-two-numbers", "Two numbers say about 6.5 nats")
assert abs(about["digit"].mean() - 6.55) < 5 * standard_error(about["digit"])  # the grid of notebook 06

claim("answer-two-numbers", "between 1.8 and 1.9 are its class")
assert abs(about["class"].mean() - 1.84) < 5 * standard_error(about["class"])
assert about["class"].mean() < np.log(10)

claim("answer-two-numbers", "from 206 nats, when nothing is said, to about 130, of which some 46 are a floor")
_mean = x_test.mean(axis=0, dtype=float)
assert round(np.sum(entr(_mean) + entr(1 - _mean))) == 206 and abs(results["grey"].reconstruction - 130) < 1
assert round(float(np.sum(entr(x_test) + entr(1 - x_test)) / 10_000)) == 46
