# The few things one does with a checkout. Each target makes what it needs; nothing is installed outside .venv.
PYTHON ?= python3
BIN := .venv/bin
DEMO := demo

.PHONY: demo serve test test-browser test-real campaign bench lint clean

demo: .venv/.installed
	@$(BIN)/litkb demo $(DEMO)

serve: demo
	@$(BIN)/litkb serve $(DEMO)/kb.db

test: .venv/.tested
	$(BIN)/pytest -q -n 2

test-browser: .venv/.browser
	$(BIN)/pytest -q -m browser tests

test-real: .venv/.tested
	$(BIN)/pytest -q -n 2 -m real tests

campaign: .venv/.tested
	$(BIN)/pytest -q -n 2 -m campaign tests

bench: .venv/.bench
	@missed=0; for script in tests/benchmarks/bench_*.py; do \
	    echo "== $$script"; $(BIN)/python -m tests.benchmarks.$$(basename $$script .py) || missed=1; done; exit $$missed

lint: .venv/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/.made:
	$(PYTHON) -m venv .venv
	@touch $@

# constraints.txt holds the versions that ran together; a release of a library cannot break a checkout.
.venv/.installed: .venv/.made pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/.tested: .venv/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

.venv/.browser: .venv/.tested
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,browser]'
	@touch $@

.venv/.bench: .venv/.tested
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,bench]'
	@touch $@

clean:
	rm -rf .venv $(DEMO) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
