claim("toy-figure", "The squared error grows with beta and stays at 4, the variance of the data")
_rate, _error = toy_optimum(4.0, np.array([3.9, 4.0, 5.0, 10.0]))
assert _rate[0] > 0 and (_rate[1:] == 0).all() and (_error[1:] == 4).all()

claim("between", "At 34 and at 38 it has fallen silent again.")
assert score.kl < 0.05 and abs(score.reconstruction - silent) < 1  # the last of the three

claim("beaten", "Up to beta = 3 networks are beaten by a few nats at most")
_most = {}
for _k, _beta in enumerate(study.BETAS[:6]):
    _charged = distortion + _beta * rate
    _best = np.minimum.accumulate(_charged.min(axis=(1, 2)))
    _most[_beta] = np.max(_charged[:, _k] - _best[:, None])
assert max(_most[_beta] for _beta in (0.0, 0.1, 0.3, 1.0, 3.0)) < 5 < _most[10.0]
