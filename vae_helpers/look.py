"""One look: the colours that pictures, figures and widgets share. A colour means one thing everywhere."""

import matplotlib as mpl
import matplotlib.colors

ENCODER = "#3f90da"  # the encoder and q(z|x)
DECODER = "#e76300"  # the decoder, the reconstruction and its cost
PRIOR = "#832db6"  # the prior, the KL divergence and the rate
NOISE = "#717581"  # the noise alpha
WRONG = "#bd1f01"  # something wrong or empty
DIGIT_COLOURS = tuple(mpl.color_sequences["petroff10"])  # of the digits 0 to 9
INK = "#1a1a1a"
# By the names that the widgets' modules in JavaScript have for them; "colours" are those of the digits, or classes.
COLOURS = {"encoder": ENCODER, "decoder": DECODER, "prior": PRIOR, "noise": NOISE, "wrong": WRONG, "ink": INK,
           "colours": [mpl.colors.to_hex(colour) for colour in DIGIT_COLOURS]}
