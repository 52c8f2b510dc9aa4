# The one list of commands. `make run` and `make test` set themselves up on a fresh machine.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WORLD  := runs/safety/world.npz
MADE   := runs/safety/generated.npz
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt

export HF_HUB_OFFLINE := 1

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench bench-generation bench-robustness bench-provenance \
        bench-registry bench-verification bench-safety train train-safety clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp ## set up, render a first clip, and start the studio (Ctrl-C stops it)
	@exec $(BIN)/python manage.py studio

test: $(VENV)/test.stamp ## set up and run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/test.stamp ## ruff, mypy --strict on the engines, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/test.stamp ## let ruff write the formatting
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/test.stamp ## time of each pipeline stage, of a verification, size of an install
	$(BIN)/python -m benchmarks.pipeline

bench-generation: $(VENV)/test.stamp ## adherence, speed and memory of the embedded model
	$(BIN)/python -m benchmarks.generation

bench-robustness: $(VENV)/test.stamp ## what the watermark survives, and what it does not
	$(BIN)/python -m benchmarks.robustness

bench-provenance: $(VENV)/test.stamp ## damage to signed files, cost of signing and verifying
	$(BIN)/python -m benchmarks.provenance

bench-registry: $(VENV)/test.stamp ## look-ups among 10^3 to 10^6 clips (POSTGRESQL=address of a database to make anew)
	$(BIN)/python -m benchmarks.registry $(if $(POSTGRESQL),--postgresql $(POSTGRESQL))

bench-verification: $(VENV)/test.stamp ## time of a verification through the web, cost of the sandbox
	$(BIN)/python -m benchmarks.verification

bench-safety: $(VENV)/test.stamp $(WORLD) $(MADE) ## figures of the safety gates into docs/safety.md (DATA=folder of the text sets)
	$(BIN)/python -m benchmarks.safety --world $(WORLD) --generated $(MADE) --write docs/safety.md $(if $(DATA),--data $(DATA))

$(WORLD): | $(VENV)/test.stamp
	$(BIN)/python -m benchmarks.safety.world_frames --out $@

$(MADE): | $(VENV)/test.stamp
	$(BIN)/python -m benchmarks.safety.generated_frames --out $@

train-safety: $(VENV)/test.stamp $(WORLD) $(MADE) ## train the safety classifiers, fit thresholds, write cards (DATA=folder of the text sets)
	$(BIN)/python -m safety.training --world $(WORLD) --generated $(MADE) $(if $(DATA),--data $(DATA))

train: $(VENV)/run.stamp ## train the embedded model from scratch (goes on from what is in runs/)
	$(BIN)/python -m generation.embedded.train_codec
	$(BIN)/python -m generation.embedded.dataset
	$(BIN)/python -m generation.embedded.train
	$(BIN)/python -m generation.embedded.train_perception
	$(BIN)/python -m generation.embedded.train_judge

clean: ## remove the virtual environment and caches (never var/: it holds keys and clips)
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) deploy/check_system.py run
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: $(VENV)/bin/python pyproject.toml constraints.txt
	@$(BIN)/python deploy/check_system.py run
	@echo "Installing the pinned dependencies …"
	$(PIP) -e .
	@touch $@

$(VENV)/test.stamp: $(VENV)/bin/python pyproject.toml constraints.txt
	@$(BIN)/python deploy/check_system.py test
	@echo "Installing the pinned dependencies …"
	$(PIP) -e '.[dev]'
	$(PIP) --no-deps open_clip_torch==3.3.0
	@touch $@ $(VENV)/run.stamp
