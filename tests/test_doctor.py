"""The doctor of the installation: what it says of a sound one, and the remedy that it names for what is wrong."""

import re

import pytest

from vae_helpers import doctor


def test_environment_in_order():
    verdict = doctor.environment()
    assert verdict.passed and verdict.message.startswith("Everything is in order.\nPython 3.1")
    installed = [line.split()[0] for line in verdict.message.split("\n")]
    assert {"keras", "numpy", "jupyterlab", "ipywidgets"} <= set(installed)
    assert verdict.message.count("the network") == 3 and "the 70,000 digits" in verdict.message


@pytest.mark.parametrize("line, told", [
    ("numpy<1.0  # arrays", r"numpy 2\S+: <1.0 is needed. Run: pip install -r requirements.txt"),
    ("not-a-package-of-anyone>=1", "not-a-package-of-anyone is not installed: pip install -r requirements.txt"),
])
def test_environment_names_the_remedy_for_packages(line, told, tmp_path, monkeypatch):
    (tmp_path / "requirements.txt").write_text(f"# a comment\nscipy>=1.0\n{line}\n-e .\n")
    monkeypatch.setattr(doctor, "REQUIREMENTS", tmp_path / "requirements.txt")
    verdict = doctor.environment()
    assert verdict.passed is False and re.search(told, verdict.message) and "scipy" not in verdict.message


def test_environment_names_the_remedy_for_data_and_python(tmp_path, monkeypatch):
    monkeypatch.setattr("vae_helpers.data.MNIST_FILE", tmp_path / "gone.npz")
    monkeypatch.setattr(doctor, "PYTHONS", ((2, 6), (2, 7)))
    verdict = doctor.environment()
    assert verdict.passed is False
    assert "the series needs 2.6 to 2.7. Install one from https://www.python.org" in verdict.message
    assert "gone.npz" in verdict.message and "git checkout" in verdict.message


def test_environment_agrees_with_the_makefile():
    makefile = (doctor.REQUIREMENTS.parent / "Makefile").read_text(encoding="utf-8")
    assert "{} <= sys.version_info[:2] <= {}".format(*doctor.PYTHONS) in makefile
