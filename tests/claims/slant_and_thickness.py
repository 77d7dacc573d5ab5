claim("pair", "the 5 has turned into a 9")
_sheared = net.encode(pairs[0][1])[0] - net.encode(pairs[0][0])[0]
_bold = net.encode(pairs[1][1])[0] - net.encode(pairs[1][0])[0]
assert class_of(net.decode(others + _sheared))[1] == 9 and class_of(net.decode(others + _bold)).tolist() == [3, 5]

claim("routes", "Slant and thickness are two different directions.")
assert abs(between) < 0.4

claim("keep", "at a whole vector thickness still holds clearly better than a random direction")
_error = {key: np.sqrt(share * (1 - share) / 200) for key, share in keeps.items()}
_whole = 3 * np.hypot(_error["12 numbers", "thickness"][2], _error["12 numbers", "random"][2])
assert thick[2] - anyhow[2] > _whole and lean[2] - anyhow[2] > -_whole

claim("keep", "There the slant is no better than a random direction.")
_lean2, _any2 = keeps["2 numbers", "slant"], keeps["2 numbers", "random"]
assert _lean2[1] < lean[1] - 0.2 and 0.35 < _lean2[1] < 0.65
assert np.all(np.abs(_lean2 - _any2) < 5 * np.hypot(_error["2 numbers", "slant"], _error["2 numbers", "random"]))
