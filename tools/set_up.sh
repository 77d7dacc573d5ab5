#!/bin/sh
# Install a requirements.txt into the environment of the series, which is made first if it is not there or is not fit.
# The Makefile calls it: sh tools/set_up.sh ENVIRONMENT STAMP REQUIREMENTS
# The stamp is a file of the environment that records the folder it was set up for.
set -eu
environment=$1 stamp=$2 requirements=$3
here=$(pwd -P)
python=$environment/bin/python

stop() {
    echo "$1" >&2
    exit 1
}

make_environment() { # $1: --clear, or nothing
    [ -w . ] || stop "This folder cannot be written to, and the environment goes into it. Copy the folder to a place of your own, then try again."
    found=
    for candidate in python3 python3.13 python3.12 python3.11 python; do
        if $candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            found=$candidate
            break
        fi
    done
    [ "$found" ] || stop "No Python from 3.11 to 3.13 was found ($(python3 --version 2>&1 || echo no python3)).
Install one from https://www.python.org/downloads/ or your package manager, then try again."
    echo "Setting up $environment with $($found --version), about 2 GB. This happens once."
    $found -m venv $1 "$environment" || stop "On Debian and Ubuntu, venv is a package: apt install python3-venv"
}

# An environment holds the path of its folder in many places. Copied, it runs the code of the folder that it came from.
old=$(cat "$environment/.ready" 2>/dev/null) || old=
if [ "${old:-$here}" != "$here" ]; then
    [ ! -L "$environment" ] || stop "$environment is a link to the environment of $old. Remove the link, then try again."
    echo "$environment was set up for another folder, $old, and is made anew."
    make_environment --clear
elif [ ! -x "$python" ]; then
    make_environment ""
elif [ ! -e "$environment/pyvenv.cfg" ]; then # half made or half deleted, its pip would install elsewhere
    make_environment --clear
fi

# Into this environment, also where pip is told to install for the user.
log=$environment/pip.log
if ! PIP_USER=0 "$python" -m pip install --disable-pip-version-check --quiet -r "$requirements" 2>"$log"; then
    if grep -qE 'connection broken|ConnectionError|NameResolutionError|Max retries' "$log"; then
        stop "The packages could not be downloaded: the first set-up needs a network, later starts need none. Run the same command again when there is one."
    fi
    cat "$log" >&2
    exit 1
fi

# JupyterLab would ask whether it may fetch news, and look for a newer version of itself.
"$python" -m jupyterlab.labextensions disable --level=sys_prefix @jupyterlab/apputils-extension:announcements 2>/dev/null
# Started in notebooks/, it would serve nothing outside of it, and ../figures would be out of reach.
mkdir -p "$environment/etc/jupyter"
cat >"$environment/etc/jupyter/jupyter_server_config.py" <<'END'
from pathlib import Path

series = Path(__file__).resolve().parents[3]  # where the environment is
if series in Path.cwd().parents:
    c.ServerApp.root_dir, c.ServerApp.preferred_dir = str(series), str(Path.cwd())
END
echo "$here" >"$stamp"
