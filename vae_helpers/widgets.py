"""Sliders beside a picture: thin shells over the other rooms. No TensorFlow, no pyplot, nothing from the network.

Introduced in notebooks 02 (`gaussian_sliders`) and 03 (`kl_sliders`). Pictures are drawn by matplotlib objects that no
pyplot knows of and reach the page as PNGs: nothing flickers, and a kernel that answers on a second thread does no harm.
"""

import html
import io
import threading

import ipywidgets
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from vae_helpers import _validate
from vae_helpers.gaussian import kl_between, log_normal_density, reparameterize
from vae_helpers.plots import ENCODER, INK, NOISE, PRIOR, WRONG

MEANS = (-3.0, 3.0)  # the lowest and the highest value of a slider
STDS = (0.4, 2.0)
DRAWS = (10, 1000)
SPAN = 7.0  # the pictures show -7 to 7: the farthest mean plus twice the largest standard deviation
N_THREADS = 30  # draws whose way from alpha to z is drawn; more become a stain

CONTROLS_WIDTH, IMAGE_WIDTH, IMAGE_HEIGHT = 250, 352, 340  # pixels: side by side on a page of 800
TEXT_SIZE = 11

# matplotlib is not made for two threads at once. Reentrant, because whoever observes a picture may move a slider.
_drawing = threading.RLock()


class Panel(ipywidgets.HBox):
    """Controls at the left, a picture at the right, and below the controls a sentence with the numbers.

    Parameters
    ----------
    controls : dict of str to ipywidgets.FloatSlider, IntSlider or Button
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
    numbers : dict of str to ipywidgets.BoundedFloatText or BoundedIntText
        The field of each slider, under the slider's name.
    image : ipywidgets.Image
    status : ipywidgets.HTML
    """

    def __init__(self, controls, draw, title):
        self.controls, self.numbers = dict(controls), {}
        self._draw, self._title = draw, title
        self.image = ipywidgets.Image(format="png", width=IMAGE_WIDTH, height=IMAGE_HEIGHT)
        self.image.layout = ipywidgets.Layout(max_width="100%", flex="0 0 auto", object_fit="contain")
        self.status = ipywidgets.HTML(layout=ipywidgets.Layout(width="auto", margin="8px 0 0 0"))
        rows = [self._row(name, control) for name, control in self.controls.items()]
        left = ipywidgets.VBox([*rows, self.status], layout=ipywidgets.Layout(
            width=f"{CONTROLS_WIDTH}px", flex="0 0 auto", margin="0 8px 0 0"))
        # On a narrow page the picture moves below the controls.
        super().__init__([left, self.image], layout=ipywidgets.Layout(flex_flow="row wrap", overflow="hidden"))
        for control in self.controls.values():
            if isinstance(control, ipywidgets.Button):
                control.on_click(self.refresh)
            else:
                control.observe(self.refresh, "value")
        for number in self.numbers.values():
            number.observe(self._typed, "value")
        self.refresh()

    def __repr__(self):
        return f"<{self._title}: run the cell to move the sliders>"

    def refresh(self, _=None):
        """Draw the picture of the values that the controls have now; show the message of whatever fails."""
        with _drawing:
            try:
                # Read inside the lock: whoever draws last draws the newest values.
                values = {name: round(self.controls[name].value, 2) for name in self.numbers}
                for name, value in values.items():
                    self.numbers[name].value = value
                picture, sentence = self._draw(**values)
            except Exception as error:
                problem = html.escape(f"{type(error).__name__}: {error}")
                self.status.value = (f'<div role="alert" style="color:{WRONG}; line-height:1.4">'
                                     f"The picture could not be drawn. {problem}</div>")
            else:
                self.image.value = picture
                self.status.value = ('<div role="status" aria-live="polite" style="line-height:1.4">'
                                     f"{html.escape(sentence)}</div>")

    def _typed(self, _):
        with _drawing:
            for name, number in self.numbers.items():
                slider = self.controls[name]
                # A slider's 0.6 may be 0.6000000000000001. It is left alone: it may be under the reader's finger.
                if number.value != round(slider.value, 2):
                    slider.value = number.value

    def _row(self, name, control):
        if isinstance(control, ipywidgets.Button):
            return control
        whole = isinstance(control, ipywidgets.IntSlider)
        number = (ipywidgets.BoundedIntText if whole else ipywidgets.BoundedFloatText)(
            value=control.value, min=control.min, max=control.max, step=control.step, description=control.description,
            style={"description_width": "68px"}, layout=ipywidgets.Layout(width="136px", flex="0 0 auto"))
        control.description, control.readout = "", False
        control.layout = ipywidgets.Layout(width="auto", flex="1 1 auto", min_width="0")
        self.numbers[name] = number
        return ipywidgets.HBox([number, control])


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
        figure = self.canvas.figure
        if self._still is None:
            for artist in self.moving:
                artist.set_animated(True)  # keeps it out of what is drawn once
            self.canvas.draw()
            self._still = self.canvas.copy_from_bbox(figure.bbox)
        self.canvas.restore_region(self._still)
        for artist in self.moving:
            figure.draw_artist(artist)
        file = io.BytesIO()
        pixels = Image.fromarray(np.asarray(self.canvas.buffer_rgba())).convert("RGB")
        pixels.save(file, "png", compress_level=1)  # a third of the time of the default, for a picture sent 10 cm
        return file.getvalue()


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

    Raises
    ------
    TypeError, ValueError
        If an argument is not such a number; the message repeats it.

    References
    ----------
    Notebook 02; lecture, section 3.2.
    """
    mean_slider = _slider("mean \u03bc", "mean", mean, MEANS)
    std_slider = _slider("std \u03c3", "std", std, STDS)
    n_draws = _within(_validate.integer(n_draws, "n_draws", least=DRAWS[0]), "n_draws", DRAWS)
    draws_slider = ipywidgets.IntSlider(n_draws, *DRAWS, step=10, description="draws")
    button = ipywidgets.Button(description="draw new noise")
    rng = np.random.default_rng(_validate.integer(seed, "seed", least=0))
    noise = [rng.standard_normal(DRAWS[1])]  # the first n_draws are shown: more draws keep the earlier ones
    button.on_click(lambda _: noise.__setitem__(0, rng.standard_normal(DRAWS[1])))

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
        alpha = noise[0][:n_draws]
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


def kl_sliders(mean_p=1.0, std_p=0.5, mean_q=0.0, std_q=1.0):
    """Show the Kullback-Leibler divergence KL(p || q) of two normal distributions while they are moved.

    The upper picture holds the two densities; the lower one p(x) (log p(x) - log q(x)), whose area is the divergence:
    filled where it counts as positive, hatched where it counts as negative.

    Parameters
    ----------
    mean_p, mean_q : float
        From -3 to 3; by default 1 and 0.
    std_p, std_q : float
        From 0.4 to 2; by default 0.5 and 1.

    Returns
    -------
    Panel
        A widget, shown by being the last expression of a cell. Its controls are named like the parameters.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such a number; the message repeats it.

    References
    ----------
    Notebook 03; lecture, section 3.3.
    """
    sliders = {
        "mean_p": _slider("mean of p", "mean_p", mean_p, MEANS),
        "std_p": _slider("std of p", "std_p", std_p, STDS),
        "mean_q": _slider("mean of q", "mean_q", mean_q, MEANS),
        "std_q": _slider("std of q", "std_q", std_q, STDS),
    }
    picture = Picture()
    upper = picture.add_axes(0.65, 0.32, ylim=(0, 1.2), yticks=[0, 0.5, 1], xticklabels=[], ylabel="density")
    lower = picture.add_axes(0.15, 0.38, xlabel="x")
    # Above the axes: beside them it would be pushed out of the picture by long tick labels.
    lower.text(0, 1.04, "p(x) (log p(x) \u2212 log q(x))", transform=lower.transAxes, size=TEXT_SIZE)
    zero = lower.axhline(0, color=INK, lw=0.8)
    lower.yaxis.get_major_locator().set_params(nbins=3)
    t = np.linspace(-8, 8, 641)  # in standard deviations: beyond 8 of them a density is below 1e-14 of its peak
    curve_p, = upper.plot([], [], color=ENCODER, lw=1.8)
    curve_q, = upper.plot([], [], color=PRIOR, lw=1.8, ls="--")
    names = [upper.text(0, 0, name, color=colour, size=TEXT_SIZE + 1, weight="bold", ha="center", va="bottom")
             for name, colour in (("p", ENCODER), ("q", PRIOR))]
    gain = lower.fill_between(t, 0 * t, color=PRIOR, alpha=0.6, lw=0)
    loss = lower.fill_between(t, 0 * t, facecolor="none", edgecolor=PRIOR, hatch="////", lw=0)
    outline, = lower.plot([], [], color=PRIOR, lw=1.5)
    picture.moving += [curve_p, curve_q, *names, zero, gain, loss, outline, lower.yaxis]

    def draw(mean_p, std_p, mean_q, std_q):
        for curve, name, mean, std in ((curve_p, names[0], mean_p, std_p), (curve_q, names[1], mean_q, std_q)):
            x = mean + std * t
            curve.set_data(x, np.exp(log_normal_density(x, mean, std)))
            name.set_position((mean, 0.4 / std + 0.02))
        x = mean_p + std_p * t
        log_p = log_normal_density(x, mean_p, std_p)
        integrand = np.exp(log_p) * (log_p - log_normal_density(x, mean_q, std_q))
        positive, negative = np.maximum(integrand, 0), np.minimum(integrand, 0)
        gain.set_data(x, positive, 0)
        loss.set_data(x, negative, 0)
        outline.set_data(x, integrand)
        # The floor keeps an integrand that is all but 0 from being blown up.
        lower.set_ylim(1.15 * min(negative.min(), -0.15), 1.15 * max(positive.max(), 0.4))
        kl = kl_between(mean_p, std_p, mean_q, std_q)
        above, below = np.trapezoid(positive, x), np.trapezoid(-negative, x)
        return picture.png(), (
            f"KL(p || q) is {kl:.2f} nats, or {kl / np.log(2):.2f} bits. The filled area, where p is above q, adds "
            f"{above:.2f} nats; the hatched area, where q is above p, takes away {below:.2f}.")

    return Panel(sliders, draw, "KL divergence of two Gaussians, with sliders for both")


def _slider(description, name, value, limits):
    value = _within(_validate.real(value, name), name, limits)
    return ipywidgets.FloatSlider(value, min=limits[0], max=limits[1], step=0.05, description=description)


def _within(value, name, limits):
    if not limits[0] <= value <= limits[1]:
        raise ValueError(f"{name} must be from {limits[0]} to {limits[1]}, received {value}")
    return value
