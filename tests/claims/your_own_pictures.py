from scipy.special import entr as _entr

claim("sizes-show", "where most of a picture is paper, the average is well below one half.")
assert images.mean() / 255 < 0.4

claim("plane-codes", "Trousers lie next to dresses: long and narrow, both of them.")
_codes = plane.encode(new)[0]
_middle = np.stack([np.median(_codes[new_labels == k], axis=0) for k in range(10)])
_distance = np.linalg.norm(_middle[:, None] - _middle, axis=-1) + 99 * np.eye(10)
_next = {name: class_names[k] for name, k in zip(class_names, _distance.argmin(axis=1))}
assert _next["Trousers"] == "Dress"

claim("plane-codes", "What is worn on the feet has a side of its own, sneakers, sandals and ankle boots.")
_feet = {"Sneaker", "Sandal", "Ankle boot"}
_pairs = np.linalg.norm(_codes[:, None] - _codes, axis=-1) + 99 * np.eye(len(_codes))
_is_feet = np.isin(np.array(class_names)[new_labels], list(_feet))
assert np.mean(_is_feet[_pairs.argmin(axis=1)] == _is_feet) > 0.9

claim("compare", "From two numbers to eight the cost fell by about 17 nats")
assert 13 < plane_cost - dense_cost < 22 and 0.5 < dense_cost - conv_cost < 7

claim("compare", "with as many parameters")
assert abs(conv.count_params() / dense.count_params() - 1) < 0.01

claim("solution-2-code", "A model that answers every picture with the mean picture costs 385 nats")
assert abs(learnt_nothing - 385) < 1

claim("plane-codes", "So two numbers save more than half of what can be saved.")
_x = new.reshape(len(new), -1) / 255
_floor = np.sum(_entr(_x) + _entr(1 - _x), axis=1).mean()
assert abs(_floor - 188) < 1.5 and learnt_nothing - plane_cost > 0.5 * (learnt_nothing - _floor)
