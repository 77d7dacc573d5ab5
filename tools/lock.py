"""Write the exact versions that fit together to constraints.txt: `make lock`, or `python -m tools.lock`.

One file for every Python and system that the series supports. Versions that it holds already are kept; what the
requirements have gained is added, what they have lost goes. `NEWEST=yes`, or `--newest`, takes the newest of
everything. Then `make test` says whether they work.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements.txt", ROOT / "tools" / "requirements.txt"
CONSTRAINTS = ROOT / "constraints.txt"
OLDEST_PYTHON = "3.11"
HEADER = """\
# The exact versions that passed every test, of all that the two requirements.txt ask for and of what that needs, for
# Python 3.11 to 3.13 on every system. Every installation uses it. `make lock` writes it.
"""


def packages():
    """Return the lines of both requirements.txt that name packages, without those that are options of pip's."""
    lines = [line for file in REQUIREMENTS for line in file.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line.strip() and not line.startswith(("-", "#"))]


def uv(*arguments, **options):
    """Run uv, which comes with tools/requirements.txt; what goes wrong it says itself."""
    try:
        return subprocess.run([sys.executable, "-m", "uv", *arguments], check=True, text=True, **options)
    except subprocess.CalledProcessError as error:
        raise SystemExit(error.returncode) from None


def main(newest=False):
    """Resolve all requirements at once, for every system, with one version for all Pythons where there is one."""
    uv("pip", "compile", "-", "--quiet", "--universal", "--python-version", OLDEST_PYTHON,
       "--no-annotate", "--no-header", "--output-file", CONSTRAINTS, *["--upgrade"] * newest,
       input="\n".join(packages()), stdout=subprocess.DEVNULL)
    CONSTRAINTS.write_text(HEADER + CONSTRAINTS.read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--newest", action="store_true", help="take the newest of everything")
    main(**vars(parser.parse_args()))
