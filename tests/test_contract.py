"""What the helpers refuse, and with which words: one table for the whole contract, which is its own test.

A row is a bad value of one parameter, the exception, and what the message says after "<parameter> must"; a message that
begins with ^ is given whole. All other parameters keep good values. To add a function, give it good arguments, then
rows; lists of rows that many parameters share stand first.
"""

import ast
import importlib
import inspect
import operator
import re
import tempfile
from functools import cache, partial
from pathlib import Path

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from tests.test_package import DOCUMENTED, arguments
from vae_helpers.data import Digits
from vae_helpers.latent import plane_codes
from vae_helpers.network import load_pretrained

T, V = TypeError, ValueError
NAN, INF = np.nan, np.inf
DIGITS = Digits(np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8))  # as a whole, where its images are wanted
RNG = np.random.default_rng(0)


def like(value):
    """An array of the good value's shape, full of another."""
    return lambda good: np.full(np.shape(good), value)


def as_type(dtype):
    return lambda good: np.asarray(good).astype(dtype)


# Shared rows: (bad value or a function that makes it of the good one, exception, message) -----------------------------

REAL_ARRAY = [
    ("text", T, r"hold real numbers, received str 'text'"),
    (None, T, r"hold real numbers, received NoneType None"),
    (True, T, r"hold real numbers, received bool True"),
    (1j, T, r"hold real numbers, received complex 1j"),
    (like(True), T, r"hold real numbers, received an array of shape .* and dtype bool"),
    (like(1j), T, r"hold real numbers, received an array of shape .* and dtype complex128"),
    ([[1], [1, 2]], V, r"be one array with rows of one length, received list \[\[1\], \[1, 2\]\]"),
    (DIGITS, V, r"be one array.*, received a Digits of images and labels: pass its \.images"),
    (like(10**18), V, r"be written as a float, 1e20 and not 10\*\*20.*, received an array of shape .* int64"),
    (10**20, V, r"be written as a float.*, received int 100000000000000000000"),
    ([], V, r"(not be empty|have shape .*), received an array of shape \(0,\)"),
    (like(NAN), V, r"not hold NaN, received \d+ of them in an array of shape"),
    (lambda good: np.ma.array(good, mask=True), V, r"not have masked elements: .*filled\(0\).*, received an array of"),
]
FINITE_ARRAY = [
    *REAL_ARRAY,
    (like(INF), V, r"be finite, received \d+ infinities in an array of shape"),
    (like(-INF), V, r"be finite, received \d+ infinities in an array of shape"),
]
POSITIVE_ARRAY = [
    *FINITE_ARRAY,
    (like(0), V, r"be positive, received 0\.0 as its smallest element"),
    (like(-0.5), V, r"be positive, received -0\.5 as its smallest element"),
    ([1, -2], V, r"be positive, received -2\.0 as its smallest element"),
]
NUMBER = [
    ("3", T, r"be a real number, received str '3'"),
    (None, T, r"be a real number, received NoneType None"),
    (True, T, r"be a real number, received bool True"),
    (1j, T, r"be a real number, received complex 1j"),
    (np.ones(1), T, r"be a real number, received an array of shape \(1,\)"),
    (NAN, V, r"be finite, received nan"),
    (INF, V, r"be finite, received inf"),
]
POSITIVE_NUMBER = [
    *NUMBER,
    (0, V, r"be greater than 0, received 0"),
    (-1.5, V, r"be greater than 0, received -1\.5"),
]
GENERATOR = [
    (0, T, r"be a numpy\.random\.Generator, .*received int 0"),
    (None, T, r"be a numpy\.random\.Generator, .*received NoneType None"),
    (np.random, T, r"be a numpy\.random\.Generator, .*received module"),
    (np.random.RandomState(0), T, r"be a numpy\.random\.Generator, .*received RandomState"),
]
AXES = [
    (3, T, r"be a single matplotlib Axes, received int 3"),
    (np.array([None, None]), T, r"be a single matplotlib Axes, received an array of shape \(2,\)"),
]
NOT_TOGETHER = r"^shape mismatch: .*\([23],\).*\([23],\)"


def integer(least):
    return [
        (least - 1, V, rf"be at least {least}, received {least - 1}"),
        (-5, V, rf"be at least {least}, received -5"),
        (3.0, T, rf"be an integer of at least {least}, received float 3\.0"),
        (True, T, rf"be an integer of at least {least}, received bool True"),
        ("3", T, rf"be an integer of at least {least}, received str '3'"),
        (None, T, rf"be an integer of at least {least}, received NoneType None"),
    ]


def optional(rows):
    """Rows of a parameter that may be None."""
    return [row for row in rows if row[0] is not None]


def one_of(*choices):
    listed = re.escape(", ".join(map(repr, choices)))
    return [(bad, V, rf"be one of {listed}; received {re.escape(repr(bad))}")
            for bad in ("another", None, 3, list(choices))]


def shape(expected, *bad):
    """Arrays of other shapes; `expected` as the message writes it."""
    return [(np.zeros(one), V, rf"have shape {re.escape(expected)}, received an array of shape {re.escape(str(one))}")
            for one in bad]


def ink(of_shape, *bad):
    """Pictures of bytes, or of floats from 0 to 1; `bad` are shapes."""
    return [
        *[row for row in FINITE_ARRAY if row[0] is not True],
        *[(np.zeros(one), V, rf".*shape {of_shape}.*, received an array of shape {re.escape(str(one))}")
          for one in bad],
        (like(1.5), V, r"be uint8 or in \[0, 1\], received an array .* with values from 1\.5 to 1\.5"),
        (like(-0.5), V, r"be uint8 or in \[0, 1\], received an array .* with values from -0\.5 to -0\.5"),
        (like(200), V, r"be uint8 or in \[0, 1\], received an array .* dtype int64 with values from 200 to 200"),
    ]


def images():
    """What is no batch of images of 28 by 28. The message calls it "images", whatever the function does."""
    wanted = (r"^images must be uint8 of shape \(n, 28, 28\), or float32 in \[0, 1\] of shape \(n, 28, 28\) or "
              r"\(n, 784\), n at least 1; received ")
    masked = np.ma.masked_equal(pixel(0.25), 0.25)
    return [(masked, V, r"^images must not have masked elements")] + [
        (bad, error, wanted + received) for bad, error, received in [
        (np.zeros((2, 784)), T, r".*\(2, 784\) and dtype float64\. Make it float32"),
        (np.zeros((2, 28, 28), np.int64), T, r".*\(2, 28, 28\) and dtype int64"),
        (np.zeros((2, 28, 28), bool), T, r".*dtype bool"),
        (np.zeros((2, 784), ">f4"), T, r".*dtype >f4"),
        (np.zeros((2, 784), np.uint8), V, r".*\(2, 784\) and dtype uint8"),
        (np.zeros((2, 20, 16), np.float32), V, r".*\(2, 20, 16\) and dtype float32"),
        (np.zeros((28, 28), np.uint8), V, r".*\(28, 28\) and dtype uint8"),
        (np.zeros(784, np.float32), V, r".*\(784,\) and dtype float32"),
        (np.zeros((0, 28, 28), np.uint8), V, r".*\(0, 28, 28\) and dtype uint8"),
        (np.zeros((0, 784), np.float32), V, r".*\(0, 784\) and dtype float32"),
        (np.uint8(3), V, r".*\(\) and dtype uint8"),
        (pixel(NAN), V, r".* values from nan to nan"),
        (pixel(INF), V, r".* values from 0\.5 to inf"),
        (pixel(1.5), V, r".* values from 0\.5 to 1\.5\. Divide pixels from 0 to 255 by 255"),
        (pixel(-0.25), V, r".* values from -0\.25 to 0\.5"),
        (pixel(np.nextafter(np.float32(1), np.float32(2))), V, r".* values from 0\.5 to 1\.0000001"),
        ([0.5] * 784, T, r"list \[0\.5, 0\.5"),
        ("digits", T, r"str 'digits'"),
        (None, T, r"NoneType None"),
        (DIGITS, T, r"a Digits of images and labels: pass its \.images"),
    ]]


def pixel(value):
    """Three images of which one has a pixel of this value."""
    vectors = np.full((3, 784), 0.5, np.float32)
    vectors[1, 100] = value
    return vectors


# What takes time to make is made when a row needs it.
@cache
def keras_model(build):
    return operator.attrgetter(build)(importlib.import_module("vae_helpers.models"))(seed=0)


@cache
def sequential():
    return importlib.import_module("vae_helpers.backend").keras.Sequential()


@cache
def picture_file():
    path = Path(tempfile.mkdtemp()) / "bar.png"
    Image.new("L", (4, 4)).save(path)
    return path


def network(words):
    others = [(None, "NoneType None"), ("vae-2d", "str 'vae-2d'"), (partial(sequential), "Sequential .*")]
    return [(bad, T, rf"be a network, with {words}.*received {received}, which has no latent_dim")
            for bad, received in others]


def returning(shape):
    return lambda z: np.zeros(shape)


class NanCodes:
    latent_dim = 2

    def encode(self, images):
        return np.full((len(images), 2), NAN), np.zeros((len(images), 2))

    def decode(self, z):
        return np.zeros((len(z), 28, 28))


IMAGE_SHAPE = [(bad, V, rf"be \(height, width\) or \(height, width, 3\), received {re.escape(repr(bad))}")
               for bad in ((28,), "x", 28, (28, 28, 2))]
NO_DIGITS = [
    (3, T, r"be images with their labels, as load_mnist gives, received int 3"),
    (DIGITS.images, T, r"be images with their labels, as load_mnist gives, received an array of shape \(2, 28, 28\)"),
    ((DIGITS.images[:0], DIGITS.labels[:0]), V, r"^images must .*n at least 1; received .*\(0, 28, 28\)"),
    ((DIGITS.images, [1]), V, r"hold one whole number as label for each of the 2 images, received .*\(1,\)"),
    ((DIGITS.images, ["one", "two"]), V, r"hold one whole number as label for each of the 2 images, received .*<U3"),
    ((DIGITS.images[:, :14], DIGITS.labels), V, r"^images must .*received .*\(2, 14, 28\)"),
    ((np.full((1, 784), NAN, np.float32), [1]), V, r"^images must .* values from nan to nan"),
    ((DIGITS.images, DIGITS.labels, 7), T, r"^class_names must be names, received int 7"),
]
NO_PAD = [
    (load_pretrained("vae-12d"), V, r"have 2 latent elements, because the pad is a plane.*latent_dim=12"),
    ("vae-2d", T, r"be a Network, whose dense layers.*models\.to_network.*received str 'vae-2d'"),
    (partial(keras_model, "build_vae"), T, r"be a Network, whose dense layers.*models\.to_network.*latent_sliders"),
]
NO_NAMES = [(bad, V, rf"be a different one for each of the 1 networks, received {re.escape(repr(bad))}")
            for bad in (("a", "b"), "a", ("",), (), (3,))]
OF_A_PAD = [*FINITE_ARRAY, *shape("(2,)", (3,), (1, 2)), ((0, 101), V, r"be from -100\.0 to 100\.0, received \[")]


def between(low, high, beyond):
    return [(bad, V, rf"be from {low} to {high}, received {bad}") for bad in beyond]


# The table: function -> (good arguments, {parameter, parameter: rows, "parameter + parameter": rows of both}) ---------

CODES, LABELS = np.array([[0.5, 2.0], [1.5, -1.0], [-4.0, 0.0], [0.25, 0.75]]), np.array([3, 3, 7, 7])
VAE_2D = load_pretrained("vae-2d")
OF_28 = {"images": DIGITS.images, "image_shape": (28, 28)}
COSTS = {"x": np.zeros((2, 3), np.float32), "x_logits": np.zeros((2, 3), np.float32)}
CODES_OF_2 = [*FINITE_ARRAY, *shape("(n, 2)", (2,), (4, 3), (2, 2, 2)),
              (np.zeros((0, 2)), V, r"not be empty, received an array of shape \(0, 2\)"),
              ([[1e39, 0]], V, r"^z in float32 must be finite, received 1 infinities")]
NO_SPREAD = [(bad, V, r"spread its codes, because the density of q\(z\|x\) is asked for; an autoencoder has none")
             for bad in (load_pretrained("ae-2d"), partial(keras_model, "build_autoencoder"))]
NO_LABELS = [((DIGITS.images, [1, 10]), V, r"have labels from 0 to 9, received \[ 1 10\]"),
             ((DIGITS.images, [0, 256], ("x",) * 300), V, r"have labels from 0 to 255, received \[  0 256\]")]
NORMALS = {"mean_p": 0, "std_p": 1, "mean_q": 0, "std_q": 1}
TWO_NORMALS = {
    "mean_p, mean_q": FINITE_ARRAY,
    "std_p, std_q": POSITIVE_ARRAY,
    "mean_p + mean_q": [(([0, 1], [0, 1, 2]), V, NOT_TOGETHER)],
}
BAR = np.zeros((60, 40), np.uint8)
BAR[10:40, 15:20] = 255
SPECKS = np.zeros((200, 200), np.uint8)
SPECKS[::50, ::50] = 255
HISTORY = {"loss": [2.0, 1.0], "reconstruction": [1.5, 0.5], "kl": [0.5, 0.5]}
A_PICTURE_OF_BYTES = [
    (as_type(float), T, r"be uint8 of shape \(height, width\).*, received an array of shape .* dtype float64"),
    (np.zeros(28, np.uint8), T, r"be uint8 of shape \(height, width\).*, received an array of shape \(28,\)"),
    (np.zeros((9, 9, 4), np.uint8), T, r"be uint8 of shape \(height, width\).*, received .* \(9, 9, 4\)"),
    ([[0, 1]], T, r"be uint8 of shape \(height, width\).*, received list \[\[0, 1\]\]"),
    (None, T, r"be uint8 of shape \(height, width\).*, received NoneType None"),
    (DIGITS, T, r"be uint8 of shape \(height, width\).*: pass its \.images"),
    (np.zeros((0, 5), np.uint8), V, r"not be empty, received an array of shape \(0, 5\)"),
]

TABLE = {
    # gaussian
    "gaussian.reparameterize": ({name: np.zeros((2, 3)) for name in ("z_mean", "z_log_var", "noise")}, {
        "z_mean, noise": FINITE_ARRAY,
        "z_log_var": [*REAL_ARRAY, (like(INF), V, r"be below infinity, received an array of shape \(2, 3\)")],
        "z_log_var, noise": shape("(2, 3)", (3, 2), (3,), (1, 3), (2, 0)),
        "z_mean": [(np.zeros((3, 2)), V, r"^z_log_var must have shape \(3, 2\), received .*\(2, 3\)"),
                   (np.zeros(3), V, r"^z_log_var must have shape \(3,\), received .*\(2, 3\)"),
                   (np.zeros((2, 0)), V, r"not be empty, received an array of shape \(2, 0\)")],
        "z_log_var + noise": [
            ((like(1500.0), like(0.0)), V, r"^z_mean, z_log_var, noise must be small enough .* in float64, "
             r"received z_mean of size up to 0, z_log_var of size up to 1\.5e\+03, noise of size up to 0"),
        ],
        "z_mean + z_log_var + noise": [
            (tuple(np.full(2, value, np.float32) for value in (3e38, 0, 3e38)), V,
             r"^z_mean, z_log_var, noise must be small enough .* in float32, received z_mean of size up to 3e\+38"),
        ],
    }),
    "gaussian.log_normal_density": ({"x": 0, "mean": 0, "std": 1}, {
        "x, mean": FINITE_ARRAY,
        "std": POSITIVE_ARRAY,
        "x + mean": [(([0, 1], [0, 1, 2]), V, NOT_TOGETHER)],
    }),
    "gaussian.kl_to_standard_normal": ({"z_mean": np.zeros((1, 2)), "z_log_var": np.zeros((1, 2))}, {
        "z_mean": [*FINITE_ARRAY, *shape("(n, m)", (3,), (2, 3, 1), ()),
                   (np.zeros((0, 3)), V, r"not be empty, received an array of shape \(0, 3\)")],
        "z_log_var": [*REAL_ARRAY, *shape("(1, 2)", (1, 3), (2, 2), (2,), (2, 0)),
                      (like(INF), V, r"be below infinity, received an array of shape \(1, 2\)")],
    }),
    "gaussian.kl_between": (NORMALS, TWO_NORMALS),
    "gaussian.kl_quadrature": (NORMALS, TWO_NORMALS),
    "gaussian.kl_monte_carlo": ({**NORMALS, "n_samples": 10, "rng": RNG}, {
        **TWO_NORMALS,
        "n_samples": integer(1),
        "rng": GENERATOR,
    }),
    "gaussian.prior_tail": ({"z": np.zeros((4, 2))}, {
        "z": [*(row for row in FINITE_ARRAY), (1.0, V, r"have an axis of latent elements, received .*shape \(\)")],
    }),

    # latent
    "latent.plane_codes": ({"n": 3, "span": 2.0}, {
        "n": integer(2),
        "span": [*POSITIVE_NUMBER, (1e39, V, r"be small enough that the result fits in float32, received span .*")],
    }),
    "latent.quantile_plane_codes": ({"n": 3}, {"n": integer(1)}),
    "latent.interpolate": ({"z_from": [1.0, 2.0], "z_to": [3.0, -1.0], "n": 5, "kind": "slerp"}, {
        "z_from, z_to": FINITE_ARRAY,
        "z_from": [*shape("(n,)", (1, 2), ()), (np.ones(3), V, r"^z_to must have shape \(3,\), received .*\(2,\)"),
                   ([0, 0], V, r"^a great circle needs two codes away from the origin, received \[0\. 0\.\] and")],
        "z_to": [*shape("(2,)", (3,), (1, 2)),
                 ([0, 0], V, r"^a great circle needs two codes away from the origin, received .*\[0\. 0\.\]"),
                 *(([x, y], V, r"^no single great circle joins opposite directions, received \[1\. 2\.\] and")
                   for x, y in ((-1, -2), (-3, -6), (-1, -2 * (1 + 1e-8))))],
        "z_from + z_to": [(([], []), V, r"^z_from must not be empty, received an array of shape \(0,\)"),
                          (([0, 0], [0, 0]), V, r"^a great circle needs two codes away from the origin"),
                          (([1.7e308, 1.7e308], [1.7e308, -1.7e308]), V,
                           r"^z_from, z_to must be small enough .* in float64, received z_from .*1\.7e\+308")],
        "n": integer(2),
        "kind": one_of("linear", "slerp"),
    }),
    "latent.attribute_vector": ({"codes": CODES, "amounts": np.ones(4), "labels": LABELS, "share": 0.1}, {
        "codes": [*FINITE_ARRAY, *shape("(n, m)", (4,)),
                  ([[1.7e308], [1.7e308], [-1.7e308], [1.7e308]], V, r"be small enough .*received codes of size")],
        "amounts": [*FINITE_ARRAY, *shape("(4,)", (5,), (4, 1))],
        "labels": [(LABELS[:3], V, r"be an integer for each of the 4 codes, received an array of shape \(3,\)"),
                   (as_type(float), V, r"be an integer for each of the 4 codes, received .* dtype float64"),
                   (None, V, r"be an integer for each of the 4 codes, received .* dtype object"),
                   ([3, 3, 3, 7], V, r"have at least two images of each kind, received one of kind 7")],
        "share": [*POSITIVE_NUMBER, (0.6, V, r"be at most 0\.5, received 0\.6")],
    }),
    "latent.active_units": ({"z_mean": CODES, "threshold": 0.01}, {
        "z_mean": [*FINITE_ARRAY, *shape("(n, m)", (4,), (2, 2, 2)),
                   ([[1.7e308], [-1.7e308]], V, r"be small enough .*received z_mean of size up to 1\.7e\+308")],
        "threshold": [*NUMBER, (-0.01, V, r"be at least 0, received -0\.01")],
    }),

    "latent.digit_plane": ({"decode": VAE_2D.decode, "codes": CODES}, {
        "decode": [(3, T, r"be a function from codes to pixels, received int 3"),
                   *((partial(returning, bad), V, r"give pixels of shape \(4, height, width\), .* or "
                      rf"\(4, 784\), received an array of shape {re.escape(str(bad))}")
                     for bad in ((3, 28, 28), (4, 783), (4, 28, 28, 4), (4,)))],
        "codes": [*FINITE_ARRAY, *shape("(n, m)", (4,), (2, 2, 1)),
                  (CODES[:3], V, r"be a square number of them, received 3")],
    }),

    # drawing
    "drawing.draw_as_mnist": ({"strokes": [[(0.1, 0.1), (0.9, 0.9)]]}, {
        "strokes": [
            ([], V, r"not be empty: nothing is drawn"),
            ("strokes", T, r"be a list of strokes, received str 'strokes'"),
            (None, T, r"be a list of strokes, received NoneType None"),
            ([["a", "b"]], T, r"^strokes\[0\] must hold real numbers"),
            ([[]], V, r"^strokes\[0\] must have shape \(n, 2\), received an array of shape \(0,\)"),
            ([[(0.1, 0.1)], [(0.1, 0.2, 0.3)]], V, r"^strokes\[1\] must have shape \(n, 2\), received .*\(1, 3\)"),
            ([[(0.1, 0.1), (0.2, NAN)]], V, r"^strokes\[0\] must not hold NaN, received 1"),
            ([[(0.1, 0.1), (1.2, 0.5)]], V, r"^the points of strokes\[0\] must be from 0 to 1, received "),
            ([[(0.5, 0.5)]], "TooSmallError", r"^This is but a dot"),
            ([[(0.5, 0.5), (0.52, 0.5)]], "TooSmallError", r"^This is but a dot"),
        ],
    }),
    "drawing.valid_strokes": ({"value": []}, {
        "value": [({}, T, r"^strokes must be a list of strokes, received dict"),
                  ([3], V, r"^strokes\[0\] must have shape \(n, 2\), received an array of shape \(\)")],
    }),
    "drawing.centre_as_mnist": ({"picture": BAR}, {
        "picture": [*A_PICTURE_OF_BYTES,
                    (np.zeros((1, 28, 28), np.uint8), T, r"be uint8 of shape .*, received .*\(1, 28, 28\)"),
                    (like(np.uint8(0)), V, r"hold ink .*, received greys from 0 to 0: nothing is drawn"),
                    (like(np.uint8(255)), V, r"be paper .*, received ink on 100% of it; .*pass 255 - picture"),
                    (255 - BAR, V, r"be paper .*, received ink on 94% of it; .*pass 255 - picture"),
                    (RNG.integers(0, 20, (60, 40), np.uint8), V, r"hold ink .*, received greys from 0 to 19"),
                    (SPECKS, V, r"hold ink, received nothing but specks: nothing is drawn")],
    }),
    "drawing.photograph_as_mnist": ({"picture": 255 - BAR}, {
        "picture": [*A_PICTURE_OF_BYTES,
                    (like(np.uint8(230)), V, r"^picture, .* must hold ink .*: nothing is drawn; take one of a dark"),
                    (like(np.uint8(0)), V, r"^picture, .* must be paper .*, received ink on 100% of it; take one"),
                    (BAR, V, r"^picture, .* must be paper .*, received ink on \d\d% of it; take one of a dark"),
                    (255 - BAR[10:], V, r"show a dark digit with paper all around .* touches the edge or is smaller"),
                    (255 - SPECKS, V, r"(hold ink|show a dark digit)")],
    }),

    # plots
    "plots.digit_sheet": ({"images": np.zeros((3, 28, 28)), "n_columns": 2}, {
        "images": ink(r"\(n, height, width\), .* or \(n, 784\)", (28, 28), (2, 27, 28, 4), (2, 783)),
        "n_columns": integer(1),
        "row_labels": [(labels, V, rf"be one for each of the 2 rows, received {len(labels)}")
                       for labels in ([], ["one"], ["one", "two", "three"])],
        "ax": AXES,
    }),
    "plots.show_ink": ({"picture": np.zeros((5, 7))}, {
        "picture": ink(r"\(height, width\)", (5,), (2, 28, 28), (5, 5, 4)),  # a fourth plane is no colour
        "ax": AXES,
    }),
    "plots.cost_curves": ({"history": HISTORY}, {
        "history": [
            (None, T, r"be the dict of costs that training logged, received NoneType None"),
            ([200.0, 150.0], T, r"be the dict .*, received list \[200\.0, 150\.0\]"),
            ({}, V, r"hold the costs loss of each epoch, received \[\]"),
            ({"loss": []}, V, r"hold the costs loss of each epoch, received \['loss'\] with lengths \{'loss': 0\}"),
            ({"kl": [1.0]}, V, r"hold the costs loss, reconstruction, kl of each epoch, received \['kl'\]"),
            ({"loss": [1.0], "kl": [1.0]}, V, r"hold the costs .*, received \['kl', 'loss'\]"),
            ({**HISTORY, "kl": [1.0]}, V, r"hold the costs .* 'kl': 1"),
            ({**HISTORY, "reconstruction": []}, V, r"hold the costs .* 'reconstruction': 0"),
        ],
        "ax": AXES,
    }),
    "plots.latent_plane": ({"codes": CODES, "labels": LABELS}, {
        "codes": [*FINITE_ARRAY, *shape("(n, 2)", (4, 3), (4,)),
                  (np.zeros((0, 2)), V, r"not be empty, received an array of shape \(0, 2\)")],
        "labels": [(bad, V, rf"be one digit from 0 to 9 for each of the 4 codes, or .*, received .*{received}")
                   for bad, received in [(LABELS[:3], r"\(3,\)"), (LABELS[:, None], r"\(4, 1\)"), ([0, 1, 2, 10], "10"),
                                         ([0, 1, 2, -1], "-1"), (as_type(float), "float64"), (LABELS + 0.5, "float64"),
                                         (LABELS > 3, "bool"), (as_type(str), "<U"), (None, "None")]],
        "class_names": [(["a", "b"], V, r"have a name for each label, received 2 names for the labels \[3 7\]"),
                        (7, T, r"be names, received int 7"), (list(range(10)), T, r"be names, received list \[0, 1")],
        "span": optional(POSITIVE_NUMBER),
        "text_size": optional(POSITIVE_NUMBER),
        "ax": AXES,
    }),
    "plots.digit_plane": ({"picture": np.zeros((84, 84)), "codes": plane_codes(3), "n_ticks": 6}, {
        "picture": ink(r"\(84, 84\) for 9 codes", (84, 56), (9, 28, 28)),
        "codes": [*FINITE_ARRAY, *shape("(n, 2)", (2, 9), (9, 3)),
                  (plane_codes(3)[:8], V, r"be a grid, row by row, .*, received an array of shape \(8, 2\)"),
                  (RNG.normal(size=(4, 2)), V, r"be a grid, row by row"),
                  (RNG.permutation(plane_codes(3)), V, r"be a grid, row by row")],  # ticks would be wrong
        "image_shape": [(bad, V, rf"be \(height, width\) or \(height, width, 3\), received {re.escape(repr(bad))}")
                        for bad in ((28,), "x", (28, 28, 2))],
        "n_ticks": integer(2),
        "ax": AXES,
    }),
    "plots.prior_circles": ({"ax": None}, {"ax": AXES}),
    "plots.kl_integrand": ({**NORMALS, "span": 4.0}, {
        "mean_p, mean_q": NUMBER,
        "std_p, std_q, span": POSITIVE_NUMBER,
        "ax": AXES,
    }),

    # data
    "data.load_mnist": ({"subset": "test"}, {"subset": one_of("all", "train", "test")}),
    "data.load_images": ({"folder_or_files": partial(picture_file), "image_shape": (4, 4), "ink": "light"}, {
        "folder_or_files": [
            ([], V, r"hold PNG or JPEG files, received \[\], which holds none"),
            (3, T, r"be a folder or a list of files, received int 3"),
            (DIGITS.images, T, r"be a folder or a list of files, received an array of shape \(2, 28, 28\)"),
            ("no/such/picture.png", V, r"be PNG or JPEG pictures, and cannot be read is .*picture\.png")],
        "image_shape": IMAGE_SHAPE,
        "ink": one_of("dark", "light"),
    }),
    "data.as_vectors": (OF_28, {"images": images(), "image_shape": IMAGE_SHAPE}),
    "data.flat_pixels": (OF_28, {"images": images(), "image_shape": IMAGE_SHAPE}),
    "data.as_levels": (OF_28, {"images": images(), "image_shape": IMAGE_SHAPE}),
    "data.vector_batches": ({**OF_28, "size": 2}, {"images": images(), "image_shape": IMAGE_SHAPE, "size": integer(1)}),
    "data.labelled": ({"digits": DIGITS, "image_shape": (28, 28)}, {
        "digits": NO_DIGITS,
        "image_shape": IMAGE_SHAPE,
        "digits + image_shape": [((None, (20, 16)), T, r"be given for images of \(20, 16\), as load_images gives")],
    }),
    "data.names_of_classes": ({"labels": [0, 1], "class_names": ("disc", "bar")}, {
        "labels": [([0, 5], V, r"^class_names must have a name for each label, received 2 .* the labels \[0 5\]")],
        "class_names": [(("disc",), V, r"have a name for each label, received 1 names for the labels \[0 1\]"),
                        ("01", T, r"be names, received str '01'"), ([0, 1], T, r"be names, received list \[0, 1\]"),
                        (7, T, r"be names, received int 7")],
    }),

    # network
    "network.load_pretrained": ({"name": "ae-2d"}, {"name": [
        *one_of("vae-2d", "vae-12d", "ae-2d", "ae-12d"), *((bad, V, rf"be one of .*; received {bad!r}")
                                                 for bad in ("VAE-2D", "", "../weights/vae-2d"))]}),
    "network.weight_shapes": ({"latent_dim": 2, "image_shape": (4, 4)},
                              {"latent_dim": integer(1), "image_shape": IMAGE_SHAPE}),
    "network.Network.encode": ({"self": VAE_2D, "images": DIGITS.images}, {"images": images()}),
    "network.Network.decode": ({"self": VAE_2D, "z": [[0.0, 0.0]]}, {"z": CODES_OF_2}),
    "network.Network.decode_logits": ({"self": VAE_2D, "z": [[0.0, 0.0]]}, {"z": CODES_OF_2}),

    # evaluation
    "evaluation.bernoulli_cost": (COSTS, {
        "x": [(np.zeros((2, 4)), V, r"^x and x_logits must have one shape, \(n, pixels\).*\(2, 4\).*\(2, 3\)"),
              (np.zeros(3), V, r"^x and x_logits must have one shape, \(n, pixels\), received .*\(3,\).*\(2, 3\)"),
              (like(1.5), V, r"^x must be pixels in \[0, 1\], received .* with values from 1\.5 to 1\.5"),
              (like(-0.5), V, r"^x must be pixels in \[0, 1\], received .* with values from -0\.5 to -0\.5"),
              (like(NAN), V, r"^x must not hold NaN")],
        "x_logits": [(np.zeros((2, 1)), V, r"^x and x_logits must have one shape, .*\(2, 3\).*\(2, 1\)"),
                     (like(NAN), V, r"^x_logits must not hold NaN"), (like(np.inf), V, r"^x_logits must be finite")],
    }),
    "evaluation.elbo": ({"network": VAE_2D, "images": DIGITS.images, "n_samples": 1, "seed": 0}, {
        "network": [*network("latent_dim, encode, decode, decode_logits"), *NO_SPREAD],
        "images": images(),
        "n_samples": integer(1),
        "seed": integer(0),
    }),
    "evaluation.importance_weighted_bound": ({"network": VAE_2D, "images": DIGITS.images, "k": 2, "seed": 0}, {
        "network": [*network("latent_dim, encode, decode, decode_logits"), *NO_SPREAD],
        "images": images(),
        "k": integer(1),
        "seed": integer(0),
    }),
    "evaluation.exact_log_likelihood": ({"network": VAE_2D, "images": DIGITS.images, "step": 0.5, "span": 2.0}, {
        "network": [*network("latent_dim, encode, decode, decode_logits"),
                    (load_pretrained("vae-12d"), V, r"have 2 latent elements, so that a grid .*, received 12")],
        "images": images(),
        "step, span": POSITIVE_NUMBER,
    }),
    "evaluation.binary_accuracy": ({"network": VAE_2D, "images": DIGITS.images}, {
        "network": network("latent_dim, encode, decode"),
        "images": images(),
    }),
    "evaluation.nearest_images": ({**OF_28, "among": DIGITS.images, "k": 1}, {
        "images": images(),
        "among": images(),
        "k": [*integer(1), (3, V, r"be from 1 to 2, received 3")],
        "image_shape": IMAGE_SHAPE,
    }),

    # models
    "models.bernoulli_cost": (COSTS, {
        "x": [(np.zeros((2, 4)), V, r"^x and x_logits must have one shape, \(batch, .*\(2, 4\) and \(2, 3\)"),
              (like(1.5), V, r"be pixels in \[0, 1\], received .* with values from 1\.5 to 1\.5\. Divide pixels"),
              (like(-0.5), V, r"be pixels in \[0, 1\], received .* with values from -0\.5 to -0\.5"),
              (like(NAN), V, r"be pixels in \[0, 1\], received .* with values from nan to nan")],
        "x_logits": [(np.zeros((2, 1)), V, r"^x and x_logits must have one shape, .* \(2, 3\) and \(2, 1\)"),
                     (np.zeros(3), V, r"^x and x_logits must have one shape, .* \(2, 3\) and \(3,\)")],
    }),
    "models.kl_cost": ({"z_mean": np.zeros((1, 2)), "z_log_var": np.zeros((1, 2))}, {
        "z_mean, z_log_var": [(np.zeros(bad), V, r"^z_mean and z_log_var must have one shape, \(batch, .*\), received "
                               rf".*{re.escape(str(bad))}") for bad in ((1, 3), (2,), ())],
    }),
    **{f"models.{builder}": ({"latent_dim": 2, "seed": 0, "image_shape": (4, 4)}, {
        "latent_dim": integer(1),
        "seed": optional(integer(0)),
        "image_shape": IMAGE_SHAPE,
    }) for builder in ("build_encoder", "build_decoder", "build_autoencoder")},
    "models.build_vae": ({"latent_dim": 2, "beta": 1.0, "seed": 0, "image_shape": (4, 4)}, {
        "latent_dim": integer(1),
        "beta": [*NUMBER, (-0.1, V, r"be at least 0, received -0\.1")],
        "seed": optional(integer(0)),
        "image_shape": IMAGE_SHAPE,
    }),
    "models.from_network": ({"network": VAE_2D}, {
        "network": [("vae-2d", T, r"be a Network, as load_pretrained gives, received str 'vae-2d'"),
                    (partial(sequential), T, r"be a Network, as load_pretrained gives, received Sequential")],
    }),
    "models.to_network": ({"model": partial(keras_model, "build_vae")}, {
        "model": [(VAE_2D, T, r"be a VAE or an Autoencoder of this module, received Network"),
                  (partial(sequential), T, r"be a VAE or an Autoencoder of this module, received Sequential")],
    }),

    # training
    "training.train": ({"model": partial(keras_model, "build_vae"), "images": DIGITS.images, "epochs": 1,
                        "batch_size": 2, "peak_learning_rate": 1e-3, "validation_images": None, "seed": 0,
                        "progress": False}, {
        "model": [(VAE_2D, T, r"come from build_vae or build_autoencoder, received Network"),
                  (partial(sequential), T, r"come from build_vae or build_autoencoder, received Sequential")],
        "images": images(),
        "epochs": integer(1),
        "batch_size": [*integer(1), (3, V, r"be at most the number of images, received 3 for 2")],
        "peak_learning_rate": POSITIVE_NUMBER,
        "validation_images": optional(images()),
        "seed": optional(integer(0)),
    }),
    "training.one_cycle": ({"total_steps": 10, "peak_learning_rate": 1e-3}, {
        "total_steps": integer(1),
        "peak_learning_rate": POSITIVE_NUMBER,
    }),

    # sliders and pads
    "sliders.guarded": ({"widget": ipywidgets.Button()}, {
        "widget": [("button", T, r"be one of ipywidgets', received str 'button'")]}),
    "sliders.gaussian_sliders": ({"mean": 0.0, "std": 1.0, "n_draws": 10, "seed": 0}, {
        "mean": [*NUMBER, *between(-3.0, 3.0, (4.0, -3.5))],
        "std": [*NUMBER, *between(0.4, 2.0, (0.0, -1.0, 2.5))],
        "n_draws": [*integer(10), *between(10, 1000, (2000,))],
        "seed": integer(0),
    }),
    "sliders.kl_sliders": ({"mean_q": 0.0, "std_q": 1.0, "mean_p": 0.0, "std_p": 1.0}, {
        "mean_q, mean_p": [*NUMBER, *between(-3.0, 3.0, (4.0, -3.5))],
        "std_q, std_p": [*NUMBER, *between(0.4, 2.0, (0.0, -1.0, 5.0))],
    }),
    "sliders.beta_slider": ({"beta": 1.0, "seed": 1}, {
        "beta": [*NUMBER, *((bad, V, r"be one of 0, 0\.1, 0\.3, 1, 3, 10, 30, 1568; received ") for bad in (2.0, -1))],
        "seed": [*integer(0), (3, V, r"be one of 1, 2; received 3")],
    }),
    "sliders.latent_sliders": ({"network": VAE_2D, "z": [0.0, 0.0], "digits": DIGITS, "seed": 0}, {
        "network": [*network("latent_dim, encode, decode"),
                    (NanCodes(), V, r"^the codes that network gives must not hold NaN, received 4")],
        "z": [*optional(FINITE_ARRAY), *shape("(2,)", (3,), (1, 2)),
              ([0, 9], V, r"be from -4\.0 to 4\.0, received \[0")],
        "digits": NO_DIGITS,
        "seed": integer(0),
    }),
    "pad.latent_pad": ({"decoder": VAE_2D, "other": None, "digits": DIGITS, "z": (0.0, 0.0), "span": 3.0,
                        "names": None}, {
        "decoder": [*NO_PAD, (None, T, r"be a Network, whose dense layers")],
        "other": NO_PAD,
        "digits": [*NO_DIGITS, *NO_LABELS],
        "z": OF_A_PAD,
        "span": optional(POSITIVE_NUMBER),
        "names": NO_NAMES,
        "other + names": [((VAE_2D, ("a", "a")), V, r"^names must be a different one for each of the 2 networks"),
                          ((VAE_2D, ("a",)), V, r"^names must be a different one for each of the 2 networks")],
    }),
    "pad.drawing_pad": ({"decoder": VAE_2D, "digits": DIGITS, "z": (0.0, 0.0), "span": 3.0, "names": None}, {
        "decoder": [*NO_PAD, (None, T, r"be a Network, whose dense layers")],
        "digits": [*NO_DIGITS, *NO_LABELS],
        "z": OF_A_PAD,
        "span": optional(POSITIVE_NUMBER),
        "names": NO_NAMES,
    }),

    # checks
    "checks.check": ({"name": "02.1", "answer": ...}, {
        "name": [("02.99", V, r"be one of '02\.1'"),
                 *((name, V, rf"^the part of name before its number must be one of .*; received {received}")
                   for name, received in (("12.1", "'12'"), (2.1, "'2'"), (None, "''"), ("", "''")))],
    }),
}

# Functions that refuse nothing, and why; and parameters that take anything.
REFUSES_NOTHING = {
    "checks.answer_key": "what it refuses stands with checks.check",
    "exercises.kl": "called by answer keys alone",
    "exercises.near": "called by answer keys alone",
    "language.translated": "called by helpers alone",
    "data.evenly": "called with numbers that were counted",
    "latent.tiled": "called with images that were checked",
    "latent.as_pictures": "what it refuses is told in the words of latent.digit_plane and plots.digit_sheet",
    "network.flat_weights": "called with the layers of a network",
    "scripts.as_one": "what it refuses is a module that is missing or imports itself: test_scripts.py",
    "study.beta_planes": "it takes a file, or none",
    "study.read": "what it refuses is a damaged file: test_study.py",
}
TAKES_ANYTHING = {
    "checks.check": {"answer"},
    "models.build_encoder": {"variational"},
    "models.to_network": {"info"},
    "network.weight_shapes": {"is_vae"},
    "training.train": {"callbacks", "progress"},  # Keras refuses callbacks that are none
}


def made(given):
    return {name: value() if isinstance(value, partial) else value for name, value in given.items()}


def resolve(name):
    room, function = name.split(".", 1)
    return operator.attrgetter(function)(importlib.import_module(f"vae_helpers.{room}"))


def rows(function):
    """Yield (name, arguments, error, pattern of the message) of the bad values of a function."""
    good, bad_values = TABLE[function]
    for names, listed in bad_values.items():
        for number, (bad, error, message) in enumerate(listed):
            for changed in [names.split(" + ")] if "+" in names else [[name] for name in names.split(", ")]:
                values = bad if len(changed) > 1 else [bad]
                values = [value(good.get(name)) if inspect.isfunction(value) else value
                          for name, value in zip(changed, values)]
                pattern = message if message.startswith("^") else rf"^{changed[0]} must {message}"
                yield f"{'+'.join(changed)}-{number}", {**good, **dict(zip(changed, values))}, error, pattern


def refusal(function, given):
    """Call a function and return the type and the text of what it raises, or None and what it returns."""
    try:
        return None, f"nothing raised, returned {resolve(function)(**made(given))!r}"
    except Exception as error:
        return type(error).__name__, str(error)


@pytest.mark.parametrize("function", TABLE)
def test_bad_input_is_refused(function):
    """One test a function, because a test of its own for each of the 1,500 rows would take longer than the rows do."""
    wrong = {}
    for name, given, error, pattern in rows(function):
        kind, text = refusal(function, given)
        if kind != getattr(error, "__name__", error) or not re.search(pattern, text, re.DOTALL):
            wrong[name] = f"{kind}: {text} does not match {error}: {pattern}"
    assert not wrong, "\n".join(f"{name}: {problem}" for name, problem in wrong.items())
    assert not plt.get_fignums(), "an empty figure is left behind"


def test_a_row_that_does_not_hold_is_noticed(monkeypatch):
    good, bad = {"mean": 0.0, "std": 1.0, "x": 0.0}, [(-1.0, V, r"be positive"), (1.0, V, r"be positive"),
                                                     (-1.0, T, r"be positive"), (-1.0, V, r"be negative")]
    monkeypatch.setitem(TABLE, "gaussian.log_normal_density", (good, {"std": bad}))
    with pytest.raises(AssertionError) as caught:
        test_bad_input_is_refused("gaussian.log_normal_density")
    assert [name for name in ("std-0", "std-1", "std-2", "std-3") if name in str(caught.value)] == [
        "std-1", "std-2", "std-3"]


@pytest.mark.parametrize("function", [
    pytest.param(function, marks=pytest.mark.slow) if function == "training.train" else function for function in TABLE])
def test_the_good_arguments_of_the_table_are_accepted(function):
    """Otherwise a row could pass for another reason than its own."""
    resolve(function)(**made(TABLE[function][0]))


def test_every_parameter_has_its_rows():
    functions = {name: arguments(node) for name, node in DOCUMENTED.items()
                 if isinstance(node, ast.FunctionDef) and arguments(node)}
    missing = set(functions) - set(TABLE) - set(REFUSES_NOTHING)
    assert not missing, "give it rows, or say why it refuses nothing"
    assert set(TABLE) | set(REFUSES_NOTHING) <= set(functions), "a row of a function that is gone"
    for function, (_, bad_values) in TABLE.items():
        named = {name for names in bad_values for name in re.split(", | [+] ", names)}
        assert named == functions[function] - TAKES_ANYTHING.get(function, set()), function
