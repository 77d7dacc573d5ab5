claim("log-of-zero-show", "Given pixels, it mostly clips: never NaN, but a wrong pixel costs at most 16 nats.")
_pixels = ops.convert_to_numpy(ops.sigmoid(np.array([[-200], [18], [200]], "float32")))
_costs = [keras.losses.binary_crossentropy(np.full((3, 1), _x, "float32"), _pixels) for _x in (0.0, 1.0)]
assert 15.5 < np.max(_costs) < 16.5 and np.isfinite(_costs).all()

claim("log-of-zero-show", "Given pixels, it mostly clips")
_made = ops.sigmoid(np.array([[200]], "float32"))
assert keras.losses.binary_crossentropy(np.zeros((1, 1), "float32"), _made)[0] == 200
