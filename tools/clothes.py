"""Cut the clothes of `notebooks/deeper/data` out of Fashion-MNIST: one sheet for each class, 30 by 20 pictures.

    python -m tools.clothes FOLDER

The folder holds the two files of the training set, as the Debian package dataset-fashion-mnist installs them in
/usr/share/datasets/fashion-mnist. Taken are the first 600 pictures of each class, in the file's order.
"""

import gzip
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from tools.execute import FOLDER
from vae_helpers.latent import tiled

SHEETS = FOLDER / "deeper" / "data"
N_PICTURES, N_COLUMNS = 600, 30
NAMES = ("T-shirt", "Trousers", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


def sheets(folder):
    """Return the sheet of each class by its name, uint8 of shape (560, 840), the pictures row by row.

    Fashion-MNIST holds negatives. Here they are as a shop shows them, dark on white paper.
    """
    images, labels = (np.frombuffer(gzip.decompress((Path(folder) / name).read_bytes()), np.uint8) for name in
                      ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"))
    images, labels = 255 - images[16:].reshape(-1, 28, 28), labels[8:]
    return {name: tiled(images[labels == label][:N_PICTURES], N_COLUMNS) for label, name in enumerate(NAMES)}


if __name__ == "__main__":
    for name, sheet in sheets(sys.argv[1]).items():
        Image.fromarray(sheet).save(SHEETS / f"{name}.png", optimize=True)
