# Kaltim Terbuka. Two commands for a stranger: `make serve` and `make test`.
# Needs Python 3.11 or newer and make; everything else is installed here, from the lock in requirements/.

PYTHON ?= python3
PORT ?= 8001
OUT ?= build
SCALE ?= 1
SEED ?= 2026
HOST ?= 127.0.0.1
PLAN ?= fetch.yml
VENV ?= .venv
SERVE ?= .venv-serve
FLATTEN ?= .venv-flatten
SPARK ?= .venv-spark
PIP := -m pip --disable-pip-version-check install --quiet --require-hashes --only-binary :all:
RUN := $(VENV)/bin/python -m etl
PURELIB := import sysconfig; print(sysconfig.get_path("purelib"))

.PHONY: serve test build refresh sample bench bench-site bench-scale engines attack faults check audit sbom clean rollback verify
.DEFAULT_GOAL := serve

# Build and test environment: frictionless, DuckDB, Arrow and the test tools.
$(VENV)/.ready: requirements/dev.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python $(PIP) -r requirements/dev.txt
	touch $@

# Serving environment: Datasette and little else (no frictionless, no rich).
$(SERVE)/.ready: requirements/serve.txt
	$(PYTHON) -m venv $(SERVE)
	$(SERVE)/bin/python $(PIP) -r requirements/serve.txt
	touch $@

# Stock flattentool, which judges the flat OCDS tables: its only wheel wants older libraries than ours.
$(FLATTEN)/.ready: requirements/flatten.txt
	$(PYTHON) -m venv $(FLATTEN)
	$(FLATTEN)/bin/python $(PIP) -r requirements/flatten.txt
	touch $@

# Spark, for more than one machine can hold (docs/danau.md): half a gigabyte and Java 17. It sees VENV's packages.
$(SPARK)/.ready: requirements/spark.txt requirements/spark-build.txt $(VENV)/.ready
	$(PYTHON) -m venv $(SPARK)
	$(SPARK)/bin/python $(PIP) -r requirements/spark-build.txt
	$(SPARK)/bin/python $(PIP) --no-binary pyspark --no-build-isolation -r requirements/spark.txt
	$(VENV)/bin/python -c '$(PURELIB)' > "$$($(SPARK)/bin/python -c '$(PURELIB)')/dasar.pth"
	touch $@

# Serve OUT/current at http://127.0.0.1:8001 and follow it; without a release, build the invented sample first.
serve: $(SERVE)/.ready $(OUT)/current metadata.yml
	@echo "http://$(HOST):$(PORT)/"
	exec $(SERVE)/bin/python -m serve $(OUT) --host $(HOST) --port $(PORT)

$(OUT)/current: | $(VENV)/.ready
	$(RUN) sample $(OUT)/contoh --seed $(SEED) --scale $(SCALE)
	$(RUN) build $(OUT)/contoh/raw --out $(OUT) --ringkas

# Publish a folder of raw files: make build RAW=folder OUT=folder
build: $(VENV)/.ready
	@test -n "$(RAW)" || { echo "pakai: make build RAW=folder-berkas-mentah OUT=folder-hasil"; exit 2; }
	$(RUN) build $(RAW) --out $(OUT)

# Fetch what a plan names (fetch.yml: Kaltim and its kabupaten/kota) and publish it: make refresh OUT=folder
refresh: $(VENV)/.ready
	$(RUN) refresh $(PLAN) --out $(OUT)

# Build the invented sample anew: make sample SCALE=10 OUT=build
sample: $(VENV)/.ready
	$(RUN) sample $(OUT)/contoh --seed $(SEED) --scale $(SCALE)
	$(RUN) build $(OUT)/contoh/raw --out $(OUT) --ringkas

rollback verify: $(VENV)/.ready
	$(RUN) $@ --out $(OUT)

test: $(VENV)/.ready $(SERVE)/.ready $(FLATTEN)/.ready
	$(VENV)/bin/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

metadata.yml: $(wildcard datapackages/*.yml datapackages/*/*.yaml datapackages/*/queries/*.sql) etl/metadata.py | $(VENV)/.ready
	$(RUN) metadata

check: $(VENV)/.ready
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy --strict etl serve
	$(RUN) metadata --check

bench: $(VENV)/.ready
	$(VENV)/bin/python -m etl.bench $(BENCH)

# How fast pages answer eight readers, beside stock Datasette on the same release: make bench-site OUT=folder
bench-site: $(VENV)/.ready
	$(VENV)/bin/python -m etl.bench_site $(OUT)

# Every linked table and sign in SQLite, DuckDB and on a Spark cluster of two workers: make engines SCALE=10
engines: $(VENV)/.ready $(SPARK)/.ready
	SKALA=$(SCALE) $(VENV)/bin/python -m pytest -q tests/test_spark.py -k "machine_is_lost or sqlite"

# What the same SQL costs on DuckDB and on Spark from 1 to 100 million rows: make bench-scale BENCH="--millions 1 5"
bench-scale: $(SPARK)/.ready $(OUT)/current
	$(SPARK)/bin/python -m etl.bench_scale $(OUT)/staging.db $(BENCH)

# The catalogue of attacks and faults with full counts; writes docs/katalog.md. Attacks are timed, so they run alone.
faults: SIDE_BY_SIDE := -n auto --dist worksteal
attack faults: $(VENV)/.ready $(SERVE)/.ready
	KATALOG=penuh $(VENV)/bin/python -m pytest -q -m $@ $(SIDE_BY_SIDE)
	$(VENV)/bin/python tests/catalogue.py

# Known security advisories of every package of both locks; exit 2 where no source of advisories answers
audit: $(VENV)/.ready
	$(VENV)/bin/python -m etl.audit

# The bill of materials of both environments, after a change of the locks: requirements/*.cdx.json
sbom: $(VENV)/.ready
	$(VENV)/bin/python -m etl.sbom

clean:
	rm -rf $(VENV) $(SERVE) $(FLATTEN) $(SPARK) build .mypy_cache .pytest_cache .ruff_cache
