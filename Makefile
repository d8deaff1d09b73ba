# Thin: each line is a command that a person could type. On Windows type what stands here, with
# `python` for $(PYTHON) and `.venv\Scripts\` for `.venv/bin/`.
PYTHON ?= python3

.PHONY: help lab setup lint check test test-all build bench pictures site wheel

help:  ## what stands here
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 12

lab:  ## set up (once), copy the notebooks into work/, open JupyterLab; LESSON=04_simple_net opens that pair
	$(PYTHON) lab.py $(LESSON)

setup:  ## the environment for working on the course; at once where it is there
	$(PYTHON) lab.py --setup lab build grade dask jax site dev

lint: setup
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy

check: lint  ## in a minute or two: lint, types, the fast tests, whether the notebooks are built
	.venv/bin/pytest tests --ignore=tests/browser -m "not slow"
	.venv/bin/lockstep build --check

test: lint  ## all that a change must pass, the browser and every notebook included
	.venv/bin/pytest tests -m "not thousand and not long"
	LOCKSTEP_STRICT=1 LOCKSTEP_HOME=$$(mktemp -d) .venv/bin/pytest --nbval-lax --nbval-current-env notebooks solutions

test-all: test  ## test, a thousand hand-ins graded, solutions on Colab's versions, the browser twenty times in a row
	.venv/bin/pytest tests -m "thousand or long"
	for pass in $$(seq 20); do .venv/bin/pytest tests/browser || exit 1; done

build: setup  ## lessons -> notebooks
	.venv/bin/lockstep build

bench: setup  ## how long things take here
	.venv/bin/python -m tests.bench
	.venv/bin/python -m tests.bench_grading

pictures: setup  ## the screenshots that README shows
	.venv/bin/python -m tests.browser.pictures

site:  ## _site/: the lessons as pages to read, with a switch between the frameworks
	$(PYTHON) lab.py --setup site
	.venv/bin/python -m lockstep.site

wheel: setup  ## dist/: what a notebook on Colab installs
	.venv/bin/hatchling build -t wheel
