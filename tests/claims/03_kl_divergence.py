claim("kl-between", "The last line needs no integral and no draws.")
# No term is larger than a few times 1 + KL, so the two may differ by some roundings of that size.
_means, _stds = rng.uniform(-3, 3, (2, 10_000)), np.exp(rng.uniform(np.log(0.2), np.log(3), (2, 10_000)))
_pairs = _means[0], _stds[0], _means[1], _stds[1]
_ours, _helper = kl_between(*_pairs), gaussian.kl_between(*_pairs)
assert (np.abs(_ours - _helper) <= 16 * np.finfo(float).eps * (1 + _helper)).all() and _helper.min() >= 0
assert np.allclose(kl_quadrature(*(part[:50] for part in _pairs)), _helper[:50], rtol=3e-8, atol=3e-8)

claim("kl-to-standard-normal", "In code, each row is one image and each column one element.")
_mean, _log_var = rng.normal(0, 2, (2, 1000, 12))
assert np.allclose(kl_to_standard_normal(_mean, _log_var), gaussian.kl_to_standard_normal(_mean, _log_var), rtol=1e-12)
assert np.allclose(kl_between(_mean, np.exp(_log_var / 2), 0, 1).sum(axis=1), kl_to_standard_normal(_mean, _log_var))

claim("integrand-picture", "The moved normal costs most, the wide one less, the narrow one least.")
assert kl_quadrature(1.5, 1, 0, 1) > kl_quadrature(0, 2, 0, 1) > kl_quadrature(0, 0.4, 0, 1) > 0

claim("asymmetry-picture", "mirror images of each other")
assert np.allclose(kl_between(0, std, 0, 1), kl_between(0, 1, 0, 1 / std), atol=1e-12)

claim("map-picture", "Contour lines lie around a single star at mu = 0, sigma = 1.")
assert np.hypot(means, np.log(stds)).ravel()[cost.argmin()] < 0.03  # within one cell of the grid

claim("real-digits-bill", "About 7 nats, or 10 bits, an image. Most of it pays for narrow codes")
assert 5 < bill.mean() < 8 and np.mean(bill - for_mean) > 3 * for_mean.mean() and 0.5 < for_mean.mean() < 2

claim("kl-loss", "single printouts scatter by 0.17 around it: the lecture's is an ordinary one")
assert abs(2.6537 - (5 / 4 + np.euler_gamma + np.log(2))) < 5 * np.sqrt((1 + np.pi**2 / 2) / 200)

claim("bug-hunt-test", "Version A is wrong.")
for _d in (1, 2, 12, 32):
    _mean, _log_var = rng.normal(0, 1, (2, 100, _d))
    assert np.isclose(version_a(_mean, _log_var) / version_b(_mean, _log_var), 1 / _d)

claim("bug-hunt-test", "the bill must **double**. Images are different")
assert np.isclose(wider, 2 * once) and np.isclose(longer, once)  # version B, the last of the cell
_mean, _log_var = rng.normal(0, 1, (2, 100, 3))
assert np.isclose(version_a(np.hstack([_mean, _mean]), np.hstack([_log_var, _log_var])), version_a(_mean, _log_var))
