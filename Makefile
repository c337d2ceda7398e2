# Each target sets up what it needs. Look at the values with: make help
PYTHON = $(firstword $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c $(FITS) 2>/dev/null && echo $$p; done) python3)
ARGS =

# dbt-core 1.11 does not run on Python 3.14
FITS = 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'
BIN = .venv/bin
# modules share nothing, the tests within one share a warehouse
PYTEST = pytest -n 2 --dist loadfile --no-loadscope-reorder
# the dbt templater knows neither functions/ nor macros
LINTED_SQL = models $(wildcard tests/dbt/*.sql tests/dbt/drift/*.sql)
MADE = .venv .venv-bench .venv-vocabularies .postgres target logs build .hypothesis \
	.schemathesis \
	.mypy_cache .pytest_cache .ruff_cache .import_linter_cache hq_warehouse.egg-info
# what ours is measured beside; they bring versions of their own (bench/peers.txt)
PEERS = 'dlt[postgres]' meltanolabs-target-postgres 'datasette<0.66'

# another checkout's or another Python's settings have no business here
unexport HQ_PROJECT_DIR PYTHONHOME PYTHONPATH VIRTUAL_ENV

.PHONY: help demo test test-long lint lint-python lint-sql bench docs screenshots vocabularies clean

help:
	@echo 'make demo        set up, load examples/ into the embedded PostgreSQL, build, show the result'
	@echo 'make test        lint, and run the tests of every change (a quarter of an hour)'
	@echo 'make test-long   run what is left out there: every kill, every mutant, more histories'
	@echo 'make lint        ruff, mypy, import-linter and sqlfluff'
	@echo 'make bench       measure, beside other programs (ARGS="..." goes to bench/run.py, as --help does)'
	@echo 'make docs        every table and column on one page, target/static_index.html; docs/tables.md'
	@echo 'make screenshots  docs/images, what the README shows of the pages; CHROMIUM=/usr/bin/chromium'
	@echo 'make vocabularies  renew the lists in seeds/vocabularies from the packages of its renew.txt'
	@echo 'make clean       stop the embedded PostgreSQL; remove its data and all else made here'
	@echo 'PYTHON=...       the Python to set up with, 3.11 to 3.13; now $(PYTHON)'

demo: .venv/.runs
	@$(BIN)/ingest demo $(ARGS)

test: lint
	$(BIN)/$(PYTEST) $(ARGS)

test-long: .venv/.develops
	$(BIN)/$(PYTEST) -m long $(ARGS)

# both at once; what they say does not mingle where make can keep it apart
lint: .venv/.develops
	@$(MAKE) --no-print-directory -j 2 \
		$(if $(filter output-sync,$(.FEATURES)),--output-sync=target) lint-python lint-sql

lint-python: .venv/.develops
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# sqlfluff compiles the models with dbt, which wants some database: the embedded one will do
lint-sql: .venv/.develops
	$(BIN)/sqlfluff lint --disable-progress-bar --templater placeholder ingest hq_api
	unset PGHOSTADDR PGSERVICE PGDATABASE && eval "$$($(BIN)/ingest db env)" \
		&& $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar $(LINTED_SQL)

# the peers may fail to install: then the others are measured without them
bench: .venv/.develops
	@$(MAKE) --no-print-directory .venv-bench/.installed || echo 'Measured without them.' >&2
	$(BIN)/python bench/run.py $(ARGS)

.venv-bench/.installed: bench/peers.txt | .venv/bin/python
	@echo 'Setting up .venv-bench, the programs to measure beside (a minute, once) ...' >&2
	@$(BIN)/python -m venv .venv-bench
	@missing=; for peer in $(PEERS); do .venv-bench/bin/python -m pip install -qq \
		--disable-pip-version-check -c bench/peers.txt "$$peer" \
		|| missing="$$missing $$peer"; done; \
		if [ -n "$$missing" ]; then echo "not installed:$$missing" >&2; exit 1; fi
	@touch $@

docs: .venv/.runs
	$(BIN)/ingest init
	$(BIN)/ingest dbt --quiet docs generate --static
	$(BIN)/python docs/er_diagram.py target/manifest.json docs/tables.md
	@echo 'Every table and column: target/static_index.html'
	@echo 'How they are made of each other: docs/tables.md'

screenshots: .venv/.develops
	$(BIN)/python docs/screenshots.py docs/images

# what it changes is reviewed and committed; nothing else needs the packages
vocabularies: .venv-vocabularies/.installed
	.venv-vocabularies/bin/python seeds/vocabularies/renew.py

.venv-vocabularies/.installed: seeds/vocabularies/renew.txt | .venv/bin/python
	@$(BIN)/python -m venv .venv-vocabularies
	@.venv-vocabularies/bin/python -m pip install -qq --disable-pip-version-check --no-deps \
		-r seeds/vocabularies/renew.txt
	@touch $@

# a server must not lose its files while it runs
clean:
	@if [ -x $(BIN)/ingest ]; then $(BIN)/ingest db stop; \
	elif [ -e .postgres/data/postmaster.pid ]; then \
		echo 'The embedded server may be running and .venv is gone: make demo, then make clean.' >&2; \
		exit 1; fi
	rm -rf $(MADE)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c $(FITS) || { echo "HQ needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is" \
		"$$($(PYTHON) --version 2>&1); name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo 'Setting up .venv (a minute, once) ...' >&2
	@$(PYTHON) -m venv .venv

.venv/.runs: .venv/bin/python pyproject.toml constraints.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[api,send]'
	@touch $@

.venv/.develops: .venv/bin/python pyproject.toml constraints.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch .venv/.runs $@
