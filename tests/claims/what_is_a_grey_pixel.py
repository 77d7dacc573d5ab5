claim("floor", "A perfect reconstruction does not cost 0. It costs H(x): the **floor** of the BCE.")
_x = x_test[:1000].astype(float)
_floor = np.sum(entr(_x) + entr(1 - _x), axis=1)
assert np.allclose(bce(_x, _x), _floor) and (bce(_x, 0.99 * _x + 0.01 * mean_image) > _floor).all()

claim("floor-digits", "Everything that a VAE achieves on these digits happens between 46 and 206.")
assert round(float(floor.mean())) == 46 and round(float(mean_image_cost)) == 206 and floor.min() < 1

claim("gaussian-check", "Less than a tenth of a nat, for all there is to know about a digit.")
assert most_to_gain < 0.1

claim("gaussian-collapse", "worth its price ten times over. For the mean, one hundredth of it comes back")
assert 9 < largest / 0.5 < 11 and 0.005 < largest / s**2 < 0.02
