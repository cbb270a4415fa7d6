# IGNY8 Billing. `make` lists the commands.
PYTHON ?= python3
PORT ?= 8011
WEB_PORT ?= 5173
# Sizes of the long targets. CI runs each at its smallest (.ci/targets).
STEPS ?= 200000
RACERS ?= 64
ROUNDS ?= 200
EXAMPLES ?= 500
BODIES ?= 100000
FAULT_LOAD ?= 400
KILL_EVERY_ACT ?= 1
CUSTOMERS ?= 1000
DAY_STEPS ?= 20000
CONFIRMATIONS ?= 24
PAYMENTS ?= 1000000
MEASUREMENTS ?= 30
LOCK_FLAGS ?= --upgrade
PY := .venv/bin/python
DEV_ENV := DJANGO_ENV=development
PYTEST := $(PY) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --durations 25
FIND_CHROMIUM := command -v chromium || command -v chromium-browser || command -v google-chrome || true

APT_INSTALL = if [ "$$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi; \
	$$sudo apt-get update -q && $$sudo apt-get install -yq --no-install-recommends

# The whole app with its own database, until the command after --exec ends.
RUN_APP = cd backend && data=$$(mktemp -d) && trap 'rm -rf "$$data"' EXIT && \
	CHROMIUM_PATH="$${CHROMIUM_PATH:-$$($(FIND_CHROMIUM))}" $(PY) serve.py --port 8111 --web-port 5273 --data-dir "$$data"

.DEFAULT_GOAL := help
.PHONY: help run dev test check test-backend test-frontend test-e2e soak mutants audit lint format bench screenshots schema status lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: backend/.venv/.installed frontend/dist/index.html ## install and start everything, with demo data
	@cd backend && $(PY) serve.py --port $(PORT) --web-port $(WEB_PORT) $(SERVE_ARGS)

dev: backend/.venv/.installed frontend/node_modules/.installed ## the same, and reload when code changes
	@cd backend && $(PY) serve.py --dev --port $(PORT) --web-port $(WEB_PORT) $(SERVE_ARGS)

test: test-backend test-frontend test-e2e ## run all tests but the longest

test-backend: backend/.venv/.installed frontend/dist/index.html curl
	cd backend && $(PYTEST) -m "not long"

check: backend/.venv/.installed frontend/dist/index.html curl ## run the longer tests: the images, restarts, more faults, steps, rounds and requests (takes half an hour)
	cd backend && THOROUGH=1 $(PYTEST) -m "long or sized"
	THOROUGH=1 $(MAKE) test-e2e CONFIRMATIONS=50

soak: backend/.venv/.installed ## run the long tests: 200,000 steps of the state machine, 200 rounds of races between 64 processes, three years of 1,000 customers, random requests seeded by the date, more faults (takes hours)
	cd backend && THOROUGH=1 STATE_MACHINE_STEPS=$(STEPS) $(PY) -m pytest --randomly-seed=$$(date +%Y%m%d) tests/test_state_machine.py
	cd backend && THOROUGH=1 REAL_YEARS_CUSTOMERS=$(CUSTOMERS) DAYS_MACHINE_STEPS=$(DAY_STEPS) $(PY) -m pytest --randomly-seed=$$(date +%Y%m%d) tests/test_real_years.py tests/test_state_machine_of_days.py
	cd backend && THOROUGH=1 RACERS=$(RACERS) RACE_ROUNDS=$(ROUNDS) $(PY) -m pytest tests/test_races.py
	cd backend && THOROUGH=1 FUZZING_SEED=$$(date +%Y%m%d) FUZZING_EXAMPLES=$(EXAMPLES) BODIES_DRAWN=$(BODIES) $(PY) -m pytest tests/test_fuzzing.py tests/test_fuzzing_bodies.py
	cd backend && THOROUGH=1 KILL_EVERY_ACT=$(KILL_EVERY_ACT) FAULT_LOAD=$(FAULT_LOAD) $(PY) -m pytest tests/test_faults.py tests/test_database_restart.py

mutants: backend/.venv/.installed ## break the code in many ways and check that a test fails each time
	cd backend && $(PY) -m tests.mutants $(MUTANTS)

audit: backend/.venv/.installed frontend/node_modules/.installed ## check the dependencies against lists of known vulnerabilities
	@cd backend && $(PY) -m tests.project.audit

test-frontend: frontend/node_modules/.installed
	cd frontend && npm test

test-e2e: backend/.venv/.installed frontend/dist/index.html chromium
	export BILLING_DUAL_CONTROL_ABOVE=200 CONFIRMATIONS=$(CONFIRMATIONS); $(RUN_APP) --confirmations $(CONFIRMATIONS) \
	--exec "npm --prefix ../frontend run e2e && $(PY) -m tests.leaks"

lint: backend/.venv/.installed frontend/node_modules/.installed ## check style, types, import rules, migrations and the API schema
	cd backend && $(PY) -m ruff check . && $(PY) -m ruff format --check .
	cd backend && $(DEV_ENV) DATABASE_URL=postgres://nobody@localhost/none $(PY) -m mypy
	cd backend && .venv/bin/lint-imports
	cd backend && $(DEV_ENV) $(PY) manage.py makemigrations --check --dry-run
	cd backend && fresh=$$(mktemp) && trap 'rm -f "$$fresh"' EXIT && \
	$(DEV_ENV) $(PY) manage.py spectacular --validate --fail-on-warn --file "$$fresh" && \
	{ diff -u ../docs/openapi.yaml "$$fresh" || { echo "docs/openapi.yaml is behind: make schema"; exit 1; }; }
	cd frontend && npm run lint && npm run check:api

format: backend/.venv/.installed frontend/node_modules/.installed ## format all code
	cd backend && $(PY) -m ruff check --fix . ; $(PY) -m ruff format .
	cd frontend && npm run format

bench: backend/.venv/.installed frontend/dist/index.html chromium ## measure speed: the backend (writes docs/BENCHMARKS.md), and the web app with Lighthouse
	cd backend && $(PY) benchmarks/run.py --payments $(PAYMENTS) --rounds $(MEASUREMENTS) $(BENCH_ARGS)
	$(RUN_APP) --exec "npm --prefix ../frontend run bench"

screenshots: backend/.venv/.installed frontend/dist/index.html chromium ## take screenshots of every page, into docs/screenshots
	$(RUN_APP) --exec "npm --prefix ../frontend run screenshots -- $(SCREENSHOT_ARGS)"

schema: backend/.venv/.installed frontend/node_modules/.installed ## regenerate docs/openapi.yaml and the web app's types
	cd backend && $(DEV_ENV) $(PY) manage.py spectacular --validate --fail-on-warn --file ../docs/openapi.yaml
	cd frontend && npm run generate:api

status: backend/.venv/.installed frontend/node_modules/.installed ## update the counts in docs/IMPLEMENTATION-STATUS.md
	cd backend && $(PY) -m tests.project.status

lock: backend/.venv/.installed ## update the backend's dependencies and lock them by hash
	cd backend && $(PY) -m pip install -q uv && for name in requirements requirements-dev; do \
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header $(LOCK_FLAGS) $$name.in -o $$name.txt; done

clean: ## remove everything installed, built or stored, including the demo database
	rm -rf backend/.venv backend/.data backend/staticfiles backend/.mypy_cache backend/.ruff_cache backend/.pytest_cache
	rm -rf backend/.import_linter_cache frontend/node_modules frontend/dist frontend/lighthouse frontend/test-results frontend/playwright-report
	find backend -name __pycache__ -type d -prune -exec rm -rf {} +

backend/.venv/.installed: backend/requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: install it, or name one with make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv backend/.venv || { echo "Python can't make virtual environments: on Debian, apt install python3-venv"; exit 1; }
	cd backend && $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

frontend/node_modules/.installed: frontend/package-lock.json
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' || { echo "Node 20.19 or newer is needed: https://nodejs.org"; exit 1; }
	cd frontend && npm ci --no-audit --no-fund
	@touch $@

frontend/dist/index.html: frontend/node_modules/.installed $(shell find frontend/src frontend/public frontend/index.html frontend/vite.config.ts -type f 2>/dev/null)
	cd frontend && npm run build

.PHONY: chromium curl
chromium: frontend/node_modules/.installed
	@if [ -n "$${CHROMIUM_PATH:-$$($(FIND_CHROMIUM))}" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then cd frontend && exec npx playwright install chromium; fi; \
	[ "$$(id -u)" = 0 ] || echo "Installing Chromium for the end-to-end tests:"; \
	$(APT_INSTALL) chromium fonts-noto-core

curl:
	@command -v curl >/dev/null || { $(APT_INSTALL) curl; }
