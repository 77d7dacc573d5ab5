"""Sliders beside a picture: thin shells over the other rooms. No TensorFlow, no pyplot, nothing from the network.

Introduced in notebooks 02 (`gaussian_sliders`), 03 (`kl_sliders`), 09 (`latent_sliders`) and 10 (`beta_slider`).
`latent_sliders` is made of ipywidgets, takes any network and asks Python for each picture. The others need nothing but
numbers, and their modules in `assets/js` compute and draw in the browser.
"""

import html
import io
import threading
from base64 import b64encode

import ipywidgets
import numpy as np
import traitlets
from PIL import Image

from vae_helpers import _validate, study
from vae_helpers.data import as_vectors, labelled, load_mnist
from vae_helpers.gaussian import kl_between, prior_tail
from vae_helpers.language import decimal, translated
from vae_helpers.look import COLOURS, PRIOR, WRONG
from vae_helpers.scripts import ASSETS, OrSentence, Spoken, as_one

MEANS = (-3.0, 3.0)  # the lowest and the highest value of a slider
STDS = (0.4, 2.0)
DRAWS = (10, 1000)

# Callbacks may come on two threads. Reentrant, because whoever observes a picture may move a slider.
_drawing = threading.RLock()


class _Guard(Spoken):
    """Shows nothing: keeps the keys of the widgets beside it, and says when Python is gone (`assets/js/guard.js`)."""

    _esm = as_one("guard.js")
    _css = ASSETS / "guard.css"

    asked = traitlets.Bool().tag(sync=True)

    @traitlets.observe("asked")
    def _answer(self, _):
        self.asked = False


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
        return _within(number, self.name, self.limits)


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
        self.sheets = [f"data:image/png;base64,{b64encode(_png(Image.fromarray(255 - plane.sheet), 6)).decode()}"
                       for plane in planes.values()]


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
        A widget, shown by being the last expression of a cell. Its sliders are `controls["z[0]"]` and so on. Its `z`,
        an ndarray of shape (latent_dim,), is the code shown, and can be set; `start_from(number)` shows a real digit.

    References
    ----------
    Notebook 09; lecture, sections 3.6 and 4.13.
    """
    return LatentSliders(network, z, digits, seed)


class _Slider(ipywidgets.FloatSlider):
    """A slider that knows whether its value comes from the browser.

    A browser answers a value between two of the slider's steps, once it shows it, with the step next to it.
    """

    from_browser = False

    def set_state(self, sync_data):
        self.from_browser = "value" in sync_data
        try:
            super().set_state(sync_data)
        finally:
            self.from_browser = False


class LatentSliders(OrSentence, ipywidgets.HBox):
    """A slider for each element of a code, beside what the code decodes to; made by `latent_sliders`.

    Parameters
    ----------
    network, z, digits, seed
        As of `latent_sliders`.

    Attributes
    ----------
    z : ndarray of shape (latent_dim,)
        The code shown. Set it to move there.
    controls : dict of str to ipywidgets.Widget
        The sliders, as ``controls["z[0]"]``, and the choice of where to start.
    numbers : dict of str to ipywidgets.BoundedFloatText
        The field of each slider, into which its value can be typed. It takes over the description, because a slider's
        handle has no name for a screen reader.
    image, original : ipywidgets.Image
        What is decoded, and at its right, smaller, the real digit that the code started from, a pixel for each.
    status : ipywidgets.HTML
    """

    def __init__(self, network, z, digits, seed):
        self._network = _validate.network(network)
        self._shape = getattr(network, "image_shape", (28, 28))
        self._images, self._labels, self._class_names = labelled(digits, self._shape)
        self._kind = "digit" if self._class_names is None else "picture"
        self._sentence = translated(f"Run this cell to move the sliders: {{n}} sliders for z and the {self._kind} that "
                                    "it decodes to.", n=network.latent_dim)
        self._rng = np.random.default_rng(_validate.integer(seed, "seed", least=0))
        z_mean, z_log_var = network.encode(self._images)  # (n, latent_dim) each
        self._codes = _validate.finite_array(z_mean, "the codes that network gives", (None, network.latent_dim))
        # Whole numbers that every digit's code is within, and all but 1 in 15,000 draws from N(0, 1).
        self._limit = float(max(4, np.ceil(np.abs(self._codes).max())))
        self._names = [f"z[{i}]" for i in range(network.latent_dim)]
        self._kl, order = None, range(network.latent_dim)
        if np.isfinite(z_log_var).all():  # an autoencoder's are minus infinity
            self._kl = kl_between(self._codes, np.exp(z_log_var / 2), 0.0, 1.0).mean(axis=0)  # (latent_dim,)
            order = np.argsort(-self._kl, kind="stable")
        self._number = None  # of the real digit that the code started from
        # What the picture shows, by the names of the elements.
        z = self._code(np.zeros(network.latent_dim) if z is None else z)
        self._values = dict(zip(self._names, z.round(2).tolist()))
        self.controls, self.numbers = {}, {}
        self.image, self.original = ipywidgets.Image(format="png"), ipywidgets.Image(format="png")
        self.status = ipywidgets.HTML(layout=ipywidgets.Layout(width="auto", min_height="76px"))  # four lines
        rows = [self._row(i) for i in order]
        super().__init__([self._left(rows), self._right(), _Guard()],
                         layout=ipywidgets.Layout(flex_flow="row wrap", overflow="hidden"))  # narrow: one below another
        self.refresh()

    @property
    def z(self):
        """The code shown, an ndarray of shape (latent_dim,)."""
        return np.array([self._values[name] for name in self._names])

    @z.setter
    def z(self, code):
        self._show(self._code(code))

    def start_from(self, number):
        """Move to the code of a real digit and show the digit beside what is decoded.

        Parameters
        ----------
        number : int
            Of the real digit.
        """
        what = f"the number of a real {self._kind}"
        number = _within(_validate.integer(number, what, least=0), what, (0, len(self._images) - 1))
        self._show(self._codes[number], number)

    def refresh(self):
        """Draw the picture of the values that the controls have now; show the message of whatever fails."""
        self._attempt(self._redraw)

    def move(self, values):
        """Move several sliders and draw one picture.

        Parameters
        ----------
        values : dict of str to float
            The new values of sliders, by the sliders' names.
        """
        with _drawing:
            for name, value in values.items():
                # In this order: a slider that shows what is known already draws nothing.
                self._values[name] = self.controls[name].value = round(value, 2)
            self.refresh()

    def _show(self, code, number=None):
        with _drawing:
            self._number = number
            self.controls["number"].value = "" if number is None else str(number)
            self.move(dict(zip(self._names, (code.round(2) + 0.0).tolist())))  # without -0.0

    def _code(self, z):
        z = _validate.finite_array(z, "z", (len(self._names),))
        return _within(z, "z", (-self._limit, self._limit))

    def _attempt(self, action):
        with _drawing:
            try:
                action()
            except Exception as error:
                problem = html.escape(f"{type(error).__name__}: {error}")
                self.status.value = (f'<div role="alert" style="color:{WRONG}; line-height:1.4">'
                                     f"{translated('The picture stays as it was.')} {problem}</div>")

    def _redraw(self):
        for name, number in self.numbers.items():
            number.value = self._values[name]
        self.image.value = _ink_png(self._network.decode(self.z[None]), self._shape)
        if self._number is not None:
            real = self._images[self._number: self._number + 1]
            self.original.value = _ink_png(as_vectors(real, self._shape), self._shape)
        self._origin.layout.visibility = "hidden" if self._number is None else "visible"
        self.status.value = ('<div role="status" aria-live="polite" style="line-height:1.4">'
                             f"{html.escape(self._told())}</div>")

    def _told(self):
        """Say in a sentence where the code is, and what it started from."""
        z, number = self.z, self._number
        told = translated("z is {z}, at a distance of {distance} from 0." if len(z) <= 3 else
                          "z is at a distance of {distance} from 0.", distance=decimal(f"{np.linalg.norm(z):.2f}"),
                          z=decimal(f"({', '.join(f'{element:.2f}' for element in z + 0.0)})"))
        if self._kl is None:
            told += " " + translated("An autoencoder has no prior: it calls no code more likely than another.")
        else:
            share = 100 * prior_tail(z)
            shown = "Less than 0.1" if share < 0.1 else "More than 99.9" if share > 99.9 else decimal(f"{share:.1f}")
            told += " " + translated("{share} % of the prior N(0, I) lies farther out.", share=translated(shown))
        if number is not None:
            told += " " + translated("The original is number {number} of the real digits, a {name}."
                                     if self._class_names is None else
                                     "The original is number {number} of the real pictures, of the class {name}.",
                                     number=number, name=self._name(self._labels[number]))
        return told

    def _name(self, label):
        return str(label) if self._class_names is None else self._class_names[label]

    def _slid(self, name):
        slider = self.controls[name]
        with _drawing:
            # Read inside the lock: whoever draws last draws the newest value.
            value, shown = round(slider.value, 2), self._values[name]
            rounded = slider.from_browser and abs(value - shown) <= slider.step / 2
            if value != shown and not rounded:
                self._values[name] = value
                self.refresh()

    def _typed(self, name):
        with _drawing:
            value = self.numbers[name].value
            if value != self._values[name]:
                self.move({name: value})

    def _row(self, i):
        """Return the field and the slider of an element, and its KL over a bar."""
        name = self._names[i]
        limits = {"min": -self._limit, "max": self._limit, "step": 0.05, "value": self._values[name]}
        slider = self.controls[name] = _Slider(**limits, readout=False, layout=_layout(flex="1 1 auto"))
        number = self.numbers[name] = ipywidgets.BoundedFloatText(
            **limits, description=name, style={"description_width": "3.1em"},
            layout=ipywidgets.Layout(width="7.6em", flex="0 0 auto"))
        slider.observe(lambda _: self._slid(name), "value")
        number.observe(lambda _: self._typed(name), "value")
        if self._kl is None:
            return ipywidgets.HBox([number, slider])
        share = 100 * self._kl[i] / self._kl.max()
        return ipywidgets.HBox([number, slider, ipywidgets.HTML(
            f'<div style="width:44px; text-align:right; line-height:22px; border-bottom:3px solid; border-image:'
            f'linear-gradient(to right, {PRIOR} {share:.0f}%, transparent {share:.0f}%) 1">'
            f'{decimal(f"{self._kl[i]:.2f}")}</div>')])

    def _left(self, rows):
        """Put the choice of a start below the sliders."""
        classes = [(self._name(label), int(label)) for label in np.unique(self._labels)]
        wide, narrow = _layout(flex="1 1 55%"), _layout(flex="1 1 45%")
        draw = ipywidgets.Button(description=translated("random draw"), tooltip=translated("draw z from N(0, I)"),
                                 layout=wide)
        reset = ipywidgets.Button(description=translated("reset to 0"), layout=narrow)
        real = ipywidgets.Button(description=translated(f"take a real {self._kind}"), layout=wide)
        label = ipywidgets.Dropdown(options=[(translated("any"), -1), *classes], description=translated("class"),
                                    style={"description_width": "3.2em"}, layout=narrow)
        number = ipywidgets.Text(description=translated("or from number"),
                                 placeholder=translated("0 to {last}", last=len(self._images) - 1),
                                 continuous_update=False, style={"description_width": "8.5em"},
                                 layout=_layout(flex="1 1 100%"))
        self.controls |= {"draw": draw, "reset": reset, "real": real, "label": label, "number": number}

        def draw_code():
            # Beyond the sliders' ends about once in 15,000 draws.
            self._show(self._rng.standard_normal(len(self._names)).clip(-self._limit, self._limit))

        def draw_digit():
            chosen = np.flatnonzero((self._labels == label.value) | (label.value == -1))
            self.start_from(int(self._rng.choice(chosen)))

        def typed():
            text = number.value.strip()
            if text not in ("", str(self._number)):
                self.start_from(int(text) if text.isdecimal() else text)

        draw.on_click(lambda _: self._attempt(draw_code))
        reset.on_click(lambda _: self._attempt(lambda: self._show(np.zeros(len(self._names)))))
        real.on_click(lambda _: self._attempt(draw_digit))
        number.observe(lambda _: self._attempt(typed), "value")
        heading = "" if self._kl is None else '<div style="text-align:right; line-height:1.4">KL (nats)</div>'
        return ipywidgets.VBox(
            [ipywidgets.HTML(heading), *rows, ipywidgets.HBox([draw, reset]), ipywidgets.HBox([real, label]),
             ipywidgets.HBox([number])],
            layout=ipywidgets.Layout(flex="4 1 377px", max_width="max(390px, 28em)", margin="0 8px 0 0"))

    def _right(self):
        """Put the sentence below what is decoded and the original."""
        decoded = ipywidgets.VBox([ipywidgets.HTML(translated("decoded")), self.image], layout=_layout(flex="12 1 0"))
        self._origin = ipywidgets.VBox([ipywidgets.HTML("original"), self.original], layout=_layout(flex="5 1 0"))
        # At most 12 and 5 pixels of the page for each of 28.
        right = ipywidgets.VBox([ipywidgets.HBox([decoded, self._origin]), self.status],
                                layout=ipywidgets.Layout(flex="1 1 220px", max_width="492px"))
        right.add_class("vae-decoded")  # assets/guard.css
        return right


def _ink_png(picture, image_shape):
    """Return a PNG of a picture of ink, dark on white, or of colours."""
    pixels = picture.reshape(image_shape)
    low, high = pixels.min(), pixels.max()  # both NaN, which fails, if a pixel is
    _validate.require(low >= 0 and high <= 1, f"the pixels must be from 0 to 1, received {low} to {high}")
    levels = 255 * pixels if len(image_shape) == 3 else 255 - 255 * pixels
    return _png(Image.fromarray(levels.round().astype(np.uint8)))


def _png(image, compress_level=1):  # a third of the time of the default, for a picture sent 10 cm
    file = io.BytesIO()
    image.save(file, "png", compress_level=compress_level)
    return file.getvalue()


def _layout(flex):
    return ipywidgets.Layout(width="auto", flex=flex, min_width="0")


def _within(value, name, limits):
    fine = np.min(value) >= limits[0] and np.max(value) <= limits[1]
    _validate.require(fine, f"{name} must be from {limits[0]} to {limits[1]}, received {value}")
    return value
