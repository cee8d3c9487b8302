# Everything a person or a machine runs. `make` alone lists it.
SHELL := bash
PYTHON ?= python3
PORT ?= 8000
RESET ?=
export PYTHONDONTWRITEBYTECODE =

BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-story pictures conformance test check format lock clauses bench bench-api migrations migration-baseline schema-baseline translations shell endurance

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: ## virtual environment with everything developers need, from the hash-pinned lock
	@$(PYTHON) scripts/bootstrap.py dev

demo: ## the demo fund on http://127.0.0.1:8000; PORT=8001 for another port, RESET=1 to start over
	@$(PYTHON) scripts/bootstrap.py demo
	@exec $(BIN)/python -m quanzhou_fund.supervisor --with-parent --port "$(PORT)" $(if $(RESET),--reset)

demo-story: setup ## play the whole demo as on other days and the ends of a quarter, its promises checked; ARGS=2027-03-21 for one day
	@$(BIN)/python scripts/demo_story.py $(ARGS)

conformance: setup ## check every promise of the banks' interface; BASE=http://127.0.0.1:8000 is the demo's, ARGS='money' for an area
	@$(BIN)/python -m simulator conformance "$(or $(BASE),http://127.0.0.1:$(PORT))" $(ARGS)

test: setup ## the whole suite on embedded servers; ARGS='tests/loans -k cap' for a part
	@$(BIN)/pytest -n 2 $(ARGS)

endurance: setup ## repeated kills, frozen servers, full disks, many at once; takes minutes; ROUNDS=20 for more, ARGS='endurance/test_at_once.py' for a part
	@$(BIN)/pytest -n 0 -v -p no:randomly $(or $(ARGS),endurance)

# Types are checked everywhere but in the apps' screens and generated migrations; what all screens stand on is checked.
PACKAGES = $(filter-out tests benchmarks endurance,$(patsubst %/__init__.py,%,$(wildcard */__init__.py)))
TYPED = $(shell find $(PACKAGES) -name '*.py' -not -path '*/migrations/*' -not -path '*/admin/*' -not -name 'admin*.py' | sort) $(sort $(wildcard common/admin/*.py))
LIVE = env -i PATH="$$PATH" FUND_ENV=production SECRET_KEY=check-only-Vd0mZpL2xW9sR4tYb6Nc8HgJ1kAe3UfXiOoPzTyCvBnM5 \
	BID_KEYS=KtZbFnicoeaaTGjs0e9KFe18clBHIx7_vtTbeIT_2gk= WEBHOOK_KEYS=VDVWRgCjmCKBG4aC6KQnfSI1B2axMLITVWyRQLHdG50= \
	ANSWER_KEYS=PoLrYPAkjsdunWSe6MU1kd2v4l7lwBe-Ae0wtKmblbQ= CURSOR_KEYS=u4Xk0dEw7Qz2rJmVtY9pLh5sCfNb8aGi1oKxT3vRqWc= AUTHENTICATOR_KEYS=2Wo2zIqfax6WCal1RyoSjbauKCDsgEoeDfL_-tS3tgw= \
	ALLOWED_HOSTS=fund.example.gov.cn DATABASE_URL=postgres://app:check@127.0.0.1/fund REDIS_URL=redis://127.0.0.1/0 MEDIA_ROOT=var/media

check: setup ## format, lint, sizes, import layers, types, migrations and their locks, deployment check, clauses, locks
	@echo "锁定文件"; $(BIN)/python scripts/lock.py --check
	@echo "格式和写法"; $(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@echo "篇幅"; $(BIN)/python scripts/sizes.py
	@echo "分层引用"; out=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$out"; exit 1; }
	@echo "类型"; $(BIN)/mypy --no-error-summary $(TYPED)
	@echo "迁移"; $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@echo "升级不停机"; $(BIN)/python scripts/lint_migrations.py
	@echo "生产部署检查"; $(LIVE) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(if $(wildcard */management/commands/clauses.py),$(MAKE) --no-print-directory clauses)
	@echo "检查通过"

clauses: setup ## each clause of the plan with the rules and tests that carry it
	@$(BIN)/python manage.py clauses

bench: ## measure speed as ratios; prints a table, tests nothing; ARGS='settlement --loans 100000' for a part
	@$(PYTHON) scripts/bootstrap.py bench
	@$(BIN)/python -m quanzhou_fund.embedded --home var/bench -- $(BIN)/python -m benchmarks $(ARGS)

bench-api: setup ## the banks' interface under load (wrk), beside a bare view on the same stack
	@$(BIN)/python -m quanzhou_fund.embedded --home var/bench -- $(BIN)/python -m benchmarks api $(ARGS)

format: setup ## put the code into its format
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

lock: ## write requirements/*.txt anew from requirements/*.in; ARGS=--upgrade for newer versions
	@$(PYTHON) scripts/bootstrap.py tools
	@$(BIN)/python scripts/lock.py $(ARGS)

migrations: setup ## write missing migrations, and fold what a first one leaves apart
	@$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations
	@$(BIN)/python scripts/fold_migrations.py $(patsubst %/migrations/0001_initial.py,%,$(wildcard */migrations/0001_initial.py))

migration-baseline: setup ## before the first production only: the rule of upgrades without downtime holds from the next migration on
	@$(BIN)/python scripts/lint_migrations.py --baseline
	@$(BIN)/python scripts/lint_migrations.py --schema

schema-baseline: setup ## at every release: write down which columns this version writes, which the next one's schema must carry
	@$(BIN)/python scripts/lint_migrations.py --schema

pictures: setup ## pictures of handbooks and README from a demo that runs (PORT as the demo's)
	@$(BIN)/python scripts/pictures.py

translations: setup ## compile locale/*/LC_MESSAGES/*.po
	@$(BIN)/python scripts/compile_translations.py

shell: setup ## a shell whose DATABASE_URL and REDIS_URL are embedded servers (data under var/dev)
	@$(BIN)/python -m quanzhou_fund.embedded -- $${SHELL:-bash}
