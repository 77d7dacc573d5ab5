"""The package as one file: what it holds, and that it works outside the repository with no more than it declares."""

import email
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from vae_helpers import doctor

ROOT = Path(__file__).parents[1]
FRAMEWORKS = {"tensorflow", "tensorflow-cpu", "keras"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy of what it is built from, by the setuptools that is installed here."""
    folder = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "vae_helpers", folder / "vae_helpers", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation",
                    "--wheel-dir", folder / "built", folder], check=True)
    return next((folder / "built").glob("*.whl"))


def needed(names):
    """These distributions and all that they draw in here."""
    found, waiting = set(), [canonicalize_name(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            wanted = map(Requirement, metadata.requires(name) or [])
            waiting += [canonicalize_name(need.name) for need in wanted
                        if need.marker is None or need.marker.evaluate({"extra": ""})]
    return found


def environment(folder, wheel, without=()):
    """Make an environment that holds the wheel and what it declares, and return its Python.

    What it declares is linked from the environment of the tests: nothing has to be fetched, and nothing else is there.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = next(folder.glob("lib*/python*/site-packages"))
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", packages,
                    wheel], check=True)
    declared = [Requirement(line) for line in email.message_from_bytes(metadata_of(wheel)).get_all("Requires-Dist")]
    own = [need.name for need in declared if need.marker is None or need.marker.evaluate()]
    for name in needed(set(own) - set(without)):
        distribution = metadata.distribution(name)
        for part in {file.parts[0] for file in distribution.files if file.parts[0] not in ("..", "__pycache__")}:
            if not (packages / part).exists():
                (packages / part).symlink_to(distribution.locate_file(part))
    return folder / "bin" / "python"


def metadata_of(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith("/METADATA")))


def run(python, code, folder):
    """Run code outside the repository, and without what the tests put on the path of Python."""
    return subprocess.run([python, "-I", "-c", code], cwd=folder, capture_output=True, text=True, timeout=120)


def test_it_holds_the_package_with_its_data_and_licences_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        files = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = {name.split("/licenses/")[1] for name in archive.namelist() if "/licenses/" in name}
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / "vae_helpers").rglob("*")
            if path.is_file() and "__pycache__" not in path.parts}
    assert files == here
    assert licences == {"LICENSE", "vae_helpers/assets/data/ATTRIBUTION.md"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own on Windows")
def test_without_tensorflow_it_decodes_and_the_doctor_names_what_is_missing(wheel, tmp_path):
    python = environment(tmp_path / "empty", wheel, without=FRAMEWORKS)
    done = run(python, """
import sys
from vae_helpers import data, network, plots, sliders, pad
from vae_helpers.doctor import environment
net = network.load_pretrained("vae-2d")
assert net.decode([[0.0, 0.0]]).shape == (1, 28, 28)
assert data.load_mnist("test").images.shape == (10000, 28, 28)
print(sys.modules["vae_helpers"].__file__)
print(environment())
""", tmp_path)
    assert done.returncode == 0, done.stderr
    place, heading, *told = done.stdout.strip().split("\n")
    assert Path(place).is_relative_to(tmp_path), "it is the wheel that was loaded"
    assert "in order" not in heading
    assert [line.split(" is not installed: pip install ")[0] for line in told] == ["tensorflow-cpu", "keras"]
    assert all("'keras<4,>=3.15'" in line for line in told if line.startswith("keras"))


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own on Windows")
def test_with_what_it_declares_every_room_opens_and_a_network_trains(wheel, tmp_path):
    python = environment(tmp_path / "empty", wheel)
    rooms = [path.stem for path in (ROOT / "vae_helpers").glob("[a-z]*.py")]
    done = run(python, f"""
import importlib
for room in {rooms}:
    importlib.import_module("vae_helpers." + room)
from vae_helpers import data, doctor, models, training
verdict = doctor.environment()
assert verdict.passed, verdict
assert "jupyterlab" not in str(verdict)
vae = models.build_vae(2, seed=1)
history = training.train(vae, data.load_mnist("train").images[:512], epochs=1, progress=False)
print(len(history.history["loss"]))
""", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1\n"


def test_here_the_doctor_reads_the_list_of_the_repository():
    """So that the two tests above are about another case."""
    assert doctor.REQUIREMENTS.exists()
