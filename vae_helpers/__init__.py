"""Helpers behind the notebooks on variational autoencoders.

Import the room you need, for example ``from vae_helpers.data import load_mnist``. Importing the package itself loads
nothing, so that the notebooks without a network to train open at once.
"""

import os

# Keras and TensorFlow read these when they are first imported: the notebooks' gradient tape is TensorFlow's, and its
# remarks on the processor at hand are not for a notebook's page.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
