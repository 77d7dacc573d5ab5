"""Costs and likelihoods under a trained model, against computations that share no code with them."""

import itertools
import time
import tracemalloc
from functools import partial

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.spatial import KDTree
from scipy.special import log_expit, logsumexp

from vae_helpers import evaluation, models
from vae_helpers.data import as_vectors, load_mnist, vector_batches
from vae_helpers.network import HIDDEN_UNITS, Network, load_pretrained, weight_shapes

IMAGES = load_mnist("test").images[:500]
RNG = np.random.default_rng(3)


@pytest.fixture(scope="module")
def vae():
    return models.from_network(load_pretrained("vae-2d"))


def test_elbo_is_made_of_its_parts(vae):
    result = evaluation.elbo(vae, IMAGES)
    assert result._fields == ("elbo", "reconstruction", "kl")
    assert result.elbo == -(result.reconstruction + result.kl)
    assert result.reconstruction > 0 and result.kl > 0


@pytest.mark.slow
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


def test_binary_accuracy_of_a_known_reconstruction():
    autoencoder = models.build_autoencoder(seed=0)
    logits = autoencoder.decoder.get_layer("x_logits")
    logits.kernel.assign(np.zeros((512, 784)))
    logits.bias.assign(np.r_[np.full(392, 9.0), np.full(392, -9.0)])  # the upper half ink, the lower half paper
    images = np.zeros((3, 28, 28), np.uint8)
    images[0, :14] = 255
    images[2] = 100
    assert evaluation.binary_accuracy(autoencoder, images) == pytest.approx((1 + 0.5 + 0) / 3)


# Models whose likelihood is known -------------------------------------------------------------------------------------

PIXEL_RNG = np.random.default_rng(0)
PICTURES = (PIXEL_RNG.random((4, 784)) < 0.3).astype(np.float32)
PICTURES[3] = PIXEL_RNG.random(784)  # a grey one


def toy(first_kernel, first_bias, mixing, last_kernel, last_bias, *, z_mean=0.0, z_log_var=0.0):
    """A network whose decoder is last_bias + relu(relu(z @ first_kernel + first_bias) @ mixing) @ last_kernel.

    Its encoder gives every image the same q(z|x).
    """
    arrays = {key: np.zeros(shape, np.float32) for key, shape in weight_shapes(2).items()}
    features, carried = np.shape(mixing)
    arrays["decoder/dense_64/kernel"][:, :features] = first_kernel
    arrays["decoder/dense_64/bias"][:features] = first_bias
    arrays["decoder/dense_128/kernel"][:features, :carried] = mixing
    for units in HIDDEN_UNITS[-3::-1]:
        arrays[f"decoder/dense_{units}/kernel"][:carried, :carried] = np.eye(carried)
    arrays["decoder/x_logits/kernel"][:carried] = last_kernel
    arrays["decoder/x_logits/bias"][:] = last_bias
    arrays["encoder/z_mean/bias"][:], arrays["encoder/z_log_var/bias"][:] = z_mean, z_log_var
    return Network(arrays)


def constant(x_logits, **encoder):
    return toy(np.zeros((2, 1)), [0], [[0]], np.zeros((1, 784)), x_logits, **encoder)


def linear(slopes, bias):
    """Logits that are a linear function of the code: slopes of shape (2, 784)."""
    there_and_back = [[1, -1, 0, 0], [0, 0, 1, -1]]  # relu keeps either z or -z
    return toy(there_and_back, [0] * 4, np.eye(4), np.repeat(slopes, 2, axis=0) * [[1], [-1], [1], [-1]], bias)


def log_bernoulli(x, x_logits):
    """log p(x|z) in double precision, over the last axis; grey pixels as in the ELBO."""
    x, x_logits = np.float64(x), np.float64(x_logits)
    return (x * log_expit(x_logits) + (1 - x) * log_expit(-x_logits)).sum(axis=-1)


def test_exact_likelihood_of_a_decoder_that_ignores_the_code():
    x_logits = PIXEL_RNG.normal(0, 2, 784)
    result = evaluation.exact_log_likelihood(constant(x_logits), PICTURES, step=0.1)
    assert result.shape == (4,) and result.dtype == np.float64
    np.testing.assert_allclose(result, log_bernoulli(PICTURES, x_logits), rtol=0, atol=1e-3)


def test_exact_likelihood_of_a_decoder_with_two_answers():
    """One answer left of z[0] = edge, another right of it: a mixture of two Bernoulli images."""
    edge, steepness = 0.75, 1e5  # the edge is that of a cell of the grid
    left, right = PIXEL_RNG.normal(0, 0.2, (2, 784))
    decoder = toy([[steepness, steepness], [0, 0]], [-steepness * edge, -steepness * edge - 1], [[1], [-1]],
                  [right - left], left)
    expected = np.logaddexp(log_bernoulli(PICTURES, left) + stats.norm.logcdf(edge),
                            log_bernoulli(PICTURES, right) + stats.norm.logsf(edge))
    result = evaluation.exact_log_likelihood(decoder, PICTURES, step=0.1)
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-3)


@pytest.mark.parametrize(("slope", "step"), [(1.0, 0.1), (5.0, 0.02)])
def test_exact_likelihood_against_quadrature(slope, step):
    """Half of the pixels tell of z[0], half of z[1], so that the integral is a product of two of SciPy's.

    At the slope of 5 the posteriors are as narrow as those of real digits, about 0.02.
    """
    slopes, bias = np.zeros((2, 784)), PIXEL_RNG.normal(0, 1, 784)
    slopes[0, :392], slopes[1, 392:] = slope * PIXEL_RNG.normal(size=(2, 392))
    codes = PIXEL_RNG.normal(0, 0.8, (4, 2))
    pictures = (PIXEL_RNG.random((4, 784)) < 1 / (1 + np.exp(-codes @ slopes - bias))).astype(np.float32)

    def log_integral(x, half, axis):
        def log_joint(t):
            x_logits = np.multiply.outer(t, slopes[axis, half]) + bias[half]
            return log_bernoulli(x[half], x_logits) - t**2 / 2 - np.log(2 * np.pi) / 2

        coarse = np.linspace(-6, 6, 2001)
        values = log_joint(coarse)
        peak = coarse[values.argmax()]
        area = integrate.quad(lambda t: np.exp(log_joint(t) - values.max()), peak - 1, peak + 1,
                              points=[peak - 0.1, peak, peak + 0.1])[0]
        return np.log(area) + values.max()

    expected = [log_integral(x, slice(392), 0) + log_integral(x, slice(392, None), 1) for x in pictures]
    result = evaluation.exact_log_likelihood(linear(slopes, bias), pictures, step=step)
    np.testing.assert_allclose(result, expected, rtol=0, atol=2e-3)


@pytest.mark.slow
def test_exact_likelihoods_of_all_pictures_add_up_to_one():
    """Three pixels that depend on the code; the others are paper for sure."""
    slopes, bias = np.zeros((2, 784)), np.full(784, -200.0)
    slopes[:, :3], bias[:3] = PIXEL_RNG.normal(0, 3, (2, 3)), PIXEL_RNG.normal(0, 1, 3)
    pictures = np.zeros((8, 784), np.float32)
    pictures[:, :3] = list(itertools.product([0, 1], repeat=3))
    log_p = evaluation.exact_log_likelihood(linear(slopes, bias), pictures, step=0.1)
    assert np.exp(log_p).sum() == pytest.approx(1, abs=1e-5)
    assert log_p.max() < -0.5


@pytest.mark.slow
def test_exact_likelihood_against_the_whole_grid_in_double_precision():
    """Nothing that matters is left out with the tiles, and single precision is enough."""
    axis = 0.05 * np.arange(-60, 61)
    codes = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    light, x = load_pretrained("vae-2d"), np.float64(as_vectors(IMAGES[:8]))
    log_joint = []
    for part in np.array_split(codes, 10):
        x_logits = np.float64(light.decode_logits(part))
        log_likelihood = x @ x_logits.T - np.logaddexp(0, x_logits).sum(axis=1)
        log_joint.append(log_likelihood + stats.norm.logpdf(part).sum(axis=1))
    expected = logsumexp(np.concatenate(log_joint, axis=1), axis=1) + 2 * np.log(0.05)
    result = evaluation.exact_log_likelihood(light, IMAGES[:8], step=0.05)
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-3)


def test_exact_likelihood_takes_every_kind_of_decoder_and_image(vae):
    light = load_pretrained("vae-2d")
    first = evaluation.exact_log_likelihood(light, IMAGES[:3], step=0.1)
    again = evaluation.exact_log_likelihood(vae, as_vectors(IMAGES[:3]), step=0.1)
    np.testing.assert_allclose(again, first, rtol=0, atol=1e-3)


@pytest.mark.slow
def test_exact_likelihood_depends_on_neither_batches_nor_neighbours(monkeypatch):
    light = load_pretrained("vae-2d")
    together = evaluation.exact_log_likelihood(light, IMAGES[:40], step=0.1)
    monkeypatch.setattr(evaluation, "BATCH_SIZE", 17)
    monkeypatch.setattr(evaluation, "CODES_AT_ONCE", 700)
    np.testing.assert_allclose(evaluation.exact_log_likelihood(light, IMAGES[:40], step=0.1), together, atol=1e-3)
    alone = [evaluation.exact_log_likelihood(light, image[None], step=0.1)[0] for image in IMAGES[:2]]
    np.testing.assert_allclose(alone, together[:2], rtol=0, atol=1e-3)


def test_a_narrow_span_leaves_probability_out():
    flat = constant(np.zeros(784))
    result = evaluation.exact_log_likelihood(flat, PICTURES[:1], step=0.05, span=1.0)[0]
    # Tiles stick out of the disc of radius 1, by less than their diagonal.
    within = 784 * np.log(0.5) + np.log(-np.expm1(-np.array([1.0, 1.0 + 0.75 * np.sqrt(2)]) ** 2 / 2))
    assert within[0] < result < within[1]


@pytest.mark.slow
def test_exact_likelihood_of_all_test_digits_takes_less_than_a_minute_on_two_cores():
    """Measured as time of the processors, which others at work on the same machine change less."""
    light, images = load_pretrained("vae-2d"), load_mnist("test").images
    began = time.process_time()
    fine = evaluation.exact_log_likelihood(light, images)
    assert time.process_time() - began < 2 * 60
    assert abs(fine.mean() - evaluation.exact_log_likelihood(light, images, step=0.04).mean()) < 0.01


def test_importance_weighted_bound_where_every_weight_is_the_evidence():
    """The code is ignored and q is the prior: p(x|z) p(z) / q(z) = p(x), whatever is drawn."""
    x_logits = PIXEL_RNG.normal(0, 2, 784)
    for k in (1, 7):
        result = evaluation.importance_weighted_bound(constant(x_logits), PICTURES, k)
        assert result.shape == (4,) and result.dtype == np.float64
        np.testing.assert_allclose(result, log_bernoulli(PICTURES, x_logits), rtol=0, atol=1e-3)


@pytest.mark.slow
def test_importance_weighted_bound_climbs_from_the_elbo_to_the_evidence():
    """The code is ignored, so that the ELBO's gap is KL(q || prior). For k = 2, the expected value by quadrature."""
    mean, log_var, draws = 0.8, -0.5, 6000
    network = constant(np.zeros(784), z_mean=[mean, 0], z_log_var=[log_var, 0])
    images, evidence = np.zeros((draws, 784), np.float32), 784 * np.log(0.5)

    def gap(k):
        terms = evaluation.importance_weighted_bound(network, images[: draws // k], k) - evidence
        return terms.mean(), terms.std(ddof=1) / np.sqrt(len(terms))

    e, probability = np.polynomial.hermite_e.hermegauss(60)  # nodes and weights of N(0, 1)
    probability /= probability.sum()
    log_weight = stats.norm.logpdf(mean + np.exp(log_var / 2) * e) - stats.norm.logpdf(e) + log_var / 2  # (60,)
    of_two = np.logaddexp(log_weight[:, None], log_weight) - np.log(2)  # (60, 60)
    for k, value in ((1, probability @ log_weight), (2, probability @ of_two @ probability)):
        found, error = gap(k)
        assert abs(found - value) < 5 * error < 0.1
    kl = (np.exp(log_var) + mean**2 - log_var - 1) / 2
    assert probability @ log_weight == pytest.approx(-kl, abs=1e-8)
    assert gap(1)[0] < gap(2)[0] < gap(20)[0]
    far_up, error = gap(200)
    assert abs(far_up) < 5 * error + 0.01


@pytest.mark.slow
def test_importance_weighted_bound_of_real_digits(vae):
    """Between the ELBO and the exact value, within what the draws leave open."""
    exact = evaluation.exact_log_likelihood(vae, IMAGES[:60], step=0.05)
    bounds = {k: evaluation.importance_weighted_bound(vae, IMAGES[:60], k) for k in (1, 5, 50)}
    for low, high in ((bounds[1], bounds[5]), (bounds[5], bounds[50]), (bounds[50], exact)):
        assert (high - low).mean() > -5 * (high - low).std(ddof=1) / np.sqrt(60)
    draws = evaluation.elbo(vae, IMAGES[:60], n_samples=50).elbo
    repeated = [evaluation.importance_weighted_bound(vae, IMAGES[:60], 1, seed=seed).mean() for seed in range(20)]
    assert abs(np.mean(repeated) - draws) < 5 * np.std(repeated, ddof=1) * np.sqrt(1 / 20 + 1 / 50)


def test_importance_weighted_bound_is_fixed_by_its_seed_alone(vae, monkeypatch):
    first = evaluation.importance_weighted_bound(vae, IMAGES[:20], 3)
    light = evaluation.importance_weighted_bound(load_pretrained("vae-2d"), as_vectors(IMAGES[:20]), 3)
    np.testing.assert_allclose(light, first, rtol=0, atol=1e-2)  # narrow codes magnify what rounding does to z
    monkeypatch.setattr(evaluation, "CODES_AT_ONCE", 7)
    np.testing.assert_allclose(evaluation.importance_weighted_bound(vae, IMAGES[:20], 3), first, rtol=0, atol=1e-2)
    assert not np.allclose(evaluation.importance_weighted_bound(vae, IMAGES[:20], 3, seed=1), first, atol=1e-2)


def test_importance_weighted_bound_of_twelve_elements():
    network = load_pretrained("vae-12d")
    bounds = [evaluation.importance_weighted_bound(network, IMAGES[:100], k).mean() for k in (1, 20)]
    assert -110 < bounds[0] < bounds[1] < -80


# A class of one's own ------------------------------------------------------------------------------------------------

class OfMyOwn:
    """The three words, and the logits: nothing of this package."""

    latent_dim = 2

    def __init__(self):
        self._inner = load_pretrained("vae-2d")

    def encode(self, images):
        return [part.tolist() for part in self._inner.encode(images)]

    def decode(self, z):
        return self._inner.decode(z)

    def decode_logits(self, z):
        return self._inner.decode_logits(z).reshape(-1, 28, 28)


def test_every_kind_of_network_is_measured_alike(vae):
    light, own = load_pretrained("vae-2d"), OfMyOwn()
    for measure in (lambda network: evaluation.elbo(network, IMAGES[:100]),
                    lambda network: evaluation.importance_weighted_bound(network, IMAGES[:20], 5),
                    lambda network: evaluation.exact_log_likelihood(network, IMAGES[:3], step=0.1),
                    lambda network: evaluation.binary_accuracy(network, IMAGES[:100])):
        expected = measure(light)
        np.testing.assert_allclose(measure(own), expected, rtol=1e-6)
        np.testing.assert_allclose(measure(vae), expected, rtol=1e-4)


def test_the_cost_of_arrays_is_that_of_tensors():
    x, x_logits = RNG.random((30, 50)), RNG.normal(0, 30, (30, 50))
    np.testing.assert_allclose(evaluation.bernoulli_cost(x, x_logits),
                               -(x * log_expit(x_logits) + (1 - x) * log_expit(-x_logits)).sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(evaluation.bernoulli_cost(x, x_logits), models.bernoulli_cost(x, x_logits), rtol=1e-12)


@pytest.mark.parametrize("k", [1, 3, 10])
def test_nearest_images_are_those_of_a_tree(k, monkeypatch):
    """Against SciPy's KDTree on other arithmetic, with batches that do not divide the number of images."""
    monkeypatch.setattr(evaluation, "vector_batches", partial(vector_batches, size=70))
    images, among = IMAGES[400:420], IMAGES[:300]
    distances, indices = evaluation.nearest_images(images, among, k)
    expected, rows = KDTree(as_vectors(among).astype(float)).query(as_vectors(images), k=range(1, k + 1))
    np.testing.assert_allclose(distances, expected, rtol=1e-5)
    assert (indices == rows).all()


def test_an_image_is_at_no_distance_from_itself():
    """Where squares would cancel and leave a rest, or the root of a negative number."""
    distances, indices = evaluation.nearest_images(IMAGES[:50], IMAGES)
    assert (distances == 0).all() and (indices[:, 0] == np.arange(50)).all()


@pytest.mark.slow
def test_the_exact_likelihood_needs_little_memory():
    """A quarter of the step, 16 times the codes: what is tried first is not kept."""
    tracemalloc.start()
    evaluation.exact_log_likelihood(load_pretrained("vae-2d"), IMAGES[:10], step=0.005)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6
