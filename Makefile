# What people and CI call. `make run` serves the demo, `make test` tests everything; both set up what they need.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PORT ?= 8000
# Tests wait for browsers and databases: more of them at once than there are cores.
JOBS ?= 4
# A file is one worker's; the files that ask a database come first, small pure ones fill up the end.
SHARED_OUT = -n $(JOBS) --dist loadfile --no-loadscope-reorder
# The databases of tests need no disk: they lie in memory where there is room for them.
MEMORY = $(shell [ "$$(df --output=avail -k /dev/shm 2> /dev/null | tail -n 1)" -gt 2000000 ] 2> /dev/null && echo /dev/shm || echo /tmp)
# The first Python that runs and is new enough; set PYTHON=… to choose another.
PYTHON ?= $(shell for one in python3 python3.13 python3.12 python3.11; do \
  $$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$one && break; done)
BIN := .venv/bin

.PHONY: help run look test test-sqlite test-postgres lint faults faults-mutants bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is needed (with its venv module: python3-venv)."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.installed: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: export DEBUG := 1
run: export DATABASE_URL := # the embedded database, whatever the shell says
run: .venv/.installed ## serve the demo on port 8000 (PORT=…), on an embedded database
	@$(BIN)/python manage.py demo
	@nice $(BIN)/python manage.py settle --loop & settle=$$!; trap "kill $$settle 2>/dev/null || true" EXIT; \
	  $(BIN)/gunicorn --config gunicorn.conf.py --bind 0.0.0.0:$(PORT)

# What one process has compiled the next one reads, whatever the shell says.
test test-sqlite test-postgres lint: export PYTHONDONTWRITEBYTECODE :=
test: .venv/.installed-dev ## install what the tests need, then pass all of them on SQLite and PostgreSQL
	@tests/system/packages.sh
	@$(MAKE) --no-print-directory lint test-sqlite test-postgres

test-sqlite: .venv/.installed-dev ## all tests on SQLite
	$(BIN)/pytest $(SHARED_OUT) $(ARGS)

test-postgres: .venv/.installed-dev ## all tests on a PostgreSQL of their own
	PLACE=$(MEMORY) tests/system/postgres.sh $(BIN)/pytest $(SHARED_OUT) $(ARGS)

lint: .venv/.installed-dev ## style, types, missing migrations, old browsers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy & types=$$!; \
	  DEBUG=1 $(BIN)/python -W ignore manage.py makemigrations --check --dry-run; \
	  tests/system/es2019.sh; \
	  wait $$types

faults: .venv/.installed ## sit an exam under faults on both databases (docs/reliability.md; ARGS=…)
	@tests/system/packages.sh
	$(BIN)/python -m tests.faults --phones 40 --seconds 60 --seed 1 --database both $(ARGS)

faults-mutants: .venv/.installed ## plant bugs on purpose: each must be caught by the fault harness
	@tests/system/packages.sh
	$(BIN)/python -m tests.faults.mutants $(ARGS)

look: .venv/.installed-dev ## photograph every page of the demo that is being served (tests/look.py; ARGS=…)
	$(BIN)/python -m tests.look $(ARGS)

bench: .venv/.installed-dev ## the benchmarks of docs/benchmarks.md
	$(BIN)/python -m benchmarks $(ARGS)

clean: ## forget the demo's data and all that was installed
	rm -rf var .venv .pytest_cache .mypy_cache .ruff_cache
