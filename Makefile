# make demo    the whole journey on generated data        make lint    ruff, mypy and zizmor
# make test    lint and all tests                         make bench   the budgets, measured
# make quick   the tests of what answers a call, in a minute and in one process
# make package sdist and wheel in dist/, checked          make docs    the pages of docs/, in build/docs
# make quality the answers against other methods, on the interactions.csv and items.csv in the folder DATA=
# make coverage what no test passes through              make mutants what no test notices, drawn by SEED=, NUMBER= a room
# make fuzz    bytes that atheris thinks of, for MINUTES=
#
# Needs Python 3.11 or newer and nothing else. PYTHON= chooses the interpreter, VENV= the folder of the environment,
# PYTEST_ARGS= and BENCH_ARGS= are handed on.

PYTHON      ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
                 $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV        ?= .venv
PYTEST_ARGS ?= -n auto --dist loadfile
BENCH_ARGS  ?=
DATA        ?=
SEED        ?= 1
NUMBER      ?= 120
MINUTES     ?= 60

BIN  := $(VENV)/bin
# What is imported is compiled then: a tenth of what is installed.
PIP  := $(BIN)/python -m pip install --quiet --no-compile
CODE := pytest_personalize tests benchmarks $(wildcard docs examples)

.PHONY: demo test lint style types suite quick docs package bench quality coverage mutants fuzz clean

demo: $(VENV)/.installed
	$(BIN)/python -m pytest_personalize demo

# Types are checked while the tests run, some of which wait for something.
test: style
	@$(MAKE) --no-print-directory --jobs 2 types suite

lint: style types

style: $(VENV)/.installed-test
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/zizmor --offline --no-progress --quiet .github

types: $(VENV)/.installed-test
	$(BIN)/mypy

# Bytecode lies in the environment, even for who wants none beside the code: the tests start a hundred processes.
suite: $(VENV)/.installed-test
	env -u PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX=$(abspath $(VENV))/bytecode $(BIN)/python -m pytest $(PYTEST_ARGS)

quick: $(VENV)/.installed-test
	$(BIN)/python -m pytest -q $(addprefix tests/,data filters journeys recommenders service shapes)

# The wheel is built from the sdist, as it is by who packages it anew.
package: $(VENV)/.installed-package
	rm -rf dist
	$(BIN)/python -m build --no-isolation >/dev/null
	$(BIN)/twine check --strict dist/*
	$(BIN)/check-wheel-contents dist/*.whl

bench: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

docs: $(VENV)/.installed-docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --nitpicky -E -q docs build/docs
	@echo "build/docs/index.html"

quality: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.quality $(DATA)

coverage: $(VENV)/.installed-test
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(PYTEST_ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

mutants: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.mutants --seed $(SEED) --number $(NUMBER)

fuzz: $(VENV)/.installed-test
	$(PIP) atheris
	$(BIN)/python -m tests.proof.fuzz $(MINUTES)

clean:
	rm -rf $(VENV) .venv-ci build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* .mutants.json
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps hold until pyproject.toml changes; the install is editable, so changes of the code need none.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(PIP) --editable .
	touch $@

$(VENV)/.installed-test: pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[test]'
	touch $@ $(VENV)/.installed

$(VENV)/.installed-package: pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[package]'
	touch $@ $(VENV)/.installed

$(VENV)/.installed-docs: pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[docs,hypothesis,server]'
	touch $@ $(VENV)/.installed

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer on PATH; name one with PYTHON=" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$@ -m pip install --quiet --upgrade pip # that of Python 3.11 takes three times as long for what follows
