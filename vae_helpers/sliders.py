"""Sliders beside a picture: thin shells over the other rooms. No TensorFlow, no pyplot, nothing from the network.

Introduced in notebooks 02 (`gaussian_sliders`), 03 (`kl_sliders`), 09 (`latent_sliders`) and 10 (`beta_slider`).
Their modules in `assets/js` compute and draw in the browser. Only for a network that the browser cannot run is Python
asked, for the picture of each code.
"""

import io
import math
import threading
from base64 import b64encode

import ipywidgets
import numpy as np
import traitlets
from PIL import Image

from vae_helpers import _validate, study
from vae_helpers.data import as_levels, evenly, labelled, load_mnist
from vae_helpers.gaussian import kl_between
from vae_helpers.language import translated
from vae_helpers.look import COLOURS
from vae_helpers.network import flat_weights
from vae_helpers.scripts import ASSETS, OrSentence, Spoken, as_one

MEANS = (-3.0, 3.0)  # the lowest and the highest value of a slider
STDS = (0.4, 2.0)
DRAWS = (10, 1000)
MOST_BYTES = 700_000  # of real digits in the browser: 890 of MNIST's; with a network's weights they make 2 MB
LARGEST = float(np.finfo(np.float16).max)

# Callbacks may come on two threads. Reentrant, because whoever observes a picture may move a slider.
_drawing = threading.RLock()


class _Answering(Spoken):
    """A widget that the browser can ask whether Python is there (`assets/js/kernel.js`)."""

    asked = traitlets.Bool().tag(sync=True)

    @traitlets.observe("asked")
    def _answer(self, _):
        self.asked = False


class _Guard(_Answering):
    """Shows nothing: keeps the keys of the widgets beside it, and says when Python is gone (`assets/js/guard.js`)."""

    _esm = as_one("guard.js")
    _css = ASSETS / "guard.css"


class _Guarded(OrSentence, ipywidgets.VBox):
    """What `guarded` returns."""


def guarded(widget):
    """Keep the keys that are pressed in a widget from changing the notebook.

    JupyterLab takes single keys for commands, also while a slider or a button has the focus: D D deletes the cell. The
    widgets of this package are guarded already; what is made of ipywidgets by hand is not. From its fields the chords
    with Ctrl or Cmd still lead to JupyterLab, and Escape leads back to the cell. 0,7 in a field for numbers is 0.7.

    Parameters
    ----------
    widget : ipywidgets.Widget

    Returns
    -------
    ipywidgets.VBox
        The widget, with a guard beside it that shows nothing.
    """
    _validate.require(isinstance(widget, ipywidgets.Widget), "widget must be one of ipywidgets'", widget,
                      error=TypeError)
    return _Guarded([widget, _Guard()])


class _Number(traitlets.TraitType):
    """A number that has a slider; one beyond its limits is answered by this package's messages."""

    def __init__(self, label, limits, step=0.05):
        super().__init__(limits[0])
        self.limits = limits
        self.control = {"label": label, "low": limits[0], "high": limits[1], "step": step}
        self.tag(sync=True)

    def validate(self, widget, value):
        whole = isinstance(self.control["step"], int)
        number = _validate.integer(value, self.name, self.limits[0]) if whole else _validate.real(value, self.name)
        return _validate.within(number, self.name, *self.limits)


class _Stop(traitlets.TraitType):
    """The beta or the seed of one of the networks of a slider over them."""

    def validate(self, widget, value):
        number = _validate.integer(value, "seed", 0) if self.name == "seed" else _validate.real(value, self.name)
        stops = widget.setup[f"{self.name}s"]
        _validate.require(number in stops, f"{self.name} must be one of {', '.join(f'{stop:g}' for stop in stops)}; "
                          f"received {value}")
        return number


class _InBrowser(OrSentence, Spoken):
    """A widget whose numbers and pictures are made in the browser: it goes on while the kernel is busy, or gone."""

    _css = ASSETS / "twin.css"

    setup = traitlets.Dict().tag(sync=True)  # what its module does not know: the sliders, and the colours

    @traitlets.default("setup")
    def _sliders(self):
        # In the order of their class; `traits` has them by the alphabet.
        numbers = [part for kind in type(self).__mro__ for part in vars(kind).values() if isinstance(part, _Number)]
        return {"controls": [{"name": number.name, **number.control} for number in numbers], **COLOURS}


class GaussianSliders(_InBrowser):
    """Sliders for draws from a normal distribution; made by `gaussian_sliders`.

    Attributes
    ----------
    mean, std : float
    n_draws : int
    noise : list of float
        A thousand numbers alpha from N(0, 1), of which the first `n_draws` become z = mean + std * alpha. More draws
        keep the earlier ones.
    """

    _esm = as_one("gaussian.js")
    _sentence = "Run this cell to move the sliders: draws from a Gaussian, with sliders for its mean and std."

    mean, std = _Number("mean \u03bc", MEANS), _Number("std \u03c3", STDS)
    n_draws = _Number("draws", DRAWS, step=10)
    noise = traitlets.TraitType(()).tag(sync=True)

    @traitlets.validate("noise")
    def _valid_noise(self, proposal):
        return _validate.finite_array(proposal["value"], "noise", (DRAWS[1],)).tolist()


class KLSliders(_InBrowser):
    """Sliders for KL(q || p) of two normal distributions; made by `kl_sliders`.

    Attributes
    ----------
    mean_q, std_q, mean_p, std_p : float
    """

    _esm = as_one("kl.js")
    _sentence = "Run this cell to move the sliders: KL divergence of two Gaussians, with sliders for both."

    mean_q, std_q = _Number("mean of q", MEANS), _Number("std of q", STDS)
    mean_p, std_p = _Number("mean of p", MEANS), _Number("std of p", STDS)


class BetaSlider(_InBrowser):
    """A slider over networks that were trained with different betas; made by `beta_slider`.

    Parameters
    ----------
    planes : dict of tuple (beta, seed) to study.Plane
    beta, seed
        Of the plane to begin with.

    Attributes
    ----------
    beta : float
    seed : int
    """

    _esm = as_one("beta.js")
    _sentence = "Run this cell to move the slider: the trained planes of eight betas."

    beta, seed = _Stop().tag(sync=True), _Stop().tag(sync=True)
    codes, labels = traitlets.Bytes().tag(sync=True), traitlets.Bytes().tag(sync=True)
    sheets = traitlets.List().tag(sync=True)

    def __init__(self, planes, beta, seed):
        runs = [{"beta": beta, "seed": seed, "rate": plane.rate, "distortion": plane.distortion}
                for (beta, seed), plane in planes.items()]
        codes = np.stack([plane.codes for plane in planes.values()])  # (planes, n, 2)
        super().__init__(
            setup={"betas": sorted({beta for beta, _ in planes}), "seeds": sorted({seed for _, seed in planes}),
                   "runs": runs, "classes": list("0123456789"), **COLOURS},
            beta=beta, seed=seed, codes=codes.astype("<f4").tobytes(),
            labels=load_mnist("test").labels[:codes.shape[1]].tobytes())
        # Once beta and seed are known to be good: this takes longer than all the rest.
        self.sheets = [f"data:image/png;base64,{b64encode(_png(plane.sheet)).decode()}" for plane in planes.values()]


def gaussian_sliders(mean=0.0, std=1.0, n_draws=500, seed=0):
    """Show draws z = mean + std * alpha while the mean, the standard deviation and the number of draws are moved.

    Moving a slider keeps the noise alpha and moves and stretches it; a button draws new noise.

    Parameters
    ----------
    mean : float, default=0.0
        From -3 to 3.
    std : float, default=1.0
        From 0.4 to 2.
    n_draws : int, default=500
        From 10 to 1000.
    seed : int, default=0
        Fixes the noise.

    Returns
    -------
    GaussianSliders
        A widget, shown by being the last expression of a cell. Its `mean`, `std` and `n_draws` can be read and set.

    References
    ----------
    Notebook 02; lecture, section 3.2.
    """
    rng = np.random.default_rng(_validate.integer(seed, "seed", least=0))
    return GaussianSliders(mean=mean, std=std, n_draws=n_draws, noise=rng.standard_normal(DRAWS[1]))


def kl_sliders(mean_q=1.0, std_q=0.5, mean_p=0.0, std_p=1.0):
    """Show the Kullback-Leibler divergence KL(q || p) of two normal distributions while they are moved.

    The upper picture holds the two densities; the lower one q(x) (log q(x) - log p(x)), whose area is the divergence:
    filled where it counts as positive, hatched where it counts as negative.

    Parameters
    ----------
    mean_q, mean_p : float
        From -3 to 3; by default 1 and 0.
    std_q, std_p : float
        From 0.4 to 2; by default 0.5 and 1.

    Returns
    -------
    KLSliders
        A widget, shown by being the last expression of a cell. Its `mean_q`, `std_q`, `mean_p` and `std_p` can be read
        and set.

    References
    ----------
    Notebook 03; lecture, section 3.3.
    """
    return KLSliders(mean_q=mean_q, std_q=std_q, mean_p=mean_p, std_p=std_p)


def beta_slider(beta=1.0, seed=1):
    """Show the latent plane of a network that was trained with this beta, while beta is moved.

    At the left the sheet of 9 by 9 digits that its decoder draws where the prior puts codes, each tile the same share
    of the prior; at the right the codes of 1,000 test digits, with the prior's circles of 1, 2 and 3 standard
    deviations; below the controls its rate and distortion on the test digits. The networks are those of the study with
    two latent elements: eight betas, two seeds.

    Parameters
    ----------
    beta : float, default=1.0
        One of `study.BETAS`.
    seed : int, default=1
        One of `study.SEEDS`.

    Returns
    -------
    BetaSlider
        A widget, shown by being the last expression of a cell. Its `beta` and `seed` can be read and set.

    References
    ----------
    Notebook 10; lecture, section 4.6.
    """
    return BetaSlider(study.beta_planes(), beta, seed)


def latent_sliders(network, z=None, *, digits=None, seed=0):
    """Show the digit, or other picture, that a code decodes to while each element of the code is moved.

    Buttons draw the code from N(0, I), set it to 0, or start from a real digit: then the code is the mean that the
    encoder gives it, to two decimals, and the digit stands beside what is decoded. For a VAE, the elements that tell
    most about the digits come first, each with its KL in nats: the mean over `digits` of KL(q(z|x) || p(z)). A sentence
    says how far out the code lies among draws from the prior.

    Parameters
    ----------
    network : Network, VAE, Autoencoder, or a class of your own
        With `latent_dim`, `encode` and `decode`, as `load_pretrained` and `build_vae` give it.
    z : array_like of shape (latent_dim,), optional
        The code to begin with, by default 0.
    digits : Digits or Pictures, optional
        The real digits, as from `load_mnist`, or pictures, as from `load_images`; by default the 10,000 test digits.
    seed : int, default=0
        Fixes what the buttons draw.

    Returns
    -------
    LatentSliders
        A widget, shown by being the last expression of a cell. Its `z`, an ndarray of shape (latent_dim,), is the code
        shown, and can be set; `start_from(number)` shows a real digit.

    References
    ----------
    Notebook 09; lecture, sections 3.6 and 4.13.
    """
    return LatentSliders(network, z, digits, seed)


class _Code(traitlets.TraitType):
    """A code within the sliders' limits: an ndarray of their numbers of two decimals, which cannot be written into."""

    def __init__(self):
        super().__init__()
        self.tag(sync=True, to_json=lambda z, _: np.asarray(z).tolist())

    def __set__(self, widget, value):
        """Set by Python it is a new beginning; what the browser sends goes another way."""
        super().__set__(widget, value)
        widget.start = -1

    def validate(self, widget, value):
        limit = widget.setup["limit"]
        z = _validate.finite_array(value, self.name, (len(widget.setup["order"]),))
        z = _validate.within(z, self.name, -limit, limit).astype(float).round(2) + 0.0  # without -0.0
        z.flags.writeable = False
        return z


class LatentSliders(_InBrowser, _Answering):
    """A slider for each element of a code, beside what the code decodes to; made by `latent_sliders`.

    Parameters
    ----------
    network, z, digits, seed
        As of `latent_sliders`.

    Attributes
    ----------
    z : ndarray of shape (latent_dim,)
        The code shown. Set it to move there.
    start : int
        The number of the real digit that the code started from, or -1. Another is set by `start_from`.
    picture : bytes
        What z decodes to, a byte for each pixel or colour, of a network that the browser cannot run: one without
        `decoder_layers`.
    problem : str
        What went wrong, or nothing.
    """

    _esm = as_one("latent.js")

    z = _Code()
    start = traitlets.Int(-1).tag(sync=True)
    original = traitlets.Dict().tag(sync=True)  # of `start`, where the browser has not got it
    wanted = traitlets.Unicode().tag(sync=True)  # what was typed in the place of a number
    picture, problem = traitlets.Bytes().tag(sync=True), traitlets.Unicode().tag(sync=True)
    # Of the dense layers, as numbers of 16 bits, which changes no pixel by a grey level.
    weights = traitlets.Bytes().tag(sync=True)
    codes, images = traitlets.Bytes().tag(sync=True), traitlets.Bytes().tag(sync=True)

    def __init__(self, network, z, digits, seed):
        self._network = _validate.network(network)
        self._shape = getattr(network, "image_shape", (28, 28))
        self._images, labels, class_names = labelled(digits, self._shape)
        self._kind = "digit" if class_names is None else "picture"
        self._sentence = translated(f"Run this cell to move the sliders: {{n}} sliders for z and the {self._kind} that "
                                    "it decodes to.", n=network.latent_dim)
        rng = np.random.default_rng(_validate.integer(seed, "seed", least=0))
        z_mean, z_log_var = network.encode(self._images)  # (n, latent_dim) each
        self._codes = _validate.finite_array(z_mean, "the codes that network gives", (None, network.latent_dim))
        is_vae = np.isfinite(z_log_var).all()  # an autoencoder's are minus infinity
        zeros = np.zeros(network.latent_dim)
        kl = kl_between(self._codes, np.exp(z_log_var / 2), 0.0, 1.0).mean(axis=0) if is_vae else zeros  # (latent_dim,)
        labels, first, self._classes = np.unique(labels, return_index=True, return_inverse=True)
        self._names = [str(label) if class_names is None else class_names[label] for label in labels]
        some = np.union1d(evenly(len(self._images), MOST_BYTES // math.prod(self._shape)), first)  # one of each class
        layers = getattr(network, "decoder_layers", ())
        weights = flat_weights(layers)
        fits = np.abs(weights).max(initial=0) <= LARGEST
        super().__init__(
            setup={"kind": self._kind, "order": np.argsort(-kl, kind="stable").tolist(),
                   "kl": kl.tolist() if is_vae else None, "shape": self._shape, "classes": self._names,
                   # Whole numbers that every digit's code is within, and all but 1 in 15,000 draws from N(0, 1).
                   "limit": float(max(4, np.ceil(np.abs(self._codes).max()))),
                   "layers": [kernel.shape for kernel, _ in layers], "last": len(self._images) - 1,
                   "numbers": some.tolist(), "labels": self._classes[some].tolist(),
                   "seed": int(rng.integers(2**32)), **COLOURS},
            z=zeros if z is None else z,
            weights=weights.astype("<f2").tobytes() if fits else b"",
            images=as_levels(self._images[some], self._shape).tobytes(),
            codes=self._codes[some].astype("<f4").tobytes())

    def start_from(self, number):
        """Move to the code of a real digit and show the digit beside what is decoded.

        Parameters
        ----------
        number : int
            Of the real digit.
        """
        what = f"the number of a real {self._kind}"
        number = _validate.within(_validate.integer(number, what, least=0), what, 0, len(self._images) - 1)
        with _drawing, self.hold_sync():
            self.z, self.start = self._codes[number], number
            self.original = {"name": self._names[self._classes[number]],
                             "image": as_levels(self._images[number:number + 1], self._shape).tobytes()}

    @traitlets.observe("z")
    def _follow(self, _):
        self._attempt(self._decode)

    @traitlets.observe("wanted")
    def _take(self, _):
        if self.wanted:
            self._attempt(lambda: self.start_from(int(self.wanted) if self.wanted.isdecimal() else self.wanted))
            self.wanted = ""  # so that it can be asked for again

    def _attempt(self, action):
        with _drawing:
            try:
                action()
            except Exception as error:
                self.problem = f"{type(error).__name__}: {error}"

    def _decode(self):
        if not self.weights:
            # Read inside the lock: whoever decodes last decodes the newest code.
            pixels = np.reshape(self._network.decode(self.z[None]), self._shape)
            low, high = pixels.min(), pixels.max()  # both NaN, which fails, if a pixel is
            _validate.require(low >= 0 and high <= 1, f"the pixels must be from 0 to 1, received {low} to {high}")
            self.picture = (255 * pixels).round().astype(np.uint8).tobytes()
        self.problem = ""


def _png(sheet):
    file = io.BytesIO()
    Image.fromarray(255 - sheet).save(file, "png")
    return file.getvalue()
