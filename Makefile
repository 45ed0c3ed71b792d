# Weir: `make run` and `make test` are all a fresh machine needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
MODELS := $(shell find dbt_project/models -name '*.sql')
LINTED := dbt_project/target/.linted
export DAGSTER_DISABLE_TELEMETRY := yes
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: run test install ui bench bench-restore bench-bi soak faults-inputs faults-kills lint clean

run: install
	$(BIN)/weir run --demo-if-empty

test: install lint
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder tests

lint: install $(LINTED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Parsing SQL takes most of the time of linting, so only models that changed since they last passed are parsed again; all
# are when what they are judged by has changed.
$(LINTED): $(MODELS) dbt_project/.sqlfluff $(wildcard dbt_project/macros/*) requirements.lock | $(STAMP)
	$(BIN)/sqlfluff lint -q --processes 0 $(if $(filter-out $(MODELS),$?),dbt_project/models,$?)
	mkdir -p $(@D)
	touch $@

install: $(STAMP)

ui: install
	$(BIN)/weir ui

bench: install
	$(BIN)/python -m tests.benchmarks

GIGABYTES ?= 5
bench-restore: install
	$(BIN)/python -m tests.benchmarks.restore_drill --gigabytes $(GIGABYTES)

bench-bi: install
	$(BIN)/python -m tests.benchmarks.bi_clients

COUNT ?= 1000000
SEED ?= 0
soak: install
	$(BIN)/python -m tests.soak --count $(COUNT) --seed $(SEED)

faults-inputs: install
	$(BIN)/python -m tests.faults.mutated --count 200 --seed $(SEED)
	$(BIN)/python -m tests.faults.published --count 60 --seed $(SEED)

faults-kills: install
	$(BIN)/python -m tests.faults.killed --count 200 --seed $(SEED)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

clean:
	rm -rf $(VENV) var *.egg-info
