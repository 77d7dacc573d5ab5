claim("train", "The autoencoder rebuilds a little better.")
assert ae_cost < vae_cost < ae_cost + 5

claim("planes", "The scales differ: the autoencoder's is its own, and another training would find another.")
assert ae_mean.std(axis=0).min() > 2 and np.abs(ae_mean).max() > 7
assert np.abs(vae_mean.std(axis=0) - 1).max() < 0.4 and np.abs(vae_mean).max() < 6

claim("ellipses", "nearly all inside the prior's circles of 1, 2 and 3 standard deviations")
assert np.mean(np.linalg.norm(vae_mean[:60], axis=1) < 3) > 0.9

claim("twenty", "Its standard deviation is exp(z_log_var / 2)")
_many, _sigma = codes_of(vae, np.repeat(test_images[:1], 20_000, axis=0)), np.exp(vae_log_var[0] / 2)
assert np.all(np.abs(_many.std(axis=0) / _sigma - 1) < 5 / np.sqrt(2 * 20_000))
assert np.all(np.abs(_many.mean(axis=0) - vae_mean[0]) < 5 * _sigma / np.sqrt(20_000))

claim("decoded", "The VAE's come from ten different codes and are nearly the same")
assert np.ptp(both[:10], axis=0).max() < 1e-3 and np.ptp(both[10:], axis=0).max() > 0.1
assert np.ptp(both[10:], axis=0).mean() < 0.05

claim("planes", "fans that stretch from a crowded middle out to 10 and beyond")
assert 10 < np.abs(ae_mean[:5000]).max() < 15

claim("classes", "stand high above it for a few classes and all but vanish for others")
assert classes["AE, box"].max() > 0.15 and classes["AE, box"].min() < 0.04

claim("wrong", "The normal cures most of it.")
assert wrong_class["AE, box"] > 0.25
assert wrong_class["AE, box"] > 1.2 * max(wrong_class["AE, normal"], wrong_class["VAE, prior"])
