import ast as _ast

import nbformat as _nbformat
from scipy import stats as _stats

from vae_helpers import latent as _latent

claim("classes", "The map errs where classes overlap, and is good enough to count with.")
assert right_about > 0.75

claim("shifted-numbers", "Four classes make up more than nine tenths of the shifted draws")
_common = from_shifted > 0.05
assert _common.sum() == 4 and from_shifted[_common].sum() > 0.9
for _z, _p in ((draws, np.exp(-9 / 2)), (shifted, _stats.ncx2.sf(9, df=2, nc=8))):  # by definition of its law
    assert abs(np.mean(np.linalg.norm(_z, axis=1) > 3) - _p) < 5 * np.sqrt(_p * (1 - _p) / len(_z))

claim("digit-plane", "row, line within the row, column, pixel within the column")
_by_loop = np.zeros((840, 840))
for _i, _z in enumerate(grid):
    _y, _x = 28 * (_i // 30), 28 * (_i % 30)
    _by_loop[_y : _y + 28, _x : _x + 28] = net.decode(_z[None])[0]
assert max(np.abs(grid - _latent.plane_codes()).max(), np.abs(sheet - _by_loop).max(),
           np.abs(sheet - _latent.digit_plane(net.decode, grid)).max()) < 1e-5

claim("grid", "A tick stands at the middle of a tile and names the code that this tile was decoded from.")
_tiles = sheet.reshape(30, 28, 30, 28).transpose(0, 2, 1, 3).reshape(900, 28, 28)
_ax = plots.digit_plane(sheet, grid)
_x_axis, _y_axis = (list(zip(axis.get_majorticklocs(), axis.get_ticklabels())) for axis in (_ax.xaxis, _ax.yaxis))
for _x, _x_label in _x_axis:
    for _y, _y_label in _y_axis:
        _image = net.decode(np.array([[float(_x_label.get_text()), float(_y_label.get_text())]]))
        assert np.abs(_tiles - _image).mean(axis=(1, 2)).argmin() == int(_y // 28) * 30 + int(_x // 28)
plt.close()

claim("mass", "shows less than half of what the model draws")
for _span in spans.values():
    _p = mass(_span)
    assert abs(np.mean(furthest <= _span) - _p) < 5 * np.sqrt(_p * (1 - _p) / len(furthest))
assert mass(1) < 0.5 and beyond > 0.6

claim("quantile-plane-codes", "each tile stands for a slice of mass")
assert np.abs(quantile_grid - _latent.quantile_plane_codes()).max() < 1e-6
_column, _row = (ndtr(rng.standard_normal((900_000, 2))) * 30).astype(int).T
_chi2 = np.sum((np.bincount(30 * _row + _column, minlength=900) - 1000) ** 2 / 1000)
assert abs(_chi2 - 899) < 5 * np.sqrt(2 * 899)  # 899 degrees of freedom
assert np.isclose(mass(quantile_grid.max()), (29 / 30) ** 2)  # half a slice is missing at either end

claim("room", "Draws from the prior and tiles of the quantile grid agree")
_apart = {name: np.abs(share - from_prior).max() for name, (share, _, _) in ways.items()}
assert _apart["quantile grid"] < 0.02 < 0.05 < _apart["grid from -3 to 3"] < _apart["shifted draws"]

claim("looks", "An image looks like a digit if its distance to the nearest training digit")
# The same measure as in deeper/looks_like_a_digit, by that page's own code.
_page = _nbformat.read("deeper/looks_like_a_digit.ipynb", as_version=4)
_source = next(cell.source for cell in _page.cells if cell.id == "looks")
_function = next(node for node in _ast.parse(_source).body if isinstance(node, _ast.FunctionDef))
_names = {"np": np, "relative_limit": limit}
exec(compile(_ast.Module([_function], []), "looks_like_a_digit", "exec"), _names)
_y = drawn["12 numbers"].reshape(-1, 784)[:100]
_distances, _ten = nearest_images(_y, images[:60_000], 10)
assert np.array_equal(_names["looks_like_a_digit"]((_y, _distances[:, 0], labels[_ten])), looks["12 numbers"][:100])

claim("looks", "draws are sharper, and fewer of them look like a digit")
_share = {name: np.mean(good) for name, good in looks.items()}
_doubt = {name: entropy(y).sum(axis=(1, 2)).mean() for name, y in drawn.items()}
_error = np.sqrt(sum(p * (1 - p) / 500 for p in (_share["2 numbers"], _share["12 numbers"])))
assert _doubt["2 numbers"] > _doubt["12 numbers"] > _doubt["12, shifted"]
assert _share["2 numbers"] - _share["12 numbers"] > 3 * _error
assert _stats.ncx2.sf(_stats.chi2.ppf(0.99, 12), 12, 48) > 0.95  # the shifted draws leave the prior

claim("looks", "The shifted draws score like the prior's, within the error of 500 draws")
assert abs(_share["12, shifted"] - _share["12 numbers"]) < 3 * np.sqrt(2 * 0.25 / 500)

claim("entropy", "with the most of its own class among its hundred nearest")
assert np.array_equal(class_at(np.array(hearts)), np.arange(10))
assert entropy(ink).sum(axis=(1, 2)).argmin() == 1  # the ones leave the least doubt
