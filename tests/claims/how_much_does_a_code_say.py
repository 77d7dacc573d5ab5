claim("marginal", "In the plane the histograms see less than a third of the gap.")
assert 0 < in_histograms < gap / 3

claim("aggregate", "The grid of notebook 06: the mixture as one matrix product")
for _i, _k in ((300, 300), (340, 310), (400, 350)):  # against the plain sum over the 70,000 clouds, in float32
    _plain = np.mean(np.exp(log_normal_density(axis[[_i, _k]], z_mean, z_std).sum(axis=1)))
    assert abs(q[_i, _k] - _plain) < 1e-4 * _plain
