"""The study of beta and latent size: its grid, its table, and that an interrupted study goes on where it stopped."""

import math
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tools import study as making
from vae_helpers import study
from vae_helpers.data import load_mnist

RUN = study.Run(2, 1.0, 1, 137.25, 6.5, 2)
HEADER = "latent_dim,beta,seed,distortion,rate,active_units"


# Grid ----------------------------------------------------------------------------------------------------------------

def test_grid_holds_every_setting_once():
    grid = study.grid()
    assert len(grid) == len(set(grid)) == len(study.LATENT_DIMS) * len(study.BETAS) * len(study.SEEDS)
    for position, values in enumerate((study.LATENT_DIMS, study.BETAS, study.SEEDS)):
        assert {settings[position] for settings in grid} == set(values)


def test_what_the_notebook_needs_most_comes_first_and_one_seed_before_the_next():
    seeds = [seed for _, _, seed in study.grid()]
    assert seeds == sorted(seeds)
    for seed in study.SEEDS:
        wanted = [latent_dim in (2, 12) or beta == 1.0 for latent_dim, beta, s in study.grid() if s == seed]
        assert any(wanted) and not all(wanted)
        assert wanted == sorted(wanted, reverse=True)


def test_the_lectures_betas_lie_within_the_grid():
    """In its units, a cost averaged over 784 pixels, the lecture goes from 0 to 2."""
    assert min(study.BETAS) == 0 and max(study.BETAS) == 2 * 784 and 1.0 in study.BETAS
    assert len(study.SEEDS) >= 2


def test_missing_is_the_rest_of_the_grid_in_its_order():
    grid = study.grid()
    done = [study.Run(*settings, 100.0, 1.0, 1) for settings in grid[3:7]]
    assert study.missing(done) == grid[:3] + grid[7:]
    assert study.missing([]) == grid
    assert study.missing([RUN._replace(latent_dim=99)]) == grid  # a network that is not of the study


# Table ---------------------------------------------------------------------------------------------------------------

def test_write_and_read_give_the_same_runs_sorted(tmp_path):
    path = tmp_path / "study" / "table.csv"  # the folder is made
    runs = [RUN, RUN._replace(beta=0.1), RUN._replace(seed=2, rate=0.0), RUN._replace(latent_dim=12, distortion=1e-3),
            RUN._replace(latent_dim=1, beta=1568.0)]
    making.write(runs, path)
    again = study.read(path)
    assert again == sorted(runs) and all(type(run) is study.Run for run in again)
    assert [[type(value) for value in run] for run in again] == [list(study.Run.__annotations__.values())] * len(runs)
    making.write(again, path)
    assert study.read(path) == again
    assert [file.name for file in path.parent.iterdir()] == ["table.csv"]


def test_the_table_is_plain_text_that_any_tool_reads(tmp_path):
    path = tmp_path / "table.csv"
    making.write([RUN], path)
    assert path.read_bytes() == f"{HEADER}\n2,1.0,1,137.25,6.5,2\n".encode()


def test_no_table_is_an_empty_study(tmp_path):
    assert study.read(tmp_path / "none.csv") == []
    making.write([], tmp_path / "empty.csv")
    assert study.read(tmp_path / "empty.csv") == []


def test_a_write_that_fails_leaves_the_table_as_it_was(tmp_path):
    path = tmp_path / "table.csv"
    making.write([RUN], path)

    def interrupted():
        yield RUN._replace(beta=3.0)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        making.write(interrupted(), path)
    assert study.read(path) == [RUN]


@pytest.mark.parametrize(("text", "received"), [
    ("", "received []"),
    ("latent_dim,beta\n2,1.0\n", "received [['latent_dim', 'beta']]"),
    ("2,1.0,1,137.25,6.5,2\n", "received [['2', '1.0', '1', '137.25', '6.5', '2']]"),
    (f"{HEADER}\n2,1.0,1,137.25,6.5,2\n2,one,1,137.25,6.5,2\n", "'one'"),
    (f"{HEADER}\n2.5,1.0,1,137.25,6.5,2\n", "'2.5'"),
    (f"{HEADER}\n2,1.0,1,137.25\n", "shorter"),
    (f"{HEADER}\n2,1.0,1,137.25,6.5,2,7\n", "longer"),
    (f"{HEADER}\n2,1.0,1,137.25,6.5,\n", "''"),
])
def test_a_bad_table_says_what_was_received(tmp_path, text, received):
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(str(path))) as error:
        study.read(path)
    assert received in str(error.value)


# An interrupted study ------------------------------------------------------------------------------------------------

@pytest.fixture
def small_study(tmp_path, monkeypatch):
    """A study of 8 networks whose training is the writing down of its settings; `trained` lists them."""
    trained, path = [], tmp_path / "table.csv"

    def run_one(latent_dim, beta, seed):
        trained.append((latent_dim, beta, seed))
        return study.Run(latent_dim, beta, seed, 100.0 + latent_dim, beta, latent_dim)

    monkeypatch.setattr(study, "LATENT_DIMS", (1, 2))
    monkeypatch.setattr(study, "BETAS", (0.0, 1.0))
    monkeypatch.setattr(making, "run_one", run_one)
    monkeypatch.setattr(making, "ProcessPoolExecutor", lambda *args, **kwargs: ThreadPoolExecutor(1))
    read, write = study.read, making.write
    monkeypatch.setattr(making, "read", lambda: read(path))
    monkeypatch.setattr(making, "write", lambda runs: write(runs, path))
    return trained


def test_a_study_trains_the_whole_grid_once(small_study, capsys):
    making.main()
    assert small_study == study.grid() and len(small_study) == 8
    assert study.missing(making.read()) == []
    lines = capsys.readouterr().out.strip().split("\n")
    assert len(lines) == 8 and lines[0].startswith("1/8: Run(") and lines[-1].startswith("8/8: Run(")
    making.main()  # nothing is left to do
    assert len(small_study) == 8 and capsys.readouterr().out == ""


@pytest.mark.parametrize("stop_after", [0, 1, 5, 7])
def test_an_interrupted_study_goes_on_where_it_stopped(small_study, monkeypatch, stop_after):
    run_one = making.run_one

    def interrupted(*settings):
        if len(small_study) == stop_after:
            raise KeyboardInterrupt
        return run_one(*settings)

    monkeypatch.setattr(making, "run_one", interrupted)
    with pytest.raises(KeyboardInterrupt):
        making.main()
    assert [run[:3] for run in making.read()] == sorted(study.grid()[:stop_after])
    monkeypatch.setattr(making, "run_one", run_one)
    making.main()
    assert small_study == study.grid()  # each network once, in order, none twice
    assert [run[:3] for run in making.read()] == sorted(study.grid())


# One network ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("settings", "error", "received"), [
    ((0, 1.0, 1), ValueError, "received 0"),
    ((2.0, 1.0, 1), TypeError, "received float 2.0"),
    ((2, -1.0, 1), ValueError, "received -1.0"),
    ((2, "1", 1), TypeError, "received str '1'"),
    ((2, 1.0, -1), ValueError, "received -1"),
])
def test_bad_settings_are_refused_before_anything_is_trained(settings, error, received, monkeypatch):
    monkeypatch.setattr(making.training, "train", lambda *args, **kwargs: pytest.fail("it began to train"))
    with pytest.raises(error, match=re.escape(received)):
        making.run_one(*settings)


def test_one_run_is_what_evaluation_says_of_the_trained_network(monkeypatch):
    """Trained here: not at all. Everything around the training is real, on the first 2,000 test digits."""
    trained = {}

    def train(vae, images, *, epochs, seed, progress):
        trained.update(vae=vae, shape=images.shape, epochs=epochs, seed=seed, progress=progress)

    few = load_mnist("test")._replace(images=load_mnist("test").images[:2000])
    monkeypatch.setattr(making.training, "train", train)
    monkeypatch.setattr(making, "load_mnist", lambda subset: few if subset == "test" else load_mnist(subset))
    run = making.run_one(3, 0.3, 2)
    assert run[:3] == (3, 0.3, 2)
    assert trained["shape"] == (60_000, 28, 28) and trained["seed"] == 2 and trained["epochs"] == study.EPOCHS
    assert not trained["progress"] and trained["vae"].latent_dim == 3 and trained["vae"].beta == pytest.approx(0.3)
    _, distortion, rate = making.evaluation.elbo(trained["vae"], few.images)
    assert (run.distortion, run.rate) == (round(distortion, 2), round(rate, 2))
    assert 0 <= run.active_units <= 3


# What ships ----------------------------------------------------------------------------------------------------------

def test_the_shipped_table_is_complete():
    runs = study.read()
    assert sorted(run[:3] for run in runs) == sorted(study.grid())  # every network, and each once
    assert runs == sorted(runs)
    assert study.TABLE.stat().st_size < 20_000


def test_the_shipped_numbers_are_possible():
    for run in study.read():
        assert all(math.isfinite(value) for value in run), run
        assert run.distortion >= 0 and run.rate >= 0 and 0 <= run.active_units <= run.latent_dim, run
