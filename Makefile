# `make help` lists everything. Each target sets up what it needs in .venv, by itself, and may be run twice.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
LANYARD_PORT ?= 8321
VC_API_PORT ?= 8443
MINUTES ?= 10
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo vc-api run migrate test check bench bench-credentials bench-intake bench-pages bench-records bench-stacks interop soak fmt strings lock revision clean run-setup dev-setup python

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: run-setup ## show the main job on this machine (ONCE=1 ends after the verdict; LANYARD_PORT=8321)
	@$(BIN)/lanyard demo --port $(LANYARD_PORT) $(if $(filter 1,$(ONCE)),--once)

run: run-setup ## run the service with the settings of .env
	@$(BIN)/lanyard serve

vc-api: run-setup ## the VC-API on https for conformance suites, on this machine only (VC_API_PORT=8443)
	@$(BIN)/lanyard vc-api --port $(VC_API_PORT)

migrate: run-setup ## bring the database to the newest schema
	@$(BIN)/lanyard migrate

test: dev-setup ## run every test, on SQLite and on a real PostgreSQL; the few that fail once more, alone
	@$(BIN)/python tools/suite.py

check: dev-setup ## lint, format, types, import contracts, lock files
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports
	@$(BIN)/python -m pytest -q --durations=0 tests/house/test_lock_files.py

bench: dev-setup ## measure issuing beside its floors; results go to bench/results
	@$(BIN)/python -m bench

bench-credentials: dev-setup ## measure the credential workshop on one core beside floors and other people's libraries
	@$(BIN)/python -m bench.credentials

bench-intake: dev-setup ## measure what comes in, at a fixed rate and as a backlog, beside floors (ARGS="--help")
	@$(BIN)/python -m bench.intake $(ARGS)

bench-pages: dev-setup ## measure public pages and files beside the same bytes from memory (ARGS="--help")
	@$(BIN)/python -W ignore -m bench.pages $(ARGS)

bench-records: dev-setup ## measure a page of FHIR among few people and among many (ARGS="--help")
	@$(BIN)/python -W ignore -m bench.records $(ARGS)

bench-stacks: dev-setup ## measure stacks: everybody judged anew, one award's cascade, plans (ARGS="--help")
	@$(BIN)/python -W ignore -m bench.stacks $(ARGS)

interop: dev-setup ## other people's verifiers judge a running Lanyard; vectors; a table of verdicts (docs/interop.md)
	@$(BIN)/python -m pytest -n 2 tests/conformance

soak: dev-setup ## crash, race and load tests for MINUTES=10 altogether
	@$(BIN)/python -m pytest -m soak --soak-minutes $(MINUTES) tests

fmt: dev-setup ## format, mend what can be mended, refresh the settings table of the operating guide
	@$(BIN)/ruff check --fix-only . && $(BIN)/ruff format . && $(BIN)/python tools/settings_table.py

strings: dev-setup ## bring the translations in step with the sentences of the pages
	@$(BIN)/python tools/strings.py

lock: dev-setup ## choose versions anew and write the lock files
	@$(BIN)/python tools/lock.py

revision: dev-setup ## write a migration from the models: make revision m="what changes"
	@$(BIN)/python -m app.migrating "$(m)"

clean: ## remove what can be made again; never data or keys
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

run-setup: python
	@$(PYTHON) tools/environment.py run

dev-setup: python
	@$(PYTHON) tools/environment.py dev

python:
	@test -n "$(PYTHON)" || { echo "Lanyard needs Python 3.11 or newer, and none was found on the PATH. Name one: make PYTHON=/path/to/python3.11"; exit 1; }
