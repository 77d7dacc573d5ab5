"""The doctor of the installation: `environment()` checks what the notebooks run on. It loads no TensorFlow for that."""

import functools
import json
import os
import platform
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from vae_helpers.checks import Verdict
from vae_helpers.data import load_mnist
from vae_helpers.language import translated
from vae_helpers.network import PRETRAINED, load_pretrained

PYTHONS = (3, 11), (3, 13)  # the oldest and the newest that TensorFlow has a build for
ROOT = Path(__file__).parents[1]  # the folder of the series, if the package is not installed elsewhere
REQUIREMENTS = ROOT / "requirements.txt"
# Either of the two will do: they differ in code for graphics processors.
ALSO = {"tensorflow-cpu": "tensorflow", "tensorflow": "tensorflow-cpu"}
KERAS = {"backend": "tensorflow", "floatx": "float32", "image_data_format": "channels_last"}


def environment():
    """Check what the notebooks run on: Python, the kernel, the packages, Keras, the digits and the trained networks.

    Returns
    -------
    Verdict
        One line for each of them, with the remedy for what is wrong. Shown when it is the last expression of a cell.
    """
    found = [_python(), *_kernel(), *_packages(), *_keras(), _data("the 70,000 digits", load_mnist),
             *(_data("the network {name}", functools.partial(load_pretrained, name), name=name) for name in PRETRAINED)]
    wrong = [line for fine, line in found if not fine]
    fine = [line for fine, line in found if fine]
    heading = translated("Something is missing or set in another way:" if wrong else "Everything is in order.")
    return Verdict(not wrong, "\n".join([heading, *(wrong or fine)]))


def _python():
    version = platform.python_version()
    if PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return True, f"Python {version}"
    return False, translated("Python {version}: the series needs {least} to {most}. Install one from "
                             "https://www.python.org/downloads/, delete the folder .venv, and set up again.",
                             version=version, least=".".join(map(str, PYTHONS[0])),
                             most=".".join(map(str, PYTHONS[1])))


def _kernel():
    """Tell of a kernel that is not the one that was set up, and of helpers that are not those beside the notebook."""
    own, here = ROOT / ".venv", Path.cwd()
    if (own / "pyvenv.cfg").exists() and own.resolve() != Path(sys.prefix).resolve():
        yield False, translated("This kernel is the Python in {place}, and the series was set up in {own}. Choose that "
                                "Python as the kernel, or start JupyterLab with make lab.", place=sys.prefix, own=own)
    beside = next((folder for folder in (here, *here.parents) if (folder / "vae_helpers" / "doctor.py").exists()), ROOT)
    # Installed as a package, as images for JupyterHub have it, the same code may well be in two places.
    same = beside.resolve() == ROOT.resolve() or (not REQUIREMENTS.exists() and _code(beside) == _code(ROOT))
    if not same:
        yield False, translated("This notebook is in {beside}, and the code that it runs in {root}, as after a copy. "
                                "Set up the notebook's own folder: by make lab, or a new .venv and pip install -r "
                                "requirements.txt.", beside=beside, root=ROOT)


def _code(folder):
    return {file.name: file.read_bytes() for file in (folder / "vae_helpers").rglob("*.py")}


def _packages():
    """Compare what is installed with requirements.txt, which stands beside the package in a clone, or its metadata."""
    clone = REQUIREMENTS.exists()
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines() if clone else metadata.requires("vae-helpers")
    for text in (line.split("#")[0].strip() for line in lines):
        if not text or text.startswith("-"):
            continue
        wanted = Requirement(text)
        if wanted.marker and not wanted.marker.evaluate():
            continue
        remedy = "pip install -r requirements.txt" if clone else f"pip install '{wanted}'"
        name = wanted.name if _version(wanted.name) else ALSO.get(wanted.name, wanted.name)
        if not _version(name):
            yield False, translated("{name} is not installed: {remedy}", name=wanted.name, remedy=remedy)
        elif wanted.specifier.contains(_version(name), prereleases=True):
            yield True, f"{name} {_version(name)}"
        else:
            yield False, translated("{name} {version}: {wanted} is needed. Run: {remedy}", name=name,
                                    version=_version(name), wanted=wanted.specifier, remedy=remedy)


def _version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _keras():
    """Tell of settings of Keras that are not the series': those at work, or those that it would start with."""
    file = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "keras.json"
    try:
        stored = dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # without such a file Keras takes what is wanted here
        stored = {}
    for name, wanted in KERAS.items():
        value, place = stored.get(name, wanted), translated("in {file}", file=file)
        if "keras" in sys.modules:
            value, place = getattr(sys.modules["keras"].config, name)(), translated("at work")
        elif name == "backend" and os.environ.get("KERAS_BACKEND"):
            value, place = os.environ["KERAS_BACKEND"], translated("in the variable KERAS_BACKEND")
        if value != wanted:
            yield False, translated("Keras' {name} {place} is {value!r}: the series needs {wanted!r}. Change it there, "
                                    "then restart the kernel.", name=name, place=place, value=value, wanted=wanted)


def _data(text, load, **values):
    try:
        load()
    except Exception as error:
        return False, f"{translated(text, **values)}: {error}"
    return True, translated(text, **values)
