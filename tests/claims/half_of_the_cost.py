_rec, _kl, _both = (costs[name] for name in vaes)

claim("planes-figure", "some digits form streaks that run far beyond the circles")
assert beyond_3["reconstruction only"] > 0.5 and beyond_3["both"] < 0.2 and 0.005 < beyond_3["KL only"] < 0.02

claim("measures", "Reconstruction only rebuilds best, by a few nats.")
assert 0 < _both.reconstruction - _rec.reconstruction < 15
claim("measures", "KL, which nobody asked for, reaches dozens of nats")
assert _kl.kl < 0.1 < _both.kl < 10 < 24 < _rec.kl
claim("measures", "It charges about log 2 a pixel, as if it tossed fair coins.")
assert np.isclose(_kl.reconstruction, 784 * np.log(2), rtol=0.01)
claim("measures", "Its draws are as close to real digits as those of \"both\", but they are of few kinds")
assert abs(close["both"] - close["reconstruction only"]) < 0.5 < close["KL only"] - close["both"]
assert kinds["both"] >= 8 and kinds["reconstruction only"] <= 7 and kinds["KL only"] == 1
assert reach["both"] < reach["reconstruction only"] < reach["KL only"]

claim("evidence-of-three", "by more than the few nats that it lost in reconstruction")
_lost = _both.reconstruction - _rec.reconstruction
assert log_p["both"] - _lost > log_p["reconstruction only"] > log_p["KL only"]
claim("evidence-of-three", "the sum over a grid that served the pen still works on a plane")
_finer = log_evidence_on_plane(vaes["both"], x_test[:200], span=6, n=241).mean()
assert abs(_finer - log_p["both"]) < 0.1

claim("solution-scale", "Most of the KL was scale. What is left is still above that of \"both\"")
assert kl[a] > _both.kl and kl[1.0] - kl[a] > (kl[1.0] - _both.kl) / 2
