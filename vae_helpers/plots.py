"""The series' pictures: one function each. They draw on the `ax` they are given, or on a new one, and return it.

They never train and never call `plt.show`. What a colour means is decided in `look`.
"""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import matplotlib.patheffects
import matplotlib.pyplot as plt
import matplotlib.ticker
import numpy as np

from vae_helpers import _validate
from vae_helpers.data import names_of_classes
from vae_helpers.gaussian import log_normal_density
from vae_helpers.latent import as_pictures, tiled
from vae_helpers.look import DECODER, DIGIT_COLOURS, ENCODER, INK, NOISE, PRIOR, WRONG


def set_style():
    """Make matplotlib's default style that of the series, for the rest of the session.

    Examples
    --------
    >>> set_style()
    >>> mpl.rcParams["axes.spines.top"]
    False
    """
    plt.style.use(Path(__file__).parent / "assets" / "series.mplstyle")
    mpl.rcParams["axes.prop_cycle"] = mpl.cycler(color=[ENCODER, DECODER, PRIOR, NOISE, WRONG])


def digit_sheet(images, n_columns=10, *, row_labels=None, ax=None):
    """Draw digits, or pictures of another size, side by side as one sheet, ink on paper.

    Parameters
    ----------
    images : ndarray of shape (n, height, width), (n, height, width, 3) or (n, 784)
        uint8, or floats in [0, 1].
    n_columns : int, default=10
        Digits in a row; the last row may be shorter.
    row_labels : list of str, optional
        One for each row, written at its left.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> from vae_helpers.data import load_mnist
    >>> ax = digit_sheet(load_mnist("test").images[:20], row_labels=["the first ten", "the next ten"])
    >>> ax.images[0].get_array().shape  # 2 rows of 10 digits
    (56, 280)
    """
    array = as_pictures(_ink(images, "images"), "images must have shape", "n")
    n_columns = _validate.integer(n_columns, "n_columns", least=1)
    n_rows = -(-len(array) // n_columns)
    n_labels = n_rows if row_labels is None else len(row_labels)
    _validate.require(n_labels == n_rows, f"row_labels must be one for each of the {n_rows} rows, received {n_labels}")
    height, width, *colours = array.shape[1:]
    if colours:  # where the last row has no picture, white is left; of ink, 0 is
        array = np.concatenate([array, np.ones((-len(array) % n_columns, *array.shape[1:]))])
    side = min(7, 0.7 * n_columns + (1.2 if row_labels else 0))
    ax = _axes(ax, figsize=(side, side * n_rows * height / (n_columns * width)))
    show_ink(tiled(array.astype(float), n_columns), ax=ax)
    if row_labels is not None:
        ax.set_yticks((np.arange(n_rows) + 0.5) * height - 0.5, row_labels)
        ax.tick_params(length=0)
    return ax


def show_ink(picture, *, ax=None):
    """Draw a picture whose pixels are amounts of ink, 0 to 1, dark on white, or colours, without axes.

    Parameters
    ----------
    picture : ndarray of shape (height, width) or (height, width, 3)
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> ax = show_ink(np.eye(28))  # a stroke from the top left to the bottom right
    >>> ax.images[0].get_array().shape
    (28, 28)
    """
    picture = _ink(picture, "picture")
    _validate.require(picture.ndim in (2, 3) and picture.shape[2:] in ((), (3,)), "picture must have shape "
                      "(height, width) or (height, width, 3)", picture)
    ax = _axes(ax)
    ax.imshow(picture, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def cost_curves(history, *, ax=None):
    """Draw the costs that training logged, by epoch: the loss, and for a VAE its two parts.

    Parameters
    ----------
    history : dict of str to list of float
        The `history` of what `training.train` returns. `loss` and `reconstruction` share the left axis; `kl`, which is
        much smaller, has the right one.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
        The left one.

    Examples
    --------
    >>> ax = cost_curves({"loss": [200.0, 160.0], "reconstruction": [195.0, 154.0], "kl": [5.0, 6.0]})
    >>> [line.get_label() for line in ax.lines]
    ['loss', 'reconstruction']
    """
    _validate.require(isinstance(history, Mapping), "history must be the dict of costs that training logged", history,
                      error=TypeError)
    needed = ("loss", "reconstruction", "kl") if "kl" in history else ("loss",)
    lengths = {name: np.size(costs) for name, costs in history.items() if name in needed}
    fine = set(lengths) == set(needed) and len(set(lengths.values())) == 1 and 0 not in lengths.values()
    _validate.require(fine, f"history must hold the costs {', '.join(needed)} of each epoch, received "
                      f"{sorted(history)} with lengths {lengths}. A training that stops in its first epoch leaves none")
    ax = _axes(ax)
    epochs = np.arange(1, len(history["loss"]) + 1)
    n_missing = len(epochs) - np.isfinite([history[name] for name in needed]).all(axis=0).sum()
    if n_missing:  # of a training that went on although its cost was no longer a number
        ax.set_title(f"{n_missing} of {len(epochs)} epochs have no finite cost", color=WRONG)
    ax.plot(epochs, history["loss"], "o-", ms=3, color=INK, label="loss")
    if "kl" in history:
        ax.plot(epochs, history["reconstruction"], "o-", ms=3, color=DECODER, label="reconstruction")
        right = ax.twinx()
        right.plot(epochs, history["kl"], color=PRIOR, ls="--")
        right.set_ylabel("KL (nats per image), dashed", color=PRIOR)
        right.set_ylim(bottom=0)
        right.spines.right.set_visible(True)
        ax.legend()
    ax.set(xlabel="epoch", ylabel="cost (nats per image)")
    # A single epoch would be labelled in hundredths.
    ax.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True, min_n_ticks=1))
    return ax


def latent_plane(codes, labels, class_names=None, *, span=None, text_size=None, ax=None):
    """Draw two-dimensional codes as dots, coloured by class, the digit or name written at the middle of its dots.

    Where two would be written over each other, each moves to where its dots are denser, then to the nearest dot that
    is free. The prior's circles of 1, 2 and 3 standard deviations are drawn thin.

    Parameters
    ----------
    codes : ndarray of shape (n, 2)
    labels : ndarray of shape (n,)
        The digit, 0 to 9, of each code, or with `class_names` its class. The colours repeat after ten classes.
    class_names : list of str, optional
        What to call the classes 0, 1 and so on.
    span : float, optional
        The picture shows -span to span on both axes; without it, whatever the codes need.
    text_size : float, optional
        Of the digits or names, in points; without it, what suits the size of the picture.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> ax = latent_plane([[0.5, 2.0], [1.5, -1.0], [-4.0, 0.0]], labels=[3, 3, 7], span=5)
    >>> [text.get_text() for text in ax.texts]  # the digits, written amid their dots
    ['3', '7']
    """
    codes = _validate.finite_array(codes, "codes", (None, 2))
    labels = np.asarray(labels)
    names = names_of_classes(labels, class_names) or tuple("0123456789")
    fine = labels.shape == (len(codes),) and labels.dtype.kind in "iu" and np.isin(labels, range(len(names))).all()
    _validate.require(fine, f"labels must be one digit from 0 to 9 for each of the {len(codes)} codes, or the number "
                      f"of one of class_names, received {_validate.described(labels)} with {np.unique(labels)}")
    if span is None:
        span = 1.05 * np.abs(codes).max() or 1.0  # a collapsed encoder puts every code at 0
    span = _validate.real(span, "span", above=0)
    text_size = None if text_size is None else _validate.real(text_size, "text_size", above=0)
    ax = _axes(ax, figsize=(5, 5))
    colours = np.array([mpl.colors.to_rgb(colour) for colour in DIGIT_COLOURS])[labels % len(DIGIT_COLOURS)]
    # Small enough that 70,000 dots do not become one stain. In a shuffled order no class covers the others.
    size = np.clip(4000 / len(codes), 0.3, 12)
    order = np.random.default_rng(0).permutation(len(codes))
    # Antialiasing would pale dots smaller than a pixel, and make a picture of 70,000 of them three times as large.
    ax.scatter(*codes[order].T, c=colours[order], s=size, linewidths=0, rasterized=True, antialiased=size > 1)
    inches = ax.get_position().width * ax.figure.get_figwidth()
    if text_size is None:
        text_size = np.clip(3.9 * inches, 7, 15) if class_names is None else 11  # 15 points in a picture of 5 inches
    clear = 1.3 * text_size / 72 * 2 * span / inches  # a numeral's diagonal, in units of the code
    places = _digit_places(codes, labels, span, clear)
    if class_names is not None:
        _part(list(places.values()), 0.35 * span, 0.09 * span)
    for label, place in places.items():
        ax.text(*place, names[label], color=INK, size=text_size, weight="bold", ha="center",
                va="center", clip_on=True,
                path_effects=[mpl.patheffects.withStroke(linewidth=3, foreground="white")])
    prior_circles(ax)
    ax.set(xlim=(-span, span), ylim=(-span, span), aspect="equal", xlabel="z[0]", ylabel="z[1]")
    return ax


def digit_plane(picture, codes, *, image_shape=(28, 28), n_ticks=6, ax=None):
    """Draw a sheet of digits with the codes of its tiles on the axes.

    A tick stands at the middle of a tile and names the code that the tile was decoded from, to two decimals.

    Parameters
    ----------
    picture : ndarray of shape (n * height, n * width) or (n * height, n * width, 3)
        The sheet, as `latent.digit_plane` gives it.
    codes : ndarray of shape (n * n, 2)
        The codes it was decoded from, as `latent.plane_codes` and `latent.quantile_plane_codes` give them.
    image_shape : tuple of int, default=(28, 28)
        The size of a tile: (height, width), or (height, width, 3) for colours.
    n_ticks : int, default=6
        How many tiles are named along each axis, at least 2 (all of them, if there are not so many).
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> from vae_helpers import latent
    >>> codes = latent.plane_codes(n=3)
    >>> sheet = latent.digit_plane(lambda z: np.zeros((len(z), 28, 28)), codes)  # a decoder that leaves the paper empty
    >>> [label.get_text() for label in digit_plane(sheet, codes).get_xticklabels()]
    ['-3.00', '0.00', '3.00']
    """
    codes = _validate.finite_array(codes, "codes", (None, 2))
    n_ticks = _validate.integer(n_ticks, "n_ticks", least=2)
    n = round(len(codes) ** 0.5)
    z0, z1 = codes[:n, 0], codes[::n, 1]
    grid = n * n == len(codes) and np.array_equal(codes, np.stack(np.meshgrid(z0, z1), axis=-1).reshape(-1, 2))
    _validate.require(grid, "codes must be a grid, row by row, as latent.plane_codes gives it", codes)
    picture = _ink(picture, "picture")
    height, width, *colours = _validate.image_shape(image_shape)
    shape = (n * height, n * width, *colours)
    _validate.require(picture.shape == shape, f"picture must have shape {shape} for {n * n} codes", picture)
    ax = show_ink(picture, ax=_axes(ax, figsize=(6, 6)))
    # A screen has fewer dots than a large sheet has pixels, so it shows their means. Eight greys are enough for tiles
    # that small, and take a quarter of the room in a notebook.
    ax.images[-1].set(interpolation="antialiased", interpolation_stage="data",
                      cmap=mpl.colormaps["gray_r"].resampled(8 if n > 15 else 256))
    tiles = np.unique(np.linspace(0, n - 1, n_ticks).round().astype(int))
    # Pixel k is drawn from k - 1/2 to k + 1/2, so the middle of a first tile of 28 is at 13.5.
    ax.set_xticks((tiles + 0.5) * width - 0.5, [f"{code:z.2f}" for code in z0[tiles]])
    ax.set_yticks((tiles + 0.5) * height - 0.5, [f"{code:z.2f}" for code in z1[tiles]])
    ax.set(xlabel="z[0]", ylabel="z[1]")
    return ax


def prior_circles(ax):
    """Draw the circles of 1, 2 and 3 standard deviations of the prior N(0, I) on a latent plane.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        With z[0] to the right and z[1] upwards.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> ax = plt.figure().add_subplot()
    >>> [round(circle.radius) for circle in prior_circles(ax).patches]
    [1, 2, 3]
    """
    ax = _axes(ax)
    for radius in (1, 2, 3):
        ax.add_patch(mpl.patches.Circle((0, 0), radius, fill=False, color=PRIOR, lw=0.9))
    return ax


def kl_integrand(mean_q, std_q, mean_p=0.0, std_p=1.0, *, span=4.0, ax=None):
    """Draw two normal densities and, shaded, the integrand q(x) (log q(x) - log p(x)) of KL(q || p).

    The filled area, where q is above p, adds to the divergence; the hatched area takes away from it.

    Parameters
    ----------
    mean_q, std_q, mean_p, std_p : float
        The two normals. By default p is N(0, 1).
    span : float, default=4.0
        The picture shows x from -span to span.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> ax = kl_integrand(mean_q=1.0, std_q=0.5)
    >>> [line.get_label() for line in ax.lines[:2]]
    ['q(x)', 'p(x)']
    """
    mean_q, mean_p = _validate.real(mean_q, "mean_q"), _validate.real(mean_p, "mean_p")
    std_q, std_p = _validate.real(std_q, "std_q", above=0), _validate.real(std_p, "std_p", above=0)
    span = _validate.real(span, "span", above=0)
    x = np.linspace(-span, span, 801)  # (801,)
    log_q, log_p = log_normal_density(x, mean_q, std_q), log_normal_density(x, mean_p, std_p)
    ax = _axes(ax)
    integrand = np.exp(log_q) * (log_q - log_p)
    ax.fill_between(x, np.maximum(integrand, 0), color=PRIOR, alpha=0.35, lw=0, label="adds to the KL")
    ax.fill_between(x, np.minimum(integrand, 0), facecolor="none", edgecolor=PRIOR, hatch="////", lw=0,
                    label="takes away")
    ax.plot(x, np.exp(log_q), color=ENCODER, label="q(x)")
    ax.plot(x, np.exp(log_p), color=PRIOR, ls="--", label="p(x)")
    ax.axhline(0, color=INK, lw=0.8)
    ax.set(xlabel="x", ylabel="density; nats per unit of x", xlim=(-span, span))
    return ax


def _ink(array, name):
    """Return bytes or floats as amounts of ink from 0 to 1."""
    ink = _validate.finite_array(array, name) / (255 if np.asarray(array).dtype == np.uint8 else 1)
    _validate.require(ink.min() >= 0 and ink.max() <= 1, f"{name} must be uint8 or in [0, 1], received "
                      f"{_validate.described(np.asarray(array))} with values from {np.min(array)} to {np.max(array)}")
    return ink


def _digit_places(codes, labels, span, clear):
    """Return where to write each digit: amid its dots, and off the others."""
    # The median stays among the dots when a few of them lie far out.
    places = {digit: np.median(codes[labels == digit], axis=0) for digit in np.unique(labels)}
    medians = np.array(list(places.values()))
    covered = (np.linalg.norm(medians[:, None] - medians, axis=2) < 0.08 * span).sum(axis=1) > 1
    for digit in np.array(list(places))[covered]:
        mine = codes[labels == digit]
        for _ in range(20):  # towards where its dots are densest; a digit in two pieces has its median between them
            near = mine[np.linalg.norm(mine - places[digit], axis=1) < 0.15 * span]
            places[digit] = np.median(near, axis=0) if len(near) else places[digit]
    taken = np.empty((0, 2))
    for digit, place in places.items():  # and where two still cover each other, to the nearest of its dots that is free
        mine = codes[labels == digit]
        options = np.vstack([place, mine[np.argsort(np.linalg.norm(mine - place, axis=1))]])
        free = (np.linalg.norm(options[:, None] - taken, axis=2) > clear).all(axis=1)
        places[digit] = options[free.argmax()]
        taken = np.vstack([taken, places[digit]])
    return places


def _part(places, width, height):
    """Move places up, in place, until names of that size do not cover those before them."""
    for i, place in enumerate(places):
        while any((np.abs(place - other) < (width, height)).all() for other in places[:i]):
            place[1] += height / 4


def _axes(ax, figsize=None):
    if ax is None:
        return plt.subplots(figsize=figsize)[1]
    _validate.require(isinstance(ax, mpl.axes.Axes), "ax must be a single matplotlib Axes", ax, error=TypeError)
    return ax
