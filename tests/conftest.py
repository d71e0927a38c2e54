"""Fixtures every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# Tests neither read nor fill the user's vectors; those of the cache name one of their own.
os.environ["DEEPSEARCH_CACHE"] = "off"
# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data kept outside the project; skips where it is absent."""
    folder = Path(os.environ.get("DEEPSEARCH_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}; set DEEPSEARCH_SHARED_DATA to its folder")
    return folder


@pytest.fixture(scope="session")
def grocery_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of the bundled groceries; tests must not write to it."""
    from deepsearch.demo import data_folder
    from deepsearch.engine import SearchEngine

    folder = tmp_path_factory.mktemp("groceries") / "catalogue"
    SearchEngine.create(folder).index(data_folder() / "catalogue.jsonl")
    return folder
