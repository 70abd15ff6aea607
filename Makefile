# The commands of this project; `make help` lists them. Everything happens in .venv, nothing is installed elsewhere.

# The Python that makes .venv; another one: make run PYTHON=python3.12
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help run install test test-sqlite test-postgresql lint format bench messages screenshots outdated clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

# No shell between make and the launcher, so that Ctrl-C and SIGTERM meet one process that knows what to do.
run: python ## install what is missing, then run a complete copy with demo data (Ctrl-C ends it)
	@exec $(PYTHON) stockura/running

install: python ## make .venv with everything for development and tests
	@exec $(PYTHON) stockura/running install requirements-dev.txt

.PHONY: python
python:
	@command -v $(PYTHON) >/dev/null || { echo 'There is no "$(PYTHON)" on this machine. Install Python 3.11 or newer, or name the one you have: make run PYTHON=/path/to/python3.' >&2; exit 1; }

test: test-sqlite test-postgresql ## the whole suite on SQLite, then what touches the database again on PostgreSQL

# TESTS and PYTEST narrow it down: make test TESTS=tests/api PYTEST="-x -k preview"
TESTS ?= tests
POSTGRESQL_TESTS ?= $(if $(filter tests,$(TESTS)),tests/database tests/redis tests/processes tests/api,$(TESTS))

# Two test processes: most of a process test's time is waiting.
test-sqlite: install ## the whole suite on SQLite
	@$(PY) -m pytest -n 2 --database=sqlite $(TESTS) $(PYTEST)

test-postgresql: install ## what touches the database, on PostgreSQL
	@$(PY) -m pytest -n 2 --database=postgresql $(POSTGRESQL_TESTS) $(PYTEST)
