"""The doctor of the installation: `environment()` checks what the notebooks run on."""

import functools
import platform
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement  # comes with matplotlib

from vae_helpers.checks import Verdict
from vae_helpers.data import load_mnist
from vae_helpers.network import PRETRAINED, load_pretrained

PYTHONS = (3, 11), (3, 13)  # the oldest and the newest that TensorFlow has a build for
REQUIREMENTS = Path(__file__).parents[1] / "requirements.txt"


def environment():
    """Check what the notebooks run on: Python, the packages, the digits and the trained networks.

    Returns
    -------
    Verdict
        One line for each of them, with the remedy for what is wrong. Shown when it is the last expression of a cell.
    """
    found = [_python(), *_packages(), _data("the 70,000 digits", load_mnist),
             *(_data(f"the network {name}", functools.partial(load_pretrained, name)) for name in PRETRAINED)]
    wrong = [line for fine, line in found if not fine]
    fine = [line for fine, line in found if fine]
    heading = "Everything is in order." if not wrong else "Something is missing:"
    return Verdict(not wrong, "\n".join([heading, *(wrong or fine)]))


def _python():
    version = platform.python_version()
    if PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return True, f"Python {version}"
    least, most = (".".join(map(str, version)) for version in PYTHONS)
    return False, (f"Python {version}: the series needs {least} to {most}. Install one from "
                   "https://www.python.org/downloads/, delete the folder .venv, and set up again.")


def _packages():
    """Compare what is installed with requirements.txt, which stands beside the package in a clone."""
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines() if REQUIREMENTS.exists() else ():
        text = line.split("#")[0].strip()
        if not text or text.startswith("-"):
            continue
        wanted = Requirement(text)
        if wanted.marker and not wanted.marker.evaluate():
            continue
        try:
            version = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            yield False, f"{wanted.name} is not installed: pip install -r requirements.txt"
        else:
            fits = wanted.specifier.contains(version, prereleases=True)
            yield fits, f"{wanted.name} {version}" + ("" if fits else f": {wanted.specifier} is needed. "
                                                      "Run: pip install -r requirements.txt")


def _data(name, load):
    try:
        load()
    except Exception as error:
        return False, f"{name}: {error}"
    return True, name
