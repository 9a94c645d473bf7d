# Everything starts here: `make lab` for students, `make demo` for instructors, `make test` for contributors.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LAB_READY := $(VENV)/.lab-ready
READY := $(VENV)/.ready
UV := $(BIN)/uv
MINE := work
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1
# On Linux, the next training step uses the memory that one step frees. Otherwise it would go back to the system each time.
KEEP_MEMORY := MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=268435456

.PHONY: help lab lab-env env build release dist site publish-as test quick fuzz bench scorecard demo chromium clean moved

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/	/' | expand -t 12

# The programs of an environment contain its folder's name. If the folder has been moved or renamed, the environment is made again.
MOVED := $(shell test -s $(LAB_READY) && ! grep -qFx "$(CURDIR)" $(LAB_READY) && echo --clear)

# Install the packages of a file with uv, which is ten times as fast, or else with pip. The second argument is options for uv.
install = { echo "  $$(grep -c == $(1)) packages: $(1)"; \
	$(UV) pip install --quiet --python $(BIN)/python $(2) --requirement $(1) \
		|| { echo "  without uv, pip takes two to three minutes"; $(BIN)/python -m pip install --quiet --requirement $(1); }; }

NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'

$(LAB_READY): requirements.txt pyproject.toml setup.py $(if $(MOVED),moved)
	@$(PYTHON) $(NEW_ENOUGH) \
		|| { echo "Python 3.11 or newer is needed. Name one: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@echo "Creating the lessons' environment in $(VENV), only once: about 15 seconds, plus the time to download 150 MB."
	@{ test -z "$(MOVED)" && test -e $(BIN)/activate && $(BIN)/python $(NEW_ENOUGH) && $(BIN)/python -m pip --version; } > /dev/null 2>&1 \
		|| $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet "$$(grep '^uv==' requirements-dev.txt)" || true
	@$(call install,requirements.txt,)
	@echo "  the course itself"
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable . \
		|| $(BIN)/python -m pip install --quiet --no-deps --editable .
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}' \
		> $(VENV)/share/jupyter/lab/settings/overrides.json
	@echo "$(CURDIR)" > $(LAB_READY)

# These packages are compiled in advance, because many processes import them. A lesson compiles only what it imports.
$(READY): $(LAB_READY) requirements-dev.txt
	@echo "Adding the packages for grading, the site and the tests: half a minute."
	@$(call install,requirements-dev.txt,--compile-bytecode)
	@touch $(READY)

lab-env: $(LAB_READY)  ## create the environment for the lessons, in .venv

env: $(READY)  ## create the environment for everything: lessons, grading, the site, the tests

# This leaves out nbgrader's tools for instructors, which students do not need.
lab: export JUPYTER_CONFIG_PATH := $(CURDIR)/autograder/publish$(if $(JUPYTER_CONFIG_PATH),:$(JUPYTER_CONFIG_PATH))

lab: $(LAB_READY)  ## open lesson 00 in JupyterLab; your copies of the lessons are in work/
	@mkdir -p $(MINE)
	@for lesson in lessons/*/; do name=$$(basename $$lesson); \
		test -e $(MINE)/$$name || cp -r $$lesson $(MINE)/$$name; done
	@echo "Opening lesson 00 in JupyterLab: a few seconds, or ten the first time. To stop it, press Ctrl+C here twice."
	@PYTHONDONTWRITEBYTECODE= $(ONE_THREAD) $(KEEP_MEMORY) $(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" \
		--LabApp.default_url=/lab/tree/$(MINE)/00_welcome/00_welcome.ipynb $(LAB_OPTIONS)

build: $(READY)  ## build solutions, released lessons and expected values from their texts
	$(ONE_THREAD) $(BIN)/python -m autograder build

release: $(READY)  ## write one lesson for students as a zip file: make release LESSON=06
	@test -n "$(LESSON)" || { echo "Name the lesson: make release LESSON=06"; exit 1; }
	$(BIN)/python -m autograder release $(LESSON)

dist: $(READY)  ## make the files of a release in dist/release: the wheel, the zip files, the site; LESSONS="00 01" includes only these lessons
	rm -rf dist/release
	mkdir -p dist/release
	$(BIN)/uv build --quiet --wheel --out-dir dist/release .
	$(BIN)/python -m autograder site $(LESSONS)
	cp dist/site/download/*.zip dist/release/
	$(BIN)/python -m zipfile -c dist/release/site.zip dist/site/.

site: $(READY)  ## build the course site in dist/site; OFFLINE=1 leaves out links to other hosts, LESSONS="00 01" includes only these lessons
	$(BIN)/python -m autograder site $(LESSONS) $(if $(OFFLINE),--offline)

publish-as: $(READY)  ## set the address at which the course is published, and build what follows: make publish-as REPO=name/repository
	@test -n "$(REPO)" || { echo "Name the repository on GitHub: make publish-as REPO=name/repository"; exit 1; }
	$(BIN)/python -m tools publish-as "$(REPO)"
	$(MAKE) build site
	$(BIN)/python -m tools links

# Three processes run on two processors, because tests wait for kernels, browsers and sandboxes that start.
# Each of these would compile the course's modules again if none might keep the bytecode.
test: $(READY) chromium  ## run every test: reference, checks, grading, notebooks, browser
	PYTHONDONTWRITEBYTECODE= $(ONE_THREAD) $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --nbval

quick: $(READY)  ## run the tests for a change in half a minute: for LESSON=06, or for the files that have changed in git
	@$(ONE_THREAD) $(BIN)/python tests/quick.py $(LESSON)

SEED = $(shell $(BIN)/python -c 'import secrets; print(secrets.randbelow(10**9))')
CASES := 2000
FUZZERS := tests/autograder/grading/test_fuzz.py tests/autograder/sandbox/test_fuzz_session.py
fuzz: $(READY)  ## test random changes to a solved notebook and to its process's answers, on a fresh seed; SEED=15 CASES=300 sets the seed and the number
	FUZZ_SEED=$(SEED) FUZZ_CASES=$(CASES) $(ONE_THREAD) $(BIN)/python -m pytest $(FUZZERS)

bench: $(READY)  ## measure how fast everything is, compared with its peers, and write docs/benchmarks.md
	$(ONE_THREAD) $(KEEP_MEMORY) $(BIN)/python -m tools.benchmarks $(PARTS)

scorecard: $(READY)  ## grade the grader: measure what has changed, and write docs/scorecard.md
	$(ONE_THREAD) $(BIN)/python -m tools scorecard

demo: $(READY)  ## show an instructor's whole workflow in a minute: release, collect, grade, feedback
	$(ONE_THREAD) $(BIN)/python -m tools demo $(LESSON)

# Chromium without its window renders the same pages with less work.
chromium:
	@for name in chromium-headless-shell chromium; do \
		command -v $$name >/dev/null && exit; \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq \
			&& apt-get install -y -qq $$name fonts-liberation >/dev/null && exit; \
	done; \
	command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| echo "There is no Chromium here, so the browser tests will be skipped. To run them, install your system's chromium package."

clean:  ## remove what was made locally, except your lessons in work/
	rm -rf $(VENV) build dist
