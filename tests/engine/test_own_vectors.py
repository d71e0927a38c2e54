"""Vectors and encoders of the caller's own, beside the catalogue's texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepsearch.catalogue import Catalogue
from deepsearch.encoders import ComposedSuite
from deepsearch.engine import SearchEngine
from deepsearch.errors import InvalidInputError
from deepsearch.schema import EmbeddingSpace, FloatArray, Listing, Modality, Role

SPACE = EmbeddingSpace(name="corners", revision="1", dim=4)
CORNER = {"a": 0, "b": 1, "c": 2}


class Corners:
    """Knows which corner each query means."""

    space = SPACE

    def encode(self, items: Sequence[str], *, role: Role) -> FloatArray:
        assert not any("Thing of sort" in text for text in items), "their vectors were given"
        vectors = np.zeros((len(items), SPACE.dim), np.float32)
        for row, text in enumerate(items):
            vectors[row, 2 if "third" in text else 3] = 1
        return vectors


def test_given_vectors_are_searched_and_no_other_encoder_is_taken_for_theirs(
    tmp_path: Path,
) -> None:
    catalogue = Catalogue.create(tmp_path / "shop")
    catalogue.upsert(Listing(id=name, title=f"Thing of sort {name}") for name in CORNER)
    pending = catalogue.pending(SPACE, Modality.TEXT)
    vectors = np.eye(4, dtype=np.float32)[
        [CORNER[catalogue.listing_ids[item.row]] for item in pending]
    ]
    hashes = [item.content_hash for item in pending]
    assert catalogue.put_vectors(SPACE, Modality.TEXT, hashes[:2], vectors[:2]) == 2
    assert [item.content_hash for item in catalogue.pending(SPACE, Modality.TEXT)] == hashes[2:]
    assert catalogue.put_vectors(SPACE, Modality.TEXT, hashes, vectors) == 1
    engine = SearchEngine(catalogue, ComposedSuite("corners", texts=[Corners()]))
    assert engine.search("the third one", k=1).hits[0].listing.id == "c"
    with pytest.raises(InvalidInputError, match=r"vectors of corners, and none of .*'mini'"):
        SearchEngine.open(tmp_path / "shop")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "../mine"}, "small letters"),
        ({"name": "My space"}, "small letters"),
        ({"name": None}, "is None"),
        ({"dim": 0}, "is 0; expected a whole number"),
        ({"dim": 3.5}, r"is 3\.5; expected a whole number"),
        ({"metric": "dot"}, "'dot'; there are: cosine, ip, l2"),
    ],
)
def test_a_space_that_cannot_be_one_is_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        EmbeddingSpace(**{"name": "mine", "revision": "1", "dim": 4, **values})
