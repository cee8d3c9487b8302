# Everything a person or a machine runs. `make` alone lists it.
SHELL := bash
PYTHON ?= python3
PORT ?= 8000
RESET ?=
export PYTHONDONTWRITEBYTECODE =

BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format lock clauses bench shell

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: ## virtual environment with everything developers need, from the hash-pinned lock
	@$(PYTHON) scripts/bootstrap.py dev

demo: ## the demo fund on http://127.0.0.1:8000; PORT=8001 for another port, RESET=1 to start over
	@$(PYTHON) scripts/bootstrap.py demo
	@exec $(BIN)/python -m quanzhou_fund.supervisor --with-parent --port "$(PORT)" $(if $(RESET),--reset)

test: setup ## the whole suite on embedded servers; ARGS='tests/loans -k cap' for a part
	@$(BIN)/pytest -n 2 $(ARGS)

format: setup ## put the code into its format
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

lock: setup ## write requirements/*.txt anew from requirements/*.in; ARGS=--upgrade for newer versions
	@$(BIN)/python scripts/lock.py $(ARGS)

shell: setup ## a shell whose DATABASE_URL and REDIS_URL are embedded servers (data under var/dev)
	@$(BIN)/python -m quanzhou_fund.embedded -- $${SHELL:-bash}
