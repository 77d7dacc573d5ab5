"""The doctor of the installation: what it says of a sound one, and the remedy that it names for what is wrong."""

import json
import re
import subprocess
import sys
from importlib import metadata

import pytest

from vae_helpers import doctor
from vae_helpers.data import load_mnist
from vae_helpers.network import PRETRAINED


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch, tmp_path):
    """A Keras that has not been loaded yet and has no settings, whatever ran before. No data."""
    monkeypatch.setattr(doctor, "load_mnist", lambda: None)
    monkeypatch.setattr(doctor, "PRETRAINED", ())
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    (tmp_path / "keras").mkdir()


@pytest.fixture
def data_too(monkeypatch):
    monkeypatch.setattr(doctor, "load_mnist", load_mnist)
    monkeypatch.setattr(doctor, "PRETRAINED", PRETRAINED)


@pytest.fixture
def lists(tmp_path, monkeypatch):
    """A function that puts a list of its own in the place of requirements.txt."""
    def put(*lines):
        (tmp_path / "requirements.txt").write_text("\n".join(["-c constraints.txt", "# a comment", *lines, "-e ."]))
        monkeypatch.setattr(doctor, "REQUIREMENTS", tmp_path / "requirements.txt")
    return put


def test_environment_in_order(data_too):
    verdict = doctor.environment()
    assert verdict.passed and verdict.message.startswith("Everything is in order.\nPython 3.1"), verdict.message
    installed = [line.split()[0] for line in verdict.message.split("\n")]
    assert {"keras", "numpy", "jupyterlab", "ipywidgets"} <= set(installed)
    assert verdict.message.count("the network") == len(PRETRAINED) and "the 70,000 digits" in verdict.message
    assert not {"pytest", "playwright", "ruff", "nbconvert"} & set(installed), "a reader needs none of them"


def test_it_loads_no_tensorflow_and_no_keras():
    code = ("import sys; from vae_helpers.doctor import environment; environment(); "
            "sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))")
    assert subprocess.run([sys.executable, "-c", code], cwd=doctor.ROOT).returncode == 0


def test_the_same_series_through_a_link_is_no_other(tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to(doctor.ROOT)
    monkeypatch.chdir(tmp_path / "link" / "notebooks")
    assert doctor.environment().passed


# Packages ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("line, told", [
    ("numpy<1.0  # arrays", r"numpy 2\S+: <1.0 is needed. Run: pip install -r requirements.txt"),
    ("not-a-package-of-anyone>=1", "not-a-package-of-anyone is not installed: pip install -r requirements.txt"),
])
def test_the_remedy_for_packages(line, told, lists):
    lists("scipy>=1.0", line)
    verdict = doctor.environment()
    assert verdict.passed is False and re.search(told, verdict.message) and "scipy" not in verdict.message


def without(monkeypatch, *missing):
    version = metadata.version

    def found(name):
        if name in missing:
            raise metadata.PackageNotFoundError(name)
        return version(name)
    monkeypatch.setattr(metadata, "version", found)


def test_a_missing_tensorflow_is_told(lists, monkeypatch):
    lists("tensorflow-cpu~=2.21.0")
    without(monkeypatch, "tensorflow-cpu", "tensorflow")
    verdict = doctor.environment()
    assert verdict.passed is False
    assert verdict.message.endswith("tensorflow-cpu is not installed: pip install -r requirements.txt")


@pytest.mark.parametrize(("wanted", "there"), [("tensorflow-cpu", "tensorflow"), ("tensorflow", "tensorflow-cpu")])
def test_one_tensorflow_stands_in_for_the_other(wanted, there, lists, monkeypatch):
    lists(f"{wanted}~=2.21.0")
    versions = {there: "2.21.5"}

    def version(name):
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]
    monkeypatch.setattr(metadata, "version", version)
    verdict = doctor.environment()
    assert verdict.passed and f"\n{there} 2.21.5\n" in verdict.message


def test_outside_a_clone_the_package_says_what_it_needs(tmp_path, monkeypatch):
    """As after `pip install` of the wheel: tests/test_wheel.py does that in truth."""
    monkeypatch.setattr(doctor, "REQUIREMENTS", tmp_path / "requirements.txt")
    needs = {"vae-helpers": ["numpy>=2", "gone<2,>=1", 'x; python_version < "3"']}
    monkeypatch.setattr(metadata, "requires", needs.__getitem__)
    verdict = doctor.environment()
    assert verdict.passed is False and verdict.message.endswith("\ngone is not installed: pip install 'gone<2,>=1'")


# Data and Python -----------------------------------------------------------------------------------------------------

def test_the_remedy_for_data_and_python(data_too, tmp_path, monkeypatch):
    monkeypatch.setattr("vae_helpers.data.MNIST_FILE", tmp_path / "gone.npz")
    monkeypatch.setattr(doctor, "PYTHONS", ((2, 6), (2, 7)))
    verdict = doctor.environment()
    assert verdict.passed is False
    assert "the series needs 2.6 to 2.7. Install one from https://www.python.org" in verdict.message
    assert "gone.npz" in verdict.message and "git checkout" in verdict.message


def test_the_set_up_takes_the_same_pythons():
    script = (doctor.ROOT / "tools" / "set_up.sh").read_text(encoding="utf-8")
    assert "{} <= sys.version_info[:2] <= {}".format(*doctor.PYTHONS) in script


# Kernel --------------------------------------------------------------------------------------------------------------

@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone of the series, set up by hand or by make, in which the notebook runs."""
    root = tmp_path / "clone"
    for folder in ("vae_helpers", "notebooks", ".venv"):
        (root / folder).mkdir(parents=True)
    (root / "vae_helpers" / "doctor.py").touch()
    (root / ".venv" / "pyvenv.cfg").touch()
    monkeypatch.setattr(doctor, "ROOT", root)
    monkeypatch.setattr(sys, "prefix", str(root / ".venv"))
    monkeypatch.chdir(root / "notebooks")
    return root


def test_the_kernel_that_was_set_up_is_in_order(clone):
    assert doctor.environment().passed


def test_a_kernel_from_elsewhere_is_told(clone, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "conda"))
    verdict = doctor.environment()
    assert verdict.passed is False and f"the Python in {tmp_path / 'conda'}," in verdict.message
    assert f"set up in {clone / '.venv'}. Choose that Python as the kernel" in verdict.message
    (clone / ".venv" / "pyvenv.cfg").unlink()  # nothing was set up here: any Python may serve, as on a hub
    assert doctor.environment().passed


def test_a_copy_that_runs_the_code_of_the_original_is_told(clone, monkeypatch, tmp_path):
    copy = tmp_path / "copy"
    for folder in ("vae_helpers", "notebooks/deeper"):
        (copy / folder).mkdir(parents=True)
    (copy / "vae_helpers" / "doctor.py").touch()
    for start in (copy, copy / "notebooks", copy / "notebooks" / "deeper"):
        monkeypatch.chdir(start)
        verdict = doctor.environment()
        assert verdict.passed is False
        assert f"This notebook is in {copy}, and the code that it runs in {clone}" in verdict.message
    monkeypatch.chdir(tmp_path)  # a page of the reader's own, outside of any clone
    assert doctor.environment().passed


def test_a_package_of_the_same_code_is_in_order_and_one_of_other_code_is_told(clone, monkeypatch, tmp_path):
    """As in an image that repo2docker builds: it installs the package and keeps the clone for its notebooks."""
    (tmp_path / "site-packages" / "vae_helpers").mkdir(parents=True)
    (tmp_path / "site-packages" / "vae_helpers" / "doctor.py").touch()
    monkeypatch.setattr(doctor, "ROOT", tmp_path / "site-packages")
    monkeypatch.setattr(doctor, "REQUIREMENTS", tmp_path / "site-packages" / "requirements.txt")
    monkeypatch.setattr(metadata, "requires", lambda name: ["numpy>=2"])
    assert doctor.environment().passed
    (clone / "vae_helpers" / "doctor.py").write_text("# changed since\n")
    verdict = doctor.environment()
    assert verdict.passed is False and f"the code that it runs in {tmp_path / 'site-packages'}" in verdict.message


# Keras ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "value"), [("backend", "jax"), ("floatx", "float64"),
                                             ("image_data_format", "channels_first")])
def test_another_setting_in_kerass_file_is_told(name, value, tmp_path):
    usual = {"backend": "tensorflow", "floatx": "float32", "image_data_format": "channels_last", "epsilon": 1e-7}
    file = tmp_path / "keras" / "keras.json"
    file.write_text(json.dumps(usual))
    assert doctor.environment().passed
    file.write_text(json.dumps({**usual, name: value}))
    verdict = doctor.environment()
    assert verdict.passed is False
    assert f"Keras' {name} in {file} is '{value}': the series needs '{usual[name]}'" in verdict.message


def test_the_variable_counts_more_than_the_file(tmp_path, monkeypatch):
    (tmp_path / "keras" / "keras.json").write_text('{"backend": "torch"}')
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert doctor.environment().passed
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    verdict = doctor.environment()
    assert verdict.passed is False and "in the variable KERAS_BACKEND is 'jax'" in verdict.message


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "null"])
def test_a_file_that_keras_cannot_read_is_no_setting(text, tmp_path):
    (tmp_path / "keras" / "keras.json").write_text(text)
    assert doctor.environment().passed


def test_a_keras_at_work_is_asked_itself(tmp_path, monkeypatch):
    """What it started with counts, not what a file says by now."""
    from vae_helpers.backend import keras

    (tmp_path / "keras" / "keras.json").write_text('{"backend": "torch", "floatx": "float16"}')
    monkeypatch.setitem(sys.modules, "keras", keras)
    assert doctor.environment().passed
    keras.config.set_floatx("float64")
    try:
        verdict = doctor.environment()
    finally:
        keras.config.set_floatx("float32")
    assert verdict.passed is False and "Keras' floatx at work is 'float64'" in verdict.message
