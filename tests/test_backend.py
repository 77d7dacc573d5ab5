"""The one door to TensorFlow: quiet where all is well, and never silent where it is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(code, folder=ROOT):
    """Run Python in a process of its own, with modules of `folder` in place of those of the same name."""
    paths = os.pathsep.join(map(str, [folder, ROOT, os.environ["PYTHONPATH"]]))
    return subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": paths}, capture_output=True,
                          text=True, timeout=60)


@pytest.mark.slow
def test_the_import_says_nothing_and_the_error_stream_is_there_again():
    done = run("import os; from vae_helpers import backend; os.write(2, b'heard')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "heard")


def test_a_processor_without_avx_is_named_before_tensorflow_ends_the_process():
    done = run("import platform; platform.machine = lambda: 'AMD64'\n"
               "from numpy._core import _multiarray_umath; _multiarray_umath.__cpu_features__['AVX'] = False\n"
               "import vae_helpers.backend")
    assert "ImportError: TensorFlow needs a processor with AVX" in done.stderr


def test_another_kind_of_processor_needs_no_avx(tmp_path):
    (tmp_path / "keras.py").touch()
    (tmp_path / "tensorflow.py").touch()
    done = run("import platform; platform.machine = lambda: 'arm64'\n"
               "from numpy._core import _multiarray_umath; _multiarray_umath.__cpu_features__['AVX'] = False\n"
               "import vae_helpers.backend", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_goes_wrong_on_import_is_seen(tmp_path):
    """Also what is written to the process's error stream afterwards."""
    (tmp_path / "keras.py").touch()
    (tmp_path / "tensorflow.py").write_text("raise ImportError('libstdc++ is too old')")
    done = run("import os\ntry:\n    import vae_helpers.backend\nexcept ImportError as error:\n"
               "    os.write(2, str(error).encode())", tmp_path)
    assert done.stderr == "libstdc++ is too old"
