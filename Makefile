# The few things one does with a checkout. Each target makes what it needs; nothing is installed outside .venv.
PYTHON ?= python3
BIN := .venv/bin
DEMO := demo
unexport PYTHONDONTWRITEBYTECODE  # many tests start the program: it is compiled once

.PHONY: demo serve test test-browser test-real campaign bench lint clean

demo: .venv/.installed
	@$(BIN)/litkb demo $(DEMO)

serve: demo
	@$(BIN)/litkb serve $(DEMO)/kb.db

# A third process works while the others wait for servers and disks.
test: .venv/.tested
	$(BIN)/pytest -q -n 3 --dist worksteal

test-browser: .venv/.browser
	$(BIN)/pytest -q -m browser tests

test-real: .venv/.tested
	$(BIN)/pytest -q -n 2 -m real tests

campaign: .venv/.tested
	$(BIN)/pytest -q -n 2 -m campaign tests
	$(BIN)/pytest -q -n 2 --hypothesis-profile explore -m 'hypothesis and not (campaign or real or browser)' tests

bench: .venv/.bench
	@missed=0; for script in tests/benchmarks/bench_*.py; do \
	    echo "== $$script"; $(BIN)/python -m tests.benchmarks.$$(basename $$script .py) || missed=1; done; exit $$missed

lint: .venv/.linted
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/.made:
	@echo "Making .venv"
	@$(PYTHON) -m venv .venv
	@touch $@

# constraints.txt holds the versions that ran together; a release of a library cannot break a checkout.
# Modules are compiled when they are used: few of them are.
INSTALL = @echo "Installing litkb and what it needs into .venv: half a minute, more where the network is slow"; \
    $(BIN)/pip install --quiet --no-compile --disable-pip-version-check -c constraints.txt -e

.venv/.installed: .venv/.made pyproject.toml constraints.txt
	$(INSTALL) .
	@touch $@

.venv/.tested: .venv/.made pyproject.toml constraints.txt
	$(INSTALL) '.[test]'
	@touch .venv/.installed $@

.venv/.linted: .venv/.tested
	$(INSTALL) '.[test,lint]'
	@touch $@

.venv/.browser: .venv/.tested
	$(INSTALL) '.[test,browser]'
	@touch $@

.venv/.bench: .venv/.tested
	$(INSTALL) '.[test,bench]'
	@touch $@

clean:
	rm -rf .venv $(DEMO) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
