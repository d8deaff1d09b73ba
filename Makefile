# Thin: each line is a command that a person could type. On Windows type what stands here, with
# `python` for $(PYTHON) and `.venv\Scripts\` for `.venv/bin/`.
PYTHON ?= python3

.PHONY: help lab setup deploy lint check test test-all build bench pictures site wheel

help:  ## what stands here
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 12

lab:  ## set up (once), copy the notebooks into work/, open JupyterLab; LESSON=04_simple_net opens that pair
	$(PYTHON) lab.py $(LESSON)

setup:  ## the environment for working on the course; at once where it is there
	$(PYTHON) lab.py --setup lab build grade dask jax deploy site dev

# Lesson 17 tells these lines to its reader. TensorFlow Serving's messages ask for a TensorFlow that is another
# package here; the two environments hold what does not get on with the course's versions. Where one cannot be had, the
# lesson goes on without it. An index that cannot be reached costs pip a quarter of a minute for each package.
CPU_INDEX = $(shell $(PYTHON) -c "import lab, platform; index = lab.cpu_index(platform.system(), lab.has_nvidia()); print('--extra-index-url ' + index if index else '')")

deploy: setup .venv-mobile/pyvenv.cfg .venv-triton/pyvenv.cfg  ## what lesson 17 takes besides: 3 GB
	.venv/bin/python -m pip install --quiet --no-deps tensorflow-serving-api==2.21.0

.venv-mobile/pyvenv.cfg:
	$(PYTHON) -m venv .venv-mobile
	.venv-mobile/bin/python -m pip install --quiet $(CPU_INDEX) torch==2.13.0 executorch==1.5.1 litert-torch==0.10.0 || rm -r .venv-mobile

.venv-triton/pyvenv.cfg:
	$(PYTHON) -m venv .venv-triton
	.venv-triton/bin/python -m pip install --quiet nvidia-pytriton==0.7.0 onnxruntime==1.32.0 || rm -r .venv-triton

lint: setup
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy

NBVAL = LOCKSTEP_STRICT=1 LOCKSTEP_HOME=$$(mktemp -d) .venv/bin/pytest -q --nbval-lax --nbval-current-env

check: lint  ## in a minute or two: lint, types, the fast tests, whether the notebooks are built
	.venv/bin/pytest tests --ignore=tests/browser -m "not slow"
	.venv/bin/lockstep build --check

test: lint deploy  ## all that a change must pass, the browser and every notebook included
	.venv/bin/pytest tests -m "not thousand and not long"
	@echo "Every notebook, and every solved one beside it"
	$(NBVAL) solutions & other=$$!; $(NBVAL) notebooks; code=$$?; wait $$other && exit $$code

test-all: test  ## test, a thousand hand-ins graded, every notebook on Colab's versions, the browser twenty times in a row
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
