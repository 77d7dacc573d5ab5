"""Pictures of one's own, from files to sliders: of another size than 28 x 28, in colour, and with names of classes."""

import itertools
import math
import os
import re

import keras
import numpy as np
import pytest
from PIL import Image

from tests import test_pad
from tests.test_pad import page  # noqa: F401 (a fixture)
from tests.test_sliders import original, pixels
from tools import browser
from vae_helpers import data, evaluation, latent, models, plots, training
from vae_helpers.backend import tf
from vae_helpers.data import Pictures, load_images, load_mnist
from vae_helpers.network import load_pretrained
from vae_helpers.pad import drawing_pad, latent_pad
from vae_helpers.sliders import latent_sliders

GREY, COLOUR = (20, 16), (16, 16, 3)
SHAPES = pytest.mark.parametrize("image_shape", [GREY, COLOUR], ids=["grey", "colour"])
NAMES = ("disc", "bar")
layers = keras.layers


def shapes_of(image_shape, n=400, seed=0):
    """Pictures that anybody could make: discs and upright bars of any place and size, ink high, or red and blue."""
    rng = np.random.default_rng(seed)
    height, width, *colours = image_shape
    y, x = np.mgrid[:height, :width]
    labels = rng.integers(0, 2, n)
    middle_y, middle_x = rng.uniform(5, height - 5, (n, 1, 1)), rng.uniform(5, width - 5, (n, 1, 1))
    size = rng.uniform(2, 4.5, (n, 1, 1))
    discs = np.hypot(y - middle_y, x - middle_x) < size
    bars = (np.abs(x - middle_x) < size / 2) & (np.abs(y - middle_y) < 2 * size)
    ink = np.where(labels[:, None, None] == 0, discs, bars)
    if colours:
        paint = np.array([[1.0, 0.2, 0.2], [0.2, 0.2, 1.0]])[labels][:, None, None]
        ink = np.where(ink[..., None], paint, 1.0)
    return Pictures((255 * ink).astype(np.uint8), labels, NAMES)


def convolutional(image_shape, latent_dim=2):
    """A small pair of any size that is a multiple of 4."""
    height, width, *colours = image_shape
    channels = (*colours, 1)[0]
    x = keras.Input((height, width, channels))
    h = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    h = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(h)
    h = layers.Flatten()(h)
    small = (height // 4, width // 4, 16)
    decoder = keras.Sequential([
        keras.Input((latent_dim,)), layers.Dense(math.prod(small), activation="relu"), layers.Reshape(small),
        layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2DTranspose(channels, 3, strides=2, padding="same"), layers.Activation("sigmoid"),
    ])
    return models.VAE(keras.Model(x, [layers.Dense(latent_dim)(h), layers.Dense(latent_dim)(h)]), decoder)


# What is asked of the parts ------------------------------------------------------------------------------------------

def an_encoder(shape=(20, 16, 1), n_outputs=2, latent_dim=2):
    x = keras.Input(shape)
    h = layers.Flatten()(x)
    return keras.Model(x, [layers.Dense(latent_dim)(h) for _ in range(n_outputs)])


def a_decoder(shape=(20, 16, 1), latent_dim=2, last=("sigmoid",)):
    return keras.Sequential([keras.Input((latent_dim,)), layers.Dense(math.prod(shape)), layers.Reshape(shape),
                             *map(layers.Activation, last)])


class Subclassed(keras.Model):
    """A model that Keras can tell neither the shapes nor the layers of."""


def of_two_inputs():
    x, y = keras.Input((20, 16)), keras.Input((2,))
    return keras.Model([x, y], [layers.Dense(2)(layers.Flatten()(x)), y])


@pytest.mark.parametrize("shape", [(320,), (20, 16), (20, 16, 1)])
def test_flat_or_in_the_shape_of_the_images(shape):
    vae = models.VAE(an_encoder(shape), a_decoder((20, 16)), image_shape=GREY)
    assert vae.image_shape == GREY
    images = shapes_of(GREY, 5).images
    flat = models.VAE(an_encoder(shape), a_decoder((320,)), image_shape=GREY)
    flat.set_weights(vae.get_weights())
    np.testing.assert_array_equal(vae.encode(images)[0], flat.encode(images)[0])
    np.testing.assert_array_equal(vae.decode([[0.5, 1.0]]), flat.decode([[0.5, 1.0]]))


ASKED = "encoder must be a functional or Sequential model with one input, whose shape is known; received "


@pytest.mark.parametrize("encoder, decoder, message", [
    (lambda: an_encoder(n_outputs=1), a_decoder, r"encoder must have the outputs \[z_mean, z_log_var\] or .*1 of them"),
    (lambda: an_encoder(n_outputs=4), a_decoder, r"encoder must have the outputs .*received 4 of them"),
    (lambda: an_encoder(latent_dim=3), a_decoder, r"codes of shape \(batch, 2\), which decoder takes, .*'batch', 3\)"),
    (lambda: keras.Sequential([layers.Dense(2)]), a_decoder, ASKED + "Sequential"),
    (Subclassed, a_decoder, ASKED + "Subclassed"),
    (of_two_inputs, a_decoder, ASKED + "Functional"),
    (lambda: "vae-2d", a_decoder, ASKED + "str 'vae-2d'"),
    (lambda: an_encoder((320,)), a_decoder, "image_shape must be given for an encoder whose input is flat, .*320"),
    (an_encoder, lambda: a_decoder((16, 20, 1)), r"decoder must give the 320 pixels .*\(20, 16\).*'batch', 16, 20, 1"),
    (an_encoder, lambda: a_decoder((20, 8, 1)), r"decoder must give the 320 pixels .* shape \('batch', 20, 8, 1\)"),
    (lambda: an_encoder(COLOUR), lambda: a_decoder((3, 16, 16)), r"decoder must give the 768 .*'batch', 3, 16, 16"),
    (an_encoder, lambda: a_decoder(last=()), r"ends in layers.Activation\('sigmoid'\), .* last layer 'reshape"),
    (an_encoder, lambda: a_decoder(last=("tanh",)), r"ends in layers.Activation\('sigmoid'\).* 'activation"),
    (an_encoder, Subclassed, r"decoder must be a functional or Sequential model that .*received Subclassed"),
    (an_encoder, lambda: None, r"decoder must be a functional or Sequential model that .*received NoneType None"),
])
def test_parts_that_do_not_fit_are_told(encoder, decoder, message):
    with pytest.raises(ValueError, match=message):
        models.VAE(encoder(), decoder())


def test_an_image_shape_that_is_not_the_encoders():
    with pytest.raises(ValueError, match=r"encoder must take images of \(16, 20\).*\('batch', 20, 16, 1\)"):
        models.VAE(an_encoder(), a_decoder(), image_shape=(16, 20))


@pytest.mark.parametrize("shape", [(5, 16, 20), (5, 16, 20, 1), (5, 1, 20, 16), (5, 160), (320,), (5, 28, 28)])
def test_images_of_another_layout_are_refused(shape):
    vae = models.VAE(an_encoder(), a_decoder())
    vae.compile("adam")
    for run in (vae.fit, vae.evaluate):
        with pytest.raises(ValueError, match=r"x must be images of \(20, 16\), received an array of shape \(\d+"):
            run(np.zeros(shape, "float32"), verbose=0)


class TestArrays:
    """A network of arrays holds every weight and computes the same, or it is refused and the layers are named."""

    @SHAPES
    def test_the_lectures_layers_of_any_size(self, image_shape):
        vae = models.build_vae(3, seed=0, image_shape=image_shape)
        network = models.to_network(vae)
        assert sum(map(np.size, network.weights.values())) == vae.count_params() - 1  # beta
        images = shapes_of(image_shape, 20).images
        np.testing.assert_allclose(network.encode(images), vae.encode(images), atol=1e-5)
        z = np.random.default_rng(0).normal(size=(20, 3))
        np.testing.assert_allclose(network.decode(z), vae.decode(z), atol=1e-5)
        back = models.from_network(network)
        assert back.image_shape == image_shape
        np.testing.assert_allclose(back.decode(z), vae.decode(z), atol=1e-6)

    def test_other_layers_are_named(self):
        vae = convolutional((28, 28))
        names = ", ".join(layer.name for part in (vae.encoder, vae.decoder) for layer in part.layers)
        assert "conv2d" in names
        with pytest.raises(ValueError, match=f"model must have the lecture's layers.*received the layers {names}"):
            models.to_network(vae)

    def test_a_model_within_a_model_is_named(self):
        vae = models.build_vae(seed=0)
        x = keras.Input((784,))
        nested = keras.Model(x, vae.encoder(x), name="encoder")
        with pytest.raises(ValueError, match=r"received the layers input_layer\w*, encoder, z, dense_64"):
            models.to_network(models.VAE(nested, vae.decoder))

    @pytest.mark.parametrize("part, activation", [("encoder", "tanh"), ("decoder", "elu")])
    def test_the_lectures_names_on_other_layers(self, part, activation):
        vae = models.build_vae(seed=0)
        for layer in getattr(vae, part).layers:
            if layer.name.startswith("dense_"):
                layer.activation = keras.activations.get(activation)
        with pytest.raises(ValueError, match=f"its {part} has their names and gives other numbers"):
            models.to_network(vae)


@pytest.mark.slow
def test_exported_in_the_shape_of_the_images(tmp_path):
    vae = convolutional(COLOUR)
    x = (shapes_of(COLOUR, 5).images / 255).astype("float32")
    for when in ("before", "after"):
        vae.export(tmp_path / when, verbose=False)
        exported = tf.saved_model.load(tmp_path / when)
        served = exported.serve(x)
        np.testing.assert_allclose(served["z_mean"], vae.encode(x)[0], atol=1e-6)
        np.testing.assert_allclose(served["x_logits"].numpy().reshape(5, -1), vae.decode_logits(served["z"]), atol=1e-5)
        vae(x)  # and again, when it has been called


# Files ---------------------------------------------------------------------------------------------------------------

def save(path, picture, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(np.asarray(picture, np.uint8))
    image.save(path, **options)
    return path


@SHAPES
def test_files_come_back_as_they_were(tmp_path, image_shape):
    """Written as PNGs in folders by class and read again: dark ink comes back high, colours as they are."""
    pictures = shapes_of(image_shape, 30)
    for i, (image, label) in enumerate(zip(pictures.images, pictures.labels)):
        save(tmp_path / NAMES[label] / f"{i:03}.png", image if len(image_shape) == 3 else 255 - image)
    images, labels, class_names = load_images(tmp_path, image_shape)
    order = np.argsort(1 - pictures.labels, kind="stable")  # bar before disc
    np.testing.assert_array_equal(images, pictures.images[order], strict=True)
    np.testing.assert_array_equal(labels, 1 - pictures.labels[order])
    assert class_names == ("bar", "disc")


def test_ink(tmp_path):
    ramp = np.arange(0, 250, 10).reshape(5, 5)
    save(tmp_path / "a.png", ramp)
    np.testing.assert_array_equal(load_images(tmp_path, (5, 5)).images[0], 255 - ramp)
    np.testing.assert_array_equal(load_images(tmp_path, (5, 5), ink="light").images[0], ramp)
    for ink in ("dark", "light"):
        kept = load_images(tmp_path, (5, 5, 3), ink=ink).images[0]
        np.testing.assert_array_equal(kept, np.repeat(ramp[..., None], 3, axis=2), err_msg="colours are kept")


@pytest.mark.parametrize("ink, image_shape, margin", [
    ("dark", (8, 8), 0), ("light", (8, 8), 0), ("dark", (8, 8, 3), 255), ("light", (8, 8, 3), 0)])
@pytest.mark.parametrize("size", [(40, 80), (80, 40), (2, 4), (4, 2)])
def test_proportions_stay_and_margins_are_paper(tmp_path, ink, image_shape, margin, size):
    """A picture half as wide as high fills half of a square, in its middle, whether it has to shrink or to grow."""
    level = 100
    save(tmp_path / "a.png", np.full(size[::-1], level))
    image = load_images(tmp_path, image_shape, ink).images[0]
    image = image if size[1] > size[0] else image.swapaxes(0, 1)
    assert (image[:, [0, 1, 6, 7]] == margin).all()
    assert (image[:, 2:6] == (155 if ink == "dark" and len(image_shape) == 2 else level)).all()


def test_what_is_transparent_is_paper(tmp_path):
    rgba = np.zeros((4, 4, 4))
    rgba[:2, :, 3] = 255  # the upper half is black, the lower one nothing
    save(tmp_path / "1.png", rgba)
    save(tmp_path / "2.png", Image.fromarray(rgba.astype(np.uint8)).convert("LA"))
    palette = Image.fromarray(np.repeat([0, 0, 1, 1], 4).reshape(4, 4).astype(np.uint8), "P")
    palette.putpalette([0, 0, 0, 255, 0, 0])
    save(tmp_path / "3.png", palette, transparency=1)
    grey = Image.fromarray(np.repeat([0, 0, 9, 9], 4).reshape(4, 4).astype(np.uint8))
    save(tmp_path / "4.png", grey, transparency=9)
    dark, light = (load_images(tmp_path, (4, 4), ink).images for ink in ("dark", "light"))
    assert (dark[:, :2] == 255).all() and (dark[:, 2:] == 0).all()
    assert (light == 0).all()
    colour = load_images(tmp_path, (4, 4, 3)).images
    assert (colour[:, :2] == 0).all() and (colour[:, 2:] == 255).all()


def test_palettes_16_bits_two_colours_and_cmyk(tmp_path):
    levels = np.array([[0, 85], [170, 255]])
    save(tmp_path / "1.png", Image.fromarray((levels * 257).astype(np.uint16)))
    save(tmp_path / "2.png", Image.fromarray(levels.astype(np.uint8)).convert("P"))
    save(tmp_path / "3.png", levels)
    save(tmp_path / "4.png", Image.fromarray(np.repeat(levels[..., None], 3, axis=2).astype(np.uint8)))
    np.testing.assert_array_equal(load_images(tmp_path, (2, 2), "light").images, np.tile(levels, (4, 1, 1)))
    save(tmp_path / "b" / "1.png", Image.fromarray(np.array([[0, 1], [1, 0]], bool)))
    save(tmp_path / "b" / "2.jpg", Image.new("CMYK", (2, 2), (0, 0, 0, 255)))
    two, black = load_images(tmp_path / "b", (2, 2), "light").images
    assert two.tolist() == [[0, 255], [255, 0]] and black.max() < 5


def test_how_the_camera_was_held(tmp_path):
    """Orientation 6: the camera's top is at the right, so that the stored left edge is the top of the scene."""
    upright = np.repeat([[0], [255]], 8, axis=0) * np.ones((1, 16))  # 16 x 16, the upper half black
    exif = Image.Exif()
    exif[0x0112] = 6
    save(tmp_path / "a.jpg", np.rot90(upright, 1), exif=exif, quality=100)
    np.testing.assert_allclose(load_images(tmp_path, (16, 16), "light").images[0], upright, atol=3)


def test_classes_are_folders(tmp_path):
    for name in ("b/2.png", "b/10.png", "a/x.JPG", "deep/er/1.png", ".hidden/1.png", "a/.DS_Store.png"):
        save(tmp_path / name, np.zeros((4, 4)), format="PNG")
    found = load_images(str(tmp_path))
    assert found.class_names == ("a", "b", "deep/er") and found.labels.tolist() == [0, 1, 1, 2]
    assert load_images(tmp_path / "b").class_names == ("b",)
    files = [tmp_path / "b" / "2.png", str(tmp_path / "a" / "x.JPG")]
    assert load_images(files).labels.tolist() == [1, 0], "files stay in the order given"
    assert load_images(files[0]).images.shape == (1, 28, 28)


def test_the_working_folder_can_be_named_by_a_dot(tmp_path, monkeypatch):
    save(tmp_path / "shells" / "1.png", np.zeros((4, 4)))
    monkeypatch.chdir(tmp_path / "shells")
    assert load_images(".").class_names == ("shells",)


def test_a_file_that_does_not_fit_is_named(tmp_path):
    save(tmp_path / "good.png", np.zeros((4, 4)))
    whole = (tmp_path / "good.png").read_bytes()
    for name, content in {"notes.txt": b"my shells", "cut.png": whole[:-30], "empty.jpg": b"",
                          "moved.gif": b"GIF89a"}.items():
        bad = tmp_path / name
        bad.write_bytes(content)
        with pytest.raises(ValueError, match=f"PNG or JPEG pictures, and cannot be read is .*{name}: .*give a list"):
            load_images(tmp_path)
        bad.unlink()
    with pytest.raises(ValueError, match=r"cannot be read is .*gone.png"):
        load_images(tmp_path / "gone.png")


@pytest.mark.parametrize("arguments, error, message", [
    ({"folder_or_files": []}, ValueError, r"must hold PNG or JPEG files, received \[\], which holds none"),
    ({"folder_or_files": 3}, TypeError, "must be a folder or a list of files, received int 3"),
    ({"folder_or_files": np.zeros((2, 28, 28))}, TypeError, r"list of files, received an array of shape \(2, 28, 28\)"),
    ({"image_shape": 28}, ValueError, r"image_shape must be \(height, width\) or"),
    ({"image_shape": (28, 28, 4)}, ValueError, r"image_shape must be .* received \(28, 28, 4\)"),
    ({"ink": "black"}, ValueError, "ink must be one of 'dark', 'light'; received 'black'"),
])
def test_wrong_use_is_told(tmp_path, arguments, error, message):
    save(tmp_path / "a.png", np.zeros((4, 4)))
    with pytest.raises(error, match=message):
        load_images(**{"folder_or_files": tmp_path, **arguments})


def test_an_empty_folder_is_refused(tmp_path):
    os.mkdir(tmp_path / "a")
    with pytest.raises(ValueError, match="which holds none"):
        load_images(tmp_path)


# With labels and names -----------------------------------------------------------------------------------------------

def test_labelled_takes_two_or_three(tmp_path):
    digits = load_mnist("test")
    assert data.labelled(digits)[2] is None and data.labelled()[2] is None
    assert data.labelled((digits.images[:3], digits.labels[:3], ["x"] * 10))[2] == ("x",) * 10
    for names, error in ((["x"], ValueError), ("0123456789", TypeError), ([0] * 10, TypeError), (7, TypeError)):
        with pytest.raises(error, match="class_names must"):
            data.labelled((digits.images[:3], digits.labels[:3], names))
    with pytest.raises(TypeError, match=r"digits must be given for images of \(20, 16\), as load_images gives them"):
        data.labelled(None, GREY)


def test_names_on_the_plane():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 12, 600)
    codes = np.stack([np.cos(labels / 2), np.sin(labels / 2)], axis=1) + rng.normal(0, 0.05, (600, 2))
    names = [f"kind {k}" for k in range(12)]
    ax = plots.latent_plane(codes, labels, names)
    assert [text.get_text() for text in ax.texts] == names
    for label, text in enumerate(ax.texts):
        place = np.array(text.get_position())
        assert np.linalg.norm(codes[labels == label].mean(axis=0) - place) < 0.1
    with pytest.raises(ValueError, match=r"class_names must have a name for each label, received 11 names"):
        plots.latent_plane(codes, labels, names[:11])


def test_no_name_is_written_over_another():
    """Five classes in one place: their names make a column there."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(5), 100)
    ax = plots.latent_plane(rng.normal(0, 0.1, (500, 2)), labels, [f"a long name {k}" for k in range(5)], span=4)
    ax.figure.canvas.draw()
    frames = [text.get_window_extent() for text in ax.texts]
    assert not [pair for pair in itertools.combinations(frames, 2) if pair[0].overlaps(pair[1])]
    assert max(np.abs(text.get_position()).max() for text in ax.texts) < 2


def test_pixels_divided_by_255_are_told_how_to_become_float32():
    with pytest.raises(TypeError, match=r"dtype float64. Make it float32 with .astype\('float32'\)"):
        data.as_vectors(shapes_of(GREY, 3).images / 255, GREY)


# From a network to its pictures --------------------------------------------------------------------------------------

@SHAPES
def test_sheets_and_planes(image_shape):
    pictures = shapes_of(image_shape, 9)
    height, width, *colours = image_shape
    ax = plots.digit_sheet(pictures.images, 4, row_labels=list("abc"))
    sheet = np.asarray(ax.images[0].get_array())
    assert sheet.shape == (3 * height, 4 * width, *colours)
    np.testing.assert_allclose(sheet[height:2 * height, width:2 * width], pictures.images[5] / 255)
    assert (sheet[2 * height:, width:] == (1 if colours else 0)).all(), "white, where there is no picture"
    np.testing.assert_allclose(ax.get_yticks(), (np.arange(3) + 0.5) * height - 0.5)

    network = models.build_vae(seed=0, image_shape=image_shape)
    codes = latent.plane_codes(3)
    sheet = latent.digit_plane(network.decode, codes)
    ax = plots.digit_plane(sheet, codes, image_shape=image_shape)
    np.testing.assert_allclose(ax.get_xticks(), (np.arange(3) + 0.5) * width - 0.5)
    np.testing.assert_allclose(ax.get_yticks(), (np.arange(3) + 0.5) * height - 0.5)
    with pytest.raises(ValueError, match=r"picture must have shape \(84, 84\) for 9 codes"):
        plots.digit_plane(sheet, codes)


def expected(decoded, image_shape):
    return (255 * decoded if len(image_shape) == 3 else 255 - 255 * decoded).round()


@SHAPES
def test_under_the_sliders(image_shape):
    network = models.to_network(models.build_vae(seed=1, image_shape=image_shape))
    pictures = shapes_of(image_shape, 50)
    panel = latent_sliders(network, [0.5, -1.0], digits=pictures)
    assert panel.setup["shape"] == image_shape and panel.setup["classes"] == list(NAMES)
    assert panel.setup["kind"] == "picture" and panel.weights
    images = np.frombuffer(panel.images, np.uint8).reshape(-1, *image_shape)
    np.testing.assert_array_equal(images, pictures.images[panel.setup["numbers"]])
    assert repr(panel) == "Run this cell to move the sliders: 2 sliders for z and the picture that it decodes to."
    number = int(np.argmax(pictures.labels == 1))
    panel.start_from(number)
    np.testing.assert_array_equal(original(panel, image_shape), pictures.images[number])
    assert panel.original["name"] == "bar"
    keras_network = models.build_vae(seed=1, image_shape=image_shape)  # which Python decodes
    panel = latent_sliders(keras_network, [0.5, -1.0], digits=pictures)
    decoded = 255 * keras_network.decode([[0.5, -1.0]])[0]
    assert not panel.weights and np.abs(pixels(panel, image_shape) - decoded).max() <= 0.5 + 1e-3
    with pytest.raises(TypeError, match="digits must be given for images of"):
        latent_sliders(network)
    with pytest.raises(ValueError, match=r"received an array of shape \(5, 28, 28\)"):
        latent_sliders(network, digits=(np.zeros((5, 28, 28), np.uint8), np.zeros(5, int)))


@SHAPES
def test_under_the_pad(image_shape):
    network = models.to_network(models.build_vae(seed=1, image_shape=image_shape))
    pictures = shapes_of(image_shape, 50)
    widget = latent_pad(network, digits=pictures)
    assert widget._setup["shape"] == image_shape and widget._setup["classes"] == NAMES
    np.testing.assert_array_equal(np.frombuffer(widget._images, np.uint8).reshape(-1, *image_shape), pictures.images)
    with pytest.raises(ValueError, match=r"decoder must be for grey images of 28 by 28.*latent_pad"):
        drawing_pad(network, digits=pictures)
    with pytest.raises(ValueError, match="other must be for images of"):
        latent_pad(network, load_pretrained("vae-2d"), digits=pictures)
    with pytest.raises(TypeError, match=r"decoder must be a Network.*latent_sliders"):
        latent_pad(convolutional(image_shape), digits=pictures)
    many = Pictures(pictures.images, np.full(50, 256), ("x",) * 300)
    with pytest.raises(ValueError, match=r"digits must have labels from 0 to 255"):
        latent_pad(network, digits=many)


def test_digits_keep_their_own_names():
    setup = latent_pad(load_pretrained("vae-2d"))._setup
    assert setup["shape"] == (28, 28) and setup["classes"] == tuple("0123456789") and setup["kind"] == "digit"


def test_clothes_can_be_drawn():
    digits = load_mnist("test")
    names = [f"kind {k}" for k in range(10)]
    widget = drawing_pad(load_pretrained("vae-2d"), digits=(digits.images[:50], digits.labels[:50], names))
    assert widget._setup["classes"] == tuple(names)


@pytest.mark.slow
@SHAPES
@pytest.mark.parametrize("build", [models.to_network, lambda vae: vae], ids=["browser", "python"])
def test_the_sliders_paint_them(page, image_shape, build):  # noqa: F811
    network = build(models.build_vae(seed=1, image_shape=image_shape))
    pictures = shapes_of(image_shape, 50)
    test_pad.show(page, latent_sliders(network, [0.5, -1.0], digits=pictures))
    for z in ([0.5, -1.0], *([] if build is not models.to_network else [[0.5, -0.95]])):
        painted = browser.picture_of(page.get_by_role("img", name="decoded"))
        decoded = expected(network.decode([z])[0], image_shape).reshape(*image_shape[:2], -1)
        np.testing.assert_allclose(painted, np.broadcast_to(decoded, painted.shape), atol=1)
        page.get_by_role("slider", name="z[1]").press("ArrowRight")
    page.get_by_role("combobox", name="class of the real picture").select_option("bar")
    sentence = page.locator(".sentence").inner_text()
    number = int(re.search(r"number (\d+) of the real pictures, of the class bar", sentence)[1])
    assert pictures.labels[number] == 1
    beside = browser.picture_of(page.get_by_role("img", name="original"))
    real = expected(pictures.images[number] / 255, image_shape).reshape(*image_shape[:2], -1)
    np.testing.assert_array_equal(beside, np.broadcast_to(real, beside.shape))
    text = page.locator(".vae-twin").inner_text()
    assert "take a real picture" in text and "digit" not in text


@pytest.mark.slow
@SHAPES
def test_the_browser_paints_them(page, image_shape):  # noqa: F811
    network = models.to_network(models.build_vae(seed=1, image_shape=image_shape))
    pictures = shapes_of(image_shape, 50)
    test_pad.show(page, latent_pad(network, digits=pictures, z=(0.5, -1.0)))
    painted = page.get_by_role("img", name="vae decodes z").or_(page.get_by_role("img", name="decoder decodes z"))
    rgba = painted.evaluate("""canvas => [canvas.height, canvas.width, ...canvas.getContext("2d").getImageData(
        0, 0, canvas.width, canvas.height).data]""")
    height, width = rgba[:2]
    rows = np.reshape(rgba[2:], (height, width, 4))
    assert (height, width) == image_shape[:2] and (rows[..., 3] == 255).all()
    decoded = expected(network.decode([[0.5, -1.0]])[0], image_shape)
    np.testing.assert_allclose(rows[..., :3], np.broadcast_to(decoded.reshape(height, width, -1), (height, width, 3)),
                               atol=1)
    page.get_by_role("button", name="go to a real bar").click()
    text = page.locator(".vae-pad").inner_text()
    assert "nearest real picture: bar" in text and "of the class bar" in text and "digit" not in text
    test_pad.plane_of(page).press("0")
    assert "nearest real picture: disc" in page.locator(".vae-pad").inner_text()


@pytest.mark.slow
@pytest.mark.parametrize("image_shape, build", [
    *itertools.product([GREY, COLOUR], ["dense", "convolutional"]), ((28, 28), "convolutional")])
def test_trained_measured_saved_and_loaded(tmp_path, image_shape, build):
    pictures = shapes_of(image_shape, 1500)
    keras.utils.set_random_seed(0)
    vae = models.build_vae(seed=0, image_shape=image_shape) if build == "dense" else convolutional(image_shape)
    before = evaluation.elbo(vae, pictures.images)
    training.train(vae, pictures.images, epochs=8, batch_size=100, seed=0, progress=False)
    after = evaluation.elbo(vae, pictures.images)
    assert -after.elbo < 0.8 * -before.elbo and after.kl > 1
    # Whatever it has learnt, the bound is below the likelihood, and k draws bring it nearer.
    some = pictures.images[:100]
    bound = evaluation.importance_weighted_bound(vae, some, 50).mean()
    exact = evaluation.exact_log_likelihood(vae, some, step=0.05).mean()
    assert evaluation.elbo(vae, some, n_samples=10).elbo < bound < exact + 0.1
    vae.save(tmp_path / "mine.keras")
    again = keras.saving.load_model(tmp_path / "mine.keras")
    assert again.image_shape == image_shape
    z = np.random.default_rng(0).normal(size=(20, 2))
    np.testing.assert_allclose(again.decode(z), vae.decode(z), atol=1e-6)
    panel = latent_sliders(again, digits=pictures)
    panel.start_from(3)
    assert np.abs(pixels(panel, image_shape) - 255 * again.decode(panel.z[None])[0]).max() <= 0.5 + 1e-3
