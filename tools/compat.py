"""Test with the lowest versions that the requirements admit and with the newest: `make compat`.

`python -m tools.compat newest` tries one of the two.

Each in a copy of the series and an environment of its own under build/, with uv, without constraints.txt: the lowest on
the oldest Python, the newest on the newest. The quick tests and two notebooks run in both. Both Pythons have to be on
the path, as python3.11 and python3.13. What passed is removed; what failed stays, to be looked at.
"""

import os
import shutil
import subprocess
import sys

from tools.lock import ROOT, packages, uv

ENVIRONMENTS = {"lowest": ("3.11", "lowest-direct"), "newest": ("3.13", "highest")}
NOTEBOOKS = "05_dense or 09_latent"  # one that trains, one with all the widgets


def copy_series(folder):
    """Make a repository of the files that git knows here, and of those new ones that it does not ignore."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


def main(names):
    """Try these, and end with 1 if one of them fails."""
    os.environ["UV_PYTHON_DOWNLOADS"] = "never"
    os.environ.pop("PYTHONPATH", None)  # the copies are to import themselves
    for name in names:
        if name not in ENVIRONMENTS:
            print(f"{name!r} is none of {', '.join(ENVIRONMENTS)}.", file=sys.stderr)
            raise SystemExit(2)
        uv("python", "find", "--no-project", ENVIRONMENTS[name][0], stdout=subprocess.DEVNULL)  # or uv says what lacks
    failed = []
    for name in names:
        version, resolution = ENVIRONMENTS[name]
        folder = ROOT / "build" / "compat" / name
        shutil.rmtree(folder, ignore_errors=True)
        copy_series(folder)
        environment = folder / ".venv"
        print(f"{name}: Python {version}, {resolution}", flush=True)
        uv("venv", "--quiet", "--python", version, environment)
        install = "pip", "install", "--quiet", "--python", environment
        uv(*install, "--resolution", resolution, "-r", "-", input="\n".join(packages()))
        uv(*install, "--no-deps", "-e", folder)
        uv("pip", "freeze", "--python", environment)
        python = environment / ("Scripts/python" if sys.platform == "win32" else "bin/python")
        for chosen in (["-m", "not slow"], ["tests/test_notebooks_run.py", "-k", NOTEBOOKS]):
            if subprocess.run([python, "-m", "pytest", *chosen], cwd=folder).returncode:
                failed.append(f"{name} ({' '.join(chosen)})")
        if not any(failure.startswith(name) for failure in failed):
            shutil.rmtree(folder)
    print(f"failed: {', '.join(failed)}" if failed else f"passed: {', '.join(names)}")
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    main(sys.argv[1:] or list(ENVIRONMENTS))
