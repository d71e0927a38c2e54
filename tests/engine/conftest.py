"""Fixtures of the engine's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepsearch.engine import SearchEngine


@pytest.fixture(scope="module")
def engine(grocery_folder: Path) -> SearchEngine:
    """The bundled groceries; tests must not write to them."""
    return SearchEngine.open(grocery_folder)
