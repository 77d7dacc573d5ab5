"""The networks that NumPy runs: their arithmetic against a second one in float64, and the weights that ship."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vae_helpers import network as network_room
from vae_helpers.data import load_mnist

steady = settings(deadline=None, derandomize=True, max_examples=30)

NAMES = ["vae-2d", "vae-12d", "ae-2d"]


def random_arrays(latent_dim=2, is_vae=True, seed=0):
    """Weights of a network that keeps its signals at about their size, so that no layer drowns another's errors."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for key, shape in network_room.weight_shapes(latent_dim, is_vae).items():
        if key.endswith("/kernel"):
            arrays[key] = rng.normal(0, np.sqrt(2 / shape[0]), shape)
        elif key.endswith("/moving_variance"):
            arrays[key] = rng.uniform(0.2, 3, shape)
        else:
            arrays[key] = rng.normal(0, 0.3, shape)
    return {key: array.astype(np.float32) for key, array in arrays.items()}


def random_images(n, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (n, 28, 28), dtype=np.uint8)


def layer(arrays, name, x):
    return np.einsum("ni,io->no", x, arrays[f"{name}/kernel"].astype(np.float64)) + arrays[f"{name}/bias"]


def reference_encode(arrays, images, outputs):
    """The encoder as the lecture draws it, in float64."""
    x = images.reshape(len(images), 784) / 255
    for units in (512, 256, 128, 64):
        x = layer(arrays, f"encoder/dense_{units}", x)
        x = np.where(x < 0, 0.3 * x, x)
    gamma, beta, mean, variance = (arrays[f"encoder/batch_norm/{part}"].astype(np.float64)
                                   for part in ("gamma", "beta", "moving_mean", "moving_variance"))
    x = gamma * (x - mean) / (variance + 0.001) ** 0.5 + beta
    return [layer(arrays, f"encoder/{output}", x) for output in outputs]


def reference_decode(arrays, z):
    """The decoder as the lecture draws it, in float64, up to the logits."""
    x = np.asarray(z, np.float64)
    for units in (64, 128, 256, 512):
        x = layer(arrays, f"decoder/dense_{units}", x)
        x = np.where(x < 0, 0, x)
    return layer(arrays, "decoder/x_logits", x)


def cost(images, logits):
    """Nats of each image: -x log p - (1 - x) log(1 - p) of its pixels, with log p and log(1 - p) from the logits."""
    x, logits = images.reshape(len(images), 784) / 255, logits.astype(np.float64)
    return np.logaddexp(0, logits).sum(axis=1) - np.einsum("np,np->n", x, logits)


@pytest.fixture(scope="module")
def network():
    return network_room.Network(random_arrays())


@pytest.fixture(scope="module")
def digits():
    return load_mnist("test").images


# Layers --------------------------------------------------------------------------------------------------------------

def test_number_of_weights_is_the_lectures():
    """Sections 4.3 and 4.4 print them: 574,916 in the encoder and 575,312 in the decoder."""
    shapes = network_room.weight_shapes(2)
    for part, total in (("encoder", 574_916), ("decoder", 575_312)):
        assert sum(np.prod(shape) for key, shape in shapes.items() if key.startswith(part + "/")) == total


def test_weight_shapes_by_hand():
    shapes = network_room.weight_shapes(12)
    assert len(shapes) == 26
    assert shapes["encoder/dense_512/kernel"] == (784, 512)
    assert shapes["encoder/batch_norm/moving_variance"] == (64,)
    assert shapes["encoder/z_log_var/kernel"] == (64, 12) and shapes["encoder/z_mean/bias"] == (12,)
    assert shapes["decoder/dense_64/kernel"] == (12, 64)
    assert shapes["decoder/x_logits/kernel"] == (512, 784) and shapes["decoder/x_logits/bias"] == (784,)


def test_an_autoencoder_has_one_code_in_place_of_mean_and_variance():
    vae, autoencoder = network_room.weight_shapes(2), network_room.weight_shapes(2, is_vae=False)
    assert set(vae) - set(autoencoder) == {f"encoder/{output}/{part}" for output in ("z_mean", "z_log_var")
                                           for part in ("kernel", "bias")}
    assert {key: autoencoder[key] for key in set(autoencoder) - set(vae)} == {"encoder/z/kernel": (64, 2),
                                                                              "encoder/z/bias": (2,)}


# Arithmetic ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("latent_dim", [1, 2, 12])
def test_decode_agrees_with_float64(latent_dim):
    arrays = random_arrays(latent_dim)
    network = network_room.Network(arrays)
    z = np.random.default_rng(2).normal(size=(50, latent_dim))
    logits, pixels = network.decode_logits(z), network.decode(z)
    expected = reference_decode(arrays, z)
    assert logits.shape == (50, 784) and logits.dtype == np.float32
    assert pixels.shape == (50, 28, 28) and pixels.dtype == np.float32
    assert 0.5 < expected.std() < 50, "signals of a size at which agreement says something"
    # Five layers of float32, each sum of up to 512 terms right to some 1e-6 of its size.
    np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
    np.testing.assert_allclose(pixels.reshape(50, 784), 1 / (1 + np.exp(-expected)), rtol=0, atol=1e-5)


@pytest.mark.parametrize("latent_dim", [2, 12])
def test_encode_agrees_with_float64(latent_dim):
    arrays, images = random_arrays(latent_dim), random_images(40)
    network = network_room.Network(arrays)
    assert network.latent_dim == latent_dim
    for received, expected in zip(network.encode(images), reference_encode(arrays, images, ["z_mean", "z_log_var"])):
        assert received.shape == (40, latent_dim) and received.dtype == np.float32
        assert np.ptp(expected, axis=0).min() > 0.1, "the images give codes that differ"
        np.testing.assert_allclose(received, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


def test_autoencoder_gives_its_code_and_no_spread():
    arrays, images = random_arrays(is_vae=False), random_images(40)
    z_mean, z_log_var = network_room.Network(arrays).encode(images)
    expected, = reference_encode(arrays, images, ["z"])
    np.testing.assert_allclose(z_mean, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
    assert z_log_var.shape == (40, 2) and z_log_var.dtype == np.float32 and (z_log_var == -np.inf).all()


def test_bytes_and_vectors_have_one_code(network):
    images = random_images(5)
    for of_bytes, of_vectors in zip(network.encode(images), network.encode(images.reshape(5, 784) / np.float32(255))):
        np.testing.assert_array_equal(of_bytes, of_vectors)


def test_an_image_has_one_code_whatever_its_company(network):
    """Batch normalisation takes the moments that training left behind, not those of the batch."""
    images = random_images(30)
    for together, alone in zip(network.encode(images), zip(*(network.encode(image[None]) for image in images))):
        np.testing.assert_allclose(np.concatenate(alone), together, rtol=0, atol=1e-5)


def test_a_code_has_one_picture_whatever_its_company(network):
    """Up to the order in which a library adds: sqrt(512) roundings of 2**-24 in each of five layers, of logits of about
    10, where a pixel moves by a quarter of its logit at most.
    """
    rounding = 5 * 512**0.5 * 2**-24 * 10 / 4  # 2e-5
    z = np.random.default_rng(3).normal(size=(30, 2))
    together = network.decode(z)
    for row, picture in zip(z, together):
        np.testing.assert_allclose(network.decode(row[None])[0], picture, rtol=0, atol=rounding)
    np.testing.assert_allclose(network.decode(z[::-1]), together[::-1], rtol=0, atol=rounding)


@steady
@given(z=hnp.arrays(st.sampled_from([np.float32, np.float64]), st.tuples(st.integers(1, 5), st.just(2)),
                    elements=st.floats(-1e6, 1e6, width=32)))
def test_pixels_lie_between_0_and_1(network, z):
    before = z.copy()
    pixels = network.decode(z)
    assert pixels.shape == (len(z), 28, 28) and pixels.dtype == np.float32
    assert (pixels >= 0).all() and (pixels <= 1).all()
    np.testing.assert_array_equal(z, before)


def test_codes_of_integers_and_lists(network):
    np.testing.assert_array_equal(network.decode([[1, -2]]), network.decode(np.array([[1.0, -2.0]])))


def test_info():
    assert network_room.Network(random_arrays()).info == {}
    given_info = {"name": "mine", "epochs": 3}
    network = network_room.Network(random_arrays(), given_info)
    assert network.info == given_info and "mine" in repr(network) and "latent_dim=2" in repr(network)
    network.info["epochs"] = 4
    assert given_info["epochs"] == 3, "the caller's dict was changed"


# Bad input -----------------------------------------------------------------------------------------------------------

def test_missing_array_is_named():
    for key in ("decoder/dense_64/kernel", "encoder/batch_norm/moving_mean", "encoder/z_log_var/bias"):
        arrays = random_arrays()
        del arrays[key]
        with pytest.raises(ValueError, match=r"^arrays must ") as caught:
            network_room.Network(arrays)
        # Without the kernel that tells the latent dimension, the message lists what was received.
        assert (key in str(caught.value)) == (key != "decoder/dense_64/kernel")


@pytest.mark.parametrize("key, shape", [
    ("decoder/x_logits/bias", (783,)), ("encoder/dense_512/kernel", (512, 784)), ("encoder/z_mean/kernel", (64, 3)),
    ("decoder/dense_64/bias", (64, 1)), ("encoder/dense_1024/bias", (1024,)), ("encoder/z/bias", (2,)),
])
def test_array_of_another_shape_or_name_is_named(key, shape):
    with pytest.raises(ValueError, match=r"^arrays must have the names and shapes") as caught:
        network_room.Network({**random_arrays(), key: np.zeros(shape, np.float32)})
    assert key in str(caught.value) and str(shape) in str(caught.value)


@pytest.mark.parametrize("arrays, received", [({}, "[]"), ({"kernel": np.zeros(3)}, "kernel"), (None, "None"),
                                              ("vae-2d", "vae-2d"), ([np.zeros((2, 64))], "list")])
def test_what_is_no_network_is_refused(arrays, received):
    with pytest.raises((TypeError, ValueError), match=r"^arrays must ") as caught:
        network_room.Network(arrays)
    assert received in str(caught.value)


@pytest.mark.parametrize("key, bad", [
    ("decoder/x_logits/bias", np.full(784, np.nan, np.float32)),
    ("encoder/z_mean/bias", np.array([0, np.inf], np.float32)),
    ("decoder/dense_128/bias", "weights"),
    ("decoder/dense_64/kernel", np.float32(2)),
    ("decoder/dense_64/kernel", np.zeros((0, 64), np.float32)),
])
def test_weights_that_are_no_finite_numbers_are_named(key, bad):
    """Otherwise every picture is NaN, or the error is one that says nothing about the weights."""
    with pytest.raises((TypeError, ValueError)) as caught:
        network_room.Network({**random_arrays(), key: bad})
    assert key in str(caught.value)


def test_pickled_weights_are_never_run(tmp_path, monkeypatch):
    """A pickle can run any code, so a file with one inside is refused."""
    class Dangerous:
        def __reduce__(self):
            return (tmp_path / "ran").touch, ()

    np.savez(tmp_path / "vae-2d.npz", info="{}", weights=np.array([Dangerous()], dtype=object))
    monkeypatch.setattr(network_room, "WEIGHTS_FOLDER", tmp_path)
    with pytest.raises(network_room.AssetError, match="allow_pickle"):
        network_room.load_pretrained("vae-2d")
    assert not (tmp_path / "ran").exists()


def without_info(path):
    with np.load(path) as file:
        arrays = {key: file[key] for key in file.files if key != "info"}
    np.savez(path, **arrays)


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b""), without_info,
                                    lambda path: path.write_bytes(path.read_bytes()[:-1000])])
def test_missing_and_damaged_weights_are_refused_with_the_path_and_the_remedy(damage, tmp_path, monkeypatch):
    path = tmp_path / "ae-2d.npz"
    path.write_bytes((network_room.WEIGHTS_FOLDER / "ae-2d.npz").read_bytes())
    monkeypatch.setattr(network_room, "WEIGHTS_FOLDER", tmp_path)
    assert network_room.load_pretrained("ae-2d").latent_dim == 2
    damage(path)
    with pytest.raises(network_room.AssetError) as refused:
        network_room.load_pretrained("ae-2d")
    assert str(path) in str(refused.value) and "git checkout" in str(refused.value)


# The networks that ship ----------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def pretrained():
    """Each network, loaded when first asked for."""
    loaded = {}

    def load(name):
        if name not in loaded:
            loaded[name] = network_room.load_pretrained(name)
        return loaded[name]

    return load


@pytest.mark.parametrize("name", NAMES)
def test_file_is_small_and_holds_plain_float32(name):
    path = network_room.WEIGHTS_FOLDER / f"{name}.npz"
    assert path.stat().st_size < 5_000_000
    with np.load(path, allow_pickle=False) as file:
        arrays = {key: file[key] for key in file.files}
    json.loads(str(arrays.pop("info")))
    latent_dim = int(name.removesuffix("d").split("-")[1])
    shapes = network_room.weight_shapes(latent_dim, name.startswith("vae"))
    assert {key: array.shape for key, array in arrays.items()} == shapes
    for array in arrays.values():
        assert array.dtype == np.float32 and np.isfinite(array).all()
    assert (arrays["encoder/batch_norm/moving_variance"] > 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_info_tells_how_it_was_made(pretrained, name):
    network = pretrained(name)
    assert network.latent_dim == network.info["latent_dim"] == int(name.removesuffix("d").split("-")[1])
    assert network.info["name"] == name and name in repr(network)
    assert isinstance(network.info["seed"], int) and network.info["epochs"] >= 1
    assert network.info["versions"].keys() >= {"python", "keras", "tensorflow", "numpy"}
    for subset in ("train", "test"):
        scores = network.info["scores"][subset]
        if name.startswith("vae"):
            # Three numbers of two decimals.
            assert scores["elbo"] == pytest.approx(-scores["reconstruction"] - scores["kl"], abs=0.0151)
        assert scores["reconstruction"] > 0


def test_scores_are_good(pretrained):
    """On the test digits, in nats: the lecture's network reaches about 140 with two latent elements."""
    test = {name: pretrained(name).info["scores"]["test"] for name in NAMES}
    assert -test["vae-2d"]["elbo"] <= 140
    assert -test["vae-12d"]["elbo"] <= 115, "ten more elements are worth 25 nats and more"
    assert test["ae-2d"]["reconstruction"] < -test["vae-2d"]["elbo"], "no price on the code"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vae-2d", "vae-12d"])
def test_scores_are_true(pretrained, digits, name):
    """The test scores once more: other arithmetic, other noise, the same 10,000 digits.

    With z drawn twice, the costs of an image differ by the noise alone; the spread of these differences gives the
    standard error. The scores are rounded to two decimals.
    """
    network = pretrained(name)
    stated = network.info["scores"]["test"]
    rng = np.random.default_rng(0)
    first, kl, differences = [], [], []
    for start in range(0, 10_000, 1000):
        images = digits[start:start + 1000]
        z_mean, z_log_var = (part.astype(np.float64) for part in network.encode(images))
        std = np.exp(z_log_var / 2)
        kl.append(0.5 * (std**2 + z_mean**2 - 1 - z_log_var).sum(axis=1))
        first.append(cost(images, network.decode_logits(z_mean + std * rng.standard_normal(std.shape))))
        if start < 2000:
            again = cost(images, network.decode_logits(z_mean + std * rng.standard_normal(std.shape)))
            differences.append(first[-1] - again)
    error = np.concatenate(differences).std() / np.sqrt(10_000)
    assert abs(np.mean(first) - stated["reconstruction"]) < 5 * error + 0.01
    assert abs(np.mean(kl) - stated["kl"]) < 0.01
    assert abs(np.mean(first) + np.mean(kl) + stated["elbo"]) < 5 * error + 0.01


@pytest.mark.slow
def test_score_of_the_autoencoder_is_true(pretrained, digits):
    """Nothing is drawn here, so only the rounding to two decimals and that of float32 are left."""
    network = pretrained("ae-2d")
    costs = [cost(images, network.decode_logits(network.encode(images)[0])) for images in np.split(digits, 10)]
    assert np.mean(costs) == pytest.approx(network.info["scores"]["test"]["reconstruction"], abs=0.01)


@pytest.mark.parametrize("name, nats", [("vae-2d", 150), ("vae-12d", 100), ("ae-2d", 150)])
def test_digits_are_rebuilt(pretrained, digits, name, nats):
    network, images = pretrained(name), digits[:1000]
    z_mean, z_log_var = network.encode(images)
    costs = cost(images, network.decode_logits(z_mean))
    assert costs.mean() < nats
    others = cost(images, np.roll(network.decode_logits(z_mean), 1, axis=0))
    assert np.mean(costs < others) > 0.9, "an image is nearer to its own reconstruction than to its neighbour's"
    assert (z_log_var == -np.inf).all() if name == "ae-2d" else np.isfinite(z_log_var).all()


@pytest.mark.parametrize("name", NAMES)
def test_shipped_network_agrees_with_float64(pretrained, digits, name):
    """Same numbers to 1e-5: pixels, whose size is 1; codes relative to the largest."""
    network, images = pretrained(name), digits[:100]
    arrays = network.weights
    outputs = ["z_mean", "z_log_var"] if name.startswith("vae") else ["z"]
    codes = network.encode(images)
    for received, expected in zip(codes, reference_encode(arrays, images, outputs)):
        np.testing.assert_allclose(received, expected, rtol=0, atol=1e-5 * max(1, np.abs(expected).max()))
    pixels = 1 / (1 + np.exp(-reference_decode(arrays, codes[0])))
    np.testing.assert_allclose(network.decode(codes[0]).reshape(100, 784), pixels, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["vae-2d", "vae-12d"])
def test_codes_of_a_vae_are_spread_like_the_prior(pretrained, digits, name):
    """The KL term draws the codes of all digits together towards N(0, I): mean near 0, variance near 1."""
    z_mean, z_log_var = pretrained(name).encode(digits)
    variance = z_mean.var(axis=0) + np.exp(z_log_var).mean(axis=0)
    assert np.abs(z_mean.mean(axis=0)).max() < 0.5 and (variance > 0.5).all() and (variance < 2).all()


def test_each_load_is_the_callers_own():
    first, second = network_room.load_pretrained("vae-2d"), network_room.load_pretrained("vae-2d")
    first.info["name"] = "mine"
    assert second.info["name"] == "vae-2d"
