# make run    starts the dashboard; the first time it sets everything up
# make test   sets everything up and checks everything
# make help   lists the rest

PYTHON ?= python3
BIN := .venv/bin
# scripts write workbooks as the product does: see tbdx/__init__.py
export OPENPYXL_LXML := False
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header \
	--no-emit-index-url --no-emit-find-links pyproject.toml

.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
.PHONY: run test lint audit system provider requirements migration messages docs data bench screenshots clean help

run: .venv/.runtime  ## start the dashboard in the browser
	$(BIN)/python -m tbdx serve

test: system provider lint  ## check everything: requirements, style, layers, types, tests
	$(BIN)/python -m pytest

lint: .venv/.dev  ## requirements, style, layers and types
	$(BIN)/python scripts/check_requirements.py
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

audit: .venv/.dev  ## before a release: ask whether a vulnerability of a requirement is known
	$(BIN)/python -m scripts.audit

system:  ## install the programs that the tests drive, where they are missing
	scripts/system_packages.sh

provider: tests/provider/node_modules/.installed  ## install the OpenID Connect provider that the tests sign in at

requirements: .venv/.dev  ## compile requirements*.txt anew from pyproject.toml
	$(COMPILE) --output-file requirements.txt $(UPGRADE)
	$(COMPILE) --output-file requirements-dev.txt --extra dev --constraint requirements.txt $(UPGRADE)

migration: .venv/.dev  ## write the next migration of the store: make migration NAME="what it does"
	$(BIN)/python -m tbdx.migrations "$(NAME)"
	$(BIN)/ruff format --quiet tbdx/migrations

messages: .venv/.dev  ## bring the catalogues of every language up to the texts in the code
	$(BIN)/python -m scripts.messages

docs: .venv/.dev  ## write the pages of docs/ that list findings and settings anew
	$(BIN)/python -m scripts.write_docs

data: .venv/.dev  ## write the target appendix, the illustrative reports and the messes anew
	$(BIN)/python -m scripts.make_appendix
	$(BIN)/python tests/plans/make_appendix.py
	$(BIN)/python -m scripts.make_samples
	$(BIN)/python -m scripts.make_messes

bench: .venv/.dev  ## measure the product beside named references
	$(BIN)/python -m benchmarks

screenshots: .venv/.dev system  ## take the user guide's pictures anew
	$(BIN)/python -m scripts.screenshots

clean:  ## remove what was installed and cached here; the store in var/ stays
	rm -rf .venv tests/provider/node_modules .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## list these commands
	@sed -n 's/^\([a-z]*\):.*  ## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

.venv/.dev: requirements-dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@ .venv/.runtime

tests/provider/node_modules/.installed: tests/provider/package-lock.json tests/provider/package.json | system
	cd tests/provider && npm ci --no-audit --no-fund --loglevel=error
	@touch $@
