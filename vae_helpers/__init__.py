"""Helpers behind the notebooks on variational autoencoders.

Import the room you need, for example ``from vae_helpers.data import load_mnist``. Importing the package itself loads
nothing, so that the notebooks without a network to train open at once.
"""
