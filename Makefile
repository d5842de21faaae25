# The commands of the README. Variables: PYTHON (interpreter to start from), VENV (environment to use), TORCH (the torch
# requirement, options of pip included; its LibTorch is linked), JOBS (parallel compilations).
PYTHON ?= python3
VENV ?= .venv
TORCH ?= torch==2.13.0
JOBS ?= $(shell nproc)
BUILD := build/python
BIN := $(VENV)/bin
SOURCES := $(shell find include src python/bindings python/gallop python/build_backend CMakeLists.txt pyproject.toml -type f \
             -not -name '*.pyc' -not -name '*.so' 2>/dev/null)
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)

.PHONY: help setup build demo test bench pony pony-eval reference parity parity-quick format lint compat asan fuzz clean
help:
	@echo "make demo    set up, build, make clips, judge them, print where the report is"
	@echo "make test    set up, build, run every test that needs no reference packages"
	@echo "make build | bench | pony | pony-eval | parity | parity-quick | asan | fuzz | compat | format | lint | clean"

$(VENV)/.ready: .ci/setup pyproject.toml
	PYTHON=$(PYTHON) VENV=$(VENV) TORCH="$(TORCH)" bash .ci/setup
	@touch $@
setup: $(VENV)/.ready

$(VENV)/.installed: $(VENV)/.ready $(SOURCES)
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps -C build-dir=$(BUILD) \
	  -C cmake.define.GALLOP_BUILD_TESTS=ON .
	@touch $@
build: $(VENV)/.installed

demo: build
	@$(BIN)/gallop demo

test: build
	$(BIN)/cmake --build $(BUILD) --target all
	$(BIN)/ctest --test-dir $(BUILD) --output-on-failure -LE "slow|gpu"
	$(BIN)/python -m pytest -m "not slow"

bench: build
	$(BIN)/cmake -S . -B $(BUILD) -DGALLOP_BUILD_BENCH=ON >/dev/null
	$(BIN)/cmake --build $(BUILD) --target all
	PYTHON=$(PYTHON) bash .ci/reference arena readers
	GALLOP_ARENA_PYTHON=$${GALLOP_ARENA_PYTHON:-.venv-arena/bin/python} $(BIN)/python tests/bench/run.py --build $(BUILD)

# The interpreters of the reference packages; those named by GALLOP_{ARENA,VBENCH,WAN}_PYTHON are used as they are.
reference:
	PYTHON=$(PYTHON) bash .ci/reference
parity-quick: build reference
	$(BIN)/python tests/parity/run.py --quick --build $(BUILD)
parity: build reference
	$(BIN)/python tests/parity/run.py --build $(BUILD)

# The embedded model, from nothing to the shipped folder, and how well it does what prompts say (docs/pony.md).
PONY_VENV ?= .venv-pony
PONY_RUN ?= out/pony
PONY := $(PONY_VENV)/bin/python
$(PONY_VENV)/.ready: python/train/requirements.txt
	$(PYTHON) -m venv $(PONY_VENV)
	$(PONY) -m pip install --quiet -r python/train/requirements.txt
	@touch $@
pony: $(PONY_VENV)/.ready
	RUN="$(abspath $(PONY_RUN))" PYTHON="$(abspath $(PONY))" bash python/train/run.sh
pony-eval: $(PONY_VENV)/.ready
	[ -e $(PONY_RUN)/clips/held.frames.npy ] || $(PONY) python/train/clips.py --out $(PONY_RUN)/clips --held-out
	[ -e $(PONY_RUN)/reader.pt ] || { $(PONY) python/train/clips.py --out $(PONY_RUN)/clips && \
	  $(PONY) python/train/reader.py --clips $(PONY_RUN)/clips --out $(PONY_RUN)/reader.pt; }
	$(PONY) python/train/evaluate.py --model python/gallop/assets/pony --clips $(PONY_RUN)/clips --reader $(PONY_RUN)/reader.pt \
	  --threads $(JOBS) --out docs/pony/measured.json
	$(PONY) python/train/card.py --measured docs/pony/measured.json --model python/gallop/assets/pony
	$(PONY) python/train/sheet.py --model python/gallop/assets/pony --out docs/pony/contact_sheet.png

asan: setup
	PATH="$(abspath $(BIN)):$$PATH" cmake --preset asan
	$(BIN)/cmake --build build/asan
	$(BIN)/ctest --test-dir build/asan --output-on-failure -L unit

fuzz: setup
	PATH="$(abspath $(BIN)):$$PATH" cmake --preset asan
	$(BIN)/cmake --build build/asan
	GALLOP_FUZZ_ROUNDS=100000 $(BIN)/ctest --test-dir build/asan --output-on-failure -L fuzz

compat: build
	VENV=$(VENV) JOBS=$(JOBS) bash .ci/compat

format:
	$(BIN)/clang-format -i $$(git ls-files '*.h' '*.cpp')
	$(BIN)/ruff format python tests
lint:
	$(BIN)/clang-format --dry-run --Werror $$(git ls-files '*.h' '*.cpp')
	$(BIN)/ruff check python tests

clean:
	rm -rf build $(VENV)/.installed
