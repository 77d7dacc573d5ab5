from vae_helpers import latent as _latent

claim("walks-figure", "its middle is grey and far from all digits")
assert grey["cross-fade"][2].mean() > 1.2 * grey["12 numbers"][2].mean()
assert grey["2 numbers"][0].mean() > grey["12 numbers"].mean(axis=1).max()

claim("walks-figure", "Both networks (dashed and solid) have low ones")
assert all(hump[_name].mean() < hump["cross-fade"].mean() / 2 for _name in nets)

claim("nearest", "what most of its ten nearest real digits are")
_y = as_vectors(test[:300])
_distance, _class = nearest(_y)
_plain = [np.min([np.linalg.norm(as_vectors(part) - one, axis=1).min() for part in np.split(known, 10)])
          / np.linalg.norm(one) for one in _y[:5]]
assert np.abs(_distance[:5] - _plain).max() < 1e-4  # float32 sums of 784 terms
assert np.mean(_class == test_labels[:300]) > 0.9

claim("hump", "nearly always a 3 or an 8, and half-way more often still a 3")
_start3, _, _half3, _half8, _, _end8 = share["12 numbers"]
assert _start3 > 0.85 and _end8 > 0.7 and _half3 + _half8 > 0.85 and _half3 > _half8

claim("hump", "Of the 300 walks above 94 % were half-way still at a 3 or an 8, in the plane 82 %.")
for _name, _said in (("12 numbers", 0.94), ("2 numbers", 0.82)):
    assert abs(sum(share[_name][2:4]) - _said) < 0.02

claim("hump", "a good part of the walks already starts as something else")
assert share["2 numbers"][0] + share["2 numbers"][1] < 0.9

claim("norm-figure", "in a shell that is even narrower than the prior's")
for _name, (_lengths, _) in shell.items():
    assert abs(_lengths.mean() - stats.chi(nets[_name].latent_dim).mean()) < 0.15
assert shell["12 numbers"][0].std() < stats.chi(12).std()

claim("interpolate", "Both walks in one function.")
_z_a, _z_b = nets["12 numbers"].encode(pair)[0].astype(float)
for _kind in ("linear", "slerp"):
    assert np.abs(interpolate(_z_a, _z_b, 9, _kind) - _latent.interpolate(_z_a, _z_b, 9, _kind)).max() < 1e-12
assert np.allclose(interpolate(np.array([2.0, 0.0]), np.array([0.0, 2.0]), 3, "slerp")[1], [2**0.5, 2**0.5])

claim("attribute-vector", "So we take it within each class and average over the ten.")
for (_name, _feature), _vector in vectors.items():
    _helper = _latent.attribute_vector(codes[_name], measured[_feature], labels)
    assert np.abs(_vector - _helper).max() < 1e-5  # float32 against float64

claim("curves", "twelve numbers: both climb at every step")
for _feature in measure:
    _values = change["12 numbers", _feature]
    _step = np.diff(_values, axis=0)  # (8, 1000)
    assert np.all(_step.mean(axis=1) > 5 * stats.sem(_step, axis=1))
    assert np.all(np.diff(np.quantile(_values, [0.1, 0.5, 0.9], axis=1)) > 0)
    assert always["12 numbers", _feature] > 0.9
_up, _down = change["12 numbers", "slant"][[6, 2]]
assert np.quantile(_up, 0.1) > 0 > np.quantile(_down, 0.9)

claim("curves", "the median slant climbs, too, but the band is so wide that for many digits it falls")
assert np.all(np.diff(np.median(change["2 numbers", "slant"], axis=1)) > 0) and always["2 numbers", "slant"] < 0.3
_size = {_name: np.median(change[_name, "thickness"][8] - change[_name, "thickness"][0]) for _name in nets}
assert _size["2 numbers"] < 0.2 * _size["12 numbers"]

claim("rises", "With two the code does not hold the thickness. But it does hold the slant")
assert held["12 numbers", "slant"] > 0.95 and held["12 numbers", "thickness"] > 0.9
assert held["2 numbers", "slant"] > 0.8 and held["2 numbers", "thickness"] < 0.5
