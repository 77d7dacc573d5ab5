"""The answer key of the page `deeper/along_the_sphere`."""

import numpy as np

from vae_helpers.exercises import Exercise
from vae_helpers.latent import interpolate


def _walk_by_turning(z_from, z_to, n, scale=(1, 1)):
    """Codes whose direction turns evenly and whose length changes evenly (exercise 2)."""
    lengths = np.linalg.norm([z_from, z_to], axis=1)
    u, v = z_from / lengths[0], z_to / lengths[1]
    across = v - (u @ v) * u
    angles = np.linspace(0, np.arctan2(np.linalg.norm(across), u @ v), n)
    turned = np.outer(np.cos(angles), u) + np.outer(np.sin(angles), across / np.linalg.norm(across))
    return turned * np.linspace(*(lengths * scale), n)[:, None]


def _half_way(degrees):
    """Length half-way of slerp between codes of lengths 1 and 3."""
    angle = np.radians(degrees)
    return np.sqrt(10 + 6 * np.cos(angle)) / (2 * np.cos(angle / 2))


EXERCISES = {
    "along_the_sphere.1": Exercise(
        right=_half_way(160),
        rtol=5e-3,
        mistakes={
            "That is the length at 90 degrees. Change the angle.": _half_way(90),
            "That is the mean of the two lengths. Slerp does not go there.": 2.0,
            "That is the straight line half-way.": np.sqrt(10 + 6 * np.cos(np.radians(160))) / 2,
            "The angle has to be in radians.": np.linalg.norm(
                interpolate([1.0, 0.0], 3 * np.array([np.cos(160), np.sin(160)]), 3, "slerp")[1]),
        },
        praise="The walk goes twice as far out as its longer end.",
    ),
    "along_the_sphere.2": Exercise(
        right=_walk_by_turning,
        cases=((np.array([1.0, 0.0]), np.array([-1.9, 0.3]), 6),
               (np.array([0.0, 3.0, 0.0]), np.array([0.5, 0.0, 0.2]), 4)),
        mistakes={
            "That is the great circle of the codes as they are, which overshoots. Divide them by their lengths first.":
                lambda z_from, z_to, n: interpolate(z_from, z_to, n, "slerp"),
            "That is the straight line. Its direction should turn evenly.": interpolate,
            "Your codes all have length 1. Multiply them by the lengths on the way.":
                lambda a, b, n: _walk_by_turning(a, b, n, (1 / np.linalg.norm(a), 1 / np.linalg.norm(b))),
            "Your codes keep the length of the first. It should change evenly to that of the last.":
                lambda a, b, n: _walk_by_turning(a, b, n, (1, np.linalg.norm(a) / np.linalg.norm(b))),
        },
        praise="Now no code on the way is longer than the longer end.",
    ),
}
