# `make demo` shows everything, `make test` checks everything; `make help` lists the rest.

PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
PIP    := $(PY) -m pip --disable-pip-version-check install --quiet --constraint requirements.lock
# three workers on two cores: a worker waits for browsers and servers a quarter of its time
PYTEST := $(PY) -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder
NEEDS  := pyproject.toml requirements.lock pipeline/__init__.py

export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test long soak fuzz lint develop packaging versions docs rooms rights files container serve mlflow lock schema tour plotly font clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

demo: $(VENV)/.demo  ## install, train on Complete Journey unless that was done, serve dashboard and MLflow UI
	@if $(PY) -m pipeline runs --experiment complete_journey --json 2>/dev/null | grep -q '"champion_version": [0-9]'; \
	then echo "Complete Journey has a champion already: not trained again."; \
	else $(PY) -m pipeline train --spec complete_journey; fi
	@exec $(PY) -m pipeline serve

test: $(VENV)/.test  ## install what tests need (Chromium and PostgreSQL included) and run them, but for the long ones
	@.ci/prepare $(PY)
	@$(PYTEST) -m "not long"

SCHEMA := $(VENV)/bin/check-jsonschema --builtin-schema vendor

lint: $(VENV)/.lint  ## style, types, who may import whom, known holes, Dockerfile, compose.yaml and workflows
	@failed=0; \
	for check in "$(PY) scripts/audit.py" "$(PY) -m ruff check ." "$(PY) -m ruff format --check ." "$(PY) -m mypy" "$(VENV)/bin/lint-imports --no-cache --no-logo" \
	    "$(VENV)/bin/hadolint Dockerfile" "$(SCHEMA).compose-spec compose.yaml" "$(SCHEMA).dependabot .github/dependabot.yml" \
	    "$(SCHEMA).github-workflows .github/workflows/check.yml" "$(SCHEMA).github-issue-config .github/ISSUE_TEMPLATE/config.yml" \
	    "$(SCHEMA).github-issue-forms .github/ISSUE_TEMPLATE/fault.yml .github/ISSUE_TEMPLATE/wish.yml"; do \
	  echo "$$check"; $$check || failed=1; \
	done; exit $$failed

soak: $(VENV)/.test  ## what takes too long for each change: forged requests, malformed files, bombs, kills, redeploys (docs/reliability.md)
	@EXAMPLES=300 $(PYTEST) tests/soak tests/malformed/test_any_bytes.py

TIME ?= 3600

fuzz: $(VENV)/.fuzz  ## fuzz what reads strangers' files and specs, for an hour or as many seconds as TIME=600 says
	@$(PY) -m tests.fuzz $(TIME)

long: $(VENV)/.test  ## every browser journey and the long tests, on a machine whose fonts are hidden
	@.ci/prepare $(PY)
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	  FONTCONFIG_FILE=$$($(PY) -m tests.e2e.fontless "$$folder") $(PYTEST) -m "e2e or long"

develop: $(VENV)/.demo $(VENV)/.test $(VENV)/.lint  ## install all that a change needs, and the checks before each commit
	@$(VENV)/bin/pre-commit install

packaging: $(VENV)/.packaging  ## try what leaves the checkout: the wheel, the notebook, a model elsewhere, the container
	@.ci/prepare $(PY) packaging
	@$(PYTEST) tests/packaging

versions: $(VENV)/.test  ## run the store's tests on each MLflow that is supported, in .venv-mlflow/
	@$(PY) -m pip install --quiet uv
	@scripts/mlflow-versions.sh $(PY)

docs: $(VENV)/.docs  ## build the documentation into site/, with every link checked
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --quiet --strict --clean
	@echo "Documentation: site/index.html"

rooms: $(VENV)/.test  ## draw docs/rooms.svg, who imports whom, anew
	@$(PY) scripts/rooms.py

rights: $(VENV)/.demo  ## write into SECURITY.md which role reaches which routes and pages
	@$(PY) scripts/rights.py

files: $(VENV)/.test  ## read every file of tests/files anew, and write docs/files.md and its section of docs/benchmarks.md
	@$(PY) benchmarks/files.py
	@$(PY) scripts/files_table.py

# of a project name of its own: no container or volume of anybody's is touched
CHECK := docker compose --project-name korzina-check

container:  ## where Docker runs: build the image, start dashboard, MLflow UI and database until they are healthy, and stop
	@export POSTGRES_PASSWORD=$${POSTGRES_PASSWORD:-only-for-this-check}; \
	export KORZINA_PROXY_SECRET=$${KORZINA_PROXY_SECRET:-$$(openssl rand -hex 32)} KORZINA_USERS_FILE=$$(mktemp); \
	$(CHECK) up --build --detach --wait --wait-timeout 300; code=$$?; \
	[ $$code = 0 ] || $(CHECK) logs --tail 50; $(CHECK) down --volumes; exit $$code

serve: $(VENV)/.demo  ## serve dashboard and MLflow UI on what was trained
	@exec $(PY) -m pipeline serve

mlflow: $(VENV)/.demo  ## serve the MLflow UI alone
	@exec $(PY) -m pipeline serve --no-dashboard

lock: $(VENV)/.made  ## resolve requirements.lock anew, for every platform and Python from 3.11
	$(PY) -m pip install --quiet uv
	$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --upgrade --no-emit-index-url \
	  $(foreach extra,demo postgres spark test lint fuzz docs packaging,--extra $(extra)) \
	  --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock

schema: $(VENV)/.demo  ## write docs/spec.schema.json anew, by which editors complete a spec's keys
	$(PY) -m pipeline schema --output docs/spec.schema.json

tour: $(VENV)/.packaging  ## run docs/tour.ipynb from top to bottom and write docs/tour.md from it
	$(PY) scripts/tour.py run

font: $(VENV)/.made  ## build the dashboard's face, its style sheet and its measures anew; needs npm
	@$(PY) scripts/font.py

plotly: $(VENV)/.made  ## build dashapp/plotly.min.js for the installed plotly anew; needs Node and npm
	@scripts/plotly.sh $(PY)

clean:  ## remove the environment and caches; what was trained (mlruns/) stays
	rm -rf $(VENV) build dist site *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

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

$(VENV)/.demo $(VENV)/.test $(VENV)/.lint $(VENV)/.packaging $(VENV)/.docs $(VENV)/.fuzz: $(VENV)/.%: $(VENV)/.made $(NEEDS)
	@echo "Installing Korzina and what '$*' needs (the first time takes about two minutes; with 'test', which brings Spark, five) ..."
	@$(PIP) --editable ".[$*]"
	@touch $@
