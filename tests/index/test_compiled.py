"""Compiled code that is kept on disk: used again, and left out where it does not fit."""

from __future__ import annotations

import importlib.util
import pickle
from pathlib import Path
from types import ModuleType

import pytest

SOURCE = """
from deepsearch.index.kernels.compiled import compiled

@compiled("int64(int64)")
def doubled(value):
    return 2 * value
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "kept_code.py"
    path.write_text(SOURCE)
    return path


def imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("kept_code", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def index_of(path: Path) -> Path:
    (index,) = path.parent.rglob("*.nbi")
    return index


def hits(module: ModuleType) -> int:
    return sum(module.doubled.stats.cache_hits.values())


def test_kept_code_is_used_again(source: Path) -> None:
    assert imported(source).doubled(4) == 8
    again = imported(source)
    assert again.doubled(4) == 8
    assert hits(again) == 1


@pytest.mark.parametrize(
    "left",
    [
        b"cdeepsearch.index.kernels.estimate\nClassOfAnOlderVersion\n.",
        b"cmodule_that_is_gone\nAnything\n.",
        b"cut off",
        b"",
    ],
)
def test_what_another_version_kept_is_left_out(source: Path, left: bytes) -> None:
    imported(source)
    index = index_of(source)
    version = pickle.loads(index.read_bytes())
    index.write_bytes(pickle.dumps(version) + left)
    again = imported(source)
    assert again.doubled(4) == 8
    assert hits(again) == 0
    assert hits(imported(source)) == 1
