"""The latent plane under the reader's finger: move over it, walk on it, or draw a digit and find it there.

Introduced in notebook 09. The decoder runs in the browser, in plain JavaScript (`assets/js`), so that the digit
follows the finger without asking the kernel. Only what is drawn by hand comes to Python, to be brought to the form of
an MNIST digit and encoded. No TensorFlow, and nothing from the network.
"""

import threading

import numpy as np
import traitlets

from vae_helpers import _validate
from vae_helpers.data import IMAGE_SIDE, as_levels, evenly, labelled
from vae_helpers.drawing import TooSmallError, draw_as_mnist, valid_strokes
from vae_helpers.look import COLOURS
from vae_helpers.network import flat_weights
from vae_helpers.scripts import ASSETS, OrSentence, Spoken, as_one

FARTHEST = 100.0  # elements of z beyond it are taken for a mistake
MOST_DIGITS = 2000  # real digits behind the pad: enough to show each class, and 1.6 MB
LEAST_SPAN = 3.3  # shows the prior's circle of 3 standard deviations


class LatentPad(OrSentence, Spoken):
    """The latent plane of one or two networks, on which a code is moved; made by `latent_pad`.

    Parameters
    ----------
    networks : dict of str to Network
        One or two of one `image_shape`, by the names to show.
    images : ndarray of shape (n, 28, 28) or what `image_shape` is, dtype=uint8
        Real digits, or pictures.
    labels : ndarray of shape (n,), dtype=uint8
    class_names : tuple of str, or None
        Of pictures, what to call the classes 0, 1 and so on.
    z : tuple of float
        The code to begin with.
    span : float, or None
        The plane shows -span to span; None is as far as the first network's codes reach.

    Attributes
    ----------
    z : tuple of float
        The code where the reader is, ``(z[0], z[1])``. Set it to move there.
    points : tuple of tuple of float
        The codes that the reader dropped, in order. Set it to drop others.
    """

    _esm = as_one("pad.js")
    _css = ASSETS / "pad.css"

    # Of no type of traitlets' own: a wrong value is to be answered by this package's messages.
    z = traitlets.TraitType((0.0, 0.0)).tag(sync=True)
    points = traitlets.TraitType(()).tag(sync=True)
    _weights = traitlets.Bytes().tag(sync=True)
    _codes = traitlets.Bytes().tag(sync=True)
    _images = traitlets.Bytes().tag(sync=True)
    _labels = traitlets.Bytes().tag(sync=True)
    _setup = traitlets.Dict().tag(sync=True)

    _sentence = "Run this cell to move on the latent plane."

    def __init__(self, networks, images, labels, class_names, z, span):
        codes = [_validate.finite_array(network.encode(images)[0], f"the codes that {name} gives", (None, 2))
                 for name, network in networks.items()]
        widest = min(max(LEAST_SPAN, 1.05 * float(np.abs(codes[0]).max())), FARTHEST)
        first = next(iter(networks.values()))
        self.images, self.labels = images, labels
        super().__init__(
            _weights=np.concatenate([flat_weights(network.decoder_layers) for network in networks.values()]).tobytes(),
            _codes=np.concatenate(codes).astype("<f4").tobytes(),
            _images=images.tobytes(),
            _labels=labels.astype(np.uint8).tobytes(),
            _setup={"names": list(networks), "layers": [kernel.shape for kernel, _ in first.decoder_layers],
                    "shape": first.image_shape, "classes": class_names or tuple("0123456789"),
                    "kind": "picture" if class_names else "digit", "span": span or widest, "farthest": FARTHEST,
                    **COLOURS},
        )
        self.z = z

    @traitlets.validate("z")
    def _valid_z(self, proposal):
        return _code(proposal["value"], "z")

    @traitlets.validate("points")
    def _valid_points(self, proposal):
        points = proposal["value"]
        listed = isinstance(points, (list, tuple, np.ndarray))
        _validate.require(listed, "points must be a list of codes", points, error=TypeError)
        return tuple(_code(point, f"points[{i}]") for i, point in enumerate(points))


class DrawingPad(LatentPad):
    """A latent pad with a canvas: what is drawn on it is encoded and placed on the plane; made by `drawing_pad`.

    Parameters
    ----------
    networks, images, labels, class_names, z, span
        As of `LatentPad`; one network.

    Attributes
    ----------
    z, points
        As of `LatentPad`. A new drawing sets z to its z_mean.
    strokes : tuple of tuple of tuple of float
        What is on the canvas: each stroke is a tuple of points (x, y), from (0, 0) at its top left to (1, 1) at its
        bottom right. Set it to draw.
    chosen : int
        Which of the real digits behind the pad was taken in place of a drawing, by its index, or -1.
    image : ndarray of shape (28, 28), dtype=uint8, or None
        What was encoded: the drawing in the form of an MNIST digit, or the real digit. None while there is nothing.
    z_mean, z_std : tuple of float, or None
        Its code's mean and standard deviation; an autoencoder's has the standard deviation 0.
    """

    strokes = traitlets.TraitType(()).tag(sync=True)
    chosen = traitlets.TraitType(-1).tag(sync=True)
    _reading = traitlets.Dict().tag(sync=True)

    _sentence = "Run this cell to draw a digit and find it on the latent plane."

    def __init__(self, networks, images, labels, class_names, z, span):
        self._network, = networks.values()
        self._reading_lock = threading.RLock()
        super().__init__(networks, images, labels, class_names, z, span)
        self._read()
        self.observe(self._changed, ["strokes", "chosen"])

    def place(self, image):
        """Encode a picture as if it had been drawn: show it and move to its code.

        Parameters
        ----------
        image : ndarray of shape (28, 28), dtype=uint8
            0 for paper, 255 for ink, as `centre_as_mnist` gives it.
        """
        fine = isinstance(image, np.ndarray) and image.shape == (IMAGE_SIDE, IMAGE_SIDE) and image.dtype == np.uint8
        _validate.require(fine, "image must be uint8 of shape (28, 28), as centre_as_mnist gives it", image)
        with self._reading_lock:
            self.strokes, self.chosen = (), -1
            self._read(image)

    @traitlets.validate("strokes")
    def _valid_strokes(self, proposal):
        return valid_strokes(proposal["value"])

    @traitlets.validate("chosen")
    def _valid_chosen(self, proposal):
        return _validate.within(_validate.integer(proposal["value"], "chosen", -1), "chosen", -1, len(self.images) - 1)

    def _changed(self, change):
        with self._reading_lock:
            # Whichever comes last counts. Clearing one to make way for the other is no news.
            if change["name"] == "strokes" and self.strokes:
                self.chosen = -1
                self._read(self.strokes)
            elif change["name"] == "chosen" and self.chosen >= 0:
                self.strokes = ()
                self._read(self.images[self.chosen])
            elif not self.strokes and self.chosen < 0:
                self._read()

    def _read(self, drawn=None):
        """Encode strokes or an image and tell the browser; show the message of whatever fails."""
        image = z_mean = z_std = None
        problem, is_dot = "", False
        if drawn is not None:
            try:
                image = drawn if isinstance(drawn, np.ndarray) else draw_as_mnist(drawn)
                z_mean, z_log_var = self._network.encode(image[None])
                z_mean, z_std = (_code(array[0], "the code") for array in (z_mean, np.exp(z_log_var / 2)))
            except TooSmallError:
                is_dot = True
            except Exception as error:
                image, z_mean, problem = None, None, f"{type(error).__name__}: {error}"
        self.image, self.z_mean, self.z_std = image, z_mean, z_std
        with self.hold_sync():
            # Counted, because equal readings would be no change and the browser waits for an answer to each drawing.
            self._reading = {"count": self._reading.get("count", 0) + 1, "z_mean": z_mean, "z_std": z_std,
                             "image": None if image is None else image.tobytes(), "is_dot": is_dot, "problem": problem}
            if z_mean is not None:
                self.z = z_mean


def latent_pad(decoder, other=None, *, digits=None, z=(0.0, 0.0), span=None, names=None):
    """Show the latent plane of a network; the digit at the code under mouse, finger or arrow keys is decoded at once.

    Behind lie the codes of real digits, coloured by digit, and the prior's circles of 1, 2 and 3 standard deviations.
    Beside the decoded digit stands the real digit whose code is nearest. Points can be dropped, and walked along.

    Parameters
    ----------
    decoder : Network
        A network with 2 latent elements, for example ``load_pretrained("vae-2d")``.
    other : Network, optional
        A second one, which decodes the same code beside the first; a switch shows its codes on the plane.
    digits : Digits or Pictures, optional
        Real digits, as `load_mnist` gives them, or pictures, as `load_images` does; the 10,000 test digits if left out.
        At most 2,000 are shown, taken evenly from all.
    z : tuple of float, default=(0.0, 0.0)
        The code to begin with.
    span : float, optional
        The plane shows -span to span; as far as the first network's codes reach if left out.
    names : tuple of str, optional
        What to call the networks; by default what their `info` calls them.

    Returns
    -------
    LatentPad
        A widget, shown by being the last expression of a cell. Its `z` is the code where the reader is, its `points`
        are those dropped; both can be read and set.

    References
    ----------
    Notebook 09; lecture, sections 3.6 and 4.13.
    """
    decoders = {"decoder": decoder} if other is None else {"decoder": decoder, "other": other}
    return LatentPad(*_checked(decoders, digits, z, span, names))


def drawing_pad(decoder, *, digits=None, z=(0.0, 0.0), span=None, names=None):
    """Show a canvas to draw a digit on, beside the latent plane on which the network places it, and its reconstruction.

    The drawing is scaled and centred as MNIST's digits are, to 28 by 28 pixels, then encoded: the plane shows z_mean
    and the ellipse of one standard deviation around it. In place of drawing, a real digit can be taken.

    Parameters
    ----------
    decoder : Network
        A network with 2 latent elements, for example ``load_pretrained("vae-2d")``.
    digits, z, span, names
        As of `latent_pad`; one name.

    Returns
    -------
    DrawingPad
        A widget, shown by being the last expression of a cell. Its `image`, `z_mean` and `z_std` are those of the
        drawing.

    References
    ----------
    Notebook 09; lecture, section 4.10.
    """
    arguments = _checked({"decoder": decoder}, digits, z, span, names)
    _validate.require(decoder.image_shape == (IMAGE_SIDE, IMAGE_SIDE), "decoder must be for grey images of 28 by 28, "
                      f"the form that a drawing is brought to, received one for {decoder.image_shape}. For others "
                      "there is latent_pad")
    return DrawingPad(*arguments)


def _checked(decoders, digits, z, span, names):
    """Check what the pads are given and return the arguments of `LatentPad`."""
    for name, decoder in decoders.items():
        _validate.require(hasattr(decoder, "decoder_layers"), f"{name} must be a Network, whose dense layers the "
                          "browser can run: as load_pretrained gives, or models.to_network(vae) of a trained model. "
                          "For others there is latent_sliders", decoder, error=TypeError)
        _validate.require(decoder.latent_dim == 2, f"{name} must have 2 latent elements, because the pad is a plane; "
                          f"received {decoder!r}. For others there is latent_sliders")
        image_shape = decoders["decoder"].image_shape
        _validate.require(decoder.image_shape == image_shape, f"{name} must be for images of {image_shape}, as decoder "
                          f"is, received one for {decoder.image_shape}")
    if names is None:
        names = [decoder.info.get("name", name) for name, decoder in decoders.items()]
        names = names if len(set(names)) == len(names) else list(decoders)
    fine = not isinstance(names, str) and all(isinstance(name, str) and name for name in names)
    _validate.require(fine and len(set(names)) == len(names) == len(decoders), "names must be a different one for each "
                      f"of the {len(decoders)} networks, received {names!r}")
    images, labels, class_names = labelled(digits, image_shape)
    last = min(len(class_names or range(10)), 256) - 1
    _validate.require(np.isin(labels, range(last + 1)).all(), f"digits must have labels from 0 to {last}, received "
                      f"{np.unique(labels)}")
    some = evenly(len(images), MOST_DIGITS)
    span = None if span is None else min(_validate.real(span, "span", above=0), FARTHEST)
    return (dict(zip(names, decoders.values())), as_levels(images[some], image_shape), labels[some].astype(np.uint8),
            class_names, _code(z, "z"), span)


def _code(value, name):
    """Return a code as a tuple of two floats, or say what is wrong with it."""
    return tuple(_validate.within(_validate.finite_array(value, name, (2,)), name, -FARTHEST, FARTHEST).tolist())
