# Everything starts here: `make lab` for students, `make demo` for instructors, `make test` for contributors.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LAB_READY := $(VENV)/.lab-ready
READY := $(VENV)/.ready
UV := $(BIN)/uv
MINE := work
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1
# Linux: arrays that one training step frees serve the next, rather than going back to the system each time.
KEEP_MEMORY := MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=268435456

.PHONY: help lab lab-env env build release dist site publish-as test quick fuzz bench scorecard demo chromium clean

help:  ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/	/' | expand -t 12

# The packages of a file, by uv, which is ten times as fast, or else by pip; what follows the comma are options of uv's.
install = { echo "  $$(grep -c == $(1)) packages: $(1)"; \
	$(UV) pip install --quiet --python $(BIN)/python $(2) --requirement $(1) \
		|| { echo "  without uv, by pip: two to three minutes"; $(BIN)/python -m pip install --quiet --requirement $(1); }; }

$(LAB_READY): requirements.txt pyproject.toml setup.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed. Name one: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@echo "Making the environment of the lessons in $(VENV), this once: about 15 seconds, or the time of 150 MB on your line."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet "$$(grep '^uv==' requirements-dev.txt)" || true
	@$(call install,requirements.txt,)
	@echo "  the course itself"
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable . \
		|| $(BIN)/python -m pip install --quiet --no-deps --editable .
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}' \
		> $(VENV)/share/jupyter/lab/settings/overrides.json
	@touch $(LAB_READY)

# Compiled at once, since many processes are going to import it; a lesson compiles what it imports, when it does.
$(READY): $(LAB_READY) requirements-dev.txt
	@echo "Adding what grading, the site and the tests need: half a minute."
	@$(call install,requirements-dev.txt,--compile-bytecode)
	@touch $(READY)

lab-env: $(LAB_READY)  ## what a lesson needs, in .venv

env: $(READY)  ## and what grading, the site and the tests need

# Without nbgrader's tools for instructors, which are not for students.
lab: export JUPYTER_CONFIG_PATH := $(CURDIR)/autograder/publish$(if $(JUPYTER_CONFIG_PATH),:$(JUPYTER_CONFIG_PATH))

lab: $(LAB_READY)  ## open lesson 00 in JupyterLab; your copies of the lessons are in work/
	@mkdir -p $(MINE)
	@for lesson in lessons/*/; do name=$$(basename $$lesson); \
		test -e $(MINE)/$$name || cp -r $$lesson $(MINE)/$$name; done
	@echo "Opening lesson 00 in JupyterLab: a few seconds, the first time ten. Stop it here with Ctrl+C, twice."
	@PYTHONDONTWRITEBYTECODE= $(ONE_THREAD) $(KEEP_MEMORY) $(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" \
		--LabApp.default_url=/lab/tree/$(MINE)/00_welcome/00_welcome.ipynb $(LAB_OPTIONS)

build: $(READY)  ## solutions, released lessons and expected values, from their texts
	$(ONE_THREAD) $(BIN)/python -m autograder build

release: $(READY)  ## one lesson for students, as a zip file: make release LESSON=06
	@test -n "$(LESSON)" || { echo "Name the lesson: make release LESSON=06"; exit 1; }
	$(BIN)/python -m autograder release $(LESSON)

dist: $(READY)  ## what a release has, in dist/release: the wheel, the lessons' zips, the site; LESSONS="00 01" has only these
	rm -rf dist/release
	mkdir -p dist/release
	$(BIN)/uv build --quiet --wheel --out-dir dist/release .
	$(BIN)/python -m autograder site $(LESSONS)
	cp dist/site/download/*.zip dist/release/
	$(BIN)/python -m zipfile -c dist/release/site.zip dist/site/.

site: $(READY)  ## the course site in dist/site; OFFLINE=1 serves all from itself, LESSONS="00 01" has only these
	$(BIN)/python -m autograder site $(LESSONS) $(if $(OFFLINE),--offline)

publish-as: $(READY)  ## say where the course is published, and make what follows: make publish-as REPO=name/repository
	@test -n "$(REPO)" || { echo "Name the repository on GitHub: make publish-as REPO=name/repository"; exit 1; }
	$(BIN)/python -m tools publish-as "$(REPO)"
	$(MAKE) build site
	$(BIN)/python -m tools links

test: $(READY) chromium  ## every test: reference, checks, grading, notebooks, browser
	$(ONE_THREAD) $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --nbval

quick: $(READY)  ## what a change needs in half a minute: of LESSON=06, or of what git says has changed
	@$(ONE_THREAD) $(BIN)/python tests/quick.py $(LESSON)

SEED = $(shell $(BIN)/python -c 'import secrets; print(secrets.randbelow(10**9))')
CASES := 2000
FUZZERS := tests/autograder/grading/test_fuzz.py tests/autograder/sandbox/test_fuzz_session.py
fuzz: $(READY)  ## changes to a solved notebook, and to what its process answers, on a fresh seed; SEED=15 CASES=300
	FUZZ_SEED=$(SEED) FUZZ_CASES=$(CASES) $(ONE_THREAD) $(BIN)/python -m pytest $(FUZZERS)

bench: $(READY)  ## how fast it all is, beside its peers: writes docs/benchmarks.md
	$(ONE_THREAD) $(KEEP_MEMORY) $(BIN)/python -m tools.benchmarks $(PARTS)

scorecard: $(READY)  ## the grader's own grade, docs/scorecard.md: measures what has changed
	$(ONE_THREAD) $(BIN)/python -m tools scorecard

demo: $(READY)  ## an instructor's whole loop in a minute: release, collect, grade, feedback
	$(ONE_THREAD) $(BIN)/python -m tools demo $(LESSON)

chromium:
	@command -v chromium chromium-browser google-chrome >/dev/null 2>&1 \
		|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
			&& apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
		|| echo "No Chromium here: the browser tests will be skipped. Install your system's chromium package to run them."

clean:  ## remove what is made locally, but not your lessons in work/
	rm -rf $(VENV) build dist
