from scipy import stats as _stats

claim("rebuilt", "The first, a 5, comes back as a smear that looks more like a 9, and the last, a 2, is hard to read.")
_x = as_vectors(images[ten])
_excess = bernoulli_cost(_x, net.decode_logits(z_mean[ten])) - np.sum(entr(_x) + entr(1 - _x), axis=1)
assert set(np.argsort(-_excess)[:2]) == {0, 9} and list(labels[ten][[0, 9]]) == [5, 2]

claim("worst", "The plane has room for the usual shapes only.")
assert excess.min() > 0 and excess12.min() > 0 and excess[worst].min() > 3 * np.median(excess)
assert np.all(excess12[worst] < excess[worst]) and np.mean(excess12 < excess) > 0.99

claim("plane", "a round cloud that thins out beyond the third circle")
_radius = np.linalg.norm(z_mean, axis=1)
for _r in (1, 2, 3):
    assert abs(np.mean(_radius < _r) - (1 - np.exp(-(_r**2) / 2))) < 0.12

claim("middle", "Nearly half of the digits lie within the first circle.")
assert 0.4 < np.mean(_radius < 1) < 0.5  # of the prior 39 % do

claim("knn", "Two numbers keep about four classes in five, twelve nearly all.")
assert right > 0.7 and right12 > 0.9 and right12 - right > 5 * np.sqrt(0.25 / 2000)

claim("ellipses", "A thirtieth.")
assert np.all((np.median(z_std, axis=0) > 1 / 50) & (np.median(z_std, axis=0) < 1 / 20))
assert np.median(z_std[_radius > 2]) > 1.5 * np.median(z_std[_radius < 1])  # larger at the edge

claim("numbers", "No two trainings agree to the digit.")
assert abs(z_mean.mean()) < 0.2 and 0.9 < z_mean.std() < 1.3
assert 3 < np.abs(z_mean).max() < 6 and 3 < np.abs(z_mean12).max() < 6

claim("numbers", "a draw from N(0, 1) is above 4.2 once in 70,000 times")
assert round(_stats.norm.isf(1 / 70_000), 1) == 4.2

claim("hist12", "Yet its *draws* follow the curve of N(0, 1) to perfection.")
assert np.all(np.abs(z12.std(axis=0) - 1) < 0.1) and abs(z12[:, 9].std() - 1) < 0.02

claim("hist12", "Eleven look much like N(0, 1), with shares from 1.3 to 2.3 nats")
assert np.array_equal(np.sort(kl_share)[[1, -1]].round(1), [1.3, 2.3])

claim("idle", "Without any of the eleven others the reconstruction suffers by more than ten nats.")
_idle = int(np.argmin(kl_share))
assert _idle == 9 and abs(rise[_idle]) < 0.1 and np.delete(rise, _idle).min() > 10
assert kl_share[_idle] < 0.01 and np.delete(kl_share, _idle).min() > 0.5

claim("holes", "So q(z) and the prior are not the same, and not far apart.")
assert 0.01 < hole < 0.08
_from_p = rng.standard_normal((20_000, 2))  # no integral: count the prior's draws that fall into holes
_ratio = (q / p)[tuple(np.rint((_from_p.T + 6) / step).astype(int))]
assert abs(np.mean(_ratio < 0.1) - hole) < 5 * np.sqrt(hole * (1 - hole) / 20_000)

claim("split-grid", "about 6.5 say which digit it was, and about a quarter of a nat is the gap")
assert 6.3 < information < 6.8 and 0.15 < gap < 0.35

claim("again-picture", "A turn explains only a part of the difference.")
_cosine = [np.sum(a * z_mean, dtype=float) / np.linalg.norm(a) / np.linalg.norm(z_mean)
           for a in (other_mean, other_mean @ P)]
assert _cosine[0] + 0.02 < _cosine[1] < 0.9

claim("again", "by what no turn changes: its size and the split of the KL")
_other_std = np.exp(other_log_var / 2)
_other_q = aggregate_on_grid(other_mean, _other_std, axis[::2])
_other_information, _other_gap = split_on_grid(_other_std, _other_q, axis[::2])
assert abs(other_mean.std() - z_mean.std()) < 0.3 and _other_gap < 0.15 * _other_information
assert 3.5 < _other_information < information  # two passes in place of sixty: its clouds are larger
