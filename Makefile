# Everything that is done to the book, as one word each; `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Of each Python that the project takes, as pyproject.toml says it.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))

# Settings, given as NAME=VALUE after the command:
#: PYTHON    the Python (3.11 or 3.12) that the environment is made with
PYTHON ?= $(shell for p in python3.11 python3.12 python3; do \
	$$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
#: PIP_ARGS  more arguments for pip; PIP_ARGS="--extra-index-url https://download.pytorch.org/whl/cpu"
#:           spares a machine without a GPU several GB of CUDA
PIP_ARGS ?=
#: MIRROR    folder or URL with the photographs and weights; MIRROR= for none
MIRROR := $(or $(PIXELS_TO_SENTIMENT_MIRROR),$(realpath ../shared/mirror))
#: WORKERS   how many tests or smoke notebooks run at once; each takes up to 4 GB of memory
WORKERS := 2
#: MINUTES   for how long `make harden` tries to break the project
MINUTES := 60
#: DATA      name of a data set of one's own, for `make render-data`
DATA :=
#: PART      mebibytes of a part of `make campaign-pack`
PART := 40
#: PORT      where `make serve` listens on this machine
PORT := 8000

ifneq ($(MIRROR),)
export PIXELS_TO_SENTIMENT_MIRROR := $(or $(realpath $(MIRROR)),$(MIRROR))
else
unexport PIXELS_TO_SENTIMENT_MIRROR
endif

DATASET := $(or $(PIXELS_TO_SENTIMENT_DATASETS),datasets)/$(DATA)
BIN := .venv/bin
# Compiling takes a minute, and most of what is installed is never imported; what is, is compiled
# then and kept. Where that is forbidden, each of a hundred processes spends five seconds on it.
unexport PYTHONDONTWRITEBYTECODE
PIP_INSTALL := -m pip install -qq --no-compile --progress-bar off --disable-pip-version-check
EXTRAS := [book,test,dev,weights,cluster]
CLI := $(BIN)/pixels-to-sentiment
JUPYTER_BOOK := $(BIN)/jupyter-book build book --config _config.yml --path-output . -n -W --keep-going
# The tests of a file stay together, as they share what it takes long to make.
SHARED := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
STAMP := .venv/.installed

.PHONY: help book paper render render-data pdf test test-book environment constraints format lint \
	lab serve harden campaign-pack clean distclean FORCE

help: ## list these commands
	@echo 'Commands:'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile
	@echo 'Settings, for example `make environment PYTHON=python3.12`:'
	@sed -n 's/^#: /  /p' Makefile

book: $(STAMP) ## run every notebook at the smoke tier (what changed only), build _build/html
	$(CLI) book execute --tier smoke --at-once $(WORKERS)
	@$(MAKE) render

paper: $(STAMP) ## the same at the paper tier (the full protocol, for a GPU), recorded in book/results
	$(CLI) book execute --tier paper
	$(CLI) record --all
	@echo 'Running the notebooks again, whose tables hold what has been recorded:'
	$(CLI) book execute --tier paper
	@$(MAKE) render

pdf: $(STAMP) ## print the book as it was last run into _build/book.pdf (needs Chromium)
	@touch book/index.md
	$(JUPYTER_BOOK) --builder custom --custom-builder singlehtml
	$(CLI) book print

# Sphinx copies a changed style sheet only when a page changed too.
render: $(STAMP) ## build _build/html from the notebooks as they were last run
	@$(CLI) book check --executed
	@[ -z "$$(find book/_static -newer _build/html/index.html 2>/dev/null)" ] || touch book/index.md
	$(JUPYTER_BOOK)

render-data: $(STAMP) ## build DATA=NAME, a data set's chapters as executed, in its folder
	@test -e '$(DATASET)/chapters/_config.yml' || { \
		echo 'There is no executed chapter in $(DATASET): `book execute --data NAME` makes' \
			'one; name it with DATA=NAME.' >&2; exit 1; }
	PIXELS_TO_SENTIMENT_DATA=$(DATA) $(BIN)/jupyter-book build '$(DATASET)/chapters' \
		--config '$(DATASET)/chapters/_config.yml' --path-output '$(DATASET)'

test: $(STAMP) ## all tests, then each smoke notebook that changed run again and compared (nbval)
	$(BIN)/python -m pytest $(SHARED)
	$(CLI) book execute --tier smoke --at-once $(WORKERS)
	$(CLI) book check --executed
	$(CLI) book compare

# PIXELS_TO_SENTIMENT_BOOK names another folder with a built book, CHROMIUM another browser.
test-book: $(STAMP) ## read the built book in headless Chromium: links, search, contrast, phones
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup tests/browser

# The library that fuzzes is for Linux on x86-64; elsewhere that part is left out.
harden: $(STAMP) ## try to break the project for an hour: kills, writers, hostile files, fuzzing
	@$(BIN)/python -c 'import atheris' 2>/dev/null || \
		$(BIN)/python $(PIP_INSTALL) $(PIP_ARGS) -c constraints.txt -e '.[harden]' || true
	$(BIN)/python .ci/harden.py --minutes $(MINUTES)

format: $(STAMP) ## put the code and notebooks into the common format, mend what can be mended
	$(CLI) book colab
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format

lint: $(STAMP) ## check format and style; refuse photographs, weights and notebooks with outputs
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	SKIP=ruff-check,ruff-format $(BIN)/pre-commit run --all-files

lab: $(STAMP) ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

serve: ## show the built book at http://127.0.0.1:8000
	@test -e _build/html/index.html || { \
		echo 'There is no book in _build/html yet; build it with `make book`.' >&2; exit 1; }
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

environment: $(STAMP) ## install everything into .venv (the other commands do so when needed)

# Whatever is wrong with the Python is said in one sentence.
define CHECK_PYTHON
python='$(PYTHON)'; debian='(Debian 12: apt-get install python3-venv)'; \
say() { echo "$$1" >&2; exit 1; }; \
[ -n "$$python" ] || \
	say "No Python 3.11 or 3.12 was found; install one $$debian or name one with PYTHON=PATH."; \
found="$$("$$python" -V 2>&1)" || say "$$python does not run; name another with PYTHON=PATH."; \
"$$python" -c '$(FITS)' || \
	say "$$python is $$found, but 3.11 or 3.12 is needed; name another with PYTHON=PATH."; \
"$$python" -c 'import ensurepip, venv' 2>/dev/null || \
	say "$$python cannot make virtual environments; install its venv package $$debian."
endef

# The stamp holds the checkout's path: where it is missing (an install was interrupted) or differs
# (the checkout was moved) the environment is made anew, otherwise only brought up to date.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
$(STAMP): FORCE
endif

# The pip that Python 3.11 brings takes a third longer; it will do where no newer one can be had,
# and nobody waits for that.
$(STAMP): pyproject.toml constraints.txt
	@$(CHECK_PYTHON)
	@[ "$$(cat $@ 2>/dev/null)" = '$(CURDIR)' ] || $(PYTHON) -m venv --clear .venv
	@rm -f $@
	@echo 'Installing into .venv; the first time this takes some minutes.'
	@$(BIN)/python $(PIP_INSTALL) $(PIP_ARGS) --retries 0 --timeout 5 'pip>=25.3,<27' \
		2>/dev/null || true
	@$(BIN)/python $(PIP_INSTALL) $(PIP_ARGS) -c constraints.txt -e '.$(EXTRAS)'
	@echo '$(CURDIR)' > $@

# torch and torchvision belong together and are chosen by hand, so their two lines are kept.
# papermill asks for aiohttp on Python 3.12 only; the list is written on 3.11 and serves both.
constraints: ## write constraints.txt anew from the newest releases
	@$(CHECK_PYTHON)
	@new="$$(mktemp -d)"; trap 'rm -rf "$$new"' EXIT; \
	grep -E '^(#|torch(vision)?==)' constraints.txt > "$$new/kept.txt"; \
	$(PYTHON) -m venv "$$new/venv"; \
	"$$new/venv/bin/python" $(PIP_INSTALL) $(PIP_ARGS) -c "$$new/kept.txt" -e '.$(EXTRAS:]=,harden])' \
		aiohttp; \
	{ grep '^#' "$$new/kept.txt"; \
		"$$new/venv/bin/python" -m pip freeze --all --exclude pip --exclude-editable \
			| sed 's/+.*//' | LC_ALL=C sort -f; \
	} > "$$new/constraints.txt"; \
	mv "$$new/constraints.txt" constraints.txt; git diff --stat constraints.txt

# What a machine takes at a time holds, beside a part, a checkout of 20 MiB.
campaign-pack: $(STAMP) ## parts for a GPU machine that can fetch nothing, and the commands for it
	@$(BIN)/python .ci/campaign_pack.py _build/campaign $(PART)

clean: ## remove what was built: pages, executed notebooks, tool caches (runs/ stays)
	rm -rf _build book/chapters .pytest_cache .ruff_cache
	find src tests notebooks -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## and the environment; runs/ and the downloaded files stay
	rm -rf .venv
