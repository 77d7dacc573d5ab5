"""Draw the lecture's ten figures anew, the tiles of the map of the series, the README's animation, and README.md.

    python figures/draw.py            all of them
    python figures/draw.py 01 06      those two
    python figures/draw.py --to DIR   into another folder

Figures with real digits are drawn from figures/data, which tools/figure_data.py makes.
"""

import argparse
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
import PIL
from matplotlib.collections import EllipseCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyBboxPatch, Polygon, Rectangle
from PIL import Image, ImageDraw

from vae_helpers.latent import interpolate
from vae_helpers.look import DECODER, DIGIT_COLOURS, ENCODER, INK, NOISE, PRIOR, WRONG

import shapes  # isort: skip  (a neighbour of this script, not a package)
from shapes import (  # isort: skip
    LARGE, NORMAL, arrow, bell, box, canvas, code, decoder, digit, encoder, few_ticks, label, name_digits, noise,
    plane, tint)

HERE = Path(__file__).parent
SHEET_SPAN = 2.4  # the sheet of the animation shows codes from -2.4 to 2.4, as tools/figure_data.py decoded them


class Drawing(NamedTuple):
    """A figure: its name, what it redraws, where it is used, what is seen, and the function that draws it."""

    name: str
    title: str
    lecture: str
    notebook: str
    description: str
    draw: Callable


DRAWINGS = []


def drawing(name, title, lecture, notebook, description):
    """Register the decorated function, which takes the stored data and returns a figure."""
    def register(function):
        DRAWINGS.append(Drawing(name, title, lecture, notebook, description, function))
        return function
    return register


@drawing("fig01_ae_and_vae", "An autoencoder beside a variational autoencoder", "Figure 1, section 3", "01",
         "Two networks, one above the other, data flowing from left to right. In the autoencoder the encoder turns "
         "a digit x into one code z, which the decoder turns into a digit again. In the variational autoencoder the "
         "encoder gives z_mean and z_log_var, which describe a distribution; the code z is drawn from it with the "
         "help of noise alpha, and then decoded.")
def ae_and_vae(data):
    figure, ax = canvas(6.4, 4.0)
    rows = ((3.05, "autoencoder: one code", "example/ae"),
            (1.2, "variational autoencoder: a distribution, and a draw", "example/vae"))
    for y, name, output in rows:
        label(ax, 0.1, y + 0.76, name, NORMAL, ha="left", weight="bold")
        digit(ax, 0.46, y, data["example/x"], size=0.72)
        label(ax, 0.46, y - 0.53, "$x$", NORMAL)
        arrow(ax, (0.84, y), (1.08, y))
        encoder(ax, 1.08, y, 1.0, 1.2)
        code(ax, 3.86, y)
        arrow(ax, (4.15, y), (4.38, y))
        decoder(ax, 4.38, y, 1.0, 1.2)
        arrow(ax, (5.38, y), (5.62, y))
        digit(ax, 5.98, y, data[output], size=0.72)
        label(ax, 5.98, y - 0.53, r"$\hat{x}$", NORMAL)
    y = rows[0][0]
    arrow(ax, (2.08, y), (3.57, y))
    y = rows[1][0]
    for side, name in ((1, "z_mean"), (-1, "z_log_var")):
        arrow(ax, (2.08, y + 0.18 * side), (2.32, y + 0.27 * side))
        box(ax, 2.85, y + 0.29 * side, name)
        arrow(ax, (3.39, y + 0.29 * side), (3.61, y + 0.13 * side))
    noise(ax, 3.86, y - 0.85)
    arrow(ax, (3.86, y - 0.57), (3.86, y - 0.29), NOISE)
    label(ax, 4.24, y - 0.85, "noise", ha="left")
    return figure


@drawing("fig02_code_point_or_distribution", "One element of a code: a number or a distribution",
         "Figure 2, section 3.1", "01",
         "One element of the code of one digit, on a line from 0 to 4. The autoencoder's encoder gives one number, "
         "2.0, on every pass. The variational autoencoder's encoder gives a mean of 2.0 and a standard deviation of "
         "0.5, drawn as a bell curve, and every pass draws another number from it, this time 1.65.")
def code_point_or_distribution(data):
    figure, ax = canvas(6.4, 3.9)
    mean, std, draw = 2.0, 0.5, 1.65  # the second element of the lecture's worked example
    draws = np.random.default_rng(346).normal(mean, std, 7)  # a seed whose dots stay apart

    def at(z):
        return 2.78 + 0.84 * z

    rows = (2.55, "autoencoder: a number"), (0.55, "variational autoencoder: a distribution")
    for y, name in rows:
        label(ax, 0.1, y + 1.15, name, NORMAL, ha="left", weight="bold")
        digit(ax, 0.46, y + 0.32, data["example/x"], size=0.72)
        arrow(ax, (0.84, y + 0.32), (1.08, y + 0.32))
        encoder(ax, 1.08, y + 0.32, 1.0, 1.2)
        arrow(ax, (2.08, y + 0.32), (2.5, y + 0.32))
        ax.plot([at(0) - 0.12, at(4) + 0.12], [y, y], color=INK, lw=1.2)
        for z in range(5):
            ax.plot([at(z), at(z)], [y, y - 0.06], color=INK, lw=1.2)
            label(ax, at(z), y - 0.22, f"{z}")
    large = {"marker": "o", "ms": 12, "color": ENCODER, "mec": INK, "mew": 1, "zorder": 6}
    y = rows[0][0]
    ax.plot(at(mean), y, **large)
    label(ax, at(mean), y + 0.58, "2.0 on every pass")
    arrow(ax, (at(mean), y + 0.43), (at(mean), y + 0.12))
    y = rows[1][0]
    bell(ax, at(mean), y, 7.2 * std * 0.84, 0.85, ENCODER, span=3.6)
    ax.plot(at(draws), np.full(7, y), "o", ms=7, color="white", mec=INK, mew=1, zorder=5)
    ax.plot(at(draw), y, **large)
    label(ax, at(0.02), y + 0.62, "this pass:\n1.65", ha="left")
    arrow(ax, (at(0.95), y + 0.42), (at(draw) - 0.09, y + 0.09))
    label(ax, at(4.05), y + 0.62, "mean 2.0\nstd 0.5", ha="right")
    return figure


@drawing("fig03_codes_apart_and_overlapping", "Codes far apart and codes that overlap", "Figure 3, section 3.3", "03",
         "The distributions of the codes of 2,000 test digits as ellipses of two standard deviations, coloured by "
         "digit, in the middle of two latent planes. Trained without the KL term, the ellipses are specks with "
         "empty paper between them and cover less than a tenth of the plane. Trained with the KL term, they "
         "overlap their neighbours and cover more than three quarters.")
def codes_apart_and_overlapping(data):
    width, height = 6.6, 3.6
    figure, paper = canvas(width, height)
    for left, name, about in ((0.45, "reconstruction", "without the KL term"), (3.8, "both", "with the KL term")):
        side = 2.7
        ax = figure.add_axes((left / width, 0.45 / height, side / width, side / height))
        mean, std = data[f"{name}/z_mean"], np.exp(data[f"{name}/z_log_var"] / 2)
        # Each plane at the scale of its own cloud: gaps and ellipses are compared with how far the codes are spread.
        middle, half = np.median(mean, axis=0), 0.6 * mean.std()
        colours = [DIGIT_COLOURS[digit_] for digit_ in data["labels"]]
        ax.add_collection(EllipseCollection(
            4 * std[:, 0], 4 * std[:, 1], np.zeros(len(std)), units="xy", offsets=mean, offset_transform=ax.transData,
            facecolors=colours, edgecolors=INK, linewidths=0.2, alpha=0.7, rasterized=True))
        ax.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half), aspect="equal")
        name_digits(ax, mean, data["labels"], at_least=50)
        few_ticks(ax)
        label(paper, left + side / 2, 3.4, about, NORMAL, weight="bold")
    return figure


@drawing("fig04_hidden_cause", "A hidden cause and what is observed", "Figure 4, section 3.4", "04",
         "On the left a dashed circle z, hidden: which digit, how slanted, how thick. A solid arrow p(x given z) "
         "leads from it to an observed digit x on the right. A dashed arrow p(z given x) leads back and asks: which "
         "z made this x?")
def hidden_cause(data):
    figure, ax = canvas(6.0, 2.75)
    label(ax, 1.1, 2.55, "hidden", NORMAL, weight="bold")
    code(ax, 1.1, 1.68, radius=0.55, size=28, ls=(0, (3, 2)))
    label(ax, 1.1, 0.58, "which digit?\nhow slanted?\nhow thick?", linespacing=1.25)
    label(ax, 5.0, 2.55, "observed", NORMAL, weight="bold")
    digit(ax, 5.0, 1.68, data["example/x"], size=1.2)
    label(ax, 5.0, 0.84, "$x$", 20)
    arrow(ax, (1.72, 1.93), (4.34, 1.93), DECODER, lw=2.4)
    label(ax, 3.03, 2.16, r"$p(x\,|\,z)$", NORMAL)
    arrow(ax, (4.34, 1.43), (1.72, 1.43), linestyle=(0, (4, 2)))
    label(ax, 3.03, 1.19, r"$p(z\,|\,x)$", NORMAL)
    label(ax, 3.03, 0.84, "which z made this x?")
    return figure


@drawing("fig05_five_distributions", "The five distributions of a variational autoencoder",
         "Figure 5, section 3.4", "04",
         "The network from left to right with the five distributions in their places: p(x) at the digit x, q(z "
         "given x) in the encoder, the prior p(z) as a bell curve above the code z, p(x given z) in the decoder, "
         "and p(z given x), the true posterior, on a dashed path from x to z below the encoder. Dashed are the two "
         "that need an integral over all codes, p(x) and p(z given x); q(z given x) stands in for the second.")
def five_distributions(data):
    figure, ax = canvas(6.4, 3.5)
    y = 1.75
    digit(ax, 0.5, y, data["example/x"])
    arrow(ax, (0.92, y), (1.22, y))
    encoder(ax, 1.22, y, 1.15, 1.3, r"$q(z\,|\,x)$", NORMAL)
    arrow(ax, (2.37, y), (2.88, y))
    code(ax, 3.2, y, radius=0.31)
    arrow(ax, (3.52, y), (4.03, y))
    decoder(ax, 4.03, y, 1.15, 1.3, r"$p(x\,|\,z)$", NORMAL)
    arrow(ax, (5.18, y), (5.48, y))
    digit(ax, 5.9, y, data["example/vae"])
    label(ax, 0.5, y - 0.56, "$x$", NORMAL)
    label(ax, 5.9, y - 0.56, r"$\hat{x}$", NORMAL)
    label(ax, 1.8, y + 0.84, "encoder")
    label(ax, 4.6, y + 0.84, "decoder")

    bell(ax, 3.2, y + 0.72, 1.3, 0.45, PRIOR)
    arrow(ax, (3.2, y + 0.68), (3.2, y + 0.32), PRIOR)
    label(ax, 3.2, y + 1.47, r"$p(z)$  prior", NORMAL)

    _out_of_reach(ax, 0.5, y + 0.84, r"$p(x)$", 0.75)
    ax.plot([0.5, 0.5, 1.3], [y - 0.75, y - 1.3, y - 1.3], color=INK, lw=1.8, ls=(0, (4, 2)))
    ax.plot([2.3, 3.2], [y - 1.3, y - 1.3], color=INK, lw=1.8, ls=(0, (4, 2)))
    arrow(ax, (3.2, y - 1.3), (3.2, y - 0.33), linestyle=(0, (4, 2)))
    _out_of_reach(ax, 1.8, y - 1.3, r"$p(z\,|\,x)$", 1.0)
    arrow(ax, (1.8, y - 0.52), (1.8, y - 1.05), ENCODER)
    label(ax, 1.92, y - 0.8, "stands in for", ha="left")
    label(ax, 3.55, y - 1.2, "dashed: needs an\nintegral over all z", ha="left")
    return figure


def _out_of_reach(ax, x, y, text, width):
    ax.add_patch(FancyBboxPatch((x - width / 2, y - 0.2), width, 0.4, facecolor="white", edgecolor=INK, lw=1.8,
                                ls=(0, (4, 2)), boxstyle="round,pad=0,rounding_size=0.08"))
    label(ax, x, y, text, NORMAL)


@drawing("fig06_latent_spaces_by_cost", "Latent planes by the cost that was minimised", "Figure 6, section 3.5", "04",
         "Three latent planes of test digits, coloured by digit, with the circles of 1, 2 and 3 standard "
         "deviations of the prior, and below each what four draws from the prior decode to. Reconstruction only: "
         "the codes spread far beyond the circles, and nine draws in ten land among the 2s, 3s, 5s and 8s in the "
         "middle; the four shown can be read, but they are of these kinds. KL only: one round cloud in which all "
         "digits are mixed; the draws are flat grey. Both: the digits keep their places inside the circles, and "
         "draws land among all ten kinds; the four shown are two 7s, a 0, and one between a 7 and a 9.")
def latent_spaces_by_cost(data):
    width, height, side = 6.8, 3.95, 2.12
    figure, paper = canvas(width, height)
    alpha = np.random.default_rng(0).standard_normal(data["both/z_mean"].shape)
    panels = ("reconstruction", "reconstruction only"), ("kl", "KL only"), ("both", "both")
    for left, (name, about) in zip((0.08, 2.34, 4.6), panels):
        ax = figure.add_axes((left / width, 1.25 / height, side / width, side / height))
        z = data[f"{name}/z_mean"] + np.exp(data[f"{name}/z_log_var"] / 2) * alpha
        span = 3.5 if name != "reconstruction" else np.percentile(np.abs(z), 99.5)
        plane(ax, z, data["labels"], (-span, span), (-span, span), size=6)
        if name == "reconstruction":  # the digits in the middle would hide the prior's circles
            outside = np.linalg.norm(z, axis=1) > 4
            name_digits(ax, z[outside], data["labels"][outside], size=14, at_least=110)
        elif name == "both":
            name_digits(ax, z, data["labels"], size=14)
        few_ticks(ax)
        ax.set(xlabel="", ylabel="", yticks=[])
        ax.spines.left.set_visible(False)
        label(paper, left + side / 2, 3.7, about, weight="bold")
        for x, pixels in zip(np.linspace(0.25, side - 0.25, 4), data[f"{name}/draws"]):
            digit(paper, left + x, 0.3, pixels, size=0.5)
    label(paper, width / 2, 0.72, "four draws from the prior, decoded")
    return figure


@drawing("fig07_interpolation", "Interpolating codes gives the digits in between", "Figure 7, section 3.5", "deeper",
         "A latent plane, one dot for each of 2,000 test digits, coloured by digit, and on it a straight walk "
         "from the code of a 0 to the code of a 1 with seven stops. A line leads from each stop to what it "
         "decodes to, in a row above: the 0 turns into a 2, a 3, an 8 and at last the 1.")
def interpolation(data):
    width, height = 6.4, 4.0
    figure, ax = canvas(width, height)
    left, bottom, across, up = 0.75, 0.62, 5.55, 2.3  # of the plane, in inches
    axes = figure.add_axes((left / width, bottom / height, across / width, up / height), zorder=-1)
    walk = data["walk/codes"]
    scale = 7.0 / across
    corner = walk.mean(axis=0) - np.array([across, up]) / 2 * scale
    limits = zip(corner, corner + np.array([across, up]) * scale)
    between = interpolate(walk[0], walk[-1], 25)
    plane(axes, data["both/z_mean"], data["labels"], *limits, size=7)
    name_digits(axes, data["both/z_mean"], data["labels"], avoid=between)
    axes.set(xticks=range(-3, 4), yticks=(-1, 0, 1))
    points = (walk - corner) / scale + (left, bottom)
    tiles = np.linspace(0.55, width - 0.55, len(walk))
    for (x, y), tile, pixels in zip(points, tiles, data["walk/digits"]):
        ax.plot([x, tile], [y, 3.1], color=INK, lw=0.9, zorder=3)
        digit(ax, tile, 3.52, pixels, size=0.8)
    ax.plot(*points.T, color=INK, lw=2.5, zorder=4)
    ax.plot(*points.T, "o", ms=10, color="white", mec=INK, mew=1.8, zorder=5)
    return figure


@drawing("fig08_half_of_the_difference", "Half of the difference between two codes", "Figure 8, section 3.6", "08",
         "Two ones, a leaning to the right and b to the left, each beside its code. An arrow runs from the first "
         "code to the second; half of it ends at a code in the middle, which decodes to a single one that stands "
         "between the two. For comparison the average of the two images' pixels: two crossed strokes, not a digit.")
def half_of_the_difference(data):
    figure, ax = canvas(6.4, 3.3)
    a, b = np.array((1.5, 0.8)), np.array((4.9, 2.4))
    middle = (a + b) / 2
    arrow(ax, a, b, linestyle=(0, (4, 2)), shrinkA=6, shrinkB=6)
    arrow(ax, a, middle, DECODER, lw=3.5, shrinkA=6, shrinkB=7)
    for place, colour in ((a, ENCODER), (middle, DECODER), (b, ENCODER)):
        ax.plot(*place, "o", ms=12, color=colour, mec=INK, mew=1, zorder=6)
    digit(ax, 0.65, 0.8, data["half/x"][0])
    digit(ax, 5.75, 2.4, data["half/x"][1])
    digit(ax, 2.75, 2.7, data["half/digits"][1], frame=DECODER)
    arrow(ax, middle, (2.95, 2.27), DECODER, shrinkA=8)
    rounded = np.round(data["half/codes"].astype(float), 1) + 0.0  # adding it turns -0.0 into 0.0
    numbers = [f"({first}, {second})".replace("-", "−") for first, second in rounded]
    label(ax, 0.65, 1.38, "$a$", NORMAL)
    label(ax, 5.75, 2.98, "$b$", NORMAL)
    label(ax, 1.62, 0.5, f"$z_a$ = {numbers[0]}", ha="left")
    label(ax, 4.95, 2.72, f"$z_b$ = {numbers[2]}", ha="right")
    label(ax, 3.35, 1.5, numbers[1], ha="left")
    label(ax, 1.2, 2.95, r"$z_a + \frac{1}{2}\,(z_b - z_a)$", NORMAL)
    label(ax, 1.2, 2.45, "half of the\ndifference added")
    average = data["half/x"].mean(axis=0)
    digit(ax, 5.75, 0.8, average, frame=WRONG)
    label(ax, 5.2, 0.8, "average of\nthe pixels:", ha="right")
    return figure


@drawing("fig09_adding_a_stroke_feature", "Adding a stroke feature to another digit", "Figure 9, section 3.6", "08",
         "Three rows of arithmetic on codes of twelve numbers, each drawn as bars below the digit that it decodes "
         "to. The mean code of thick sevens minus the mean code of thin sevens gives a code for thickness. A thin 3 "
         "plus that code decodes to a thick 3, and a thin 5 plus the same code to a thick 5.")
def adding_a_stroke_feature(data):
    figure, ax = canvas(6.4, 4.0)
    thick, thin, three, five, fat_three, fat_five = zip(data["stroke/codes"], data["stroke/digits"])
    stroke = thick[0] - thin[0], None
    rows = ((thick, "−", thin, "=", stroke), (three, "+", stroke, "=", fat_three), (five, "+", stroke, "=", fat_five))
    for y, (first, sign, second, equals, third) in zip((3.4, 2.06, 0.72), rows):
        for x, (numbers, pixels) in zip((1.05, 3.2, 5.35), (first, second, third)):
            if pixels is not None:
                digit(ax, x, y + 0.16, pixels, size=0.76)
                _bars(ax, x, y - 0.46, numbers, ENCODER)
            else:
                _bars(ax, x, y - 0.1, numbers, INK)
                label(ax, x, y + 0.4, "thickness")
        label(ax, 2.12, y, sign, 22)
        label(ax, 4.28, y, equals, 22)
    return figure


def _bars(ax, x, y, numbers, colour):
    """Draw a code as upright bars, one for each of its numbers, its zero line centred on a point."""
    places = x + 0.1 * (np.arange(len(numbers)) - (len(numbers) - 1) / 2)
    ax.bar(places, 0.1 * numbers, width=0.07, bottom=y, color=colour, zorder=3)
    ax.plot([places[0] - 0.08, places[-1] + 0.08], [y, y], color=INK, lw=0.8, zorder=3)


@drawing("fig10_architecture", "The network of this series, layer by layer", "Figure 10, section 3.7", "05",
         "Layers as upright bars from left to right: 784 pixels; 512, 256, 128 and 64 units and batch "
         "normalisation (BN) in the encoder; z_mean and z_log_var, from which the sampler and the noise alpha "
         "make the code z; 64, 128, 256 and 512 units and 784 pixels in the decoder. The bars shrink towards the "
         "code and grow again.")
def architecture(data):
    figure, ax = canvas(6.9, 3.5)
    y = 1.85
    digit(ax, 0.36, y, data["example/x"], size=0.56)
    arrow(ax, (0.66, y), (0.86, y))
    right = _layers(ax, 0.86, y, (784, 512, 256, 128, 64), ENCODER, pixels=0)
    ax.add_patch(Rectangle((right + 0.11, y - 0.37), 0.12, 0.74, facecolor="white", edgecolor=ENCODER, hatch="////",
                           lw=1.5))
    label(ax, right + 0.17, y + 0.5, "BN")
    right += 0.23
    for side, name in ((1, "z_mean"), (-1, "z_log_var")):
        arrow(ax, (right, y + 0.12 * side), (right + 0.25, y + 0.3 * side))
        box(ax, right + 0.36, y + 0.37 * side, "", 0.2, 0.3)
        label(ax, right + 0.4, y + 0.7 * side, name)
        arrow(ax, (right + 0.47, y + 0.3 * side), (right + 0.71, y + 0.12 * side))
    code(ax, right + 0.95, y, radius=0.25)
    noise(ax, right + 0.95, y - 1.05, radius=0.25)
    arrow(ax, (right + 0.95, y - 0.79), (right + 0.95, y - 0.26), NOISE)
    arrow(ax, (right + 1.21, y), (right + 1.41, y))
    right = _layers(ax, right + 1.41, y, (64, 128, 256, 512, 784), DECODER, pixels=4)
    arrow(ax, (right, y), (right + 0.2, y))
    digit(ax, right + 0.5, y, data["example/vae"], size=0.56)
    label(ax, 0.36, y - 0.46, "$x$", NORMAL)
    label(ax, right + 0.5, y - 0.46, r"$\hat{x}$", NORMAL)
    for x, text in ((1.75, "encoder: LeakyReLU"), (3.8, "noise"), (5.35, "decoder: ReLU, sigmoid")):
        label(ax, x, 0.27, text)
    return figure


def _layers(ax, x, y, units, colour, pixels):
    """Draw layers from x rightwards as bars, as tall as the square root of their units; return where the last ends."""
    width, gap = 0.25, 0.12
    heights = [2.6 * (n / 784) ** 0.5 for n in units]
    for i, (n, height) in enumerate(zip(units, heights)):
        fill, edge = (tint(INK, 0.15), INK) if i == pixels else (tint(colour, 0.45), colour)
        ax.add_patch(Rectangle((x, y - height / 2), width, height, facecolor=fill, edgecolor=edge, lw=1.5, zorder=3))
        label(ax, x + width / 2, y + height / 2 + 0.13, f"{n}")
        x += width
        if i < len(units) - 1:
            after = heights[i + 1]
            corners = [(x, y - height / 2), (x, y + height / 2), (x + gap, y + after / 2), (x + gap, y - after / 2)]
            ax.add_patch(Polygon(corners, facecolor=tint(colour), lw=0))
            x += gap
    return x


# The map of the series is a table of links in notebook 00, a tile for each notebook: number, title, what is seen.
TILES = (
    ("00", "start here", "A handwritten 3."),
    ("01", "AE or VAE", "An encoder, a code and a decoder."),
    ("02", "sampling", "A bell curve, and four draws below it."),
    ("03", "KL", "A narrow bell curve in front of a wide one."),
    ("04", "ELBO, cost", "A bar, a sign for less or equal, and a taller bar."),
    ("05", "dense VAE", "Seven layers that narrow to a code and widen again."),
    ("06", "latent space", "A cloud of dots in ten colours."),
    ("07", "new digits", "Six decoded digits in two rows."),
    ("08", "in between", "Three ones: leaning right, upright, leaning left."),
    ("09", "sliders", "Two sliders."),
    ("10", "beta, size", "A curve that falls and flattens: distortion against rate."),
    ("11", "how good?", "Four bars, each taller than the one before."),
)


def tile(number, title, data):
    """Return the figure of one tile of the map."""
    figure, ax = canvas(1.5, 1.22)
    ax.add_patch(FancyBboxPatch((0.03, 0.03), 1.44, 1.16, facecolor="white", edgecolor=INK, lw=1.5, zorder=1,
                                boxstyle="round,pad=0,rounding_size=0.08"))
    label(ax, 0.75, 0.22, f"{number} {title}", 11, weight="bold")
    _vignette(ax, number, 0.75, 0.76, data)
    return figure


def _vignette(ax, number, x, y, data):
    """Draw the small picture on a notebook's tile, centred on a point."""
    def bars(heights, colour):
        places = x + 0.24 * (np.arange(len(heights)) - (len(heights) - 1) / 2)
        ax.bar(places, heights, 0.17, bottom=y - 0.28, color=tint(colour, 0.5), edgecolor=colour, lw=1.5, zorder=3)

    def slider(below, share):
        ax.plot([x - 0.5, x + 0.5], [y + below] * 2, color=NOISE, lw=3, solid_capstyle="round", zorder=3)
        ax.plot(x - 0.5 + share, y + below, "o", ms=9, color="white", mec=ENCODER, mew=2, zorder=4)

    if number == "00":
        digit(ax, x, y, data["example/x"], size=0.58)
    elif number == "01":
        encoder(ax, x - 0.58, y, 0.4, 0.5, "")
        code(ax, x, y, "", 0.1)
        decoder(ax, x + 0.18, y, 0.4, 0.5, "")
    elif number == "02":
        bell(ax, x, y - 0.22, 1.1, 0.46, ENCODER)
        ax.plot(x + np.array([-0.3, -0.1, 0.05, 0.22]), [y - 0.22] * 4, "o", ms=5, color="white", mec=INK, zorder=5)
    elif number == "03":
        bell(ax, x, y - 0.24, 1.2, 0.3, PRIOR)
        bell(ax, x + 0.16, y - 0.24, 0.6, 0.48, ENCODER)
    elif number == "04":
        bars((0.36, np.nan, 0.56), PRIOR)
        label(ax, x, y, "≤", LARGE, zorder=6)
    elif number == "05":
        for offset, tall in zip(np.arange(-3, 4) * 0.16, (0.6, 0.44, 0.3, 0.16, 0.3, 0.44, 0.6)):
            colour = ENCODER if offset < -0.01 else DECODER if offset > 0.01 else INK
            ax.add_patch(Rectangle((x + offset - 0.05, y - tall / 2), 0.1, tall, facecolor=tint(colour, 0.45),
                                   edgecolor=colour, lw=1.2, zorder=3))
    elif number == "06":
        codes, labels = data["both/z_mean"][:250], data["labels"][:250]
        near = np.linalg.norm(codes, axis=1) < 2.6
        ax.scatter(*(0.12 * codes[near].T + [[x], [y]]), s=5, c=np.array(DIGIT_COLOURS)[labels[near]], zorder=3)
    elif number == "07":
        for i, pixels in enumerate(data["walk/digits"][:6]):
            digit(ax, x + 0.31 * (i % 3 - 1), y + 0.155 - 0.31 * (i // 3), pixels, size=0.31)
    elif number == "08":
        for i, pixels in enumerate(data["half/digits"]):
            digit(ax, x + 0.41 * (i - 1), y, pixels, size=0.38)
    elif number == "09":
        slider(0.14, 0.7)
        slider(-0.12, 0.3)
    elif number == "10":
        t = np.linspace(0.12, 1, 40)
        ax.plot(x - 0.5 + t, y - 0.36 + 0.08 / t, color=PRIOR, lw=2, zorder=3)
    else:
        bars((0.3, 0.42, 0.5, 0.56), DECODER)


def loop(data):
    """Return the README's animation, bytes of a GIF: a sheet of digits, a ring that walks over it, and its digit."""
    sheet = Image.fromarray(255 - data["loop/sheet"])
    side, gap = sheet.width, 16
    tiles = side // 28
    palette = Image.new("P", (1, 1))  # few greys, and the ring's colour
    palette.putpalette([grey for grey in (*range(7, 248, 8), 255) for _ in "RGB"]
                       + [round(255 * part) for part in to_rgb(ENCODER)])
    frames = []
    for z, pixels in zip(data["loop/codes"], data["loop/digits"]):
        frame = Image.new("RGB", (2 * side + gap, side), "white")
        frame.paste(sheet, (0, 0))
        frame.paste(Image.fromarray(255 - pixels).resize((side, side), Image.Resampling.NEAREST), (side + gap, 0))
        # The outermost tiles are half a tile inside the sheet's edges.
        x, y = side / 2 * (1 + z * [1, -1] * (1 - 1 / tiles) / SHEET_SPAN)
        ImageDraw.Draw(frame).ellipse([x - 15, y - 15, x + 15, y + 15], outline=ENCODER, width=4)
        frames.append(frame.quantize(palette=palette, dither=Image.Dither.NONE))
    file = io.BytesIO()
    frames[0].save(file, "gif", save_all=True, append_images=frames[1:], duration=100, loop=0, optimize=True,
                   comment=f"<!-- figures/draw.py, Pillow {PIL.__version__} -->")
    return file.getvalue()


def svg(draw, title, description):
    """Return the SVG text of the figure that a function draws, whatever style Matplotlib was set to."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(shapes.STYLE)
        return shapes.to_svg(draw(), title, description)


def readme():
    """Return the text of README.md, in which every description stands once more for those who browse."""
    rows = [f"| {int(picture.name[3:5])} | [![{picture.title}]({picture.name}.svg)]({picture.name}.svg) "
            f"| **{picture.title}.** {picture.description} | {picture.lecture} | {picture.notebook} |"
            for picture in DRAWINGS]
    return "\n".join([
        "# The figures", "",
        "The lecture's ten, redrawn. `map/` holds the tiles of the map in notebook 00, "
        "`loop.gif` is the animation of the front page.", "",
        "Written by `draw.py`, as are the pictures: change them there, then `make figures`. `data/` holds the codes "
        "and digits that they show; `python -m tools.figure_data` makes it. The digits are from MNIST; their licence "
        "is in [ATTRIBUTION.md](../vae_helpers/assets/data/ATTRIBUTION.md).", "",
        "| | picture | what is seen | in the lecture | notebook |", "| --- | --- | --- | --- | --- |", *rows, ""])


def stored():
    """Return all arrays of figures/data."""
    data = {}
    for file in sorted((HERE / "data").glob("*.npz")):
        with np.load(file, allow_pickle=False) as arrays:
            data |= arrays
    return data


def main():
    """Draw the figures named on the command line, or all of them and README.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", nargs="*", metavar="NN", help="01 to 10; all of them if none is given")
    parser.add_argument("--to", type=Path, default=HERE, metavar="DIR", help="folder to write into")
    options = parser.parse_args()
    known = {picture.name[3:5] for picture in DRAWINGS}
    if unknown := sorted(set(options.numbers) - known):
        parser.error(f"no figure {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    data = stored()
    for picture in DRAWINGS:
        if not options.numbers or picture.name[3:5] in options.numbers:
            write(options.to / f"{picture.name}.svg",
                  svg(partial(picture.draw, data), picture.title, picture.description))
    if not options.numbers:
        (options.to / "loop.gif").write_bytes(loop(data))
        for number, title, description in TILES:
            write(options.to / "map" / f"{number}.svg",
                  svg(partial(tile, number, title, data), f"{number} {title}", description))
        write(options.to / "README.md", readme())


def write(path, text):
    """Write text with the same bytes on every system."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
