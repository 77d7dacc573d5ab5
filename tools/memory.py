"""How much memory a running notebook takes: `python -m tools.memory`, or `make bench`.

Each notebook is run in a kernel of its own, as a student's would be. What counts is the largest resident set of the
kernel (Linux only), plus that of one JupyterLab server that has opened nothing.
"""

import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tools.execute import NOTEBOOKS, SECONDS_PER_CELL

SERVER_GB = 24
PROBE = ("import pathlib, re; print('peak', re.search(r'VmHWM:\\s+(\\d+)', "
         "pathlib.Path('/proc/self/status').read_text())[1])")


def kernel_megabytes(path):
    """Return the largest resident set of a kernel that has run a notebook from top to bottom."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(PROBE, id="peak"))
    NotebookClient(notebook, timeout=SECONDS_PER_CELL, kernel_name="python3",
                   resources={"metadata": {"path": str(path.parent)}}).execute()
    return int(notebook.cells[-1].outputs[0].text.split()[1]) / 1024


def server_megabytes():
    """Return the resident set of a JupyterLab that has just been loaded, without the kernels."""
    code = f"import jupyterlab.labapp, jupyter_server.serverapp, nbclient; {PROBE}"
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
               .stdout.split()[-1]) / 1024


def main(names):
    """Print the memory of the notebooks whose names begin as asked, or of all."""
    server = server_megabytes()
    print(f"JupyterLab server: {server:.0f} MB")
    for path in NOTEBOOKS:
        if not names or path.name.startswith(tuple(names)):
            kernel = kernel_megabytes(path)
            students = int(SERVER_GB * 1024 // (kernel + server))
            print(f"{Path(path).stem:32} kernel {kernel:5.0f} MB, {students:3} students on {SERVER_GB} GB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
