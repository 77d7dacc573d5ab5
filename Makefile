# `make` alone prints what there is. Everything runs in .venv, which the first target that needs it sets up.

VENV := .venv
PYTHON := $(VENV)/bin/python
# What a reader needs is installed when READY is there; what makes and tests the series, when TOOLS is.
READY := $(VENV)/.ready
TOOLS := $(VENV)/.ready-tools
# The stamp holds the folder that the environment was set up for. It is of no use in another one.
MOVED := $(shell [ ! -s $(READY) ] || [ "$$(cat $(READY))" = "$$(pwd -P)" ] || echo moved)
# In Portuguese with IDIOMA=pt_BR.
LANGUAGES := pt_BR
ifneq ($(filter-out $(LANGUAGES),$(IDIOMA)),)
$(error IDIOMA=$(IDIOMA) is not there, only $(LANGUAGES); leave it out for English / IDIOMA=$(IDIOMA) não existe, só $(LANGUAGES); sem IDIOMA, é em inglês)
endif
LECTURES := $(if $(IDIOMA),$(sort $(wildcard notebooks/$(IDIOMA)/lecture_*.ipynb)))
FIRST := $(if $(IDIOMA),notebooks/$(IDIOMA)/00_start_here.ipynb,$(firstword $(sort $(wildcard notebooks/*.ipynb))))
# Jupyter refuses root unless told, as in a container, and has no browser to open on a server without a screen. It
# still listens on this machine only, and asks for its token.
AS_ROOT := $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)
NO_SCREEN := $(shell [ "$$(uname)" = Darwin ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || echo --no-browser)

# Each process that imports TensorFlow takes a gigabyte: no more than four.
ON_ALL_CORES := --numprocesses auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder

.PHONY: help lab test test-quick lint execute tidy figures lecture rehearse handout homework page translate pretrained study bench lock compat clean moved writable

help: ## print this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

lab: $(READY) ## set up and open JupyterLab on the first notebook; IDIOMA=pt_BR em português
	@# The root is this folder and not that of the notebook, so that ../figures is within reach.
	$(PYTHON) -m jupyterlab $(AS_ROOT) $(NO_SCREEN) --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/$(FIRST)

test: $(TOOLS) ## set up and pass every test (about 20 minutes on 2 cores)
	$(PYTHON) -m pytest $(ON_ALL_CORES)

test-quick: $(TOOLS) ## the tests that need no training and no browser (under a minute)
	$(PYTHON) -m pytest $(ON_ALL_CORES) -m "not slow"

lint: $(TOOLS) ## check the style of modules and notebooks
	$(PYTHON) -m ruff check

execute: $(TOOLS) writable ## run the notebooks and store their outputs; ONLY="3 05" for some
	$(PYTHON) -m tools.execute $(ONLY)

tidy: $(TOOLS) writable ## give new cells names and metadata, and run nothing; ONLY="3 05" for some
	$(PYTHON) -m tools.execute --tidy $(ONLY)

figures: $(TOOLS) writable ## draw the SVGs in figures/ anew
	$(PYTHON) figures/draw.py

lecture: $(TOOLS) writable ## make the decks of both lectures in build/, one file each that opens from disk; IDIOMA=pt_BR
	$(PYTHON) -m tools.lecture $(or $(ONLY),$(LECTURES))

rehearse: $(TOOLS) ## run the lectures in JupyterLab, in order and shuffled, and time each cell (about 4 minutes)
	$(PYTHON) -m tools.rehearse $(ONLY)

handout: $(TOOLS) writable ## print the lectures as PDFs in build/; NOTES=yes with the lecturer's notes; IDIOMA=pt_BR
	$(PYTHON) -m tools.handout $(if $(NOTES),--notes) $(or $(ONLY),$(LECTURES))

homework: $(TOOLS) writable ## write the exercises without solutions to build/homework/; ONLY="3 05" for some
	$(PYTHON) -m tools.homework $(ONLY)

page: $(TOOLS) writable ## make build/page, one file a language with all widgets, for any host; NOTEBOOKS=1 adds the notebooks
	$(PYTHON) -m tools.page $(if $(NOTEBOOKS),--notebooks) $(if $(PROJECT),--project "$(PROJECT)")

translate: $(TOOLS) writable ## bring catalogues and notebooks/pt_BR up to date; CHECK=1 demands that all is there; ONLY="3 05" for some
	$(PYTHON) -m tools.translate $(if $(CHECK),--check) $(ONLY)

pretrained: $(TOOLS) writable ## train the networks that ship with the package anew (about 10 minutes on 2 cores)
	$(PYTHON) -m tools.pretrained

study: $(TOOLS) writable ## train what the table of notebook 10 lacks (about an hour for all); ONLY="12 1.0 1" for one
	$(PYTHON) -m tools.study $(ONLY)

bench: $(TOOLS) ## measure the speed that the README tells of
	$(PYTHON) -m tools.bench

lock: $(TOOLS) writable ## write constraints.txt for changed requirements; NEWEST=yes takes the newest of everything
	$(PYTHON) -m tools.lock $(if $(NEWEST),--newest)

compat: $(TOOLS) writable ## test with the lowest versions on Python 3.11 and the newest on 3.13 (about 20 minutes, 5 GB)
	$(PYTHON) -m tools.compat

clean: ## remove the environment and everything that was made by running
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis *.egg-info build
	find . -name __pycache__ -o -name .ipynb_checkpoints | xargs rm -rf

# Made anew when what they depend on changes, or the folder has another place; otherwise this costs nothing.
$(READY): requirements.txt constraints.txt pyproject.toml tools/set_up.sh $(MOVED)
	@sh tools/set_up.sh $(VENV) $@ requirements.txt

$(TOOLS): $(READY) tools/requirements.txt
	@sh tools/set_up.sh $(VENV) $@ tools/requirements.txt

moved:

writable:
	@[ -w . ] || { echo "This folder cannot be written to: copy it to a place of your own, then try again." >&2; exit 1; }
