"""The answer key of notebook 11, `11_how_good_is_it`."""

import numpy as np
from scipy.special import rel_entr, softmax

from vae_helpers.exercises import Exercise

# Log-densities on a grid and log-weights of draws (notebook 11), neither of them normalised.
_LOG_DENSITIES = ((np.array([-3.0, -1.0, -2.0, -5.0]), np.array([-130.0, -131.5, -128.0, -140.0])),
                  (np.array([[0.0, 1.0], [2.0, -1.0]]), np.array([[-90.0, -93.0], [-91.0, -90.5]])))

_LOG_WEIGHTS = ((np.array([[-130.0, -131.0, -135.0], [-120.0, -120.0, -150.0]]),),
                (np.array([[-1000.0, -1000.5], [-999.0, -1003.0], [-990.0, -990.2]]),))

EXERCISES = {
    "11.1": Exercise(
        right=lambda log_q, log_joint: rel_entr(softmax(log_joint), softmax(log_q)).sum(),
        cases=_LOG_DENSITIES,
        mistakes={
            "That is KL(q || posterior), as it was. Over whose draws does the other direction average?":
                lambda log_q, log_joint: rel_entr(softmax(log_q), softmax(log_joint)).sum(),
            "Only the weights are turned round. The difference of the logarithms has to change its sign, too.":
                lambda log_q, log_joint: -rel_entr(softmax(log_joint), softmax(log_q)).sum(),
            "Only the difference is turned round. The weights are still those of q.":
                lambda log_q, log_joint: -rel_entr(softmax(log_q), softmax(log_joint)).sum(),
            "That is the mean over the grid. The weights sum to 1 already: use the sum.":
                lambda log_q, log_joint: rel_entr(softmax(log_joint), softmax(log_q)).mean(),
        },
        praise="The two directions agree only where q is the posterior.",
    ),
    "11.2": Exercise(
        right=lambda log_weights: np.array([1 / (softmax(row) ** 2).sum() for row in log_weights]),
        cases=_LOG_WEIGHTS,
        mistakes={
            "You sum over the images. The draws are axis 1.":
                lambda log_weights: 1 / (softmax(log_weights, axis=0) ** 2).sum(axis=0),
            "That is the share of the draws that count. Leave out the division by k.":
                lambda log_weights: 1 / (softmax(log_weights, axis=1) ** 2).mean(axis=1) / log_weights.shape[1] ** 2,
            "That is its logarithm. Take the exponential at the end.":
                lambda log_weights: -np.log((softmax(log_weights, axis=1) ** 2).sum(axis=1)),
            "That is upside down: the square of the sum goes above the line.":
                lambda log_weights: (softmax(log_weights, axis=1) ** 2).sum(axis=1),
        },
        praise="Far below k, the mean of k weights is in truth a mean of a few.",
    ),
}
