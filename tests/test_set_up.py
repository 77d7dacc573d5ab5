"""The set-up in odd places: a folder that moved, no network, another kind of pip, nowhere to write.

The script runs as it is, with a stand-in for Python that writes down what it was asked to do.
"""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from traitlets.config import PyFileConfigLoader

ROOT = Path(__file__).parents[1]
STAND_IN = """#!/bin/sh
echo "PIP_USER=$PIP_USER $*" >>"$ASKED"
case "$*" in
    --version) echo "Python 3.12.1" ;;
    *"-m venv --clear "*) rm -rf "$4" ;;
esac
case "$*" in
    *"-m venv"*) for last; do :; done; mkdir -p "$last/bin"; cp "$0" "$last/bin/python"; : >"$last/pyvenv.cfg" ;;
    *"-m pip"*) echo "$PIP_SAYS" >&2; exit "${PIP_ENDS:-0}" ;;
esac
"""

pytestmark = pytest.mark.skipif(os.name == "nt" or shutil.which("make") is None, reason="for make and a shell")


@pytest.fixture
def series(tmp_path):
    """A folder with what the set-up reads, in a path with a blank, and the stand-in as the only Python."""
    folder = tmp_path / "my series"
    (folder / "tools").mkdir(parents=True)
    for name in ("Makefile", "requirements.txt", "constraints.txt", "pyproject.toml", "tools/requirements.txt",
                 "tools/set_up.sh"):
        shutil.copy(ROOT / name, folder / name)
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "python3").write_text(STAND_IN)
    (bin_folder / "python3").chmod(0o755)
    return folder


def make(series, *targets, **variables):
    asked = series.parent / "asked"
    asked.write_text("")
    path = f"{series.parent / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(["make", "--no-print-directory", *targets], cwd=series, capture_output=True, text=True,
                          env={**os.environ, "PATH": path, "ASKED": str(asked), **variables})
    return done, asked.read_text().splitlines()


def installs(asked):
    return [line.split(" -r ")[1] for line in asked if "-m pip install" in line]


def test_a_reader_gets_what_a_reader_needs_and_only_once(series):
    done, asked = make(series, "lab")
    assert done.returncode == 0, done.stderr
    assert "Setting up .venv with Python 3.12.1" in done.stdout and installs(asked) == ["requirements.txt"]
    assert (series / ".venv" / ".ready").read_text() == f"{series.resolve()}\n"
    assert "-m jupyterlab " in asked[-1]
    done, asked = make(series, "lab")
    assert installs(asked) == [] and "Setting up" not in done.stdout


def test_tests_get_both_and_a_changed_list_is_installed_again(series):
    _, asked = make(series, "test-quick")
    assert installs(asked) == ["requirements.txt", "tools/requirements.txt"]
    _, asked = make(series, "test-quick")
    assert installs(asked) == []
    for changed, expected in (("tools/requirements.txt", ["tools/requirements.txt"]),
                              ("constraints.txt", ["requirements.txt", "tools/requirements.txt"])):
        later = (series / ".venv" / ".ready-tools").stat().st_mtime + 5
        os.utime(series / changed, (later, later))
        done, asked = make(series, "test-quick")
        assert installs(asked) == expected and "Setting up" not in done.stdout
        os.utime(series / changed, (1, 1))


@pytest.mark.parametrize("how", [shutil.copytree, shutil.move])
def test_an_environment_of_another_folder_is_made_anew(series, how):
    make(series, "test-quick")
    (series / ".venv" / "left over").touch()
    other = series.parent / "elsewhere"
    how(series, other)
    done, asked = make(other, "test-quick")
    assert done.returncode == 0, done.stderr
    assert f".venv was set up for another folder, {series.resolve()}, and is made anew" in done.stdout
    assert installs(asked) == ["requirements.txt", "tools/requirements.txt"]
    assert not (other / ".venv" / "left over").exists()
    assert (other / ".venv" / ".ready").read_text() == f"{other.resolve()}\n"
    done, asked = make(other, "test-quick")
    assert installs(asked) == [] and "anew" not in done.stdout
    if series.exists():
        assert (series / ".venv" / "left over").exists(), "the original is left alone"


def test_an_environment_of_another_folder_behind_a_link_is_left_alone(series):
    make(series, "lab")
    other = series.parent / "other"
    shutil.copytree(series, other, ignore=shutil.ignore_patterns(".venv"))
    (other / ".venv").symlink_to(series / ".venv")
    done, asked = make(other, "lab")
    assert done.returncode and "Remove the link" in done.stderr and installs(asked) == []
    assert (series / ".venv" / ".ready").exists()


def test_an_environment_that_lost_what_makes_it_one_is_made_anew(series):
    """Its Python is then that of the system, and pip would install there."""
    make(series, "lab")
    (series / ".venv" / "pyvenv.cfg").unlink()
    (series / ".venv" / ".ready").unlink()
    done, asked = make(series, "lab")
    assert done.returncode == 0 and any("-m venv --clear" in line for line in asked)
    assert (series / ".venv" / "pyvenv.cfg").exists() and installs(asked) == ["requirements.txt"]


def test_an_environment_that_an_earlier_version_set_up_is_kept(series):
    make(series, "lab")
    (series / ".venv" / ".ready").write_text("")  # as it was
    done, asked = make(series, "lab")
    assert done.returncode == 0 and installs(asked) == [] and "anew" not in done.stdout


def test_pip_installs_into_the_environment_also_for_somebody_who_installs_for_the_user(series):
    _, asked = make(series, "lab", PIP_USER="1")
    assert next(line for line in asked if "-m pip" in line).startswith("PIP_USER=0 ")


@pytest.mark.parametrize("says", [
    "WARNING: Retrying after connection broken by 'NewConnectionError(': Failed to establish a new connection'",
    "socket: NameResolutionError: Failed to resolve 'host'\nERROR: No matching distribution found for keras",
])
def test_without_a_network_one_sentence_says_so(series, says):
    done, _ = make(series, "lab", PIP_ENDS="1", PIP_SAYS=says)
    assert done.returncode == 2 and "the first set-up needs a network" in done.stderr
    assert "No matching" not in done.stderr and len(done.stderr.strip().split("\n")) == 2  # the other is make's
    assert not (series / ".venv" / ".ready").exists()
    done, _ = make(series, "lab")
    assert done.returncode == 0, "the next try goes on"


def test_what_else_goes_wrong_with_pip_is_shown(series):
    done, _ = make(series, "lab", PIP_ENDS="1", PIP_SAYS="ERROR: No space left on device")
    assert done.returncode == 2 and "No space left on device" in done.stderr and "network" not in done.stderr
    done, _ = make(series, "lab", PIP_SAYS="WARNING: something harmless")
    assert done.returncode == 0 and "harmless" not in done.stderr + done.stdout


def test_without_a_fitting_python_one_is_asked_for(series):
    python = series.parent / "bin" / "python3"
    python.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.1 || exit 1\n')
    for name in ("python3.11", "python3.12", "python3.13", "python"):
        shutil.copy(python, python.with_name(name))
    done, _ = make(series, "lab")
    assert done.returncode == 2 and "No Python from 3.11 to 3.13 was found (Python 3.9.1)" in done.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("target", ["lab", "lecture"])
def test_a_folder_that_cannot_be_written_to_is_answered_by_a_sentence(series, target):
    series.chmod(0o555)
    try:
        done, _ = make(series, target)
    finally:
        series.chmod(0o755)
    assert done.returncode == 2 and "This folder cannot be written to" in done.stderr and "Errno" not in done.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_what_was_set_up_runs_from_a_folder_that_cannot_be_written_to(series):
    make(series, "test-quick")
    series.chmod(0o555)
    try:
        lab, _ = make(series, "lab")
        lecture, _ = make(series, "lecture")
    finally:
        series.chmod(0o755)
    assert lab.returncode == 0, lab.stderr
    assert lecture.returncode == 2 and "This folder cannot be written to" in lecture.stderr


@pytest.mark.parametrize(("start", "expected"), [
    (".", {}), ("notebooks", {"root_dir": ".", "preferred_dir": "notebooks"}),
    ("notebooks/deeper", {"root_dir": ".", "preferred_dir": "notebooks/deeper"}), ("..", {}),
])
def test_jupyterlab_started_in_notebooks_serves_the_whole_series(series, monkeypatch, start, expected):
    """Else ../figures, which the pages show, would be outside of what it serves."""
    make(series, "lab")
    (series / "notebooks" / "deeper").mkdir(parents=True)
    monkeypatch.chdir(series / start)
    settings = PyFileConfigLoader("jupyter_server_config.py", str(series / ".venv" / "etc" / "jupyter")).load_config()
    absolute = {name: str((series / place).resolve()) for name, place in expected.items()}
    assert dict(settings.get("ServerApp", {})) == absolute


def test_the_stand_in_is_asked_as_python_would_be(series):
    """Otherwise the tests above would prove nothing: what they look for is what a Python is really called with."""
    _, asked = make(series, "test-quick")
    for line in (line for line in asked if "-m jupyterlab.labextensions" in line):
        assert importlib.util.find_spec("jupyterlab.labextensions") and "announcements" in line
        break
    else:
        pytest.fail("the news of JupyterLab are not switched off")
