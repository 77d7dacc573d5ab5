"""What the ten figures share: one alphabet of shapes, one style, one way to write an SVG.

Schematics are drawn on a canvas measured in inches, data flowing from left to right. Colours are those of `plots`.
"""

import base64
import io
import re
from xml.sax.saxutils import escape

import matplotlib as mpl
import numpy as np
import PIL
from matplotlib import patheffects
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Polygon, Rectangle
from matplotlib.ticker import MaxNLocator
from PIL import Image

from vae_helpers import plots
from vae_helpers.look import DECODER, DIGIT_COLOURS, ENCODER, INK, NOISE

SMALL, NORMAL, LARGE = 13, 14.5, 17  # points; a phone shows a picture at a little over half its size
FAINT = "#d9d9d9"

STYLE = {
    "axes.linewidth": 1.0,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": "DejaVu Sans",  # ships with Matplotlib: no machine needs another font
    "font.size": SMALL,
    "mathtext.fontset": "dejavusans",
    "savefig.dpi": 160,  # of the clouds of dots, which are pixels inside the SVG
    "svg.fonttype": "path",
    "svg.hashsalt": "vae",
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def canvas(width, height):
    """Return a figure and the axes that fill it, on which one unit is one inch and (0, 0) the lower left corner."""
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasSVG(figure)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(0, height))
    ax.axis("off")
    ax.set_autoscale_on(False)
    return figure, ax


def tint(colour, amount=0.2):
    """Return the colour mixed with white."""
    return tuple(1 - amount * (1 - np.array(mpl.colors.to_rgb(colour))))


def label(ax, x, y, text, size=SMALL, colour=INK, **kwargs):
    """Write text centred on a point."""
    return ax.text(x, y, text, **{"size": size, "color": colour, "ha": "center", "va": "center", "zorder": 5, **kwargs})


def encoder(ax, x, y, width=1.05, height=1.25, text="encoder", size=SMALL):
    """Draw a trapezium that narrows to the right, its left edge at x, its middle at y."""
    _trapezium(ax, x, y, width, height, height / 2, ENCODER, text, size)


def decoder(ax, x, y, width=1.05, height=1.25, text="decoder", size=SMALL):
    """Draw a trapezium that widens to the right, its left edge at x, its middle at y."""
    _trapezium(ax, x, y, width, height / 2, height, DECODER, text, size)


def _trapezium(ax, x, y, width, left, right, colour, text, size):
    corners = [(x, y - left / 2), (x, y + left / 2), (x + width, y + right / 2), (x + width, y - right / 2)]
    ax.add_patch(Polygon(corners, facecolor=tint(colour), edgecolor=colour, lw=2, joinstyle="round"))
    label(ax, x + width / 2, y, text, size)


def box(ax, x, y, text, width=1.05, height=0.4, colour=ENCODER, size=SMALL):
    """Draw a rounded box for a vector that a layer gives, centred on a point."""
    ax.add_patch(FancyBboxPatch((x - width / 2, y - height / 2), width, height, facecolor=tint(colour),
                                edgecolor=colour, lw=2, boxstyle="round,pad=0,rounding_size=0.08"))
    label(ax, x, y, text, size)


def code(ax, x, y, text="$z$", radius=0.28, colour=INK, fill="white", size=LARGE, **kwargs):
    """Draw a round code."""
    ax.add_patch(Circle((x, y), radius, **{"facecolor": fill, "edgecolor": colour, "lw": 2, "zorder": 3, **kwargs}))
    label(ax, x, y, text, size)


def noise(ax, x, y, radius=0.28):
    """Draw the noise, a round grey alpha."""
    code(ax, x, y, r"$\alpha$", radius, NOISE, tint(NOISE))


def arrow(ax, start, end, colour=INK, **kwargs):
    """Draw an arrow between two points."""
    ax.add_patch(FancyArrowPatch(start, end, color=colour, **{
        "arrowstyle": "-|>,head_length=0.4,head_width=0.22", "mutation_scale": 18, "lw": 1.8, "shrinkA": 0,
        "shrinkB": 0, "joinstyle": "miter", "capstyle": "butt", "zorder": 4, **kwargs}))


def digit(ax, x, y, pixels, size=0.8, frame=FAINT, zorder=2):
    """Draw a digit, bytes of shape (28, 28), ink on paper, centred on a point of a canvas or of a plane."""
    half = size / 2
    extent = (x - half, x + half, y - half, y + half)
    limits = ax.get_xlim(), ax.get_ylim()
    # "none" keeps the 28 x 28 pixels in the file; any other choice would resample them.
    ax.imshow(pixels, cmap="gray_r", vmin=0, vmax=255, interpolation="none", extent=extent, zorder=zorder)
    ax.set(xlim=limits[0], ylim=limits[1])
    if frame:
        ax.add_patch(Rectangle((x - half, y - half), size, size, fill=False, edgecolor=frame, lw=1, zorder=zorder))


def bell(ax, x, y, width, height, colour, mean=0.0, std=1.0, span=3.0):
    """Draw a normal density as a filled hump whose foot is centred on a point."""
    t = np.linspace(-span, span, 121)
    curve = height * np.exp(-0.5 * ((t - mean) / std) ** 2)
    across = x + t / span * width / 2
    ax.fill_between(across, y, y + curve, facecolor=tint(colour), lw=0, zorder=2)
    ax.plot(across, y + curve, color=colour, lw=2, zorder=3)


def plane(ax, codes, labels, xlim, ylim, size=9):
    """Draw codes as dots coloured by digit, with the circles of 1, 2 and 3 standard deviations of the prior."""
    colours = np.array([mpl.colors.to_rgb(colour) for colour in DIGIT_COLOURS])
    order = np.random.default_rng(0).permutation(len(codes))  # no digit covers the others
    ax.scatter(*codes[order].T, c=colours[labels[order]], s=size, linewidths=0.2, edgecolors=INK, rasterized=True)
    plots.prior_circles(ax)
    for circle in ax.patches:
        circle.set(lw=1.4, zorder=2, path_effects=[patheffects.withStroke(linewidth=3, foreground="white")])
    ax.set(xlim=xlim, ylim=ylim, aspect="equal", xlabel="z[0]", ylabel="z[1]")
    ax.tick_params(labelsize=SMALL, length=3)


def name_digits(ax, codes, labels, avoid=(), size=16, at_least=10):
    """Write each digit where its codes are, if the plane shows enough of them; clear of each other and of `avoid`."""
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    inch = (right - left) / (ax.get_figure().get_figwidth() * ax.get_position().width)
    x, y = codes.T
    seen = (left < x) & (x < right) & (bottom < y) & (y < top)
    names = [name for name in range(10) if np.sum(seen & (labels == name)) >= at_least]
    middles = np.array([np.median(codes[seen & (labels == name)], axis=0) for name in names])
    apart, edge = 0.015 * size * inch, 0.15 * inch
    places = spread(middles, avoid, apart, (left + edge, bottom + edge), (right - edge, top - edge))
    for name, place in zip(names, places):
        text = label(ax, *place, str(name), size, weight="bold")
        text.set_path_effects([patheffects.withStroke(linewidth=3.2, foreground="white")])


def few_ticks(ax):
    """Leave room for large numbers on a small plane."""
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    ax.tick_params(labelsize=SMALL, length=3)


def spread(points, fixed, least, low, high):
    """Return the points pushed apart, inside two corners, until none is within `least` of another or a fixed one."""
    n = len(points)
    everything = np.concatenate([points, np.reshape(fixed, (-1, 2))]).astype(float)
    for _ in range(500):
        apart = everything[:n, None] - everything[None]
        distance = np.linalg.norm(apart, axis=-1)
        distance[np.diag_indices(n)] = np.inf
        push = np.maximum(least - distance, 0) / distance
        everything[:n] = np.clip(everything[:n] + 0.25 * (apart * push[..., None]).sum(axis=1), low, high)
    return everything[:n]


def to_svg(figure, title, description):
    """Return the figure as SVG text that says what it shows and holds nothing that changes from run to run."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    text = re.sub(r"data:image/png;base64,\s*([^\"]+)", lambda found: _smaller_png(found[1]), buffer.getvalue())
    # The document type would make strict readers fetch a file from the network.
    text = re.sub(r"<!DOCTYPE.*?>\s*", "", text, flags=re.S)
    drawn_with = f"<!-- figures/draw.py, Matplotlib {mpl.__version__}, Pillow {PIL.__version__} -->\n"
    told = (f' role="img" aria-labelledby="title description">\n <title id="title">{escape(title)}</title>\n'
            f' <desc id="description">{escape(description)}</desc>')
    head, tail = re.search(r"<svg [^>]*>", text).span()
    return text[:head] + drawn_with + text[head:tail - 1] + told + text[tail:]


def _smaller_png(encoded):
    """Return a picture, base64 of a PNG, as a data address; a cloud of dots gets a palette, for a third of the size."""
    picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
    if picture.width > 28:
        picture = picture.quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    else:
        picture = picture.convert("L")  # a digit
    smaller = io.BytesIO()
    picture.save(smaller, "png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(smaller.getvalue()).decode()
