# `make` alone prints what there is. Everything runs in .venv, which the first target that needs it sets up.

VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready
FIRST := $(firstword $(sort $(wildcard notebooks/*.ipynb)))
# Jupyter refuses root unless told, as in a container, and has no browser to open on a server without a screen. It
# still listens on this machine only, and asks for its token.
AS_ROOT := $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)
NO_SCREEN := $(shell [ "$$(uname)" = Darwin ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || echo --no-browser)

.PHONY: help lab test test-quick lint execute figures slides pretrained study bench clean

help: ## print this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

lab: $(READY) ## set up and open JupyterLab on the first notebook
	@# The root is this folder and not that of the notebook, so that ../figures is within reach.
	$(VENV)/bin/jupyter lab $(AS_ROOT) $(NO_SCREEN) --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/$(FIRST)

test: $(READY) ## set up and pass every test (about 13 minutes on 2 cores)
	$(PYTHON) -m pytest

test-quick: $(READY) ## the tests that need no training and no browser (under a minute)
	$(PYTHON) -m pytest -m "not slow"

lint: $(READY) ## check the style of modules and notebooks
	$(PYTHON) -m ruff check

execute: $(READY) ## run the notebooks and store their outputs; ONLY="03 05" for some of them
	$(PYTHON) -m tools.execute $(ONLY)

figures: $(READY) ## draw the SVGs in figures/ anew
	$(PYTHON) figures/draw.py

slides: $(READY) ## make a deck of each notebook in slides/, one file that opens from disk; ONLY="03 05" for some
	$(PYTHON) -m tools.slides $(ONLY)

pretrained: $(READY) ## train the networks that ship with the package anew (about 10 minutes on 2 cores)
	$(PYTHON) -m tools.pretrained

study: $(READY) ## train networks of every beta and latent size for notebook 10 (about an hour; goes on after a stop)
	$(PYTHON) -m tools.study

bench: $(READY) ## measure the speed that the README tells of
	$(PYTHON) -m tools.bench

clean: ## remove the environment and everything that was made by running
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis *.egg-info slides
	find . -name __pycache__ -o -name .ipynb_checkpoints | xargs rm -rf

# Made anew when what it depends on changes; otherwise this costs nothing.
$(READY): requirements.txt pyproject.toml
	@python=; for candidate in python3 python3.13 python3.12 python3.11 python; do \
		if $$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
			python=$$candidate; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "No Python from 3.11 to 3.13 was found ($$(python3 --version 2>&1 || echo no python3))." >&2; \
		echo "Install one from https://www.python.org/downloads/ or your package manager, then try again." >&2; \
		exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$($$python --version), about 2 GB. This happens once."; \
	$$python -m venv $(VENV) || { echo "On Debian and Ubuntu, venv is a package: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m pip install --disable-pip-version-check --quiet -r requirements.txt
	@# JupyterLab would ask whether it may fetch news, and look for a newer version of itself.
	@$(VENV)/bin/jupyter labextension disable --level=sys_prefix @jupyterlab/apputils-extension:announcements 2>/dev/null
	@touch $(READY)
