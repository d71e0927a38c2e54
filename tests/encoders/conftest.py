"""The default encoders, loaded once a session, and a few pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from deepsearch.encoders import MiniSuite, MiniTextEncoder

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def mini() -> MiniSuite:
    return MiniSuite(threads=1)


@pytest.fixture(scope="session")
def text_encoder() -> MiniTextEncoder:
    return MiniTextEncoder(threads=1)


@pytest.fixture(scope="session")
def pictures() -> dict[str, Image.Image]:
    """Product pictures by name (GroceryStoreDataset, MIT)."""
    paths = sorted((DATA / "pictures").glob("*.jpg"))
    return {path.stem: Image.open(path).convert("RGB") for path in paths}
