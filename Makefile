# Weir: `make run` and `make test` are all a fresh machine needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export DAGSTER_DISABLE_TELEMETRY := yes
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: run test install ui bench soak lint clean

run: install
	$(BIN)/weir run --demo-if-empty

test: install lint
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder tests

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint -q dbt_project/models

install: $(STAMP)

ui: install
	$(BIN)/weir ui

bench: install
	$(BIN)/python -m tests.benchmarks

COUNT ?= 1000000
SEED ?= 0
soak: install
	$(BIN)/python -m tests.soak --count $(COUNT) --seed $(SEED)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

clean:
	rm -rf $(VENV) var *.egg-info
