"""Costs under a trained model, against computations that share no code with them."""

import numpy as np
import pytest
from scipy import stats

from vae_helpers import evaluation, models
from vae_helpers.backend import keras
from vae_helpers.data import as_vectors, load_mnist
from vae_helpers.decoder import load_pretrained

IMAGES = load_mnist("test").images[:500]


@pytest.fixture(scope="module")
def vae():
    return models.build_pretrained("vae-2d")


def test_elbo_is_made_of_its_parts(vae):
    result = evaluation.elbo(vae, IMAGES)
    assert result._fields == ("elbo", "reconstruction", "kl")
    assert result.elbo == -(result.reconstruction + result.kl)
    assert result.reconstruction > 0 and result.kl > 0


def test_elbo_against_scipy(vae):
    """The expectation over z by 200 draws an image through the NumPy network, within the Monte Carlo error of both."""
    n, draws = 20, 200
    light = load_pretrained("vae-2d")
    x = as_vectors(IMAGES[:n])
    z_mean, z_log_var = (part.astype(float) for part in light.encode(x))
    z = z_mean + np.exp(z_log_var / 2) * np.random.default_rng(1).standard_normal((draws, n, 2))
    pixels = light.decode(z.reshape(-1, 2)).reshape(draws, n, 784).astype(float).clip(1e-7, 1 - 1e-7)
    log_p = (x * np.log(pixels) + (1 - x) * np.log1p(-pixels)).sum(axis=2)  # (draws, n)
    log_ratio = (stats.norm.logpdf(z, z_mean, np.exp(z_log_var / 2)) - stats.norm.logpdf(z)).sum(axis=2)
    terms = (log_p - log_ratio).mean(axis=1)  # one estimate of the mean ELBO for each draw
    result = evaluation.elbo(vae, IMAGES[:n], n_samples=draws)
    error = terms.std(ddof=1) * np.sqrt(2 / draws)
    assert abs(result.elbo - terms.mean()) < 5 * error


def test_beta_plays_no_part(vae):
    before = evaluation.elbo(vae, IMAGES)
    vae.beta = 7.0
    try:
        assert evaluation.elbo(vae, IMAGES) == before
    finally:
        vae.beta = 1.0


def test_z_is_sampled(vae):
    results = [evaluation.elbo(vae, IMAGES[:50], seed=seed) for seed in (0, 0, 1)]
    assert results[0] == results[1]
    assert results[0].reconstruction != results[2].reconstruction and results[0].kl == results[2].kl


def test_batches_and_kinds_of_images_do_not_matter(vae, monkeypatch):
    whole = evaluation.elbo(vae, IMAGES)
    assert evaluation.elbo(vae, as_vectors(IMAGES)) == whole
    monkeypatch.setattr(evaluation, "BATCH_SIZE", 130)
    assert evaluation.elbo(vae, IMAGES).kl == pytest.approx(whole.kl, rel=1e-6)


def test_elbo_agrees_with_keras_evaluate(vae):
    vae.compile("adam")
    logs = vae.evaluate(as_vectors(IMAGES), batch_size=500, verbose=0, return_dict=True)
    result = evaluation.elbo(vae, IMAGES)
    assert logs["kl"] == pytest.approx(result.kl, rel=1e-5)
    # Two independent draws of z for 500 images. From seed to seed the mean moves by its own standard deviation.
    spread = np.std([evaluation.elbo(vae, IMAGES, seed=seed).reconstruction for seed in range(1, 11)], ddof=1)
    assert abs(logs["reconstruction"] - result.reconstruction) < 6 * np.sqrt(2) * spread


def test_binary_accuracy_counts_pixels_that_equal_their_rounded_reconstruction(vae):
    rounded = vae.predict(as_vectors(IMAGES), verbose=0) > 0.5
    x = as_vectors(IMAGES)
    by_hand = ((x == 1) & rounded).sum() + ((x == 0) & ~rounded).sum()
    assert evaluation.binary_accuracy(vae, IMAGES) == by_hand / x.size
    vae.compile("adam", metrics=["binary_accuracy"])


def test_binary_accuracy_of_a_known_reconstruction():
    autoencoder = models.build_autoencoder(seed=0)
    logits = autoencoder.decoder.get_layer("x_logits")
    logits.kernel.assign(np.zeros((512, 784)))
    logits.bias.assign(np.r_[np.full(392, 9.0), np.full(392, -9.0)])  # the upper half ink, the lower half paper
    images = np.zeros((3, 28, 28), np.uint8)
    images[0, :14] = 255
    images[2] = 100
    assert evaluation.binary_accuracy(autoencoder, images) == pytest.approx((1 + 0.5 + 0) / 3)


@pytest.mark.parametrize("function", [evaluation.elbo, evaluation.binary_accuracy])
@pytest.mark.parametrize(("images", "error", "message"), [
    (IMAGES.astype(float), TypeError, "dtype float64"),
    (IMAGES[0], ValueError, r"shape \(28, 28\)"),
    (IMAGES[:0], ValueError, r"shape \(0, 28, 28\)"),
    (np.full((2, 784), 1.5, np.float32), ValueError, "1.5"),
    ("digits", TypeError, "digits"),
])
def test_bad_images(vae, function, images, error, message):
    with pytest.raises(error, match=message):
        function(vae, images)


def test_bad_models_and_numbers(vae):
    for function, model, received in ((evaluation.elbo, models.build_autoencoder(), "Autoencoder"),
                                      (evaluation.elbo, None, "NoneType None"),
                                      (evaluation.binary_accuracy, keras.Sequential(), "Sequential")):
        with pytest.raises(TypeError, match=f"received {received}"):
            function(model, IMAGES)
    with pytest.raises(ValueError, match="n_samples must be at least 1, received 0"):
        evaluation.elbo(vae, IMAGES, n_samples=0)
    with pytest.raises(TypeError, match=r"seed .* received float 0.5"):
        evaluation.elbo(vae, IMAGES, seed=0.5)
