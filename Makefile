# One word each. Only python3 (3.11 or later), pip and make have to be there.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: run test coverage test-postgresql lint format docs client wheel bench clean

## run: a demo article with comments under it; what is in ./var is kept
run: $(VENV)/installed
	$(BIN)/comment-widget demo

## test: every test on SQLite
test: $(VENV)/ready-to-test examples/node_modules/.package-lock.json
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(TESTS)

## coverage: the same, and which lines no test runs
coverage: $(VENV)/ready-to-test examples/node_modules/.package-lock.json
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile \
		--cov --cov-report=term:skip-covered $(TESTS)

## test-postgresql: every test that uses the database, on a PostgreSQL that they start
test-postgresql: $(VENV)/ready-to-test examples/node_modules/.package-lock.json
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --database postgresql $(TESTS)

## lint: style, types, layers, and whether the built client files are those of its sources
lint: $(VENV)/ready-to-test node_modules/.package-lock.json
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm run --silent check
	npm run --silent verify
	$(BIN)/python docs/generate.py --check
	$(BIN)/python docs/catalogues.py check

## format: put everything into shape
format: $(VENV)/ready-to-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

## docs: write the reference pages from the docstrings
docs: $(VENV)/ready-to-test
	$(BIN)/python docs/generate.py

## client: build the browser client from static/src and the catalogues
client: $(VENV)/ready-to-test node_modules/.package-lock.json
	$(BIN)/python docs/catalogues.py update
	$(BIN)/python docs/catalogues.py build
	npm run --silent build

## wheel: a wheel in dist/, by way of the source distribution
wheel: $(VENV)/ready-to-test
	$(BIN)/python -m build

## bench: the read path beside a bare WSGI callable; sizes of the client
bench: $(VENV)/ready-to-test
	$(BIN)/python benchmarks/sizes.py
	$(BIN)/python benchmarks/read.py

## locks: resolve the dependencies anew (needs uv)
locks:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate pyproject.toml --all-extras --group dev \
		-o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist node_modules examples/node_modules examples/build .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed.")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(BIN)/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps -e .
	touch $@

$(VENV)/ready-to-test: $(VENV)/installed requirements-dev.lock .ci/tools
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	bash .ci/tools $(BIN)/python
	touch $@

node_modules/.package-lock.json: package-lock.json
	npm ci --silent
	touch $@

# What the recipes are built with, for their tests. Not "npm ci": that wants the optional packages
# of every other platform in the lock, and npm doesn't write them there.
examples/node_modules/.package-lock.json: examples/package-lock.json
	npm install --no-save --silent --prefix examples
	touch $@
