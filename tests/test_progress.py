"""What was passed is noted on this machine only: when a reader's answer is shown, and nowhere else."""

import json
import os
import sys

import nbformat
import pytest
from IPython.lib.pretty import pretty

from tools.execute import NOTEBOOKS, run
from vae_helpers import checks
from vae_helpers.exercises import Exercise

RIGHT, WRONG = 2.0, 3.0


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setitem(checks.answer_key("01"), "01.1", Exercise(right=RIGHT, mistakes={}))
    file = tmp_path / "state" / "passed.json"
    monkeypatch.setenv("VAE_HELPERS_STATE", str(file))
    return file


def line(notebook):
    found, = [line for line in str(checks.progress()).splitlines() if line.split()[0] == notebook]
    return found.split()[1:]


def test_a_right_answer_that_is_shown_is_noted(state):
    assert line("01")[0] == "-"
    assert pretty(checks.check("01.1", RIGHT)) == "Exercise 01.1: right."  # as a notebook shows it
    assert line("01")[0] == "1" and json.loads(state.read_text()) == ["01.1"]
    assert str(checks.progress()).startswith("1 of ")
    pretty(checks.check("01.1", WRONG))
    assert line("01")[0] == "1", "once passed, passed"


def test_nothing_else_is_noted(state):
    for answer in (WRONG, ..., None):
        pretty(checks.check("01.1", answer))
    repr(checks.check("01.1", RIGHT)), str(checks.check("01.1", RIGHT))
    verdict = checks.check("01.1", RIGHT)
    assert verdict.passed  # as the cell of a solution does, before it shows the verdict
    pretty(verdict)
    pretty(checks.progress())
    assert not state.exists()


@pytest.mark.parametrize("text", ["", "{", "5", "[[1], 2, null]", "[\"99.9\"]"])
def test_a_file_with_something_else_in_it(state, text):
    state.parent.mkdir()
    state.write_text(text)
    assert str(checks.progress()).startswith("0 of ")
    pretty(checks.check("01.1", RIGHT))
    assert line("01")[0] == "1"


def test_where_nothing_can_be_written_it_is_silent(state, capsys):
    state.parent.write_text("a file where the folder should be")
    assert pretty(checks.check("01.1", RIGHT)) == "Exercise 01.1: right."
    assert str(checks.progress()).startswith("0 of ")
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform != "linux", reason="platformdirs knows the places of the other systems")
def test_the_place_is_the_users_state_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("VAE_HELPERS_STATE", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert checks._state_file() == tmp_path / "vae_helpers" / "passed.json"


def test_all_exercises_are_counted(state):
    names = [name for notebook in checks.notebooks_with_exercises() for name in checks.answer_key(notebook)]
    first, *lines = str(checks.progress()).splitlines()
    assert first == f"0 of {len(names)} exercises passed on this machine"
    assert sum(text.split().count("-") for text in lines) == len(names)
    assert [text.split()[0] for text in lines[:2]] == ["01", "02"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_running_all_cells_passes_nothing(path):
    """Each solution looks at its verdict before it shows it; so only what a reader answers is noted."""
    for cell in nbformat.read(path, as_version=4).cells:
        if "solution" in cell.metadata.get("tags", []) and "check(" in cell.source:
            assert cell.source.count("check(") <= cell.source.count(".passed"), cell.id


def test_make_execute_stores_nobodys_progress(monkeypatch):
    """What is stored in a notebook shows a reader who has passed nothing yet, whoever executes it."""
    given = []

    class Client:
        def __init__(self, *_, **__):
            pass

        def execute(self, env):
            given.append(env)

    monkeypatch.setenv("VAE_HELPERS_STATE", "somebody's")
    monkeypatch.setattr("tools.execute.NotebookClient", Client)
    run(NOTEBOOKS[0])
    assert [env["VAE_HELPERS_STATE"] for env in given] == [os.devnull]
