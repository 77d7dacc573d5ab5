"""The Keras models: their shapes, their costs against independent computations, saving, and bad input."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from vae_helpers import models
from vae_helpers.backend import keras, tf
from vae_helpers.data import as_vectors, load_mnist
from vae_helpers.gaussian import kl_to_standard_normal
from vae_helpers.network import PRETRAINED, load_pretrained, weight_shapes

LOG_NAMES = {"loss", "reconstruction", "kl"}


@pytest.fixture(scope="module")
def x():
    return as_vectors(load_mnist("test").images[:256])


def count(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


def test_parameter_counts_are_the_lectures():
    vae = models.build_vae(latent_dim=2)
    encoder = [weight for layer in vae.encoder.layers for weight in layer.weights]
    decoder = [weight for layer in vae.decoder.layers for weight in layer.weights]
    assert count(encoder) == 574_916
    assert count(vae.encoder.trainable_weights) == 574_788
    assert count(decoder) == 575_312
    assert count(vae.trainable_weights) == 1_150_100


def test_autoencoder_has_the_same_layers_but_for_the_code():
    vae, autoencoder = models.build_vae(), models.build_autoencoder()
    shared = weight_shapes(2).items() & weight_shapes(2, is_vae=False).items()
    assert len(shared) == len(weight_shapes(2, is_vae=False)) - 2  # the kernel and the bias of the code itself
    assert {key: a.shape for key, a in models.to_network(vae).weights.items()} == weight_shapes(2)
    assert {key: a.shape for key, a in models.to_network(autoencoder).weights.items()} == weight_shapes(2, is_vae=False)
    assert count(autoencoder.trainable_weights) == 1_150_100 - 130


@pytest.mark.parametrize("latent_dim", [1, 2, 12])
def test_shapes_and_ranges(x, latent_dim):
    vae = models.build_vae(latent_dim=latent_dim, seed=0)
    assert vae.latent_dim == latent_dim
    z_mean, z_log_var, z = vae.encoder(x)
    assert z_mean.shape == z_log_var.shape == z.shape == (256, latent_dim)
    pixels = vae.predict(x, verbose=0)
    assert pixels.shape == (256, 784) and pixels.min() >= 0 and pixels.max() <= 1
    assert np.array_equal(pixels, vae.predict(x, verbose=0))
    assert np.allclose(pixels, vae.decoder(z_mean), atol=1e-6)


def test_leaky_relu_slope_is_the_lectures():
    slopes = [layer.negative_slope for layer in models.build_encoder().layers
              if isinstance(layer, keras.layers.LeakyReLU)]
    assert np.allclose(slopes, [0.3] * 4)


class TestSampling:
    def test_draws_have_the_moments_asked_for(self):
        n, mean, std = 200_000, -1.5, 0.3
        z = models.Sampling(seed=0)([np.full((n, 1), mean, "float32"), np.full((n, 1), 2 * np.log(std), "float32")])
        z = keras.ops.convert_to_numpy(z)[:, 0].astype(float)
        assert abs(z.mean() - mean) < 5 * std / np.sqrt(n)
        assert abs(z.std() - std) < 5 * std / np.sqrt(2 * n)
        # The 1e-6 quantile of the Kolmogorov-Smirnov statistic: one run in a million would fail by chance.
        assert stats.kstest((z - mean) / std, "norm").pvalue > 1e-6

    def test_noise_differs_between_calls_rows_and_elements_and_repeats_with_the_seed(self):
        inputs = [np.zeros((50, 3), "float32")] * 2
        layer = models.Sampling(seed=7)
        first, second = np.array(layer(inputs)), np.array(layer(inputs))
        assert len(np.unique(np.concatenate([first, second]))) == 300
        assert np.array_equal(first, models.Sampling(seed=7)(inputs))
        assert not np.array_equal(first, models.Sampling(seed=8)(inputs))

    @pytest.mark.parametrize("training", [True, False, None])
    def test_it_draws_whether_training_or_not(self, x, training):
        encoder = models.build_encoder(seed=0)
        z_mean, _, z = encoder(x, training=training)
        assert not np.allclose(z_mean, z)

    def test_config_round_trip(self):
        layer = models.Sampling.from_config(models.Sampling(seed=3, name="draw").get_config())
        assert (layer.seed, layer.name) == (3, "draw")

    def test_gradient_passes_to_the_mean_and_the_log_variance(self):
        mean, log_var = tf.constant([[0.5]]), tf.constant([[-1.0]])
        with tf.GradientTape() as tape:
            tape.watch([mean, log_var])
            z = models.Sampling(seed=0)([mean, log_var])
        d_mean, d_log_var = tape.gradient(z, [mean, log_var])
        # z = mean + exp(log_var / 2) * alpha, so that dz/dmean = 1 and dz/dlog_var = (z - mean) / 2.
        assert d_mean == 1
        assert np.allclose(d_log_var, (z - mean) / 2, rtol=1e-6)


class TestCosts:
    def test_bernoulli_cost_is_minus_the_log_likelihood(self):
        rng = np.random.default_rng(0)
        x = rng.integers(0, 2, (50, 784)).astype("float32")
        logits = rng.normal(0, 4, (50, 784)).astype("float32")
        expected = -stats.bernoulli.logpmf(x, expit(logits.astype(float))).sum(axis=1)
        # float32 sums of 784 terms; each carries a relative rounding of at most 6e-8.
        assert np.allclose(models.bernoulli_cost(x, logits), expected, rtol=784 * 6e-8)

    def test_bernoulli_cost_of_grey_pixels_is_the_expected_cost(self):
        """At logits of 0 any pixel costs log 2; in general the cost is linear in the pixel."""
        grey = np.random.default_rng(1).random((20, 784)).astype("float32")
        logits = np.random.default_rng(2).normal(0, 4, (20, 784)).astype("float32")
        assert np.allclose(models.bernoulli_cost(grey, np.zeros_like(grey)), 784 * np.log(2), rtol=1e-5)
        ink, paper = (np.array(models.bernoulli_cost(np.full((784, 1), v, "float32"), logits[:1].T)) for v in (1, 0))
        expected = grey[0] @ ink + (1 - grey[0]) @ paper
        assert np.allclose(models.bernoulli_cost(grey[:1], logits[:1]), expected, rtol=1e-5)

    @pytest.mark.parametrize(("logit", "pixel", "nats"), [(200, 1, 0), (200, 0, 200), (-200, 0, 0), (-200, 1, 200)])
    def test_bernoulli_cost_at_extreme_logits(self, logit, pixel, nats):
        cost = models.bernoulli_cost(np.full((1, 784), pixel, "float32"), np.full((1, 784), logit, "float32"))
        assert np.array_equal(cost, [784 * nats])

    def test_kl_cost_is_the_closed_form(self):
        rng = np.random.default_rng(0)
        z_mean, z_log_var = rng.normal(size=(100, 3)), rng.normal(size=(100, 3))
        assert np.allclose(models.kl_cost(z_mean, z_log_var), kl_to_standard_normal(z_mean, z_log_var), rtol=1e-12)

    @pytest.mark.parametrize("z_log_var", [-40.0, 40.0])
    def test_extreme_log_variances_stay_finite(self, z_log_var):
        log_var = tf.fill((1, 2), z_log_var)
        with tf.GradientTape() as tape:
            tape.watch(log_var)
            cost = models.kl_cost(tf.zeros((1, 2)), log_var)
        assert np.isfinite(cost).all() and np.isfinite(tape.gradient(cost, log_var)).all()
        assert np.isfinite(models.Sampling(seed=0)([tf.zeros((1, 2)), log_var])).all()

    def test_duplicating_a_latent_element_doubles_the_kl(self):
        z_mean, z_log_var = np.array([[0.7]]), np.array([[-0.4]])
        twice = models.kl_cost(np.repeat(z_mean, 2, axis=1), np.repeat(z_log_var, 2, axis=1))
        assert np.allclose(twice, 2 * models.kl_cost(z_mean, z_log_var), rtol=1e-12)


@pytest.mark.slow
class TestFit:
    @pytest.mark.parametrize("beta", [0.0, 0.5, 1.0, 4.0])
    def test_every_log_line_is_reconstruction_plus_beta_kl(self, x, beta):
        vae = models.build_vae(beta=beta, seed=0)
        vae.compile("adam")
        history = vae.fit(x, batch_size=100, epochs=2, validation_data=(x[:90],), verbose=0).history
        assert set(history) == LOG_NAMES | {f"val_{name}" for name in LOG_NAMES}
        for prefix in ("", "val_"):
            for line in zip(*(history[prefix + name] for name in ("loss", "reconstruction", "kl"))):
                assert line[0] == pytest.approx(line[1] + beta * line[2], rel=1e-6)

    def test_logs_are_means_over_images_also_where_batches_differ_in_size(self, x):
        """The last batch holds 56 images of 256. A mean over batches would count it as much as the others."""
        vae = models.build_vae(seed=0)
        vae.compile("adam")
        logs = vae.evaluate(x, batch_size=100, verbose=0, return_dict=True)
        z_mean, z_log_var, _ = vae.encoder(x, training=False)
        # The KL has no noise in it, so that it can be recomputed.
        assert logs["kl"] == pytest.approx(kl_to_standard_normal(z_mean, z_log_var).mean(), rel=1e-5)

    def test_evaluate_samples_z(self, x):
        vae = models.build_vae(seed=0)
        vae.compile("adam")
        first, second = (vae.evaluate(x, verbose=0, return_dict=True) for _ in range(2))
        assert first["reconstruction"] != second["reconstruction"] and first["kl"] == pytest.approx(second["kl"])

    def test_a_target_other_than_the_input_and_metrics(self, x):
        vae = models.build_vae(seed=0)
        vae.compile("adam", metrics=["binary_accuracy"])
        logs = vae.evaluate(x, np.ones_like(x), verbose=0, return_dict=True)
        assert set(logs) == LOG_NAMES | {"binary_accuracy"}
        vae.decoder.get_layer("x_logits").bias.assign(np.full(784, 50.0))
        assert vae.evaluate(x, np.ones_like(x), verbose=0, return_dict=True)["binary_accuracy"] == 1

    @pytest.mark.parametrize("with_target", [True, False])  # Keras alone drops the weights where there is none
    def test_sample_weights_weigh_both_terms(self, x, with_target):
        vae = models.build_vae(seed=0)
        vae.compile("adam")
        weights, y = np.full(256, 2.0), x if with_target else None
        doubled = vae.evaluate(x, y, sample_weight=weights, batch_size=256, verbose=0, return_dict=True)
        z_mean, z_log_var, _ = vae.encoder(x, training=False)
        assert doubled["kl"] == pytest.approx(2 * kl_to_standard_normal(z_mean, z_log_var).mean(), rel=1e-5)
        assert doubled["loss"] == pytest.approx(doubled["reconstruction"] + doubled["kl"], rel=1e-6)

    def test_images_of_weight_0_teach_nothing(self, x):
        vae = models.build_vae(seed=0)
        vae.compile(keras.optimizers.SGD(1e-3))
        before = vae.decoder.get_layer("x_logits").kernel.numpy()
        vae.fit(x, sample_weight=np.zeros(256), verbose=0)
        assert np.array_equal(vae.decoder.get_layer("x_logits").kernel, before)
        vae.fit(x, sample_weight=np.ones(256), verbose=0)
        assert not np.array_equal(vae.decoder.get_layer("x_logits").kernel, before)

    def test_beta_set_after_building_and_compiling_counts(self, x):
        vae = models.build_vae(beta=1.0, seed=0)
        vae.compile("adam")
        before = vae.evaluate(x, verbose=0, return_dict=True)
        vae.beta = 3.0
        after = vae.evaluate(x, verbose=0, return_dict=True)
        assert vae.beta == 3.0
        assert after["loss"] == pytest.approx(after["reconstruction"] + 3 * before["kl"], rel=1e-5)

    def test_the_optimizer_leaves_beta_alone(self, x):
        vae = models.build_vae(beta=0.25, seed=0)
        vae.compile("adam")
        vae.fit(x, verbose=0)
        assert vae.beta == 0.25

    def test_autoencoder(self, x):
        model = models.build_autoencoder(seed=0)
        model.compile("adam")
        history = model.fit(x, epochs=2, validation_data=(x,), verbose=0).history
        assert set(history) == {"loss", "val_loss"}
        logits = model(x)["x_logits"]
        assert model.evaluate(x, batch_size=256, verbose=0) == pytest.approx(
            np.mean(models.bernoulli_cost(x, logits)), rel=1e-5)
        assert np.array_equal(model.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("build", [models.build_vae, models.build_autoencoder])
class TestSavingAndSeeds:
    @pytest.mark.slow
    def test_saved_and_loaded(self, build, x, tmp_path):
        model = build(latent_dim=3, seed=0)
        if isinstance(model, models.VAE):
            model.beta = 0.5
        model.compile("adam")
        model.fit(x, verbose=0)
        model.save(tmp_path / "model.keras")
        loaded = keras.saving.load_model(tmp_path / "model.keras")
        assert type(loaded) is type(model) and loaded.latent_dim == 3
        assert np.array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))
        if isinstance(model, models.VAE):
            assert loaded.beta == 0.5
        loaded.fit(x, verbose=0)  # compiled as it was

    def test_saved_before_it_was_ever_called(self, build, x, tmp_path):
        model = build(seed=0)
        model.save(tmp_path / "new.keras")
        assert np.array_equal(keras.saving.load_model(tmp_path / "new.keras").predict(x, verbose=0),
                              model.predict(x, verbose=0))

    def test_weights_alone(self, build, x, tmp_path):
        model, other = build(seed=0), build(seed=1)
        model.save_weights(tmp_path / "model.weights.h5")
        assert not np.allclose(other.predict(x, verbose=0), model.predict(x, verbose=0))
        other.load_weights(tmp_path / "model.weights.h5")
        assert np.array_equal(other.predict(x, verbose=0), model.predict(x, verbose=0))

    def test_seed_fixes_the_weights_and_layers_differ(self, build, x):
        first, again, other = (models.to_network(build(seed=seed)).weights for seed in (4, 4, 5))
        kernels = [key for key in first if key.endswith("kernel")]
        assert all(np.array_equal(first[key], again[key]) for key in first)
        assert not any(np.array_equal(first[key], other[key]) for key in kernels)
        starts = [first[key].ravel()[0] / np.abs(first[key]).max() for key in kernels]
        assert len({round(float(start), 4) for start in starts}) == len(kernels)

    def test_numpy_gives_the_same_numbers(self, build, x):
        model = build(latent_dim=2, seed=0)
        norm = model.encoder.get_layer("batch_norm")  # as after training, so that its statistics play a part
        for weight, value in zip(norm.weights, (1.3, 0.2, 0.4, 2.5)):
            weight.assign(np.full(64, value))
        light = models.to_network(model)
        z_mean, z_log_var = light.encode(x)
        expected = model.encoder(x, training=False)
        if isinstance(model, models.VAE):
            assert np.allclose(z_mean, expected[0], atol=1e-5) and np.allclose(z_log_var, expected[1], atol=1e-5)
        else:
            assert np.allclose(z_mean, expected, atol=1e-5)
        z = np.random.default_rng(0).normal(size=(300, 2)).astype("float32")
        assert np.abs(light.decode(z).reshape(300, 784) - model.decoder(z)).max() < 1e-5


@pytest.fixture
def precision():
    """Set what Keras computes in: `precision(floatx, policy)`."""
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()

    def set_both(floatx, policy):
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)

    yield set_both
    set_both(floatx, policy)


class TestKerasDoors:
    """What Keras offers for any model works for these."""

    @pytest.mark.slow
    def test_metrics_of_a_fit_without_targets(self, x):
        """They compare the reconstruction with the input. Noise of standard deviation exp(-20) leaves z at its mean."""
        vae = models.build_vae(seed=0)
        vae.encoder.get_layer("z_log_var").kernel.assign(np.zeros((64, 2)))
        vae.encoder.get_layer("z_log_var").bias.assign(np.full(2, -40.0))
        vae.compile(keras.optimizers.SGD(0.0), metrics=["mse", "binary_accuracy"])
        vae.fit(x, verbose=0)
        logs = vae.evaluate(x, verbose=0, return_dict=True)
        pixels = vae.predict(x, verbose=0)
        assert logs["mse"] == pytest.approx(np.mean((pixels - x) ** 2), rel=1e-4)
        assert logs["binary_accuracy"] == pytest.approx(np.mean((pixels > 0.5) == x), rel=1e-4)
        assert {"mse", "binary_accuracy"} < set(vae.history.history)

    @pytest.mark.slow
    @pytest.mark.parametrize("floatx, policy, error", [
        # The share by which the code may be off: a few roundings of what the policy computes in.
        ("float32", "mixed_bfloat16", 0.05), ("float32", "mixed_float16", 0.01), ("float32", "float64", 1e-4),
        ("float64", "float64", 1e-4), ("float64", "float32", 1e-4),
    ])
    def test_every_precision(self, x, precision, floatx, policy, error, tmp_path):
        precision(floatx, policy)
        vae = models.build_vae(beta=0.5, seed=0)
        assert {weight.dtype for weight in vae.weights[:-2]} == {"float64" if policy == "float64" else "float32"}
        vae.compile("adam", metrics=["mse"])
        logs = vae.evaluate(x, batch_size=256, verbose=0, return_dict=True)
        light = models.to_network(vae)  # runs in float32
        assert logs["kl"] == pytest.approx(kl_to_standard_normal(*light.encode(x)).mean(), rel=error)
        history = vae.fit(x, batch_size=32, epochs=4, validation_data=(x,), verbose=0).history
        assert history["loss"][-1] < 0.7 * logs["loss"] and np.isfinite(history["val_loss"]).all()
        for line in zip(*(history[name] for name in ("loss", "reconstruction", "kl"))):
            assert line[0] == pytest.approx(line[1] + 0.5 * line[2], rel=1e-6)
        vae.save(tmp_path / "model.keras")
        loaded = keras.saving.load_model(tmp_path / "model.keras")
        assert np.array_equal(loaded.predict(x, verbose=0), vae.predict(x, verbose=0))
        vae.export(tmp_path / "served", verbose=False)
        exported = tf.saved_model.load(tmp_path / "served")
        served = exported.serve(x[:5])
        assert np.allclose(tf.cast(served["z_mean"], "float32"), vae.encode(x[:5])[0], rtol=error, atol=error)

    @pytest.mark.parametrize("half", ["float16", "bfloat16"])
    def test_half_precision_that_is_not_mixed_is_refused(self, precision, half):
        for floatx, policy in ((half, half), ("float32", half), (half, f"mixed_{half}")):
            precision(floatx, policy)
            with pytest.raises(ValueError, match=f"must be float32 or float64, received {half}, .*'mixed_{half}'"):
                models.build_vae()

    @pytest.mark.parametrize("second", ["float16", "bfloat16", "float32", "float64"])
    @pytest.mark.parametrize("first", ["float16", "bfloat16", "float32", "float64"])
    def test_costs_of_unequal_dtypes(self, first, second):
        """Compared in float64 with what is left of the numbers after they were rounded to their dtypes."""
        rng = np.random.default_rng(0)
        pixels, logits = tf.cast(rng.random((4, 784)), first), tf.cast(rng.normal(0, 4, (4, 784)), second)
        x, a = (tf.cast(values, "float64").numpy() for values in (pixels, logits))
        expected = (np.logaddexp(0, a) - x * a).sum(axis=1)
        assert np.allclose(models.bernoulli_cost(pixels, logits), expected, rtol=784 * 6e-8)
        mean, log_var = tf.cast(rng.normal(size=(4, 3)), first), tf.cast(rng.normal(size=(4, 3)), second)
        expected = kl_to_standard_normal(*(tf.cast(values, "float64").numpy() for values in (mean, log_var)))
        assert np.allclose(models.kl_cost(mean, log_var), expected, rtol=1e-5)

    @pytest.mark.slow
    def test_exported_before_and_after_a_call(self, x, tmp_path):
        vae = models.build_vae(seed=0)
        for when in ("before", "after"):
            vae.export(tmp_path / when, verbose=False)
            exported = tf.saved_model.load(tmp_path / when)
            served = exported.serve(x[:5])
            assert np.allclose(served["z_mean"], vae.encode(x[:5])[0], atol=1e-6)
            assert np.allclose(served["x_logits"], vae.decode_logits(served["z"]), atol=1e-5)
            vae(x)

    def test_the_older_format_is_refused(self, tmp_path):
        vae = models.build_vae(seed=0)
        for name in ("model.h5", "model.hdf5"):
            with pytest.raises(ValueError, match=rf"filepath must end in \.keras, received .*{name}.*\.weights\.h5"):
                vae.save(tmp_path / name)
        with pytest.raises(ValueError, match=r"must end in `\.weights\.h5`"):  # Keras' own words
            vae.save_weights(tmp_path / "model.h5")
        assert not list(tmp_path.iterdir())


def test_a_model_saved_by_version_1(x):
    """`saved_by_v1.keras` and what 1.0.0 itself predicted with it, for the first eight digits of the test set."""
    folder = Path(__file__).parent / "data"
    vae = keras.saving.load_model(folder / "saved_by_v1.keras")
    assert (vae.latent_dim, vae.beta, vae.image_shape) == (2, 0.5, (28, 28))
    with np.load(folder / "predicted_by_v1.npz") as before:
        # The same sums, perhaps added in another order.
        assert np.allclose(vae.predict(x[:8], verbose=0), before["pixels"], atol=1e-6)
        assert np.allclose(vae.encode(x[:8]), [before["z_mean"], before["z_log_var"]], atol=1e-6)
    # Compiled as it was, and its optimizer goes on from where it stopped.
    steps, start = int(vae.optimizer.iterations), vae.evaluate(x, verbose=0, return_dict=True)["loss"]
    assert steps > 0
    vae.fit(x, batch_size=32, epochs=3, verbose=0)
    assert int(vae.optimizer.iterations) == steps + 3 * 8
    assert vae.evaluate(x, verbose=0, return_dict=True)["loss"] < start - 5


@pytest.mark.parametrize("name", PRETRAINED)
def test_pretrained_weights_pour_into_keras(name, x):
    light = load_pretrained(name)
    model = models.from_network(light)
    assert model.latent_dim == light.latent_dim == int(name.split("-")[1].rstrip("d"))
    z = np.random.default_rng(0).normal(size=(300, light.latent_dim)).astype("float32")
    assert np.abs(light.decode(z).reshape(300, 784) - model.decoder(z)).max() < 1e-5
    rebuilt = light.decode(light.encode(x)[0]).reshape(-1, 784)
    # The encoder's own rounding, amplified by the decoder's slope.
    assert np.abs(rebuilt - model.predict(x, verbose=0)).max() < 1e-4


@pytest.mark.parametrize(("beta", "error"), [(-0.1, ValueError), (float("nan"), ValueError), ("1", TypeError)])
def test_beta_set_anew_is_checked_as_well(beta, error):
    vae = models.build_vae(beta=2.0)
    with pytest.raises(error, match=f"beta must be .* received .*{beta}"):
        vae.beta = beta
    assert vae.beta == 2.0
