# Every task of the project; `make help` lists them.
# There is no `clean`, on purpose: it is one word away from `clean-corpus` and must never mean "delete".

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
NOT_BARE := slow or browser or crash or strace or spark
# Tests side by side, those of one file in one process, in order. ARGS="-n0" puts them in one process.
ABREAST := -n auto --maxprocesses 4 --dist loadfile

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- the environment: made once, redone when a lock or pyproject.toml changes ----------------------------------------

.PHONY: setup
setup: $(VENV)/.runtime ## make .venv with everything the pipeline needs

.PHONY: setup-dev
setup-dev: $(VENV)/.dev ## add what tests and checks need

$(VENV)/.runtime: requirements.lock pyproject.toml
	@if ! $(PIP) --version >/dev/null 2>&1; then \
	  command -v "$(PYTHON)" >/dev/null || { \
	    echo "There is no '$(PYTHON)' here. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3" >&2; \
	    exit 1; }; \
	  "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "'$(PYTHON)' is $$("$(PYTHON)" --version 2>&1), and 3.11 or newer is needed." \
	      "Name another one: make PYTHON=python3.12 (once; .venv remembers it)" >&2; \
	    exit 1; }; \
	  echo "Making $(VENV) with $$("$(PYTHON)" --version)"; \
	  "$(PYTHON)" -m venv --clear $(VENV); \
	fi
	@echo "Installing the packages of requirements.lock"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@if [ -f pipeline/warm.py ]; then echo "Compiling the kernels (once)"; $(BIN)/python -m pipeline.warm; fi
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing the packages of requirements-dev.lock"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# --- the work --------------------------------------------------------------------------------------------------------

.PHONY: clean-corpus
clean-corpus: setup ## clean data/raw into data/clean (more options: ARGS="--workers 2")
	@if [ ! -e data/raw ] && [ ! -e data/clean ]; then \
	  echo "data/raw is not there yet: starting from a copy of data/sample"; \
	  rm -rf data/.raw-new && mkdir data/.raw-new && cp -R data/sample/. data/.raw-new/; \
	  rm -f data/.raw-new/{README.md,COPYING.*,.gitattributes} && mv data/.raw-new data/raw; \
	fi
	$(BIN)/clean-corpus run --config configs/default.yaml $(ARGS)

.PHONY: nightly
nightly: setup ## the same for a timer: a JSON log (make ends with 2 whatever fails; last_run.json has the exit code)
	@$(BIN)/clean-corpus run --config configs/default.yaml --log json $(ARGS)

# --- tests and checks ------------------------------------------------------------------------------------------------

.PHONY: test
test: setup-dev ## all tests that need nothing but pip (minutes)
	$(BIN)/python -m pytest $(ABREAST) -m "not ($(NOT_BARE))" $(ARGS)

.PHONY: test-all
test-all: setup-dev ## all tests; those that want Chromium, cc, strace or Java fail without it
	$(BIN)/python -m pytest $(ARGS)

.PHONY: fuzz
fuzz: setup-dev ## feed readers, decoder, normalizer, rules and settings with odd input (longer: ARGS="--seconds 3600")
	$(BIN)/python -m tests.fuzz $(ARGS)

.PHONY: crash
crash: setup-dev ## kill, fill the disk and fail at every system call that writes (needs cc; hours: ARGS="--every 10")
	$(BIN)/python -m tests.crash --races 20
	$(BIN)/python -m tests.crash $(ARGS)

.PHONY: check
check: setup-dev ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict pipeline

.PHONY: bench
bench: setup-dev ## time the stages against their rivals
	$(BIN)/python -m benchmarks $(ARGS)

.PHONY: lock
lock: ## bring both lock files in line with pyproject.toml (needs uv; newest versions: ARGS=--upgrade)
	@for target in "requirements.lock --extra install" "requirements-dev.lock --extra install --extra dev"; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --no-header --no-annotate $(ARGS) pyproject.toml -o $$target; \
	done

.PHONY: tidy
tidy: ## delete caches of tools and compiled kernels; never data, never .venv
	@find $(wildcard pipeline tests benchmarks) -name __pycache__ -type d -prune -exec rm -rf {} +
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
