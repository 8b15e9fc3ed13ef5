# `make help` lists what there is. Everything runs in .venv, which the first command makes.
.DEFAULT_GOAL := help
.PHONY: help run test bench model chaos check format lock messages install-dev \
        check-format check-lint check-types check-imports check-migrations check-guards check-messages check-deploy \
        check-templates check-schema

PY := .venv/bin/python
INSTALL := tools/install
# A key and addresses that only exist to let the production settings load; nothing is connected to.
DUMMY := SECRET_KEY=of-no-use-except-for-checking-the-settings-0123456789-abcdefghij PERSONAL_DATA_KEY=of-no-use \
         ALLOWED_HOSTS=portal.example CSRF_TRUSTED_ORIGINS=https://portal.example \
         DATABASE_URL=postgres://nobody@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0 \
         DJANGO_SETTINGS_MODULE=khuyencong.settings.production

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: ## the portal on this machine (PORT=8000 DATA_DIR=var DEMO=1 DEMO_PASSWORD= DEMO_TOTP_SECRET= DEMO_CLIENT_SECRET=)
	@$(INSTALL) run
	@exec $(PY) tools/run.py

install-dev:
	@$(INSTALL) dev

test: install-dev ## the tests (ARGS="-k word" goes to pytest; DATABASE_URL and REDIS_URL choose the services)
	@exec $(PY) -m pytest $(ARGS)

model: install-dev ## ledger and rosters against their models (LEDGER_RUNS=500 ROSTER_RUNS=300; DATABASE_URL as for test)
	@LEDGER_RUNS=$${LEDGER_RUNS:-500} ROSTER_RUNS=$${ROSTER_RUNS:-300} \
	exec $(PY) -m pytest tests/funding/test_model.py tests/training/test_model.py --durations=1 $(ARGS)

chaos: install-dev ## workers killed, services away, figures read while records are written (KILLS=300 SNAPSHOTS=200 BROKER_AWAY=60)
	@KILLS=$${KILLS:-300} SNAPSHOTS=$${SNAPSHOTS:-200} BROKER_AWAY=$${BROKER_AWAY:-60} \
	exec $(PY) -m pytest tests/jobs/test_crash.py tests/jobs/test_services_away.py tests/reports/test_snapshot.py --durations=5 $(ARGS)

bench: install-dev ## measure beside a floor (BENCH_DATABASE_URL= BENCH_PROJECTS=1000 BENCH_ROWS=10000 BENCH_CLIENTS=50 BENCH_ALLOCATIONS=2000)
	@$(PY) -m bench

check: check-format check-lint check-types check-imports check-migrations check-guards check-messages check-deploy check-templates check-schema ## everything but the tests
	@echo "All checks passed."

check-format: install-dev
	$(PY) -m ruff format --check .

check-lint: install-dev
	$(PY) -m ruff check .

check-types: install-dev
	$(PY) -m mypy

check-imports: install-dev
	.venv/bin/lint-imports

check-migrations: install-dev
	DJANGO_SETTINGS_MODULE=khuyencong.settings.testing $(PY) manage.py makemigrations --check --dry-run

check-guards: install-dev # all migrations on an empty database, then: are the triggers there?
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && export DATA_DIR="$$folder" DATABASE_URL= REDIS_URL= \
	&& $(PY) manage.py migrate --verbosity 0 && $(PY) manage.py guards --check

check-messages: install-dev
	$(PY) tools/i18n.py check

check-deploy: install-dev
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && export DATA_DIR="$$folder" \
	&& $(DUMMY) $(PY) manage.py check --deploy --fail-level WARNING

check-templates: install-dev
	.venv/bin/djlint --lint --quiet .

check-schema: install-dev
	DJANGO_SETTINGS_MODULE=khuyencong.settings.testing $(PY) manage.py spectacular --validate --fail-on-warn --file /dev/null

format: install-dev ## put the code into shape
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

messages: install-dev ## bring the message catalogue up to the source
	$(PY) tools/i18n.py update --prune
	@$(PY) tools/i18n.py check

lock: install-dev ## write requirements.txt and requirements-dev.txt anew (needs the package index)
	tools/lock
