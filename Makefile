# Seven words: demo run test check bench drills docs. Everything they need is made on the way, in .venv/ and var/.
# With Python 3.11 or later and make, nothing else is asked; what needs a system package is installed when root, else asked for in a sentence.

SHELL := /bin/bash
PYTHON ?= python3
PIP_QUIET := --quiet --quiet --disable-pip-version-check --no-input
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: demo run test check bench drills docs
.DEFAULT_GOAL := demo

# The code, read without running it: how `check` and `test` begin.
define READ
@.venv/bin/ruff format --check --quiet .
@.venv/bin/ruff check .
@.venv/bin/lint-imports --no-logo
@.venv/bin/mypy carnet
@.venv/bin/djlint carnet --lint --quiet
@.venv/bin/typos
endef

demo: .venv/ready node_modules/ready
	@.venv/bin/carnet demo $(DEMO_ARGS)

run: .venv/ready node_modules/ready
	@.venv/bin/carnet init
	@.venv/bin/carnet serve $(RUN_ARGS)

# Its commands are started by the hundred: they are compiled once.
test: .venv/ready-dev node_modules/ready
	@.ci/system-packages chromium:chromium xgettext:gettext
	$(READ)
	@.ci/system-packages chromium-headless-shell:chromium-headless-shell || echo "The tests will be slower, and the same."
	@.ci/system-packages java:default-jre-headless || echo "Without Java, the HTML of the pages is not given to the Nu checker."
	@PYTHONDONTWRITEBYTECODE= .venv/bin/python -m tests.server .venv/bin/pytest -n $${TEST_WORKERS:-auto} --dist loadscope $(TEST_ARGS)

check: .venv/ready-dev
	@.ci/system-packages xgettext:gettext
	$(READ)
	@.venv/bin/python -m tests.server .venv/bin/pytest tests/house -q

bench: .venv/ready-dev node_modules/ready
	@BENCH="$(BENCH)" .ci/bench-packages
	@.venv/bin/carnet database run -- .venv/bin/python -m benchmarks $(BENCH)

drills: .venv/ready-dev node_modules/ready
	@.venv/bin/carnet database run -- .venv/bin/python -m drills $(ONLY)

docs: .venv/ready-dev
	@.venv/bin/python -m docs.build

.venv/bin/python:
	@.ci/make-venv $(PYTHON)

.venv/ready: .venv/bin/python requirements.txt pyproject.toml
	@echo "Installing Carnet in .venv/ (packages are downloaded the first time)."
	@.venv/bin/python -m pip install $(PIP_QUIET) --require-hashes --requirement requirements.txt
	@.venv/bin/python -m pip install $(PIP_QUIET) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt
	@echo "Installing what the tests need in .venv/."
	@.venv/bin/python -m pip install $(PIP_QUIET) --require-hashes --requirement requirements-dev.txt
	@touch $@

node_modules/ready: package.json package-lock.json .npmrc requirements-node.txt .ci/browser-packages | .venv/ready
	@.ci/browser-packages
