"""What all tests share: no network, no windows, no figures left open."""

import os
import sys
from pathlib import Path

OFFLINE = Path(__file__).parent / "offline"
sys.path.insert(0, str(OFFLINE))
sys.modules.pop("sitecustomize", None)
import sitecustomize  # noqa: E402, F401 (importing it is what forbids the network)

# Kernels and other processes that the tests start inherit it.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")]))
os.environ.setdefault("MPLBACKEND", "agg")
os.environ.pop("VAE_LANG", None)
# Where tests run side by side, each has its share of the cores. More threads than that only wait for one another:
# matrix products in two processes on two cores take half as much processor time again.
if "PYTEST_XDIST_WORKER_COUNT" in os.environ:
    share = str(max(1, os.cpu_count() // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", share)
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", share)

import pytest  # noqa: E402


def pytest_xdist_auto_num_workers(config):
    """One more than there are cores: a kernel that starts leaves one idle. No quick test starts any."""
    return os.cpu_count() + (config.option.markexpr != "not slow")


def pytest_collection_modifyitems(items):
    """Runs of notebooks first, one by one; then file after file, each on one core, where its fixtures are made once."""
    items.sort(key=lambda item: "test_notebooks_run" not in item.nodeid)
    for item in items:
        if "test_notebooks_run" not in item.nodeid:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(autouse=True)
def close_figures():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(scope="module")
def chromium():
    from tools import browser

    with browser.chromium() as found:
        if found is None:
            pytest.skip(f"no Chromium on this machine: none of {', '.join(browser.NAMES)} is on the path, and "
                        "`playwright install chromium` has not been run")
        yield found
