# make demo    the whole journey on generated data        make lint    ruff and mypy
# make test    lint and all tests                         make bench   the budgets, measured
# make quality the answers against other methods, on the interactions.csv and items.csv in the folder DATA=
#
# Needs Python 3.11 or newer and nothing else. PYTHON= chooses the interpreter, VENV= the folder of the environment,
# PYTEST_ARGS= and BENCH_ARGS= are handed on.

PYTHON      ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
                 $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV        ?= .venv
PYTEST_ARGS ?= -n auto --dist loadfile
BENCH_ARGS  ?=
DATA        ?=

BIN  := $(VENV)/bin
CODE := pytest_personalize tests benchmarks $(wildcard examples)

.PHONY: demo test lint bench quality clean

demo: $(VENV)/.installed
	$(BIN)/python -m pytest_personalize demo

# Bytecode lies in the environment, even for who wants none beside the code: the tests start a hundred processes.
test: lint
	env -u PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX=$(abspath $(VENV))/bytecode $(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.installed-test
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy

bench: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

quality: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.quality $(DATA)

clean:
	rm -rf $(VENV) .venv-ci build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps hold until pyproject.toml changes; the install is editable, so changes of the code need none.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-test: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@ $(VENV)/.installed

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer on PATH; name one with PYTHON=" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
