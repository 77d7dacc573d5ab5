"""Drawings in the form of MNIST's digits: against the real ones, whatever their size and place, and bad input."""
from itertools import pairwise

import numpy as np
import pytest

from vae_helpers import drawing
from vae_helpers.data import load_mnist
from vae_helpers.drawing import centre_as_mnist, draw_as_mnist
from vae_helpers.latent import interpolate
from vae_helpers.network import load_pretrained


@pytest.fixture(scope="module")
def vae():
    return load_pretrained("vae-2d")


@pytest.fixture(scope="module")
def digits():
    return load_mnist("test")


def arc(x, y, width, height, start, stop):
    angles = np.radians(np.linspace(start, stop, 40))
    return list(zip(x + width * np.cos(angles), y + height * np.sin(angles)))


# The digits from 0 to 9 as somebody draws them who has not seen MNIST.
DRAWN = [
    [arc(0.5, 0.5, 0.22, 0.32, -90, 270)],
    [[(0.52, 0.15), (0.48, 0.85)]],
    [[*arc(0.5, 0.33, 0.2, 0.17, 200, 400), (0.3, 0.85), (0.72, 0.83)]],
    [arc(0.5, 0.33, 0.18, 0.16, 200, 450) + arc(0.5, 0.66, 0.22, 0.18, -90, 150)],
    [[(0.35, 0.15), (0.3, 0.5), (0.68, 0.5)], [(0.66, 0.15), (0.62, 0.88)]],
    [[(0.7, 0.15), (0.4, 0.17), (0.36, 0.45), *arc(0.48, 0.63, 0.2, 0.2, -110, 140)]],
    [arc(0.62, 0.5, 0.28, 0.38, -100, -180) + arc(0.5, 0.66, 0.16, 0.18, 180, 540)],
    [[(0.28, 0.2), (0.7, 0.2), (0.45, 0.85)]],
    [arc(0.5, 0.33, 0.15, 0.16, 90, 450) + arc(0.5, 0.67, 0.19, 0.18, -90, 270)],
    [[*arc(0.5, 0.34, 0.17, 0.17, 0, 360), (0.67, 0.34), (0.62, 0.88)]],
]
ONE, THREE = DRAWN[1], DRAWN[3]


def box(image):
    """Rows and columns of the box around the ink: top, bottom, left, right."""
    rows, columns = image.any(axis=1).nonzero()[0], image.any(axis=0).nonzero()[0]
    return rows[0], rows[-1] + 1, columns[0], columns[-1] + 1


def ink_of(image):
    top, bottom, left, right = box(image)
    return image[top:bottom, left:right]


def mass_centre(image):
    return np.array([np.average(np.arange(28), weights=image.sum(axis=axis)) for axis in (1, 0)])


# The form of an MNIST digit ------------------------------------------------------------------------------------------

@pytest.mark.slow
def test_real_digits_have_that_form_already():
    """Of 10,000 some 3 lie on the border between two pixels, or fill a box of 19."""
    images = load_mnist("test").images[::4]
    same = [np.array_equal(centre_as_mnist(image), image) for image in images]
    assert np.mean(same) > 0.999


def test_real_digits_come_back_wherever_they_are_moved(digits):
    rng = np.random.default_rng(3)
    for image in digits.images[:100]:
        top, bottom, left, right = box(image)
        page = np.zeros((60, 80), np.uint8)
        row, column = rng.integers(0, 60 - (bottom - top)), rng.integers(0, 80 - (right - left))
        page[row: row + bottom - top, column: column + right - left] = ink_of(image)
        assert np.array_equal(centre_as_mnist(page), image)


@pytest.mark.parametrize("times", [3, 8])
def test_real_digits_come_back_from_a_larger_size(digits, times):
    """Up to the soft edges that scaling adds: a fifth of the ink is on other pixels."""
    for image in digits.images[:100]:
        back = centre_as_mnist(np.kron(image, np.ones((times, times), np.uint8)))
        assert np.abs(back - image.astype(float)).sum() < 0.3 * image.sum()
        assert np.corrcoef(back.ravel(), image.ravel())[0, 1] > 0.98


def test_the_box_and_the_centre_are_where_mnist_has_them():
    rng = np.random.default_rng(4)
    for _ in range(50):
        page = np.zeros((100, 100), np.uint8)
        row, column, height, width = rng.integers(5, 45, 4)
        page[row: row + height, column: column + width] = 255
        image = centre_as_mnist(page)
        top, bottom, left, right = box(image)
        assert max(bottom - top, right - left) == drawing.BOX_SIDE
        np.testing.assert_allclose((bottom - top) / (right - left), height / width, rtol=0.5 / min(
            bottom - top, right - left) + 0.01)
        assert np.abs(mass_centre(image) - drawing.CENTRE).max() <= 0.5


def test_one_sided_ink_stays_on_the_picture():
    page = np.zeros((200, 200), np.uint8)
    page[:20, :20] = 255  # a heavy corner,
    page[:, 0] = page[0, :] = 30  # and two long faint lines
    top, bottom, left, right = box(centre_as_mnist(page))
    assert bottom - top == right - left == drawing.BOX_SIDE


@pytest.mark.parametrize("strokes", DRAWN)
def test_drawings_get_the_form_of_mnist(strokes):
    image = draw_as_mnist(strokes)
    assert image.shape == (28, 28) and image.dtype == np.uint8 and image.max() == 255
    top, bottom, left, right = box(image)
    assert max(bottom - top, right - left) == drawing.BOX_SIDE
    assert np.abs(mass_centre(image) - drawing.CENTRE).max() <= 0.5


def test_drawings_have_mnists_ink_and_grey(digits):
    drawn = np.stack([draw_as_mnist(strokes) for strokes in DRAWN])
    for measure in (lambda images: images.sum() / len(images), lambda images: np.mean(images[images > 0] < 250)):
        # A tenth: the digits of different hands differ by more.
        assert measure(drawn) == pytest.approx(measure(digits.images), rel=0.1)


@pytest.mark.slow
def test_a_drawing_looks_like_its_digit():
    """Of 60,000 training digits, the one whose pixels are nearest has the drawing's label."""
    train = load_mnist("train")
    real = train.images.reshape(-1, 784).astype(np.float32)
    for digit, strokes in enumerate(DRAWN):
        distances = ((real - draw_as_mnist(strokes).reshape(784)) ** 2).sum(axis=1)
        assert train.labels[distances.argmin()] == digit


def test_size_and_place_of_a_drawing_do_not_matter():
    """Not even the thickness changes, because the pen is MNIST's whatever the drawing's size."""
    large = draw_as_mnist(THREE)
    small = draw_as_mnist([[(0.6 + 0.2 * x, 0.1 + 0.2 * y) for x, y in stroke] for stroke in THREE])
    assert np.abs(large.astype(float) - small).max() <= 255 / 8  # a dot of the eight to a pixel


def test_a_fast_stroke_of_few_points_is_that_of_many():
    corners, = DRAWN[7]
    many = [point for ends in pairwise(corners) for point in interpolate(*ends, 50)]
    few, many = (ink_of(draw_as_mnist(strokes)).astype(float) for strokes in ([corners], [many]))
    assert few.shape == many.shape and np.abs(few - many).mean() < 255 / 8 / 4  # an eighth of a pixel, on edges alone
