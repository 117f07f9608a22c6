# Two commands for a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOWEST := .venv-lowest
ESLINT := node_modules/.package-lock.json
DEPENDENCIES := setup.cfg pyproject.toml

.PHONY: demo test test-slow test-lowest mutations lint lint-python lint-scripts licenses docs notebooks bench calibrate clean

demo: $(STAMP)-run
	$(BIN)/hotspots demo --out out/juarez

test: $(STAMP)-test
	$(BIN)/python -m pytest -n auto --dist loadfile

test-slow: $(STAMP)-test
	$(BIN)/python -m pytest -m slow

# The core: what reads files, draws polygons, writes results and reaches each extra, where versions
# differ. Left out are browsers, peers and documentation.
CORE := tests/assignment tests/incidents tests/layers tests/polygons tests/priority tests/project \
	tests/spatial tests/tables tests/geocoding/online tests/maps/pictures tests/maps/save \
	tests/clusters/local/test_getis_ord.py tests/clusters/risk/test_funnel.py tests/test_surface.py
PEERS := tests/layers/test_areal.py::test_tobler_agrees

# The lowest versions that setup.cfg allows run a sample city and the core of the tests.
test-lowest: $(LOWEST)/.installed
	$(LOWEST)/bin/hotspots demo --city tumbes --out out/lowest
	$(LOWEST)/bin/python -m pytest -n auto --dist loadfile -m "not slow and not browser" \
		$(CORE) --deselect $(PEERS)

# Small faults put into a copy of the code, and whether a test notices; ARGS="--room maps", say.
mutations: $(STAMP)-test
	$(BIN)/python -m tests.mutations $(ARGS)

lint: lint-python lint-scripts

lint-python: $(STAMP)-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg

lint-scripts: $(ESLINT)
	node_modules/.bin/eslint --max-warnings 0 hotspots tests

# What a user's installation brings: no GPL, and the libraries inside wheels as the docs name them.
licenses: $(STAMP)-licenses
	$(BIN)/python -m tests.licenses

docs: $(STAMP)-docs
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

notebooks: $(STAMP)-notebooks
	$(BIN)/python notebooks/run_notebooks.py

bench: $(STAMP)-test
	$(BIN)/python -m benchmarks

calibrate: $(STAMP)-test
	$(BIN)/python -m benchmarks.calibrate

clean:
	rm -rf $(VENV) $(LOWEST) node_modules out build dist docs/_build docs/api/generated docs/notebooks docs/jupyter_execute

$(BIN)/python:
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'hotspots needs Python 3.11 or newer; say which with make PYTHON=python3.11')"
	$(PYTHON) -m venv $(VENV)

# One stamp for each set of extras: what is installed is not installed again.
$(STAMP)-run: $(BIN)/python $(DEPENDENCIES)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(STAMP)-%: $(BIN)/python $(DEPENDENCIES)
	$(BIN)/python -m pip install --quiet --editable ".[$*]"
	touch $@

# Made anew each time, since uv keeps what is installed. The lowest versions have wheels for
# Python 3.11, which uv fetches where there is none.
$(LOWEST)/.installed: $(BIN)/python $(DEPENDENCIES)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv venv --quiet --clear --python 3.11 $(LOWEST)
	$(BIN)/uv pip install --quiet --python $(LOWEST)/bin/python --resolution lowest-direct \
		--editable ".[test-core]"
	touch $@

# ESLint for the page's scripts, at the versions of package-lock.json; nothing of it is shipped.
$(ESLINT): package.json package-lock.json
	@command -v npm >/dev/null || { echo >&2 "make lint: there is no npm here, and ESLint, which looks through the page's scripts, comes by it. Install it (Debian and Ubuntu: apt-get install npm)."; exit 1; }
	npm ci --ignore-scripts --no-audit --no-fund --silent
	touch $@
