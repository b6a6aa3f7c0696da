# make help prints these targets from their comments.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
JOBS ?= 2
CAMPAIGN ?= full
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test campaign check bench lock

help: ## Print what can be made
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (PYTHON=...)."; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python cannot make virtual environments here. Run: apt-get install -y python3-venv"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: $(STAMP) ## Private database, sample province, serve; prints the address and the accounts
	@$(BIN)/assessor-registry demo --port $(PORT) $(DEMO)

test: $(STAMP) ## All tests that can run here; lists what had to be skipped (with CI=true a skip fails)
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(TESTS)

campaign: $(STAMP) ## The promises at full size (hours; CAMPAIGN=60: sixty rounds of each)
	@REGISTRY_CAMPAIGN=$(CAMPAIGN) $(BIN)/python -m pytest --timeout=0 tests/promises $(TESTS)

check: $(STAMP) ## Format, lint, types, layers, architecture, migration drift (about a minute)
	@$(BIN)/ruff format --check --quiet src tests alembic benchmarks
	@$(BIN)/ruff check --quiet src tests alembic benchmarks
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/architecture tests/test_ground.py

bench: $(STAMP) ## Every benchmark: ratios from interleaved runs
	@for each in benchmarks/[a-z]*.py; do $(BIN)/python -m benchmarks.$$(basename $$each .py) || exit 1; done

lock: ## Compile requirements.lock again (needs uv)
	@uv pip compile pyproject.toml --group dev --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --universal --quiet --no-header --no-annotate --output-file requirements.lock
