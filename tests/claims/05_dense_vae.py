from vae_helpers.study import TABLE as _TABLE

claim("as-vectors", "each image becomes one row of 784 numbers between 0 and 1")
assert np.array_equal(x_all[0].reshape(28, 28), images[0] / np.float32(255)) and np.bincount(labels).sum() == 70_000

claim("sampling", "The layer owns its stream of noise")
_twins = [ops.convert_to_numpy(layer(seed=1)([mean, log_var])) for layer in (Sampling, models.Sampling)]
assert np.array_equal(*_twins)

claim("counts-check", "The package's VAE is made of the same layers.")
for _mine, _helper in ((encoder, vae.encoder), (decoder, vae.decoder)):
    assert [w.shape for w in _mine.weights] == [w.shape for w in _helper.weights]
assert (count(encoder), count(decoder)) == (574_916, 575_312)

claim("train", "ends well below the lecture's recipe after its 150")
_rows = [row.split(",") for row in _TABLE.with_name("lecture_curve.csv").read_text().splitlines()]
_last = [float(row[2]) for row in _rows if row[0] == "lecture"][-1]
assert 148 < _last < 152 and history["loss"][-1] < _last - 5

claim("curves", "from the second epoch to the last the KL rises by one or two nats")
assert 0.3 < history["kl"][-1] - history["kl"][1] < 3
claim("curves", "while the reconstruction falls by more than ten")
assert history["reconstruction"][1] - history["reconstruction"][-1] > 10
claim("curves", "fall fast in the first two epochs and slowly after")
assert history["loss"][0] - history["loss"][1] > 1.5 * (history["loss"][1] - history["loss"][-1])

claim("elbo", "These digits were trained on: this is not a score on new data.")
assert trained.kl > 0 and abs(trained.elbo + trained.reconstruction + trained.kl) < 1e-9
assert -trained.elbo < _last - 5

claim("held-out", "The 10,000 test digits cost it more than the digits it knows.")
assert 1 < known.elbo - new.elbo < 5 and -new.elbo < 141

claim("accuracy-values", "And blank paper beats this VAE of two elements")
assert scores["white paper for every digit"] > scores["this VAE"] and scores["a perfect reconstruction"] < 0.9
claim("accuracy-values", "A VAE of twelve elements comes out ahead of paper, by about half a percent.")
_twelve = evaluation.binary_accuracy(models.from_network(load_pretrained("vae-12d")), images)
assert 0.0035 < _twelve - scores["white paper for every digit"] < 0.0065

claim("accuracy-against-nats", "The cost in nats tells the models apart.")
assert -trained.elbo < 0.75 * mean_cost

claim("reconstructions-check", "Is a rebuilt digit closer to its original than the mean image is?")
assert closer > 0.95
