from scipy import stats as _stats
from scipy.spatial import KDTree as _KDTree


def _ink(digits, others):
    return np.abs(digits - others).sum(axis=(1, 2))


claim("two-sliders", "One digit bends into the next without a jump")
for _element in (0, 1):
    _codes = np.zeros((1201, 2))
    _codes[:, _element] = np.linspace(-3, 3, 1201)
    _row = net.decode(_codes)  # a jump would change about as much ink in one step as the whole row does
    assert _ink(_row[1:], _row[:-1]).max() < 0.1 * _ink(_row[-1:], _row[:1])[0]

claim("two-sliders", "Towards the ends the digit hardly changes any more.")
_at = net.decode([[0, 0], [1, 0], [4, 0], [5, 0]])
assert _ink(_at[3:], _at[2:3])[0] < _ink(_at[1:2], _at[:1])[0] / 2

claim("two-sliders", "a median of 0.1 to 0.15 within radius 1, and of more than 1 beyond radius 2")
_codes = net.encode(test.images)[0]  # (10000, 2)
_tree = _KDTree(_codes)


def _class_at(z):
    ten = test.labels[_tree.query(z, k=15)[1]]
    return (ten[:, :, None] == np.arange(10)).sum(axis=1).argmax(axis=1)


_r, _own = np.linalg.norm(_codes, axis=1), _class_at(_codes)
for _element in (0, 1):
    _far = np.full(len(_codes), np.inf)
    for _step in (0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1.0):
        for _sign in (-1, 1):
            _moved = _codes + _sign * _step * np.eye(2)[_element]
            _far = np.where((_class_at(_moved) != _own) & (_far > _step), _step, _far)
    assert 0.05 <= np.median(_far[_r < 1]) <= 0.2 and np.median(_far[_r > 2]) > 1

claim("far-check", "with twelve numbers nearer to the middle than nine draws in ten")
assert prior_tail([2.5, 0]) < 0.05 and prior_tail([2.5] + [0] * 11) > 0.9

claim("twelve-kl", "Eleven elements have more than a nat each; one has none.")
assert np.isclose(kl.sum(), gaussian.kl_to_standard_normal(z_mean, z_log_var).mean(), rtol=1e-5)

claim("twelve-sliders", "The decoded digit is crisper than with two numbers.")
_some = test.images[:500] / 255
_missed = [_ink(network.decode(network.encode(test.images[:500])[0]), _some).mean() for network in (net, net12)]
assert _missed[1] < 0.7 * _missed[0]

claim("twelve-sliders", "z[4] first of all, and z[3] and z[5] with other changes.")


def _slant(digits):
    y, x = np.mgrid[28:0:-1, :28].reshape(2, -1)
    ink = digits.reshape(-1, 784) / digits.sum(axis=(1, 2))[:, None]
    mean_x, mean_y, mean_xy, mean_yy = (ink @ np.stack([x, y, x * y, y * y]).T).T
    return (mean_xy - mean_x * mean_y) / (mean_yy - mean_y**2)


_lean = []
for _element in range(12):
    _low, _high = z_mean[:500].copy(), z_mean[:500].copy()
    _low[:, _element], _high[:, _element] = -2, 2
    _lean.append(_slant(net12.decode(_high)) - _slant(net12.decode(_low)))
_lean = np.array(_lean)  # (12, 500)
assert list(np.argsort(-np.abs(np.median(_lean, axis=1)))[:3]) == [4, 5, 3]
assert np.mean(np.sign(_lean) == np.sign(_lean[:, 84:85]), axis=1)[[3, 4, 5]].min() > 0.95

claim("traversal", "In the last row all eleven digits are the same.")
_last = net12.decode(np.insert(np.tile(np.delete(z_mean[84], order[-1]), (2, 1)), order[-1], [-2, 2], axis=1))
assert np.abs(_last[1] - _last[0]).max() < 0.05

claim("effect", "twelve purple points on a rising line")
assert _stats.spearmanr(kl, changed).statistic > 0.9
assert changed[order[-1]] < 2 and np.delete(changed, order[-1]).min() > 30

claim("inside-slider", "It is the first row of the still picture of the two sliders")
slider.value = 1.5  # its function decodes, in the kernel, what the slider shows
_shown = np.asarray(Image.open(io.BytesIO(picture.value)))[4::8, 4::8]
assert np.array_equal(_shown, (255 - 255 * net.decode([[1.5, 0]])[0]).round())
slider.value = 0

claim("planes", "less than half of the codes lie within the circle of 3")
_within = [np.mean(np.linalg.norm(codes, axis=1) < 3) for codes in codes_2d]
assert _within[0] > 0.95 and _within[1] < 0.5

claim("pad-widget", "most of them beyond radius 6, at the upper left")
_ones = codes_2d[1][test.labels == 1]
assert np.mean(np.linalg.norm(_ones, axis=1) > 6) > 0.5 and np.abs(np.median(_ones, axis=0) - (-3, 6)).max() < 0.5

claim("draw-widget", "two in a hundred have their code out there, most of them 7s and 0s")
_out = test.labels[np.linalg.norm(codes_2d[0], axis=1) > 3]
assert 0.015 < len(_out) / 10_000 < 0.025 and np.mean(np.isin(_out, (0, 7))) > 0.5

claim("classes", "On the autoencoder's plane they land mostly on the classes that happen to lie in its middle.")
assert shares[1].min() < 0.01 and np.sort(shares[1])[-2:].sum() > 0.4

claim("draw-widget", "The reconstruction is a 3 of about the same slant and width, a little blurred.")
_near = ((codes_2d[0] - mean[0]) ** 2).sum(axis=1).argsort()[:15]
assert np.mean(test.labels[_near] == 3) > 0.5

claim("shift", "None of them has moved")
assert _ink(moved / 255, seen)[4] > 1.5 * _ink(moved / 255, seen)[0]
_centre = (seen.sum(axis=1) @ np.arange(28)) / seen.sum(axis=(1, 2))  # columns; the images' own moves by 6
assert np.abs(_centre - 13.5).max() < 2
