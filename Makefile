# Two commands for a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEPENDENCIES := setup.cfg pyproject.toml

.PHONY: demo test test-slow lint docs notebooks bench calibrate clean

demo: $(STAMP)-run
	$(BIN)/hotspots demo --out out/juarez

test: $(STAMP)-test
	$(BIN)/python -m pytest -n auto --dist loadfile

test-slow: $(STAMP)-test
	$(BIN)/python -m pytest -m slow

lint: $(STAMP)-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg

docs: $(STAMP)-docs
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

notebooks: $(STAMP)-notebooks
	$(BIN)/python notebooks/run_notebooks.py

bench: $(STAMP)-test
	$(BIN)/python -m benchmarks

calibrate: $(STAMP)-test
	$(BIN)/python -m benchmarks.calibrate

clean:
	rm -rf $(VENV) out build dist docs/_build docs/api/generated docs/notebooks docs/jupyter_execute

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
