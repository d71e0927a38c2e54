# Every target sets up what it needs from nothing but python3.
PYTHON ?= python3
VENV ?= .venv
DEMO_VENV ?= .venv-demo
BIN := $(VENV)/bin

CLIP_VENV ?= .venv-clip

.PHONY: demo test test-clip check format clean

# One stamp a venv: remade when the project's dependencies change.
$(VENV)/.installed: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e ".[dev]"
	touch $@

$(DEMO_VENV)/.installed: setup.cfg
	$(PYTHON) -m venv $(DEMO_VENV)
	$(DEMO_VENV)/bin/python -m pip install --quiet -e .
	touch $@

demo: $(DEMO_VENV)/.installed
	$(DEMO_VENV)/bin/deepsearch demo

test: $(VENV)/.installed
	$(BIN)/python -m pytest -n 2 --dist loadfile

# torch and torchvision are pinned to a pair that works together; the extra takes any.
$(CLIP_VENV)/.installed: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(CLIP_VENV)
	$(CLIP_VENV)/bin/python -m pip install --quiet --upgrade pip
	$(CLIP_VENV)/bin/python -m pip install --quiet torch==2.12.0 torchvision==0.27.0
	$(CLIP_VENV)/bin/python -m pip install --quiet -e ".[clip,multilingual,hnsw,learn]" sentence-transformers pytest pytest-timeout hypothesis
	touch $@

test-clip: $(CLIP_VENV)/.installed
	$(CLIP_VENV)/bin/python -m pytest tests/encoders tests/index/test_gpu_build.py \
		tests/ranking/test_cross_encoder_torch.py tests/ranking/test_learned.py

check: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pydoclint --quiet deepsearch

format: $(VENV)/.installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) $(DEMO_VENV) $(CLIP_VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
