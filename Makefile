# make demo   train a digit classifier with gradients from s2s_ad, and show generated code
# make test   the whole test suite
# make bench  gradient times against hand-written gradients and other libraries
# make fuzz   the property tests with many more examples, and random programs (SEEDS="0 2000")
# make lint   what the pre-commit hooks check

PYTHON ?= python3
VENV ?= .venv
STEPS ?= 2000
SEEDS ?= 0 2000
OUT ?= examples/out
PYTEST_ARGS ?=

BIN = $(VENV)/bin

.PHONY: help demo test fast bench fuzz lint clean

help:
	@sed -n -e '/^$$/q' -e 's/^# //p' Makefile

demo: $(VENV)/.installed-examples
	$(BIN)/ad-dump examples/tutorial.py:taylor_sine --args 0.5
	$(BIN)/python examples/digits.py --steps $(STEPS) --out $(OUT)

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

# The fast part of the suite, with the few packages that it needs.
fast: $(VENV)/.installed-test
	$(BIN)/python -m pytest -m "not slow" $(PYTEST_ARGS)

bench: $(VENV)/.installed-bench
	$(BIN)/python benchmarks/run.py

fuzz: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto --hypothesis-profile=fuzz $(PYTEST_ARGS)
	PYTHONPATH=tests $(BIN)/python -m fuzz $(SEEDS)
	PYTHONPATH=tests $(BIN)/python -m fuzz.writes $(SEEDS)
	PYTHONPATH=tests $(BIN)/python -m fuzz.containers $(SEEDS)
	PYTHONPATH=tests $(BIN)/python -m fuzz.maps $(SEEDS)
	PYTHONPATH=tests $(BIN)/python -m fuzz.items $(SEEDS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) $(OUT)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	    { rm -rf $(VENV); echo "No virtual environment; on Debian: apt install python3-venv" >&2; exit 1; }

# One stamp for each extra; it is renewed when the dependencies may have changed.
$(VENV)/.installed-%: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@
