# Everything a reader, a lecturer or a contributor runs. `make help` lists it.
PYTHON ?= python3
NOTEBOOKS ?= $(sort $(wildcard book/*.ipynb book/reference/*.ipynb))
LONGEST := book/08-dcgan.ipynb

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
HTML := _build/html
LOCK := _build/lock
AUDIT := _build/audit
WEAKNESSES := _build/weaknesses
LIGHTHOUSE := lighthouse@12.8.2
PYTEST := $(BIN)/pytest -n 2 --dist worksteal
# A notebook's cells stay together, and the longest notebook comes first: the others fill the time.
NBVAL := $(PYTEST) --dist loadscope --no-loadscope-reorder \
    --nbval --nbval-current-env --nbval-cell-timeout 1800 --timeout 0

# What Python compiles is kept, whatever the machine prefers: dozens of processes import the same.
unexport PYTHONDONTWRITEBYTECODE

# The kernel is this environment's, whatever kernels the user has elsewhere.
export JUPYTER_PREFER_ENV_PATH := 1

# The tests keep every processor busy with processes: threads would only wait for each other.
test test-fast units: export OMP_NUM_THREADS := 1

.DEFAULT_GOAL := help

.PHONY: help
help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) .ci/environment.py $(VENV)

.PHONY: book
book: $(READY)  ## run every notebook and build the book, warnings being errors
	$(BIN)/jupyter-book build . -W -n --keep-going
	@echo 'The book is $(HTML)/index.html: open that file, or run: make serve'

.PHONY: serve
serve: $(READY)  ## serve the book at a free port of this machine, and print the address
	@[ -e $(HTML)/index.html ] || $(MAKE) book
	@echo 'Ctrl-C stops it.'
	@$(BIN)/python -u -m http.server 0 --bind 127.0.0.1 --directory $(HTML)

.PHONY: pdf
pdf: chromium  ## print the built book and its sheet of formulas
	@[ -e $(HTML)/index.html ] || $(MAKE) book
	PYTHONPATH=.ci $(BIN)/python tools/paper.py $(HTML)

.PHONY: slides
slides: $(READY)  ## make slides of the chapters, explorers alive
	$(BIN)/python tools/slides.py

.PHONY: archive
archive: $(READY)  ## pack the notebooks with all that it takes to run them
	$(BIN)/python tools/notebooks.py

# Who is root, as in a container, would otherwise be refused.
.PHONY: lab
lab: $(READY)  ## open the notebooks live in JupyterLab, which asks no other site for news
	$(BIN)/jupyter lab --LabApp.news_url=None \
	    --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
	    $(if $(filter 0,$(shell id -u)),--allow-root) book

.PHONY: test
test: lint  ## run everything: lint, unit tests, book, notebooks, browser
	$(MAKE) --jobs=3 notebooks book chromium
	TCONV_BOOK='$(CURDIR)/$(HTML)' $(PYTEST) --dist loadgroup tests/browser

.PHONY: chromium
chromium: $(READY)
	$(BIN)/python .ci/chromium.py

# The book keeps one processor busy, and these the other.
.PHONY: units notebooks
units: $(READY)
	$(PYTEST) --ignore tests/browser

notebooks: units
	$(NBVAL) $(LONGEST) $(filter-out $(LONGEST),$(NOTEBOOKS))

.PHONY: test-fast
test-fast: lint  ## run lint and the unit tests, about a minute
	$(PYTEST) --ignore tests/browser -m 'not slow'

.PHONY: fuzz
fuzz: $(READY)  ## try every function with many more random arguments, others each time
	$(PYTEST) --hypothesis-profile thorough tests/test_fuzzing.py tests/test_operators.py

.PHONY: faults
faults: chromium  ## plant faults in tconv: notebooks and browser tests must turn red
	$(BIN)/python tests/faults.py

.PHONY: mutants
mutants: $(READY)  ## change the numerics in one place at a time: a test must fail
	$(BIN)/python tests/mutants.py

.PHONY: reproduce
reproduce: $(READY)  ## build the book twice from nothing: every page must come out the same
	$(BIN)/python tests/reproduce.py

.PHONY: coverage
coverage: $(READY)  ## list the lines and branches of tconv that no test reaches
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --ignore tests/browser
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

.PHONY: lint
lint: $(READY)  ## check style and spelling of code, notebooks and prose
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/codespell

.PHONY: refresh
refresh: $(READY)  ## run the notebooks (or NOTEBOOKS=...) and store their outputs
	$(BIN)/python tests/book/refresh.py $(NOTEBOOKS)

.PHONY: bench
bench: $(READY)  ## time tconv beside PyTorch and JAX, and the widgets' frames
	@for file in benchmarks/*.py; do echo; echo $$file; $(BIN)/python $$file || exit; done

.PHONY: audit
audit: chromium  ## load each built page as a telephone would: Lighthouse and axe (wants npm)
	@[ -e $(HTML)/index.html ] || $(MAKE) book
	npm install --prefix $(AUDIT) --no-save --no-package-lock --no-audit --no-fund $(LIGHTHOUSE)
	PYTHONPATH=.ci $(BIN)/python tools/audit.py $(HTML) $(AUDIT)/node_modules/.bin/lighthouse

.PHONY: weaknesses
weaknesses:  ## look the pinned packages up in the lists of known weaknesses
	$(PYTHON) -m venv $(WEAKNESSES)
	$(WEAKNESSES)/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	$(WEAKNESSES)/bin/pip-audit --requirement requirements.txt --no-deps --disable-pip

# PyTorch's wheels for Linux name CUDA packages that other wheels of the same version do not
# want: those are left to each machine's installer.
.PHONY: lock
lock:  ## pin requirements.txt again, to the newest that pyproject.toml allows
	$(PYTHON) -m venv $(LOCK)
	$(LOCK)/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(LOCK)/bin/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade \
	    --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	    --quiet --output-file $(LOCK)/requirements.txt
	grep -vE '^(nvidia-|cuda-|triton)' $(LOCK)/requirements.txt > requirements.txt

.PHONY: release
release: $(READY)  ## check that all places agree on the version, before it is tagged
	$(BIN)/python tools/release.py

.PHONY: clean
clean:  ## remove all that was made here, the environment too
	rm -rf _build $(VENV) .pytest_cache .ruff_cache .hypothesis .coverage*
	find book tconv tests benchmarks -name __pycache__ -o -name .ipynb_checkpoints | xargs rm -rf
