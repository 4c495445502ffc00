# `make demo` shows everything, `make test` checks everything; `make help` lists the rest.

PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
PIP    := $(PY) -m pip --disable-pip-version-check install --quiet --constraint requirements.lock
NEEDS  := pyproject.toml requirements.lock

export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint serve mlflow lock schema tour plotly clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

demo: $(VENV)/.demo  ## install, train on Complete Journey unless that was done, serve dashboard and MLflow UI
	@if $(PY) -m pipeline runs --experiment complete_journey --json 2>/dev/null | grep -q '"champion_version": [0-9]'; \
	then echo "Complete Journey has a champion already: not trained again."; \
	else $(PY) -m pipeline train --spec complete_journey; fi
	@exec $(PY) -m pipeline serve

test: $(VENV)/.test  ## install what tests need (Chromium and PostgreSQL included) and run them
	@.ci/prepare $(PY)
	@$(PY) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.lint  ## ruff (checks and format), mypy --strict, and the dependency rule
	@failed=0; \
	for check in "$(PY) -m ruff check ." "$(PY) -m ruff format --check ." "$(PY) -m mypy" "$(VENV)/bin/lint-imports --no-cache --no-logo"; do \
	  echo "$$check"; $$check || failed=1; \
	done; exit $$failed

serve: $(VENV)/.demo  ## serve dashboard and MLflow UI on what was trained
	@exec $(PY) -m pipeline serve

mlflow: $(VENV)/.demo  ## serve the MLflow UI alone
	@exec $(PY) -m pipeline serve --no-dashboard

lock: $(VENV)/.made  ## resolve requirements.lock anew, for every platform and Python from 3.11
	$(PY) -m pip install --quiet uv
	$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --all-extras --upgrade --no-emit-index-url \
	  --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock

schema: $(VENV)/.demo  ## write docs/spec.schema.json anew, by which editors complete a spec's keys
	$(PY) -m pipeline schema --output docs/spec.schema.json

tour: $(VENV)/.packaging  ## run docs/tour.ipynb from top to bottom and write docs/tour.md from it
	$(PY) scripts/tour.py run

plotly: $(VENV)/.made  ## build dashapp/plotly.min.js for the installed plotly anew; needs Node and npm
	@scripts/plotly.sh $(PY)

clean:  ## remove the environment and caches; what was trained (mlruns/) stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# ---------------------------------------------------------------- the environment; stamps make a second run quick

# Debian ships python3 without ensurepip unless python3-venv is installed: its pip can install pip into the new place.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Korzina needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(PY) && $(PY) -m pip --version >/dev/null 2>&1 || { \
	  echo "Creating $(VENV) ..."; \
	  { $(PYTHON) -c 'import ensurepip' 2>/dev/null && $(PYTHON) -m venv --clear $(VENV); } || \
	  { $(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --python $(PY) install --quiet pip; } || \
	  { rm -rf $(VENV); echo "No virtual environment could be made. On Debian: apt install python3-venv" >&2; exit 1; }; }
	@touch $@

$(VENV)/.demo $(VENV)/.test $(VENV)/.lint $(VENV)/.packaging: $(VENV)/.%: $(VENV)/.made $(NEEDS)
	@echo "Installing Korzina and what '$*' needs (the first time takes about two minutes) ..."
	@$(PIP) --editable ".[$*]"
	@touch $@
