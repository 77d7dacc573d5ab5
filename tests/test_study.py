"""The study of beta and latent size: its grid, its table, and that an interrupted study goes on where it stopped."""

import math
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tools import study as making
from vae_helpers import study
from vae_helpers.data import load_mnist

ROOT = study.TABLE.parents[3]
RUN = study.Run(2, 1.0, 1, 137.25, 6.5, 2)
HEADER = "latent_dim,beta,seed,distortion,rate,active_units"


def plane_of(run):
    side = 28 * study.SIDE
    return study.Plane(np.full((side, side), run.seed, np.uint8), np.zeros((study.N_CODES, 2), np.float16),
                       run.distortion, run.rate)


# Grid ----------------------------------------------------------------------------------------------------------------

def test_grid_holds_every_setting_once():
    grid = making.grid()
    assert len(grid) == len(set(grid)) == len(study.LATENT_DIMS) * len(study.BETAS) * len(study.SEEDS)
    for position, values in enumerate((study.LATENT_DIMS, study.BETAS, study.SEEDS)):
        assert {settings[position] for settings in grid} == set(values)


def test_what_the_notebook_needs_most_comes_first_and_one_seed_before_the_next():
    seeds = [seed for _, _, seed in making.grid()]
    assert seeds == sorted(seeds)
    for seed in study.SEEDS:
        wanted = [latent_dim in (2, 12) or beta == 1.0 for latent_dim, beta, s in making.grid() if s == seed]
        assert any(wanted) and not all(wanted)
        assert wanted == sorted(wanted, reverse=True)


def test_the_lectures_betas_lie_within_the_grid():
    """In its units, a cost averaged over 784 pixels, the lecture goes from 0 to 2."""
    assert min(study.BETAS) == 0 and max(study.BETAS) == 2 * 784 and 1.0 in study.BETAS
    assert len(study.SEEDS) >= 2


def test_missing_is_the_rest_of_the_grid_in_its_order():
    grid = making.grid()
    done = [study.Run(*settings, 100.0, 1.0, 1) for settings in grid[3:7]]
    assert making.missing(done) == grid[:3] + grid[7:]
    assert making.missing([]) == grid
    assert making.missing([RUN._replace(latent_dim=99)]) == grid  # a network that is not of the study


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
    (f"{HEADER}\n2,1.0,1,137.25,6.5,2\n2,one,1,137.25,6.5,2\n", "row 3 is not a run of the study, received '2,one,1,1"),
    (f"{HEADER}\n2,1.0,1,137.25,6.5,2\n2,one,1,137.25,6.5,2\n", "could not convert string to float: 'one'"),
    (f"{HEADER}\n2.5,1.0,1,137.25,6.5,2\n", "row 2 is not a run of the study, received '2.5,1.0,1,137.25,6.5,2'"),
    (f"{HEADER}\n2,1.0,1,137.25\n", "received '2,1.0,1,137.25': "),
    (f"{HEADER}\n2,1.0,1,137.25,6.5,2,7\n", "received '2,1.0,1,137.25,6.5,2,7': "),
    (f"{HEADER}\n2,1.0,1,137.25,6.5,\n", "received '2,1.0,1,137.25,6.5,'"),
    (f"{HEADER}\n2,1.0,1,nan,6.5,2\n", "received '2,1.0,1,nan,6.5,2': a number is not finite"),
    (f"{HEADER}\n\n", "received ''"),
])
def test_a_bad_table_says_what_was_received(tmp_path, text, received):
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(str(path))) as error:
        study.read(path)
    assert received in str(error.value)


# Two studies at once -------------------------------------------------------------------------------------------------

def test_a_run_is_added_to_what_the_table_holds_by_now(tmp_path):
    path = tmp_path / "study" / "table.csv"
    making.add(RUN, path)
    making.add(RUN._replace(beta=0.1), path)
    better = RUN._replace(distortion=100.0)
    making.add(better, path)  # in the place of the first
    assert study.read(path) == [RUN._replace(beta=0.1), better]
    assert [file.name for file in path.parent.iterdir()] == ["table.csv"]


@pytest.mark.slow
def test_studies_in_two_processes_lose_nothing(tmp_path):
    code = """
import sys
from tools.study import add
from vae_helpers.study import Run
for beta in range(60):
    add(Run(2, float(beta), int(sys.argv[1]), 1.0, 1.0, 1), sys.argv[2])
"""
    path = tmp_path / "table.csv"
    writers = [subprocess.Popen([sys.executable, "-c", code, str(seed), path], cwd=ROOT) for seed in (1, 2)]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    assert [(run.seed, run.beta) for run in sorted(study.read(path), key=lambda run: (run.seed, run.beta))] == [
        (seed, beta) for seed in (1, 2) for beta in range(60)]
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]


def test_the_lock_that_a_killed_study_left_is_broken(tmp_path, monkeypatch):
    path, lock = tmp_path / "table.csv", tmp_path / "table.lock"
    lock.touch()
    long_ago = time.time() - making.SECONDS_OF_A_LOCK - 1
    os.utime(lock, (long_ago, long_ago))
    making.add(RUN, path)
    assert study.read(path) == [RUN] and not lock.exists()


def test_a_lock_in_use_is_waited_for(tmp_path):
    path = tmp_path / "table.csv"
    with ThreadPoolExecutor(1) as pool:
        with making.locked(path):
            other = pool.submit(making.add, RUN, path)
            time.sleep(0.1)
            assert not other.done() and not path.exists()
        other.result(timeout=10)
    assert study.read(path) == [RUN]


# An interrupted study ------------------------------------------------------------------------------------------------

@pytest.fixture
def small_study(tmp_path, monkeypatch):
    """A study of 8 networks whose training is the writing down of its settings; `trained` lists them."""
    trained, path = [], tmp_path / "table.csv"

    def run_one(latent_dim, beta, seed):
        trained.append((latent_dim, beta, seed))
        run = study.Run(latent_dim, beta, seed, 100.0 + latent_dim, beta, latent_dim)
        return run, (plane_of(run) if latent_dim == 2 else None)

    monkeypatch.setattr(study, "LATENT_DIMS", (1, 2))
    monkeypatch.setattr(study, "BETAS", (0.0, 1.0))
    monkeypatch.setattr(making, "run_one", run_one)
    monkeypatch.setattr(making, "ProcessPoolExecutor", lambda *args, **kwargs: ThreadPoolExecutor(1))
    read, add, add_plane, planes = study.read, making.add, making.add_plane, tmp_path / "planes.npz"
    monkeypatch.setattr(making, "read", lambda place=path: read(place))
    monkeypatch.setattr(making, "add", lambda run: add(run, path))
    monkeypatch.setattr(making, "beta_planes", lambda place=planes: study.beta_planes(place))
    monkeypatch.setattr(making, "add_plane", lambda run, plane: add_plane(run, plane, planes))
    return trained


def test_a_study_trains_the_whole_grid_once(small_study, capsys):
    making.main()
    assert small_study == making.grid() and len(small_study) == 8
    assert making.missing(making.read()) == []
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
    assert [run[:3] for run in making.read()] == sorted(making.grid()[:stop_after])
    monkeypatch.setattr(making, "run_one", run_one)
    making.main()
    assert small_study == making.grid()  # each network once, in order, none twice
    assert [run[:3] for run in making.read()] == sorted(making.grid())


def test_what_another_study_has_trained_meanwhile_is_left_out(small_study, monkeypatch):
    run_one, others = making.run_one, making.grid()[1:4]

    def run_while_another_does(*settings):
        for other in others:
            run = study.Run(*other, 1.0, 1.0, 1)
            making.add(run)
            if run.latent_dim == 2:
                making.add_plane(run, plane_of(run))
        return run_one(*settings)

    monkeypatch.setattr(making, "run_one", run_while_another_does)
    making.main()
    assert small_study == [settings for settings in making.grid() if settings not in others]
    assert {run.distortion for run in making.read() if run[:3] in others} == {1.0}, "and it stays as it was"


@pytest.mark.parametrize("name", ["LATENT_DIMS", "BETAS"])
def test_a_size_or_a_beta_more_takes_a_change_in_one_place(small_study, monkeypatch, name):
    making.main()
    small_study.clear()
    monkeypatch.setattr(study, name, (*getattr(study, name), 7))
    making.main()
    assert len(small_study) == 4 and making.missing(making.read()) == [] and len(making.read()) == 12


# A single network ----------------------------------------------------------------------------------------------------

def test_a_single_network_is_trained_again_though_the_table_has_it(small_study, capsys):
    making.main()
    small_study.clear()
    for words in (["2", "1.0", "1"], ["2", "1", "1"]):
        making.main(words)
    assert small_study == [(2, 1.0, 1)] * 2 and len(making.read()) == 8
    assert "1/1: Run(latent_dim=2, beta=1.0, seed=1" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["2", "1.0"], ["2", "1.0", "1", "1"], ["two", "1.0", "1"], ["2", "0.7", "1"],
                                   ["3", "1.0", "1"], ["2", "1.0", "9"], ["2.0", "1.0", "1"]])
def test_a_network_that_is_none_of_the_study_is_refused(small_study, words, capsys):
    with pytest.raises(SystemExit) as refused:
        making.main(words)
    assert refused.value.code == 2 and small_study == []
    told = capsys.readouterr().err
    assert f"received '{' '.join(words)}'" in told and "(1, 2)" in told and "vae_helpers/study.py" in told


def test_a_damaged_table_stops_the_study_with_the_row(small_study, tmp_path, capsys):
    (tmp_path / "table.csv").write_text(f"{HEADER}\n2,one,1,137.25,6.5,2\n")
    with pytest.raises(SystemExit) as refused:
        making.main()
    assert refused.value.code == 2 and small_study == []
    assert "row 2 is not a run of the study, received '2,one,1,137.25,6.5,2'" in capsys.readouterr().err


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
    run, plane = making.run_one(3, 0.3, 2)
    assert run[:3] == (3, 0.3, 2) and plane is None
    assert trained["shape"] == (60_000, 28, 28) and trained["seed"] == 2 and trained["epochs"] == study.EPOCHS
    assert not trained["progress"] and trained["vae"].latent_dim == 3 and trained["vae"].beta == pytest.approx(0.3)
    _, distortion, rate = making.evaluation.elbo(trained["vae"], few.images)
    assert (run.distortion, run.rate) == (round(distortion, 2), round(rate, 2))
    assert 0 <= run.active_units <= 3


def test_one_run_with_two_elements_keeps_its_plane(monkeypatch):
    few = load_mnist("test")._replace(images=load_mnist("test").images[:1500])
    trained = {}
    monkeypatch.setattr(making.training, "train", lambda vae, images, **settings: trained.update(vae=vae))
    monkeypatch.setattr(making, "load_mnist", lambda subset: few if subset == "test" else load_mnist(subset))
    run, plane = making.run_one(2, 1.0, 1)
    assert (plane.distortion, plane.rate) == (run.distortion, run.rate)
    assert plane.codes == pytest.approx(trained["vae"].encode(few.images[:study.N_CODES])[0], abs=1e-3, rel=1e-3)
    # The tile in the middle of the sheet is what the code 0, the median of the prior, decodes to.
    middle = plane.sheet.reshape(study.SIDE, 28, study.SIDE, 28)[study.SIDE // 2, :, study.SIDE // 2]
    assert np.abs(middle / 255 - trained["vae"].decode([[0.0, 0.0]])[0]).max() <= 0.5001 / 255


# What ships ----------------------------------------------------------------------------------------------------------

def test_the_shipped_table_is_complete():
    runs = study.read()
    assert sorted(run[:3] for run in runs) == sorted(making.grid())  # every network, and each once
    assert runs == sorted(runs)
    assert study.TABLE.stat().st_size < 20_000


def test_the_shipped_numbers_are_possible():
    for run in study.read():
        assert all(math.isfinite(value) for value in run), run
        assert run.distortion >= 0 and run.rate >= 0 and 0 <= run.active_units <= run.latent_dim, run


def test_the_shipped_planes_are_of_the_networks_in_the_table():
    planes = study.beta_planes()
    runs = [run for run in study.read() if run.latent_dim == 2]
    assert list(planes) == [(run.beta, run.seed) for run in runs]  # every network, in the order of the table
    for run in runs:
        plane = planes[run.beta, run.seed]
        assert (plane.distortion, plane.rate) == (run.distortion, run.rate)
        assert (plane.sheet.shape, plane.sheet.dtype) == ((28 * study.SIDE,) * 2, np.uint8)
        assert (plane.codes.shape, plane.codes.dtype) == ((study.N_CODES, 2), np.float16)
        assert np.isfinite(plane.codes).all()
    assert study.PLANES.stat().st_size <= 3_000_000


def test_the_shipped_planes_tell_of_their_networks():
    """What was kept and what is in the table come from one network: the codes vary where the rate says that they do."""
    for (beta, _), plane in study.beta_planes().items():
        variance = plane.codes.astype(float).var(axis=0).max()
        # Where an element's mean varies with variance v, the code tells at least log(1 + v) / 2 on average.
        assert (variance > 0.01) == (plane.rate > 0.05), beta
        tiles = plane.sheet.reshape(study.SIDE, 28, study.SIDE, 28).swapaxes(1, 2).reshape(-1, 784)
        assert (tiles.std(axis=0).mean() > 10) == (plane.rate > 1), beta


# Planes --------------------------------------------------------------------------------------------------------------

def test_planes_are_added_and_replaced_and_read_back(tmp_path):
    path = tmp_path / "planes.npz"
    assert study.beta_planes(path) == {}
    for run in (RUN, RUN._replace(beta=0.1), RUN._replace(distortion=100.0)):
        making.add_plane(run, plane_of(run), path)
    planes = study.beta_planes(path)
    assert list(planes) == [(0.1, 1), (1.0, 1)] and planes[1.0, 1].distortion == 100.0
    assert np.array_equal(planes[1.0, 1].sheet, plane_of(RUN).sheet)
    assert [file.name for file in tmp_path.iterdir()] == ["planes.npz"]


def test_a_network_whose_plane_is_missing_is_trained_again(small_study, tmp_path):
    making.main()
    (tmp_path / "planes.npz").unlink()
    small_study.clear()
    making.main()
    assert small_study == [run for run in making.grid() if run[0] == 2]
