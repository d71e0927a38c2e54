"""Shipped weights: pinned, small, checked, and quick to check."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from deepsearch.encoders import weights
from deepsearch.errors import EncodingError

FOLDER = Path(str(resources.files("deepsearch.encoders") / "weights"))


def test_every_file_is_pinned_and_every_pin_is_a_file() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(weights.PINNED)


def test_together_they_stay_within_45_mb() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 45_000_000


def test_all_hashes_hold_and_checking_them_is_quick() -> None:
    start = time.process_time()
    for name in weights.PINNED:
        assert weights.read_weights(name)
    assert time.process_time() - start < 0.15


def test_a_changed_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PINNED", {"mini_shared.npz": "0" * 64})
    with pytest.raises(EncodingError, match="reinstall"):
        weights.read_weights("mini_shared.npz")


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PINNED", {"gone.onnx": "0" * 64})
    with pytest.raises(EncodingError, match=r"gone\.onnx.*missing"):
        weights.read_weights("gone.onnx")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(EncodingError, match=r"\.\./setup\.cfg"):
        weights.read_weights("../setup.cfg")


def test_revision_follows_weights_and_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    before = weights.revision_of("mini_text.onnx", recipe="a")
    assert weights.revision_of("mini_text.onnx", recipe="b") != before
    monkeypatch.setattr(weights, "PINNED", {"mini_text.onnx": "1" * 64})
    assert weights.revision_of("mini_text.onnx", recipe="a") != before


def test_arrays_are_finite() -> None:
    for array in weights.read_arrays("mini_shared.npz").values():
        assert np.isfinite(array).all()


def test_importing_loads_no_runtime_and_no_model() -> None:
    code = (
        "import sys, deepsearch.encoders;"
        "print([m for m in ('onnxruntime', 'tokenizers', 'torch', 'transformers', 'PIL')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
