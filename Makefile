# The project's tasks. `make` alone lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
STATIC := $(shell find static -type f)

.PHONY: help serve test check bench lock translations shipped clean

help:  ## list the tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(VENV)/.runtime .static/staticfiles.json  ## start the server (PORT=8000, ARGS=--gateway)
	@PORT=$(PORT) exec $(BIN)/python manage.py serve $(ARGS)

test: $(VENV)/.dev .static/staticfiles.json  ## run all tests (ARGS="-k name" for some)
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(ARGS)

check: $(VENV)/.dev  ## lint, types, imports, templates, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py shipped --check
	$(BIN)/python -W error manage.py check --fail-level WARNING

bench: $(VENV)/.dev .static/staticfiles.json  ## measure against the floors and the peers that are there
	$(BIN)/python -m tests.bench $(ARGS)

lock: $(VENV)/.dev  ## lock the dependencies anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --upgrade pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --upgrade pyproject.toml --group dev -o tests/requirements.txt

translations: $(VENV)/.dev  ## collect the texts, compile the translations
	$(BIN)/python manage.py makemessages --locale ja --no-location --no-obsolete --ignore tests --ignore .venv
	$(BIN)/python manage.py compilemessages

shipped: $(VENV)/.dev  ## make the shipped schema and hashes anew, after changing a model
	$(BIN)/python manage.py shipped

clean:  ## remove all that the tasks made; the data too
	rm -rf $(VENV) .static .vestibule .pytest_cache .mypy_cache .ruff_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

$(VENV)/.dev: tests/requirements.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r tests/requirements.txt
	@touch $@ $(VENV)/.runtime

.static/staticfiles.json: $(STATIC) signin/static_files.py | $(VENV)/.runtime
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@touch $@
