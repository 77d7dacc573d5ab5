"""Requirements, what the wheel declares, and the locked versions: they agree with one another and with the imports."""

import ast
import importlib.metadata
import itertools
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools import compat, lock
from tools.execute import NOTEBOOKS, known_to_git

ROOT = Path(__file__).parents[1]
READER, TOOLS = lock.REQUIREMENTS
# Not imported by the package: what shows the notebooks and runs them.
NOTEBOOKS_ONLY = {"jupyterlab", "ipykernel"}
PYTHONS = ("3.11", "3.12", "3.13")
SYSTEMS = {"linux": ("posix", "Linux", "x86_64"), "darwin": ("posix", "Darwin", "arm64"),
           "win32": ("nt", "Windows", "AMD64")}
PLACES = [{"python_version": python, "python_full_version": f"{python}.7", "sys_platform": system, "os_name": os_name,
           "platform_system": platform, "platform_machine": machine}
          for python, (system, (os_name, platform, machine)) in itertools.product(PYTHONS, SYSTEMS.items())]


def lines(file):
    return file.read_text(encoding="utf-8").splitlines()


def requirements(file):
    return [Requirement(line.split("#")[0]) for line in lines(file) if line and not line.startswith(("#", "-"))]


def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(line) for line in project["dependencies"]]


def names(found):
    return {canonicalize_name(requirement.name) for requirement in found}


def imported(*sources):
    """The distributions from which these sources import, anywhere in them; the standard library's are left out."""
    modules = set()
    for node in itertools.chain.from_iterable(ast.walk(ast.parse(source)) for source in sources):
        if isinstance(node, ast.Import):
            modules.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            modules.add(node.module.split(".")[0])
    distributions = importlib.metadata.packages_distributions()
    outside = modules - set(sys.stdlib_module_names) - {"vae_helpers", "tools", "tests", "shapes", "sitecustomize"}
    return {canonicalize_name(distributions[module][0]) for module in outside}


def sources(*folders):
    return [path.read_text(encoding="utf-8") for folder in folders for path in (ROOT / folder).rglob("*.py")]


def tensorflow(found):
    """One name for both of TensorFlow's packages."""
    return {"tensorflow" if name == "tensorflow-cpu" else name for name in found}


# Requirements and imports --------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("file", "options"), [(READER, ["-c constraints.txt", "-e ."]),
                                               (TOOLS, ["-c ../constraints.txt"])])
def test_every_requirement_says_what_it_is_for(file, options):
    packages = [line for line in lines(file) if line and not line.startswith(("#", "-"))]
    assert len(packages) > 5 and all(re.match(r"[\w-]+[<>=~]=.*\S +# \w", line) for line in packages)
    assert [line for line in lines(file) if line.startswith("-")] == options


def test_what_the_package_imports_is_declared_and_nothing_else():
    assert tensorflow(imported(*sources("vae_helpers"))) == tensorflow(names(declared()))


def test_the_package_declares_what_a_reader_installs_floors_included():
    required = {str(requirement) for requirement in requirements(READER)}
    own = {str(requirement) for requirement in declared()}
    assert own <= required
    assert names(Requirement(line) for line in required - own) == NOTEBOOKS_ONLY


def test_a_reader_installs_nothing_that_only_tests_and_decks_need():
    assert not names(requirements(READER)) & names(requirements(TOOLS))
    assert {"pytest", "playwright", "ruff", "pyreveal"} <= names(requirements(TOOLS))


def test_a_reader_has_what_the_notebooks_import():
    cells = [cell.source for path in NOTEBOOKS for cell in nbformat.read(path, as_version=4).cells
             if cell.cell_type == "code"]
    assert tensorflow(imported(*cells)) <= tensorflow(names(requirements(READER)))


def test_what_tools_and_tests_import_is_required():
    needed = tensorflow(imported(*sources("tools", "tests", "figures")))
    here = tensorflow(names(requirements(READER)) | names(requirements(TOOLS)))
    # These come with JupyterLab in every version.
    assert needed - here <= {"jupyter-client"}
    assert {"pytest", "numpy", "playwright"} <= needed, "or imports are no longer recognised"


def test_an_undeclared_import_is_found():
    source = "import packaging.version\nimport json\ndef f():\n    from PIL import Image"
    assert imported(source) == {"packaging", "pillow"}


# The lock ------------------------------------------------------------------------------------------------------------

def locked():
    return [Requirement(line) for line in lines(lock.CONSTRAINTS) if not line.startswith("#")]


def test_the_lock_holds_exact_versions_and_tells_nothing_of_where_they_came_from():
    for requirement in locked():
        assert [part.operator for part in requirement.specifier] == ["=="] and requirement.url is None, requirement
    text = lock.CONSTRAINTS.read_text(encoding="utf-8")
    assert "/" not in text.removeprefix(lock.HEADER) and "--" not in text and text.startswith(lock.HEADER)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place['python_version']}-{place['sys_platform']}")
def test_the_lock_has_one_version_of_everything_that_is_required(place):
    pins = [pin for pin in locked() if pin.marker is None or pin.marker.evaluate(place)]
    assert len(names(pins)) == len(pins), "a package with two versions"
    versions = {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in pins}
    for requirement in (*requirements(READER), *requirements(TOOLS)):
        if requirement.marker is None or requirement.marker.evaluate(place):
            assert versions[canonicalize_name(requirement.name)] in requirement.specifier, requirement
    assert len(pins) > 100  # and what those need


def test_the_lock_is_made_of_the_requirements_alone():
    """Neither options of pip's nor the package itself reach it."""
    found = [Requirement(line.split("#")[0]) for line in lock.packages()]
    assert names(found) == names(requirements(READER)) | names(requirements(TOOLS))
    assert "vae-helpers" not in names(locked())


def test_uv_is_asked_for_every_system_and_keeps_what_is_there(monkeypatch, tmp_path):
    monkeypatch.setattr(lock, "CONSTRAINTS", tmp_path / "constraints.txt")
    asked = []

    def uv(*arguments, **options):
        asked.append(arguments)
        lock.CONSTRAINTS.write_text("numpy==2.4.6\n")

    monkeypatch.setattr(lock, "uv", uv)
    lock.main()
    assert "--universal" in asked[0] and "--upgrade" not in asked[0]
    assert lock.CONSTRAINTS.read_text() == lock.HEADER + "numpy==2.4.6\n"
    lock.main(newest=True)
    assert "--upgrade" in asked[1]


def test_a_failure_of_uv_ends_the_program_with_its_code():
    with pytest.raises(SystemExit) as ended:
        lock.uv("no-such-command", stderr=subprocess.DEVNULL)
    assert ended.value.code == 2


# Lowest and newest ---------------------------------------------------------------------------------------------------

def test_both_ends_are_tried_on_the_pythons_at_both_ends():
    assert compat.ENVIRONMENTS == {"lowest": ("3.11", "lowest-direct"), "newest": ("3.13", "highest")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert all(Version(python) in Requirement(f"x{project['requires-python']}").specifier
               for python, _ in compat.ENVIRONMENTS.values())


@pytest.mark.slow
def test_a_copy_holds_the_series_and_nothing_that_was_made(tmp_path):
    if known_to_git() is None:
        pytest.skip("not a clone: git does not know what belongs to the series")
    compat.copy_series(tmp_path)
    copied = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"Makefile", "vae_helpers/doctor.py", "tests/conftest.py", "notebooks/00_start_here.ipynb"} <= copied
    assert not [name for name in copied if name.startswith((".venv/", "build/")) or "__pycache__" in name]
    listed = subprocess.run(["git", "ls-files"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert set(listed.stdout.split("\n")) >= {"Makefile", "tools/compat.py"}  # tests ask git what is to be tested
