# The table of contents of development.  Every target does its own set-up; a second run is quick
# and needs no network.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := clamav-daemon clamav libmagic1 libarchive13 libseccomp2 python3-venv
TESTING := arj c-icap chromium cpio curl dosfstools gcab gcc genisoimage libarchive-tools \
	libc-icap-mod-virus-scan libc6-dev mtools postgresql prometheus qpdf rpm rsyslog squid-openssl systemd \
	udftools unar wimtools \
	xorriso 7zip
# Ordinary files in great number, none of which may raise an alarm.
ORDINARY := adwaita-icon-theme debian-faq debian-policy desktop-base doc-debian docbook-xsl \
	fonts-dejavu-core libjs-bootstrap5 libjs-jquery shared-mime-info sound-theme-freedesktop

.PHONY: help serve setup test test-long check bench demo lock clean system system-testing

help:
	@echo "make serve      set up what is missing and serve on 127.0.0.1:1344 (ICAP), :8080 (REST)"
	@echo "make setup      set up what is missing; leaves .venv/bin/douane"
	@echo "make test       set up, then every check and every test"
	@echo "make check      format, lint, types, import contracts, tests that need no server"
	@echo "make test-long  soaks and long fuzzing"
	@echo "make conformance [TARGET=icap://host:port/service]   which of 65 items hold; conformance-matrix"
	@echo "make mutants    how many small changes of the wire its tests notice"
	@echo "make bench      measurements side by side with c-icap and pyicap; what checks and attacks cost; the log"
	@echo "make demo       the whole story in a terminal: Squid, EICAR, a worm specimen, statistics"
	@echo "make lock       pin the dependencies of pyproject.toml anew"

serve: setup
	$(BIN)/douane serve $(if $(CONFIG),--config $(CONFIG))

setup: system $(VENV)/.runtime

system:
	@deploy/install-packages $(RUNTIME)

system-testing: system
	@deploy/install-packages $(TESTING) $(ORDINARY)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Douane needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(VENV)/bin/python requirements/runtime.txt pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.testing: $(VENV)/.runtime requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# Two at a time, the longest first: each says what it found when it has ended.
SUITES := test-end-to-end test-alone test-servers test-stores
.PHONY: $(SUITES)

test: system  # whose Python may be the one of .venv
	@$(MAKE) --no-print-directory --jobs=2 system-testing lint
	@$(MAKE) --no-print-directory --jobs=2 --keep-going --output-sync=target $(SUITES)

$(SUITES): system-testing $(VENV)/.testing

test-end-to-end:
	@$(BIN)/pytest -q -m "not long and server" tests/end_to_end

test-alone:
	@$(BIN)/pytest -q -m "not long and not server and not fuzz"

test-servers:
	@$(BIN)/pytest -q -m "not long and (server or fuzz)" --ignore=tests/end_to_end --ignore=tests/api --ignore=tests/verdicts

test-stores:
	@$(BIN)/pytest -q -m "not long and (server or fuzz)" tests/api tests/verdicts

test-long: system-testing $(VENV)/.testing
	$(BIN)/pytest -m long -q --timeout 3600

check: system $(VENV)/.testing lint
	$(BIN)/pytest -m "not server and not long and not fuzz" -q

.PHONY: conformance conformance-matrix
conformance: system $(VENV)/.testing
	@$(BIN)/python -m bench.conformance $(if $(TARGET),--target "$(TARGET)")

conformance-matrix: system-testing $(VENV)/.testing
	$(BIN)/python -m bench.conformance --matrix --write docs/conformance.md

.PHONY: mutants
mutants: $(VENV)/.testing
	@# a mutant that never leaves a loop must not take all memory
	ulimit -v 4194304; $(BIN)/mutmut run
	$(BIN)/mutmut results

.PHONY: lint
lint: $(VENV)/.testing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m douane.settings_page --check docs/settings.md
	$(BIN)/python -m bench.conformance --check docs/conformance.md

bench: system-testing $(VENV)/.testing
	$(BIN)/python -m bench
	$(BIN)/python -m bench.checks
	$(BIN)/python -m bench.attack
	$(BIN)/python -m bench.activation
	$(BIN)/python -m bench.ledger

demo: system-testing $(VENV)/.testing
	$(BIN)/python -m bench.demo

lock: $(VENV)/.testing
	for part in "--extra build -o requirements/runtime.txt" "--extra build --extra dev -o requirements/dev.txt"; do \
		$(BIN)/pip-compile --quiet --allow-unsafe --strip-extras --generate-hashes --no-header \
			--no-emit-index-url --no-emit-find-links --no-emit-trusted-host pyproject.toml $$part; \
	done
	@# pip-compile drops the marker: no wheel of this one fits any other interpreter or processor
	sed -i 's/^\(atheris==[^ ]*\) \\$$/\1 ; python_version < "3.12" and platform_machine == "x86_64" \\/' requirements/dev.txt

clean:
	rm -rf $(VENV) bench/build bench/results mutants
