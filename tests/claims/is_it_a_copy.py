claim("yardstick", "The small hill near 1.5 are mostly ones")
_distance, _place = nearest_images(three["draws"], images[:60_000])
_ones = load_mnist("train").labels[_place[:, 0]] == 1
assert _ones[_distance[:, 0] < 2].mean() > 0.8 and _ones[_distance[:, 0] > 3].mean() < 0.1

claim("yardstick", "nothing lies near 0, where copies would be")
assert min(values.min() for values in distances.values()) > 0.5

claim("yardstick", "they lie where the rebuilt test digits do")
_medians = [np.median(values) for values in distances.values()]
assert _medians[0] < _medians[1] - 0.3 and abs(_medians[0] - _medians[2]) < 0.3

claim("control", "its draws find the same few digits again and again")
assert len(np.unique(found["2 numbers"])) < 0.7 * len(np.unique(found["12 numbers"]))
assert share_of_different(found["2 numbers"])[1] < share_of_all(found["2 numbers"])[1]

claim("can-it", "test digits nearly as often as training digits")
assert max(own["2 numbers", part] for part in ("training", "test")) < 0.05
assert min(own["12 numbers", part] for part in ("training", "test")) > 0.75

claim("power", "copies are seen every time from about a tenth of the draws on, in either network")
assert all(0.04 < smallest[name, "share_of_different"] < 0.16 for name in nets)
assert smallest["2 numbers", "share_of_all"] > 2 * smallest["2 numbers", "share_of_different"]
