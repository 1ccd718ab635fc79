# Hadir. `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= var
PORT ?=
CHROMIUM ?= /usr/bin/chromium
PYTEST_ARGS ?=
MINUTES ?= 30
SEED ?=
# Test files at once. Each worker starts engines of its own, on free ports.
TEST_WORKERS ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export CHROMIUM

INSTALL := $(BIN)/python -m pip install --quiet --require-hashes -r
CATALOGUES := $(wildcard services/*/translations/*/LC_MESSAGES/*.po shared/translations/*/LC_MESSAGES/*.po)
NODE_BIN := node_modules/.bin

.PHONY: help setup setup-dev run chaos story test lint format reset status lock env licences

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: setup ## Start everything (PORT=8080 chooses the port, DATA=var the directory); Ctrl-C stops it
	@exec $(BIN)/python -m stack --data $(DATA) run $(if $(PORT),--port $(PORT))

chaos: setup-dev ## Let the parts of the whole system fail under load (MINUTES=30, SEED=…), and count what was lost
	@exec $(BIN)/python -m tests.chaos --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

story: setup-dev ## Replay the reference day through the real system, and count it
	@exec $(BIN)/python -m tests.story

test: setup-dev lint ## Lint, type-check and run all tests (PYTEST_ARGS="-k door" for some)
	$(BIN)/python -m pytest --numprocesses $(TEST_WORKERS) --dist loadfile $(PYTEST_ARGS)

lint: setup-dev ## Check style and types of Python and JavaScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(NODE_BIN)/eslint --max-warnings 0 .
	$(NODE_BIN)/tsc --project tsconfig.json
	$(NODE_BIN)/tsc --project tsconfig.worker.json

format: setup-dev ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

reset: setup ## Delete all data of `make run` (refuses while it runs)
	@$(BIN)/python -m stack --data $(DATA) reset

status: setup ## Show which processes of `make run` are up
	@$(BIN)/python -m stack --data $(DATA) status

env: setup ## Make .env with new secrets for docker-compose.yml (keeps an existing one)
	@$(BIN)/python -m stack env

setup: $(VENV)/.stack node_modules/.installed $(CATALOGUES:.po=.mo) ## Install what `make run` needs into .venv

setup-dev: setup $(VENV)/.dev node_modules/.installed-dev chromium ## Install what the tests need as well

$(VENV)/pyvenv.cfg:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install Python 3.11 or newer, or set PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python cannot make virtual environments here. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(VENV)/.stack: requirements/stack.txt | $(VENV)/pyvenv.cfg
	@echo "Memasang pustaka · installing libraries (once)"
	@$(INSTALL) $<
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.stack
	@echo "Memasang alat uji · installing what the tests need (once)"
	@$(INSTALL) $<
	@touch $@

node_modules/.installed: package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 18 or newer" >&2; exit 1; }
	@npm ci --ignore-scripts --omit=dev --silent
	@touch $@

# npm ci empties node_modules first, and with it the other stamp.
node_modules/.installed-dev: package-lock.json node_modules/.installed
	@npm ci --ignore-scripts --silent
	@touch node_modules/.installed $@

%.mo: %.po | $(VENV)/.stack
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

.PHONY: chromium
chromium:
	@test -x "$(CHROMIUM)" || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Memasang Chromium · installing Chromium for the browser tests (once)"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; \
	else \
		echo "The browser tests need Chromium: sudo apt install chromium, or CHROMIUM=/path/to/chrome make test" >&2; exit 1; \
	fi

licences: setup-dev ## Write docs/licences.md from what is installed
	@$(BIN)/python -m stack.licences

lock: $(VENV)/pyvenv.cfg ## Write requirements/*.txt from *.in (UPGRADE=--upgrade for newer versions)
	@test -x $(VENV)/lock/bin/uv || { $(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install --quiet uv; }
	@for name in base stack dev; do \
		$(VENV)/lock/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-emit-find-links \
			--python-version 3.11 $(UPGRADE) --output-file requirements/$$name.txt requirements/$$name.in; \
	done
