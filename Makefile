# `make help` lists what there is. Everything works on a machine with Python 3.11 and nothing else.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
EMBEDDED := $(BIN)/python -m config.embedded
ARGS ?=
WORKERS ?= 2
ONLY ?=
RATE ?= 5
RUNS ?= 20

.DEFAULT_GOAL := help
.PHONY: help run test check bench faults traffic shell migrations format lock install clean

help: ## this list
	@echo "Sluice: make <target>"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  %-12s %s\n", $$1, $$2 }'

install: ## make .venv hold what requirements/dev.txt locks
	@$(PYTHON) -m config.embedded.install dev

run: install ## start everything with the demo company (PORT=8000, HOST=127.0.0.1, DEMO=0 for an empty house)
	@exec $(EMBEDDED) run

test: install ## the whole suite on real servers (ARGS="tests/engine -k caps" for a part)
	@exec $(EMBEDDED) exec -- $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder \
		-m "not faults_long" $(ARGS)

faults: install ## the fault-injection suite, again and again with random seeds (RUNS=20, ARGS="-k f11" for a part)
	@exec $(EMBEDDED) exec --durable -- $(BIN)/python -m tests.faults.rounds $(RUNS) $(ARGS)

check: install ## style, floors, types, deployment settings, migrations
	@failed=; \
	$(BIN)/ruff check . || failed="$$failed style"; \
	$(BIN)/ruff format --check . || failed="$$failed format"; \
	$(BIN)/lint-imports --no-logo || failed="$$failed floors"; \
	$(BIN)/mypy apps/engine apps/core config/embedded || failed="$$failed types"; \
	( set -a; . .ci/production.env; $(BIN)/python manage.py check --deploy --fail-level WARNING ) \
		|| failed="$$failed deployment"; \
	DJANGO_SETTINGS_MODULE=config.settings.test $(EMBEDDED) exec -- \
		$(BIN)/python manage.py makemigrations --check --dry-run || failed="$$failed migrations"; \
	if [ -n "$$failed" ]; then echo "make check: not kept:$$failed"; exit 1; fi; echo "make check: all kept"

bench: install ## measure against the bars (ONLY=P1 for one)
	@exec $(EMBEDDED) exec --durable -- $(BIN)/python -m benchmarks.run $(ONLY)

traffic: install ## send leads to what `make run` started (RATE=5 a second)
	@exec $(EMBEDDED) exec --keep -- $(BIN)/python manage.py traffic --rate $(RATE)

shell: install ## Django's shell on the data of `make run`
	@exec $(EMBEDDED) exec --keep -- $(BIN)/python manage.py shell

migrations: install ## write migrations for changed models
	@exec $(EMBEDDED) exec -- env DJANGO_SETTINGS_MODULE=config.settings.test $(BIN)/python manage.py makemigrations $(ARGS)

format: install ## format and repair what ruff can repair
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: ## renew requirements/*.txt from requirements/*.in
	@$(PYTHON) -m venv var/lock && var/lock/bin/pip install --quiet uv
	@for name in base dev production; do \
		var/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			--upgrade requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done

clean: ## remove what was installed and all data of this clone
	@if [ -L var/embedded ]; then rm -rf "$$(readlink var/embedded)"; fi
	rm -rf .venv .venv.lock var
