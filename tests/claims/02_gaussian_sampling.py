from scipy import stats as _stats

claim("alpha-of-the-lecture", "Elements 0 and 2 were both drawn 0.9 standard deviations above their means")
assert np.allclose(alpha_lecture, [0.9, -0.7, 0.9, 1.28 / 1.3]) and np.all((alpha_lecture < 0) == (np.arange(4) == 1))

claim("alpha-of-the-lecture", "could come from any $\\alpha$ between 0.981 and 0.988")
_ends = (z_lecture[3] + np.array([-0.005, 0.005]) - mu[3]) / sigma[3]  # of all that is printed as 1.78
assert np.array_equal(_ends.round(3), [0.981, 0.988])

claim("moments", "All eight are where they should be. But the coin would have passed, too.")
# The coin's excess kurtosis of -2 is what tells: the draws' own is 0 within five standard errors.
assert np.all(np.abs(_stats.kurtosis(z)) < 5 * (24 / n) ** 0.5) and 2 / (24 / n) ** 0.5 > 100

claim("histograms", "The line runs along the tops of all bars.")
for i in range(4):
    p = np.diff(_stats.norm.cdf(edges, mu[i], sigma[i]))  # (90,)
    seen, kept = np.histogram(z[:, i], edges)[0], n * p >= 100
    assert (np.abs(seen - n * p)[kept] < 5 * np.sqrt(n * p * (1 - p))[kept]).all()

claim("ellipse-shares", "Only 39 % lie inside one standard deviation")
assert abs(np.cov(z[:, pair].T)[0, 1]) < 5 * sigma[1] * sigma[3] / n**0.5  # drawn independently

claim("several-passes-code", "Column 0 hardly varies, column 3 a lot")
assert np.array_equal(np.argsort(passes.std(axis=0)), [0, 1, 2, 3])

claim("trained-encoder", "Every log-variance is negative.")
assert trained_log_var.max() < 0 and np.mean(trained_std < 0.1) > 0.9

claim("difference-figure", "drowns in a spread that is a thousand times larger at the smallest step")
_line = np.sqrt(2 * (4 * (m - c) ** 2 * s**2 + 2 * s**4)) / (2 * steps)  # derived: two independent costs
assert np.allclose(fresh.std(axis=0)[2:], _line[2:], rtol=0.15)  # five times the 3 % of 2,000 answers
assert fresh.std(axis=0)[-1] > 1000 * abs(2 * (m - c))

claim("tape", "The third does, too, because TensorFlow's function multiplies and adds inside")
_terms = np.stack([2 * (m + noise * s - c), 2 * (m + noise * s - c) * noise])
for _name in ("mu + alpha * sigma", "tf.random.normal"):
    _found = np.array([float(g) for g in found[_name]])
    assert np.all(np.abs(_found - [2 * (m - c), 2 * s]) < 5 * _terms.std(axis=1) / len(noise) ** 0.5)
assert found["black box"] == [None, None]

claim("tape", "In the VAE the chain simply goes on, from $\\sigma$ to the log-variance")
_log_var = tf.Variable(2 * np.log(s), dtype="float64")
with tf.GradientTape() as _recorded:
    _cost = tf.reduce_mean((tf_mu + tf.exp(0.5 * _log_var) * noise - c) ** 2)
_terms = 2 * (m + noise * s - c) * noise * s / 2  # by hand: that of sigma, times sigma / 2
assert np.isclose(float(_recorded.gradient(_cost, _log_var)), _terms.mean(), rtol=1e-9)
assert abs(_terms.mean() - s**2) < 5 * _terms.std() / len(noise) ** 0.5
