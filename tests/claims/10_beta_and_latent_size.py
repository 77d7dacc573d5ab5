from scipy import stats
from scipy.special import entr

from vae_helpers.data import as_vectors
from vae_helpers.evaluation import nearest_images

claim("over-beta-figure", "about 46 for a perfect copy, because grey pixels are uncertain, and 206")
_x = as_vectors(test_images)
_between = _x.var(axis=0).sum()
_mean = _x.mean(axis=0, dtype=float)
_ceiling = np.sum(entr(_mean) + entr(1 - _mean))
assert round(_ceiling) == 206 and round(np.sum(entr(_x) + entr(1 - _x), axis=1).mean()) == 46

claim("prices-figure", "The price of silence is 32.")
assert abs(prices[0] - 32.23) < 0.02
assert [int(np.sum(prices > _beta)) for _beta in (3, 10, 30, 100)] == [33, 7, 1, 0]
assert 107 <= np.sum(prices > 1) <= 110  # the 109th is 0.99985: deeper/the_price_of_silence

claim("words-figure", "The first direction runs between a wide 0 and an upright 1")
_along = (_x[:, inked] - p) @ (directions[:, 0] / coin_std)
_by_class = [np.median(_along[test_labels == _digit]) for _digit in range(10)]
assert {int(np.argmin(_by_class)), int(np.argmax(_by_class))} == {0, 1}

claim("over-beta-figure", "At 1568 all sizes are one: rate 0, distortion 206.")
assert rate[:, 7].max() < 0.05 and np.abs(distortion[:, 7] - _ceiling).max() < 1

claim("over-beta-figure", "So are all networks at 30")
assert rate[:, 6].max() < 0.05
assert rate[:, 3].min() > 2 and (distortion[:, 3] < _ceiling - 30).all()  # and at 1 every network speaks

claim("plane-figure", "the lines from 5 elements on are between 100 and 125 nats")
assert cost[3:].min() > 100 and cost[3:].max() < 125

claim("plane-figure", "The star of the network trained here lies above the line of its size")
_live = elbo(live, test_images)
assert 0 < _live.reconstruction + _live.kl - cost[5].mean() < 25

claim("size-figure", "Up to 8 elements the steps are larger than luck")
# A mean of two has half the variance, so a difference of two such means has that of one network. The spread comes
# from eight pairs: Student's t with 8 degrees of freedom. By chance once in 500 times, up or down.
_luck = stats.t.ppf(1 - 1e-3, df=8) * spread
_steps = -np.diff(cost.mean(axis=1))
assert (_steps[:4] > _luck).all() and 0.5 < spread < 2

claim("size-figure", "a latent space that is too large costs little, and one that is too small costs much")
assert np.abs(cost[5:].mean(axis=1) - cost[4].mean()).max() < _steps[3] / 2 and active[7, 3].max() < 20

claim("size-figure", "no network here uses more than ten elements")
assert active[:, 3].max() == 10

claim("train-collapsed", "it takes in nearly all twelve, though five have a KL below 0.05")
_live_kl = kl_per_element(live)
assert active_units(live.encode(test_images)[0]) >= 10 and np.sum(_live_kl < 0.05) == 5

claim("train-collapsed", "At beta = 10 one element speaks, with less than a nat, and eleven are idle.")
_stuck, _cured = kl_per_element(stuck), kl_per_element(cured)
assert 0.5 < _stuck[0] < 1.2 and _stuck[1] < 0.05 and np.sum(kl_per_element(live) > 0.5) >= 6

claim("beaten", "A network of two elements is cheaper.")
assert sizes[best[0]] == 2 and betas[best[1]] == 10

claim("train-cured", "The same network, the same seed, the same two epochs and the same final beta of 10.")
assert cured.beta == stuck.beta == 10

claim("cured-kl-figure", "five or more elements speak clearly, and some are idle")
assert np.sum(_cured > 0.05) >= 5 and _cured[-1] < 0.05

claim("cured-kl-figure", "lower by more than 5 nats, and the digits are rebuilt tens of nats better")
_score = {_name: elbo(_vae, test_images) for _name, _vae in two.items()}
_at_ten = {_name: _s.reconstruction + 10 * _s.kl for _name, _s in _score.items()}
assert _at_ten["after warm-up"] < _at_ten["from the start"] - 5
assert _score["after warm-up"].reconstruction < _score["from the start"].reconstruction - 20
assert _at_ten["after warm-up"] < charged[5, 5].min()  # twice the epochs, and no warm-up

claim("cured-kl-figure", "More elements speak now, some of them faintly, and R + D is some 3 nats lower")
_warm = trained(1.0, 2, [WarmUp(240, 1.0)])
_saved = _live.reconstruction + _live.kl + elbo(_warm, test_images).elbo
assert 1 < _saved < 6 and np.sum(kl_per_element(_warm) > 0.05) > np.sum(_live_kl > 0.05)

claim("sheets-figure", "At beta = 1 most look like digits")
_z = np.random.default_rng(3).standard_normal((200, 12))
_drawn = {_name: _vae.decode(_z).reshape(200, 784) for _name, _vae in networks.items()}
_close = {_name: np.mean(nearest_images(_pixels, train_images)[0] ** 2) for _name, _pixels in _drawn.items()}
_varied = {_name: _pixels.var(axis=0).sum() / _between for _name, _pixels in _drawn.items()}
assert max(_close["beta 1"], _close["beta 10"]) < _close["beta 0"] - 5

claim("sheets-figure", "At beta = 10 they are smooth, and fewer kinds.")
assert _varied["beta 1"] > _varied["beta 10"] + 0.1

claim("over-beta-figure", "it is the ELBO; idle elements cost little")
_total = (rate + distortion).mean(axis=-1)
for _i in (5, 6, 7):
    assert betas[_total[_i].argmin()] in (0.3, 1.0) and _total[_i, 3] - _total[_i].min() < _luck

claim("over-beta-figure", "every nat that saves distortion is welcome")
assert (distortion[5:, :3].max(axis=(1, 2)) < distortion[5:, 3].min(axis=1)).all()
