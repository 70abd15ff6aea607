# The commands of this project; `make help` lists them. Everything happens in .venv, nothing is installed elsewhere.

# The Python that makes .venv; another one: make run PYTHON=python3.12
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python

.DEFAULT_GOAL := help
# Tests choose settings of their own and refuse a shell's; every other command names them itself.
unexport DJANGO_SETTINGS_MODULE
.PHONY: help run install test test-sqlite test-postgresql test-peers test-storms test-long lint format schema bench messages screenshots outdated clean

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

# Three test processes on two cores: a process test waits half of its time. WORKERS=2 where the machine has other work.
WORKERS ?= 3

test-sqlite: install ## the whole suite on SQLite
	@$(PY) -m pytest -n $(WORKERS) --dist worksteal --database=sqlite $(if $(filter tests,$(TESTS)),--ignore=tests/peers) $(TESTS) $(PYTEST)

test-postgresql: install ## what touches the database, on PostgreSQL
	@$(PY) -m pytest -n $(WORKERS) --dist worksteal --database=postgresql -m "not one_database" $(POSTGRESQL_TESTS) $(PYTEST)

test-peers: install ## the faults of plain RedBeat, met by both engines (about eight minutes)
	@$(PY) -m pytest -n 2 tests/peers $(PYTEST)

# The settings need some key; tests and checks set their own, so that no .env is needed.
CHECK_ENV := STOCKURA_ENV_FILE=/dev/null DEBUG=true

test-storms: install ## the storms of kills and the outages in their full size (about ten minutes)
	@STOCKURA_STORM=full $(PY) -m pytest -s tests/processes/test_storms.py tests/processes/test_outages.py tests/processes/test_in_force_at_once.py tests/processes/test_preview_equals_firing.py $(PYTEST)

test-long: install ## the searches among rules and changes, with many times the examples (up to an hour)
	@STOCKURA_FULL_WALK=1 $(PY) -m pytest -n 2 --dist worksteal tests/pure/recurrence tests/redis/test_edits_property.py tests/redis/test_occurrence_changes_property.py tests/redis/test_schedule_files_property.py $(PYTEST)

lint: install ## style, system checks, missing migrations, direction of imports, known vulnerabilities
	@$(PY) -m ruff check .
	@$(CHECK_ENV) $(PY) manage.py check
	@$(CHECK_ENV) $(PY) manage.py makemigrations --check --dry-run
	@$(PY) -m pytest -q tests/pure/test_imports.py
	@$(PY) scripts/audit_dependencies.py

format: install ## put the code into ruff's layout
	@$(PY) -m ruff check --fix-only .
	@$(PY) -m ruff format .

# Reviewed like code: tests/api/test_schema_snapshot.py compares the API with it.
schema: install ## write the API's description anew, after a change of the API that is meant
	@$(CHECK_ENV) $(PY) manage.py spectacular --lang en --fail-on-warn --validate --file tests/api/schema.yml

bench: install ## run every measurement in bench/, one after the other
	@for file in $(sort $(wildcard bench/*.py)); do echo "== $$file"; $(PY) $$file || exit 1; done

# Texts of schedules/ go to its own catalogue; those of stockura/ and templates/ to stockura/locale.
MESSAGES := -l ja --no-location --no-wrap --ignore '.venv' --ignore 'var' --ignore 'staticfiles' --ignore 'tests'

messages: install ## collect texts for translation into Japanese, and compile them
	@command -v msgfmt >/dev/null || { echo 'There is no msgfmt on this machine. On Debian and Ubuntu: apt-get install gettext' >&2; exit 1; }
	@mkdir -p schedules/locale stockura/locale
	@$(CHECK_ENV) $(PY) manage.py makemessages $(MESSAGES)
	@$(CHECK_ENV) $(PY) manage.py makemessages $(MESSAGES) -d djangojs --ignore 'vendor' --ignore '*.min.js'
	@$(CHECK_ENV) $(PY) manage.py compilemessages -l ja --ignore '.venv'

screenshots: install ## make the pictures of the README anew
	@$(PY) scripts/screenshots.py

outdated: install ## list newer versions of the pinned packages
	@$(PY) -m pip list --outdated

clean: ## delete caches and .venv; the data in var/ and .env stay
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis staticfiles
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
