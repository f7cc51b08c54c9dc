# `make serve` and `make test` need Python 3.11 or newer and nothing else: they make .venv from the lock files.
# Another Python: make test PYTHON=python3.13 VENV=.venv-3.13

PYTHON ?= python3
VENV ?= .venv
UV ?= uv

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: serve test lint soak native plain lock clean

serve: $(RUNTIME)
	$(BIN)/loccit serve

test: $(DEVELOPMENT)
	$(BIN)/python -m pytest

lint: $(DEVELOPMENT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The property tests on many more examples, and what is too heavy for `make test`.
soak: $(DEVELOPMENT)
	TEST_BUDGET=soak $(BIN)/python -m pytest -m "not browser"

# Beside the sources, for every command from then on; needs a C compiler and Python's headers.
native: $(RUNTIME) plain
	LOCCIT_NATIVE=1 $(PIP) install --no-build-isolation --no-deps --editable .

# Takes back what `make native` made.
plain:
	find indexer -name '*.so' -delete

# Both files together hold one version of everything, with the hashes of its wheels for every platform.
lock:
	$(COMPILE) --extra fast --group build --output-file requirements.lock pyproject.toml
	$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean: plain
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Loccit needs Python 3.11 or newer: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes --requirement requirements.lock
	$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(DEVELOPMENT): $(RUNTIME) requirements-dev.lock
	$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@
