"""The answer says when no hit clearly is what was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from deepsearch import SearchEngine, SearchResult
from deepsearch.demo import data_folder
from deepsearch.schema import Role


def said(result: SearchResult) -> list[str]:
    return [note.text for note in result.notes if note.stage == "likeness"]


@pytest.mark.parametrize("text", [
    "mountain bikes under 12 kg, CE",
    "hydraulic press, 100 tons",
    "wedding dress",
    "laser cutting machine for steel, delivery within 30 days",
    "Bluetooth-Kopfhörer",
])  # fmt: skip
def test_what_is_not_there_is_said_to_be_missing(engine: SearchEngine, text: str) -> None:
    result = engine.search(text)
    assert result.hits
    (note,) = said(result)
    assert note.startswith(f"No hit clearly is '{result.parsed.product}'")


@pytest.mark.parametrize("text", [
    "lactose-free milk, MOQ not above 500", "ginger root", "green apples", "orange juice 1 l",
    "fresh mushrooms from a supplier with at least 3 years",
])  # fmt: skip
def test_what_is_there_is_not(engine: SearchEngine, text: str) -> None:
    assert not said(engine.search(text))


def test_a_photo_says_more_than_a_name(engine: SearchEngine) -> None:
    photo = data_folder() / "photos" / "Banana.jpg"
    assert not said(engine.search("wedding dress", images=[photo]))


def test_a_filter_alone_names_no_product(engine: SearchEngine) -> None:
    assert not said(engine.search(where="price > 0"))


def test_the_scale_is_the_encoders_own(engine: SearchEngine) -> None:
    floor = engine._likeness.floor
    assert 0.4 < floor < 0.7
    vectors = engine.suite.encode_texts(["wedding dress", "bridal gown"], role=Role.QUERY)
    same = next(iter(vectors.values()))
    assert float(same[0] @ same[1]) > floor
    assert np.isfinite(floor)
