# The commands of this project. Each works in a clean clone with nothing but Python 3.11 or newer and PATH.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input
PIP_INSTALL := $(PIP) install --no-compile
# uv fetches and unpacks packages side by side; pip, one after the other, where there is no uv or it finds no index
index = $${PIP_INDEX_URL:-$$($(PIP) config get global.index-url 2>/dev/null)}
UV_INSTALL = index="$(index)"; UV_SYSTEM_CERTS=1 $(BIN)/uv pip install --quiet --python $(BIN)/python \
	$${index:+--default-index "$$index"}
install = { $(UV_INSTALL) $(1) 2>/dev/null || $(PIP_INSTALL) $(1); }
COMPILE_ALL := $(BIN)/python -m compileall -qq -j 0 -x '/tests?/' $(VENV)/lib >/dev/null 2>&1 || true
WORKERS ?= 2
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE  # written once, not compiled again by each process

.PHONY: help install analysis demo test tests stories lint docs bench shape lock clean

help:
	@echo "make install  .venv with the command $(BIN)/crmeter"
	@echo "make analysis what forecasts, churn scores, Cox regression and change points need besides (large)"
	@echo "make demo     the demo company in ./demo, measured, evaluated and reported"
	@echo "make test     linters, types, import contracts, docs, all tests"
	@echo "make lint     the same without tests; make tests: tests alone"
	@echo "make stories  the stories of the demo company over ten seeds"
	@echo "make docs     write the generated pages of docs/"
	@echo "make bench    against SQL by hand, pandas and Polars, as ratios; SIZES=\"S M L\" for larger ones"
	@echo "make shape    the longest files, functions and classes"
	@echo "make lock     renew requirements/*.txt"

# -- installation: a stamp for each step, so that repeating costs nothing -----------------------------------------

$(VENV)/.made:
	@for python in $${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making $(VENV) with $$("$$python" --version)"; \
			rm -rf $(VENV) && "$$python" -m venv $(VENV) && touch $@; \
			exit $$?; \
		fi; \
	done; \
	echo "No Python 3.11 or newer was found. Install it, or name it: PYTHON=/path/to/python make install" >&2; \
	exit 1

$(VENV)/.uv: $(VENV)/.made requirements/uv.txt
	@$(PIP_INSTALL) --require-hashes -r requirements/uv.txt || true
	@touch $@

$(VENV)/.core: $(VENV)/.uv requirements/core.txt pyproject.toml
	@echo "Installing what requirements/core.txt locks"
	@$(call install,--require-hashes -r requirements/core.txt)
	@$(call install,--no-deps --no-build-isolation -e .)
	@$(COMPILE_ALL)
	@touch $@

# holds what core.txt locks as well
$(VENV)/.test: $(VENV)/.uv requirements/test.txt pyproject.toml
	@echo "Installing what requirements/test.txt locks"
	@$(call install,--require-hashes -r requirements/test.txt)
	@$(call install,--no-deps --no-build-isolation -e .)
	@$(COMPILE_ALL)
	@touch $(VENV)/.core $@

$(VENV)/.all: $(VENV)/.core requirements/all.txt
	@echo "Installing what requirements/all.txt locks"
	@$(call install,--require-hashes -r requirements/all.txt)
	@$(COMPILE_ALL)
	@touch $@

$(VENV)/.assets: $(VENV)/.made package.json package-lock.json scripts/assets.py
	@echo "Installing the fonts that package-lock.json locks"
	@command -v npm >/dev/null || $(PIP) install --require-hashes -r requirements/node.txt
	@$(BIN)/python scripts/assets.py
	@touch $@

install: $(VENV)/.core $(VENV)/.assets

analysis: $(VENV)/.all

# -- what it is for -----------------------------------------------------------------------------------------------

demo: install
	@$(BIN)/crmeter demo demo

lint: $(VENV)/.test $(VENV)/.assets
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python scripts/docs.py --check

tests: $(VENV)/.test $(VENV)/.assets
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# side by side: the linters are done long before the tests, and say nothing unless something is wrong
test:
	@$(MAKE) --no-print-directory -j 2 $(VENV)/.test $(VENV)/.assets
	@$(MAKE) --no-print-directory -j 2 lint tests

stories: $(VENV)/.test
	@STORY_SEEDS=10 $(BIN)/python -m pytest -q -n $(WORKERS) tests/demo/test_stories.py

docs: install
	@$(BIN)/python scripts/docs.py

bench: $(VENV)/.test
	@$(BIN)/python -m benchmarks $(SIZES)

shape: install
	@$(BIN)/python scripts/shape.py

COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header
lock: $(VENV)/.uv
	$(COMPILE) pyproject.toml requirements/build.in -c requirements/constraints.in -o requirements/core.txt
	$(COMPILE) requirements/node.in -o requirements/node.txt
	$(COMPILE) requirements/uv.in -o requirements/uv.txt
	$(COMPILE) pyproject.toml requirements/build.in --extra analysis --extra clickhouse --extra postgres --extra s3 --extra spark -c requirements/core.txt -o requirements/all.txt
	$(COMPILE) pyproject.toml requirements/build.in --extra analysis --extra clickhouse --extra postgres --extra s3 --extra spark --extra test -c requirements/all.txt -o requirements/test.txt

clean:
	rm -rf $(VENV) demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
