"""Sliders beside a picture: thin shells over the other rooms. No TensorFlow, no pyplot, nothing from the network.

Introduced in notebooks 02 (`gaussian_sliders`), 03 (`kl_sliders`), 09 (`latent_sliders`) and 10 (`beta_slider`).
Pictures are drawn by Pillow, or by matplotlib objects that no pyplot knows of, and reach the page as PNGs: nothing
flickers, and a kernel that answers on a second thread does no harm.
"""

import html
import io
import threading

import anywidget
import ipywidgets
import numpy as np
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from PIL import Image

from vae_helpers import _validate, study
from vae_helpers.data import as_vectors, labelled, load_mnist
from vae_helpers.gaussian import kl_between, log_normal_density, prior_tail, reparameterize
from vae_helpers.look import DIGIT_COLOURS, ENCODER, INK, NOISE, PRIOR, WRONG
from vae_helpers.scripts import ASSETS, OrSentence, as_one

MEANS = (-3.0, 3.0)  # the lowest and the highest value of a slider
STDS = (0.4, 2.0)
DRAWS = (10, 1000)
SPAN = 7.0  # the pictures show -7 to 7: the farthest mean plus twice the largest standard deviation
N_THREADS = 30  # draws whose way from alpha to z is drawn; more become a stain

CONTROLS_WIDTH, IMAGE_WIDTH, IMAGE_HEIGHT = 250, 352, 340  # pixels: side by side on a page of 800
LATENT_CONTROLS_WIDTH = 292
MOST_CONTROLS_WIDTH = 430  # where the page has the room, so that a slider's track is long
TEXT_SIZE = 11

# The longer side of what is decoded, a gap, and the longer side of the original, in pixels of the page.
DECODED_SIDE, GAP, ORIGINAL_SIDE = 336, 16, 140

# matplotlib is not made for two threads at once. Reentrant, because whoever observes a picture may move a slider.
_drawing = threading.RLock()


class _Guard(anywidget.AnyWidget):
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


class Panel(OrSentence, ipywidgets.HBox):
    """Controls at the left, a picture at the right, and below the controls a sentence with the numbers.

    Parameters
    ----------
    controls : dict of str to ipywidgets.FloatSlider, IntSlider, SelectionSlider or Button
        Each slider gets a field beside it into which its value can be typed; the field takes over the description,
        because a slider's handle has no name for a screen reader.
    draw : callable
        Called with the sliders' values as keyword arguments whenever a slider moves or a button is pressed. Returns
        the picture, PNG bytes, and the sentence.
    title : str
        What the panel is; shown in place of the panel where no kernel runs.

    Attributes
    ----------
    controls : dict
        As given.
    numbers : dict of str to ipywidgets.BoundedFloatText, BoundedIntText or Dropdown
        The field of each slider, under the slider's name.
    image : ipywidgets.Image
    status : ipywidgets.HTML
    """

    def __init__(self, controls, draw, title):
        self.controls, self.numbers = dict(controls), {}
        self._draw, self._sentence = draw, f"Run this cell to move the sliders: {title}."
        self._waiting = False  # while several controls are set, and only then
        self.image = ipywidgets.Image(format="png", width=IMAGE_WIDTH, height=IMAGE_HEIGHT)
        self.image.layout = ipywidgets.Layout(max_width="100%", flex="0 0 auto", object_fit="contain")
        self.status = ipywidgets.HTML(layout=ipywidgets.Layout(width="auto", margin="8px 0 0 0"))
        rows = [self._row(name, control) for name, control in self.controls.items()]
        self._values = {name: round(self.controls[name].value, 2) for name in self.numbers}  # what the picture shows
        left = ipywidgets.VBox([*rows, self.status], layout=ipywidgets.Layout(
            flex=f"1 1 {CONTROLS_WIDTH}px", max_width=f"{MOST_CONTROLS_WIDTH}px", margin="0 8px 0 0"))
        # On a narrow page the picture moves below the controls.
        layout = ipywidgets.Layout(flex_flow="row wrap", overflow="hidden")
        super().__init__([left, self.image, _Guard()], layout=layout)
        self.refresh()

    def refresh(self, _=None):
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
            self._waiting = True
            try:
                for name, value in values.items():
                    self._values[name] = self.controls[name].value = round(value, 2)
            finally:
                self._waiting = False
            self.refresh()

    def _attempt(self, action):
        with _drawing:
            try:
                action()
            except Exception as error:
                problem = html.escape(f"{type(error).__name__}: {error}")
                self.status.value = (f'<div role="alert" style="color:{WRONG}; line-height:1.4">'
                                     f"The picture stays as it was. {problem}</div>")

    def _redraw(self):
        self._waiting = True
        try:
            for name, number in self.numbers.items():
                number.value = self._values[name]
        finally:
            self._waiting = False
        picture, sentence = self._draw(**self._values)
        self.image.value = picture
        self.status.value = ('<div role="status" aria-live="polite" style="line-height:1.4">'
                             f"{html.escape(sentence)}</div>")

    def _slid(self, name):
        slider = self.controls[name]
        with _drawing:
            # Read inside the lock: whoever draws last draws the newest value.
            value, shown = round(slider.value, 2), self._values[name]
            rounded = getattr(slider, "from_browser", False) and abs(value - shown) <= slider.step / 2
            if not self._waiting and value != shown and not rounded:
                self._values[name] = value
                self.refresh()

    def _typed(self, _):
        with _drawing:
            typed = {} if self._waiting else {name: number.value for name, number in self.numbers.items()
                                              if number.value != self._values[name]}
            if typed:
                self.move(typed)

    def _row(self, name, control):
        if isinstance(control, ipywidgets.Button):
            control.on_click(self.refresh)
            return control
        if isinstance(control, ipywidgets.SelectionSlider):
            field, kept = ipywidgets.Dropdown, ("options", "value", "description")
        else:
            whole = isinstance(control, ipywidgets.IntSlider)
            field = ipywidgets.BoundedIntText if whole else ipywidgets.BoundedFloatText
            kept = ("min", "max", "step", "value", "description")
        number = field(**{trait: getattr(control, trait) for trait in kept}, style={"description_width": "5.2em"},
                       layout=ipywidgets.Layout(width="10.5em", flex="0 0 auto"))
        control.description, control.readout = "", False
        control.layout = ipywidgets.Layout(width="auto", flex="1 1 auto", min_width="0")
        control.observe(lambda _: self._slid(name), "value")
        number.observe(self._typed, "value")
        self.numbers[name] = number
        return ipywidgets.HBox([number, control])


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


class Picture:
    """A figure of a panel's size: its axes are drawn once, the artists listed in `moving` anew for each PNG."""

    def __init__(self):
        figure = Figure(figsize=(IMAGE_WIDTH / 100, IMAGE_HEIGHT / 100), dpi=100, layout="none", facecolor="white")
        self.canvas = FigureCanvasAgg(figure)
        self.moving = []
        self._still = None

    def add_axes(self, bottom, height, **properties):
        """Add axes over the picture's width, with properties as for `matplotlib.axes.Axes.set`.

        Parameters
        ----------
        bottom, height : float
            Shares of the picture's height.

        Returns
        -------
        matplotlib.axes.Axes
        """
        ax = self.canvas.figure.add_axes((0.16, bottom, 0.82, height))
        ax.set(xlim=(-SPAN, SPAN), **{"xticks": range(-6, 7, 2), **properties})
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=TEXT_SIZE)
        for axis in (ax.xaxis, ax.yaxis):
            axis.label.set_size(TEXT_SIZE)
        return ax

    def png(self):
        """Draw the picture as it is now.

        Returns
        -------
        bytes
            A PNG.
        """
        if self._still is None:
            for artist in self.moving:
                artist.set_animated(True)  # keeps it out of what is drawn once
            self.canvas.draw()
            self._still = self.canvas.copy_from_bbox(self.canvas.figure.bbox)
        self.canvas.restore_region(self._still)
        for artist in self.moving:
            self.canvas.figure.draw_artist(artist)
        return _png(Image.fromarray(np.asarray(self.canvas.buffer_rgba())).convert("RGB"))


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
    Panel
        A widget, shown by being the last expression of a cell. Its controls are `mean`, `std`, `n_draws` and
        `draw_again`.

    References
    ----------
    Notebook 02; lecture, section 3.2.
    """
    mean_slider = _slider("mean \u03bc", "mean", mean, MEANS)
    std_slider = _slider("std \u03c3", "std", std, STDS)
    n_draws = _within(_validate.integer(n_draws, "n_draws", least=DRAWS[0]), "n_draws", DRAWS)
    draws_slider = ipywidgets.IntSlider(n_draws, *DRAWS, step=10, description="draws")
    button = ipywidgets.Button(description="draw new noise", layout=ipywidgets.Layout(width="max-content"))
    rng = np.random.default_rng(_validate.integer(seed, "seed", least=0))
    noise = rng.standard_normal(DRAWS[1])  # the first n_draws are shown: more draws keep the earlier ones
    button.on_click(lambda _: rng.standard_normal(out=noise))

    picture = Picture()
    strip = picture.add_axes(0.74, 0.22, ylim=(-0.15, 1.15), yticks=[0, 1], yticklabels=["z", "\u03b1"], xticks=[])
    strip.spines[:].set_visible(False)
    strip.tick_params(length=0)
    axes = picture.add_axes(0.15, 0.54, ylim=(0, 1.2), yticks=[0, 0.5, 1], xlabel="z", ylabel="density")
    edges = np.linspace(-SPAN, SPAN, 57)
    x = np.linspace(-SPAN, SPAN, 281)
    threads, = strip.plot([], [], color=NOISE, lw=0.7, alpha=0.7)
    alphas, = strip.plot([], [], "|", color=NOISE, ms=9, mew=1.5)
    codes, = strip.plot([], [], "|", color=ENCODER, ms=9, mew=1.5)
    bars = axes.stairs(np.zeros(len(edges) - 1), edges, fill=True, color=ENCODER, alpha=0.55)
    curve, = axes.plot([], [], color=INK, lw=1.8)
    picture.moving += [threads, alphas, codes, bars, curve]

    def draw(mean, std, n_draws):
        alpha = noise[:n_draws]
        z = reparameterize(np.full(n_draws, mean), np.full(n_draws, 2 * np.log(std)), alpha)
        some = np.column_stack([alpha, z, np.full(n_draws, np.nan)])[:N_THREADS]  # NaN: the line is interrupted
        threads.set_data(some.ravel(), np.tile([1.0, 0.0, np.nan], len(some)))
        alphas.set_data(some[:, 0], np.ones(len(some)))
        codes.set_data(some[:, 1], np.zeros(len(some)))
        bars.set_data(np.histogram(z, edges)[0] / n_draws / np.diff(edges))
        curve.set_data(x, np.exp(log_normal_density(x, mean, std)))
        return picture.png(), (
            f"{n_draws} draws. Their mean is {z.mean():.2f}, asked for {mean:.2f}, standard error "
            f"{std / np.sqrt(n_draws):.2f}. Their standard deviation is {z.std(ddof=1):.2f}, asked for {std:.2f}, "
            f"standard error {std / np.sqrt(2 * (n_draws - 1)):.2f}.")

    return Panel({"mean": mean_slider, "std": std_slider, "n_draws": draws_slider, "draw_again": button}, draw,
                 "draws from a Gaussian, with sliders for its mean and std")


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
    Panel
        A widget, shown by being the last expression of a cell. Its controls are named like the parameters.

    References
    ----------
    Notebook 03; lecture, section 3.3.
    """
    sliders = {
        "mean_q": _slider("mean of q", "mean_q", mean_q, MEANS),
        "std_q": _slider("std of q", "std_q", std_q, STDS),
        "mean_p": _slider("mean of p", "mean_p", mean_p, MEANS),
        "std_p": _slider("std of p", "std_p", std_p, STDS),
    }
    picture = Picture()
    upper = picture.add_axes(0.65, 0.32, ylim=(0, 1.2), yticks=[0, 0.5, 1], xticklabels=[], ylabel="density")
    lower = picture.add_axes(0.15, 0.38, xlabel="x")
    # Above the axes: beside them it would be pushed out of the picture by long tick labels.
    lower.text(0, 1.04, "q(x) (log q(x) \u2212 log p(x))", transform=lower.transAxes, size=TEXT_SIZE)
    zero = lower.axhline(0, color=INK, lw=0.8)
    lower.yaxis.get_major_locator().set_params(nbins=3)
    t = np.linspace(-8, 8, 641)  # in standard deviations: beyond 8 of them a density is below 1e-14 of its peak
    curve_q, = upper.plot([], [], color=ENCODER, lw=1.8)
    curve_p, = upper.plot([], [], color=PRIOR, lw=1.8, ls="--")
    names = [upper.text(0, 0, name, color=colour, size=TEXT_SIZE + 1, weight="bold", ha="center", va="bottom")
             for name, colour in (("q", ENCODER), ("p", PRIOR))]
    gain = lower.fill_between(t, 0 * t, color=PRIOR, alpha=0.6, lw=0)
    loss = lower.fill_between(t, 0 * t, facecolor="none", edgecolor=PRIOR, hatch="////", lw=0)
    outline, = lower.plot([], [], color=PRIOR, lw=1.5)
    picture.moving += [curve_q, curve_p, *names, zero, gain, loss, outline, lower.yaxis]

    def draw(mean_q, std_q, mean_p, std_p):
        for curve, name, mean, std in ((curve_q, names[0], mean_q, std_q), (curve_p, names[1], mean_p, std_p)):
            x = mean + std * t
            curve.set_data(x, np.exp(log_normal_density(x, mean, std)))
            name.set_position((mean, 0.4 / std + 0.02))
        x = mean_q + std_q * t
        log_q = log_normal_density(x, mean_q, std_q)
        integrand = np.exp(log_q) * (log_q - log_normal_density(x, mean_p, std_p))
        positive, negative = np.maximum(integrand, 0), np.minimum(integrand, 0)
        gain.set_data(x, positive, 0)
        loss.set_data(x, negative, 0)
        outline.set_data(x, integrand)
        # The floor keeps an integrand that is all but 0 from being blown up.
        lower.set_ylim(1.15 * min(negative.min(), -0.15), 1.15 * max(positive.max(), 0.4))
        kl = kl_between(mean_q, std_q, mean_p, std_p)
        above, below = np.trapezoid(positive, x), np.trapezoid(-negative, x)
        return picture.png(), (
            f"KL(q || p) is {kl:.2f} nats, or {kl / np.log(2):.2f} bits. The filled area, where q is above p, adds "
            f"{above:.2f} nats; the hatched area, where p is above q, takes away {below:.2f}.")

    return Panel(sliders, draw, "KL divergence of two Gaussians, with sliders for both")


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
    Panel
        A widget, shown by being the last expression of a cell. Its controls are `beta` and `seed`.

    References
    ----------
    Notebook 10; lecture, section 4.6.
    """
    stops = {"beta": _stops("beta", _validate.real(beta, "beta"), study.BETAS),
             "seed": _stops("seed", _validate.integer(seed, "seed", least=0), study.SEEDS)}
    planes, labels = study.beta_planes(), load_mnist("test").labels[:study.N_CODES]
    colours = np.array(DIGIT_COLOURS)[labels]

    def draw(beta, seed):
        plane = planes[beta, seed]
        figure = Figure(figsize=(6.2, 3.1), dpi=200, layout="none", facecolor="white")
        sheet, axes = figure.add_axes((0, 0.13, 0.435, 0.87)), figure.add_axes((0.555, 0.14, 0.43, 0.85))
        sheet.imshow(plane.sheet, cmap="gray_r", vmin=0, vmax=255, interpolation="antialiased")
        sheet.axis("off")
        codes = plane.codes.astype(float)
        span = max(3.3, 1.05 * np.abs(codes).max())  # no code is left out; then the circles shrink
        axes.scatter(*codes.T, c=colours, s=7, linewidths=0)
        for radius in (1, 2, 3):
            axes.add_patch(Circle((0, 0), radius, fill=False, color=PRIOR, lw=0.9))
        written = []
        for digit in range(10 if codes.std() > 0.1 else 0):  # of a silent code all lie on one spot
            place = np.median(codes[labels == digit], axis=0)
            if all(np.abs(place - other).max() > span / 10 for other in written):  # none is written over another
                written.append(place)
                axes.text(*place, digit, color=INK, size=TEXT_SIZE, weight="bold", ha="center", va="center",
                          bbox={"fc": "white", "ec": "none", "alpha": 0.7, "pad": 0.5})
        axes.set(xlim=(-span, span), ylim=(-span, span), aspect="equal", xlabel="z[0]", ylabel="z[1]")
        axes.tick_params(labelsize=TEXT_SIZE - 2)
        axes.xaxis.label.set_size(TEXT_SIZE - 2)
        axes.yaxis.label.set_size(TEXT_SIZE - 2)
        png = io.BytesIO()
        FigureCanvasAgg(figure).print_png(png)
        return png.getvalue(), (
            f"Rate {plane.rate:.2f} nats, distortion {plane.distortion:.2f} nats per image.")

    panel = Panel(stops, draw, "the trained planes of eight betas, with a slider for beta")
    panel.image.width, panel.image.height = 620, 310
    panel.image.add_class("vae-wide")  # smaller on a low screen: assets/guard.css
    panel.children[0].layout.flex = f"1 1 {MOST_CONTROLS_WIDTH}px"
    return panel


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
    Panel
        A widget, shown by being the last expression of a cell. Its sliders are `controls["z[0]"]` and so on. Its `z`,
        an ndarray of shape (latent_dim,), is the code shown, and can be set; `start_from(number)` shows a real digit.

    References
    ----------
    Notebook 09; lecture, sections 3.6 and 4.13.
    """
    return _LatentSliders(network, z, digits, seed)


class _LatentSliders(Panel):
    """What `latent_sliders` returns: one slider an element, and below them the choice of where to start."""

    def __init__(self, network, z, digits, seed):
        self._network = _validate.network(network)
        self._shape = getattr(network, "image_shape", (28, 28))
        self._images, self._labels, self._class_names = labelled(digits, self._shape)
        self._kind = "digit" if self._class_names is None else "picture"
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
        self._original = None  # the number of the real digit that the code started from
        self._caption = ipywidgets.HTML()
        z = self._code(np.zeros(network.latent_dim) if z is None else z)
        limits = (-self._limit, self._limit)
        super().__init__({self._names[i]: _slider(self._names[i], self._names[i], float(z[i]), limits) for i in order},
                         self._decode, f"{network.latent_dim} sliders for z and the {self._kind} that it decodes to")
        self._arrange()

    @property
    def z(self):
        """The code shown, an ndarray of shape (latent_dim,)."""
        return np.array([self._values[name] for name in self._names])

    @z.setter
    def z(self, code):
        self._show(self._code(code))

    def start_from(self, number):
        """Move to the code of a real digit, given by its number, and show the digit beside what is decoded."""
        what = f"the number of a real {self._kind}"
        number = _within(_validate.integer(number, what, least=0), what, (0, len(self._images) - 1))
        self._show(self._codes[number], number)

    def _show(self, code, original=None):
        with _drawing:
            self._original = original
            self.controls["number"].value = "" if original is None else str(original)
            self.move(dict(zip(self._names, (code.round(2) + 0.0).tolist())))  # without -0.0

    def _code(self, z):
        z = _validate.finite_array(z, "z", (len(self._names),))
        return _within(z, "z", (-self._limit, self._limit))

    def _decode(self, **values):
        z = np.array([values[name] for name in self._names])  # (latent_dim,)
        decoded, number = self._network.decode(z[None]), self._original
        original = None if number is None else as_vectors(self._images[number: number + 1], self._shape)
        picture = _pictures_png(decoded, original, self._shape)
        code = f"({', '.join(f'{element:.2f}' for element in z + 0.0)}), " if len(z) <= 3 else ""
        sentence = f"z is {code}at a distance of {np.linalg.norm(z):.2f} from 0. "
        if self._kl is None:
            sentence += "An autoencoder has no prior: it calls no code more likely than another."
        else:
            share = 100 * prior_tail(z)
            shown = "Less than 0.1" if share < 0.1 else "More than 99.9" if share > 99.9 else f"{share:.1f}"
            sentence += f"{shown} % of the prior N(0, I) lies farther out."
        if number is not None:
            name = self._name(self._labels[number])
            name = f"a {name}" if self._class_names is None else f"of the class {name}"
            sentence += f" The original is number {number} of the real {self._kind}s, {name}."
        self._caption.value = _caption("decoded", "" if number is None else "original", self._shape)
        return picture, sentence

    def _name(self, label):
        return str(label) if self._class_names is None else self._class_names[label]

    def _row(self, name, control):
        row = super()._row(name, control)
        row.children[0].style.description_width, row.children[0].layout.width = "3.1em", "8.6em"
        if self._kl is not None:
            kl = self._kl[self._names.index(name)]
            # The number over a bar.
            share = 100 * kl / self._kl.max()
            row.children += (ipywidgets.HTML(
                f'<div style="width:44px; text-align:right; line-height:22px; border-bottom:3px solid; border-image:'
                f'linear-gradient(to right, {PRIOR} {share:.0f}%, transparent {share:.0f}%) 1">{kl:.2f}</div>'),)
        return row

    def _arrange(self):
        """Put the choice of a start below the sliders, and the sentence below the picture."""
        def layout(share):
            return ipywidgets.Layout(width="auto", flex=f"1 1 {share}%", min_width="0")

        n_digits = len(self._images)
        classes = [(self._name(label), int(label)) for label in np.unique(self._labels)]
        draw = ipywidgets.Button(description="random draw", tooltip="draw z from N(0, I)", layout=layout(55))
        reset = ipywidgets.Button(description="reset to 0", layout=layout(45))
        real = ipywidgets.Button(description=f"take a real {self._kind}", layout=layout(55))
        label = ipywidgets.Dropdown(options=[("any", -1), *classes], description="class",
                                    style={"description_width": "3.2em"}, layout=layout(45))
        number = ipywidgets.Text(description="or from number", placeholder=f"0 to {n_digits - 1}",
                                 continuous_update=False, style={"description_width": "8.5em"}, layout=layout(100))
        self.controls |= {"draw": draw, "reset": reset, "real": real, "label": label, "number": number}

        def draw_code():
            # Beyond the sliders' ends about once in 15,000 draws.
            self._show(self._rng.standard_normal(len(self._names)).clip(-self._limit, self._limit))

        def draw_digit():
            chosen = np.flatnonzero((self._labels == label.value) | (label.value == -1))
            self.start_from(int(self._rng.choice(chosen)))

        def typed():
            text = number.value.strip()
            if text not in ("", str(self._original)):
                self.start_from(int(text) if text.isdecimal() else text)

        draw.on_click(lambda _: self._attempt(draw_code))
        reset.on_click(lambda _: self._attempt(lambda: self._show(np.zeros(len(self._names)))))
        real.on_click(lambda _: self._attempt(draw_digit))
        number.observe(lambda _: self._attempt(typed), "value")

        left = self.children[0]
        heading = "" if self._kl is None else '<div style="text-align:right; line-height:1.4">KL (nats)</div>'
        left.children = [ipywidgets.HTML(heading), *left.children[:-1], ipywidgets.HBox([draw, reset]),
                         ipywidgets.HBox([real, label]), ipywidgets.HBox([number])]
        left.layout.flex = f"1 1 {LATENT_CONTROLS_WIDTH}px"
        self.image.layout = ipywidgets.Layout(width="100%", height="auto")
        self.status.layout = ipywidgets.Layout(width="auto", min_height="76px")  # four lines
        right = ipywidgets.VBox([self._caption, self.image, self.status], layout=ipywidgets.Layout(
            flex="4 1 280px", max_width=f"{_scales(self._shape)[2]}px", overflow="visible"))  # what scrolls gets focus
        right.add_class("vae-decoded")  # lower on a low screen: assets/guard.css
        self.children = [left, right, self.children[-1]]


def _scales(image_shape):
    """Return how many pixels a pixel takes, of what is decoded and of the original, and the width of the picture."""
    large, small = (max(1, round(side / max(image_shape[:2]))) for side in (DECODED_SIDE, ORIGINAL_SIDE))
    return large, small, (large + small) * image_shape[1] + GAP


def _pictures_png(decoded, original, image_shape):
    """Return a PNG of what is decoded and, at its right, smaller, the original if there is one."""
    height, width, *colours = image_shape
    large, small, whole = _scales(image_shape)
    paper = np.full((large * height, whole, *colours), 255, np.uint8)
    for picture, scale, start in ((decoded, large, 0), (original, small, large * width + GAP)):
        if picture is not None:
            pixels = picture.reshape(image_shape)
            low, high = pixels.min(), pixels.max()  # both NaN, which fails, if a pixel is
            _validate.require(low >= 0 and high <= 1, f"the pixels must be from 0 to 1, received {low} to {high}")
            levels = (255 * pixels if colours else 255 - 255 * pixels).round()
            paper[: scale * height, start: start + scale * width] = levels.repeat(scale, axis=0).repeat(scale, axis=1)
    return _png(Image.fromarray(paper))


def _caption(left, right, image_shape):
    large, _, whole = _scales(image_shape)
    return (f'<div style="display:flex; line-height:1.4"><span style="flex:0 0 '
            f'{100 * (large * image_shape[1] + GAP) / whole:.1f}%">{left}</span><span>{right}</span></div>')


def _png(image):
    file = io.BytesIO()
    image.save(file, "png", compress_level=1)  # a third of the time of the default, for a picture sent 10 cm
    return file.getvalue()


def _slider(description, name, value, limits):
    value = _within(_validate.real(value, name), name, limits)
    return _Slider(value, min=limits[0], max=limits[1], step=0.05, description=description)


def _stops(name, value, stops):
    listed = ", ".join(f"{stop:g}" for stop in stops)
    _validate.require(value in stops, f"{name} must be one of {listed}; received {value}")
    return ipywidgets.SelectionSlider(options=[(f"{stop:g}", stop) for stop in stops], value=value, description=name)


def _within(value, name, limits):
    fine = np.min(value) >= limits[0] and np.max(value) <= limits[1]
    _validate.require(fine, f"{name} must be from {limits[0]} to {limits[1]}, received {value}")
    return value
