"""A small index for the tests of words."""

from __future__ import annotations

import pytest

from deepsearch.index import LexicalIndex

TEXTS = [
    "red bike",
    "blue bike bike frame",
    None,
    "steel frame for a red bike lamp",
    "",
    "lamp",
]


@pytest.fixture
def index() -> LexicalIndex:
    """Six texts, of which two hold no word."""
    return LexicalIndex.build(TEXTS)
