# What a newcomer types: make run. Everything is installed into .venv; python3 (3.11 or later) and make are enough.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUN    := $(VENV)/.runtime-installed
DEV    := $(VENV)/.tools-installed

# Most of the time the end-to-end tests wait for sound, so four share two cores; a module stays with one process and its
# server. The order is tests/conftest.py's.
BOTH_CORES := -n 4 --dist loadfile --no-loadscope-reorder

# Each of the many processes of a run of the tests would compile all of it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-slow check fix demo bench bench-peers screenshots clean

run: $(RUN)              ## migrate, make the demo account, serve on PORT (8000)
	@$(BIN)/python manage.py bootstrap
	@exec $(BIN)/python -m project.serve

demo: $(RUN)             ## two synthetic callers meet; prints the path of their recording
	@$(BIN)/python manage.py demo

test: $(DEV)             ## the suite, on SQLite and (where there is one) on PostgreSQL
	$(BIN)/python -m pytest -q -m "not slow" $(BOTH_CORES)
	$(BIN)/python -m tests.on_postgresql -m "not slow" $(BOTH_CORES)

test-slow: $(DEV)        ## what takes minutes: thousands of webhooks, mutated files, all of the music
	$(BIN)/python -m pytest -q -m slow

check: $(DEV)            ## style, lint, types, imports, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy manage.py project conference_app media_engine tests
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING

fix: $(DEV)              ## mend what can be mended by a tool
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV)            ## take the figures of docs/benchmarks.md again
	@$(BIN)/python -m tests.benchmarks; server=$$?; $(BIN)/python -m tests.benchmarks.faults || server=1; \
	$(BIN)/python -m tests.benchmarks.sound && exit $$server

bench-peers: $(DEV)      ## the same of Janus (apt-get install janus) and the floor (gcc, libssl-dev), beside ours
	$(BIN)/python -m tests.benchmarks.peers

screenshots: $(DEV)      ## take the pictures of docs/screenshots again (chromium)
	$(BIN)/python -m tests.browser.screenshots

clean:                   ## remove what was installed; not your data (var/)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Confab needs Python 3.11 or later: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(RUN)
